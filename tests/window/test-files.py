#!/usr/bin/env python3
"""test-files.py BUILD: how files come in and go out, by what a person does: the window as `postrider app` opens it, the real desk, its file dialogs by keyboard, and
files dragged with the mouse from another program's window. TAP."""
import email
import glob
import json
import os
import shutil
import signal
import sys
import tempfile
import time

from guests import GUESTS, messy_csv
from judged import Judge
from opened import Opened, hold_foreign_memory
from person import Person
from tap import Tap
from window import Display

SCREEN = "1400x900x24"  # the window has 1180 columns of it: what is dragged stands beside
BESIDE = (1250, 100)
CONTACTS, ATTACH, SAVE, QUESTION, NOTICE = "Choose a file with contacts", "Choose files to attach", "Save as", "Dropped files", "^Postrider$"
PICTURE = bytes(range(256)) * 300  # no text, and no base64 line of one length


class Files:
    def __init__(self, build):
        self.tap, self.build = Tap(), build
        self.place = tempfile.mkdtemp(prefix="files-")
        os.chmod(self.place, 0o755)
        self.judge, self.display, self.window = Judge(self.place, "--refuse", "guest(003|017)@"), Display(SCREEN), None

    def ok(self, good, name, why=""):
        self.tap.ok(bool(good), name, why)

    # --- a person before desk's dialogs ---
    def find(self, title, seconds=15):
        end = time.time() + seconds
        while time.time() < end:
            found = self.person.windows(title)
            if found:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError("“%s” did not open; it was said: %s" % (title, self.window.said()[-800:]))

    def back(self):
        self.person.x("windowfocus", "--sync", self.find("Postrider$"))  # a search that meets a window on its way out finds none

    def answer(self, title, *keys):
        """Keys into a dialog until it closes: without a window manager a focus that is set while it is being drawn may be lost."""
        dialog = self.find(title)
        for _ in range(4):
            time.sleep(1)
            self.person.x("windowfocus", dialog)
            self.person.x("key", *keys)
            end = time.time() + 3
            while time.time() < end:
                if not self.person.windows(title) and not self.person.windows(title):
                    self.back()
                    return
                time.sleep(0.1)
        raise AssertionError("“%s” does not close by %s" % (title, " ".join(keys)))

    def type_path(self, title, path):
        self.find(title)
        time.sleep(1)
        self.person.x("windowfocus", self.find(title))
        if title != SAVE:  # there the name has the focus already
            self.person.x("key", "ctrl+l")
            time.sleep(0.3)
        self.person.x("key", "ctrl+a")
        self.person.x("type", "--delay", 15, path)
        self.person.x("key", "shift+End", "Delete")  # GTK 4.18 completes what is typed
        time.sleep(0.5)
        self.answer(title, "Return")

    def figures(self):
        return self.person.see("return Object.fromEntries([...document.querySelectorAll('.figure')].map((one) => [one.querySelector('dt').innerText, one.querySelector('dd').innerText]))")

    # --- the way ---
    def opens(self):
        self.window = Opened(self.build, self.display)
        self.person = Person(self.window)
        self.person.sit_down()
        self.person.wait_for("Three steps to your first message")
        self.ok(len(self.window.running("postrider-shell")) == 1 and len(self.window.running("postrider-desk")) == 1,
                "the window opens beside programs whose memory has the numbers that its own would have", self.window.said())

    def import_file(self):
        person, path = self.person, self.window.put("guests of March.csv", messy_csv().replace("\0", ""))
        person.go("contacts/import")
        person.press("Choose a file…")
        self.answer(CONTACTS, "Escape")
        self.ok(person.see("return !!button('Choose a file…')"), "import: who changes their mind in the dialog is where they were")
        person.press("Choose a file…")
        self.type_path(CONTACTS, path)
        person.wait_for("Is it read correctly?")
        person.wait_for("guest001@example.org")
        self.ok("guests of March.csv" in person.words() and self.window.user not in person.see("return document.documentElement.outerHTML"),
                "import: the page has the file's name, and not where it lies", person.words()[:300])
        person.type_into("Name of the list", "guests")
        person.type_into("Where and when did they agree", "form at the open day")
        person.press("Import")
        person.wait_for("Rows that were not taken", 40)
        figures = self.figures()
        self.ok(figures.get("New people") == str(GUESTS) and figures.get("Rejected") in ("2", "3"), "import: %d people out of a file that is not clean" % GUESTS, figures)
        said = self.window.command("lists", "--json").stdout
        self.ok([one["people"] for one in json.loads(said)["lists"]] == [GUESTS], "import: the command line counts the same", said)

    def save_rejects(self):
        """Though one of them was mended meanwhile: all are in the file."""
        path = os.path.join(self.window.user, "rejected.csv")
        self.person.press("Mend row")
        self.person.put_into("Name", "Gäst 005")
        self.person.put_into("E-Mail", "guest005@example.org")
        self.person.press("Import this row")
        self.person.wait_for("is on the list now.")
        self.person.press("Save the rejected rows…")
        self.type_path(SAVE, path)
        self.person.wait_for("to rejected.csv.")
        written = open(path, encoding="utf-8-sig").read()
        self.ok("not-an-address" in written and "also@@bad@" in written, "rejected rows: saved by the dialog", written)

    def send(self):
        for words in (["account", "add", "office", "office@example.org", "--host", "127.0.0.1", "--port", self.judge.port, "--tls", "none", "--no-password"],
                      ["send", "--account", "office", "--list", "guests", "--from", "Office <office@example.org>", "--subject", "Hello {{name}}", "--text", "-", "--yes"]):
            ran = self.window.command(*words, input="Dear {{name}} from {{Ort}}", timeout=120)
            if words[0] == "account" and ran.returncode != 0:
                raise AssertionError(ran.stderr)
        self.campaign = self.window.script("return (await postrider.campaignList())[0].id")

    def save_result(self):
        person = self.person
        theirs, ours = os.path.join(self.window.user, "by-command.csv"), os.path.join(self.window.user, "the result.csv")
        ran = self.window.command("campaign", "export", str(self.campaign), "--output", theirs)
        self.window.put("the result.csv", "older and longer than nothing\n" * 2000)
        person.go("campaigns/%s" % self.campaign)
        self.cancel_save()
        person.press("Save the result…")
        self.type_over(ours)
        person.wait_for("to the result.csv.")
        wanted, got = open(theirs, "rb").read(), open(ours, "rb").read()
        self.ok(got == wanted and got.count(b"\n") > GUESTS, "result: what the Save dialog wrote is octet for octet what the command line exports, and nothing of the older file is left",
                (ran.stderr, len(wanted), len(got), got[:200]))
        self.ok(got.count(b"accepted") >= GUESTS - 2 and got.count(b"refused") >= 2, "result: it says who got it and who was refused")

    def in_flight(self):
        """Calls of the page that have no answer yet."""
        return int(self.window.ask("state").split()[2])

    def cancel_save(self):
        """Who changes their mind: the page's call ends with an answer, and nothing is written."""
        before = sorted(os.listdir(self.window.user))
        self.window.script("window.saved = null; postrider.export('campaign', '%s').then((one) => { window.saved = one; }, (why) => { window.saved = String(why); }); return 1" % self.campaign)
        self.find(SAVE)
        waiting = self.in_flight()
        self.answer(SAVE, "Escape")
        answer = self.person.wait("window.saved", "the page's call has no answer", 10)
        self.ok(waiting == 1 and answer == {"name": "", "rows": "0"} and self.in_flight() == 0 and sorted(os.listdir(self.window.user)) == before,
                "result: who changes their mind in the dialog saves nothing, and the page is told so", (waiting, answer, self.in_flight()))

    def type_over(self, path):
        """The name of a file that is there: GTK asks once more."""
        self.find(SAVE)
        time.sleep(1)
        self.person.x("windowfocus", self.find(SAVE))
        self.person.x("key", "ctrl+a")
        self.person.x("type", "--delay", 15, path)
        self.person.x("key", "shift+End", "Delete")  # GTK 4.18 completes what is typed
        time.sleep(0.5)
        self.person.x("key", "Return")
        time.sleep(1.5)
        self.answer(SAVE, "alt+r")

    def attach(self):
        person = self.person
        self.papers = {"Satzung.pdf": b"%PDF-1.4 not really\n" * 50, "bild.png": PICTURE}
        person.go("compose")
        person.type_into("Subject", "With papers")
        person.put_into("Message as text", "Dear {{name}}, see the papers.")
        for name, octets in self.papers.items():
            person.press("Attach files…")
            self.type_path(ATTACH, self.window.put(name, octets))
            person.wait_for(name)
        self.ok(self.attached() == list(self.papers), "attachments: chosen by the dialog, one after the other", self.attached())

    def attached(self):
        return self.person.see("return [...document.querySelectorAll('.attachment .grow')].map((one) => one.innerText.trim())")

    def send_with_papers(self):
        before = len(self.judge.took())
        self.person.press("Send a test to myself…")
        self.person.press("Send the test")
        self.window.wait_until(lambda: len(self.judge.took()) > before, "the message with its papers does not come")
        newest = max(glob.glob(self.judge.keep + "/*.eml"), key=os.path.getmtime)
        with open(newest, "rb") as mail:
            parts = {part.get_filename(): part.get_payload(decode=True) for part in email.message_from_binary_file(mail).walk() if part.get_filename()}
        self.ok(parts == self.papers, "attachments: the server got them octet for octet", {name: len(octets) for name, octets in parts.items()})

    # --- dragging ---
    def drag(self, *files, drop=True, to=(510, 345)):
        """From the other program's window onto ours, as a hand does it. Returns: what the page said while they were held over it."""
        source = self.window.show_files(*files)
        try:
            if source.stdout.readline() != "ready\n":
                raise AssertionError("nothing to drag from")
            self.person.x("windowmove", "--sync", self.find("Things to drag"), *BESIDE)
            time.sleep(0.7)
            start = (BESIDE[0] + 40, BESIDE[1] + 50)
            self.person.x("mousemove", *start)
            self.person.x("mousedown", 1)
            for step in range(1, 41):
                self.person.x("mousemove", *(begin + (end - begin) * step // 40 for begin, end in zip(start, to)))
                time.sleep(0.02)
            time.sleep(0.5)
            veil = self.person.see("return document.querySelector('.drop-veil')?.innerText ?? ''")
            if not drop:  # back to where nobody takes it
                self.person.x("mousemove", BESIDE[0], 700)
                time.sleep(0.3)
            self.person.x("mouseup", 1)
            self.end = source.stdout.readline().strip()
        finally:
            source.kill()
            source.wait()
        return veil

    def drop_contacts(self):
        person, path = self.person, self.window.put("Freunde März.csv", "name,email\nFriend,friend@example.org\n")
        person.go("start")
        veil = self.drag(path)
        self.ok(veil == "Drop a contact file here to import it", "drop: while a file is held over the window it says what it is for", veil)
        self.find(QUESTION)
        self.ok(self.end == "dropped", "drop: the other program hears that it is rid of it", self.end)
        self.answer(QUESTION, "alt+n")
        time.sleep(0.5)
        self.ok(person.see("return location.hash") == "#/start" and not person.see("return document.querySelector('.drop-veil')"), "drop: No: nothing comes", person.see("return location.hash"))
        self.drag(path)
        self.answer(QUESTION, "alt+r")
        person.wait_for("Is it read correctly?")
        person.wait_for("friend@example.org")
        self.ok("Freunde März.csv" in person.words() and self.window.user not in person.see("return document.documentElement.outerHTML"),
                "drop: Read: it is looked at for an import, and the page has its name alone", person.words()[:300])
        person.type_into("Name of the list", "friends")
        person.press("Import")
        person.wait("document.querySelector('.figure') !== null", "no report", 30)
        self.ok(self.figures().get("New people") == "1", "drop: its person is imported", self.figures())

    def drop_attachments(self):
        paths = [self.window.put(name, "%s\n" % name) for name in ("first.txt", "second.txt")]
        self.person.go("compose")
        before = self.attached()
        veil = self.drag(*paths)
        self.answer(QUESTION, "alt+r")
        self.person.wait_for("second.txt")
        self.ok(veil == "Drop files here to attach them" and self.attached() == before + ["first.txt", "second.txt"], "drop: on a message two files at once become attachments", (veil, self.attached()))
        self.papers.update({"first.txt": b"first.txt\n", "second.txt": b"second.txt\n"})

    def drop_nothing(self):
        before = self.attached()
        self.drag(os.path.join(self.window.user, "first.txt"), drop=False)
        time.sleep(1)
        self.ok(self.end == "cancelled" and not self.person.windows(QUESTION) and self.attached() == before and not self.person.see("return document.querySelector('.drop-veil')"),
                "drop: a drag that is given up asks nothing and leaves nothing", self.end)

    def notice(self):
        """What the shell says in a window of its own, which is then closed."""
        self.find(NOTICE)
        time.sleep(0.3)
        words = self.window.ask("words")
        self.answer(NOTICE, "Escape")
        return words

    def refused(self, what, words, *files, agree=True):
        """A drop that comes to nothing is said: what, which file, what to do. The page hears none of it."""
        before = self.attached()
        self.drag(*files)
        if agree:
            self.answer(QUESTION, "alt+r")
        said = self.notice()
        page = self.person.see("return document.documentElement.outerHTML")
        told = [name for name in map(os.fsdecode, map(os.path.basename, files)) if name in page]
        self.ok(all(word in said for word in ("What was dropped was not taken", *words)) and self.window.user not in said and self.attached() == before and not told,
                "refused drop, %s: it is said, in words" % what, (said, told, self.attached()))
        if not agree:
            self.ok(not self.person.windows(QUESTION), "refused drop, %s: nobody is asked about it" % what)

    def refused_drops(self):
        put, user = self.window.put, self.window.user
        closed, kept, folder, link = put("closed.txt", "x"), put("kept.txt", "x"), os.path.join(user, "a folder"), os.path.join(user, "link.txt")
        os.chown(closed, 0, 0)
        os.chmod(closed, 0o600)
        os.mkdir(folder)
        os.symlink(kept, link)
        self.refused("a folder", ["a folder is a folder", "take the files in it"], folder)
        self.refused("a device", ["null is no plain file", "copy what you need"], "/dev/null")
        self.refused("a file of somebody else", ["closed.txt cannot be read", "Try a copy"], closed)
        self.refused("a link", ["link.txt is a link", "use that file itself"], link)
        self.refused("a good file and a folder", ["a folder is a folder"], kept, folder)
        self.refused("too many", ["41 files", "drop fewer"], *[put("many-%d.txt" % number, "x") for number in range(41)], agree=False)
        self.refused("an address", ["list.csv", "not on this computer", "save it in one of your folders"], "https://example.org/list.csv", agree=False)
        self.refused("a name that is no text", ["is no proper text", "rename it"], os.path.join(user.encode(), b"odd-\xff.txt"), agree=False)

    def refused_by_core(self):
        path = self.window.put("once more.txt", "once more.txt\n")
        self.drag(path)
        self.find(QUESTION)
        for pid in self.window.running("postrider-dialog"):
            os.kill(pid, signal.SIGKILL)
        said = self.notice()
        self.ok("the desktop cannot be reached at the moment: try again" in said, "refused drop: the question's program dies: that is said", said)
        self.person.press("Attach files…")
        self.find(ATTACH)
        self.drag(path, to=(1150, 740))  # beside the dialog
        said = self.notice()
        self.ok("Another question is on the screen" in said and "drop the files again" in said, "refused drop: one question at a time: that is said", said)
        self.answer(ATTACH, "Escape")
        self.drag(path)
        self.answer(QUESTION, "alt+r")
        self.person.wait_for("once more.txt")
        self.ok(True, "refused drop: control: after all of it the same file is taken")

    def nothing_critical(self):
        said = self.window.said()
        bad = [line for line in said.splitlines() if "CRITICAL" in line or "X Window System error" in line]
        self.ok(not bad, "nothing critical was said by the window, desk or core", "\n".join(bad))

    def close(self):
        if self.window is not None:
            self.window.close()
        self.judge.close()
        self.display.close()
        shutil.rmtree(self.place)


def main(build):
    holds = hold_foreign_memory()
    files = Files(build)
    files.ok(holds, "other programs hold the memory whose numbers the window would get first")
    try:
        for step in (files.opens, files.import_file, files.save_rejects, files.send, files.save_result, files.attach, files.send_with_papers, files.drop_contacts, files.drop_attachments,
                     files.send_with_papers, files.drop_nothing, files.refused_drops, files.refused_by_core, files.nothing_critical):
            began = time.time()
            step()
            print("# %s: %.1f s" % (step.__name__, time.time() - began), flush=True)
    except Exception as why:  # the rest cannot go on without it
        files.ok(False, "the way goes on", "%s: %s" % (type(why).__name__, why))
    finally:
        files.close()
    return files.tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
