#!/usr/bin/env python3
"""gmail.py BUILD [WORD…]: accounts that send by Gmail's API, from the command line to the last letter. The API is a fake that Google's own client takes for Gmail's
(tests/unit/confined/oauth/provider); messages are read by npm's mailparser. Source: docs/providers.md, docs/design.md §5."""
import contextlib
import glob
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

import fixture as journey
from fixture import check, is_alive, run_cases, wait_for

sys.dont_write_bytecode = True
from providers import ADDRESS, Fake, MailServer, SignIn, install  # noqa: E402

SCOPE = "https://www.googleapis.com/auth/gmail.send"
LETTER = "Dear {{name}},\n\nsee you in {{town}}. Grüße – 再見.\n"


def add_words(fixture, fake, *options, name="work", mail=None):
    client = fixture.write("client.json", json.dumps({"installed": {"client_id": fake.said["client"]["id"], "client_secret": fake.said["client"]["secret"],
                                                                    "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": "https://oauth2.googleapis.com/token"}}))
    return ["account", "add", name, f"gmail:{ADDRESS}", "--client", client, *fake.endpoints(mail), *options]


def sign_in(fixture, fake, *words):
    person = SignIn(fixture, *words)
    fake.browse(person.url)
    status, event = person.end()
    check(status == 0 and event["event"] == "signed-in", status, event)
    return event


def make_ready(fixture, count, *options, units=600000, access_s=3599, delay_ms=0):
    """An account that is signed in, people and a letter. units: what Google has and the account is told."""
    fake = Fake(fixture, "google", access_s, units=units, delay_ms=delay_ms)
    sign_in(fixture, fake, *add_words(fixture, fake, "--units-per-minute", str(units), *options))
    fixture.import_people(count)
    fixture.write("letter.txt", LETTER)
    return fake


def account(fixture, name="work"):
    return next(row for row in fixture.json("account", "list")["accounts"] if row["name"] == name)


def parse(fixture, folder):
    node = install(fixture.build, "journey-node")
    out = subprocess.run([os.path.join(node, "node"), os.path.join(node, "parse.mjs"), folder], stdin=subprocess.DEVNULL, capture_output=True, check=True, text=True, timeout=120).stdout
    return [json.loads(line) for line in out.splitlines()]


def check_copies(fixture, fake, campaign=1):
    """Each person at most once; whoever is accepted exactly once; who is not begun never. Returns: the export."""
    ids = [row["message_id"] for row in fake.sent()]
    check(len(ids) == len(set(ids)), "a second copy", len(ids), len(set(ids)))
    rows = fixture.export(campaign)
    for row in rows:
        copies = ids.count(row["message_id"]) if row["message_id"] else 0
        if row["state"] == "accepted":
            check(copies == 1, "accepted, and not there", row)
        elif row["state"] != "unknown":
            check(copies == 0, "there, and said not to be", row)
    return rows


# --- the cases ---

def whole_way(fixture):
    """Add, sign in for sending alone, a test, a campaign, the export with Gmail's ids, the account as it is listed"""
    fake = Fake(fixture, "google")
    event = sign_in(fixture, fake, *add_words(fixture, fake))
    check(event["scope"] == SCOPE, event)
    row = account(fixture)
    check(row["kind"] == "gmail" and row["via"] == "api" and sorted(row["endpoints"]) == ["api", "authorize", "revoke", "token", "upload"] and row["units_used"] == 0, row)
    said = fixture.json("account", "test", "work")
    check(said["logged_in"] is True and said["size"] == 36700160 and said["problem"] == said["reply"] == "", said)
    fixture.import_people(20)
    fixture.write("letter.txt", LETTER)
    numbers = fixture.send()
    check(numbers["accepted"] == 20, numbers)
    rows = check_copies(fixture, fake)
    check(sorted(row["provider_id"] for row in rows) == sorted(one["id"] for one in fake.sent()), rows)
    row = account(fixture)
    check(row["units_used"] == 2000 and row["used_minute"] == 20 and row["per_minute"] == 60 and row["per_day"] == 2000, row)
    said = fixture.run(*fixture.send_words("--from", "Bea <bea@example.org>", "--dry-run"), status=None)
    check("Gmail puts" in said.err + said.out, said)
    check(fixture.json("account", "sign-out", "work")["revoked"] == "yes")


