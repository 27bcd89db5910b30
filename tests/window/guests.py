"""guests.py - people as a school's program writes them: a file that is not clean, and whose fields strangers have filled in."""

GUESTS = 120
NASTY = {  # what strangers may have put into a field
    "markup": "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>",
    "bidi": "\u202egro.elpmaxe@tseug\u202c \u2066x\u2069",
    "style": "</style><style>*{display:none}</style>{{name}}",
    "formula": "=cmd|' /C calc'!A0",
    "long": "W" * 3000,
    "line": "x\r\nBcc: thief@example.com",
    "null": "a\\0b\u0000c%00\u2028d",
}
MARKED = " <b onclick=alert(1)>"  # in a name


def messy_csv():
    """As a school's program writes it: semicolons, umlauts, people who are there twice, addresses that are none, and what a stranger typed into a form."""
    rows = ["Name;E-Mail;Ort;Bemerkung"]
    notes = list(NASTY.values())
    for number in range(1, GUESTS + 1):
        note = notes[number - 1] if number <= len(notes) else "möchte Neues hören"
        rows.append("Gäst %03d%s;guest%03d@example.org;%s;\"%s\"" % (number, MARKED if number == 2 else "", number, "Köln" if number % 2 else "Zürich", note.replace('"', '""')))
    rows += ["Gäst 005;GUEST005@example.org;Köln;", "Gäst 006 ;guest006@example.org;Zürich;", "Nobody;not-an-address;Köln;", "Nobody;also@@bad@;Köln;", ";;;"]
    return "\r\n".join(rows) + "\r\n"
