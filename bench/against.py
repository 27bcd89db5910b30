#!/usr/bin/python3
"""against.py - this build against an earlier one, in turn, round by round: has a change cost speed?

  bench/against.py BUILD EARLIER [--rounds 9] [--messages N] [NAME…]     both set up with --buildtype=release; NAME: 2kb starttls distance
Prints each work's medians and ratio, and the spread of rounds beside it: a ratio within the spread says nothing. Nothing is kept.
"""
import argparse
import os
import shutil
import statistics
import sys
import tempfile
import types

import ours
import pairs
import servers
from speed import DELAY_MS, KB
from workers import Postrider

WORKS = {  # messages, connections, server
    "2kb": (50000, 10, lambda build: servers.SmtpSink()),
    "starttls": (50000, 10, lambda build: servers.OwnSink(build, with_tls=True)),
    "distance": (5000, 1, lambda build: servers.Delayed(build, servers.Postfix(), DELAY_MS)),
}


def make_worker(name, build, place):
    worker = type("Named", (Postrider,), {"name": name})(types.SimpleNamespace(build=os.path.abspath(build)), place)
    worker.prepare(2 * KB, 100)
    return worker


def spread(values):
    return (max(values) - min(values)) / statistics.median(values)


def compare(work, options, place):
    count, connections, make_server = WORKS[work]
    count = options.messages or count
    contenders = [(make_worker(name, build, place), count) for name, build in (("postrider", options.build), ("earlier", options.earlier))]
    with make_server(options.build) as server:
        series = pairs.alternate(server, contenders, connections, options.rounds)
    for what, figure in (("messages/s", lambda run: run.count / run.seconds), ("sending alone/s", lambda run: run.count / run.sending_s),
                         ("CPU µs a message", lambda run: run.cpu_s / run.count * 1e6)):
        now, then = ([figure(run) for run in one.runs] for one in series.values())
        print(f"{work}: {what}: {statistics.median(now):,.1f} / {statistics.median(then):,.1f} = {statistics.median(now) / statistics.median(then):.3f} "
              f"(spread {spread(now):.1%}, {spread(then):.1%})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("build")
    parser.add_argument("earlier")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(WORKS))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--messages", type=int, help="of each run, for all that is named")
    parser.add_argument("--place", default="/var/tmp", help="a folder on a real disk (/var/tmp)")
    options = parser.parse_intermixed_args()
    if unknown := [name for name in options.names if name not in WORKS]:
        parser.error(f"there is no {unknown[0]}; there are: {' '.join(WORKS)}")
    os.environ["PATH"] += ":/usr/sbin"
    ours.become_subreaper()
    for work in options.names or WORKS:
        place = tempfile.mkdtemp(prefix="bench-", dir=options.place)
        try:
            compare(work, options, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
