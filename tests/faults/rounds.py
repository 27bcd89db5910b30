"""rounds.py - one campaign and what is killed under it. A round ends when the campaign does; then ledger and judge are compared.

Victims: core, smtp (whatever sends), dial, cli (the command line itself), all (core, smtp and dial in one sweep). Moments:
  at random          any time while there is something left to send
  restarted at once  core alone; the next core is there within 100 ms, while the old transport still drains
  old one drains     core alone, while the transport stands still at a point behind `begun`; the next core must wait for its journal
  while it is made   core or cli, between the question and the first message: there is no such campaign then, or all of it
  paused and resumed while somebody pauses or resumes: paused or not, and as it was told if it was told; paused sends nothing
  journals rotate    any time, in a house where a transport and its journal end behind a few dozen messages
  two accounts       any time, while another campaign goes out by another account
  NAME               a KILL_POINT: compiled in with -Dkill-points=true, chosen by POSTRIDER_KILL=NAME:N (a process ends there at its N-th pass;
                     for `all` it stops there, and then all are killed)
"""
import json
import math
import os
import signal
import time

from house import SLOW, Trouble, reap, read_process, send_signal, wait_until
from verdict import compare, count

SENDER = "Office <office@school.example>"
DEATHS_TOO_MANY = 12  # in one round: then core is started again without a kill point
RETRY_S = 60          # the first retry of a person that was told to come later
WINDOW = 10           # src/confined/smtp/account.h: messages without an answer on a connection that has CHUNKING
WINDOW_GROWN = 256    # the same, where the round trip is long and the window may grow
JOURNAL_ROWS = 60     # of a journal in a house where journals rotate
PAUSE_POINTS = ("core-pausing", "core-paused")
RESUME_POINTS = ("core-resuming", "core-resumed")
RANDOM_MOMENTS = ("at random", "restarted at once", "while it is made", "paused and resumed", "journals rotate", "two accounts")
EXPECTED_PAUSES = ("transport", "", "person", "asked")
DRAIN_POINTS = ("transport-begun", "smtp-before-dot", "smtp-after-dot", "transport-after-answer")


