"""command_kills.py - one command of a person, and what is killed under it: import, export, resolve, the vault. A command is done or it is not: what is found
afterwards is the state before the command or the one behind it, never one in between; and when the command had said that it is done, the one behind it.

Victims: core, import (the worker), cli (the command itself), all (core and its children in one sweep). Moments:
  imports, exports, resolves, the vault    any time while the command runs
  NAME                                     a KILL_POINT, as in campaign_kills.py; cli-… ends the command, import-… the worker, core-… core
"""
import csv
import os
import sqlite3
import time

from fixture import SLOW, Trouble, reap, wait_until
from verdict import compare, count, judge_command

POINT_PASSES = {"core-import-batch": 3, "import-next": 3, "import-rows": 3}  # how often a command comes by; else once
PASSWORD, PASSPHRASE = "right", "a passphrase that is long enough"


class NoMore(Exception):
    """There is nothing left to do it to."""


class CommandKills:
    """Commands of one kind in a fixture of their own. Kept alike to CampaignKills: begin, finish, add_to, findings, kills, numbers."""
    judge_options = None  # None: no judge

    def __init__(self, fixture, rng, number, victim, moment, kills):
        self.fixture, self.rng, self.number, self.victim, self.moment, self.wanted = fixture, rng, number, victim, moment, kills
        self.is_point = "-" in moment
        self.kills = self.tries = self.unknown = 0
        self.findings, self.restarts = [], []
        self.usual_s = 0.2  # how long the command takes when nobody disturbs it
        self.numbers = None

    # --- what a kind of command is made of ---

    def prepare(self):
        """Once."""

    def choose(self):
        """Returns the words of the next command."""
        raise NotImplementedError

    def get_states(self):
        """Returns (before, after), as look() gives them, of the command that was chosen."""
        raise NotImplementedError

    def look(self):
        """Returns what is there now."""
        raise NotImplementedError

    def warm_up(self, kill):
        """What a new core needs before the command."""

    def settle(self, state):
        """Behind each: what else must hold, and back to where the next one can begin."""

    # --- one command ---

    def say(self, kind, words):
        self.findings.append((kind, f"command {self.tries}", words))

    def strike(self, words):
        """Returns (processes that were killed, exit status, what it said on stderr)."""
        fixture = self.fixture
        if not self.is_point:
            struck = fixture.run_killing(words, self.victim, self.rng.uniform(0, (0.3 if self.victim == "import" else 1.2) * self.usual_s))
            self.usual_s *= 1 if struck[0] else 0.7  # over before the kill: this machine is quicker, or this command
            return struck
        if not self.moment.startswith("cli-"):
            fixture.stop_core()  # the next one has the kill point
        n = self.rng.randint(1, POINT_PASSES.get(self.moment, 1))
        self.warm_up(f"{self.moment}:{n}")
        done = fixture.run(*words, kill=f"{self.moment}:{n}", may_fail=True)
        if self.victim == "cli":
            hits = int(done.returncode == -9)
        elif self.victim == "core":
            hits = int(wait_until(lambda: (reap(), fixture.core() is None)[1], 0.3))
        else:
            hits = int("import worker" in done.stderr)  # core says so; that it says so of each death is seen at the random ones
        fixture.stop_core()
        return hits, done.returncode, done.stderr

    def check_words(self, hits, status, words):
        """Whoever still stands says that it did not work, and why."""
        if status == -9 or hits == 0:
            return
        if status != 0 and not words.strip():
            self.say("silent", f"status {status} without a word")
        if self.victim == "import" and status != 0 and "import worker" not in words and "postrider-import did not start" not in words:
            self.say("silent", f"the worker was killed, and that is not what is said: {words.strip()[-200:]}")

    def do(self):
        self.tries += 1
        words = self.choose()
        before, after = self.get_states()
        hits, status, said = self.strike(words)
        self.kills += hits > 0
        self.check_words(hits, status, said)
        state = self.look()
        for kind, found in judge_command(before, after, state, is_told=status == 0, is_disturbed=hits > 0):
            self.say(kind, f"{' '.join(words)}: {found}; {hits} killed, status {status}: {said.strip()[-200:]}")
        self.settle(state)
        self.check_store()

    def check_store(self):
        store = sqlite3.connect(f"file:{self.fixture.home}/store.db?mode=ro", uri=True)
        try:
            self.findings += [("other", "store", row[0]) for row in store.execute("PRAGMA integrity_check") if row[0] != "ok"]
        finally:
            store.close()

    # --- as a round ---

    def begin(self):
        self.prepare()
        began = time.monotonic()
        self.fixture.run(*self.choose())
        self.usual_s = time.monotonic() - began
        self.settle(self.look())

    def finish(self):
        try:
            while self.kills < self.wanted and self.tries < 6 * self.wanted + 10:
                self.do()
        except NoMore:
            pass
        if self.kills == 0:
            raise Trouble(f"nothing was killed in {self.tries} tries")
        self.judge()

    def judge(self):
        """What must be so at the end, beside each command's own state."""

    def judge_again(self):
        self.findings.clear()
        self.judge()

    def describe(self):
        return f"{self.tries} commands"

    def add_to(self, tallies, make_tally):
        tally = tallies.setdefault((self.victim, self.moment), make_tally())
        tally.rounds += 1
        tally.kills += self.kills
        tally.lost += count(self.findings, "between", "undone", "lost")
        tally.second += count(self.findings, "second")


