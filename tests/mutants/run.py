#!/usr/bin/env python3
"""run.py [--fault NAME] [--place DIR] [AREA…]: deliberate faults, put into the code one at a time: does a test see each?

AREA.toml has the faults of an area, each a [[fault]]:
  name        a word, unique in its file
  suffers     what a user would suffer
  file        path of the source in the tree
  find, into  text that stands in it exactly once, and what takes its place
  tests       names of tests as meson has them, all that should see it: one that fails is enough
  build       "release" for tests of the release build (window, boundary); else the sanitized one
  equivalent  instead of tests: why nobody can notice it; is not counted
The tree's files as they are now are copied to a place of their own (--place keeps it for the next run, and what tests said in its folder "said").
Its builds lie in that tree as anybody's do: with /usr/lib/ccache in front of PATH they are soon there. First all named tests must pass without a fault.
Goal: 95 of 100 seen. The score comes into RESULTS.md when whole areas were run.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILDS = {
    "sanitized": ["-Dtests=true", "-Dwerror=false", "-Dkill-points=true", "-Dkill-default=true", "-Db_sanitize=address,undefined"],
    "release": ["--buildtype=release", "-Dtests=true", "-Dwerror=false"],
}
DID_NOT_BUILD = 125  # meson test's own status


class Bad(Exception):
    """A fault that cannot be played as it is written."""


def load(area):
    with open(HERE / f"{area}.toml", "rb") as file:
        faults = tomllib.load(file)["fault"]
    names = [fault["name"] for fault in faults]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Bad(f"{area}.toml: twice: {', '.join(sorted(twice))}")
    for fault in faults:
        lacks = {"name", "suffers", "file", "find", "into"} - fault.keys()
        if lacks or ("tests" in fault) == ("equivalent" in fault) or fault.get("build", "sanitized") not in BUILDS:
            raise Bad(f"{area}.toml: {fault['name']}: lacks {', '.join(lacks) or 'either tests or equivalent, or its build is unknown'}")
        fault["area"] = area
    return faults


def put(fault, text):
    """Returns the text with the fault in it."""
    if (n := text.count(fault["find"])) != 1:
        raise Bad(f"{fault['area']}.toml: {fault['name']}: what is to be replaced stands {n} times in {fault['file']}")
    return text.replace(fault["find"], fault["into"])


class Place:
    """A copy of the tree with its build folders."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.tree = self.folder / "tree"
        self.copy()

    def copy(self):
        """Only what differs is written, so that a build that is there stays of use."""
        listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z"], capture_output=True, text=True, check=True)
        names = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
        for name in names:
            to = self.tree / name
            if not to.is_file() or to.read_bytes() != (ROOT / name).read_bytes():
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, to)
        page = ROOT / "page" / "dist"
        if page.is_dir():
            shutil.copytree(page, self.tree / "page" / "dist", dirs_exist_ok=True)
        if not (self.tree / ".git").exists():  # some checks ask git for the tree's files
            subprocess.run("git init -q . && git add -A -f . && git -c user.name=x -c user.email=x@example.org commit -qm x", shell=True, cwd=self.tree, check=True)

    def set_up(self, build):
        folder = self.tree / f"build-{build}"
        if not (folder / "build.ninja").is_file():
            subprocess.run(["meson", "setup", folder, self.tree, *BUILDS[build]], check=True, stdout=subprocess.DEVNULL)

    def list_tests(self, build):
        with open(self.tree / f"build-{build}" / "meson-info" / "intro-tests.json") as file:
            return {test["name"] for test in json.load(file)}

    def test(self, build, names, timeout=6):
        """Returns (status, output) of meson test, which first builds what these tests need."""
        command = ["meson", "test", "-C", self.tree / f"build-{build}", "--print-errorlogs", "--timeout-multiplier", str(timeout), "--maxfail", "1", *names]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", env={**os.environ, "G_DEBUG": "fatal-criticals"})
        return done.returncode, done.stdout + done.stderr

    def play(self, fault):
        """Returns whether a test saw it. The file is as before afterwards."""
        path = self.tree / fault["file"]
        before = path.read_text()
        path.write_text(put(fault, before))
        try:
            status, said = self.test(fault.get("build", "sanitized"), fault["tests"], 2)
        finally:
            path.write_text(before)
        (self.folder / "said").mkdir(exist_ok=True)
        (self.folder / "said" / f"{fault['area']}.{fault['name']}").write_text(said)
        if status == DID_NOT_BUILD:
            raise Bad(f"{fault['area']}.toml: {fault['name']}: does not build:\n" + "\n".join(re.findall(r".*error.*", said)[:5]))
        return status != 0


def check_control(place, faults):
    """Without a fault each named test passes."""
    for build in BUILDS:
        tests = sorted({test for fault in faults if fault.get("build", "sanitized") == build for test in fault.get("tests", ())})
        if not tests:
            continue
        place.set_up(build)
        if unknown := set(tests) - place.list_tests(build):
            raise Bad(f"no such test: {', '.join(sorted(unknown))}")
        status, said = place.test(build, tests)
        if status != 0:
            raise Bad(f"without a fault, of {' '.join(tests)}:\n{said[-3000:]}")


def keep(score):
    rows = {}
    results = HERE / "RESULTS.md"
    for line in results.read_text().splitlines():
        if (found := re.match(r"\| (\S+) \| \d", line)) and found[1] != "sum":
            rows[found[1]] = line
    for area, (seen, of, equivalent) in score.items():
        rows[area] = f"| {area} | {seen} | {of} | {equivalent} | {datetime.date.today()} |"
    numbers = [[int(cell) for cell in row.split("|")[2:5]] for row in rows.values()]
    sums = [sum(column) for column in zip(*numbers)]
    rows["sum"] = f"| sum | {sums[0]} | {sums[1]} | {sums[2]} | {sums[0] / max(sums[1], 1):.1%} |"
    head = results.read_text().partition("|---|")[0] + "|---|---|---|---|---|\n"
    results.write_text(head + "\n".join(rows.values()) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("areas", nargs="*", metavar="AREA")
    parser.add_argument("--fault", action="append", help="only this one; may come several times")
    parser.add_argument("--place", help="folder that is kept; without it one that goes away")
    options = parser.parse_args()
    areas = options.areas or sorted(path.stem for path in HERE.glob("*.toml"))
    folder = options.place or tempfile.mkdtemp(prefix="postrider-mutants-", dir="/var/tmp")
    score, bad = {}, 0
    try:
        faults = [fault for area in areas for fault in load(area) if not options.fault or fault["name"] in options.fault]
        place = Place(folder)
        check_control(place, faults)
        for fault in faults:
            seen, of, equivalent = score.get(fault["area"], (0, 0, 0))
            if "equivalent" in fault:
                put(fault, (place.tree / fault["file"]).read_text())
                score[fault["area"]] = seen, of, equivalent + 1
                continue
            try:
                is_seen = place.play(fault)
            except Bad as trouble:
                print(trouble, flush=True)
                bad += 1
                continue
            print(f"{fault['area']}: {fault['name']}: {'seen' if is_seen else 'NOT SEEN: ' + fault['suffers']}", flush=True)
            score[fault["area"]] = seen + is_seen, of + 1, equivalent
    finally:
        if not options.place:
            shutil.rmtree(folder)
    for area, (seen, of, equivalent) in score.items():
        print(f"{area}: {seen} of {of} seen ({equivalent} equivalent)")
    if not options.fault and not bad:
        keep(score)
    return 0 if not bad and all(seen >= 0.95 * of for seen, of, _ in score.values()) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Bad as trouble:
        sys.exit(f"run.py: {trouble}")
