#!/usr/bin/env python3
"""The locked postrider-oauth against npm's oidc-provider, which takes no code twice, no wrong verifier and no old refresh token; TAP.
Arguments: drive-oauth, tests/journey/servers, the build folder (npm is asked once a build folder)."""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from driver import Driver, run  # noqa: E402

DRIVER, SERVERS, BUILD = sys.argv[1:4]
HERE = os.path.dirname(os.path.abspath(__file__))
PATIENCE_S = 60
sys.dont_write_bytecode = True
sys.path.append(SERVERS)
import npm  # noqa: E402


def skip(why):
    print("1..0 # SKIP %s" % why)
    sys.exit(0)


def install():
    folder, reason = npm.install(BUILD, "token-provider-node", os.path.join(HERE, "provider"))
    if reason:
        skip(reason)
    return folder


class StrictProvider(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        port_file = os.path.join(cls.folder.name, "port")
        with open(os.path.join(cls.folder.name, "log"), "wb") as log:
            cls.provider = subprocess.Popen([os.path.join(NODE, "node"), os.path.join(NODE, "strict-provider.mjs"), port_file], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        while not os.path.exists(port_file):
            if cls.provider.poll() is not None or time.monotonic() > deadline:
                with open(os.path.join(cls.folder.name, "log"), encoding="utf-8") as log:
                    raise AssertionError("the provider did not start: " + log.read()[-2000:])
            time.sleep(0.05)
        with open(port_file, encoding="ascii") as file:
            cls.port = int(file.read())
        cls.driver = Driver(DRIVER)

    @classmethod
    def tearDownClass(cls):
        cls.provider.kill()
        cls.provider.wait()
        cls.folder.cleanup()
        assert cls.driver.close() == 0

    def ask(self, method, path, **keys):
        return self.driver.call(**{"method": method, "socket": "tcp", "port": self.port, "timeout": 30000, "client_id": "postrider",
                                   "url": "http://127.0.0.1:%d%s" % (self.port, path), **keys})

    def fresh(self, client="postrider"):
        with urllib.request.urlopen("http://127.0.0.1:%d/fresh-code?client=%s" % (self.port, client), timeout=30) as answer:
            made = json.load(answer)
        self.assertEqual("http://127.0.0.1:%d" % self.port, made.pop("iss"))
        return made

    def exchange(self, made, **keys):
        return self.ask("Exchange", "/token", **{**made, **keys})

    def sign_in(self):
        found = self.exchange(self.fresh())
        self.assertEqual(("done", ""), (found["outcome"], found["text"]))
        return found

    def refresh(self, token):
        return self.ask("Refresh", "/token", token=token)

    def works(self, token):
        request = urllib.request.Request("http://127.0.0.1:%d/me" % self.port, headers={"Authorization": "Bearer " + token})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as error:
            return error.code == 200

    def test_exchange(self):
        found = self.sign_in()
        self.assertTrue(self.works(found["access_token"]))
        self.assertFalse(self.works(found["access_token"][:-1] + "!"))
        self.assertGreater(int(found["expires_s"]), 60)
        self.assertIn("send", found["scope"].split(" "))
        self.assertTrue(found["refresh_token"])

    def test_refused_exchanges(self):
        for changed in ({"verifier": "x" * 43}, {"verifier": ""}, {"code": "invented"}, {"redirect": "http://127.0.0.1:49152/elsewhere"}):
            made = self.fresh()
            found = self.exchange(made, **changed)
            self.assertEqual("invalid_grant", found["outcome"], (changed, found))
            self.assertEqual(("", ""), (found["access_token"], found["refresh_token"]))
        self.assertEqual("done", self.exchange(self.fresh())["outcome"])
        self.assertEqual("invalid_client", self.exchange(self.fresh(), client_id="nobody")["outcome"])

    def test_code_twice(self):
        made = self.fresh()
        first = self.exchange(made)
        self.assertEqual("done", first["outcome"])
        self.assertEqual("invalid_grant", self.exchange(made)["outcome"])
        self.assertFalse(self.works(first["access_token"]))  # and what the first one gave is dead: why a request is never repeated

    def test_rotation(self):
        first = self.sign_in()
        second = self.refresh(first["refresh_token"])
        self.assertEqual("done", second["outcome"], second)
        self.assertNotIn(second["refresh_token"], ("", first["refresh_token"]))
        self.assertTrue(self.works(second["access_token"]))
        third = self.refresh(second["refresh_token"])
        self.assertEqual("done", third["outcome"])
        self.assertEqual("invalid_grant", self.refresh(second["refresh_token"])["outcome"])  # used up
        self.assertEqual("invalid_grant", self.refresh(third["refresh_token"])["outcome"])   # the whole sign-in with it

    def test_revocation(self):
        found = self.sign_in()
        self.assertEqual({"outcome": "done", "text": "", "is_begun": "true"}, self.ask("Revoke", "/token/revocation", token=found["refresh_token"]))
        self.assertEqual("invalid_grant", self.refresh(found["refresh_token"])["outcome"])
        self.assertFalse(self.works(found["access_token"]))
        self.assertEqual("done", self.ask("Revoke", "/token/revocation", token="invented")["outcome"])  # RFC 7009 §2.2

    def test_client_secret(self):
        made = self.fresh("with-secret")
        self.assertEqual("invalid_client", self.exchange(made, client_id="with-secret", client_secret="wrong")["outcome"])
        self.assertEqual("invalid_client", self.exchange(made, client_id="with-secret")["outcome"])
        self.assertEqual("done", self.exchange(made, client_id="with-secret", client_secret="a secret & more")["outcome"])


NODE = install()
run(StrictProvider, sys.argv[4:])
