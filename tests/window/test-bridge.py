#!/usr/bin/env python3
"""test-bridge.py BUILD: what the bridge takes and refuses, what an owned web process may say to the shell, floods, files, ends. TAP."""
import os
import re
import signal
import subprocess
import sys
import time

from keys import press
from tap import Tap
from window import AS_USER, Display, Window, cage


# call, word of the fault it must be refused with; None: it is taken (the control beside it)
CALLS = [
    ("templateSave('t', {subject: 's', html: '', text: 't'}, [])", None),
    ("templateSave('a'.repeat(128), {subject: 's'}, [])", None),
    ("templateSave('a'.repeat(129), {subject: 's'}, [])", "Usage"),
    ("templateSave('\\u00e4'.repeat(64), {subject: 's'}, [])", None),  # octets are counted, not characters
    ("templateSave('\\u00e4'.repeat(65), {subject: 's'}, [])", "Usage"),
    ("templateSave('a\\nb', {subject: 's'}, [])", "Usage"),
    ("templateSave('a\\0b', {subject: 's'}, [])", "Usage"),
    ("templateSave('a\\ud800b', {subject: 's'}, [])", "Usage"),
    ("templateSave('a\\ud83d\\ude00b', {subject: 's'}, [])", None),
    ("templateSave(new String('a'), {subject: 's'}, [])", "Usage"),
    ("templateSave(Symbol('a'), {subject: 's'}, [])", "Usage"),
    ("templateSave(null, {subject: 's'}, [])", "Usage"),
    ("templateSave(['a'], {subject: 's'}, [])", "Usage"),
    ("templateSave('t', null, [])", "Usage"),
    ("templateSave('t', [], [])", "Usage"),
    ("templateSave('t', () => 1, [])", "Usage"),
    ("templateSave('t', {subject: 1}, [])", "Usage"),
    ("templateSave('t', {subject: null}, [])", "Usage"),
    ("templateSave('t', {[Symbol('x')]: 's'}, [])", "Usage"),
    ("templateSave('t', {get subject() { return 's' }}, [])", "Usage"),
    ("templateSave('t', new Proxy({subject: 's'}, {}), [])", None),
    ("templateSave('t', new Proxy({}, {ownKeys() { throw new Error('trap') }}), [])", "Usage"),
    ("templateSave('t', new Proxy({}, {ownKeys() { return Array.from({length: 200000}, (_, i) => 'k' + i) }, getOwnPropertyDescriptor() { return {value: 's', configurable: true} }}), [])", "Usage"),
    ("templateSave('t', new Proxy({subject: 's'}, {getOwnPropertyDescriptor() { throw 1 }}), [])", "Usage"),
    ("templateSave('t', Object.fromEntries(Array.from({length: 9}, (_, i) => ['k' + i, 's'])), [])", "Usage"),
    ("templateSave('t')", "Usage"),
    ("templateSave('t', {subject: 's'}, [], 1)", "Usage"),
    ("templateSave('t', {subject: 's'}, {})", "Usage"),
    ("templateSave('t', {subject: 's'}, [['attach', 'a.pdf', 'application/pdf']])", "Usage"),
    ("templateSave('t', {subject: 's'}, [['attach', 'a.pdf', 'application/pdf', 99]])", "Usage"),  # no file of this window
    ("templateInspect('s', 'x'.repeat(4194305), '')", "Usage"),
    ("suppressList('0', 10)", None),
    ("suppressList('0', 4294967295)", None),
    ("suppressList('0', 4294967296)", "Usage"),
    ("suppressList('0', 4294967297)", "Usage"),
    ("suppressList('0', -1)", "Usage"),
    ("suppressList('0', 1.5)", "Usage"),
    ("suppressList('0', NaN)", "Usage"),
    ("suppressList('0', Infinity)", "Usage"),
    ("suppressList('0', '10')", "Usage"),
    ("suppressList('0', 10n)", "Usage"),
    ("suppressList('9223372036854775807', 10)", None),
    ("suppressList('18446744073709551616', 10)", "Usage"),
    ("suppressList('-1', 10)", "Usage"),
    ("suppressList('+1', 10)", "Usage"),
    ("suppressList('01', 10)", "Usage"),
    ("suppressList(' 1', 10)", "Usage"),
    ("suppressList('1e3', 10)", "Usage"),
    ("suppressList('', 10)", "Usage"),
    ("suppressList(0, 10)", "Usage"),
    ("suppressAdd(['ann@example.org'], 'all', 'test')", None),
    ("suppressAdd(Array.from({length: 100001}, () => 'ann@example.org'), 'all', 'test')", "Usage"),
    ("suppressAdd({0: 'ann@example.org', length: 1}, 'all', 'test')", "Usage"),
    ("suppressAdd(new Proxy(['ann@example.org'], {}), 'all', 'test')", "Usage"),
    ("suppressAdd([, 'ann@example.org'], 'all', 'test')", "Usage"),
    ("suppressAdd(Object.defineProperty([], 'length', {value: 4294967295}), 'all', 'test')", "Usage"),
    ("campaignResume('1', {subject: undefined})", None),
    ("settingsChange({other: 1})", "Usage"),
    ("campaignResume('1', {__proto__: {subject: 7}})", None),  # inherited: not looked at
    ("campaignResume('1', {['__proto__']: 1})", "Usage"),
    ("importLook(1, {})", "Usage"),
    ("importLook(-1, {})", "Usage"),
    ("messagePreview({}, '', [['inline', 'a', 'text/plain', 1]])", "Usage"),
    ("messagePreview({}, '', [['inline', 'a', 'text/plain']])", "Usage"),
    ("messagePreview({}, '', [['inline', 'a', 'text/plain', 1, 2]])", "Usage"),
    ("messagePreview({}, '', (() => { let a = []; for (let i = 0; i < 200; i++) a = [a]; return a })())", "Usage"),
    ("openAddress('javascript:alert(1)')", "Usage"),
    ("openAddress('file:///etc/passwd')", "Usage"),
    ("openAddress('http://example.org/')", "Usage"),
    ("openAddress('https:///')", "Usage"),
    ("export('everything', '')", "Usage"),
    ("closeAnswered('background')", "Usage"),  # nobody asked
    ("closeTaken()", "Usage"),
    ("releaseFile(1)", "Usage"),
]

