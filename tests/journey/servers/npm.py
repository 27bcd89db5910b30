"""npm.py - a folder with Node and packages of npm, made by node.sh once a build folder."""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def install(build, name, *source):
    """Returns: the folder, and None; or why there is none."""
    folder = os.path.join(build, name)
    try:
        done = subprocess.run([os.path.join(HERE, "node.sh"), folder, *source], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=250, check=False)
    except subprocess.TimeoutExpired:
        return folder, "npm did not end in time"
    return folder, None if done.returncode == 0 else done.stdout.decode(errors="replace").strip().replace("\n", " ")[-300:]
