"""verdict.py - compares what the ledger says (campaign export) with what the judge has (its record): the judge's record is the truth.

A verdict is a list of findings (kind, address, words). Kinds:
  lost      nobody has the person: the export does not name them, or says accepted and the judge has nothing
  second    the judge has two messages for one person, and nobody resolved anything
  silent    the judge has it, the ledger says that it was not sent: the next turn would be a second copy
  stuck     still queued or handed though the campaign is at its end
  refused   the judge of these tests refuses nobody, so an answer like that was invented
  other     another message than the one that the ledger names
  tally     the numbers of `campaign show` are not those of the export
and of one command (judge_command):
  between   the state is neither the one before the command nor the one behind it
  undone    the command had said that it is done, and it is not
"""
import collections

STATES = ("queued", "handed", "accepted", "refused", "later", "unknown", "skipped")


def compare_person(address, row, taken, is_done, is_treated=False):
    """Yields findings about one person. `taken`: the judge's Message-IDs for the address. is_treated: a person said that it was sent."""
    if row is None:
        yield "lost", address, "the export does not name them"
        return
    state = row["state"]
    if len(taken) > 1:
        yield "second", address, f"the judge has {len(taken)} messages, the ledger says {state}"
    if state == "accepted" and not taken:
        yield "lost", address, "the ledger says accepted, the judge has nothing"
    if taken and state not in ("accepted", "unknown"):
        yield "silent", address, f"the judge has it, the ledger says {state}: {row['reply']}"
    if state in ("queued", "handed") and is_done:
        yield "stuck", address, f"{state} at the end"
    if state in ("refused", "skipped") and not (is_treated and state == "skipped"):
        yield "refused", address, f"{state}: {row['reply']} {row['reason']}"
    if state in ("accepted", "unknown") and taken and row["message_id"] not in taken:
        yield "other", address, f"the judge has {taken[0]}, the ledger names {row['message_id']}"


def compare(expected, rows, records, numbers, is_done=True, treated=()):
    """expected: addresses sent to. rows: of the export. records: of the judge, this campaign's or more. numbers: of campaign show. treated: addresses
    that a person resolved as sent."""
    by_address = {row["address"].lower(): row for row in rows}
    taken = collections.defaultdict(list)
    for record in records:
        for address in record["to"]:
            taken[address.lower()].append(record["id"])
    findings = [found for address in expected for found in compare_person(address, by_address.get(address), taken[address], is_done,
                                                                                               address in treated)]
    findings += [("lost", address, "the export names them twice") for address, n in
                 collections.Counter(row["address"].lower() for row in rows).items() if n > 1]
    counted = collections.Counter(row["state"] for row in rows)
    for state in STATES:
        if counted[state] != numbers[state]:
            findings.append(("tally", state, f"campaign show says {numbers[state]}, the export has {counted[state]}"))
    if len(rows) != numbers["total"]:
        findings.append(("tally", "total", f"campaign show says {numbers['total']}, the export has {len(rows)}"))
    return findings


def judge_command(before, after, state, is_told, is_disturbed=True):
    """Yields (kind, words). is_told: the command ended with status 0. is_disturbed: something was killed."""
    if state != before and state != after:
        yield "between", f"it was {shorten(before)}, it should be {shorten(after)}, it is {shorten(state)}"
    elif is_told and state != after:
        yield "undone", f"it was told as done, and it is {shorten(state)}"
    elif not is_disturbed and not is_told:
        yield "other", "nothing was killed, and it failed"


def shorten(state):
    text = str(state)
    return text if len(text) < 80 else f"{text[:40]}… ({len(text)} characters)"


def count(findings, *kinds):
    return sum(1 for found in findings if found[0] in kinds)


# --- can it fail? ---

def sample():
    expected = [f"p{i}@example.org" for i in range(8)]
    rows = [{"address": to, "state": "accepted", "reply": "250 ok", "reason": "", "message_id": f"<{to}>"} for to in expected]
    rows[6]["state"] = rows[7]["state"] = "unknown"
    records = [{"to": [to], "id": f"<{to}>"} for to in expected[:7]]  # of two unknown ones one arrived
    numbers = {state: 0 for state in STATES} | {"accepted": 6, "unknown": 2, "total": 8}
    return expected, rows, records, numbers


def tampered():
    """Yields (what was done, the kind that must be found, arguments of compare)."""
    expected, rows, records, numbers = sample()
    yield "untouched", None, (expected, rows, records, numbers)
    yield "one message twice", "second", (expected, rows, records + [records[2]], numbers)
    yield "one unknown message twice", "second", (expected, rows, records + [records[6]], numbers)
    yield "one message lost", "lost", (expected, rows, records[1:], numbers)
    yield "one person missing in the export", "lost", (expected, rows[1:], records, numbers | {"accepted": 5, "total": 7})
    for state, kind in (("queued", "silent"), ("later", "silent"), ("refused", "silent")):
        changed = [dict(rows[0], state=state)] + rows[1:]
        yield f"sent, but {state}", kind, (expected, changed, records, numbers | {"accepted": 5, state: 1})
    waiting = [dict(rows[0], state="queued")] + rows[1:]
    yield "never sent, campaign done", "stuck", (expected, waiting, records[1:], numbers | {"accepted": 5, "queued": 1})
    yield "another message", "other", (expected, rows, [dict(records[0], id="<other>")] + records[1:], numbers)
    yield "a wrong number", "tally", (expected, rows, records, numbers | {"accepted": 7})
    skipped = numbers | {"accepted": 5, "skipped": 1}
    yield "skipped, and nobody resolved it", "refused", (expected, [dict(rows[0], state="skipped")] + rows[1:], records[1:], skipped)
    yield "treated as sent, and sent", "silent", (expected, [dict(rows[0], state="skipped")] + rows[1:], records, skipped, True, {expected[0]})
    yield "treated as sent", None, (expected, [dict(rows[0], state="skipped")] + rows[1:], records[1:], skipped, True, {expected[0]})


def tampered_commands():
    """Yields (what was found, the kind that must be found, arguments of judge_command)."""
    yield "killed, and nothing done", None, (None, "whole", None, False)
    yield "killed, and all done", None, (None, "whole", "whole", False)
    yield "told, and done", None, ("old", "whole", "whole", True)
    yield "half a file, half an import", "between", (None, "whole", "who", False)
    yield "half of it, told as done", "between", ("old", "whole", "who", True)
    yield "told as done, and as before", "undone", ("old", "whole", "old", True)
    yield "nothing killed, and it failed", "other", ("old", "whole", "old", False, False)


def self_check():
    """Yields (name, is right) for each tampering."""
    for name, kind, arguments in tampered_commands():
        kinds = {found[0] for found in judge_command(*arguments)}
        yield f"a command is judged: {name}", (kind in kinds) if kind else not kinds
    for name, kind, arguments in tampered():
        kinds = {found[0] for found in compare(*arguments)}
        yield f"a tampered log is seen: {name}" if kind else "an honest log passes", (kind in kinds) if kind else not kinds
