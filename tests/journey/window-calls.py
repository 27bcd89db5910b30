#!/usr/bin/python3
"""window-calls.py BUILD [WORD…]: what the window asks of core beyond what the command line does, against real workers and a real server:
a look at a file, a message in the making, the letter that is kept, the first ten, the refused ones, searching, what was done, what is kept and for how long."""
import email
import email.policy
import os
import signal
import sqlite3
import time

from client import Window, read_frame
from house import Judge, check, run_cases, wait_for


def look_at_a_file(house):
    """A file's head is shown with what each column is taken for; nothing is stored"""
    path = house.write("people.csv", "Vorname;Nachname;E-Mail;Klasse\nJörg;Weiß;joerg@example.net;4b\nAnn;<b>;ann@example.net;\n")
    window = Window(house, path)
    look, rows, head = window.ask("ImportLook", "(handle 0, @a{sv} {})")
    check(look["format"] == "csv" and look["has_header"] and look["problem"] == "", look)
    check(look["columns"] == ["Vorname", "Nachname", "E-Mail", "Klasse"] and look["roles"] == ["first", "last", "email", "field"], look)
    check([fields for _, _, fields in read_frame(rows)] == [["Jörg", "Weiß", "joerg@example.net", "4b"], ["Ann", "<b>", "ann@example.net", ""]], rows)
    check(window.ask("Lists") == [[]], "a look made a list")
    mapped = window.ask("ImportLook", "(handle 0, {'map': <{'name': 'Klasse'}>})")[0]
    check(mapped["roles"][3] == "name", mapped)
    left = window.ask("ImportLook", "(handle 0, {'map': <{'name': 'Klasse'}>, 'others': <{'Nachname': 'unused', '1': 'field'}>})")[0]
    check(left["roles"] == ["field", "unused", "email", "name"], left)
    window.refused("ImportLook", "(handle 0, {'others': <{'Nachname': 'first'}>})", "Usage")


def columns_that_are_not_used(house):
    """A column that is not used is nowhere in the store; one that was recognised can be a mere field; by the window and by the command line"""
    path = house.write("people.csv", "Name;E-Mail;Telefon;Notiz\nJörg;joerg@example.net;+442079460958;zither\nAnn;ann@example.net;;zither\n")
    window = Window(house, path)
    report = window.ask("Import", "(handle 0, 'people', {'others': <{'Name': 'field', 'Telefon': 'unused', 'Notiz': 'unused'}>})")[0]
    check(report["new"] == 2 and report["fields"] == ["Name 2"], report)
    columns, rows = window.ask("ListRows", "('people', uint64 0, uint32 10)")
    check(columns == ["name", "email", "phone", "Name 2"], columns)
    check([fields for _, _, fields in read_frame(rows)] == [["", "joerg@example.net", "", "Jörg"], ["", "ann@example.net", "", "Ann"]], rows)
    house.run("import", path, "--list", "others", "--map", "unused=Notiz,unused=3")
    check(window.ask("ListRows", "('others', uint64 0, uint32 10)")[0] == ["name", "email", "phone"], "a column that is not used")
    with open(os.path.join(house.home, "store.db"), "rb") as store, open(os.path.join(house.home, "store.db-wal"), "rb") as log:
        check(b"zither" not in store.read() + log.read(), "a value that is not used is in the store")


def look_at_what_is_none(house):
    """Columns without an address are shown all the same, with what to do; what is no table is refused"""
    words = house.write("words.csv", "Plant,Height\noak,20\nelm,30\n")
    empty = house.write("empty.csv", "")
    window = Window(house, words, empty)
    look, rows, head = window.ask("ImportLook", "(handle 0, @a{sv} {})")
    check("no column holds e-mail addresses" in look["problem"] and look["columns"][0] in ("Plant", "column 1"), look)
    check(len(read_frame(rows)) >= 2, rows)
    check(window.refused("ImportLook", "(handle 1, @a{sv} {})", "DataErr"), "no words")
    check(window.refused("ImportLook", "(handle 0, {'header': <'perhaps'>})", "Usage"), "no words")


