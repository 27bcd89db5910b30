#!/usr/bin/python3
"""fail.py - the n-th call of a kind fails, for n = 1, 2, 3... until a whole run passes without being reached: the run is clean.

A scene is some goals of scenario.py from a folder that is ready for them. It is played once with the failure; its command says what is wrong, or
succeeds. Then it is played to its end without one, and nothing may be lost, sent twice, or left over; the judge has the last word.

  tests/faults/fail.py --program BUILD/src/cli/postrider --shim BUILD/tests/faults/shim [--kind KIND]... [--who WHO]... [--scene SCENE]...
                       [--most N | --runs N] [--seed N] [--seconds N] [--tap] [--keep]
--most: of each (kind, who, scene) at most so many n, spread evenly; else all. --runs: so many in all, of each kind and program in turn, scene and
n by chance. Exit status: 0 the proof holds, 1 it does not.
"""
import argparse
import collections
import errno
import os
import random
import re
import shutil
import sys
import tempfile
import time

import fixture
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from can import lasting_folder  # noqa: E402
from fixture import SLOW, Fixture, Trouble, become_subreaper, descendants, wait_until
from scenario import PASSWORD, USER, Home, ScenarioRun, Plan, Shim
from write_log import KINDS, WHOS as WHO, WriteLog
from verdict import count

# kind, mode, error
FAILURES = [
    ("write", "once", errno.ENOSPC), ("write", "once", errno.EIO), ("write", "on", errno.ENOSPC), ("write", "short", 0),
    ("fsync", "once", errno.EIO), ("fsync", "on", errno.EIO), ("open", "once", errno.EMFILE), ("name", "once", errno.EIO),
    ("socket", "once", errno.ENOBUFS), ("malloc", "once", errno.ENOMEM),
]
SCENES = {
    "account": ("account",), "import": ("import", "suppress", "template"), "send": ("send", "pause", "suppress late", "resume", "wait"),
    "export": ("look", "edit"), "vault": ("protect", "unprotect", "rekey"),
}
BEFORE = {"account": None, "import": "account", "send": "template", "export": "wait", "vault": "account"}
CRASH = re.compile(r"CRITICAL|Sanitizer|runtime error|ended by signal (4|7|8|11)|ERROR \*\*")
OUT_OF_MEMORY = re.compile(r"failed to allocate|out of memory|ended by signal (5|6)\b", re.I)
UNCLEAR = re.compile(r"^postrider: (?:[A-Z]|could not listen|unable to)|Unknown error|: Success$|assert|\(null\)|CRITICAL|Sanitizer|runtime error|Traceback|core dumped", re.M)  # GLib and the system begin with a capital: bare words of theirs
MEMORY_SIGNALS = (5, 6)  # SIGTRAP, SIGABRT: how GLib ends when there is no memory
STALL_S = 8              # chosen: core looks at a full disk again after five
SILENT_S = 60            # chosen: a transport that cannot start is tried again five times, later each time; then core must say so


class Refused(Exception):
    """A command failed. Whether it said so well is a finding of its own."""


class FailingHome(Home):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.said, self.findings = [], []

    def run(self, *words, kill=None, seconds=40, may_fail=False):
        done = super().run(*words, kill=kill, seconds=seconds, may_fail=True)
        if not self.failure or self.write_log.failures == 0:
            if done.returncode not in (0, 1, 75) and not may_fail:
                raise Trouble(f"`postrider {' '.join(words)}` said: {done.stderr.strip()[-300:]} (status {done.returncode})")
            return done
        line = next((line for line in reversed(done.stderr.splitlines()) if line.startswith("postrider: ")), "")
        if done.returncode in (0, 1, 75) and not line and not UNCLEAR.search(done.stderr):
            return done
        is_memory = self.failure.startswith("malloc:cli:") and -done.returncode in MEMORY_SIGNALS
        self.said.append(line or f"(status {done.returncode}) {done.stderr.strip()[-200:]}")
        if not is_memory and (not line or len(line) < 20 or UNCLEAR.search(done.stderr) or not 64 <= done.returncode <= 78):
            self.findings.append(("words", "", f"`postrider {' '.join(words)}` left with {done.returncode} and said: {done.stderr.strip()[-300:]!r}"))
        raise Refused(line)


class FailingRun(ScenarioRun):
    """Here a campaign that does not get on is no trouble as long as it says why."""

    def is_settled(self, can_wait):
        found = self.get_campaign("first")
        return found["state"] in ("done", "paused") or found["later"] and not found["queued"] + found["handed"] or can_wait and found["reason"]

    def do_wait(self):
        if not wait_until(lambda: self.is_settled(False), STALL_S / SLOW, 0.05):
            wait_until(lambda: self.is_settled(True), SILENT_S, 0.2)
        found = self.get_campaign("first")
        if found["state"] == "done":
            return
        if not (found["text"] or found["reason"]):
            self.find("words", f"a campaign stands still and does not say why: {found}")
        self.home.said.append(f"campaign show: {found and (found['state'], found['reason'], found['text'])}")
        raise Refused("it waits")


