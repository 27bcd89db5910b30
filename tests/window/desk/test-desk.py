#!/usr/bin/python3
"""test-desk.py BUILD: the window's starter and desk, whole and as an ordinary user: real core, real desk, a display, a session bus with stand-ins
for a desktop's services, and a stand-in for the window (postrider-shell beside this file) in the real box. TAP."""
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE, BUILD = os.path.dirname(os.path.abspath(__file__)), os.path.abspath(sys.argv[1])
USER = 65534
count, failures = 0, 0
started = []


def check(is_fine, name, detail=""):
    global count, failures
    count += 1
    failures += not is_fine
    print("%sok %d - %s" % ("" if is_fine else "not ", count, name), flush=True)
    if not is_fine:
        print("\n".join("# " + line for line in str(detail).splitlines()), flush=True)


def equal(found, wanted, name):
    check(found == wanted, name, "found %r\nwanted %r" % (found, wanted))


def wait_for(what, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    return what()


def as_user(words, **options):
    if os.getuid() == 0:
        words = ["setpriv", "--reuid=%d" % USER, "--regid=%d" % USER, "--clear-groups", "--inh-caps=-all", "--"] + words
    return words


# a bus that starts no service by itself: the portal that this machine may have stays away
SILENT = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>%s</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""


class Desktop:
    """A home, a display with a cookie, a session bus."""

    def __init__(self, services, config=None):
        self.folder = tempfile.mkdtemp(prefix="desk-", dir="/tmp")
        os.chmod(self.folder, 0o755)
        self.home, self.programs = self.folder + "/home", self.folder + "/libexec/postrider"
        os.makedirs(self.programs)
        os.mkdir(self.folder + "/bin")
        os.mkdir(self.home, 0o700)
        os.mkdir(self.folder + "/run", 0o700)
        for path in ("/cli/postrider", "/core/postrider-core", "/desk/postrider-desk", "/desk/postrider-dialog", "/desk/postrider-show", "/confined/smtp/postrider-smtp",
                     "/confined/dial/postrider-dial", "/confined/import/postrider-import", "/confined/sink/postrider-sink"):
            if os.path.exists(BUILD + "/src" + path):
                shutil.copy(BUILD + "/src" + path, self.folder + "/bin" if path.startswith("/cli") else self.programs)
        shutil.copy(HERE + "/postrider-shell", self.programs)
        shutil.copy(HERE + "/services.py", self.folder)  # the source's folder may be closed to others
        self.environment = {"HOME": self.home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": self.folder + "/run", "POSTRIDER_HOME": self.home + "/data",
                            "DBUS_SESSION_BUS_ADDRESS": "unix:path=%s/run/bus" % self.folder, "XAUTHORITY": self.home + "/cookies",
                            "UNWANTED": "x", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "WEBKIT_INSPECTOR_HTTP_SERVER": "127.0.0.1:4444"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.chosen = self.home + "/chosen.csv"
        with open(self.chosen, "w") as file:
            file.write("email\nann@example.org\n")
        for path in (self.home, self.chosen, self.folder + "/run"):
            if os.getuid() == 0:
                os.chown(path, USER, USER)
        self.start_display()
        words = ["--session"]
        if config is not None:
            with open(self.folder + "/bus.conf", "w") as file:
                file.write(config % self.environment["DBUS_SESSION_BUS_ADDRESS"])
            words = ["--config-file=" + self.folder + "/bus.conf"]
        self.spawn(["dbus-daemon", *words, "--nofork", "--address=" + self.environment["DBUS_SESSION_BUS_ADDRESS"]])
        wait_for(lambda: os.path.exists(self.folder + "/run/bus"))
        self.log = self.home + "/calls"
        self.spawn([sys.executable, self.folder + "/services.py", self.log, self.home] + services)
        wait_for(lambda: self.calls())

    def spawn(self, words, **options):
        process = subprocess.Popen(as_user(words), env=self.environment, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
        started.append(process)
        return process

    def start_display(self):
        self.number = next(n for n in range(90, 200) if not os.path.exists("/tmp/.X11-unix/X%d" % n) and not os.path.exists("/tmp/.X%d-lock" % n))
        self.environment["DISPLAY"] = ":%d" % self.number
        for name in (":%d" % self.number, ":%d" % (self.number + 1)):
            subprocess.run(as_user(["xauth", "-f", self.environment["XAUTHORITY"], "add", name, ".", "0" * 31 + "1"]), env=self.environment, stderr=subprocess.DEVNULL, check=True)
        self.spawn(["Xvfb", self.environment["DISPLAY"], "-screen", "0", "800x600x24", "-nolisten", "tcp", "-noreset", "-auth", self.environment["XAUTHORITY"]])
        wait_for(lambda: os.path.exists("/tmp/.X11-unix/X%d" % self.number))

    def postrider(self, *words, **more):
        environment = dict(self.environment, **more)
        return subprocess.run(as_user([self.folder + "/bin/postrider", *words]), env=environment, cwd="/", capture_output=True, text=True, timeout=120)

    def report(self):
        found = self.postrider("template", "show", "report", "--json")
        if found.returncode != 0:
            return None
        return json.loads(json.loads(found.stdout)["text"])

    def calls(self, method=None):
        if not os.path.exists(self.log):
            return []
        found = [json.loads(line) for line in open(self.log)]
        return [call for call in found if method is None or call[0] == method]

    def ask(self, method, kind, value):
        subprocess.run(as_user(["gdbus", "call", "--session", "--dest", "org.postrider.Test", "--object-path", "/org/postrider/Test", "--method",
                                "org.postrider.Test." + method, value]), env=self.environment, capture_output=True, check=True)

    def processes(self, name):
        found = []
        for path in glob.glob("/proc/[0-9]*"):
            try:
                words = open(path + "/cmdline", "rb").read().split(b"\0")
                if any(word.startswith(self.programs.encode()) and word.endswith(b"/postrider-" + name.encode()) for word in words[:3]):
                    found.append(int(path[6:]))
            except OSError:
                pass
        return sorted(found)

    def core_log(self):
        path = self.environment["POSTRIDER_HOME"] + "/core.log"
        return open(path).read() if os.path.exists(path) else ""

    def end(self):
        for pid in self.processes("core"):
            os.kill(pid, signal.SIGTERM)
        wait_for(lambda: not self.processes("core"))
        for process in started:
            process.terminate()
            process.wait()
        started.clear()
        shutil.rmtree(self.folder)


def status_of(pid):
    return dict(line.split(":\t", 1) for line in open("/proc/%d/status" % pid).read().splitlines() if ":\t" in line)


# --- the cases ---

def opens_and_is_walled_in():
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    desktop = Desktop(["portal", "notifications"])
    try:
        ran = desktop.postrider("app", LC_PAPER="look.rights.port%d" % port)
        equal((ran.returncode, ran.stderr.strip()), (0, "The window is open."), "postrider app opens the window")
        report = wait_for(desktop.report) or {}
        around = report.get("around", {})
        environment = around.get("environment", {})
        equal([name for name in environment if name in ("UNWANTED", "XAUTHORITY_OUTSIDE", "DBUS_SESSION_BUS_ADDRESS", "POSTRIDER_HOME") or name.startswith("WEBKIT")], [],
              "nothing of the caller's environment but what is on the list")
        equal(around.get("fds", [])[:4], [0, 1, 2, 3], "descriptors: 0 to 3")
        check(len(around.get("fds", range(99))) <= 8, "and none that was left over", around.get("fds"))
        equal([around.get("home"), around.get("run")], [["postrider"], ["user"]], "/home and /run are empty")
        check("passwd" not in around.get("etc", ["passwd"]) and "machine-id" not in around["etc"], "/etc holds neither users nor the machine's id", around.get("etc"))
        check(around.get("processes", 99) <= 3, "it sees its own processes alone", around.get("processes"))
        equal(around.get("interfaces"), ["lo"], "no network but an empty one")
        check(around.get("outside") != "reached", "a listener outside is out of reach", around.get("outside"))
        probe = socket.create_connection(("127.0.0.1", port))
        probe.close()
        check(True, "control: the same listener is reached from outside")
        equal(around.get("capabilities"), "0000000000000000", "no capabilities")
        equal(around.get("no_new_privs"), "1", "no new rights")
        equal({path: words for path, words in around.get("writes", {}).items() if words == "written"}, {"/tmp/x": "written"}, "it writes into its own /tmp alone")
        equal(around.get("display"), "reached", "the display is there")
        check(0 < around.get("cookie", 0) < os.path.getsize(desktop.environment["XAUTHORITY"]), "with its own cookie, and no other", around.get("cookie"))
        equal(around.get("accessibility"), "reached", "the screen readers' bus is there, by its proxy")
        rights = report.get("rights", {})
        for method in ("Leave", "SinkStart", "WindowOpen"):
            equal(rights.get(method), "org.postrider.Fault.NoPerm", "the window may not call " + method)
        check(isinstance(rights.get("Lists"), list), "control: it may call Lists", rights.get("Lists"))
        again = desktop.postrider("app")
        equal(again.returncode, 0, "a second start returns")
        check(wait_for(lambda: ["WindowRaise", []] in desktop.report()["heard"]), "and raises the window that is there")
        equal(len(desktop.processes("shell")), 1, "one window")
        process_checks(desktop)
        others_may_not(desktop)
        killed_and_back(desktop)
    finally:
        listener.close()
        desktop.end()


def process_checks(desktop):
    desk = desktop.processes("desk")[-1]
    status = status_of(desk)
    equal([status["NoNewPrivs"], status["Seccomp"], status["CapEff"]], ["1", "2", "0000000000000000"], "desk: no new rights, a filter, no capabilities")
    kinds = {}
    for fd in os.listdir("/proc/%d/fd" % desk):
        target = re.sub(r"\d+", "", os.readlink("/proc/%d/fd/%s" % (desk, fd)))
        kinds[target] = kinds.get(target, 0) + 1
    check(set(kinds) <= {"/dev/null", "pipe:[]", "socket:[]", "anon_inode:[eventfd]"}, "desk: only sockets, pipes, event counters", kinds)
    families = open("/proc/%d/net/tcp" % desk).read().count("\n") + open("/proc/%d/net/udp" % desk).read().count("\n")
    equal(families, 2, "desk: no network socket, in a network of its own")
    for name in ("data", "data.state"):
        found = os.listdir("/proc/%d/root%s/%s" % (desk, desktop.home, name))
        equal(found, [], "desk: the folder %s is empty for it" % name)
    check("store.db" in os.listdir(desktop.home + "/data"), "control: it is not empty outside")


CLIENT = """
import sys
from gi.repository import Gio, GLib
bus = Gio.DBusConnection.new_for_address_sync(sys.argv[1], Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT, None, None)
for method, arguments in (("DeskChoose", ("contacts",)), ("DeskSave", ("x",)), ("DeskDropped", (["/etc/passwd"],)), ("DeskShow", ("https://example.org/",)), ("DeskLook", None), ("Lists", None)):
    try:
        bus.call_sync(None, "/org/postrider", "org.postrider.App1", method, GLib.Variant("(as)" if method == "DeskDropped" else "(s)", arguments) if arguments else None, None, 0, 5000, None)
        print(method, "answered")
    except GLib.Error as error:
        print(method, Gio.DBusError.get_remote_error(error))
"""


def others_may_not(desktop):
    ran = subprocess.run(as_user([sys.executable, "-c", CLIENT, "unix:path=%s/data/core.sock" % desktop.home]), env=desktop.environment, capture_output=True, text=True)
    for method in ("DeskChoose", "DeskSave", "DeskDropped", "DeskShow", "DeskLook"):
        check(method + " org.postrider.Fault.NoPerm" in ran.stdout, "a client of the command line may not call " + method, ran.stdout + ran.stderr)
    check("Lists answered" in ran.stdout, "control: it may call Lists", ran.stdout)


def killed_and_back(desktop):
    before = desktop.processes("shell")
    os.kill(before[-1], signal.SIGKILL)
    check(wait_for(lambda: not desktop.processes("shell")), "a window that is killed leaves nothing behind")
    check(wait_for(lambda: not desktop.processes("desk")), "and desk ends with it", desktop.processes("desk"))
    equal(len(desktop.processes("core")), 1, "core goes on")
    equal(desktop.postrider("app").returncode, 0, "the next start opens it anew")
    check(desktop.processes("shell") and desktop.processes("shell") != before, "with processes of its own")
    core = desktop.processes("core")[0]
    os.kill(core, signal.SIGKILL)
    check(wait_for(lambda: not desktop.processes("shell") and not desktop.processes("desk")), "when core is killed, window and desk end", desktop.processes("shell"))


def desk_serves():
    desktop = Desktop(["portal", "notifications"])
    try:
        equal(desktop.postrider("app", LC_PAPER="desk", LC_TIME="de_DE.UTF-8").returncode, 0, "the window opens on a desktop with a portal")
        report = wait_for(desktop.report) or {}
        equal(report.get("look"), {"dark": False, "contrast": True, "animations": False, "scale": 1.25, "locale": "de-DE", "clock24": False}, "look: the portal's, the locale's")
        equal(report.get("chosen"), [["chosen.csv", 22, "email\nann@example.org\n"]], "a file is chosen by the portal, and comes as a descriptor")
        equal(report.get("nonsense"), "org.postrider.Fault.Usage", "no other purposes")
        equal(report.get("saved"), "saved.csv", "a file is saved by the portal")
        equal(open(desktop.home + "/saved.csv").read(), "written by the window", "and the window writes into it")
        equal(report.get("badly named"), "org.postrider.Fault.Usage", "no path for a name")
        equal(report.get("at once again"), "org.postrider.Fault.TempFail", "one address a second")
        equal(set(report.get("shown badly", [])), {"org.postrider.Fault.Usage"}, "no other kinds of addresses")
        equal([call[2] for call in desktop.calls("OpenURI")], ["https://example.org/a?b=c"], "the portal opens the one that was fine")
        opened = desktop.calls("OpenFile")[0]
        check("*.[cC][sS][vV]" in json.dumps(opened), "the dialog offers the files that fit", opened)
        desktop.ask("SetDark", "b", "true")
        check(wait_for(lambda: any(name == "LookChanged" and look[0]["dark"] for name, look in desktop.report()["heard"])), "the window hears that the desktop is dark now", desktop.report()["heard"])
    finally:
        desktop.end()


def campaign_tells():
    desktop = Desktop(["portal", "notifications"])
    try:
        mail = desktop.home + "/mail"
        sink = subprocess.Popen(as_user([desktop.folder + "/bin/postrider", "sink", "--port", "0", "--dir", mail]), env=desktop.environment, cwd="/", stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)
        started.append(sink)
        port = re.search(r"(\d{4,5})", sink.stdout.readline()).group(1)
        equal(desktop.postrider("app").returncode, 0, "the window opens in front of a campaign")
        for words in (["account", "add", "test", "ann@example.org", "--host", "127.0.0.1", "--port", port, "--tls", "none", "--no-password"],
                      ["import", desktop.chosen, "--list", "a"],
                      ["send", "--account", "test", "--list", "a", "--subject", "Hello <b>you</b>", "--text", desktop.chosen, "--yes"]):
            ran = desktop.postrider(*words)
            equal(ran.returncode, 0, " ".join(words[:2]) + (": " + ran.stderr if ran.returncode else ""))
        notice = (wait_for(lambda: desktop.calls("Notify")) or [["", 0, 0, 0, 0, 0]])[0]
        equal(notice[4:6], ["“Hello <b>you</b>” is sent", "1 accepted"], "a notification says how the campaign ended")
        inhibited = desktop.calls("Inhibit")
        check(len(inhibited) == 1 and inhibited[0][2] == 4, "the machine was kept awake while it was sending", inhibited)
        check(wait_for(lambda: desktop.calls("Close")), "and is let go after it")
        desktop.ask("Click", "u", "1")
        check(wait_for(lambda: ["WindowRaise", []] in desktop.report()["heard"]), "a click on the notification raises the window")
    finally:
        desktop.end()


def fails_in_words():
    desktop = Desktop([])
    try:
        for what, more, words in (("a display elsewhere", {"DISPLAY": "elsewhere:0"}, "not on this machine"), ("no display", {"DISPLAY": ""}, "no screen here"),
                                  ("a display that is not there", {"DISPLAY": ":89"}, "not on this machine"),
                                  ("a display that is no display", {"DISPLAY": ":0\nx"}, "malformed"), ("a program for a bus", {"DBUS_SESSION_BUS_ADDRESS": "unixexec:path=/bin/sh"}, "DBUS_SESSION_BUS_ADDRESS"),
                                  ("a path with ..", {"XAUTHORITY": "/tmp/../etc/shadow"}, "XAUTHORITY"), ("a window that dies", {"LC_PAPER": "dead"}, "did not open")):
            ran = desktop.postrider("app", **more)
            check(ran.returncode in (64, 69) and words in ran.stderr, what + " is said", (ran.returncode, ran.stderr))
        if os.getuid() == 0:
            environment = dict(desktop.environment, POSTRIDER_HOME=desktop.folder + "/root", HOME=desktop.folder)
            ran = subprocess.run([desktop.folder + "/bin/postrider", "app"], env=environment, capture_output=True, text=True, cwd="/")
            check(ran.returncode == 77 and "does not open for root" in ran.stderr, "root is refused", (ran.returncode, ran.stderr))
            for pid in desktop.processes("core"):
                if os.stat("/proc/%d" % pid).st_uid == 0:
                    os.kill(pid, signal.SIGTERM)
        equal(desktop.postrider("app", LC_PAPER="flood").returncode, 0, "a window opens that will flood")
        check(wait_for(lambda: "asked faster than anyone could answer" in desktop.core_log()), "and is ended for it", desktop.core_log())
        check(wait_for(lambda: not desktop.processes("shell")), "it is gone")
        said = desktop.core_log().count("asked faster")
        equal(desktop.postrider("app", LC_PAPER="weighty").returncode, 0, "a window opens that asks 40 MiB at once")
        time.sleep(3)
        check(desktop.processes("shell") and desktop.core_log().count("asked faster") == said, "and stays", desktop.core_log())
        for pid in desktop.processes("shell"):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not desktop.processes("shell"))
        equal(desktop.postrider("app", LC_PAPER="heavy").returncode, 0, "a window opens that asks 240 MiB at once, in few calls")
        check(wait_for(lambda: desktop.core_log().count("asked faster") > said), "and is ended for it", desktop.core_log())
        check(wait_for(lambda: not desktop.processes("shell")), "it is gone as well")
        os.rename(desktop.programs + "/postrider-shell", desktop.programs + "/away")
        ran = desktop.postrider("app")
        check(ran.returncode == 78 and "without its window" in ran.stderr, "a part that is missing is said", (ran.returncode, ran.stderr))
    finally:
        desktop.end()


CORE = """
import json, os, socket, subprocess, sys
from gi.repository import Gio
ours, theirs = socket.socketpair()
desk = subprocess.Popen([sys.argv[1]], preexec_fn=lambda: os.dup2(theirs.fileno(), 3), pass_fds=[3, theirs.fileno()])
theirs.close()
stream = Gio.Socket.new_from_fd(ours.detach()).connection_factory_create_connection()
bus = Gio.DBusConnection.new_sync(stream, Gio.dbus_generate_guid(), Gio.DBusConnectionFlags.AUTHENTICATION_SERVER, None, None)
print(json.dumps(bus.call_sync(None, "/org/postrider", "org.postrider.Desk1", "Accessibility", None, None, 0, 10000, None).unpack()))
bus.close_sync(None)
desk.wait(10)
"""


def readers_are_asked_for():
    """Desk alone, asked as core does it."""
    for what, services, wanted in (("a reader is on", ["reader-true"], True), ("no reader is on", ["reader-false"], False),
                                   ("a word for an answer is none", ["reader-'true'"], False), ("nor is a number", ["reader-1"], False), ("nobody is there", [], None)):
        desktop = Desktop(services, config=SILENT)
        try:
            ran = subprocess.run(as_user([sys.executable, "-c", CORE, desktop.programs + "/postrider-desk"]), env=desktop.environment, cwd="/", capture_output=True, text=True, timeout=60)
            address = "" if wanted is None else "unix:path=%s/at-spi/bus,guid=01" % desktop.home
            check(ran.returncode == 0 and json.loads(ran.stdout) == [address, bool(wanted)], what, ran.stdout + ran.stderr)
            equal([call[1:] for call in desktop.calls("Get")], [] if wanted is None else [["org.a11y.Status", "ScreenReaderEnabled"]], what + ": asked once, for that alone")
        finally:
            desktop.end()


def type_path(desktop, title, path):
    """Real keys into the file dialog: a slash begins a path."""
    window = wait_for(lambda: subprocess.run(["xdotool", "search", "--name", title], env=desktop.environment, capture_output=True, text=True).stdout.split(), 15)
    if not window:
        return False
    time.sleep(1)
    subprocess.run(["xdotool", "windowfocus", window[-1]], env=desktop.environment, stderr=subprocess.DEVNULL)
    if title != "Save as":
        subprocess.run(["xdotool", "key", "ctrl+l"], env=desktop.environment)
        time.sleep(0.3)
    subprocess.run(["xdotool", "key", "ctrl+a"], env=desktop.environment)
    subprocess.run(["xdotool", "type", "--delay", "15", path], env=desktop.environment)
    subprocess.run(["xdotool", "key", "shift+End", "Delete"], env=desktop.environment)  # GTK 4.18 completes what is typed
    time.sleep(0.5)
    if title == "Save as":
        dialog = desktop.processes("dialog")[-1]
        status = status_of(dialog)
        equal([status["NoNewPrivs"], status["Seccomp"], status["CapEff"]], ["1", "2", "0000000000000000"], "dialog: no new rights, a filter, no capabilities")
        equal(os.listdir("/proc/%d/root%s/data" % (dialog, desktop.home)), [], "dialog: the data folder is empty for it")
    subprocess.run(["xdotool", "key", "Return"], env=desktop.environment)
    return True


def find_window(desktop, title, seconds=15):
    found = wait_for(lambda: subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], env=desktop.environment, capture_output=True, text=True).stdout.split(), seconds)
    return found[-1] if found else None


