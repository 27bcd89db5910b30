"""volume.py - what grows with the number of recipients, and what must not: memory, growth, many."""
import contextlib
import os
import shutil
import time

import letter
import ours
import servers
from result import Result, at_most
from workers import Postrider

MIB = 1024  # KiB


def send_watched(worker, server, count):
    """One run with its memory looked at. Returns (Measure, PssWatch)."""
    watches = []

    def watch(home):
        watches.append(ours.PssWatch(home, 0.1 if count <= 20000 else 0.5))
        return watches[0]
    before = server.count()
    run = worker.run(server, count, 10, watch)
    servers.check_count(server, before, count)
    return run, watches[0]


def memory_row(count, watch):
    start, middle, end, most = watch.three()
    row = {"recipients": count, "start, KiB": start, "middle, KiB": middle, "end, KiB": end, "most, KiB": most}
    programs = sorted({program for sums in watch.samples for program in sums})
    return row | {f"{program} at most": max(sums.get(program, 0) for sums in watch.samples) for program in programs}


def make_worker(context):
    worker = Postrider(context.tools, context.folder("volume"))
    worker.prepare(2048, 1)
    return worker


def measure_memory(context):
    """PSS of all our processes together while a campaign is prepared and sent."""
    result, rows = Result(), []
    worker, few, many = make_worker(context), 10000, context.scale(1000000)
    result.versions["postrider"] = worker.version()
    with servers.SmtpSink() as sink:
        for count in (few, many):
            rows.append(memory_row(count, send_watched(worker, sink, count)[1]))
    result.add_table("PSS of all our processes together (command, core, dial, smtp) from the command to its end", rows)
    result.add_goal(f"PSS, all our processes, {many:,} recipients", at_most(64, "MiB"), rows[1]["most, KiB"] / MIB)
    result.add_goal(f"the same at {few:,}", at_most(64, "MiB"), rows[0]["most, KiB"] / MIB)
    result.add_goal(f"growth of PSS from {few:,} to {many:,} recipients", at_most(4, "MiB"), (rows[1]["most, KiB"] - rows[0]["most, KiB"]) / MIB)
    return result


def measure_growth(context):
    """One run each: a tenfold number is a tenfold time, and the store that it works in is ten times as large."""
    result, rows = Result(), []
    worker = make_worker(context)
    result.versions["postrider"] = worker.version()
    counts = [1000, 10000, 100000] if context.is_quick else [1000, 10000, 100000, 1000000] + [9999999] * context.is_long  # a file has ten million rows at most, its header among them
    with servers.SmtpSink() as sink:
        for count in counts:
            run, watch = send_watched(worker, sink, count)
            rows.append({"recipients": count, "seconds": run.seconds, "per_second": count / run.seconds, "sending_per_second": count / run.sending_s,
                         "cpu_us": run.cpu_s / count * 1e6, "PSS at most, KiB": watch.three()[3]})
            shutil.rmtree(worker.homes.pop(count).folder)
    result.add_table("One campaign of so many recipients, 2 KB, smtp-sink, 10 connections (one run each; memory is looked at while it runs)", rows)
    return result


# --- many ---

def send_with_suppressions(context, worker, sink, result):
    count, suppressed = context.scale(1000000), context.scale(100000)
    home = worker.start_home(sink, count, 10)
    step = count // suppressed
    with open(os.path.join(context.place, "suppressed"), "w", encoding="ascii") as out:
        out.writelines(f"user{i * step}@example.org\n" for i in range(suppressed))
    began = time.monotonic()
    home.run("suppress", "add", "--file", out.name)
    adding_s = time.monotonic() - began
    watch, before = ours.PssWatch(home), sink.count()
    seconds, sending_s, cpu_s, numbers = home.send(worker.letter, watch=watch)
    servers.check_count(sink, before, count - suppressed)
    if (numbers["accepted"], numbers["skipped"]) != (count - suppressed, suppressed):
        raise ours.Trouble(f"not so many accepted and skipped: {numbers}")
    shutil.rmtree(home.folder)
    result.add_table("One campaign with suppressions", [
        {"recipients": count, "suppressed": suppressed, "suppressing, s": adding_s, "seconds": seconds, "per_second": (count - suppressed) / seconds,
         "sending_per_second": (count - suppressed) / sending_s, "cpu_us": cpu_s / (count - suppressed) * 1e6, "PSS at most, KiB": watch.three()[3]}])


def start_campaigns(home, worker, accounts):
    commands = [home.start("send", "--account", f"bench{i}", "--list", "all", "--subject", letter.SUBJECT, "--text", f"{worker.letter}/letter.txt", "--html",
                           f"{worker.letter}/letter.html", "--yes", "--quiet", "--json", stderr=ours.subprocess.PIPE) for i in range(accounts)]
    return [ours.json.loads(command.communicate()[0].splitlines()[-1]) for command in commands]


def send_side_by_side(context, worker, sink, result):
    accounts, each = 20, context.scale(20000)
    home = worker.start_home(sink, each, 10)
    for i in range(accounts):
        home.add_account(sink, f"bench{i}", connections=5)
    home.stop_core()
    before, watch, began = sink.count(), ours.PssWatch(home), time.monotonic()
    with watch:
        numbers = start_campaigns(home, worker, accounts)
        seconds = time.monotonic() - began
    cpu_s = home.stop_core()
    servers.check_count(sink, before, accounts * each)
    if any(one["accepted"] != each for one in numbers):
        raise ours.Trouble(f"a campaign was not accepted as a whole: {numbers}")
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(home.folder)
    result.add_table("Accounts side by side, one campaign each, all at once (CPU without that of the commands)", [
        {"accounts": accounts, "recipients each": each, "connections each": 5, "seconds": seconds, "per_second": accounts * each / seconds,
         "cpu_us": cpu_s / (accounts * each) * 1e6, "PSS at most, KiB": watch.three()[3]}])


def measure_many(context):
    result = Result()
    worker = make_worker(context)
    result.versions["postrider"] = worker.version()
    with servers.SmtpSink() as sink:
        send_with_suppressions(context, worker, sink, result)
        send_side_by_side(context, worker, sink, result)
    return result


BENCHMARKS = {"memory": measure_memory, "growth": measure_growth, "many": measure_many}