class Tally:
    def __init__(self):
        self.calls = self.runs = self.failed = self.refused = self.lost = self.second = self.rows = self.unknown = self.bad = 0
        self.is_all = True


class Proof:
    def __init__(self, args):
        self.args, self.rng = args, random.Random(args.seed)
        self.shim, self.folder = Shim(args.shim), tempfile.mkdtemp(prefix="pr-fail-", dir=args.folder or lasting_folder())
        self.tallies, self.problems, self.said, self.number = {}, [], collections.Counter(), 0
        options = ["--user", USER, "--password", PASSWORD, "--answer-delay-ms", "2"]
        self.judge = Fixture(os.path.join(self.folder, "judge"), args.program, options)
        self.plan = Plan(self.rng, True, os.path.join(self.folder, "files"))
        self.plan.goals = [goal for goal in self.plan.goals if goal not in ("import more", "send more", "look again")]
        self.plan.extra = 0
        self.ready, self.calls = {}, {}

    def say(self, words):
        print(("# " if self.args.tap else "") + words, flush=True)

    def new_home(self, ready):
        self.number += 1
        home = FailingHome(os.path.join(self.folder, f"h{self.number}"), self.args.program, self.judge, self.shim)
        if ready:
            os.rmdir(home.disk)
            shutil.copytree(ready.home.disk, home.disk, ignore=shutil.ignore_patterns("core.sock"))
        return home

    def make_ready(self, goal):
        """A folder in which all up to this goal is done, without any failure."""
        if goal not in self.ready and goal is not None:
            home = self.new_home(None)
            run = ScenarioRun(home, self.plan, self.rng)
            goals, self.plan.goals = self.plan.goals, [one for one in self.plan.goals if one not in ("protect", "unprotect")]
            run.play(until=goal)
            self.plan.goals = goals
            home.stop_core()
            run.sent_after = run.sent + run.own_records()
            self.ready[goal] = run
        return self.ready.get(goal)

    # --- one failure ---

    def play(self, run, goals):
        for goal in goals:
            if goal not in run.done:
                run.begun.add(goal)
                getattr(run, "do_" + goal.replace(" ", "_"))()
                run.done.add(goal)

    def play_failing(self, run, scene, findings):
        home = run.home
        fixture.crashes.clear()
        try:
            self.play(run, SCENES[scene])
        except Refused:
            pass
        except Trouble as trouble:
            findings.append(("trouble", "", f"with the failure: {trouble}"))
        was = home.failure
        home.failure = ""
        try:
            home.stop_core()
        except Trouble as trouble:
            if not re.match(r"(write|fsync):core:\d+:on:", was):
                findings.append(("trouble", "", str(trouble)))
            fixture.send_signal(home.core(), fixture.signal.SIGKILL)
        home.failure = was
        wait_until(lambda: (fixture.reap(), not home.workers())[1], 15)
        log = [line for line in home.log().splitlines() if CRASH.search(line) and not (was.startswith("malloc") and OUT_OF_MEMORY.search(line))]
        findings += [("crash", "", f"core.log: {line[:200]}") for line in log]
        allowed = MEMORY_SIGNALS if was.startswith("malloc") else ()
        findings += [("crash", "", f"{name} ended by signal {number}") for name, number in fixture.crashes if number not in allowed]
        findings += home.findings

    def play_after(self, run, scene, findings):
        """The next run, without the shim, resumes and ends clean."""
        home = run.home
        home.write_log, home.failure = None, ""
        for name in ("core.log", "core.log.1"):
            if os.path.exists(os.path.join(home.home, name)):
                os.unlink(os.path.join(home.home, name))
        try:
            run.wake()
            self.play(run, SCENES[scene])
            self.play(run, ["wait"] if "send" in run.done else [])
            run.unknown = run.judge()
            home.stop_core()
            run.find_leftovers()
        except Trouble as trouble:
            findings.append(("trouble", "", f"afterwards: {trouble}"))
        findings += run.findings

    def start(self, scene, failure):
        """A folder that is ready for the scene, and what becomes of it under that failure."""
        ready = self.make_ready(BEFORE[scene])
        home = self.new_home(ready)
        home.write_log, home.is_disk_modelled = WriteLog(os.path.join(home.folder, "write-log"), 4096 + 8 * 65536 + (1 << 20)), False
        home.failure = failure
        before = ready or ScenarioRun(home, self.plan, self.rng)
        return FailingRun(home, self.plan, self.rng, before.done, before.begun, before.looked, ready.sent_after if ready else [])

    def count_calls(self, scene):
        """Of every kind and program, in a run in which none fails."""
        if scene not in self.calls:
            run, findings = self.start(scene, "malloc:core:0:once:0"), []
            self.play_failing(run, scene, findings)
            if findings or run.findings:
                raise Trouble(f"scene {scene} without a failure: {(findings + run.findings)[0]}")
            self.calls[scene] = {(kind, who): run.home.write_log.calls(kind, who) for kind in KINDS for who in WHO}
            run.home.write_log.close()
            shutil.rmtree(run.home.folder)
        return self.calls[scene]

    def fail(self, kind, who, mode, error, scene, n):
        """Returns how many calls there were."""
        failing, findings = self.start(scene, f"{kind}:{who}:{n}:{mode}:{error}"), []
        home = failing.home
        self.play_failing(failing, scene, findings)
        calls, failures = home.write_log.calls(kind, who), home.write_log.failures
        where = [(record.first.decode(), record.second.decode()) for record in home.write_log.records() if record.kind == "F"][:1]
        home.write_log.close()
        run = ScenarioRun(home, self.plan, self.rng, failing.done, failing.begun, failing.looked, failing.sent + failing.own_records())
        self.play_after(run, scene, findings)
        findings += failing.findings
        self.note((kind, mode, error, who), scene, n, where, failures, home, run, findings)
        home.close()
        if not findings and not self.args.keep:
            shutil.rmtree(home.folder)
        return calls

    def note(self, key, scene, n, where, failures, home, run, findings):
        tally = self.tallies.setdefault(key, Tally())
        tally.runs += 1
        tally.failed += failures > 0
        tally.refused += failures > 0 and bool(home.said)
        tally.lost += count(findings, "lost", "stuck")
        tally.second += count(findings, "second", "silent")
        tally.rows += count(findings, "row", "vault")
        tally.unknown += run.unknown
        tally.bad += bool(findings)
        for words in home.said:
            self.said[re.sub(r"/\S*/h\d+/disk", "…", words)] += 1
        for kind, address, words in findings[:3]:
            self.problem(f"{':'.join(map(str, key))} {scene} n={n} at {where} in {home.folder}: {kind} {address} {words}")

    def problem(self, words):
        self.problems.append(words)
        self.say(f"  PROBLEM {words}")

    # --- whole ---

    def sweep(self, kind, mode, error, who, scene):
        calls = self.count_calls(scene)[kind, who]
        if calls == 0:
            return
        tally = self.tallies.setdefault((kind, mode, error, who), Tally())
        tally.calls += calls
        most = self.args.most
        if most and calls > most:
            tally.is_all = False
            start = self.rng.random() * calls / most
            chosen = sorted({1 + int(start + i * calls / most) for i in range(most)})
        else:
            chosen = range(1, calls + 1)
        for n in chosen:
            if self.is_time_over():
                tally.is_all = False
                return
            last = self.fail(kind, who, mode, error, scene, n)
        while not most and last >= n and n < 3 * calls and not self.is_time_over():  # chance moves the number: on until a run is clean
            n += 1
            last = self.fail(kind, who, mode, error, scene, n)

    def is_time_over(self):
        return time.monotonic() - self.started > self.args.seconds or len(self.problems) >= 60

    def list_kinds(self):
        args = self.args
        return [(kind, mode, error, who) for kind, mode, error in FAILURES for who in args.who or WHO
                if (not args.kind or kind in args.kind) and (not args.mode or mode == args.mode)]

    def run_all(self):
        for kind, mode, error, who in self.list_kinds():
            for scene in self.args.scene or SCENES:
                if self.is_time_over():
                    return
                self.sweep(kind, mode, error, who, scene)
            tally = self.tallies.get((kind, mode, error, who))
            if tally:
                self.say(f"  {kind} {mode} {errno.errorcode.get(error, '')} in {who}: {tally.runs} runs; {time.monotonic() - self.started:.0f} s")

    def run_some(self):
        scenes, kinds, left = self.args.scene or list(SCENES), self.list_kinds(), self.args.runs
        self.rng.shuffle(kinds)
        while left > 0:
            for kind, mode, error, who in kinds:
                fitting = [scene for scene in scenes if self.count_calls(scene)[kind, who]]
                if left == 0 or self.is_time_over():
                    return
                if fitting:
                    scene, left = self.rng.choice(fitting), left - 1
                    tally = self.tallies.setdefault((kind, mode, error, who), Tally())
                    tally.is_all, tally.calls = False, sum(self.count_calls(scene)[kind, who] for scene in fitting)
                    self.fail(kind, who, mode, error, scene, self.rng.randint(1, self.count_calls(scene)[kind, who]))

    def run(self):
        self.started = time.monotonic()
        try:
            self.run_some() if self.args.runs else self.run_all()
        except Trouble as trouble:
            self.problem(str(trouble))

    # --- can it fail? ---

    def find_with(self, words, kinds, kind, who, mode, scene, n):
        say, self.say = self.say, lambda words: None
        self.fail(kind, who, mode, 0, scene, n)
        self.say = say
        found = any(f": {one} " in problem for problem in self.problems for one in kinds)
        self.problems, self.tallies = [], {}
        self.said.clear()
        return f"found: {words}", found

    def self_check(self):
        self.started = time.monotonic()
        yield self.find_with("a core whose writes are lost and said to be well", ("row", "trouble", "left"), "write", "core", "lost", "import", 20)
        yield self.find_with("a command line that crashes", ("words",), "open", "cli", "crash", "import", 1)
        yield self.find_with("a core that crashes", ("crash",), "open", "core", "crash", "import", 3)
        yield self.find_with("a transport that crashes", ("crash",), "write", "smtp", "crash", "send", 20)

    # --- report ---

    def table(self):
        head = ("kind", "how", "error", "in", "calls", "runs", "failed", "refused", "lost", "second", "rows gone", "unknown", "bad", "all n")
        rows = [(kind, mode, errno.errorcode.get(error, ""), who, t.calls, t.runs, t.failed, t.refused, t.lost, t.second, t.rows, t.unknown, t.bad,
                 "yes" if t.is_all else "sample") for (kind, mode, error, who), t in self.tallies.items() if t.calls]
        sums = [sum(row[i] for row in rows) for i in range(4, 13)]
        rows.append(("sum", "", "", "", *sums, ""))
        widths = [max(len(str(row[i])) for row in [head] + rows) for i in range(len(head))]
        for row in [head] + rows:
            self.say("  ".join(str(cell).rjust(width) if i > 3 else str(cell).ljust(width) for i, (cell, width) in enumerate(zip(row, widths))))
        return sums

    def report(self, checks):
        _, runs, failed, refused, lost, second, gone, unknown, _ = self.table()
        seconds = time.monotonic() - self.started
        self.judge.close()
        while fixture.reap_any():  # what GLib forked, and that could not exec, is nobody's but init's
            pass
        self.problems += [f"still there at the end: {process}" for process in descendants()]
        for problem in self.problems:
            self.say(f"PROBLEM {problem}")
        for words, n in sorted(self.said.items(), key=lambda item: -item[1]) if self.args.words else []:
            self.say(f"{n:5} × {words}")
        checks += [(f"{failed} calls failed in {runs} runs, {seconds:.0f} s, seed {self.args.seed}", failed > 0 or self.args.self_check), (f"recipients lost: {lost}", lost == 0),
                  (f"second copies: {second}", second == 0), (f"acknowledged rows gone: {gone}", gone == 0),
                  (f"clear words, no crash, nothing left ({len(self.problems)} problems)", not self.problems)]
        for i, (name, is_right) in enumerate(checks, 1):
            if self.args.tap:
                print(f"{'ok' if is_right else 'not ok'} {i} - {name}")
            elif self.args.self_check:
                print(f"{'right' if is_right else 'WRONG'}: {name}")
        if self.args.tap:
            print(f"1..{len(checks)}")
        is_right = all(check[1] for check in checks)
        self.say(f"verdict: {failed} failures, {refused} refused with a sentence, {lost} lost, {second} second copies, {gone} rows gone, {unknown} unknown, "
                 f"{len(self.problems)} problems: {'the proof holds' if is_right else 'THE PROOF DOES NOT HOLD'}")
        if is_right and not self.args.keep:
            shutil.rmtree(self.folder)
        else:
            self.say(f"kept: {self.folder}")
        return is_right


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, help="the command line of the build")
    parser.add_argument("--shim", required=True, help="the folder of libfaults.so")
    parser.add_argument("--kind", action="append", choices=sorted({kind for kind, _, _ in FAILURES}))
    parser.add_argument("--mode", choices=("once", "on", "short"))
    parser.add_argument("--who", action="append", choices=WHO)
    parser.add_argument("--scene", action="append", choices=list(SCENES))
    parser.add_argument("--most", type=int, default=0)
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=int, default=7200, help="at most")
    parser.add_argument("--folder", default=None, help="where the data folders go (a short path)")
    for name in ("tap", "keep", "words", "self-check"):
        parser.add_argument("--" + name, action="store_true")
    args = parser.parse_args()
    args.program = os.path.abspath(args.program)
    return args


def main():
    become_subreaper()
    args = parse()
    proof = Proof(args)
    checks = list(proof.self_check()) if args.self_check or args.tap else []
    if not args.self_check:
        proof.run()
    return 0 if proof.report(checks) else 1


if __name__ == "__main__":
    sys.exit(main())
