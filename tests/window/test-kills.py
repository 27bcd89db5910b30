#!/usr/bin/env python3
"""test-kills.py BUILD: kill -9 in the middle of a campaign: of the web process, of the shell, of core. What the window shows afterwards is the truth, and the
independent server has nobody twice. And in the middle of a letter: it is there again. TAP."""
import json
import os
import signal
import sys
import tempfile
import time

from judged import Judge
from person import Person
from tap import Tap
from window import Display, Window

PEOPLE = 240  # chosen: some fifteen seconds of sending at the judge's pace


class Kills:
    def __init__(self, build):
        self.tap, self.build = Tap(), build
        self.place = tempfile.mkdtemp(prefix="kills-")
        os.chmod(self.place, 0o755)
        self.judge, self.display = Judge(self.place, "--answer-delay-ms", "250"), Display()
        self.window = Window(build, display=self.display, shell="postrider-shell-page")
        self.person = Person(self.window)
        self.windows = [self.window]

    def ok(self, good, name, why=""):
        self.tap.ok(bool(good), name, why)

    def prepare(self):
        """By the bridge: test-journey.py goes the long way."""
        people = "name,email\\n" + "".join("Guest %d,guest%d@example.org\\n" % (number, number) for number in range(PEOPLE))
        self.window.command("account", "add", "office", "office@example.org", "--host", "127.0.0.1", "--port", str(self.judge.port), "--tls", "none", "--no-password")
        return self.window.script(
            "await postrider.import(await postrider.pasteText('%s'), 'guests', {});"
            "const [campaign, summary] = Object.values(await postrider.campaignPrepare({account: 'office', lists: ['guests'], subject: 'Hello {{name}}', text: 'Dear {{name}}', html: '', from: 'office@example.org'}, []));"
            "await postrider.campaignStart(campaign); return [campaign, summary.queued]" % people, 60)

    def wait_for_mail(self, more):
        """Until the judge has that many more than now: it goes on."""
        goal, end = len(self.judge.took()) + more, time.time() + 20
        while len(self.judge.took()) < goal and time.time() < end:
            time.sleep(0.05)
        return len(self.judge.took()) >= goal

    def shows_running(self, name):
        self.person.wait_for("Going on now", 30)
        shown = self.person.wait("document.body.innerText.includes('Hello') && document.body.innerText", "the campaign is not on Start")
        self.ok("sending" in shown, name, shown)

    def end_web_process(self):
        pid = next(pid for name, pids in self.window.processes().items() if name.startswith("WebKitWebProces") for pid in pids)
        os.kill(pid, signal.SIGKILL)

    def kill_web_process(self):
        self.end_web_process()
        went_on = self.wait_for_mail(8)
        self.window.wait_for_page()
        self.shows_running("web process killed: the page comes back by itself and shows the campaign that is being sent")
        self.ok(went_on, "and meanwhile it went on")

    def kill_shell(self):
        self.window.process.kill()
        self.window.stop()
        self.ok(self.wait_for_mail(8), "shell killed: the campaign goes on without a window")
        self.open_again()
        self.shows_running("opened again, the window shows it")

    def open_again(self):
        self.window.start()
        self.window.wait_for_page()

    def kill_core(self):
        self.ok(len(self.judge.people()) < PEOPLE - 20, "core is killed in the middle", len(self.judge.people()))
        os.kill(self.window.core_pid(), signal.SIGKILL)
        self.person.wait_for("engine stopped", 10)
        self.window.picture(os.path.join(self.build, "window-pictures", "core-lost-light.png"))
        self.ok(True, "core killed: the window says so, calmly")
        self.window.stop()
        self.ok(self.window.command("campaign", "list").returncode == 0, "core is there again as soon as it is asked")
        self.open_again()
        state = self.window.script("return (await postrider.campaignList())[0]")
        self.ok(state["state"] in ("paused", "sending", "waiting", "done"), "a new window shows where it stands: %s" % state["state"], state)
        return state

    def let_it_end(self, campaign):
        """Where core wants to be told, the person tells it; those of whom nobody knows are not sent to again."""
        self.person.sit_down()
        self.person.go("campaigns/%s" % campaign)
        self.window.picture(os.path.join(self.build, "window-pictures", "after-core-light.png"))
        end = time.time() + 60
        while time.time() < end:
            state = self.window.script("return await postrider.campaignShow('%s')" % campaign)
            if state["state"] == "paused":
                self.person.press("Go on")
            if state["state"] == "done":
                break
            time.sleep(0.5)
        return state

    def judge_it(self, campaign, state):
        twice = [who for who, times in self.judge.people().items() if times != 1]
        self.ok(not twice, "nobody got it twice, says the judge", twice)
        took, counted = len(self.judge.people()), {key: int(state[key]) for key in ("accepted", "unknown", "queued", "refused")}
        self.ok(state["state"] == "done" and counted["accepted"] + counted["unknown"] == PEOPLE, "it ends, and everybody is accounted for", (state["state"], counted))
        self.ok(counted["accepted"] <= took <= counted["accepted"] + counted["unknown"], "whoever is shown as accepted was taken by the judge", (took, counted))
        if counted["unknown"] > 0:
            self.person.wait_for("Nobody knows whether")
            self.window.picture(os.path.join(self.build, "window-pictures", "campaign-unknown-light.png"))
            self.ok("Send it again" in self.person.words() and "Treat as sent" in self.person.words(), "of %d nobody knows: the window explains it and leaves the choice" % counted["unknown"])

    # --- a letter ---
    def letter(self):
        self.person.go("compose")
        self.person.wait_for("Your letter is still here", 30)
        return self.person.see("return ['Subject', 'Message as text'].map((label) => field(label).value)")

    def kill_in_mid_letter(self):
        self.person.sit_down()
        self.person.go("compose")
        self.person.type_into("Subject", "To {{name}}")
        self.person.type_into("Message as text", "Dear {{name}}, I was about to say")
        self.person.wait("(await postrider.draftShow()).text?.endsWith('about to say')", "core does not get the letter", 60)
        self.end_web_process()
        self.window.wait_for_page()
        self.ok(self.letter() == ["To {{name}}", "Dear {{name}}, I was about to say"], "web process killed in mid-letter: the letter is there again")
        self.window.picture(os.path.join(self.build, "window-pictures", "letter-back-light.png"))
        self.person.put_into("Message as text", "Dear {{name}}, this is all.")
        self.person.go("start")  # leaving the view keeps it at once
        self.window.process.kill()
        self.window.stop()
        self.open_again()
        self.ok(self.letter() == ["To {{name}}", "Dear {{name}}, this is all."], "shell killed after the view was left: the last word is there too")
        self.begin_anew()

    def begin_anew(self):
        self.person.sit_down()
        self.person.press("Begin anew")
        self.person.wait("field('Subject').value === '' && !Object.keys(await postrider.draftShow()).length", "core keeps the letter")
        left = self.window.script("return await postrider.draftShow()")
        self.ok(left == {}, "begun anew, core has nothing of it", left)

    def run(self):
        campaign, queued = self.prepare()
        self.ok(queued == str(PEOPLE), "a campaign to %d people begins" % PEOPLE, queued)
        self.wait_for_mail(5)
        self.person.see("location.hash = '#/start'; return 1")
        self.shows_running("the window shows it on Start")
        self.kill_web_process()
        self.kill_shell()
        self.kill_core()
        self.judge_it(campaign, self.let_it_end(campaign))
        self.kill_in_mid_letter()

    def close(self):
        self.window.close()
        self.judge.close()
        self.display.close()


def main(build):
    os.makedirs(os.path.join(build, "window-pictures"), exist_ok=True)
    kills = Kills(build)
    try:
        kills.run()
    except Exception as why:  # the rest cannot go on without it
        kills.ok(False, "the way goes on", "%s: %s" % (type(why).__name__, why))
    finally:
        kills.close()
    return kills.tap.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
