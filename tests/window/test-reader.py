#!/usr/bin/python3
"""test-reader.py BUILD: what somebody who listens to a screen reader has of the window. As an ordinary user with a session bus, the accessibility bus of
at-spi2-core, and `postrider app` as it is installed; the reader is Atspi, which Orca is built on. What is said goes through core's filter, or, while a
reader is on and the page can be heard, by the bus itself; to the page always through WebKit's. TAP.
test-reader.py --session PROGRAMS: that session: does what its standard input says, a line each, and answers in lines of JSON.
test-reader.py --listen: the reader itself: JSON of (depth, role, name)."""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from tap import Tap
from window import AS_USER, USER, Display

LISTEN_S = 25
GTK_BRIDGE = (4, 14)  # GtkAtSpiSocket: from here on GTK leads a reader from a widget to another process's tree (WebKit's)
MARK = "@"  # before our own lines: the registry speaks too


# --- the reader ---

def walk(node, depth, found):
    if node is None or len(found) > 2000:
        return
    found.append((depth, node.get_role_name(), node.get_name()))
    for i in range(min(node.get_child_count(), 200)):
        walk(node.get_child_at_index(i), depth + 1, found)


def listen(role_wanted):
    """Until one of that role is there, or the time is over."""
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, GLib
    Atspi.init()
    end, found = time.monotonic() + LISTEN_S, []
    while time.monotonic() < end and not any(role == role_wanted for _, role, _ in found):
        found = []
        try:
            walk(Atspi.get_desktop(0), 0, found)
        except GLib.Error:  # it is just coming
            pass
        time.sleep(0.5)
    print(MARK + json.dumps(found), flush=True)


def gtk_version():
    """Of the library that is here: its file's name holds it."""
    path = os.path.realpath(glob.glob("/usr/lib/*/libgtk-4.so.1")[0])
    number = int(path.rsplit(".so.1.", 1)[1].split(".")[0])
    return 4, number // 100


# --- the session ---

def set_status(name, is_on):
    return subprocess.run(["dbus-send", "--session", "--print-reply", "--dest=org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties.Set",
                           "string:org.a11y.Status", "string:" + name, "variant:boolean:" + str(is_on).lower()], capture_output=True, check=False).returncode == 0


