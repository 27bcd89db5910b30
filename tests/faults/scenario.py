"""scenario.py - one data folder from its first command to its last, as a row of goals; each may be cut and is taken up again by the next run.

A goal is done when its command said so (exit 0). What is done must be true ever after, until a later goal undoes it: check_NAME() says so,
and that is what "acknowledged" means here. What was begun and not done may have happened or not; doing it again must then be right.
"""
import json
import os
import shutil
import sqlite3
import tempfile

from fixture import Fixture, Trouble, check_store, wait_until
from verdict import compare

SENDER = "Office <office@school.example>"
USER, PASSWORD, PASSPHRASE = "office", "letter-box", "a long way home"
JOURNAL_RECORD, BEGUN = 128, ord("B")

# goal, the goal that undoes it once it is begun
GOALS = [
    ("account", None), ("import", None), ("suppress", None), ("template", None), ("send", None), ("pause", "resume"), ("look", None),
    ("suppress late", None), ("resume", None), ("protect", "unprotect"), ("import more", None), ("send more", None), ("wait", None),
    ("look again", None), ("unprotect", None), ("rekey", None), ("edit", None), ("leave", None),
]
PASSPHRASE_GOALS = ("protect", "unprotect", "rekey")


class Home(Fixture):
    """A data folder whose judge is somebody else's; its processes are loaded with the shim when there is a write log."""

    def __init__(self, folder, program, judge, shim):
        self.folder, self.program, self.shim = os.path.realpath(folder), program, shim
        self.disk = os.path.join(self.folder, "disk")  # what the shim follows; exports and notes lie beside it
        self.home = os.path.join(self.disk, "home")
        os.makedirs(self.disk, exist_ok=True)
        self.judge, self.judge_port, self.record, self.extra, self.accounts = None, judge.judge_port, judge.record, {}, set()
        self.known, self.write_log, self.boot, self.lie, self.failure = {}, None, "", "", ""
        self.is_disk_modelled = True

    def environment(self, kill=None):
        environment = super().environment(kill)
        if self.write_log is None:
            return environment
        modelled = self.disk if self.is_disk_modelled else ""
        return environment | self.shim.environment(self.failure.startswith("malloc")) | {
            "POSTRIDER_FAULTS": f"{self.write_log.path};{modelled};{self.boot};{self.lie};{self.failure}"}


class Shim:
    def __init__(self, folder):
        self.library, self.malloc = (os.path.join(os.path.abspath(folder), name) for name in ("libfaults.so", "libfaultsmalloc.so"))
        if not os.path.exists(self.library):
            raise Trouble(f"{self.library} is missing: build it (meson setup -Dtests=true -Dkill-points=true)")

    def environment(self, has_malloc):
        asan = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": f"{self.library}:{self.malloc}" if has_malloc else self.library,
                "ASAN_OPTIONS": (asan + ":" if asan else "") + "verify_asan_link_order=0"}


class Plan:
    """What chance decides once for a scenario and all that come out of it."""

    def __init__(self, rng, has_passphrase, files, more=None):
        self.first = [f"p{i}@first.example" for i in range(rng.randint(24, 40))]
        self.more = [f"m{i}@more.example" for i in range(more or rng.choice((30, 60, 400)))]
        self.early, self.late = self.first[:2], self.first[-2:]
        self.connections = rng.randint(1, 3)
        self.goals = [goal for goal, _ in GOALS if has_passphrase or goal not in PASSPHRASE_GOALS]
        self.has_attachment = rng.random() < 0.7
        self.is_big = rng.random() < 0.3  # so much in one list that the log of the store is folded in while it goes on
        self.extra = 3000 if self.is_big else 0
        self.files = files
        self.write_files()

    def write_files(self):
        os.makedirs(self.files)

        def put(name, text):
            with open(os.path.join(self.files, name), "w") as file:
                file.write(text)
        put("password", PASSWORD + "\n")
        put("passphrase", PASSPHRASE + "\n")
        put("letter.txt", "Dear {{name|friend}},\n\nthe summer fair is on Sunday.\n")
        put("map.txt", "Turn left at the church.\n" * 50)
        put("first.csv", "email,name\n" + "".join(f"{to},Person {i}\n" for i, to in enumerate(self.first)))
        # some people of the first list come again: rows that are updated
        rows = [f"{to},Person {i},Bonn\n" for i, to in enumerate(self.more)] + [f"{to},Person {i},Ulm\n" for i, to in enumerate(self.first[:9])]
        put("more.csv", "email,name,town\n" + "".join(rows))
        put("extra.csv", "email,name,town\n" + "".join(f"x{i}@extra.example,Extra {i},{'street ' * 12}{i}\n" for i in range(self.extra)))

    def recipients(self, subject):
        return [to for to in self.first if to not in self.early] if subject == "first" else self.more


