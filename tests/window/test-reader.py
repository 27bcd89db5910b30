#!/usr/bin/python3
"""test-reader.py BUILD: what somebody who listens to a screen reader has of the window. As an ordinary user with a session bus, the accessibility bus of
at-spi2-core, and `postrider app` as it is installed; the reader is Atspi, which Orca is built on. What is said goes through core's filter and WebKit's. TAP.
test-reader.py --listen: the reader itself, inside that session: JSON lines of (depth, role, name)."""
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
SESSION = r"""
/usr/libexec/at-spi-bus-launcher --launch-immediately >/dev/null 2>&1 &
for try in $(seq 50); do
  dbus-send --session --print-reply --dest=org.a11y.Bus /org/a11y/bus org.freedesktop.DBus.Properties.Set string:org.a11y.Status string:ScreenReaderEnabled variant:boolean:true >/dev/null 2>&1 && break
  sleep 0.1
done
dbus-send --session --print-reply --dest=org.a11y.Bus /org/a11y/bus org.freedesktop.DBus.Properties.Set string:org.a11y.Status string:IsEnabled variant:boolean:true >/dev/null 2>&1
"$1/postrider" app >&2 || exit 1
exec /usr/bin/python3 "$2" --listen
"""


# --- the reader ---

def walk(node, depth, found):
    if node is None or len(found) > 2000:
        return
    found.append((depth, node.get_role_name(), node.get_name()))
    for i in range(min(node.get_child_count(), 200)):
        walk(node.get_child_at_index(i), depth + 1, found)


def listen():
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi, GLib
    Atspi.init()
    end, found = time.monotonic() + LISTEN_S, []
    while time.monotonic() < end and not any(role == "heading" for _, role, _ in found):
        found = []
        try:
            walk(Atspi.get_desktop(0), 0, found)
        except GLib.Error:  # it is just coming
            pass
        time.sleep(0.5)
        if gtk_version() < GTK_BRIDGE and any(role == "frame" for _, role, _ in found):
            break
    print("\n" + json.dumps(found), flush=True)


def gtk_version():
    """Of the library that is here: its file's name holds it."""
    path = os.path.realpath(glob.glob("/usr/lib/*/libgtk-4.so.1")[0])
    number = int(path.rsplit(".so.1.", 1)[1].split(".")[0])
    return 4, number // 100


# --- the test ---

class Place:
    def __init__(self, build):
        self.folder = tempfile.mkdtemp(prefix="reader-")
        os.chmod(self.folder, 0o755)
        self.programs, self.home = self.folder + "/programs", self.folder + "/home"
        os.makedirs(self.programs + "/page")
        for path in glob.glob(build + "/src/*/postrider*") + glob.glob(build + "/src/confined/*/postrider*"):
            if os.path.isfile(path) and os.access(path, os.X_OK) and not path.endswith(".so"):
                shutil.copy(path, self.programs)
        shutil.copy(build + "/src/confined/page/postrider-page.so", self.programs + "/page")
        self.script = self.folder + "/test-reader.py"
        for name in ("test-reader.py", "tap.py", "window.py"):
            shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), name), self.folder)
        os.mkdir(self.home, 0o700)
        os.chown(self.home, USER, USER)

    def hear(self, display):
        environment = {"PATH": "/usr/bin:/bin", "HOME": self.home, "XDG_RUNTIME_DIR": self.home, "LANG": "C.UTF-8", "DISPLAY": display.name}
        words = AS_USER + ["dbus-run-session", "--", "bash", "-c", SESSION, "bash", self.programs, self.script]
        done = subprocess.run(words, env=environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=LISTEN_S + 60, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("[[")]  # the registry speaks too
        return json.loads(lines[-1]) if lines else [], done.stdout + done.stderr

    def close(self):
        """Core and its window, whose parent left."""
        for path in glob.glob("/proc/[0-9]*"):
            try:
                with open(path + "/environ", "rb") as text:
                    is_ours = ("HOME=" + self.home).encode() in text.read().split(b"\0")
                if is_ours and os.readlink(path + "/exe").endswith("postrider-core"):
                    os.kill(int(path[6:]), signal.SIGTERM)
            except (OSError, ProcessLookupError):
                pass
        time.sleep(1)
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root, to become an ordinary user")
        return 0
    tap, display, place = Tap(), Display(), Place(sys.argv[1])
    try:
        found, said = place.hear(display)
    finally:
        place.close()
        display.close()
    frames = [name for _, role, name in found if role == "frame"]
    tap.ok(any("Postrider" in name for name in frames), "reader/the window is heard by its name", "%s\n%s" % (found, said))
    heard = {(role, name) for _, role, name in found}
    applications = [name for _, role, name in found if role == "application"]
    tap.ok(applications == ["org.postrider.Postrider"], "reader/one application, by its name", applications)
    if gtk_version() < GTK_BRIDGE:
        tap.ok(True, "reader/the page itself # SKIP GTK %d.%d leads no reader into WebKit's process: that needs %d.%d (Debian 13)" % (gtk_version() + GTK_BRIDGE))
        return tap.end()
    tap.ok(("heading", "Start") in heard or any(role == "heading" for role, _ in heard), "reader/the page: its heading", found)
    for name in ("Contacts", "Compose", "Campaigns", "Settings"):
        tap.ok(any(role == "link" and said == name for role, said in heard), "reader/the page: the way to %s" % name, found)
    return tap.end()


if __name__ == "__main__":
    sys.exit(listen() if sys.argv[1] == "--listen" else main())
