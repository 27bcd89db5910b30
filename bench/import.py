#!/usr/bin/env python3
"""import.py BUILD [--rows N] [--rounds N] [--shape NAME] [--json]: a CSV of N people (1000000) by `postrider import` into an empty data folder, from the
start of the command and of core to the report, against `sqlite3 .import` of the same file into a table whose e-mail is UNIQUE: in alternation, N
rounds (5), medians and their ratio. Both are durable when they end: sqlite3 as it comes (rollback journal, synchronous=FULL), ours by its log,
which core brings into its file afterwards; that is waited for before the next turn. ratio: the peer's time by ours.
--shape: fresh (all new, addresses in no order; the default) | ordered (all new, addresses in order: the peer's index grows at its end) | again (the same file a second time; the peer: INSERT OR IGNORE) | beside (into a million others) |
dirty (one row in ten has no valid address, one in ten comes twice; the peer: INSERT OR IGNORE)."""
import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HEADER = "email,first name,last name,city,member,note\n"
TABLE = "CREATE TABLE people(email TEXT UNIQUE, first TEXT, last TEXT, city TEXT, member TEXT, note TEXT);\n"
SHAPES = ("fresh", "ordered", "again", "beside", "dirty")


def line(i, domain, is_ordered):
    mixed = i * 2654435761 % 2**32
    user = f"{i:08d}.{mixed}" if is_ordered else f"{mixed}.{i}"
    return f"user{user}@mail{mixed % 997}.{domain},First{i % 977},Last{i % 3331},City Number {i % 83},member-{i:08d},note {mixed % 100000}\n"


def write_file(path, rows, domain="example.org", is_dirty=False, is_ordered=False):
    with open(path, "w", encoding="ascii") as out:
        out.write(HEADER)
        for i in range(rows):
            text = line(i - 1 if is_dirty and i % 10 == 9 else i, domain, is_ordered)
            out.write(text.replace("@", " at ", 1) if is_dirty and i % 10 == 4 else text)


def our_processes(build):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/exe").startswith(build):
                yield int(pid)
        except OSError:
            continue


def pss_kib(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return int(re.search(r"^Pss:\s+(\d+)", file.read(), re.M).group(1))
    except (OSError, AttributeError):
        return 0


class Watch(threading.Thread):
    """The most that all our processes took together."""

    def __init__(self, build):
        super().__init__()
        self.build, self.most, self.is_over = build, 0, threading.Event()

    def run(self):
        while not self.is_over.wait(0.1):
            self.most = max(self.most, sum(pss_kib(pid) for pid in our_processes(self.build)))

    def stop(self):
        self.is_over.set()
        self.join()
        return self.most


def log_sizes(home):
    return [os.path.getsize(os.path.join(home, name)) for name in os.listdir(home) if name.endswith("-wal")]


class Fixture:
    """A data folder and its core."""

    def __init__(self, build, place):
        self.build, self.home = build, os.path.join(place, "home")
        self.environ = dict(os.environ, POSTRIDER_HOME=self.home)

    def load(self, path):
        command = [os.path.join(self.build, "src/cli/postrider"), "import", path, "--list", "all", "--json"]
        began = time.monotonic()
        done = subprocess.run(command, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        took = time.monotonic() - began
        if done.returncode != 0:
            sys.exit(f"postrider import failed: {done.stderr.decode()}")
        while any(size > 2**20 for size in log_sizes(self.home)):  # core brings the log into the file
            time.sleep(0.05)
        return took, json.loads(done.stdout)

    def close(self):
        for pid in our_processes(self.build):
            with open(f"/proc/{pid}/environ", "rb") as file:
                if f"POSTRIDER_HOME={self.home}\0".encode() in file.read():
                    os.kill(pid, signal.SIGTERM)
        time.sleep(1)
        for folder in (self.home, self.home + ".state"):
            shutil.rmtree(folder, ignore_errors=True)


def ours(build, place, files, rows, shape):
    fixture = Fixture(build, place)
    for path in files[:-1]:
        fixture.load(path)
    watch = Watch(build)
    watch.start()
    took, report = fixture.load(files[-1])
    most = watch.stop()
    fixture.close()
    counts = {key: report[key] for key in ("read", "new", "updated", "merged", "unchanged")}
    counts["rejected"] = sum(report["rejected"].values())
    expected = {"fresh": ("new", rows), "ordered": ("new", rows), "beside": ("new", rows), "again": ("unchanged", rows), "dirty": ("merged", rows // 10)}[shape]
    if counts["read"] != rows or counts[expected[0]] != expected[1]:
        sys.exit(f"import counted wrong: {counts}, expected {expected}")
    return took, most


def peer(place, files, shape):
    path = os.path.join(place, "peer.db")
    script = TABLE
    for part in files[:-1]:
        script += f".import --csv --skip 1 {part} people\n"
    subprocess.run(["sqlite3", "-bail", path], input=script.encode(), check=True)
    script = f".import --csv --skip 1 {files[-1]} people\n"
    began = time.monotonic()
    # rows that break UNIQUE are told one by one on stderr, and left out
    subprocess.run(["sqlite3", path], input=script.encode(), stderr=subprocess.DEVNULL, check=shape in ("fresh", "ordered", "beside"))
    took = time.monotonic() - began
    os.unlink(path)
    return took


def measure(build, rows=1000000, rounds=5, shape="fresh", tell=lambda text: None):
    """Returns: {"shape", "rows", "bytes", "ours_s", "peer_s", "ratio", "pss_max_kib"}; ratio: of the medians, the peer's time by ours."""
    place = tempfile.mkdtemp(prefix="bench-import-")
    result = {"shape": shape, "rows": rows, "ours_s": [], "peer_s": [], "pss_max_kib": 0}
    try:
        path = os.path.join(place, "people.csv")
        write_file(path, rows, is_dirty=shape == "dirty", is_ordered=shape == "ordered")
        files = {"again": [path, path], "beside": [os.path.join(place, "others.csv"), path]}.get(shape, [path])
        if shape == "beside":
            write_file(files[0], 1000000, domain="example.net")
        result["bytes"] = os.path.getsize(path)
        for number in range(rounds):
            took, pss = ours(build, place, files, rows, shape)
            result["ours_s"].append(round(took, 3))
            result["pss_max_kib"] = max(result["pss_max_kib"], pss)
            result["peer_s"].append(round(peer(place, files, shape), 3))
            tell(f"  {number + 1}: postrider {took:.2f} s, sqlite3 {result['peer_s'][-1]:.2f} s")
    finally:
        shutil.rmtree(place)
    result["ratio"] = round(statistics.median(result["peer_s"]) / statistics.median(result["ours_s"]), 2)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--shape", choices=SHAPES, default="fresh")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = measure(os.path.abspath(given.build), given.rows, given.rounds, given.shape, (lambda text: None) if given.json else print)
    if given.json:
        print(json.dumps(result))
    else:
        print(f"{given.shape}, {given.rows} rows, {result['bytes'] // 1000000} MB: postrider {statistics.median(result['ours_s']):.2f} s, sqlite3 .import "
              f"{statistics.median(result['peer_s']):.2f} s, ratio {result['ratio']}; PSS of all our processes at most {result['pss_max_kib'] / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
