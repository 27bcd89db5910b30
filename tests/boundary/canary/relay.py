"""A small SMTP server on loopback that wants a login, and can be told to keep everybody waiting for a look at them."""
import base64
import socket
import threading


class Relay:
    def __init__(self, user, password, hold_after):
        self.user, self.password, self.hold_after = user, password, hold_after
        self.go_on = threading.Event()
        self.logins, self.refused, self.messages = 0, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def check(self, user, password, say):
        good = (user, password) == (self.user, self.password)
        self.logins += good
        self.refused += not good
        say("235 2.7.0 welcome" if good else "535 5.7.8 no")

    def auth(self, words, lines, say):
        def ask(text):
            say("334 " + base64.b64encode(text.encode()).decode())
            return base64.b64decode(next(lines)).decode()

        if words[1].upper() == "PLAIN":
            plain = base64.b64decode(words[2]).decode() if len(words) > 2 else ask("")
            self.check(*plain.split("\0")[1:3], say)
        else:
            user = base64.b64decode(words[2]).decode() if len(words) > 2 else ask("Username:")
            self.check(user, ask("Password:"), say)

    def data(self, lines, say):
        say("354 go on")
        for line in lines:
            if line == ".":
                break
        self.messages += 1
        if self.messages > self.hold_after:
            self.go_on.wait()
        say("250 2.0.0 taken")

    def serve(self, connection):
        file = connection.makefile("rwb")

        def say(text):
            file.write(text.encode() + b"\r\n")
            file.flush()

        lines = iter(lambda: file.readline().decode("utf-8", "replace").rstrip("\r\n"), None)
        say("220 relay.example.org ESMTP")
        try:
            for line in lines:
                words = line.split() or [""]
                verb = words[0].upper()
                if verb == "EHLO":
                    say("250-relay.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN LOGIN\r\n250 SIZE 10000000")
                elif verb == "AUTH":
                    self.auth(words, lines, say)
                elif verb == "DATA":
                    self.data(lines, say)
                elif verb in ("QUIT", ""):
                    say("221 2.0.0 bye")
                    return
                else:
                    say("250 2.0.0 ok")
        except (OSError, StopIteration):
            pass
        finally:
            connection.close()