def message_in_the_making(house):
    """A message is shown as one person would get it, with what that person lacks, its picture and its attachment; nothing is sent or stored"""
    house.import_people(2)
    plan = house.write("plan.pdf", b"%PDF-1.4 a plan")
    window = Window(house, plan)
    parts = "{'subject': 'For {{name}}', 'html': '<p>{{name}} in {{town}}, {{shoe size}}</p>', 'text': '{{town}}', 'from': 'Ann <ann@example.org>'}"
    for _ in range(2):  # the second time the transport knows an older one
        message, missing = window.ask("MessagePreview", f"({parts}, 'person1@example.net', [('attach', 'plan.pdf', 'application/pdf', handle 0)])")
        read = email.message_from_bytes(bytes(message), policy=email.policy.default)
        check(read["Subject"] == "For Person 1" and read["To"].addresses[0].addr_spec == "person1@example.net", read)
        check(missing == ["shoe size"] and "Person 1 in Bonn, [shoe size]" in read.get_body(("html",)).get_content(), missing)
        check(next(read.iter_attachments()).get_content() == b"%PDF-1.4 a plan", "the attachment")
    message, missing = window.ask("MessagePreview", f"({parts}, '', @a(sssh) [])")
    check(missing == [] and b"For name" in bytes(message), missing)
    check(window.refused("MessagePreview", f"({parts}, 'nobody@example.net', @a(sssh) [])", "NoUser"), "no words")
    check("line 1" in window.refused("MessagePreview", "({'subject': 'a', 'text': '{{#b}}'}, '', @a(sssh) [])", "DataErr"), "no line")
    check(window.ask("CampaignList") == [[]], "a look made a campaign")


def a_letter_in_the_making(house):
    """The letter that is being written is there again after core was killed; one at a time; nothing of it is in the log; deleting all takes it too"""
    window = Window(house)
    check(window.ask("DraftShow") == [{}], "a letter that nobody wrote")
    window.ask("DraftKeep", "({'subject': <'the first'>},)")
    letter = "{'subject': <'For {{name}}'>, 'html': <'<p>zither\\nmusic</p>'>, 'text': <'old'>, 'is_html': <true>, 'own_text': <false>, 'template': <'fair'>, 'files': <['plan 1.pdf', 'b.png']>}"
    window.ask("DraftKeep", f"({letter},)")
    before = window.ask("DraftShow")[0]
    check(abs(before.pop("changed") - time.time()) < 60, before)
    check(before == {"subject": "For {{name}}", "html": "<p>zither\nmusic</p>", "text": "old", "is_html": True, "own_text": False, "template": "fair", "files": ["plan 1.pdf", "b.png"]}, before)
    os.kill(house.core(), signal.SIGKILL)
    window.stop()
    window = Window(house)
    after = window.ask("DraftShow")[0]
    check(after.pop("changed") > 0 and after == before, after)
    check(all("raft" not in row["what"] for row in window.ask("AuditList", "(uint64 0, uint32 100)")[0]), "a row for each key")
    window.ask("DraftDrop")
    check(window.ask("DraftShow") == [{}], "it is still there")
    window.ask("DraftKeep", f"({letter},)")
    window.ask("DeleteAll", "('delete',)")
    wait_for(lambda: house.core() is None, "core to leave")
    window.stop()
    check(Window(house).ask("DraftShow") == [{}], "it outlived all")


def prepare(window, more=""):
    spec = "{'account': <'work'>, 'lists': <['people']>, 'subject': <'s'>, 'text': <'Dear {{name}}'>, 'again': <true>" + more + "}"
    return window.ask("CampaignPrepare", f"({spec}, @a(sssh) [])")


