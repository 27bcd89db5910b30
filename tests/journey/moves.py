#!/usr/bin/python3
"""moves.py BUILD [WORD…]: what people do with a campaign, and what servers do to it: pause, correct, resume, cancel, resolve, come back, be copied,
forget. Behind each: nobody has two, and the export says what the server has."""
import csv
import glob
import json
import os
import pty
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from house import Judge, check, need, run_cases, wait_for

SUMMARY = {"campaign", "total", "missing", "sharing", "recent", "suppressed", "no_address", "excluded", "largest", "server_size", "seconds", "lifetime_s", "warnings", "confirm"}
NUMBERS = {"id", "state", "total", "queued", "handed", "accepted", "refused", "later", "unknown", "skipped", "version", "reason", "text"}
COLUMNS = ["address", "name", "state", "time", "reply", "attempts", "message_id"]
LAST_COLUMNS = "reason,version,account,provider_id,sent,delivered,read,failed,failed_code,bounced,complained,left,answered,away,words".split(",")


def by_address(rows):
    return {row["address"]: row for row in rows}


# --- pause, resume, cancel ---

def pause_and_resume(house):
    """A paused campaign sends nothing, a resumed one the rest; all get theirs once"""
    judge = Judge(house)
    house.settle(judge.port, 300)
    campaign = house.detach("--rate", "20/s")
    wait_for(lambda: len(judge.record()) >= 5, "the first five")
    numbers = house.json("campaign", "pause", campaign)
    check(numbers["state"] == "paused" and numbers["handed"] == 0 and numbers["queued"] > 0, numbers)
    count = len(judge.record())
    time.sleep(1)
    check(len(judge.record()) == count == numbers["accepted"], "mail went out after the pause")
    house.run("campaign", "resume", campaign)
    check(house.wait(campaign, "done")["accepted"] == 300, house.show(campaign))
    judge.check_against(house.export(campaign))
    check(house.run("campaign", "pause", campaign, status=64).err.strip(), "an ended campaign was paused without a word")


def correct_while_paused(house):
    """Corrected while paused, the rest gets version 2; the export says which version each one got"""
    judge = Judge(house)
    house.settle(judge.port, 300)
    campaign = house.detach("--rate", "20/s")
    wait_for(lambda: len(judge.record()) >= 4, "the first four")
    house.json("campaign", "pause", campaign)
    result = house.run("campaign", "resume", campaign, "--subject", "Hi {{nmae}}", status=None)
    check(result.status in (64, 65) and "nmae" in result.err, result)
    check(house.show(campaign)["state"] == "paused", "a wrong correction let it go on")
    house.write("better.txt", "Dear {{name}}, better words.\n")
    house.run("campaign", "resume", campaign, "--subject", "Better, {{name}}", "--text", "better.txt")
    house.wait(campaign, "done")
    rows = house.export(campaign)
    judge.check_against(rows)
    versions = [row["version"] for row in rows]
    check(set(versions) == {"1", "2"} and versions.count("1") >= 4, versions)


def cancel(house):
    """Cancelled: who was not begun is skipped, and stays so"""
    judge = Judge(house)
    house.settle(judge.port, 600)
    campaign = house.detach("--rate", "10/s")
    wait_for(lambda: judge.record(), "the first one")
    numbers = house.json("campaign", "cancel", campaign)
    check(numbers["state"] == "cancelled" and numbers["skipped"] + numbers["accepted"] == 600 and numbers["skipped_reasons"]["cancelled"] == numbers["skipped"], numbers)
    house.run("campaign", "resume", campaign, status=64)
    judge.check_against(house.export(campaign))


def interrupt(house):
    """Ctrl-C on a terminal pauses cleanly and says how to resume; exit status 75"""
    need("terminals")
    judge = Judge(house)
    house.settle(judge.port, 60)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(house.folder)
        os.execve(house.program, [house.program, *house.send_words("--rate", "20/s")], {**house.environment(), "TERM": "xterm"})
    said = b""

    def read(patience_s):
        nonlocal said
        try:
            if select.select([terminal], [], [], patience_s)[0]:
                said += os.read(terminal, 65536)
            return True
        except OSError:  # the other side is gone
            return False

    wait_for(lambda: read(0.1) and len(judge.record()) >= 5, "the first five")
    os.write(terminal, b"\x03")
    end = time.monotonic() + 30
    while read(0.2) and time.monotonic() < end:
        pass
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    text = said.decode(errors="replace")
    house.seen.append(text)
    check(status == 75, status, text)
    check("campaign resume 1" in text, text)
    numbers = house.show()
    check(numbers["state"] == "paused" and numbers["handed"] == 0 and numbers["unknown"] == 0, numbers)
    house.run("campaign", "resume", 1)
    house.wait(1, "done")
    judge.check_against(house.export())


