#!/usr/bin/env python3
"""test-inside.py BUILD: the window's processes seen from outside while it runs; the password's way; what is in the installed programs. TAP."""
import os
import platform
import re
import subprocess
import sys
import time

from processes import SPACES, descriptors, environment, filters, interfaces, namespaces, sockets, status
from tap import Tap
from window import Display, Window

OURS = ("postrider-shell", "WebKitWebProces", "WebKitNetworkPr")
SECRET = "zebra7quartz9vixen"
KEPT = re.compile(r"^(DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_\w+|AT_SPI_BUS_ADDRESS|LANG|LANGUAGE|LC_\w+|TZ|GTK_THEME|GTK_A11Y|XCURSOR_\w+|GDK_\w+|HOME|PATH|TMPDIR|"
                  r"GIO_USE_\w+|GSETTINGS_BACKEND|GSK_RENDERER|__EGL_VENDOR_LIBRARY_FILENAMES|DBUS_SESSION_BUS_ADDRESS|JSC_useWasm|G_DEBUG|PWD|LD_LIBRARY_PATH|GST_\w+)=")


def remembers(pid, secret):
    """Is it anywhere in the memory of the process, as octets or as UTF-16?"""
    found = 0
    with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb") as memory:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if "r" not in line.split()[1] or "[v" in line or end - start > 1 << 30:
                continue
            try:
                memory.seek(start)
                octets = memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            found += octets.count(secret.encode()) + octets.count(secret.encode("utf-16-le"))
    return found


def test_processes(tap, window):
    host = namespaces("self")
    running = window.processes()
    for name in OURS:
        pids = running.get(name, [])
        tap.ok(len(pids) == 1, "%s runs once" % name, running)
        if not pids:
            continue
        pid = pids[0]
        state, spaces = status(pid), namespaces(pid)
        tap.ok(state["NoNewPrivs"] == "1", "%s: no_new_privs" % name, state["NoNewPrivs"])
        tap.ok(int(state["CapEff"], 16) == int(state["CapPrm"], 16) == int(state["CapBnd"], 16) & int(state["CapPrm"], 16) == 0, "%s: no capability" % name, state["CapEff"])
        tap.ok(all(spaces[space] != host[space] for space in SPACES), "%s: namespaces of its own: %s" % (name, " ".join(SPACES)), spaces)
        tap.ok(interfaces(pid) == ["lo"] and not sockets(pid), "%s: no network, no internet socket" % name, sockets(pid))
        tap.ok(int(state["Uid"].split()[0]) != 0, "%s: an ordinary user" % name, state["Uid"])
        odd = [entry for entry in environment(pid) if not KEPT.match(entry)]
        tap.ok(not odd, "%s: nothing else in its environment" % name, odd)
        odd = [fd for fd in descriptors(pid) if not re.match(r"(socket|pipe|anon_inode):|/memfd:|/dev/(null|shm|urandom|dri|zero)|/proc/|/usr/|/etc/|/tmp/|/$|/run/|.*\(deleted\)|/sys/", fd)]
        tap.ok(not odd, "%s: nothing of the user's is open" % name, odd)
    web = running["WebKitWebProces"][0]
    shell = running["postrider-shell"][0]
    tap.ok(filters(web) > filters(shell), "the web process: a seccomp filter of its own", (filters(web), filters(shell)))
    tap.ok(filters(shell) == 1, "the shell: a filter without System V memory", filters(shell))
    tap.ok(all(namespaces(web)[space] != namespaces(shell)[space] for space in ("mnt", "pid", "user", "net")), "the web process: a second cage inside the first")
    for folder in ("home", "root", "var/lib", "run/user"):
        try:
            inside = os.listdir("/proc/%d/root/%s" % (web, folder))
        except OSError:
            inside = []
        inside = [name for name in inside if name != "webkitgtk"]  # its own sockets
        tap.ok(not inside, "the web process: /%s is empty or not there" % folder, inside)
    seen = {pid: [name for folder, _, names in os.walk("/proc/%d/root/tmp" % pid) for name in names if folder.endswith("/filter")] for pid in (web, shell)}
    tap.ok(seen[shell] and not seen[web], "the web process: cannot see the compiled filter (control: the shell can)", seen)
    tap.ok(not os.path.exists("/proc/%d/root%s" % (shell, window.home)), "the shell: cannot see the data folder")
    with open("/proc/%d/limits" % shell) as limits:
        tap.ok(re.search(r"Max core file size\s+0\s+0\s", limits.read()) is not None, "the shell: no core dump")


def sandboxed(window):
    running = window.processes()
    pids = running.get("WebKitWebProces", [])
    return bool(pids) and filters(pids[0]) > filters(running["postrider-shell"][0])


def test_environment(tap, build, display):
    """A variable that really opens the web process's cage."""
    evil = {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "LD_BIND_NOW": "1"}
    with Window(build, display=display, environment=evil) as window:
        tap.ok(sandboxed(window), "environment/the variable that opens the cage is taken away")
        odd = [entry for pid in window.processes()["WebKitWebProces"] for entry in environment(pid) if "DANGEROUS" in entry]
        tap.ok(not odd, "environment/and does not reach the web process", odd)
    with Window(build, display=display, environment=evil, weaken=["environment"]) as window:
        tap.ok(not sandboxed(window), "environment/control: left in, it opens the cage")


def drivers(window):
    """{process: GL drivers and compilers that are mapped into it}"""
    found = {}
    for name in ("postrider-shell", "WebKitWebProces"):
        for pid in window.processes().get(name, []):
            with open("/proc/%d/maps" % pid) as maps:
                found[name] = sorted(set(re.findall(r"[^/\s]*(?:LLVM|_dri|EGL_mesa|gallium|vulkan_)[^/\s]*", maps.read())))
    return found


def test_drivers(tap, build, display):
    with Window(build, display=display) as window:
        found = drivers(window)
        tap.ok(len(found) == 2 and not any(found.values()), "drivers/no GL driver, no compiler in the shell nor in the web process", found)
    with Window(build, display=display, weaken=["gl"]) as window:
        found = drivers(window)
        tap.ok(found.get("postrider-shell"), "drivers/control: left to WebKit, the shell loads one", found)
        loads, is_twelve = bool(found.get("WebKitWebProces")), platform.freedesktop_os_release().get("VERSION_ID") == "12"
        tap.ok(loads or not is_twelve, "drivers/control: and so does the web process" + ("" if loads or is_twelve else " # SKIP by itself it loads none here"), found)


def press(display, title, *keys):
    for _ in range(50):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], env={"DISPLAY": display.name}, capture_output=True, text=True).stdout.split()
        if found:
            break
        time.sleep(0.1)
    if not found:
        return False
    time.sleep(0.5)
    for words in (["windowfocus", "--sync", found[-1]],) + keys:
        subprocess.run(["xdotool", *words], env={"DISPLAY": display.name}, check=True, timeout=20)
    return True