def first_ten(house):
    """The first ten go out, then it waits for a person; the rest goes when they say so"""
    judge = Judge(house)
    house.settle(judge.port, 200)
    window = Window(house)
    campaign = prepare(window, ", 'pause_after': <uint64 10>")[0]
    window.ask("CampaignStart", f"(uint64 {campaign},)")
    numbers = wait_for(lambda: (n := window.ask("CampaignShow", f"(uint64 {campaign},)")[0])["state"] == "paused" and n, "the pause")
    check(numbers["reason"] == "first" and numbers["accepted"] == 10 and numbers["queued"] == 190 and numbers["handed"] == 0, numbers)
    check(len(judge.record()) == 10, "the server has others than ten")
    house.run("campaign", "resume", campaign)
    check(house.wait(campaign, "done")["accepted"] == 200, house.show(campaign))
    judge.check_against(house.export(campaign))


def first_ten_by_command(house):
    """--pause-after and --refused-of say the same on the command line"""
    judge = Judge(house, "--refuse", "person[12]@", "--refuse-reply", "550 5.2.2 the mailbox is full")
    house.settle(judge.port, 20)
    campaign = house.detach("--pause-after", 5)
    check(house.wait(campaign, "paused")["queued"] == 15, house.show(campaign))
    house.run("campaign", "resume", campaign)
    check(house.wait(campaign, "done")["refused"] == 2, house.show(campaign))
    check(house.send("--refused-of", campaign, status=1)["total"] == 2, house.show(2))


def first_of_few(house):
    """Where there are fewer than the first ones, it simply ends"""
    judge = Judge(house)
    house.settle(judge.port, 3)
    window = Window(house)
    campaign = prepare(window, ", 'pause_after': <uint64 10>")[0]
    window.ask("CampaignStart", f"(uint64 {campaign},)")
    check(house.wait(campaign, "done")["accepted"] == 3, house.show(campaign))


def the_refused(house):
    """A second campaign goes to those alone who were refused in the first"""
    judge = Judge(house, "--refuse", "person[12]@", "--refuse-reply", "550 5.2.2 the mailbox is full")
    house.settle(judge.port, 5)
    first = house.send(status=1)
    campaign = house.json("campaign", "list")["campaigns"][0]["id"]
    window = Window(house)
    numbers, summary = prepare(window, f", 'refused_of': <uint64 {campaign}>")
    check(summary["total"] == 2 and summary["excluded"] == 3, summary, first)
    check({fields[0] for _, _, fields in read_frame(window.ask("CampaignRows", f"(uint64 {numbers}, uint64 0, uint32 100)")[1])} ==
          {"person1@example.net", "person2@example.net"}, "others than the refused")


def find_in_it(house):
    """People of a campaign are found by state and by words, page by page; % is no joker"""
    judge = Judge(house, "--refuse", "person1[0-9]@")
    house.settle(judge.port, 30)
    house.send(status=1)
    window = Window(house)

    def find(states, text, after=0, most=100):
        _, rows, scanned = window.ask("CampaignFind", f"(uint64 1, @as {states}, '{text}', uint64 {after}, uint32 {most})")
        return read_frame(rows), scanned
    rows, scanned = find("['refused']", "")
    check(len(rows) == 10 and scanned == 0 and all(fields[2] == "refused" for _, _, fields in rows), rows, scanned)
    check(len(find("[]", "")[0]) == 30, "all")
    check([fields[1] for _, _, fields in find("[]", "PERSON 7")[0]] == ["Person 7"], "by name, without case")
    check(find("[]", "%")[0] == [] and find("['accepted', 'refused']", "_erson")[0] == [], "a joker")
    page, scanned = find("['accepted']", "", 0, 5)
    check(len(page) == 5 and scanned == page[-1][0], page, scanned)
    check(find("['accepted']", "", scanned, 100)[0][0][0] > scanned, "the next page")
    window.refused("CampaignFind", "(uint64 1, ['gone'], '', uint64 0, uint32 1)", "Usage")
    message = window.ask("CampaignMessage", "(uint64 1, uint32 0)")[0]
    check(message["subject"] == "Hello {{name}}" and "see you in" in message["text"], message)
    window.refused("CampaignMessage", "(uint64 1, uint32 7)", "NoInput")


