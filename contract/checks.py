#!/usr/bin/env python3
"""Turns the annotations of the contract (org.postrider.Max, .Format) into check tables in C, and the whole
contract into docs/contract.md. Run by the build; what it writes is never committed."""
import re
import sys
import xml.etree.ElementTree as ET

FORMATS = {None: "ANY", "line": "LINE", "text": "TEXT", "word": "WORD", "host": "HOST", "frame": "FRAME"}


def note(node, key):
    for a in node.findall("annotation"):
        if a.get("name") == "org.postrider." + key:
            return a.get("value")
    return None


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


def rows(interface, member):
    sides = [("SIGNAL", args(member, "out"))] if member.tag == "signal" else [
        ("CALL", args(member, "in")), ("REPLY", args(member, "out"))]
    for side, found in sides:
        signature = "(" + "".join(a.get("type") for a in found) + ")"
        checks = ", ".join("{ %s, CONTRACT_%s }" % (note(a, "Max") or 0, FORMATS[note(a, "Format")]) for a in found)
        yield '  { "%s", "%s", CONTRACT_%s, "%s", { %s } },' % (
            interface.get("name"), member.get("name"), side, signature, checks or "{ 0, CONTRACT_ANY }")


def write_c(path, paths):
    with open(path, "w") as out:
        out.write('/* Made from the contract by contract/checks.py. */\n#include "contract.h"\n\n')
        out.write("const ContractRow contract_rows[] = {\n")
        for interface in interfaces(paths):
            for member, _ in members(interface):
                out.write("\n".join(rows(interface, member)) + "\n")
        out.write("  { NULL, NULL, CONTRACT_CALL, NULL, { { 0, CONTRACT_ANY } } },\n};\n")


def write_markdown(path, paths):
    with open(path, "w") as out:
        out.write("# Contract\n\nMade from `contract/*.xml` by `contract/checks.py`.\n")
        for interface in interfaces(paths):
            out.write("\n## %s\n" % interface.get("name"))
            for member, prose in members(interface):
                text = ", ".join("%s `%s %s`%s" % (d, a.get("type"), a.get("name"),
                                 " (at most %s)" % note(a, "Max") if note(a, "Max") else "")
                                 for d in ("in", "out") for a in args(member, d))
                out.write("\n**%s** (%s) %s  \n%s\n" % (member.get("name"), member.tag, text, prose))


if __name__ == "__main__":
    write_c(sys.argv[1], sys.argv[3:])
    write_markdown(sys.argv[2], sys.argv[3:])
