#!/usr/bin/env python3
"""test-citations.py CHECK: the check finds each kind of citation that leads nowhere, and lets the good ones be. TAP."""
import pathlib
import subprocess
import sys
import tempfile

GOOD = "/* docs/design.md §2, §5; ARCHITECTURE §9; CONTRIBUTING.md; core/ledger/row; src/core/*/row.c; RFC 5321 §4; https://example.org/issues/7 */\n"
ROWS = [  # a line of C, what is said of it ("": nothing)
    (GOOD, ""),
    ("/* docs/gone.md */", "no such page"),
    ("/* docs/design.md §2, §8 */", "no section 8"),
    ("/* ARCHITECTURE §10 */", "no section 10"),
    ("/* core/ledger/gone.c */", "no such file"),
    ("/* tests/unit/core/gone */", "no such file"),
    ("/* DESIGN §5 */", "nobody can open that"),
    ("/* STYLE §7 */", "nobody can open that"),
    ("/* facts/smtp */", "nobody can open that"),
    ("int n; /* issue: 1 GiB */", "nobody can open that"),
]


def plant(root):
    pages = {"docs/design.md": "# D\n## 2. Two\n## 5. Five\n[good](design.md)\n", "ARCHITECTURE.md": "## 9. Nine\n", "CONTRIBUTING.md": "", "src/core/ledger/row.c": ""}
    for name, text in pages.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def check(program, name, text):
    with tempfile.TemporaryDirectory() as place:
        root = pathlib.Path(place)
        plant(root)
        (root / name).write_text(text)
        done = subprocess.run([sys.executable, program, place], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


def main(program):
    rows = [("src/one.c", *row) for row in ROWS] + [("docs/two.md", "[a page](elsewhere.md)", "a link to nothing")]
    print("1..%d" % len(rows))
    failed = 0
    for number, (name, text, words) in enumerate(rows, 1):
        status, said = check(program, name, text)
        good = (status, said) == (0, "") if words == "" else status == 1 and words in said and name + ":1:" in said
        failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", number, text.strip()))
        if not good:
            print("# status %d, %s" % (status, said))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
