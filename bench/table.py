"""table.py - results.json, and the page that people read: RESULTS.md from it and from notes.md, where prose outlives a rerun."""
import json
import os
import platform
import re
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS, PAGE, NOTES = (os.path.join(HERE, name) for name in ("results.json", "RESULTS.md", "notes.md"))
HEADS = {"per_second": "messages/s", "least": "least", "most": "most", "sending_per_second": "sending alone/s", "cpu_us": "CPU µs a message"}


def machine():
    """What a reader needs to compare; no names of hosts or folders."""
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        model = re.search(r"^model name\s*: (.*)$", cpuinfo.read(), re.M)
    with open("/proc/meminfo", encoding="ascii") as meminfo:
        kib = int(re.search(r"MemTotal:\s+(\d+)", meminfo.read()).group(1))
    with open("/etc/os-release", encoding="utf-8") as release:
        system = re.search(r'^PRETTY_NAME="?([^"\n]*)', release.read(), re.M).group(1)
    return {"CPU": model.group(1) if model else platform.machine(), "cores": len(os.sched_getaffinity(0)), "memory": f"{kib / 2**20:.0f} GiB",
            "kernel": re.match(r"[\d.]+", platform.release()).group(0), "system": system}


def commit():
    done = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def load():
    try:
        with open(RESULTS, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def keep(name, result, conditions):
    """Beside what other benchmarks found on the same machine; figures of another machine go."""
    all_results = load()
    if all_results.get("machine") != machine():
        all_results = {"machine": machine(), "benchmarks": {}}
    all_results["benchmarks"][name] = result.to_dict() | {"commit": commit()} | conditions
    with open(RESULTS, "w", encoding="utf-8") as out:
        json.dump(all_results, out, indent=1, ensure_ascii=False)
        out.write("\n")


def number(value):
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def draw(rows):
    """A table in Markdown."""
    heads = list(rows[0])
    lines = ["| " + " | ".join(HEADS.get(head, head.replace("_", " ")) for head in heads) + " |", "|" + "---|" * len(heads)]
    return lines + ["| " + " | ".join(number(row[head]) for head in heads) + " |" for row in rows]


def goal_rows(benchmarks, order):
    return [{"work": goal["work"], "goal": goal["goal"], "measured": f"{number(float(goal['measured']))} {goal['unit']}",
             "reached": "yes" if goal["is_reached"] else "**no**", "again": f"`bench/run.sh {name}`"}
            for name in order if name in benchmarks for goal in benchmarks[name]["goals"]]


def read_notes():
    """{benchmark: prose}; the prose under "## NAME" in notes.md."""
    try:
        with open(NOTES, encoding="utf-8") as file:
            parts = re.split(r"^## (.+)\n", file.read(), flags=re.M)
    except FileNotFoundError:
        return {}
    return {name.strip(): text.strip() for name, text in zip(parts[1::2], parts[2::2])}


def section(name, found, notes):
    lines = ["", f"## {name}", f"`bench/run.sh {name}`, {found['rounds']} rounds, commit {found['commit']}" + (", **quick: for a look, not for keeping**" if found["quick"] else "")]
    for table in found["tables"]:
        lines += ["", table["title"], ""] + draw(table["rows"])
    for note in found["notes"]:
        lines += ["", note]
    if name in notes:
        lines += ["", f"**What limits it.** {notes[name]}"]
    return lines


def write_page(order):
    """order: names of the benchmarks."""
    all_results, notes = load(), read_notes()
    benchmarks = all_results["benchmarks"]
    versions = {}
    for found in benchmarks.values():
        versions |= found["versions"]
    lines = ["# Results", "", "Written by `bench/run.sh [NAME…]` from results.json and notes.md: do not edit. Each figure is the median of rounds in alternation;",
             "a rate is of the whole job, from the start of the command to the last answer, with our preparation and our ledger; the server shares the machine.",
             "Each run was checked: the server says that it took exactly as many messages as there were recipients.", "",
             "Machine: " + ", ".join(f"{key} {value}" for key, value in all_results["machine"].items()) + ".  ",
             "Versions: " + ", ".join(f"{name} {version}" for name, version in sorted(versions.items())) + ".", ""]
    rows = goal_rows(benchmarks, order)
    lines += draw(rows) if rows else []
    for name in order:
        if name in benchmarks:
            lines += section(name, benchmarks[name], notes)
    with open(PAGE, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    return rows
