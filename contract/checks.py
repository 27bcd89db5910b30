#!/usr/bin/env python3
"""Turns the annotations of the contract (org.postrider.Max, .Format, .Keys, .Handle, .Expose, .Effect) into check tables in C, the whole contract
into docs/contract.md, and what the page may use of it into TypeScript types; with --keys the names of all keys into C constants. Run by the build;
what it writes is never committed."""
import re
import sys
import xml.etree.ElementTree as ET

FORMATS = {None: "ANY", "line": "LINE", "column": "COLUMN", "text": "TEXT", "word": "WORD", "host": "HOST", "frame": "FRAME"}
EXPOSURES = {None: "NOBODY", "client": "CLIENT", "shell": "SHELL", "page": "PAGE"}
EFFECTS = {None: "NONE", "harmless": "HARMLESS", "leaves-machine": "LEAVES", "irreversible": "IRREVERSIBLE"}
HANDLES = {None: "NONE", "file": "FILE", "secret": "SECRET"}


def note(node, key):
    for a in node.findall("annotation"):
        if a.get("name") == "org.postrider." + key:
            return a.get("value")
    return None


def effect(interface, member):
    """What the shell makes its question from. Who adds a method for the page has to think of it: without a mark there is no build."""
    mark, name = note(member, "Effect"), "%s.%s" % (interface.get("name"), member.get("name"))
    is_called_by_page = member.tag == "method" and note(member, "Expose") == "page"
    if mark not in EFFECTS:
        sys.exit("contract: %s has the unknown org.postrider.Effect “%s”" % (name, mark))
    if is_called_by_page and mark is None:
        sys.exit("contract: the page may call %s, so it needs an org.postrider.Effect: %s" % (name, " | ".join(filter(None, EFFECTS))))
    if mark is not None and not is_called_by_page:
        sys.exit("contract: %s has an org.postrider.Effect, but the page may not call it" % name)
    return EFFECTS[mark]


def interfaces(paths):
    for path in paths:
        builder = ET.TreeBuilder(insert_comments=True)
        yield from ET.parse(path, ET.XMLParser(target=builder)).getroot().findall("interface")


def members(interface):
    """(element, the comment in front of it)"""
    prose = ""
    for child in interface:
        if child.tag is ET.Comment:
            prose = re.sub(r"\s+", " ", child.text).strip()
        elif child.tag in ("method", "signal"):
            yield child, prose
            prose = ""


def args(member, direction):
    return [a for a in member.findall("arg") if a.get("direction", "out" if member.tag == "signal" else "in") == direction]


def parse_keys(text):
    """'person: name s, history? aa{sv}(campaign t, …), * sb' -> [(name, type, may be missing, keys of that)]. *: any further key, of one of the types behind it"""
    found, rest = [], re.sub(r"^\s*\w+:", "", text or "")
    while rest.strip():
        name, optional, kind, rest = re.match(r"\s*(\w+|\*)(\??) ([\w{}()]+?)(?=[,(]|$)(.*)$", rest, re.S).groups()
        inner = []
        if rest.startswith("("):
            end = rest.index(")")
            inner, rest = parse_keys(rest[1:end]), rest[end + 1:]
        found.append((name, kind, optional == "?" or name == "*", inner))
        rest = rest.lstrip(", ")
    return found


# --- C ---

class Keys:
    """The tables of keys, each written in front of the row that points to it."""

    def __init__(self, out):
        self.out, self.count = out, 0

    def table(self, keys):
        if not keys:
            return "NULL"
        rows = ['  { "%s", "%s", %s, %s },' % (name, kind, "TRUE" if optional else "FALSE", self.table(inner)) for name, kind, optional, inner in keys]
        self.count += 1
        self.out.write("static const ContractKey keys_%d[] = {\n%s\n  { NULL, NULL, FALSE, NULL },\n};\n" % (self.count, "\n".join(rows)))
        return "keys_%d" % self.count