def press(desktop, title, *keys, after=1.0):
    """Real keys into a window. Returns: FALSE: it did not open, or did not close by them."""
    window = find_window(desktop, title)
    if window is None:
        return False
    for _ in range(4): # without a window manager a focus that is set while the window is drawn may be lost
        time.sleep(after)
        subprocess.run(["xdotool", "windowfocus", window], env=desktop.environment, stderr=subprocess.DEVNULL)
        subprocess.run(["xdotool", "key", *keys], env=desktop.environment)
        if wait_for(lambda: find_window(desktop, title, 0) != window, 3):
            return True
    return False


def photograph(desktop, name):
    """For people who look at it: POSTRIDER_PICTURES is a folder."""
    folder = os.environ.get("POSTRIDER_PICTURES")
    if folder is not None and shutil.which("import") is not None:
        time.sleep(1)
        subprocess.run(["import", "-display", desktop.environment["DISPLAY"], "-window", "root", "%s/%s.png" % (folder, name)], env=desktop.environment, stderr=subprocess.DEVNULL)


def dropped_is_asked():
    """The portal is there and cannot ask so: the question is the dialog's own."""
    desktop = Desktop(["portal", "notifications"])
    try:
        with open(desktop.home + "/second.csv", "w") as file:
            file.write("x\n")
        os.symlink(desktop.chosen, desktop.home + "/link.csv")
        os.mkdir(desktop.home + "/folder")
        os.chmod(desktop.home + "/second.csv", 0o644)
        equal(desktop.postrider("app", LC_PAPER="drop.in" + desktop.home.encode().hex()).returncode, 0, "the window opens on which files are dropped")
        window = find_window(desktop, "Dropped files")
        check(window is not None, "a question opens")
        photograph(desktop, "question")
        for case, keys in (("agreed", ["alt+r"]), ("refused", ["alt+n"]), ("link", ["alt+r"]), ("folder", ["alt+r"]), ("missing", ["alt+r"]), ("data", ["alt+r"])):
            check(press(desktop, "Dropped files", *keys), "%s: it is answered by a key" % case)
        dropped = (wait_for(desktop.report, 30) or {}).get("dropped", {})
        equal([dropped.get(case) for case in ("none", "relative", "dots")], ["org.postrider.Fault.Usage"] * 3, "paths that are none are refused without a question")
        check("agreed" in dropped and not isinstance(dropped.get("too many"), list), "and more than forty", dropped.get("too many"))
        equal(dropped.get("agreed"), [["chosen.csv", 22, "email\nann@example.org\n"], ["second.csv", 2, "x\n"]], "what the person agreed to comes as descriptors")
        equal(dropped.get("refused"), [], "no: nothing comes")
        for case, what in (("link", "a link"), ("folder", "a folder"), ("missing", "what is not there"), ("data", "the ledger, which is not there for the dialog")):
            equal(dropped.get(case), "org.postrider.Fault.NoInput", what + " is refused")
        check(os.path.exists(desktop.home + "/data/store.db"), "control: the ledger is there outside")
        check(wait_for(lambda: not desktop.processes("dialog")), "each question's program has left")
        equal(desktop.calls("OpenFile"), [], "the portal was not asked")
    finally:
        desktop.end()


