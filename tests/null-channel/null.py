#!/usr/bin/python3
"""null.py - a second kind of account, whole: `account add --kind null`, a campaign, lies, kills. What is judged is the file that postrider-null
writes; the rounds of the kills, and who compares, are those of tests/faults.

  tests/null-channel/null.py BUILD [--kills N] [--at-least N] [--seconds N] [--seed N]
BUILD was set up with -Dtests=true -Dkill-points=true. The programs are laid into one folder, as if they were installed there; core is the one with the
table of kinds of this folder.
"""
import argparse
import os
import re
import shutil
import sqlite3
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("..", "../faults"):
    sys.path.insert(0, os.path.join(HERE, folder))
from fixture import Fixture, Trouble, become_subreaper, wait_until  # noqa: E402
from kills import Proof  # noqa: E402
from campaign_kills import SENDER, CampaignKills  # noqa: E402
from verdict import compare  # noqa: E402

PROGRAMS = ("src/cli/postrider", "tests/null-channel/postrider-core", "tests/null-channel/postrider-null", "src/confined/import/postrider-import",
            "src/confined/dial/postrider-dial", "src/confined/smtp/postrider-smtp")
MESSAGE_ID = re.compile(r"^Message-ID: (<[^>]+>)$", re.MULTILINE)
DELAY_MS = 10  # from one message to the next, so that there is something to kill
LIES = {  # word: what core has to say of it (core/intake/outcomes.c, the contract)
    "stranger": "a recipient that it was not given", "campaign": "a recipient that it was not given", "attempt": "a recipient that it was not given",
    "outcome": "an outcome that does not exist", "twice": "a recipient that it was not given", "word": "Paused: argument 1", "record": "a record whose key its kind of account does not have",
    "endpoint": "connected to what its account does not have", "status": "a status that does not exist",
}
PEOPLE_LIED_TO = 60
# victim, moment, share. `smtp` is what campaign_kills.py calls whatever sends
KINDS = [
    ("core", "at random", 3), ("core", "restarted at once", 3), ("core", "old one drains", 2), ("core", "core-handed", 2), ("core", "core-state-written", 2), ("core", "core-recovering", 1),
    ("smtp", "at random", 3), ("smtp", "transport-begun", 2), ("smtp", "null-begun", 2), ("smtp", "null-written", 3), ("smtp", "transport-after-answer", 2),
    ("smtp", "transport-after-ended", 2), ("all", "at random", 3), ("all", "null-written", 2),
]
DRAIN_POINTS = ("transport-begun", "null-begun", "null-written", "transport-after-answer")


