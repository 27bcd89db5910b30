#!/usr/bin/env python3
"""test-attacks.py BUILD: every row of attacks.py against the window as it is, and against one without its protections. TAP."""
import http.server
import sys
import threading
import time

import attacks
from tap import Tap
from window import Display, Refused, Window

HOME = "app://postrider/ object"
WEAK = ("csp", "filter", "proxy", "policy", "features", "secure", "mail-policy", "cage")
LAYERS = {"the content policy alone": ("filter", "proxy", "policy", "features", "secure", "cage"),
          "the filter alone": ("csp", "proxy", "policy", "features", "secure", "cage"),
          "the proxy alone": ("csp", "filter", "policy", "features", "secure", "cage"),
          "the namespace alone": ("csp", "filter", "proxy", "policy", "features", "secure", "cage")}


class Server:
    """Notes who asked for what."""

    def __init__(self):
        self.hits = set()
        hits = self.hits

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                hits.add(self.path.split("?")[0].rsplit("/", 1)[-1])
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                self.wfile.write(b"<p>outside")

            do_POST = do_HEAD = do_OPTIONS = do_GET

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = "http://127.0.0.1:%d/" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def run(window, body, base, name):
    """What the script returned, or what it was refused with."""
    script = attacks.HELP + "const HIT = %r;\ntry { %s } catch (e) { return 'blocked: ' + e }" % (base + "hit/" + name, body)
    try:
        return window.script(script, 15)
    except (Refused, TimeoutError) as why:
        return "blocked: %s" % why


def fresh(window):
    window.ask("go", "app://postrider/")
    window.wait_for_page()


def net(window, server, tag, wait):
    fresh(window)
    for name, body in attacks.NET:
        run(window, "(async () => { %s })().catch(() => {}); return 'tried'" % body, server.base, tag + name)
    window.script("await new Promise(d => setTimeout(d, %d)); return 1" % wait)
    return {name: tag + name in server.hits for name, _ in attacks.NET}


def scripts(window, server):
    found = {}
    for name, body in attacks.RUN:
        fresh(window)
        found[name] = run(window, body, server.base, "run-" + name)
    return found


def where(window):
    try:
        return window.script("return location.href + ' ' + typeof window.postrider")
    except Refused as why:
        return str(why)


def navigations(window, server, patience):
    found = {}
    for name, body in attacks.NAV:
        fresh(window)
        run(window, "(async () => { %s })().catch(() => {}); return 'tried'" % body, server.base, "nav-" + name)
        found[name] = where(window)
        for _ in range(patience):
            if found[name] != HOME:
                break
            time.sleep(0.5)
            found[name] = where(window)
    return found


def bridges(window, which, server):
    found = {}
    for name, body in attacks.BRIDGE:
        fresh(window)
        found[name] = run(window, attacks.NAIVE + "const api = window.%s; return await (async () => { %s })()" % (which, body), server.base, name)
    return found


def mails(window, server, tag):
    found = {}
    for name, html in attacks.MAIL:
        fresh(window)
        hit = tag + name
        window.script("window.said = []; addEventListener('message', e => window.said.push(e.data)); const f = document.createElement('iframe');"
                      "f.src = await postrider.showMail(%r); await new Promise(d => { f.onload = d; setTimeout(d, 1500); document.body.append(f) }); await new Promise(d => setTimeout(d, 700)); return 1"
                      % html.replace("HIT", server.base + "hit/" + hit).replace("BASE", server.base).replace("hit/mail-base", "hit/" + hit))
        found[name] = hit in server.hits or "GOT" in window.script("return window.said")
    return found


def main():
    build = sys.argv[1]
    tap, server, display = Tap(), Server(), Display()
    with Window(build, display=display) as window:
        strong = (net(window, server, "strong-", 2500), scripts(window, server), navigations(window, server, 2), bridges(window, "postrider", server), mails(window, server, "strong-"))
        naive = bridges(window, "naive", server)
        tap.ok(window.script("return (await postrider.hello()).schema") == 1, "after all of them the bridge still answers")
    with Window(build, display=display, weaken=WEAK, network=True) as window:
        weak = (net(window, server, "weak-", 2500), scripts(window, server), navigations(window, server, 10), None, mails(window, server, "weak-"))
    for name, _ in attacks.NET:
        tap.ok(not strong[0][name], "net/%s reaches nothing" % name)
        tap.ok(weak[0][name], "net/%s: control: without protection the server is asked" % name)
    for name, _ in attacks.RUN:
        tap.ok(strong[1][name] != "GOT", "run/%s is refused" % name, strong[1][name])
        tap.ok(weak[1][name] == "GOT", "run/%s: control: without protection it runs" % name, weak[1][name])
    for name, _ in attacks.NAV:
        tap.ok(strong[2][name] == HOME, "nav/%s stays where it is" % name, strong[2][name])
        tap.ok(weak[2][name] != HOME, "nav/%s: control: without protection it leads away" % name, weak[2][name])
    for name, _ in attacks.BRIDGE:
        tap.ok(strong[3][name] == "no" or strong[3][name].startswith("blocked"), "bridge/%s changes and sees nothing" % name, strong[3][name])
        tap.ok(naive[name] == "GOT", "bridge/%s: control: a bridge made in script gives way" % name, naive[name])
    for name, _ in attacks.MAIL:
        tap.ok(not strong[4][name], "mail/%s is dead" % name)
        tap.ok(weak[4][name], "mail/%s: control: without its policy it works" % name)
    for layer, weaken in LAYERS.items():
        with Window(build, display=display, weaken=weaken, network=layer != "the namespace alone") as window:
            tag = layer.split()[1] + "-"
            got = [name for name, hit in net(window, server, tag, 2500).items() if hit]
            tap.ok(not got, "%s keeps every request in" % layer, got)
    display.close()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