def write_people(path, rows):
    with open(path, "w") as file:
        file.write("email,name,town\n" + "".join(f"{to},{name},{town}\n" for to, name, town in rows))


class Imports(CommandKills):
    """A file with people who are there already and get a new value, and with new ones, into a list of its own. All of it or nothing."""

    def prepare(self):
        self.known = [(f"known{i}@example.org", f"Known {i}") for i in range(150)]
        self.at = 0
        self.path = os.path.join(self.fixture.folder, "people.csv")
        write_people(self.path, [(*person, "town0") for person in self.known])
        self.fixture.run("import", self.path, "--list", "known")
        self.town = "town0"

    def choose(self):
        self.at += 1
        n = self.rng.choice((50, 2000, 11000)) // SLOW  # the worker gives 2,000 at once
        new = [(f"new{i}.l{self.at}@example.org", f"New {i}", "here") for i in range(n)]
        self.people = {to for to, _, _ in new} | {to for to, _ in self.known}
        rows = new + [(*person, f"town{self.at}") for person in self.known]
        self.rng.shuffle(rows)
        write_people(self.path, rows)
        return ["import", self.path, "--list", f"list{self.at}"]

    def get_states(self):
        return (None, self.town), (frozenset(self.people), f"town{self.at}")

    def export(self, name):
        path = os.path.join(self.fixture.folder, "list.csv")
        done = self.fixture.run("list", "export", name, "-o", path, may_fail=True)
        if done.returncode == 66:  # there is no such list
            return None
        with open(path, newline="") as file:
            return [{key.lower(): value for key, value in row.items()} for row in csv.DictReader(file)]

    def look(self):
        there = self.export(f"list{self.at}")
        towns = {row["town"] for row in self.export("known")}
        people = None if there is None else frozenset(row["email"] for row in there)
        if there is not None and len(there) != len(people):
            self.say("second", "a person is in the list twice")
        return people, towns.pop() if len(towns) == 1 else f"{len(towns)} different values"

    def settle(self, state):
        """The same file again: the same result, and a third time changes nothing."""
        again = self.fixture.ask("import", self.path, "--list", f"list{self.at}")
        _, after = self.get_states()
        found = self.look()
        if found != after:
            self.say("undone", f"imported again, the list has {len(found[0] or ())} of {len(after[0])} people and {found[1]}")
        if state == after and (again["new"] or again["updated"]):
            self.say("between", f"all of it was there, and yet the next import had something to do: {again}")
        if again["new"] + again["updated"] + again["merged"] + again["unchanged"] != again["read"]:
            self.say("other", f"the numbers of the import do not add up: {again}")
        self.town = f"town{self.at}"


