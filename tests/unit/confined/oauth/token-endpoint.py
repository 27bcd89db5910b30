#!/usr/bin/env python3
"""The locked postrider-oauth against a token endpoint that lies in each way that was thought of, and tells the truth after each lie; TAP.
Arguments: drive-oauth, tests/journey/servers."""
import gzip
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Driver, run  # noqa: E402

DRIVER, SERVERS = sys.argv[1:3]
SHORT_MS = 1500   # chosen: for what takes too long
LONG_MS = 120000  # reached by a hang alone
REGION_MAX = 1 << 26  # larger ones are a sanitizer's shadow
REDIRECT = "http://127.0.0.1:49152/path?a=b&c=d"
ASKED = {"Exchange": {"grant_type": "authorization_code", "code": "4/0Ab+c=d&e", "redirect_uri": REDIRECT, "code_verifier": "verifier~with-all._of-them",
                      "client_id": "id.apps.example", "client_secret": "secret & more"},
         "Refresh": {"grant_type": "refresh_token", "refresh_token": "1//old-refresh-token", "client_id": "id.apps.example", "client_secret": "secret & more"},
         "Revoke": {"token": "1//old-refresh-token", "token_type_hint": "refresh_token", "client_id": "id.apps.example", "client_secret": "secret & more"}}
GOOD = {"access_token": "ya29.access-token", "token_type": "Bearer", "expires_in": 3599, "refresh_token": "1//new-refresh-token", "scope": "send mail",
        "refresh_token_expires_in": 604799, "id_token": "e.y.J", "further": {"deep": [1, None, True]}}


