"""internet.py - a network of the test's own, in which names lead where they must for it: a name server that writes down who asks for what, a provider's hosts, and those of others.
To be used in network and mount namespaces of one's own: enter()."""
import http.server
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

LISTED, OTHER, OUTSIDE, REBOUND = "login.listed.test", "static.listed.test", "evil.unlisted.test", "rebound.listed.test"
NAMES = {LISTED: "192.0.2.1", OTHER: "192.0.2.2", OUTSIDE: "192.0.2.3", REBOUND: "127.0.0.1"}  # RFC 5737, 6761
TRAP = 8443  # where the listed host has pages that attack, beside the provider's own on 443


def enter():
    """Once more in namespaces of our own. Returns: in them."""
    if os.environ.get("POSTRIDER_TEST_INSIDE") != "yes":
        os.environ["POSTRIDER_TEST_INSIDE"] = "yes"
        os.execvp("unshare", ["unshare", "--net", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    for words in [["link", "set", "lo", "up"]] + [["address", "add", address + "/32", "dev", "lo"] for address in NAMES.values() if not address.startswith("127.")]:
        subprocess.run(["ip", *words], check=True)


def certify(folder):
    """An authority, and one certificate for all names: ca.pem, cert.pem, key.pem."""
    where = {name: os.path.join(folder, name) for name in ("ca.pem", "ca.key", "cert.pem", "cert.csr", "key.pem", "ext.cnf")}
    with open(where["ext.cnf"], "w", encoding="ascii") as file:
        file.write("subjectAltName=%s\nextendedKeyUsage=serverAuth\n" % ",".join(["DNS:" + name for name in [*NAMES, "localhost"]] + ["IP:" + address for address in [*NAMES.values(), "::1"]]))
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    for words in (["req", "-x509", *new, "-days", "30", "-subj", "/CN=Window test CA", "-addext", "keyUsage=critical,keyCertSign", "-keyout", where["ca.key"], "-out", where["ca.pem"]],
                  ["req", *new, "-subj", "/CN=" + LISTED, "-keyout", where["key.pem"], "-out", where["cert.csr"]],
                  ["x509", "-req", "-in", where["cert.csr"], "-CA", where["ca.pem"], "-CAkey", where["ca.key"], "-CAcreateserial", "-days", "30", "-extfile", where["ext.cnf"],
                   "-out", where["cert.pem"]]):
        subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return where


class Names:
    """dnsmasq; each question is in its log."""

    def __init__(self, folder):
        self.log = os.path.join(folder, "names.log")
        resolver = os.path.join(folder, "resolv.conf")
        with open(resolver, "w", encoding="ascii") as file:
            file.write("nameserver 127.0.0.1\noptions attempts:1 timeout:2\n")
        subprocess.run(["mount", "--bind", resolver, os.path.realpath("/etc/resolv.conf")], check=True)
        self.process = subprocess.Popen(["dnsmasq", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--user=root", "--pid-file", "--listen-address=127.0.0.1",
                                         "--bind-interfaces", "--log-queries", "--log-facility=" + self.log, "--local=/#/",
                                         *["--host-record=%s,%s" % pair for pair in NAMES.items()]])
        for _ in range(100):
            try:
                if socket.gethostbyname(LISTED) == NAMES[LISTED]:
                    break
            except OSError:
                pass
            time.sleep(0.1)

    def asked(self):
        """The names, since the beginning."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return {line.split("] ")[1].split()[0] for line in file if "query[" in line}

    def close(self):
        self.process.terminate()
        self.process.wait()


class Site:
    """A web server on one address. pages: path → function of (handler); each path that was asked for is in `hits`, and what pages say by POST /say in `said`."""

    def __init__(self, address, port, pages, certificate=None):
        site, self.hits, self.said, self.cookies, self.pages = self, [], [], [], pages

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                path = self.path.split("?")[0]
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                site.hits.append(path)
                site.cookies.append(self.headers.get("Cookie"))
                if path == "/say":
                    site.said.append(json.loads(body))
                status, headers, content = site.pages.get(path, lambda handler: (200, {}, "<p>outside"))(self)
                self.send_response(status)
                for name, value in {"Content-Type": "text/html", "Access-Control-Allow-Origin": "*", **headers, "Content-Length": str(len(content.encode()))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content.encode())

            do_POST = do_HEAD = do_OPTIONS = do_GET

            def log_message(self, *words):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads, address_family = True, socket.AF_INET6 if ":" in address else socket.AF_INET

            def handle_error(self, request, address):
                pass

        self.server = Server((address, port), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate["cert.pem"], certificate["key.pem"])
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for(self, what, why, seconds=30):
        """What the page said that fits, as soon as it has."""
        end = time.time() + seconds
        while True:
            found = [one for one in self.said if what(one)]
            if found:
                return found[-1]
            if time.time() > end:
                raise AssertionError("%s; the page said: %s" % (why, self.said[-20:]))
            time.sleep(0.05)


class Datagrams:
    """Counts what comes by UDP."""

    def __init__(self, address, port):
        self.count, self.socket = 0, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            self.socket.recv(2048)
            self.count += 1
