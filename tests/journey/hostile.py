#!/usr/bin/python3
"""hostile.py BUILD [WORD…]: servers that lie, stall and hang up, each as a transcript in hostile/; what we may do is the same for all of them:
nobody gets a second copy, unknown is only what was begun, core lives, and no user sees a critical.

A transcript is read top down; # begins a remark, the first one says what it shows.
  people N              how many people the campaign has (3)
  options WORD…         more words for `account add` (options) or `send` (send)
  after STATE           what the campaign must come to: done, paused, waiting (done)
  expect WORD=N…        numbers of `campaign show` that must be so;  says WORDS: what its text or a reply in the export must hold
  time-outs N           percent of RFC 5321's (100)
  certificate KIND      what `tls` shows: nobody (signed by a CA that we do not know: the default), self-signed, expired, elsewhere (another host), good; for
                        the last three core knows the CA.  {pin} among the options is its fingerprint
  login                 the account has a user and a password
  attach OCTETS         a file that goes with each message
  connection            what follows is said on the next connection; the last one also serves all later ones
    S: LINE             a line to the client              S: LINE \\            … and the next one in the same write
    raw TEXT            these octets, with Python's escapes
    flood COUNT TEXT    TEXT so often, or until the client hangs up
    C: PATTERN          reads a line; it must be like this (as in a shell; case does not matter)
    C? PATTERN          the same; a client that hung up or wisely says QUIT ends the connection here
    message             reads to the lone dot             chunk                 reads BDAT and its octets
    probe               reads a BDAT that is not the last
    sleep SECONDS       stall (reads nothing until the client has come anew)
    close       reset (RST)           tls                   the handshake
    loris TEXT          these octets, one in half a second, and then nothing (Python's escapes)
    tls12-openssl       the handshake by `openssl s_server -tls1_2`             renegotiate           it asks for another one, which must be refused
    honest [WORD…]      from here on a server as it should be, which offers these
A message that was read whole counts as a copy when the next reply is 2xx; when there is none, as one that may have gone out.
"""
import fnmatch
import glob
import hashlib
import json
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

from fixture import HERE, Skip, check, make_certificate, make_foreign, run_cases, trust, wait_for

OCTETS_MAX = 16 * 1024 * 1024
STALL_MAX_S = 110  # less than a connection's own limit


class HungUp(Exception):
    pass


class Script:
    """One transcript."""

    def __init__(self, path):
        self.name, self.people, self.after, self.expect, self.says = os.path.splitext(os.path.basename(path))[0], 3, ["done"], {}, []
        self.options, self.send, self.connections, self.shows, self.time_outs = ["--connections", "1"], [], [], "", 100
        self.certificate, self.attach, self.has_login = "nobody", 0, False
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
        elif word in ("time-outs", "attach"):
            setattr(self, word.replace("-", "_"), int(rest))
        elif word == "certificate":
            self.certificate = rest
        elif word == "login":
            self.has_login = True
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


def check_control(certificate):
    """Another client, asked the same way, does renegotiate and talks on: that ours does not is its own doing."""
    port = socket.create_server(("127.0.0.1", 0))
    client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{port.getsockname()[1]}", "-tls1_2", "-quiet"], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = OpensslServer(port.accept()[0], certificate)
    try:
        client.stdin.write(b"EHLO there\n")
        client.stdin.flush()
        server.recv(1)
        server.sendall(b"r\n")
        wait_for(lambda: b"SSL_do_handshake -> 1" in server.said, "the renegotiation of the control")
        client.stdin.write(b"MAIL behind it\n")
        client.stdin.flush()
        check(server.recv(1).startswith(b"MAIL behind it"), server.said)
    finally:
        client.kill()
        client.wait()
        server.close()
        port.close()


