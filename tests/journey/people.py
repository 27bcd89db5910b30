#!/usr/bin/python3
"""people.py BUILD [WORD…]: one person stays one person: corrected, forgotten, merged, on lists that change. Who would get a letter is read from the
letters that would go out."""
import email
import email.policy
import csv
import glob
import json
import os
import re
import sqlite3
import sys

from fixture import Judge, check, run_cases, wait_for

PEOPLE = "email,name,town\ndora@one.example,Dora Lind,Bonn\nemil@two.example,Emil Roth,Kiel\n"
EMIL = {"emil@two.example": ["Emil Roth"]}
LEFT = "email,name,status\ndora@one.example,Dora Lind,unsubscribed\nfee@x.example,Fee,subscribed\n"
PAIR = "email,name\npair@one.example,Dora\npair@one.example,Emil\n"
IMPORT = ["import", "people.csv", "--list", "club", "--consent", "sign-up sheet"]


def edit(who, *changes):
    return ["contact", "edit", who, *changes]


def forget(who):
    return ["contact", "forget", who, "--yes"]


def letters(fixture):
    """Address → the names that stand before it, of all letters that would go to the list."""
    fixture.write("letter.txt", "Hello.\n")
    out = os.path.join(fixture.folder, "out")
    fixture.run("send", "--account", "work", "--list", "club", "--subject", "News", "--text", "letter.txt", "--dry-run", "--output", out, status=None)
    made = {}
    for path in glob.glob(out + "/*.eml"):
        with open(path, "rb") as file:
            for to in email.message_from_binary_file(file, policy=email.policy.default)["To"].addresses:
                made.setdefault(to.addr_spec, []).append(to.display_name)
    return {who: sorted(names) for who, names in made.items()}


