#!/usr/bin/python3
"""check-mail.py - reads every captured message with Python's email package and holds it against what should have come.

check-mail.py --mail FOLDER [--expected FILE.csv] [--export FILE.csv] [--record FILE.jsonl] [--json]

--mail     a Maildir (postrider sink, Postfix, Exim), or a folder of N.eml with N.json beside (smtp-server.mjs). May be repeated.
--record   the lines of judge.py, instead of or beside --mail: who got which Message-ID.
--expected who should have got what; one row a message. Columns (all but address may be missing or empty, then they are not checked):
             address   envelope recipient
             name      the display name in To
             subject   whole, decoded
             text, html  what that part must hold; several with " && " between
             absent    what no part may hold; several with " && " between
             parts     content types in the order of walk(), with spaces between: "multipart/alternative text/plain text/html"
           Two people may share an address: their rows and messages are matched one to one.
--export   `postrider campaign export`: an accepted row is on the server exactly once, under its Message-ID and address; a row in any other
           state is not there, but unknown, which may be.

Always: no Message-ID twice, no message without one, one of each of From, To, Subject, Date, Message-ID; no defect that the parser knows of;
the person in To is the one in the envelope. Says one line of counts, then the first problems; exit status 1 when there are any.
"""
import argparse
import collections
import csv
import email
import email.policy
import json
import os
import sys
from email.header import decode_header, make_header
from email.utils import getaddresses

ONCE = ("From", "To", "Subject", "Date", "Message-ID")
SHOWN = 20


class Mail:
    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self.message = email.message_from_binary_file(file, policy=email.policy.default)
        self.id = (self.message["Message-ID"] or "").strip().strip("<>")
        self.recipients = self.envelope()

    def envelope(self):
        side = os.path.splitext(self.path)[0] + ".json"
        if os.path.exists(side):
            with open(side, encoding="utf-8") as file:
                return json.load(file)["to"]
        for header in ("X-Original-To", "Delivered-To", "Envelope-to"):
            found = self.message.get_all(header)
            if found:
                return [str(each).strip() for each in found]
        return []

    def to(self):
        return getaddresses([str(self.message["To"] or "")])

    def names(self):
        """The display names in To. The new policy keeps the blank between two encoded words of a phrase, which RFC 2047 §6.2 says is none: so
        the older decoder is asked."""
        raw = [str(value) for name, value in self.message.raw_items() if name.lower() == "to"]
        return [str(make_header(decode_header(name))) for name, _ in getaddresses(raw)]

    def part(self, kind):
        return "\n".join(each.get_content() for each in self.message.walk()
                         if each.get_content_type() == kind and not each.is_attachment())

    def parts(self):
        return " ".join(each.get_content_type() for each in self.message.walk())

    def differences(self, row):
        """What of an expected row this message is not."""
        text, html = self.part("text/plain"), self.part("text/html")
        if row.get("name") and row["name"] not in self.names():
            yield f"To is {self.message['To']!s}, not {row['name']}"
        if row.get("subject") and str(self.message["Subject"]) != row["subject"]:
            yield f"subject {self.message['Subject']!s}, not {row['subject']}"
        for column, body in (("text", text), ("html", html)):
            for each in wanted(row.get(column)):
                if each not in body:
                    yield f"{column} part lacks {each!r}"
        for each in wanted(row.get("absent")):
            if each in text or each in html:
                yield f"holds {each!r}"
        if row.get("parts") and self.parts() != row["parts"]:
            yield f"parts are {self.parts()}, not {row['parts']}"

    def defects(self):
        for each in self.message.walk():
            for defect in each.defects:
                yield f"{type(defect).__name__} in {each.get_content_type()}"
        for name in ONCE:
            count = len(self.message.get_all(name) or [])
            if count != 1:
                yield f"{count} headers {name}"
        if not self.recipients:
            yield "no envelope recipient is known"
        addressed = {fold(address) for _, address in self.to()}
        for each in self.recipients:
            if fold(each) not in addressed:
                yield f"went to {each}, but To says {self.message['To']!s}"


def wanted(cell):
    return [each for each in (cell or "").split(" && ") if each]