class OpensslServer:
    """TLS 1.2 by a program that can ask for a renegotiation, which Python's module cannot: as a socket, in the clear. One on the way carries the octets."""

    def __init__(self, raw, certificate):
        self.raw, self.heard, self.said, self.changed = raw, b"", b"", threading.Condition()
        port = socket.create_server(("127.0.0.1", 0))
        number = port.getsockname()[1]
        port.close()
        self.process = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{number}", "-tls1_2", "-naccept", "1", "-cert", certificate, "-key", certificate],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        wait_for(lambda: self.connect(number), "openssl s_server")
        for function in (self.read_output, lambda: self.carry(raw, self.inner), lambda: self.carry(self.inner, raw)):
            threading.Thread(target=function, daemon=True).start()

    def connect(self, number):
        try:
            self.inner = socket.create_connection(("127.0.0.1", number))
        except OSError:
            return False
        return True

    @staticmethod
    def carry(source, target):
        try:
            while True:
                octets = source.recv(65536)
                if not octets:
                    break
                target.sendall(octets)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def read_output(self):
        while True:
            octets = os.read(self.process.stdout.fileno(), 65536)
            with self.changed:
                self.said += octets
                self.heard += octets
                self.is_over = not octets
                self.changed.notify_all()
            if not octets:
                return

    is_over = False

    def sendall(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def recv(self, size):
        """Behind what the program says about itself: a command begins with four letters."""
        with self.changed:
            while True:
                found = re.search(rb"^(EHLO|MAIL|RCPT|DATA|QUIT)[^\n]*\n", self.heard, re.M)
                if found:
                    line, self.heard = found.group(0), self.heard[found.end():]
                    return line
                if self.is_over:
                    return b""
                self.changed.wait(1)

    def renegotiate(self):
        mark = len(self.said)
        self.sendall(b"r\n")  # its command
        wait_for(lambda: b"no renegotiation" in self.said[mark:] or self.is_over, "the answer to a renegotiation", 15)
        if b"no renegotiation" not in self.said[mark:]:
            raise ValueError(f"the renegotiation was not refused: {self.said[mark:]}")
        raise HungUp

    def settimeout(self, seconds):
        self.raw.settimeout(seconds)

    def close(self):
        self.process.kill()
        self.process.wait()
        self.raw.close()


class Conversation:
    def __init__(self, server, connected):
        self.server, self.socket, self.buffer, self.waiting, self.to = server, connected, b"", b"", None
        self.pending = []  # recipients of messages read whole and not answered, oldest first
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
        if not self.pending or not re.match(r"[2-5]\d\d ", reply):
            return
        recipient = self.pending.pop(0)
        with self.server.lock:
            if reply.startswith("2"):
                self.server.taken.append(recipient)

    def run(self, steps):
        try:
            for word, rest in steps:
                getattr(self, "do_" + {"S:": "say", "C:": "read", "C?": "read_or_end"}.get(word, word.replace("-", "_")))(rest)
        except (HungUp, OSError):
            pass
        except Exception as error:  # a transcript that is wrong, or a client that is
            self.server.problems.append(f"{type(error).__name__} {error}")
        with self.server.lock:
            self.server.begun += self.pending
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
        begin = 0  # what was looked through is not looked through again: a big message would take the time that the client waits
        while self.buffer.find(b"\r\n.\r\n", begin) < 0 and not self.buffer.startswith(b".\r\n"):
            begin = max(0, len(self.buffer) - 4)
            self.more()
        is_lone = self.buffer.startswith(b".\r\n")
        self.buffer = self.buffer[3:] if is_lone else self.buffer.partition(b"\r\n.\r\n")[2]
        self.pending += [] if is_lone else [self.to]

    def do_chunk(self, rest):
        line = self.line()
        found = re.match(r"BDAT (\d+)( LAST)?$", line, re.I)
        if not found:
            raise ValueError(f"should be BDAT, the client said {line!r}")
        while len(self.buffer) < int(found.group(1)):
            self.more()
        self.buffer = self.buffer[int(found.group(1)):]
        if found.group(2):
            self.pending.append(self.to)
        return found.group(2)

    def do_probe(self, rest):
        if self.do_chunk(""):
            raise ValueError("the first message should come in two chunks")

    def do_sleep(self, rest):
        time.sleep(float(rest))

    def do_stall(self, rest):
        mine = self.server.count
        wait_for(lambda: self.server.count > mine, "the client to give this connection up", STALL_MAX_S)

    def do_loris(self, rest):
        try:
            for octet in rest.encode().decode("unicode_escape").encode("latin-1"):
                self.say(bytes([octet]))
                time.sleep(0.5)
            while True:
                self.more()  # nothing more is said; the client goes when it likes
        except OSError:
            raise HungUp from None

    def do_close(self, rest):
        self.drain()
        raise HungUp

    def do_reset(self, rest):
        self.drain()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise HungUp

    def do_tls(self, rest):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server.certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def do_tls12_openssl(self, rest):
        check_control(self.server.certificate)
        self.socket = OpensslServer(self.socket, self.server.certificate)

    def do_renegotiate(self, rest):
        self.socket.renegotiate()

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
                self.do_say("250 2.0.0 taken" if self.do_chunk("") else "250 2.0.0 chunk")
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


def get_certificate(fixture, kind):
    """Its file."""
    folder = os.path.join(fixture.folder, "tls")
    if kind == "expired":
        return make_certificate(folder, "expired")
    both = make_certificate(folder)
    if kind == "self-signed":
        with open(both, "w", encoding="ascii") as out:
            subprocess.run(["openssl", "req", "-x509", "-key", folder + "/key.pem", "-days", "5", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                           stdout=out, stderr=subprocess.DEVNULL, check=True)
            with open(folder + "/key.pem", encoding="ascii") as key:
                out.write(key.read())
    return make_foreign(fixture, folder, "elsewhere", "elsewhere.example", 5) if kind == "elsewhere" else both


def get_pin(path):
    with open(path, encoding="ascii") as file:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read().partition("-----BEGIN PRIVATE")[0])).hexdigest()


