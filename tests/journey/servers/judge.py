#!/usr/bin/python3
"""judge.py - an SMTP server that is none of ours: plain asyncio, no module of Postrider's, no code shared with it.

Each message that it takes is one JSON line in --record, written (and flushed to the kernel) BEFORE the 250 goes out:
  {"id": Message-ID, "to": [recipient, ...], "from": sender, "sha256": of the octets as received, "size": n, "time": unix, "mono_ns": monotonic,
   "connection": n}
With --sync it is also fsynced. The record outlives a kill -9 of the judge and of its clients.

What it does beyond a plain server is chosen by flags, so that a test reads as what happens:
  --delay-ms N             wait before each batch of replies
  --answer-delay-ms N      wait between the record and the answer to a message (a kill in that gap must leave "unknown")
  --refuse REGEX           RCPT answered 550 5.1.1          --refuse-reply '550 5.7.1 No'
  --defer REGEX            RCPT answered 451 4.3.0 the first time each, then accepted      --defer-always REGEX
  --refuse-data REGEX      the recipient is taken, the message answered 554 5.7.1
  --drop-after-dot N       the N-th message is recorded, then the connection closed without an answer (0: never; may be repeated)
  --drop-before-record N   the N-th message is neither recorded nor answered
  --close-after N          421 and close behind N messages of a connection
  --always-354             answer 354 even when every recipient was refused (RFC 2920 allows it)
  --no-chunking --no-pipelining --no-8bitmime --no-smtputf8 --size N
  --tls-cert PEM           certificate and key in one file: offers STARTTLS; --tls-implicit: TLS from the first octet
  --user U --password P    AUTH PLAIN and LOGIN
  --keep DIR               also keeps each message's octets, N.eml
"""
import argparse
import asyncio
import base64
import hashlib
import json
import os
import re
import signal
import ssl
import sys
import time

LINE_MAX = 12288
MESSAGE_ID = re.compile(rb"^message-id:[ \t]*(?:\r\n[ \t]+)?([^\r\n]+)", re.I | re.M)


class Judge:
    def __init__(self, args):
        self.args = args
        self.record = open(args.record, "ab", buffering=0)
        self.count = 0
        self.connections = 0
        self.deferred = set()
        self.tls = None
        if args.tls_cert:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(args.tls_cert)

    def rcpt_reply(self, address):
        args = self.args
        if args.refuse and re.search(args.refuse, address, re.I):
            return args.refuse_reply
        if args.defer_always and re.search(args.defer_always, address, re.I):
            return "451 4.3.0 come back later"
        if args.defer and re.search(args.defer, address, re.I) and address.lower() not in self.deferred:
            self.deferred.add(address.lower())
            return "451 4.3.0 come back later"
        return "250 2.1.5 ok"

    def write_record(self, session, octets):
        found = MESSAGE_ID.search(octets.split(b"\r\n\r\n", 1)[0] + b"\r\n")
        line = json.dumps({
            "id": found.group(1).decode("utf-8", "replace").strip() if found else None,
            "to": session.recipients, "from": session.sender, "sha256": hashlib.sha256(octets).hexdigest(),
            "size": len(octets), "time": time.time(), "mono_ns": time.monotonic_ns(), "connection": session.number}) + "\n"
        data = line.encode()
        if os.write(self.record.fileno(), data) != len(data):  # one write: a line is there whole or not at all
            raise OSError("short write of the record")
        if self.args.sync:
            os.fsync(self.record.fileno())
        if self.args.keep:
            with open(os.path.join(self.args.keep, f"{self.count}.eml"), "wb") as out:
                out.write(octets)


class Closed(Exception):
    pass


