#!/usr/bin/env python3
"""test-isolated.py BUILD [WORD…]: the window in which somebody signs in, as a person opens it: real WebKit, real gate and dial, npm's oidc-provider by TLS and an authority of one's own, a page that
attacks, in a network of the test's own. What is refused works where the provider's file names the host, or outside of the window. TAP."""
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path += [os.path.join(SOURCE, "tests/journey/servers")]

import attacks  # noqa: E402
import internet  # noqa: E402
import npm  # noqa: E402
from desktop import Desktop, SignIn  # noqa: E402
from internet import LISTED, OTHER, OUTSIDE, REBOUND, TRAP  # noqa: E402
from processes import SPACES, below, environment, filters, interfaces, namespaces, status  # noqa: E402
from tap import Tap  # noqa: E402

ADDRESS = "ann@example.org"
PROVIDERS = os.path.join(SOURCE, "tests/unit/confined/oauth/provider")
HIGH = 100  # lines, in which the address and our words end
PAINT = (255, 0, 255)  # what the trap is painted with: where it begins, the page begins

TRAP_PAGE = """<!doctype html><meta charset=utf-8><title>Sign in</title><body style="margin:0;background:rgb(255,0,255)" id=all>
<script>window.load = (what) => import(what);</script>
<script>%s
const asked = new URL(location.href).searchParams, redirect = asked.get('redirect_uri'), state = asked.get('state');
const say = (what) => fetch('/say', {method: 'POST', body: JSON.stringify(what)});
%%s</script>""" % attacks.HELP


def trap(script):
    return lambda handler: (200, {"Set-Cookie": "seen=yes; Secure; Max-Age=3600"}, TRAP_PAGE % script)


# --- accounts ---

def write_provider(desktop, name, port, **other):
    origin = "https://%s%s" % (LISTED, "" if port == 443 else ":%d" % port)
    rows = {"name": "Listed", "authorize": origin + "/auth", "token": origin + "/token", "revoke": origin + "/token/revocation", "scopes": "openid offline_access send",
            "extra": "prompt=consent", "redirect": "localhost", "secret": "no", "embedded": "yes", "rotates": "yes", "smtp": "smtp://127.0.0.1:9", **other}
    return desktop.put(name + ".ini", "[provider]\n" + "".join("%s=%s\n" % row for row in rows.items()))


def add_words(desktop, name, file, ca):
    return ["account", "add", name, "oauth:" + ADDRESS, "--provider", file, "--client-id", "postrider", "--ca", ca, "--window"]


def open_trap(world, name, **other):
    """An account whose sign-in page is the trap. Returns: the command that waits."""
    file = write_provider(world.desktop, name, TRAP, **other)
    command = SignIn(world.desktop, *add_words(world.desktop, name, file, world.ca))
    world.desktop.wait_for_window()
    return command


# --- the tests ---

def test_whole_way(tap, world):
    """Somebody signs in at a strict provider, by keyboard alone."""
    desktop, provider = world.desktop, world.provider
    file = write_provider(desktop, "strict", 443, issuer="https://" + LISTED)
    command = SignIn(desktop, *add_words(desktop, "strict", file, world.ca))
    tap.ok(command.opened["event"] == "open" and command.opened["window"] is True and command.opened["url"] == "" and command.opened["why"] == "", "whole/the window is open, its address untold", command.opened)
    desktop.wait_for_window()
    login = fill_in(world, ["any"])  # the provider has filled the name in: login_hint
    look_at_processes(tap, world)
    fill_in(world, [], login)
    code, event = command.end()
    tap.ok(code == 0 and event["event"] == "signed-in" and event["address"] == ADDRESS, "whole/signed in", (code, event, desktop.said()[-1500:], provider.seen()))
    desktop.wait_for_none("the window stays open behind a sign-in that has ended")
    tap.ok(True, "whole/it closes by itself")
    row = json.loads(desktop.run("account", "list", "--json").stdout)["accounts"][0]
    tap.ok(row["signed_in"] is True, "whole/the account is signed in", row)
    tap.ok("fonts.googleapis.com" not in world.names.asked(), "whole/a host that the provider's own page wants and the list has not is not even looked up", world.names.asked())
    out = desktop.run("account", "sign-out", "strict", "--json")
    tap.ok(json.loads(out.stdout)["revoked"] == "yes", "whole/and taken back", out)


