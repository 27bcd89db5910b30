"""run.py - bench/run.sh's second half: plays the benchmarks that were named, prints the table, writes results.json and RESULTS.md."""
import argparse
import os
import re
import shutil
import signal
import sys
import tempfile
import traceback
import types

import chores
import ours
import speed
import table
import volume
import waiting
import window

BENCHMARKS = {**speed.BENCHMARKS, **volume.BENCHMARKS, **chores.BENCHMARKS, **waiting.BENCHMARKS, **window.BENCHMARKS}


class Context:
    """Where a benchmark works, and how long."""

    def __init__(self, options, place):
        self.tools = types.SimpleNamespace(build=options.build, node=options.node, netsmtp=options.netsmtp)
        self.place, self.is_quick, self.is_long = place, options.quick, options.long
        self.rounds = options.rounds or (3 if options.quick else 5)

    def scale(self, count):
        return max(20, count // 10) if self.is_quick else count

    def folder(self, title):
        path = os.path.join(self.place, re.sub(r"\W+", "-", title))
        os.makedirs(path)
        return path


def play(name, options):
    """Returns: it ran to its end."""
    print(f"== {name}", file=sys.stderr, flush=True)
    place = tempfile.mkdtemp(prefix="bench-", dir=options.place)
    context = Context(options, place)
    try:
        result = BENCHMARKS[name](context)
    except (ours.Trouble, OSError) as trouble:
        traceback.print_exc()
        print(f"{name}: {trouble}", file=sys.stderr)
        return False
    finally:
        shutil.rmtree(place, ignore_errors=True)
    table.keep(name, result, {"rounds": context.rounds, "quick": options.quick})
    return True


def main():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description="Pairs against named peers, in alternation.", epilog="Names: " + " ".join(BENCHMARKS))
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks (all of them)")
    parser.add_argument("--build", required=True, help="a build folder")
    parser.add_argument("--rounds", type=int, help="of each pair (5; 3 with --quick)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages, 3 rounds: for a look, not for keeping")
    parser.add_argument("--long", action="store_true", help="growth up to ten million")
    parser.add_argument("--node", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--netsmtp", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--place", default="/var/tmp", help="a folder on a real disk, where the data folders are made (/var/tmp)")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    names = options.names or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"there is no benchmark {unknown[0]}; there are: {' '.join(BENCHMARKS)}")
    ours.become_subreaper()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(75))  # servers and folders are put away
    failed = [name for name in names if not play(name, options)]
    if table.load():
        print("\n".join(table.draw(rows)) if (rows := table.write_page(BENCHMARKS)) else "")
    if failed:
        print(f"these did not run to their end, and keep what they had: {' '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