# name: files (people.csv is there), steps, who gets which letters, how many rows the last step leaves out, values of fields
ROWS = {
    "a corrected name": ({}, [IMPORT, edit("dora@one.example", "name=Dora Lindt"), IMPORT], {**EMIL, "dora@one.example": ["Dora Lindt"]}, 0, {}),
    "a name corrected twice": ({}, [IMPORT, edit("dora@one.example", "name=Dora L"), edit("dora@one.example", "name=Dora M"), IMPORT, IMPORT],
                               {**EMIL, "dora@one.example": ["Dora M"]}, 0, {}),
    "a name corrected and put back": ({}, [IMPORT, edit("dora@one.example", "name=Dora L"), edit("dora@one.example", "name=Dora Lind"), IMPORT],
                                      {**EMIL, "dora@one.example": ["Dora Lind"]}, 0, {}),
    "a name taken away": ({}, [IMPORT, edit("dora@one.example", "name="), IMPORT], {**EMIL, "dora@one.example": [""]}, 0, {}),
    "a corrected address": ({}, [IMPORT, edit("dora@one.example", "email=dora@new.example"), IMPORT], {**EMIL, "dora@new.example": ["Dora Lind"]}, 0, {}),
    "address, then name": ({}, [IMPORT, edit("dora@one.example", "email=dora@new.example"), edit("dora@new.example", "name=Dora Berg"), IMPORT],
                           {**EMIL, "dora@new.example": ["Dora Berg"]}, 0, {}),
    "a corrected address of somebody who had left": ({}, [IMPORT, ["suppress", "add", "dora@one.example"], edit("dora@one.example", "email=dora@new.example"), IMPORT], EMIL, 0, {}),
    "the old address without a name": ({"b.csv": "email\ndora@one.example\n"},
                                       [IMPORT, edit("dora@one.example", "email=dora@new.example"), ["import", "b.csv", "--list", "club"]],
                                       {**EMIL, "dora@new.example": ["Dora Lind"]}, 0, {}),
    "a corrected value": ({}, [IMPORT, edit("dora@one.example", "town=Berlin"), IMPORT], {**EMIL, "dora@one.example": ["Dora Lind"]}, 0, {"town": "Berlin"}),
    "a new value wins over a corrected one": ({"b.csv": PEOPLE.replace("Bonn", "Hamburg")},
                                              [IMPORT, edit("dora@one.example", "town=Berlin"), ["import", "b.csv", "--list", "club"]],
                                              {**EMIL, "dora@one.example": ["Dora Lind"]}, 0, {"town": "Hamburg"}),
    "somebody forgotten": ({}, [IMPORT, forget("dora@one.example"), IMPORT], EMIL, 1, {}),
    "somebody forgotten whose name was corrected": ({}, [IMPORT, edit("dora@one.example", "name=Dora Berg"), forget("dora@one.example"), IMPORT], EMIL, 1, {}),
    "somebody forgotten, written otherwise": ({"b.csv": "email,name\nDora@ONE.example,\"LIND, dora\"\ndora@one.example,\nemil@two.example,Emil Roth\n"},
                                              [IMPORT, forget("dora@one.example"), ["import", "b.csv", "--list", "club"]], EMIL, 2, {}),
    "a forgotten address without a name": ({"a.csv": "email\ndora@one.example\n"}, [["import", "a.csv", "--list", "club"], forget("dora@one.example"), IMPORT], EMIL, 1, {}),
    "a sibling of somebody forgotten": ({"people.csv": PAIR}, [IMPORT, forget("Dora"), IMPORT], {"pair@one.example": ["Emil"]}, 1, {}),
    "a sibling who comes later": ({"people.csv": PAIR, "a.csv": "email,name\npair@one.example,Dora\n"}, [["import", "a.csv", "--list", "club"], forget("Dora"), IMPORT],
                                  {"pair@one.example": ["Emil"]}, 1, {}),
    "a new consent": ({}, [IMPORT, forget("dora@one.example"), IMPORT, IMPORT + ["--again-consented"], IMPORT], {**EMIL, "dora@one.example": ["Dora Lind"]}, 0, {}),
    "a new consent, undone": ({}, [IMPORT, forget("dora@one.example"), IMPORT + ["--again-consented"], ["import", "--undo"], IMPORT], EMIL, 1, {}),
    "a new consent of somebody who had been suppressed": ({}, [IMPORT, ["suppress", "add", "dora@one.example"], forget("dora@one.example"), IMPORT + ["--again-consented"]],
                                                          EMIL, 0, {}),
    "two who are one": ({}, [IMPORT, ["contact", "merge", "dora@one.example", "emil@two.example"], IMPORT], {"dora@one.example": ["Dora Lind"]}, 0, {"town": "Bonn"}),
    "two who are one, and the other is suppressed": ({}, [IMPORT, ["suppress", "add", "emil@two.example"], ["contact", "merge", "dora@one.example", "emil@two.example"]], {}, 0, {}),
    "two who are one, and the first is suppressed": ({}, [IMPORT, ["suppress", "add", "dora@one.example"], ["contact", "merge", "emil@two.example", "dora@one.example"]], {}, 0, {}),
    "a renamed list, left before": ({}, [["import", "people.csv", "--list", "old"], ["suppress", "add", "dora@one.example", "--scope", "list:OLD"], ["list", "rename", "old", "club"]],
                                    EMIL, 0, {}),
    "a list by hand": ({}, [["list", "create", "club"], ["list", "add", "club", "Dora Lind <dora@one.example>", "fee@x.example"]],
                       {"dora@one.example": ["Dora Lind"], "fee@x.example": [""]}, 0, {}),
    "taken off": ({}, [IMPORT, ["list", "drop", "club", "dora@one.example"]], EMIL, 0, {}),
    "one of a couple corrected": ({"people.csv": PAIR}, [IMPORT, edit("Dora", "name=Dorothea"), IMPORT, IMPORT], {"pair@one.example": ["Dorothea", "Emil"]}, 0, {}),
    "both of a couple corrected": ({"people.csv": PAIR}, [IMPORT, edit("Dora", "name=Dorothea"), edit("Emil", "name=Emilio"), IMPORT],
                                   {"pair@one.example": ["Dorothea", "Emilio"]}, 0, {}),
    "a couple whose names were exchanged": ({"people.csv": PAIR}, [IMPORT, edit("Dora", "name=X"), edit("Emil", "name=Dora"), edit("X", "name=Emil"), IMPORT],
                                            {"pair@one.example": ["Dora", "Emil"]}, 0, {}),
    "old and new name in one file": ({"b.csv": PEOPLE + "dora@one.example,Dora Lindt,Bonn\n"},
                                     [IMPORT, edit("dora@one.example", "name=Dora Lindt"), ["import", "b.csv", "--list", "club"]], {**EMIL, "dora@one.example": ["Dora Lindt"]}, 0, {}),
    "known by number alone, corrected": ({"people.csv": "phone,name\n+4930123456,Dora Lind\n"},
                                         [IMPORT, edit("Dora Lind", "name=Dora Lindt"), IMPORT, edit("Dora Lindt", "email=dora@one.example"), IMPORT],
                                         {"dora@one.example": ["Dora Lindt"]}, 0, {}),
    "a name taken for another list": ({}, [IMPORT, edit("dora@one.example", "name=Dora Lindt"), ["list", "drop", "club", "dora@one.example"], IMPORT],
                                      {**EMIL, "dora@one.example": ["Dora Lindt"]}, 0, {}),
    "forgotten by number": ({"a.csv": "phone,name\n+4930123456,Dora Lind\n", "people.csv": "phone,email,name\n+4930123456,dora@one.example,Dora Lind\n,emil@two.example,Emil Roth\n"},
                            [["import", "a.csv", "--list", "club"], forget("Dora Lind"), IMPORT], EMIL, 1, {}),
    "a new consent, only tried": ({}, [IMPORT, forget("dora@one.example"), IMPORT + ["--again-consented", "--dry-run"], IMPORT], EMIL, 1, {}),
    "two who are one, forgotten": ({}, [IMPORT, ["contact", "merge", "#1", "#2"], forget("dora@one.example"), IMPORT], {}, 2, {}),
    "two who are one, and one had left the list": ({}, [IMPORT, ["suppress", "add", "emil@two.example", "--scope", "list:club"], ["contact", "merge", "#1", "#2"]], {}, 0, {}),
    "two who are one, and one did not want this sender": ({}, [IMPORT, ["suppress", "add", "emil@two.example", "--scope", "from:office@example.org"], ["contact", "merge", "#1", "#2"]],
                                                          {}, 0, {}),
    "one by number and one by address": ({"people.csv": "email,phone,name\n,+4930123456,Dora L\ndora@one.example,,Dora Lind\n"},
                                         [IMPORT, ["contact", "merge", "Dora L", "dora@one.example"], IMPORT], {"dora@one.example": ["Dora L"]}, 0, {}),
    "a list in another case": ({}, [IMPORT, ["suppress", "add", "dora@one.example", "--scope", "list:club"], ["list", "rename", "club", "Club"]], EMIL, 0, {}),
    "a new list of the old name": ({}, [["import", "people.csv", "--list", "a"], ["suppress", "add", "dora@one.example", "--scope", "list:a"], ["list", "rename", "a", "club"],
                                        ["import", "people.csv", "--list", "a"]], EMIL, 0, {}),
    "a list that was removed and is imported anew": ({}, [IMPORT, ["suppress", "add", "dora@one.example", "--scope", "list:club"], ["list", "remove", "club", "--yes"], IMPORT],
                                                     EMIL, 0, {}),
    "a list that was removed, and its suppression taken off": ({}, [IMPORT, ["suppress", "add", "dora@one.example", "--scope", "list:club"], ["list", "remove", "club", "--yes"],
                                                                    ["suppress", "remove", "dora@one.example", "--scope", "list:Club"], IMPORT],
                                                               {**EMIL, "dora@one.example": ["Dora Lind"]}, 0, {}),
    "who left according to a file": ({"left.csv": LEFT}, [IMPORT, ["import", "left.csv", "--list", "other", "--left", "suppress"]], EMIL, 1, {}),
    "who left according to a file, undone": ({"left.csv": LEFT}, [IMPORT, ["import", "left.csv", "--list", "other", "--left", "suppress"], ["import", "--undo"]],
                                             {**EMIL, "dora@one.example": ["Dora Lind"]}, 0, {}),
    "who left according to a file, undone, and said so too": ({"left.csv": LEFT}, [IMPORT, ["import", "left.csv", "--list", "other", "--left", "suppress"],
                                                                                  ["suppress", "add", "dora@one.example"], ["import", "--undo"]], EMIL, 0, {}),
    "somebody forgotten, by hand with a new consent": ({}, [IMPORT, forget("dora@one.example"),
                                                            ["list", "add", "club", "Dora Lind <dora@one.example>", "--again-consented", "--consent", "phone", "--consent-time", "2025-01-02"]],
                                                       {**EMIL, "dora@one.example": ["Dora Lind"]}, 0, {}),
    "put on twice": ({}, [["import", "people.csv", "--list", "other"], ["list", "create", "club"], ["list", "add", "club", "dora@one.example"],
                          ["list", "add", "club", "dora@one.example"]], {"dora@one.example": ["Dora Lind"]}, 0, {"town": "Bonn"}),
}


