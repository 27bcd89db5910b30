#!/usr/bin/env python3
"""test-names.py BUILD | --self-test: fails on a test whose source lies in tests/unit and whose name is not its path there: core/store/test-merge.c is core/store/merge,
and each of its cases /core/store/merge/….

Read is what Meson writes for others (BUILD/meson-info): each test's command, and the sources of each program; and the sources.
"""
import json, os, re, sys

CASE = re.compile(r'(?:g_test_add\w*|ADD) \(\s*"(/[^"]*)"|\bpath = g_(?:strdup_printf|strconcat) \("(/(?!proc/)[a-z][^"]*)"|\{ "(/[^"]*)", test_')


def names_of(sources, root):
    """The names that a test with these sources may have: one for each that is a test by itself."""
    for path in (os.path.relpath(source, os.path.join(root, 'tests', 'unit')) for source in sources):
        folder, name = os.path.split(path)
        if not path.startswith('..') and re.fullmatch(r'test-.*\.cc?|.*\.py', name):
            yield os.path.join(folder, re.sub(r'^test-|\.\w+$', '', name))


def check(tests, targets, root):
    sources = {file: sum((each['sources'] for each in target['target_sources'] if 'sources' in each), []) for target in targets for file in target['filename']}
    for test in tests:
        command = [word for word in test['cmd'] if os.path.isabs(word)]
        wanted = list(names_of(sources.get(command[0], []) if command else [], root)) or list(names_of(command, root))
        if wanted and test['name'] not in wanted:
            yield f'the test {test["name"]} is to be called {wanted[0]}'


def check_cases(own, text):
    for case in (next(filter(None, groups)) for groups in CASE.findall(text)):
        if not case.startswith(f'/{own}/'):
            yield f'{own}: the case {case} is to begin with /{own}/'


def find_cases(root):
    for folder, _, names in sorted(os.walk(os.path.join(root, 'tests', 'unit'))):
        for path in (os.path.join(folder, name) for name in sorted(names) if re.fullmatch(r'test-.*\.c', name)):
            own = next(names_of([path], root))
            with open(path, encoding='utf-8') as file:
                yield from check_cases(own, file.read())


# --- the check, checked: a test's name and command, its program's sources, and the name that it is to have ---
ROWS = [
    ('its path', 'core/a', ['/b/test-a'], ['/r/tests/unit/core/test-a.c'], None),
    ('a part of its path', 'a', ['/b/test-a'], ['/r/tests/unit/core/test-a.c'], 'core/a'),
    ('another word', 'core/b', ['/b/test-a'], ['/r/tests/unit/core/test-a.c', '/r/tests/unit/core/fake.c'], 'core/a'),
    ('a script', 'cli/words', ['/r/tests/unit/cli/words.py', '/r'], [], None),
    ('a script by its interpreter', 'mail', ['/usr/bin/python3', '/r/tests/unit/shared/mail/check.py', '/b/render'], [], 'shared/mail/check'),
    ('of another folder', 'kills', ['/r/tests/faults/kills.py'], [], None),
    ('a program that is under test', 'faults', ['/b/test-a'], ['/r/tests/boundary/test-a.c'], None),
]

CASES = [
    ('a case', 'g_test_add_func ("/a/b/c", test_c);', None),
    ('of another place', 'g_test_add (\n    "/b/c", Fixture, NULL, set_up, test_c, tear_down);', '/b/c'),
    ('with a number', 'char *path = g_strdup_printf ("/b/%u", i);', '/b/%u'),
    ('of a table', '{ "/b/c", test_c },', '/b/c'),
    ('a file', 'g_autofree char *path = g_strdup_printf ("/proc/%d/fd", pid); open ("/b/c")', None),
]


def self_test():
    print(f'1..{len(ROWS) + len(CASES)}')
    for number, (what, name, command, sources, wanted) in enumerate(ROWS, 1):
        targets = [{'filename': [command[0]], 'target_sources': [{'sources': sources}, {'linker': []}]}] if sources else []
        found = list(check([{'name': name, 'cmd': command}], targets, '/r'))
        is_right = found == ([f'the test {name} is to be called {wanted}'] if wanted else [])
        print(f'{"ok" if is_right else "not ok"} {number} - {what}' + ('' if is_right else f' # {found}'))
    for number, (what, text, wanted) in enumerate(CASES, len(ROWS) + 1):
        found = list(check_cases('a/b', text))
        print(f'{"ok" if found == ([f"a/b: the case {wanted} is to begin with /a/b/"] if wanted else []) else "not ok"} {number} - {what}')


def read(build, name):
    with open(os.path.join(build, 'meson-info', f'intro-{name}.json'), encoding='utf-8') as file:
        return json.load(file)


if __name__ == '__main__':
    if sys.argv[1:] == ['--self-test']:
        self_test()
        sys.exit()
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    lines = list(check(read(sys.argv[1], 'tests'), read(sys.argv[1], 'targets'), top)) + list(find_cases(top))
    print('\n'.join(lines))
    sys.exit(1 if lines else 0)
