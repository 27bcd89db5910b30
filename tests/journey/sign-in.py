#!/usr/bin/env python3
"""sign-in.py BUILD [WORD…]: accounts that sign in at their provider, from the command line to the last letter. The provider is npm's oidc-provider, which takes no
code twice, no wrong verifier and no refresh token twice (a second use of one takes the whole sign-in back); the mail server is npm's smtp-server,
which asks that provider whose each token is. Source: RFC 6749, 7009, 7636, 8252, 9207; Google's XOAUTH2 protocol."""
import glob
import json
import os
import pty
import re
import select
import signal
import socket
import sys
import time
import urllib.parse

import fixture as journey
from fixture import check, run_cases, wait_for

sys.dont_write_bytecode = True
sys.path.append(os.path.join(os.path.dirname(journey.HERE), "boundary/canary"))
import scan  # noqa: E402
from providers import ADDRESS, Fake, MailServer, Node, Provider, SignIn, install_providers, read_port  # noqa: E402


# --- a person ---

def add_words(fixture, provider, mail, name="work", **file):
    return ["account", "add", name, f"oauth:{ADDRESS}", "--provider", provider.write_file(fixture, mail.port, **file), "--client-id", "postrider"]


def sign_in(fixture, provider, *words):
    person = SignIn(fixture, *words)
    page = provider.browse(person.url)
    status, event = person.end()
    check(status == 0 and event["event"] == "signed-in", status, event, page)
    return page, event


def make_ready(fixture, access_s=3600, count=20):
    """A provider, a mail server, an account that is signed in, people and a letter."""
    provider = Provider(fixture, access_s)
    mail = MailServer(fixture, provider)
    sign_in(fixture, provider, *add_words(fixture, provider, mail))
    fixture.import_people(count)
    fixture.write("letter.txt", "Dear {{name}},\n\nsee you in {{town}}.\n")
    return provider, mail


def make_lenient(fixture, count):
    """The same at a provider that lets an old refresh token go on for a while."""
    fake = Fake(fixture, "microsoft", 60)
    mail = MailServer(fixture, fake)
    sign_in(fixture, fake, "account", "add", "work", f"outlook:{ADDRESS}", "--client-id", fake.said["client"]["id"], *fake.endpoints(mail))
    fixture.import_people(count)
    fixture.write("letter.txt", "Dear {{name}},\n\nsee you in {{town}}.\n")
    return fake, mail


def account(fixture, name="work"):
    return next(row for row in fixture.json("account", "list")["accounts"] if row["name"] == name)


