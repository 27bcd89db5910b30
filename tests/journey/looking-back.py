#!/usr/bin/python3
"""looking-back.py BUILD [WORD…]: what was sent can be seen again as its reader got it, against a real server: after a correction, after a change of the
person, after they were forgotten; when it was answered; a letter's files; a trial."""
import email
import email.policy

from client import Window, read_frame
from fixture import Judge, check, run_cases


def read(octets):
    return email.message_from_bytes(bytes(octets), policy=email.policy.default)


def rows_of(window, campaign=1):
    return read_frame(window.ask("CampaignRows", f"(uint64 {campaign}, uint64 0, uint32 100)")[1])


def sent(window, recipient, campaign=1):
    message, facts = window.ask("CampaignSent", f"(uint64 {campaign}, uint64 {recipient})")
    return read(message), facts


def as_it_was(fixture):
    """A letter is built again with its values, its file, its number and its date, though the person was changed since"""
    judge = Judge(fixture)
    fixture.settle(judge.port, 3)
    plan = fixture.write("plan.pdf", b"%PDF-1.4 a plan")
    fixture.send("--attach", plan)
    fixture.run("contact", "edit", "person2@example.net", "name=Somebody Else", "town=Paris")
    window = Window(fixture)
    message, facts = sent(window, 2)
    check(message["Subject"] == "Hello Person 2" and "see you in Köln" in message.get_body(("plain",)).get_content(), message)
    check(facts["name"] == "Person 2" and facts["state"] == "accepted" and facts["version"] == 1 and not facts["erased"], facts)
    check(next(message.iter_attachments()).get_content() == b"%PDF-1.4 a plan", "the attachment")
    check(message["Message-ID"] == facts["message_id"] or facts["message_id"] in message["Message-ID"], message["Message-ID"], facts)
    check(abs(message["Date"].datetime.timestamp() - facts["time"]) < 2, message["Date"], facts)
    person = window.ask("ContactShow", "('person2@example.net',)")[0]
    check([(row["campaign"], row["recipient"]) for row in person["history"]] == [(1, 2)], person)
    window.refused("CampaignSent", "(uint64 1, uint64 9)", "NoInput")
    window.refused("CampaignSent", "(uint64 7, uint64 1)", "NoInput")


def in_their_version(fixture):
    """Who got the first version is shown the first, who got the corrected one that; before it is corrected, a correction is shown for those who wait"""
    judge = Judge(fixture)
    fixture.settle(judge.port, 20)
    campaign = fixture.detach("--pause-after", 5)
    fixture.wait(campaign, "paused")
    window = Window(fixture)
    waiting = {key for key, _, fields in rows_of(window) if fields[2] == "queued"}
    check(len(waiting) == 15, waiting)
    shown = read_frame(window.ask("CampaignCorrected", "(uint64 1, {'text': <'Dear {{name}}, come at noon.'>}, uint64 0, uint32 3)")[0])
    check(len(shown) == 3 and all(key in waiting for key, _, _ in shown), shown)
    first = read(shown[0][2][0].encode())
    check("come at noon" in first.get_content() and first["Subject"].startswith("Hello Person"), first)
    check("line 1" in window.refused("CampaignCorrected", "(uint64 1, {'text': <'{{#name}}'>}, uint64 0, uint32 3)", "DataErr"), "no line")
    check("see you in" in window.ask("CampaignMessage", "(uint64 1, uint32 0)")[0]["text"], "looking changed it")
    fixture.run("campaign", "resume", campaign, "--text", fixture.write("new.txt", "Dear {{name}}, come at noon.\n"))
    fixture.wait(campaign, "done")
    for key, _, _ in rows_of(window):
        message, facts = sent(window, key)
        check(("come at noon" in message.get_content()) == (key in waiting) and facts["version"] == (2 if key in waiting else 1), key, facts)