def suppress_while_sending(house):
    """Who is suppressed in the middle gets nothing any more: skipped, with the reason"""
    judge = Judge(house)
    house.settle(judge.port, 40)
    campaign = house.detach("--rate", "10/s")
    wait_for(lambda: judge.record(), "the first one")
    house.run("suppress", "add", "PERSON39@example.net", "person40@EXAMPLE.net")
    numbers = house.wait(campaign, "done")
    check(numbers["skipped"] == 2 and numbers["accepted"] == 38 and numbers["skipped_reasons"] == {"suppressed": 2}, numbers)
    check("person40@example.net" not in judge.addresses(), judge.addresses())
    judge.check_against(house.export(campaign))


def suppress_a_domain_while_sending(house):
    """A whole domain, and all below one, in the middle and in any spelling: nobody there gets anything any more, now or by another import"""
    judge = Judge(house)
    house.settle(judge.port, 30)
    more = "\n".join(f"Guest {i},guest{i}@{domain},Kiel" for i in range(1, 4) for domain in ("Bücher.example", "mail.shop.example", "shop.example"))
    house.run("import", house.write("more.csv", "name,email,town\n" + more + "\n"), "--list", "people")
    campaign = house.detach("--rate", "10/s")
    wait_for(lambda: judge.record(), "the first one")
    house.run("suppress", "add", "*@BÜCHER.example", "*.shop.example")
    numbers = house.wait(campaign, "done")
    check(numbers["skipped"] == 6 and numbers["accepted"] == 33 and numbers["skipped_reasons"] == {"suppressed": 6}, numbers)
    check(sorted(one for one in judge.addresses() if "guest" in one) == [f"guest{i}@shop.example" for i in range(1, 4)], judge.addresses())
    judge.check_against(house.export(campaign))
    house.run("import", house.write("late.csv", "name,email,town\nLate,late@bücher.example,Kiel\nToo,too@a.b.shop.example,Kiel\n"), "--list", "late")
    house.run(*house.send_words("--list", "late"), status=66)
    check(house.json("contact", "show", "late@xn--bcher-kva.example")["suppressed"][0]["address"] == "@xn--bcher-kva.example", "the domain is not shown")
    house.run("suppress", "remove", "@bücher.example")
    check(house.send("--list", "late")["accepted"] == 1, "after the domain was taken off")


# file, its text, who is suppressed by it with which words, how many rows are named as not taken; where the form is written
LISTS = [
    # github.com/code-dot-org (a campaign's script names the columns of Mailchimp's export); two more columns of the newer ones (TAGS, NOTES)
    ("mailchimp.csv", '"Email Address",Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,'
     'UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS\nann@example.net,"Lee, Ann",2,,,"2013-06-25 17:38:27",,"2021-03-04 05:06:07",May,1,"No longer interested",,448,c2ca,,\n'
     'nonsense,Bob,2,,,,,"2021-03-04 05:06:07",,,,,449,c2cb,,\n', {"ann@example.net": "No longer interested"}, 1),
    # github.com/knadh/listmonk, cmd/subscribers.go: the header; models: enabled, disabled, blocklisted
    ("listmonk.csv", "uuid,email,name,attributes,status,created_at,updated_at\nu1,a1@example.net,A,{},blocklisted,2022-01-01T00:00:00Z,2022-01-02T03:04:05Z\n"
     "u2,a2@example.net,B,{},enabled,,\nu3,a3@example.net,C,{},disabled,,\nu4,a4@example.net,C,{},mislaid,,\n", {"a1@example.net": "blocklisted"}, 3),
    # developers.brevo.com/changelog/2026/10/14: emailBlacklisted of each row tells who is unsubscribed
    ("brevo.csv", "EMAIL;VORNAME;emailBlacklisted;ADDED_TIME\nb1@example.net;Ä;true;2022-01-01\nb2@example.net;C;false;2022-01-01\n",
     {"b1@example.net": "emailBlacklisted"}, 1),
    # github.com/svhawks/Sendy-Docker, includes/subscribers/export-csv.php: quoted name and address, no header; the kind is the file's name
    ("sendy.csv", '"Ann","s1@example.net"\n"Bob","s2@example.net"\n', {"s1@example.net": "", "s2@example.net": ""}, 0),
    # docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html: CSV of a bulk job, with a blank behind the comma as it stands there
    ("ses.csv", "recipient1@example.net,BOUNCE\nrecipient2@example.net, COMPLAINT\n", {"recipient1@example.net": "", "recipient2@example.net": ""}, 0),
    # …/APIReference-V2/API_SuppressedDestinationSummary.html: EmailAddress, Reason, LastUpdateTime
    ("ses-list.csv", "EmailAddress,Reason,LastUpdateTime\nd1@example.net,BOUNCE,2020-04-10T22:18:20+00:00\n", {"d1@example.net": "BOUNCE"}, 0),
    ("plain.txt", "e1@example.net\n*@one.example\n@two.example\n*.three.example\n+4930123456\nrubbish\ne2@BÜCHER.example\n",
     {"e1@example.net": "", "@one.example": "", "@two.example": "", "*.three.example": "", "+4930123456": "", "e2@xn--bcher-kva.example": ""}, 1),
    ("domains.txt", "*@four.example\n*@five.example\n", {"@four.example": "", "@five.example": ""}, 0),
]