LONG_HOST = "smtp.gmail.com." + ".".join(["a" * 60] * 3) + ".thief.example"  # its end says whose it is
ADD = "accountAdd(%s, Object.assign({address: 'ann@example.com', keep: false, has_password: true}, %s))"
# call, what the dialog must say, what it must not say
SAYS = [
    (ADD % ("'office'", "{host: 'mail.example.net', port: 465, tls: 'implicit'}"), ["“office”", "to the server “mail.example.net” (port 465), encrypted", "nowhere else"], ["NOT ENCRYPTED"]),
    (ADD % ("'office'", "{host: 'mail.example.net', port: 25, tls: 'none', insecure: true}"), ["“mail.example.net” (port 25), NOT ENCRYPTED", "others on the way can read it"], []),
    (ADD % ("'office'", "{host: 'mail.example.net'}"), ["“mail.example.net” (port 587), encrypted"], ["port 0"]),
    (ADD % ("'office'", "{address: 'ann@gmail.com'}"), ["“ann@gmail.com”", "“smtp.gmail.com” (port 587), encrypted"], []),
    (ADD % ("'office'", "{host: '%s', port: 465}" % LONG_HOST), [LONG_HOST], []),
    (ADD % ("'office'", "{host: 'smtp.gm\u0430il.com', port: 465}"), ["“smtp.xn--gmil-63d.com”"], ["gm\u0430il"]),  # a Cyrillic letter
    (ADD % ("'x”, and to “smtp.gmail.com” (port 465), encrypted'", "{host: 'thief.example', port: 465}"), ["“x', and to 'smtp.gmail.com' (port 465), encrypted”", "“thief.example” (port 465)"],
     ["“smtp.gmail.com”"]),
    (ADD % ("'of\u202efice'", "{host: 'mail.example.net'}"), ["“of?fice”"], ["\u202e"]),  # nothing turns the sentence round
    ("accountSecret('later')", ["“later”", "the server “mail.example.net” (port 587), encrypted"], []),
    ("vaultUnlock()", ["the passphrase that protects your saved passwords"], ["server"]),
    ("vaultProtect()", ["choose a passphrase", "cannot be recovered"], ["server"]),
]


