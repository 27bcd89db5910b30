#!/usr/bin/python3
"""environment-faults.py BUILD [WORD…]: what the machine does to a campaign: disks that refuse, clocks that jump, sleep, copies of the data folder, a second core,
a newer version. Behind each: nobody lost, nobody twice by the judge's record, words that a person can use, and it goes on by itself or says how.
What needs a hook needs a build with -Dkill-points=true. Beside it, in tests/journey: a full disk at import and while sending (bad-input.py), a copy in
another place (moves.py)."""
import concurrent.futures
import collections
import ctypes
import datetime
import fcntl
import functools
import glob
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "journey"))
from hostile import has_kill_points  # noqa: E402
from fixture import Judge, Skip, check, is_alive, need, run_cases, wait_for  # noqa: E402

DAY_S = 86400
CLONE_NEWNS = 0x00020000


def children_of(pid, name=""):
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="ascii", errors="replace") as stat:
                text = stat.read()
        except OSError:
            continue
        if text.rpartition(")")[2].split()[1] == str(pid) and text.partition("(")[2].startswith("postrider-" + name):
            found.append(int(text.split()[0]))
    return found


def start(fixture, people, *options, judge=()):
    """A campaign under way: some have theirs, most have not."""
    server = Judge(fixture, *judge)
    fixture.settle(server.port, people)
    campaign = fixture.detach(*options)
    wait_for(lambda: len(server.record()) >= 5, "the first five")
    return server, campaign


def check_whole(fixture, server, campaign, people, unknown_most=0, patience_s=90):
    numbers = fixture.wait(campaign, "done", patience_s=patience_s)
    check(numbers["accepted"] + numbers["unknown"] == people and numbers["unknown"] <= unknown_most, numbers)
    server.check_against(fixture.export(campaign))


# --- disks ---

def a_journal_that_cannot_grow(fixture):
    """The transport may write half a record more: nothing of that message leaves, the campaign pauses and says why; with room, resume sends the rest"""
    server, campaign = start(fixture, 60, "--rate", "20/s")
    transport = wait_for(lambda: [pid for pid in children_of(fixture.core(), "smtp") if journal_of(fixture, pid)], "the transport's journal")[0]
    size = os.stat(journal_of(fixture, transport)).st_size
    _, most = limits = resource.prlimit(transport, resource.RLIMIT_FSIZE)
    resource.prlimit(transport, resource.RLIMIT_FSIZE, (size + 100, most))  # a record is longer: a short write, then a failing one
    numbers = fixture.wait(campaign, "paused")
    check(numbers["reason"] == "journal" and "journal" in numbers["text"] and "disk" in numbers["text"], numbers)
    wait_for(lambda: fixture.show(campaign)["handed"] == 0, "nobody is handed any more")
    count = len(server.record())
    time.sleep(1)
    check(len(server.record()) == count, "mail went out without a journal")
    if is_alive(transport):
        resource.prlimit(transport, resource.RLIMIT_FSIZE, limits)
    fixture.run("campaign", "resume", campaign)
    check_whole(fixture, server, campaign, 60, 10)


def leaves_though_the_store_takes_nothing(fixture):
    """Told to leave while the store can record no answer, core leaves all the same; the next one reads the answers from the journal"""
    server, campaign = start(fixture, 100, "--rate", "40/s")
    core = fixture.core()
    resource.prlimit(core, resource.RLIMIT_FSIZE, (0, resource.prlimit(core, resource.RLIMIT_FSIZE)[1]))  # every write beyond nothing fails
    time.sleep(1)
    began = time.monotonic()
    os.kill(core, signal.SIGTERM)
    wait_for(lambda: not is_alive(core), "core to leave", 40)
    check(time.monotonic() - began < 35, "that took too long")
    fixture.run("lists")
    check_whole(fixture, server, campaign, 100)


def journal_of(fixture, pid):
    for path in glob.glob(f"/proc/{pid}/fd/*"):
        try:
            if os.readlink(path).startswith(os.path.join(fixture.home, "journals")):
                return os.readlink(path)
        except OSError:
            pass
    return None


