#!/usr/bin/python3
"""bad-input.py BUILD [WORD…]: what people get wrong, what machines get wrong. One sentence that says what, where and what to do; the right exit
status; nothing half done; no assertion, critical or backtrace (fixture.py looks for those behind each case)."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import zipfile

import fixture as fixture_module
from fixture import Judge, Skip, check, need, make_certificate, make_foreign, run_cases, trust, wait_for

GOOD_CSV = "name,email\nAnn,ann@example.net\nBob,bob@example.net\n"
# name of the row, command, exit status, words that stderr must hold (regular expressions), content of the file `input`
TABLE = [
    # --- commands ---
    ("no command", [], 64, [], None),
    ("an unknown command, nearly right", ["acount", "list"], 64, ["account list"], None),
    ("an unknown command, nothing like it", ["fly"], 64, ["no command", "--help"], None),
    ("half a command", ["campaign"], 64, ["list", "resume"], None),
    ("an unknown option, nearly right", ["send", "--accuont", "x"], 64, ["--account"], None),
    ("an option without its value", ["import", "input", "--list"], 64, ["--list"], GOOD_CSV),
    ("an option twice", ["import", "input", "--list", "a", "--list", "b"], 64, ["twice|--list"], GOOD_CSV),
    ("a number that is none", ["campaign", "show", "x1"], 64, ["x1"], None),
    ("too many words", ["campaign", "show", "1", "2"], 64, ["2"], None),
    ("octets that are no UTF-8", ["contact", "find", b"\xff\xfe"], 64, ["UTF-8"], None),
    # --- files ---
    ("no such file", ["import", "nowhere.csv", "--list", "x"], 66, ["nowhere.csv"], None),
    ("a folder", ["import", ".", "--list", "x"], 66, [r"\."], None),
    ("an empty file", ["import", "input", "--list", "x"], 65, ["empty|no row|nothing"], ""),
    ("a header and no row", ["import", "input", "--list", "x"], None, [], "name,email\n"),
    ("an old .xls", ["import", "input", "--list", "x"], 65, ["xls"], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ("a PDF", ["import", "input", "--list", "x"], 65, ["PDF|pdf"], b"%PDF-1.7\n" + bytes(range(256)) * 4),
    ("a picture", ["import", "input", "--list", "x"], 65, ["."], b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4),
    ("a torn .xlsx", ["import", "input", "--list", "x"], 65, ["."], b"PK\x03\x04" + bytes(200)),
    ("noise", ["import", "input", "--list", "x"], 65, ["."], bytes((i * 7919 + i // 3) % 256 for i in range(5000))),
    ("an encoding that nobody knows", ["import", "input", "--list", "x", "--encoding", "klingon-1"], None, ["klingon"], GOOD_CSV),
    ("a column that is not there", ["import", "input", "--list", "x", "--map", "email=Post box"], 64, ["Post box", "name, email"], GOOD_CSV),
    ("a map that is none", ["import", "input", "--list", "x", "--map", "nonsense"], 64, ["map"], GOOD_CSV),
    ("no list named", ["import", "input"], 64, ["--list"], GOOD_CSV),
    ("a region that is none", ["import", "input", "--list", "x", "--region", "ZZZ"], None, ["ZZZ|region|country"], GOOD_CSV),
    ("rejects into a folder that is not there", ["import", "input", "--list", "x", "--rejects", "no/where.csv"], None, ["no/where.csv"], GOOD_CSV),
    ("columns without an address", ["import", "input", "--list", "x"], 65, ["mail"], "colour,shape\nred,round\nblue,square\n"),
    # --- names of things ---
    ("no such list", ["list", "show", "nobody"], 66, ["nobody"], None),
    ("no such list to export", ["list", "export", "nobody"], 66, ["nobody"], None),
    ("no such account", ["account", "test", "nobody"], None, ["nobody"], None),
    ("no such account to remove", ["account", "remove", "nobody"], None, ["nobody"], None),
    ("no such campaign", ["campaign", "show", "77"], 66, ["77"], None),
    ("no such campaign to pause", ["campaign", "pause", "77"], 66, ["77"], None),
    ("no such campaign to resume", ["campaign", "resume", "77"], 66, ["77"], None),
    ("no such campaign to export", ["campaign", "export", "77"], 66, ["77"], None),
    ("no such template", ["template", "show", "nobody"], 66, ["nobody"], None),
    ("no such person", ["contact", "show", "nobody@example.net"], None, ["nobody@example.net"], None),
    ("no such person to forget", ["contact", "forget", "nobody@example.net", "--yes"], None, ["nobody@example.net"], None),
    ("a pattern that stands for nobody, suppressed", ["suppress", "add", "ann*@example.net"], 65, [r"\*@example.org"], None),
    ("a whole top-level domain, suppressed", ["suppress", "add", "*.net"], 65, ["dot"], None),
    ("an address that is none, suppressed", ["suppress", "add", "not an address"], None, ["not an address"], None),
    # --- accounts ---
    ("a password on the command line", ["account", "add", "a", "ann@example.org", "--host", "h.example", "--password", "x"], 64, ["--password-file"], None),
    ("a password in the URL", ["account", "add", "a", "ann@example.org", "smtp://ann:secret@h.example"], 64, ["password"], None),
    ("no TLS beyond this machine", ["account", "add", "a", "ann@example.org", "--host", "h.example", "--tls", "none", "--no-password"], 64, ["--insecure"], None),
    ("no login beyond this machine", ["account", "add", "a", "ann@example.org", "--host", "h.example", "--user", ""], 64, ["--insecure"], None),
    ("a provider that nobody knows", ["account", "add", "a", "ann@nobody.example", "--no-password"], 64, ["--host"], None),
    ("an address that is none", ["account", "add", "a", "ann", "--host", "h.example", "--no-password"], 65, ["address"], None),
    ("a port too high", ["account", "add", "a", "ann@example.org", "--host", "h.example", "--port", "70000", "--no-password"], 64, ["65535"], None),
    ("no terminal to ask for a password", ["account", "add", "a", "ann@example.org", "--host", "h.example"], 64, ["--password-file"], None),
    ("an empty password file", ["account", "add", "a", "ann@example.org", "--host", "h.example", "--password-file", "input"], 65, ["empty"], "\n"),
    ("a password command that fails", ["account", "add", "a", "ann@example.org", "--host", "h.example", "--password-command", "false"], 69, ["command"], None),
    ("a pin that is none", ["account", "add", "a", "ann@example.org", "--host", "h.example", "--pin", "abc", "--no-password"], 64, ["64"], None),
]
SEND = ["send", "--account", "work", "--list", "people"]
MAIL = ["--subject", "Hello {{name}}", "--text", "letter.txt"]
# with an account, a list and a letter there
SEND_TABLE = [
    ("no terminal and no --yes", [*SEND, *MAIL], 64, ["--yes"]),
    ("no account named", ["send", "--list", "people", *MAIL, "--yes"], 64, ["--account"]),
    ("an account that is not there", ["send", "--account", "nobody", "--list", "people", *MAIL, "--yes"], 67, ["nobody"]),
    ("a list that is not there", ["send", "--account", "work", "--list", "nobody", *MAIL, "--yes"], 66, ["nobody"]),
    ("a list without people", ["send", "--account", "work", "--list", "empty", "--subject", "Hi", "--text", "plain.txt", "--yes"], 66, ["nobody"]),
    ("a filter that nobody passes", [*SEND, *MAIL, "--where", "town=Nowhere", "--yes"], 66, ["nobody"]),
    ("a field that nobody has", [*SEND, "--subject", "Hi {{nmae}}", "--text", "letter.txt", "--yes"], 65, ["nmae", "subject", "line 1", "column 4"]),
    ("a field in the sender", [*SEND, *MAIL, "--from", "{{name}} <ann@example.org>", "--yes"], 65, ["--from", "column 1"]),
    ("a field that nobody has, to choose by", [*SEND, *MAIL, "--where", "twon=Bonn", "--yes"], 65, ["twon", "did you mean “town”"]),
    ("at most nobody", [*SEND, *MAIL, "--limit", "0", "--yes"], 66, ["nobody"]),
    ("a look at no message", [*SEND, *MAIL, "--preview", "0", "--yes"], 64, ["--preview", "from 1"]),
    ("except no campaign", [*SEND, *MAIL, "--except", "0", "--yes"], 64, ["--except", "from 1"]),
    ("a way to leave that is not there", [*SEND, "--subject", "Hi {{unsubscribe}}", "--text", "letter.txt", "--yes"], 65, ["unsubscribe address", "column 4"]),
    ("a template that does not end", [*SEND, "--subject", "Hi {{name", "--text", "letter.txt", "--yes"], 65, ["line 1", "subject"]),
    ("a section that does not end", [*SEND, "--subject", "Hi", "--text", "broken.txt", "--yes"], 65, ["line 3", "town"]),
    ("a section that ends otherwise", [*SEND, "--subject", "Hi", "--text", "crossed.txt", "--yes"], 65, ["line 2"]),
    ("a letter that is not there", [*SEND, "--subject", "Hi", "--text", "nowhere.txt", "--yes"], 66, ["nowhere.txt"]),
    ("an attachment that is not there", [*SEND, *MAIL, "--attach", "nowhere.pdf", "--yes"], 66, ["nowhere.pdf"]),
    ("a picture that is not there", [*SEND, "--subject", "Hi", "--html", "picture.html", "--yes"], 66, ["nowhere.png"]),
    ("a folder as attachment", [*SEND, *MAIL, "--attach", ".", "--yes"], None, [r"\."]),
    ("a rate that is none", [*SEND, *MAIL, "--rate", "fast", "--yes"], 64, ["fast"]),
    ("a rate of nothing", [*SEND, *MAIL, "--rate", "0/min", "--yes"], 64, ["0"]),
    ("a rate without a unit", [*SEND, *MAIL, "--rate", "30/fortnight", "--yes"], 64, ["fortnight"]),
    ("a where that is none", [*SEND, *MAIL, "--where", "town", "--yes"], 64, ["FIELD=VALUE"]),
    ("a from that is none", [*SEND, *MAIL, "--from", "not an address", "--yes"], 65, ["not an address|From|from"]),
    ("a from with a header in it", [*SEND, *MAIL, "--from", "Ann\r\nBcc: eve@example.com <ann@example.org>", "--yes"], 65, ["."]),
    ("a way to leave that is none", [*SEND, *MAIL, "--unsubscribe", "ftp://example.org", "--yes"], None, ["unsubscribe|https"]),
    ("except a campaign that is not there", [*SEND, *MAIL, "--except", "77", "--yes"], 66, ["77"]),
    ("per nothing known", [*SEND, *MAIL, "--per", "fixture", "--yes"], 64, ["person"]),
    ("output without a dry run", [*SEND, *MAIL, "-o", "out", "--yes"], 64, ["--dry-run"]),
    ("a saved template that is not there", [*SEND, "--template", "nobody", "--yes"], 66, ["nobody"]),
    ("a template saved with a mistake", ["template", "save", "t", "--subject", "Hi {{#a}}", "--text", "letter.txt"], 65, ["line 1"]),
]


def try_rows(fixture, rows, act):
    failures = []
    for name, words, status, patterns, *more in rows:
        result = act(words, *more)
        wrong = [] if status is None and result.status not in (0, 1) or result.status == status else [f"status should be {status}"]
        wrong += [f"stderr lacks {pattern!r}" for pattern in patterns if not re.search(pattern, result.err, re.I)]
        wrong += ["more than a sentence or two"] if len(result.err.strip().splitlines()) > 3 else []
        wrong += ["no words at all"] if not result.err.strip() and result.status != 0 else []
        if wrong:
            failures.append(f"{name}: {'; '.join(wrong)}: {result}")
    check(not failures, *failures)


def words_without_anything(fixture):
    """Commands, files, names and accounts that are wrong: status, words, and nothing is there afterwards"""

    def act(words, content):
        if content is not None:
            fixture.write("input", content)
        return run_raw(fixture, words)

    rows = [row for row in TABLE if row[0] not in ("a header and no row", "no command")]
    try_rows(fixture, rows, act)
    check(fixture.json("lists")["lists"] == [], "a list was left behind:", fixture.json("lists"))
    check(fixture.json("account", "list")["accounts"] == [], "an account was left behind")


def run_raw(fixture, words):
    """As Fixture.run(), for words that may be octets, and any status."""
    done = subprocess.run([fixture.program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=fixture.environment(),
                          cwd=fixture.folder, timeout=60, check=False)
    fixture.seen.append(done.stderr.decode(errors="replace"))
    return fixture_module.Result([str(word) for word in words], done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def words_of_sending(fixture):
    """What is wrong with a campaign is said before it is there"""
    judge = Judge(fixture)
    fixture.settle(judge.port, 3)
    fixture.write("input", "name,email\nX,x@example.net\n")
    fixture.run("import", "input", "--list", "empty")
    fixture.run("contact", "forget", "x@example.net", "--yes")
    fixture.write("plain.txt", "Hi\n")
    fixture.write("broken.txt", "one\ntwo\n{{#town}}three\n")
    fixture.write("crossed.txt", "{{#town}}\n{{/name}}\n")
    fixture.write("picture.html", "<p>Hi</p><img src='nowhere.png'>")
    try_rows(fixture, SEND_TABLE, lambda words: run_raw(fixture, words))
    check(fixture.json("campaign", "list")["campaigns"] == [], "a campaign was left behind:", fixture.json("campaign", "list"))
    check(judge.record() == [], "mail went out")


def an_encoding_that_it_is_not(fixture):
    """--encoding is believed; a value that is no text in it is left out and reported, never stored as something else"""
    fixture.write("input", "name,email\nJürgen,j@example.net\n".encode("latin-1"))
    result = fixture.run("import", "input", "--list", "x", "--encoding", "utf-8", "--rejects", "rejects.csv")
    check("--encoding" in result.out + result.err, result)
    with open(os.path.join(fixture.folder, "rejects.csv"), encoding="utf-8") as file:
        check("2,name: bad-encoding" in file.read(), "the report does not say which value")
    check(fixture.json("contact", "find", "j@example.net")["people"][0]["name"] == "", fixture.json("contact", "find", "j@example.net"))


def an_ods_and_a_docx(fixture):
    """Zip files that are other things than a workbook say so"""
    for name, inside in (("people.ods", "content.xml"), ("people.docx", "word/document.xml"), ("people.zip", "people.csv")):
        with zipfile.ZipFile(os.path.join(fixture.folder, name), "w") as archive:
            archive.writestr(inside, "<x/>")
        result = run_raw(fixture, ["import", name, "--list", "x"])
        check(result.status == 65 and re.search("xlsx|csv|unpack it", result.err, re.I), result)


def a_host_that_is_not_there(fixture):
    """A name that does not resolve: the test says so, a campaign waits and uses up no attempt"""
    fixture.run("account", "add", "work", "office@example.org", "--host", "mail.nowhere.invalid", "--port", "587", "--user", "", "--insecure")
    result = run_raw(fixture, ["account", "test", "work"])
    check(result.status in (68, 69) and "mail.nowhere.invalid" in result.err + result.out, result)
    fixture.import_people(2)
    fixture.write("letter.txt", "Hi {{name}}\n")
    campaign = fixture.detach()
    numbers = fixture.wait(campaign, "waiting")
    check(numbers["reason"] == "network" and "mail.nowhere.invalid" in numbers["text"], numbers)
    check(all(row["attempts"] == "0" for row in fixture.export(campaign)), fixture.export(campaign))
    fixture.run("campaign", "cancel", campaign)


def a_port_that_refuses(fixture):
    """Nobody listens: waiting, with host and port in words"""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    fixture.settle(port, 2)
    result = run_raw(fixture, ["account", "test", "work"])
    check(result.status == 69 and str(port) in result.err + result.out, result)
    campaign = fixture.detach()
    numbers = fixture.wait(campaign, "waiting")
    check(numbers["reason"] == "network" and str(port) in numbers["text"], numbers)
    fixture.run("campaign", "cancel", campaign)


def a_wrong_password(fixture):
    """535: the campaign pauses with the server's words, exit status 75; the right password, and it goes on"""
    judge = Judge(fixture, "--user", "ann", "--password", "right")
    fixture.write("password", "wrong\n")
    fixture.run("account", "add", "work", "office@example.org", "--host", "127.0.0.1", "--port", judge.port, "--tls", "none", "--user", "ann", "--password-file",
              "password")
    fixture.import_people(3)
    fixture.write("letter.txt", "Hi {{name}}\n")
    result = run_raw(fixture, fixture.send_words())
    check(result.status == 75 and "535" in result.out + result.err and "resume" in result.out + result.err, result)
    numbers = fixture.show()
    check(numbers["state"] == "paused" and numbers["reason"] == "login" and numbers["queued"] == 3, numbers)
    fixture.write("password", "right\n")
    fixture.run("account", "remove", "work", status=None)  # refused: a campaign of it is open
    check(len(fixture.json("account", "list")["accounts"]) == 1, "an account with an open campaign was removed")
    fixture.run("account", "password", "work", "--password-file", "password")
    fixture.run("campaign", "resume", 1)
    check(fixture.wait(1, "done", "paused")["accepted"] == 3, fixture.show())
    fixture.stop_core()
    check(fixture.json("account", "test", "work", status=None)["logged_in"], "the right password was not kept")


