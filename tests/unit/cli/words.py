#!/usr/bin/env python3
"""words.py SOURCE: the command line calls a state and a reason as the window does: each row of src/cli/words.c is one of page/src/words/index.ts, word for word."""
import os
import re
import sys


def page_table(text, name):
    inside = re.search(r"\n  %s: table\(\{(.*?)\n  \}\)" % name, text, re.S).group(1)
    return {key.strip("'"): words for key, words in re.findall(r"('[^']+'|\w+): '([^']*)'", inside)}


def command_table(text, name):
    inside = re.search(r"\b%ss\[\]\[2\] = \{(.*?)\n\};" % name, text, re.S).group(1)
    return dict(re.findall(r'\{ "([^"]+)", "([^"]+)" \}', inside))


def main(source):
    with open(os.path.join(source, "page/src/words/index.ts")) as page, open(os.path.join(source, "src/cli/words.c")) as command:
        page, command = page.read(), command.read()
    wrong = []
    for name in ("state", "reason"):
        window, line = page_table(page, name), command_table(command, name)
        if len(line) < 4:
            wrong.append("no table of %ss was found in src/cli/words.c" % name)
        wrong += ["%s %s: “%s” on the command line, “%s” in the window" % (name, key, words, window.get(key)) for key, words in line.items() if window.get(key) != words]
        # a state that the window calls by another name than JSON does has that name on the command line, too
        wrong += ["%s %s: “%s” in the window alone" % (name, key, words) for key, words in window.items()
                  if name == "state" and key in ("prepared", "done", "queued", "handed", "later", "skipped", "untried", "failing", "password", "locked") and key not in line]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
