#!/usr/bin/env python3
"""keys.py [FOLDER]: fails when C writes the key of a dictionary of the contract as a string. Keys are the constants of contract-keys.h, which the build makes from
org.postrider.Keys: so each is written once, and a word that one side does not have is no build. Followed are GVariant's own calls, every function that
hands a parameter on to one of them, and the tables that such a call takes its key from. A test of the suite "static"."""
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()

# function -> which argument is the key
CALLS = {name: 1 for name in ("g_variant_lookup", "g_variant_lookup_value", "g_variant_dict_lookup", "g_variant_dict_lookup_value", "g_variant_dict_insert",
                              "g_variant_dict_insert_value", "g_variant_dict_contains", "g_variant_dict_remove")}
BUILDER = re.compile(r'g_variant_builder_add \([^,"]+, "\{sv\}", ([^,]+),')
FUNCTION = re.compile(r"^(\w+) \(([^;{]*?)\)\n\{\n(.*?)^\}", re.S | re.M)

# file, function: what is written there is no dictionary of the contract
FOREIGN = {
    ("src/desk/chooser.c", "*"): "org.freedesktop.portal.FileChooser",
    ("src/desk/inhibitor.c", "*"): "org.freedesktop.portal.Inhibit",
    ("src/desk/notifier.c", "*"): "org.freedesktop.portal.Notification, org.freedesktop.Notifications",
    ("src/desk/portal.c", "*"): "org.freedesktop.portal.Request",
    ("src/cli/suppress-import.c", "keep_for_json"): "a row of the command's own JSON (docs/json.md)",
    ("src/cli/import-report.c", "say_notes"): "reasons by word, an a{st}",
    ("src/cli/import.c", "count_forgotten"): "reasons by word, an a{st}",
}


def split(text, start):
    """The arguments of the call whose parenthesis opens just before START, and where each begins."""
    depth, at, found, is_text = 0, start, [], False
    for i in range(start, len(text)):
        c = text[i]
        if c == '"' and text[i - 1] != "\\":
            is_text = not is_text
        elif not is_text and c in "([{":
            depth += 1
        elif not is_text and (c in ")]}" and depth == 0 or c == "," and depth == 0):
            found.append((text[at:i].strip(), at))
            at = i + 1
            if c != ",":
                break
        elif not is_text and c in ")]}":
            depth -= 1
    return found


def parameters(text):
    """The names of a function's parameters, in order."""
    return [(re.findall(r"\w+", each) or [""])[-1] for each in text.split(",")]


def key_arguments(body, calls):
    """(what is written for a key, where)"""
    for found in re.finditer(r"\b(\w+) \(", body):
        if found.group(1) in calls:
            arguments = split(body, found.end())
            if len(arguments) > calls[found.group(1)]:
                yield arguments[calls[found.group(1)]]
    for found in BUILDER.finditer(body):
        yield found.group(1), found.start(1)


class Source:
    def __init__(self, path):
        self.name, self.text = str(path.relative_to(ROOT)), path.read_text()
        self.functions = [(found.group(1), parameters(found.group(2)), found.group(3), found.start(3)) for found in FUNCTION.finditer(self.text)]

    def learn(self, known):
        """Functions that hand a parameter on for a key: their own calls are looked at like GVariant's."""
        calls = dict(known)
        while True:
            more = {name: names.index(written) for name, names, body, _ in self.functions for written, _ in key_arguments(body, calls) if written in names}
            if all(each in calls for each in more):
                return calls
            calls.update({name: at for name, at in more.items() if name not in calls})

    def literals(self, written, at):
        """The strings that stand for a key: WRITTEN itself, or those of the table that it is taken from."""
        if written.startswith('"'):
            yield written, at
            return
        table = re.match(r"(\w+)\[\w+\](\.\w+)?$", written)
        begin = table and re.search(r"\b%s\[\w*\] = \{(.*?)\};" % table.group(1), self.text, re.S)
        if begin:
            for found in re.finditer(r'(?:^|\},)\s*\{ ("\w+")' if table.group(2) else r'("\w+")', begin.group(1)):
                yield found.group(1), begin.start(1) + found.start(1)

    def faults(self, calls):
        for name, _, body, begin in self.functions:
            if (self.name, name) in FOREIGN or (self.name, "*") in FOREIGN:
                continue
            for written, at in key_arguments(body, calls):
                for literal, where in self.literals(written, begin + at):
                    yield "%s:%d: %s: the key %s is a string" % (self.name, self.text[:where].count("\n") + 1, name, literal)


def main():
    sources = [Source(path) for path in sorted((ROOT / "src").rglob("*.c"))]
    shared = dict(CALLS)
    for source in sources:
        if source.name == "src/cli/dict.c":
            shared = source.learn(CALLS)
    said = sorted({each for source in sources for each in source.faults(source.learn(shared))})
    print(*said, sep="\n", end="\n" if said else "")
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
