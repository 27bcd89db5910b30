#!/usr/bin/python3
"""own-name.py BUILD [WORD…]: what EHLO says, in a network and under a machine's name of its own, with a real name server (dnsmasq) and a real
sink (smtp-sink, which writes down the EHLO of each message). Source: RFC 5321 §2.3.5, §4.1.4."""
import glob
import os
import re
import socket
import subprocess
import sys

from fixture import check, run_cases, wait_for

OURS = "192.0.2.10"  # RFC 5737
LITERAL = "[192.0.2.10]"
FULL = "box.example.net"


class Server:
    def __init__(self, fixture, words):
        fixture.servers.append(self)
        self.log = open(os.path.join(fixture.folder, os.path.basename(words[0]) + ".log"), "ab")
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd=fixture.folder)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


def is_listening(kind, port, address):
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return True
    return False


def serve_names(fixture, *records):
    """`records`: names that DNS has; all others it has not."""
    Server(fixture, ["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--user=root", "--pid-file", "--listen-address=127.0.0.1",
                   "--bind-interfaces", "--no-daemon", *[f"--host-record={name},{OURS}" for name in records], "--local=/#/"])
    wait_for(lambda: is_listening(socket.SOCK_DGRAM, 53, "127.0.0.1"), "the name server")


def hear_ehlo(fixture, machine, search, *settings):
    """Sends one message to a server at our own other address. Returns: what EHLO said."""
    socket.sethostname(machine)
    with open("/etc/resolv.conf", "w", encoding="ascii") as file:
        file.write("nameserver 127.0.0.1\n" + (f"search {search}\n" if search else ""))
    Server(fixture, ["smtp-sink", "-u", "root", "-d", "taken-", f"{OURS}:2525", "10"])
    wait_for(lambda: is_listening(socket.SOCK_STREAM, 2525, OURS), "the sink")
    fixture.run("account", "add", "work", "office@example.org", "--host", OURS, "--port", "2525", "--tls", "none", "--insecure", "--user", "", "--no-password", *settings)
    fixture.import_people(1)
    fixture.write("letter.txt", "Dear {{name}}.\n")
    fixture.send()
    (taken,) = glob.glob(os.path.join(fixture.folder, "taken-*"))
    with open(taken, encoding="utf-8") as file:
        return re.search(r"^X-Helo-Args: (.*)$", file.read(), re.M).group(1)


def full_name_in_dns(fixture):
    """A machine whose full name DNS has says it"""
    serve_names(fixture, FULL)
    said = hear_ehlo(fixture, FULL, "")
    check(said == FULL, said)


def bare_name_and_search_list(fixture):
    """A bare name is looked up as the resolver does, and what it found is said"""
    serve_names(fixture, FULL)
    said = hear_ehlo(fixture, "box", "example.net")
    check(said == FULL, said)


def name_that_dns_has_not(fixture):
    """A full name that nobody can look up is no name: the address literal"""
    serve_names(fixture, "other.example.net")
    said = hear_ehlo(fixture, FULL, "example.net")
    check(said == LITERAL, said)


def name_of_the_fixture(fixture):
    """.local is never said, though the name server has it"""
    serve_names(fixture, "box.local")
    said = hear_ehlo(fixture, "box.local", "")
    check(said == LITERAL, said)


def search_list_of_the_fixture(fixture):
    """Nor what a search list makes of a bare name: box.lan"""
    serve_names(fixture, "box.lan", "box")
    said = hear_ehlo(fixture, "box", "lan")
    check(said == LITERAL, said)


def silent_name_server(fixture):
    """A name server that says nothing stops no message"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 53))
        said = hear_ehlo(fixture, FULL, "")
    check(said == LITERAL, said)


def set_by_a_person(fixture):
    """--helo wins"""
    serve_names(fixture, FULL)
    said = hear_ehlo(fixture, FULL, "", "--helo", "mail.example.org")
    check(said == "mail.example.org", said)


def enter():
    """Into a network, a name and mounts of our own: the machine's stay as they are."""
    os.environ["OWN_NAME_INSIDE"] = "yes"
    os.execvp("unshare", ["unshare", "--net", "--uts", "--mount", "--propagation", "private", sys.executable, *sys.argv])


def prepare():
    for words in ("ip link set lo up", f"ip address add {OURS}/32 dev lo"):
        subprocess.run(words.split(), check=True)
    resolv = f"/tmp/resolv.conf.{os.getpid()}"
    with open(resolv, "w", encoding="ascii"):
        pass
    subprocess.run(["mount", "--bind", resolv, os.path.realpath("/etc/resolv.conf")], check=True)
    os.unlink(resolv)


CASES = [full_name_in_dns, bare_name_and_search_list, name_that_dns_has_not, name_of_the_fixture, search_list_of_the_fixture, silent_name_server, set_by_a_person]

if __name__ == "__main__":
    if "OWN_NAME_INSIDE" not in os.environ:
        enter()
    prepare()
    sys.exit(run_cases(CASES, __doc__, workers=1))  # one name for the machine at a time