def certificates(fixture):
    """Expired, and of nobody: nothing goes out, and the reason is in words"""
    expired = Judge(fixture, "--tls-cert", make_certificate(os.path.join(fixture.folder, "old"), "expired"), name="expired")
    fixture.run("account", "add", "work", "office@example.org", "--host", "localhost", "--port", expired.port, "--user", "")
    fixture.import_people(2)
    fixture.write("letter.txt", "Hi {{name}}\n")
    numbers = fixture.send(status=75)
    check(numbers["state"] == "paused" and numbers["reason"] == "certificate", numbers)
    check("expired" in numbers["text"] or "trusted" in numbers["text"], numbers)
    check(expired.record() == [], "mail went out")


def certificates_of_a_known_authority(fixture):
    """Where the CA is known: a good one needs no pin; an expired one and one of another host stop everything, with the reason in words"""
    folder = os.path.join(fixture.folder, "tls")
    judges = {"good": Judge(fixture, "--tls-cert", make_certificate(folder), name="good"),
              "elsewhere": Judge(fixture, "--tls-cert", make_foreign(fixture, folder, "elsewhere", "elsewhere.example", 5), name="elsewhere"),
              "old": Judge(fixture, "--tls-cert", make_foreign(fixture, folder, "old", "localhost", -1), name="old")}
    trust(fixture, folder + "/ca.pem")
    fixture.import_people(2)
    fixture.write("letter.txt", "Hi {{name}}\n")
    for name, words in (("good", None), ("old", "expired"), ("elsewhere", "does not name localhost")):
        fixture.run("account", "add", name, "office@example.org", "--host", "localhost", "--port", judges[name].port, "--tls", "starttls", "--user", "")
        send = fixture.send_words()
        send[send.index("work")] = name
        numbers = fixture.json(*send, status=75 if words else 0)
        check(numbers["accepted"] == (0 if words else 2), name, numbers)
        check(not words or numbers["state"] == "paused" and words in numbers["text"], name, numbers)
        check(len(judges[name].record()) == (0 if words else 2), name)


