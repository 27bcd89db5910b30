"""judged.py - tests/journey/servers/judge.py, an independent server, as the window's tests start it: it writes down what it took before it answers."""
import collections
import json
import os
import subprocess
import sys
import time

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Judge:
    def __init__(self, place, *flags):
        self.record, port = os.path.join(place, "judge.jsonl"), os.path.join(place, "port")
        self.keep = os.path.join(place, "mail")
        self.process = subprocess.Popen([sys.executable, os.path.join(SOURCE, "tests/journey/servers/judge.py"), "--record", self.record, "--port-file", port, "--keep", self.keep, *flags])
        while not os.path.exists(port):
            time.sleep(0.05)
        with open(port) as text:
            self.port = text.read().strip()

    def took(self):
        if not os.path.exists(self.record):
            return []
        with open(self.record) as lines:
            return [json.loads(line) for line in lines]

    def people(self):
        """address → how many messages"""
        return collections.Counter(to for line in self.took() for to in line["to"])

    def close(self):
        self.process.terminate()
        self.process.wait()
