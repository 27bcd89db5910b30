#!/usr/bin/env python3
"""test-keyboard.py BUILD: the window by keyboard: Tab goes round in every view and loses the focus in none, the focused row is seen (pixels are looked at), what was
typed or replaced can be taken back, by key and by menu, and closing while messages go out asks one question, however long one thinks. TAP."""
import base64
import json
import os
import sys
import tempfile
import time

from judged import Judge
from person import Person
from picture import Picture
from tap import Tap
from window import Display, Window

LONG = "maximiliane.schmidt-hohenlohe@staedtisches-gymnasium.example.org"
EMPTY = ("start", "contacts", "campaigns", "accounts", "suppressions", "activity")
FULL = ("start", "contacts", "contacts/list/guests", "contacts/import", "contacts/person/" + LONG, "compose", "campaigns", "campaigns/new", "campaigns/1", "campaigns/2", "accounts",
        "accounts/new", "accounts/edit/office", "suppressions", "activity", "settings")
LETTER = "Dear Ann, we meet on Friday."
THINKING_S = 9  # longer than the shell waits for a page that is silent

# Every place that a key may lead to, seen as the page's own code does not look: by what is drawn.
WALK = """
const numbers = window.numbers ??= new WeakMap();
const numberOf = (one) => numbers.get(one) ?? (numbers.set(one, window.count = (window.count ?? 0) + 1), window.count);
window.walked = []; window.isWalked ??= (addEventListener('keyup', (event) => { if (event.key === 'Tab') { const one = document.activeElement;
  window.walked.push(one === null || one === document.body || one.matches('main, .edge') ? 'LOST' : one.tagName + ' ' + (said(one).slice(0, 30)) + ' ' + numberOf(one)); } }, true), 1);
document.activeElement?.blur?.();
return [...document.querySelectorAll('a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex="0"]:not(.edge)')].filter((one) => one.tabIndex >= 0
  && one.checkVisibility({visibilityProperty: true}) && !(one.type === 'radio' && !one.checked)).length
"""

# Words that go on in the next line, of those that a line could hold. Behind a hyphen or a slash, and behind @ . _ of an address, they may.
BROKEN = r"""
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode, parent = node.parentElement;
  if (!parent.checkVisibility({visibilityProperty: true}) || parent.closest('.visually-hidden, .cm-editor, script, option, .mail-text, pre, code, .reply'))
    continue;
  for (const match of node.data.matchAll(/[^\s\-\u2013\u2014\/]{2,30}/g)) {
    const range = document.createRange();
    range.setStart(node, match.index);
    range.setEnd(node, match.index + match[0].length);
    const tops = [...range.getClientRects()].filter((one) => one.width > 1).map((one) => Math.round(one.top));
    if (Math.max(...tops) - Math.min(...tops) > 6)
      found.push(match[0]);
  }
}
return found.concat(document.documentElement.scrollWidth > innerWidth + 1 ? ['wider than the window'] : [])
"""


