#!/usr/bin/python3
"""hostile.py BUILD [WORD…]: servers that lie, stall and hang up, each as a transcript in hostile/; what we may do is the same for all of them:
nobody gets a second copy, unknown is only what was begun, core lives, and no user sees a critical.

A transcript is read top down; # begins a remark, the first one says what it shows.
  people N              how many people the campaign has (3)
  options WORD…         more words for `account add` (options) or `send` (send)
  after STATE           what the campaign must come to: done, paused, waiting (done)
  expect WORD=N…        numbers of `campaign show` that must be so;  says WORDS: what its text or a reply in the export must hold
  time-outs N           percent of RFC 5321's (100)
  connection            what follows is said on the next connection; the last one also serves all later ones
    S: LINE             a line to the client              S: LINE \\            … and the next one in the same write
    raw TEXT            these octets, with Python's escapes
    flood COUNT TEXT    TEXT so often, or until the client hangs up
    C: PATTERN          reads a line; it must be like this (as in a shell; case does not matter)
    C? PATTERN          the same; a client that hung up or wisely says QUIT ends the connection here
    message             reads to the lone dot             chunk                 reads BDAT and its octets
    sleep SECONDS       close       reset (RST)           tls                   the handshake
    honest [WORD…]      from here on a server as it should be, which offers these
What was read whole counts as a copy when the next reply is 2xx; when there is none, as one that may have gone out.
"""
import fnmatch
import glob
import json
import os
import re
import socket
import ssl
import struct
import sys
import threading
import time

from house import HERE, Skip, check, make_certificate, run_cases, wait_for

OCTETS_MAX = 16 * 1024 * 1024


class HungUp(Exception):
    pass


class Script:
    """One transcript."""

    def __init__(self, path):
        self.name, self.people, self.after, self.expect, self.says = os.path.splitext(os.path.basename(path))[0], 3, ["done"], {}, []
        self.options, self.send, self.connections, self.shows, self.time_outs = ["--connections", "1"], [], [], "", 100
        with open(path, encoding="utf-8") as file:
            for line in file:
                self.take(line.rstrip("\n").strip())
        if not self.connections:
            raise ValueError(f"{path}: no connection")

    def take(self, line):
        if line.startswith("#") or not line:
            self.shows = self.shows or line.lstrip("# ")
            return
        word, _, rest = line.partition(" ")
        if word == "connection":
            self.connections.append([])
        elif self.connections:
            self.connections[-1].append((word, rest))
        elif word == "people":
            self.people = int(rest)
        elif word == "time-outs":
            self.time_outs = int(rest)
        elif word == "after":
            self.after = rest.split()
        elif word == "says":
            self.says.append(rest)
        elif word in ("options", "send"):
            setattr(self, word, rest.split())
        elif word == "expect":
            self.expect = {key: int(value) for key, value in (pair.split("=") for pair in rest.split())}
        else:
            raise ValueError(f"{self.name}: {line}")


class Server:
    """Plays a transcript, one thread a connection."""

    def __init__(self, script, certificate):
        self.script, self.certificate = script, certificate
        self.taken, self.begun, self.reached, self.problems, self.count = [], [], set(), [], 0
        self.lock, self.listening = threading.Lock(), socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            try:
                connected, _ = self.listening.accept()
            except OSError:
                return
            steps = self.script.connections[min(self.count, len(self.script.connections) - 1)]
            self.count += 1
            threading.Thread(target=Conversation(self, connected).run, args=(steps,), daemon=True).start()

    def stop(self):
        self.listening.close()


