"""waiting.py - campaigns that mostly wait: forecast (three days of quotas on a clock that skips what is waited for) and idle (wake-ups)."""
import contextlib
import datetime
import json
import mmap
import os
import struct
import subprocess
import time

import letter
import ours
import servers
from result import Result, at_most
from workers import Postrider

PEOPLE, PER_HOUR, PER_DAY = 4600, 100, 1500  # 15 hours a day at most: three days, and what was put off on the fourth
PUT_OFF = "^user[0-9]*7@"                     # every tenth is answered 451 the first time


class SkippingCore:
    """Core with bench/clock.c preloaded."""

    def __init__(self, home, build, place):
        self.path = os.path.join(place, "clock")
        with open(self.path, "wb") as file:
            file.write(bytes(8))
        with open(self.path, "rb") as file:
            self.ahead = mmap.mmap(file.fileno(), 8, prot=mmap.PROT_READ)
        preload = {"LD_PRELOAD": os.path.join(build, "bench/libbench-clock.so"), "BENCH_CLOCK": self.path}
        self.process = subprocess.Popen(["sh", "-c", 'cd / && exec "$0" 3>&1 >/dev/null', os.path.join(build, "src/core/postrider-core")],
                                        env=home.environment | preload, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        start_new_session=True, text=True)
        with self.process.stdout as said:
            if (line := said.readline()) != "ready\n":
                raise ours.Trouble(f"core with a clock of its own did not start: {line}")

    def now(self):
        return time.time() + struct.unpack("=q", self.ahead[:8])[0] / 1e9

    def stop(self):
        self.process.terminate()
        self.process.wait()


def parse_time(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def look(home, core, campaign, share):
    numbers = home.run("campaign", "show", campaign)[0]
    return {"accepted": f"{share} %", "at": core.now(), "left": numbers["seconds_left"], "now_accepted": numbers["accepted"], "later": numbers["later"]}


def follow(home, core, campaign, total):
    """Looks at what `campaign show` forecasts at several points; returns these and the end's numbers."""
    points, seen = [0, 10, 50, 90], []
    watch = home.start("campaign", "watch", campaign, "--jsonl", "--quiet", stderr=subprocess.DEVNULL)
    with ours.time_limit(watch):
        for line in watch.stdout:
            numbers = json.loads(line)
            while points and numbers["accepted"] * 100 >= points[0] * total:
                seen.append(look(home, core, campaign, points.pop(0)))
    watch.wait()
    watch.stdout.close()
    return seen, home.run("campaign", "show", campaign)[0]


def measure_forecast(context):
    result, people = Result(), PEOPLE
    worker = Postrider(context.tools, context.folder("forecast"))
    worker.prepare(2048, 1)
    result.versions["postrider"] = worker.version()
    with servers.Judge("--defer", PUT_OFF) as judge:
        home = worker.start_home(judge, people, 2, "--per-hour", PER_HOUR, "--per-day", PER_DAY)
        home.stop_core()
        core = SkippingCore(home, context.tools.build, context.place)
        try:
            first = home.run("send", "--account", "bench", "--list", "all", "--subject", letter.SUBJECT, "--text", f"{worker.letter}/letter.txt", "--yes",
                             "--detach")[0]
            seen, end = follow(home, core, first["campaign"], people)
        finally:
            core.stop()
        took = judge.count()
    # a process that was not heard for as long as the clock has patience is given up, as it would be after a minute; what it was sending is unknown
    if end["state"] != "done" or end["accepted"] + end["unknown"] != people or end["unknown"] * 100 > people or not end["accepted"] <= took <= people:
        raise ours.Trouble(f"the campaign did not end as it should; the server took {took}: {end}")
    started, ended = parse_time(end["started"]), parse_time(end["ended"])
    rows = [{"shown at": "send, before it starts", "accepted by then": 0, "later by then": 0, "left, hours": first["seconds"] / 3600,
             "was, hours": (ended - started) / 3600, "error, %": 100 * abs(first["seconds"] / (ended - started) - 1)}]
    for point in seen:
        actual = ended - point["at"]
        rows.append({"shown at": point["accepted"], "accepted by then": point["now_accepted"], "later by then": point["later"], "left, hours": point["left"] / 3600,
                     "was, hours": actual / 3600, "error, %": 100 * abs(point["left"] / actual - 1)})
    result.add_table(f"{people:,} people, at most {PER_HOUR} an hour and {PER_DAY:,} a day, every tenth put off once (451)", rows)
    result.add_note(f"The campaign took {(ended - started) / 86400:.2f} days of core's clock, which skips waits (bench/clock.c); {end['accepted']:,} accepted, "
                    f"{end['unknown']:,} unknown.")
    worst = max(row["error, %"] for row in rows if row["shown at"] != "90 %")
    result.add_goal(f"forecast of the finish, {(ended - started) / 86400:.1f} days with quotas, worst of start, 10 % and 50 %", at_most(10, "%"), worst)
    return result


# --- idle ---

def switches(home):
    """Voluntary context switches so far: {(pid, thread): count}; each is a thread that went to sleep, and so woke up before."""
    found = {}
    for pid in home.processes():
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{thread}/status", encoding="ascii") as status:
                    found[(pid, thread)] = sum(int(line.split()[1]) for line in status if line.startswith("voluntary_ctxt_switches"))
    return found


def measure_idle(context):
    result, seconds, limit = Result(), 30, 20
    worker = Postrider(context.tools, context.folder("idle"))
    worker.prepare(2048, 1)
    result.versions["postrider"] = worker.version()
    with servers.SmtpSink() as sink:
        home = worker.start_home(sink, 2 * limit, 2, "--per-hour", limit)
        campaign = home.run("send", "--account", "bench", "--list", "all", "--subject", letter.SUBJECT, "--text", f"{worker.letter}/letter.txt", "--yes",
                            "--detach")[0]["campaign"]
        ours.wait_until(lambda: home.run("campaign", "show", campaign)[0]["reason"] == "quota", "the quota to be used up")
        servers.check_count(sink, 0, limit)
        time.sleep(10)  # the transport leaves, the last client too
        before = switches(home)
        time.sleep(seconds)
        after, names = switches(home), home.processes()
        servers.check_count(sink, 0, limit)
        home.stop_core()
    rows = [{"program": names[pid], "thread": "main" if str(pid) == thread else thread, "wake-ups a second": (count - before.get((pid, thread), 0)) / seconds}
            for (pid, thread), count in sorted(after.items())]
    for row in rows:
        row["thread"] = "main" if row["thread"] == "main" else "another"
    result.add_table(f"Threads over {seconds} s of waiting for the hour's quota", rows)
    result.add_goal("idle while waiting for a quota window, all processes", at_most(1, "wake-ups a second"), sum(row["wake-ups a second"] for row in rows))
    return result


BENCHMARKS = {"forecast": measure_forecast, "idle": measure_idle}
