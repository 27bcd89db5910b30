"""A client of core as the window is one: what the command line does not ask for."""
import json
import os
import struct
import subprocess

from fixture import check


def read_frame(octets):
    """src/shared/wire/frame.h"""
    data = bytes(octets)
    count, at, rows = struct.unpack_from("<I", data, 4)[0], 8, []
    for _ in range(count):
        key, aux, n = struct.unpack_from("<QIH", data, at)
        at += 14
        fields = []
        for _ in range(n):
            size = struct.unpack_from("<I", data, at)[0]
            fields.append(data[at + 4:at + 4 + size].decode(errors="replace"))
            at += 4 + size
        rows.append((key, aux, fields))
    check(at == len(data), "the frame has an end", at, len(data))
    return rows


class Window:
    """A connection of its own, as the window has one."""

    def __init__(self, fixture, *files):
        fixture.run("lists")  # starts core
        self.process = subprocess.Popen([os.path.join(fixture.build, "tests/helpers/app-call/app-call"), os.path.join(fixture.home, "core.sock"), *files],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=fixture.environment())
        fixture.servers.append(self)

    def ask(self, method, body="()"):
        self.process.stdin.write(f"{method} {body}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        check("ok" in answer, method, answer)
        return answer["ok"]

    def refused(self, method, body, word):
        self.process.stdin.write(f"{method} {body}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        check(answer.get("fault", "").endswith("." + word), method, "should be refused:", word, answer)
        return answer["text"]

    def stop(self):
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()
