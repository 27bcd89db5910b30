"""keys.py - a real key for a window of the shell's own, by xdotool."""
import subprocess
import time


def press(display, title, key):
    """A real key into a window of the shell's own. Returns: FALSE: there is none."""
    for _ in range(50):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], env={"DISPLAY": display.name}, capture_output=True, text=True).stdout.split()
        if len(found) > 1:
            break
        time.sleep(0.1)
    if len(found) < 2:  # the window, and the question
        return False
    time.sleep(1)  # it takes no answer of the first moments
    for words in (["windowfocus", "--sync", found[-1]], ["key", key]):
        subprocess.run(["xdotool", *words], env={"DISPLAY": display.name}, check=True, timeout=20)
    return True