def what_was_done(house):
    """The log can be read page by page, newest first"""
    house.import_people(2)
    check("It was not on the do-not-contact list before; now it is." in house.run("suppress", "add", "a@example.net").out, "in words")
    check("It was on the do-not-contact list; now it is not." in house.run("suppress", "remove", "a@example.net").out, "in words")
    window = Window(house)
    rows = window.ask("AuditList", "(uint64 0, uint32 100)")[0]
    check([(row["what"], row["detail"]) for row in rows[:2]] == [("suppress.remove", "1 address"), ("suppress.add", "1 address")], rows)
    check("2 rows: 2 new" in rows[2]["detail"], rows)
    check(window.ask("AuditList", f"(uint64 {rows[0]['id']}, uint32 1)")[0] == [rows[1]], rows)


def old_names_go(house):
    """Names, addresses and replies of campaigns that ended before the days to keep are gone from the store; numbers stay; a young one is untouched"""
    judge = Judge(house, "--refuse", "person3@", "--refuse-reply", "550 5.2.2 the mailbox is full")
    house.settle(judge.port, 8)
    house.send(status=1)  # the old one
    house.send(status=1)
    house.stop_core()
    with sqlite3.connect(os.path.join(house.home, "store.db")) as store:
        store.execute("UPDATE campaign SET ended_utc=ended_utc-40*86400 WHERE id=1")
        store.execute("UPDATE recipient SET provider_id='of-' || campaign || '-' || id")
        store.execute("INSERT INTO delivery(campaign,recipient,kind,time_utc,words) SELECT campaign,id,'answered',time_utc,'yours, Ann' FROM recipient")
    window = Window(house)
    window.refused("SettingsChange", "({'keep_days': <uint32 3>},)", "Usage")
    window.ask("SettingsChange", "({'keep_days': <uint32 30>},)")
    check(window.ask("SettingsShow")[0]["keep_days"] == 30, "it forgot")
    wait_for(lambda: any(row["what"] == "campaign.cleared" for row in window.ask("AuditList", "(uint64 0, uint32 5)")[0]), "the names to go")
    old, young = (read_frame(window.ask("CampaignRows", f"(uint64 {id}, uint64 0, uint32 100)")[1]) for id in (1, 2))
    check(all(fields[0] == fields[1] == fields[5] == fields[9] == fields[20] == "" and not any(fields[21:]) and fields[18] != "" for _, _, fields in old), old)
    check(all(fields[9] == f"of-2-{key}" and fields[20] == "yours, Ann" for key, _, fields in young), young)
    check([fields[2] for _, _, fields in old] == [fields[2] for _, _, fields in young] and all(fields[0] for _, _, fields in young), old, young)
    check(house.show(1)["accepted"] == 7 and house.show(1)["refused"] == 1 and house.show(1)["delivery"]["answered"] == 8, house.show(1))
    with sqlite3.connect(os.path.join(house.home, "store.db")) as store:
        check(store.execute("SELECT campaign,count(*),sum(time_utc>0),sum(words<>'') FROM delivery GROUP BY campaign").fetchall() == [(1, 8, 8, 0), (2, 8, 8, 8)],
              "times stay, words go")


def change_store(house, *statements):
    house.stop_core()
    with sqlite3.connect(os.path.join(house.home, "store.db")) as store:
        for statement in statements:
            store.execute(statement)


def a_clock_far_ahead(house):
    """Nothing is taken away for its age by a core whose clock is months later than at its last sign of life; the next one, whose clock agrees, does it"""
    judge = Judge(house)
    house.settle(judge.port, 3)
    house.send()
    change_store(house, "UPDATE campaign SET ended_utc=ended_utc-40*86400", "INSERT OR REPLACE INTO meta VALUES('keep_days','30')",
                 "UPDATE meta SET value=value-60*86400 WHERE key='alive_utc'")
    window = Window(house)

    def is_cleared():
        return any(row["what"] == "campaign.cleared" for row in window.ask("AuditList", "(uint64 0, uint32 5)")[0])
    time.sleep(8)  # the first look is after five
    check(not is_cleared(), "a clock that may be wrong took names away")
    window.stop()
    house.stop_core()
    window = Window(house)
    wait_for(is_cleared, "the names to go when the clock agrees")


