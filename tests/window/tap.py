"""tap.py - what a test found, in the form that Meson reads."""
import sys


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def ok(self, good, name, why=""):
        self.count += 1
        self.failed += not good
        if not good and why:
            print("# " + str(why).replace("\n", "\n# "))
        print("%sok %d - %s" % ("" if good else "not ", self.count, name))
        sys.stdout.flush()

    def end(self):
        print("1..%d" % self.count)
        return 1 if self.failed else 0