# What an owned web process may send: any name, any tuple. The answer must begin with this.
RAW = [
    ("Lists", "()", "Lists"),  # the control: the channel works
    ("TemplateShow", "('t',)", "TemplateShow"),
    ("DeskChoose", "('contacts',)", "fault ('Usage'"),
    ("DeskShow", "('https://example.org',)", "fault ('Usage'"),
    ("DeskSave", "('x.csv',)", "fault ('Usage'"),
    ("DeskDropped", "(['/etc/passwd'],)", "fault ('Usage'"),
    ("SinkStart", "(uint16 0, '/tmp', @a{sv} {})", "fault ('Usage'"),
    ("WindowOpen", "(@a{ss} {},)", "fault ('Usage'"),
    ("Leave", "()", "fault ('Usage'"),
    ("CampaignChanged", "(uint64 1, @a{sv} {})", "fault ('Usage'"),
    ("CloseAsked", "(uint32 1,)", "fault ('Usage'"),
    ("org.postrider.App1.Lists", "()", "fault ('Usage'"),
    ("fault", "('Usage', 'x')", "fault ('Usage'"),
    ("", "()", "fault ('Usage'"),
    ("Lists", "('x',)", "fault ('Usage'"),
    ("TemplateShow", "(7,)", "fault ('Usage'"),
    ("TemplateShow", "(<'t'>,)", "fault ('Usage'"),
    ("TemplateShow", "()", "fault ('Usage'"),
    ("SettingsChange", "({'keep_days': <'x'>},)", "fault ('Usage'"),
    ("SettingsChange", "({'home': <'/'>},)", "fault ('Usage'"),
    ("Import", "(uint32 5, 'l', @a{sv} {})", "fault ('Usage'"),  # a number of no file
    ("Import", "(handle 0, 'l', @a{sv} {})", "fault ('Usage'"),
    ("VaultUnlock", "(handle 0,)", "fault ('Usage'"),
    ("AccountSecret", "('a', handle 0)", "fault ('Usage'"),
    ("CloseAnswered", "('pause',)", "fault ('Usage'"),
    ("CloseTaken", "()", "fault ('Usage'"),
    ("CloseOver", "()", "fault ('Usage'"),
    ("SuppressAdd", "(['x\\ny'], 'all', 'r')", "fault ('Usage'"),
]