class ScenarioRun:
    """done, begun: goals; `looked`: addresses that an export had reported as accepted; sent: the judge's records before this run."""

    def __init__(self, home, plan, rng, done=(), begun=(), looked=(), sent=()):
        self.home, self.plan, self.rng = home, plan, rng
        self.done, self.begun, self.looked, self.sent = set(done), set(begun), set(looked), list(sent)
        self.moves = []   # (goal, position when it was begun, when it was done)
        self.looks = []   # (position, addresses)
        self.begun_before, self.looked_before, self.unknown = set(begun), set(looked), 0
        self.findings = []
        self.record_from = os.path.getsize(home.record)

    def file(self, name):
        return os.path.join(self.plan.files, name)

    def position(self):
        return self.home.write_log.end if self.home.write_log else 0

    def find(self, kind, words):
        self.findings.append((kind, "", words))

    # --- what others say ---

    def own_records(self):
        with open(self.home.record, "rb") as file:
            file.seek(self.record_from)
            return [json.loads(line) for line in file if line.endswith(b"\n")]  # the last one may be on its way

    def campaign(self, subject):
        return next((one for one in self.home.ask("campaign", "list")["campaigns"] if one["subject"] == subject), None)

    def get_campaign(self, subject):
        found = self.campaign(subject)
        if found is None:
            raise Trouble(f"there is no campaign {subject}")
        return found

    def accepted(self, subject):
        found = self.campaign(subject)
        return {row["address"] for row in self.home.export(found["id"]) if row["state"] == "accepted"} if found else set()

    def suppressed(self):
        return {row["address"] for row in self.home.ask("suppress", "list")["suppressed"]}

    def listed(self, name):
        done = self.home.run("list", "export", name, may_fail=True)
        return {line.split(",")[1] for line in done.stdout.splitlines()[1:]} if done.returncode == 0 else set()

    def vault(self):
        return self.home.ask("vault", "status")

    # --- goals ---

    def play(self, until=None):
        for goal in self.plan.goals:
            if goal in self.done:
                continue
            start = self.position()
            self.begun.add(goal)
            getattr(self, "do_" + goal.replace(" ", "_"))()
            self.moves.append((goal, start, self.position()))
            self.done.add(goal)
            if goal == until:
                return

    def do_account(self):
        if any(one["name"] == "demo" for one in self.home.ask("account", "list")["accounts"]):
            self.home.run("account", "remove", "demo")
        self.home.run("account", "add", "demo", "office@school.example", "--host", "127.0.0.1", "--port", str(self.home.judge_port), "--tls", "none",
                      "--user", USER, "--password-file", self.file("password"))

    def check_account(self):
        found = [one for one in self.home.ask("account", "list")["accounts"] if one["name"] == "demo"]
        if not found or not found[0]["keeps_password"]:
            self.find("row", f"the account is not as it was added: {found}")

    def do_import(self):
        self.home.run("import", self.file("first.csv"), "--list", "first")

    def check_import(self):
        if self.listed("first") != set(self.plan.first):
            self.find("row", f"{len(self.listed('first'))} people of {len(self.plan.first)} that were imported")

    def do_suppress(self):
        self.home.run("suppress", "add", *self.plan.early)

    def check_suppress(self):
        if not set(self.plan.early) <= self.suppressed():
            self.find("row", "an address that was suppressed is not")

    def do_template(self):
        self.home.run("template", "save", "welcome", "--subject", "Welcome", "--text", self.file("letter.txt"))

    def check_template(self):
        if not [one for one in self.home.ask("template", "list")["templates"] if one["name"] == "welcome"]:
            self.find("row", "a template that was saved is gone")

    def send(self, subject, *more):
        if self.campaign(subject):
            return
        self.home.run("send", "--account", "demo", "--list", subject, "--from", SENDER, "--subject", subject, "--text", self.file("letter.txt"),
                      "--connections", str(self.plan.connections), "--once", subject, "--yes", "--detach", *more)

    def check_campaign(self, subject):
        found = self.campaign(subject)
        if found is None or found["total"] - found["skipped"] < len(self.plan.recipients(subject)) - len(self.plan.late):
            self.find("row", f"a campaign that was started is {found}")

    def do_send(self):
        self.send("first")

    def check_send(self):
        self.check_campaign("first")

    def do_pause(self):
        wanted = self.rng.randint(0, len(self.plan.first) // 2)
        wait_until(lambda: len(self.own_records()) >= wanted or self.get_campaign("first")["state"] == "done", 5)
        self.home.run("campaign", "pause", str(self.get_campaign("first")["id"]), may_fail=True)

    def check_pause(self):
        found = self.campaign("first")
        if found and found["state"] not in ("paused", "done"):
            self.find("row", f"a campaign that was paused is {found['state']}")

    def do_look(self):
        for subject in ("first", "more"):
            self.looked |= self.accepted(subject)
        self.looks.append((self.position(), set(self.looked)))

    def do_suppress_late(self):
        self.home.run("suppress", "add", *self.plan.late)

    def check_suppress_late(self):
        if not set(self.plan.late) <= self.suppressed():
            self.find("row", "an address that was suppressed is not")

    def resume(self, subject):
        found = self.campaign(subject)
        if found and found["state"] == "paused":
            if found["reason"] == "restored":
                self.find("row", f"it takes itself for a copy: {found['text']}")
                self.home.run("campaign", "resume", str(found["id"]), "--restored", may_fail=True)
            wait_until(lambda: self.home.run("campaign", "resume", str(found["id"]), may_fail=True).returncode != 75 or
                       self.campaign(subject)["state"] != "paused", 20, 0.05)

    def do_resume(self):
        self.resume("first")

    def check_resume(self):
        found = self.campaign("first")
        if found and found["state"] == "paused" and found["reason"] in ("", "person", "restored"):
            self.find("row", f"a campaign that was resumed is paused: {found['text']}")

    def do_protect(self):
        if "passphrase" not in self.vault()["slots"]:
            self.home.run("vault", "protect", "--password-file", self.file("passphrase"))

    def check_protect(self):
        if self.vault()["slots"] != ["passphrase"]:
            self.find("row", f"the vault has a passphrase no more: {self.vault()}")

    def do_import_more(self):
        self.home.run("import", self.file("more.csv"), "--list", "more", "--consent", "at the fair")
        if self.plan.extra:
            self.home.run("import", self.file("extra.csv"), "--list", "extra")

    def check_import_more(self):
        if self.listed("more") != set(self.plan.more) | set(self.plan.first[:9]):
            self.find("row", f"{len(self.listed('more'))} people of the second import")
        if self.plan.extra and len(self.listed("extra")) != self.plan.extra:
            self.find("row", f"{len(self.listed('extra'))} people of the large import")

    def do_send_more(self):
        self.send("more", "--exclude-list", "first", *(["--attach", self.file("map.txt")] if self.plan.has_attachment else []))

    def check_send_more(self):
        self.check_campaign("more")

    def is_over(self, subject):
        numbers = self.get_campaign(subject)
        if numbers["state"] == "paused" and numbers["handed"] == 0:
            self.resume(subject)
        return numbers["state"] == "done" or (numbers["later"] and numbers["queued"] + numbers["handed"] == 0)

    def do_wait(self):
        for subject in ("first", "more") if "send more" in self.plan.goals else ("first",):
            if not wait_until(lambda: self.is_over(subject), 30, 0.03):
                raise Trouble(f"campaign {subject} does not come to its end: {self.campaign(subject)}")

    do_look_again = do_look

    def do_unprotect(self):
        if "passphrase" in self.vault()["slots"]:
            self.home.run("vault", "protect", "--remove")

    def check_unprotect(self):
        if self.vault()["slots"] != ["key-file"] and "rekey" not in self.begun:
            self.find("row", f"the vault is not back to its key file: {self.vault()}")

    def do_rekey(self):
        """Slots: one more, another key file, and the one taken away. From wherever it was cut."""
        if "passphrase" not in self.vault()["slots"]:
            self.home.run("vault", "add", "passphrase", "--password-file", self.file("passphrase"))
        self.home.run("vault", "change", "key-file")
        self.home.run("vault", "remove", "passphrase")

    def check_rekey(self):
        if self.vault()["slots"] != ["key-file"]:
            self.find("row", f"the vault is not back to its key file: {self.vault()}")

    def do_edit(self):
        self.home.run("contact", "edit", self.plan.first[0], "Town=Köln")

    def check_edit(self):
        fields = self.home.ask("contact", "show", self.plan.first[0])["fields"]
        if "Köln" not in (fields.get("Town"), fields.get("town")):
            self.find("row", "what was edited is not there")

    def do_leave(self):
        self.home.stop_core()

    # --- after a cut or a failure ---

    def wake(self):
        """The first words to a folder that was cut: it must open, and what was said must be so."""
        self.home.ask("account", "list")
        vault = self.vault()
        if vault["state"] != "open":
            if "protect" not in self.begun or "passphrase" not in vault["slots"]:
                self.find("vault", f"it does not open: {vault['text']}")
            elif self.home.run("vault", "unlock", "--password-file", self.file("passphrase"), may_fail=True).returncode != 0:
                self.find("vault", "its passphrase does not open it")
        for goal, undone_by in GOALS:
            check = getattr(self, "check_" + goal.replace(" ", "_"), None)
            if check and goal in self.done and undone_by not in self.begun:
                check()
        lost = self.looked - self.accepted("first") - self.accepted("more")
        if lost:
            self.find("row", f"{len(lost)} people had been reported as accepted and are not, first {min(lost)}")

    def judge(self):
        """After the last goal: ledger and judge agree. Returns how many are unknown."""
        unknown, suppressed, records = 0, self.suppressed(), self.sent + self.own_records()
        for subject in [subject for subject, goal in (("first", "send"), ("more", "send more")) if goal in self.done]:
            found = self.campaign(subject)
            if found is None:
                self.find("row", f"there is no campaign {subject} at the end")
                continue
            numbers = self.home.show(found["id"])
            expected = [to for to in self.plan.recipients(subject) if to not in suppressed]
            self.findings += compare(expected, self.home.export(found["id"]), records, numbers)
            unknown += numbers["unknown"]
        return unknown

    def find_leftovers(self):
        self.findings += [("left", "", words) for words in self.home.find_leftovers()]

    def numbers_of(self):
        """(campaign, recipient) -> address, from the store of a run that is over."""
        store = sqlite3.connect(f"file:{self.home.home}/store.db?mode=ro", uri=True)
        try:
            return {(row[0], row[1]): row[2] for row in store.execute("SELECT campaign,id,address FROM snapshot")}
        finally:
            store.close()


def read_surviving_store(home):
    """What SQLite itself finds in a store after the cut, in a copy: (rows handed, rows unknown, what integrity_check says)."""
    if not os.path.exists(os.path.join(home, "store.db")):
        return 0, 0, "ok"
    with tempfile.TemporaryDirectory() as folder:
        for name in ("store.db", "store.db-wal", "store.db-journal"):
            if os.path.exists(os.path.join(home, name)):
                shutil.copy(os.path.join(home, name), folder)
        store = sqlite3.connect(os.path.join(folder, "store.db"))
        try:
            said = "; ".join(check_store(store)) or "ok"
            if not store.execute("SELECT 1 FROM sqlite_master WHERE name='ledger'").fetchone():  # cut between its migrations
                return 0, 0, said
            return (*(store.execute("SELECT count(*) FROM ledger WHERE state=?", (state,)).fetchone()[0] for state in (1, 5)), said)
        except sqlite3.DatabaseError as error:
            return 0, 0, str(error)
        finally:
            store.close()


def read_begun(records, numbers):
    """Yields (position, address): octets of a message may have left behind that position. `records` of one run's write log."""
    journals = set()
    for record in records:
        if record.kind == "O":
            (journals.add if b"/journals/" in record.first else journals.discard)(record.key)
        elif record.kind == "W" and record.key in journals:
            for at in range(0, len(record.first) - JOURNAL_RECORD + 1, JOURNAL_RECORD):
                if record.first[at] == BEGUN:
                    campaign, recipient = (int.from_bytes(record.first[at + i:at + i + 8], "little") for i in (8, 16))
                    if (campaign, recipient) in numbers:
                        yield record.at, numbers[campaign, recipient]