def stays_and_says():
    """As from a menu: nobody sees standard error."""
    desktop = Desktop(["notifications"], config=SILENT)
    try:
        if not os.path.exists(desktop.programs + "/postrider-dialog"):
            return
        menu = subprocess.Popen(as_user([desktop.folder + "/bin/postrider", "app", "--stay"]), env=desktop.environment, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        started.append(menu)
        check(wait_for(lambda: desktop.processes("shell")), "a menu opens the window")
        equal(desktop.postrider("app", "--stay").returncode, 0, "a second start raises it and leaves")
        for what, name in (("the window", "shell"), ("core", "core")):
            before = desktop.processes(name)
            os.kill(before[-1], signal.SIGKILL)
            check(find_window(desktop, "^Postrider$"), "%s dies: that is said in a window" % what, (menu.poll(), desktop.calls("Notify"), desktop.core_log()))
            photograph(desktop, "gone-" + name)
            check(press(desktop, "^Postrider$", "alt+o"), "it offers to open again")
            check(wait_for(lambda: desktop.processes("shell") and desktop.processes(name) != before), "and does")
            equal(desktop.postrider("app").returncode, 0, "it stands")
        os.kill(desktop.processes("core")[0], signal.SIGTERM)
        check(wait_for(lambda: menu.poll() is not None), "core that is asked to leave: the menu's program leaves")
        equal((menu.returncode, find_window(desktop, "^Postrider$", 1)), (0, None), "and nothing is said")
        failing = subprocess.Popen(as_user([desktop.folder + "/bin/postrider", "app", "--stay"]), env=dict(desktop.environment, LC_PAPER="dead"), cwd="/", stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        started.append(failing)
        check(find_window(desktop, "^Postrider$"), "a window that does not open: that is said in a window")
        photograph(desktop, "failed")
        check(press(desktop, "^Postrider$", "alt+c"), "which is closed")
        equal(failing.wait(10), 69, "and the program fails")
        os.rename(desktop.programs + "/postrider-dialog", desktop.programs + "/away")
        equal(desktop.postrider("app", "--stay", LC_PAPER="dead").returncode, 69, "without a dialog it fails as well")
        said = [call for call in desktop.calls("Notify") if "did not open" in json.dumps(call)]
        equal(len(said), 1, "and a notification says so")
    finally:
        desktop.end()


def without_portal():
    desktop = Desktop(["gnome", "notifications"], config=SILENT)
    try:
        applications = desktop.home + "/.local/share/applications"
        os.makedirs(applications)
        os.makedirs(desktop.home + "/.config")
        with open(applications + "/browser.desktop", "w") as file:
            file.write("[Desktop Entry]\nType=Application\nName=B\nExec=/bin/sh -c 'echo \"$1\" >>%s/browsed' b %%u\nMimeType=x-scheme-handler/https;\n" % desktop.home)
        with open(desktop.home + "/.config/mimeapps.list", "w") as file:
            file.write("[Default Applications]\nx-scheme-handler/https=browser.desktop\n")
        os.makedirs(desktop.home + "/.config/gtk-4.0")
        with open(desktop.home + "/.config/gtk-4.0/settings.ini", "w") as file:
            file.write("[Settings]\ngtk-application-prefer-dark-theme=1\ngtk-xft-dpi=147456\n")
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", str(USER), desktop.home + "/.local", desktop.home + "/.config"], check=True)
        equal(desktop.postrider("app", LC_PAPER="desk").returncode, 0, "the window opens on a desktop without a portal")
        has_dialog = os.path.exists(desktop.programs + "/postrider-dialog")
        if has_dialog:
            check(type_path(desktop, "Choose a file with contacts", desktop.chosen), "a file dialog of our own opens")
            check(type_path(desktop, "Save as", desktop.home + "/mine.csv"), "and one to save")
        report = wait_for(desktop.report, 30) or {}
        if has_dialog:
            equal(report.get("chosen"), [["chosen.csv", 22, "email\nann@example.org\n"]], "a file is chosen in it")
            equal(report.get("saved"), "mine.csv", "a file is saved by it")
            equal(open(desktop.home + "/mine.csv").read(), "written by the window", "and the window writes into it")
        equal(report.get("look"), {"dark": True, "contrast": False, "animations": True, "scale": 1.5, "locale": "en-GB", "clock24": True}, "look: GTK's settings file")
        equal(wait_for(lambda: os.path.exists(desktop.home + "/browsed") and open(desktop.home + "/browsed").read()), "https://example.org/a?b=c\n", "the address is opened by the user's own program")
    finally:
        desktop.end()


if __name__ == "__main__":
    for case in (opens_and_is_walled_in, desk_serves, readers_are_asked_for, campaign_tells, fails_in_words, dropped_is_asked, stays_and_says, without_portal):
        if len(sys.argv) > 2 and case.__name__ not in sys.argv[2:]:
            continue
        print("# " + case.__name__)
        case()
    print("1..%d" % count)
    sys.exit(failures > 0)