class Conversation:
    def __init__(self, server, connected):
        self.server, self.socket, self.buffer, self.waiting, self.to = server, connected, b"", b"", None
        self.pending = None  # recipient of a message read whole and not answered
        self.socket.settimeout(120)

    # --- octets ---
    def more(self):
        if len(self.buffer) > OCTETS_MAX:
            raise HungUp
        got = self.socket.recv(65536)
        if not got:
            raise HungUp
        self.buffer += got
        for address in re.findall(rb"RCPT TO:<([^>]*)>", self.buffer[-65536 - 512:], re.I):
            self.server.reached.add(address.decode("utf-8", "replace"))

    def drain(self):
        """What the client has sent already has reached this machine, read or not."""
        self.socket.setblocking(False)
        try:
            while True:
                self.more()
        except (HungUp, OSError, ValueError):
            self.socket.setblocking(True)

    def line(self):
        while b"\n" not in self.buffer:
            self.more()
        line, _, self.buffer = self.buffer.partition(b"\n")
        text = line.rstrip(b"\r").decode("utf-8", "replace")
        found = re.match(r"RCPT TO:<([^>]*)>", text, re.I)
        if found:
            self.to = found.group(1)
        return text

    def say(self, data):
        self.socket.sendall(data)

    # --- what counts ---
    def settle(self, reply):
        if self.pending is None or not re.match(r"[2-5]\d\d ", reply):
            return
        with self.server.lock:
            if reply.startswith("2"):
                self.server.taken.append(self.pending)
        self.pending = None

    def run(self, steps):
        try:
            for word, rest in steps:
                getattr(self, "do_" + {"S:": "say", "C:": "read", "C?": "read_or_end"}.get(word, word))(rest)
        except (HungUp, OSError):
            pass
        except Exception as error:  # a transcript that is wrong, or a client that is
            self.server.problems.append(f"{type(error).__name__} {error}")
        if self.pending is not None:
            with self.server.lock:
                self.server.begun.append(self.pending)
        self.socket.close()

    # --- steps ---
    def do_S(self, rest):
        self.do_say(rest)

    def do_say(self, rest):
        held = rest.endswith("\\")
        line = rest[:-1].rstrip() if held else rest
        self.settle(line)
        self.waiting += line.encode() + b"\r\n"
        if not held:
            data, self.waiting = self.waiting, b""
            self.say(data)

    def do_raw(self, rest):
        self.say(rest.encode().decode("unicode_escape").encode("latin-1"))

    def do_flood(self, rest):
        count, _, text = rest.partition(" ")
        data = text.encode().decode("unicode_escape").encode("latin-1")
        for _ in range(max(1, int(count) * len(data) // 65536)):
            self.say(data * (65536 // len(data)))

    def do_read(self, rest):
        line = self.line()
        if not fnmatch.fnmatch(line.upper(), rest.upper()):
            raise ValueError(f"should be {rest!r}, the client said {line!r}")

    def do_read_or_end(self, rest):
        line = self.line()
        if line.upper().startswith("QUIT"):
            raise HungUp
        if not fnmatch.fnmatch(line.upper(), rest.upper()):
            raise ValueError(f"should be {rest!r}, the client said {line!r}")

    def do_message(self, rest):
        while b"\r\n.\r\n" not in self.buffer and not self.buffer.startswith(b".\r\n"):
            self.more()
        is_lone = self.buffer.startswith(b".\r\n")
        self.buffer = self.buffer[3:] if is_lone else self.buffer.partition(b"\r\n.\r\n")[2]
        self.pending = None if is_lone else self.to

    def do_chunk(self, rest):
        line = self.line()
        found = re.match(r"BDAT (\d+)( LAST)?$", line, re.I)
        if not found:
            raise ValueError(f"should be BDAT, the client said {line!r}")
        while len(self.buffer) < int(found.group(1)):
            self.more()
        self.buffer = self.buffer[int(found.group(1)):]
        self.pending = self.to

    def do_sleep(self, rest):
        time.sleep(float(rest))

    def do_close(self, rest):
        self.drain()
        raise HungUp

    def do_reset(self, rest):
        self.drain()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise HungUp

    def do_tls(self, rest):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server.certificate())
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def do_honest(self, rest):
        offers = ["honest.invalid", *rest.split()]
        while True:
            line = self.line()
            verb = line.upper().split(" ")[0]
            if verb == "EHLO":
                self.say("".join(f"250{' ' if i == len(offers) - 1 else '-'}{offer}\r\n" for i, offer in enumerate(offers)).encode())
            elif verb == "DATA":
                self.say(b"354 go on\r\n")
                self.do_message("")
                self.do_say("250 2.0.0 taken" if self.pending else "554 5.5.1 no recipients")
            elif verb == "BDAT":
                self.buffer = line.encode() + b"\r\n" + self.buffer
                self.do_chunk("")
                self.do_say("250 2.0.0 taken")
            elif verb == "QUIT":
                self.say(b"221 2.0.0 bye\r\n")
                raise HungUp
            else:
                self.say(b"250 2.0.0 ok\r\n")


# --- what must be so whatever the server does ---

def check_copies(server, rows):
    for row in rows:
        taken, begun = server.taken.count(row["address"]), server.begun.count(row["address"])
        check(taken <= 1, f"{row['address']} got {taken} copies")
        check(not (taken and row["state"] not in ("accepted", "unknown")), f"{row['address']} has it and is {row['state']}: {row['reply']}")
        check(not (row["state"] == "accepted" and not taken), f"{row['address']} is accepted and was never taken")
        check(row["state"] != "unknown" or row["address"] in server.reached, f"{row['address']} is unknown and was never begun: {row['reply']}")
        check(not (begun and not taken and row["state"] in ("queued", "later")), f"{row['address']} may have it and is {row['state']}")


def has_kill_points(build):
    """Such a build takes POSTRIDER_TIMEOUT_PERCENT."""
    with open(os.path.join(build, "meson-info", "intro-buildoptions.json"), encoding="utf-8") as file:
        return any(option["name"] == "kill-points" and option["value"] for option in json.load(file))


def play_script(house, script):
    folder = os.path.join(house.folder, "tls")
    server = Server(script, lambda: make_certificate(folder))
    house.servers.append(server)
    if script.time_outs != 100 and not has_kill_points(house.build):
        raise Skip("a build without -Dkill-points keeps RFC 5321's times: minutes")
    if script.time_outs != 100:
        house.extra["POSTRIDER_TIMEOUT_PERCENT"] = str(script.time_outs)
    if "--tls" in script.options:
        house.run("account", "add", "work", "office@example.org", "--host", "127.0.0.1", "--port", server.port, "--user", "", *script.options)
    else:
        house.add_account(server.port, "work", *script.options)
    house.import_people(script.people)
    house.write("letter.txt", "Dear {{name}},\n\nsee you in {{town}}.\n" + "Pages and pages.\n" * 200)
    pid = house.core()
    campaign = house.detach(*script.send)
    numbers = house.wait(campaign, *script.after, patience_s=90)
    if numbers["state"] == "paused":  # what was never begun is still on its way back
        wait_for(lambda: house.show(campaign)["handed"] == 0, "nobody is handed any more")
        numbers = house.show(campaign)
    rows = house.export(campaign)
    check(house.core() == pid, "core was another one in the end")
    with server.lock:
        check(not server.problems, "the server was surprised:", *server.problems)
        check_copies(server, rows)
    for key, value in script.expect.items():
        check(numbers[key] == value, f"{key} should be {value}:", numbers, *rows)
    said = "\n".join([numbers["text"], numbers["reason"], *(row["reply"] for row in rows)])
    for words in script.says:
        check(words in said, f"nobody says {words!r}:", said)


def make_case(path):
    script = Script(path)

    def case(house):
        play_script(house, script)

    case.__name__, case.__doc__ = script.name, script.shows
    return case


if __name__ == "__main__":
    sys.exit(run_cases([make_case(path) for path in sorted(glob.glob(os.path.join(HERE, "hostile", "*.txt")))], __doc__))