def twice_with_one_key(fixture):
    """--once: whoever asks again is told how that campaign stands, by words, JSON and status; whoever asks for something else with the key has it wrong"""
    judge = Judge(fixture)
    fixture.settle(judge.port, 2)
    fixture.import_people(1, "others", first=7)
    fixture.add_account(judge.port, "second")
    fixture.write("other.txt", "Another letter\n")
    fixture.write("plan.txt", "the plan")
    fixture.send("--once", "spring")
    result = run_raw(fixture, fixture.send_words("--once", "spring"))
    check(result.status == 0 and "spring" in result.err and "Campaign 1" in result.err and result.out == "", result)
    found = fixture.run(*fixture.send_words("--once", "spring"), "--json").lines()
    check(len(found) == 1 and found[0] == {"campaign": 1, "schema": 1, "already": True, "state": "done"}, found)
    for more in (["--list", "others"], ["--account", "second"], ["--text", "other.txt"], ["--attach", "plan.txt"]):
        result = run_raw(fixture, [*replaced(fixture.send_words("--once", "spring"), more)])
        check(result.status == 65 and "campaign 1" in result.err, result)
    campaign = fixture.detach("--once", "summer", "--rate", "1/min")
    check(fixture.json("campaign", "pause", campaign)["state"] == "paused", fixture.show(campaign))
    found = fixture.run(*fixture.send_words("--once", "summer"), "--json", status=75).lines()
    check(found == [{"campaign": int(campaign), "schema": 1, "already": True, "state": "paused"}], found)
    fixture.run("campaign", "cancel", campaign)
    fixture.run(*fixture.send_words("--once", "summer"), status=1)
    check(len(fixture.json("campaign", "list")["campaigns"]) == 2, fixture.json("campaign", "list"))


