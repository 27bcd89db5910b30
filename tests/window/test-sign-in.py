#!/usr/bin/env python3
"""test-sign-in.py BUILD: people sign in from the real window, as `postrider app` opens it, by the browser that their desk opens; and send by Gmail's API from there. The browser
is a program that keeps the address it was given; the provider is a fake that Google's own client takes for Google (tests/unit/confined/oauth/provider). TAP.
Pictures, light and dark: BUILD/window-pictures. Source: RFC 8252 §6, §8.12."""
import ctypes
import glob
import http.server
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

sys.dont_write_bytecode = True
from gallery import Gallery, fetch_axe
from opened import Opened
from person import Person
from tap import Tap
from window import AS_USER, USER, Display, Refused

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "journey"))
from fixture import Skip  # noqa: E402
from providers import ADDRESS, Fake, install_providers  # noqa: E402

CLONE_NEWNET = 0x40000000  # sched.h
PEOPLE = 40


def enter_network(build):
    """One of the test's own: a page that tries all ports must find nobody else's. What npm brings is fetched before."""
    install_providers(build)
    fetch_axe(build)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "no network of our own")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


class SignInWorld:
    """A desk with a browser, a provider, and an account that nobody is signed in to. Also what Fake wants of a fixture."""

    def __init__(self, build):
        self.tap, self.build, self.servers = Tap(), build, []
        self.folder = tempfile.mkdtemp(prefix="sign-in-")
        self.display = Display()
        self.fake = Fake(self, "google", units=600000, delay_ms=250)
        self.window = Opened(build, self.display)
        self.person = Person(self.window)
        self.opened = os.path.join(self.window.user, "opened")
        self.set_browser(True)
        self.add_account()
        self.gallery = Gallery(build, self.window, self.person, self.tap)
        self.ok, self.look = self.tap.ok, self.gallery.look

    # --- the desk's browser ---

    def set_browser(self, is_there):
        """For web addresses, before whatever else this machine has: there is ours, or none."""
        kinds = ("x-scheme-handler/http", "x-scheme-handler/https")
        others = [os.path.basename(path) for path in glob.glob("/usr/share/applications/*.desktop") if "x-scheme-handler/http" in open(path, errors="replace").read()]
        rows = ["[Default Applications]"] + ["%s=a-browser.desktop" % kind for kind in kinds if is_there]
        rows += ["[Removed Associations]"] + ["%s=%s;" % (kind, ";".join(others + ([] if is_there else ["a-browser.desktop"]))) for kind in kinds]
        browser = self.window.put("a-browser", "#!/bin/sh\nprintf '%%s\\n' \"$1\" >>%s\n" % self.opened)
        os.chmod(browser, 0o755)
        for folder in (".config", ".local/share/applications"):
            os.makedirs(os.path.join(self.window.user, folder), exist_ok=True)
        self.window.put(".config/mimeapps.list", "\n".join(rows) + "\n")
        self.window.put(".local/share/applications/a-browser.desktop", "[Desktop Entry]\nType=Application\nName=A browser\nExec=%s %%u\nMimeType=%s;\n" % (browser, ";".join(kinds)))
        for where, folders, _ in os.walk(self.window.user):
            for name in folders:
                os.chown(os.path.join(where, name), USER, USER)

    def addresses(self):
        return open(self.opened).read().split("\n")[:-1] if os.path.exists(self.opened) else []

    def next_address(self, known):
        """What the browser is opened at, behind so many others."""
        self.window.wait_until(lambda: len(self.addresses()) > known, "no browser was opened")
        return self.addresses()[known]

    # --- the account ---

    def add_account(self):
        """By the command line, as own endpoints must be; the sign-in that it begins is left."""
        client = self.window.put("client.json", json.dumps({"installed": {"client_id": self.fake.said["client"]["id"], "client_secret": self.fake.said["client"]["secret"]}}))
        words = ["account", "add", "Office", "gmail:" + ADDRESS, "--client", client, *self.fake.endpoints(), "--units-per-minute", "600000", "--no-browser", "--jsonl"]
        with subprocess.Popen(AS_USER + [os.path.join(self.window.programs, "postrider"), *words], env=self.window.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as adding:
            line = adding.stdout.readline()
            adding.send_signal(signal.SIGTERM)
        assert b'"open"' in line, (line, self.window.said()[-800:])

    def account(self, name="Office"):
        return next(one for one in json.loads(self.window.command("account", "list", "--json").stdout)["accounts"] if one["name"] == name)

    def store(self, statement):
        (path,) = glob.glob(self.window.place + "/**/store.db", recursive=True)
        with sqlite3.connect(path, timeout=20) as database:
            return database.execute(statement).fetchall()

    def close(self):
        self.window.close()
        for server in self.servers:
            server.stop()
        self.display.close()


def query_of(address):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))


