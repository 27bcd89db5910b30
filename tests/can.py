#!/usr/bin/env python3
"""can.py - what this machine can, tried within seconds: a test skips what it cannot, with the reason, before it waits for anything.

    can.py                        a line for each ability: yes, or why not
    can.py NEED… -- COMMAND…      runs the command; where a need is missing says "1..0 # SKIP why" (TAP) instead
    from can import why_not       None, or the reason
"""
import functools
import os
import select
import shutil
import subprocess
import sys
import tempfile

USER = 65534  # nobody, as the window's tests run
AS_USER = ["setpriv", "--reuid=%d" % USER, "--regid=%d" % USER, "--clear-groups", "--inh-caps=-all", "--"]
PATIENCE_S = 60  # chosen: far more than a busy machine takes, far less than a test
# As core tries it (src/core/window/sandbox-probe.c) and WebKit does it: a box in a box.
BOX = ["bwrap", "--unshare-user", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL", "--die-with-parent",
       "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--",
       "bwrap", "--unshare-user", "--unshare-net", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "--", "/bin/true"]


def find_missing(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    return "%s is missing" % ", ".join(missing) if missing else None


def try_command(words, what):
    """None, or WHAT with the command's last word on it."""
    missing = find_missing(words[0])
    if missing:
        return missing
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return "%s: no answer within %d s" % (what, PATIENCE_S)
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return None if done.returncode == 0 else "%s%s" % (what, ": " + said[-1] if said else "")


def has_witness(folder):
    """As core sees it (src/core/ledger/superblock.h): does this file system tell one mount from the next? Else a crash leaves more people unknown."""
    try:
        done = subprocess.run(["findmnt", "--noheadings", "--first-only", "--output", "FSTYPE", "--target", folder], stdout=subprocess.PIPE, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    kind = done.stdout.strip()
    return kind in ("tmpfs", "ramfs") or (kind in ("ext4", "xfs", "f2fs", "btrfs") and os.path.isdir("/sys/fs/" + kind))


@functools.lru_cache()
def lasting_folder():
    """Where tests of what a crash leaves put their data: /tmp, or memory where /tmp has no witness (overlay, no /sys)."""
    return next((folder for folder in ("/tmp", "/dev/shm") if has_witness(folder)), "/tmp")


def root():
    """to become an ordinary user, to see what others must not"""
    return None if os.geteuid() == 0 else "needs root"


def mounts():
    """mounts of one's own that nobody else sees; a plain chroot has no root mount whose propagation could be changed"""
    return root() or try_command(["unshare", "--mount", "--propagation", "private", "true"], "no mounts of one's own here")


def loop():
    """a file system in a file"""
    missing = mounts() or find_missing("mkfs.ext4")
    if missing:
        return missing
    with tempfile.TemporaryDirectory(prefix="can-") as folder:
        image = os.path.join(folder, "image")
        with open(image, "wb") as out:
            out.truncate(4 << 20)
        made = try_command(["mkfs.ext4", "-q", image], "no ext4 can be made here")
        script = 'mount -o loop "$1" /mnt && umount /mnt'
        return made or try_command(["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", image], "no loop device can be mounted here")


def namespaces():
    """a process, as the locks make it, without network and names of others"""
    return root() or try_command(["unshare", "--net", "--ipc", "--uts", "true"], "no namespaces here")


def box():
    """the window's walls, which an ordinary user builds"""
    return try_command((AS_USER if os.geteuid() == 0 else []) + BOX, "no user namespaces, which the window's walls need (postrider doctor)")


def display():
    """an X server without a screen"""
    missing = find_missing("Xvfb")
    if missing:
        return missing
    read, write = os.pipe()
    with subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "64x64x24", "-nolisten", "tcp"], pass_fds=[write], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as pipe:
            is_there = bool(select.select([pipe], [], [], PATIENCE_S)[0]) and pipe.readline().strip() != ""
        server.terminate()
    return None if is_there else "Xvfb does not start here"


def memory():
    """shared memory, which WebKit's processes and the display pass pictures in"""
    try:
        with tempfile.TemporaryFile(dir="/dev/shm"):
            return None
    except OSError as error:
        return "no shared memory (/dev/shm): %s" % error.strerror


def terminals():
    try:
        for end in os.openpty():
            os.close(end)
        return None
    except OSError as error:
        return "there are no terminals here (/dev/pts is not mounted): %s" % error.strerror


ABILITIES = {each.__name__: each for each in (root, mounts, loop, namespaces, box, display, memory, terminals)}


@functools.lru_cache(None)
def why_not(*needs):
    """The first need that is missing, in words; None: all is there. A need of another name is a program."""
    for need in needs:
        reason = ABILITIES[need]() if need in ABILITIES else find_missing(need)
        if reason:
            return reason
    return None


def main(words):
    if not words:
        for name in ABILITIES:
            print("%-12s %s" % (name, why_not(name) or "yes"))
        return 0
    if "--" not in words[:-1]:
        print(__doc__, file=sys.stderr)
        return 64
    border = words.index("--")
    reason = why_not(*words[:border])
    if reason:
        print("1..0 # SKIP " + reason)
        return 0
    sys.stdout.flush()
    os.execvp(words[border + 1], words[border + 1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
