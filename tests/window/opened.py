"""opened.py - the window as a person opens it: `postrider app`, core's own box, the real desk and its dialogs (no portal is there, so they are GTK's).

    with Opened(build) as window: …        # as Window; the home is window.user
"""
import ctypes
import os
import shutil
import socket
import subprocess
import time

from window import AS_USER, USER, Window

CLONE_NEWIPC = 0x08000000  # sched.h
FOREIGN = 60
DESK = ("desk/postrider-desk", "desk/postrider-dialog", "desk/postrider-show")


class Opened(Window):
    def __init__(self, build, display, **more):
        self.channel = None
        try:
            super().__init__(build, display=display, shell="postrider-shell-page", **more)
        except Exception:  # nothing of it stays behind
            self.close()
            raise

    @property
    def user(self):
        return os.path.join(self.place, "user")

    def copy_programs(self, build):
        """All in one folder, under the names by which core finds them."""
        folder = super().copy_programs(build)
        os.rename(os.path.join(folder, self.shell), os.path.join(folder, "postrider-shell"))
        for name in DESK:
            shutil.copy(os.path.join(build, "src", name), folder)
        shutil.copy(os.path.join(build, "tests/window/drag-source"), folder)
        return folder

    def start_core(self):
        """In a home that has been lived in: GTK would make this folder, and may not."""
        for folder in (self.user, os.path.join(self.user, ".local"), os.path.join(self.user, ".local/share")):
            os.makedirs(folder, exist_ok=True)
            os.chown(folder, USER, USER)
        return super().start_core()

    def environment(self):
        """No session bus, so no portal."""
        return {**super().environment(), "DISPLAY": self.display.name, "G_DEBUG": "fatal-criticals"}

    def start(self):
        """The channel: core passes nothing of ours into its box, but the programs' folder is seen in there (drive.c)."""
        beside = os.path.join(self.programs, "drive")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(beside)
            os.chmod(beside, 0o666)
            listener.listen(1)
            listener.settimeout(40)
            self.log = open(os.path.join(self.place, "shell.log"), "ab")
            self.process = subprocess.Popen(AS_USER + [os.path.join(self.programs, "postrider"), "app", "--stay"], env=self.environment(), stdin=subprocess.DEVNULL,
                                            stdout=self.log, stderr=self.log)
            try:
                self.channel, _ = listener.accept()
            except TimeoutError as why:
                raise RuntimeError("the window did not open: " + self.said()) from why

    def stop(self):
        """A window that did not open is none that could be left."""
        if self.channel is not None:
            super().stop()

    def said(self):
        """Of core, desk and window together: core keeps what they say."""
        path = os.path.join(self.home, "core.log")
        kept = open(path, errors="replace").read() if os.path.exists(path) else ""
        return super().said() + kept

    def put(self, name, octets):
        """A file of the user's own. Returns: its path."""
        path = os.path.join(self.user, name)
        with open(path, "wb") as out:
            out.write(octets if isinstance(octets, bytes) else octets.encode())
        os.chown(path, USER, USER)
        return path

    def show_files(self, *files):
        """Somebody else's program, from whose window these can be dragged."""
        return subprocess.Popen(AS_USER + [os.path.join(self.programs, "drag-source"), *files], env={**self.environment(), "GTK_A11Y": "none"}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=self.log, text=True)

    def running(self, name):
        """pids of one of our programs, wherever they run"""
        found = []
        for pid in os.listdir("/proc"):
            try:
                if pid.isdigit() and os.readlink("/proc/%s/exe" % pid) == os.path.join(self.programs, name):
                    found.append(int(pid))
            except OSError:
                pass
        return found

    def wait_until(self, what, why, seconds=15):
        end = time.time() + seconds
        while not what():
            if time.time() > end:
                raise AssertionError(why + "; it was said: " + self.said()[-800:])
            time.sleep(0.1)


def hold_foreign_memory():
    """As on a desktop: other programs of the user hold System V memory under the very numbers that a new namespace gives out first. In a namespace of the
    test's own, in which the display and all that is started from now on live too; it goes with them."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWIPC) != 0:
        raise OSError(ctypes.get_errno(), "no namespace of our own")
    os.seteuid(USER)
    held = [libc.shmget(0, 4096, 0o1600) for _ in range(FOREIGN)]
    os.seteuid(0)
    return held == list(range(FOREIGN))
