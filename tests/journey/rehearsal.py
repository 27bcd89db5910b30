#!/usr/bin/python3
"""rehearsal.py BUILD [WORD…]: `postrider sink` makes the trouble that it is asked for, and a campaign into it shows refused, later and unknown."""
import collections
import glob
import json
import os
import signal
import subprocess
import sys

from fixture import Judge, check, run_cases


class Sink:
    """`postrider sink` beside a fixture."""

    def __init__(self, fixture, *options):
        self.folder = os.path.join(fixture.folder, "captured")
        words = [fixture.program, "sink", "--dir", self.folder, "--json", *options]
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=fixture.environment(), cwd=fixture.folder)
        fixture.servers.append(self)
        self.port = json.loads(self.process.stdout.readline())["port"]

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate()

    def copies(self):
        """address → messages captured for it"""
        found = collections.Counter()
        for path in glob.glob(self.folder + "/new/*"):
            with open(path, encoding="utf-8", errors="replace") as file:
                found.update(line.split(": ", 1)[1].strip().strip("<>") for line in file if line.startswith("Delivered-To: "))
        return found


def settle(fixture, sink):
    """The one who is dropped comes last, so that nobody else is on the wire then."""
    fixture.add_account(sink.port)
    people = ["nobody.1", "later.1", *(f"person{i}" for i in range(1, 7)), "lost.1"]
    fixture.run("import", fixture.write("people.csv", "name,email\n" + "".join(f"{who.title()},{who}@example.net\n" for who in people)), "--list", "people")
    fixture.write("letter.txt", "Dear {{name}}.\n")


def refused_later_unknown(fixture):
    """Each is what was asked for; who was put off gets it at the end of --give-up; a resend to the dropped one is a second copy"""
    sink = Sink(fixture, "--refuse", "Nobody.*", "--delay", "later.*", "--drop", "lost.?@example.net")
    settle(fixture, sink)
    started = fixture.run(*fixture.send_words("--give-up", "10s", "--connections", "1", "--rate", "20/s"), "--json", status=75).lines()
    check(started[0]["lifetime_s"] == 10, started[0])
    states = {row["address"].split("@")[0]: row["state"] for row in fixture.export()}
    check(states == {"nobody.1": "refused", "later.1": "later", "lost.1": "unknown", **{f"person{i}": "accepted" for i in range(1, 7)}}, states)
    numbers = fixture.wait(1, "done")
    check((numbers["accepted"], numbers["refused"], numbers["unknown"]) == (7, 1, 1), numbers)
    check(sink.copies() == {**{f"person{i}@example.net": 1 for i in range(1, 7)}, "later.1@example.net": 1, "lost.1@example.net": 1}, sink.copies())
    fixture.run("campaign", "resolve", 1, "resend", "lost.1@example.net")
    check(fixture.wait(1, "done")["accepted"] == 8, fixture.show())
    check(sink.copies()["lost.1@example.net"] == 2, sink.copies())


def patterns_that_are_none(fixture):
    """An empty pattern, or more than there may be, is refused with its words, and nothing is served"""
    refused = fixture.run("sink", "--refuse", "", status=64)
    check("pattern" in refused.err, refused)
    refused = fixture.run("sink", *[word for i in range(65) for word in ("--drop", f"p{i}@*")], status=64)
    check("64" in refused.err, refused)


def gives_up(fixture):
    """Who is put off for ever is refused when the time of --give-up is over, and it was said before for how long"""
    judge = Judge(fixture, "--refuse", "person2@", "--refuse-reply", "450 4.2.0 not now")
    fixture.settle(judge.port, 3)
    said = fixture.run(*fixture.send_words("--give-up", "10 s"), status=75).err
    check("tried again for 10 s" in said, said)
    numbers = fixture.wait(1, "done")
    check((numbers["accepted"], numbers["refused"]) == (2, 1), numbers)
    row = [row for row in fixture.export() if row["address"] == "person2@example.net"][0]
    check(row["reason"] == "expired" and int(row["attempts"]) >= 2, row)
    for wrong in ("5s", "31d", "6", "soon"):
        refused = fixture.run(*fixture.send_words("--give-up", wrong), status=64)
        check("--give-up" in refused.err, refused)


CASES = [refused_later_unknown, patterns_that_are_none, gives_up]

if __name__ == "__main__":
    sys.exit(run_cases(CASES, __doc__))