def fill_in(world, words, after=0):
    """The form of the page that comes: what its fields get, then Enter; again while nobody sent it. Returns: how much the provider had seen by then."""
    desktop, provider = world.desktop, world.provider
    desktop.wait_until(lambda: [path for path in provider.seen()[after:] if path.startswith("GET /interaction/")], "the provider's page was not asked for")
    before = len(provider.seen())
    for _ in range(20):
        time.sleep(1)
        for word in words:
            desktop.keys("ctrl+a")
            desktop.x("type", "--delay", 10, word)
            desktop.keys("Tab")
        desktop.keys(*(["shift+Tab"] if words else []), "Return")
        time.sleep(1)
        if [path for path in provider.seen()[before:] if path.startswith("POST /interaction/")]:
            return before
    raise AssertionError("the form was not sent: %s; core says: %s" % (provider.seen(), desktop.said()[-1500:]))


def look_at_processes(tap, world):
    """Own processes, own namespaces, a session of their own."""
    desktop, host = world.desktop, namespaces("self")
    (main,) = desktop.running("postrider-sign-in")
    webkit = {name: [pid for pid in below(main) if os.path.basename(os.readlink("/proc/%d/exe" % pid)) == name] for name in ("WebKitNetworkProcess", "WebKitWebProcess")}
    tap.ok(all(len(pids) == 1 for pids in webkit.values()), "processes/WebKit's two run once", webkit)
    network, web = webkit["WebKitNetworkProcess"][0], webkit["WebKitWebProcess"][0]
    for name, pid in (("the window", main), ("the network process", network), ("the web process", web)):
        spaces, state = namespaces(pid), status(pid)
        tap.ok(all(spaces[space] != host[space] for space in SPACES), "processes/%s: namespaces of its own: %s" % (name, " ".join(SPACES)), spaces)
        tap.ok(interfaces(pid) == ["lo"], "processes/%s: no network but its own loopback" % name, interfaces(pid))
        tap.ok(state["NoNewPrivs"] == "1" and int(state["CapEff"], 16) == 0 and state["Uid"].split()[0] != "0", "processes/%s: no rights, an ordinary user" % name, state["CapEff"])
        odd = [entry for entry in environment(pid) if "INSPECTOR" in entry or "DANGEROUS" in entry]
        tap.ok(not odd, "processes/%s: no word of the caller's that opens it" % name, odd)
    tap.ok(namespaces(web)["net"] != namespaces(main)["net"] and filters(web) > filters(main), "processes/the web process: a second cage inside the first")
    tap.ok(os.getsid(main) != os.getsid(desktop.running("postrider-core")[0]), "processes/the window: a session of its own")
    for folder in ("home/postrider", "root", "var/lib"):
        inside = os.listdir("/proc/%d/root/%s" % (main, folder)) if os.path.exists("/proc/%d/root/%s" % (main, folder)) else []
        tap.ok(not [name for name in inside if not name.startswith(".")], "processes/the window: /%s is empty or not there" % folder, inside)
    tap.ok(not os.path.exists("/proc/%d/root%s" % (main, desktop.user)), "processes/the window: cannot see the data folder")
    with open("/proc/%d/root/etc/ssl/certs/ca-certificates.crt" % main, encoding="ascii") as inside, open(world.ca, encoding="ascii") as ours:
        tap.ok(inside.read().strip() == ours.read().strip(), "processes/the window: the account's authority in place of the system's")


INSIDE = """
import socket, sys
def attempt(run):
    try:
        run()
        return 'GOT'
    except OSError as error:
        return str(error)
def tcp(address, port):
    return lambda: socket.create_connection((address, port), timeout=3).close()
def ask(address, port, octets):
    def run():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(3)
            one.sendto(octets, (address, port))
            if port == 53:
                one.recv(512)
    return run
question = b'\\x12\\x34\\x01\\0\\0\\1\\0\\0\\0\\0\\0\\0' + b''.join(bytes([len(part)]) + part.encode() for part in 'login.listed.test'.split('.')) + b'\\0\\0\\1\\0\\1'
for name, run in (('tcp', tcp('192.0.2.3', 443)), ('tcp-loopback', tcp('127.0.0.1', 443)), ('tcp-listed', tcp('192.0.2.1', 443)), ('udp', ask('192.0.2.3', 3478, b'x')), ('dns', ask('127.0.0.1', 53, question))):
    print(name, attempt(run))
"""