def play_rows(fixture):
    """Who gets a letter after a correction, a file again, a merge, a forgetting, a change of lists"""
    for number, (name, (files, steps, expected, left_out, fields)) in enumerate(ROWS.items()):
        fixture.home = os.path.join(fixture.folder, f"home{number}")
        fixture.add_account(2525)
        for file, content in {"people.csv": PEOPLE, **files}.items():
            fixture.write(file, content)
        for path in glob.glob(os.path.join(fixture.folder, "out", "*")):
            os.unlink(path)
        for step in steps:
            result = fixture.run(*step, "--json")
        report = json.loads(result.out.splitlines()[-1]) if result.out and "rejected" in result.out else {"rejected": {}}
        check(sum(report["rejected"].values()) == left_out, name, report)
        made = letters(fixture)
        check(made == {who: sorted(names) for who, names in expected.items()}, name, made)
        if fields:
            who = next(each for each in expected if each.startswith("dora"))
            shown = fixture.json("contact", "show", who)
            check({key: shown["fields"].get(key) for key in fields} == fields, name, shown)
        fixture.stop_core()


def consent(fixture):
    """When and where each one agreed: by column, by region; a day that is to come, or none, is told by row"""
    fixture.write("c.csv", "email,name,signed,where\na@x.example,A,03/04/2025,desk\nb@x.example,B,,\nc@x.example,C,2099-01-01,desk\nd@x.example,D,31/02/2024,desk\ne@x.example,E,no,desk\n")
    report = fixture.json("import", "c.csv", "--list", "us", "--consent", "web", "--consent-column", "signed", "--region", "US", "--rejects", "rejected.csv")
    check(report["rejected"] == {"future-date": 1, "bad-date": 1, "no-consent": 1} and report["new"] == 2, report)
    found = fixture.json("contact", "show", "a@x.example")["consent"]
    check([row["source"] for row in found] == ["web"] and found[0]["date"].startswith("2025-03-04"), found)
    check(fixture.json("contact", "show", "b@x.example")["consent"] == [], "a consent that nobody gave")
    with open(os.path.join(fixture.folder, "rejected.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    check([(row["email"], row["name"], row["signed"], row["where"]) for row in rows] == [
        ("c@x.example", "C", "2099-01-01", "desk"), ("d@x.example", "D", "31/02/2024", "desk"), ("e@x.example", "E", "no", "desk")], rows)
    with open(os.path.join(fixture.folder, "rejected.csv")) as file:
        fixture.write("mended.csv", file.read().replace("31/02/2024", "02/03/2024"))
    report = fixture.json("import", "mended.csv", "--list", "us", "--consent", "web", "--consent-column", "signed", "--region", "US")
    check(report["new"] == 1 and report["rejected"] == {"future-date": 1, "no-consent": 1}, report)
    fixture.json("import", "c.csv", "--list", "gb", "--consent-column", "where", "--consent-time", "signed", "--region", "GB")
    found = {row["source"]: row["date"] for row in fixture.json("contact", "show", "a@x.example")["consent"]}
    check(found["desk"].startswith("2025-04-03"), found)
    check(fixture.run("import", "c.csv", "--list", "gb", "--consent-time", "signed", status=0).out.count("ambiguous-date") == 1, "03/04 without a region was taken")
    for words in (["--consent-time", "2099-01-01"], ["--consent-time", "03/04/2025"], ["--consent-column", "nothing"]):
        result = fixture.run("import", "c.csv", "--list", "gb", *words, status=None)
        check(result.status in (64, 65) and result.err, result)


