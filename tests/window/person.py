"""person.py - somebody who sits before the window: looks for words, clicks and types with a real mouse and keyboard (xdotool), and sees what is there.
Looking goes by scripts in the page; doing goes by the X server, but for what a script does better (long text, a list of choices)."""
import json
import os
import subprocess
import time

from window import Refused

HELP = r"""
const shown = (element) => { const box = element.getBoundingClientRect(); return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== 'hidden'; };
const top_ = () => [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
const said = (element) => (element.getAttribute('aria-label') ?? element.textContent).trim().replace(/\s+/g, ' ');
const button = (words) => [...top_().querySelectorAll('button, a, summary, [role=tab]')].filter((one) => shown(one) && !one.disabled).find((one) => said(one) === words)
  ?? [...top_().querySelectorAll('button, a, summary')].filter((one) => shown(one) && !one.disabled).find((one) => said(one).startsWith(words));
const field = (words) => { const label = [...top_().querySelectorAll('label')].find((one) => said(one).startsWith(words)); return label && (label.control ?? label); };
const fill = (element, value) => {
  const kind = element instanceof HTMLSelectElement ? HTMLSelectElement : element instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
  Object.getOwnPropertyDescriptor(kind.prototype, 'value').set.call(element, value);
  element.dispatchEvent(new Event(kind === HTMLSelectElement ? 'change' : 'input', {bubbles: true}));
};
"""


class Person:
    def __init__(self, window):
        self.window, self.display = window, window.display
        self.offset = None
        self.environment = {"DISPLAY": self.display.name, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    # --- looking ---
    def see(self, body, timeout=30):
        return self.window.script(HELP + body, timeout)

    def words(self):
        return self.see("return document.querySelector('#root, body').innerText")

    def wait(self, body, why, seconds=20):
        """What the expression gives, as soon as it is true."""
        end = time.time() + seconds
        while True:
            try:
                found = self.see("return (%s)" % body)
            except Refused:
                if self.window.process.poll() is not None:
                    raise
                found = None  # the page is on its way
            if found:
                return found
            if time.time() > end:
                raise AssertionError("%s; the window says: %s" % (why, self.words()[:1500]))
            time.sleep(0.1)

    def wait_for(self, text, seconds=20):
        return self.wait("document.body.innerText.includes(%s)" % json.dumps(text), "“%s” did not come" % text, seconds)

    # --- doing ---
    def x(self, *words):
        subprocess.run(["xdotool", *(str(word) for word in words)], env=self.environment, check=True, timeout=30,
                       stdout=subprocess.DEVNULL)

    def windows(self, title):
        return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], env=self.environment, capture_output=True,
                              text=True, timeout=30).stdout.split()

    def sit_down(self):
        """Where the page lies on the screen is measured by the mouse itself; keys go to its window."""
        self.x("windowfocus", "--sync", self.windows("Postrider$")[-1])
        self.window.script("window.mouse = null; addEventListener('mousemove', (event) => { window.mouse = [event.clientX, event.clientY]; }, true); return 1")
        for place in (500, 520, 540, 560, 580) * 4:
            self.x("mousemove", place, place)
            time.sleep(0.15)
            seen = self.window.script("return window.mouse")
            if seen:
                time.sleep(0.2)
                seen = self.window.script("return window.mouse")
                self.offset = (place - seen[0], place - seen[1])
                return
        raise AssertionError("the page does not see the mouse")

    def click_on(self, expression, why, seconds=20):
        self.wait("!!(%s)" % expression, "there is no " + why, seconds)
        x, y = self.see("let before = ''; for (let turn = 0; turn < 30; turn++) { const element = %s; element.scrollIntoView({block: 'center', behavior: 'instant'});"
                        "await new Promise((done) => setTimeout(done, 100)); const box = element.getBoundingClientRect(); const place = [box.x + box.width / 2, box.y + box.height / 2];"
                        "if (String(place) === before) return place; before = String(place); } throw new Error('it does not stand still')" % expression)
        self.x("mousemove", round(x + self.offset[0]), round(y + self.offset[1]), "click", 1)

    def press(self, words, seconds=20):
        self.click_on("button(%s)" % json.dumps(words), "button “%s”" % words, seconds)

    def tick(self, label):
        self.click_on("field(%s)" % json.dumps(label), "field “%s”" % label)

    def type_into(self, label, text):
        """With the keyboard."""
        for _ in range(3):  # what is above may come and push it down
            self.click_on("field(%s)" % json.dumps(label), "field “%s”" % label)
            time.sleep(0.1)
            if self.see("return document.activeElement === field(%s)" % json.dumps(label)):
                break
        self.x("key", "ctrl+a")
        self.x("type", "--delay", 8, text)
        self.wait("field(%s).value === %s" % (json.dumps(label), json.dumps(text)), "“%s” does not hold what was typed" % label, 5)

    def put_into(self, label, value):
        """By a script: long text, or one of a list."""
        self.wait("!!field(%s)" % json.dumps(label), "there is no field “%s”" % label)
        self.see("fill(field(%s), %s); return 1" % (json.dumps(label), json.dumps(value)))

    def keys(self, *names):
        for name in names:
            self.x("key", name)
            time.sleep(0.05)

    def tab_to(self, expression):
        """Each step waits for the one before: a key that comes late would carry the focus past its aim."""
        for _ in range(80):
            if self.see("window.was = document.activeElement; return document.activeElement === (%s)" % expression):
                return
            self.x("key", "Tab")
            self.wait("document.activeElement !== window.was", "the focus stays where it is", 5)
        raise AssertionError("the keyboard does not reach %s" % expression)

    def go(self, place):
        self.see("location.hash = '#/%s'; return 1" % place)
        self.wait("!document.querySelector('.loading, [aria-busy=true]') && !!document.querySelector('h1')", "the view %s did not come" % place)
        time.sleep(0.3)

    def agree(self, key):
        """To a question of the shell's own: the key of its button."""
        end = time.time() + 15
        while not self.windows("^Postrider$"):
            if time.time() > end:
                raise AssertionError("the shell asked nothing")
            time.sleep(0.1)
        time.sleep(1)  # it takes no answer of the first moments
        self.x("windowfocus", "--sync", self.windows("^Postrider$")[-1])
        self.x("key", key)
        time.sleep(0.5)
        self.x("windowfocus", "--sync", self.windows("Postrider$")[-1])

    def answer_password(self, password):
        """The shell's own window: the page has no part in it."""
        end = time.time() + 15
        while not self.windows("^Password"):
            if time.time() > end:
                raise AssertionError("nobody asked for the password")
            time.sleep(0.1)
        time.sleep(0.5)
        self.x("windowfocus", "--sync", self.windows("^Password")[-1])
        self.x("type", "--delay", 15, password)
        self.x("key", "Return")
        time.sleep(0.5)
        self.x("windowfocus", "--sync", self.windows("Postrider$")[-1])