def attempt(window, call):
    return window.script("try { await postrider.%s; return null } catch (e) { return e.fault ?? 'odd: ' + e }" % call, 60)


def test_calls(tap, window):
    for call, fault in CALLS:
        got = attempt(window, call)
        tap.ok(got == fault if fault else got in (None, "NoInput", "DataErr"), "call/%s: %s" % (call[:90], fault or "taken"), got)


def test_raw(tap, window):
    for name, text, begins in RAW:
        got = window.script("return await rawBridge(%r, %r)" % (name, text))
        tap.ok(got.startswith(begins), "raw/%s %s: %s" % (name, text, begins), got)
    for depth in (10, 60, 200):
        got = window.script("return await rawBridge('TemplateShow', '1', %d)" % depth)
        tap.ok(got.startswith("fault ('Usage'") or "recursion" in got.lower(), "raw/%d variants deep are refused" % depth, got)
    tap.ok(window.script("return (await postrider.hello()).schema") == 1, "raw/the connection to core lives on after all of it")


def test_values(tap, window):
    """Ways there and back: what is hostile stays text."""
    text = "</script><img src=x onerror=alert(1)>\u2028\"'\\ \u202e\U0001f600"
    got = window.script("await postrider.templateSave('v', {subject: %r}, []); return await postrider.templateShow('v')" % text)
    tap.ok(got.get("subject") == text, "values/a hostile text comes back octet for octet", got)
    got = window.script("const f = await postrider.pasteText('email,name,__proto__,constructor\\nhostile@example.org,Eve,mine,c\\n'); await postrider.import(f, 'hostile', {consent: 'test'});"
                        "const p = (await postrider.contactShow('hostile@example.org')).fields; return [Object.hasOwn(p, '__proto__'), Object.hasOwn(p, 'constructor'), ({}).mine === undefined]")
    tap.ok(got == [True, True, True], "values/a column __proto__ is a key like any other", got)
    got = window.script("return typeof (await postrider.lists())[0].people")
    tap.ok(got == "string", "values/64-bit numbers are strings", got)
    got = window.script("const f = await postrider.pasteText('email,name\\nann@example.org,Ann\\n'); const r = await postrider.import(f, 'guests', {consent: 'test'});"
                        "await postrider.releaseFile(f); const l = await postrider.listRows('guests', '0', 10);"
                        "let again; try { await postrider.import(f, 'guests', {}); again = 'taken' } catch (e) { again = e.fault } return [r.new, l.rows[0].fields[1], Array.isArray(l.columns), again]")
    tap.ok(got == ["1", "ann@example.org", True, "Usage"], "values/pasted text is imported, a frame comes as rows, a number let go is dead", got)


