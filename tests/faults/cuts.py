#!/usr/bin/python3
"""cuts.py - the power cut proof. A scenario (scenario.py) is played once over the shim, which notes each write, sync and name. Then the power is cut
at many of its moments: a folder is built as a disk may hold it (disk.py), a core of another boot starts there, what had been acknowledged must be
there, and the scenario goes on to its end; the judge's record up to the cut and behind it is the truth.

  tests/faults/cuts.py --program BUILD/src/cli/postrider --shim BUILD/tests/faults/shim [--cuts 1000] [--seed N] [--tap] [--seconds N]
                       [--at-least N] [--self-check] [--keep]
Exit status: 0 the proof holds, 1 it does not.
"""
import argparse
import bisect
import copy
import collections
import os
import random
import shutil
import sys
import tempfile
import time
import uuid

from disk import Disk, find_differences, read_tree, write_tree
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from can import lasting_folder  # noqa: E402
from fixture import Fixture, Trouble, become_subreaper, descendants
from scenario import PASSWORD, USER, Home, ScenarioRun, Plan, Shim, read_begun, read_surviving_store
from write_log import WriteLog
from verdict import count

CUTS_A_STORY = 40   # chosen: another plan, judge and seed often enough, and the recording costs little
DEPTH_MAX = 3       # a cut in the recovery from a cut in the recovery
UNSEEN = ("core.log", "core.log.1", "-shm", "core.sock", "core.lock")

# row of the table, share of the cuts; goals that it covers, or what the next record is about
ROWS = [
    ("first start, account", 8), ("import", 8), ("suppress, edit", 6), ("campaign made", 8), ("pause, resume", 8), ("sending", 12),
    ("vault passphrase", 8), ("leaving", 4), ("checkpoint", 8), ("vault written", 6), ("journal written", 8), ("names change", 6),
    ("core-before-commit", 4), ("core-handed", 6), ("core-recalled", 3), ("core-recovering", 2), ("core-recovered", 2),
    ("transport-begun", 4), ("smtp-before-dot", 3), ("smtp-after-dot", 3), ("transport-after-answer", 3), ("transport-after-ended", 2), ("recovery", 10),
]
ROW_OF_GOAL = {
    "account": "first start, account", "import": "import", "import more": "import", "suppress": "suppress, edit", "suppress late": "suppress, edit",
    "template": "suppress, edit", "edit": "suppress, edit", "send": "campaign made", "send more": "campaign made", "pause": "pause, resume",
    "resume": "pause, resume", "look": "sending", "wait": "sending", "look again": "sending", "protect": "vault passphrase",
    "unprotect": "vault passphrase", "rekey": "vault passphrase", "leave": "leaving",
}


class Recording:
    """A run that came to its end, and the disk under it as it was before."""

    def __init__(self, run, disk, depth):
        self.run, self.disk, self.depth = run, disk, depth
        self.records = run.home.write_log.records()
        self.positions = [record.at for record in self.records]
        self.begun = list(read_begun(self.records, run.numbers_of()))
        self.own = run.own_records()

    def moments(self):
        """row -> positions (each before a record)."""
        found = collections.defaultdict(list)
        names = {}
        starts = [start for _, start, _ in self.run.moves]
        for i, record in enumerate(self.records):
            if record.kind == "O":
                names[record.key] = record.first.decode()
            if record.kind == "K":
                if i + 1 < len(self.records):
                    found[record.first.decode()].append(self.positions[i + 1])
                continue
            found[self._row_by_goal(record.at, starts)].append(record.at)
            special = self._row_by_file(record, names.get(record.key, record.first.decode("utf-8", "replace")))
            if special:
                found[special].append(record.at)
        return found

    def _row_by_goal(self, at, starts):
        i = bisect.bisect_right(starts, at) - 1
        return ROW_OF_GOAL[self.run.moves[i][0]] if i >= 0 else "recovery"

    @staticmethod
    def _row_by_file(record, path):
        if record.kind in "RLUD":
            return "names change"
        if "/vault" in path:
            return "vault written"
        if "/journals/" in path:
            return "journal written"
        return "checkpoint" if path.endswith("store.db") and record.kind in "WST" else None

    def disk_before(self, at, rule):
        disk = copy.deepcopy(self.disk)
        disk.rule = rule
        for record in self.records[:bisect.bisect_left(self.positions, at)]:
            disk.apply(record)
        return disk

    def sent_before(self, at):
        """What had left: the judge had it by then, or it had been begun and the judge had it in the end."""
        i = bisect.bisect_left(self.positions, at)
        when = self.records[i].mono_ns if i < len(self.records) else 1 << 63
        begun = {address for position, address in self.begun if position < at}
        return self.run.sent + [one for one in self.own if one["mono_ns"] <= when or begun & set(one["to"])]

    def next_run(self, home, at, rng):
        moves = self.run.moves
        done = (self.run.done - {goal for goal, _, _ in moves}) | {goal for goal, _, end in moves if end <= at}
        begun = self.run.begun_before | {goal for goal, start, _ in moves if start <= at}  # half done in an earlier run, it is begun for good
        looked = set().union(self.run.looked_before, *(addresses for position, addresses in self.run.looks if position <= at))
        return ScenarioRun(home, self.run.plan, rng, done, begun, looked, self.sent_before(at))