class Tally:
    """Figures of one kind of kill."""

    def __init__(self):
        self.rounds = self.kills = self.lost = self.second = self.unknown = self.unknown_most = self.bound = self.over = 0

    def add(self, other):
        for name in ("rounds", "kills", "lost", "second", "unknown", "over"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.unknown_most, self.bound = max(self.unknown_most, other.unknown_most), max(self.bound, other.bound)


class Round:
    def __init__(self, house, rng, number, victim, moment, kills, people, connections, rate, is_chunking, has_deferred, account="demo"):
        self.house, self.rng, self.number = house, rng, number
        self.victim, self.moment, self.wanted = victim, moment, kills
        self.connections, self.rate, self.account = connections, rate, account
        self.env = None        # POSTRIDER_KILL of its core
        self.drain_points = DRAIN_POINTS
        self.companion = None  # another Round, of another account, at the same time
        self.key = f"round {number}"
        self.addresses = [f"{'d' if has_deferred and i % 10 == 3 else 'p'}{i}.r{number}@example.org" for i in range(people)]
        self.is_chunking = is_chunking
        self.kills = self.unseen = self.unknown = self.unknown_most = 0
        self.restarts = []  # (seconds from the kill to a core that answers, whether the old transport was still there)
        self.extra = []  # kills of another kind on the way: (victim, moment)
        self.findings = []
        self.campaign = None
        self.base_deaths = 0
        loses_wire = victim in ("smtp", "all")
        self.bound = house.window * connections if loses_wire else 0

    # --- the campaign ---

    def prepare(self):
        house, list_name = self.house, f"list{self.number}"
        path = os.path.join(house.folder, list_name + ".csv")
        with open(path, "w") as file:
            file.write("email,name\n" + "".join(f"{to},Person {i}\n" for i, to in enumerate(self.addresses)))
        text = os.path.join(house.folder, "letter.txt")
        with open(text, "w") as file:
            file.write("Dear {{name|friend}},\n\nthe summer fair is on Sunday.\n" + "We look forward to it.\n" * self.rng.choice((1, 40)))
        if self.account not in house.accounts:
            house.add_account(self.account)
        house.run("import", path, "--list", list_name)
        self.words = ["send", "--account", self.account, "--list", list_name, "--from", SENDER, "--subject", self.key, "--text", text,
                      "--connections", str(self.connections), "--once", self.key, "--yes", "--detach"]
        if self.rate:
            self.words += ["--rate", self.rate]

    def core_key(self):
        core = self.house.core()
        return core and core.key

    def find_campaign(self, kill=None):
        found = self.house.ask("campaign", "list", kill=kill)["campaigns"]
        return next((one["id"] for one in found if one["subject"] == self.key), None)

    def start(self, kill=None):
        """A core that is killed while the campaign is being made leaves either none or all of it: asked again, it is never a second one."""
        self.prepare()
        if kill:
            self.house.stop_core()
        self.base_deaths = self.house.count_transport_deaths()
        if self.moment == "while it is made" and self.make_under_fire():
            return
        for attempt in range(4):
            done = self.house.run(*self.words, "--json", kill=kill, may_fail=attempt < 3)
            reap()
            first = self.core_key()
            self.campaign = self.find_campaign()
            if self.campaign or done.returncode in (0, 1, 75):
                break
        if self.campaign is None:
            raise Trouble("a campaign that was started cannot be found")
        if kill and self.victim == "core" and self.core_key() != first:
            self.killed()  # by the time the command had told of it
            self.look()

    def make_under_fire(self):
        """Returns TRUE when the campaign survived in the end."""
        words = self.words if self.victim == "core" or self.rng.random() < 0.3 else [word for word in self.words if word != "--detach"]
        while self.kills < self.wanted and self.campaign is None:
            hits, status, said = self.house.run_killing(words, self.victim, self.rng.uniform(0, 0.25 * SLOW))
            if hits:
                self.killed()
            self.campaign = self.find_campaign()
            if self.campaign is None and status == 0:
                self.findings.append(("undone", "", "a campaign was told as started, and there is none"))
        return self.campaign is not None

    def is_over(self):
        """All that can be sent now was sent."""
        if self.house.count_taken() == 0 or self.house.core() is None:
            return False
        numbers = self.house.show(self.campaign)
        return numbers["state"] == "done" or numbers["queued"] + numbers["handed"] == 0

    def look(self):
        """After a kill: how many became unknown by it (or by those since the last look)."""
        numbers = self.house.show(self.campaign)
        if not wait_until(lambda: self.house.show(self.campaign)["reason"] != "recovery", 20, 0.05):
            raise Trouble(f"recovery does not end: {self.house.show(self.campaign)}, transports {self.house.workers('smtp')}")
        numbers = self.house.show(self.campaign)
        if self.unseen:
            self.unknown_most = max(self.unknown_most, math.ceil((numbers["unknown"] - self.unknown) / self.unseen))
        self.unknown, self.unseen = numbers["unknown"], 0
        return numbers

    def killed(self, n=1):
        self.kills += n
        self.unseen += n

    def wait_end(self):
        """Returns the last numbers. A pause after too many deaths of the transport in a row is what core should do: it is resumed."""
        end = time.monotonic() + 60 * SLOW
        while True:
            self.note_deaths()
            for late in self.find_stopped():  # it met its point when nobody waited for that any more
                send_signal(late, signal.SIGCONT)
            numbers = self.house.show(self.campaign)
            if numbers["state"] == "done" or (numbers["later"] and numbers["queued"] + numbers["handed"] == 0):
                return numbers
            if numbers["state"] == "paused" and numbers["handed"] == 0 and numbers["reason"] in EXPECTED_PAUSES:
                self.house.stop_core()  # the next one has no kill point
                self.house.run("campaign", "resume", str(self.campaign), may_fail=True)
            elif numbers["state"] == "paused" and numbers["reason"] not in EXPECTED_PAUSES:
                raise Trouble(f"paused: {numbers['reason']}: {numbers['text']}")
            if time.monotonic() > end:
                raise Trouble(f"it does not come to its end: {numbers}; processes {self.house.core()} {self.house.workers()}")
            time.sleep(0.1)

    def note_deaths(self):
        """Kill points in smtp work by themselves: core tells in its log how often."""
        if self.victim != "smtp" or self.moment == "at random":
            return
        deaths = self.house.count_transport_deaths() - self.base_deaths
        if deaths > self.kills:
            self.killed(deaths - self.kills)
            self.look()
        if self.kills >= DEATHS_TOO_MANY and self.env:
            self.env = None
            self.house.stop_core()

    # --- killing ---

    def sleep_random(self, most):
        time.sleep(self.rng.uniform(0, most))

    def kill(self, processes):
        return sum(send_signal(process, signal.SIGKILL) for process in processes)

    def kill_core(self):
        core = self.house.core()
        self.house.workers()  # so that they are known when they are orphans
        if core is None or not self.kill([core]):
            return False
        if core.parent == os.getpid():
            os.waitpid(core.pid, 0)
        else:
            wait_until(lambda: read_process(core.pid) is None, 5, 0.002)
        return True

    def kill_all(self):
        core = self.house.core()
        workers = self.house.workers()
        if core is None:
            return False
        order = [core] + workers
        self.rng.shuffle(order)
        self.kill(order)
        wait_until(lambda: (reap(), self.house.core() is None)[1], 5, 0.005)
        return True

    def restart(self, kill=None):
        self.house.run("campaign", "list", kill=kill, may_fail=bool(kill))

    def random_kills(self):
        while self.kills < self.wanted:
            if self.kills == 0:  # a fast machine is through with some campaigns in a tenth of a second
                self.sleep_random(0.05 if self.victim == "dial" else self.rng.choice((0.05, 0.4)))
            else:
                self.sleep_random(0.4)
            if self.is_over() or not self.strike():
                return
            self.killed()
            if self.rng.random() < 0.8 or self.victim == "dial":
                self.look()

    def strike(self):
        house = self.house
        if self.victim == "smtp":
            return self.strike_transport()
        if self.victim == "dial":
            return self.strike_dial()
        transports = house.workers("smtp")
        is_killed = self.kill_core() if self.victim == "core" else self.kill_all()
        if self.victim == "core" and self.moment == "at random":
            self.sleep_random(self.rng.choice((0, 0, 1.2)))
        died = time.monotonic()
        self.restart()
        if self.moment == "restarted at once":
            self.restarts.append((time.monotonic() - died, any(read_process(process.pid) for process in transports)))
        return is_killed

    def strike_dial(self):
        """It is needed when a transport starts: so the campaign is paused and resumed, and dial dies when it is about to be asked."""
        if self.kills > 0 or self.rng.random() < 0.5:
            self.house.run("campaign", "pause", str(self.campaign), may_fail=True)
            wait_until(lambda: self.house.run("campaign", "resume", str(self.campaign), may_fail=True).returncode == 0 or self.is_over(), 10, 0.05)
            self.sleep_random(0.05)
        found = wait_until(lambda: [process for process in self.house.workers("dial") if process.state != "Z"] or self.is_over(), 5, 0.002)
        return found is not True and bool(found) and self.kill(found) > 0

    def strike_transport(self):
        """There may be one that only composes: it counts when core says that the sending one was hit."""
        house, deaths = self.house, self.house.count_transport_deaths()
        for _ in range(6):
            if self.kill(house.workers("smtp")) and wait_until(lambda: house.count_transport_deaths() > deaths, 1):
                return True
            taken = house.count_taken()  # killed while it started: core waits longer each time
            wait_until(lambda: house.count_taken() > taken or self.is_over(), 20, 0.05)
            if self.is_over():
                return False
        return False

    # --- pause and resume ---

    def bring_to(self, is_paused):
        """Undisturbed. Returns FALSE when there is nothing left to pause or resume."""
        verb = "pause" if is_paused else "resume"
        done = wait_until(lambda: self.is_over() or self.is_paused() == is_paused or
                          self.house.run("campaign", verb, str(self.campaign), may_fail=True).returncode == 0, 20, 0.05)
        return bool(done) and not self.is_over()

    def is_paused(self):
        return self.house.show(self.campaign)["state"] == "paused"

    def check_command(self, verb, status, said):
        """Paused or not is asked of the next core; what was told as done must be so."""
        numbers = self.look()
        is_paused = numbers["state"] == "paused"
        if numbers["state"] not in ("paused", "sending", "waiting", "done"):
            self.findings.append(("between", "", f"killed during {verb}, it is {numbers['state']}"))
        if status == 0 and is_paused != (verb == "pause") and numbers["state"] != "done" and numbers["reason"] != "transport":
            self.findings.append(("undone", "", f"{verb} was told as done, and it is {numbers['state']} ({numbers['reason']})"))
        if status not in (0, -9) and not said.strip():
            self.findings.append(("silent", "", f"{verb} failed with status {status} and not a word"))
        if is_paused and wait_until(lambda: self.house.show(self.campaign)["handed"] == 0, 15, 0.02):
            taken = self.house.count_taken()
            time.sleep(0.15)
            if self.house.count_taken() != taken and not self.companion:
                self.findings.append(("wait", "", "messages went out while it was paused"))

    def pause_kills(self):
        points = PAUSE_POINTS + RESUME_POINTS
        while self.kills < self.wanted:
            is_pause = self.moment in PAUSE_POINTS or (self.moment not in points and self.rng.random() < 0.5)
            verb = "pause" if is_pause else "resume"
            self.sleep_random(0.2)
            if not self.bring_to(not is_pause):
                return
            words = ["campaign", verb, str(self.campaign)]
            if self.moment in points:
                self.house.stop_core()  # the next one has the kill point
                done = self.house.run(*words, kill=f"{self.moment}:1", may_fail=True)
                hits, status, said = int(wait_until(lambda: (reap(), self.house.core() is None)[1], 1)), done.returncode, done.stderr
                self.house.stop_core()
            else:
                hits, status, said = self.house.run_killing(words, self.victim, self.rng.uniform(0, 0.03 * SLOW))
            if hits:
                self.killed()
            self.restart()
            self.check_command(verb, status, said)

    def point_kills_core(self, env):
        """`env` is in the core that runs now, unless it died of it while the campaign was being started."""
        is_met = self.kills > 0
        while is_met or self.meet_point():
            is_met = False
            if self.house.show(self.campaign)["state"] == "paused":
                self.house.run("campaign", "resume", str(self.campaign), may_fail=True)
            if self.kills >= self.wanted or self.is_over():
                return
            self.kill_core()  # to give the next one its kill point
            self.extra.append(("core", "at random"))
            self.restart(env())

    def meet_point(self):
        """Returns TRUE when core died of its kill point; then the next one is there."""
        if self.moment == "core-recalled":
            self.sleep_random(0.4)
            self.house.run("campaign", "pause", str(self.campaign), may_fail=True)
        dead = wait_until(lambda: (reap(), self.house.core() is None)[1] or self.is_over_quietly(), 25, 0.03)
        if not dead or self.house.core() is not None:
            return False
        self.killed()
        self.restart()
        self.look()
        return True

    def is_over_quietly(self):
        """As is_over(), for a core that may die while it is asked."""
        if self.house.core() is None:
            return True
        done = self.house.run("campaign", "show", str(self.campaign), "--json", may_fail=True)
        numbers = json.loads(done.stdout) if done.stdout.strip() else {"queued": 1, "handed": 0}
        return numbers["queued"] + numbers["handed"] == 0

    def recovery_kills(self):
        while self.kills < self.wanted:
            self.sleep_random(0.6)
            if self.is_over() or not self.kill_core():
                return
            self.extra.append(("core", "at random"))
            self.restart(f"{self.moment}:1")
            if not wait_until(lambda: (reap(), self.house.core() is None)[1], 25, 0.03):
                raise Trouble(f"core was not killed at {self.moment}: nothing to recover?")
            self.killed()
            self.restart()
            self.look()

    def find_stopped(self):
        return [process for process in self.house.workers("smtp") if process.state == "T"]

    def stopped_kills(self, env):
        """`env` stops the transport that runs now at its N-th pass."""
        while self.kills < self.wanted:
            stopped = wait_until(lambda: self.find_stopped() or (self.is_over() and ["over"]), 25, 0.02)
            if not stopped or stopped == ["over"]:
                return
            following = env() if self.kills + 1 < self.wanted else None
            if self.victim == "all":
                if not self.kill_all():
                    raise Trouble("core was gone already")
                self.restart(following)
            else:
                self.core_alone(stopped, following)
            self.killed()
            self.look()

    def core_alone(self, stopped, following):
        """The next core must not start another transport, nor send, while the old one holds its journal."""
        if not self.kill_core():
            raise Trouble("core was gone already")
        self.restart(following)
        taken = self.house.count_taken()
        time.sleep(self.rng.uniform(0.2, 0.6))
        numbers = self.house.show(self.campaign)
        others = [process for process in self.house.workers("smtp") if process.key not in [old.key for old in stopped]]
        if numbers["reason"] != "recovery":
            self.findings.append(("wait", "", f"a journal is held, yet core says {numbers['reason']!r}"))
        if self.house.count_taken() - taken > self.bound_on_wire():
            self.findings.append(("wait", "", f"messages went out while a journal was held; transports {others}"))
        for process in stopped:
            send_signal(process, signal.SIGCONT)

    def bound_on_wire(self):
        """What had left before all stood still may still be taken."""
        return self.house.window * self.connections

    # --- whole ---

    def make_env(self):
        """NAME:N. How often a point is passed differs: once a message, a write, or a turn."""
        rng, name = self.rng, self.moment
        if name == "old one drains":
            name = rng.choice(self.drain_points)
        stop = ":stop" if self.victim == "all" or self.moment == "old one drains" else ""
        if name.startswith("core-"):
            n = {"core-recalled": 1, "core-rotating": rng.randint(1, 3), "core-handed": rng.randint(1, 4), "core-before-commit": rng.randint(1, 4)}.get(name) or rng.randint(1, 12)
        elif name == "smtp-retry":
            n = rng.randint(1, 12)
        elif name == "transport-after-answer" or not self.is_chunking:
            n = rng.randint(10, max(12, len(self.addresses) // (self.wanted + 1)))
        else:
            n = rng.randint(2, max(3, len(self.addresses) // (6 * (self.wanted + 1))))
        return f"{name}:{n}{stop}"

    def begin(self):
        is_random = self.moment in RANDOM_MOMENTS + PAUSE_POINTS + RESUME_POINTS + ("core-recovering", "core-recovered")
        if self.companion:
            self.companion.begin_beside()
        self.env = None if is_random else self.make_env()
        self.start(self.env)
        self.ready_at = time.monotonic() + (RETRY_S if self.moment == "smtp-retry" else 0)
        if self.moment == "smtp-retry" and not wait_until(lambda: self.house.show(self.campaign)["later"] > 0, 10, 0.2):
            raise Trouble("the judge deferred nobody")

    def begin_beside(self):
        self.start()

    def strike_all(self):
        if self.moment in ("at random", "restarted at once", "journals rotate", "two accounts"):
            self.random_kills()
        elif self.moment in ("paused and resumed",) + PAUSE_POINTS + RESUME_POINTS:
            self.pause_kills()
        elif self.moment in ("core-recovering", "core-recovered"):
            self.recovery_kills()
        elif self.victim == "core" and self.moment not in ("old one drains", "while it is made"):
            self.point_kills_core(self.make_env)
        elif self.victim == "smtp" or self.moment == "while it is made":
            pass  # they kill themselves, wait_end() counts; or it was done by start()
        else:
            self.stopped_kills(self.make_env)

    def finish(self):
        """Returns nothing; `findings` and the figures are complete afterwards."""
        if self.moment == "smtp-retry":
            time.sleep(max(0, self.ready_at - time.monotonic()))
        self.strike_all()
        numbers = self.wait_end()
        if numbers["later"]:
            numbers = self.hold()
        self.note_deaths()  # until then retries went out, and may have met the point again
        self.look()
        if self.unknown > self.kills * self.bound:
            self.findings.append(("unknown", "", f"{self.unknown} in all by {self.kills} kills, more than {self.bound} each"))
        self.judge()
        if self.companion:
            self.finish_companion()
        if self.env:
            self.house.stop_core()  # the next round's has no kill point of ours

    def finish_companion(self):
        """Each kill may have cost the other campaign its wire too."""
        other = self.companion
        other.kills = self.kills
        numbers = other.wait_end()
        if numbers["later"]:
            other.hold()
        other.look()
        if other.unknown > other.kills * other.bound:
            self.findings.append(("unknown", "", f"{other.unknown} of the other account by {other.kills} kills, more than {other.bound} each"))
        other.judge()
        self.findings += other.findings
        self.unknown += other.unknown
        self.bound += other.bound

    def hold(self):
        """People are left for later: a minute at least. The comparison wants a still picture."""
        self.house.run("campaign", "pause", str(self.campaign), may_fail=True)
        wait_until(lambda: self.house.show(self.campaign)["handed"] == 0, 15, 0.1)
        return self.house.show(self.campaign)

    def judge_again(self):
        """At the very end: nothing came behind."""
        self.findings.clear()
        self.judge()
        if self.companion:
            self.companion.findings.clear()
            self.companion.judge()
            self.findings += self.companion.findings

    def judge(self):
        numbers = self.house.show(self.campaign)
        rows = self.house.export(self.campaign)
        self.findings += compare(self.addresses, rows, self.house.records(), numbers, is_done=numbers["state"] == "done")
        zombies = [process for process in self.house.workers() if process.state == "Z"]
        if zombies and not wait_until(lambda: not [process for process in self.house.workers() if process.state == "Z"], 3):
            self.findings.append(("zombie", "", f"{zombies}"))
        self.numbers = numbers

    def describe(self):
        numbers = self.numbers
        return f"{numbers['accepted']} accepted, {numbers['unknown']} unknown, {numbers['later']} later of {numbers['total']}"

    def add_to(self, tallies, make_tally):
        tally = tallies.setdefault((self.victim, self.moment), make_tally())
        tally.rounds += 1
        tally.kills += self.kills
        tally.lost += count(self.findings, "lost", "stuck", "between", "undone")
        tally.second += count(self.findings, "second", "silent")
        tally.unknown += self.unknown
        tally.unknown_most = max(tally.unknown_most, self.unknown_most)
        tally.bound = max(tally.bound, self.bound)
        tally.over += self.unknown_most > self.bound or self.unknown > self.kills * self.bound
        for kind in self.extra:
            tallies.setdefault(kind, make_tally()).kills += 1
        if self.unknown_most > self.bound:
            self.findings.append(("unknown", "", f"{self.unknown_most} by one kill, more than {self.bound}"))
