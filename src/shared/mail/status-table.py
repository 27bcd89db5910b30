#!/usr/bin/env python3
"""Turns status-table into the rows of status-table.c and into a page for people: meaning by meaning, with every row's source."""
import re, sys

WHERE = {"greeting": 1, "ehlo": 2, "tls": 4, "login": 8, "mail": 16, "rcpt": 32, "data": 64, "end": 128}
WHERE |= {"before": 15, "letter": 224, "any": 240, "all": 255}
COLUMNS = ("where", "code", "status", "words", "language", "meaning", "source", "example")


def read(path):
    """-> rows [{column: text}], the source as a reader finds it"""
    sources, named, rows = {}, set(), []
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        if line.startswith("@"):
            _, name, text = line.split(None, 2)
            sources[name] = text.strip()
        elif line.strip() and not line.startswith("#"):
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) != len(COLUMNS):
                sys.exit("%s:%d: %d columns instead of %d" % (path, number, len(cells), len(COLUMNS)))
            name = cells[6].lstrip("~")
            if name not in sources:
                sys.exit("%s:%d: no source is called %s" % (path, number, name))
            named.add(name)
            cells[6] = ("chosen words; the case: " if cells[6] != name else "") + sources[name]
            rows.append(dict(zip(COLUMNS, cells), line=number))
            check_row(path, rows[-1])
    if named != set(sources):
        sys.exit("%s: no row names %s" % (path, ", ".join(sorted(set(sources) - named))))
    return rows


def status(text):
    """-> subject, detail; 1000: any; 1001: a status that says nothing"""
    if text in ("-", "vague"):
        return (1000, 1000) if text == "-" else (1001, 1000)
    subject, detail = text.split(".")
    return int(subject), 1000 if detail == "*" else int(detail)


def check_row(path, row):
    """What else the compiler would say of the generated file, said of the row."""
    wrong = [f"no such where: {word}" for word in row["where"].split() if word not in WHERE]
    if not re.fullmatch(r"-|vague|\d{1,3}\.(\d{1,3}|\*)", row["status"]):
        wrong.append(f"no status is {row['status']}: 1.1 (of 5.1.1 and 4.1.1), 1.*, vague or - is one")
    if not re.fullmatch(r"-|[245]|\d{3}", row["code"]):
        wrong.append(f"no code is {row['code']}")
    if row["words"].count(" ... ") > 2:
        wrong.append("more than three parts of words")
    if wrong:
        sys.exit("%s:%d: %s" % (path, row["line"], "; ".join(wrong)))


def quote(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def write_c(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        out.write('/* Generated from status-table. */\n#include "status-table.h"\n\nconst StatusRow status_rows[] = {\n')
        for row in rows:
            where = 0
            for word in row["where"].split():
                where |= WHERE[word]
            parts = [] if row["words"] == "-" else row["words"].split(" ... ")
            out.write("  { %d, %s, %d, %d, { %s }, MEANING_%s, %s, %s, %s, %d },\n" % (
                where, row["code"].replace("-", "0"), *status(row["status"]), ", ".join(quote(p) for p in parts + [""] * (3 - len(parts))),
                row["meaning"].upper().replace("-", "_"), quote(row["language"]), quote(row["source"]), quote(row["example"]), row["line"]))
        out.write("};\nconst gsize status_rows_count = G_N_ELEMENTS (status_rows);\n")


def write_page(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        out.write("# What a mail server's answer means\n\nThe first row that fits wins. Generated from `src/shared/mail/status-table`, which explains the columns.\n\n")
        out.write("| line | where | code | status | words | language | meaning | for example | source |\n|---|---|---|---|---|---|---|---|---|\n")
        for row in rows:
            cells = [str(row["line"])] + [row[c] for c in COLUMNS[:6]] + ["`%s`" % row["example"], row["source"]]
            out.write("| %s |\n" % " | ".join(cells))


if __name__ == "__main__":
    found = read(sys.argv[3])
    write_c(sys.argv[1], found)
    write_page(sys.argv[2], found)
