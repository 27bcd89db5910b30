"""window.py - the window against Chromium with the same page: first paint on the screen, and the memory of all processes.

One Xvfb, whose screen is a file that is looked at here: the judge is what a person would see. Ours is `postrider app` from nothing (no core runs, an
empty home). Chromium's is the page of the same sources on loopback, with the mock of core built in (page/mock, scene=empty), as an application
window without its toolbars, with a profile that was used before: it has no core, no store and no cage to start.
"""
import contextlib
import functools
import glob
import http.server
import mmap
import os
import shutil
import signal
import statistics
import struct
import subprocess
import threading
import time

import ours
from result import Result, at_most

WIDTH, HEIGHT = 1280, 900
USER = "postrider-bench"
COLOURS = 8          # chosen: text has more shades than that; an empty window, a frame or a spinner has fewer
LOOK_EVERY_S = 0.002
SETTLE_S = 5         # chosen: what is loaded late is loaded, what was freed is freed


class Screen:
    """Xvfb with its picture in a file (XWD)."""

    def __init__(self, folder):
        read, write = os.pipe()
        self.process = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", folder, "-noreset", "-nolisten", "tcp"],
                                        pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.name = ":" + pipe.readline().strip()
        with open(os.path.join(folder, "Xvfb_screen0"), "rb") as file:
            self.picture = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        header = struct.unpack(">25I", self.picture[:100])
        self.line, self.start = header[12], header[0] + 12 * header[19]

    def has_page(self):
        """Text in the middle: both windows begin at the left upper corner and cover it."""
        colours = set()
        for y in range(HEIGHT // 6, HEIGHT * 2 // 3, 3):
            begin = self.start + y * self.line + 4 * (WIDTH // 4)
            colours.update(memoryview(self.picture[begin:begin + 4 * (WIDTH // 2)]).cast("I"))
            if len(colours) >= COLOURS:
                return True
        return False

    def close(self):
        self.process.terminate()
        self.process.wait()


class Person:
    """An ordinary user of ours alone: all of its processes are the measured program's."""

    def __init__(self, folder):
        if os.geteuid() != 0:
            raise ours.Trouble("the window is measured by root, who makes an ordinary user for it")
        subprocess.run(["useradd", "-r", "-M", "-s", "/usr/sbin/nologin", USER], check=True)
        found = subprocess.run(["id", "-u", USER], capture_output=True, text=True, check=True)
        self.uid, self.folder = int(found.stdout), folder

    def home(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(path, mode=0o700, exist_ok=True)
        os.chown(path, self.uid, self.uid)
        return path

    def start(self, words, home, screen):
        environment = {"PATH": "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8", "DISPLAY": screen.name, "XDG_RUNTIME_DIR": home}
        return subprocess.Popen(["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups", "--inh-caps=-all", "--", *words], env=environment, cwd="/",
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def processes(self):
        found = []
        for path in glob.glob("/proc/[0-9]*"):
            try:
                if os.stat(path).st_uid == self.uid or f"Uid:\t{self.uid}\t" in open(path + "/status", encoding="utf-8").read():
                    found.append(int(path[6:]))
            except OSError:
                pass
        return found

    def memory(self):
        """{program: PSS in MiB}"""
        found = {}
        for pid in self.processes():
            try:
                with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                    name = file.read().strip()
                with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
                    kib = next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            except (OSError, StopIteration):
                continue
            found[name] = found.get(name, 0) + kib / 1024
        return found

    def end_all(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.processes():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            end = time.monotonic() + 5
            while self.processes() and time.monotonic() < end:
                self.reap()
                time.sleep(0.05)

    def reap(self):
        """Core, whose parent left, is a child of ours now (run.py)."""
        for pid in self.processes():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)

    def close(self):
        self.end_all()
        subprocess.run(["userdel", USER], check=False)


def build_mock(build, root):
    """page/mock and the page, of the same sources. Returns: the folder."""
    work = os.path.join(build, "bench-page")
    subprocess.run([f"{root}/page/build.sh", os.path.join(build, "bench-page-dist"), "", work], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(f"{work}/page/mock", ignore_errors=True)
    shutil.copytree(f"{root}/page/mock", f"{work}/page/mock")
    environment = dict(os.environ, NODE_ENV="production", PATH=f"{work}/tool/bin:{os.environ['PATH']}")
    subprocess.run(["node_modules/.bin/vite", "build", "--mode", "mock", "--logLevel", "error"], cwd=f"{work}/page", env=environment, check=True)
    return f"{work}/page/dist-mock"


def copy_programs(build, folder):
    """To where an ordinary user may run them, as they are installed."""
    os.makedirs(f"{folder}/page")
    for path in glob.glob(f"{build}/src/*/postrider*") + glob.glob(f"{build}/src/confined/*/postrider*"):
        if os.path.isfile(path) and os.access(path, os.X_OK) and not path.endswith(".so"):
            shutil.copy(path, folder)
    shutil.copy(f"{build}/src/confined/page/postrider-page.so", f"{folder}/page")
    if not os.path.exists(f"{folder}/postrider-shell"):
        raise ours.Trouble("the build has no window: build the page first (page/build.sh)")
    return f"{folder}/postrider"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def serve(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def play(person, screen, words, home):
    """Returns: ms until the page is on the screen, {program: MiB}."""
    if screen.has_page():
        raise ours.Trouble("the screen is not empty before the start")
    begun = time.monotonic()
    process = person.start(words, home, screen)
    ours.wait_until(screen.has_page, f"the first paint of {words[0]}", 60, LOOK_EVERY_S)
    took = (time.monotonic() - begun) * 1000
    time.sleep(SETTLE_S)
    memory = person.memory()
    process.poll()
    person.end_all()
    process.wait()
    ours.wait_until(lambda: not screen.has_page(), "an empty screen", 10)
    return took, memory


def add_pair(result, title, unit, bound, found):
    rows = [{"program": name, f"median, {unit}": statistics.median(values), f"least, {unit}": min(values), f"most, {unit}": max(values)} for name, values in found.items()]
    result.add_table(title, rows)
    ratio = statistics.median(mine / theirs for mine, theirs in zip(found["postrider"], found["chromium"]))
    result.add_goal(f"{title}: postrider / chromium, median of the rounds", at_most(bound, "×"), ratio)


def add_parts(result, name, rounds):
    parts = sorted({part for found in rounds for part in found})
    result.add_table(f"What costs what: {name}", [{"process": part, "PSS, MiB": statistics.median(found.get(part, 0) for found in rounds)} for part in parts])


def measure(context):
    result, root = Result(), os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    os.chmod(context.place, 0o755)
    place = context.folder("window")
    command = copy_programs(context.tools.build, os.path.join(place, "programs"))
    server = serve(build_mock(context.tools.build, root))
    screen = Screen(context.folder("screen"))
    person = Person(place)
    address = f"http://127.0.0.1:{server.server_address[1]}/?scene=empty"
    profile = person.home("chromium")
    both = {"postrider": lambda number: ([command, "app"], person.home(f"home-{number}")),
            "chromium": lambda number: (["chromium", "--no-first-run", "--no-default-browser-check", f"--user-data-dir={profile}/profile", "--window-position=0,0",
                                         f"--window-size={WIDTH},{HEIGHT}", f"--app={address}"], profile)}
    paints, memories = {name: [] for name in both}, {name: [] for name in both}
    try:
        for number in range(-1, max(context.rounds, 5)):  # the first warms the caches of the disk, and Chromium's profile
            for name, get_words in both.items():
                took, memory = play(person, screen, *get_words(number))
                if number >= 0:
                    paints[name].append(took)
                    memories[name].append(memory)
    finally:
        person.close()
        screen.close()
        server.shutdown()
    result.versions = {"postrider": subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1],
                       "chromium": subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]}
    add_pair(result, "first paint", "ms", 0.7, paints)
    add_pair(result, "PSS of all processes", "MiB", 0.5, {name: [sum(found.values()) for found in rounds] for name, rounds in memories.items()})
    for name, rounds in memories.items():
        add_parts(result, name, rounds)
    result.add_note(f"Load of the machine at the end: {os.getloadavg()[0]:.1f}; ours with core, desk, shell, cage and WebKit's processes, from `postrider app` without a core.")
    return result


BENCHMARKS = {"window": measure}
