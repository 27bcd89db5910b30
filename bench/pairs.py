"""pairs.py - programs against each other: in turn, round by round, and the ratio of their medians. A run without its control is no run."""
import statistics
import sys

import servers


def say(text):
    print(text, file=sys.stderr, flush=True)


class Series:
    """What one program did in all rounds."""

    def __init__(self, worker, count):
        self.worker, self.name, self.count, self.runs = worker, worker.name, count, []

    def rate(self):
        return statistics.median(run.count / run.seconds for run in self.runs)

    def sending_rate(self):
        return statistics.median(run.count / run.sending_s for run in self.runs) if self.runs[0].sending_s else None

    def cpu_us(self):
        return statistics.median(run.cpu_s / run.count for run in self.runs) * 1e6

    def to_row(self):
        rates = [run.count / run.seconds for run in self.runs]
        return {"program": self.name, "messages": self.count, "per_second": self.rate(), "least": min(rates), "most": max(rates),
                "sending_per_second": self.sending_rate(), "cpu_us": self.cpu_us()}


def alternate(server, contenders, connections, rounds):
    """contenders: (worker, count). Returns {name: Series}."""
    all_series = [Series(worker, count) for worker, count in contenders]
    for number in range(rounds):
        for series in all_series:
            before = server.count()
            run = series.worker.run(server, series.count, connections)
            servers.check_count(server, before, series.count)
            series.runs.append(run)
            say(f"  {server.name}, round {number + 1}: {series.name} {run.count / run.seconds:,.0f}/s, CPU {run.cpu_s / run.count * 1e6:.1f} µs a message")
    return {series.name: series for series in all_series}


def ratio(series, peer):
    return series["postrider"].rate() / series[peer].rate()