def test_direct(tap, world):
    """Around the proxy: what a process in the window's namespaces can do by itself."""
    command = open_trap(world, "direct")
    (main,) = world.desktop.running("postrider-sign-in")

    def attempt(prefix):
        out = subprocess.run([*prefix, sys.executable, "-c", INSIDE], capture_output=True, text=True, timeout=60).stdout
        return dict(line.split(" ", 1) for line in out.splitlines())
    before = world.datagrams.count
    inside = attempt(["nsenter", "--target", str(main), "--net"])
    reached = world.datagrams.count - before
    outside = attempt([])
    for name in outside:
        tap.ok(outside[name] == "GOT", "direct/control: %s works outside" % name, outside)
        tap.ok(inside.get(name, "nothing") != "GOT", "direct/%s: %s" % (name, inside.get(name)), inside)
    tap.ok(reached == 0 and world.datagrams.count > before, "direct/udp: nothing came", (reached, world.datagrams.count))
    command.leave()
    world.desktop.wait_for_none("the window outlives the command that opened it")
    tap.ok(True, "direct/the command leaves, the window goes")


NET_SCRIPT = """
(async () => {
  const HIT_BASE = 'https://%s/hit/';
  for (const [name, body] of %s) {
    const HIT = HIT_BASE + name;
    try { await within(2000, eval('(async () => {' + body + '})()')); } catch {}
  }
  await sleep(2500);
  await say({net: 'done'});
})();
"""


def hits_of(world, name, **other):
    world.trap.pages["/auth"] = trap(NET_SCRIPT % (OUTSIDE, json.dumps(attacks.NET)))
    world.outside.hits.clear()
    world.trap.said.clear()
    command = open_trap(world, name, **other)
    world.trap.wait_for(lambda one: "net" in one, "the page did not come to its end", 120)
    command.leave()
    world.desktop.wait_for_none("the window outlives its command")
    return {path.rsplit("/", 1)[-1] for path in world.outside.hits}


def test_ways_out(tap, world):
    """Each way by which a page asks for something, to a host that is not on the list; and the same with it on the list."""
    locked = hits_of(world, "locked")
    asked = OUTSIDE in world.names.asked()
    loose = hits_of(world, "loose", hosts=OUTSIDE)
    shown = 0
    for name, _ in attacks.NET:
        tap.ok(name not in locked, "ways-out/%s%s" % (name, "" if name in loose else ": not shown (it does not get out with the host listed either)"))
        shown += name in loose
    tap.ok(shown >= 20, "ways-out/control: %d of %d get out where the provider's file names the host" % (shown, len(attacks.NET)), sorted(loose))
    tap.ok(not asked and OUTSIDE in world.names.asked(), "ways-out/the name was not even looked up (control: it is, where it is listed)", (asked, world.names.asked()))


OTHERS_SCRIPT = """
(async () => {
  const found = {};
  for (const [name, address] of Object.entries(%s))
    found[name] = await fetch(address, {mode: 'no-cors'}).then(() => 'GOT', (error) => String(error));
  found.rtc = typeof RTCPeerConnection;
  if (found.rtc !== 'undefined') {
    const one = new RTCPeerConnection({iceServers: [{urls: 'stun:192.0.2.3:3478'}]});
    one.createDataChannel('x');
    await one.setLocalDescription(await one.createOffer());
    await sleep(2000);
  }
  add('link', {rel: 'dns-prefetch', href: 'https://prefetched.unlisted.test/'}, document.head);
  add('link', {rel: 'preconnect', href: 'https://connected.unlisted.test/'}, document.head);
  await sleep(1500);
  await say({others: found});
})();
"""


