"""fixture.py - what the journeys stand on: a data folder of its own for each case, the command that works on it, and servers beside it.

Python's standard library only. A case is a function that gets a Fixture; its docstring is what it shows. run_cases() plays them, a few at a time,
prints TAP, and looks behind each one for what no user may ever see: criticals, assertions, backtraces, a sanitizer's report.
"""
import concurrent.futures
import csv
import io
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))
from can import lasting_folder, why_not  # noqa: E402

SERVERS = os.path.join(HERE, "servers")
NEVER = re.compile(r"CRITICAL|assertion|Assertion|Bail out|backtrace|Backtrace|Sanitizer|runtime error|SUMMARY:|core dumped")
PATIENCE_S = 60  # chosen: sanitized programs on two shared cores; nothing here should take a tenth of it
PASSED = ("PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")


class Skip(Exception):
    """The case cannot be tried here; says why."""


def need(*needs):
    """Skips the case, with the reason, where this machine lacks one of them (tests/can.py)."""
    reason = why_not(*needs)
    if reason:
        raise Skip(reason)


class Result:
    def __init__(self, words, status, out, err):
        self.words, self.status, self.out, self.err = words, status, out, err

    def __str__(self):
        return f"postrider {' '.join(self.words)}\nstatus {self.status}\nstdout: {self.out[-1500:]}\nstderr: {self.err[-1500:]}"

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


def check(condition, *what):
    """As assert, but never compiled out, and it says what it saw."""
    if not condition:
        raise AssertionError("\n".join(str(each) for each in what) or "not so")


def wait_for(question, what, patience_s=PATIENCE_S):
    """Asks until the answer is true; returns it."""
    end = time.monotonic() + patience_s
    while True:
        answer = question()
        if answer:
            return answer
        check(time.monotonic() < end, f"waited {patience_s} s for: {what}")
        time.sleep(0.05)