def except_is_honest(house):
    """--except leaves out whom a person resolved as sent, whoever shares an address where one mail goes to an address; and is refused where names are gone"""
    judge = Judge(house)
    house.settle(judge.port, 3)
    house.run("import", house.write("family.csv", "name,email,town\nAnn,fam@example.net,Bonn\nBob,fam@example.net,Bonn\n"), "--list", "family")
    house.send()
    change_store(house, "UPDATE recipient SET state=6, reason='treated as sent' WHERE campaign=1 AND id=2",
                 "UPDATE tally SET count=count-1 WHERE campaign=1 AND state=2", "INSERT INTO tally VALUES(1,6,1)")
    window = Window(house)
    check(prepare(window, ", 'except': <uint64 1>")[1]["total"] == 0, "who counts as sent to was taken again")
    house.send("--list", "family", "--per", "address")
    spec = "{'account': <'work'>, 'lists': <['family']>, 'subject': <'t'>, 'text': <'t'>, 'per': <'address'>, 'except': <uint64 %d>}"
    first = house.json("campaign", "list")["campaigns"][0]["id"]
    check(window.ask("CampaignPrepare", "(" + spec % first + ", @a(sssh) [])")[1]["total"] == 0, "the same mailbox again, in the other's name")
    window.stop()
    change_store(house, "UPDATE campaign SET cleared_utc=1 WHERE id=1")
    window = Window(house)
    for key in ("except", "refused_of"):
        said = window.refused("CampaignPrepare", "({'account': <'work'>, 'lists': <['people']>, 'subject': <'s'>, 'text': <'t'>, '" + key +
                              "': <uint64 1>}, @a(sssh) [])", "DataErr")
        check("taken away" in said, said)


