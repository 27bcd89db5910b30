#!/usr/bin/python3
"""kills.py - the kill proof: `kill -9` of each process at random moments and at named points, under real campaigns into a judge that is
none of ours. Whatever is killed: nobody is lost, nobody gets a second message, and no more become unknown than were on the wire; and each command
of a person is done or not done, never half, and done when it had said so.

  tests/faults/kills.py --program BUILD/src/cli/postrider [--kills 300] [--seed N] [--tap] [--only VICTIM,MOMENT] [--at-least N]
                        [--seconds N] [--jobs N] [--self-check] [--keep]
BUILD was set up with -Dkill-points=true. Exit status: 0 the proof holds, 1 it does not.
"""
import argparse
import collections
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import traceback

import command_kills
import verdict
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from can import lasting_folder  # noqa: E402
from fixture import SLOW, Fixture, Trouble, become_subreaper, descendants, reap_any
from campaign_kills import JOURNAL_ROWS, WINDOW, WINDOW_GROWN, CampaignKills, Tally

# victim, moment, share of the kills
SENDS = [
    ("core", "at random", 9), ("core", "restarted at once", 12), ("core", "old one drains", 7), ("core", "core-before-commit", 6),
    ("core", "core-handed", 6), ("core", "core-recalled", 4), ("core", "core-recovering", 3), ("core", "core-recovered", 3),
    ("core", "while it is made", 3), ("cli", "while it is made", 3),
    ("smtp", "at random", 10), ("smtp", "transport-begun", 5), ("smtp", "smtp-before-dot", 5), ("smtp", "smtp-after-dot", 5),
    ("smtp", "transport-after-answer", 5), ("smtp", "transport-after-ended", 4), ("smtp", "smtp-retry", 5),
    ("dial", "at random", 5),
    ("all", "at random", 9), ("all", "transport-begun", 2), ("all", "smtp-before-dot", 2), ("all", "smtp-after-dot", 2),
    ("all", "transport-after-answer", 2), ("all", "smtp-retry", 2),
    ("core", "core-pausing", 2), ("core", "core-paused", 2), ("core", "core-resuming", 2), ("core", "core-resumed", 2),
    ("core", "paused and resumed", 4), ("cli", "paused and resumed", 3), ("all", "paused and resumed", 4),
    ("core", "core-rotating", 4), ("core", "journals rotate", 4), ("smtp", "journals rotate", 4), ("all", "journals rotate", 4),
    ("core", "two accounts", 4), ("smtp", "two accounts", 4), ("all", "two accounts", 4),
]
COMMANDS = [
    ("import", "import-next", 3), ("import", "import-rows", 3), ("import", "imports", 4), ("core", "core-import-batch", 3), ("core", "core-import-laid", 2),
    ("core", "core-import-merged", 3), ("core", "core-import-stored", 3), ("core", "imports", 3), ("cli", "imports", 3), ("all", "imports", 4),
    ("core", "core-import-undone", 3), ("core", "undoes", 3), ("all", "undoes", 2),
    ("cli", "cli-export-written", 2), ("cli", "cli-export-renamed", 2), ("cli", "exports", 5), ("core", "core-export-page", 2), ("core", "exports", 2),
    ("all", "exports", 2),
    ("core", "core-resolving", 3), ("core", "core-resolved", 3), ("core", "resolves", 3), ("cli", "resolves", 2), ("all", "resolves", 3),
    ("core", "core-vault-written", 3), ("core", "core-vault-renamed", 3), ("core", "the vault", 3), ("cli", "the vault", 2), ("all", "the vault", 3),
]
KINDS = SENDS + COMMANDS
KILLS_A_ROUND = 8  # chosen: each has about as many people on the wire as are left of its campaign
IDLE_ROUNDS = 8  # in a row without a kill; chosen: a kill at random misses every second short campaign
SHORT_BELOW = 100  # kills: then no round waits a minute for a retry