class Session:
    def __init__(self, judge, reader, writer):
        self.judge, self.args, self.reader, self.writer = judge, judge.args, reader, writer
        judge.connections += 1
        self.number = judge.connections
        self.replies = []
        self.taken = 0
        self.is_tls = judge.args.tls_implicit
        self.is_known = False
        self.greeted = False
        self.reset()

    def reset(self):
        self.sender, self.recipients, self.refused, self.chunks, self.broken = None, [], 0, [], False

    def say(self, *lines):
        self.replies.extend(lines)

    async def flush(self):
        if not self.replies:
            return
        if self.args.delay_ms:
            await asyncio.sleep(self.args.delay_ms / 1000)
        self.writer.write(("\r\n".join(self.replies) + "\r\n").encode())
        self.replies.clear()
        await self.writer.drain()

    def has_more(self):
        """Is the next command here already? Then its reply joins this one's write, as RFC 2920 wants."""
        return b"\n" in self.reader._buffer  # asyncio.StreamReader keeps what has come there

    async def line(self):
        if not self.has_more():
            await self.flush()
        try:
            line = await self.reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            raise Closed from None
        except asyncio.LimitOverrunError:
            self.say("500 5.5.6 line too long")
            raise Closed from None
        return line

    async def exactly(self, count):
        if len(self.reader._buffer) < count:
            await self.flush()
        try:
            return await self.reader.readexactly(count)
        except asyncio.IncompleteReadError:
            raise Closed from None

    async def run(self):
        self.say("220 judge.invalid ESMTP")
        while True:
            raw = await self.line()
            if not raw.endswith(b"\r\n"):
                self.say("500 5.5.2 a line ends with CRLF")
                continue
            text = raw[:-2].decode("utf-8", "replace")
            verb, _, rest = text.partition(" ")
            handler = getattr(self, "do_" + verb.lower(), None)
            if handler is None:
                self.say("500 5.5.2 what?")
                continue
            await handler(rest)

    # --- verbs ---
    async def do_ehlo(self, rest):
        self.reset()
        self.greeted = True
        args = self.args
        words = ["judge.invalid"]
        words += [] if args.no_pipelining else ["PIPELINING"]
        words += [f"SIZE {args.size}"]
        words += [] if args.no_8bitmime else ["8BITMIME"]
        words += [] if args.no_smtputf8 else ["SMTPUTF8"]
        words += [] if args.no_chunking else ["CHUNKING"]
        words += ["STARTTLS"] if self.judge.tls and not self.is_tls else []
        words += ["AUTH PLAIN LOGIN"] if args.user and (self.is_tls or not self.judge.tls) else []
        words += ["ENHANCEDSTATUSCODES"]
        self.say(*[f"250{' ' if i == len(words) - 1 else '-'}{word}" for i, word in enumerate(words)])

    async def do_helo(self, rest):
        self.reset()
        self.greeted = True
        self.say("250 judge.invalid")

    async def do_mail(self, rest):
        found = re.match(r"FROM: ?<([^>]*)>(.*)$", rest, re.I)
        if not self.greeted or self.sender is not None:
            self.say("503 5.5.1 MAIL comes once, behind EHLO")
        elif self.args.user and not self.is_known:
            self.say("530 5.7.0 log in first")
        elif not found:
            self.say("501 5.5.4 MAIL FROM:<address>")
        elif (size := re.search(r"\bSIZE=(\d+)", found.group(2), re.I)) and int(size.group(1)) > self.args.size:
            self.say("552 5.3.4 too large")
        else:
            self.sender = found.group(1)
            self.say("250 2.1.0 ok")

    async def do_rcpt(self, rest):
        found = re.match(r'TO: ?<("(?:[^"\\]|\\.)*"@[^>]*|[^>]+)>', rest, re.I)
        if self.sender is None:
            self.say("503 5.5.1 RCPT comes behind MAIL")
        elif not found:
            self.say("501 5.5.4 RCPT TO:<address>")
        else:
            reply = self.judge.rcpt_reply(found.group(1))
            if reply.startswith("2"):
                self.recipients.append(found.group(1))
            else:
                self.refused += 1
            self.say(reply)

    async def do_data(self, rest):
        if self.args.always_354 and self.refused and not self.recipients:
            self.say("354 go on, all the same")
            octets = await self.dotted()
            self.say("554 5.5.1 no valid recipients")
            self.reset()
            if octets:
                self.say("421 4.7.0 a message was sent to nobody: RFC 2920 wants a lone dot")
                raise Closed
        elif not self.recipients:
            self.say("554 5.5.1 no valid recipients" if self.refused else "503 5.5.1 DATA comes behind RCPT")
        elif self.reader._buffer:
            self.say("554 5.5.1 octets came behind DATA before the 354")
            raise Closed
        else:
            self.say("354 go on")
            await self.finish(await self.dotted())

    async def dotted(self):
        """To CRLF.CRLF, dots taken away."""
        parts = []
        await self.flush()
        while True:
            line = await self.line()
            if line == b".\r\n" and (not parts or parts[-1].endswith(b"\r\n")):
                return b"".join(parts)
            is_start = not parts or parts[-1].endswith(b"\r\n")
            parts.append(line[1:] if is_start and line.startswith(b".") else line)

    async def do_bdat(self, rest):
        words = rest.upper().split()
        if self.args.no_chunking or not words or not words[0].isdigit():
            self.say("501 5.5.4 BDAT octets [LAST]")
            raise Closed  # nobody knows what follows
        octets = await self.exactly(int(words[0]))
        if not self.recipients or self.broken:
            self.broken = True
            self.say("554 5.5.1 no valid recipients" if self.refused else "503 5.5.1 BDAT comes behind RCPT")
            return
        self.chunks.append(octets)
        if words[1:] == ["LAST"]:
            await self.finish(b"".join(self.chunks))
        else:
            self.say("250 2.0.0 chunk ok")

    async def finish(self, octets):
        judge, args = self.judge, self.args
        judge.count += 1
        number = judge.count
        if number in args.drop_before_record:
            raise Closed
        if len(octets) > args.size:
            self.say("552 5.3.4 too large")
        elif args.refuse_data and any(re.search(args.refuse_data, to, re.I) for to in self.recipients):
            self.say("554 5.7.1 not this message")
        else:
            judge.write_record(self, octets)
            if args.answer_delay_ms:
                await self.flush()
                await asyncio.sleep(args.answer_delay_ms / 1000)
            if number in args.drop_after_dot:
                await self.flush()  # what others were promised
                raise Closed
            self.say(f"250 2.0.0 taken {number}")
        self.reset()
        self.taken += 1
        if args.close_after and self.taken >= args.close_after:
            self.say("421 4.7.0 enough for one connection")
            raise Closed

    async def do_rset(self, rest):
        self.reset()
        self.say("250 2.0.0 ok")

    async def do_noop(self, rest):
        self.say("250 2.0.0 ok")

    async def do_vrfy(self, rest):
        self.say("252 2.5.2 cannot verify")

    async def do_quit(self, rest):
        self.say("221 2.0.0 bye")
        raise Closed

    async def do_starttls(self, rest):
        if not self.judge.tls or self.is_tls or self.reader._buffer:
            self.say("554 5.5.1 no TLS here, or octets behind STARTTLS")
            raise Closed
        self.say("220 2.0.0 go ahead")
        await self.flush()
        await self.writer.start_tls(self.judge.tls)  # Python 3.11
        self.is_tls = True
        self.greeted = False
        self.reset()

    async def do_auth(self, rest):
        mechanism, _, initial = rest.partition(" ")

        async def ask(question):
            self.say("334 " + base64.b64encode(question).decode())
            return (await self.line()).strip().decode()

        try:
            if mechanism.upper() == "PLAIN":
                _, user, password = base64.b64decode(initial or await ask(b"")).decode().split("\0")
            elif mechanism.upper() == "LOGIN":
                user = base64.b64decode(initial or await ask(b"Username:")).decode()
                password = base64.b64decode(await ask(b"Password:")).decode()
            else:
                self.say("504 5.5.4 no such mechanism")
                return
        except ValueError:
            self.say("501 5.5.2 malformed")
            return
        self.is_known = bool(self.args.user) and (user, password) == (self.args.user, self.args.password)
        self.say("235 2.7.0 welcome" if self.is_known else "535 5.7.8 wrong user or password")