def answer(body, status="200 OK", *fields, kind="application/json", length=True):
    body = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = ["HTTP/1.1 " + status, *(["Content-Type: " + kind] if kind else []), *(["Content-Length: %d" % len(body)] if length else []), *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def good(**changed):
    return answer({key: value for key, value in {**GOOD, **changed}.items() if value is not None})


def error(name, status="400 Bad Request", **more):
    return answer({"error": name, **more}, status)


def chunked(*pieces, end=b"0\r\n\r\n", fields=("Transfer-Encoding: chunked",)):
    return answer(b"", "200 OK", *fields, length=False) + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def whole(octets):
    return lambda connection: connection.sendall(octets)


def pour(head, piece, times):
    """More than anybody should read."""
    def act(connection):
        connection.sendall(head)
        for _ in range(times):
            connection.sendall(piece)
    return act


def slowly(octets, every_s):
    def act(connection):
        for octet in octets:
            connection.sendall(bytes([octet]))
            time.sleep(every_s)
    return act


def silent(connection):
    try:
        connection.recv(1)  # until the client has enough of it
    except OSError:
        pass


def reset(connection):
    plain = connection
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


BODY = json.dumps(GOOD).encode()
BOMB = gzip.compress(b" " * (64 << 20))
DEEP = '{"access_token":' + "[" * 5000 + "]" * 5000 + "}"

# name, what the endpoint does, outcome, a word of the text
LIES = [
    ("html", answer("<html>Sign in</html>", kind="text/html"), "out_of_order", "application/json"),
    ("json called html", answer(GOOD, kind="text/html; charset=utf-8"), "out_of_order", "application/json"),
    ("without a type", answer(GOOD, kind=None), "out_of_order", "application/json"),
    ("html called json", answer("<html>Sign in</html>"), "out_of_order", "JSON"),
    ("500", answer("<html>", "500 Internal Server Error", kind="text/html"), "out_of_order", "500"),
    ("503 with tokens", answer(GOOD, "503 Service Unavailable"), "out_of_order", "503"),
    ("429", error("slow_down", "429 Too Many Requests"), "out_of_order", "429"),
    ("201 with tokens", answer(GOOD, "201 Created"), "out_of_order", "status"),
    ("204", b"HTTP/1.1 204 No Content\r\n\r\n", "out_of_order", "204"),
    ("status without a number", b"HTTP/1.1 OK\r\n\r\n" + BODY, "out_of_order", ""),
    ("HTTP/0.9", BODY, "out_of_order", ""),
    ("octets of anything", os.urandom(3) + b"\0\xff" * 2000, "out_of_order", ""),
    ("two heads", good() + good(), "done", ""),  # what stands behind the answer is nobody's
    ("body longer than 1 MiB", pour(answer(b"", "200 OK", "Content-Length: 4000000", length=False), b" " * 65536, 61), "out_of_order", "1 MiB"),
    ("body without an end", pour(answer(b"", length=False), b" " * 65536, 40), "out_of_order", "1 MiB"),
    ("chunks without an end", pour(answer(b"", "200 OK", "Transfer-Encoding: chunked", length=False), b"8000\r\n" + b" " * 32768 + b"\r\n", 80), "out_of_order", "1 MiB"),
    ("head of many fields", pour(b"HTTP/1.1 200 OK\r\n", b"X: %s\r\n" % (b"y" * 1000), 100), "out_of_order", "64 KiB"),
    ("head of one field", pour(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 1000, 400), "out_of_order", ""),
    ("1xx without an end", pour(b"", b"HTTP/1.1 100 Continue\r\nX: %s\r\n\r\n" % (b"y" * 1000), 100), "out_of_order", "64 KiB"),
    ("too deep", answer(DEEP), "out_of_order", "deep"),
    ("too many values", answer('{"a":[%s]}' % ",".join(["0"] * 20000)), "out_of_order", "many"),
    ("the same key twice", answer(BODY.decode()[:-1] + ', "access_token": "ya29.another"}'), "out_of_order", "twice"),
    ("the same key in disguise", answer(BODY.decode()[:-1] + ', "\\u0061ccess_token": "ya29.another"}'), "out_of_order", "twice"),
    ("not UTF-8", answer(BODY.replace(b"send mail", b"send \xff")), "out_of_order", "UTF-8"),
    ("two objects", answer(BODY + b"{}"), "out_of_order", "behind"),
    ("an array", answer([GOOD]), "out_of_order", "object"),
    ("nothing", answer(""), "out_of_order", "JSON"),
    ("compressed", answer(gzip.compress(BODY), "200 OK", "Content-Encoding: gzip"), "out_of_order", "compressed"),
    ("compressed and silent", answer(gzip.compress(BODY)), "out_of_order", ""),
    ("bomb", answer(BOMB, "200 OK", "Content-Encoding: gzip"), "out_of_order", "compressed"),
    ("bomb on the way", chunked(BOMB, fields=("Transfer-Encoding: gzip, chunked",)), "out_of_order", "ncoding"),  # as libcurl 7.88 and 8.14 say it
    ("token of another type", good(token_type="mac"), "out_of_order", "Bearer"),
    ("no type", good(token_type=None), "out_of_order", "Bearer"),
    ("no token", good(access_token=None), "out_of_order", "access token"),
    ("empty token", good(access_token=""), "out_of_order", "access token"),
    ("token that is a number", good(access_token=5), "out_of_order", "access token"),
    ("token with a line break", good(access_token="a\r\nX: y"), "out_of_order", "access token"),
    ("token with a separator", good(access_token="a\x01b"), "out_of_order", "access token"),
    ("token with a NUL", good(access_token="a\0b"), "out_of_order", "JSON"),
    ("token that is too long", good(access_token="a" * 4097), "out_of_order", "access token"),
    ("refresh token with a line break", good(refresh_token="a\n"), "out_of_order", "refresh token"),
    ("refresh token that is null", answer(BODY.replace(b'"1//new-refresh-token"', b"null")), "out_of_order", "refresh token"),
    ("scope that is a list", good(scope=["send"]), "out_of_order", "scope"),
    ("scope with quotation marks", good(scope='send "mail"'), "out_of_order", "scope"),
    ("scope that tells a secret", good(scope="send 4/0Ab+c=d&e"), "out_of_order", "secret"),
    *[("expires_in %s" % text, answer(BODY.replace(b"3599", text.encode())), "out_of_order", "expires_in")
      for text in ("-1", "-3600", "0", "99999999999", "1e99", "1e3", "3600.5", '"soon"', '"-5"', '""', "true", "null", "[]", "99999999999999999999999999")],
    ("refresh_token_expires_in -1", good(refresh_token_expires_in=-1), "out_of_order", "refresh_token_expires_in"),
    ("closed without an answer", lambda connection: None, "network", ""),
    ("reset", reset, "network", ""),
    ("closed in the head", whole(good()[:30]), "network out_of_order", ""),
    ("closed behind the head", whole(good()[:-len(BODY)]), "out_of_order", "cut"),
    ("closed in the body", whole(good()[:-1]), "out_of_order", "cut"),
    ("closed in a chunk", whole(chunked(BODY, end=b"")), "out_of_order", ""),
    ("invalid_grant", error("invalid_grant", error_description="Token has been expired or revoked."), "invalid_grant", "invalid_grant: Token has been expired or revoked."),
    ("invalid_grant in red", error("invalid_grant", error_description="a\x1b[31m\nb\u202ec" + "d" * 5000), "invalid_grant", "invalid_grant: a?[31m?b"),
    ("invalid_grant without words", error("invalid_grant"), "invalid_grant", "invalid_grant"),
    ("invalid_grant that tells a secret", error("invalid_grant", error_description="code 4/0Ab+c=d&e was used"), "invalid_grant", "not shown"),
    ("invalid_grant with tokens", answer({**GOOD, "error": "invalid_grant"}), "invalid_grant", ""),
    ("invalid_client", error("invalid_client", "401 Unauthorized", error_description="Unauthorized"), "invalid_client", "Unauthorized"),
    ("invalid_scope", error("invalid_scope"), "invalid_scope", ""),
    ("another error", error("interaction_required", error_description="AADSTS50076"), "refused", "AADSTS50076"),
    ("temporarily_unavailable", error("temporarily_unavailable"), "out_of_order", ""),
    ("400 without an error", answer({"code": 400}, "400 Bad Request"), "out_of_order", "status"),
    ("403 as a page", answer("<html>", "403 Forbidden", kind="text/html"), "out_of_order", "403"),
]
TRUTHS = [
    ("until it closes", lambda connection: connection.sendall(answer(GOOD, length=False)), {}),
    ("in chunks", whole(chunked(BODY[:10], BODY[10:])), {}),
    ("behind a 100", whole(b"HTTP/1.1 100 Continue\r\n\r\n" + good()), {}),
    ("octet by octet", slowly(good(), 0.0005), {}),
    ("bearer in small letters", whole(good(token_type="bearer")), {}),
    ("expires_in as a string", whole(good(expires_in="3599")), {}),
    ("without expires_in", whole(good(expires_in=None)), {"expires_s": "0"}),
    ("a whole year", whole(good(expires_in=366 * 24 * 3600)), {"expires_s": str(366 * 24 * 3600)}),
    ("without a refresh token", whole(good(refresh_token=None, refresh_token_expires_in=None)), {"refresh_token": "", "refresh_expires_s": "0"}),
    ("without a scope", whole(good(scope=None)), {"scope": ""}),
    ("with an ID token", whole(good(id_token="e30.eyJlbWFpbCI6ImFubkBleGFtcGxlLm9yZyJ9.c2ln")), {"address": "ann@example.org"}),
    ("with an ID token that is none", whole(good(id_token="e30.*.c2ln")), {}),
    ("with an ID token that is a number", whole(good(id_token=5)), {}),
    ("with another scope", whole(good(scope="https://mail.google.com/ send")), {"scope": "https://mail.google.com/ send"}),
    ("with a charset", whole(answer(GOOD, kind="Application/JSON;charset=UTF-8")), {}),
    ("the longest token", whole(good(access_token="a" * 4096)), {"access_token": "a" * 4096}),
]


class Endpoint:
    """Answers each request by the row that its path names, if the request is what was asked for."""

    def __init__(self, context=None, family=socket.AF_INET):
        self.rows, self.context, self.seen, self.problems = {}, context, 0, []
        self.listener = socket.create_server(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            self.seen += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            head, body = self.read(connection)
            action = self.rows[head.split(" ")[1]]
            action(connection)
        except (OSError, ValueError):
            pass
        finally:
            try:
                if isinstance(connection, ssl.SSLSocket):
                    connection.unwrap()
            except (OSError, ValueError):
                pass
            connection.close()

    def read(self, connection):
        octets = b""
        while b"\r\n\r\n" not in octets:
            octets += connection.recv(65536) or self.fail("no head")
        head, _, body = octets.partition(b"\r\n\r\n")
        head = head.decode()
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:])
        while len(body) < int(fields["content-length"]):
            body += connection.recv(65536) or self.fail("half a body")
        self.judge(head, fields, dict(urllib.parse.parse_qsl(body.decode(), strict_parsing=True)))
        return head, body

    def fail(self, what):
        raise ValueError(what)

    def judge(self, head, fields, form):
        method, path, version = head.split("\r\n")[0].split(" ")
        known = {"host", "content-length", "content-type", "accept"}
        self.problems += [] if form in ASKED.values() or form == {**ASKED["Refresh"], "scope": "send more"} else ["form: %s" % form]
        self.problems += [] if (method, version) == ("POST", "HTTP/1.1") else [head]
        self.problems += [] if fields.get("content-type") == "application/x-www-form-urlencoded" and fields.get("accept") == "application/json" else [head]
        self.problems += ["not asked for: %s" % name for name in set(fields) - known]


