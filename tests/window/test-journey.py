#!/usr/bin/env python3
"""test-journey.py BUILD: the whole way through the real window, by mouse and keyboard, from an empty home to a campaign that an independent server has taken:
account, import, message, wizard, sending, looking back. TAP.
Pictures of each view, light and dark: BUILD/window-pictures."""
import collections
import csv
import glob
import json
import os
import sys
import tempfile
import time

from gallery import Gallery
from guests import GUESTS, NASTY, messy_csv
from judged import Judge
from person import Person
from tap import Tap
from window import Display, Window

PASSWORD = "correct horse"
REFUSED = {"guest003@example.org", "guest017@example.org"}
LIST = "guests <img src=x>"
VIEWS = ("start", "contacts", "contacts/import", "compose", "campaigns", "campaigns/new", "accounts", "accounts/new", "suppressions", "activity", "settings")


class Journey:
    def __init__(self, build):
        self.tap, self.build = Tap(), build
        self.place = tempfile.mkdtemp(prefix="journey-")
        os.chmod(self.place, 0o755)
        self.judge, self.display = Judge(self.place, "--user", "office@example.org", "--password", PASSWORD, "--refuse", "guest(003|017)@", "--answer-delay-ms", "250"), Display()
        self.window = Window(build, display=self.display, shell="postrider-shell-page")
        self.person = Person(self.window)
        self.gallery = Gallery(build, self.window, self.person, self.tap)
        self.look, self.look_live, self.findings = self.gallery.look, self.gallery.look_live, self.gallery.findings

    def ok(self, good, name, why=""):
        self.tap.ok(bool(good), name, why)

    # --- the way ---
    def empty_home(self):
        person = self.person
        person.sit_down()
        person.wait_for("Three steps to your first message")
        for view in VIEWS:
            person.go(view)
            self.look("empty-" + view.replace("/", "-"))
        self.ok(True, "empty home: each view can be opened")

    def add_account(self):
        person = self.person
        person.go("start")
        person.press("Add an account")
        person.type_into("Your e-mail address", "office@gmail.com")
        person.wait("field('Mail server for sending').value === 'smtp.gmail.com'", "the provider's server is not filled in")
        person.type_into("Your e-mail address", "office@example.org")
        self.ok(person.see("return field('Mail server for sending').value + field('At most a day').value") == "" and "were taken away" in person.words(),
                "account: another provider's address takes the server and the limits of the one before away, and it is said")
        person.type_into("A name for this account", "office")
        person.type_into("Mail server for sending", "127.0.0.1")
        person.type_into("Port", self.judge.port)
        person.put_into("Protection", "none")
        person.tick("Keep it in the vault")
        self.look("account-form")
        person.press("Save and test")
        person.answer_password("wrong")
        person.wait_for("The server did not accept the user name or password.", 40)
        self.look("account-refused")
        self.ok("535" in person.words(), "account: a wrong password is said in the server's own words", person.words())
        self.give_right_password()

    def give_right_password(self):
        person = self.person
        person.wait("document.querySelector('.badge').innerText === 'cannot send'", "an account that was refused is not said to be")
        person.press("New password…")
        person.answer_password(PASSWORD)
        person.wait_for("This account works.", 40)
        self.look("account-works")
        self.ok(person.wait("document.querySelector('.badge').innerText === 'ready'", "it is not ready") and PASSWORD not in person.see("return document.documentElement.outerHTML"),
                "account: the right password makes it work, and the page never saw it")

    def edit_account(self):
        """A server that refuses connections is never called ready; what was changed can be changed back."""
        person = self.person
        person.press("Edit…")
        person.type_into("Port", "9")
        person.wait_for("You are asked for it again.")
        self.look("account-edit")
        person.press("Save and test")
        person.answer_password(PASSWORD)
        person.wait_for("127.0.0.1", 40)
        self.ok(person.wait("document.querySelector('.badge').innerText === 'cannot send'", "it is called ready"), "account: a server that refuses connections is not ready", person.words())
        self.look("account-unreachable")
        self.ok("cannot send" not in self.window.command("account", "list").stdout and "failing" in self.window.command("account", "list", "--json").stdout, "account: the command line says the same",
                self.window.command("account", "list").stdout)
        person.press("Edit…")
        person.type_into("Port", self.judge.port)
        person.press("Limits")
        person.type_into("At most a day", "400")
        person.press("Save and test")
        person.answer_password(PASSWORD)
        person.wait_for("This account works.", 40)
        self.ok(person.wait("document.body.innerText.includes('of 400')", "the limit is not there", 5), "account: edited, with a limit of one's own")

    def import_people(self):
        person = self.person
        person.go("contacts")
        person.press("Import…")
        person.put_into("Or paste them here", messy_csv())
        person.press("Use this text")
        person.wait_for("Is it read correctly?")
        person.wait_for("guest001@example.org")
        self.look("import-look")
        roles = person.see("return [...document.querySelectorAll('.cells-table select')].map((one) => one.value)")
        self.ok(roles[:2] == ["name", "email"], "import: name and address are recognised", roles)
        person.type_into("Name of the list", LIST)
        person.type_into("Where and when did they agree", "form at the open day")
        person.press("Import")
        person.wait_for("Rows that were not taken", 40)
        self.look("import-report")
        figures = person.see("return Object.fromEntries([...document.querySelectorAll('.figure')].map((one) => [one.querySelector('dt').innerText, one.querySelector('dd').innerText]))")
        self.ok(figures.get("New people") == str(GUESTS) and figures.get("Rejected") in ("2", "3"), "import: %d people, bad rows told apart" % GUESTS, figures)
        self.ok(person.see("return ['not-an-address', 'also@@bad@'].every((one) => document.body.innerText.includes(one))"), "import: each rejected row is shown with its value")
        self.mend_row()
        person.press("Open the list")
        person.wait_for("guest001@example.org")
        self.look("list")

    def mend_row(self):
        """Somebody who is there already, so that the numbers stay: the row is mended in place."""
        person = self.person
        person.press("Mend row")
        person.wait_for("Import this row")
        person.put_into("Name", "Gäst 005")
        person.type_into("E-Mail", "guest005@example.org")
        self.look("import-mend")
        person.press("Import this row")
        person.wait_for("is on the list now.")
        left = person.see("return document.querySelector('main').innerText")
        self.ok("not-an-address" not in left and "also@@bad@" in left, "import: a rejected row is mended where it stands", left)

    def write(self):
        person = self.person
        person.go("compose")
        person.type_into("Subject", "Hello {{name}}")
        person.press("With design (HTML)")
        person.click_on("document.querySelector('.cm-content')", "the editor")
        person.x("type", "--delay", 8, "<p>Dear {{name}} from {{Ort}}, <b>hello</b>: {{Bemerkung|nothing}}</p>")
        person.wait("document.querySelector('.cm-content').innerText.includes('{{Bemerkung|nothing}}')", "the editor did not take what was typed")
        person.wait("!!document.querySelector('iframe')", "no preview")  # all below has found its place
        person.press("Find a person…")
        person.type_into("Name or address", "guest001")
        person.click_on("top_().querySelector('.pick')", "the person")
        person.wait("!!document.querySelector('iframe')", "no preview")
        time.sleep(0.8)
        self.look("compose")
        frame = person.see("const one = document.querySelector('iframe'); let inside = null; try { inside = one.contentDocument?.body?.innerHTML ?? null } catch {}; return [one.getAttribute('sandbox'), one.src.slice(0, 11), inside]")
        self.ok(frame[0] == "" and frame[1] == "app://mail/" and frame[2] is None, "preview: in a frame without rights that the page cannot look into", frame)
        person.press("Text")
        person.wait_for("Dear Gäst 001 from Köln")
        self.ok(True, "preview: the person's own name and field, in the text part")
        person.press("Source")
        self.ok(person.wait("document.querySelector('.mail-text').innerText.includes('Subject:')", "no source"), "preview: the source")
        person.press("Desktop")

    def hostile_mail(self):
        """A message whose HTML tries everything, in the preview's frame."""
        person = self.person
        nasty = ("<p>before</p><script>top.document.title='owned'</script><img src='http://127.0.0.1:%s/x' onerror=\"top.document.title='owned'\"><style>@import url(http://127.0.0.1:%s/c)</style>"
                 "<iframe src='app://postrider/'></iframe><form action='app://postrider/'><button>x</button></form><meta http-equiv=refresh content='0;url=app://postrider/'>"
                 "<a href='app://postrider/' target=_top>x</a><svg onload=\"top.document.title='owned'\"></svg><base href='app://postrider/'>" % (self.judge.port, self.judge.port))
        before = self.window.script("return location.href")
        address = self.window.script("return await postrider.showMail(%s)" % json.dumps(nasty))
        self.window.script("const frame = document.createElement('iframe'); frame.setAttribute('sandbox', ''); frame.src = %s; frame.id = 'hostile'; document.body.append(frame);"
                           "await new Promise((done) => { frame.onload = done; setTimeout(done, 4000) }); await new Promise((done) => setTimeout(done, 1500)); return 1" % json.dumps(address))
        found = self.window.script("const frame = document.getElementById('hostile'); const found = [document.title, location.href, typeof postrider.hello]; frame.remove(); return found")
        self.ok(found[0] != "owned" and found[1] == before and found[2] == "function", "hostile mail in the frame runs nothing and leads nowhere (that it loads nothing: attacks.py)", found)
        self.ok(person.words() != "", "and the window goes on")

    def wizard_by_keyboard(self):
        """Not one click: from the first step to the count-down, and back."""
        person = self.person
        person.go("campaigns/new")
        person.wait_for("guests")
        self.look("wizard-who")
        person.tab_to("field('guests')")
        person.keys("space")
        person.tab_to("button('Next')")
        person.keys("Return")
        person.wait_for("What do they get?")
        person.tab_to("field('Message')")
        person.put_into("Message", "draft")
        self.look("wizard-what")
        person.tab_to("button('Next')")
        person.keys("Return")
        person.wait_for("How it looks", 30)
        person.wait("!!document.querySelector('iframe')", "no sample is shown")
        time.sleep(0.5)
        self.look("wizard-check")
        self.ok("%d people will get this message by office." % GUESTS in person.words(), "wizard: by keyboard alone to the check, which says how many", person.words())
        for box in range(person.see("return document.querySelectorAll('.notice input[type=checkbox]').length")):
            person.tab_to("document.querySelectorAll('.notice input[type=checkbox]')[%d]" % box)
            person.keys("space")
        person.tab_to("button('Send the first ten')")
        person.keys("Return")
        person.wait_for("You can still take it back.")
        person.tab_to("button('Take it back')")
        person.keys("Return")
        person.wait_for("Is everything right?")
        time.sleep(9)
        self.ok(not self.judge.took(), "taken back in the ten seconds: the server has nothing", self.judge.took()[:1])

    def first_ten(self):
        person = self.person
        for _ in range(person.see("return document.querySelectorAll('.notice input[type=checkbox]:not(:checked)').length")):
            person.click_on("document.querySelector('.notice input[type=checkbox]:not(:checked)')", "what is to be confirmed")
        person.press("Send the first ten")
        began = time.time()
        person.wait_for("You can still take it back.")
        self.look("wizard-send")  # here, where nobody has to be faster than its ten seconds
        person.wait_for("Paused by itself", 120)
        self.look("campaign-first-ten")
        first = self.judge.took()
        self.ok(len(first) <= 10 and first and first[0]["time"] - began >= 9, "not taken back: after ten seconds the first ten go, then it asks", (len(first), first and first[0]["time"] - began))

    def wrong_password(self):
        """The password was changed at the provider, in the middle of it."""
        person = self.person
        self.window.command("account", "password", "office", "--password-file", "-", input="no more\n")
        person.press("Go on")
        person.wait_for("The server did not accept the login", 40)
        self.look("campaign-password")
        person.press("Enter the password and go on…")
        person.answer_password(PASSWORD)
        self.ok(person.wait("!!button('Pause')", "it does not go on", 40), "campaign: a wrong password in the middle of it is entered again, and it goes on")

    def pause_and_correct(self):
        person = self.person
        self.wrong_password()
        person.wait("!!button('Pause')", "it does not go on")
        time.sleep(1.2)
        self.look_live("campaign-live")
        person.press("Pause")
        person.wait("!!button('Correct the message…') && !document.body.innerText.includes('Pausing')", "it does not pause", 30)
        self.person.wait("(await postrider.campaignShow((await postrider.campaignList())[0].id)).handed === '0'", "what is on the wire is not finished")
        held = len(self.judge.took())
        time.sleep(1.5)
        self.ok(len(self.judge.took()) == held, "paused: nothing goes out", held)
        person.press("Correct the message…")
        person.type_into("Subject", "Corrected for {{name}}")
        person.wait("document.querySelector('.mail-head')?.innerText.includes('Corrected for Gäst')", "the correction is not shown as a person would get it")
        self.look("campaign-correct")
        person.press("Save and go on")
        person.wait_for("You can still take it back.")
        person.press("Send now")

    def done(self):
        person = self.person
        person.wait("!!button('Send again to those refused…')", "the campaign does not end", 60)
        self.look("campaign-done")
        taken = self.judge.people()
        wanted = {"guest%03d@example.org" % number for number in range(1, GUESTS + 1)} - REFUSED
        self.ok(set(taken) == wanted and set(taken.values()) == {1}, "done: each accepted person has exactly one message", [(one, taken[one]) for one in set(taken) ^ wanted or taken if taken[one] != 1])
        subjects = [subject_of(path) for path in glob.glob(self.judge.keep + "/*.eml")]
        self.ok(any(one.startswith("Hello") for one in subjects) and any(one.startswith("Corrected") for one in subjects), "the correction went to the rest alone", collections.Counter(one.split()[0] for one in subjects))

    def see_again(self):
        """What was sent, one person after the other, in a frame of its own."""
        person = self.person
        self.ok(person.see("return document.querySelectorAll('.plot rect').length") > 0, "a finished campaign has its curve, from the ledger")
        person.press("What was sent")
        person.wait_for("As each person got it")
        person.wait("!!document.querySelector('iframe')", "the letter is not shown")
        first = person.see("return document.querySelector('.mail-head').innerText")
        person.press("Next")
        person.wait("!!document.querySelector('.mail-head') && document.querySelector('.mail-head').innerText !== %s" % json.dumps(first), "the next one is not shown")
        person.press("Text")
        person.wait_for("Dear Gäst")
        self.look("campaign-sent")
        self.ok("{{" not in person.words(), "what was sent is seen again as they got it, without braces")
        person.press("What happened")
        person.wait_for("Who got what")

    def look_back(self):
        person = self.person
        person.put_into("State", "refused")
        person.wait_for("guest003@example.org")
        self.ok("guest004@example.org" not in person.see("return document.querySelector('[role=grid]').innerText"), "recipients: found by state")
        self.look("campaign-refused")
        person.press("Send again to those refused…")
        person.wait_for("2 people")
        self.look("retry")
        person.press("Next")
        person.wait_for("What do they get?")
        person.press("Next")
        person.wait_for("on the do-not-contact list", 30)
        self.look("retry-check")
        self.ok("2 people on the do-not-contact list" in person.words(), "sending again to those refused: the check says why they are left out", person.words())
        person.go("contacts")
        person.type_into("Find a person by name, address or number", "guest001")
        person.click_on("[...document.querySelectorAll('main a')].find((one) => said(one).includes('Gäst 001'))", "the person found")
        person.wait_for("Everything this person ever got")
        person.wait_for("250 2.0.0")
        self.look("person")
        self.ok("form at the open day" in person.words(), "person: what they got, what the server said, how they agreed")
        person.click_on("document.querySelector('main tbody .link')", "the letter")
        person.wait("top_().innerText.includes('Gäst 001') && !!top_().querySelector('.mail-head')", "the letter is not shown on the person's page")
        self.look("person-letter")
        person.keys("Escape")
        person.press("Do not contact any more…")
        person.press("Do not contact")
        person.wait_for("Nobody will write to this address any more.")
        person.go("suppressions")
        person.wait_for("guest001@example.org")
        self.look("suppressions")
        self.ok(True, "suppressed, and on the list of those not to contact")

    def nasty_people(self):
        for number in range(1, len(NASTY) + 1):
            who = self.window.script("return (await postrider.contactFind('guest%03d')) [0].id" % number)
            self.person.go("contacts/person/" + "%23" + str(who))
            self.person.wait_for("Everything this person ever got")
            self.look("nasty-%d" % number)

    def settings(self):
        person = self.person
        person.go("activity")
        person.wait_for("Contacts imported")
        self.look("activity")
        what = person.see("return [...document.querySelectorAll('tbody tr')].map((one) => one.innerText).filter((one) => /\\t[a-z]+\\.[a-z]+\\t/.test(one))")
        self.ok(not what, "activity: in words, none of them raw", what)
        person.go("settings")
        person.wait_for("How long names")
        person.put_into("How long names", "90")
        person.press("Change it")
        person.agree("Escape")
        person.wait_for("Nothing was changed.")
        self.ok(self.window.script("return (await postrider.settingsShow()).keep_days") == 0, "settings: who says no to the shell's own question keeps all as it was")
        person.press("Change it")
        person.agree("alt+s")
        person.wait_for("Saved.")
        self.look("settings")
        person.press("Copy the text")
        self.ok(person.wait("document.body.innerText.includes('Copied.') || document.body.innerText.includes('Press Ctrl+C')", "the notice cannot be copied"), "settings: the privacy notice is copied, or selected and said so")
        person.go("contacts")
        person.click_on("field('Find a person')", "the search")
        person.keys("ctrl+a", "ctrl+v")
        self.ok(person.wait("field('Find a person').value.startsWith('We keep your name')", "what was copied cannot be put in"), "and what was copied can be put in elsewhere")
        self.ok(self.window.script("return (await postrider.settingsShow()).keep_days") == 90, "settings: names are kept for 90 days")

    def export(self):
        path = os.path.join(self.window.place, "user", "result.csv")
        campaign = self.window.script("return (await postrider.campaignList()).find((one) => one.state === 'done').id")
        found = self.window.command("campaign", "export", str(campaign), "--output", path)
        rows = list(csv.DictReader(open(path, encoding="utf-8-sig"))) if os.path.exists(path) else []
        states = {row["address"]: row["state"] for row in rows}
        accepted = {one for one, state in states.items() if state == "accepted"}
        self.ok(accepted == set(self.judge.people()) and {one for one, state in states.items() if state == "refused"} == REFUSED, "the export says what the server has", (found.stderr, rows[:1], len(accepted)))

    def close(self):
        self.window.close()
        self.judge.close()
        self.display.close()


def subject_of(path):
    import email
    import email.header
    with open(path, "rb") as mail:
        return str(email.header.make_header(email.header.decode_header(email.message_from_binary_file(mail)["Subject"] or "")))


def main(build):
    journey = Journey(build)
    try:
        for step in (journey.empty_home, journey.add_account, journey.edit_account, journey.import_people, journey.write, journey.hostile_mail, journey.wizard_by_keyboard, journey.first_ten, journey.pause_and_correct,
                     journey.done, journey.see_again, journey.look_back, journey.nasty_people, journey.settings, journey.export, journey.findings):
            began = time.time()
            step()
            print("# %s: %.1f s" % (step.__name__, time.time() - began), flush=True)
    except Exception as why:  # the rest cannot go on without it
        journey.look_live("stuck") if journey.window.process.poll() is None else None
        journey.ok(False, "the way goes on", "%s: %s" % (type(why).__name__, why))
    finally:
        journey.close()
    return journey.tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