def test_other_hosts(tap, world):
    """Hosts by number, by other ports and other schemes; a name that is listed and leads to this machine; WebRTC; prefetching."""
    there = {"listed": "https://%s/" % OTHER, "number": "https://192.0.2.2/", "loopback": "https://127.0.0.1/", "localhost": "https://localhost/", "ipv6": "https://[::1]/",
             "another-port": "https://%s:444/" % OTHER, "in-the-clear": "http://%s/" % OTHER, "rebound": "https://%s/" % REBOUND, "upper": "https://%s./" % OTHER}
    world.trap.pages["/auth"] = trap(OTHERS_SCRIPT % json.dumps(there))
    world.trap.said.clear()
    world.loopback.hits.clear()
    packets = world.datagrams.count
    command = open_trap(world, "others", hosts="%s %s" % (OTHER, REBOUND))
    found = world.trap.wait_for(lambda one: "others" in one, "the page did not come to its end", 90)["others"]
    tap.ok(found["listed"] == "GOT", "hosts/control: one that the file names", found)
    for name in there:
        if name != "listed":
            tap.ok(found[name] != "GOT", "hosts/%s (%s)" % (name, there[name]), found[name])
    tap.ok(REBOUND in world.names.asked() and not world.loopback.hits, "hosts/rebound: its name was looked up, and nobody here was asked", (world.names.asked(), world.loopback.hits))
    tap.ok(world.datagrams.count == packets, "hosts/webrtc: not a packet (RTCPeerConnection: %s)" % found["rtc"])
    odd = {name for name in world.names.asked() if name.endswith(".unlisted.test")} - {OUTSIDE}
    tap.ok(not odd, "hosts/prefetching looks no name up", odd)
    command.leave()
    world.desktop.wait_for_none("the window outlives its command")


THINGS_SCRIPT = """
(async () => {
  const found = {};
  const attempt = async (name, run) => { try { found[name] = String(await within(3000, run())); await say({[name]: found[name]}); } catch (error) { found[name] = 'no: ' + error; } };
  found.bridge = typeof window.postrider + ' ' + typeof window.webkit?.messageHandlers;
  await attempt('app', async () => (await fetch('app://postrider/')).status);
  await attempt('file', async () => (await fetch('file:///etc/passwd')).status);
  await attempt('popup', async () => String(window.open('/second', '_blank')));
  await attempt('notification', async () => typeof Notification === 'undefined' ? 'absent' : Notification.requestPermission());
  await attempt('place', () => new Promise((yes, no) => 'geolocation' in navigator ? navigator.geolocation.getCurrentPosition(() => yes('GOT'), (error) => yes('denied ' + error.code)) : yes('absent')));
  await attempt('camera', async () => navigator.mediaDevices ? (await navigator.mediaDevices.getUserMedia({video: true})).id : 'absent');
  await attempt('clipboard', async () => navigator.clipboard?.readText ? navigator.clipboard.readText() : 'absent');
  await attempt('permission', async () => navigator.permissions ? (await navigator.permissions.query({name: 'geolocation'})).state : 'absent');
  add('a', {href: '/attached', download: 'taken.bin'}).click();
  await sleep(700);
  location.href = '/attached';
  await sleep(1500);
  found.still = location.pathname;
  await say({things: found});
  await say({dialog: String(confirm('?'))});
})();
"""