def test_floods(tap, window):
    got = window.script("const all = await Promise.allSettled(Array.from({length: 2000}, () => postrider.lists()));"
                        "return [all.filter(a => a.status === 'fulfilled').length, all.filter(a => a.reason?.fault === 'TempFail').length]")
    tap.ok(got[0] >= 60 and got[0] + got[1] == 2000 and got[1] > 1800, "floods/of 2000 calls at once some are answered, the rest told to wait", got)
    got = window.script("let n = 0; try { for (; n < 1000; n++) postrider.onCampaignChanged(() => {}) } catch {} return n")
    tap.ok(got == 256, "floods/listeners are counted", got)
    window.ask("go", "app://postrider/")
    window.wait_for_page()
    got = window.script("const stop = postrider.onCampaignChanged(() => {}); stop(); stop(); let n = 0; for (; n < 1000; n++) postrider.onCampaignChanged(() => {})(); return n")
    tap.ok(got == 1000, "floods/listeners that are cleaned up are not counted", got)
    got = window.script("const all = await Promise.allSettled(Array.from({length: 40}, () => postrider.pasteText('x'.repeat(4 << 20)))); return all.filter(a => a.status === 'fulfilled').length", 120)
    tap.ok(0 < got <= 16, "floods/pasted text is bounded", got)
    first = window.script("return await postrider.showMail('<p>one')")
    got = window.script("for (let i = 0; i < 20; i++) await postrider.showMail('<p>more'); const f = document.createElement('iframe'); f.src = %r; document.body.append(f); await new Promise(d => { f.onload = d; setTimeout(d, 1000) });"
                        "return await rawBridge('Look', '()')" % first)
    tap.ok(got.startswith("Look"), "floods/mails make way for newer ones")
    got = window.script("for (let i = 0; i < 500; i++) rawBridge('SetTitle', \"('t',)\"); return await rawBridge('Hello', '()')")
    tap.ok("Hello" in got or "TempFail" in got, "floods/raw messages beyond the limit are told to wait", got)


def asked(window, call):
    """The call is on its way. Returns: what the shell's question says, or "": it asks nothing."""
    window.script("window.told = null; postrider.%s.then(() => window.told = 'done', e => window.told = e.fault); return 1" % call)
    time.sleep(1)
    return window.ask("words").replace("\n", " ")


def told(window):
    return window.script("return window.told")


PEOPLE = "email\\nstays@example.org\\nother@example.org\\n"
# call, what the shell must say of it: core's own facts
CONFIRMED = [
    ("suppressRemove(['left@example.org', 'b@example.org'], 'all')", ["“left@example.org” and 1 more will be written to again"]),
    ("contactForget('stays@example.org')", ["all answers of “stays@example.org” will be gone", "cannot be undone"]),
    ("accountPin('office', '')", ["mail server of the account “office”", "“mail.example.net” (port 587), encrypted"]),
    ("accountPin('office', 'a'.repeat(64))", ["by one certificate alone"]),
    ("suppressRemove(['x” will be left in peace'], 'all')", ["“x' will be left in peace” will be written to again"]),
    ("deleteAll('delete')", ["the record of who got what will be gone", "cannot be undone"]),
    ("listRemove('STAYS')", ["“STAYS” (2 people)", "2 people who are on no other list", "the record of where and when they agreed"]),
    ("templateRemove('letter')", ["“letter”", "“Hello you”", "cannot be undone"]),
    ("vaultKeyringAdd()", ["the keyring of your desktop", "each program of yours can read that key"]),
    ("accountRemove('office')", ["“office”", "“mail.example.net” (port 587)"]),
    ("accountAdd('evil', {address: 'ann@thief.example', host: 'mail.thief.example', user: '', insecure: true, has_password: false})",
     ["“evil”", "“ann@thief.example”", "“mail.thief.example” (port 587), encrypted", "without any login", "name servers"]),
    ("accountAdd('evil', {address: 'ann@thief.example', host: 'mail.thief.example', tls: 'none', user: '', insecure: true, has_password: false})", ["NOT ENCRYPTED: others on the way can read it"]),
    ("accountAdd('local', {address: 'ann@thief.example', host: '127.0.0.1', port: 2525, tls: 'none', has_password: false})", ["“127.0.0.1” (port 2525)", "without any login"]),
    ("accountAdd('later', {address: 'ann@example.net', host: 'mail.example.net', has_password: false})", ["a password that is asked for when it is needed"]),
]
# refused by core, and nobody is asked
NOT_EVEN_ASKED = [
    ("accountAdd('evil', {address: 'ann@thief.example', host: 'mail.thief.example', user: '', has_password: false})", "Usage"),
    ("accountAdd('evil', {address: 'ann@thief.example', host: 'mail.thief.example', tls: 'none', has_password: true})", "Usage"),
    ("listRemove('none of that name')", "NoInput"),
    ("templateRemove('none of that name')", "NoInput"),
    ("accountPin('none of that name', '')", "NoUser"),
    ("campaignStart('77')", "NoInput"),
    ("campaignResolve('77', 'resend', [])", "NoInput"),
]


