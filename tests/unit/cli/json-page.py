#!/usr/bin/env python3
"""json-page.py ROOT: docs/json.md names each key of the contract that a command prints, and none that neither the contract nor the command has. The page cannot fall
behind a key that comes, goes or is called otherwise."""
import glob
import re
import sys

root = sys.argv[1]
sys.path.insert(0, root + "/contract")
import checks  # noqa: E402

# what stands first in the table's row -> dictionaries of App1 that are printed, and the command's own words
ROWS = {
    "account list": ("AccountList.accounts", "accounts"),
    "account add": ("AccountAdd.settings_used AccountSet.settings_used", ""),
    "account sign-in": ("AccountSignInWait.end", "account add jsonl json event url redirect until window why denied timeout state scope issuer network token client"),
    "account sign-out": ("", "account remove revoked yes no none text"),
    "account test": ("AccountTest.report", ""),
    "import": ("Import.report", "forgotten undo dry run"),
    "import --undo": ("ImportUndo.undone", ""),
    "lists": ("Lists.lists", "lists email phone"),
    "list show": ("", "id name email phone fields value"),
    "contact find": ("ContactFind.people", "people"),
    "contact show": ("ContactShow.person", "value"),
    "contact export": ("", "contact show id alike campaign recipient history"),
    "contact merge": ("", "person"),
    "contact forget": ("", "people"),
    "template list": ("TemplateList.templates", "templates"),
    "template show": ("TemplateShow.parts", ""),
    "send": ("CampaignPrepare.summary CampaignShow.numbers", "campaign show jsonl json once KEY dry run detach preview address why message"),
    "campaign show": ("CampaignShow.numbers", ""),
    "campaign watch": ("", "jsonl json"),
    "campaign list": ("", "campaigns skipped_reasons delivery"),
    "campaign export": ("", "jsonl json address name state reason time reply message_id attempts version account provider_id sent delivered read failed failed_code "
                             "bounced complained left answered away words fields value recipients"),
    "campaign resolve": ("", "changed"),
    "suppress add": ("", "added removed add file suppress import"),
    "suppress import": ("SuppressImport.report", "not_taken row field value reason rejects"),
    "suppress list": ("SuppressList.rows", "suppressed example org gone complaint left stop person import"),
    "list add": ("", "added dropped"),
    "list field": ("", "people"),
    "list remove": ("", "people"),
    "settings show": ("SettingsShow.settings", ""),
    "log": ("AuditList.rows", "log"),
    "delete-all": ("", "deleted"),
    "vault status": ("VaultStatus.status", "open key file passphrase keyring credentials done locked declined gone absent failed late unlock add change remove protect"),
    "app": ("", "open"),
    "doctor": ("Doctor.rows", "rows ok missing note"),
    "sink": ("", "host port dir fingerprint received"),
}
NAMED_ELSEWHERE = {"send": "CampaignShow.numbers"}  # “as campaign show”: may be said, need not be


def names(keys):
    return {name for name, _, _, _ in keys if name != "*"} | {name for _, _, _, inner in keys for name in names(inner)}


def read_contract():
    """"Member.argument" -> names, in any depth"""
    return {"%s.%s" % (member.get("name"), arg.get("name")): names(checks.parse_keys(checks.note(arg, "Keys")))
            for interface in checks.interfaces(glob.glob(root + "/contract/org.postrider.App1.xml")) for member, _ in checks.members(interface)
            for arg in checks.args(member, "out") if checks.note(arg, "Keys")}


def read_page():
    """command -> words between grave accents"""
    found = {}
    for line in open(root + "/docs/json.md"):
        row = re.match(r"\| `([^`]+)`[^|]*\| (.*) \|$", line)
        if row:
            found[row.group(1)] = {word for text in re.findall(r"`([^`]*)`", row.group(2)) for word in re.findall(r"\w+", text)}
    return found


def judge(contract, page):
    for command in sorted(set(ROWS) ^ set(page)):
        yield "“%s” is in %s alone" % (command, "the page" if command in page else "this test")
    for command in sorted(set(ROWS) & set(page)):
        sources, own = ROWS[command]
        wanted = set().union(*(contract[source] for source in sources.split() if source != NAMED_ELSEWHERE.get(command)))
        known = set(own.split()).union(*(contract[source] for source in sources.split()))
        for word in sorted(wanted - page[command]):
            yield "%s: the page does not name %s" % (command, word)
        for word in sorted(page[command] - known):
            yield "%s: the page names %s, which is neither the contract's nor the command's" % (command, word)


faults = list(judge(read_contract(), read_page()))
print("\n".join(faults))
sys.exit(1 if faults else 0)
