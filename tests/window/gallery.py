"""gallery.py - what each view must be, whoever looks at it: a picture in light and dark (BUILD/window-pictures), by axe-core without a serious finding, and
nothing of a stranger's words is markup."""
import os
import subprocess
import time

from judged import SOURCE


def fetch_axe(build):
    """Returns: its script; None: npm could not fetch it."""
    place = os.path.join(build, "page-test")
    subprocess.run([os.path.join(SOURCE, "page/test.sh"), place, os.path.join(build, "contract/contract.ts"), "install"], capture_output=True)
    path = os.path.join(place, "page/node_modules/axe-core/axe.min.js")
    return open(path).read() if os.path.exists(path) else None


class Gallery:
    def __init__(self, build, window, person, tap):
        self.window, self.person, self.tap = window, person, tap
        self.pictures = os.path.join(build, "window-pictures")
        os.makedirs(self.pictures, exist_ok=True)
        self.axe, self.serious, self.markup = fetch_axe(build), [], []

    def look(self, name):
        for dark in (False, True):
            self.window.ask("dark", "true" if dark else "false")
            self.person.see("document.documentElement.dataset.theme = '%s'; return 1" % ("dark" if dark else "light"))
            time.sleep(0.35)
            self.window.picture(os.path.join(self.pictures, "%s-%s.png" % (name, "dark" if dark else "light")))
            self.check_axe("%s, %s" % (name, "dark" if dark else "light"))
        self.window.ask("dark", "false")
        self.person.see("document.documentElement.dataset.theme = 'light'; return 1")
        foreign = self.person.see(
            "return [...document.querySelectorAll('img, script, style, object, embed, iframe, link, base, meta, form')].filter((one) => !one.closest('head') "
            "&& !(one.matches('iframe') && one.src.startsWith('app://mail/') && one.getAttribute('sandbox') === '') && !(one.matches('form') && one.classList.contains('stack'))"
            "&& !(one.matches('script') && one.src.startsWith('app://postrider/'))).map((one) => one.outerHTML.slice(0, 100))")
        wide = self.person.see("return document.documentElement.scrollWidth > innerWidth + 1 || document.title === 'owned'")
        if foreign or wide:
            self.markup.append((name, foreign, wide))

    def check_axe(self, where):
        if self.axe is None:
            return
        if not self.person.see("return 'axe' in window"):
            self.window.script(self.axe + "; return 1")
        found = self.window.script("const found = await axe.run(document, {iframes: false, resultTypes: ['violations']}); return found.violations.filter((one) => ['serious', 'critical']"
                                   ".includes(one.impact)).map((one) => one.id + ': ' + one.nodes.slice(0, 3).map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join(' | '))", 60)
        self.serious += ["%s: %s" % (where, one) for one in found]

    def look_live(self, name):
        """It moves: pictures only."""
        self.window.picture(os.path.join(self.pictures, name + "-light.png"))

    def findings(self):
        if self.axe is None:
            print("ok %d - axe-core # SKIP it is not there: npm could not fetch it" % (self.tap.count + 1))
            self.tap.count += 1
        else:
            self.tap.ok(not self.serious, "axe-core: no serious or critical finding in any view", "\n".join(sorted(set(self.serious))))
        self.tap.ok(not self.markup, "nothing that strangers wrote is markup, and nothing is wider than the window", self.markup)
