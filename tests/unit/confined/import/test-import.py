#!/usr/bin/env python3
"""The locked postrider-import, asked over its contract by import-driver; TAP. Arguments: import-driver, fixtures folder."""
import csv
import io
import os
import struct
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import zipfile

DRIVER, FIXTURES = sys.argv[1:3]
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class Result:
    def __init__(self, text, status):
        self.text, self.status = text, status
        self.found, self.contacts, self.rejects, self.errors, self.roles, self.problem, self.notes, self.readings = [], [], [], [], [], [], [], []
        self.sheets = []
        for line in text.splitlines():
            kind, *rest = line.split("\t")
            rest = [urllib.parse.unquote(r) for r in rest]
            {"found": self.found, "contact": self.contacts, "reject": self.rejects, "error": self.errors,
             "roles": self.roles, "problem": self.problem, "note": self.notes, "readings": self.readings, "sheets": self.sheets}[kind].append(rest)


def run(data, *args, order=None, path=None):
    with tempfile.NamedTemporaryFile() as file:
        file.write(data if isinstance(data, bytes) else data.encode())
        file.flush()
        env = dict(os.environ, DRIVER_ORDER=order or "")
        done = subprocess.run([DRIVER, path or file.name, *args], stdout=subprocess.PIPE, env=env, timeout=120)
        return Result(done.stdout.decode(), done.returncode)