def test_confirm(tap, window, display):
    """What leaves the machine or cannot be undone is asked by the shell: the page alone gets nowhere, a person's No leaves all as it was, their Yes is done."""
    window.script("await postrider.suppressAdd(['left@example.org'], 'all', 'test'); const f = await postrider.pasteText('%s');"
                  "await postrider.import(f, 'stays', {consent: 'test'}); await postrider.releaseFile(f); await postrider.templateSave('letter', {subject: 'Hello you'}, []); return 1" % PEOPLE)
    window.command("account", "add", "office", "ann@example.net", "--host", "mail.example.net", "--no-password")
    for call, words in CONFIRMED:
        said = asked(window, call)
        tap.ok(told(window) is None, "confirm/%s waits for a person" % call)
        tap.ok(all(one in said for one in words), "confirm/the question says what it is about: %s" % words, (said, told(window)))
        tap.ok(press(display, "Postrider", "Escape"), "confirm/the shell asks")
        time.sleep(0.5)
        tap.ok(told(window) == "TempFail", "confirm/No: it is not done", told(window))
    for call, fault in NOT_EVEN_ASKED:
        said = asked(window, call)
        tap.ok(told(window) == fault and not said, "confirm/%s is refused and not asked: %s" % (call, fault), (told(window), said))
    got = window.script("return [(await postrider.suppressList('0', 10)).filter(r => r.address === 'left@example.org').length, (await postrider.contactShow('stays@example.org')).email,"
                        "(await postrider.lists()).find(l => l.name === 'stays').people, (await postrider.templateShow('letter')).subject, (await postrider.accountList()).map(a => a.name).join()]")
    tap.ok(got == [1, "stays@example.org", "2", "Hello you", "office,slow"], "confirm/all is as it was", got)
    asked(window, "suppressRemove(['left@example.org'], 'all')")
    tap.ok(press(display, "Postrider", "alt+w"), "confirm/the shell asks again")
    time.sleep(1)
    got = window.script("return [window.told, (await postrider.suppressList('0', 10)).filter(r => r.address === 'left@example.org').length]")
    tap.ok(got == ["done", 0], "confirm/Yes: it is done", got)
    asked(window, "listRemove('stays')")
    tap.ok(press(display, "Postrider", "alt+r"), "confirm/the shell asks about the list")
    time.sleep(1)
    tap.ok(told(window) == "done" and "stays" not in window.script("return (await postrider.lists()).map(l => l.name)"), "confirm/Yes: the list is gone", told(window))


def test_calm(tap, window, display):
    """A key that was pressed before the question could be read does not agree to it."""
    window.script("await postrider.templateSave('calm', {subject: 's'}, []); window.told = null;"
                  "postrider.templateRemove('calm').then(() => window.told = 'done', e => window.told = e.fault); return 1")
    for _ in range(200):
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Postrider"], env={"DISPLAY": display.name}, capture_output=True, text=True).stdout.split()
        if len(found) > 1:
            break
        time.sleep(0.01)
    for words in (["windowfocus", found[-1]], ["key", "alt+r"]):
        subprocess.run(["xdotool", *words], env={"DISPLAY": display.name}, check=True, timeout=20)
    time.sleep(0.2)
    tap.ok(told(window) is None, "calm/a key of the first moments agrees to nothing", told(window))
    tap.ok(press(display, "Postrider", "alt+r"), "calm/control: the same key a moment later")
    time.sleep(0.7)
    tap.ok(told(window) == "done", "calm/control: agrees", told(window))


def days(window):
    return window.script("return (await postrider.settingsShow()).keep_days")