class Proof:
    def __init__(self, args, folder=None):
        self.args = args
        self.prefix = ""
        self.rng = random.Random(args.seed)
        self.tallies = {}
        self.problems = []
        self.restarts = []
        self.number = 0
        self.idle = {}  # kind: rounds in a row in which nothing was killed
        self.fixture = None
        self.rounds_left_in_fixture = 0
        self.folder = tempfile.mkdtemp(prefix="pr-faults-", dir=folder or args.folder or lasting_folder())
        self.waiting = None  # a round that waits for its retries while others run
        only = args.only.split(",") if args.only else None
        is_long = args.kills >= SHORT_BELOW or only
        self.kinds = [kind for kind in KINDS if (not only or list(kind[:2]) == only) and (is_long or kind[1] != "smtp-retry")]
        self.rng.shuffle(self.kinds)  # so that a short run, which plays few of them, plays others each time

    # --- fixtures ---

    def new_fixture(self, has_deferred, rotates=False):
        rng = self.rng
        is_chunking = rng.random() < 0.6
        delay, answer_delay = rng.choice((0, 2, 5, 10)), rng.choice((0, 0, 0, 1, 3, 20))
        options = ["--delay-ms", str(delay), "--answer-delay-ms", str(answer_delay)]
        options += [] if is_chunking else ["--no-chunking"]
        options += ["--defer", "^d"] if has_deferred else []
        options += ["--no-pipelining"] if rng.random() < 0.1 else []
        grows = rng.random() < 0.25
        extra = {"POSTRIDER_JOURNAL_ROWS": str(JOURNAL_ROWS)} if rotates else {}
        extra |= {} if grows else {"POSTRIDER_WINDOW": str(WINDOW)}
        fixture = Fixture(os.path.join(self.folder, f"fixture{self.number}"), self.args.program, options, extra)
        fixture.rotates = rotates
        fixture.window = (WINDOW_GROWN if grows else WINDOW) if is_chunking else 1
        fixture.is_chunking = is_chunking
        fixture.has_deferred = has_deferred
        # so many that it takes a second or two on one connection
        round_trip = delay / 10 if is_chunking else 2 * delay
        fixture.people = min(1000, int(1500 / max(1.5, round_trip + answer_delay)))
        fixture.rounds = []
        return fixture

    def close_fixture(self, fixture):
        try:
            for one in fixture.rounds:
                one.judge_again()
                self.note(one)
            fixture.clear_away()
            for problem in fixture.find_leftovers():
                self.problem(f"{fixture.folder}: {problem}")
        except Trouble as trouble:
            self.problem(f"{fixture.folder}: {trouble}")
        fixture.close()
        if not self.args.keep and not self.problems:
            shutil.rmtree(fixture.folder)

    # --- rounds ---

    def make_round(self, victim, moment, fixture, kills, account="demo"):
        rng = self.rng
        self.number += 1
        people = fixture.people // SLOW if moment != "smtp-retry" else 400
        connections = rng.randint(1, 4)
        rate = rng.choice((None, None, None, "100/s", "8/s" if SLOW == 1 and kills < 5 else "100/s"))
        if "paus" in moment or "resum" in moment:
            rate = "100/s"  # it lasts
        if rate == "100/s":
            people = min(people, 60 + 30 * kills)
        elif rate == "8/s":
            people = 24
        if moment in ("journals rotate", "core-rotating"):
            rate, people = None, 10 * JOURNAL_ROWS
        return CampaignKills(fixture, rng, self.number, victim, moment, kills, people, connections, None if moment == "smtp-retry" else rate,
                     fixture.is_chunking, fixture.has_deferred, account)

    def make_commands(self, victim, moment, kills):
        self.number += 1
        kind = command_kills.find_class(moment)
        fixture = Fixture(os.path.join(self.folder, f"fixture{self.number}"), self.args.program, kind.judge_options)
        fixture.rounds = []
        return kind(fixture, self.rng, self.number, victim, moment, kills)

    def note(self, one):
        seen = collections.Counter(kind for kind, _, _ in one.findings)
        for kind, n in seen.items():
            first = next(found for found in one.findings if found[0] == kind)
            self.problem(f"round {one.number} ({one.victim}, {one.moment}): {kind} × {n}, first {first[1]} {first[2]}")

    def problem(self, words):
        self.problems.append(words)
        self.say(f"  PROBLEM {words}")

    def say(self, words):
        print(("# " if self.args.tap else "") + self.prefix + words, flush=True)

    def play(self, one, begins=True, ends=True):
        """Returns FALSE when it could not be played to its end: its fixture is closed then."""
        try:
            if begins:
                one.begin()
            if ends:
                one.finish()
                one.add_to(self.tallies, Tally)
                self.restarts += one.restarts
                one.fixture.rounds.append(one)
                self.say(f"  round {one.number}: {one.victim}, {one.moment}: {one.kills} kills, {one.describe()}; {time.monotonic() - self.started:.0f} s")
                self.note(one)
            return True
        except Trouble as trouble:
            self.problem(f"round {one.number} ({one.victim}, {one.moment}) in {one.fixture.folder}: {trouble}")
            one.fixture.close()
            return False

    def play_in_fixture(self, victim, moment, kills):
        rotates = moment in ("journals rotate", "core-rotating")
        if self.fixture is not None and self.fixture.rotates != rotates:
            self.leave_fixture()
        if self.fixture is None:
            self.number += 1
            self.fixture = self.new_fixture(self.rng.random() < 0.3 and not rotates, rotates)
            self.rounds_left_in_fixture = self.rng.randint(1, 4)
        one = self.make_round(victim, moment, self.fixture, kills)
        if moment == "two accounts":
            one.companion = self.make_round(victim, moment, self.fixture, kills, "other")
        self.rounds_left_in_fixture -= 1
        if not self.play(one):
            self.fixture = None
        elif self.rounds_left_in_fixture == 0:
            self.leave_fixture()

    def leave_fixture(self):
        self.close_fixture(self.fixture)
        self.fixture = None

    def play_commands(self, victim, moment, kills):
        try:
            one = self.make_commands(victim, moment, kills)
        except Trouble as trouble:
            self.problem(f"{victim}, {moment}: {trouble}")
            return
        if self.play(one):
            self.close_fixture(one.fixture)

    def count(self, kind=None):
        return sum(tally.kills for key, tally in self.tallies.items() if kind is None or key == kind)

    def step_waiting(self, is_last):
        """Retries come after a minute; others are killed meanwhile."""
        if self.waiting and (is_last or time.monotonic() >= self.waiting.ready_at):
            one, self.waiting = self.waiting, None
            if self.play(one, begins=False):
                self.close_fixture(one.fixture)
        if self.waiting or is_last:
            return
        wanted = [kind for kind in self.kinds if kind[1] == "smtp-retry" and self.deficit(kind) > 0]
        if wanted:
            kind = max(wanted, key=self.deficit)
            self.number += 1
            one = self.make_round(kind[0], kind[1], self.new_fixture(True), 3)
            if self.play(one, ends=False):
                self.waiting = one

    def deficit(self, kind):
        total = sum(share for _, _, share in self.kinds)
        return self.args.kills * kind[2] / total - self.count(kind[:2])

    def run(self):
        self.started = time.monotonic()
        while self.count() < self.args.kills and time.monotonic() - self.started < self.args.seconds and len(self.problems) < 30:
            self.step_waiting(False)
            others = [kind for kind in self.kinds if kind[1] != "smtp-retry"]
            if others:
                kind = max(others, key=self.deficit)
                play, before = self.play_commands if kind in COMMANDS else self.play_in_fixture, self.count(kind[:2])
                play(kind[0], kind[1], max(1, min(KILLS_A_ROUND, round(self.deficit(kind)))))
                self.note_idle(kind, self.count(kind[:2]) == before)
            elif self.waiting:
                time.sleep(max(0, self.waiting.ready_at - time.monotonic()))
            else:
                break
        self.step_waiting(True)
        if self.fixture:
            self.leave_fixture()
        while reap_any():  # commands that were killed, and that nobody waits for
            pass
        self.problems += [f"still there at the end: {process}" for process in descendants()]

    def note_idle(self, kind, is_idle):
        """A point that nobody passes is no proof: it is said, and the time is kept for the others."""
        self.idle[kind] = self.idle.get(kind, 0) + 1 if is_idle else 0
        if self.idle[kind] >= IDLE_ROUNDS:
            self.problem(f"{kind[0]}, {kind[1]}: nothing was killed in {IDLE_ROUNDS} rounds")
            self.kinds.remove(kind)

    def get_result(self):
        return self.tallies, self.problems, self.restarts

    def add_result(self, result):
        tallies, problems, restarts = result
        for kind, tally in tallies.items():
            self.tallies.setdefault(kind, Tally()).add(tally)
        self.problems += problems
        self.restarts += restarts

    # --- report ---

    def table(self):
        head = ("killed", "moment", "rounds", "kills", "lost", "second", "unknown", "most a kill", "bound")
        rows = [(victim, moment, t.rounds, t.kills, t.lost, t.second, t.unknown, t.unknown_most, t.bound)
                for (victim, moment), t in sorted(self.tallies.items(), key=lambda item: self.order(item[0]))]
        sums = [sum(row[i] for row in rows) for i in range(2, 7)]
        rows.append(("sum", "", *sums, "", ""))
        widths = [max(len(str(row[i])) for row in [head] + rows) for i in range(len(head))]
        for row in [head] + rows:
            cells = [str(cell).ljust(width) if i < 2 else str(cell).rjust(width) for i, (cell, width) in enumerate(zip(row, widths))]
            self.say("  ".join(cells))
        return sums

    def order(self, key):
        return next((i for i, kind in enumerate(KINDS) if kind[:2] == key), len(KINDS))

    def report(self):
        sums = self.table()
        seconds = time.monotonic() - self.started
        kills, lost, second = sums[1], sums[2], sums[3]
        over = sum(tally.over for tally in self.tallies.values())
        wanted = min(self.args.kills, self.args.at_least or self.args.kills)
        if kills < wanted:
            self.problems.append(f"only {kills} kills of {wanted} in {seconds:.0f} s")
        checks = [(f"{kills} kills in {seconds:.0f} s, seed {self.args.seed}", kills >= wanted), (f"recipients lost: {lost}", lost == 0),
                  (f"second copies: {second}", second == 0), ("unknown never more than the window of a kill's connections", over == 0),
                  (f"no other problem ({len(self.problems)})", not self.problems)]
        if self.args.tap:
            for i, (name, is_right) in enumerate(checks, self.args.first):
                print(f"{'ok' if is_right else 'not ok'} {i} - {name}")
        if self.restarts:
            times = sorted(seconds for seconds, _ in self.restarts)
            drained = sum(is_draining for _, is_draining in self.restarts)
            self.say(f"restarted at once: a new core answered {1000 * times[len(times) // 2]:.0f} ms after the old one's end (median; "
                     f"{sum(t <= 0.1 for t in times)} of {len(times)} within 100 ms), {drained} times an old transport was there even then")
        for problem in self.problems:
            self.say(f"PROBLEM {problem}")
        is_right = all(check[1] for check in checks)
        self.say(f"verdict: {kills} kills, {lost} lost, {second} second copies, {sums[4]} unknown, {len(self.problems)} problems: "
                 f"{'the proof holds' if is_right else 'THE PROOF DOES NOT HOLD'}")
        if is_right and not self.args.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            self.say(f"kept: {self.folder}")
        return is_right