def lists_of_other_programs(house):
    """suppress import: who left by the columns of each program, each row that is not taken is named; export and import again is the same"""
    house.run("lists")
    for name, text, wanted, left in LISTS:
        result = house.run("suppress", "import", house.write(name, text))
        named = [line for line in result.err.splitlines() if line.startswith("Not taken: row ")]
        found = {row["address"]: row["reason"] for row in house.json("suppress", "list")["suppressed"]}
        check(len(named) == left and found == wanted, name, result, found)
        report = house.json("suppress", "add", "--file", name)
        check((report["added"], report["known"], len(report["not_taken"])) == (0, len(wanted), left), name, report)
        house.run("suppress", "export", "-o", "out.csv")
        before = [(row["address"], row["scope"], row["reason"], row["time"]) for row in house.json("suppress", "list")["suppressed"]]
        house.run("suppress", "remove", *wanted)
        house.run("suppress", "import", "out.csv")
        after = [(row["address"], row["scope"], row["reason"], row["time"]) for row in house.json("suppress", "list")["suppressed"]]
        check([row[:2] for row in sorted(before)] == [row[:2] for row in sorted(after)], name, before, after)
        check([row for row in sorted(before) if "@example.net" in row[0]] == [row for row in sorted(after) if "@example.net" in row[0]], name, before, after)
        house.run("suppress", "remove", *wanted)
    house.write("there.csv", '"Email Address",MEMBER_RATING,OPTIN_TIME,LAST_CHANGED,LEID,EUID\nann@example.net,2,,"2021-01-01 00:00:00",1,c2\n')
    check("subscribed" in house.run("suppress", "import", "there.csv", status=65).err, "a list of subscribers was suppressed")
    house.run("suppress", "import", house.write("none.csv", "email,status\na@example.net,active\n"), status=65)
    check(house.json("suppress", "import", "listmonk.csv", "--all", "--dry-run")["added"] == 4, "--all")
    check(house.json("suppress", "list")["suppressed"] == [], "something was stored")
    house.run("suppress", "import", "listmonk.csv", "--rejects", "rejects.csv")
    with open(os.path.join(house.folder, "rejects.csv"), newline="") as file:
        check([row["rejected_row"] for row in csv.DictReader(file)] == ["3", "4", "5"], "rejects")


# --- who gets it ---

def except_a_campaign(house):
    """--except sends to the rest: not to those who got it, not to those who may have"""
    judge = Judge(house, "--refuse", "person[12]@", "--refuse-reply", "554 5.7.9 not now", "--drop-after-dot", "3",
                  "--no-chunking", "--no-pipelining")
    house.settle(judge.port, 8, "--connections", "1")
    first = house.send(status=1)
    check(first["refused"] == 2 and first["unknown"] == 1 and first["accepted"] == 5, first)
    judge.stop()
    judge.start("--sync")
    rest = house.send("--except", first["id"], status=0)
    check(rest["total"] == 2 and rest["accepted"] == 2, rest)
    judge.check_against(house.export(first["id"]) + house.export(rest["id"]))


def choose_people(house):
    """--where, --exclude-list, --limit, a person of two lists once, --per address"""
    judge = Judge(house)
    house.settle(judge.port, 10)
    house.import_people(4, "staff", first=1)
    check(house.send("--where", "Town=Köln")["total"] == 5, "where")
    check(house.send("--where", "TOWN=Bonn")["total"] == 5, "the case of a field's name")
    check(house.send("--exclude-list", "staff")["total"] == 6, "exclude-list")
    check(house.send("--limit", "3")["total"] == 3, "limit")
    check(house.send("--list", "people", "staff")["total"] == 10, "two lists")
    house.run("import", house.write("couple.csv", "name,email,town\nUma,both@example.net,Bonn\nVik,both@example.net,Bonn\n"), "--list", "couple")
    check(house.send("--list", "couple")["total"] == 2, "per person")
    check(house.send("--list", "couple", "--per", "address")["total"] == 1, "per address")


