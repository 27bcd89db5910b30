#!/usr/bin/env python3
"""sql-words.py [ROOT] | --self-test: no statement in src/ has the number of a state, the word of a reason or of a delivery's kind by itself: core/store/sql-words.h writes them.

Not in a step of migrations.c: one that has shipped is never changed.
"""
import os, re, sys

STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
COMMENT = re.compile(r'/\*.*?\*/', re.S)
NUMBER = re.compile(r'\bstate\s*(?:[<>=!]{1,2}\s*|(?:NOT\s+)?(?:IN|BETWEEN)\b\s*\(?\s*|=\s*CASE\b.*?\b(?:THEN|ELSE)\s+)\d', re.I)
TABLES = ('src/shared/base/outcome.h', 'src/core/store/delivery-kind.h')
INSERTED = re.compile(r'INSERT\b[^"]*?\b(?:recipient|campaign|tally|delivery)\s*\(([^)]*)\)\s*(?:VALUES\s*\(|SELECT\s+)([^)]*)', re.I)


def words_of(text):
    return re.findall(r'#define (?:REASON|DELIVERY)_WORD_\w+ "([^"]+)"', text)


def stands_by_itself(statement, words):
    for columns, values in INSERTED.findall(statement):
        for column, value in zip(columns.split(','), values.split(',')):
            if column.strip() == 'state' and value.strip().isdigit() or column.strip() in ('reason', 'kind') and value.strip().strip("'") in words:
                return True
    return NUMBER.search(statement) is not None or any(word in words for word in re.findall(r"\b(?:reason|kind)\s*(?:[<>=!]{1,2}|IN\s*\()\s*'([^']*)'", statement, re.I))


def find(text, words):
    """What is wrong in one file: (line, statement)."""
    text = COMMENT.sub(lambda match: re.sub(r'[^\n]', ' ', match[0]), text)
    for match in re.finditer(rf'(?:{STRING.pattern}[ \t\n\\]*)+', text):
        statement = ''.join(part[1:-1] for part in STRING.findall(match[0]))
        if stands_by_itself(statement, words):
            yield text.count('\n', 0, match.start()) + 1, statement


def main(root):
    words, status = [], 0
    for path in TABLES:
        with open(os.path.join(root, path), encoding='utf-8') as file:
            words += words_of(file.read())
    for folder, _, files in os.walk(os.path.join(root, 'src/core')):
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.endswith(('.c', '.h')) and name != 'migrations.c':
                with open(path, encoding='utf-8') as file:
                    for line, statement in find(file.read(), words):
                        print(f'{os.path.relpath(path, root)}:{line}: {statement}', file=sys.stderr)
                        status = 1
    return status


ROWS = [
    ('a macro', '"UPDATE recipient SET state=" SQL_STATE (LATER) " WHERE id=5"', False),
    ('a number', '"SELECT 1 FROM recipient WHERE state=5"', True),
    ('of an alias, in two strings', '"SELECT 1 FROM recipient r"\n  " WHERE r.state = 5"', True),
    ('one of several', '"SELECT 1 FROM campaign WHERE state IN (2,4)"', True),
    ('a range', '"SELECT 1 FROM campaign WHERE state BETWEEN 1 AND 4"', True),
    ('a comparison', '"SELECT 1 FROM campaign WHERE c.state>1"', True),
    ('a choice', '"UPDATE recipient SET state=CASE not_before_utc WHEN 0 THEN 0 ELSE 4 END"', True),
    ('an inserted one', '"INSERT INTO recipient(campaign,id,state) VALUES(?,?,6)"', True),
    ('another column', '"INSERT INTO recipient(campaign,id,attempt,state) VALUES(?,?,1,?)"', False),
    ('a word', '"UPDATE recipient SET reason=\'treated as sent\'"', True),
    ('an inserted word', '"INSERT INTO recipient(campaign,reason) VALUES(?,\'treated as sent\')"', True),
    ('a kind', '"SELECT 1 FROM delivery WHERE kind=\'bounced\'"', True),
    ('an inserted kind', '"INSERT INTO delivery(campaign,kind) VALUES(?,\'bounced\')"', True),
    ('a kind of another table', '"SELECT 1 FROM suppression WHERE kind=\'domain\'"', False),
    ('a word of another table', '"SELECT 1 FROM suppression WHERE reason<>\'gone\'"', False),
    ('a comment', '/* "state=5" */', False),
]


def self_test():
    print(f'1..{len(ROWS)}')
    for number, (name, text, is_found) in enumerate(ROWS, 1):
        print('ok' if bool(list(find(text, ['treated as sent', 'bounced']))) == is_found else 'not ok', number, '-', name)


if __name__ == '__main__':
    if sys.argv[1:] == ['--self-test']:
        self_test()
    else:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