# --- several at once: each has its own fixtures, and is the subreaper of its own ---

def work(args, folder, index, results):
    become_subreaper()
    proof = Proof(argparse.Namespace(**{**vars(args), "kills": args.kills // args.jobs + (index < args.kills % args.jobs), "seed": args.seed + index}), folder)
    proof.prefix = f"{index}" if args.jobs > 1 else ""
    try:
        proof.run()
    except Exception as error:  # a proof that falls over proves nothing
        traceback.print_exc()
        proof.problem(f"{type(error).__name__}: {error}")
    results.send(proof.get_result())


def run_jobs(proof, args):
    proof.started = time.monotonic()
    workers = []
    for index in range(args.jobs):
        ours, theirs = multiprocessing.Pipe(duplex=False)
        worker = multiprocessing.get_context("fork").Process(target=work, args=(args, proof.folder, index, theirs))
        worker.start()
        theirs.close()
        workers.append((worker, ours))
    for worker, results in workers:
        try:
            proof.add_result(results.recv())
        except EOFError:
            proof.problem("one of the workers died")
        worker.join()


def self_check(is_tap):
    results = list(verdict.self_check())
    for i, (name, is_right) in enumerate(results, 1):
        print(f"{'ok' if is_right else 'not ok'} {i} - {name}" if is_tap else f"{'right' if is_right else 'WRONG'}: {name}")
    return len(results), all(is_right for _, is_right in results)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", help="the command line of the build")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=int, default=3600, help="at most")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="fixtures side by side")
    parser.add_argument("--at-least", type=int, help="kills that are enough when the time is over")
    parser.add_argument("--folder", default=None, help="where the data folders go (a short path)")
    parser.add_argument("--only")
    for name in ("tap", "self-check", "keep"):
        parser.add_argument("--" + name, action="store_true")
    args = parser.parse_args()
    if not args.self_check and not args.program:
        parser.error("--program is missing")
    args.program = args.program and os.path.abspath(args.program)
    return args


def main():
    args = parse()
    args.first, is_right = 1, True
    if args.self_check or args.tap:
        n, is_right = self_check(args.tap)
        args.first = n + 1
    if not args.self_check:
        proof = Proof(args)
        run_jobs(proof, args)
        is_right = proof.report() and is_right
        n = args.first + 4
    if args.tap:
        print(f"1..{n}")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