def try_before(house):
    """--preview, --dry-run and its files send nothing and leave nothing; --test-to sends to one address instead"""
    judge = Judge(house)
    house.settle(judge.port, 9)
    check("Person" in house.run(*house.send_words("--preview", "3")).out, "preview shows nobody")
    house.run(*house.send_words("--dry-run"))
    house.run(*house.send_words("--dry-run", "-o", "out"))
    check(len(glob.glob(os.path.join(house.folder, "out", "*.eml"))) == 9, os.listdir(house.folder))
    check(house.json("campaign", "list")["campaigns"] == [] and judge.record() == [], "something was sent or left behind")
    house.send("--test-to", "me@example.org", "--limit", "2")
    check(judge.addresses() == ["me@example.org"] * 2, judge.addresses())


def largest_is_real(house):
    """The pre-flight's largest message is the largest of those that would go out, header and all, to the octet"""
    house.add_account(2525)
    chance = random.Random(7)
    letters = {
        "plain": ["--text", "Dear {{name}},\n\nsee you in {{town}}.\n"],
        "sections": ["--html", "<p>{{name|friend}}</p>{{#note}}<div>Your note: " + "x" * 300 + " {{note}}</div>{{/note}}{{^town}}<p>" + "Where are you? " * 60 + "</p>{{/town}}"],
        "often": ["--html", "<a href='https://example.org/?{{town}}'>{{note}}</a>" + "<i>{{town}}</i>" * 12],
        "headers": ["--text", "Hi\n", "--unsubscribe", "https://example.org/?{{email}}&{{note|none}}"],
    }
    words = ["a", "Köln", "<b>&\"'", "=?utf-8?", "Ærø", "漢字", "x" * 40, "long words here"]
    for name, (kind, text, *more) in letters.items():
        rows = ["email,name,town,note"]
        for i in range(150):
            values = [" ".join(chance.choice(words) for _ in range(chance.randint(1, 6))) if chance.random() > rare else "" for rare in (0, 0.2, 0.5)]
            rows.append(f"p{i}{'y' * chance.randint(0, 20)}@example.net," + ",".join('"' + value.replace('"', '""') + '"' for value in values))
        house.run("import", house.write(f"{name}.csv", "\n".join(rows) + "\n"), "--list", name)
        file = house.write(f"{name}.txt", text)
        spec = ["send", "--account", "work", "--list", name, "--subject", "{{name|you}}: {{town|there}}", kind, file, *more, "--attach", f"{name}.csv", "--dry-run"]
        told = house.run(*spec, "--json").lines()[0]["largest"]
        house.run(*spec, "-o", name + ".out", status=None)
        sizes = [os.path.getsize(path) for path in glob.glob(os.path.join(house.folder, name + ".out", "*.eml"))]
        check(len(sizes) > 50 and told == max(sizes), name, told, sorted(sizes)[-5:])
    with open(os.path.join(house.folder, "big.bin"), "wb") as big:  # five of them are more than one call's answer may have
        big.write(bytes(12 << 20))
    house.run("import", house.write("few.csv", "email,name\n" + "".join(f"f{i}@example.net,N{'x' * i}\n" for i in range(5))), "--list", "few")
    few = ["send", "--account", "work", "--list", "few", "--subject", "S {{name}}", "--text", "plain.txt", "--attach", "big.bin"]
    house.write("plain.txt", "Dear {{name}}\n")
    told = house.run(*few, "--dry-run", "-o", "few.out", "--json").lines()[0]["largest"]
    sizes = [os.path.getsize(path) for path in glob.glob(os.path.join(house.folder, "few.out", "*.eml"))]
    check(len(sizes) == 5 and told == max(sizes), told, sizes)
    check("Dear Nxxxx" in house.run(*few, "--preview", "5").out, "no preview beside a large file")


# --- what servers do ---

def greylisted(house):
    """451 the first time: later, counted, exit status 75; nobody is lost"""
    judge = Judge(house, "--defer", "person[12]@")
    house.settle(judge.port, 5)
    result = house.run(*house.send_words("--json"), status=75)
    numbers = result.lines()[-1]
    check(numbers["later"] == 2 and numbers["accepted"] == 3 and numbers["state"] == "waiting" and numbers["reason"] == "later", numbers)
    row = by_address(house.export())["person1@example.net"]
    check(row["state"] == "later" and row["attempts"] == "1" and "451" in row["reply"], row)
    house.run("campaign", "cancel", 1)
    judge.check_against(house.export())