def is_open(address):
    """Does somebody listen where this sign-in leads back to?"""
    port = urllib.parse.urlsplit(query_of(address)["redirect_uri"]).port
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


# --- the steps ---

def stopped(world):
    person, known = world.person, len(world.addresses())
    person.sit_down()
    person.go("accounts")
    person.wait_for("Sign in…")
    world.look("sign-in-out")
    person.press("Sign in…")
    address = world.next_address(known)
    asked = query_of(address)
    world.ok(address.startswith(world.fake.said["authorize"]) and asked["code_challenge_method"] == "S256" and asked["scope"].endswith("/gmail.send") and len(asked["state"]) >= 43,
             "the desk's browser is opened at the provider, for sending alone", address)
    person.wait_for("Go on in your browser")
    shown = person.see("return document.documentElement.outerHTML")
    world.ok(asked["state"] not in shown and asked["code_challenge"] not in shown and asked["redirect_uri"] not in shown, "the page is told nothing of the address")
    left = person.wait("document.body.innerText.match(/waits for (.*) more/)?.[1]", "it does not say how long")
    person.wait("!document.body.innerText.includes(%s)" % json.dumps(left), "the time does not go on", 5)
    world.ok(is_open(address), "and says how long it still waits")
    world.look("sign-in-waits")
    person.press("Stop waiting")
    person.wait("!!button('Sign in…') && !document.body.innerText.includes('Go on in your browser')", "it still waits")
    world.window.wait_until(lambda: not is_open(address), "the port stays open")
    world.ok("did not work" not in person.words(), "stopped: the port is closed, and nobody is told of a failure", person.words())


SCAN = b"""<!doctype html><title>a stranger's page</title><script>
const ports = Array.from({length: LAST - FIRST + 1}, (_, index) => index + FIRST);
const work = async () => { for (let port; (port = ports.pop()) !== undefined;) await fetch(`http://127.0.0.1:${port}/?code=stolen&state=guess`, {mode: 'no-cors'}).catch(() => {}); };
Promise.all(Array.from({length: 200}, work)).then(() => fetch('/done'));
</script>"""