class Tally:
    def __init__(self):
        self.cuts = self.lost = self.second = self.rows = self.broken = self.other = self.unknown = self.unknown_most = self.handed_most = 0


class Proof:
    def __init__(self, args):
        self.args, self.rng = args, random.Random(args.seed)
        self.shim = Shim(args.shim)
        self.folder = tempfile.mkdtemp(prefix="pr-cuts-", dir=args.folder or lasting_folder())
        self.tallies, self.problems, self.number, self.scenarios, self.records_seen = {}, [], 0, 0, 0
        self.lie, self.is_boot_kept, self.share = "", False, None
        self.judge = None

    def say(self, words):
        print(("# " if self.args.tap else "") + words, flush=True)

    # --- one scenario ---

    def new_judge(self):
        rng, folder = self.rng, os.path.join(self.folder, f"judge{self.scenarios}")
        options = ["--user", USER, "--password", PASSWORD, "--delay-ms", str(rng.choice((0, 0, 1, 3))), "--answer-delay-ms", str(rng.choice((0, 1, 3)))]
        return Fixture(folder, self.args.program, options + ([] if rng.random() < 0.6 else ["--no-chunking"]))

    def new_home(self, tree=None):
        self.number += 1
        home = Home(os.path.join(self.folder, f"h{self.number}"), self.args.program, self.judge, self.shim)
        if tree is not None:
            write_tree(tree, home.disk)
        home.write_log = WriteLog(os.path.join(home.folder, "write-log"))
        home.lie = self.lie
        home.boot = os.path.join(home.folder if not self.is_boot_kept else self.folder, "boot")
        with open(home.boot, "w") as file:
            file.write(f"{uuid.UUID(int=1) if self.is_boot_kept else uuid.uuid4()}\n")
        return home

    def record(self):
        self.scenarios += 1
        self.judge = self.new_judge()
        plan = Plan(self.rng, self.rng.random() < 0.5, os.path.join(self.folder, f"files{self.scenarios}"))
        home = self.new_home()
        run = ScenarioRun(home, plan, self.rng)
        disk = Disk(home.disk)
        try:
            self.play_out(run)
            if run.findings:
                raise Trouble(f"the scenario itself, without a cut: {run.findings[0]}")
            recording = Recording(run, disk, 0)
            self.check_model(recording)
        finally:
            home.close()
        self.records_seen += len(recording.records)
        return recording

    def play_out(self, run):
        run.play()
        run.unknown = run.judge()
        run.home.stop_core()
        run.tree_left = read_tree(run.home.disk)  # before anybody's SQLite looks into it
        run.find_leftovers()
        if run.home.write_log.is_full:
            raise Trouble("the write log is too small for this scenario")

    def check_model(self, recording):
        """Had nothing been lost, the model must be the folder, octet by octet: the shim misses nothing."""
        if self.lie:
            return
        tree = recording.disk_before(1 << 62, "posix").cut(random.Random(0), 1)
        for words in find_differences(tree, recording.run.tree_left, UNSEEN):
            raise Trouble(f"the shim misses something: {words}")

    # --- one cut ---

    def cut(self, recording, row, at):
        """Returns the recording of the run behind the cut, or None when there was a problem."""
        rng = self.rng
        rule, share = rng.choice(("posix", "journal")), self.share or rng.choice((0, 1, "head", "head", 0.2, 0.5, 0.5, 0.8, round(rng.random(), 2)))
        home = self.new_home(recording.disk_before(at, rule).cut(rng, share))
        handed, unknown_before, integrity = read_surviving_store(home.home)
        run, before = recording.next_run(home, at, rng), Disk(home.disk)
        what = f"{row} at {at} of {recording.run.home.folder}, names {rule}, share {share}, depth {recording.depth + 1}"
        if integrity != "ok":
            run.findings.append(("broken", "", f"the store behind the cut: {integrity}"))
        try:
            run.wake()
            if not run.findings:
                self.play_out(run)
                recording = Recording(run, before, recording.depth + 1)
            if not run.findings and run.unknown - unknown_before > handed:
                run.findings.append(("unknown", "", f"{run.unknown} unknown, {unknown_before} before, {handed} were handed"))
        except Trouble as trouble:
            run.findings.append(("trouble", "", str(trouble)))
        self.note(row, run, handed, unknown_before, what)
        home.close()
        if run.findings:
            return None
        if not self.args.keep:
            shutil.rmtree(home.folder)
        return recording

    def note(self, row, run, handed, unknown_before, what):
        tally, unknown = self.tallies.setdefault(row, Tally()), run.unknown - unknown_before
        tally.cuts += 1
        tally.lost += count(run.findings, "lost", "stuck")
        tally.second += count(run.findings, "second", "silent")
        tally.rows += count(run.findings, "row")
        tally.broken += count(run.findings, "broken", "vault")
        tally.other += bool(run.findings)
        tally.unknown += max(0, unknown)
        tally.unknown_most = max(tally.unknown_most, unknown)
        tally.handed_most = max(tally.handed_most, handed)
        for kind, address, words in run.findings[:3]:
            self.problem(f"{what} → {run.home.folder}: {kind} {address} {words}")

    def problem(self, words):
        self.problems.append(words)
        self.say(f"  PROBLEM {words}")

    # --- whole ---

    def count(self):
        return sum(tally.cuts for tally in self.tallies.values())

    def deficit(self, row, wanted):
        share, total = dict(ROWS)[row], sum(share for _, share in ROWS)
        return wanted * share / total - (self.tallies[row].cuts if row in self.tallies else 0)

    def cut_in_recovery(self, recording, wanted):
        """Follows the run behind a cut into its own first moments."""
        while recording and recording.depth < DEPTH_MAX and self.deficit("recovery", wanted) > 0:
            moments = recording.moments()
            row = next((row for row in ("core-recovering", "core-recovered") if moments[row] and self.deficit(row, wanted) > 0), "recovery")
            if not moments[row]:
                return
            recording = self.cut(recording, row, self.rng.choice(moments[row]))

    def is_time_over(self):
        return time.monotonic() - self.started > self.args.seconds

    def play_story(self, wanted, cuts):
        recording = self.record()
        moments = recording.moments()
        end = self.count() + cuts
        while self.count() < end and not self.is_time_over() and len(self.problems) < 30:
            rows = [row for row, _ in ROWS if moments[row]]
            row = max(rows, key=lambda row: self.deficit(row, wanted))
            behind = self.cut(recording, row, self.rng.choice(moments[row]))
            self.cut_in_recovery(behind, wanted)
        self.say(f"  scenario {self.scenarios}: {len(recording.records)} records, {self.count()} cuts; {time.monotonic() - self.started:.0f} s")
        self.judge.close()
        if not self.problems and not self.args.keep:
            for name in os.listdir(self.folder):
                shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)

    def run(self):
        self.started = time.monotonic()
        while self.count() < self.args.cuts and not self.is_time_over() and len(self.problems) < 30:
            try:
                self.play_story(self.args.cuts, min(CUTS_A_STORY, self.args.cuts - self.count()))
            except Trouble as trouble:
                self.problem(str(trouble))
                self.judge.close()
                break
        self.problems += [f"still there at the end: {process}" for process in descendants()]

    # --- can it fail? ---

    def find_with(self, words, kinds, rows, cuts=30):
        """A disk, or a reader of boot ids, that lies: the same cuts must find it."""
        self.problems, self.tallies = [], {}
        recording, found = self.record(), set()
        moments = recording.moments()
        say, self.say = self.say, lambda words: None
        for i in range(cuts):
            row = rows[i % len(rows)]
            if moments[row]:
                before = len(self.problems)
                self.cut(recording, row, self.rng.choice(moments[row]))
                found |= {kind for kind in kinds if any(f": {kind} " in problem for problem in self.problems[before:])}
            if found:
                break
        self.say = say
        self.judge.close()
        self.problems, self.tallies = [], {}
        return f"found within {cuts} cuts: {words}", bool(found)

    def self_check(self):
        self.started = time.monotonic()
        self.lie = "all"
        yield self.find_with("a disk that promises and does not write", ("row", "lost", "broken", "second", "silent"), ("sending", "leaving"))
        self.lie, self.is_boot_kept, self.share = "", True, "head"
        yield self.find_with("a core that does not see that the machine was off", ("second", "silent"), ("smtp-after-dot", "transport-after-answer"))
        self.is_boot_kept, self.share = False, None

    # --- report ---

    def table(self):
        head = ("cut during", "cuts", "lost", "second", "rows gone", "not opened", "unknown", "most a cut", "handed")
        rows = [(row, t.cuts, t.lost, t.second, t.rows, t.broken, t.unknown, t.unknown_most, t.handed_most)
                for row, _ in ROWS for t in [self.tallies.get(row)] if t]
        rows.append(("sum", *(sum(row[i] for row in rows) for i in range(1, 7)), "", ""))
        widths = [max(len(str(row[i])) for row in [head] + rows) for i in range(len(head))]
        for row in [head] + rows:
            self.say("  ".join(str(cell).rjust(width) if i else str(cell).ljust(width) for i, (cell, width) in enumerate(zip(row, widths))))
        return rows[-1][1:]

    def report(self, first):
        cuts, lost, second, gone, broken, unknown = self.table()[:6]
        seconds = time.monotonic() - self.started
        wanted = min(self.args.cuts, self.args.at_least or self.args.cuts)
        checks = [(f"{cuts} power cuts in {seconds:.0f} s, seed {self.args.seed}", cuts >= wanted), (f"recipients lost: {lost}", lost == 0),
                  (f"second copies: {second}", second == 0), (f"acknowledged rows gone: {gone}", gone == 0),
                  (f"stores and vaults that did not open: {broken}", broken == 0), (f"no other problem ({len(self.problems)})", not self.problems)]
        if self.args.tap:
            for i, (name, is_right) in enumerate(checks, first):
                print(f"{'ok' if is_right else 'not ok'} {i} - {name}")
        is_right = all(check[1] for check in checks)
        for problem in self.problems:
            self.say(f"PROBLEM {problem}")
        self.say(f"verdict: {cuts} cuts in {self.scenarios} scenarios, {lost} lost, {second} second copies, {gone} rows gone, {unknown} unknown, "
                 f"{len(self.problems)} problems: {'the proof holds' if is_right else 'THE PROOF DOES NOT HOLD'}")
        return is_right, first + len(checks)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the command line of the build")
    parser.add_argument("--shim", required=True, help="the folder of libfaults.so")
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=int, default=3600, help="at most")
    parser.add_argument("--at-least", type=int, help="cuts that are enough when the time is over")
    parser.add_argument("--folder", default=None, help="where the data folders go (a short path)")
    for name in ("tap", "self-check", "keep"):
        parser.add_argument("--" + name, action="store_true")
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    return args


def main():
    args = parse()
    become_subreaper()
    proof, is_right, n = Proof(args), True, 1
    if args.self_check or args.tap:
        for name, is_found in proof.self_check():
            print(f"{'ok' if is_found else 'not ok'} {n} - {name}" if args.tap else f"{'right' if is_found else 'WRONG'}: {name}", flush=True)
            is_right, n = is_right and is_found, n + 1
    if not args.self_check:
        proof.run()
        holds, n = proof.report(n)
        is_right = is_right and holds
    if args.tap:
        print(f"1..{n - 1}")
    if is_right and not args.keep:
        shutil.rmtree(proof.folder)
    else:
        proof.say(f"kept: {proof.folder}")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
