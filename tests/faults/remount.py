#!/usr/bin/python3
"""remount.py: the disk goes and comes while the machine stays up, and takes along what was written and not synced.

A round is a campaign on a file system of its own, in a file behind a loop device. In mid-campaign either the file system is shut down without its log
being flushed (`xfs_io -x -c shutdown`, as after an I/O error), or all processes are killed and the backing file is copied as it is; then it, or the copy, is
mounted and the campaign goes on. Nobody may get two. Its control: the folder in sysfs by which core tells one run of a superblock from the next is
covered by one that stays, so that core believes that nothing was lost; then some do get two, or the round would prove nothing.

    remount.py --program POSTRIDER [--rounds N] [--seed S] [--tap] [--no-control] [ext4 xfs btrfs]
"""
import argparse
import collections
import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile

from fixture import Fixture, Trouble, become_subreaper, reap, send_signal, wait_until

CLONE_NEWNS = 0x00020000
PEOPLE = 900
FILE_SYSTEMS = {  # octets of the image, how it is made, the ways in which it can be lost
    "ext4": (64 << 20, ["mkfs.ext4", "-q", "-F"], ("shutdown", "copy")),
    "xfs": (320 << 20, ["mkfs.xfs", "-q", "-f"], ("shutdown", "copy")),
    "btrfs": (160 << 20, ["mkfs.btrfs", "-q", "-f"], ("copy",)),
}


class Skip(Exception):
    """The round cannot be played here; says why."""


def run(*words):
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise Skip(f"{words[0]}: {' '.join(done.stdout.split())[-200:] or done.returncode}")
    return done.stdout


def enter_own_mounts():
    """What is mounted here is nobody else's, and goes with this process."""
    if os.getuid() != 0:
        raise Skip("needs root, to mount a disk")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Skip("no mount namespace can be made here")
    run("mount", "--make-rprivate", "/")


class Disk:
    def __init__(self, folder, kind):
        size, make, _ = FILE_SYSTEMS[kind]
        self.kind, self.image, self.path, self.cover = kind, os.path.join(folder, "image"), os.path.join(folder, "disk"), None
        if not shutil.which(make[0]):
            raise Skip(f"{make[0]} is not installed")
        os.mkdir(self.path)
        with open(self.image, "wb") as image:
            image.truncate(size)
        run(*make, self.image)

    def mount(self, is_control):
        run("mount", "-o", "loop", self.image, self.path)
        if is_control:
            self.cover_witness()

    def cover_witness(self):
        """The same folder of sysfs whatever is mounted: the old way of telling lives apart, by the boot id alone."""
        if self.kind == "btrfs":
            name = run("findmnt", "-n", "-o", "UUID", self.path).strip()
        else:
            name = os.path.basename(run("findmnt", "-n", "-o", "SOURCE", self.path).strip())
        self.cover = os.path.join("/sys/fs", self.kind, name)
        run("mount", "--bind", "/sys/kernel", self.cover)

    def unmount(self):
        if self.cover:
            subprocess.run(["umount", "-l", self.cover], stderr=subprocess.DEVNULL, check=False)
            self.cover = None
        if not wait_until(lambda: subprocess.run(["umount", self.path], stderr=subprocess.DEVNULL, check=False).returncode == 0, 20, 0.2):
            raise Trouble(f"{self.path} is still in use")

    def lose(self, how, kill):
        """What was not synced is gone when it is mounted again. kill: ends all who use it."""
        copy = self.image + ".copy"
        if how == "shutdown":
            run("xfs_io", "-x", "-c", "shutdown", self.path)
            kill()
            self.unmount()
        else:
            kill()
            run("cp", "--sparse=always", self.image, copy)
            self.unmount()
            os.replace(copy, self.image)


def find_all(fixture):
    return fixture.workers() + [process for process in [fixture.core()] if process]


def kill_all(processes):
    for process in processes:
        send_signal(process, signal.SIGKILL)
    if not wait_until(lambda: (reap(), not any(send_signal(process, 0) for process in processes))[1], 10, 0.005):
        raise Trouble(f"still alive: {processes}")


def reach(fixture, count):
    if not wait_until(lambda: fixture.count_taken() >= count, 60, 0.005):
        raise Trouble(f"the campaign does not get on: {fixture.count_taken()} of {count}")


