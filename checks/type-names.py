#!/usr/bin/env python3
"""type-names.py [ROOT] | --self-test: names in src/ that a debugger, grep and a newcomer can tell apart.

Fails on a type that two files define (a struct, enum, union, or a typedef that makes a name; a header and what it only declares are one), since any two programs may
be linked together one day, as core and its workers are in tests; and on a static function of one bare word (fill, not plan_fill).
"""
import os, re, sys, tempfile

SKIPPED = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)
BODY = re.compile(r'^(typedef\s+)?(?:struct|enum|union)\s*(\w*)\s*\{', re.M)
POINTER = re.compile(r'^typedef\s[^;{]*?\(\s*\*\s*(\w+)\s*\)\s*\(', re.M)
ALIAS = re.compile(r'^typedef\s+(?!struct\b|enum\b|union\b)[\w *]*?(\w+)(?:\s*\[[^\]]*\])?;', re.M)
BARE = re.compile(r'^static\s[^\n;={]*\n([a-z0-9]+) \(', re.M)


def types_of(text):
    for match in BODY.finditer(text):
        at, depth = match.end(), 1
        while depth and at < len(text):
            depth += {'{': 1, '}': -1}.get(text[at], 0)
            at += 1
        name = re.match(r'\s*(\w+)', text[at:]) if match[1] else match
        yield name[1] if match[1] else match[2]
    for pattern in (POINTER, ALIAS):
        yield from pattern.findall(text)


def check(root):
    places = {}
    for folder, _, names in sorted(os.walk(os.path.join(root, 'src'))):
        for path in (os.path.join(folder, name) for name in sorted(names) if name.endswith(('.c', '.cc', '.h'))):
            with open(path, encoding='utf-8') as file:
                text = SKIPPED.sub('', file.read())
            short = os.path.relpath(path, root)
            for name in filter(None, types_of(text)):
                places.setdefault(name, set()).add(short)
            for name in BARE.findall(text):
                yield f'{short}: {name}() does not say its noun'
    for name, paths in sorted(places.items()):
        if len(paths) > 1:
            yield f'{name} means {len(paths)} things: {", ".join(sorted(paths))}'


# --- the check, checked: a tree, and what must be found in it ---
ROWS = [
    ('one meaning', {'src/a.h': 'typedef struct A A;\n', 'src/a.c': 'struct A {\n  int a;\n};\n', 'src/b.c': 'typedef struct A A;\n'}, []),
    ('two structs', {'src/a.c': 'typedef struct {\n  struct { int x; } b;\n} A;\n', 'src/b/b.h': 'struct A {\n  int a;\n};\n'}, ['A means 2 things: src/a.c, src/b/b.h']),
    ('an enum and a function', {'src/a.c': 'typedef enum { A_X } A;\n', 'src/b.c': 'typedef void (*A) (int x);\n'}, ['A means 2 things: src/a.c, src/b.c']),
    ('another name for a number', {'src/a.c': 'typedef guint8 A[4];\n', 'src/b.c': 'typedef guint A;\n'}, ['A means 2 things: src/a.c, src/b.c']),
    ('in a comment', {'src/a.c': '/*\ntypedef struct {\n} A;\n*/\n', 'src/b.c': 'typedef struct {\n} A;\n'}, []),
    ('a bare word', {'src/a.c': 'static int\nfill (int x)\n{\n}\nstatic void\nplan_fill (void)\n{\n}\n'}, ['src/a.c: fill() does not say its noun']),
    ('a bare word that others call', {'src/a.c': 'int\nfill (int x)\n{\n}\n'}, []),
]


def self_test():
    print(f'1..{len(ROWS)}')
    for number, (name, files, wanted) in enumerate(ROWS, 1):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
                    file.write(text)
            found = list(check(root))
        print(f'{"ok" if found == wanted else "not ok"} {number} - {name}' + ('' if found == wanted else f' # {found}'))


if __name__ == '__main__':
    if sys.argv[1:] == ['--self-test']:
        self_test()
        sys.exit()
    lines = list(check(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')))
    print('\n'.join(lines))
    sys.exit(1 if lines else 0)
