"""speed.py - messages a second and CPU time, ours against the peers: 2kb, 20kb, starttls, distance, postfix, cpu."""
import socket
import time

import ours
import pairs
import servers
from result import Result, at_least, at_most
from workers import Go, Nodemailer, Postrider, SmtpSource

KB = 1024
DELAY_MS = 25  # each way


def compete(context, result, server, size, contenders, connections, title):
    """contenders: {class: messages}. Adds a table to the result; returns the series."""
    workers, place = [], context.folder(title)
    for kind, count in contenders.items():
        worker = kind(context.tools, place)
        worker.prepare(size, count)
        result.versions[worker.name] = worker.version()
        workers.append((worker, count))
    with server:
        series = pairs.alternate(server, workers, connections, context.rounds)
        result.add_table(f"{title}: {server.name}, {size // KB} KB, {connections} connection{'s' * (connections > 1)}", [one.to_row() for one in series.values()])
    return series


def measure_2kb(context):
    result = Result()
    series = compete(context, result, servers.SmtpSink(), 2 * KB, {Postrider: context.scale(100000), Nodemailer: context.scale(8000), Go: context.scale(30000),
                                                                 SmtpSource: context.scale(50000)}, 10, "2 KB")
    for peer, goal in (("nodemailer", 30), ("Go net/smtp", 2.5), ("smtp-source", 1.5)):
        result.add_goal("2 KB personalised, smtp-sink, 10 connections", at_least(goal, f"× {peer}"), pairs.ratio(series, peer))
    return result


def measure_20kb(context):
    result = Result()
    series = compete(context, result, servers.SmtpSink(), 20 * KB, {Postrider: context.scale(30000), Nodemailer: context.scale(6000), Go: context.scale(10000),
                                                                  SmtpSource: context.scale(20000)}, 10, "20 KB")
    for peer, goal in (("nodemailer", 10), ("Go net/smtp", 2)):
        result.add_goal("20 KB personalised, smtp-sink, 10 connections", at_least(goal, f"× {peer}"), pairs.ratio(series, peer))
    return result


def measure_starttls(context):
    result = Result()
    series = compete(context, result, servers.OwnSink(context.tools.build, with_tls=True), 2 * KB,
                     {Postrider: context.scale(100000), Nodemailer: context.scale(6000), Go: context.scale(20000)}, 10, "STARTTLS")
    for peer, goal in (("nodemailer", 40), ("Go net/smtp", 3)):
        result.add_goal("2 KB, STARTTLS, own sink, 10 connections", at_least(goal, f"× {peer}"), pairs.ratio(series, peer))
    return result


def measure_postfix(context):
    """For the record: no goal."""
    result = Result()
    for with_tls in (False, True):
        compete(context, result, servers.Postfix(with_tls), 2 * KB, {Postrider: context.scale(20000), Nodemailer: context.scale(2000), Go: context.scale(5000)}, 10,
                "Postfix" + ", STARTTLS" * with_tls)
    return result


def measure_cpu(context):
    result = Result()
    series = compete(context, result, servers.SmtpSink(), 2 * KB, {Postrider: context.scale(100000), Nodemailer: context.scale(6000)}, 10, "CPU")
    result.add_goal("CPU per 2 KB message, all our processes together, from the command to the last answer", at_most(35, "µs"), series["postrider"].cpu_us())
    result.add_note(f"nodemailer takes {series['nodemailer'].cpu_us():,.0f} µs.")
    return result


# --- distance ---

def ping(port, times):
    """Round trips of one octet, in ms."""
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found = []
        for _ in range(times):
            began = time.monotonic()
            wire.sendall(b"x")
            wire.recv(1)
            found.append((time.monotonic() - began) * 1000)
    return found


def pour(port, octets):
    """There and back, MB a second."""
    began, left = time.monotonic(), octets
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.setblocking(False)
        sent = 0
        while left > 0:
            try:
                sent += wire.send(b"x" * min(65536, octets - sent)) if sent < octets else 0
            except BlockingIOError:
                pass
            try:
                left -= len(wire.recv(1 << 20))
            except BlockingIOError:
                time.sleep(0.0005)
    return octets / (time.monotonic() - began) / 1e6


def check_wire(context, result, needed_mb_per_s):
    """The proxy's control: the delay is what was asked for, and the wire carries far more than the fastest run here puts on it."""
    with servers.Delayed(context.tools.build, servers.Echo(), DELAY_MS) as wire:
        pings, mb_per_s = sorted(ping(wire.port, 20)), pour(wire.port, 64 << 20)
    if not 2 * DELAY_MS <= pings[len(pings) // 2] <= 2 * DELAY_MS + 5:
        raise ours.Trouble(f"the proxy delays by {pings[len(pings) // 2]:.1f} ms, not {2 * DELAY_MS}")
    if mb_per_s < 10 * needed_mb_per_s:
        raise ours.Trouble(f"the proxy carries {mb_per_s:.0f} MB/s: it would limit the runs")
    result.add_note(f"The wire's control: a round trip of one octet takes {pings[len(pings) // 2]:.1f} ms (median of 20); it carries {mb_per_s:.0f} MB a second each "
                    f"way, and the fastest run here put {needed_mb_per_s:.1f} on it.")


def measure_distance(context):
    result = Result()
    near = servers.Delayed(context.tools.build, servers.Postfix(), DELAY_MS)
    series = compete(context, result, near, 2 * KB, {Postrider: context.scale(10000), Nodemailer: context.scale(200), Go: context.scale(100)}, 1, "CHUNKING")
    result.add_goal("50 ms round trip, Postfix with CHUNKING, 1 connection", at_least(100, "× nodemailer"), pairs.ratio(series, "nodemailer"))
    check_wire(context, result, series["postrider"].rate() * 2 * KB / 1e6)
    plain = servers.Delayed(context.tools.build, servers.Postfix(with_chunking=False), DELAY_MS)
    series = compete(context, result, plain, 2 * KB, {Postrider: context.scale(500), Nodemailer: context.scale(200), Go: context.scale(100)}, 1, "no CHUNKING")
    result.add_goal("50 ms, Postfix without CHUNKING, 1 connection", at_least(0.9, "messages a round trip"), series["postrider"].rate() * 2 * DELAY_MS / 1000)
    return result


BENCHMARKS = {"2kb": measure_2kb, "20kb": measure_20kb, "starttls": measure_starttls, "distance": measure_distance, "postfix": measure_postfix,
              "cpu": measure_cpu}