def test_says(tap, window, display):
    """What the person reads before they type: where it goes."""
    window.command("account", "add", "later", "ann@example.net", "--host", "mail.example.net", "--no-password")
    for call, wanted, unwanted in SAYS:
        window.script("window.told = null; postrider.%s.then(() => window.told = 'stored', e => window.told = e.fault + ': ' + e.message); return 1" % call)
        time.sleep(0.7)
        said = window.ask("words").replace("\n", " ")
        tap.ok(all(words in said for words in wanted) and not any(words in said for words in unwanted), "says/%s: %s" % (call[:90], wanted[0]), (said, window.script("return window.told")))
        tap.ok(press(display, "^Passphrase|^Password", ["key", "Escape"]), "says/it can be closed")
        time.sleep(0.4)
        got = window.script("return window.told")
        tap.ok(got is not None and got.startswith("TempFail: No password was typed"), "says/and nothing is stored", got)


def test_secret(tap, window, display):
    window.script("window.seen = []; for (const kind of ['keydown', 'keyup', 'input', 'beforeinput', 'paste']) addEventListener(kind, e => window.seen.push(e.key ?? e.data), true);"
                  "window.told = null; postrider.accountAdd('office', {address: 'ann@example.com', host: 'localhost', port: 2525, tls: 'none', keep: false, has_password: true})"
                  ".then(() => window.told = 'stored', e => window.told = e.fault + e.message); return 1")
    busy = window.script("try { await postrider.accountSecret('office'); return 'asked' } catch (e) { return e.fault }")
    tap.ok(busy == "TempFail", "secret/one question at a time", busy)
    tap.ok(press(display, "Password", ["type", "--delay", "20", SECRET], ["key", "Return"]), "secret/the window asks for it itself")
    time.sleep(1)
    got = window.script("return [window.told, window.seen]")
    tap.ok(got[0] == "stored" and set(got[1]) <= {"Enter"}, "secret/core has it, the page saw no key of it", got)  # Enter goes up when the dialog has gone
    running = window.processes()
    tap.ok(remembers(window.core_pid(), SECRET) > 0, "secret/control: it is found in the memory of core, which holds it")
    tap.ok(remembers(running["WebKitWebProces"][0], SECRET) == 0, "secret/it is nowhere in the web process's memory")
    tap.ok(remembers(running["WebKitNetworkPr"][0], SECRET) == 0, "secret/nor in the network process's")
    left = remembers(running["postrider-shell"][0], SECRET)
    tap.ok(left == 0, "secret/and wiped from the shell's", left)
    window.script("window.told = null; postrider.accountSecret('office').then(() => window.told = 'stored', e => window.told = e.fault); return 1")
    tap.ok(press(display, "Password", ["key", "Escape"]), "secret/the window asks again")
    time.sleep(0.5)
    got = window.script("return window.told")
    tap.ok(got == "TempFail", "secret/who changes their mind has given nothing", got)


def test_installed(tap, build):
    for path in ("src/shell/postrider-shell", "src/confined/page/postrider-page.so"):
        full = os.path.join(build, path)
        if not os.path.exists(full):
            tap.ok(True, "installed/%s # SKIP the page is not built" % path)
            continue
        with open(full, "rb") as program:
            octets = program.read()
        odd = [word for word in (b"weaken", b"rawBridge", b"drive_begin", b"INSPECTOR", b"--automation") if word in octets]
        tap.ok(not odd, "installed/%s holds nothing of the tests" % path, odd)
    with open(os.path.join(build, "tests/window/postrider-shell-test"), "rb") as program:
        tap.ok(b"weaken_set" in program.read(), "installed/control: the tests' own program does")


def main():
    tap, display, build = Tap(), Display(), sys.argv[1]
    with Window(build, display=display) as window:
        test_processes(tap, window)
        test_says(tap, window, display)
        test_secret(tap, window, display)
    test_environment(tap, build, display)
    test_drivers(tap, build, display)
    test_installed(tap, build)
    display.close()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