def test_things(tap, world):
    """What a page might ask of the person's own."""
    world.trap.pages["/auth"] = trap(THINGS_SCRIPT)
    world.trap.pages["/attached"] = lambda handler: (200, {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment; filename=taken.bin"}, "octets")
    world.trap.said.clear()
    command = open_trap(world, "things")
    before = len(world.desktop.windows())
    found = world.trap.wait_for(lambda one: "things" in one, "the page did not come to its end", 60)["things"]
    tap.ok(found["bridge"] == "undefined undefined", "things/no bridge", found["bridge"])
    for name in ("app", "file", "notification", "place", "camera", "clipboard", "permission"):
        tap.ok("GOT" not in found[name] and found[name] not in ("granted", "200", "prompt"), "things/%s: %s" % (name, found[name][:70]), found)
    tap.ok(found["popup"] == "null" and "/second" not in world.trap.hits and len(world.desktop.windows()) == before, "things/no second window", (found["popup"], world.desktop.windows()))
    (main,) = world.desktop.running("postrider-sign-in")
    taken = [name for folder in ("tmp", "home", "run", "dev/shm") for _, _, names in os.walk("/proc/%d/root/%s" % (main, folder)) for name in names if "taken" in name]
    tap.ok("/attached" in world.trap.hits and not taken and found["still"] == "/auth", "things/no download", (taken, found["still"], world.trap.hits[-5:]))
    dialog = world.trap.wait_for(lambda one: "dialog" in one, "the page waits for a dialog")["dialog"]
    tap.ok(dialog == "false", "things/no dialog of the page's", dialog)
    for key in ("ctrl+shift+i", "F12", "ctrl+n", "ctrl+t", "ctrl+s", "ctrl+p", "F11"):
        world.desktop.keys(key)
    time.sleep(1)
    tap.ok(len(world.desktop.windows()) == before, "things/no tools, no window by a key", [world.desktop.x("getwindowname", one) for one in world.desktop.windows()])
    command.leave()
    world.desktop.wait_for_none("the window outlives its command")


COVER_SCRIPT = """
(async () => {
  add('select', {id: 'one', title: 'a tool tip that is high\\n\\n\\n\\n\\n\\n', style: 'position:fixed;left:200px;top:0;width:200px;height:30px'}).innerHTML = [...Array(60)].map((_, i) => '<option>' + i).join('');
  add('p', {draggable: true, id: 'dragged', title: 'x\\n\\n\\n\\n\\n\\n\\nx', style: 'position:fixed;left:20px;top:40px;width:150px;height:60px;margin:0;background:rgb(255,0,255)'}).textContent = 'drag me';
  add('div', {style: 'position:fixed;inset:-500px 0 auto 0;height:540px;z-index:99999;background:rgb(255,0,255);pointer-events:none'});
  add('style').textContent = '* { cursor: url("data:image/svg+xml,' + encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"><rect width="128" height="128" fill="red"/></svg>') + '") 64 120, auto !important }';
  add('p', {title: 'a tip\\n'.repeat(44), style: 'position:fixed;left:200px;bottom:0;width:200px;height:80px;margin:0;background:rgb(255,0,255)'}).textContent = 'a tip of forty lines';
  add('p', {style: 'position:fixed;left:420px;top:0;width:180px;height:90px;margin:0;background:rgb(255,0,255)'}).textContent = '';
  document.querySelector('#one').addEventListener('change', (event) => say({chosen: event.target.value}));
  let drags = 0;
  addEventListener('dragstart', (event) => { drags++; event.dataTransfer.setDragImage(document.body, 0, 0); });
  addEventListener('dragend', () => say({dragged: drags}));
  addEventListener('click', () => { document.documentElement.requestFullscreen?.().catch(() => 0); moveTo(0, -200); resizeTo(2000, 2000); });
  await say({cover: 'ready'});
})();
"""


def test_cover(tap, world):
    """What is drawn beside a page's own place must not lie over the address."""
    desktop, screen = world.desktop, world.desktop.screen
    world.trap.pages["/auth"] = trap(COVER_SCRIPT)
    world.trap.said.clear()
    command = open_trap(world, "cover")
    world.trap.wait_for(lambda one: "cover" in one, "the page did not come")
    desktop.x("mousemove", 900, 880)
    desktop.wait_until(lambda: (screen.find_row(PAINT) or HIGH) < HIGH, "the page was not painted from its top")
    time.sleep(1)
    top = screen.find_row(PAINT)
    bar = screen.rows(0, top)
    tap.ok(top > 30 and len(set(bar)) > 5, "cover/there is an address above the page (%d lines)" % top)
    if os.environ.get("PICTURES"):
        screen.save(os.path.join(os.environ["PICTURES"], "trap.png"))

    def look(name):
        time.sleep(1)
        if os.environ.get("PICTURES"):
            screen.save(os.path.join(os.environ["PICTURES"], name.split(",")[0].replace(" ", "-") + ".png"))
        now = screen.rows(0, top)
        tap.ok(now == bar, "cover/" + name, [y for y in range(top) if now[y] != bar[y]])
    desktop.click(400, top + 300)
    look("full screen, moving, resizing")
    for step in (30, 20, 10):
        desktop.x("mousemove", 300, 760 - step)
        time.sleep(0.3)
    time.sleep(2)
    look("a tool tip of forty lines")
    for step in (300, 80, 60, 40, 30, 20, 14):  # the picture of the cursor is there by now
        desktop.x("mousemove", 500, top + step)
        time.sleep(0.3)
    look("a cursor of the page's")
    desktop.click(300, top + 300, 3)
    look("a menu")
    desktop.keys("Escape")
    desktop.x("mousemove", 60, top + 60)
    time.sleep(0.5)
    desktop.x("mousedown", 1)
    for place in ((70, top + 55), (80, top + 40), (90, top + 20), (95, top + 14)):
        desktop.x("mousemove", *place)
        time.sleep(0.2)
    look("what is dragged")
    desktop.x("mouseup", 1)
    desktop.click(300, top + 15)
    time.sleep(1)
    if os.environ.get("PICTURES"):
        screen.save(os.path.join(os.environ["PICTURES"], "select.png"))
    tap.ok(screen.rows(top + 200, top + 201)[0][4 * 300:4 * 301] != bytes((255, 0, 255)), "cover/a select opens in the page's place")
    look("a select")
    desktop.keys("Tab", "Down", "Down", "Return")
    chosen = world.trap.wait_for(lambda one: "chosen" in one, "nothing was chosen")
    tap.ok(int(chosen["chosen"]) > 0, "cover/and what is chosen there is chosen", chosen)
    look("the page again")
    command.leave()
    desktop.wait_for_none("the window outlives its command")


REDIRECT_SCRIPT = """
(async () => {
  await say({redirect});
  location.href = redirect + '?code=stolen&state=wrong';
  await sleep(1500);
  location.href = '/moved?to=' + encodeURIComponent(redirect + '?code=stolen&state=wrong2');
  await sleep(1500);
  add('iframe', {src: redirect + '?code=stolen&state=wrong3'});
  await sleep(1500);
  fetch(redirect + '?code=stolen&state=wrong4', {mode: 'no-cors'}).catch(() => 0);
  await sleep(1000);
  await say({still: location.pathname, frames: frames.length});
  location.href = redirect + '?error=access_denied&state=' + state;
})();
"""


def test_redirect(tap, world):
    """The redirect is stopped before it is loaded, and judged by its state like any other."""
    world.trap.pages["/auth"] = trap(REDIRECT_SCRIPT)
    world.trap.pages["/moved"] = lambda handler: (302, {"Location": urllib.request.unquote(handler.path.split("to=")[1])}, "")
    world.trap.said.clear()
    command = open_trap(world, "redirect")
    redirect = world.trap.wait_for(lambda one: "redirect" in one, "the page did not come")["redirect"]
    still = world.trap.wait_for(lambda one: "still" in one, "the page was left", 30)
    tap.ok(still["still"] == "/auth", "redirect/the page is still there", still)
    count = world.desktop.said().count("a redirect that is none of its sign-in's")
    tap.ok(count >= 3, "redirect/three with a wrong state were caught, and changed nothing", (count, world.desktop.said()[-1500:]))
    tap.ok("/moved" in world.trap.hits, "redirect/one of them a 302 of the server's")
    code, event = command.end()
    tap.ok(code == 77 and event["reason"] == "denied", "redirect/the right state with a no ends it", (code, event))
    world.desktop.wait_for_none("the window stays open behind a no")
    tap.ok(True, "redirect/and the window goes with it")
    port = int(redirect.rsplit(":", 1)[1].rstrip("/"))
    tap.ok("localhost:%d" % port not in world.desktop.said(), "redirect/gate was never asked for its place", world.desktop.said()[-800:])


COOKIE_SCRIPT = """
(async () => {
  const had = document.cookie, kept = localStorage.getItem('kept');
  document.cookie = 'script=yes; Secure; Max-Age=3600';
  localStorage.setItem('kept', 'yes');
  await say({had, kept});
  if (!location.hash) { location.hash = 'again'; location.reload(); }
})();
"""


def test_cookies(tap, world):
    """One window knows nothing of the one before."""
    world.trap.pages["/auth"] = trap(COOKIE_SCRIPT)
    seen = []
    for turn in ("first", "second"):
        world.trap.said.clear()
        command = open_trap(world, "cookies") if turn == "first" else SignIn(world.desktop, "account", "sign-in", "cookies", "--window")
        world.desktop.wait_until(lambda: len([one for one in world.trap.said if "had" in one]) >= 2, "the page did not come twice")
        seen.append([one for one in world.trap.said if "had" in one])
        command.leave()
        world.desktop.wait_for_none("the window outlives its command")
    (first, reloaded), (second, _) = seen[0][:2], seen[1][:2]
    tap.ok("script=yes" not in first["had"] and first["kept"] is None, "cookies/the first page has none", first)
    tap.ok("script=yes" in reloaded["had"] and reloaded["kept"] == "yes", "cookies/control: within one window they are kept", reloaded)
    tap.ok("script=yes" not in second["had"] and second["kept"] is None, "cookies/the next window has none", second)


def test_ends(tap, world):
    """Whatever ends it, the window goes; whatever ends the window, it ends."""
    desktop = world.desktop
    world.trap.pages["/auth"] = trap("say({come: 1})")
    command = open_trap(world, "ends")
    desktop.close_window(desktop.windows("^Sign in: ")[-1])
    code, event = command.end()
    tap.ok(code == 77 and event["reason"] == "denied", "ends/the person closes the window", (code, event, desktop.said()[-1000:]))
    desktop.wait_for_none("something of the window stays")
    for program in ("postrider-gate", "postrider-sign-in"):
        command = SignIn(desktop, "account", "sign-in", "ends", "--window")
        desktop.wait_for_window()
        for pid in desktop.running(program):
            os.kill(pid, 9)
        code, event = command.end()
        tap.ok(code == 75 and event["reason"] == "network", "ends/%s is killed" % program, (code, event))
        desktop.wait_for_none("something of the window stays")
    first = SignIn(desktop, "account", "sign-in", "ends", "--window")
    desktop.wait_for_window()
    second = SignIn(desktop, "account", "sign-in", "ends", "--window")
    code, event = first.end()
    tap.ok(code == 77, "ends/a second one takes the place of the first", (code, event))
    desktop.wait_until(lambda: len(desktop.windows("^Sign in: ")) == 1, "there are two windows")
    for pid in desktop.running("postrider-core"):
        os.kill(pid, 9)
    second.end()
    desktop.wait_for_none("the window outlives core")
    tap.ok(True, "ends/core is killed")


def test_browser_instead(tap, world, build):
    """Where there can be no window it is the browser, and why is said."""
    desktop = world.desktop
    file = write_provider(desktop, "shy", TRAP, embedded="no")
    rows = [("a provider that does not allow it", add_words(desktop, "shy", file, world.ca), "embedded=yes"),
            ("Google", ["account", "add", "gmail", "gmail:ann@gmail.com", "--client", desktop.put("client.json", json.dumps(
                {"installed": {"client_id": "1.apps.example", "client_secret": "s", "auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": "https://oauth2.googleapis.com/token"}})),
                "--window"], "disallowed_useragent")]
    for name, words, why in rows:
        command = SignIn(desktop, *words)
        tap.ok(command.opened["window"] is False and why in command.opened["why"] and command.opened["url"].startswith("https://"), "browser/%s" % name, command.opened)
        command.leave()
    out = desktop.run("account", "sign-in", "shy", "--window", "--no-browser")
    tap.ok(out.returncode == 64, "browser/--window and --no-browser: either", out)
    with Desktop(build, prefix=["bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--unshare-user", "--disable-userns"]) as closed:
        file = write_provider(closed, "closed", TRAP)
        ca = closed.put("ca.pem", open(world.ca, encoding="ascii").read())
        command = SignIn(closed, *add_words(closed, "closed", file, ca))
        tap.ok(command.opened["window"] is False and "user namespaces" in command.opened["why"] and command.opened["url"].startswith("https://" + LISTED), "browser/no user namespaces", command.opened)
        tap.ok(not closed.running("postrider-sign-in"), "browser/and no window without its walls")
        command.leave()


def test_certificate(tap, world):
    """Without the account's authority nothing of the page is shown."""
    desktop = world.desktop
    world.trap.pages["/auth"] = trap("say({come: 1})")
    world.trap.hits.clear()
    file = write_provider(desktop, "stranger", TRAP)
    words = add_words(desktop, "stranger", file, world.ca)
    command = SignIn(desktop, *words[:words.index("--ca")], "--window")
    desktop.wait_for_window()
    time.sleep(5)
    tap.ok(command.opened["window"] is True and "/auth" not in world.trap.hits, "certificate/of an authority that the system does not know: the page is not even asked for (control: all of the above)", world.trap.hits)
    if os.environ.get("PICTURES"):
        desktop.screen.save(os.path.join(os.environ["PICTURES"], "certificate.png"))
    command.leave()
    desktop.wait_for_none("the window outlives its command")


def test_five_minutes(tap, world):
    """Nobody does anything. By its name alone: it takes five minutes."""
    world.trap.pages["/auth"] = trap("say({come: 1})")
    start = time.time()
    command = open_trap(world, "late")
    code, event = command.end(400)
    took = time.time() - start
    tap.ok(code == 75 and event["reason"] == "timeout" and 290 < took < 330, "five-minutes/it ends by itself, after %d s" % took, (code, event))
    world.desktop.wait_for_none("the window stays", 5)
    tap.ok(True, "five-minutes/and the window with it")


# --- the world ---

class Provider:
    """npm's oidc-provider on the listed host."""

    def __init__(self, folder, where, node):
        port_file = os.path.join(folder, "provider.port")
        self.log = open(os.path.join(folder, "provider.log"), "wb")
        self.process = subprocess.Popen([os.path.join(node, "node"), os.path.join(node, "strict-provider.mjs"), port_file, "3600", "443", LISTED, where["cert.pem"], where["key.pem"]],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(300):
            if os.path.exists(port_file):
                break
            time.sleep(0.1)
        self.ca = where["ca.pem"]

    def seen(self):
        import ssl
        with urllib.request.urlopen("https://%s/seen" % LISTED, timeout=30, context=ssl.create_default_context(cafile=self.ca)) as answer:
            return json.load(answer)

    def close(self):
        self.process.kill()
        self.process.wait()


class World:
    def __init__(self, build, node):
        self.desktop = Desktop(build)
        where = internet.certify(self.desktop.place)
        self.ca = self.desktop.put("ca.pem", open(where["ca.pem"], encoding="ascii").read())
        self.names = internet.Names(self.desktop.place)
        self.provider = Provider(self.desktop.place, where, node)
        self.trap = internet.Site(internet.NAMES[LISTED], TRAP, {"/auth": trap("")}, where)
        self.other = internet.Site(internet.NAMES[OTHER], 443, {}, where)
        self.other_port = internet.Site(internet.NAMES[OTHER], 444, {}, where)
        self.clear = internet.Site(internet.NAMES[OTHER], 80, {})
        self.outside = internet.Site(internet.NAMES[OUTSIDE], 443, {}, where)
        self.loopback = internet.Site("127.0.0.1", 443, {}, where)
        self.loopback6 = internet.Site("::1", 443, {}, where)
        self.datagrams = internet.Datagrams(internet.NAMES[OUTSIDE], 3478)

    def close(self):
        self.provider.close()
        self.names.close()
        self.desktop.close()


def main():
    build = os.path.abspath(sys.argv[1])
    node, reason = npm.install(build, "token-provider-node", PROVIDERS) if os.environ.get("POSTRIDER_TEST_INSIDE") != "yes" else (os.path.join(build, "token-provider-node"), None)
    if reason:
        print("1..0 # SKIP " + reason)
        return 0
    internet.enter()
    tap, world = Tap(), World(build, node)
    tests = [test_whole_way, test_direct, test_ways_out, test_other_hosts, test_things, test_cover, test_redirect, test_cookies, test_certificate, test_ends]
    wanted = sys.argv[2:]
    try:
        for test in tests + ([test_five_minutes] if wanted else []):
            if not wanted or any(word in test.__name__ for word in wanted):
                test(tap, world)
        if not wanted or "browser" in wanted:
            test_browser_instead(tap, world, build)
    finally:
        world.close()
    return tap.end()


sys.exit(main())