def same_message(fixture):
    """What Gmail gets is what SMTP sends: octet for octet but for the date and the id, by mailparser field for field"""
    fake = Fake(fixture, "google")
    sign_in(fixture, fake, *add_words(fixture, fake))
    mail = MailServer(fixture, fake)
    sign_in(fixture, fake, *add_words(fixture, fake, "--via", "smtp", name="by-smtp", mail=mail))
    fixture.import_people(5)
    fixture.write("letter.txt", LETTER)
    fixture.write("letter.html", "<p>Dear {{name}},</p><p>see you in <b>{{town}}</b> – 再見.</p>")
    fixture.write("plan.pdf", os.urandom(70000))
    options = ["--html", "letter.html", "--attach", "plan.pdf", "--unsubscribe", "mailto:leave@example.org"]
    check(fixture.send(*options)["accepted"] == 5)
    words = fixture.send_words(*options)
    check(fixture.json(*["by-smtp" if word == "work" else word for word in words])["accepted"] == 5)
    left, right = parse(fixture, fake.mail), parse(fixture, mail.mail)
    for one in left + right:
        one.pop("file"), one.pop("messageId")
    key = lambda one: one["to"][0]["address"]  # noqa: E731
    check(len(left) == 5 and sorted(left, key=key) == sorted(right, key=key), left[:1], right[:1])
    plain = lambda path: re.sub(rb"(?im)^(date|message-id): .*\r\n|[-=\w]{20,}", b"", open(path, "rb").read())  # noqa: E731,SIM115
    check(sorted(map(plain, glob.glob(fake.mail + "/*.eml"))) == sorted(map(plain, glob.glob(mail.mail + "/*.eml"))), "octets differ")


def big_letter(fixture):
    """Above 5 MB by upload; above what Gmail takes it is said before anything starts"""
    fake = make_ready(fixture, 2)
    fixture.write("plan.bin", os.urandom(6 << 20))
    check(fixture.send("--attach", "plan.bin")["accepted"] == 2)
    check([one["path"] for one in fake.sent()] == ["/upload/gmail/v1/users/me/messages/send"] * 2, fake.sent())
    check({one["attachments"][0]["size"] for one in parse(fixture, fake.mail)} == {6 << 20})
    for name in ("a.bin", "b.bin"):
        fixture.write(name, os.urandom(15 << 20))
    said = fixture.run(*fixture.send_words("--attach", "a.bin", "--attach", "b.bin", "--dry-run"), status=None)
    check("36700160" in said.err + said.out, said)


def quota(fixture):
    """120 messages a minute: kept over two restarts, one of them a kill, and never more than Google allows"""
    fake = make_ready(fixture, 150, units=12000)
    campaign = fixture.detach()
    wait_for(lambda: len(fake.sent()) >= 40, "forty")
    fixture.stop_core(signal.SIGKILL)
    fixture.run("campaign", "show", campaign)
    wait_for(lambda: fixture.show(campaign)["accepted"] >= 80, "eighty", 60)
    fixture.stop_core()
    numbers = fixture.wait(campaign, "done", patience_s=240)
    check(numbers["accepted"] + numbers["unknown"] == 150 and numbers["unknown"] <= 2, numbers)
    check_copies(fixture, fake, campaign)
    check(429 not in fake.answers(), fake.answers())
    times = sorted(one["at"] for one in fake.sent())
    check(all(later - times[i] > 55000 for i, later in enumerate(times[120:])), "more than 120 in a minute")


def two_thousand(fixture):
    """2,000 people at 6,000 units a minute, as a new project has: killed in the middle, kept to the minute's quota, nobody lost, nobody twice"""
    fake = make_ready(fixture, 2000, "--per-day", "2500", units=6000)  # of the day's limit, too, what was handed over at a kill is used up
    campaign = fixture.detach()
    used = {}
    wait_for(lambda: note_use(fixture, used) or len(fake.sent()) >= 1000, "a thousand", 1500)
    fixture.stop_core(signal.SIGKILL)
    fixture.run("campaign", "show", campaign)
    wait_for(lambda: note_use(fixture, used) or len(fake.sent()) >= 1990, "the last ones", 1500)
    for name in ("postrider-core", "postrider-gmail"):
        mine = [one for (_, whose), one in used.items() if whose == name]
        print("# %s: %d processes, %.2f ms of CPU a message, %.0f MiB at most" % (name, len(mine), sum(ms for ms, _ in mine) / 1990, max(mib for _, mib in mine)), flush=True)
    numbers = fixture.wait(campaign, "done", patience_s=300)
    rows = check_copies(fixture, fake, campaign)
    check(numbers["accepted"] + numbers["unknown"] == 2000 == len(rows) and numbers["unknown"] <= 2, numbers)
    check(429 not in fake.answers(), "more than Google allows")
    times = sorted(one["at"] for one in fake.sent())
    check(all(later - times[i] >= 60000 for i, later in enumerate(times[60:])), "more than 60 in a minute")
    print("# %d accepted, %d unknown, in %.1f minutes" % (numbers["accepted"], numbers["unknown"], (times[-1] - times[0]) / 60000), flush=True)