def unknown_users(house):
    """5.1.1 suppresses the address, other refusals do not"""
    judge = Judge(house, "--refuse", "person[12]@")
    house.settle(judge.port, 5)
    check(house.send(status=1)["refused"] == 2, house.show())
    addresses = [row["address"] for row in house.json("suppress", "list")["suppressed"]]
    check(sorted(addresses) == ["person1@example.net", "person2@example.net"], addresses)
    shown = house.json("contact", "show", "person1@example.net")
    check(shown["suppressed"] and shown["history"][0]["state"] == "refused", shown)


def storms_of_421(house):
    """421 behind every few messages: connections come and go, all get theirs once"""
    judge = Judge(house, "--close-after", "3", "--no-chunking", "--no-pipelining")
    house.settle(judge.port, 15)
    numbers = house.send(status=None)
    check(numbers["accepted"] + numbers["later"] == 15 and numbers["accepted"] >= 9, numbers)
    judge.check_against(house.export())


def server_goes_and_comes(house):
    """The server goes down in the middle: waiting, no attempt used; it comes back, and it goes on by itself"""
    judge = Judge(house, "--no-chunking", "--no-pipelining")
    house.settle(judge.port, 30, "--connections", "1")
    campaign = house.detach("--rate", "10/s")
    wait_for(lambda: len(judge.record()) >= 3, "the first three")
    judge.stop()
    numbers = house.wait(campaign, "waiting")
    check(numbers["reason"] == "network" and numbers["queued"] > 0, numbers)
    time.sleep(3)
    used = [row["attempts"] for row in house.export(campaign) if row["state"] == "queued"]
    check(used and set(used) == {"0"}, "attempts were used up while nobody was there", used)
    judge.start()
    numbers = house.wait(campaign, "done", patience_s=90)
    check(numbers["accepted"] + numbers["unknown"] == 30 and numbers["unknown"] <= 1, numbers)
    judge.check_against(house.export(campaign))


def extensions(house):
    """With and without PIPELINING, with and without CHUNKING: the same to everybody"""
    house.import_people(12)
    house.write("letter.txt", "Dear {{name}},\n.\n..\nsee you\n")
    for i, flags in enumerate((["--no-pipelining", "--no-chunking"], ["--no-chunking"], ["--no-pipelining"], [], ["--no-8bitmime", "--no-smtputf8"])):
        judge = Judge(house, *flags, "--refuse", "person5@", "--refuse-reply", "554 5.7.9 no", "--always-354", name=f"judge{i}")
        house.add_account(judge.port, f"account{i}")
        words = house.send_words("--connections", "2")
        words[words.index("work")] = f"account{i}"
        numbers = house.json(*words, status=1)
        check(numbers["accepted"] == 11 and numbers["refused"] == 1, flags, numbers)
        judge.check_against(house.export(numbers["id"]))


def limits_outlive_core(house):
    """Six a minute: the seventh waits, also behind a core that was started anew"""
    judge = Judge(house)
    house.settle(judge.port, 12, "--per-minute", "6")
    campaign = house.detach()
    numbers = house.wait(campaign, "waiting")
    check(numbers["reason"] == "limit", numbers)
    house.stop_core()
    house.run("lists")
    house.wait(campaign, "waiting")
    time.sleep(2)
    check(len(judge.record()) == 6, f"{len(judge.record())} went out in the first minute")
    check(house.json("account", "list")["accounts"][0]["used_minute"] == 6, house.json("account", "list"))
    house.run("campaign", "cancel", campaign)
    judge.check_against(house.export(campaign))


def offline_costs_no_quota(house):
    """Nobody listens for a while: neither attempts nor the account's quota are used up; when somebody does, it all goes out"""
    judge = Judge(house)
    judge.stop()
    house.settle(judge.port, 40, "--per-hour", "45")
    campaign = house.detach()
    house.wait(campaign, "waiting")
    time.sleep(5)  # several tries
    numbers = house.wait(campaign, "waiting")
    check(numbers["reason"] == "network", numbers)
    wait_for(lambda: house.json("account", "list")["accounts"][0]["used_hour"] == 0, "the quota to be given back")
    judge.start()
    numbers = house.wait(campaign, "done", patience_s=60)
    check(numbers["accepted"] == 40 and house.json("account", "list")["accounts"][0]["used_hour"] == 40, numbers)
    judge.check_against(house.export(campaign))


# --- unknown ---