def test_shorter(tap, window, display):
    """For how long names are kept: shorter deletes, so the shell asks; longer does not."""
    def change(call):
        window.script("window.told = null; postrider.settingsChange(%s).then(() => window.told = 'done', e => window.told = e.fault); return 1" % call)
        time.sleep(1)
        return window.script("return window.told")

    def answered(key):
        tap.ok(press(display, "Postrider", key), "shorter/the shell asks")
        time.sleep(0.7)
        return window.script("return window.told")

    tap.ok(change("{keep_days: 30}") is None, "shorter/from for ever to 30 days waits for a person")
    said = window.ask("words")
    tap.ok("shorter time" in said and "30 days" in said and "cannot be undone" in said, "shorter/the question says what goes, and after how many days", said)
    tap.ok(answered("Escape") == "TempFail" and days(window) == 0, "shorter/No: all is kept as before", (window.script("return window.told"), days(window)))
    tap.ok(change("{keep_days: 30}") is None and answered("alt+s") == "done" and days(window) == 30, "shorter/Yes: it is done", (window.script("return window.told"), days(window)))
    for call, wanted in (("{}", 30), ("{keep_days: 30}", 30), ("{keep_days: 90}", 90)):
        tap.ok(change(call) == "done" and days(window) == wanted and not window.ask("words"), "shorter/control: %s takes nothing away and is not asked" % call, days(window))
    tap.ok(change("{keep_days: 89}") is None and answered("Escape") == "TempFail" and days(window) == 90, "shorter/by a day is shorter", days(window))
    window.script("window.told = null; Promise.allSettled([postrider.settingsChange({keep_days: 365}), postrider.settingsChange({keep_days: 100})])"
                  ".then(all => window.told = all.map(one => one.reason?.fault ?? 'done')); return 1")
    time.sleep(1)
    if window.ask("words"):  # the second came when the first was through: then it is asked; else it is refused, for two questions at once are none
        press(display, "Postrider", "Escape")
        time.sleep(0.7)
    got = window.script("return window.told")
    tap.ok(got == ["done", "TempFail"] and days(window) == 365, "shorter/two at once do not slip past the question", (got, days(window)))
    tap.ok(change("{keep_days: 0}") == "done" and days(window) == 0, "shorter/control: for ever is not asked", days(window))


def test_gone(tap, window):
    """Answers to a document that has gone reach nobody."""
    window.script("window.mark = 1; for (let i = 0; i < 30; i++) postrider.doctor(); location.reload(); return 1")
    time.sleep(0.5)
    window.wait_for_page()
    got = window.script("return [window.mark ?? null, (await postrider.hello()).schema]")
    tap.ok(got == [None, 1], "gone/a new document gets a new bridge and no old answers", got)