def forgotten_stays_forgotten(fixture):
    """Of somebody who was forgotten the letter says what was erased; nothing of them comes back; the others' are as they were"""
    judge = Judge(fixture)
    fixture.settle(judge.port, 3)
    fixture.send()
    fixture.run("contact", "forget", "person2@example.net", "--yes")
    window = Window(fixture)
    message, facts = sent(window, 2)
    check(facts["erased"] and facts["address"] == facts["name"] == "" and facts["state"] == "accepted", facts)
    text = message.as_string()
    check("[name was erased]" in message["Subject"] and "[town was erased]" in message.get_content(), text)
    check("Person 2" not in text and "person2" not in text and "Köln" not in message.get_content(), text)
    check(sent(window, 1)[0]["Subject"] == "Hello Person 1", "the others")


def who_got_nothing(fixture):
    """Nothing was sent to whom it was not sent; who still waits is shown what they will get"""
    judge = Judge(fixture)
    fixture.settle(judge.port, 12)
    fixture.run("suppress", "add", "person3@example.net")
    campaign = fixture.detach("--pause-after", 5)
    fixture.wait(campaign, "paused")
    window = Window(fixture)
    for key, _, fields in rows_of(window):
        if fields[2] == "skipped":
            check("nothing was sent" in window.refused("CampaignSent", f"(uint64 1, uint64 {key})", "DataErr"), key)
        elif fields[2] == "queued":
            check(sent(window, key)[1]["version"] == 0, key)


def when_it_was_answered(fixture):
    """The ledger's answers by time add up to the campaign's numbers, in steps of any length; pauses and corrections are marked"""
    judge = Judge(fixture, "--refuse", "person1[0-9]@", "--refuse-reply", "550 5.2.2 the mailbox is full")
    fixture.settle(judge.port, 30)
    campaign = fixture.detach("--pause-after", 5)
    fixture.wait(campaign, "paused")
    fixture.run("campaign", "resume", campaign, "--subject", "Again, {{name}}")
    fixture.wait(campaign, "done")
    window = Window(fixture)
    for step in (1, 60, 86400):
        counts, marks, scanned = window.ask("CampaignHistory", f"(uint64 1, uint32 {step}, uint64 0)")
        check(scanned == 0 and all(row["time"] % step == 0 for row in counts), counts)
        check({state: sum(row["count"] for row in counts if row["state"] == state) for state in ("accepted", "refused")} == {"accepted": 20, "refused": 10}, counts)
    check([mark["what"] for mark in marks] == ["sending", "paused", "corrected", "sending", "done"], marks)
    check(marks[2]["text"] == "Again, {{name}}", marks)
    window.refused("CampaignHistory", "(uint64 7, uint32 1, uint64 0)", "NoInput")


def put_away(fixture):
    """Only what has ended is put into the archive, and comes out again"""
    judge = Judge(fixture)
    fixture.settle(judge.port, 12)
    campaign = fixture.detach("--pause-after", 5)
    fixture.wait(campaign, "paused")
    window = Window(fixture)
    window.refused("CampaignArchive", "(uint64 1, true)", "Usage")
    fixture.run("campaign", "cancel", campaign)
    for is_away in (True, False):
        window.ask("CampaignArchive", f"(uint64 1, {str(is_away).lower()})")
        check([row["archived"] for row in window.ask("CampaignList")[0]] == [is_away], is_away)


