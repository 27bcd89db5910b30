"""chores.py - the work around sending: build (one message) and import."""
import json
import os
import statistics
import subprocess
import sys

import letter
import ours
from result import Result, at_least, at_most

HERE = os.path.dirname(os.path.abspath(__file__))


def time_message(context, size):
    """Medians of (octets, µs) of ours and of GMime, in alternation."""
    overhead = 700
    for _ in range(5):
        place = letter.write(os.path.join(context.place, "letter"), size, overhead)
        lines = subprocess.run([f"{context.tools.build}/bench/bench-compose", letter.SUBJECT, f"{place}/letter.txt", f"{place}/letter.html",
                                str(context.scale(100000)), str(context.rounds)], capture_output=True, text=True, check=True).stdout.splitlines()
        octets, us, gmime_octets, gmime_us = (statistics.median(map(float, column)) for column in zip(*(line.split() for line in lines)))
        if abs(octets - size) <= size / 100:
            return [{"program": "postrider", "octets": octets, "µs": us}, {"program": "GMime", "octets": gmime_octets, "µs": gmime_us}]
        overhead += int(octets) - size
    raise ours.Trouble(f"the message has {octets} octets, not {size}")


def measure_build(context):
    result = Result()
    version = subprocess.run(["pkg-config", "--modversion", "gmime-3.0"], capture_output=True, text=True, check=True).stdout.strip()
    result.versions["GMime"] = version
    for size in (2048, 20480):
        rows = time_message(context, size)
        result.add_table(f"One message of {size // 1024} KB, HTML and text, four fields", rows)
        if size == 2048:
            result.add_goal("one message built, 2 KB", at_most(5, "µs"), rows[0]["µs"])
    return result


def measure_import(context):
    result = Result()
    done = subprocess.run([sys.executable, os.path.join(HERE, "import.py"), context.tools.build, "--rows", str(context.scale(1000000)), "--rounds",
                           str(context.rounds), "--json"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise ours.Trouble(f"bench/import.py ended with {done.returncode}")
    found = json.loads(done.stdout.splitlines()[-1])
    ours_s, peer_s = statistics.median(found["ours_s"]), statistics.median(found["peer_s"])
    result.versions["sqlite3"] = subprocess.run(["sqlite3", "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
    result.add_table(f"{found['rows']:,} rows, unique e-mail", [
        {"program": "postrider import", "seconds": ours_s, "rows_per_second": found["rows"] / ours_s, "PSS at most, KiB": found["pss_max_kib"]},
        {"program": "sqlite3 .import into UNIQUE", "seconds": peer_s, "rows_per_second": found["rows"] / peer_s, "PSS at most, KiB": None}])
    result.add_goal("import, 1 million rows, unique e-mail", at_least(2, "× sqlite3 .import"), found["ratio"])
    return result


BENCHMARKS = {"build": measure_build, "import": measure_import}