def replaced(words, more):
    """The words, with the option `more` in the place of the one of its name."""
    found = words.index(more[0]) if more[0] in words else len(words)
    return [*words[:found], *more, *words[found + 2:]]


def a_second_core(fixture):
    """Started by hand twice: the second one leaves with a sentence"""
    fixture.run("lists")
    done = subprocess.run([os.path.join(fixture.build, "src/core/postrider-core")], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=fixture.environment(), timeout=30, check=False)
    check(done.returncode == 75, done)
    check("at work" in done.stderr.decode() + fixture.log(), done.stderr, fixture.log())
    fixture.run("lists")


def a_stale_socket(fixture):
    """core.sock of a core that was killed is no obstacle"""
    fixture.run("lists")
    fixture.stop_core(signal.SIGKILL)
    check(os.path.exists(os.path.join(fixture.home, "core.sock")), "no socket was left")
    fixture.run("lists")


def a_file_as_home(fixture):
    """POSTRIDER_HOME is a file"""
    fixture.home = fixture.write("file", "x")
    result = run_raw(fixture, ["lists"])
    check(result.status == 73 and "POSTRIDER_HOME" in result.err, result)


def a_read_only_home(fixture):
    """A folder that cannot be written, as an ordinary user"""
    need("root", "setpriv")
    os.mkdir(fixture.home, 0o700)
    os.chmod(fixture.folder, 0o755)
    os.chown(fixture.home, 65534, 65534)
    os.chmod(fixture.home, 0o500)
    fixture.move_programs() # the build folder may be closed to others
    result = fixture.run("lists", status=None, prefix=["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"], cwd="/")
    check(result.status == 73 and fixture.home in result.err, result)
    os.chmod(fixture.home, 0o700)
    os.chown(fixture.home, 0, 0)


