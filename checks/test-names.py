#!/usr/bin/env python3
"""test-names.py BUILD | --self-test: fails on a test whose source lies in tests/unit and whose name is not its path there: core/store/test-merge.c is core/store/merge.

Read is what Meson writes for others (BUILD/meson-info): each test's command, and the sources of each program.
"""
import json, os, re, sys


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


def self_test():
    print(f'1..{len(ROWS)}')
    for number, (what, name, command, sources, wanted) in enumerate(ROWS, 1):
        targets = [{'filename': [command[0]], 'target_sources': [{'sources': sources}, {'linker': []}]}] if sources else []
        found = list(check([{'name': name, 'cmd': command}], targets, '/r'))
        is_right = found == ([f'the test {name} is to be called {wanted}'] if wanted else [])
        print(f'{"ok" if is_right else "not ok"} {number} - {what}' + ('' if is_right else f' # {found}'))


def read(build, name):
    with open(os.path.join(build, 'meson-info', f'intro-{name}.json'), encoding='utf-8') as file:
        return json.load(file)


if __name__ == '__main__':
    if sys.argv[1:] == ['--self-test']:
        self_test()
        sys.exit()
    lines = list(check(read(sys.argv[1], 'tests'), read(sys.argv[1], 'targets'), os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    print('\n'.join(lines))
    sys.exit(1 if lines else 0)