def note_use(fixture, used):
    """used: (pid, name) → (CPU in ms, MiB at most), as last seen."""
    for pid in (fixture.core(), find_sender(fixture)):
        with contextlib.suppress(OSError, StopIteration, ValueError, TypeError):
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                fields = file.read().rpartition(")")
            ticks = sum(int(word) for word in fields[2].split()[11:13])  # proc(5): utime, stime
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
            used[pid, fields[0].partition("(")[2]] = (1000 * ticks / os.sysconf("SC_CLK_TCK"), peak / 1024)


def shared_day(fixture):
    """The day's limit is the address's: what one account sent, another of the same address has no more"""
    fake = make_ready(fixture, 6, "--per-day", "10")
    mail = MailServer(fixture, fake)
    sign_in(fixture, fake, *add_words(fixture, fake, "--via", "smtp", "--per-day", "10", name="by-smtp", mail=mail))
    check(fixture.send()["accepted"] == 6)
    fixture.import_people(6, "others", 101, "other")
    words = ["by-smtp" if word == "work" else word for word in fixture.send_words("--list", "others")]
    campaign = fixture.run(*words, "--detach", "--json").lines()[0]["campaign"]
    wait_for(lambda: len(mail.recipients()) >= 4, "four")
    time.sleep(2)
    check(len(mail.recipients()) == 4 and fixture.show(campaign)["state"] != "done", mail.recipients(), fixture.show(campaign))
    fixture.run("campaign", "cancel", campaign)


def answers(fixture):
    """Refused for one person, later for another, slower, and out of order for a moment: each row as the table has it, and nobody twice"""
    fake = make_ready(fixture, 12)
    fake.order({"status": 400, "reason": "invalidArgument", "message": "Invalid To header"}, {}, {"status": 503, "reason": "backendError"}, {}, {"status": 429, "reason": "userRateLimitExceeded",
               "headers": {"Retry-After": "2"}}, {}, {"status": 500, "reason": "backendError"}, {}, {"status": 200, "raw": "<html>hello</html>", "type": "text/html"}, {},
               {"reset": "answer"})
    campaign = fixture.detach()
    numbers = fixture.wait(campaign, "done", patience_s=120)
    check(numbers["refused"] == 1 and numbers["unknown"] == 3 and numbers["accepted"] == 8, numbers, fake.answers())
    ids = [row["message_id"] for row in fake.sent()]
    check(len(ids) == len(set(ids)), "a second copy")


def not_allowed(fixture):
    """The API is not switched on: it pauses with where to do that, nobody is lost, and it goes on"""
    fake = make_ready(fixture, 5)
    fake.order({"status": 403, "reason": "accessNotConfigured", "message": "Gmail API has not been used in project 1", "times": 1})
    campaign = fixture.detach()
    numbers = fixture.wait(campaign, "paused")
    check("console.cloud.google.com/apis/library/gmail.googleapis.com" in numbers["text"] and numbers["reason"] == "policy", numbers)
    fixture.run("campaign", "resume", campaign)
    numbers = fixture.wait(campaign, "done", patience_s=150)
    check(numbers["accepted"] == 5, numbers)
    check_copies(fixture, fake, campaign)


def forgotten_tokens(fixture):
    """Google takes an access token before its end: one renewal, the same message again, and no pause; twice in a row is for a person"""
    fake = make_ready(fixture, 8)
    campaign = fixture.detach("--rate", "2/s")
    wait_for(lambda: len(fake.sent()) >= 2, "two")
    fake.ask("/forget")
    numbers = fixture.wait(campaign, "done", patience_s=120)
    check(numbers["accepted"] == 8 and len(fake.refreshes()) == 1, numbers, fake.refreshes())
    check_copies(fixture, fake, campaign)
    fixture.import_people(4, "others", 101, "other")
    fake.order({"status": 401, "reason": "authError", "times": 2})
    campaign = fixture.detach("--list", "others")
    numbers = fixture.wait(campaign, "paused", patience_s=60)
    check(numbers["reason"] == "login" and len(fake.refreshes()) == 2, numbers, fake.refreshes())
    fixture.run("campaign", "resume", campaign)
    check(fixture.wait(campaign, "done", patience_s=120)["accepted"] == 4)