def resolve(house):
    """Unknown ones wait for a person: sent is not sent again, resend is"""
    judge = Judge(house, "--drop-after-dot", "1", "--drop-before-record", "2", "--no-chunking", "--no-pipelining")
    house.settle(judge.port, 5, "--connections", "1")
    numbers = house.send(status=1)
    check(numbers["unknown"] == 2 and numbers["accepted"] == 3 and numbers["state"] == "done", numbers)
    rows = house.export()
    judge.check_against(rows)
    got = set(judge.addresses())
    one, other = sorted((row["address"] for row in rows if row["state"] == "unknown"), key=lambda address: address not in got)
    house.run("campaign", "resolve", 1, status=64)
    check(house.json("campaign", "resolve", 1, "sent", one)["changed"] == 1, house.show())
    check(house.json("campaign", "resolve", 1, "resend", "--all")["changed"] == 1, house.show())
    numbers = house.wait(1, "done")
    check(numbers["accepted"] == 4 and numbers["skipped"] == 1 and numbers["unknown"] == 0, numbers)
    check(sorted(judge.addresses()) == sorted(row["address"] for row in rows), judge.addresses(), other)
    check(house.json("campaign", "resolve", 1, "sent", "--all")["changed"] == 0, "nothing was left to resolve")


def killed_core(house):
    """Core is killed in the middle: the next command starts another one, which goes on; nobody has two"""
    judge = Judge(house)
    house.settle(judge.port, 60)
    campaign = house.detach("--rate", "40/s")
    wait_for(lambda: len(judge.record()) >= 5, "the first five")
    house.stop_core(signal.SIGKILL)
    numbers = house.wait(campaign, "done", patience_s=90)
    check(numbers["accepted"] + numbers["unknown"] == 60, numbers)
    judge.check_against(house.export(campaign))


def copied_folder(house):
    """A copy of the data folder elsewhere does not send: paused, restored; with --restored it goes on"""
    judge = Judge(house)
    house.settle(judge.port, 20)
    campaign = house.detach("--rate", "4/s")
    wait_for(lambda: judge.record(), "the first one")
    house.stop_core()
    count, home = len(judge.record()), house.home
    house.home = os.path.join(house.folder, "copy")
    shutil.copytree(home, house.home, ignore=lambda folder, names: [name for name in names if name == "core.sock"])
    os.chmod(house.home, 0o700)
    numbers = house.show(campaign)
    check(numbers["state"] == "paused" and numbers["reason"] == "restored", numbers)
    result = house.run("campaign", "resume", campaign, status=77)
    check("--restored" in result.err, result)
    time.sleep(1)
    check(len(judge.record()) == count, "the copy sent")
    house.run("campaign", "resume", campaign, "--restored")
    house.wait(campaign, "done")
    judge.check_against(house.export(campaign))


# --- what is kept, and what is forgotten ---

def documents(house):
    """Each JSON form parses and has the fixed words; the export has the fixed columns first"""
    judge = Judge(house)
    house.add_account(judge.port)
    report = house.json("import", house.write("p.csv", "name,email\nAnn,ann@example.net\nAnn,ann@example.net\nX,nonsense\n"), "--list", "people")
    check({"read", "new", "updated", "merged", "rejected"} <= report.keys() and isinstance(report["rejected"], dict) and sum(report["rejected"].values()) == 1, report)
    house.write("letter.txt", "Hi {{name}}\n")
    lines = house.run(*house.send_words(), "--json").lines()
    check(lines[0]["campaign"] == 1 and SUMMARY <= lines[0].keys() and NUMBERS <= lines[-1].keys(), lines)
    lines = house.run(*house.send_words(), "--jsonl").lines()
    check(lines[0]["campaign"] == 2 and all(NUMBERS <= line.keys() for line in lines[1:]), lines)
    head = next(csv.reader([house.run("campaign", "export", 1).out.splitlines()[0]]))
    check(head[:7] == COLUMNS and head[-15:] == LAST_COLUMNS, head)
    for words, key in ((["account", "list"], "accounts"), (["lists"], "lists"), (["contact", "find", "ann"], "people"), (["template", "list"], "templates"),
                       (["suppress", "list"], "suppressed"), (["campaign", "list"], "campaigns"), (["doctor"], "rows"), (["campaign", "export", "1"], "recipients")):
        found = json.loads(house.run(*words, "--json").out)
        check(isinstance(found[key], list) and found["schema"] == 1, words, found)
        house.run(*words, "--jsonl").lines()
    check(house.json("contact", "show", "ann@example.net")["history"][0]["state"] == "accepted", house.json("contact", "show", "ann@example.net"))


