#!/usr/bin/env python3
"""count.py [--minutes N] [--stopped WHAT]… FOLDER…: adds up what meson's test runs left in their logs: the ten slowest tests, why each skipped one was
skipped, what each failed one said, then one line: N passed, N failed, N skipped. What was stopped before it could be tried counts as failed."""
import argparse
import json
import re
import sys
from pathlib import Path

MOST_LINES = 20  # of what was said before a point that failed
SLOWEST = 10
POINT = re.compile(r"^(not ok|ok)\b.*?(#\s*(?:SKIP|skip)\b.*)?$", re.M)


def find_words(output):
    """What was said just before a point that failed, the point, and what is called a problem wherever it stands."""
    block = []
    for line in output.splitlines():
        if line.startswith(("not ok", "Bail out!")):
            yield from [*block[-MOST_LINES:], line]
        elif line.startswith("# PROBLEM"):
            yield line
            continue
        block = [*block, line] if line.startswith("#") else []


def strip_skip(words):
    """The reason alone of "1..0 # SKIP reason"."""
    return re.sub(r"^(1\.\.0\s*)?#?\s*SKIP\S*\s*", "", words.strip(), flags=re.I) or "no reason given"


class Sum:
    def __init__(self):
        self.passed, self.failed, self.skipped, self.times, self.reasons, self.said = 0, 0, 0, [], {}, []

    def fail(self, what, words=(), count=1):
        self.failed += count
        self.said += ["failed: " + what, *("  " + each for each in words)]

    def skip(self, name, reason):
        self.skipped += 1
        names = self.reasons.setdefault(reason, {})
        names[name] = names.get(name, 0) + 1

    def add(self, test):
        name, result, output = test["name"].partition(" / ")[2] or test["name"], test["result"], test.get("stdout") or ""
        points = POINT.findall(output)
        self.times.append((test["duration"], name))
        if not points:
            said = (output + (test.get("stderr") or "")).strip().splitlines()
            if result == "SKIP":
                self.skip(name, strip_skip(said[-1] if said else ""))
            elif result in ("OK", "EXPECTEDFAIL"):
                self.passed += 1
            else:
                self.fail("%s (%s)" % (name, result), said[-MOST_LINES:])
            return
        bad = sum(1 for verdict, _ in points if verdict == "not ok")
        for verdict, reason in points:
            if verdict == "ok" and reason:
                self.skip(name, strip_skip(reason))
        self.passed += sum(1 for verdict, reason in points if verdict == "ok" and not reason)
        if bad or result not in ("OK", "SKIP"):  # or it ended badly after its last point: a leak, a crash
            self.fail("%s (%s)" % (name, result), find_words(output), max(bad, 1))

    def add_folder(self, folder):
        log = Path(folder) / "meson-logs" / "testlog.json"
        if not log.exists():
            self.fail("no test log in " + folder)
            return
        for line in log.read_text().splitlines():
            self.add(json.loads(line))

    def show(self):
        if self.times:
            print("the slowest: " + ", ".join("%s %.0f s" % (name, seconds) for seconds, name in sorted(self.times, reverse=True)[:SLOWEST]))
        for reason, names in self.reasons.items():
            print("skipped: %s: %s" % (", ".join(name + (" (%d)" % count if count > 1 else "") for name, count in names.items()), reason))
        for line in self.said:
            print(line)
        print("%d passed, %d failed%s" % (self.passed, self.failed, ", %d skipped" % self.skipped if self.skipped else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int)
    parser.add_argument("--stopped", action="append", default=[])
    parser.add_argument("folders", nargs="*")
    words = parser.parse_args()
    total = Sum()
    for folder in words.folders:
        total.add_folder(folder)
    for what in words.stopped:
        total.fail(what)
    if words.minutes is not None:
        print("%d minutes" % words.minutes)
    total.show()
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
