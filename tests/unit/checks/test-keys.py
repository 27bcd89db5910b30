#!/usr/bin/env python3
"""test-keys.py CHECK MAKE: the check finds a key that is written as a string, wherever a call gets it from; the constants are made of every dictionary. TAP."""
import pathlib
import subprocess
import sys
import tempfile

HELPER = 'static char *\nread_text (GVariant *dict, const char *name)\n{\n  return look (dict, name);\n}\nstatic char *\nlook (GVariant *dict, const char *key)\n{\n' \
         '  g_variant_lookup (dict, key, "s", &x);\n}\n'


def function(body, before=""):
    return before + "void\nuse (GVariant *d)\n{\n  %s\n}\n" % body


CODE = [  # file, its text, what is said of it ("": nothing)
    ("src/a.c", function('g_variant_lookup (d, KEY_A_HOST, "s", &x); strcmp (x, "host");'), ""),
    ("src/a.c", function('g_variant_lookup (d, "host", "s", &x);'), "host"),
    ("src/a.c", function('g_variant_dict_insert (get (&a, "b"), "host", "s", x);'), "host"),
    ("src/a.c", function('g_variant_builder_add (b, "{sv}", "host", x); g_variant_builder_add (b, "{ss}", "town", x);'), "host"),
    ("src/a.c", function('read_text (d, "host");', HELPER), "host"),  # through two functions
    ("src/a.c", function('static const char *const t[] = { KEY_A_HOST, "port" };\n  g_variant_lookup (d, t[i], "q", &x);'), "port"),
    ("src/a.c", function('static const struct { const char *key, *word; } t[] = {\n    { KEY_A_HOST, "host" }, { "port", "x" } };\n  g_variant_lookup (d, t[i].key, "q", &x);'), "port"),
    ("src/desk/portal.c", function('g_variant_lookup (d, "uris", "as", &x);'), ""),  # another's dictionary
]
XML = '<node><interface name="org.postrider.A"><method name="M">%s</method></interface></node>'
ARG = '<arg name="a" type="a{sv}"><annotation name="org.postrider.Keys" value="%s"/></arg>'
MADE = [  # annotations, status, what is made or said
    (["account: host s, rows aa{sv}(id t)"], 0, '#define KEY_ACCOUNT_HOST "host"\n#define KEY_ACCOUNT_ROWS "rows"\n#define KEY_ACCOUNT_ROWS_ID "id"\n'),
    (["account: host s", "account: host s, port? q"], 0, '#define KEY_ACCOUNT_HOST "host"\n#define KEY_ACCOUNT_PORT "port"\n'),
    (["host s, port q"], 1, "do not begin with the dictionary's name"),
    (["a: b_c s, b a{sv}(c s)"], 1, "KEY_A_B_C would be two keys"),
]


def check(program, name, text):
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        done = subprocess.run([sys.executable, program, place], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


def make(program, annotations):
    with tempfile.TemporaryDirectory() as place:
        source, header = pathlib.Path(place) / "a.xml", pathlib.Path(place) / "keys.h"
        source.write_text(XML % "".join(ARG % each for each in annotations))
        done = subprocess.run([sys.executable, program, "--keys", header, source], capture_output=True, text=True)
        return done.returncode, header.read_text() if header.exists() else done.stderr


def results(checker, maker):
    for name, text, key in CODE:
        status, said = check(checker, name, text)
        yield (status, said) == (0, "") if key == "" else (status == 1 and said.count("\n") == 1 and 'the key "%s" is a string' % key in said), text, said
    for annotations, wanted, words in MADE:
        status, said = make(maker, annotations)
        yield status == wanted and said.endswith(words) if wanted == 0 else status == wanted and words in said, " | ".join(annotations), said


def main(*programs):
    failed = 0
    for number, (good, what, said) in enumerate(results(*programs), 1):
        failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", number, " ".join(what.split())))
        if not good:
            print("# " + said.replace("\n", "\n# "))
    print("1..%d" % (len(CODE) + len(MADE)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