def find_holder(path):
    """The process that holds the flock on PATH, or None: core, of which nothing else may be read."""
    try:
        inode = os.stat(path).st_ino
    except OSError:
        return None
    with open("/proc/locks", encoding="ascii") as locks:
        for line in locks:
            words = line.split()
            if "FLOCK" in words and "->" not in words and words[-3].endswith(f":{inode}"):
                return int(words[-4])
    return None


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Fixture:
    def __init__(self, build, folder=None, home=None):
        self.build = os.path.abspath(build)
        self.program = os.path.join(self.build, "src/cli/postrider")
        self.is_ours = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="journey-", dir=lasting_folder())
        self.home = home or os.path.join(self.folder, "home")
        self.seen = []  # all that was said on stderr
        self.servers = []
        self.extra = {}

    # --- the command ---
    def environment(self):
        env = {name: os.environ[name] for name in PASSED if name in os.environ}
        return {**env, "HOME": self.folder, "LANG": "C.UTF-8", "POSTRIDER_HOME": self.home, **self.extra}

    def move_programs(self):
        """Copies of all our programs, side by side in a folder that everybody may enter."""
        place = os.path.join(self.folder, "programs")
        os.mkdir(place)
        os.chmod(place, 0o755)
        for program in [self.program, os.path.join(self.build, "src/core/postrider-core"), *glob.glob(os.path.join(self.build, "src/confined/*/postrider-*"))]:
            if os.path.isfile(program):
                shutil.copy(program, place)
        self.program = os.path.join(place, "postrider")

    def run(self, *words, status=0, stdin=None, patience_s=PATIENCE_S, prefix=(), cwd=None):
        """Runs postrider WORDS. status: what it must end with; None: anything but a signal."""
        words = [str(word) for word in words]
        feed = stdin.encode() if isinstance(stdin, str) else stdin
        started = subprocess.Popen([*prefix, self.program, *words], stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment(), cwd=cwd or self.folder)
        try:
            out, err = started.communicate(feed, timeout=patience_s)
        except subprocess.TimeoutExpired:
            started.kill()
            out, err = started.communicate()
            raise AssertionError(f"not done after {patience_s} s:\n{Result(words, None, out.decode(errors='replace'), err.decode(errors='replace'))}") from None
        result = Result(words, started.returncode, out.decode(errors="replace"), err.decode(errors="replace"))
        self.seen.append(result.err)
        check(result.status >= 0 if status is None else result.status == status, f"status should be {status}", result)
        return result

    def json(self, *words, **how):
        """Runs with --json; returns the last document."""
        return self.run(*words, "--json", **how).lines()[-1]

    def write(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as out:
            out.write(content.encode() if isinstance(content, str) else content)
        return path

    # --- the usual ---
    def add_account(self, port, name="work", *options):
        return self.run("account", "add", name, "office@example.org", "--host", "127.0.0.1", "--port", port, "--tls", "none", "--user", "", *options)

    def import_people(self, count, list_name="people", first=1, local="person"):
        rows = ["name,email,town"] + [f"Person {i},{local}{i}@example.net,{'Bonn' if i % 2 else 'Köln'}" for i in range(first, first + count)]
        return self.run("import", self.write(f"{list_name}.csv", "\n".join(rows) + "\n"), "--list", list_name)

    def settle(self, port, count, *options):
        """An account, a list `people` and a letter: ready to send."""
        self.add_account(port, "work", *options)
        self.import_people(count)
        self.write("letter.txt", "Dear {{name}},\n\nsee you in {{town}}.\n")

    def send(self, *options, status=0, **how):
        """Returns the last document: the campaign's numbers."""
        return self.json(*self.send_words(*options), status=status, **how)

    def send_words(self, *options):
        usual = ["send", "--account", "work", "--subject", "Hello {{name}}", "--text", "letter.txt", "--yes"]
        return usual + ([] if "--list" in options else ["--list", "people"]) + [str(option) for option in options]

    def detach(self, *options):
        """Starts a campaign and returns its number at once."""
        return self.run(*self.send_words(*options), "--detach", "--json").lines()[0]["campaign"]

    def show(self, campaign=1):
        return self.json("campaign", "show", campaign)

    def wait(self, campaign, *states, patience_s=PATIENCE_S):
        def ask():
            numbers = self.show(campaign)
            return numbers if numbers["state"] in states else None

        try:
            return wait_for(ask, f"campaign {campaign} to be {' or '.join(states)}", patience_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {self.show(campaign)}") from None

    def export(self, campaign=1):
        return list(csv.DictReader(io.StringIO(self.run("campaign", "export", campaign).out)))

    # --- core ---
    def core(self):
        return find_holder(os.path.join(self.home, "core.lock"))

    def stop_core(self, how=signal.SIGTERM):
        pid = self.core()
        if pid is None:
            return
        os.kill(pid, how)
        wait_for(lambda: not is_alive(pid), f"core {pid} to leave", 30)

    def log(self):
        text = ""
        for name in ("core.log.1", "core.log"):
            try:
                with open(os.path.join(self.home, name), encoding="utf-8", errors="replace") as log:
                    text += log.read()
            except OSError:
                pass
        return text

    def check_manners(self):
        """What no user may ever see."""
        for text in [*self.seen, self.log()]:
            found = NEVER.search(text)
            check(not found, f"said {found and found.group(0)!r}:", text[-3000:])

    def end(self):
        try:
            self.stop_core()
        except AssertionError:
            self.stop_core(signal.SIGKILL)
            raise
        finally:
            for server in self.servers:
                server.stop()
            log = self.log()
            if self.is_ours:
                shutil.rmtree(self.folder, ignore_errors=True)
        found = NEVER.search(log)
        check(not found, "core.log holds:", log[-3000:])


class Judge:
    """judge.py beside a fixture: what it has is what counts."""

    def __init__(self, fixture, *flags, port=0, name="judge"):
        self.flags, self.port, self.folder, self.process = flags, port, fixture.folder, None
        self.path = os.path.join(fixture.folder, name + ".jsonl")
        self.port_file = os.path.join(fixture.folder, name + ".port")
        fixture.servers.append(self)
        self.start()

    def start(self, *flags):
        """Again on the same port, when it was stopped."""
        if os.path.exists(self.port_file):
            os.unlink(self.port_file)
        words = [sys.executable, os.path.join(SERVERS, "judge.py"), "--record", self.path, "--port-file", self.port_file, "--port", str(self.port)]
        with open(self.path + ".log", "ab") as log:
            self.process = subprocess.Popen(words + [str(flag) for flag in (flags or self.flags)], stdin=subprocess.DEVNULL, stderr=log)
        wait_for(lambda: os.path.exists(self.port_file), "the judge's port")
        with open(self.port_file, encoding="ascii") as file:
            self.port = int(file.read())

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None

    def record(self):
        try:
            with open(self.path, encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    def addresses(self):
        return sorted(to for entry in self.record() for to in entry["to"])

    def check_against(self, rows):
        """Nobody has two; accepted ones are there; the others are not, but unknown, which may be."""
        have = {}
        for entry in self.record():
            have.setdefault((entry["id"] or "").strip("<>"), []).append(entry)
        for row in rows:
            copies = len(have.pop(row["message_id"].strip("<>"), [])) if row["message_id"] else 0
            check(copies == 1 if row["state"] == "accepted" else copies <= (row["state"] == "unknown"), f"{copies} copies of {row}")
        check(not have, "the server has what the export does not know:", have)


def make_certificate(folder, *how):
    """make-cert.sh; how: expired, or nothing."""
    done = subprocess.run([os.path.join(SERVERS, "make-cert.sh"), folder, *how], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise Skip("no certificate could be made (package openssl): " + done.stdout.decode(errors="replace")[-200:])
    return os.path.join(folder, "both.pem")


def make_foreign(fixture, folder, name, host, days):
    """Another certificate of the CA in FOLDER."""
    extension = fixture.write(name + ".cnf", "subjectAltName=DNS:" + host + "\nextendedKeyUsage=serverAuth\n")
    out = os.path.join(fixture.folder, name + ".pem")
    sign = ["openssl", "x509", "-req", "-in", folder + "/cert.csr", "-CA", folder + "/ca.pem", "-CAkey", folder + "/ca.key", "-CAcreateserial",
            "-extfile", extension, "-out", out]
    if days < 0 and subprocess.run([*sign, "-not_before", "20200101000000Z", "-not_after", "20200102000000Z"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
        pass  # OpenSSL 3.4 and later, which refuses days that are negative
    else:
        subprocess.run([*sign, "-days", str(days)], stderr=subprocess.DEVNULL, check=True)
    with open(folder + "/key.pem", encoding="ascii") as key, open(out, "a", encoding="ascii") as both:
        both.write(key.read())
    return out


def trust(fixture, ca):
    """Starts core where this CA is the only one that anybody knows."""
    need("mounts")
    script = 'mount --bind "$1" /etc/ssl/certs/ca-certificates.crt && shift && exec "$@"'
    fixture.run("lists", prefix=["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", ca])  # core stays in there


# --- playing the cases ---

def play(build, function, keep):
    fixture = Fixture(build)
    problem = reason = None
    try:
        function(fixture)
        fixture.check_manners()
    except Skip as skip:
        reason = str(skip)
    except Exception:  # a case that falls over is a case that failed
        problem = traceback.format_exc() + "\ncore.log: " + fixture.log()[-3000:]
    if keep:
        fixture.is_ours = False
    try:
        fixture.end()
    except Exception:
        problem = (problem or "") + traceback.format_exc()
    return problem, reason


def run_cases(cases, description, workers=4):
    """The program of a journey: journey.py BUILD [WORD…] [--keep] plays those whose name holds a WORD. Returns the exit status."""
    words = [word for word in sys.argv[1:] if word != "--keep"]
    if not words:
        print(description, file=sys.stderr)
        return 64
    cases = [each for each in cases if len(words) == 1 or any(word in each.__name__ for word in words[1:])]
    lock, numbers, failures = threading.Lock(), iter(range(1, len(cases) + 1)), []
    print(f"1..{len(cases)}", flush=True)

    def work(function):
        began = time.monotonic()
        problem, reason = play(words[0], function, "--keep" in sys.argv)
        with lock:
            title = f"{next(numbers)} {function.__name__.replace('_', '-')}: {(function.__doc__ or '').strip()}"
            title = title.replace("#", "No.") + f" ({time.monotonic() - began:.1f} s)"
            for line in (problem or "").splitlines():
                print("# " + line)
            if problem:
                failures.append(function)
            print(f"not ok {title}" if problem else f"ok {title}" + (f" # SKIP {reason}" if reason else ""), flush=True)

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, cases))
    return 1 if failures else 0
