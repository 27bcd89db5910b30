"""fixture.py - one data folder, one judge, and the processes that work for them. Nothing here knows what is tested.

The driver makes itself a subreaper: whatever Postrider leaves behind becomes its child, so that none of our processes escapes it
and none of anybody else's is ever touched. A process is named by (pid, start time): a number that comes again is another one.
"""
import contextlib
import csv
import ctypes
import glob
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
JUDGE = os.path.join(HERE, "..", "journey", "servers", "judge.py")
PR_SET_CHILD_SUBREAPER = 36
JOURNAL_RECORD = 128  # octets; shared/wire/journal.h. The first one is the header
COMM_MAX = 15  # octets of a process's name that the kernel keeps
SLOW = 4 if os.environ.get("POSTRIDER_SLOW") else 1  # sanitizers


class Trouble(Exception):
    """Something does not work at all: no figures, but a finding."""


def become_subreaper():
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise Trouble("this kernel has no subreaper")


class Process:
    def __init__(self, pid, name, state, parent, start):
        self.pid, self.name, self.state, self.parent, self.start = pid, name, state, parent, start
        self.key = (pid, start)

    def __repr__(self):
        return f"{self.name}({self.pid}, {self.state})"


def read_process(pid):
    """None: it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            text = stat.read()
    except OSError:
        return None
    name, rest = text[text.index("(") + 1:text.rindex(")")], text[text.rindex(")") + 2:].split()
    return Process(int(pid), name, rest[0], int(rest[1]), int(rest[19]))


def all_processes():
    found = (read_process(pid) for pid in os.listdir("/proc") if pid.isdigit())
    return {process.pid: process for process in found if process}


crashes = []  # (name, signal) of those who ended by a signal that nobody of us sends


def reap_any():
    """Reaps one child of ours, whoever it is; only when nobody waits for one. Returns FALSE when there was none."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def reap():
    """Ends of processes that nobody else waits for."""
    try:
        if os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return  # the usual case; looking through all processes takes milliseconds
    except ChildProcessError:
        return
    for process in all_processes().values():
        if process.state == "Z" and process.parent == os.getpid() and process.name.startswith("postrider-"):
            try:
                _, status = os.waitpid(process.pid, os.WNOHANG)
                if os.WIFSIGNALED(status) and os.WTERMSIG(status) not in (signal.SIGKILL, signal.SIGTERM):
                    crashes.append((process.name, os.WTERMSIG(status)))
            except ChildProcessError:
                pass


def descendants():
    everyone = all_processes()
    ours = []
    for process in everyone.values():
        at = process
        while at is not None and at.pid != os.getpid():
            at = everyone.get(at.parent)
        if at is not None and process.pid != os.getpid() and process.name.startswith("postrider"):
            ours.append(process)
    return ours


def send_signal(process, number):
    """TRUE when it was still the same process and alive."""
    now = read_process(process.pid)
    if now is None or now.key != process.key or now.state in "ZX":
        return False
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition, seconds, step=0.02):
    """Returns what `condition` returned last: true, or false after that time."""
    end = time.monotonic() + seconds * SLOW
    while True:
        result = condition()
        if result or time.monotonic() > end:
            return result
        time.sleep(step)