class NullFixture(Fixture):
    """One data folder, its own programs, and the file that stands in a judge's place."""

    def __init__(self, folder, build):
        super().__init__(folder, os.path.join(folder, "bin", "postrider"), None)
        os.makedirs(os.path.join(folder, "bin"))
        for path in PROGRAMS:
            shutil.copy2(os.path.join(build, path), os.path.join(folder, "bin"))
        self.record = os.path.join(folder, "bin", "outbox")
        self.window, self.rotates, self.is_chunking, self.has_deferred, self.rounds = 1, False, False, False, []

    def add_account(self, name, *words, kind="null", address="office@school.example"):
        self.accounts.add(name)
        return self.run("account", "add", name, address, "--kind", kind, "--delay-ms", str(DELAY_MS), *words)

    def workers(self, name=None):
        return super().workers("null" if name == "smtp" else name)

    def records(self):
        """A line that a kill cut short has no end, or an empty line behind it: no message."""
        found = []
        try:
            with open(self.record, newline="\n") as lines:
                for line in lines:
                    if "\t" not in line or not line.endswith("\\n\n"):  # letters and texts of this test end with a line break
                        continue
                    address, message = line.split("\t", 1)
                    text = message.encode("ascii").decode("unicode_escape").replace("\r\n", "\n")
                    found_id = MESSAGE_ID.search(text)
                    found.append({"to": [address], "id": found_id.group(1) if found_id else "", "text": text})
        except FileNotFoundError:
            pass  # no transport has been started
        return found

    def export(self, campaign):
        """No number is given twice, whoever is killed between its keeping and its message."""
        rows = super().export(campaign)
        ids = [row["provider_id"] for row in rows if row["provider_id"]]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise Trouble(f"two messages of campaign {campaign} have one number: {twice}")
        return rows

    def count_taken(self):
        return len(self.records())

    def send(self, account, people, *words):
        """Returns the campaign's number and its addresses."""
        addresses = [f"p{i}.{account}@example.org" for i in range(people)]
        path = self.write(f"{account}.csv", "email,name\n" + "".join(f"{to},Person {i}\n" for i, to in enumerate(addresses)))
        text = self.write("letter.txt", "Dear {{name|friend}},\n\nthe summer fair is on Sunday.\n")
        self.run("import", path, "--list", account)
        self.run("send", "--account", account, "--list", account, "--from", SENDER, "--subject", account, "--text", text, "--yes", "--detach", *words)
        found = self.ask("campaign", "list")["campaigns"]
        return next(one["id"] for one in found if one["subject"] == account), addresses

    def wait_done(self, campaign):
        if not wait_until(lambda: self.show(campaign)["state"] == "done", 30, 0.1):
            raise Trouble(f"a campaign does not come to its end: {self.show(campaign)}")
        return self.show(campaign)

    def kept_number(self, account):
        """What core keeps for the account's transport: the number of its last message."""
        store = sqlite3.connect(f"file:{self.home}/store.db?mode=ro", uri=True)
        try:
            found = store.execute("SELECT value FROM account_record JOIN account ON account.id=account_record.account WHERE name=? AND key='count/messages'", (account,))
            return [int(row[0]) for row in found]
        finally:
            store.close()

    def find_wrong(self, campaign, addresses):
        return compare(addresses, self.export(campaign), self.records(), self.show(campaign))


class NullProof(Proof):
    """The kill proof, into the file."""

    def __init__(self, args):
        super().__init__(args)
        self.kinds = list(KINDS)
        self.rng.shuffle(self.kinds)

    def new_fixture(self, has_deferred, rotates=False):
        return NullFixture(os.path.join(self.folder, f"fixture{self.number}"), self.args.build)

    def make_round(self, victim, moment, fixture, kills, account="demo"):
        """One message is under way at most, so a kill of what sends puts one person in doubt, and a kill of core nobody."""
        self.number += 1
        kills = min(kills, 4)
        one = CampaignKills(fixture, self.rng, self.number, victim, moment, kills, 60 + 30 * kills, 1, None, False, False, account)
        one.drain_points = DRAIN_POINTS
        return one


class Report:
    def __init__(self):
        self.n, self.is_right = 0, True

    def check(self, is_right, name, *found):
        self.n += 1
        self.is_right = self.is_right and bool(is_right)
        print(f"{'ok' if is_right else 'not ok'} {self.n} - {name}", flush=True)
        for one in found if not is_right else ():
            print(f"#   {one}", flush=True)


# --- a campaign ---

def try_account(fixture, report):
    added = fixture.add_account("plain")
    report.check("account test" not in added.stdout + added.stderr, "a kind that connects to nothing is not said to be tried", added.stderr)
    kept = next(one for one in fixture.ask("account", "list")["accounts"] if one["name"] == "plain")
    report.check(kept["kind"] == "null" and kept["delay_ms"] == DELAY_MS and not kept["needs_password"], "an account of the second kind, by its own options", kept)
    tested = fixture.run("account", "test", "plain", may_fail=True)
    report.check(tested.returncode == 64 and "connects to nothing" in tested.stderr, "what connects to nothing says so when it is tried", tested.stderr)
    layers = fixture.run("doctor", may_fail=True).stdout
    report.check("null: system calls" in layers, "doctor asks its program what its lock holds", layers)
    wrong = fixture.run("account", "set", "plain", "--lie", "white", may_fail=True)
    report.check(wrong.returncode == 64 and "stranger" in wrong.stderr, "its own row says which words a setting may have", wrong.stderr)