def book(sheet, strings="", styles="", extra=(), sheets='<sheet name="One" sheetId="1" r:id="rId1"/>', prolog="", properties=""):
    """A workbook from its parts: sheetData's inside, sst's inside, styleSheet's inside."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", "<Types/>")
        z.writestr("xl/workbook.xml", '%s<workbook %s xmlns:r="%s">%s<sheets>%s</sheets></workbook>' % (prolog, NS, REL, properties, sheets))
        z.writestr("xl/_rels/workbook.xml.rels", '<Relationships>' + "".join(
            '<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>' % (i, REL, t, f) for i, t, f in
            ((1, "worksheet", "worksheets/sheet1.xml"), (2, "worksheet", "/xl/worksheets/sheet2.xml"),
             (8, "sharedStrings", "sharedStrings.xml"), (9, "styles", "styles.xml"))) + "</Relationships>")
        z.writestr("xl/worksheets/sheet1.xml", "%s<worksheet %s><sheetData>%s</sheetData></worksheet>" % (prolog, NS, sheet))
        z.writestr("xl/sharedStrings.xml", "<sst %s>%s</sst>" % (NS, strings))
        z.writestr("xl/styles.xml", "<styleSheet %s>%s</styleSheet>" % (NS, styles))
        for name, data in extra:
            z.writestr(name, data)
    return out.getvalue()


def inline(*cells):
    return "".join('<c t="inlineStr"><is><t>%s</t></is></c>' % c for c in cells)


class Import(unittest.TestCase):
    maxDiff = None

    def fails(self, result, code, words):
        self.assertEqual(1, result.status)
        self.assertEqual(1, len(result.errors), result.text)
        self.assertEqual("org.postrider.Fault." + code, result.errors[0][0])
        self.assertIn(words, result.errors[0][1])

    # the contract's states
    def test_next_before_open(self):
        self.fails(run("email\na@example.org\n", order="next-first"), "Usage", "no file is open yet")

    def test_next_after_end(self):
        r = run("email\na@example.org\n", order="after-end")
        self.fails(r, "Usage", "no more rows")
        self.assertEqual(1, len(r.contacts))

    def test_open_again_and_garbage(self):
        self.fails(run("email\na@example.org\n", order="open-twice"), "Usage", "one process, one file")
        self.fails(run("email\na@example.org\n", order="no-fd"), "Usage", "no file came")
        self.fails(run("email\na@example.org\n", order="bad-map"), "Usage", "mapped to")
        self.fails(run("email\na@example.org\n", order="bad-others"), "Usage", "unused")
        self.fails(run("email\na@example.org\n", "batch=0"), "Usage", "at least one row")

    def test_words(self):
        self.fails(run("email\n", "format=pdf"), "Usage", "no such format")
        self.fails(run("email\n", "encoding=ebcdic"), "Usage", "no such encoding")
        self.fails(run("email\n", "region=XX"), "Usage", "no such region")
        self.fails(run("email\n", "header=on"), "Usage", "header is")

    def test_region_any_case(self):
        self.assertEqual("+442079460958", run("tel\n020 7946 0958\n", "region=gb").contacts[0][3])

    # delimited text
    def test_encodings(self):
        text = "Name;E-Mail;Stadt\nJörg Müller;joerg@example.org;Köln\n"
        for data, word in ((text.encode(), "utf-8"), (text.encode("utf-8-sig"), "utf-8"), (text.encode("cp1252"), "windows-1252"),
                           (text.encode("utf-16"), "utf-16le"), (b"\xfe\xff" + text.encode("utf-16-be"), "utf-16be")):
            r = run(data)
            self.assertEqual([["csv", word, "Stadt"]], r.found)
            self.assertEqual([["2", "Jörg Müller", "joerg@example.org", "", "Köln"]], r.contacts)
        r = run(text.replace("ö", "€").encode("iso-8859-15"), "encoding=iso-8859-15")
        self.assertEqual("K€ln", r.contacts[0][4])

    def test_late_umlaut(self):
        """The first octet that is no UTF-8 stands behind a megabyte: the head must not have decided."""
        lines = ["name,email"] + ["x,a%d@example.org" % i for i in range(60000)] + ["Jörg,j@example.org"]
        r = run("\n".join(lines).encode("cp1252"), "batch=5000")
        self.assertEqual("windows-1252", r.found[0][1])
        self.assertEqual(["60002", "Jörg", "j@example.org", ""], r.contacts[-1])
        self.assertEqual(60001, len(r.contacts))

    def test_utf8_over_piece_borders(self):
        lines = ["name,email"] + ["ä" * (i % 97) + "€😀,a%d@example.org" % i for i in range(9000)]
        r = run("\n".join(lines))
        self.assertEqual("utf-8", r.found[0][1])
        self.assertEqual([l.split(",")[0] for l in lines[1:]], [c[1] for c in r.contacts])

    def test_override_with_bad_bytes(self):
        r = run(b"name,email,city\nJ\xf6rg,j@example.org,K\xf6ln\nB,b\xf6@example.org,\n", "encoding=utf-8")
        self.assertEqual([["2", "", "j@example.org", "", ""]], r.contacts)
        self.assertEqual([["2", "1", "name", "bad-encoding"], ["2", "1", "city", "bad-encoding"], ["3", "0", "email", "bad-encoding"]],
                         sorted([x[0], x[1], x[2], x[4]] for x in r.rejects) and
                         [[x[0], x[1], x[2], x[4]] for x in r.rejects])

    def test_rows_as_a_spreadsheet_counts(self):
        r = run('name,email\n\n"A\nB",a@example.org\n\n,\nC,c@example.org\n')
        self.assertEqual([["3", "A B", "a@example.org", ""], ["6", "C", "c@example.org", ""]], r.contacts)
        self.assertEqual([], r.rejects)

    def test_no_values(self):
        r = run("name,email,phone,city\n-,a@example.org,NULL,#N/A\n-,#N/A,NULL,-\nBob,-,,x\n")
        self.assertEqual([["2", "", "a@example.org", "", ""]], r.contacts)
        self.assertEqual([["4", "0", "", "Bob", "no-address"]], [x[:5] for x in r.rejects])

    def test_reasons(self):
        r = run("name,email,phone\nA,bad@,+442079460958\nB,b@example.org,12\nC,c@,0123 456789\nD,%s@example.org,\n" % ("x" * 65))
        self.assertEqual([["2", "A", "", "+442079460958"], ["3", "B", "b@example.org", ""]], r.contacts)
        self.assertEqual([["2", "1", "email", "bad@", "bad-email"], ["3", "1", "phone", "12", "ambiguous-phone"],
                          ["4", "0", "email", "c@", "bad-email"], ["4", "1", "phone", "0123 456789", "ambiguous-phone"],
                          ["5", "0", "email", "x" * 65 + "@example.org", "too-long"]], [x[:5] for x in r.rejects])

    def test_without_header(self):
        r = run("Ann,ann@example.org,x\nBob,bob@example.org,y\n")
        self.assertEqual([["csv", "utf-8", "column 3"]], r.found)
        self.assertEqual([["1", "Ann", "ann@example.org", "", "x"], ["2", "Bob", "bob@example.org", "", "y"]], r.contacts)
        self.assertEqual(2, len(run("email,x\nann@example.org,y\n", "header=no").rejects + run("email,x\nann@example.org,y\n", "header=no").contacts))

    def test_unknown_header(self):
        r = run("Kunde,Kontaktweg,Ort\nAnn,ann@example.org,Ulm\n")
        self.assertEqual([["2", "", "ann@example.org", "", "Ann", "Ulm"]], r.contacts)

    def test_map(self):
        data = "who,a,b,email\nAnn,x@example.org,y@example.org,z@example.org\n"
        self.assertEqual([["2", "Ann", "y@example.org", "", "x@example.org", "z@example.org"]],
                         run(data, "map:email=B", "map:name=1").contacts)
        self.assertEqual("email 2", run(data, "map:email=B").found[0][-1])
        self.fails(run(data, "map:email=nope"), "Usage", "“nope”")
        self.fails(run(data, "map:email=9"), "Usage", "who, a, b, email")

    def test_others(self):
        """What the user says of a column holds: nothing is guessed about it, and what is unused is nowhere"""
        data = "name,email,phone,town,manager mail\nAnn,a@example.org,+442079460958,Ulm,b@example.org\n"
        row = ["2", "Ann", "a@example.org", "+442079460958", "Ulm", "b@example.org"]
        self.assertEqual([row], run(data).contacts)  # the control
        self.assertEqual([["2", "Ann", "a@example.org", "", "Ulm", "b@example.org"]], run(data, "other:phone=unused").contacts)
        self.assertEqual([row[:5]], run(data, "other:5=unused").contacts)
        self.assertEqual([["2", "", "a@example.org", "+442079460958", "Ann", "Ulm", "b@example.org"]], run(data, "other:NAME=field").contacts)
        self.assertEqual("name 2", run(data, "other:NAME=field").found[0][2])
        self.assertEqual([["2", "Ann", "b@example.org", "+442079460958"]], run(data, "map:email=manager mail", "other:email=unused", "other:town=unused").contacts)
        self.assertEqual([["2", "", "a@example.org", ""]], run(data, "map:email=2", *("other:%s=unused" % one for one in ("name", "phone", "town", "manager mail"))).contacts)
        self.fails(run(data, "other:nope=unused"), "Usage", "“nope”")
        self.fails(run(data, "map:email=2", "other:email=field"), "Usage", "two meanings")
        self.fails(run(data, "other:2=field", "other:email=unused"), "Usage", "two meanings")
        self.fails(run("name,email\nAnn,a@example.org\n", "other:email=unused"), "DataErr", "no column holds")

    def test_others_stop_guessing(self):
        data = "Ann,a@example.org,Ulm\nBob,b@example.org,Bonn\n"
        self.assertEqual(["1", "Ann", "a@example.org", "", "Ulm"], run(data).contacts[0])  # the control
        self.assertEqual(["1", "Ulm", "a@example.org", ""], run(data, "other:1=unused").contacts[0])
        self.assertEqual(["1", "", "a@example.org", "", "Ann", "Ulm"], run(data, "other:1=field", "other:3=field").contacts[0])
        self.fails(run(data, "other:2=field"), "DataErr", "no column holds")

    def test_others_of_a_list(self):
        data = "Ann <a@example.org>\nBob <b@example.org>\n"
        self.assertEqual(["1", "Ann", "a@example.org", ""], run(data, "format=text").contacts[0])  # the control
        self.assertEqual(["1", "", "a@example.org", ""], run(data, "format=text", "other:name=unused").contacts[0])
        self.fails(run(data, "format=text", "other:street=unused"), "Usage", "“street”")

    def test_look(self):
        data = "name,email,phone,town\nAnn,a@example.org,+442079460958,Ulm\n"
        self.assertEqual([["name", "email", "phone", "field"]], run(data, order="look").roles)
        r = run(data, "other:phone=unused", "other:name=field", "map:first=town", order="look")
        self.assertEqual(([["field", "email", "unused", "first"]], []), (r.roles, r.problem))
        self.assertIn("no column holds", run(data, "other:phone=unused", "other:email=unused", order="look").problem[0][0])
        self.assertEqual([["unused", "email", "phone"]], run("Ann <a@example.org>\n", "format=text", "other:1=unused", order="look").roles)

    def test_no_usable_column(self):
        self.fails(run("a,b\n1,2\n"), "DataErr", "--map email=COLUMN")

    def test_street_is_no_address(self):
        r = run("Name,Address,E-Mail,Number\nAnn,High Street 1,ann@example.org,17\n")
        self.assertEqual([["csv", "utf-8", "Address", "Number"]], r.found)
        self.assertEqual([["2", "Ann", "ann@example.org", "", "High Street 1", "17"]], r.contacts)
        self.assertEqual("ann@example.org", run("Name,Address\nAnn,ann@example.org\n").contacts[0][2])

    def test_names(self):
        self.assertEqual("Ann Lee", run("First Name,Last Name,email\nAnn,Lee,a@example.org\n").contacts[0][1])
        self.assertEqual("Ann Lee", run("Vorname;Name;email\nAnn;Lee;a@example.org\n").contacts[0][1])
        self.assertEqual("Ann Lee", run("Nombre;Apellidos;correo\nAnn;Lee;a@example.org\n").contacts[0][1])
        self.assertEqual("Ann Lee", run("Name,Given Name,Family Name,email\n,Ann,Lee,a@example.org\n").contacts[0][1])
        self.assertEqual("Ann M. Lee", run("Name,Given Name,email\nAnn M. Lee,Ann,a@example.org\n").contacts[0][1])
        self.assertEqual(["First Name", "Last Name"], run("First Name,Last Name,email\nAnn,Lee,a@example.org\n").found[0][2:])

    def test_same_header_twice(self):
        self.assertEqual(["City", "city 2", "City 3"], run("email,City,city,City\na@example.org,1,2,3\n").found[0][2:])

    def test_rejects_hold_the_row(self):
        r = run('name,email,Town\n"A\nB",bad@,Ulm\nC,c@example.org,\xff\nD,d@example.org,Bonn,x\n'.encode("latin-1"), "encoding=utf-8")
        self.assertEqual([["name", "A\nB", "email", "bad@", "Town", "Ulm"], ["name", "C", "email", "c@example.org", "Town", "\ufffd"],
                          ["name", "D", "email", "d@example.org", "Town", "Bonn", "", "x"]], [x[6:] for x in r.rejects])
        r = run("Ann,ann@example.org,Ulm\nBob,bob@,Bonn\n")  # without a header: what the columns were taken for, which a second import knows
        self.assertEqual([["name", "Bob", "email", "bob@", "column 3", "Bonn"]], [x[6:] for x in r.rejects])
        r = run("rejected_row,rejected_reason,name,email\n3,email: bad-email: no,Bob,bob@example.org\n")
        self.assertEqual(([["csv", "utf-8"]], [["2", "Bob", "bob@example.org", ""]]), (r.found, r.contacts))

    def test_slipped_row(self):
        r = run("name,email,city\nLee, Ann,a@example.org,Ulm\nB,b@example.org,Ulm,,\n")
        self.assertEqual([["3", "B", "b@example.org", "", "Ulm"]], r.contacts)
        self.assertEqual(["2", "0", "wrong-columns"], [r.rejects[0][i] for i in (0, 1, 4)])

    def test_google(self):
        with open(os.path.join(FIXTURES, "google.csv"), "rb") as file:
            r = run(file.read())
        self.assertEqual(["2", "Ann Lee", "ann@example.org", "+442079460958"], r.contacts[0][:4])
        row = dict(zip(r.found[0][2:], r.contacts[0][4:]))
        self.assertEqual("ann@example.org ::: ann.lee@example.com", row["E-mail 1 - Value"])
        self.assertEqual("ann@example.net", row["E-mail 2 - Value"])
        self.assertEqual(["3", "Bob", "bob@example.org", ""], r.contacts[1][:4])
        self.assertEqual([["3", "1", "email", "not an address"]], [x[:4] for x in r.rejects])

    def test_outlook(self):
        with open(os.path.join(FIXTURES, "outlook.csv"), "rb") as file:
            r = run(file.read(), "region=US")
        self.assertEqual([["2", "Ann Lee", "ann@example.org", "+12025550123"], ["3", "Bob Roe", "bob@example.org", "+12025550188"]],
                         [c[:4] for c in r.contacts])
        self.assertEqual("bob2@example.org", dict(zip(r.found[0][2:], r.contacts[1][4:]))["E-mail 2 Address"])

    def test_mailbox_in_a_cell(self):
        r = run('email\n"Ann <ann@example.org>"\nmailto:bob@example.org\n"""Lee, C"" <c@example.org>"\n', "format=csv", "header=yes")
        self.assertEqual(["ann@example.org", "bob@example.org", "c@example.org"], [c[2] for c in r.contacts])

    def test_same_as_python(self):
        rows = [["name", "email", "note"]] + [['N "%d", x' % i, "a%d@example.org" % i, "line\r\nbreak %d;\t|" % i] for i in range(2000)]
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        r = run(out.getvalue(), "batch=77")
        self.assertEqual([[str(i + 2), row[0], row[1], "", row[2]] for i, row in enumerate(rows[1:])], r.contacts)

    def test_limits(self):
        self.fails(run("email,x\na@example.org," + "x" * (1 << 20) + "\nb@example.org," + "y" * ((1 << 20) + 1) + "\n"), "DataErr", "row 3: ")
        self.fails(run("email" + "," * 1000 + "\n"), "DataErr", "row 1: more than 1,000 columns")
        self.fails(run('email\na@example.org\n"b@example.org\n'), "DataErr", "row 3: a quotation mark")
        self.fails(run(""), "DataErr", "empty")
        self.fails(run("\n\n,,\n"), "DataErr", "no rows")
        self.fails(run("", path="/proc/self"), "DataErr", "no file")
        r = run("email,x\n" + "".join("a%d@example.org,%s\n" % (i, "x" * 1000000) for i in range(12)))
        self.assertEqual(12, len(r.contacts)) # replies stay under the contract's limit

    def test_a_file_over_a_gibibyte(self):
        with tempfile.NamedTemporaryFile() as file:
            file.truncate((1 << 30) + 1)
            self.fails(run("", path=file.name), "DataErr", "1 GiB")

    def test_foreign(self):
        for data, words in ((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"), (b"%PDF-1.7\n", "PDF"), (b"\x1f\x8b\x08", "gzip"),
                            (b"BEGIN:VCARD\n", "vCard"), ("email\n".encode("utf-16-le"), "--encoding utf-16le"), (bytes(range(256)), "no text"),
                            (b"PK\3\4junk", "damaged")):
            self.fails(run(data), "DataErr", words)
        for text, words in (("begin:vcard\n", "vCard"), ("dn: cn=Ann,mail=ann@example.org\ncn: Ann\n", "LDIF"), ("# extended LDIF\n#\n\nversion: 1\n\ndn:: Y24=\n", "LDIF"),
                            ("From ann@example.org Sat May  3 10:00:00 2025\nReturn-Path: <ann@example.org>\nTo: bob@example.org\n\nHi", "mailbox"),
                            ("Received: from a by b;\n  Sat, 3 May 2025\nFrom: Ann <ann@example.org>\nSubject: Hi\n\nHi", "a mail"),
                            ("<HTML><table><tr><td>ann@example.org</td>", "web page"), ("<!DocType HTML>", "web page"), ("<Table border=1>", "web page"),
                            ('<?XML version="1.0"?><a/>', "XML"), ('<contacts><c mail="ann@example.org"/></contacts>', "XML"),
                            ('[ {"email": "ann@example.org"}]', "JSON"), ('{ "people": []}', "JSON")):
            for data in (text.encode(), text.upper().encode(), text.encode("utf-8-sig"), ("\r\n \n" + text.replace("\n", "\r\n")).encode(), text.encode("utf-16")):
                self.fails(run(data), "DataErr", words)
        for text in ("<ann@example.org>\n<bob@example.org>\n", "[Club] ann@example.org\n", "To: ann@example.org\nCc: bob@example.org\n", "From: ann@example.org\n",
                     "dn,email\nx,ann@example.org\n", "From,Subject,email\na,b,ann@example.org\n", "<header@example.org>\n"):
            self.assertEqual([], run(text).errors)  # the control
        for name, words in (("content.xml", ".ods"), ("word/document.xml", "Word"), ("xl/workbook.bin", ".xlsb"), ("list.csv", "unpack")):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as z:
                z.writestr(name, "<a/>")
            self.fails(run(out.getvalue()), "DataErr", words)

    # pasted lists
    def test_list(self):
        r = run("ann@example.org\nBob <bob@example.org>, Eve: +44 20 7946 0958\n\n+49 30 123456 - Kurt; x@example.net\nwords\n")
        self.assertEqual([["text", "utf-8"]], r.found)
        self.assertEqual([["1", "", "ann@example.org", ""], ["2", "Bob", "bob@example.org", ""], ["2", "Eve", "", "+442079460958"],
                          ["4", "Kurt", "", "+4930123456"], ["4", "", "x@example.net", ""]], r.contacts)
        self.assertEqual([["5", "0", "", "words", "no-address"]], [x[:5] for x in r.rejects])

    # text as it comes
    def test_controls(self):
        """White space of any kind is a blank or a line break, what else controls is left out and listed; one stops nobody"""
        r = run("name,email,note\nA\x0bB,a@example.org,one\x0btwo\x0cthree\x85four\u2028five\nC\x07,c@example.org,x\x00y\n")
        self.assertEqual([["2", "A B", "a@example.org", "", "one\ntwo\nthree\nfour\nfive"], ["3", "C", "c@example.org", "", "xy"]], r.contacts)
        self.assertEqual([["3", "1", "name", "control-characters"], ["3", "1", "note", "control-characters"]],
                         sorted([[x[0], x[1], x[2], x[4]] for x in r.rejects]))

    def test_stray_quotes(self):
        r = run('Name,Email\nAnn,ann@example.org\n"Bob,bob@example.org\nCarol,carol@example.org\nDave "D" Day,dave@example.org\nEve,eve@example.org\n')
        self.assertEqual(["Ann", "Bob", "Carol", 'Dave "D" Day', "Eve"], [c[1] for c in r.contacts])
        self.assertEqual([["3", "1", "stray-quote"]], [[x[0], x[1], x[4]] for x in r.rejects])
        r = run('Name,Email\n"Ann,ann@example.org\nBob",bob@example.org\nEve,eve@example.org\n')
        self.assertEqual(["Ann", "Bob", "Eve"], [c[1] for c in r.contacts])
        r = run('Name,Email\nAnn,"ann@example.org\nBob,bob@example.org"\nEve,eve@example.org\n')
        self.assertEqual((["Eve"], [["2", "0", "stray-quote"], ["2", "1", "stray-quote"]]), ([c[1] for c in r.contacts], [[x[0], x[1], x[4]] for x in r.rejects]))

    def test_dirt(self):
        r = run('name,email,zip,nick\n="Bob",="bob@example.org",="01067",\u200bB\u200b\nAnn, "ann@example.org" ,\'02000,\'t Hooft\n\'Eve\',\'eve@example.org\',-,nan\n')
        self.assertEqual([["2", "Bob", "bob@example.org", "", "01067", "B"], ["3", "Ann", "ann@example.org", "", "02000", "'t Hooft"],
                          ["4", "Eve", "eve@example.org", "", "", ""]], r.contacts)

    def test_words_for_nothing(self):
        r = run("name,email,city\nnan,a@example.org,\\N\nn/a,b@example.org,None\n(null),c@example.org,#REF!\nNan,d@example.org,#DIV/0!\n")
        self.assertEqual([["", ""], ["", ""], ["", ""], ["Nan", ""]], [[c[1], c[4]] for c in r.contacts])

    def test_pasted(self):
        self.assertEqual(["ann@example.org", "bob@example.org", "carol@example.org"], [c[2] for c in run("ann@example.org bob@example.org\tcarol@example.org\n").contacts])
        r = run("=?utf-8?Q?J=C3=BCrgen?= <j@example.org>, =?ISO-8859-1?B?Wm/r?= =?ISO-8859-1?Q?_Lee?= <z@example.org>\n")
        self.assertEqual([["Jürgen", "j@example.org"], ["Zoë Lee", "z@example.org"]], [c[1:3] for c in r.contacts])
        r = run('Parents: ann@example.org, Bob Ray <bob@example.org>, "Lee, C. (Sales)" <c@example.org>;\n')
        self.assertEqual([["", "ann@example.org"], ["Bob Ray", "bob@example.org"], ["C. Lee", "c@example.org"]], [c[1:3] for c in r.contacts])
        r = run("Lee, Ann <ann@example.org>\nRay, Bob <bob@example.org>\n")
        self.assertEqual([["Ann Lee", "ann@example.org"], ["Bob Ray", "bob@example.org"]], [c[1:3] for c in r.contacts])

    def test_nobody_is_named_by_an_address(self):
        r = run("Name,Email\nann@example.org,ann@example.org\nzoe@example.org,bob@example.org\n")
        self.assertEqual([["", "ann@example.org"], ["", "bob@example.org"]], [c[1:3] for c in r.contacts])
        self.assertEqual([["3", "1", "name", "zoe@example.org", "name-is-address"]], [x[:5] for x in r.rejects])

    def test_several_in_a_cell(self):
        data = 'name,email,city\nAnn,"a1@example.org; a2@example.org",Ulm\nBob,bob@example.org,Bonn\n'
        r = run(data)
        self.assertEqual((["bob@example.org"], [["2", "0", "several-addresses"]]), ([c[2] for c in r.contacts], [[x[0], x[1], x[4]] for x in r.rejects]))
        r = run(data, "several=first")
        self.assertEqual((["a1@example.org", "bob@example.org"], [["2", "1", "several-addresses"]]), ([c[2] for c in r.contacts], [[x[0], x[1], x[4]] for x in r.rejects]))
        r = run(data, "several=each")
        self.assertEqual([["2", "Ann", "a1@example.org", "", "Ulm"], ["2", "Ann", "a2@example.org", "", "Ulm"], ["3", "Bob", "bob@example.org", "", "Bonn"]], r.contacts)
        self.assertEqual([], r.rejects)
        self.fails(run(data, "several=some"), "Usage", "several")

    def test_separator_said(self):
        for mark in ("^", "!", "~"):
            self.assertEqual([["3", "Ann", "ann@example.org", ""]], run("sep=%s\r\nName%sEmail\r\nAnn%sann@example.org\r\n" % (mark, mark, mark)).contacts)

    # columns
    def test_whose_address(self):
        for header in ("Referred by", "Bounced email", "Old e-mail", "Supervisor email", "Emergency e-mail", "Fax"):
            self.fails(run("Name,%s\nAnn,zoe@example.org\n" % header), "DataErr", "--map")
        data = "Name,Email,Work mail\nAnn,a@example.org,aw@example.org\nBob,,bw@example.org\nEve,,\n"
        self.fails(run(data), "DataErr", "Email, Work mail")
        self.assertIn("Email, Work mail", run(data, order="look").problem[0][0])
        r = run(data, "map:email=Email")
        self.assertEqual(["a@example.org"], [c[2] for c in r.contacts])
        self.assertEqual([["3", "0", "bw@example.org", "other-address"], ["4", "0", "Eve", "no-address"]], [[x[0], x[1], x[3], x[4]] for x in r.rejects])
        self.fails(run("Student,Parent 1 Email,Parent 2 Email\nAnn,a@example.org,b@example.org\n"), "DataErr", "Parent 1 Email, Parent 2 Email")
        self.assertEqual(["b@example.org"], [c[2] for c in run("Name,Email,Email 2\nBob,,b@example.org\n").contacts])  # one person's: the first that is there
        self.fails(run("Ann,a@example.org,b@example.org\n"), "DataErr", "column 2, column 3")
        self.assertEqual(["", "ann@example.org", ""], run("Name,Email,Fax\n,ann@example.org,+49301234567\n").contacts[0][1:4])

    def test_names_by_comma(self):
        r = run('Name;Email\nFuchs, Rosa;r@example.org\nLee, Ann;a@example.org\nBob Ray;b@example.org\nMiller, GmbH;m@example.org\n')
        self.assertEqual(["first name", "last name"], r.found[0][2:])
        self.assertEqual([["Rosa Fuchs", "Rosa", "Fuchs"], ["Ann Lee", "Ann", "Lee"], ["Bob Ray", "", ""], ["Miller, GmbH", "", ""]],
                         [[c[1], c[4], c[5]] for c in r.contacts])

    def test_header_row(self):
        people = "Name,Email,City\nAnn,ann@example.org,Bonn\n"
        for above in ("", "Members 2026,,\n", "Table 1\n", "School of X\n\nPrinted,3 May\n,,\n"):
            r = run(above + people)
            self.assertEqual([["Ann", "ann@example.org", "", "Bonn"]], [c[1:] for c in r.contacts], above)
            self.assertEqual([], r.rejects)
        r = run("\n".join("Line %d" % i for i in range(14)) + "\nVorname;Nachname;E-Mail\nAnn;Lee;ann@example.org\n")
        self.assertEqual(["16", "Ann Lee", "ann@example.org"], r.contacts[0][:3])
        self.assertIn("row 2", run("Table 1\n" + people).notes[0][0])
        r = run("Printed;01.09.2026\nKind;E-Mail;Klasse\nAnn;ann@example.org;4b\n")
        self.assertEqual(([["3", "", "ann@example.org", "", "Ann", "4b"]], []), (r.contacts, r.rejects))
        r = run("Parent,,Home\nName,Email,City\nAnn,ann@example.org,Bonn\n")
        self.assertEqual((["ann@example.org"], True), ([c[2] for c in r.contacts], "two rows" in r.notes[0][0]))
        r = run("Zoe,zoe@example.org,Ulm\n" + people)  # a person above it does not vanish
        self.assertEqual([["1", "0", "above-header"]], [[x[0], x[1], x[4]] for x in r.rejects])
        r = run("x,y\nName,Email\nName,Email\nAnn,ann@example.org\n", "header=3")
        self.assertEqual((["ann@example.org"], []), ([c[2] for c in r.contacts], r.rejects))
        self.fails(run(people, "header=7"), "Usage", "row 7")

    def test_who_left(self):
        for data in ("email,name,status\na@example.org,A,blocklisted\nb@example.org,B,enabled\n",
                     "Email,Accepts Email Marketing\na@example.org,no\nb@example.org,yes\n",
                     "Email,Unsubscribed\na@example.org,2026-01-02 10:00:00\nb@example.org,\n",
                     "Email,EMAIL_BLACKLISTED\na@example.org,TRUE\nb@example.org,FALSE\n"):
            r = run(data)
            self.assertEqual((["b@example.org"], [["2", "0", "email", "a@example.org", "left"]]), ([c[2] for c in r.contacts], [x[:5] for x in r.rejects]), data)
            self.assertEqual(2, len(run(data, "left=take").contacts))

    def test_typing_errors(self):
        r = run("email\nann@gmial.com\nbob@gmail.com\neve@hotmail.con\nkim@mail.com\nlea@school.example\n")
        self.assertEqual(5, len(r.contacts))
        self.assertEqual([["2", "2", "domain-typo"], ["4", "2", "domain-typo"]], [[x[0], x[1], x[4]] for x in r.rejects])
        self.assertIn("gmail.com", r.rejects[0][5])

    def test_same_address(self):
        r = run('email\n"""ann""@example.org"\n"""a b""@example.org"\nx@BÜCHER.example\n')
        self.assertEqual(["ann@example.org", '"a b"@example.org', "x@xn--bcher-kva.example"], [c[2] for c in r.contacts])

    # encodings
    def test_one_bad_octet(self):
        rows = "".join("Jürgen %d;j%d@example.org\n" % (i, i) for i in range(200)).encode()
        r = run("Name;Email\n".encode() + rows + b"Zo\xeb;z@example.org\n")
        self.assertEqual(("utf-8", "Jürgen 0", ""), (r.found[0][1], r.contacts[0][1], r.contacts[-1][1]))
        self.assertEqual([["202", "1", "name", "bad-encoding"]], [[x[0], x[1], x[2], x[4]] for x in r.rejects])

    def test_unclear_encoding(self):
        for name, encoding in (("Łukasz Wiśniewski", "cp1250"), ("Jiří Dvořák", "cp1250"), ("Анна", "cp1251"), ("Jürgen", "mac-roman"), ("Jürgen Groß", "cp850"), ("Kučera", "iso-8859-2")):
            data = ("Name;Email\n%s;a@example.org\n" % name).encode(encoding)
            self.fails(run(data), "DataErr", "--encoding")
            r = run(data, order="look")
            self.assertNotEqual([], r.problem)
            self.assertIn(name, r.readings[0][1::2]) if encoding != "iso-8859-2" else None
        for name in ("Jörg Müller", "Hélène Lefèvre", "Muñoz", "João Simões", "Søren Kjær", "Chloë – “x” €", "O’Neill", "Groß"):
            r = run(("Name;Email\n%s;a@example.org\n" % name).encode("cp1252"))
            self.assertEqual((("windows-1252", name)), (r.found[0][1], r.contacts[0][1]) if r.found else r.errors)
        self.fails(run("Prénom;Email\n".encode() + b"J\xe9r\xf4me;j@example.org\n"), "DataErr", "encod")

    def test_encodings_of_iconv(self):
        for name, word, codec in (("Łukasz", "windows-1250", "cp1250"), ("Анна", "KOI8-R", "koi8-r"), ("Jürgen", "MACINTOSH", "mac-roman"), ("山田", "shift_jis", "shift_jis"),
                                  ("李雷", "GB18030", "gb18030"), ("Ωμέγα", "iso-8859-7", "iso-8859-7"), ("김", "euc-kr", "euc-kr")):
            r = run(("Name;Email\n%s;a@example.org\n" % name * 1).encode(codec), "encoding=" + word)
            self.assertEqual((word.lower(), name), (r.found[0][1], r.contacts[0][1]))
        self.fails(run("a\n", "encoding=cp99999"), "Usage", "no such encoding")

    # numbers
    def test_whose_number(self):
        for number, region, right in (("491701234567", "DE", "+491701234567"), ("49 171 1234567", "DE", "+491711234567"), ("0049 171 1234567", "DE", "+491711234567"),
                                      ("49301234567", "DE", "+49301234567"), ("492112345678", "DE", None), ("919876543210", "IN", "+919876543210"), ("9876543210", "IN", "+919876543210"),
                                      ("14155550100", "US", "+14155550100"), ("447911123456", "GB", "+447911123456"), ("447911123456", "DE", None),
                                      ("+49 30 123456 App. 12", "", "+4930123456"), ("+49 30 123456 ext 7", "", "+4930123456"), ("+49 30 FLOWERS", "", None),
                                      ("Tel: +49 30 123456 (home)", "", "+4930123456"), ("2026-05-03", "DE", None), ("03.05.2026", "DE", None), ("3/5/2026 10:00", "US", None)):
            r = run("Name,Phone\nAnn,%s\n" % number, "region=" + region)
            self.assertEqual([right] if right else [], [c[3] for c in r.contacts], number)
            self.assertEqual(0 if right else 1, len(r.rejects), number)

    # workbooks
    def test_workbook_by_openpyxl(self):
        with open(os.path.join(FIXTURES, "openpyxl.xlsx"), "rb") as file:
            data = file.read()
        r = run(data, "region=GB")
        self.assertEqual([["xlsx", "utf-8", "Joined", "Member", "Amount", "Code", "Calc", "Time"]], r.found)
        self.assertEqual([["2", "Zoë Å", "zoe@example.org", "+442079460958", "2024-02-29", "TRUE", "0.3", "00007", "", "09:30:00"],
                          ["4", "Bob & <Co>", "bob@example.org", "+442079460959", "2023-05-06T07:08:09", "FALSE", "0.0000001", "00012", "", ""]],
                         r.contacts)
        self.assertEqual("x@example.net", run(data, "sheet=2").contacts[0][2])
        self.assertEqual("x@example.net", run(data, "sheet=other LIST").contacts[0][2])
        self.fails(run(data, "sheet=zip"), "Usage", "People, Other List")
        self.fails(run(data, "sheet=3"), "Usage", "no sheet")

    def test_cells(self):
        strings = '<si><t>email</t></si><si><r><t>An</t></r><r><t xml:space="preserve">n </t></r><rPh><t>no</t></rPh></si><si><t/></si><si><t>a_x000D__x0041_b</t></si>'
        sheet = ('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>name</t></is></c><c r="C1" t="str"><f>"x"</f><v>calc</v></c>'
                 '<c r="E1" t="inlineStr"><is><t>gap</t></is></c><c r="F1" t="inlineStr"><is><t>err</t></is></c></row>'
                 '<row r="3"><c r="A3" t="str"><v>a@example.org</v></c><c r="B3" t="s"><v>1</v></c><c r="C3"><f>1+1</f><v>2</v></c>'
                 '<c r="E3" t="s"><v>3</v></c><c r="F3" t="e"><v>#REF!</v></c></row>'
                 '<row r="4"/><row r="5"><c r="A5" t="s"><v>99999999999</v></c><c r="E5" s="7"><v>1</v></c></row>')
        r = run(book(sheet, strings))
        self.assertEqual([["xlsx", "utf-8", "calc", "column 4", "gap", "err"]], r.found)
        self.assertEqual([["3", "Ann", "a@example.org", "", "2", "", "a\rAb", ""]], r.contacts)
        self.assertEqual(["5", "0"], r.rejects[0][:2])

    def test_formulas_never_calculated(self):
        sheet = ('<row>' + inline("name", "email", "town") + '</row><row><c><f>"An"</f></c><c><f>LOWER(X1)</f><v></v></c></row>'
                 '<row><c><f t="shared" si="0"/></c>' + inline("bob@example.org") + '<c><f>B9</f><v/></c></row>'
                 '<row><c t="str"><f>""</f><v></v></c>' + inline("c@example.org") + '<c><f>1-1</f><v>0</v></c></row>')
        r = run(book(sheet))
        self.assertEqual([["3", "", "bob@example.org", "", ""], ["4", "", "c@example.org", "", "0"]], r.contacts)
        self.assertEqual([["2", "0", "email", "", "formula"], ["2", "1", "name", "", "formula"], ["3", "1", "name", "", "formula"], ["3", "1", "town", "", "formula"]],
                         [x[:5] for x in r.rejects])
        r = run(book(sheet, properties='<calcPr fullCalcOnLoad="1"/>'))  # XlsxWriter: 0 stands for each
        self.assertEqual(["4", "1", "town", "", "formula"], r.rejects[-1][:5])

    def test_number_with_thousands_is_a_number(self):
        """What a cell shows with commas: they stand for no pause to dial."""
        data = book('<row>' + inline("name", "mobile", "fee") + '</row><row>' + inline("Ann") + '<c s="1"><v>442079460958</v></c><c s="1"><v>1234</v></c></row>',
                    styles='<cellXfs><xf numFmtId="0"/><xf numFmtId="3"/></cellXfs>')
        self.assertEqual([["2", "Ann", "", "+442079460958", "1,234"]], run(data, "region=GB").contacts)

    def test_inline_strings(self):
        row = '<row>%s</row>' % inline("name", "email")
        r = run(book(row + '<row><c t="inlineStr"><v>1.0</v><is><t>Ann</t></is></c><c><is><t>ann@example.org</t></is></c></row>'
                     '<row><c t="inlineStr"><v>Bob</v></c>' + inline("bob@example.org") + '</row>'))
        self.assertEqual(["Ann", "Bob"], [c[1] for c in r.contacts])

    def test_parts(self):
        """Found by the package's relations; no case, any slash; no styles."""
        def pack(root, main, folder, change=lambda name: name):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as z:
                def put(name, data):
                    info = zipfile.ZipInfo()
                    info.filename = change(name)
                    z.writestr(info, data)
                put("_rels/.rels", '<Relationships><Relationship Id="r" Type="%s/officeDocument" Target="%s"/></Relationships>' % (REL, root))
                put(main, '<workbook %s xmlns:r="%s"><sheets><sheet name="One" sheetId="1" r:id="a"/></sheets></workbook>' % (NS, REL))
                head, _, tail = main.rpartition("/")
                put((head + "/" if head else "") + "_rels/" + tail + ".rels", '<Relationships><Relationship Id="a" Type="%s/worksheet" Target="%s"/>'
                    '<Relationship Id="s" Type="%s/styles" Target="styles.xml"/></Relationships>' % (REL, folder, REL))
                put("sheets/one 1.xml", "<worksheet><sheetData><row>%s</row><row>%s</row></sheetData></worksheet>" % (inline("email"), inline("a@example.org")))
            return out.getvalue()
        for arguments in (("/xl/Workbook22.xml", "xl/workbook22.xml", "../sheets/one 1.xml"), ("book.xml", "book.xml", "sheets/one%201.xml"),
                          ("xl\\book.xml", "xl/book.xml", "..\\sheets\\one 1.xml"),
                          ("a/b.xml", "a/b.xml", "/sheets/ONE 1.xml", lambda name: name.replace("/", "\\").upper())):
            r = run(pack(*arguments))
            self.assertEqual((["a@example.org"], []), ([c[2] for c in r.contacts], r.errors), arguments[0])
        self.fails(run(pack("word/document.xml", "word/document.xml", "x")), "DataErr", "Word")

    def test_1904(self):
        data = book('<row>' + inline("email", "day") + '</row><row>' + inline("a@example.org") + '<c s="1"><v>1</v></c></row>',
                    styles='<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>', properties='<workbookPr date1904="1"/>')
        self.assertEqual("1904-01-02", run(data).contacts[0][4])

    def test_hidden_first_sheet(self):
        data = book("<row>" + inline("email") + "</row>", sheets='<sheet name="H" state="hidden" r:id="rId1"/><sheet name="V" r:id="rId2"/>',
                    extra=[("xl/worksheets/sheet2.xml", "<worksheet><sheetData><row>" + inline("email") + "</row><row>" + inline("v@example.org")
                            + "</row></sheetData></worksheet>")])
        self.assertEqual("v@example.org", run(data).contacts[0][2])

    def test_other_sheets(self):
        """Named where this one is not it, said where they were not read, offered in a look."""
        def two(first, second):
            return book(first, sheets='<sheet name="Read me" r:id="rId1"/><sheet name="5b &amp; 6a" r:id="rId2"/>',
                        extra=[("xl/worksheets/sheet2.xml", "<worksheet><sheetData>%s</sheetData></worksheet>" % second)])
        people = "<row>" + inline("email") + "</row><row>" + inline("v@example.org") + "</row>"
        for first in ("", "<row>" + inline("Fill in the next sheet") + "</row><row>" + inline("please") + "</row>"):
            self.fails(run(two(first, people)), "DataErr", "“5b & 6a”: say --sheet NAME")
            r = run(two(first, people), order="look")
            self.assertEqual([["Read me", "5b & 6a"]], r.sheets)
            self.assertEqual(1, len(r.problem), r.text)
        self.assertEqual("v@example.org", run(two("", people), "sheet=5b & 6a").contacts[0][2])
        self.assertEqual(["the sheet “Read me” was read, and not “5b & 6a”"], run(two(people, people)).notes[-1])
        self.assertNotIn("sheet", run(two(people, people), "sheet=1").text)

    def test_hostile_workbooks(self):
        row = "<row>" + inline("email") + "</row><row>" + inline("a@example.org") + "</row>"
        self.fails(run(book(row, prolog='<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>')), "DataErr", "document type")
        self.fails(run(book(row, prolog='<!DOCTYPE x SYSTEM "file:///etc/passwd">')), "DataErr", "document type")
        self.fails(run(book(row + "<a>" * 100 + "</a>" * 100)), "DataErr", "nested")
        self.fails(run(book(row + "<row><c><v>")), "DataErr", "damaged")
        self.fails(run(book(row + '<row r="2"/>')), "DataErr", "out of order")
        self.fails(run(book(row + '<row r="10000001"/>')), "DataErr", "10 million")
        self.fails(run(book(row + '<row r="9"><c r="ZZZ9"><v>1</v></c></row>')), "DataErr", "row 9: more than 1,000 columns")
        self.fails(run(book(row + "<row>" + inline("x" * ((1 << 20) + 1)) + "</row>")), "DataErr", "row 3: a cell")
        self.assertEqual(1, len(run(book(row + '<row r="9"><c r="ZZZ9" s="1"/></row>')).contacts)) # coloured, empty: harmless
        self.fails(run(book(row, sheets='<sheet name="x" r:id="rId2"/>')), "DataErr", "lacks a part")
        self.fails(run(book(row, sheets="")), "DataErr", "no sheet")

    def test_bomb(self):
        row = "<row>" + inline("email") + "</row><row>" + inline("a@example.org") + "</row>"
        self.fails(run(book(row + "<row/>" * (16 << 20))), "DataErr", "200 times")
        self.fails(run(book(row, strings="<si><t>" + "x" * (64 << 20) + "</t></si>")), "DataErr", "")

    def test_lying_sizes(self):
        """The archive's own directory understates what a part unpacks to: we count for ourselves."""
        data = bytearray(book("<row>" + inline("email") + "</row><row>" + inline("a@example.org") + "</row>" + "<row/>" * (16 << 20)))
        at = data.find(b"PK\1\2")
        while at >= 0:
            struct.pack_into("<I", data, at + 24, 1)
            at = data.find(b"PK\1\2", at + 4)
        self.fails(run(bytes(data)), "DataErr", "")

    def test_cut_workbook(self):
        data = book("<row>" + inline("email") + "</row><row>" + inline("a@example.org") + "</row>")
        for cut in range(30, len(data), 97):
            self.assertEqual(1, run(data[:cut]).status)


class Tap(unittest.TextTestResult):
    n = 0

    def line(self, test, word):
        Tap.n += 1
        print("%s %d - %s" % (word, Tap.n, test.id().split(".")[-1]), flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line(test, "ok")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line(test, "not ok")

    def addError(self, test, err):
        super().addError(test, err)
        self.line(test, "not ok")


if __name__ == "__main__":
    names = [n for n in sys.argv[3:]]
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Import) if not names else unittest.TestSuite(Import(n) for n in names)
    print("1..%d" % suite.countTestCases(), flush=True)
    sys.exit(not unittest.TextTestRunner(stream=sys.stderr, resultclass=Tap, verbosity=0).run(suite).wasSuccessful())