class TokenEndpoint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.contexts, cls.authorities = {}, {}
        for kind in ("good", "other", "expired"):
            made = os.path.join(cls.folder.name, kind)
            subprocess.run([os.path.join(SERVERS, "make-cert.sh"), made, *(["expired"] if kind == "expired" else [])], check=True, timeout=60)
            cls.contexts[kind] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            cls.contexts[kind].load_cert_chain(os.path.join(made, "both.pem"))
            with open(os.path.join(made, "ca.pem"), encoding="ascii") as file:
                cls.authorities[kind] = file.read()
        cls.plain, cls.tls = Endpoint(), Endpoint(cls.contexts["good"])
        cls.driver = Driver(DRIVER)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()
        assert cls.driver.close() == 0

    def tearDown(self):
        for endpoint in (self.plain, self.tls):
            problems, endpoint.problems = endpoint.problems, []
            self.assertEqual([], problems)

    def ask(self, action, method="Exchange", endpoint=None, timeout=LONG_MS, send=None, **changed):
        endpoint = endpoint or self.plain
        endpoint.rows["/token"] = action
        asked = ASKED[method]
        keys = {"method": method, "socket": "tcp", "port": endpoint.port, "timeout": timeout, "client_id": asked["client_id"], "client_secret": asked["client_secret"],
                "url": "%s:%d/token" % ("https://localhost" if endpoint.context else "http://127.0.0.1", endpoint.port),
                "authorities": self.authorities["good"] if endpoint.context else ""}
        keys.update({"code": asked["code"], "verifier": asked["code_verifier"], "redirect": asked["redirect_uri"]} if method == "Exchange" else
                    {"token": asked.get("refresh_token", asked.get("token"))})
        return (send or self.driver.call)(**{**keys, **changed})

    def holds(self, found, **changed):
        self.assertEqual({"outcome": "done", "text": "", "is_begun": "true", "expires_s": "3599", "refresh_expires_s": "604799", "scope": "send mail", "address": "",
                          "access_token": "ya29.access-token", "refresh_token": "1//new-refresh-token", **changed}, found)

    def refused(self, found, outcome, word, begun="true"):
        self.assertIn(found.get("outcome"), outcome.split(" "), found)
        self.assertIn(word, found["text"])
        self.assertTrue(found["text"] and found["text"].isprintable() and len(found["text"]) < 600, found["text"])
        self.assertEqual(begun, found["is_begun"])
        self.assertEqual(("", "", "", "0", "0"), tuple(found[key] for key in ("access_token", "refresh_token", "scope", "expires_s", "refresh_expires_s")))
        for secret in ("4/0Ab+c=d&e", "secret & more", "verifier~", "ya29", "1//new"):
            self.assertNotIn(secret, found["text"])

    def test_lies(self):
        for name, lie, outcome, word in LIES:
            action = lie if callable(lie) else whole(lie)
            with self.subTest(name):
                found = self.ask(action)
                if outcome == "done":
                    self.holds(found)
                else:
                    self.refused(found, outcome, word)
                self.holds(self.ask(whole(good())))  # the control: the same process, the same endpoint, the truth

    def test_truths(self):
        for name, action, changed in TRUTHS:
            with self.subTest(name):
                self.holds(self.ask(action), **changed)
                self.holds(self.ask(action, endpoint=self.tls), **changed)

    def test_refresh(self):
        self.holds(self.ask(whole(good()), "Refresh"))
        self.holds(self.ask(whole(good()), "Refresh", scope="send more"))
        self.holds(self.ask(whole(good(refresh_token=None)), "Refresh"), refresh_token="")
        self.refused(self.ask(whole(error("invalid_grant")), "Refresh"), "invalid_grant", "invalid_grant")
        self.refused(self.ask(whole(error("invalid_grant", error_description="1//old-refresh-token")), "Refresh"), "invalid_grant", "not shown")

    def test_revoke(self):
        def done(found):
            self.assertEqual({"outcome": "done", "text": "", "is_begun": "true"}, found)

        done(self.ask(whole(answer("", kind=None)), "Revoke"))
        done(self.ask(whole(answer("<html>gone</html>", kind="text/html")), "Revoke"))
        done(self.ask(whole(error("invalid_token")), "Revoke"))
        for status, name, outcome in (("400 Bad Request", "unsupported_token_type", "refused"), ("401 Unauthorized", "invalid_client", "invalid_client"),
                                      ("503 Service Unavailable", "x", "out_of_order"), ("302 Found", "x", "out_of_order")):
            self.assertEqual(outcome, self.ask(whole(error(name, status)), "Revoke")["outcome"])

    def test_slow(self):
        """An octet a second, in the head and in the body, and silence: the limit is for the whole."""
        for action in (slowly(good(), 1), lambda connection: (connection.sendall(good()[:-len(BODY)]), slowly(BODY, 1)(connection)), silent):
            began = time.monotonic()
            self.refused(self.ask(action, timeout=SHORT_MS), "network", "in time")
            self.assertLess(SHORT_MS / 1000 - 0.1, time.monotonic() - began)
            self.holds(self.ask(whole(good())))

    def test_sent_elsewhere(self):
        """No redirect is followed: neither to another host, nor to the same, whatever the status."""
        other = Endpoint()
        other.rows["/token"] = whole(good())
        for status in ("301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"):
            for target in ("http://127.0.0.1:%d/token" % other.port, "/good"):
                self.plain.rows["/good"] = whole(good())
                self.refused(self.ask(whole(answer(GOOD, status, "Location: " + target))), "out_of_order", "elsewhere")
        self.assertEqual(0, other.seen)
        self.holds(self.ask(whole(good()), endpoint=other))  # the control: it can be reached
        self.assertEqual(1, other.seen)

    def test_certificates(self):
        self.holds(self.ask(whole(good()), endpoint=self.tls))
        for kind in ("other", "expired"):
            endpoint = Endpoint(self.contexts[kind])
            self.refused(self.ask(whole(good()), endpoint=endpoint), "certificate", "certificate", begun="false")
            if kind == "expired":
                self.refused(self.ask(whole(good()), endpoint=endpoint, authorities=self.authorities[kind]), "certificate", "expired", begun="false")
            else:
                self.holds(self.ask(whole(good()), endpoint=endpoint, authorities=self.authorities[kind]))
        for name in ("https://example.org/token", "https://localhost.example.org/token", "https://127.0.0.2/token"):
            self.refused(self.ask(whole(good()), endpoint=self.tls, url=name), "certificate", "", begun="false")
        for authorities in ("", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
            self.refused(self.ask(whole(good()), endpoint=self.tls, authorities=authorities), "certificate network", "", begun="false")
        self.holds(self.ask(whole(good()), endpoint=self.tls, url="https://127.0.0.1:%d/token" % self.tls.port))
        self.refused(self.ask(whole(good()), endpoint=self.plain, url="https://127.0.0.1/token", timeout=SHORT_MS), "network", "", begun="false")

    def test_addresses(self):
        """Refused before an octet leaves; and what may be spoken to without TLS is judged by address and socket."""
        seen = self.plain.seen
        for url in ("http://localhost:%d/token", "http://example.org:%d/token", "http://127.0.0.1.example.org:%d/token", "http://user@127.0.0.1:%d/token",
                    "http://user:pass@127.0.0.1:%d/token", "http://127.0.0.1:%d/token#part", "ftp://127.0.0.1:%d/token", "file:///etc/passwd?%d",
                    "gopher://127.0.0.1:%d/", "127.0.0.1:%d/token", "/token?%d", "%.0d"):
            found = self.ask(whole(good()), url=url % self.plain.port)
            self.assertEqual("org.postrider.Fault.Usage", found.get("fault"), (url, found))
        found = self.ask(whole(good()), socket="unix")
        self.assertEqual("org.postrider.Fault.Usage", found.get("fault"), found)
        self.assertEqual([], self.plain.problems)
        self.holds(self.ask(whole(good())))
        self.assertLess(seen, self.plain.seen)

    def test_ipv6(self):
        try:
            endpoint = Endpoint(family=socket.AF_INET6)
        except OSError as problem:
            self.skipTest("no IPv6 here: %s" % problem)
        self.holds(self.ask(whole(good()), endpoint=endpoint, socket="tcp6", url="http://[::1]:%d/token" % endpoint.port))

    def test_secrets_given(self):
        for key in ("code", "client_secret", "verifier"):
            found = self.ask(whole(good()), **{key: "x" * 4097})
            self.assertEqual("org.postrider.Fault.DataErr", found.get("fault"), found)
        self.holds(self.ask(whole(good())))

    def test_one_at_a_time(self):
        self.ask(silent, timeout=SHORT_MS, begin="yes", send=self.driver.send)
        found = [self.ask(silent, send=self.driver.call), self.driver.read()]
        self.assertEqual(["org.postrider.Fault.TempFail", "network"], [found[0].get("fault"), found[1].get("outcome")], found)
        self.holds(self.ask(whole(good())))

    def find_in_memory(self, *secrets):
        """Those of them that the process holds anywhere."""
        found = set()
        with open("/proc/%d/maps" % self.driver.pid, encoding="ascii") as maps, open("/proc/%d/mem" % self.driver.pid, "rb", 0) as memory:
            for line in maps:
                start, end = (int(part, 16) for part in line.split(" ")[0].split("-"))
                if line.split(" ")[1][0] != "r" or "[v" in line or end - start > REGION_MAX:
                    continue
                try:
                    memory.seek(start)
                    octets = memory.read(end - start)
                except (OSError, ValueError):
                    continue
                found.update(secret for secret in secrets if secret.encode() in octets)
        return found

    def vanish(self, *secrets):
        """Their memory is given back in the same turn of the main loop, but behind the answer that we have seen."""
        deadline = time.monotonic() + 30
        while self.find_in_memory(*secrets):
            self.assertLess(time.monotonic(), deadline, self.find_in_memory(*secrets))

    def test_forgets(self):
        """While a call is under way its secret is found (the control); when it is answered, no secret is."""
        try:
            self.find_in_memory()
        except OSError as problem:
            self.skipTest("another process's memory cannot be read here: %s" % problem)
        ASKED["Forgotten"] = {**ASKED["Exchange"], "code": "4/a-code-that-is-forgotten", "client_secret": "a-secret-that-is-forgotten"}
        new = {"access_token": "ya29.a-token-that-is-forgotten", "refresh_token": "1//another-that-is-forgotten"}
        for endpoint in (self.plain, self.tls):
            arrived, released = threading.Event(), threading.Event()

            def hold(connection, arrived=arrived, released=released):
                arrived.set()
                released.wait(120)
                connection.sendall(good(**new))

            self.ask(hold, endpoint=endpoint, code="4/a-code-that-is-forgotten", client_secret="a-secret-that-is-forgotten", begin="yes", send=self.driver.send)
            self.assertTrue(arrived.wait(120))
            self.assertEqual({"a-code-that-is-forgotten"}, self.find_in_memory("a-code-that-is-forgotten"))
            released.set()
            self.ask(hold, endpoint=endpoint, url="ftp://nowhere", send=self.driver.send)  # answered at once; then comes the first one's answer
            found = [self.driver.read(), self.driver.read()]
            self.holds(next(each for each in found if "outcome" in each and each.pop("late")), **new)
            self.vanish("a-code-that-is-forgotten", "a-secret-that-is-forgotten", "a-token-that-is-forgotten", "another-that-is-forgotten")


run(TokenEndpoint, sys.argv[3:])
