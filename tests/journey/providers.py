"""providers.py - where people sign in, and a mail server that asks there whose a token is: programs of Node, for sign-in.py. Provider is npm's oidc-provider, Fake
has Google's or Microsoft's form, SignIn is a command that signs somebody in."""
import json
import os
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request

import fixture as journey
from fixture import Skip, check, wait_for

sys.path.append(journey.SERVERS)
import npm  # noqa: E402

ADDRESS = "ann@example.org"
PROVIDERS = os.path.join(os.path.dirname(journey.HERE), "unit/confined/oauth/provider")


def install(build, name, *source):
    folder, reason = npm.install(build, name, *source)
    if reason:
        raise Skip(reason)
    return folder


def install_providers(build):
    return install(build, "token-provider-node", PROVIDERS)


class Node:
    """A program of Node that writes its port into a file."""

    def __init__(self, fixture, name, words):
        fixture.servers.append(self)
        self.log = open(os.path.join(fixture.folder, name + ".log"), "ab")
        # what the servers ask each other, and their own browser, goes by our certificate
        env = {**os.environ, "NODE_TLS_REJECT_UNAUTHORIZED": "0"} if any(word.endswith("cert.pem") for word in words) else None
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=env)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


def read_port(path):
    wait_for(lambda: os.path.exists(path), path)
    with open(path, encoding="ascii") as file:
        return int(file.read())


class Provider:
    def __init__(self, fixture, access_s=3600):
        folder = install_providers(fixture.build)
        port_file = os.path.join(fixture.folder, "provider.port")
        self.node = Node(fixture, "provider", [os.path.join(folder, "node"), os.path.join(folder, "strict-provider.mjs"), port_file, str(access_s)])
        self.port = read_port(port_file)
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.userinfo = self.issuer + "/me"

    def ask(self, path, **query):
        with urllib.request.urlopen(f"{self.issuer}{path}?{urllib.parse.urlencode(query)}", timeout=60, context=ssl._create_unverified_context()) as answer:
            return json.load(answer)

    def browse(self, url, **how):
        return self.ask("/browse", url=url, **how)

    def refreshes(self):
        return [one for one in self.ask("/asked") if one.get("grant_type") == "refresh_token"]

    def write_file(self, fixture, smtp_port, **other):
        """As a person would describe it."""
        rows = {"name": "Strict", "authorize": self.issuer + "/auth", "token": self.issuer + "/token", "revoke": self.issuer + "/token/revocation", "issuer": self.issuer,
                "scopes": "openid offline_access send", "extra": "prompt=consent", "redirect": "localhost", "pkce": "yes", "secret": "no", "embedded": "no", "rotates": "yes",
                "smtp": f"smtp://127.0.0.1:{smtp_port}", **other}
        return fixture.write("provider.ini", "[provider]\n" + "".join(f"{key}={value}\n" for key, value in rows.items()))


class Fake:
    """Google's or Microsoft's form of it."""

    def __init__(self, fixture, form, access_s=3599, tls=None, units=6000, delay_ms=0):
        folder, said = install_providers(fixture.build), os.path.join(fixture.folder, form + ".json")
        self.mail = os.path.join(fixture.folder, form + "-mail")
        os.makedirs(self.mail)
        Node(fixture, form, [os.path.join(folder, "node"), os.path.join(folder, "fake-provider.mjs"), form, said, str(access_s), *([tls + "/cert.pem", tls + "/key.pem"] if tls else []),
                             "--mail", self.mail, "--units", str(units), *(["--delay", str(delay_ms)] if delay_ms else [])])
        wait_for(lambda: os.path.exists(said), form)
        with open(said, encoding="utf-8") as file:
            self.said = json.load(file)
        self.issuer, self.userinfo = self.said["origin"], self.said["origin"] + "/me"

    ask, browse = Provider.ask, Provider.browse

    def refreshes(self):
        return [{"begun": one["at"], "ended": one["at"]} for one in self.ask("/asked") if one["grant_type"] == "refresh_token"]

    def endpoints(self, mail=None):
        """mail: a MailServer; None: by its API."""
        pairs = [f"{key}={self.said[key]}" for key in ("authorize", "token", "revoke", *(() if mail else ("api", "upload"))) if key in self.said]
        pairs += [f"smtp={mail.place}"] if mail else []
        return [word for pair in pairs for word in ("--endpoint", pair)]


    # --- Gmail's API ---
    def sent(self):
        return self.ask("/gmail/sent")

    def answers(self):
        return self.ask("/gmail/said")

    def order(self, *plan):
        """What goes wrong next: gmail-api.mjs."""
        request = urllib.request.Request(self.issuer + "/gmail/plan", data=json.dumps(plan).encode(), method="POST")
        urllib.request.urlopen(request, timeout=60, context=ssl._create_unverified_context()).close()