def get(url, host=None, method="GET"):
    """One request as any program of this machine could make it. Returns: the status."""
    parts = urllib.parse.urlsplit(url)
    port = parts.port
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(f"{method} {target} HTTP/1.1\r\nHost: {host or parts.netloc}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while True:
            some = connection.recv(65536)
            if not some:
                break
            answer += some
    return int(answer.split(b" ", 2)[1]) if answer else 0


# --- the cases ---

def whole_way(fixture):
    """Add, sign in, a campaign by XOAUTH2, the account as it is listed, sign out: the provider has taken it back"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    person = SignIn(fixture, *add_words(fixture, provider, mail))
    check(re.fullmatch(r"http://localhost:\d+/", person.redirect), person.opened)
    check("code_challenge_method=S256" in person.url and "state=" in person.url, person.url)
    page = provider.browse(person.url)
    status, event = person.end()
    check(status == 0 and event["event"] == "signed-in" and event["address"] == ADDRESS and event["expires"], status, event)
    check(page["status"] == 200 and "script" not in page["text"], page)
    check(page["headers"]["cache-control"] == "no-store" and page["headers"]["referrer-policy"] == "no-referrer", page["headers"])
    row = account(fixture)
    check(row["kind"] == "oauth" and row["via"] == "smtp" and row["signed_in"] is True and row["expires"] and "send" in row["scope"] and row["endpoints"] == {}, row)
    fixture.import_people(20)
    fixture.write("letter.txt", "Dear {{name}},\n\nsee you in {{town}}.\n")
    numbers = fixture.send()
    check(numbers["accepted"] == 20, numbers)
    check(mail.recipients() == sorted(f"person{i}@example.net" for i in range(1, 21)), mail.recipients())
    said = fixture.json("account", "sign-out", "work")
    check(said["revoked"] == "yes", said)
    check(account(fixture)["signed_in"] is False and account(fixture)["state"] == "signed-out", account(fixture))
    again = fixture.run(*fixture.send_words(), status=77)
    check("account sign-in work" in again.err, again)


def denied(fixture):
    """A person who says no: 77, and the account stays for another try"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    person = SignIn(fixture, *add_words(fixture, provider, mail))
    page = provider.browse(person.url, deny=1)
    status, event = person.end()
    check(status == 77 and event["event"] == "failed" and event["reason"] == "denied", status, event)
    check(page["status"] == 400 and "denied" not in page["text"] and "error" not in page["text"], "what came by the query stands on the page:", page)
    sign_in(fixture, provider, "account", "sign-in", "work")


def strangers(fixture):
    """What others of this machine send to the port is 404 and changes nothing; the right one comes through, once"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    person = SignIn(fixture, *add_words(fixture, provider, mail))
    back = provider.browse(person.url, stop=1)["url"]
    query = urllib.parse.urlsplit(back).query
    for url, how in [
        (person.redirect, {}),
        (person.redirect + "?code=stolen&state=guess", {}),
        (person.redirect + "?error=access_denied&state=guess", {}),
        (person.redirect + "other?" + query, {}),
        (back, {"host": "evil.example"}),
        (back, {"method": "POST"}),
        (back, {"method": "HEAD"}),
    ]:
        check(get(url, **how) == 404, url, how)
    check(get(back) == 200, "the right one")
    status, event = person.end()
    check(status == 0 and event["event"] == "signed-in", status, event)
    try:
        late = get(back)
    except OSError:
        late = 0
    check(late in (404, 0), "the same again", late)  # 0: nobody is there any more


def other_issuer(fixture):
    """An answer of another provider than the one that was asked (RFC 9207): 76, and its code goes nowhere"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    person = SignIn(fixture, *add_words(fixture, provider, mail))
    back = provider.browse(person.url, stop=1)["url"]
    check(get(re.sub(r"iss=[^&]*", "iss=https%3A%2F%2Fevil.example", back)) == 400, "the answer of another")
    status, event = person.end()
    check(status == 76 and event["reason"] == "issuer", status, event)
    check(not [one for one in provider.ask("/asked") if one.get("grant_type") == "authorization_code"], "the code was used")


def too_little(fixture):
    """Less was granted than is needed: 77, by name"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    person = SignIn(fixture, *add_words(fixture, provider, mail, scopes="openid offline_access send more"))
    provider.browse(person.url)
    status, event = person.end()
    check(status == 77 and event["reason"] == "scope" and "more" in event["text"], status, event)


def somebody_else(fixture):
    """Another person signs in than the one whose account it is, and the provider says who it was: 77, both are named, and nothing is kept; then the right one"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    person = SignIn(fixture, *add_words(fixture, provider, mail, scopes="openid email offline_access send"))
    provider.browse(person.url, login="bea")
    status, event = person.end()
    check(status == 77 and event["reason"] == "token" and "bea@example.org" in event["text"] and ADDRESS in event["text"], status, event)
    check(account(fixture)["signed_in"] is False, account(fixture))
    sign_in(fixture, provider, "account", "sign-in", "work")


def out_of_order(fixture):
    """A token endpoint that is not there: 75, and nothing is kept"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        person = SignIn(fixture, *add_words(fixture, provider, mail), "--endpoint", f"token=http://127.0.0.1:{nobody.getsockname()[1]}/token")
        provider.browse(person.url)
        status, event = person.end()
    check(status == 75 and event["reason"] == "network", status, event)
    check(account(fixture)["signed_in"] is False and list(account(fixture)["endpoints"]) == ["token"], account(fixture))
    check("own endpoints" in fixture.run("account", "list").out, "the badge")


def no_client(fixture):
    """Nobody has a client id at first: 78 and the steps; a malformed one is named"""
    said = fixture.run("account", "add", "mail", "gmail:ann@gmail.com", status=78)
    check("console.cloud.google.com" in said.err and "seven days" in said.err, said)
    said = fixture.run("account", "add", "mail", "outlook:ann@outlook.com", status=78)
    check("Most people with an Outlook.com address cannot" in said.err, said)
    fixture.extra["GOOGLE_CLIENT_ID"] = "two words"
    check("GOOGLE_CLIENT_ID" in fixture.run("account", "add", "mail", "gmail:ann@gmail.com", status=78).err)
    del fixture.extra["GOOGLE_CLIENT_ID"]
    web = fixture.write("web.json", '{"web":{"client_id":"a"}}')
    check("web" in fixture.run("account", "add", "mail", "gmail:ann@gmail.com", "--client", web, status=78).err)
    check(fixture.json("account", "list")["accounts"] == [], "nothing is kept")


def wrong_words(fixture):
    """Endpoints that are none, in the clear beyond this machine, twice, or of a kind that has none: 64"""
    for words in (["--endpoint", "token=http://token.example.org/"], ["--endpoint", "token=http://localhost:1/"], ["--endpoint", "token"], ["--endpoint", "tokens=https://a.example/"],
                  ["--endpoint", "token=https://a.example/", "--endpoint", "token=https://b.example/"], ["--endpoint", "smtp=smtp://a.example"],
                  ["--password-file", "x"], ["--ca", fixture.write("ca.pem", "none")]):
        fixture.run("account", "add", "mail", "gmail:ann@gmail.com", "--client-id", "a", *words, status=64)
    fixture.run("account", "add", "mail", "ann@gmail.com", "--endpoint", "token=https://a.example/", "--no-password", status=64)
    fixture.run("account", "add", "mail", "gmail:ann@gmail.com", "--client-id", "a", "--ca", "nowhere.pem", status=66)
    check(fixture.json("account", "list")["accounts"] == [], "nothing is kept")


def short_lives(fixture):
    """Access tokens of eight seconds: a campaign goes through several, each recipient gets one letter, and no refresh token is used twice"""
    provider, mail = make_ready(fixture, access_s=8, count=80)
    campaign = fixture.detach("--rate", "4/s")
    fixture.wait(campaign, "done", patience_s=150)
    check(fixture.show(campaign)["accepted"] == 80, fixture.show(campaign))
    check(mail.recipients() == sorted(f"person{i}@example.net" for i in range(1, 81)), len(mail.recipients()))
    check(len(provider.refreshes()) >= 2, provider.refreshes())
    check_refreshes(provider)
    locks = os.path.join(fixture.home, "sign-in-*.lock")
    check(len(glob.glob(locks)) == 1, "the lock of its renewals")
    fixture.run("account", "remove", "work")
    check(glob.glob(locks) == [], "it stays behind the account")


def check_refreshes(provider):
    """No two at once."""
    ordered = sorted(provider.refreshes(), key=lambda one: one["begun"])
    for before, after in zip(ordered, ordered[1:]):
        check(before.get("ended") and before["ended"] <= after["begun"], "two refreshes overlap", ordered)


def withdrawn(fixture):
    """The provider takes the sign-in back in mid-campaign: it pauses and says so, nobody is lost, and signing in again goes on by itself"""
    provider, mail = make_ready(fixture, access_s=8, count=60)
    campaign = fixture.detach("--rate", "3/s")
    wait_for(lambda: len(mail.recipients()) >= 3, "the first ones")
    revoke(fixture, provider)
    numbers = fixture.wait(campaign, "paused", patience_s=90)
    check(numbers["reason"] == "sign-in" and "sign-in work" in numbers["text"], numbers)
    check(account(fixture)["state"] == "signed-out", account(fixture))
    sign_in(fixture, provider, "account", "sign-in", "work")
    fixture.wait(campaign, "done", patience_s=150)
    check(mail.recipients() == sorted(f"person{i}@example.net" for i in range(1, 61)), len(mail.recipients()))


def revoke(fixture, provider):
    """As the provider's page for consents does: all grants of the client end. Its store is in memory, so it is started anew on the same port."""
    port = provider.port
    provider.node.stop()
    fixture.servers.remove(provider.node)
    os.unlink(os.path.join(fixture.folder, "provider.port"))
    folder = install_providers(fixture.build)
    provider.node = Node(fixture, "provider", [os.path.join(folder, "node"), os.path.join(folder, "strict-provider.mjs"), os.path.join(fixture.folder, "provider.port"), "3600", str(port)])
    read_port(os.path.join(fixture.folder, "provider.port"))


def kills(fixture):
    """Core is killed at each step of a renewal: never two at once, and either it goes on or it is paused with the whole queue and says to sign in again"""
    provider, mail = make_ready(fixture, access_s=60, count=60)
    kill_at_each_step(fixture, provider, mail)


def kills_with_grace(fixture):
    """The same where the provider lets an old refresh token go on for a while, as Microsoft does: nobody has to sign in again"""
    fake, mail = make_lenient(fixture, count=60)
    check(kill_at_each_step(fixture, fake, mail) == 0, "somebody had to sign in again")


def worker_killed(fixture):
    """The token worker is killed in mid-renewal: core asks again after a wait, the campaign goes on, nobody has to sign in"""
    fake, mail = make_lenient(fixture, count=20)
    fixture.stop_core()
    fixture.extra["POSTRIDER_KILL"] = "core-token-asked:1:stop"
    campaign = fixture.detach("--rate", "20/s")
    core = fixture.core()
    del fixture.extra["POSTRIDER_KILL"]
    wait_for(lambda: is_stopped(core), "core to stop at its question")
    (worker,) = [pid for pid in children_of(core) if program_of(pid).endswith("postrider-oauth")]
    os.kill(worker, signal.SIGKILL)
    os.kill(core, signal.SIGCONT)
    fixture.wait(campaign, "done", patience_s=150)
    check(mail.recipients() == sorted(f"person{i}@example.net" for i in range(1, 21)), mail.recipients())
    check(account(fixture)["signed_in"] is True, account(fixture))


def signed_out_meanwhile(fixture):
    """Somebody signs out while a renewal is on its way: what comes of it is used by nobody, and the campaign waits for a sign-in"""
    fake, mail = make_lenient(fixture, count=20)
    fixture.stop_core()
    fixture.extra["POSTRIDER_KILL"] = "core-token-asked:1:stop"
    campaign = fixture.detach("--rate", "20/s")
    core = fixture.core()
    del fixture.extra["POSTRIDER_KILL"]
    wait_for(lambda: is_stopped(core), "core to stop at its question")
    (worker,) = [pid for pid in children_of(core) if program_of(pid).endswith("postrider-oauth")]
    os.kill(worker, signal.SIGSTOP)
    os.kill(core, signal.SIGCONT)
    fixture.run("account", "sign-out", "work")
    os.kill(worker, signal.SIGCONT)
    check(fixture.wait(campaign, "paused")["reason"] == "sign-in", fixture.show(campaign))
    check(len(fake.refreshes()) == 1, "the provider was not asked", fake.ask("/asked"))
    check(account(fixture)["expires"] is None and mail.recipients() == [], account(fixture), mail.recipients())


def is_stopped(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[0] == "T"


def kill_at_each_step(fixture, provider, mail):
    """Returns: how often somebody had to sign in again."""
    ended = 0
    campaign = fixture.detach("--rate", "2/s")
    for point in ("core-token-asked", "core-token-answered", "core-token-kept"):
        fixture.stop_core()
        fixture.extra["POSTRIDER_KILL"] = f"{point}:1"
        fixture.run("campaign", "show", campaign, status=None)
        wait_for(lambda: fixture.core() is None, f"a kill at {point}", 60)
        del fixture.extra["POSTRIDER_KILL"]
        numbers = wait_for(lambda: settled(fixture, campaign), f"going on behind {point}", 90)
        if numbers["state"] == "paused":
            check(numbers["reason"] == "sign-in", point, numbers)
            sign_in(fixture, provider, "account", "sign-in", "work")
            ended += 1
    fixture.wait(campaign, "done", patience_s=150)
    rows = fixture.export(campaign)
    unknown = [row["address"] for row in rows if row["state"] == "unknown"]
    have = mail.recipients()
    check(len(have) == len(set(have)), "somebody has two")
    check(set(row["address"] for row in rows if row["state"] == "accepted") <= set(have) and len(rows) == 60, "somebody is lost", rows)
    check(len(unknown) + sum(row["state"] == "accepted" for row in rows) == 60, unknown)
    check_refreshes(provider)
    return ended


def settled(fixture, campaign):
    numbers = fixture.show(campaign)
    return numbers if numbers["state"] in ("paused", "done") or numbers["accepted"] > 0 and account(fixture)["expires"] else None


def pasted(fixture):
    """Without a browser on this machine: the address that it led to is pasted at the terminal, longer than a terminal's line, and is not echoed"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(fixture.folder)
        os.execve(fixture.program, [fixture.program, *add_words(fixture, provider, mail), "--no-browser"], {**fixture.environment(), "TERM": "dumb"})
    shown = read_until(terminal, lambda text: "paste it here" in text)
    url = re.search(r"https?://\S+", shown).group(0)
    back = provider.browse(url, stop=1)["url"]
    os.write(terminal, b"http://localhost/?code=none&state=none\n")
    shown += read_until(terminal, lambda text: "not the address" in text)
    os.write(terminal, b"x" * 9000 + b"\n")
    shown += read_until(terminal, lambda text: "more than 8192 octets" in text)
    os.write(terminal, (back + "&more=" + "x" * 5000 + "\n").encode())
    shown += read_until(terminal, lambda text: "is signed in" in text)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    check(os.waitstatus_to_exitcode(status) == 0, status, shown)
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)["code"][0]
    check(code not in shown, "the code was echoed")


def read_until(terminal, is_enough, patience_s=60):
    text, end = "", time.monotonic() + patience_s
    while not is_enough(text):
        check(time.monotonic() < end, "waited for the terminal:", text)
        ready, _, _ = select.select([terminal], [], [], 0.2)
        if ready:
            try:
                text += os.read(terminal, 65536).decode(errors="replace")
            except OSError:
                check(is_enough(text), "it ended:", text)
                break
    return text


def two_ways(fixture):
    """A Gmail address and nothing else, at a terminal: both ways are told; each is gone, and neither"""
    for answer, wanted, status in ((b"\n", "Password for mail", None), (b"2\n", "console.cloud.google.com", 78), (b"9\n", "nothing was chosen", 64)):
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(fixture.folder)
            os.execve(fixture.program, [fixture.program, "account", "add", "mail", "ann@gmail.com"], {**fixture.environment(), "TERM": "dumb"})
        shown = read_until(terminal, lambda text: "Which?" in text)
        check(shown.index("app password") < shown.index("signing in at Google"), "the easy way first", shown)
        os.write(terminal, answer)
        shown += read_until(terminal, lambda text: wanted in text)
        if status is None:
            os.kill(pid, signal.SIGTERM)
        _, ended = os.waitpid(pid, 0)
        os.close(terminal)
        check(status is None or os.waitstatus_to_exitcode(ended) == status, ended, shown)
    check(fixture.json("account", "list")["accounts"] == [], "nothing is kept")


def removed(fixture):
    """Removing an account takes its sign-in back at the provider first; that fails: it goes all the same, and says so"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    sign_in(fixture, provider, *add_words(fixture, provider, mail, "first"))
    check(fixture.json("account", "remove", "first")["revoked"] == "yes")
    sign_in(fixture, provider, *add_words(fixture, provider, mail, "second"))
    provider.node.stop()
    fixture.servers.remove(provider.node)
    said = fixture.json("account", "remove", "second")
    check(said["revoked"] == "no" and said["text"], said)
    check(fixture.json("account", "list")["accounts"] == [], "both are gone")


def given_up(fixture):
    """Ctrl-C ends the wait, and the port with it"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    person = SignIn(fixture, *add_words(fixture, provider, mail))
    person.process.send_signal(signal.SIGINT)
    person.process.wait(timeout=30)
    person.process.stdout.close()
    person.process.stderr.close()

    def is_closed():
        try:
            return get(person.redirect) == 0
        except OSError:
            return True
    wait_for(is_closed, "the port to close", 30)


def gmail(fixture):
    """Google's form: a random path on 127.0.0.1, the issuer, a client with its secret from the console's file; its tick boxes; a campaign; taken back"""
    fake = Fake(fixture, "google")
    mail = MailServer(fixture, fake)
    client = fixture.write("client.json", json.dumps({"installed": {"client_id": fake.said["client"]["id"], "client_secret": fake.said["client"]["secret"], "project_id": "p",
                                                                    "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": "https://oauth2.googleapis.com/token"}}))
    person = SignIn(fixture, "account", "add", "work", f"gmail:{ADDRESS}", "--via", "smtp", "--client", client, *fake.endpoints(mail))
    check(re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{43}", person.redirect), person.opened)
    check("access_type=offline&prompt=consent" in person.url and f"login_hint={urllib.parse.quote(ADDRESS)}" in person.url, person.url)
    fake.browse(person.url, grant="https://www.googleapis.com/auth/gmail.send")
    status, event = person.end()
    check(status == 77 and event["reason"] == "scope" and "Read, compose, send" in event["text"], status, event)
    sign_in(fixture, fake, "account", "sign-in", "work")
    row = account(fixture)
    check(row["kind"] == "gmail" and row["via"] == "smtp" and sorted(row["endpoints"]) == ["authorize", "revoke", "smtp", "token"], row)
    fixture.import_people(10)
    fixture.write("letter.txt", "Dear {{name}},\n\nsee you in {{town}}.\n")
    check(fixture.send()["accepted"] == 10 and len(mail.recipients()) == 10, mail.recipients())
    check(fixture.json("account", "sign-out", "work")["revoked"] == "yes")
    for other in ("another.apps.example", fake.said["client"]["id"]):  # the secret of one client is none of the next one's
        fixture.run("account", "set", "work", "--client-id", other)
    person = SignIn(fixture, "account", "sign-in", "work")
    fake.browse(person.url)
    status, event = person.end()
    check(status == 77 and "client_secret is missing" in event["text"], status, event)


def outlook(fixture):
    """Microsoft's form: localhost without a path, no secret, no revocation but a page; the client from the environment"""
    fake = Fake(fixture, "microsoft")
    mail = MailServer(fixture, fake)
    fixture.extra["MICROSOFT_CLIENT_ID"] = fake.said["client"]["id"]
    person = SignIn(fixture, "account", "add", "work", f"outlook:{ADDRESS}", *fake.endpoints(mail))
    check(re.fullmatch(r"http://localhost:\d+/", person.redirect), person.opened)
    fake.browse(person.url)
    status, event = person.end()
    check(status == 0 and event["scope"] == "https://outlook.office.com/SMTP.Send", status, event)
    check(account(fixture)["tenant"] == "common", account(fixture))
    said = fixture.run("account", "set", "work", "--tenant", "consumers")
    check("sign-in was for another place" in said.err and account(fixture)["signed_in"] is False, said, account(fixture))
    sign_in(fixture, fake, "account", "sign-in", "work")
    fixture.import_people(10)
    fixture.write("letter.txt", "Dear {{name}},\n\nsee you in {{town}}.\n")
    check(fixture.send()["accepted"] == 10 and len(mail.recipients()) == 10, mail.recipients())
    said = fixture.json("account", "remove", "work")
    check(said["revoked"] == "none" and "microsoft.com/consent" in said["text"], said)


def own_authorities(fixture):
    """Everything by TLS and an authority of one's own: --ca holds for the provider and for the mail server; without it nothing is given to either"""
    tls = os.path.join(fixture.folder, "tls")
    journey.make_certificate(tls)
    fake = Fake(fixture, "microsoft", tls=tls)
    mail = MailServer(fixture, fake, tls)
    words = ["outlook:" + ADDRESS, "--client-id", fake.said["client"]["id"], *fake.endpoints(mail)]
    stranger = SignIn(fixture, "account", "add", "stranger", *words)
    fake.browse(stranger.url)
    status, event = stranger.end()
    check(status == 75 and event["reason"] == "network" and "certificate" in event["text"], status, event)
    sign_in(fixture, fake, "account", "add", "work", *words, "--ca", os.path.join(tls, "ca.pem"))
    fixture.import_people(5)
    fixture.write("letter.txt", "Dear {{name}}.\n")
    check(fixture.send()["accepted"] == 5 and len(mail.recipients()) == 5, mail.recipients())
    report = fixture.json("account", "test", "work")
    check(report["verified"] and report["logged_in"] and any("endpoints of its own" in sentence for sentence in report["advice"]), report)


def ends_before(fixture):
    """A sign-in of a project in Testing ends after seven days: a campaign of nine says so before it starts, one of a day does not"""
    fake = Fake(fixture, "google")
    mail = MailServer(fixture, fake)
    client = fixture.write("client.json", json.dumps({"installed": {"client_id": fake.said["client"]["id"], "client_secret": fake.said["client"]["secret"]}}))
    person = SignIn(fixture, "account", "add", "work", f"gmail:{ADDRESS}", "--client", client, "--per-day", "1", *fake.endpoints(mail))
    fake.browse(person.url, testing=1)
    check(person.end()[0] == 0, "signed in")
    fixture.import_people(10)
    fixture.write("letter.txt", "Dear {{name}}.\n")
    check("ends on 20" in fixture.run(*fixture.send_words("--dry-run")).err, "no warning")
    fixture.run("account", "set", "work", "--per-day", "100")
    check("ends on 20" not in fixture.run(*fixture.send_words("--dry-run")).err, "a warning too many")


def nothing_left(fixture):
    """No code, state, verifier or token in any file, log, argument or environment, nor in the memory of who connects or serves; the scanner finds what is planted"""
    provider = Provider(fixture)
    mail = MailServer(fixture, provider)
    person = SignIn(fixture, *add_words(fixture, provider, mail))
    back = provider.browse(person.url)["url"]
    check(person.end()[0] == 0, "signed in")
    fixture.import_people(400)  # more than all that is looked at takes seconds
    fixture.write("letter.txt", "Dear {{name}}.\n")
    campaign = fixture.detach("--rate", "1/s")
    wait_for(lambda: mail.recipients(), "the first one")
    answered = json.loads(provider.ask("/asked")[0]["answer"])
    form = urllib.parse.parse_qs(provider.ask("/asked")[0]["form"])
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)
    secrets = {"code": query["code"][0], "state": query["state"][0], "verifier": form["code_verifier"][0], "access": answered["access_token"], "refresh": answered["refresh_token"]}
    core = fixture.core()
    wait_for(lambda: not any("callback" in program_of(pid) for pid in children_of(core)), "the listener, which had the code, to leave")
    wanted = {f"{name} as {form}": octets for name, secret in secrets.items() for form, octets in scan.forms(secret).items()}
    hits, count = scan.scan_folder(fixture.home, wanted)
    check(not hits and count > 3, hits)
    looked = {look_into(pid, wanted, pid == core) for pid in [core, *children_of(core)]}
    check({"postrider-core", "postrider-smtp"} <= looked, looked)
    planted = fixture.write("home/planted", secrets["refresh"])
    check(scan.scan_folder(fixture.home, scan.forms(secrets["refresh"]))[0], "the scanner sees nothing")
    os.unlink(planted)
    fixture.run("campaign", "cancel", campaign)


def look_into(pid, wanted, is_core):
    """Returns: the program; None: it left meanwhile. Core may hold what it works with, and a transport its access token."""
    try:
        program = os.path.basename(program_of(pid))
        hits = scan.scan_process(pid, wanted, set())
    except (ProcessLookupError, FileNotFoundError):
        return None
    found = [hit for hit in hits if not (hit.startswith("memory") and (is_core or program == "postrider-smtp" and ": access" in hit))]
    check(not found, program, found)
    return program


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def program_of(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().split(b"\0")[0].decode(errors="replace")
    except (ProcessLookupError, FileNotFoundError):
        return ""


if __name__ == "__main__":
    sys.exit(run_cases([whole_way, denied, strangers, other_issuer, too_little, somebody_else, out_of_order, no_client, wrong_words, short_lives, withdrawn, kills, kills_with_grace, worker_killed, signed_out_meanwhile, gmail, outlook, own_authorities, ends_before, nothing_left, pasted, two_ways, removed, given_up],
                       __doc__))