def a_home_of_another(fixture):
    """The folder belongs to somebody else"""
    need("root")
    os.mkdir(fixture.home, 0o755)
    os.chown(fixture.home, 65534, 65534)
    result = run_raw(fixture, ["lists"])
    check(result.status == 77 and "another user" in result.err, result)


def a_store_of_noise(fixture):
    """store.db is no database: a sentence, and the file is left as it is"""
    os.mkdir(fixture.home, 0o700)
    noise = bytes((i * 31) % 251 for i in range(8192))
    with open(os.path.join(fixture.home, "store.db"), "wb") as out:
        out.write(noise)
    result = run_raw(fixture, ["lists"])
    check(result.status in (65, 74, 78) and "store.db" in result.err, result)
    with open(os.path.join(fixture.home, "store.db"), "rb") as file:
        check(file.read() == noise, "what could not be read was changed")


def a_vault_of_noise(fixture):
    """A vault that cannot be read is never wiped: a sentence, and the file is left as it is"""
    fixture.write("password", "secret\n")
    add = ["account", "add", "work", "office@example.org", "--host", "127.0.0.1", "--port", "9", "--tls", "none", "--user", "ann", "--password-file", "password"]
    fixture.run(*add)
    fixture.stop_core()
    vaults = [name for name in os.listdir(fixture.home) if name.startswith("vault")]
    check(len(vaults) == 1, os.listdir(fixture.home))
    path = os.path.join(fixture.home, vaults[0])
    with open(path, "r+b") as file:
        file.seek(40)
        file.write(b"\xff" * 60)
        file.seek(0)
        before = file.read()
    result = run_raw(fixture, ["lists"])
    check(result.status not in (0, 1) and path in result.err and "left as it is" in result.err, result)
    with open(path, "rb") as file:
        check(file.read() == before, "the vault was changed")


