#!/usr/bin/env python3
"""citations.py [FOLDER]: fails when a comment, a test or a page names a text that is not there: a page of ours (docs/design.md, CONTRIBUTING.md, a link), a
section of it (docs/design.md §5, ARCHITECTURE §9), a file of the tree (tests/unit/core/ledger). What is cited of the world outside is an RFC or an address,
so nothing that only its writer can open may be cited. A test of the suite "static"."""
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
READ = {".c", ".h", ".cc", ".md", ".py", ".sh", ".build", ".xml", ".txt", ".cfg", ".ts", ".tsx", ".css"}
PROSE = {".c", ".h", ".md"}  # scripts and build files name what the build makes too
TOP = "docs|src|tests|checks|contract|data|bench"
SHORT = "core|confined|shared|cli|shell|desk"  # of src, or of the tests that mirror it
MADE = re.compile(r"(docs/)?contract\.md|contract/contract\.ts|status-table\.md|RESULTS\.md|.*/postrider-[\w-]+|data/store\.db")  # by the build, or by a program at work

PATH = re.compile(r"(?<![\w./$-])((?:%s|%s)/[\w.*/-]*\w)" % (TOP, SHORT))
PAGE = re.compile(r"(?<![\w./$-])((?:\.\./)*(?:[\w-]+/)*[\w-]+\.md)\b")
SECTION = re.compile(r"\b(docs/[\w-]+\.md|ARCHITECTURE(?:\.md)?|SECURITY(?:\.md)?|CONTRIBUTING(?:\.md)?)((?:,? §\d+)+)")
NOWHERE = re.compile(r"\b(DESIGN|STYLE) §|\bfacts/\w|\b(?:issue:|the issue says|/\* issue)")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[\w-]*)?\)")


def sources():
    for folder in [ROOT, ROOT / "page", *(ROOT / top for top in TOP.split("|"))]:
        for path in folder.glob("*") if folder == ROOT else folder.rglob("*"):
            if path.is_file() and (path.suffix in READ or path.name == "links.txt") and not {"node_modules", "dist", "corpus"} & set(path.parts):
                yield path


def is_there(name):
    """A file, a folder, a pattern, or a file without its ending (shared/wire/journal)."""
    return MADE.fullmatch(name) is not None or any(any(ROOT.glob(top + name + end)) for top in ("", "src/", "tests/unit/") for end in ("", ".*"))


def has_section(page, number):
    text = ROOT / (page if page.endswith(".md") else page + ".md")
    return text.is_file() and re.search(r"^## %s\." % number, text.read_text(), re.M) is not None


def faults(path):
    text = path.read_text(errors="replace")
    for found in NOWHERE.finditer(text):
        yield found, "nobody can open that"
    for found in SECTION.finditer(text):
        for number in re.findall(r"\d+", found.group(2)):
            if not has_section(found.group(1), number):
                yield found, "no section %s" % number
    for found in PAGE.finditer(text):
        if not any((folder / found.group(1)).is_file() for folder in (ROOT, path.parent, ROOT / "docs")) and not MADE.fullmatch(found.group(1)):
            yield found, "no such page"
    for found in LINK.finditer(text) if path.suffix == ".md" else ():
        if not (path.parent / found.group(1)).exists():
            yield found, "a link to nothing"
    for found in PATH.finditer(text) if path.suffix in PROSE and (ROOT / "page") not in path.parents else ():  # the page's paths are its own
        if not is_there(found.group(1)):
            yield found, "no such file"


def main():
    said = sorted({"%s:%d: “%s”: %s" % (path.relative_to(ROOT), path.read_text(errors="replace")[:found.start()].count("\n") + 1, found.group(0).strip(), why)
                   for path in sources() if path.name not in ("citations.py", "test-citations.py") for found, why in faults(path)})
    print(*said, sep="\n", end="\n" if said else "")
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
