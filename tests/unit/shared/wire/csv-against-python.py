#!/usr/bin/env python3
"""Python's csv module and ours read the same random texts; TAP. Argument: csv-dump."""
import csv
import io
import random
import subprocess
import sys
import urllib.parse

ALPHABET = ['a', 'b', ' ', 'a"', '""', ',', ';', '\t', '\n', '\r\n', '\r', 'ä', 'xxxxxxxxxxxx', '|', '@', '.']


def cell(delimiter):
    """Quoted where it must be, or by chance; a mark inside a bare one stands behind its first character, for before it is where we are the more lenient."""
    text = "".join(random.choice(ALPHABET) for _ in range(random.randrange(0, 9)))
    if random.random() < 0.4 or text[:1] in ('"', ' ', '\t') or any(c in text for c in (delimiter, "\n", "\r")):
        return '"%s"' % text.replace('"', '""')
    return text


def theirs(text, delimiter):
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return [row or [""] for row in rows]


def ours(text, delimiter, piece):
    out = subprocess.run([sys.argv[1], delimiter, str(piece)], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    return [[urllib.parse.unquote(cell) for cell in line.split("\t")] for line in out.decode().split("\n")[:-1]]


def main():
    random.seed(4180)
    wrong = compared = 0
    for _ in range(150):
        delimiter = random.choice(",;\t|")
        text = "".join(delimiter.join(cell(delimiter) for _ in range(random.randrange(1, 6))) + random.choice(["\n", "\r\n", "\r"]) for _ in range(random.randrange(1, 30)))
        piece = random.choice([1, 7, 64, 65536])
        mine = ours(text, delimiter, piece)
        told = ours(text + '"a' + delimiter + "b\n", delimiter, piece)
        if not told or told[-1][0] != "error":
            wrong += 1
            print("# open quote not told:", ascii(text))
        compared += 1
        if mine != theirs(text, delimiter):
            wrong += 1
            print("# differs:", ascii(text), delimiter)
    print("1..2")
    print("%s 1 - same rows" % ("ok" if wrong == 0 else "not ok"))
    print("%s 2 - %d texts compared" % ("ok" if compared > 20 else "not ok", compared))
    sys.exit(wrong != 0 or compared <= 20)


main()
