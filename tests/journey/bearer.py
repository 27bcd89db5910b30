#!/usr/bin/env python3
"""bearer.py BUILD [WORD…]: logins by an access token at Debian's Dovecot, which reads both forms of it, OAUTHBEARER (RFC 7628) and Google's and Microsoft's XOAUTH2, and asks the
provider whose the token is. Source: RFC 7628 §3; doc.dovecot.org/2.3 (oauth2)."""
import sys

from fixture import check, run_cases

sys.dont_write_bytecode = True
from providers import ADDRESS, Dovecot, Fake, MailServer, SignIn  # noqa: E402


def make_ready(fixture, mechanisms, count=10, access_s=3599):
    """An account that is signed in, and sends by Dovecot."""
    fake = Fake(fixture, "microsoft", access_s)
    mail = MailServer(fixture, None)
    dovecot = Dovecot(fixture, fake, mail, mechanisms)
    person = SignIn(fixture, "account", "add", "work", f"outlook:{ADDRESS}", "--client-id", fake.said["client"]["id"], *fake.endpoints(dovecot))
    fake.browse(person.url)
    status, event = person.end()
    check(status == 0 and event["event"] == "signed-in", status, event)
    fixture.import_people(count)
    fixture.write("letter.txt", "Dear {{name}},\n\nsee you in {{town}}.\n")
    return fake, mail, dovecot


def go_whole_way(fixture, mechanism):
    fake, mail, dovecot = make_ready(fixture, mechanism)
    said = fixture.json("account", "test", "work")
    check(said["logged_in"] is True and said["mechanisms"] == [mechanism.upper()], said)
    check(fixture.send()["accepted"] == 10)
    check(mail.recipients() == sorted(f"person{i}@example.net" for i in range(1, 11)), mail.recipients())
    check(f"method={mechanism.upper()}" in dovecot.said(), dovecot.said()[-600:])


# --- the cases ---

def oauthbearer(fixture):
    """A test and a campaign by OAUTHBEARER"""
    go_whole_way(fixture, "oauthbearer")


def xoauth2(fixture):
    """A test and a campaign by XOAUTH2"""
    go_whole_way(fixture, "xoauth2")


def forgotten_token(fixture):
    """A token that the provider does not know any more: Dovecot refuses the login, one renewal, nobody is lost, nobody gets two"""
    fake, mail, dovecot = make_ready(fixture, "oauthbearer", count=40)
    fake.ask("/forget")
    check(fixture.send()["accepted"] == 40)
    check(mail.recipients() == sorted(f"person{i}@example.net" for i in range(1, 41)), len(mail.recipients()))
    check("auth failed" in dovecot.said() and len(fake.refreshes()) == 1, fake.refreshes(), dovecot.said()[-600:])


def refused_token(fixture):
    """One that is refused for good: the campaign pauses and nobody is lost"""
    fake, mail, dovecot = make_ready(fixture, "oauthbearer xoauth2", count=5)
    fixture.stop_core()
    fake.ask("/deny")
    campaign = fixture.detach()
    numbers = fixture.wait(campaign, "paused", patience_s=90)
    check(numbers["reason"] in ("login", "sign-in") and numbers["accepted"] == 0 and mail.recipients() == [], numbers, dovecot.said()[-600:])


if __name__ == "__main__":
    sys.exit(run_cases([oauthbearer, xoauth2, forgotten_token, refused_token], __doc__))