def add_account(fixture, script, server):
    words = [get_pin(server.certificate) if option == "{pin}" else option for option in script.options]
    words += ["--host", "localhost" if "--tls" in words else "127.0.0.1"] + ([] if "--tls" in words else ["--tls", "none"])
    words += ["--user", "ann", "--password-file", fixture.write("password", "right\n")] if script.has_login else ["--user", ""]
    fixture.run("account", "add", "work", "office@example.org", "--port", server.port, *words)


def play_script(fixture, script):
    server = Server(script, get_certificate(fixture, script.certificate) if "--tls" in script.options else None)
    fixture.servers.append(server)
    if script.time_outs != 100 and not has_kill_points(fixture.build):
        raise Skip("a build without -Dkill-points keeps RFC 5321's times: minutes")
    if script.time_outs != 100:
        fixture.extra["POSTRIDER_TIMEOUT_PERCENT"] = str(script.time_outs)
    if script.certificate in ("good", "expired", "elsewhere"):
        trust(fixture, os.path.join(fixture.folder, "tls", "ca.pem"))
    add_account(fixture, script, server)
    fixture.import_people(script.people)
    fixture.write("letter.txt", "Dear {{name}},\n\nsee you in {{town}}.\n" + "Pages and pages.\n" * 200)
    pid = fixture.core()
    campaign = fixture.detach(*script.send, *(["--attach", fixture.write("big.bin", os.urandom(script.attach))] if script.attach else []))
    numbers = fixture.wait(campaign, *script.after, patience_s=300)
    if numbers["state"] == "paused":  # what was never begun is still on its way back
        wait_for(lambda: fixture.show(campaign)["handed"] == 0, "nobody is handed any more")
        numbers = fixture.show(campaign)
    rows = fixture.export(campaign)
    check(fixture.core() == pid, "core was another one in the end")
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

    def case(fixture):
        play_script(fixture, script)

    case.__name__, case.__doc__ = script.name, script.shows
    return case


if __name__ == "__main__":
    sys.exit(run_cases([make_case(path) for path in sorted(glob.glob(os.path.join(HERE, "hostile", "*.txt")))], __doc__))