class Undoes(Imports):
    """An import like those above, done, and then taken back under the kill: what it made, joined and overwrote goes all at once, or stays."""

    def prepare(self):
        super().prepare()
        self.fixture.run("import", self.path, "--list", "other")

    def choose(self):
        self.was = self.town
        words = super().choose()
        self.fixture.run(*words)
        return ["import", "--undo"]

    def get_states(self):
        return (frozenset(self.people), f"town{self.at}"), (None, self.was)

    def settle(self, state):
        """Undone is undone: the next command says that there is nothing more, or does it now."""
        before, after = self.get_states()
        done = self.fixture.run("import", "--undo", may_fail=True)
        if self.look() != after:
            self.say("undone", f"undone again (status {done.returncode}), the list is not as before the import")


class Exports(CommandKills):
    """A ledger into a file that may be there already: the whole file or the one that was there."""
    judge_options = ()

    def prepare(self):
        fixture, path = self.fixture, os.path.join(self.fixture.folder, "people.csv")
        write_people(path, [(f"p{i}@example.org", f"Person {i}", "here") for i in range(12000 // SLOW)])  # three pages of core's
        text = fixture.write("letter.txt", "Dear {{name}}\n")
        fixture.add_account("demo")
        fixture.run("import", path, "--list", "all")
        fixture.run("send", "--account", "demo", "--list", "all", "--from", "Office <office@school.example>", "--subject", "x", "--text", text, "--rate", "1/min",
                  "--yes", "--detach")
        fixture.run("campaign", "pause", "1")
        self.path = os.path.join(fixture.folder, "ledger.csv")
        fixture.run("campaign", "export", "1", "-o", self.path)
        self.whole = self.look()
        self.old = "what was there before\n"

    def choose(self):
        self.old = self.rng.choice((None, "what was there before\n"))
        if self.old is None and os.path.exists(self.path):
            os.unlink(self.path)
        elif self.old is not None:
            with open(self.path, "w") as out:
                out.write(self.old)
        return ["campaign", "export", "1", "-o", self.path]

    def get_states(self):
        return self.old, self.whole

    def look(self):
        try:
            with open(self.path, newline="") as file:
                return file.read()
        except FileNotFoundError:
            return None


class Resolves(CommandKills):
    """Unknown people, of whom the judge has nothing: sent makes them skipped, resend queues them, and they get it once."""
    judge_options = ()

    def prepare(self):
        fixture = self.fixture
        self.addresses = [f"p{i}@example.org" for i in range(120)]
        path = os.path.join(fixture.folder, "people.csv")
        write_people(path, [(to, "", "here") for to in self.addresses])
        text = fixture.write("letter.txt", "Dear {{name|friend}}\n")
        fixture.add_account("demo")
        fixture.run("import", path, "--list", "all")
        words = ["send", "--account", "demo", "--list", "all", "--from", "Office <office@school.example>", "--subject", "x", "--text", text, "--connections", "1",
                 "--yes", "--detach"]
        fixture.stop_core()
        fixture.run(*words, kill="transport-begun:1")  # begun, and not an octet has left: in doubt, and the judge has none of them
        if not wait_until(lambda: fixture.show(1)["state"] == "paused", 60, 0.1):
            raise Trouble(f"transports that die at once pause nothing: {fixture.show(1)}")
        fixture.stop_core()
        fixture.run("campaign", "resume", "1")
        if not wait_until(lambda: fixture.show(1)["state"] == "done", 30, 0.1):
            raise Trouble(f"it does not come to its end: {fixture.show(1)}")
        self.treated, self.base = set(), fixture.show(1)["unknown"]
        if self.base < 4:
            raise Trouble(f"nobody is unknown: {fixture.show(1)}")

    def begin(self):
        self.prepare()
        began = time.monotonic()
        self.fixture.show(1)  # as short a command as resolve
        self.usual_s = time.monotonic() - began

    def find_unknown(self):
        return [row for row in self.fixture.export(1) if row["state"] == "unknown"]

    def choose(self):
        left = self.find_unknown()
        if not left:
            raise NoMore()
        self.row = self.rng.choice(left)
        self.how = self.rng.choice(("resend", "sent"))
        return ["campaign", "resolve", "1", self.how, self.row["address"]]

    def get_states(self):
        return "unknown", "skipped" if self.how == "sent" else "sent again"

    def look(self):
        self.fixture.run("lists")
        if not wait_until(lambda: self.fixture.show(1)["reason"] != "recovery", 20, 0.05):
            raise Trouble("recovery does not end")
        row = next(row for row in self.fixture.export(1) if row["address"] == self.row["address"])
        is_again = row["state"] in ("queued", "handed", "accepted", "later") or (row["state"] == "unknown" and row["attempts"] > self.row["attempts"])
        return "sent again" if is_again else row["state"]

    def settle(self, state):
        if state == "skipped":
            self.treated.add(self.row["address"])
        wait_until(lambda: self.fixture.show(1)["state"] == "done", 30, 0.05)

    def finish(self):
        self.wanted = min(self.wanted, self.base // 2)
        super().finish()

    def judge(self):
        wait_until(lambda: self.fixture.show(1)["state"] == "done", 30, 0.05)
        self.findings += compare(self.addresses, self.fixture.export(1), self.fixture.records(), self.fixture.show(1), treated=self.treated)


class Vaults(CommandKills):
    """Accounts with a password, which come and go, and a passphrase that comes and goes: what the vault holds still opens, and each account logs in."""
    judge_options = ("--user", "ann", "--password", PASSWORD)

    def prepare(self):
        self.password, self.passphrase = self.fixture.write("password", PASSWORD + "\n"), self.fixture.write("passphrase", PASSPHRASE + "\n")
        self.at, self.accounts, self.is_protected = 0, [], False
        self.add("first")
        self.accounts.append("first")

    def get_add_words(self, name):
        return ["account", "add", name, "office@school.example", "--host", "127.0.0.1", "--port", str(self.fixture.judge_port), "--tls", "none", "--user", "ann",
                "--password-file", self.password]

    def add(self, name):
        self.fixture.run(*self.get_add_words(name))

    def begin(self):
        self.prepare()
        self.usual_s = 0.04 * SLOW

    def choose(self):
        self.at += 1
        self.open()
        removable = self.accounts[1:]
        self.chosen = self.rng.choice(["add", "add", "protect"] + (["remove"] if removable else []))
        if self.chosen == "protect":
            return ["vault", "protect"] + (["--remove"] if self.is_protected else ["--password-file", self.passphrase])
        self.name = f"account{self.at}" if self.chosen == "add" else self.rng.choice(removable)
        return self.get_add_words(self.name) if self.chosen == "add" else ["account", "remove", self.name]

    def get_states(self):
        if self.chosen == "protect":
            return (("passphrase", "key-file") if self.is_protected else ("key-file", "passphrase"))
        return ("none", "logs in") if self.chosen == "add" else ("logs in", "none")

    def get_slot(self):
        return "passphrase" if "passphrase" in self.fixture.ask("vault", "status")["slots"] else "key-file"

    def open(self):
        if self.get_slot() == "passphrase":
            self.fixture.run("vault", "unlock", "--password-file", self.passphrase)

    def log_in(self, name):
        if name not in [account["name"] for account in self.fixture.ask("account", "list")["accounts"]]:
            return "none"
        report = self.fixture.ask("account", "test", name, may_fail=True)
        return "logs in" if report and report.get("logged_in") else f"does not log in: {report}"

    def warm_up(self, kill):
        if self.is_protected:
            self.fixture.run("vault", "unlock", "--password-file", self.passphrase, kill=kill)

    def look(self):
        if self.chosen == "protect":
            self.is_protected = self.get_slot() == "passphrase"
            self.open()  # or it is a Trouble
            return "passphrase" if self.is_protected else "key-file"
        self.open()
        state = self.log_in(self.name)
        self.accounts = [name for name in self.accounts if name != self.name] + ([self.name] if state == "logs in" else [])
        return state

    def settle(self, state):
        """Another one than the one that it was about."""
        name = self.rng.choice(self.accounts)
        found = self.log_in(name)
        if found != "logs in":
            self.say("lost", f"what the vault held of {name} is not what it was: {found}")


KINDS = {"imports": Imports, "undoes": Undoes, "exports": Exports, "resolves": Resolves, "the vault": Vaults}


def find_class(moment):
    """None: a moment of campaign_kills.py."""
    if moment in KINDS:
        return KINDS[moment]
    words = {"undone": Undoes, "import": Imports, "export": Exports, "resolv": Resolves, "vault": Vaults}
    return next((kind for word, kind in words.items() if "-" in moment and word in moment), None)
