#!/usr/bin/python3
"""ten-thousand.py BUILD SERVER [COUNT]: a whole campaign to a server that is none of ours, and each message read by parsers that are none of ours.

SERVER: postfix (needs root), exim (needs root), smtp-server (nodemailer's; needs nodejs and npm), judge. COUNT: 1,000 where nothing is said.
The certificate is of a CA that nobody knows: nothing may go out before it is pinned. Then: the right person, the right fields, the right
parts, no second copy, and an export that says what the server has. A second campaign goes out over the pin, with a corrected subject for all.
"""
import base64
import collections
import csv
import json
import os
import subprocess
import sys
import time

import fixture
from fixture import Judge, Skip, check, wait_for

COUNT_USUAL = 1000
NAMES = ("Ann Müller", "Jürgen Groß-Öztürk", "Анна Петрова", "王小明", "שרה כהן", "محمد علي", "Ελένη Παπαδοπούλου", "Nguyễn Thị Ánh", "सीता शर्मा",
         "O'Brien, \"Pat\" <b>", "José  da Silva", "🎻 Ødegård", "สมชาย ใจดี", "A" * 70 + " Long", "dot.first", "=?utf-8?q?not a word?=")
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"
HTML = """<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><p>Dear {{name}},</p><img src="seal.png" alt="seal">
<p>your code is <b>{{code}}</b>.{{#note}} Note: {{note}}{{/note}}{{^note}} Nothing to note.{{/note}} <a href="https://example.org/?code={{code}}">Go</a></p>
<p>.</p>
.A line that begins with a dot, for {{town|nowhere}}.
</body></html>
"""
TEXT = "Dear {{name}},\n\nyour code is {{code}}.\n.\n.one dot\n..two dots\nFrom here on: {{town|nowhere}}\n" + "long " * 300 + "\n"
PARTS = "multipart/mixed multipart/alternative text/plain multipart/related text/html image/png application/pdf"