def try_campaign(fixture, report):
    campaign, addresses = fixture.send("plain", 100)
    numbers = fixture.wait_done(campaign)
    findings = fixture.find_wrong(campaign, addresses)
    report.check(numbers["accepted"] == 100 and not findings, "a campaign: everybody once, as the ledger says", numbers, *findings[:5])
    greeted = sum(f"Dear Person {i}," in one["text"] for i, one in enumerate(sorted(fixture.records(), key=lambda one: int(one["to"][0][1:].split(".")[0]))))
    report.check(greeted == 100, "each message is that person's", greeted)


def try_records(fixture, report):
    """Another core and another process go on where the last one was: it was told what core keeps for it."""
    first, rows = fixture.kept_number("plain"), fixture.export(fixture.ask("campaign", "list")["campaigns"][0]["id"])
    ids = sorted(int(row["provider_id"].removeprefix("null-")) for row in rows)
    reported = {row["provider_id"] for row in rows if row["delivered"]}
    report.check(ids == list(range(1, 101)), "each message has the number that its transport gave it", ids)
    report.check(reported == {f"null-{i}" for i in range(2, 101, 2)}, "what is reported later is of the message whose number it names", reported)
    fixture.stop_core()
    campaign, _ = fixture.send("plain", 100)
    fixture.wait_done(campaign)
    second = fixture.kept_number("plain")
    report.check(first == [100] and second == [200], "what core keeps for a transport outlives both", first, second)


def try_limit(fixture, report):
    """A limit of its own row holds as one of smtp's does."""
    fixture.add_account("few", "--per-day", "5")
    campaign, addresses = fixture.send("few", 8)
    is_held = wait_until(lambda: fixture.show(campaign)["accepted"] == 5 and fixture.show(campaign)["state"] == "waiting", 15, 0.1)
    taken = sum(one["to"][0] in addresses for one in fixture.records())
    report.check(is_held and taken == 5, "a limit that its row names is kept", fixture.show(campaign), taken)
    fixture.run("campaign", "cancel", str(campaign))


# --- to numbers ---

PEOPLE_BY_PHONE = """name,email,phone,town
Ann,ann@example.org,+4915112345678,Bonn
Ben,ben@example.org,,Kiel
Cy,cy@example.org,+4915112345678,Ulm
Dora,,+4930222222,
"""


def send_text(fixture, *words, may_fail=False):
    """By the account of numbers. Returns what the command said."""
    text = fixture.write("text.txt", "Hello {{name}} of {{town|nowhere}}, you are {{phone}} and {{email|without mail}}.\n")
    return fixture.run("send", "--account", "numbers", "--list", "numbers", "--text", text, *words, may_fail=may_fail)


def to_numbers(fixture):
    return sorted((one["to"][0], one["text"].strip()) for one in fixture.records() if one["to"][0].startswith("+"))