class Keyboard:
    def __init__(self, build):
        self.tap, self.build = Tap(), build
        self.place = tempfile.mkdtemp(prefix="keyboard-")
        os.chmod(self.place, 0o755)
        self.pictures = os.path.join(build, "window-pictures")
        os.makedirs(self.pictures, exist_ok=True)
        self.judge, self.display = Judge(self.place), Display()
        self.window = Window(build, display=self.display, shell="postrider-shell-page")
        self.person = Person(self.window)
        self.person.sit_down()

    def ok(self, good, name, why=""):
        self.tap.ok(bool(good), name, why)

    def command(self, *words, **more):
        ran = self.window.command(*words, timeout=120, **more)
        if ran.returncode not in (0, 1):
            raise AssertionError("%s: %s" % (" ".join(words), ran.stderr))
        return ran

    # --- Tab ---
    def tab(self, times, key="Tab"):
        self.person.x("key", "--delay", 12, *[key] * times)
        walked, before = [], None
        while walked != before:  # until no more come: those into a mail's frame never do
            before = walked
            time.sleep(0.4)
            walked = self.person.see("return window.walked")
            if len(walked) == times:
                break
        return walked

    def walk(self, view, name):
        self.person.go(view)
        time.sleep(0.3)
        stops = self.person.see(WALK)
        walked = self.tab(2 * stops + 2)
        first = walked[0] if walked else ""
        self.ok(stops > 8 and "LOST" not in walked and walked.count(first) >= 2 and len(set(walked)) >= stops - self.radios(),
                "tab: twice round %s (%d stops), and the focus is never lost" % (name, stops), (stops, len(walked), walked))
        self.person.see("window.walked = []; return 1")
        back = self.tab(stops + 2, "shift+Tab")
        self.ok("LOST" not in back and set(back) <= set(walked) | {"IFRAME "} and len(back) >= stops / 2, "tab: and back round %s" % name, (back, set(back) - set(walked)))

    def radios(self):
        """One stop a group, of those that are drawn."""
        return self.person.see("const all = [...document.querySelectorAll('input[type=radio]:checked')]; return all.length - new Set(all.map((one) => one.name)).size")

    def fresh(self, draft):
        """A new document, with this letter in it."""
        self.window.script("window.old = 1; await postrider.%s; return 1" % draft)
        self.window.ask("go", "app://postrider/")
        self.person.wait("window.old === undefined && document.readyState === 'complete' && !!document.querySelector('h1')", "the page does not come anew")
        self.person.sit_down()

    def walk_empty(self):
        self.person.wait_for("Three steps to your first message")
        for view in EMPTY:
            self.walk(view, "an empty " + view)

    def fill(self):
        people = "".join("guest%02d@example.org,Guest %02d\n" % (number, number) for number in range(40))
        self.command("import", "-", "--list", "guests", "--consent", "form", input="email,name\nann@example.org,Ann\n%s,Maximiliane Schmidt-Hohenlohe\n" % LONG + people)
        self.command("import", "-", "--list", "others", "--consent", "form", input="email,name\nbob@example.org,Bob\n")
        self.command("account", "add", "office", "office@example.org", "--host", "127.0.0.1", "--port", self.judge.port, "--tls", "none", "--no-password")
        self.command("suppress", "add", "guest01@example.org", "guest02@example.org")
        self.command("template", "save", "Fair", "--subject", "Fair for {{name}}", "--text", "-", input="Dear {{name}}, see https://example.org/fair\n")
        send = ["send", "--account", "office", "--from", "Office <office@example.org>", "--subject", "Hello {{name}}", "--text", "-", "--yes"]
        self.command(*send, "--list", "others", input="Dear {{name}}")
        self.command(*send, "--list", "guests", "--rate", "6/min", "--detach", input="Dear {{name}}")
        self.command("campaign", "pause", "2")

    def walk_full(self):
        """In a window of 900 × 600, where words are looked at, too."""
        self.fresh("draftKeep({subject: 'Kept {{name}}', html: '<p>Dear {{name}}, <a href=\"https://example.org\">here</a></p>', text: '', is_html: true, own_text: false, template: '', files: []})")
        self.window.ask("size", width=900, height=600)
        broken = {}
        for view in FULL:
            self.walk(view, view)
            broken.update({view: words for words in [self.person.see(BROKEN)] if words})
        self.ok(self.person.see("return innerWidth") == 900 and not broken, "narrow: at 900 × 600 nothing breaks in mid-word, and nothing is wider than the window", broken)
        self.window.ask("size", width=1180, height=760)

    # --- the row that has the focus ---
    def picture(self):
        octets = base64.b64decode(self.window.ask("picture"))
        return Picture(octets), octets

    def edge_of(self, expression):
        """How much of the upper edge of an element has the colour of the focus, by the screen."""
        box, accent = self.person.see("const one = %s; const box = one.getBoundingClientRect(); const probe = document.createElement('i'); probe.style.color = 'var(--accent)'; document.body.append(probe);"
                                      "const colour = getComputedStyle(probe).color.match(/\\d+/g).map(Number); probe.remove(); return [[box.x, box.y, box.right, box.bottom], colour]" % expression)
        picture, octets = self.picture()
        with open(os.path.join(self.pictures, "focused-row.png"), "wb") as out:
            out.write(octets)
        best = 0
        for y in range(round(box[1]) - 2, round(box[1]) + 3):  # where the borders of rows collapse, WebKits differ by a pixel
            line = picture.line(y)[round(box[0]) + 4:min(round(box[2]), picture.width) - 20]
            best = max(best, sum(all(abs(a - b) < 12 for a, b in zip(one, accent)) for one in line) / max(1, len(line)))
        return best

    def rows(self):
        for view, kind in (("contacts", "table tbody tr"), ("campaigns/1", "[role=grid]")):
            row = "document.querySelector('%s')" % kind
            inside = row if kind.startswith("table") else "document.querySelector('.vrow[aria-selected=true]')"
            for theme in ("light", "dark") if view == "contacts" else ("light",):
                self.person.go(view)
                self.person.see("document.documentElement.dataset.theme = '%s'; document.activeElement?.blur?.(); return 1" % theme)
                self.person.wait("!!(%s)" % inside, "there is no row")
                self.person.see("(%s).scrollIntoView({block: 'center', behavior: 'instant'}); return 1" % inside)
                time.sleep(0.3)
                before = self.edge_of(inside)
                self.reach(row)
                time.sleep(0.3)
                after = self.edge_of(inside)
                self.ok(after > 0.9 and before < 0.2, "row: the focused one is seen in %s, %s" % (view, theme), (before, after))
        self.person.see("document.documentElement.dataset.theme = 'light'; return 1")

    def reach(self, expression):
        for _ in range(90):
            if self.person.see("return document.activeElement === (%s)" % expression):
                return
            self.person.x("key", "Tab")
            time.sleep(0.02)
        raise AssertionError("the keyboard does not reach %s" % expression)

    # --- undo ---
    def value(self, label):
        return self.person.see("return field(%s).value" % json.dumps(label))

    def undo_in(self, label, text, where):
        """Ctrl+A, Backspace, and it is there again; the other way, too."""
        person = self.person
        person.type_into(label, text)
        person.keys("ctrl+a", "BackSpace")
        gone = self.value(label)
        person.keys("ctrl+z")
        time.sleep(0.2)
        back = self.value(label)
        person.keys("ctrl+shift+z")
        time.sleep(0.2)
        again = self.value(label)
        person.keys("ctrl+z")
        time.sleep(0.2)
        self.ok([gone, back, again, self.value(label)] == ["", text, "", text], "undo: %s" % where, (gone, back, again, self.value(label)))

    def undo_fields(self):
        person = self.person
        self.fresh("draftDrop()")
        person.go("accounts/new")
        self.undo_in("Your e-mail address", "ann@example.org", "an address")
        person.go("contacts")
        self.undo_in("Find a person by name, address or number", "guest", "a search")
        person.go("contacts/import")
        self.undo_in("Or paste them here", "ann@example.org", "a pasted list")
        person.go("suppressions")
        person.press("Add addresses")
        self.undo_in("E-mail addresses, phone numbers or domains", "bob@example.org", "a field of a dialog")
        person.keys("Escape")

    def undo_letter(self):
        person = self.person
        person.go("compose")
        self.undo_in("Subject", "Hello", "the subject")
        self.undo_in("Message as text", LETTER, "the letter")
        person.press("name")
        person.wait("field('Message as text').value.includes('{{name}}')", "the field was not put in")
        person.keys("ctrl+z")
        self.ok(person.wait("field('Message as text').value === %s" % json.dumps(LETTER), "the field stays", 5), "undo: a field that was put in by its button")
        person.press("With design (HTML)")
        person.click_on("document.querySelector('.cm-content')", "the editor")
        person.x("type", "--delay", 8, "<p>Dear</p>")
        person.keys("ctrl+a", "BackSpace")
        person.wait("!document.querySelector('.cm-content').innerText.includes('Dear')", "it does not go")
        person.keys("ctrl+z")
        self.ok(person.wait("document.querySelector('.cm-content').innerText.includes('Dear')", "the design does not come back", 5), "undo: the design")
        person.press("Plain text")

    def letter(self):
        return [self.value("Subject"), self.value("Message as text")]

    def undo_replaced(self):
        person, whole = self.person, ["Hello", LETTER]
        person.press("Begin anew")
        person.wait("field('Subject').value === ''", "it was not begun anew")
        self.ok(person.see("return document.activeElement === field('Subject')"), "begun anew, the keyboard stands in the new letter's subject")
        person.keys("ctrl+z")
        self.ok(person.wait("field('Subject').value === 'Hello'", "it does not come back", 5) and self.letter() == whole, "undo: a letter begun anew is there again", self.letter())
        person.keys("ctrl+shift+z")
        self.ok(person.wait("field('Subject').value === ''", "no redo", 5), "undo: and anew again")
        person.press("Undo")
        self.ok(person.wait("field('Subject').value === 'Hello'", "the button does nothing", 5) and self.letter() == whole, "undo: or by the button that says so", self.letter())
        person.press("Open a template…")
        person.click_on("top_().querySelector('.pick')", "the template")
        person.wait("field('Subject').value.startsWith('Fair')", "the template did not open")
        person.type_into("Subject", "Fair and more")
        person.press("Bring back the letter before")
        self.ok(person.wait("field('Subject').value === 'Hello'", "it does not come back", 5) and self.letter() == whole, "undo: what a template took the place of, though somebody wrote on", self.letter())
        person.press("Bring back the letter before")
        self.ok(person.wait("field('Subject').value === 'Fair and more'", "it does not come back", 5), "undo: and that one too is not lost")

    def menu(self, label, wanted):
        """The right button over a field, then one item. Returns: all of them."""
        self.person.click_on("field(%s)" % json.dumps(label), label)
        self.person.x("click", 3)
        items, end = [], time.time() + 5
        while wanted not in items and time.time() < end:
            time.sleep(0.3)
            items = self.window.ask("menu").split("\n")
        self.chosen = self.window.ask("choose", wanted)
        time.sleep(0.5)
        self.person.keys("Escape")
        return items

    def menus(self):
        person = self.person
        person.type_into("Subject", "By the menu")
        person.keys("ctrl+a", "BackSpace")
        items = self.menu("Subject", "Undo")
        self.ok(self.value("Subject") == "By the menu", "menu: Undo", (self.value("Subject"), items))
        items = self.menu("Subject", "Redo")
        self.ok(self.value("Subject") == "" and not {"Reload", "Inspect Element"} & set(items), "menu: Redo", (self.value("Subject"), items))

    def spelling(self):
        """A wrong word is under the mouse wherever it points."""
        self.person.put_into("Message as text", "helllo " * 300)
        time.sleep(0.5)
        items = self.menu("Message as text", "hello")
        left = self.value("Message as text").split().count("helllo")
        self.ok(self.chosen == "hello" and left == 299 and "hello" in self.value("Message as text").split(), "spelling: the menu proposes the right word, and puts it in", (items, left))

    # --- closing ---
    def think(self):
        person = self.person
        self.window.script("await postrider.campaignResume('2', {}); return 1")
        person.go("start")
        self.window.ask("close")
        person.wait_for("What should happen when the window closes?")
        time.sleep(THINKING_S)
        self.ok(not person.windows("^Postrider$") and self.window.ask("words") == "", "closing: whoever thinks for %d seconds is asked once, by the page" % THINKING_S, self.window.ask("words"))
        person.press("Keep the window open")
        person.wait("!document.querySelector('dialog[open]')", "the question stays")
        self.ok(self.window.process.poll() is None, "closing: the window stays")

    def insist(self):
        person = self.person
        for _ in range(3):
            self.window.ask("close")
            time.sleep(0.4)
        self.ok("Messages are still being sent" in self.window.ask("words"), "closing: who insists is asked by the window itself", self.window.ask("words"))
        person.agree("Escape")
        person.wait("!document.querySelector('dialog[open]')", "the page's question stays, dead")
        self.ok(self.window.process.poll() is None, "closing: answered there, the page's question goes too")
        self.window.ask("close")
        person.press("Pause and close")
        end = time.time() + 20
        while self.window.process.poll() is None and time.time() < end:
            time.sleep(0.1)
        self.ok(self.window.process.poll() == 0 and '"paused"' in self.command("campaign", "list", "--json").stdout, "closing: and the next answer counts", self.window.process.poll())

    def close(self):
        self.window.close()
        self.judge.close()
        self.display.close()


def main(build):
    keyboard = Keyboard(build)
    try:
        for step in (keyboard.walk_empty, keyboard.fill, keyboard.walk_full, keyboard.rows, keyboard.undo_fields, keyboard.undo_letter, keyboard.undo_replaced, keyboard.menus, keyboard.spelling,
                     keyboard.think, keyboard.insist):
            began = time.time()
            step()
            print("# %s: %.1f s" % (step.__name__, time.time() - began), flush=True)
    except Exception as why:  # the rest cannot go on without it
        keyboard.window.picture(os.path.join(keyboard.pictures, "stuck-keyboard.png")) if keyboard.window.process.poll() is None else None
        keyboard.ok(False, "the way goes on", "%s: %s" % (type(why).__name__, why))
    finally:
        keyboard.close()
    return keyboard.tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