def heard_later(house):
    """What was heard after the server took a message stands in the exports by column, is counted by campaign show, and the state is as it was"""
    judge = Judge(house)
    house.settle(judge.port, 3)
    check(house.send()["delivery"] == dict.fromkeys(LAST_COLUMNS[4:8] + LAST_COLUMNS[9:14], 0), house.show())
    plain = house.export()
    check(all(row["account"] == "work" and not any(row[column] for column in LAST_COLUMNS[3:]) for row in plain), plain)
    house.stop_core()
    with sqlite3.connect(os.path.join(house.home, "store.db")) as store:
        store.execute("UPDATE recipient SET provider_id='wamid.' || id WHERE id<3")
        store.executemany("INSERT INTO delivery VALUES(1,?,?,?,?,?)", [
            (1, "sent", 1767323045, "", ""), (1, "delivered", 1767323046, "", ""), (1, "read", 1767323047, "", ""), (1, "answered", 1767323048, "", "=yes, gladly"),
            (2, "failed", 1767323049, "131026", "no such number"), (2, "bounced", 1767323050, "5.1.1", ""), (3, "complained", 1767323051, "", ""), (3, "left", 1767323052, "", ""),
            (3, "away", 1767323053, "", "till Monday"), (3, "of a later program", 1767323054, "", "?")])
    rows = sorted(house.export(), key=lambda row: row["address"])
    first = dict(sent="2026-01-02T03:04:05Z", delivered="2026-01-02T03:04:06Z", read="2026-01-02T03:04:07Z", answered="2026-01-02T03:04:08Z", words="'=yes, gladly", provider_id="wamid.1")
    second = dict(failed="2026-01-02T03:04:09Z", failed_code="131026", bounced="2026-01-02T03:04:10Z", words="no such number", provider_id="wamid.2")
    third = dict(complained="2026-01-02T03:04:11Z", left="2026-01-02T03:04:12Z", away="2026-01-02T03:04:13Z", words="till Monday")
    for row, before, heard in zip(rows, sorted(plain, key=lambda row: row["address"]), (first, second, third)):
        check(row == before | heard, row)
    by_json = {row["address"]: row for row in json.loads(house.run("campaign", "export", "1", "--json").out)["recipients"]}
    check(by_json["person1@example.net"]["words"] == "=yes, gladly" and by_json["person2@example.net"]["failed_code"] == "131026", by_json)
    check(house.show()["delivery"] == dict(sent=1, delivered=1, read=1, failed=1, bounced=1, complained=1, left=1, answered=1, away=1) and house.show()["accepted"] == 3, house.show())
    check("1  complained" in house.run("campaign", "show", "1").out, house.run("campaign", "show", "1").out)


STREAM = NUMBERS | {"schema", "subject", "account", "lists", "created", "started", "ended", "skipped_reasons", "per_second", "seconds_left", "next", "last"}