def short_lives(fixture):
    """Access tokens of eight seconds: a campaign goes through several, and each recipient gets one letter"""
    fake = make_ready(fixture, 60, access_s=8)
    campaign = fixture.detach("--rate", "4/s")
    fixture.wait(campaign, "done", patience_s=120)
    check(fixture.show(campaign)["accepted"] == 60 and len(fake.refreshes()) >= 1, fixture.show(campaign), fake.refreshes())
    check(401 not in fake.answers(), "one was used after its end")
    check_copies(fixture, fake, campaign)


def other_way(fixture):
    """From the API to SMTP: another right, so the sign-in is asked for again"""
    fake = make_ready(fixture, 1)
    fixture.run("account", "set", "work", "--via", "smtp")
    row = account(fixture)
    check(row["via"] == "smtp" and row["signed_in"] is False and row["host"] == "smtp.gmail.com" and row["port"] == 587 and row["per_minute"] == 0, row)
    fixture.run("account", "set", "work", "--via", "api", "--units-per-minute", "9000")
    row = account(fixture)
    check(row["host"] == "127.0.0.1" and row["per_minute"] == 90 and row["units_per_minute"] == 9000, row)
    fixture.run("account", "set", "work", "--units-per-minute", "99", status=64)


def other_client(fixture):
    """Another client's file: the sign-in ends, its secret goes with it; one without its secret is refused, and with it people sign in"""
    fake = make_ready(fixture, 1)
    other = fixture.write("other.json", json.dumps({"installed": {"client_id": "456-def.apps.googleusercontent.com", "client_secret": "GOCSPX-another"}}))
    fixture.run("account", "set", "WORK", "--client", other)
    row = account(fixture)
    check(row["client_id"] == "456-def.apps.googleusercontent.com" and row["signed_in"] is False, row)
    fixture.run("account", "set", "work", "--client-id", fake.said["client"]["id"])
    person = SignIn(fixture, "account", "sign-in", "work")
    fake.browse(person.url)
    status, event = person.end()
    check(status != 0 and event["event"] == "failed", "the other client's secret, or none, is as good", status, event)
    fixture.run("account", "set", "work", "--client", "client.json")
    sign_in(fixture, fake, "account", "sign-in", "work")
    fixture.run("account", "set", "nobody", "--client", "client.json", status=67)


def find_sender(fixture):
    """The sending process of this fixture's core. Returns: pid or None."""
    core = fixture.core()
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            with open(path, encoding="ascii", errors="replace") as file:
                text = file.read()
            if core and "(postrider-gmail)" in text and is_below(int(path.split("/")[2]), core):
                return int(path.split("/")[2])
    return None


def is_below(pid, ancestor):
    while pid > 1 and pid != ancestor:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            pid = int(file.read().rpartition(")")[2].split()[1])
    return pid == ancestor


def kills(fixture):
    """Twenty kills of core or the sending process: nobody is lost, nobody gets a second copy, at most what was in flight is unknown"""
    fake = make_ready(fixture, 300, "--connections", "3", delay_ms=120)
    chooser, count, of_senders = random.Random(7), 0, 0
    campaign = fixture.detach("--rate", "15/s")
    while count < 20 and fixture.show(campaign)["state"] not in ("done", "cancelled"):
        time.sleep(chooser.uniform(0.1, 0.7))
        sender = find_sender(fixture)
        victim = chooser.choice([one for one in (fixture.core(), sender, sender) if one] or [None])
        if victim is None:
            continue
        os.kill(victim, signal.SIGKILL)
        count += 1
        of_senders += victim == sender
        wait_for(lambda pid=victim: not is_alive(pid), "its end")
        numbers = fixture.show(campaign)
        if numbers["state"] == "paused":
            fixture.run("campaign", "resume", campaign)
    while (numbers := fixture.wait(campaign, "done", "paused", patience_s=150))["state"] == "paused":
        fixture.run("campaign", "resume", campaign)
    check(numbers["accepted"] + numbers["unknown"] == 300, "somebody is lost", numbers)
    check(of_senders >= 5 and numbers["unknown"] <= 3 * of_senders, numbers, count, of_senders)
    check_copies(fixture, fake, campaign)
    print(f"# {count} kills, {of_senders} of the sending process, {numbers['unknown']} unknown", flush=True)


CASES = [whole_way, same_message, big_letter, quota, shared_day, answers, not_allowed, forgotten_tokens, short_lives, other_way, other_client, kills]

if __name__ == "__main__":
    sys.exit(run_cases([two_thousand] if "two_thousand" in sys.argv else CASES, __doc__))