def serve(programs):
    with subprocess.Popen(["/usr/libexec/at-spi-bus-launcher", "--launch-immediately"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as launcher:
        end = time.monotonic() + 10
        while not set_status("IsEnabled", True) and time.monotonic() < end:
            time.sleep(0.1)
        for line in sys.stdin:
            word, *more = line.split()
            if word == "reader":
                answer = set_status("ScreenReaderEnabled", more[0] == "on")
            elif word == "open":
                ran = subprocess.run([programs + "/postrider", "app"], capture_output=True, text=True, check=False)
                answer = [ran.returncode, ran.stderr]
            else:  # a process each: Atspi keeps what it knows
                ran = subprocess.run(["/usr/bin/python3", os.path.abspath(__file__), "--listen", *more], capture_output=True, text=True, check=False)
                lines = [line[1:] for line in ran.stdout.splitlines() if line.startswith(MARK)]
                answer = json.loads(lines[-1]) if lines else []
            print(MARK + json.dumps(answer), flush=True)
        launcher.terminate()


# --- the test ---

class Place:
    def __init__(self, build, display):
        self.folder = tempfile.mkdtemp(prefix="reader-")
        os.chmod(self.folder, 0o755)
        self.programs, self.home = self.folder + '/"prögrams"', self.folder + "/home"
        os.makedirs(self.programs + "/page")
        for path in glob.glob(build + "/src/*/postrider*") + glob.glob(build + "/src/confined/*/postrider*"):
            if os.path.isfile(path) and os.access(path, os.X_OK) and not path.endswith(".so"):
                shutil.copy(path, self.programs)
        shutil.copy(build + "/src/confined/page/postrider-page.so", self.programs + "/page")
        for name in ("test-reader.py", "tap.py", "window.py"):
            shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), self.folder)
        os.mkdir(self.home, 0o700)
        os.chown(self.home, USER, USER)
        environment = {"PATH": "/usr/bin:/bin", "HOME": self.home, "XDG_RUNTIME_DIR": self.home, "LANG": "C.UTF-8", "DISPLAY": display.name}
        words = AS_USER + ["dbus-run-session", "--", "/usr/bin/python3", self.folder + "/test-reader.py", "--session", self.programs]
        self.session = subprocess.Popen(words, env=environment, cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        self.session.stdin.write(" ".join(words) + "\n")
        self.session.stdin.flush()
        for line in self.session.stdout:
            if line.startswith(MARK):
                return json.loads(line[1:])
        raise RuntimeError("the session has ended")

    def processes(self, name):
        """Of ours, in the box and outside: core's descendants."""
        found, todo = [], [pid for pid in all_pids() if read_link("/proc/%d/exe" % pid) == self.programs + "/postrider-core"]
        while todo:
            pid = todo.pop()
            if os.path.basename(read_link("/proc/%d/exe" % pid)) == name:
                found.append(pid)
            try:
                with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
                    todo += [int(child) for child in children.read().split()]
            except OSError:
                pass
        return sorted(found)

    def bus(self):
        """The screen readers' own: which file it is."""
        status = os.stat(glob.glob(self.home + "/at-spi/bus*")[0])
        return status.st_dev, status.st_ino

    def wait(self, what, seconds=15):
        end = time.monotonic() + seconds
        while not what() and time.monotonic() < end:
            time.sleep(0.1)
        return what()

    def close_window(self):
        for pid in self.processes("postrider-shell"):
            os.kill(pid, signal.SIGKILL)
        return self.wait(lambda: not self.processes("postrider-shell") and not self.processes("postrider-desk"))  # desk leaves when core has seen it

    def core_log(self):
        found = glob.glob(self.home + "/.local/share/postrider/core.log")
        with open(found[0], errors="replace") if found else open(os.devnull) as log:
            return log.read()

    def close(self):
        cores = self.processes("postrider-core")
        for pid in cores:
            os.kill(pid, signal.SIGTERM)
        self.wait(lambda: not self.processes("postrider-core"))
        self.session.stdin.close()
        try:
            self.session.wait(10)
        except subprocess.TimeoutExpired:
            self.session.kill()
        self.session.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def read_link(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def sees(pid, file):
    """Is that file anywhere where the process could find a socket?"""
    assert os.listdir("/proc/%d/root/usr" % pid)  # what we may not look into would look empty
    for top in ("/run", "/tmp", "/home", "/var"):
        for folder, _, names in os.walk("/proc/%d/root%s" % (pid, top)):
            for name in names:
                try:
                    status = os.stat(os.path.join(folder, name), follow_symlinks=False)
                except OSError:
                    continue
                if (status.st_dev, status.st_ino) == file:
                    return True
    return False


def hear_title(place):
    """Until it is the one that the page gives the window: it has run by then."""
    for _ in range(20):
        found = place.ask("listen", "frame")
        if any("Start" in name for _, role, name in found if role == "frame"):
            break
    return found


def in_every_case(tap, place, what):
    """The window's name is heard, one application by its name, and the page's process never has the bus itself."""
    found = hear_title(place)
    frames = [name for _, role, name in found if role == "frame"]
    applications = [name for _, role, name in found if role == "application"]
    tap.ok(any("Start" in name and "Postrider" in name for name in frames), "reader/%s: the window is heard by its name, which the page gives it" % what, found)
    tap.ok(applications == ["org.postrider.Postrider"], "reader/%s: one application, by its name" % what, applications)
    pages = place.wait(lambda: place.processes("WebKitWebProcess"))
    tap.ok(pages and not any(sees(pid, place.bus()) for pid in pages), "reader/%s: the page's process does not have the bus itself" % what, pages)


def is_filtered(tap, place, what):
    shells = place.processes("postrider-shell")
    tap.ok(len(shells) == 1 and not sees(shells[0], place.bus()), "reader/%s: the bus itself is not in the window's box" % what, shells)
    tap.ok(any(sees(pid, place.bus()) for pid in place.processes("xdg-dbus-proxy")), "reader/%s: control: core's filter has it" % what)


def page_is_heard(tap, place):
    shells = place.processes("postrider-shell")
    tap.ok(len(shells) == 1 and sees(shells[0], place.bus()), "reader/on: the bus itself is in the window's box, for the page is heard", shells)
    found = place.ask("listen", "heading")
    heard = {(role, name) for _, role, name in found}
    tap.ok(any(role == "heading" for role, _ in heard), "reader/on: the page: its heading", found)
    for name in ("Contacts", "Compose", "Campaigns", "Settings"):
        tap.ok(any(role == "link" and said == name for role, said in heard), "reader/on: the page: the way to %s" % name, found)
    tap.ok("a screen reader is on" in place.core_log(), "reader/on: core's log says it", place.core_log())


def run(tap, place):
    for what, reader, is_new in (("off", "off", True), ("turned on behind the window", "on", False), ("on", "on", True)):
        tap.ok(place.ask("reader", reader), "reader/%s: the desktop is told" % what)
        if is_new:
            tap.ok(place.close_window(), "reader/%s: no window is open" % what)
            opened = place.ask("open")
            tap.ok(opened[0] == 0, "reader/%s: the window opens" % what, (opened, place.core_log()))
        in_every_case(tap, place, what)
        if what == "on" and gtk_version() >= GTK_BRIDGE:
            page_is_heard(tap, place)
        else:
            is_filtered(tap, place, what)
    if gtk_version() < GTK_BRIDGE:
        tap.ok(True, "reader/the page itself # SKIP GTK %d.%d leads no reader into WebKit's process: that needs %d.%d (Debian 13)" % (gtk_version() + GTK_BRIDGE))


def main():
    tap, display = Tap(), Display()
    place = Place(sys.argv[1], display)
    try:
        run(tap, place)
    finally:
        place.close()
        display.close()
    return tap.end()


if __name__ == "__main__":
    if sys.argv[1] == "--listen":
        listen(sys.argv[2])
    elif sys.argv[1] == "--session":
        serve(sys.argv[2])
    else:
        sys.exit(main())