def finish(fixture):
    """As a person would: a folder that may be a copy is said to be the original; the campaign goes on to its end."""
    def is_over():
        numbers = fixture.show(1)
        if numbers["state"] == "paused":
            fixture.run("campaign", "resume", "1", *(["--restored"] if numbers["reason"] == "restored" else []), may_fail=True)
        return numbers["state"] in ("done", "cancelled") and numbers["handed"] == 0

    if not wait_until(is_over, 60, 0.2):
        raise Trouble(f"the campaign does not end: {fixture.show(1)}")


def play(program, kind, how, rng, is_control):
    """Returns (second copies, accepted people whom the judge does not have, unknown, people in the judge's hands at the loss)."""
    folder = tempfile.mkdtemp(prefix="remount-")
    fixture = None
    try:
        disk = Disk(folder, kind)
        disk.mount(is_control)
        fixture = Fixture(os.path.join(folder, "fixture"), program, ["--delay-ms", "5"] if rng.random() < 0.5 else [])
        fixture.home = os.path.join(disk.path, "home")
        fixture.add_account("work")
        fixture.run("import", fixture.write("people.csv", "email,name\n" + "".join(f"p{i}@example.net,Person {i}\n" for i in range(PEOPLE))), "--list", "people")
        os.sync()  # all but the campaign is on the disk
        fixture.run("send", "--account", "work", "--list", "people", "--subject", "Hello", "--text", fixture.write("letter.txt", "Dear {{name}}\n"), "--rate", "200/s",
                  "--connections", str(rng.randint(1, 6)), "--yes", "--detach")
        reach(fixture, 30)
        run("sync", "-f", disk.path)  # the journal's beginning is on the disk, as after some seconds of any campaign
        reach(fixture, fixture.count_taken() + rng.randint(1, PEOPLE // 3))
        everyone = find_all(fixture)
        disk.lose(how, lambda: kill_all(everyone))
        at_loss = fixture.count_taken()
        disk.mount(is_control)
        finish(fixture)
        copies = collections.Counter(address for record in fixture.records() for address in record["to"])
        rows = fixture.export(1)
        lost = [row["address"] for row in rows if row["state"] == "accepted" and not copies[row["address"]]] + \
               [row["address"] for row in rows if row["state"] not in ("accepted", "unknown", "skipped")]
        return sum(n - 1 for n in copies.values() if n > 1), len(lost), sum(row["state"] == "unknown" for row in rows), at_loss
    finally:
        if fixture:
            fixture.close()
            try:
                disk.unmount()
            except (Trouble, AttributeError):
                subprocess.run(["umount", "-l", os.path.join(folder, "disk")], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(folder, ignore_errors=True)


class Report:
    """TAP, a point a file system and way; behind it what was seen."""

    def __init__(self):
        self.number = self.failures = 0

    def say(self, is_good, title, skip=None):
        self.number += 1
        self.failures += not is_good
        print(f"{'ok' if is_good else 'not ok'} {self.number} {title}" + (f" # SKIP {skip}" if skip else ""), flush=True)


def try_way(options, kind, how, report):
    rng = random.Random(f"{options.seed} {kind} {how}")
    second = lost = unknown = 0
    try:
        for _ in range(options.rounds):
            one = play(options.program, kind, how, rng, False)
            second, lost, unknown = second + one[0], lost + one[1], unknown + one[2]
            print(f"# {kind}, {how}: {one[3]} taken when it was lost; {one[0]} second copies, {one[1]} lost, {one[2]} unknown", flush=True)
        report.say(second == lost == 0, f"{kind} {how}: {options.rounds} rounds, {second} second copies, {lost} lost, {unknown} unknown")
        if options.has_control:
            without = 0
            for _ in range(max(3, options.rounds)):
                without += play(options.program, kind, how, rng, True)[0]
                if without:
                    break
            report.say(True, f"{kind} {how}: the control: {without} second copies where the run of the superblock is not seen",
                       None if without else "nothing was lost without it either: what the rounds show is not shown by this way")
    except Skip as skip:
        report.say(True, f"{kind} {how}", skip)
    except Trouble as trouble:
        print("# " + str(trouble).replace("\n", "\n# "))
        report.say(False, f"{kind} {how}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tap", action="store_true", help="the only form there is")
    parser.add_argument("--no-control", dest="has_control", action="store_false")
    parser.add_argument("kinds", nargs="*")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    report = Report()
    become_subreaper()
    try:
        enter_own_mounts()
    except Skip as skip:
        print(f"1..0 # SKIP {skip}")
        return 0
    for kind in options.kinds or FILE_SYSTEMS:
        for how in FILE_SYSTEMS[kind][2]:
            try_way(options, kind, how, report)
    print(f"1..{report.number}")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
