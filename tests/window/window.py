"""window.py - the window as tests start it: a display of its own (Xvfb), a core in an empty home, and postrider-shell-test inside the outer
cage that core builds too, as an ordinary user. The test speaks to it on a channel (drive.h), so nothing of the cage need be opened.

    with Window(build) as window:
        window.script("return await postrider.hello()")
shell="postrider-shell-page" is the same with the real page.
"""
import base64
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

USER = 65534  # nobody: has no home, and no process of ours
AS_USER = ["setpriv", "--reuid=%d" % USER, "--regid=%d" % USER, "--clear-groups", "--inh-caps=-all", "--"]


class Refused(Exception):
    """The page's script threw, or there is no answer."""


def reserve_displays():
    """Numbers that no other test has, each with the descriptor that keeps it. An X server by itself looks for one among abstract sockets, of which each network namespace has its own, and then takes
    away the path of whoever has that number in another."""
    for number in range(100, 1000):
        lock = os.open("/tmp/.postrider-display-%d" % number, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        yield str(number), lock


class Display:
    """Xvfb; no other user's programs may reach it, hence no xauth is needed on a socket in a private folder."""

    def __init__(self, size="1280x900x24", *more):
        if not any(self.start(number, lock, size, *more) for number, lock in reserve_displays()):
            raise RuntimeError("no number for a display is free")
        self.name = ":" + self.number
        self.socket = "/tmp/.X11-unix/X" + self.number

    def start(self, number, lock, *screen):
        """Returns: False: somebody who is none of ours has the number."""
        read, write = os.pipe()
        self.number, self.lock = number, lock
        self.process = subprocess.Popen(["Xvfb", ":" + number, "-displayfd", str(write), "-screen", "0", *screen, "-nolisten", "tcp"], pass_fds=[write],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            if pipe.readline().strip() == number:
                return True
        self.close()
        return False

    def close(self):
        self.process.terminate()
        self.process.wait()
        os.close(self.lock)


def cage(command, display, network=False, loose=False, namespaces=True):
    """The outer bwrap, as core builds it; loose: none at all."""
    if loose:
        return AS_USER + command
    spaces = ["--unshare-pid", "--unshare-ipc", "--unshare-uts"] + ([] if network else ["--unshare-net"])
    if not namespaces:  # none may be made inside: what a system without them looks like from in there
        spaces += ["--unshare-user", "--disable-userns"]
    here = os.path.dirname(command[0])
    return AS_USER + ["bwrap", *spaces, "--cap-drop", "ALL", "--die-with-parent", "--new-session",
                      "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
                      "--symlink", "usr/sbin", "/sbin", "--ro-bind", "/etc", "/etc", "--proc", "/proc", "--dev", "/dev", "--ro-bind", "/sys", "/sys",
                      "--tmpfs", "/home", "--tmpfs", "/run", "--tmpfs", "/tmp", "--tmpfs", "/var",
                      "--dir", "/tmp/.X11-unix", "--bind", display.socket, display.socket, "--dir", "/tmp/home", "--dir", "/tmp/cache", "--dir", "/run/user",
                      "--ro-bind", here, here, "--chdir", "/", *command]


class Window:
    def __init__(self, build, weaken=(), display=None, home=None, network=False, loose=False, environment=None, namespaces=True, wait=True,
                 shell="postrider-shell-test"):
        self.build, self.namespaces, self.shell = build, namespaces, shell
        self.place = tempfile.mkdtemp(prefix="window-")
        os.chmod(self.place, 0o755)
        self.display, self.own_display = display or Display(), display is None
        self.programs = self.copy_programs(build)
        self.home, self.core = home or self.start_core(), None
        self.weaken, self.network, self.loose, self.extra = ",".join(weaken), network, loose, environment or {}
        self.next, self.buffer = 1, b""
        self.start()
        if wait:
            self.wait_for_page()

    def copy_programs(self, build):
        """The build folder may be closed to others. The module lies in a folder of its own."""
        folder = os.path.join(self.place, "programs")
        os.makedirs(os.path.join(folder, "page"))
        for name in ("core/postrider-core", "cli/postrider", "confined/dial/postrider-dial", "confined/import/postrider-import",
                     "confined/smtp/postrider-smtp", "confined/sink/postrider-sink", "confined/callback/postrider-callback", "confined/oauth/postrider-oauth",
                     "confined/gmail/postrider-gmail"):
            shutil.copy(os.path.join(build, "src", name), folder)
        shutil.copy(os.path.join(build, "tests/window", self.shell), folder)
        shutil.copy(os.path.join(build, "tests/window/page/postrider-page.so"), os.path.join(folder, "page"))
        for where, folders, files in os.walk(self.place):
            for name in folders + files:
                os.chmod(os.path.join(where, name), 0o755)
        return folder

    def environment(self):
        return {"PATH": "/usr/bin:/bin", "HOME": os.path.join(self.place, "user"), "POSTRIDER_HOME": os.path.join(self.place, "user", "data"),
                "XDG_STATE_HOME": os.path.join(self.place, "user", "state"), "LANG": "C.UTF-8"}

    def command(self, *words, **more):
        """The command line, on the same home."""
        return subprocess.run(AS_USER + [os.path.join(self.programs, "postrider"), *words], env=self.environment(), capture_output=True, text=True, **more)

    def start_core(self):
        user = os.path.join(self.place, "user")
        os.makedirs(user, exist_ok=True)
        os.chown(user, USER, USER)
        started = self.command("lists")
        if started.returncode != 0:
            raise RuntimeError("core did not start: " + started.stderr)
        return os.path.join(user, "data")

    def start(self):
        core = socket.socket(socket.AF_UNIX)
        os.seteuid(USER)  # core looks at who connected
        core.connect(os.path.join(self.home, "core.sock"))
        os.seteuid(0)
        ours, theirs = socket.socketpair()
        environment = {"DISPLAY": self.display.name, "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": "/tmp/home", "XDG_CACHE_HOME": "/tmp/cache",
                       "XDG_RUNTIME_DIR": "/run/user", "G_DEBUG": "fatal-criticals", **self.extra}
        if self.loose:
            runtime = os.path.join(self.place, "runtime")
            os.makedirs(runtime, exist_ok=True)
            os.chown(runtime, USER, USER)
            environment.update(HOME=runtime, XDG_CACHE_HOME=runtime, XDG_RUNTIME_DIR=runtime)
        command = [os.path.join(self.programs, self.shell)] + (["--weaken", self.weaken] if self.weaken else [])

        def place_descriptors():
            low = [os.dup(core.fileno()), os.dup(theirs.fileno())]  # above 4 in any case
            high = [os.dup2(fd, 100 + i) for i, fd in enumerate(low)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.log = open(os.path.join(self.place, "shell.log"), "ab")
        self.process = subprocess.Popen(cage(command, self.display, self.network, self.loose, self.namespaces), env=environment, pass_fds=[3, 4],
                                        preexec_fn=place_descriptors, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        theirs.close()
        core.close()
        self.channel = ours
        self.channel.settimeout(30)

    def said(self):
        with open(os.path.join(self.place, "shell.log"), errors="replace") as log:
            return log.read()

    def ask(self, what, text="", timeout=30, **more):
        number, self.next = self.next, self.next + 1
        self.channel.settimeout(timeout)
        self.channel.sendall((json.dumps({"id": number, "do": what, "text": text, **more}) + "\n").encode())
        while True:
            while b"\n" not in self.buffer:
                got = self.channel.recv(1 << 20)
                if not got:
                    raise Refused("the window has gone: " + self.said()[-2000:])
                self.buffer += got
            line, self.buffer = self.buffer.split(b"\n", 1)
            answer = json.loads(line)
            if answer["id"] == number:
                break
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["value"]

    def script(self, body, timeout=30):
        return self.ask("script", body, timeout)

    def wait_for_page(self, seconds=30):
        end = time.time() + seconds
        while True:
            try:
                if self.script("return document.readyState") == "complete" and "loaded" in self.ask("state"):
                    return
            except Refused as why:
                if self.process.poll() is not None:
                    raise RuntimeError("the window did not open: " + self.said()) from why
            if time.time() > end:
                raise RuntimeError("the page did not come: " + self.said())
            time.sleep(0.1)

    def picture(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(self.ask("picture")))

    def processes(self):
        """name → [pid] of all that runs below the window."""
        found, todo = {}, [self.process.pid]
        while todo:
            pid = todo.pop()
            try:
                with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
                    todo += [int(child) for child in children.read().split()]
                with open("/proc/%d/comm" % pid) as comm:
                    found.setdefault(comm.read().strip(), []).append(pid)
            except OSError:
                pass
        return found

    def core_pid(self):
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and os.readlink("/proc/%s/exe" % name) == os.path.join(self.programs, "postrider-core"):
                    return int(name)
            except OSError:
                pass
        return None

    def stop(self):
        self.channel.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def close(self):
        self.stop()
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and os.readlink("/proc/%s/exe" % name).startswith(self.programs):
                    os.kill(int(name), signal.SIGTERM)
            except OSError:
                pass
        if self.own_display:
            self.display.close()
        shutil.rmtree(self.place, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.close()
