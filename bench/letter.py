"""letter.py - one letter of a given size on the wire, HTML and text, and the people that it goes to: the same for each program under test."""
import json
import os

FIELDS = ("first name", "last name", "city", "member")
SUBJECT = "{{first name}}, the news for {{city}}"
SENTENCE = "Our shop has new things in every week of the year, and you were among the first. "
TEXT = "Dear {{first name}} {{last name}},\n\n%s\n\nYour number is {{member}}.\n"
HTML = ('<html><body><h1>Hello {{first name}}</h1>\n<p>Dear {{first name}} {{last name}} in {{city}},</p>\n%s'
        '<p><a href="https://example.org/?c={{member}}">Your number is {{member}}</a></p></body></html>\n')


def fill(octets):
    """Text of so many octets, in lines of 81; the last one is cut."""
    whole, rest = divmod(max(0, octets), len(SENTENCE))
    return "\n".join([SENTENCE[:-1]] * whole + ([SENTENCE[:max(0, rest - 1)].rstrip()] if rest > 1 else []))


def write(folder, size, overhead):
    """Writes text.txt, letter.html and letter.json (subject, text, html). overhead: what the program under test adds by itself, in octets."""
    os.makedirs(folder, exist_ok=True)
    room = size - overhead - len(TEXT) - len(HTML)
    text = TEXT % fill(room // 3)
    html = HTML % "".join(f"<p>{line}</p>\n" for line in fill((room - room // 3) * 82 // 90).split("\n"))
    for name, content in (("letter.txt", text), ("letter.html", html), ("letter.json", json.dumps({"subject": SUBJECT, "text": text, "html": html}))):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.write(content)
    return folder


def write_fixed(path, size):
    """A finished message for smtp-source, which personalises nothing: exactly `size` octets with CRLF at each end of line."""
    head = "From: office@example.org\nTo: user@example.org\nSubject: the news\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
    lines, left = head.split("\n")[:-1], size - len(head) - head.count("\n")
    while left > 82:
        lines.append(SENTENCE[:-1])
        left -= len(SENTENCE) + 1
    lines.append("x" * max(0, left - 2))
    with open(path, "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")
    return path


def write_people(path, count, first=0):
    """Every eighth has a letter beyond ASCII in a field, as people have."""
    with open(path, "w", encoding="utf-8") as out:
        out.write("email,first name,last name,city,member\n")
        out.writelines(f"user{i}@example.org,First{i % 977},Last{i % 3331},{'Köln' if i % 8 == 0 else 'City'}{i % 83},{i}\n" for i in range(first, first + count))
    return path