def try_numbers(fixture, report):
    fixture.add_account("numbers", kind="null-phone", address="+4930999999")
    fixture.run("import", fixture.write("numbers.csv", PEOPLE_BY_PHONE), "--list", "numbers")
    refused = send_text(fixture, "--subject", "Hi", "--yes", may_fail=True)
    report.check(refused.returncode == 64 and "has no subject" in refused.stderr, "a text has no subject: refused, with a sentence", refused.returncode, refused.stderr)
    shown = send_text(fixture, "--preview", "3").stdout
    report.check("Hello Dora of nowhere, you are +4930222222 and without mail." in shown, "a text is looked at before it is sent", shown)
    trial = send_text(fixture, "--test-to", "me@example.org", "--yes", may_fail=True)
    report.check(trial.returncode == 64 and "phone number" in trial.stderr, "a trial goes to a number", trial.stderr)
    sent = send_text(fixture, "--yes", "--once", "numbers-1")
    wanted = [("+4915112345678", "Hello Ann of Bonn, you are +4915112345678 and ann@example.org."),
              ("+4915112345678", "Hello Cy of Ulm, you are +4915112345678 and cy@example.org."),
              ("+4930222222", "Hello Dora of nowhere, you are +4930222222 and without mail.")]
    report.check(to_numbers(fixture) == wanted, "a campaign to numbers: each person their text, whoever shares a number", sent.stderr, *to_numbers(fixture))
    campaign = next(one for one in fixture.ask("campaign", "list")["campaigns"] if one["account"] == "numbers")
    report.check(campaign["title"].startswith("Hello {{name}} of") and campaign["subject"] == "", "it is called by the begin of its text", campaign)
    report.check(fixture.show(campaign["id"])["skipped_reasons"] == {"no-number": 1}, "who has no number is left out for that reason", fixture.show(campaign["id"]))
    rows = {row["name"]: row for row in fixture.export(campaign["id"])}
    report.check(rows["Ann"]["address"].endswith("+4915112345678") and rows["Ann"]["state"] == "accepted" and rows["Ben"]["reason"] == "no-number" and rows["Ann"]["message_id"] == "",
                 "the export says so, and names no Message-ID where there is none", rows)
    send_text(fixture, "--yes", "--once", "numbers-1")
    send_text(fixture, "--yes", "--except", str(campaign["id"]), may_fail=True)
    report.check(to_numbers(fixture) == wanted, "once and except: nobody has it twice", *to_numbers(fixture))
    send_text(fixture, "--yes", "--per", "address", "--title", "One a number")
    report.check(len(to_numbers(fixture)) == 5, "one text for all who share a number", *to_numbers(fixture))
    fixture.run("suppress", "add", "+4930222222")
    send_text(fixture, "--yes", "--per", "address")
    report.check(sum(to == "+4930222222" for to, _ in to_numbers(fixture)) == 2, "who does not want it by their number has no more", *to_numbers(fixture))


# --- lies ---

def find_drops(fixture, account):
    return re.findall(rf"the sending process of account {account} was dropped: (.*)", fixture.log())


def try_lie(fixture, report, word, campaign, addresses):
    account = f"lies-{word}"
    wait_until(lambda: find_drops(fixture, account), 15, 0.05)
    fixture.run("account", "set", account, "--lie", "no")
    numbers = fixture.wait_done(campaign)
    drops, findings = find_drops(fixture, account), fixture.find_wrong(campaign, addresses)
    is_right = drops and LIES[word] in drops[0] and not findings and numbers["unknown"] > 0 and numbers["accepted"] > 0
    report.check(is_right, f"a liar is dropped ({word}); what it held is unknown and goes to nobody twice; an honest one sends the rest", drops, numbers, *findings[:5])


def try_lies(fixture, report):
    started = {}
    for word in LIES:
        fixture.add_account(f"lies-{word}", "--lie", word)
        started[word] = fixture.send(f"lies-{word}", PEOPLE_LIED_TO, "--rate", "20/s")
    for word, (campaign, addresses) in started.items():
        try_lie(fixture, report, word, campaign, addresses)


def try_fixture(folder, build, report):
    fixture = NullFixture(folder, build)
    try:
        for attempt in (try_account, try_campaign, try_records, try_limit, try_numbers, try_lies):
            attempt(fixture, report)
        fixture.clear_away()
        left = fixture.find_leftovers()
        report.check(not left, "nothing is left behind", *left)
    except Trouble as trouble:
        report.check(False, "it can be tried at all", trouble)
    finally:
        fixture.close()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=os.path.abspath)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=600, help="of kills, at most")
    parser.add_argument("--at-least", type=int, help="kills that are enough when the time is over")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.set_defaults(tap=True, only=None, keep=False, folder=None, program=None)
    return parser.parse_args()


def main():
    args, report = parse(), Report()
    become_subreaper()
    proof = NullProof(args)
    try_fixture(os.path.join(proof.folder, "first"), args.build, report)
    args.first = report.n + 1
    proof.run()
    is_right = proof.report()
    print(f"1..{report.n + 5}")
    return 0 if is_right and report.is_right else 1


if __name__ == "__main__":
    sys.exit(main())
