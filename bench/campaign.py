#!/usr/bin/env python3
"""campaign.py BUILD [COUNT [smtp-sink|sink]]: one campaign of COUNT people (100000) by 10 connections into Postfix's smtp-sink or into our
own capture server (its Maildir on /dev/shm), on this machine. Prints wall time, messages a second, and for each of our processes
CPU seconds and PSS at the start, in the middle and at the end: it must be flat."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

build = os.path.abspath(sys.argv[1])
count = int(sys.argv[2]) if len(sys.argv) > 2 else 100000
server = sys.argv[3] if len(sys.argv) > 3 else "smtp-sink"
postrider = os.path.join(build, "src/cli/postrider")
TICKS = os.sysconf("SC_CLK_TCK")
PORT = 2626
MESSAGE = "Dear {{first name}} {{last name}},\n\n" + "A line of the newsletter for the members in {{city}}, as it goes to all.\n" * 20 + "\nYour number is {{member}}.\n"


def processes():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            program = os.readlink("/proc/%s/exe" % pid)
        except OSError:
            continue
        if program.startswith(build) and "/postrider-" in program:
            yield pid, os.path.basename(program)


def watch(seen, is_over):
    while not is_over.wait(0.2):
        for pid, name in processes():
            try:
                fields = open("/proc/%s/stat" % pid, encoding="ascii").read().rsplit(")", 1)[1].split()
                pss = int(re.search(r"^Pss:\s+(\d+)", open("/proc/%s/smaps_rollup" % pid, encoding="ascii").read(), re.M).group(1))
            except (OSError, AttributeError):
                continue
            one = seen.setdefault((name, pid), {"pss": []})
            one["cpu"] = (int(fields[11]) + int(fields[12])) / TICKS
            one["pss"].append(pss)


def start_server(folder):
    if server == "smtp-sink":
        return subprocess.Popen(["smtp-sink", "-u", "nobody", "-c", "127.0.0.1:%d" % PORT, "1000"], stdout=subprocess.DEVNULL)
    return subprocess.Popen([postrider, "sink", "--port", str(PORT), "--dir", folder], stdout=subprocess.DEVNULL)


def main():
    place = tempfile.mkdtemp(prefix="bench-")
    mail = tempfile.mkdtemp(prefix="bench-", dir="/dev/shm")
    os.environ["POSTRIDER_HOME"] = os.path.join(place, "home")
    people, message = os.path.join(place, "people.csv"), os.path.join(place, "message.txt")
    with open(people, "w", encoding="utf-8") as out:
        out.write("email,first name,last name,city,member\n")
        out.writelines("user%d@example.org,First%d,Last%d,City%d,%d\n" % (i, i % 977, i % 3331, i % 83, i) for i in range(count))
    with open(message, "w", encoding="utf-8") as out:
        out.write(MESSAGE)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
    listener = start_server(mail)
    time.sleep(2)
    began = time.monotonic()
    subprocess.run([postrider, "import", people, "--list", "all"], **quiet)
    print("import: %d people in %.1f s" % (count, time.monotonic() - began))
    subprocess.run([postrider, "account", "add", "bench", "ann@example.org", "--host", "127.0.0.1", "--port", str(PORT), "--tls", "none", "--no-password",
                    "--connections", "10"], **quiet)
    if server == "smtp-sink":
        time.sleep(14)  # core leaves: what follows starts from nothing
    seen, is_over = {}, threading.Event()
    watcher = threading.Thread(target=watch, args=(seen, is_over))
    watcher.start()
    began = time.monotonic()
    subprocess.run([postrider, "send", "--account", "bench", "--list", "all", "--subject", "Hello {{first name}}", "--text", message, "--yes"], **quiet)
    took = time.monotonic() - began
    is_over.set()
    watcher.join()
    print("%s: %d messages in %.1f s, with preparation: %d a second" % (server, count, took, count / took))
    for (name, _), one in sorted(seen.items()):
        pss = one["pss"]
        if len(pss) > 5:
            print("  %-16s CPU %6.2f s, PSS %d / %d / %d KiB, at most %d" % (name, one["cpu"], pss[0], pss[len(pss) // 2], pss[-1], max(pss)))
    listener.terminate()
    listener.wait()
    shutil.rmtree(place)
    shutil.rmtree(mail)


main()
