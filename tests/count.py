#!/usr/bin/env python3
"""Adds up what meson's test runs left in their logs: why each skipped one was skipped, what each failed one said, then one line: N passed,
N failed, N skipped."""
import json
import re
import sys
from pathlib import Path

MOST_LINES = 20  # of what was said before a point that failed


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


passed = failed = skipped = 0
for folder in sys.argv[1:]:
    log = Path(folder) / "meson-logs" / "testlog.json"
    if not log.exists():
        print("no test log in", folder)
        failed += 1
        continue
    for line in log.read_text().splitlines():
        test = json.loads(line)
        output = test.get("stdout", "") or ""
        tap = re.findall(r"^(not ok|ok)\b.*?(#\s*(?:SKIP|skip)\b.*)?$", output, re.M)
        if test["result"] == "SKIP" and not tap:
            reason = (output + (test.get("stderr") or "")).strip().splitlines()
            print("skipped: %s: %s" % (test["name"], reason[-1] if reason else "no reason given"))
            skipped += 1
        elif not tap:
            good = test["result"] in ("OK", "EXPECTEDFAIL")
            passed += good
            failed += not good
            if not good:
                print("failed: %s (%s)" % (test["name"], test["result"]))
        else:
            bad = sum(1 for r, s in tap if r == "not ok")
            for r, s in tap:
                if s and r == "ok":
                    print("skipped: %s: %s" % (test["name"], s.lstrip("# ").strip()))
            skipped += sum(1 for r, s in tap if s and r == "ok")
            passed += sum(1 for r, s in tap if r == "ok" and not s)
            failed += bad
            if not bad and test["result"] not in ("OK", "SKIP"):
                failed += 1  # it ended badly after its last point: a leak, a crash
                bad = 1
            if bad:
                print("failed: %s (%s)" % (test["name"], test["result"]))
                for words in find_words(output):
                    print("  " + words)
print("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
sys.exit(1 if failed or not passed else 0)