def rows(interface, member, keys):
    sides = [("SIGNAL", args(member, "out"))] if member.tag == "signal" else [
        ("CALL", args(member, "in")), ("REPLY", args(member, "out"))]
    for side, found in sides:
        signature = "(" + "".join(a.get("type") for a in found) + ")"
        checks = ", ".join('{ "%s", %s, CONTRACT_%s, CONTRACT_HANDLE_%s, %s }' % (
            a.get("name"), note(a, "Max") or 0, FORMATS[note(a, "Format")], HANDLES[note(a, "Handle")], keys.table(parse_keys(note(a, "Keys")) if "{sv}" in a.get("type") else []))
            for a in found)
        yield '  { "%s", "%s", CONTRACT_%s, CONTRACT_EXPOSED_%s, CONTRACT_EFFECT_%s, "%s", { %s } },' % (
            interface.get("name"), member.get("name"), side, EXPOSURES[note(member, "Expose")], effect(interface, member), signature, checks or "{ 0 }")


def write_c(path, paths):
    with open(path, "w") as out:
        out.write('/* Made from the contract by contract/checks.py. */\n#include "contract.h"\n\n')
        keys = Keys(out)
        table = [row for interface in interfaces(paths) for member, _ in members(interface) for row in rows(interface, member, keys)]
        out.write("const ContractRow contract_rows[] = {\n%s\n  { 0 },\n};\n" % "\n".join(table))


# --- names of keys: both sides write them by these, so that a word which one of them does not know is no build ---

def name_keys(group, keys, into):
    for name, _, _, inner in keys:
        if name == "*":  # a key that nobody names
            continue
        if into.setdefault("KEY_%s_%s" % (group.upper(), name.upper()), name) != name:
            sys.exit("contract: KEY_%s_%s would be two keys" % (group.upper(), name.upper()))
        name_keys("%s_%s" % (group, name), inner, into)


def write_keys(path, paths):
    """KEY_DICTIONARY_NAME for each key; several annotations that name one dictionary share its keys."""
    names = {}
    for interface in interfaces(paths):
        for member, _ in members(interface):
            for text in filter(None, (note(a, "Keys") for a in member.findall("arg"))):
                if not re.match(r"\s*\w+:", text):
                    sys.exit("contract: the org.postrider.Keys of %s do not begin with the dictionary's name and a colon" % member.get("name"))
                name_keys(text.split(":")[0].strip(), parse_keys(text), names)
    with open(path, "w") as out:
        out.write("/* The keys of each dictionary of the contract. Made from it by contract/checks.py. */\n#pragma once\n\n")
        out.writelines('#define %s "%s"\n' % pair for pair in names.items())


# --- for people ---

def write_markdown(path, paths):
    with open(path, "w") as out:
        out.write("# Contract\n\nMade from `contract/*.xml` by `contract/checks.py`.\n")
        for interface in interfaces(paths):
            out.write("\n## %s\n" % interface.get("name"))
            for member, prose in members(interface):
                text = ", ".join("%s `%s %s`%s" % (d, a.get("type"), a.get("name"),
                                 " (at most %s)" % note(a, "Max") if note(a, "Max") else "")
                                 for d in ("in", "out") for a in args(member, d))
                exposed = ", for the %s" % note(member, "Expose") if note(member, "Expose") else ""
                mark = ", " + note(member, "Effect") if note(member, "Effect") else ""
                out.write("\n**%s** (%s%s%s) %s  \n%s\n" % (member.get("name"), member.tag, exposed, mark, text, prose))


# --- TypeScript ---

SIMPLE = {"s": "string", "b": "boolean", "u": "number", "q": "number", "d": "number", "t": "Decimal", "x": "Decimal",
          "as": "string[]", "at": "Decimal[]", "a{ss}": "Record<string, string>", "a{st}": "Record<string, Decimal>", "h": "ChosenFile"}


def camel(name):
    return re.sub(r"_(\w)", lambda m: m.group(1).upper(), name)


