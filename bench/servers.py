"""servers.py - what takes the mail: each has a port and counts what it took, so that a run's work can be checked. All on 127.0.0.1."""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import ours

HERE = os.path.dirname(os.path.abspath(__file__))
POSTFIX = os.path.join(HERE, "../tests/journey/servers/postfix.sh")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port):
    def is_open():
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
    ours.wait_until(is_open, f"a server on port {port}", 20)


class Server:
    """With it around a benchmark: it runs. pin: SHA-256 of its certificate, "" without STARTTLS."""
    pin = ""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="bench-", dir="/dev/shm")  # in memory: the server's disk is not what is measured
        os.chmod(self.folder, 0o755)
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class SmtpSink(Server):
    """Postfix's smtp-sink: PIPELINING, no CHUNKING; throws away and counts."""
    name = "smtp-sink"

    def start(self):
        self.port = free_port()
        self.counters = os.path.join(self.folder, "counters")
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        with open(self.counters, "wb") as out:
            self.process = subprocess.Popen(["smtp-sink", *user, "-c", "-m", "1000", f"127.0.0.1:{self.port}", "1000"], stdin=subprocess.DEVNULL, stdout=out)
        wait_for_port(self.port)

    def count(self):
        with open(self.counters, "rb") as text:
            text.seek(max(0, os.path.getsize(self.counters) - 200))
            found = re.findall(rb"mesg=(\d+)", text.read())
        return int(found[-1]) if found else 0

    def stop(self):
        self.process.terminate()
        self.process.wait()


class OwnSink(Server):
    """Our capture server: PIPELINING, CHUNKING and, if asked for, STARTTLS with a certificate of its own. Keeps each message as a file."""
    name = "postrider sink"

    def __init__(self, build, with_tls=False):
        self.build, self.with_tls = build, with_tls

    def start(self):
        self.mail = os.path.join(self.folder, "mail")
        os.mkdir(self.mail)
        self.home = ours.Home(self.build, os.path.join(self.folder, "home"))
        self.process = self.home.start("sink", "--dir", self.mail, "--json", *(["--tls"] if self.with_tls else []), stderr=subprocess.DEVNULL)
        said = ours.json.loads(self.process.stdout.readline())
        self.port, self.pin = said["port"], said["fingerprint"] or ""

    def files(self):
        with contextlib.suppress(FileNotFoundError):
            return [entry.path for entry in os.scandir(os.path.join(self.mail, "new"))]
        return []

    def count(self):
        return len(self.files())

    def empty(self):
        for path in self.files():
            os.unlink(path)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate()
        self.home.stop_core()


class Postfix(Server):
    """A private Postfix that accepts everything and throws it away as it comes in (access(5) DISCARD): no queue file, no flush of the disk."""
    SETTINGS = ("smtpd_recipient_restrictions = check_recipient_access static:{DISCARD bench}\nsmtpd_relay_restrictions = permit_mynetworks, reject\n"
                "mynetworks = 127.0.0.0/8\nsmtpd_tls_auth_only = no\nsmtpd_sasl_auth_enable = no\n")

    def __init__(self, with_tls=False, with_chunking=True):
        self.with_tls, self.with_chunking = with_tls, with_chunking
        self.name = "Postfix" + (", STARTTLS" if with_tls else "") + ("" if with_chunking else ", no CHUNKING")

    def start(self):
        settings = self.SETTINGS + ("" if self.with_chunking else "smtpd_discard_ehlo_keywords = chunking\n")
        done = subprocess.run([POSTFIX, "start", self.folder], env=os.environ | {"POSTFIX_SETTINGS": settings}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise ours.Trouble(f"no private Postfix: {done.stdout.strip()[-300:]}")
        with open(os.path.join(self.folder, "port"), encoding="ascii") as port:
            self.port = int(port.read())
        if self.with_tls:
            self.pin = self.fingerprint()

    def fingerprint(self):
        der = subprocess.run(["openssl", "x509", "-in", f"{self.folder}/cert.pem", "-noout", "-fingerprint", "-sha256"], capture_output=True, text=True,
                             check=True).stdout
        return der.partition("=")[2].strip().replace(":", "").lower()

    def count(self):
        """One line of the log a recipient that it accepted."""
        with open(os.path.join(self.folder, "log"), "rb") as log:
            return sum(b": discard: RCPT from" in line for line in log)

    def stop(self):
        with open(os.path.join(self.folder, "queue/pid/master.pid"), encoding="ascii") as pid:
            master = int(pid.read())
        stopping = subprocess.Popen([POSTFIX, "stop", self.folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with contextlib.suppress(ChildProcessError):  # its master has become a child of the subreaper: until it is reaped, it seems to live
            os.waitpid(master, 0)
        stopping.wait()


class Judge(Server):
    """tests/journey's server, which puts off those that it is told to: slow, but it can say 451."""
    name = "judge.py"

    def __init__(self, *options):
        self.options = options

    def start(self):
        self.record, port_file = os.path.join(self.folder, "record"), os.path.join(self.folder, "port")
        self.process = subprocess.Popen(["python3", os.path.join(HERE, "../tests/journey/servers/judge.py"), "--record", self.record, "--port-file", port_file,
                                         *self.options], stdin=subprocess.DEVNULL)
        ours.wait_until(lambda: os.path.exists(port_file), "the judge")
        with open(port_file, encoding="ascii") as port:
            self.port = int(port.read())

    def count(self):
        with open(self.record, "rb") as lines:
            return sum(1 for _ in lines)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Delayed(Server):
    """Another server, farther away: each octet takes delay_ms longer, each way (bench/delay.c)."""

    def __init__(self, build, server, delay_ms):
        self.build, self.server, self.delay_ms = build, server, delay_ms
        self.name = f"{server.name}, {2 * delay_ms} ms round trip"

    def start(self):
        self.server.__enter__()
        self.pin = self.server.pin
        self.process = subprocess.Popen([os.path.join(self.build, "bench/bench-delay"), str(self.server.port), str(self.delay_ms)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def count(self):
        return self.server.count()

    def stop(self):
        self.process.terminate()
        self.process.communicate()
        self.server.__exit__()


class Echo(Server):
    """For the proxy's control: gives back what it gets."""
    name = "echo"

    def start(self):
        self.process = subprocess.Popen(["python3", "-c", ECHO], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def count(self):
        return 0

    def stop(self):
        self.process.kill()
        self.process.communicate()


ECHO = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    peer, _ = listener.accept()
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while data := peer.recv(1 << 16):
        peer.sendall(data)
    peer.close()
"""


def check_count(server, before, expected):
    """The control of each run: the server says that it took exactly that many."""
    try:
        ours.wait_until(lambda: server.count() - before == expected, "", 20)
    except ours.Trouble:
        raise ours.Trouble(f"{server.name} took {server.count() - before} messages, not {expected}") from None
    time.sleep(0.2)  # and not one more
    if server.count() - before != expected:
        raise ours.Trouble(f"{server.name} took {server.count() - before} messages, not {expected}")
