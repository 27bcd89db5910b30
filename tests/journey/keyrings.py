"""keyrings.py - a session bus of a case's own, with a keyring on it: GNOME's, with its files in the case's folder, or a fake one that asks, is late or lies
(servers/secret-service.py). Nothing of the machine's own session is touched: the bus starts nobody by itself."""
import os
import shutil
import signal
import subprocess

from fixture import SERVERS, Skip, check, wait_for

CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
"""
PYTHON = "/usr/bin/python3"  # Debian's, which has python3-gi
LOGIN = "/org/freedesktop/secrets/collection/login"


class Bus:
    """A dbus-daemon; fixture.extra names it to core."""

    def __init__(self, fixture):
        if shutil.which("dbus-daemon") is None or shutil.which("gdbus") is None:
            raise Skip("dbus-daemon or gdbus is missing (packages dbus, libglib2.0-bin)")
        self.fixture, self.process = fixture, None
        self.socket = os.path.join(fixture.folder, "bus")
        self.address = "unix:path=" + self.socket
        self.configuration = fixture.write("bus.conf", CONFIGURATION.format(socket=self.socket))
        self.runtime = os.path.join(fixture.folder, "run")
        os.mkdir(self.runtime, 0o700)
        fixture.extra.update(DBUS_SESSION_BUS_ADDRESS=self.address, XDG_RUNTIME_DIR=self.runtime)
        fixture.servers.append(self)
        self.start()

    def start(self):
        self.process = subprocess.Popen(["dbus-daemon", "--config-file=" + self.configuration, "--nofork", "--nopidfile"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(self.socket), "the bus")

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            os.unlink(self.socket)

    def call(self, path, method, *arguments):
        done = subprocess.run(["gdbus", "call", "--address", self.address, "--dest", "org.freedesktop.secrets", "--object-path", path, "--method", method, *arguments],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        check(done.returncode == 0, done.stderr)
        return done.stdout.strip()

    def has_owner(self, name="org.freedesktop.secrets"):
        done = subprocess.run(["gdbus", "call", "--address", self.address, "--dest", "org.freedesktop.DBus", "--object-path", "/org/freedesktop/DBus", "--method",
                               "org.freedesktop.DBus.NameHasOwner", name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=60, check=False)
        return "true" in done.stdout

    def items(self):
        """The items of Postrider's schema: how many are unlocked, and how many are locked."""
        said = self.call("/org/freedesktop/secrets", "org.freedesktop.Secret.Service.SearchItems", "{'xdg:schema': 'org.postrider.Vault'}")
        unlocked, _, locked = said.partition("], ")
        return unlocked.count("/org/"), locked.count("/org/")


class Process:
    """Whoever owns org.freedesktop.secrets on the bus."""

    def __init__(self, bus):
        self.bus, self.process = bus, None
        bus.fixture.servers.insert(0, self)

    def launch(self, words, environment, feed=b""):
        with open(os.path.join(self.bus.fixture.folder, "keyring.log"), "ab") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment)
        self.process.stdin.write(feed)
        self.process.stdin.close()
        wait_for(self.bus.has_owner, "a keyring on the bus")

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)


class GnomeKeyring(Process):
    PASSWORD = b"the keyring's own"

    def __init__(self, bus):
        if shutil.which("gnome-keyring-daemon") is None:
            raise Skip("gnome-keyring-daemon is missing (package gnome-keyring)")
        super().__init__(bus)
        self.folder = os.path.join(bus.fixture.folder, "share")
        self.start()

    def start(self, is_unlocked=True):
        """is_unlocked: as a login does, with the password; the first time that makes the keyring."""
        environment = {"PATH": os.environ["PATH"], "HOME": self.bus.fixture.folder, "LANG": "C.UTF-8", "XDG_DATA_HOME": self.folder, "XDG_RUNTIME_DIR": self.bus.runtime,
                       "DBUS_SESSION_BUS_ADDRESS": self.bus.address}
        words = ["gnome-keyring-daemon", "--foreground", "--components=secrets", "--control-directory", os.path.join(self.bus.runtime, "keyring")]
        self.launch(words + (["--unlock"] if is_unlocked else []), environment, self.PASSWORD if is_unlocked else b"")
        if is_unlocked:
            wait_for(lambda: "false" in self.bus.call(LOGIN, "org.freedesktop.DBus.Properties.Get", "org.freedesktop.Secret.Collection", "Locked"), "the keyring to be unlocked")

    def restart(self, is_unlocked):
        self.stop()
        wait_for(lambda: not self.bus.has_owner(), "the keyring to leave the bus")
        self.start(is_unlocked)

    def wipe(self):
        """As a person does who forgot its password: the files are taken away."""
        self.stop()
        shutil.rmtree(self.folder)
        wait_for(lambda: not self.bus.has_owner(), "the keyring to leave the bus")
        self.start()


class Prompter:
    """GNOME's own prompt, on a display of its own; PATIENCE for a dialog to be drawn on a busy machine."""
    PROGRAMS = ("/usr/libexec/gcr-prompter", "/usr/lib/gcr/gcr-prompter")

    def __init__(self, bus):
        self.program = next((path for path in self.PROGRAMS if os.path.exists(path)), None)
        missing = [name for name in ("Xvfb", "xdotool") if shutil.which(name) is None]
        if self.program is None or missing:
            raise Skip(f"{' and '.join(missing) or 'gcr-prompter'} is missing (packages xvfb, xdotool, gcr)")
        self.processes = []
        bus.fixture.servers.insert(0, self)
        read, write = os.pipe()
        self.launch(["Xvfb", "-displayfd", str(write), "-screen", "0", "800x600x24", "-nolisten", "tcp"], {"PATH": os.environ["PATH"]}, pass_fds=(write,))
        os.close(write)
        with os.fdopen(read, encoding="ascii") as display:
            self.environment = {"PATH": os.environ["PATH"], "DISPLAY": ":" + display.readline().strip(), "HOME": bus.fixture.folder, "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": bus.runtime,
                                "DBUS_SESSION_BUS_ADDRESS": bus.address, "GSETTINGS_BACKEND": "memory", "NO_AT_BRIDGE": "1"}
        self.launch([self.program], self.environment)
        wait_for(lambda: bus.has_owner("org.gnome.keyring.SystemPrompter"), "a prompter on the bus")

    def launch(self, words, environment, **how):
        self.processes.insert(0, subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, **how))

    def press(self, *words):
        return subprocess.run(["xdotool", *words], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False).stdout.split()

    def find(self):
        return self.press("search", "--onlyvisible", "--name", "Keyring")

    def answer(self, *keys):
        """As a person does, once the dialog is there: xdotool's words."""
        window = wait_for(self.find, "a prompt on the screen")[0].decode()
        self.press("windowfocus", window)  # nobody manages windows here
        wait_for(lambda: self.press("getwindowfocus") == [window.encode()], "the prompt to have the keyboard")
        self.press(*keys)

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()


class FakeKeyring(Process):
    """servers/secret-service.py WORD…"""

    def start(self, *words):
        self.stop()
        wait_for(lambda: not self.bus.has_owner(), "the keyring to leave the bus")
        kept = os.path.join(self.bus.fixture.folder, "fake-items.json")
        if subprocess.run([PYTHON, "-c", "import gi"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
            raise Skip("python3-gi is missing")
        self.launch([PYTHON, os.path.join(SERVERS, "secret-service.py"), self.bus.address, kept, *words], {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"})