def fold(address):
    """As our import sees it: without case, the domain as A-label."""
    local, _, domain = address.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        pass
    return f"{local}@{domain}".lower()


def files(folder):
    new = os.path.join(folder, "new")
    names = sorted(os.listdir(new if os.path.isdir(new) else folder))
    for name in names:
        if os.path.isdir(new):
            yield os.path.join(new, name)
        elif name.endswith(".eml"):
            yield os.path.join(folder, name)


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return [{key.strip().lower(): value for key, value in row.items() if key} for row in csv.DictReader(file)]


def check_expected(expected, by_address, problems):
    wanted_by = collections.defaultdict(list)
    for row in expected:
        wanted_by[fold(row["address"])].append(row)
    for address, its in wanted_by.items():
        mails = list(by_address.get(address, []))
        if len(mails) != len(its):
            problems.append(f"{address}: {len(mails)} messages, should be {len(its)}")
            continue
        its.sort(key=lambda row: sum(1 for mail in mails if not list(mail.differences(row))))  # the choosiest first
        for row in its:
            best = min(mails, key=lambda mail: len(list(mail.differences(row))))
            mails.remove(best)
            problems.extend(f"{best.path}: {address}: {each}" for each in best.differences(row))
    for address in by_address.keys() - wanted_by.keys():
        problems.append(f"{address}: got {len(by_address[address])} messages, should have got none")


def check_export(export, have, problems):
    """have: Message-ID -> list of recipients (one entry a copy)."""
    counts = collections.Counter()
    known = set()
    for row in export:
        state, identity = row["state"], row["message_id"].strip().strip("<>")
        copies = have.get(identity, []) if identity else []
        counts[state] += 1
        known.add(identity)
        if state == "accepted" and len(copies) != 1:
            problems.append(f"{row['address']}: accepted, but the server has {len(copies)} copies of <{identity}>")
        elif state == "unknown" and len(copies) > 1:
            problems.append(f"{row['address']}: unknown, but the server has {len(copies)} copies")
        elif state not in ("accepted", "unknown") and copies:
            problems.append(f"{row['address']}: {state}, but the server has <{identity}>")
        if copies and fold(row["address"]) not in map(fold, copies[0]):
            problems.append(f"{row['address']}: <{identity}> went to {', '.join(copies[0])}")
    for identity in have.keys() - known:
        problems.append(f"<{identity}> is on the server and not in the export")
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mail", action="append", default=[])
    parser.add_argument("--record")
    parser.add_argument("--expected")
    parser.add_argument("--export")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not args.mail and not args.record:
        parser.error("say --mail or --record")
    if args.expected and not args.mail:
        parser.error("--expected needs --mail")

    problems = []
    have = collections.defaultdict(list)
    by_address = collections.defaultdict(list)
    for path in (path for folder in args.mail for path in files(folder)):
        mail = Mail(path)
        problems.extend(f"{path}: {each}" for each in mail.defects())
        have[mail.id].append(mail.recipients)
        for each in mail.recipients:
            by_address[fold(each)].append(mail)
    if args.record:
        seen = collections.defaultdict(list)
        with open(args.record, encoding="utf-8") as file:
            for line in file:
                entry = json.loads(line)
                seen[(entry["id"] or "").strip("<>")].append(entry["to"])
        if not args.mail:
            have = seen
        elif {key: len(value) for key, value in seen.items()} != {key: len(value) for key, value in have.items()}:
            problems.append("--record and --mail differ")
    copies = sum(map(len, have.values()))
    problems.extend(f"<{identity}> is there {len(its)} times" for identity, its in have.items() if len(its) > 1)
    if args.expected:
        check_expected(rows(args.expected), by_address, problems)
    states = check_export(rows(args.export), have, problems) if args.export else {}
    result = {"messages": copies, "distinct": len(have), "addresses": len(by_address), "states": dict(states), "problems": len(problems)}
    print(json.dumps(result) if args.json else ", ".join(f"{key} {value}" for key, value in result.items()))
    for problem in problems[:SHOWN]:
        print(problem, file=sys.stderr)
    if len(problems) > SHOWN:
        print(f"… and {len(problems) - SHOWN} more", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        sys.exit(f"check-mail.py: {error}")
