#!/usr/bin/env python3
"""vault.py BUILD [WORD…]: what opens the vault, from the command line: a keyring that is real (GNOME's, on a bus of its own) or asks, is late or lies (a fake one),
a credential as systemd gives it, a passphrase, a key file; and core killed at each step of a change. Source: Secret Service API draft 0.2; systemd.exec(5)."""
import base64
import json
import os
import pty
import subprocess
import sys
import time

from fixture import Skip, check, run_cases, wait_for
from keyrings import Bus, FakeKeyring, GnomeKeyring, Prompter

sys.dont_write_bytecode = True

PASSPHRASE = "correct horse battery staple\n"
KEY_FILE, KEYRING, WORDS, CREDENTIALS = "key-file", "keyring", "passphrase", "credentials"


# --- what is looked at ---

def status(fixture):
    return fixture.json("vault", "status")


def anew(fixture):
    """The vault as a core that starts now has it, when the keyring has answered."""
    fixture.stop_core()
    fixture.run("vault", "unlock", status=None)
    return status(fixture)


def add_account(fixture):
    """With a password that the vault keeps."""
    fixture.run("account", "add", "work", "ann@example.org", "--host", "127.0.0.1", "--port", "9", "--tls", "none", "--user", "ann", "--insecure", "--password-file", "-",
                stdin="the account's own\n")


def is_readable(fixture):
    """Whether what the vault keeps can be had: the account's state says so."""
    row = fixture.json("account", "list")["accounts"][0]
    return row["state"] not in ("locked", "password")


def key_path(fixture):
    return os.path.join(fixture.home + ".state", "vault.key")


def make_kept(fixture, keyring, *options):
    """A vault that the keyring and a recovery passphrase open, and no key file."""
    add_account(fixture)
    said = fixture.json("vault", "add", KEYRING, "--password-file", "-", *options, stdin=PASSPHRASE)
    check(said["slots"] == [KEY_FILE, KEYRING, WORDS] and said["tier"] == KEY_FILE, said)
    said = fixture.json("vault", "remove", KEY_FILE)
    check(said["slots"] == [KEYRING, WORDS] and said["tier"] == KEYRING and not os.path.exists(key_path(fixture)), said)


def doctor_rows(fixture, what):
    return [row for row in fixture.json("doctor", status=None)["rows"] if row["what"] == what]


# --- a real keyring ---

def whole_way(fixture):
    """Made, used by the next core without a word, changed, taken away: one item is in the keyring while there is a slot, and none before and after"""
    bus = Bus(fixture)
    keyring = GnomeKeyring(bus)
    check(bus.items() == (0, 0), bus.items())
    make_kept(fixture, keyring)
    check(bus.items() == (1, 0), bus.items())
    said = anew(fixture)
    check(said["state"] == "open" and said["opened_by"] == KEYRING and said["keyring"] == "done", said)
    check(is_readable(fixture), "the account's password is there")
    check([row["state"] for row in doctor_rows(fixture, "vault: keyring")] == ["ok"], doctor_rows(fixture, "vault: keyring"))
    fixture.run("vault", "change", KEYRING)
    check(bus.items() == (1, 0), bus.items())
    said = anew(fixture)
    check(said["opened_by"] == KEYRING, said)
    said = fixture.json("vault", "remove", KEYRING)
    check(said["slots"] == [WORDS] and bus.items() == (0, 0), said, bus.items())
    last = fixture.run("vault", "remove", WORDS, status=64)
    check("all that opens the vault" in last.err, last)
    said = fixture.json("vault", "unlock", "--password-file", "-", stdin=PASSPHRASE)
    check(said["state"] == "open" and is_readable(fixture), said)


