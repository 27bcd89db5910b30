#!/usr/bin/env python3
"""unused.py [ROOT] | --self-test: fails on a function that a header of src/ declares and no file but the header's own names: it is to be static, or to go.

A second mention in the header itself (a macro, G_DEFINE_AUTOPTR_CLEANUP_FUNC) is a use; so is a test: what a test alone calls is public for it.
"""
import os, re, sys, tempfile

COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
FUNCTION = re.compile(r'^(?!static|typedef|#)[A-Za-z_][\w \t*]*?[\s*](\w+)\s*\([^;{]*\)[^;{]*;', re.M)
USERS = ('bench', 'contract', 'src', 'tests')


def read(root):
    """path -> the words of its code."""
    texts = {}
    for top in USERS:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for path in (os.path.join(folder, name) for name in names if name.endswith(('.c', '.cc', '.h'))):
                with open(path, encoding='utf-8') as file:
                    texts[os.path.relpath(path, root)] = COMMENT.sub('', file.read())
    return texts


def check(root):
    texts = read(root)
    users = {}  # word -> files
    for path, text in texts.items():
        for word in set(re.findall(r'\w+', text)):
            users.setdefault(word, set()).add(path)
    for path, text in sorted(texts.items()):
        if not path.startswith('src') or not path.endswith('.h'):
            continue
        own = {path, path[:-1] + 'c', path[:-1] + 'cc'}
        for name in FUNCTION.findall(text):
            if users[name] <= own and len(re.findall(r'\b%s\b' % name, text)) == 1 and not name.endswith('_error_quark'):
                yield f'{path}: {name} is used in its own file alone'


# --- the check, checked: a tree, and what must be found in it ---
ROWS = [
    ('used by another file', {'src/a.h': 'void a_go (int x);\n', 'src/a.c': 'void\na_go (int x)\n{\n}\n', 'src/b.c': 'a_go (1);\n'}, []),
    ('used by a test alone', {'src/a.h': 'int a_go (void);\n', 'tests/test-a.c': 'a_go ();\n'}, []),
    ('used by its own file', {'src/a.h': 'char *a_go (void);\n', 'src/a.c': 'a_go ();\n'}, ['a_go']),
    ('named in a comment alone', {'src/a.h': 'void a_go (void);\n', 'src/b.c': '/* as a_go() does */\n'}, ['a_go']),
    ('used by a macro', {'src/a.h': 'void a_free (A *a);\nG_DEFINE_AUTOPTR_CLEANUP_FUNC (A, a_free)\n'}, []),
    ('over two lines', {'src/a.h': 'gboolean a_go (int x,\n               int y) G_GNUC_PRINTF (1, 2);\n'}, ['a_go']),
    ('static in a header', {'src/a.h': 'static inline int a_go (void);\n'}, []),
    ('part of a longer word', {'src/a.h': 'void a_go (void);\n', 'src/b.c': 'a_go_on ();\n'}, ['a_go']),
]


def self_test():
    print(f'1..{len(ROWS)}')
    for i, (name, files, wanted) in enumerate(ROWS, 1):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
                    file.write(text)
            found = [line.split()[1] for line in check(root)]
        print(f'{"ok" if found == wanted else "not ok"} {i} - {name}' + ('' if found == wanted else f' # {found}'))


if __name__ == '__main__':
    if sys.argv[1:] == ['--self-test']:
        self_test()
        sys.exit()
    lines = list(check(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), '..')))
    print('\n'.join(lines))
    sys.exit(1 if lines else 0)