def a_template_keeps_its_files(fixture):
    """A template's picture and attachment are there when it is opened, under another name too, and go with it; of a campaign likewise"""
    plan, picture = fixture.write("plan.pdf", b"%PDF-1.4 a plan"), fixture.write("dot.png", b"\x89PNG a dot")
    window = Window(fixture, plan, picture)
    files = "[('attach', 'plan.pdf', 'application/pdf', handle 0), ('inline', 'dot.png', 'image/png', handle 1)]"
    window.ask("TemplateSave", "('fair', {'subject': 'Fair', 'html': '<img src=\"dot.png\">'}, " + files + ")")
    want = [["attach", "plan.pdf", 15], ["inline", "dot.png", 10]]
    check([row[:3] for row in window.ask("LetterFiles", "('template', 'fair')")[0]] == want, "its files")
    judge = Judge(fixture)
    fixture.settle(judge.port, 1)
    fixture.run("send", "--account", "work", "--list", "people", "--template", "fair", "--yes")
    letter = sent(window, 1)[0]
    check([part.get_content_type() for part in letter.walk() if not part.is_multipart()][-2:] == ["image/png", "application/pdf"], letter.as_string())
    window.ask("TemplateRename", "('fair', 'Fair')")  # no other one
    window.ask("TemplateRename", "('Fair', 'summer')")
    check([row["name"] for row in window.ask("TemplateList")[0]] == ["summer"], "its name")
    check([row[:3] for row in window.ask("LetterFiles", "('template', 'summer')")[0]] == want, "its files under the new name")
    window.ask("TemplateSave", "('other', {'subject': 'x'}, @a(sssh) [])")
    check("already" in window.refused("TemplateRename", "('other', 'SUMMER')", "DataErr"), "a name that is taken")
    window.refused("TemplateRename", "('gone', 'new')", "NoInput")
    window.ask("TemplateSave", "('summer', {'subject': 'x'}, @a(sssh) [])")
    check(window.ask("LetterFiles", "('template', 'summer')")[0] == [], "files that were taken off")
    check([row[:3] for row in window.ask("LetterFiles", "('campaign', '1')")[0]] == want, "the campaign's files went with the template's")
    window.refused("LetterFiles", "('sieve', 'x')", "Usage")


def a_trial(fixture):
    """A trial is marked, goes to one's own address with the values of the person who was named, and says of itself that it is one"""
    judge = Judge(fixture)
    fixture.settle(judge.port, 3)
    window = Window(fixture)
    who = window.ask("ContactShow", "('person2@example.net',)")[0]["id"]
    spec = "{'account': <'work'>, 'lists': <['people']>, 'subject': <'For {{name}}'>, 'text': <'in {{town}}'>, 'test_to': <'me@example.org'>, 'test_who': <uint64 %d>}"
    campaign = window.ask("CampaignPrepare", "(" + spec % who + ", @a(sssh) [])")[0]
    window.ask("CampaignStart", f"(uint64 {campaign},)")
    fixture.wait(campaign, "done")
    check(judge.addresses() == ["me@example.org"], judge.addresses())
    check(sent(window, 1)[0]["Subject"] == "[Test] For Person 2", sent(window, 1))
    check([row["test"] for row in window.ask("CampaignList")[0]] == [True], "it stands among the others")
    window.refused("CampaignPrepare", "({'account': <'work'>, 'lists': <['people']>, 'subject': <'s'>, 'text': <'t'>, 'test_who': <uint64 1>}, @a(sssh) [])", "Usage")


def samples_by_what_is_used(fixture):
    """The people to look at first are chosen by the fields that the letter uses, not by those that it does not"""
    fixture.add_account(2525)
    people = ["name,email,town,note"] + [f"Person {i},p{i}@example.net,Town {i % 10},short" for i in range(1, 40)]
    people[5] = "Person 5,p5@example.net,Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch,"
    people[6] = "Person 6,p6@example.net,," + "a long note " * 50
    people[7] = "Person 7,p7@example.net,Αθήνα,short"
    fixture.run("import", fixture.write("people.csv", "\n".join(people) + "\n"), "--list", "people")
    window = Window(fixture)
    campaign = window.ask("CampaignPrepare", "({'account': <'work'>, 'lists': <['people']>, 'subject': <'s'>, 'text': <'in {{town|?}}'>}, @a(sssh) [])")[0]
    rows = read_frame(window.ask("CampaignPreview", f"(uint64 {campaign}, uint64 0, uint32 5, true)")[0])
    check({fields[3]: fields[2] for _, _, fields in rows if fields[3] != "random"} == {"longest": "Person 5", "emptiest": "Person 6", "non-latin": "Person 7"}, rows)


if __name__ == "__main__":
    raise SystemExit(run_cases([as_it_was, in_their_version, forgotten_stays_forgotten, who_got_nothing, when_it_was_answered, put_away, a_template_keeps_its_files,
                                a_trial, samples_by_what_is_used], __doc__))
