"""What the tests of postrider-oauth share: the driver as a process, and TAP."""
import subprocess
import sys
import unittest
import urllib.parse


class Driver:
    """drive-oauth: one postrider-oauth behind its lock, one call after the other."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = int(self.process.stdout.readline().partition("=")[2])

    def send(self, **keys):
        self.process.stdin.write("".join("%s=%s\n" % (key, urllib.parse.quote(str(value), safe="")) for key, value in keys.items()) + "\n")
        self.process.stdin.flush()

    def read(self):
        found = {}
        for line in self.process.stdout:
            if line == "\n":
                return found
            key, _, value = line.rstrip("\n").partition("=")
            found[key] = urllib.parse.unquote(value)
        raise AssertionError("postrider-oauth has ended")

    def call(self, **keys):
        self.send(**keys)
        return self.read()

    def close(self):
        self.process.stdin.close()
        return self.process.wait(timeout=60)


class Tap(unittest.TextTestResult):
    n, has_failed_part = 0, None

    def line(self, test, word, why=""):
        Tap.n += 1
        print("%s %d - %s%s" % (word, Tap.n, test.id().split(".")[-1], why), flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line(test, "ok")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(test, "ok", " # SKIP " + reason)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line(test, "not ok")

    def addSubTest(self, test, subtest, err):  # each as it fails, and its test at the end
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.has_failed_part = test.id()
            print("# %s: %s" % (subtest, str(err[1]).replace("\n", "\n# ")), flush=True)

    def stopTest(self, test):
        super().stopTest(test)
        if self.has_failed_part == test.id():
            self.line(test, "not ok")

    def addError(self, test, err):
        super().addError(test, err)
        self.line(test, "not ok")


def run(case, names):
    """names: the tests to run; none: all of them."""
    suite = unittest.TestSuite(case(name) for name in names) if names else unittest.defaultTestLoader.loadTestsFromTestCase(case)
    print("1..%d" % suite.countTestCases(), flush=True)
    sys.exit(not unittest.TextTestRunner(stream=sys.stderr, resultclass=Tap, verbosity=0).run(suite).wasSuccessful())