def lists_by_hand(house):
    """A list is made, filled, sorted, searched and cleaned of a field; two people become one; what cannot be undone has its question"""
    window = Window(house)
    window.ask("ListCreate", "('Choir',)")
    for name, address, voice in (("Zoe", "zoe@example.net", "9"), ("Ann Lee", "ann@example.net", "10"), ("Bob", "bob@example.net", "")):
        values = f"{{'name': '{name}', 'email': '{address}'" + (f", 'voice': '{voice}'" if voice else "") + "}"
        check(window.ask("ContactAdd", f"('choir', {values}, {{'consent': <'by phone'>, 'consent_time': <int64 1743681600>}})")[1] is True, name)
    again = window.ask("ContactAdd", "('Choir', {'name': 'ann LEE', 'email': 'ANN@example.net', 'hat': 'red'}, @a{sv} {})")
    check(again[1] is False and again[0] == 2, again)
    shown = house.json("contact", "show", "ann@example.net")
    check([row["source"] for row in shown["consent"]] == ["by phone"] and shown["consent"][0]["date"] == "2025-04-03T12:00:00Z" and shown["fields"]["hat"] == "red", shown)

    def names(text, order, is_down, offset=0, rows=10):
        total, columns, frame = window.ask("ListFind", f"('Choir', '{text}', '{order}', {'true' if is_down else 'false'}, uint64 {offset}, uint32 {rows})")
        check(columns[:3] == ["name", "email", "phone"], columns)
        return total, [fields[0] for _, _, fields in read_frame(frame)]

    check(names("", "", False) == (3, ["Zoe", "Ann Lee", "Bob"]), "by id")
    check(names("", "name", False) == (3, ["Ann Lee", "Bob", "Zoe"]) and names("", "name", True) == (3, ["Zoe", "Bob", "Ann Lee"]), "by name")
    check(names("", "voice", False) == (3, ["Zoe", "Ann Lee", "Bob"]), "9 is less than 10, and nothing comes last")
    check(names("", "voice", True) == (3, ["Ann Lee", "Zoe", "Bob"]), "also from the last")
    check(names("LEE", "", False) == (1, ["Ann Lee"]) and names("", "name", False, 1, 1) == (3, ["Bob"]), "search and page")
    window.refused("ListFind", "('Choir', '', 'shoe', false, uint64 0, uint32 10)", "Usage")
    window.refused("ContactAdd", "('Choir', {'name': 'nobody'}, @a{sv} {})", "DataErr")
    window.refused("ContactAdd", "('nothing', {'email': 'x@example.net'}, @a{sv} {})", "NoInput")
    window.refused("ContactAdd", "('Choir', {'email': 'x@example.net'}, {'consent_time': <int64 9999999999>})", "DataErr")
    window.refused("ContactConsent", "('bob@example.net', '', int64 0)", "DataErr")
    window.ask("ContactConsent", "('bob@example.net', 'at the door', int64 0)")
    asked = window.ask("Question", "('ListFieldRemove', <('Choir', 'voice')>)")[0]
    check(asked["asked"] and "2 people" in asked["text"] and "voice" in asked["text"], asked)
    check(window.ask("ListFieldRemove", "('Choir', 'voice')") == [2], "two had a voice")
    asked = window.ask("Question", "('ContactMerge', <('bob@example.net', 'zoe@example.net')>)")[0]
    check(asked["asked"] and "bob@example.net" in asked["text"] and "zoe@example.net" in asked["text"], asked)
    check({"list.create", "contact.add", "contact.consent", "list.field"} <= {row["what"] for row in window.ask("AuditList", "(uint64 0, uint32 100)")[0]}, "the log")
    window.refused("ContactMerge", "('bob@example.net', 'Bob')", "Usage")
    window.ask("ContactMerge", "('bob@example.net', 'zoe@example.net')")
    check(window.ask("ListDrop", "('Choir', ['ann@example.net'])") == [1] and names("", "", False)[1] == ["Bob"], "one is left")
    house.run("contact", "forget", "ann@example.net", "--yes")
    window.refused("ContactAdd", "('Choir', {'name': 'Ann Lee', 'email': 'ann@example.net'}, @a{sv} {})", "DataErr")
    check(window.ask("ContactAdd", "('Choir', {'name': 'Ann Lee', 'email': 'ann@example.net'}, {'again_consented': <true>, 'consent': <'again'>})")[1] is True, "she agreed again")


def all_goes(house):
    """Deleting all is refused while a campaign is open, and then leaves nothing: no name is in any file of either folder"""
    judge = Judge(house)
    house.settle(judge.port, 50)
    window = Window(house)
    check("delete" in window.refused("DeleteAll", "('yes',)", "Usage"), "no words")
    campaign = prepare(window)[0]
    window.ask("CampaignStart", f"(uint64 {campaign},)")
    window.refused("DeleteAll", "('delete',)", "TempFail")
    house.wait(campaign, "done")
    os.makedirs(os.path.join(house.home, "sink", "new"))
    house.write("home/sink/new/1.mail", "To: person1@example.net")
    window.ask("DeleteAll", "('delete',)")
    wait_for(lambda: house.core() is None, "core to leave")
    left = [os.path.join(folder, name) for place in (house.home, house.home + ".state") for folder, _, names in os.walk(place) for name in names]
    check(not [path for path in left if os.path.basename(path) not in ("core.lock", "core.sock")], left)
    check(house.run("lists", "--json").lines()[-1].get("lists", []) == [], "something is left")


if __name__ == "__main__":
    raise SystemExit(run_cases([look_at_a_file, columns_that_are_not_used, look_at_what_is_none, message_in_the_making, a_letter_in_the_making, first_ten, first_ten_by_command, first_of_few, the_refused, find_in_it, what_was_done,
                                old_names_go, a_clock_far_ahead, except_is_honest, lists_by_hand, all_goes], __doc__))
