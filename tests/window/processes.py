"""processes.py - what can be seen of a running process from outside (proc(5))."""
import os

SPACES = ("net", "pid", "ipc", "uts", "mnt", "user")


def status(pid):
    with open("/proc/%d/status" % pid) as lines:
        return dict(line.rstrip("\n").split(":\t", 1) for line in lines if ":\t" in line)


def namespaces(pid):
    return {space: os.readlink("/proc/%s/ns/%s" % (pid, space)) for space in SPACES}


def environment(pid):
    with open("/proc/%d/environ" % pid, errors="replace") as text:
        return [entry for entry in text.read().split("\0") if entry]


def descriptors(pid):
    found = []
    for name in os.listdir("/proc/%d/fd" % pid):
        try:
            found.append(os.readlink("/proc/%d/fd/%s" % (pid, name)))
        except OSError:
            pass
    return found


def sockets(pid):
    """Lines of TCP, UDP and raw sockets of the process's network."""
    lines = []
    for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        with open("/proc/%d/net/%s" % (pid, kind)) as table:
            lines += table.read().splitlines()[1:]
    return lines


def interfaces(pid):
    with open("/proc/%d/net/dev" % pid) as table:
        return sorted(line.split(":")[0].strip() for line in table.read().splitlines()[2:])


def below(pid):
    """The processes that it started, and those that these did."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        try:
            with open("/proc/%d/task/%d/children" % (one, one)) as children:
                todo += [int(child) for child in children.read().split()]
            found.append(one)
        except OSError:
            pass
    return found[1:]


def filters(pid):
    """Seccomp filters: children inherit them."""
    return int(status(pid)["Seccomp_filters"])