def locked(fixture):
    """A locked keyring means locked, not lost: the recovery passphrase opens the vault, and so does the keyring when it is unlocked again"""
    bus = Bus(fixture)
    keyring = GnomeKeyring(bus)
    make_kept(fixture, keyring)
    fixture.stop_core()
    keyring.restart(False)
    refused = fixture.run("vault", "unlock", status=77) # nobody is there whom GNOME's prompt could ask
    said = status(fixture)
    check(said["state"] == "locked" and said["keyring"] in ("locked", "declined") and "keyring" in said["text"] and said["slots"] == [KEYRING, WORDS], said, refused)
    check(not is_readable(fixture), "control: nothing can be read now")
    said = fixture.json("vault", "unlock", "--password-file", "-", stdin=PASSPHRASE)
    check(said["state"] == "open" and said["opened_by"] == WORDS and is_readable(fixture), said)
    keyring.restart(True)
    said = anew(fixture)
    check(said["state"] == "open" and said["opened_by"] == KEYRING, said)


def by_itself(fixture):
    """No command asks for it: the first that needs a password waits for the keyring, without a terminal too"""
    bus = Bus(fixture)
    keyring = GnomeKeyring(bus)
    make_kept(fixture, keyring)
    fixture.stop_core()
    keyring.freeze()
    fixture.run("lists") # core is there, and its keyring has not answered
    check(status(fixture)["state"] == "locked", status(fixture))
    waiting = subprocess.Popen([fixture.program, "account", "password", "work", "--password-file", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               env=fixture.environment())
    waiting.stdin.write(b"another\n")
    waiting.stdin.close()
    time.sleep(1)
    keyring.thaw()
    check(waiting.wait(timeout=60) == 0, waiting.stderr.read())
    check(status(fixture)["opened_by"] == KEYRING, status(fixture))


def absent(fixture):
    """Without a bus, or without a keyring on it, the vault is locked and says so; nothing is lost"""
    bus = Bus(fixture)
    keyring = GnomeKeyring(bus)
    make_kept(fixture, keyring)
    for what in ("keyring", "bus", "variable"):
        fixture.stop_core()
        keyring.stop()
        if what == "bus":
            bus.stop()
        if what == "variable":
            fixture.extra.pop("DBUS_SESSION_BUS_ADDRESS")
        refused = fixture.run("vault", "unlock", status=69)
        said = status(fixture)
        check(said["state"] == "locked" and said["keyring"] == "absent" and said["slots"] == [KEYRING, WORDS], what, said, refused)
    fixture.extra["DBUS_SESSION_BUS_ADDRESS"] = bus.address
    bus.start()
    keyring.start()
    said = anew(fixture)
    check(said["state"] == "open" and said["opened_by"] == KEYRING and is_readable(fixture), said)


def wiped(fixture):
    """A keyring that was made anew has no key: the slot is lost and said to be, the recovery passphrase opens, and the keyring gets a new key"""
    bus = Bus(fixture)
    keyring = GnomeKeyring(bus)
    make_kept(fixture, keyring)
    fixture.stop_core()
    keyring.wipe()
    refused = fixture.run("vault", "unlock", status=77)
    check("no longer has the key" in refused.err, refused)
    said = status(fixture)
    check(said["state"] == "locked" and said["keyring"] == "gone", said)
    fixture.run("vault", "unlock", "--password-file", "-", stdin=PASSPHRASE)
    check(is_readable(fixture), "the passphrase opens it")
    row = doctor_rows(fixture, "vault: keyring")[0]
    check(row["state"] == "missing" and "vault change keyring" in row["text"], row)
    refused = fixture.run("vault", "remove", WORDS, status=77)
    check("nothing was changed" in refused.err and status(fixture)["slots"] == [KEYRING, WORDS], refused)
    fixture.run("vault", "change", KEYRING)
    said = anew(fixture)
    check(said["opened_by"] == KEYRING and is_readable(fixture), said)


def late(fixture):
    """A keyring that answers late holds nobody up: other commands work, and who waits for it gets it"""
    bus = Bus(fixture)
    keyring = GnomeKeyring(bus)
    make_kept(fixture, keyring)
    fixture.stop_core()
    keyring.freeze()
    began = time.monotonic()
    fixture.run("lists")
    said = status(fixture)
    check(said["state"] == "locked" and said["keyring"] == "" and "not answered yet" in said["text"], said)
    check(time.monotonic() - began < 9, "within less than a question to the keyring takes", time.monotonic() - began)
    waiting = subprocess.Popen([fixture.program, "vault", "unlock", "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=fixture.environment())
    time.sleep(0.5)
    check(waiting.poll() is None, "it waits")
    keyring.thaw()
    out, err = waiting.communicate(timeout=60)
    check(waiting.returncode == 0 and json.loads(out)["opened_by"] == KEYRING, out, err)


def too_late(fixture):
    """One that does not answer at all: the question ends after ten seconds, and the vault is as locked as it was"""
    bus = Bus(fixture)
    keyring = GnomeKeyring(bus)
    make_kept(fixture, keyring)
    fixture.stop_core()
    keyring.freeze()
    fixture.run("lists")
    said = wait_for(lambda: status(fixture)["keyring"] == "late" and status(fixture), "the question to end", 30)
    check(said["state"] == "locked" and "not answered in time" in said["text"], said)
    keyring.thaw()
    check(anew(fixture)["opened_by"] == KEYRING, status(fixture))


# --- one that asks, and one that lies ---

def asked(fixture):
    """A prompt is waited for as long as a person takes; one that is put away leaves all as it was"""
    bus = Bus(fixture)
    fake = FakeKeyring(bus)
    fake.start()
    make_kept(fixture, fake)
    fixture.stop_core()
    fake.start("locked", "dismiss")
    refused = fixture.run("vault", "unlock", status=77)
    check("was not unlocked" in refused.err and status(fixture)["keyring"] == "declined", refused, status(fixture))
    fixture.stop_core()
    fake.start("locked", "accept=3")
    fixture.run("lists")
    wait_for(lambda: status(fixture)["keyring"] == "locked", "the question that asks nobody")
    began = time.monotonic()
    said = fixture.json("vault", "unlock")
    check(said["opened_by"] == KEYRING and time.monotonic() - began >= 2.5, said)
    check(is_readable(fixture), "it is open")


def asked_by_gnome(fixture):
    """GNOME's own prompt: the keyring's password typed into it opens the vault, and Escape leaves it locked"""
    bus = Bus(fixture)
    keyring = GnomeKeyring(bus)
    make_kept(fixture, keyring)
    prompter = Prompter(bus)
    for is_answered in (False, True):
        fixture.stop_core()
        keyring.restart(False)
        waiting = subprocess.Popen([fixture.program, "vault", "unlock", "--json"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=fixture.environment())
        wait_for(prompter.find, "a prompt on the screen")
        check(waiting.poll() is None, "it waits for the person")
        fixture.run("lists")  # and nothing else does
        if is_answered:
            prompter.answer("type", "--delay", "20", keyring.PASSWORD.decode())
        prompter.answer("key", "Return" if is_answered else "Escape")
        out, err = waiting.communicate(timeout=60)
        if is_answered:
            check(waiting.returncode == 0 and json.loads(out)["opened_by"] == KEYRING, out, err)
        else:
            check(waiting.returncode == 77 and b"was not unlocked" in err, waiting.returncode, out, err)
            wait_for(lambda: not prompter.find(), "the prompt to go")


def asked_at_the_making(fixture):
    """The keyring asks before it takes a key: yes makes the slot, no makes none"""
    bus = Bus(fixture)
    fake = FakeKeyring(bus)
    add_account(fixture)
    fake.start("locked", "dismiss")
    refused = fixture.run("vault", "add", KEYRING, status=77)
    check(status(fixture)["slots"] == [KEY_FILE], refused)
    fake.start("no-default", "dismiss")
    fixture.run("vault", "add", KEYRING, status=77)
    check(status(fixture)["slots"] == [KEY_FILE], status(fixture))
    fake.start("lie=store")
    refused = fixture.run("vault", "add", KEYRING, status=77)
    check("something else" in refused.err and status(fixture)["slots"] == [KEY_FILE], refused)
    fake.start("no-default", "accept=0.5")
    fixture.run("vault", "add", KEYRING)
    fixture.run("vault", "remove", KEY_FILE)
    said = anew(fixture)
    check(said["slots"] == [KEYRING] and said["opened_by"] == KEYRING and "recovery passphrase" in said["text"], said)


def talk(fixture, words, *lines):
    """At a terminal: each line is (what is waited for, what is typed then). Returns: the exit status, and all that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(fixture.program, [fixture.program, *words], {**fixture.environment(), "TERM": "dumb"})
    shown, left, is_open = b"", list(lines), True
    while is_open:
        try:
            some = os.read(terminal, 4096)
        except OSError:  # Linux says so when the other end is closed
            some = b""
        is_open, shown = some != b"", shown + some
        if left and left[0][0].encode() in shown.rpartition(b"\0")[2]:
            os.write(terminal, left.pop(0)[1].encode())
            shown += b"\0"  # what was asked for is not found again
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.replace(b"\0", b"").decode(errors="replace")


def offered(fixture):
    """At a terminal a recovery passphrase is offered when the keyring gets its key, and can be left away; neither is shown"""
    bus = Bus(fixture)
    FakeKeyring(bus).start()
    add_account(fixture)
    code, shown = talk(fixture, ["vault", "add", KEYRING], ("[y/N]", "n\n"))
    check(code == 0 and "no recovery passphrase" in shown and "vault remove key-file" in shown, code, shown)
    check(status(fixture)["slots"] == [KEY_FILE, KEYRING], status(fixture))
    fixture.run("vault", "remove", KEYRING)
    code, shown = talk(fixture, ["vault", "add", KEYRING], ("[y/N]", "y\n"), ("passphrase of the vault:", PASSPHRASE), ("(again):", PASSPHRASE))
    check(code == 0 and PASSPHRASE.strip() not in shown, code, shown)
    check(status(fixture)["slots"] == [KEY_FILE, KEYRING, WORDS], status(fixture))
    fixture.run("vault", "remove", KEY_FILE)
    fixture.stop_core()
    said = fixture.json("vault", "unlock", "--password-file", "-", stdin=PASSPHRASE)
    check(said["state"] == "open", said)


def key_in_no_file(fixture):
    """What the keyring has stands in no file of ours, no log and no environment, in whatever form; control: it is found where the fake keyring keeps it"""
    bus = Bus(fixture)
    fake = FakeKeyring(bus)
    fake.start()
    make_kept(fixture, fake)
    check(anew(fixture)["opened_by"] == KEYRING, status(fixture))
    fixture.run("vault", "change", KEYRING)
    kept = os.path.join(fixture.folder, "fake-items.json")
    with open(kept, encoding="utf-8") as file:
        keys = [bytes.fromhex(item["secret"]) for item in json.load(file).values()]
    check(len(keys) == 1 and len(keys[0]) == 32, keys)
    forms = [keys[0], keys[0].hex().encode(), keys[0].hex().upper().encode(), base64.b64encode(keys[0]).rstrip(b"="), keys[0][::-1]]

    def holds(path):
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError: # a socket, or closed to us
            return False
        return any(form in content for form in forms)

    check(holds(kept), "control: the search finds it")
    ours = [os.path.join(folder, name) for top in (fixture.home, fixture.home + ".state") for folder, _, names in os.walk(top) for name in names]
    ours += [f"/proc/{fixture.core()}/{name}" for name in ("environ", "cmdline")]
    check(len(ours) > 5 and not any(holds(path) for path in ours), [path for path in ours if holds(path)])
    check(not any(form.decode(errors="replace") in text for form in forms[1:4] for text in fixture.seen), "nor was it said")


def lies(fixture):
    """Answers of another type, what is no key, a crowd of items, a bus that hangs up: locked, one sentence, and core goes on"""
    bus = Bus(fixture)
    fake = FakeKeyring(bus)
    fake.start()
    make_kept(fixture, fake)
    for words in (["lie=search"], ["lie=session"], ["lie=secret"], ["lie=crowd"], ["drop"], ["locked", "lie=unlock"]):
        fixture.stop_core()
        fake.start(*words)
        refused = fixture.run("vault", "unlock", status=None)
        check(refused.status in (69, 77) and len(refused.err.strip().splitlines()) <= 2, words, refused)
        said = status(fixture)
        check(said["state"] == "locked" and said["slots"] == [KEYRING, WORDS], words, said)
        fixture.run("lists")
    fake.start()
    check(anew(fixture)["opened_by"] == KEYRING, "control: it opens when nobody lies", status(fixture))


def another_key(fixture):
    """A key that somebody wrote over: locked, and said to be another one's"""
    bus = Bus(fixture)
    fake = FakeKeyring(bus)
    fake.start()
    make_kept(fixture, fake)
    fixture.stop_core()
    kept = os.path.join(fixture.folder, "fake-items.json")
    with open(kept, encoding="utf-8") as file:
        items = json.load(file)
    for item in items.values():
        item["secret"] = "0" * 64
    with open(kept, "w", encoding="utf-8") as file:
        json.dump(items, file)
    fake.start()
    refused = fixture.run("vault", "unlock", status=77)
    check("not the key of this one" in refused.err and status(fixture)["state"] == "locked", refused)


# --- systemd's credential ---

def credentials(fixture):
    """By LoadCredential=: used at the start without a word, locked without it, refused where it is short or others can read it"""
    folder = os.path.join(fixture.folder, "credentials")
    os.mkdir(folder, 0o700)
    path = os.path.join(folder, "postrider-vault")
    add_account(fixture)
    refused = fixture.run("vault", "add", CREDENTIALS, status=66)
    check("LoadCredential=postrider-vault" in refused.err, refused)
    fixture.stop_core()
    fixture.extra["CREDENTIALS_DIRECTORY"] = folder
    for content, mode in ((b"short", 0o400), (os.urandom(5000), 0o400), (os.urandom(32), 0o444)):
        with open(path, "wb") as out:
            out.write(content)
        os.chmod(path, mode)
        fixture.run("vault", "add", CREDENTIALS, status=77 if mode == 0o444 else 78)
        os.chmod(path, 0o600)
    os.chmod(path, 0o400)
    said = fixture.json("vault", "add", CREDENTIALS)
    check(said["slots"] == [KEY_FILE, CREDENTIALS] and said["tier"] == KEY_FILE, said)
    said = fixture.json("vault", "remove", KEY_FILE)
    check(said["slots"] == [CREDENTIALS] and said["tier"] == CREDENTIALS, said)
    fixture.stop_core()
    said = status(fixture)
    check(said["state"] == "open" and said["opened_by"] == CREDENTIALS and is_readable(fixture), said)
    fixture.stop_core()
    fixture.extra.pop("CREDENTIALS_DIRECTORY")
    said = status(fixture)
    check(said["state"] == "locked" and "credential" in said["text"] and not is_readable(fixture), said)


# --- slots of every kind ---

def never_the_last(fixture):
    """The last slot stays, and so does one behind which nothing opens the vault now"""
    add_account(fixture)
    fixture.run("vault", "remove", KEY_FILE, status=64)
    fixture.run("vault", "remove", KEYRING, status=66)
    fixture.run("vault", "remove", "garlic", status=64)
    fixture.run("vault", "add", "garlic", status=64)
    fixture.run("vault", "add", KEY_FILE, status=64)
    fixture.run("vault", "change", WORDS, "--password-file", "-", stdin=PASSPHRASE, status=66)
    fixture.run("vault", "add", WORDS, "--password-file", "-", stdin=PASSPHRASE)
    os.rename(key_path(fixture), key_path(fixture) + ".away")
    refused = fixture.run("vault", "remove", WORDS, status=64)
    check("nothing else opens the vault now" in refused.err and status(fixture)["slots"] == [KEY_FILE, WORDS], refused)
    os.rename(key_path(fixture) + ".away", key_path(fixture))
    said = fixture.json("vault", "remove", WORDS)
    check(said["slots"] == [KEY_FILE], said)
    fixture.run("vault", "change", KEY_FILE)
    check(anew(fixture)["opened_by"] == KEY_FILE and is_readable(fixture), status(fixture))


def old_ways(fixture):
    """vault protect, and back: as before there were slots"""
    add_account(fixture)
    fixture.run("vault", "protect", "--password-file", "-", stdin=PASSPHRASE)
    check(status(fixture)["slots"] == [WORDS], status(fixture))
    fixture.stop_core()
    check(status(fixture)["state"] == "locked", status(fixture))
    fixture.run("vault", "unlock", "--password-file", "-", stdin="another one\n", status=77)
    fixture.run("vault", "unlock", "--password-file", "-", stdin=PASSPHRASE)
    fixture.run("vault", "protect", "--remove")
    check(anew(fixture)["slots"] == [KEY_FILE] and is_readable(fixture), status(fixture))


# --- kills ---

KILLS = [("core-keyring-asked", "add"), ("core-keyring-stored", "add"), ("core-vault-written", "add"), ("core-vault-renamed", "add"), ("core-keyring-slotted", "add"),
         ("core-keyring-stored", "change"), ("core-vault-written", "change"), ("core-vault-renamed", "change"), ("core-keyring-slotted", "change"),
         ("core-vault-written", "remove"), ("core-vault-renamed", "remove"), ("core-keyring-slotted", "remove")]
KEY_FILE_KILLS = ["core-vault-key-made", "core-vault-written", "core-vault-renamed", "core-vault-key-sealed"]


def need_kill_points(fixture):
    with open(os.path.join(fixture.build, "meson-info/intro-buildoptions.json"), encoding="utf-8") as file:
        if not next(option["value"] for option in json.load(file) if option["name"] == "kill-points"):
            raise Skip("this build has no kill points (-Dkill-points=true)")


def kill_at(fixture, point, *words):
    """Core, at the first time that it comes by while the command runs."""
    fixture.stop_core()
    fixture.extra["POSTRIDER_KILL"] = point + ":1"
    result = fixture.run(*words, status=None)
    fixture.extra.pop("POSTRIDER_KILL")
    check(result.status != 0, f"core was to be killed at {point}", result)
    return result


def killed_with_a_keyring(fixture):
    """Core killed at each step of a change of the keyring's slot: the old vault opens until the new one is on the disk, and then that"""
    need_kill_points(fixture)
    bus = Bus(fixture)
    GnomeKeyring(bus)
    add_account(fixture)
    for point, verb in KILLS:
        if verb != "add" and KEYRING not in status(fixture)["slots"]:
            fixture.run("vault", "add", KEYRING)
        if verb == "add" and KEYRING in status(fixture)["slots"]:
            fixture.run("vault", "remove", KEYRING)
        kill_at(fixture, point, "vault", verb, KEYRING)
        said = status(fixture)
        check(said["state"] == "open" and said["slots"] in ([KEY_FILE], [KEY_FILE, KEYRING]) and is_readable(fixture), point, verb, said)
        if KEYRING in said["slots"]: # it is one that opens, too
            row = doctor_rows(fixture, "vault: keyring")[0]
            check(row["state"] == "ok", point, verb, row)
        check(not os.path.exists(os.path.join(fixture.home, "vault.part")) or status(fixture)["state"] == "open", point)


def killed_with_a_key_file(fixture):
    """Core killed at each step of a change of the key file: one of the two opens the vault, and the other is gone in the end"""
    need_kill_points(fixture)
    add_account(fixture)
    for point in KEY_FILE_KILLS:
        kill_at(fixture, point, "vault", "change", KEY_FILE)
        said = status(fixture)
        check(said["state"] == "open" and said["opened_by"] == KEY_FILE and is_readable(fixture), point, said)
        fixture.run("vault", "change", KEY_FILE)
        check(anew(fixture)["opened_by"] == KEY_FILE and is_readable(fixture), point, status(fixture))
        check(not os.path.exists(key_path(fixture) + ".next"), point, os.listdir(fixture.home + ".state"))


CASES = [whole_way, locked, by_itself, absent, wiped, late, too_late, asked, asked_by_gnome, asked_at_the_making, offered, key_in_no_file, lies, another_key, credentials, never_the_last, old_ways,
         killed_with_a_keyring, killed_with_a_key_file]

if __name__ == "__main__":
    sys.exit(run_cases(CASES, __doc__))