def merged_in_a_campaign(fixture):
    """Of two rows of an open campaign that were not begun one is skipped(merged); the other one goes out once"""
    judge = Judge(fixture)
    fixture.settle(judge.port, 40)
    campaign = fixture.detach("--rate", "4/s", "--connections", "1")
    wait_for(lambda: len(judge.record()) >= 2, "the first two")
    fixture.json("campaign", "pause", campaign)
    rows = fixture.export(campaign)
    waiting = [row["address"] for row in rows if row["state"] == "queued"]
    sent = next(row["address"] for row in rows if row["state"] == "accepted")
    fixture.run("contact", "merge", waiting[-1], waiting[-2])
    fixture.run("contact", "merge", waiting[-3], sent)
    fixture.run("campaign", "resume", campaign)
    fixture.wait(campaign, "done")
    rows = {row["address"]: row for row in fixture.export(campaign)}
    check([rows[who]["reason"] for who in (waiting[-2], waiting[-3])] == ["merged", "merged"] and rows[waiting[-1]]["state"] == "accepted", rows)
    check(fixture.show(campaign)["skipped_reasons"] == {"merged": 2}, fixture.show(campaign))
    history = fixture.json("contact", "show", waiting[-3])["history"]
    check(sorted(row["state"] for row in history) == ["accepted", "skipped"], history)
    judge.check_against(fixture.export(campaign))


