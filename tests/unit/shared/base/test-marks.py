#!/usr/bin/env python3
"""test-marks.py CHECKS XML…: what the page may call has a mark (org.postrider.Effect), or there is no build. TAP."""
import os
import re
import subprocess
import sys
import tempfile

MARK = re.compile(r'\s*<annotation name="org.postrider.Effect" value="[^"]*"/>')


def build(checks, place, texts):
    """Returns: status and words of checks.py over these files."""
    paths = []
    for name, text in texts.items():
        paths.append(os.path.join(place, name))
        with open(paths[-1], "w") as out:
            out.write(text)
    made = [os.path.join(place, name) for name in ("checks.c", "contract.md", "contract.ts")]
    done = subprocess.run([sys.executable, checks, *made, *paths], capture_output=True, text=True)
    return done.returncode, done.stderr


def change(text, member, mark):
    """The member's mark is another, or (None) none."""
    begin = re.search(r'<(method|signal) name="%s">' % member, text).start()
    end = re.compile(r"</(method|signal)>").search(text, begin).start()
    body = MARK.sub("", text[begin:end])
    if mark is not None:
        first = body.index("\n")
        body = body[:first] + '<annotation name="org.postrider.Effect" value="%s"/>' % mark + body[first:]
    return text[:begin] + body + text[end:]


def main(checks, *paths):
    texts = {os.path.basename(path): open(path).read() for path in paths}
    app, window = "org.postrider.App1.xml", "org.postrider.Window1.xml"
    rows = [
        ("the contract as it is", app, None, None, 0, ""),
        ("a method for the page without a mark", app, "ListRemove", None, 1, "App1.ListRemove"),
        ("one that is harmless without a mark", app, "Hello", None, 1, "App1.Hello"),
        ("one of the shell's own without a mark", window, "OpenAddress", None, 1, "Window1.OpenAddress"),
        ("a mark that is none", app, "ListRemove", "fine", 1, "unknown"),
        ("a mark of what the page may not call", app, "Leave", "harmless", 1, "may not call"),
        ("a mark of a signal", app, "CampaignChanged", "harmless", 1, "may not call"),
        ("another mark", app, "Hello", "irreversible", 0, ""),
    ]
    print("1..%d" % len(rows))
    failed = 0
    for number, (name, file, member, mark, status, words) in enumerate(rows, 1):
        with tempfile.TemporaryDirectory() as place:
            changed = dict(texts, **{file: change(texts[file], member, mark) if member else texts[file]})
            got, said = build(checks, place, changed)
        good = got == status and words in said
        failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", number, name))
        if not good:
            print("# status %d, %s" % (got, said))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