def a_vault_without_its_key(fixture):
    """The key file is gone: locked, never wiped; what needs a password says so"""
    judge = Judge(fixture, "--user", "ann", "--password", "secret")
    fixture.write("password", "secret\n")
    fixture.run("account", "add", "work", "office@example.org", "--host", "127.0.0.1", "--port", judge.port, "--tls", "none", "--user", "ann", "--password-file",
              "password")
    fixture.import_people(2)
    fixture.write("letter.txt", "Hi {{name}}\n")
    fixture.stop_core()
    state = fixture.home + ".state"
    keys = [os.path.join(state, name) for name in os.listdir(state) if "key" in name]
    check(keys, os.listdir(state))
    kept = keys[0] + ".away"
    os.rename(keys[0], kept)
    result = run_raw(fixture, fixture.send_words())
    check(result.status == 77 and re.search("vault|key", result.err), result)
    check(judge.record() == [], "mail went out")
    fixture.stop_core()
    os.rename(kept, keys[0])
    numbers = fixture.send()
    check(numbers["accepted"] == 2, numbers)


class SmallDisk:
    """A tmpfs in our own mount namespace would not be core's; so a real mount, taken away again."""

    def __init__(self, fixture, size):
        need("root")
        self.path = os.path.join(fixture.folder, "disk")
        os.mkdir(self.path)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", self.path], stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise Skip("no tmpfs can be mounted here: " + done.stderr.decode(errors="replace").strip())
        fixture.home = os.path.join(self.path, "home")
        fixture.servers.append(self)

    def fill(self):
        self.filler = os.path.join(self.path, "filler")
        with open(self.filler, "wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"x" * 4096)
            except OSError:
                pass

    def empty(self):
        os.unlink(self.filler)

    def stop(self):
        subprocess.run(["umount", "-l", self.path], check=False)


def a_full_disk_at_import(fixture):
    """The disk fills up in an import: a sentence, nothing of the file is there; with room, all of it"""
    disk = SmallDisk(fixture, "6m")
    fixture.run("lists")
    big = fixture.write("big.csv", "name,email,note\n" + "".join(f"P {i},p{i}@example.net,{'word ' * 40}\n" for i in range(30000)))
    result = run_raw(fixture, ["import", big, "--list", "big"])
    check(result.status == 74 and re.search("disk|space|full", result.err, re.I), result)
    lists = fixture.json("lists")["lists"]
    check(lists == [] or lists[0]["people"] == 0, lists)
    fixture.run("import", fixture.write("small.csv", GOOD_CSV), "--list", "small")
    check(fixture.json("lists")["lists"][0]["people"] == 2, fixture.json("lists"))
    disk.stop()


def a_full_disk_while_sending(fixture):
    """The disk fills up while mail goes out: it waits and says why; with room it goes on by itself, and nobody gets a second copy"""
    disk = SmallDisk(fixture, "8m")
    judge = Judge(fixture, "--delay-ms", "5")
    fixture.settle(judge.port, 200)
    campaign = fixture.detach("--rate", "20/s")
    wait_for(lambda: len(judge.record()) >= 10, "the first ten")
    disk.fill()
    numbers = fixture.wait(campaign, "waiting", "paused")
    check(numbers["reason"] in ("disk", "journal") and re.search("disk|space|full", numbers["text"], re.I), numbers)
    disk.empty()
    if numbers["state"] == "paused":
        fixture.run("campaign", "resume", campaign)
    numbers = fixture.wait(campaign, "done", patience_s=120)
    rows = fixture.export(campaign)
    judge.check_against(rows)
    check(numbers["accepted"] + numbers["unknown"] == 200 and numbers["unknown"] <= 40, numbers)


def no_output(fixture):
    """Standard output is full: not a success"""
    fixture.run("lists")
    fixture.import_people(2)
    with open("/dev/full", "wb") as full:
        done = subprocess.run([fixture.program, "list", "export", "people"], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                              env=fixture.environment(), timeout=60, check=False)
    check(done.returncode == 74 and b"written" in done.stderr, done)


CASES = [words_without_anything, words_of_sending, an_encoding_that_it_is_not, an_ods_and_a_docx, a_host_that_is_not_there, a_port_that_refuses, a_wrong_password, certificates, certificates_of_a_known_authority,
         twice_with_one_key, a_second_core, a_stale_socket, a_file_as_home, a_read_only_home, a_home_of_another, a_store_of_noise, a_vault_of_noise,
         a_vault_without_its_key, a_full_disk_at_import, a_full_disk_while_sending, no_output]

if __name__ == "__main__":
    sys.exit(run_cases(CASES, __doc__))