def renamed_in_a_campaign(fixture):
    """A list gets another name while a campaign to it is open: who leaves it then, by its new name, gets nothing any more"""
    judge = Judge(fixture)
    fixture.settle(judge.port, 40)
    campaign = fixture.detach("--rate", "4/s", "--connections", "1")
    wait_for(lambda: judge.record(), "the first one")
    fixture.json("campaign", "pause", campaign)
    last = [row["address"] for row in fixture.export(campaign) if row["state"] == "queued"][-1]
    fixture.run("list", "rename", "people", "parents")
    check(fixture.show(campaign)["lists"] == ["parents"], fixture.show(campaign))
    fixture.run("suppress", "add", last, "--scope", "list:parents")
    fixture.run("campaign", "resume", campaign)
    fixture.wait(campaign, "done")
    check({row["address"]: row for row in fixture.export(campaign)}[last]["reason"] == "suppressed", "who left the list got the letter")
    check(last not in judge.addresses(), judge.addresses())


def lists(fixture):
    """Names that are taken or none, a field that goes, somebody who is nobody: each is told, and nothing changed"""
    fixture.import_people(3)
    for words, status in ((["create", "PEOPLE"], 65), (["create", ""], 64), (["create", " x"], 64), (["rename", "nobody", "x"], 66), (["add", "people", "nobody at all"], 67),
                          (["drop", "people", "nobody@example.net"], 67), (["field", "people", "shoe", "--yes"], 64), (["field", "people", "town"], 64)):
        check(fixture.run("list", *words, status=status).err.strip(), words)
    fixture.run("list", "create", "Friends")
    fixture.run("list", "rename", "people", "friends", status=65)
    fixture.run("list", "rename", "people", "People")
    check(fixture.json("list", "field", "people", "town", "--yes")["people"] == 3, "the field stayed")
    check(fixture.json("contact", "show", "person1@example.net")["fields"] == {}, "its values stayed")
    check(fixture.json("list", "add", "friends", "person1@example.net", "#2")["added"] == 2, "they were not put on the list")


def nobody_to_ask(fixture):
    """What cannot be undone leaves with 64 where nobody can be asked, and nothing has changed"""
    fixture.import_people(2)
    for words in (["list", "remove", "people"], ["contact", "forget", "person1@example.net"], ["delete-all"], ["settings", "set", "keep-days=30"]):
        check("--yes" in fixture.run(*words, status=64).err, words)
    check(fixture.json("lists")["lists"][0]["people"] == 2, "somebody went")
    fixture.run("settings", "set", "keep-days=30", "--yes")
    check(fixture.json("settings", "show")["keep_days"] == 30, fixture.json("settings", "show"))
    check(fixture.run("settings", "set", "keep-days=3", "--yes", status=None).status == 64, "three days were taken")
    check([row["what"] for row in fixture.json("log")["log"]][-1] == "import", fixture.json("log"))
    check(len(fixture.run("log", "--jsonl", "--limit", "1").lines()) == 1, "the log has no limit")
    fixture.run("suppress", "add", "person1@example.net")
    check(re.search(r"Do not contact +all: .*\d{4}-\d\d-\d\d", fixture.run("contact", "show", "person1@example.net").out), "no date of the suppression")
    fixture.run("delete-all", "--yes")
    wait_for(lambda: fixture.core() is None, "core to leave")
    check(fixture.json("lists")["lists"] == [], "somebody is left")