class MailServer:
    """provider: whose tokens it takes; None: anybody's letters."""

    def __init__(self, fixture, provider, tls=None):
        folder = install(fixture.build, "journey-node")
        self.mail, port_file = os.path.join(fixture.folder, "mail"), os.path.join(fixture.folder, "mail.port")
        self.node = Node(fixture, "mail", [os.path.join(folder, "node"), os.path.join(folder, "smtp-server.mjs"), "--dir", self.mail, "--port-file", port_file,
                                           *(["--user", ADDRESS, "--userinfo", provider.userinfo] if provider else []),
                                           *(["--implicit", "--cert", tls + "/cert.pem", "--key", tls + "/key.pem"] if tls else [])])
        self.port = read_port(port_file)
        self.place = f"smtps://localhost:{self.port}" if tls else f"smtp://127.0.0.1:{self.port}"

    def recipients(self):
        names = [name for name in os.listdir(self.mail) if name.endswith(".json")]
        found = []
        for name in names:
            with open(os.path.join(self.mail, name), encoding="utf-8") as file:
                found += json.load(file)["to"]
        return sorted(found)


class Dovecot:
    """Debian's Dovecot before a MailServer: it asks the provider whose each token is."""

    SCRIPT = os.path.join(journey.SERVERS, "dovecot.sh")

    def __init__(self, fixture, provider, relay, mechanisms="xoauth2 oauthbearer"):
        self.folder = os.path.join(fixture.folder, "dovecot")
        env = {**os.environ, "DOVECOT_USERINFO": provider.issuer + "/introspect", "DOVECOT_RELAY_PORT": str(relay.port), "DOVECOT_MECHANISMS": mechanisms}
        done = subprocess.run([self.SCRIPT, "start", self.folder], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        if done.returncode == 77:
            raise Skip(done.stdout.strip())
        check(done.returncode == 0, "Dovecot did not start:", done.stdout, done.stderr)
        fixture.servers.append(self)
        self.port = read_port(os.path.join(self.folder, "port"))
        self.place = f"smtp://127.0.0.1:{self.port}"

    def said(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self):
        subprocess.run([self.SCRIPT, "stop", self.folder], stdin=subprocess.DEVNULL, check=False, timeout=60)


class SignIn:
    """A command that signs somebody in; its events are read as they come."""

    def __init__(self, fixture, *words):
        self.fixture = fixture
        self.process = subprocess.Popen([fixture.program, *words, "--no-browser", "--jsonl"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=fixture.environment(), cwd=fixture.folder)
        self.opened = self.read_event()
        check(self.opened and self.opened["event"] == "open", self.opened, self.opened or self.process.communicate(timeout=30))
        self.url, self.redirect = self.opened["url"], self.opened["redirect"]

    def read_event(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def end(self):
        """Returns: exit status, the last event."""
        event = self.read_event()
        status = self.process.wait(timeout=60)
        self.fixture.seen.append(self.process.stderr.read().decode(errors="replace"))
        self.process.stdout.close()
        self.process.stderr.close()
        return status, event
