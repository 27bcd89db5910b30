"""workers.py - the programs under test: ours and its peers, each run as its users run it, from the start of the command to the last answer."""
import collections
import os
import re
import shutil
import subprocess
import time

import letter
import ours
import servers

HERE = os.path.dirname(os.path.abspath(__file__))
Measure = collections.namedtuple("Measure", "count seconds sending_s cpu_s")  # sending_s: without preparation, where the program says when that ends
FIRST_OVERHEAD = 700  # octets of headers and MIME; calibrate() finds what it really is


class Worker:
    """version(): as it says itself. run() sends one message each to the first `count` people."""

    def __init__(self, tools, folder):
        self.tools, self.folder = tools, os.path.join(folder, re.sub(r"\W", "-", self.name))
        os.makedirs(self.folder)
        self.letter = None

    def prepare(self, size, most):
        """A letter of this size on the wire, and enough people."""
        self.people = letter.write_people(os.path.join(self.folder, "people.csv"), most)
        self.calibrate(size)

    def calibrate(self, size):
        """Sends one message to a server that keeps it, until the letter has the size that was asked for."""
        overhead, got = FIRST_OVERHEAD, 0
        with servers.OwnSink(self.tools.build) as sink:
            for _ in range(5):
                self.letter = letter.write(os.path.join(self.folder, "letter"), size, overhead)
                sink.empty()
                self.run(sink, 1, 1)
                got = wire_size(sink.files()[0])
                if abs(got - size) <= size / 100:
                    return
                overhead += got - size
        raise ours.Trouble(f"{self.name}: messages have {got} octets on the wire, not {size}")

    def spawn(self, words, count):
        os.sync()
        began = time.monotonic()
        process = subprocess.Popen(list(map(str, words)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with ours.time_limit(process):
            out, err = process.stdout.read(), process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        process.stderr.close()
        if process.returncode != 0:
            raise ours.Trouble(f"{self.name} ended with {process.returncode}: {(out + err).strip()[-300:]}")
        return Measure(count, seconds, None, ours.cpu_of(usage))


def wire_size(path):
    """Of a file of our sink: it has LF for CRLF, and two lines in front that were not on the wire."""
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    return sum(len(line) + 2 for line in lines if not line.startswith((b"Return-Path:", b"Delivered-To:"))) - 2


class Postrider(Worker):
    name = "postrider"

    def prepare(self, size, most):
        """The people are imported once for each count: each round starts from a copy of that folder."""
        self.homes = {}
        super().prepare(size, most)

    def version(self):
        return subprocess.run([f"{self.tools.build}/src/cli/postrider", "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]

    def home_with(self, count):
        if count not in self.homes:
            home = ours.Home(self.tools.build, os.path.join(self.folder, f"home-{count}"))
            people = letter.write_people(os.path.join(self.folder, "imported.csv"), count)
            home.run("import", people, "--list", "all")
            os.unlink(people)
            home.stop_core()
            self.homes[count] = home
        return self.homes[count]

    def start_home(self, server, count, connections, *options):
        home = self.home_with(count).copy(os.path.join(self.folder, "home"))
        home.add_account(server, "bench", *options, connections=connections)
        return home

    def run(self, server, count, connections, watch=None):
        home = self.start_home(server, count, connections)
        try:
            seconds, sending_s, cpu_s, numbers = home.send(self.letter, watch=watch and watch(home))
        finally:
            home.stop_core()
            shutil.rmtree(home.folder)
        if numbers["accepted"] != count:
            raise ours.Trouble(f"postrider says {numbers}")
        return Measure(count, seconds, sending_s, cpu_s)


class Nodemailer(Worker):
    name = "nodemailer"

    def version(self):
        with open(os.path.join(self.tools.node, "node_modules/nodemailer/package.json"), encoding="utf-8") as package:
            number = ours.json.load(package)["version"]
        return number + " pooled, Node " + subprocess.run([f"{self.tools.node}/node", "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def run(self, server, count, connections):
        return self.spawn([f"{self.tools.node}/node", f"{self.tools.node}/nodemailer.mjs", "127.0.0.1", server.port, count, connections,
                           f"{self.letter}/letter.json", self.people, *(["tls"] if server.pin else [])], count)


class Go(Worker):
    name = "Go net/smtp"

    def version(self):
        return subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout.split()[2].removeprefix("go")

    def run(self, server, count, connections):
        return self.spawn([self.tools.netsmtp, f"127.0.0.1:{server.port}", count, connections, f"{self.letter}/letter.json", self.people,
                           *(["tls"] if server.pin else [])], count)


class SmtpSource(Worker):
    """Sends one fixed message of the same length; knows neither STARTTLS nor fields."""
    name = "smtp-source"

    def version(self):
        return subprocess.run(["postconf", "-h", "mail_version"], capture_output=True, text=True, check=True).stdout.strip()

    def prepare(self, size, most):
        self.letter = letter.write_fixed(os.path.join(self.folder, "letter"), size)

    def run(self, server, count, connections):
        return self.spawn(["smtp-source", "-d", "-m", count, "-s", connections, "-f", "office@example.org", "-t", "user@example.org", "-F", self.letter,
                           f"127.0.0.1:{server.port}"], count)