def test_close(tap, window):
    """Closing while messages are being sent: the page is asked, and may answer once."""
    sink = subprocess.Popen(AS_USER + [os.path.join(window.programs, "postrider"), "sink", "--port", "0", "--dir", os.path.join(window.place, "user", "mail")],
                            env=window.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    port = re.search(r"(?:127\.0\.0\.1|localhost|port)[: ]+(\d+)", sink.stdout.readline()).group(1)
    window.command("import", "-", "--list", "close", "--consent", "test", input="email\n" + "".join("p%d@example.org\n" % i for i in range(20)))
    window.command("account", "add", "slow", "ann@example.com", "--host", "localhost", "--port", port, "--tls", "none", "--no-password")
    sent = window.command("send", "--account", "slow", "--list", "close", "--from", "Ann <ann@example.com>", "--subject", "Hello", "--text", "-", "--rate", "6/min", "--detach",
                          "--yes", input="Hello")
    window.script("window.asked = []; postrider.onCloseAsked(n => window.asked.push(n)); return 1")
    window.ask("close")
    time.sleep(1)
    tap.ok(window.script("return window.asked") == [1], "close/the page is asked while a campaign runs", (sent.stderr, window.script("return window.asked")))
    tap.ok(attempt(window, "closeAnswered('perhaps')") == "Usage", "close/an answer that is none is refused")
    tap.ok(attempt(window, "closeAnswered('stay')") is None and window.process.poll() is None, "close/stay: it stays")
    tap.ok(attempt(window, "closeAnswered('background')") == "Usage", "close/a second answer to the same question is refused")
    window.ask("close")
    time.sleep(1)
    window.script("postrider.closeAnswered('pause').catch(() => {}); return 1")
    try:
        window.process.wait(20)
    except subprocess.TimeoutExpired:
        pass
    tap.ok(window.process.poll() == 0, "close/pause: the window closes", window.process.poll())
    tap.ok('"paused"' in window.command("campaign", "list", "--json").stdout, "close/and the campaign is paused")
    window.stop()
    window.start()
    window.wait_for_page()
    sink.terminate()
    sink.wait()


def is_gone(window, seconds):
    try:
        return window.process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        return False


def test_goodbye(tap, window):
    """Nothing is being sent: the page may write down what is being typed, and cannot hold the window."""
    letter = "{subject: 'last words', html: '', text: 'x'.repeat(2 << 20), is_html: false, own_text: false, template: '', files: []}"
    window.script("postrider.onCloseAsked(n => { if (n === 0) postrider.draftKeep(%s).then(() => postrider.closeAnswered('background')); }); return 1" % letter)
    window.ask("close")
    tap.ok(is_gone(window, 10), "goodbye/the window closes when the page has answered")
    for name, answer in (("says that it wants to stay", "onCloseAsked(() => postrider.closeAnswered('stay'))"), ("says nothing", "onCloseAsked(() => {})")):
        window.stop()
        window.start()
        window.wait_for_page()
        window.script("postrider.%s; return 1" % answer)
        window.ask("close")
        tap.ok(is_gone(window, 10), "goodbye/a page that %s does not hold it" % name)
    window.stop()
    window.start()
    window.wait_for_page()
    got = window.script("const draft = await postrider.draftShow(); return [draft.subject, draft.text.length]")
    tap.ok(got == ["last words", 2 << 20], "goodbye/what was written in the last moment is there", got)
    window.script("await postrider.draftDrop(); return 1")


def test_ends(tap, window):
    web = window.processes().get("WebKitWebProces", [])
    os.kill(web[0], signal.SIGKILL)
    time.sleep(0.5)
    window.wait_for_page()
    tap.ok(window.script("return (await postrider.hello()).schema") == 1, "ends/after kill -9 of the web process the page is there again")
    window.script("window.lost = []; postrider.onCoreLost(back => window.lost.push(back)); return 1")
    os.kill(window.core_pid(), signal.SIGKILL)
    time.sleep(1)
    tap.ok(attempt(window, "lists()") == "Unavailable", "ends/after kill -9 of core calls say that it has gone")
    tap.ok(window.script("return window.lost") == [False], "ends/and the page was told")


def test_refusals(tap, window, display):
    """What must hold before the first pixel: the program leaves with a sentence."""
    program = os.path.join(window.programs, "postrider-shell-test")
    for name, command, status, words in [
        ("as root", ["bwrap", "--ro-bind", "/", "/", program], 77, "administrator"),
        ("without a socket", cage([program], display), 64, "postrider app"),
        ("with an argument", cage([program, "--help"], display), 64, "postrider app"),
    ]:
        done = subprocess.run(command, env={"DISPLAY": display.name, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20)
        tap.ok(done.returncode == status and words in done.stderr, "refusals/%s: status %d" % (name, status), (done.returncode, done.stderr))
    for name, more, status, words in [
        ("without the cage", {"loose": True}, 64, "without its protection"),
        ("without user namespaces", {"namespaces": False}, 69, "user namespaces"),
        ("without a screen", {"environment": {"DISPLAY": ":987"}}, 69, "no screen"),
    ]:
        other = Window(window.build, display=display, wait=False, **more)
        try:
            other.process.wait(20)
        except subprocess.TimeoutExpired:
            pass
        tap.ok(other.process.poll() == status and words in other.said(), "refusals/%s: status %d" % (name, status), (other.process.poll(), other.said()))
        other.close()


def main():
    tap, display = Tap(), Display()
    with Window(sys.argv[1], display=display) as window:
        for test in (test_calls, test_raw, test_values, test_floods, test_gone, test_close, test_goodbye):
            test(tap, window)
        test_confirm(tap, window, display)
        test_calm(tap, window, display)
        test_shorter(tap, window, display)
        test_refusals(tap, window, display)
        test_ends(tap, window)
        tap.ok("CRITICAL" not in window.said() and "Sanitizer" not in window.said(), "nothing critical was said", window.said())
    display.close()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