def make_people(fixture_, count):
    """Writes the contact file; returns the rows. Every 50th address is one that the server refuses."""
    rows = []
    for i in range(count):
        town = ("", "Köln", "Łódź", "São Paulo", "東京")[i % 5]
        note = f"owes <{i}> & more; \"quoted\"" if i % 3 == 0 else ""
        local = "nobody" if i % 50 == 49 else "person"
        domain = ("example.net", "example.org", "bücher.example")[i % 3]
        rows.append({"name": f"{NAMES[i % len(NAMES)]} {i}", "email": f"{local}.{i}@{domain}", "town": town, "code": f"K{i:06d}X", "note": note})
    with open(os.path.join(fixture_.folder, "people.csv"), "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return rows


def escape(text):
    for raw, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(raw, safe)
    return text


def expect(row, subject):
    name = " ".join(row["name"].split())
    html = [row["code"], f"?code={row['code']}", "Note: owes &lt;" if row["note"] else "Nothing to note."]
    return {"address": row["email"], "name": name, "subject": subject.format(name=name), "parts": PARTS, "html": " && ".join(html),
            "text": " && ".join([f"your code is {row['code']}.", "\n.\n.one dot\n..two dots\n", f"From here on: {row['town'] or 'nowhere'}"]),
            "absent": "{{ && }}"}


class Server:
    """One of servers/, or the reason why not."""

    def __init__(self, kind, fixture_, build):
        self.kind, self.folder, self.process = kind, os.path.join(fixture_.folder, kind), None
        os.makedirs(self.folder)
        os.chmod(fixture_.folder, 0o755)  # the servers change their user
        self.user, self.password = ("ann@localhost" if kind == "postfix" else "ann"), "secret"
        getattr(self, "start_" + kind.replace("-", "_"))(fixture_, build)

    def script(self, verb):
        done = subprocess.run([os.path.join(fixture.SERVERS, self.kind + ".sh"), verb, self.folder], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
        if done.returncode != 0 and verb == "start":
            raise Skip(done.stdout.decode(errors="replace").strip()[-300:])
        with open(os.path.join(self.folder, "port"), encoding="ascii") as file:
            self.port = int(file.read())
        self.mail = os.path.join(self.folder, "mail")

    def start_postfix(self, fixture_, build):
        self.script("start")

    def start_exim(self, fixture_, build):
        self.script("start")

    def start_judge(self, fixture_, build):
        pem = fixture.make_certificate(os.path.join(self.folder, "tls"))
        self.mail = None
        self.judge = Judge(fixture_, "--tls-cert", pem, "--user", self.user, "--password", self.password, "--refuse", "^nobody")
        self.port = self.judge.port

    def start_smtp_server(self, fixture_, build):
        cache = os.path.join(build, "journey-node")  # npm is asked once a build folder
        done = subprocess.run([os.path.join(fixture.SERVERS, "node.sh"), cache], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
        if done.returncode != 0:
            raise Skip(done.stdout.decode(errors="replace").strip()[-300:])
        fixture.make_certificate(os.path.join(self.folder, "tls"))
        self.mail, self.node = os.path.join(self.folder, "mail"), [os.path.join(cache, "node"), os.path.join(cache, "parse.mjs")]
        tls, port_file = os.path.join(self.folder, "tls"), os.path.join(self.folder, "port")
        self.process = subprocess.Popen(
            [self.node[0], os.path.join(cache, "smtp-server.mjs"), "--dir", self.mail, "--port-file", port_file, "--cert", tls + "/cert.pem",
             "--key", tls + "/key.pem", "--user", self.user, "--password", self.password, "--refuse", "^nobody"], stdin=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(port_file), "smtp-server")
        with open(port_file, encoding="ascii") as file:
            self.port = int(file.read())

    def count(self):
        if self.mail is None:
            return len(self.judge.record())
        new = os.path.join(self.mail, "new") if os.path.isdir(os.path.join(self.mail, "new")) else self.mail
        return sum(not name.endswith((".json", ".part")) for name in os.listdir(new)) if os.path.isdir(new) else 0

    def stop(self):
        if self.kind in ("postfix", "exim"):
            try:
                self.script("stop")
            except (OSError, subprocess.SubprocessError):
                pass
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def send(fixture_, subject, *options, status):
    return fixture_.json("send", "--account", "work", "--list", "people", "--from", "Büro der Schule <office@example.org>", "--subject", subject, "--html",
                       "letter.html", "--text", "letter.txt", "--attach", "Überblick.pdf", "--unsubscribe", "https://example.org/leave", "--yes",
                       *options, status=status, patience_s=600)


def check_refused_before_pin(fixture_, server):
    report = fixture_.json("account", "test", "work", status=69)
    check(not report["verified"] and report["problem"] and len(report["fingerprint"]) == 64, report)
    numbers = send(fixture_, "Hello {{name}}", status=75)
    check(numbers["state"] == "paused" and numbers["reason"] == "certificate" and numbers["accepted"] == 0, numbers)
    check(server.count() == 0, "mail went to a server that nobody knows")
    return report["fingerprint"], numbers["id"]


def check_mail(fixture_, server, expected, campaigns):
    """Python's parser over every message, against what should have come and what we say that came."""
    wanted, export = os.path.join(fixture_.folder, "expected.csv"), os.path.join(fixture_.folder, "export.csv")
    with open(wanted, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, expected[0].keys())
        writer.writeheader()
        writer.writerows(expected)
    rows = [row for campaign in campaigns for row in fixture_.export(campaign)]
    with open(export, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    words = [sys.executable, os.path.join(fixture.SERVERS, "check-mail.py"), "--export", export]
    words += ["--record", server.judge.path] if server.mail is None else ["--mail", server.mail, "--expected", wanted]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, check=False)
    check(done.returncode == 0, done.stdout.decode(errors="replace")[-4000:])
    print("# " + done.stdout.decode().strip())


def check_mailparser(server, expected):
    """A second opinion: npm's mailparser."""
    done = subprocess.run([*server.node, server.mail], stdout=subprocess.PIPE, timeout=600, check=False)
    check(done.returncode == 0, "mailparser could not read some message")
    found = collections.defaultdict(list)
    for line in done.stdout.decode().splitlines():
        mail = json.loads(line)
        found[mail["subject"]].append(mail)
    for row in expected:
        mails = found[row["subject"]]
        check(len(mails) == 1, f"mailparser found {len(mails)} messages with the subject {row['subject']}")
        mail = mails[0]
        check(mail["to"][0]["name"] == row["name"], mail["to"], row["name"])
        check(all(each in mail["text"] for each in row["text"].split(" && ")) and all(each in mail["html"] for each in row["html"].split(" && ")), mail)
        check(sorted(each["name"] or "" for each in mail["attachments"]) == ["seal.png", "Überblick.pdf"], mail["attachments"])
        check({each["size"] for each in mail["attachments"]} == {len(PNG), len(PDF)}, mail["attachments"])


def journey(fixture_, server, count):
    people = make_people(fixture_, count)
    good = [row for row in people if not row["email"].startswith("nobody")]
    for name, content in (("letter.html", HTML), ("letter.txt", TEXT), ("seal.png", PNG), ("Überblick.pdf", PDF), ("password", server.password + "\n")):
        fixture_.write(name, content)
    fixture_.run("account", "add", "work", "office@example.org", "--host", "localhost", "--port", server.port, "--tls", "starttls", "--user", server.user,
               "--password-file", "password", "--connections", 4)
    fixture_.run("import", "people.csv", "--list", "people", patience_s=300)
    fingerprint, first = check_refused_before_pin(fixture_, server)
    yield "a certificate of an unknown CA stops everything; no octet of mail leaves"
    fixture_.run("account", "pin", "work", fingerprint)
    report = fixture_.json("account", "test", "work")
    check(report["logged_in"] and not report["problem"], report)
    fixture_.run("campaign", "resume", first)
    began = time.monotonic()
    numbers = fixture_.wait(first, "done", "paused", patience_s=1200)
    print(f"# {numbers['accepted']} accepted in {time.monotonic() - began:.1f} s")
    check(numbers["state"] == "done" and numbers["accepted"] == len(good) and numbers["refused"] == len(people) - len(good), numbers)
    wait_for(lambda: server.count() >= len(good), "the server to have stored all", 300)
    yield f"pinned, all {len(good)} are accepted and the {len(people) - len(good)} that it refuses are refused"
    expected = [expect(row, "Hello {name}") for row in good]
    check_mail(fixture_, server, expected, [first])
    yield "each message is as it should be, once, and the export says what the server has"
    if server.kind == "smtp-server":
        check_mailparser(server, expected)
        yield "npm's mailparser reads the same in each"
    numbers = send(fixture_, "Again, {{name}}", "--limit", min(200, count), status=0)
    expected += [expect(row, "Again, {name}") for row in good[:numbers["accepted"]]]
    check(numbers["accepted"] == min(200, len(good)), numbers)
    wait_for(lambda: server.count() >= len(expected), "the server to have stored the second campaign", 120)
    check_mail(fixture_, server, expected, [first, numbers["id"]])
    yield "a second campaign goes out over the same pin; refused people are suppressed and left out"


def main():
    if len(sys.argv) < 3 or sys.argv[2] not in ("postfix", "exim", "smtp-server", "judge"):
        print(__doc__, file=sys.stderr)
        return 64
    build, kind, count = sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else COUNT_USUAL
    fixture_, server, points, status = fixture.Fixture(build), None, 0, 0
    try:
        server = Server(kind, fixture_, fixture_.build)
        for shown in journey(fixture_, server, count):
            points += 1
            print(f"ok {points} {kind}: {shown}", flush=True)
        fixture_.check_manners()
    except Skip as skip:
        print(f"1..0 # SKIP {str(skip).splitlines()[-1]}")
        return 0
    except Exception as error:  # whatever it was: the campaign did not go as it should
        points, status = points + 1, 1
        print("\n".join("# " + line for line in f"{error!s}\ncore.log: {fixture_.log()[-2000:]}".splitlines()))
        print(f"not ok {points} {kind}: {type(error).__name__}")
    finally:
        if server is not None:
            server.stop()
        fixture_.end()
    print(f"1..{points}")
    return status


if __name__ == "__main__":
    sys.exit(main())