def shape(keys, is_call, depth=1):
    pad = "  " * depth
    named = [SIMPLE[kind] for _, kind, _, _ in keys if kind in SIMPLE and len(kind) > 1]  # of an index signature all that stands beside it is a part
    rows = ["[further: string]: %s" % " | ".join(dict.fromkeys([SIMPLE[one] for one in kind] + named + ["undefined"])) if name == "*" else
            "%s%s: %s" % (name, "?" if optional or is_call else "", ts_type(kind, inner, is_call, depth + 1)) for name, kind, optional, inner in keys]
    return "{\n%s%s}" % ("".join("%s%s;\n" % (pad, row) for row in rows), "  " * (depth - 1))


def ts_type(kind, keys, is_call, depth=1, form=None):
    if kind in ("a{sv}", "aa{sv}"):
        return shape(keys, is_call, depth) + ("[]" if kind[0:2] == "aa" else "")
    if kind == "ay":
        return "FrameRow[]" if form == "frame" else "Uint8Array"
    if kind == "a(sssh)":
        return "MessageFile[]"
    return SIMPLE[kind]


class Types:
    """Names the shapes, so that views can speak of them."""

    def __init__(self, out):
        self.out, self.names = out, {}

    def of(self, member, arg, is_call):
        kind, keys = arg.get("type"), parse_keys(note(arg, "Keys"))
        if kind not in ("a{sv}", "aa{sv}"):
            return ts_type(kind, keys, is_call, 1, note(arg, "Format"))
        body = shape(keys, is_call)
        name = self.names.get(body)
        if name is None:
            name = self.names[body] = member.get("name") + arg.get("name").title().replace("_", "")
            self.out.write("export interface %s %s\n" % (name, body))
        return name + ("[]" if kind[0:2] == "aa" else "")


def ts_member(member, prose, types):
    given = ["%s: %s" % (camel(a.get("name")), types.of(member, a, True)) for a in args(member, "in") if note(a, "Handle") != "secret"]
    back = ["%s: %s" % (camel(a.get("name")), types.of(member, a, False)) for a in args(member, "out")]
    result = "void" if not back else back[0].split(": ", 1)[1] if len(back) == 1 else "{ %s }" % "; ".join(back)
    name = member.get("name")[0].lower() + member.get("name")[1:]
    if member.tag == "signal":
        return "  /** %s */\n  on%s(listener: (%s) => void): () => void;\n" % (prose, member.get("name"), ", ".join(back))
    return "  /** %s */\n  %s(%s): Promise<%s>;\n" % (prose, name, ", ".join(given), result)


HEAD = """// Made from the contract by contract/checks.py. Never edited, never committed.

/** A 64-bit integer in decimal digits: JavaScript's own numbers lose some. */
export type Decimal = string;
/** The number of a file that was chosen, dropped or pasted: the page never sees its path or its bytes. */
export type ChosenFile = number;
/** [role: attach | inline, name, media type, the file] */
export type MessageFile = [string, string, string, ChosenFile];
/** One row of a frame (src/shared/wire/frame.h): what its fields are says the method. */
export interface FrameRow { key: Decimal; aux: number; fields: string[] }
/** What a call rejects with. fault: the word behind org.postrider.Fault. */
export interface Fault extends Error { fault: string }

"""


def write_typescript(path, paths):
    with open(path, "w") as out:
        out.write(HEAD)
        types, functions = Types(out), []
        for interface in interfaces(paths):
            for member, prose in members(interface):
                if note(member, "Expose") == "page":
                    functions.append(ts_member(member, prose.replace("*/", "* /"), types))
        out.write("\n/** window.postrider: frozen, one function for each method, no way to call another. */\nexport interface Postrider {\n%s}\n" % "".join(functions))


if __name__ == "__main__":
    if sys.argv[1] == "--keys":
        write_keys(sys.argv[2], sys.argv[3:])
    else:
        write_c(sys.argv[1], sys.argv[4:])
        write_markdown(sys.argv[2], sys.argv[4:])
        write_typescript(sys.argv[3], sys.argv[4:])
