"""desktop.py - somebody who signs in: the commands and a core of an ordinary user, a screen whose pixels can be read, a real mouse and keyboard (xdotool)."""
import ctypes
import json
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import zlib

from window import AS_USER, USER, Display

PROGRAMS = ("core/postrider-core", "cli/postrider", "sign-in/postrider-sign-in", "desk/postrider-desk", "desk/postrider-dialog", "desk/postrider-show",
            *["confined/%s/postrider-%s" % (name, name) for name in ("callback", "dial", "gate", "oauth", "smtp")])
WORD = "Sign in: "  # the window's title


class Screen(Display):
    """The X server keeps its picture in a file: XWD (X11/XWDFile.h)."""

    def __init__(self, folder):
        os.makedirs(folder)
        super().__init__("1024x900x24", "-fbdir", folder)
        self.path = os.path.join(folder, "Xvfb_screen0")

    def rows(self, top, bottom):
        """Octets of these lines, four a pixel: blue, green, red, nothing."""
        with open(self.path, "rb") as file:
            head = struct.unpack(">25I", file.read(100))
            start, length = head[0] + 12 * head[19], head[12]
            file.seek(start + top * length)
            return [file.read(length) for _ in range(top, bottom)]

    def find_row(self, colour, x=300):
        """The first line that has this colour (r, g, b) at x; None."""
        for y, row in enumerate(self.rows(0, 900)):
            if (row[4 * x + 2], row[4 * x + 1], row[4 * x]) == colour:
                return y
        return None

    def save(self, path, width=640, height=800):
        """As PNG."""
        lines = b"".join(b"\0" + b"".join(bytes((row[4 * x + 2], row[4 * x + 1], row[4 * x])) for x in range(width)) for row in self.rows(0, height))

        def chunk(kind, body):
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        with open(path, "wb") as out:
            out.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


class SignIn:
    """A command that signs somebody in, and its events."""

    def __init__(self, desktop, *words):
        self.desktop = desktop
        self.process = subprocess.Popen([*desktop.prefix, os.path.join(desktop.programs, "postrider"), *words, "--jsonl"], env=desktop.environment(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.opened = self.read_event()
        if self.opened is None:
            raise AssertionError("it did not begin: " + self.process.communicate()[1])

    def read_event(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def end(self, seconds=60):
        """Exit status, the last event."""
        try:
            out, err = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as why:
            raise AssertionError("it does not end; core says: " + self.desktop.said()[-2000:]) from why
        return self.process.returncode, json.loads(out.splitlines()[-1]) if out else {"event": "none", "text": err}

    def leave(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()


class Desktop:
    def __init__(self, build, prefix=()):
        self.place = tempfile.mkdtemp(prefix="desktop-")
        os.chmod(self.place, 0o755)
        self.programs, self.user = os.path.join(self.place, "programs"), os.path.join(self.place, "user")
        os.makedirs(self.programs)
        for name in PROGRAMS:
            shutil.copy(os.path.join(build, "src", name), self.programs)
        for folder in (self.user, os.path.join(self.user, ".local"), os.path.join(self.user, ".local/share")):
            os.makedirs(folder, exist_ok=True)
            os.chown(folder, USER, USER)
        self.screen = Screen(os.path.join(self.place, "screen"))
        self.prefix = [*AS_USER, *prefix]

    def environment(self):
        return {"PATH": "/usr/bin:/bin", "HOME": self.user, "POSTRIDER_HOME": os.path.join(self.user, "data"), "XDG_STATE_HOME": os.path.join(self.user, "state"), "LANG": "C.UTF-8",
                "DISPLAY": self.screen.name, "G_DEBUG": "fatal-criticals", "WEBKIT_INSPECTOR_SERVER": "127.0.0.1:9229", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}

    def run(self, *words):
        return subprocess.run([*self.prefix, os.path.join(self.programs, "postrider"), *words], env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

    def put(self, name, text):
        path = os.path.join(self.user, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chown(path, USER, USER)
        return path

    def said(self):
        path = os.path.join(self.user, "data", "core.log")
        return open(path, errors="replace").read() if os.path.exists(path) else ""

    def running(self, name, folder=None):
        """pids of one of our programs, or of WebKit's below a folder of its own."""
        found = []
        for pid in os.listdir("/proc"):
            try:
                if pid.isdigit() and os.readlink("/proc/%s/exe" % pid) == os.path.join(folder or self.programs, name):
                    found.append(int(pid))
            except OSError:
                pass
        return found

    def wait_until(self, what, why, seconds=30):
        end = time.time() + seconds
        while True:
            found = what()
            if found:
                return found
            if time.time() > end:
                raise AssertionError(why + "; core says: " + self.said()[-2000:])
            time.sleep(0.1)

    # --- a person ---
    def x(self, *words):
        return subprocess.run(["xdotool", *(str(word) for word in words)], env={"DISPLAY": self.screen.name, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}, check=False, timeout=30,
                              capture_output=True, text=True).stdout.split()

    def windows(self, title="."):
        return self.x("search", "--onlyvisible", "--name", title)

    def wait_for_window(self):
        found = self.wait_until(lambda: self.windows("^" + WORD), "no window came")
        self.x("windowfocus", "--sync", found[-1])
        return found[-1]

    def wait_for_none(self, why, seconds=30):
        self.wait_until(lambda: not self.windows("^" + WORD) and not self.running("postrider-sign-in") and not self.running("postrider-gate"), why, seconds)

    def keys(self, *names):
        for name in names:
            self.x("key", name)
            time.sleep(0.1)

    def click(self, x, y, button=1):
        self.x("mousemove", x, y, "click", button)

    def close_window(self, window):
        """As the window's own button does: WM_DELETE_WINDOW (ICCCM §4.1.2.7), which this xdotool cannot say."""
        class Message(ctypes.Structure):  # XClientMessageEvent
            _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p), ("window", ctypes.c_ulong),
                        ("message_type", ctypes.c_ulong), ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("rest", ctypes.c_long * 24)]
        x11 = ctypes.CDLL("libX11.so.6")
        x11.XOpenDisplay.restype, x11.XInternAtom.restype = ctypes.c_void_p, ctypes.c_ulong
        display = ctypes.c_void_p(x11.XOpenDisplay(self.screen.name.encode()))
        said = [x11.XInternAtom(display, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW")]
        message = Message(type=33, window=int(window), message_type=said[0], format=32, data=(said[1], 0, 0, 0, 0))
        x11.XSendEvent(display, ctypes.c_ulong(int(window)), 0, ctypes.c_long(0), ctypes.byref(message))
        x11.XCloseDisplay(display)

    def close(self):
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and os.readlink("/proc/%s/exe" % name).startswith(self.programs):
                    os.kill(int(name), signal.SIGKILL)
            except OSError:
                pass
        self.screen.close()
        shutil.rmtree(self.place, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()
