#!/usr/bin/env python3
"""A random password goes in, a campaign is sent with it, and then it is looked for everywhere: in files, logs, the WAL, environments,
argument lists, and the memory of those who should not have it. The same scanner must find it where it was planted.
Usage: test-canary.py PATH-OF-postrider. As root it sees into all processes; as another user what is closed counts as not shown."""
import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing is left in the source
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import relay  # noqa: E402
import scan  # noqa: E402

SKIP = 77
PEOPLE = 40
HOLD_AFTER = 3  # messages; then the relay keeps silent until everybody was looked into
USER = "ann@example.org"

failures = []
number = 0


def check(is_good, text, detail=""):
    global number
    number += 1
    print("%s %d - %s" % ("ok" if is_good else "not ok", number, text), flush=True)
    if not is_good:
        failures.append(text)
        print("# " + str(detail)[:2000])


def make_canary():
    """Long, random, with characters that each encoding changes."""
    return "Cn%s/+=%s&" % (secrets.token_urlsafe(9), secrets.token_urlsafe(9))


# --- the control: what the scanner must find ---

HOLDER = "import sys; held = sys.stdin.readline().strip(); print('held', flush=True); sys.stdin.read()"


def control(folder, canary):
    wanted = scan.forms(canary)
    for name, octets in scan.forms(canary).items():
        with open(os.path.join(folder, "planted"), "wb") as file:
            file.write(os.urandom(scan.CHUNK - 5) + octets + os.urandom(1000))  # across the border of two chunks
        check(any(h.endswith(": " + name) for h in scan.scan_folder(folder, wanted)[0]), "control: found in a file as " + name)
    os.unlink(os.path.join(folder, "planted"))

    holder = subprocess.Popen([sys.executable, "-c", HOLDER, canary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              env={"PATH": os.environ["PATH"], "PLANTED": canary})
    holder.stdin.write(canary + "\n")
    holder.stdin.flush()
    holder.stdout.readline()
    shown = set()
    hits = scan.scan_process(holder.pid, wanted, shown)
    for part in ("cmdline", "environ"):
        check(any(h.startswith(part) for h in hits), "control: found in %s of a process" % part, hits)
    if "memory" in shown:
        check(any(h.startswith("memory") for h in hits), "control: found in the memory of a process", hits)
    else:
        print("# not shown: memory of other processes is closed here")
    holder.stdin.close()
    holder.wait()


# --- our processes ---

def core_pid(home):
    path = os.path.join(home, "core.sock")
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        return struct.unpack("3i", s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]


def stat_of(pid):
    """(name, parent)"""
    with open("/proc/%d/stat" % pid) as file:
        text = file.read()
    return text[text.index("(") + 1:text.rindex(")")], int(text[text.rindex(")") + 2:].split()[1])


def children_of(parent):
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            name, above = stat_of(int(entry))
        except (OSError, ValueError):
            continue
        if above == parent:
            found[int(entry)] = name
    return found


class World:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.home = os.path.join(folder, "h")
        self.environment = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS") or k in ("PATH", "LANG")}
        self.environment.update(HOME=folder, POSTRIDER_HOME=self.home, XDG_STATE_HOME=os.path.join(folder, "xdg-state"))
        self.log = open(os.path.join(folder, "cli.log"), "ab")

    def start(self, *words, stdin=subprocess.DEVNULL):
        return subprocess.Popen([self.program, *words], stdin=stdin, stdout=self.log, stderr=self.log, env=self.environment, cwd=self.folder)

    def run(self, *words, text=None):
        process = self.start(*words, stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL)
        process.communicate(text.encode() if text is not None else None, timeout=120)
        with open(self.log.name, errors="replace") as file:
            check(process.returncode == 0, "postrider " + " ".join(words[:2]), "status %d: %s" % (process.returncode, file.read()[-1500:]))
        return process.returncode == 0


def scan_all(world, wanted, processes, holders, when):
    """processes: pid -> name. holders: names that may have it now. Returns what each of these showed, None if closed."""
    held = []
    for pid, name in processes.items():
        shown = set()
        try:
            hits = scan.scan_process(pid, wanted, shown)
        except (FileNotFoundError, ProcessLookupError):
            continue
        closed = sorted({"environ", "memory", "memfds"} - shown)
        if closed:
            print("# not shown: %s of %s (closed to this user)" % (", ".join(closed), name))
        if name in holders:
            held.append([h for h in hits if h.startswith("memory")] if "memory" in shown else None)
            hits = [h for h in hits if h.startswith(("cmdline", "environ"))]
        check(not hits, "%s: nothing in %s" % (when, name), hits)
    hits, count = scan.scan_folder(world.folder, wanted)
    check(not hits and count > 0, "%s: nothing in %d files" % (when, count), hits)
    return held


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def write_people(path):
    with open(path, "w") as file:
        file.write("email,name\n" + "".join("person%d@example.org,Person %d\n" % (i, i) for i in range(PEOPLE)))


def prepare(world, canary, server):
    people, text = os.path.join(world.folder, "people.csv"), os.path.join(world.folder, "text.txt")
    write_people(people)
    with open(text, "w") as file:
        file.write("Hello {{name}}\n")
    return (world.run("account", "add", "work", USER, "--host", "127.0.0.1", "--port", str(server.port), "--tls", "none",
                      "--user", USER, "--connections", "1", "--password-file", "-", text=canary + "\n") and
            world.run("import", people, "--list", "all") and world.run("account", "test", "work"))


def send_and_look(world, canary, server):
    wanted = scan.forms(canary)
    client = world.start("send", "--account", "work", "--list", "all", "--from", "Ann <%s>" % USER, "--subject", "Hello {{name}}",
                         "--text", os.path.join(world.folder, "text.txt"), "--yes")
    check(wait_until(lambda: server.messages > HOLD_AFTER, 60), "messages go out", server.messages)
    core = core_pid(world.home)
    processes = {core: "postrider-core", client.pid: "postrider (send)", **children_of(core)}
    names = set(processes.values())
    check({"postrider-smtp", "postrider-dial"} <= names, "there is a transport and a dial to look into", names)
    held = scan_all(world, wanted, processes, {"postrider-smtp"}, "while sending")
    server.go_on.set()
    if None in held:
        print("# not shown: the transport's memory is closed to this user, which is what its lock promises")
    else:
        check(sum(map(bool, held)) == 1, "control: found in the memory of the one transport that logs in, and in no other", held)
    check(client.wait(timeout=120) == 0, "the campaign ends well", client.returncode)
    check(server.logins > 0 and server.refused == 0, "the relay was given the right password", (server.logins, server.refused))
    check(server.messages == PEOPLE, "all messages arrived", server.messages)


def look_afterwards(world, canary, passphrase):
    wanted = scan.forms(canary)
    core = core_pid(world.home)
    scan_all(world, wanted, {core: "postrider-core"}, set(), "when all is done")
    world.run("vault", "protect", "--password-file", "-", text=passphrase + "\n")
    core = core_pid(world.home)
    both = dict(wanted, **{"passphrase " + k: v for k, v in scan.forms(passphrase).items()})
    scan_all(world, both, {core: "postrider-core", **children_of(core)}, set(), "with a passphrase")
    world.run("account", "remove", "work")
    scan_all(world, both, {core_pid(world.home): "postrider-core"}, set(), "after the account is gone")


def end_core(world):
    try:
        pid = core_pid(world.home)
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not os.path.exists("/proc/%d" % pid), 30)
    except OSError:
        pass


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else ""
    core = os.path.join(os.path.dirname(os.path.abspath(program)), "../core/postrider-core")
    for path in (program, core):
        if not os.access(path, os.X_OK):
            print("%s is not built: nothing to look into" % (path or "the command line"))
            return SKIP
    # in /tmp, not TMPDIR: the socket's path must stay short
    folder = tempfile.mkdtemp(prefix="canary-", dir="/tmp")
    planted = tempfile.mkdtemp(prefix="canary-control-", dir="/tmp")
    world = World(os.path.abspath(program), folder)
    canary, passphrase = make_canary(), make_canary()
    server = relay.Relay(USER, canary, HOLD_AFTER)
    sink = None
    try:
        control(planted, make_canary())
        os.mkdir(os.path.join(folder, "mail"))
        sink = world.start("sink", "--dir", os.path.join(folder, "mail"))
        if prepare(world, canary, server):
            send_and_look(world, canary, server)
            look_afterwards(world, canary, passphrase)
    finally:
        if sink is not None:
            sink.terminate()
            sink.wait(timeout=30)
        end_core(world)
        wanted = scan.forms(canary)
        hits, count = scan.scan_folder(folder, wanted)
        check(not hits, "when core has left: nothing in %d files" % count, hits)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(planted, ignore_errors=True)
    print("1..%d" % number)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