def a_store_that_cannot_grow(fixture):
    """Core may not write a longer file: it waits and says so, its process lives; allowed again, it goes on by itself"""
    server, campaign = start(fixture, 60, "--rate", "20/s")
    core = fixture.core()
    resource.prlimit(core, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    numbers = fixture.wait(campaign, "waiting", "paused")
    check(fixture.core() == core, "core is gone")
    check(numbers["reason"] in ("disk", "journal") and numbers["text"], numbers)
    resource.prlimit(core, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    if fixture.show(campaign)["state"] == "paused":
        fixture.run("campaign", "resume", campaign)
    check_whole(fixture, server, campaign, 60, 10)


def enter_own_mounts():
    """Of this thread and of what it starts."""
    need("mounts")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "no mount namespace for this thread")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


def in_own_mounts(case):
    """A case whose disk nobody else sees: whoever copies the mounts meanwhile, as each sandbox does, would keep it mounted when it is taken out."""
    @functools.wraps(case)
    def played(fixture):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(enter_own_mounts).result()
            try:
                pool.submit(case, fixture).result()
                pool.submit(fixture.check_manners).result()
            finally:
                pool.submit(fixture.stop_core).result()
    return played


class BadDisk:
    """ext4 on a loop device: an error of it makes it read-only under all who have files open, as a dying disk does. A person mounts it anew."""

    def __init__(self, fixture):
        need("loop")
        self.image, self.path = os.path.join(fixture.folder, "image"), os.path.join(fixture.folder, "disk")
        os.mkdir(self.path)
        with open(self.image, "wb") as out:
            out.truncate(32 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-O", "^has_journal", self.image], check=True)
        self.mount()
        fixture.home = os.path.join(self.path, "home")
        fixture.servers.append(self)

    def mount(self):
        subprocess.run(["mount", "-o", "loop,errors=remount-ro", self.image, self.path], check=True)
        device = subprocess.run(["findmnt", "-no", "SOURCE", self.path], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        self.trigger = f"/sys/fs/ext4/{os.path.basename(device)}/trigger_fs_error"

    def fail(self):
        if not os.path.exists(self.trigger):
            raise Skip("this kernel's ext4 cannot be made to fail")
        with open(self.trigger, "w", encoding="ascii") as out:
            out.write("a test\n")
        try:
            with open(os.path.join(self.path, "probe"), "w", encoding="ascii"):
                raise AssertionError("the disk is not read-only")
        except OSError:
            pass

    def repair(self):
        subprocess.run(["umount", self.path], check=True)
        subprocess.run(["fsck.ext4", "-fy", self.image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        self.mount()

    def stop(self):
        subprocess.run(["umount", "-l", self.path], stderr=subprocess.DEVNULL, check=False)


@in_own_mounts
def a_disk_that_turns_read_only(fixture):
    """The data folder's disk turns read-only in mid-campaign: nothing more goes out, it says why; mounted anew, the next command goes on"""
    disk = BadDisk(fixture)
    server, campaign = start(fixture, 60, "--rate", "20/s")
    disk.fail()
    numbers = fixture.wait(campaign, "waiting", "paused")
    check(numbers["reason"] in ("disk", "journal") and re.search("disk|read-only|readonly|written", numbers["text"], re.I), numbers)
    time.sleep(1)
    count = len(server.record())
    time.sleep(1.5)
    check(len(server.record()) == count, "mail goes out though nothing can be written down")
    fixture.stop_core()
    fixture.run("lists", status=None)  # read-only: a sentence, no crash
    fixture.stop_core()
    disk.repair()
    fixture.run("lists")
    if fixture.show(campaign)["state"] == "paused":
        fixture.run("campaign", "resume", campaign)
    check_whole(fixture, server, campaign, 60, 10)


# --- clocks ---

class Clock:
    """The wall clock as core sees it; the monotonic one is left alone, as it is when a clock is set or a machine slept."""

    def __init__(self, fixture):
        if not has_kill_points(fixture.build):
            raise Skip("a build without -Dkill-points has no clock that can be set")
        self.path = os.path.join(fixture.folder, "clock")
        self.set(0)
        fixture.extra["POSTRIDER_CLOCK"] = self.path

    def set(self, offset_s):
        with open(self.path + ".new", "w", encoding="ascii") as out:
            out.write(str(int(offset_s)))
        os.rename(self.path + ".new", self.path)


def check_pace(server, per_second):
    """No second of the judge's record has more than three times the pace (twice by chance of the edges, once for a machine that is busy)."""
    times = [entry["time"] for entry in server.record()]
    most = max(sum(1 for other in times if at <= other < at + 1) for at in times)
    check(most <= 3 * per_second, f"{most} in one second at {per_second}/s")


def a_clock_set_forward(fixture):
    """A day forward in mid-campaign: it goes on at its pace, and who was told to come later has not used up a lifetime"""
    clock = Clock(fixture)
    server, campaign = start(fixture, 80, "--rate", "20/s", judge=("--defer-always", "person[123]@"))
    wait_for(lambda: fixture.show(campaign)["later"] == 3, "three who are told to come later")
    clock.set(DAY_S + 3600)
    wait_for(lambda: len(server.record()) >= 77, "the others")
    wait_for(lambda: all(row["attempts"] >= "2" for row in fixture.export(campaign) if row["state"] != "accepted"), "a second try", 150)
    numbers = fixture.show(campaign)
    check(numbers["later"] == 3 and numbers["refused"] == 0, "a clock that was set cost people their lifetime", numbers, fixture.export(campaign)[:4])
    check_pace(server, 20)
    fixture.run("campaign", "cancel", campaign)
    server.check_against(fixture.export(campaign))


def a_clock_set_back(fixture):
    """A day back in mid-campaign: it goes on at its pace, and nobody who was told to come later waits a day for it"""
    clock = Clock(fixture)
    server, campaign = start(fixture, 80, "--rate", "20/s", judge=("--defer", "person[123]@"))
    wait_for(lambda: fixture.show(campaign)["later"] == 3, "three who are told to come later")
    clock.set(-DAY_S)
    check_whole(fixture, server, campaign, 80, patience_s=240)
    check_pace(server, 20)


def summer_time(fixture):
    """The hour that is left out, and the one that comes twice: a minute's quota and the pace are kept, the times in the export do not jump"""
    clock = Clock(fixture)
    fixture.extra["TZ"] = "Europe/Berlin"
    server = Judge(fixture)
    fixture.settle(server.port, 60)
    for change in (datetime.datetime(2027, 3, 28, 1, 0), datetime.datetime(2027, 10, 31, 1, 0)):
        clock.set(change.replace(tzinfo=datetime.timezone.utc).timestamp() - 10 - time.time())  # a busy machine may need most of it to begin
        campaign = fixture.detach("--rate", "4/s")
        check_whole(fixture, server_of(server, campaign, fixture), campaign, 60)
        times = sorted(row["time"] for row in fixture.export(campaign))
        first, last = (datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (times[0], times[-1]))
        check(first < change.replace(tzinfo=datetime.timezone.utc) < last and (last - first).total_seconds() < 60, times[0], times[-1])
    check_pace(server, 4)


class server_of:
    """What the judge has of one campaign of several."""

    def __init__(self, server, campaign, fixture):
        self.server, self.campaign, self.before = server, campaign, len(server.record()) if campaign == 1 else 60

    def check_against(self, rows):
        ids = {row["message_id"] for row in rows}
        got = [entry["id"] for entry in self.server.record() if entry["id"] in ids]
        check(len(got) == len(set(got)) == len(rows), f"{len(got)} messages of {len(rows)}")


def sleep(fixture):
    """All of it stands still for six seconds and the clock says a night: no burst behind it, nobody's lifetime or quota is used up, nobody gets two"""
    clock = Clock(fixture)
    server, campaign = start(fixture, 150, "--rate", "15/s", judge=("--defer-always", "person[12]@"))
    wait_for(lambda: fixture.show(campaign)["later"] == 2, "two who are told to come later")
    core = fixture.core()
    everyone = [core, *children_of(core)]
    for pid in everyone:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(6)
    clock.set(9 * 3600)
    for pid in reversed(everyone):
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: len(server.record()) >= 148, "the others", 90)
    check_pace(server, 15)
    numbers = fixture.show(campaign)
    check(numbers["refused"] == 0 and numbers["unknown"] <= 1, numbers)
    fixture.run("campaign", "cancel", campaign)
    server.check_against(fixture.export(campaign))


# --- copies ---

def an_older_copy_put_back(fixture):
    """The data folder is put back as it was a while ago: what was open pauses and asks, sends nothing; --restored sends on by a person's word"""
    server, campaign = start(fixture, 60, "--rate", "10/s")
    fixture.stop_core()
    kept = os.path.join(fixture.folder, "kept")
    shutil.copytree(fixture.home, kept, ignore=lambda folder, names: [name for name in names if name == "core.sock"])
    fixture.run("lists")
    count = len(server.record())
    wait_for(lambda: len(server.record()) >= count + 10, "ten more behind the copy")
    fixture.stop_core()
    count = len(server.record())
    shutil.rmtree(fixture.home)
    os.rename(kept, fixture.home)
    numbers = fixture.show(campaign)
    check(numbers["state"] == "paused" and numbers["reason"] == "restored" and "older" in numbers["text"], numbers)
    result = fixture.run("campaign", "resume", campaign, status=77)
    check("--restored" in result.err, result)
    time.sleep(1)
    check(len(server.record()) == count, "the restored folder sent")


def half_a_copy_put_back(fixture):
    """An old store.db beside the newer -wal: what was open pauses and says so, no count is odd, nobody gets two; or the store is said to be damaged"""
    server, campaign = start(fixture, 3000, "--rate", "400/s")
    path = os.path.join(fixture.home, "store.db")
    older = os.path.join(fixture.folder, "older.db")
    wait_for(lambda: len(server.record()) > 1200, "some hundred")
    shutil.copy(path, older)
    written = os.stat(path).st_mtime_ns
    wait_for(lambda: os.stat(path).st_mtime_ns > written, "the log to be brought into the file", 90)
    count = len(server.record())
    wait_for(lambda: len(server.record()) > count + 50, "more behind it")
    fixture.stop_core(signal.SIGKILL)
    check(os.path.getsize(path + "-wal") > 0, "there is no -wal")
    os.replace(older, path)
    shown = fixture.run("campaign", "show", campaign, "--json", status=None)
    if shown.status == 65:
        check("damaged" in shown.err, shown)
        return
    check(shown.status == 0, shown)
    numbers = shown.lines()[-1]
    states = ("queued", "handed", "accepted", "refused", "later", "unknown", "skipped")
    check(numbers["state"] == "paused" and numbers["reason"] == "restored", numbers)
    check(all(0 <= numbers[state] <= 3000 for state in states) and sum(numbers[state] for state in states) == 3000, numbers)
    fixture.run("campaign", "cancel", campaign)
    wait_for(lambda: fixture.show(campaign)["handed"] == 0, "all that is handed to be settled")
    count = collections.Counter(to for entry in server.record() for to in entry["to"])
    check(max(count.values()) == 1, "somebody has two")


def start_core_in(fixture, script, *words):
    """Core in a mount namespace in which the script has run."""
    need("mounts")
    fixture.run("lists", prefix=["unshare", "--mount", "--propagation", "private", "sh", "-c", script + ' && exec "$@"', "sh", *words])


def no_machine_id(fixture):
    """Without a machine id the same boot proves the same machine, another boot proves nothing: it pauses and asks. With one, another boot is nothing"""
    empty, ident = fixture.write("empty", ""), fixture.write("ident", "0123456789abcdef0123456789abcdef\n")
    with_none = ('touch /etc/machine-id 2>/dev/null; mount --bind "$1" /etc/machine-id && shift', empty)
    with_one = ('touch /etc/machine-id 2>/dev/null; mount --bind "$1" /etc/machine-id && shift', ident)

    def other_boot():
        with sqlite3.connect(os.path.join(fixture.home, "store.db")) as store:
            store.execute("UPDATE meta SET value='another boot' WHERE key='boot_id'")
        store.close()

    for place, is_asked in ((with_one, False), (with_none, True)):
        fixture.home = os.path.join(fixture.folder, f"home-{is_asked}")
        start_core_in(fixture, *place)
        server = Judge(fixture, name=f"judge-{is_asked}")
        fixture.settle(server.port, 30)
        campaign = fixture.detach("--rate", "5/s")
        wait_for(lambda: server.record(), "the first one")
        fixture.stop_core()
        start_core_in(fixture, *place)
        numbers = fixture.show(campaign)
        check(numbers["state"] != "paused", "the same boot", numbers)
        fixture.stop_core()
        other_boot()
        start_core_in(fixture, *place)
        numbers = fixture.show(campaign)
        check((numbers["reason"] == "restored" and "machine-id" in numbers["text"]) == is_asked, numbers)
        if is_asked:
            fixture.run("campaign", "resume", campaign, "--restored")
        check_whole(fixture, server, campaign, 30, 10)
        fixture.stop_core()


# --- who else is there ---

def two_cores(fixture):
    """Others are started by hand on the same folder in mid-campaign: each leaves with a sentence, the first one goes on, nobody gets two"""
    server, campaign = start(fixture, 60, "--rate", "20/s")
    core = fixture.core()
    others = [subprocess.Popen([os.path.join(fixture.build, "src/core/postrider-core")], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=fixture.environment()) for _ in range(4)]
    check([other.wait(30) for other in others] == [75] * 4, [other.returncode for other in others])
    check(fixture.log().count("at work in") == 4, fixture.log())
    check(fixture.core() == core, "the first one is gone")
    check_whole(fixture, server, campaign, 60)


def make_newer(fixture):
    """The same programs with another version in them."""
    older, ours, newer = b"0.1.0\0", os.path.dirname(fixture.program), os.path.join(fixture.folder, "newer")
    shutil.copytree(ours, newer)
    changed = 0
    for path in glob.glob(newer + "/postrider*"):
        with open(path, "rb") as file:
            content = file.read()
        changed += older in content
        with open(path, "wb") as file:
            file.write(content.replace(older, b"0.2.0\0"))
    check(changed >= 2, "no program has the version 0.1.0 in it")
    return os.path.join(newer, "postrider")


def a_newer_version(fixture):
    """A newer command meets an older core that is sending: that one finishes the wire and leaves, the newer one goes on; the older command is told so"""
    fixture.move_programs()
    older, newer = fixture.program, make_newer(fixture)
    server, campaign = start(fixture, 80, "--rate", "20/s", judge=("--answer-delay-ms", "40"))
    first = fixture.core()
    fixture.program = newer
    check(fixture.show(campaign)["state"] in ("sending", "waiting"), fixture.show(campaign))
    check(fixture.core() != first and not is_alive(first), "the older core is still there")
    check(os.readlink(f"/proc/{fixture.core()}/exe").startswith(os.path.dirname(newer)), os.readlink(f"/proc/{fixture.core()}/exe"))
    fixture.program = older
    result = fixture.run("campaign", "list", status=69)
    check("0.2.0" in result.err and "newer" in result.err, result)
    fixture.program = newer
    check_whole(fixture, server, campaign, 80)


def a_core_that_takes_long_to_leave(fixture):
    """The folder's lock outlasts the socket, as behind a core that settles its store on a busy machine: the command says what it waits for, and goes on"""
    fixture.run("lists")
    fixture.stop_core()
    with open(os.path.join(fixture.home, "core.lock"), "rb") as lock, open(os.path.join(fixture.folder, "said"), "w+b") as said:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = subprocess.Popen([fixture.program, "lists"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, env=fixture.environment())
        wait_for(lambda: b"waiting for the Postrider" in os.pread(said.fileno(), 65536, 0), "a word on what it waits for")
        wait_for(lambda: fixture.log().count("at work in") >= 12, "a command that has met the lock for many seconds", 120)
        check(command.poll() is None, "it gave up", os.pread(said.fileno(), 65536, 0))
        fcntl.flock(lock, fcntl.LOCK_UN)
        check(command.wait(60) == 0, command.returncode, os.pread(said.fileno(), 65536, 0))
    check(fixture.core() is not None, "no core is there")


CASES = [a_core_that_takes_long_to_leave, a_clock_set_back, a_clock_set_forward, sleep, a_disk_that_turns_read_only, summer_time, no_machine_id, an_older_copy_put_back, half_a_copy_put_back, a_journal_that_cannot_grow,
         leaves_though_the_store_takes_nothing,
         a_store_that_cannot_grow, two_cores, a_newer_version]

if __name__ == "__main__":
    sys.exit(run_cases(CASES, __doc__))
