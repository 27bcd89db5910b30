"""ours.py - our own program at work: a data folder, the command, and what all of its processes take.

The driver is a subreaper: core, which outlives the command that started it, becomes its child and can be waited for. So the CPU time of
a run is what the kernel accounted to core with all its children, from its start to its end, and to the command: nothing is sampled.
"""
import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time

from letter import SUBJECT

PR_SET_CHILD_SUBREAPER = 36
PASSED = ("PATH", "TMPDIR", "HOME", "LANG")


LIMIT_S = 1800  # chosen: no run takes half of it; one that hangs is a finding, not an endless night


class Trouble(Exception):
    """A run that did not do its work: no figures."""


def become_subreaper():
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise Trouble("this kernel has no subreaper")


def cpu_of(usage):
    return usage.ru_utime + usage.ru_stime


@contextlib.contextmanager
def time_limit(process):
    """A process that hangs is killed: its run has failed."""
    timer = threading.Timer(LIMIT_S, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def wait_until(question, what, seconds=60, step=0.05):
    end = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > end:
            raise Trouble(f"waited {seconds} s for {what}")
        time.sleep(step)
    return answer


def read_parent(pid):
    """(pid, its parent), or None: it is gone."""
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return int(pid), int(stat.read().rpartition(")")[2].split()[1])
    return None


class Home:
    """One data folder. Copies of it start from the same state: copy()."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.program = os.path.join(build, "src/cli/postrider")
        self.command = None  # the one that runs now, as far as it is looked at
        self.environment = {name: os.environ[name] for name in PASSED if name in os.environ} | {"POSTRIDER_HOME": folder, "LC_ALL": "C.UTF-8"}

    def copy(self, folder):
        self.stop_core()
        shutil.copytree(self.folder, folder)
        return Home(self.build, folder)

    def start(self, *words, **options):
        return subprocess.Popen([self.program, *map(str, words)], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                **options)

    def run(self, *words):
        """Returns the JSON documents that it said."""
        command = self.start(*words, "--json", stderr=subprocess.PIPE)
        out, err = command.communicate()
        if command.returncode != 0:
            raise Trouble(f"`postrider {' '.join(map(str, words))}` ended with {command.returncode}: {err.strip()[-300:]}")
        return [json.loads(line) for line in out.splitlines()]

    # --- processes ---
    def core(self):
        """Who holds the lock on the data folder, or None."""
        with contextlib.suppress(OSError):
            inode = os.stat(os.path.join(self.folder, "core.lock")).st_ino
            with open("/proc/locks", encoding="ascii") as locks:
                found = re.search(rf"FLOCK +ADVISORY +WRITE (\d+) [0-9a-f]+:[0-9a-f]+:{inode} ", locks.read())
            return int(found.group(1)) if found else None
        return None

    def processes(self):
        """{pid: program} of the command, of core and of all below it."""
        parents = dict(filter(None, map(read_parent, filter(str.isdigit, os.listdir("/proc")))))
        ours = {pid for pid in (self.core(), self.command) if pid}
        while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
            ours |= more
        found = {}
        for pid in ours:
            with contextlib.suppress(OSError):
                found[pid] = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
        return found

    def stop_core(self):
        """As an administrator does. Returns the CPU seconds of core and of all that it had started."""
        core = self.core()
        if core is None:
            return 0.0
        os.kill(core, signal.SIGTERM)
        try:
            return cpu_of(os.wait4(core, 0)[2])
        except ChildProcessError:
            raise Trouble("core is not a child of the driver: its CPU time cannot be told") from None

    # --- the usual ---
    def add_account(self, server, name="bench", *options, connections=10):
        tls = ("--tls", "starttls", "--pin", server.pin) if server.pin else ("--tls", "none")
        self.run("account", "add", name, "office@example.org", "--host", "127.0.0.1", "--port", server.port, *tls, "--user", "", "--no-password",
                 "--connections", connections, *options)

    def send(self, letter, *options, account="bench", people="all", watch=None):
        """One campaign from a core that is not running to the command's end. Returns (seconds, seconds of the sending alone, CPU seconds, last document)."""
        self.stop_core()
        os.sync()
        began = time.monotonic()
        command = self.start("send", "--account", account, "--list", people, "--subject", SUBJECT, "--text", f"{letter}/letter.txt", "--html",
                             f"{letter}/letter.html", "--yes", "--json", "--quiet", *options, stderr=subprocess.PIPE)
        self.command = command.pid
        with watch or contextlib.nullcontext(), time_limit(command):
            first = command.stdout.readline()
            prepared = time.monotonic()
            last = command.stdout.readlines()
            _, status, usage = os.wait4(command.pid, 0)
            ended = time.monotonic()
            self.command = None
        command.returncode = os.waitstatus_to_exitcode(status)
        if not first or not last:
            raise Trouble(f"`postrider send` ended with {command.returncode}: {command.stderr.read()[-300:]}")
        command.stdout.close()
        command.stderr.close()
        return ended - began, ended - prepared, cpu_of(usage) + self.stop_core(), json.loads(last[-1])


class PssWatch:
    """With it around a run: the PSS of all our processes, twice a second."""

    def __init__(self, home, every_s=0.5):
        self.home, self.every_s = home, every_s
        self.samples = []  # {program: KiB}
        self.is_over = threading.Event()

    def sample(self):
        sums = {}
        for pid, program in self.home.processes().items():
            with contextlib.suppress(OSError, AttributeError):
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                    kib = int(re.search(r"^Pss:\s+(\d+)", rollup.read(), re.M).group(1))
                sums[program] = sums.get(program, 0) + kib
        if sums:
            self.samples.append(sums)

    def look(self):
        while not self.is_over.wait(self.every_s):
            self.sample()

    def __enter__(self):
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def totals(self):
        return [sum(sums.values()) for sums in self.samples]

    def three(self):
        """Start, middle and end of the run, KiB, and the most."""
        totals = self.totals()
        if not totals:
            raise Trouble("the run was over before its memory could be looked at")
        return totals[0], totals[len(totals) // 2], totals[-1], max(totals)