def alike(fixture):
    """The pre-flight and contact show say who looks like one person; siblings and namesakes of one name do not"""
    fixture.add_account(2525)
    fixture.write("letter.txt", "Hello.\n")
    fixture.import_people(1)
    fixture.run("import", fixture.write("a.csv", "email,name,phone\nd@one.example,Dora Lind,\nd@one.example,Dora Lindt,\npair@one.example,Emil Roth,\npair@one.example,Fee Roth,\n"
                                             "k@a.example,Karl Ohm,\nk@b.example,Karl Ohm,\nx@a.example,Xenia,\nx@b.example,Xenia,\n"), "--list", "people")
    first = fixture.run(*fixture.send_words("--dry-run", "--json")).lines()[0]
    check(sorted((row["name"], row["other_name"]) for row in first["alike"]) == [("Dora Lind", "Dora Lindt"), ("Karl Ohm", "Karl Ohm")], first["alike"])
    check(any("look like one person" in text for text in first["warnings"]), first["warnings"])
    check([row["name"] for row in fixture.json("contact", "show", "Dora Lind")["alike"]] == ["Dora Lindt"], fixture.json("contact", "show", "Dora Lind"))
    pair = first["alike"][0]
    fixture.run("contact", "merge", f"#{pair['id']}", f"#{pair['other_id']}")
    check(fixture.json("contact", "show", f"#{pair['id']}")["formerly"] == ["Dora Lindt"], "the other name is lost")
    fixture.run(*edit("d@one.example", "email=d@two.example"))
    shown = fixture.json("contact", "show", "d@one.example")
    check(shown["email"] == "d@two.example" and shown["formerly"] == ["Dora Lindt", "d@one.example"], shown)


def forgotten_leaves_nothing(fixture):
    """Forgotten: former names and addresses too; what is left are hashes"""
    fixture.write("people.csv", PEOPLE)
    fixture.run(*IMPORT)
    fixture.run(*edit("dora@one.example", "name=Dorothea Zwyx", "email=zwyx@new.example", "town=Zwyxville"))
    fixture.run(*edit("zwyx@new.example", "name=Dora Berg", "email=dora@last.example", "town=Kiel"))
    fixture.run(*forget("dora@last.example"))
    fixture.stop_core()
    with sqlite3.connect(os.path.join(fixture.home, "store.db")) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        counts = [store.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("former", "former_value", "forgotten")]
    store.close()
    check(counts[:2] == [0, 0] and counts[2] > 3, counts)
    for name in os.listdir(fixture.home):
        path = os.path.join(fixture.home, name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                content = file.read().lower()
            check(b"zwyx" not in content and b"dora" not in content, f"{path} still knows the name")


def undone(fixture):
    """A school list imported, corrected, imported again with other values, days of consent and people, and undone: all is as it was"""
    def state():
        return {who: {key: fixture.json("contact", "show", who)[key] for key in ("name", "fields", "consent", "lists")} for who in ("dora@one.example", "emil@two.example")}

    head = "email,name,town,agreed\n"
    fixture.write("first.csv", head + "dora@one.example,Dora Lind,Bonn,2024-03-01\nemil@two.example,Emil Roth,Kiel,2024-03-02\n")
    fixture.write("second.csv", head + "dora@one.example,Dora Lind,Hamburg,2025-09-09\nemil@two.example,Emil Roth,Kiel,2024-03-02\nfee@three.example,Fee Roth,Ulm,2025-09-10\n")
    words = ["--list", "school", "--consent", "form", "--consent-time", "agreed"]
    fixture.run("import", "first.csv", *words)
    fixture.run(*edit("dora@one.example", "name=Dora Lindt"))
    before = state()
    fixture.run("import", "second.csv", *words)
    check(state() != before and fixture.json("contact", "show", "fee@three.example")["name"] == "Fee Roth", "the second import changed nothing")
    fixture.run("import", "--undo")
    check(state() == before, before, state())
    check("fee@three.example" not in fixture.run("contact", "show", "fee@three.example", status=67).out, "whom it made is there")
    fixture.run("import", "second.csv", *words)
    check(fixture.json("contact", "show", "dora@one.example")["consent"][0]["date"].startswith("2025-09-09"), fixture.json("contact", "show", "dora@one.example"))


CASES = [play_rows, undone, consent, merged_in_a_campaign, renamed_in_a_campaign, lists, nobody_to_ask, alike, forgotten_leaves_nothing]

if __name__ == "__main__":
    sys.exit(run_cases(CASES, __doc__))
