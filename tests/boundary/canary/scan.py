"""Looks for a secret in every form in which it might have been left: in files, and in what /proc shows of a process."""
import base64
import os
import re

CHUNK = 8 << 20
REGION_MAX = 1 << 30  # sanitizers' shadow memory: reserved, never a place for a password


def forms(secret):
    """name -> octets. base64: the part that is the same at each of the three alignments."""
    raw = secret.encode()
    found = {"raw": raw, "reversed": raw[::-1], "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode(),
             "percent": "".join("%%%02X" % b for b in raw).encode(), "percent-lower": "".join("%%%02x" % b for b in raw).encode(),
             "utf-16": secret.encode("utf-16-le")}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw)
        found["base64+%d" % shift] = whole[(shift * 8 + 5) // 6:len(whole) // 4 * 4 - 4]
    return found


def find(octets, wanted):
    return [name for name, form in wanted.items() if form in octets]


def scan_stream(read, wanted):
    """read(n) -> octets. Overlaps, so that nothing hides on the border of two chunks."""
    longest, tail, hits = max(map(len, wanted.values())), b"", set()
    while True:
        chunk = read(CHUNK)
        if not chunk:
            return sorted(hits)
        hits.update(find(tail + chunk, wanted))
        tail = chunk[-longest:]


def scan_file(path, wanted):
    with open(path, "rb") as file:
        return scan_stream(file.read, wanted)


def scan_folder(folder, wanted):
    """Every file below it: SQLite's free pages, the WAL, logs, journals. Returns (hits, number of files)."""
    hits, count = [], 0
    for root, _, names in os.walk(folder):
        hits += ["name of " + os.path.join(root, n) for n in names if find(n.encode(), wanted)]
        for name in names:
            path = os.path.join(root, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            count += 1
            hits += ["%s: %s" % (path, form) for form in scan_file(path, wanted)]
    return hits, count


def regions(pid):
    with open("/proc/%d/maps" % pid) as maps:
        for line in maps:
            at = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)", line)
            start, end, rights, name = int(at[1], 16), int(at[2], 16), at[3], at[4]
            if rights[0] == "r" and end - start <= REGION_MAX and name not in ("[vvar]", "[vsyscall]"):
                yield start, end, name


def scan_memory(pid, wanted):
    """Returns hits. PermissionError: it is closed to us."""
    hits = []
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as memory:
        for start, end, name in regions(pid):
            at, tail = start, b""
            while at < end:
                try:
                    memory.seek(at)
                    chunk = memory.read(min(CHUNK, end - at))
                except OSError:  # guard pages
                    break
                if not chunk:
                    break
                hits += ["memory %s: %s" % (name or "anonymous", form) for form in find(tail + chunk, wanted)]
                tail = chunk[-256:]
                at += len(chunk)
    return sorted(set(hits))


def scan_process(pid, wanted, shown):
    """environ, cmdline, memory, memfds that are still open. `shown` collects what could be looked into at all."""
    hits = []
    for part in ("cmdline", "environ"):
        try:
            with open("/proc/%d/%s" % (pid, part), "rb") as file:
                hits += ["%s: %s" % (part, form) for form in scan_stream(file.read, wanted)]
            shown.add(part)
        except PermissionError:
            pass
    try:
        hits += scan_memory(pid, wanted)
        shown.add("memory")
        for fd in os.listdir("/proc/%d/fd" % pid):
            path = "/proc/%d/fd/%s" % (pid, fd)
            if os.readlink(path).startswith("/memfd:"):
                with open(path, "rb") as file:
                    hits += ["open memfd: %s" % form for form in scan_stream(file.read, wanted)]
        shown.add("memfds")
    except PermissionError:
        pass
    return hits