async def serve(judge, reader, writer):
    session = Session(judge, reader, writer)
    try:
        await session.run()
    except Closed:
        pass
    except (ConnectionError, ssl.SSLError):
        session.replies.clear()
    try:
        await session.flush()
        session.writer.close()
    except (ConnectionError, ssl.SSLError):
        pass


async def main(args):
    judge = Judge(args)
    stop = asyncio.get_running_loop().create_future()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, lambda: stop.done() or stop.set_result(None))
    server = await asyncio.start_server(lambda r, w: serve(judge, r, w), "127.0.0.1", args.port, limit=LINE_MAX * 32, backlog=256,
                                        ssl=judge.tls if args.tls_implicit else None)
    port = server.sockets[0].getsockname()[1]
    if args.port_file:
        with open(args.port_file + ".part", "w") as out:
            out.write(f"{port}\n")
        os.rename(args.port_file + ".part", args.port_file)  # whoever sees it can read it
    else:
        print(port, flush=True)
    await stop
    server.close()


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", required=True)
    parser.add_argument("--port", type=int, default=0)
    for name in ("port-file", "keep", "tls-cert", "user", "password", "refuse", "defer", "defer-always", "refuse-data"):
        parser.add_argument("--" + name)
    parser.add_argument("--refuse-reply", default="550 5.1.1 no such user")
    for name in ("delay-ms", "answer-delay-ms", "close-after"):
        parser.add_argument("--" + name, type=int, default=0)
    parser.add_argument("--size", type=int, default=64 * 1024 * 1024)
    for name in ("drop-after-dot", "drop-before-record"):
        parser.add_argument("--" + name, type=int, action="append", default=[])
    for name in ("no-chunking", "no-pipelining", "no-8bitmime", "no-smtputf8", "always-354", "sync", "tls-implicit"):
        parser.add_argument("--" + name, action="store_true")
    args = parser.parse_args()
    if args.tls_implicit and not args.tls_cert:
        parser.error("--tls-implicit needs --tls-cert")
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
    return args


if __name__ == "__main__":
    try:
        asyncio.run(main(parse()))
    except OSError as error:
        sys.exit(f"judge.py: {error}")