def describe_stacks(pids):
    """Where each thread of these processes stands, for whoever looks for a hang later: by gdb where it is there, else what the kernel says."""
    lines = []
    for pid in pids:
        if shutil.which("gdb"):
            done = subprocess.run(["gdb", "-batch", "-nx", "-p", str(pid), "-ex", "thread apply all bt 16"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            lines += [f"{pid}: {line}" for line in done.stdout.splitlines() if line.startswith(("#", "Thread"))]
        for task in glob.glob(f"/proc/{pid}/task/*"):
            for name in ("comm", "wchan", "syscall"):
                with contextlib.suppress(OSError), open(os.path.join(task, name), errors="replace") as file:
                    lines.append(f"{task} {name}: {file.read().strip()}")
    return "\n".join(lines)


def check_store(store):
    """What integrity_check finds, but for one word of SQLite 3.40 (Debian 12) that is not true: it takes the columns of a table WITHOUT ROWID in
    another order than they are stored in, and sees NULL where there is none (mended in 3.41). That word is looked into."""
    found = []
    for (said,) in store.execute("PRAGMA integrity_check"):
        null = re.fullmatch(r"NULL value in (\w+)\.(\w+)", said)
        if said != "ok" and not (null and store.execute(f"SELECT count(*) FROM {null[1]} WHERE {null[2]} IS NULL").fetchone()[0] == 0):
            found.append(said)
    return found


class Fixture:
    """judge_options: None: no judge. extra: environment of all that is started here."""

    def __init__(self, folder, program, judge_options=(), extra=None):
        self.folder, self.program, self.extra = folder, program, extra or {}
        self.home = os.path.join(folder, "home")
        self.record = os.path.join(folder, "judge.jsonl")
        self.known, self.accounts = {}, set()
        self.judge = self.judge_port = None
        os.makedirs(folder)
        if judge_options is not None:
            self.start_judge(judge_options)

    def start_judge(self, options):
        port_file = os.path.join(self.folder, "port")
        self.judge = subprocess.Popen([sys.executable, JUDGE, "--record", self.record, "--port-file", port_file, *options],
                                      stdin=subprocess.DEVNULL, start_new_session=True)
        if not wait_until(lambda: os.path.exists(port_file), 10):
            raise Trouble("the judge did not start")
        with open(port_file) as text:
            self.judge_port = int(text.read())

    # --- the command line ---

    def environment(self, kill=None):
        environment = {name: value for name, value in os.environ.items() if name != "POSTRIDER_KILL"}
        return environment | self.extra | {"POSTRIDER_HOME": self.home} | ({"POSTRIDER_KILL": kill} if kill else {})

    def run(self, *words, kill=None, seconds=40, may_fail=False):
        command = subprocess.Popen([self.program, *words], env=self.environment(kill), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = command.communicate(timeout=seconds * SLOW)
        except subprocess.TimeoutExpired:
            core = self.core()
            stacks = describe_stacks([command.pid, *([core.pid] if core else [])])
            command.kill()
            command.communicate()
            raise Trouble(f"`postrider {' '.join(words)}` hangs:\n{stacks}") from None
        finally:
            reap()
        done = subprocess.CompletedProcess(command.args, command.returncode, out, err)
        if done.returncode not in (0, 1, 75) and not may_fail:
            raise Trouble(f"`postrider {' '.join(words)}` said: {done.stderr.strip()[-300:]} (status {done.returncode})")
        return done

    def run_killing(self, words, victim, delay_s):
        """Runs a command and kills `victim` (core, all, cli, or a worker's name) after that time. Returns (processes killed, exit status, its stderr)."""
        command = subprocess.Popen([self.program, *words], env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True)
        time.sleep(delay_s)
        if victim not in ("cli", "core", "all"):  # a worker comes and goes: while it is there
            wait_until(lambda: self.workers(victim) or command.poll() is not None, 2, 0.001)
        if victim == "cli":
            hits = int(command.poll() is None)
            command.kill()
        else:
            core = [process for process in [self.core()] if process]
            chosen = {"core": core, "all": core + self.workers()}.get(victim)
            hits = sum(send_signal(process, signal.SIGKILL) for process in (self.workers(victim) if chosen is None else chosen))
        try:
            _, said = command.communicate(timeout=40 * SLOW)
        except subprocess.TimeoutExpired:
            command.kill()
            raise Trouble(f"`postrider {' '.join(words)}` hangs since {victim} was killed") from None
        if victim in ("core", "all") and hits:
            wait_until(lambda: (reap(), self.core() is None)[1], 5, 0.002)
        return hits, command.returncode, said

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as out:
            out.write(text)
        return path

    def add_account(self, name):
        self.accounts.add(name)
        self.run("account", "add", name, "office@school.example", "--host", "127.0.0.1", "--port", str(self.judge_port), "--tls", "none", "--no-password")

    def ask(self, *words, **options):
        """Whom a core that is just leaving sends away (75) asks the next one, as a person would."""
        end = time.monotonic() + 20 * SLOW
        while True:
            done = self.run(*words, "--json", **options)
            if done.stdout.strip() or (done.returncode != 75 and options.get("may_fail")):
                return json.loads(done.stdout) if done.stdout.strip() else None
            if done.returncode != 75 or time.monotonic() > end:
                raise Trouble(f"`postrider {' '.join(words)}` says nothing but: {done.stderr.strip()[-300:]} (status {done.returncode})")
            time.sleep(0.1)

    def show(self, campaign, **options):
        return self.ask("campaign", "show", str(campaign), **options)

    def export(self, campaign):
        path = os.path.join(self.folder, f"export-{campaign}.csv")
        self.run("campaign", "export", str(campaign), "-o", path)
        with open(path, newline="") as file:
            return list(csv.DictReader(file))

    def records(self):
        with open(self.record) as lines:
            return [json.loads(line) for line in lines if line.endswith("\n")]  # the last one may be on its way

    def count_taken(self):
        with open(self.record, "rb") as lines:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: lines.read(1 << 20), b""))

    # --- processes ---

    def core(self):
        """Who holds the lock on the data folder; None: nobody."""
        try:
            inode = os.stat(os.path.join(self.home, "core.lock")).st_ino
            with open("/proc/locks") as locks:
                found = re.search(rf"FLOCK +ADVISORY +WRITE (\d+) [0-9a-f]+:[0-9a-f]+:{inode} ", locks.read())
        except OSError:
            return None
        process = read_process(int(found.group(1))) if found else None
        if process:
            self.known[process.key] = process
        return process

    def workers(self, name=None):
        """Children of core, and those that an earlier core left behind; alive or zombie."""
        core = self.core()
        everyone = all_processes()
        for process in everyone.values():
            if core and process.parent == core.pid and process.name.startswith("postrider-"):
                self.known[process.key] = process
        alive = [everyone[pid] for pid, start in self.known if pid in everyone and everyone[pid].start == start]
        return [process for process in alive if (not core or process.key != core.key) and
                process.name.startswith(("postrider-" + (name or ""))[:COMM_MAX])]

    def log(self):
        text = ""
        for name in ("core.log.1", "core.log"):
            try:
                with open(os.path.join(self.home, name), errors="replace") as log:
                    text += log.read()
            except OSError:
                pass
        return text

    def count_transport_deaths(self):
        return len(re.findall(r"the sending process of account \S+ ended: it was ended by signal 9", self.log()))

    def stop_core(self):
        """As an administrator does; what was begun is finished."""
        core = self.core()
        if core is None:
            return
        for worker in self.workers():
            send_signal(worker, signal.SIGCONT)
        send_signal(core, signal.SIGTERM)
        if not wait_until(lambda: (reap(), self.core() is None)[1], 20):
            raise Trouble(f"core does not leave when it is asked to: {self.core()}, its children {self.workers()}")

    # --- the end ---

    def journals(self):
        try:
            return os.listdir(os.path.join(self.home, "journals"))
        except OSError:
            return []

    def clear_away(self):
        """A core that is stopped beside a transport that has just started leaves its journal, which holds nothing yet, to the next one."""
        self.stop_core()
        if any(os.path.getsize(os.path.join(self.home, "journals", name)) > JOURNAL_RECORD for name in self.journals()):
            return  # find_leftovers() says it
        self.run("lists")
        wait_until(lambda: not self.journals(), 15, 0.05)
        self.stop_core()

    def find_leftovers(self):
        """After clear_away(): what should not be there."""
        wait_until(lambda: (reap(), not self.workers())[1], 15)
        found = [f"left behind: {process}" for process in self.workers()]
        found += [f"a journal that nobody drops: {name}" for name in self.journals()]
        store = sqlite3.connect(f"file:{self.home}/store.db?mode=ro", uri=True)
        try:
            found += [f"store: {said}" for said in check_store(store)]
            found += [f"store: a row handed to nobody: {row}" for row in store.execute("SELECT campaign, id FROM ledger WHERE state=1")]
            found += [f"store: journal {row[0]} still listed" for row in store.execute("SELECT serial FROM journal")]
        finally:
            store.close()
        found += [f"core.log: {line}" for line in self.log().splitlines() if re.search(r"CRITICAL|ERROR \*\*|Sanitizer|runtime error", line)]
        return found

    def close(self):
        for process in self.workers() + [process for process in [self.core()] if process]:
            send_signal(process, signal.SIGKILL)
        wait_until(lambda: (reap(), not self.workers())[1], 5)
        if self.judge:
            self.judge.terminate()
            self.judge.wait()
