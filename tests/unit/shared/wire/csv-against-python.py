#!/usr/bin/env python3
"""Python's csv module and ours read the same random texts; TAP. Argument: csv-dump."""
import csv
import io
import random
import subprocess
import sys
import urllib.parse

ALPHABET = ['a', 'b', ' ', '"', '"', ',', ';', '\t', '\n', '\r\n', '\r', 'ä', 'xxxxxxxxxxxx', '""']


def theirs(text, delimiter):
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return [row or [""] for row in rows]


def ours(text, delimiter, piece):
    out = subprocess.run([sys.argv[1], delimiter, str(piece)], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    return [[urllib.parse.unquote(cell) for cell in line.split("\t")] for line in out.decode().split("\n")[:-1]]


def is_open(text, delimiter):
    """Ends inside quotes: we say so, Python does not."""
    try:
        list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False))
        probe = list(csv.reader(io.StringIO(text + "\nPROBE", newline=""), delimiter=delimiter))
        return not probe or probe[-1] != ["PROBE"]
    except csv.Error:
        return True


def main():
    random.seed(4180)
    wrong = compared = 0
    for _ in range(150):
        delimiter = random.choice(",;\t|")
        text = "".join(random.choice(ALPHABET + [delimiter] * 3) for _ in range(random.randrange(1, 400)))
        mine = ours(text, delimiter, random.choice([1, 7, 64, 65536]))
        if is_open(text, delimiter):
            if not mine or mine[-1][0] != "error":
                wrong += 1
                print("# open quote not told:", ascii(text))
            continue
        compared += 1
        if mine != theirs(text, delimiter):
            wrong += 1
            print("# differs:", ascii(text), delimiter)
    print("1..2")
    print("%s 1 - same rows" % ("ok" if wrong == 0 else "not ok"))
    print("%s 2 - %d texts compared" % ("ok" if compared > 20 else "not ok", compared))
    sys.exit(wrong != 0 or compared <= 20)


main()