def streams_for_scripts(house):
    """--jsonl: each line has what docs/json.md promises, done comes once, last; last and per_second are this campaign's; --quiet is quiet; one pipe keeps the order"""
    judge = Judge(house, "--refuse", "other", "--refuse-reply", "550 5.7.1 not this one")
    house.settle(judge.port, 60)
    house.import_people(2, "others", local="other")
    house.run("suppress", "add", "person3@example.net")
    first = house.detach("--rate", "10/s")
    stream = house.run(*house.send_words("--rate", "30/s"), "--jsonl").lines()
    check(stream[0]["campaign"] == 2 and stream[0]["subject"] == "Hello {{name}}" and SUMMARY <= stream[0].keys(), stream[0])
    check(all(STREAM <= line.keys() and line["id"] == 2 for line in stream[1:]), stream)
    states = [line["state"] for line in stream[1:]]
    check(states.count("done") == 1 and states[-1] == "done" and len(states) > 2, states)
    check(stream[-1]["skipped_reasons"] == {"suppressed": 1} and stream[-1]["accepted"] == 59, stream[-1])
    refused = house.run("send", "--account", "work", "--list", "others", "--subject", "x", "--text", "letter.txt", "--yes", "--jsonl", status=None).lines()
    check(refused[-1]["refused"] + refused[-1]["later"] + refused[-1]["queued"] == 2, refused[-1])
    slow = house.show(first)
    check(slow["state"] != "sending" or (not any("5.7.1" in reply for reply in slow["last"]) and slow["per_second"] < 20), slow)
    house.wait(first, "done")
    for words in (house.send_words("--limit", "1"), ["import", "people.csv", "--list", "people"], ["suppress", "add", "nobody@example.net"],
                  ["account", "add", "other", "x@example.org", "--host", "h.example", "--no-password"]):
        result = house.run(*words, "--quiet")
        check(result.out == "" and result.err == "", result)
    merged = subprocess.run([house.program, "import", "people.csv", "--list", "people"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=house.environment(),
                            cwd=house.folder, check=True).stdout.decode().splitlines()
    check(merged[-1].startswith("They are in the list") and merged[-2].startswith("Fields for templates"), merged)
    house.run("template", "save", "welcome", "--subject", "Welcome {{name}}", "--text", "letter.txt")
    kept = ["send", "--account", "work", "--list", "people", "--template", "welcome", "--dry-run"]
    check("“Welcome {{name}}” to" in house.run(*kept).err and house.run(*kept, "--json").lines()[0]["subject"] == "Welcome {{name}}", house.run(*kept))
    asked = ["--password-command", "touch asked; echo secret"]
    for words in (["work", "x@example.org", "--host", "h.example"], ["new", "x@nobody.example"], ["new", "nobody", "--host", "h.example"]):
        house.run("account", "add", *words, *asked, status=None)
    check(not os.path.exists(os.path.join(house.folder, "asked")), "a password was asked for before what is missing was said")


def looked_at_and_exported(house):
    """lists, list export and contact show say what was imported and what was sent; an export imported again changes nothing"""
    judge = Judge(house)
    house.settle(judge.port, 3)
    house.run("import", house.write("more.csv", "name,email,town\nJürgen Groß,jg@bücher.example,Köln\n=1+1,f@example.net,Bonn\n"), "--list", "people", "--consent",
              "form of May")
    house.send()
    check(house.json("lists")["lists"][0]["people"] == 5, house.json("lists"))
    text = house.run("list", "export", "people").out
    rows = list(csv.DictReader(text.splitlines()))
    check(len(rows) == 5 and any("'=1+1" in row.values() for row in rows), text)
    shown = house.json("contact", "show", "jg@xn--bcher-kva.example")
    check(shown["consent"][0]["source"] == "form of May" and shown["history"][0]["state"] == "accepted" and shown["lists"] == ["people"], shown)
    report = house.json("import", os.path.join(house.folder, "more.csv"), "--list", "people")
    check(report["new"] == 0 and report["updated"] == 0, report)


def forget(house):
    """Forgotten: no trace of name and address in the data folder; the ledger keeps the row, and they are not written to again"""
    judge = Judge(house)
    house.add_account(judge.port)
    people = "name,email,town\nXaverine Qwortzel,xaverine.qwortzel@example.net,Zyxwville\nBob,bob@example.net,Bonn\n"
    house.run("import", house.write("people.csv", people), "--list", "people", "--consent", "in May")
    house.write("letter.txt", "Dear {{name}} of {{town}}\n")
    house.send()
    house.run("contact", "forget", "xaverine.qwortzel@example.net", "--yes")
    rows = house.export()
    check(len(rows) == 2 and sum(row["state"] == "accepted" for row in rows) == 2 and "xaverine" not in str(rows).lower(), rows)
    report = house.json("import", os.path.join(house.folder, "people.csv"), "--list", "people")
    house.write("letter.txt", "Another.\n")
    words = house.send_words("--json")
    words[words.index("Hello {{name}}")] = "Another"
    numbers = house.run(*words, status=0).lines()[-1]
    check(numbers["accepted"] == 1 and [entry["to"] for entry in judge.record()].count(["xaverine.qwortzel@example.net"]) == 1, numbers, report)
    house.run("contact", "forget", "xaverine.qwortzel@example.net", "--yes", status=None)
    house.stop_core()
    with sqlite3.connect(os.path.join(house.home, "store.db")) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    for path in [os.path.join(folder, name) for top in (house.home, house.home + ".state") for folder, _, names in os.walk(top) for name in names]:
        if not os.path.isfile(path):
            continue
        with open(path, "rb") as file:
            content = file.read().lower()
        for trace in (b"xaverine", b"qwortzel", b"zyxwville"):
            check(trace not in content, f"{path} holds {trace}:", content[max(0, content.find(trace) - 60):][:160])


def templates(house):
    """A saved template is shown as it was, used by send, and gone when removed"""
    judge = Judge(house)
    house.settle(judge.port, 2)
    house.run("template", "save", "greeting", "--subject", "Hello {{name|friend}}", "--text", "letter.txt")
    check(house.json("template", "show", "greeting")["subject"] == "Hello {{name|friend}}", house.json("template", "show", "greeting"))
    numbers = house.json("send", "--account", "work", "--list", "people", "--template", "greeting", "--yes")
    check(numbers["accepted"] == 2, numbers)
    house.run("template", "remove", "greeting")
    house.run("template", "show", "greeting", status=66)


CASES = [offline_costs_no_quota, limits_outlive_core, server_goes_and_comes, pause_and_resume, correct_while_paused, cancel, interrupt, suppress_while_sending,
         suppress_a_domain_while_sending, lists_of_other_programs, except_a_campaign, choose_people, try_before, largest_is_real, greylisted, unknown_users, storms_of_421, extensions,
         resolve, killed_core, copied_folder, documents, heard_later, streams_for_scripts, looked_at_and_exported, forget, templates]

if __name__ == "__main__":
    sys.exit(run_cases(CASES, __doc__))