class Stranger:
    """A site whose page tries all ports of whoever looks at it that the system gives out; one of them is its own, as the control."""

    def __init__(self):
        self.came, self.is_done = 0, threading.Event()
        outer, (first, last) = self, open("/proc/sys/net/ipv4/ip_local_port_range", "rb").read().split()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.came += "code=stolen" in self.path
                if self.path == "/done":
                    outer.is_done.set()
                body = SCAN.replace(b"FIRST", first).replace(b"LAST", last) if self.path == "/" else b""
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = "http://127.0.0.1:%d/" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def scanned(world):
    """A stranger's page in a real browser on the same screen (RFC 8252 §8.12 has no defence but state and PKCE)."""
    (browser,) = glob.glob("/usr/lib/*/webkitgtk-6.0/MiniBrowser")
    person, known, stranger = world.person, len(world.addresses()), Stranger()
    person.press("Sign in…")
    address = world.next_address(known)
    with subprocess.Popen(AS_USER + [browser, "--private", stranger.address], env=world.window.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as seen:
        stranger.is_done.wait(120)
        seen.terminate()
    stranger.close()
    world.ok(stranger.is_done.is_set() and stranger.came >= 1, "control: a page in a browser reaches what listens on this machine", stranger.came)
    person.wait_for("Go on in your browser")
    world.ok(is_open(address) and world.account()["signed_in"] is False, "and the sign-in waits as before")
    page = world.fake.browse(address)
    person.wait_for("This account works.", 40)
    world.ok(page["status"] == 200 and world.account()["signed_in"] is True, "the right answer comes through", page)
    world.window.command("account", "sign-out", "Office")


def denied_by_keyboard(world):
    """Not one click."""
    person, known = world.person, len(world.addresses())
    person.go("start")
    person.go("accounts")
    person.tab_to("button('Sign in…')")
    person.keys("Return")
    asked = query_of(world.next_address(known))
    person.wait_for("Go on in your browser")
    fetch(asked["redirect_uri"] + "?error=access_denied&iss=https%3A%2F%2Faccounts.google.com&state=" + asked["state"])
    person.wait_for("Nobody said yes at the provider")
    world.look("sign-in-denied")
    world.ok(world.account()["signed_in"] is False, "denied, by keyboard alone: it is said, and the account is as it was")


def fetch(address):
    subprocess.run(["curl", "--silent", "--max-time", "20", "--noproxy", "*", "--output", "/dev/null", address], check=True)


def signed_in(world):
    person, known = world.person, len(world.addresses())
    person.press("Sign in…")
    address = world.next_address(known)
    page = world.fake.browse(address)
    world.ok(page["status"] == 200 and "script" not in page["text"], "the provider's answer leads to a page that says it is done", page)
    person.wait_for("This account works.", 40)
    world.look("sign-in-done")
    row = world.account()
    world.ok(row["signed_in"] is True and row["state"] == "ready" and row["scope"].endswith("/gmail.send"), "signed in, tested, ready", row)
    world.ok("own endpoints" in person.words().lower(), "own endpoints are shown", person.words())
    world.window.wait_until(lambda: not is_open(address), "the port stays open")


def sent(world):
    """Live progress, pause, go on, done: as by SMTP."""
    person, window = world.person, world.window
    people = window.put("people.csv", "email,name\n" + "".join("person%d@example.net,Person %d\n" % (number, number) for number in range(PEOPLE)))
    window.command("import", people, "--list", "guests", "--consent", "test")
    campaign = window.script("const made = await postrider.campaignPrepare({account: 'Office', lists: ['guests'], from: '%s', subject: 'Hello {{name}}', text: 'Dear {{name}}'}, []);"
                             "await postrider.campaignStart(made.campaign); return made.campaign" % ADDRESS)
    person.go("campaigns/%s" % campaign)
    person.wait("!!button('Pause')", "it does not send")
    window.wait_until(lambda: len(world.fake.sent()) >= 4, "nothing is sent")
    world.gallery.look_live("sign-in-campaign")
    person.press("Pause")
    person.wait("!!button('Go on') && !document.body.innerText.includes('Pausing')", "it does not pause", 30)
    held = len(world.fake.sent())
    time.sleep(1.5)
    world.ok(4 <= held < PEOPLE and len(world.fake.sent()) == held, "a campaign by Gmail's API: paused, and nothing more goes out", (held, len(world.fake.sent())))
    person.press("Go on")
    window.wait_until(lambda: len(world.fake.sent()) == PEOPLE, "it does not go on", 60)
    person.wait("(await postrider.campaignShow('%s')).state === 'done'" % campaign, "it does not end", 30)
    copies = [one["message_id"] for one in world.fake.sent()]
    world.ok(len(copies) == len(set(copies)) == PEOPLE, "done: each has one letter", len(copies))
    person.go("accounts")
    world.ok(re.search(r"in this minute: %d of" % PEOPLE, person.words()) and re.search(r"today: %d of" % PEOPLE, person.words()), "what was used of the minute and the day is shown", person.words())
    world.look("sign-in-used")


def signed_out(world):
    person = world.person
    person.press("Sign out…")
    person.agree("Escape")
    world.ok(world.account()["signed_in"] is True, "sign out: who says no to the shell's own question stays signed in")
    person.press("Sign out…")
    person.agree("alt+s")
    person.wait_for("Your provider has taken it back.")
    world.ok(world.account()["signed_in"] is False, "signed out, at the provider too")


def nobody_agreed(world):
    """A page that a stranger has taken over opens a browser for an account that no person has agreed to; with its control."""
    person, window, known = world.person, world.window, len(world.addresses())
    world.store("UPDATE account SET agreed_utc=0 WHERE name='Office'")
    for key in ("Escape", "alt+u"):
        window.script("window.told = null; postrider.accountSignInOpen('Office', 'browser').then(() => window.told = 'done', (why) => window.told = why.fault ?? String(why)); return 1")
        window.wait_until(lambda: window.ask("words"), "the shell asked nothing")
        was = len(world.addresses())
        person.agree(key)
        if key == "Escape":
            told = person.wait("window.told", "the call does not end")
            world.ok(told == "TempFail" and was == known and len(world.addresses()) == known, "an account that nobody agreed to: the shell asks, and No opens nothing", told)
    address = world.next_address(known)
    world.ok(was == known and address.startswith(world.fake.said["authorize"]), "control: Yes opens it", address)
    window.script("await postrider.accountSignInStop('Office'); return 1")


def no_browser(world):
    world.set_browser(False)
    person = world.person
    person.go("accounts")
    person.press("Sign in")
    person.wait_for("Your desktop opened no browser")
    world.look("sign-in-no-browser")
    world.ok("Go on in your browser" not in person.words(), "no browser on the desk: it is said at once, and nobody waits", person.words())
    world.set_browser(True)


def new_gmail(world):
    """Where nobody has a client yet, and with one; its secret is typed natively."""
    person, known = world.person, len(world.addresses())
    person.go("accounts/new")
    person.put_into("By what it sends", "gmail")
    person.press("How to get a client ID")
    person.wait_for("APIs & Services, Library")
    world.look("sign-in-gmail-form")
    person.type_into("Your e-mail address", "ann@gmail.com")
    person.type_into("A name for this account", "Mine")
    person.type_into("Client ID", "123-abc.apps.googleusercontent.com")
    person.press("Save and sign in")
    world.window.wait_until(lambda: "secret of the client" in str(world.window.ask("words")), "the secret is not asked for")
    person.answer_password("GOCSPX-typed")
    address = world.next_address(known)
    asked = query_of(address)
    world.ok(address.startswith("https://accounts.google.com/o/oauth2/v2/auth?") and asked["client_id"] == "123-abc.apps.googleusercontent.com" and asked["scope"] ==
             "https://www.googleapis.com/auth/gmail.send", "Gmail: from the form to Google's own page", address)
    world.ok("GOCSPX" not in person.see("return document.documentElement.outerHTML"), "the page has no part in the secret")
    person.press("Stop waiting")


def new_outlook(world):
    person, known = world.person, len(world.addresses())
    person.go("accounts/new")
    person.put_into("By what it sends", "outlook")
    person.press("How to get a client ID")
    person.wait_for("Most people with an Outlook.com address cannot")
    world.look("sign-in-outlook-form")
    person.type_into("Your e-mail address", "ann@outlook.com")
    person.type_into("A name for this account", "Hers")
    person.type_into("Client ID", "11111111-2222-3333-4444-555555555555")
    person.press("Save and sign in")
    person.agree("alt+a")
    address = world.next_address(known)
    asked = query_of(address)
    world.ok(address.startswith("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?") and "SMTP.Send" in asked["scope"] and "offline_access" in asked["scope"] and
             re.fullmatch(r"http://localhost:\d+/", asked["redirect_uri"]), "Outlook: from the form to Microsoft's own page", address)
    person.press("Stop waiting")


STEPS = (stopped, scanned, denied_by_keyboard, signed_in, sent, signed_out, nobody_agreed, no_browser, new_gmail, new_outlook)


def run_steps(world):
    try:
        for step in STEPS:
            began = time.time()
            step(world)
            print("# %s: %.1f s" % (step.__name__, time.time() - began), flush=True)
        world.gallery.findings()
        world.ok("CRITICAL" not in world.window.said(), "nothing critical was said", world.window.said()[-800:])
    except (AssertionError, Refused, subprocess.SubprocessError) as why:  # the rest cannot go on without it
        if world.window.process.poll() is None:
            world.gallery.look_live("stuck")
        world.ok(False, "the way goes on", "%s: %s" % (type(why).__name__, why))


def main(build):
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root, to become an ordinary user with a home of its own")
        return 0
    try:
        enter_network(build)
        world = SignInWorld(build)
    except Skip as why:
        print("1..0 # SKIP %s" % why)
        return 0
    try:
        run_steps(world)
    finally:
        world.close()
    return world.tap.end()


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
