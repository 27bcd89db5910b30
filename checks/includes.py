#!/usr/bin/env python3
"""includes.py [ROOT] | --self-test: what each file of src/ includes, against what the build says that it may.

Fails on an #include of a header that no dependency named by the file's own target gives (what another dependency brings along does not count,
nor does a folder without its library), and on circles of includes: between files, between folders, between the page's modules. Circles that are
left stand in LEFT with their reason; a row of a circle that is gone fails too.
"""
import os, re, sys, tempfile

GROUND = {'src/core/core.h': 'names the parts of core by pointer and includes none of them; parts.c, in the same folder, stands above them all'}

UNBUILT = {'src/shared/bridge/weaken.c': 'what tests/window puts into its own builds'}

# circles that are left: nodes, why
LEFT = {
    ('src/confined/import/dialect', 'src/confined/import/header'): 'each guesses by what the other has found: a separator by headers, headers by the kind of cells',
    ('src/confined/import/plan', 'src/confined/import/plan-draft'): 'plan-draft.h is what the files of one plan share, as a -private.h is',
    ('src/core/account/account', 'src/core/account/account-limit', 'src/core/account/account-settings'): "an account has limits, and what is read of settings is an account",
    ('src/core/ledger/gone', 'src/core/ledger/ledger'): 'an outcome is recorded by both, in one transaction and one tally',
    ('src/core/worker/transport-journals', 'src/core/worker/transport-link'): "what a link is settled to is said by its journals, in the link's words",
    ('src/shared/lock/layers', 'src/shared/lock/lock'): 'layers.h reads the tables that lock.h declares, lock.c goes through the layers',
    ('src/shared/mail/letter-notes', 'src/shared/mail/mime', 'src/shared/mail/skeleton'): "mime.h and letter-notes.h take the skeleton's own specification",
    ('src/shell/calls', 'src/shell/confirm', 'src/shell/drops', 'src/shell/export', 'src/shell/window', 'src/shell/window-calls'):
        "the page's calls act on the window, and what happens to the window is told to the page: one program of one window",
}

SPLIT = re.compile(r"""\s*(?:\#[^\n]*|('(?:[^'\\]|\\.)*'|[A-Za-z_]\w*|[\[\](){}:,=+.?]|==|!=|\S))""")
TARGETS = ('static_library', 'executable', 'shared_module')


def tokens_of(text):
    return [match[1] for match in SPLIT.finditer(text) if match[1]]


def close_of(tokens, start):
    """The place behind the bracket that closes the one at `start`."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += (tokens[place] in '([{') - (tokens[place] in ')]}')
        if depth == 0:
            return place + 1
    raise SystemExit('a bracket is not closed')


def arguments_of(tokens):
    """Positional tokens, and keyword -> tokens."""
    keywords, key, place, positional = {}, None, 0, []
    while place < len(tokens):
        end = close_of(tokens, place) if tokens[place] in ('(', '[', '{') else place + 1
        if tokens[place] == ',':
            if key is not None and tokens[place + 2:place + 3] == [':'] or place + 1 == len(tokens):
                key = None
        elif tokens[place + 1:place + 2] == [':']:
            key, end = tokens[place], place + 2
        else:
            (positional if key is None else keywords.setdefault(key, [])).extend(tokens[place:end])
        place = end
    return positional, keywords


class Build:
    """The targets and dependencies of every meson.build of src/, as they are written there."""

    def __init__(self, root):
        self.root, self.lists, self.targets, self.dependencies = root, {}, {}, {}
        for top in ('contract', 'src'):
            for folder, _, files in sorted(os.walk(os.path.join(root, top))):
                if 'meson.build' in files:
                    with open(os.path.join(folder, 'meson.build'), encoding='utf-8') as file:
                        self.read(os.path.relpath(folder, root), tokens_of(file.read()))

    def read(self, folder, tokens):
        for place in range(len(tokens) - 2):
            if tokens[place + 1] != '=' or tokens[place - 1:place] in ([','], ['(']) or not tokens[place][0].isalpha():
                continue
            name, start = tokens[place], place + 2
            call = tokens[start] if tokens[start + 1:start + 2] == ['('] else ''
            value = tokens[start + 1 if call else start:close_of(tokens, start + 1 if call else start)]
            self.keep(folder, name, call, value)
        # a target without a name of its own
        for place in range(len(tokens) - 1):
            if tokens[place] in TARGETS and tokens[place - 1:place] != ['=']:
                self.keep(folder, tokens[place + 2].strip("'"), tokens[place], tokens[place + 1:close_of(tokens, place + 1)])

    def keep(self, folder, name, call, value):
        positional, keywords = arguments_of(value[1:-1])
        if call in TARGETS:
            self.targets[name] = {'folder': folder, 'sources': positional[1:], 'dependencies': keywords.get('dependencies', [])}
        elif call == 'declare_dependency':
            folders = [folder] if 'include_directories' in keywords else []
            self.dependencies[name] = {'folders': folders, 'link_with': keywords.get('link_with', []), 'sources': keywords.get('sources', [])}
        else:
            self.lists[name] = value if not call else value[1:-1] if call == 'files' else []

    def names(self, tokens):
        """Identifiers and strings, lists by name resolved."""
        for token in tokens:
            if token in self.lists:
                yield from self.names(self.lists[token])
            elif token[0].isalpha() or token[0] == "'":
                yield token.strip("'")

    def sources(self, target):
        folder = self.targets[target]['folder']
        for name in self.names(self.targets[target]['sources']):
            path = os.path.join(folder, name)
            if name.endswith(('.c', '.cc')) and os.path.exists(os.path.join(self.root, path)):
                yield path


class Tree:
    def __init__(self, root):
        self.root, self.build, self.headers, self.includes = root, Build(root), {}, {}
        for top in ('contract', 'src'):
            for folder, _, files in os.walk(os.path.join(root, top)):
                for name in files:
                    if name.endswith(('.c', '.cc', '.h')):
                        self.read(os.path.relpath(os.path.join(folder, name), root))
        self.owners = {}  # stem of a source -> its targets
        for target in self.build.targets:
            for source in self.build.sources(target):
                self.owners.setdefault(stem_of(source), set()).add(target)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding='utf-8') as file:
            self.includes[path] = re.findall(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', file.read(), re.M)
        if path.endswith('.h'):
            self.headers.setdefault(os.path.basename(path), []).append(path)

    def given(self, target):
        """Headers of the target's own folder, and those of the dependencies that it names."""
        own, found = self.build.targets[target], {}
        names = set(self.build.names(own['dependencies']))
        libraries = {library for name in names if name in self.build.dependencies for library in self.build.names(self.build.dependencies[name]['link_with'])}
        folders = {folder for name in names if name in self.build.dependencies for folder in self.build.dependencies[name]['folders']} 
        for paths in self.headers.values():
            for path in paths:
                owners = self.owners.get(stem_of(path))
                if os.path.dirname(path) == own['folder'] or (owners & libraries if owners else os.path.dirname(path) in folders):
                    found.setdefault(os.path.basename(path), []).append(path)
        for name in names:  # made by the build: contract-app1.h
            if name.startswith('contract_'):
                found.setdefault(name.replace('_', '-') + '.h', []).append(None)
        return found

    def reached(self, target):
        """The target's sources, and the headers of its own that they include."""
        todo, seen = list(self.build.sources(target)), set()
        while todo:
            path = todo.pop()
            if path in seen:
                continue
            seen.add(path)
            for name in self.includes[path]:
                beside = os.path.join(os.path.dirname(path), name)
                if beside in self.includes and self.owners.get(stem_of(beside), {target}) & {target}:
                    todo.append(beside)
        return sorted(seen)

    def find_unbuilt(self):
        for path in self.includes:
            if path.endswith(('.c', '.cc')) and path.startswith('src/') and stem_of(path) not in self.owners and path not in UNBUILT:
                yield f'{path} is in no target that this check can read'

    def find_undeclared(self):
        for target in self.build.targets:
            given = self.given(target)
            for path in self.reached(target):
                for name in self.includes[path]:
                    if name not in given and (name in self.headers or name.startswith('contract-')):
                        places = ' or '.join(sorted(os.path.dirname(header) for header in self.headers.get(name, []))) or 'contract'
                        yield f'{path} includes {name} ({places}), which no dependency of {target} gives'

    def graph(self, node_of):
        """node -> nodes that it includes something of; by the includer's own folder first, then by what its targets are given."""
        graph = {}
        for path, names in self.includes.items():
            given = [self.given(target) for target in self.owners.get(stem_of(path)) or {t for t in self.build.targets if self.build.targets[t]['folder'] == os.path.dirname(path)}]
            for name in names:
                beside = os.path.join(os.path.dirname(path), name)
                found = [beside] if beside in self.includes else [header for each in given for header in each.get(name, []) if header]
                for header in found:
                    if header not in GROUND and node_of(header) != node_of(path):
                        graph.setdefault(node_of(path), set()).add(node_of(header))
        return graph

    def find_ground_faults(self):
        for path in GROUND:
            if any(name in self.headers for name in self.includes.get(path, [])):
                yield f'{path} is ground, and includes something'


def stem_of(path):
    """client.h and client.c are one; so is what client.c keeps for its own folder, client-private.h."""
    return re.sub(r'(-private)?\.\w+$', '', path)


def page_graph(root):
    graph = {}
    for folder, _, files in os.walk(os.path.join(root, 'page', 'src')):
        for path in (os.path.join(folder, name) for name in files if name.endswith(('.ts', '.tsx'))):
            with open(path, encoding='utf-8') as file:
                names = re.findall(r"""(?:from|import)\s*\(?['"](\.[^'"]+)['"]""", file.read())
            found = [base + end for base in (os.path.normpath(os.path.join(folder, name)) for name in names) for end in ('', '.ts', '.tsx') if os.path.isfile(base + end)]
            graph[os.path.relpath(path, root)] = {os.path.relpath(each, root) for each in found}
    return graph


def circles_of(graph):
    """Tarjan's strongly connected components of more than one node, each sorted."""
    order, low, stack, circles = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in order:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == order[node]:
            place = stack.index(node)
            if len(stack) - place > 1:
                circles.append(tuple(sorted(stack[place:])))
            del stack[place:]

    sys.setrecursionlimit(10000)
    for node in sorted(graph):
        if node not in order:
            visit(node)
    return circles


def check(root, left):
    tree = Tree(root)
    found = list(tree.find_unbuilt()) + list(tree.find_undeclared()) + list(tree.find_ground_faults())
    circles = circles_of(tree.graph(stem_of)) + circles_of(tree.graph(os.path.dirname)) + circles_of(page_graph(root))
    found += ['a circle of includes: ' + ', '.join(circle) for circle in circles if circle not in left]
    found += ['no circle any more, its row can go: ' + ', '.join(row) for row in left if row not in circles]
    return found


# --- the check, checked: each row is a tree and the one thing that must be found in it ---

CLEAN = {
    'src/low/meson.build': "low_lib = static_library('low', 'low.c')\nlow = declare_dependency(link_with: low_lib, include_directories: include_directories('.'))\n",
    'src/low/low.c': '#include "low.h"\n', 'src/low/low.h': '',
    'src/high/meson.build': "high_lib = static_library('high', 'high.c', dependencies: [low])\n"
                            "high = declare_dependency(link_with: high_lib, include_directories: include_directories('.'), dependencies: [low])\n",
    'src/high/high.c': '#include "high.h"\n#include "low.h"\n', 'src/high/high.h': '',
    'src/main/meson.build': "executable('program', 'main.c', dependencies: high)\n",
    'src/main/main.c': '#include "high.h"\n',
    'page/src/a.ts': "import { b } from './b';\n", 'page/src/b.ts': '',
}
ROWS = [
    ('a clean tree', {}, {}, None),
    ('a dependency of a dependency', {'src/main/main.c': '#include "low.h"\n'}, {}, 'src/main/main.c includes low.h (src/low), which no dependency of program gives'),
    ('a folder without its library', {'src/low/meson.build': "high_inc = declare_dependency(include_directories: include_directories('../high'))\n"
      "low_lib = static_library('low', 'low.c', dependencies: high_inc)\nlow = declare_dependency(link_with: low_lib, include_directories: include_directories('.'))\n",
      'src/low/low.c': '#include "low.h"\n#include "high.h"\n'}, {}, 'src/low/low.c includes high.h (src/high), which no dependency of low_lib gives'),
    ('by a header', {'src/main/own.h': '#include "low.h"\n', 'src/main/main.c': '#include "own.h"\n'}, {},
     'src/main/own.h includes low.h (src/low), which no dependency of program gives'),
    ('two files', {'src/low/low.h': '#include "other.h"\n', 'src/low/other.h': '#include "low.h"\n'}, {}, 'a circle of includes: src/low/low, src/low/other'),
    ('two modules of the page', {'page/src/b.ts': "import type { A } from './a';\n"}, {}, 'a circle of includes: page/src/a.ts, page/src/b.ts'),
    ('two folders', {'src/high/meson.build': CLEAN['src/high/meson.build'] + "more_lib = static_library('more', 'more.c')\n"
      "more = declare_dependency(link_with: more_lib, include_directories: include_directories('.'))\n", 'src/high/more.c': '#include "more.h"\n', 'src/high/more.h': '',
      'src/low/meson.build': CLEAN['src/low/meson.build'].replace("'low.c'", "'low.c', dependencies: more"), 'src/low/low.c': '#include "low.h"\n#include "more.h"\n'}, {},
     'a circle of includes: src/high, src/low'),
    ('a file that nobody builds', {'src/low/more.c': ''}, {}, 'src/low/more.c is in no target that this check can read'),
    ('a row too many', {}, {('src/high', 'src/low'): 'gone'}, 'no circle any more, its row can go: src/high, src/low'),
]


def self_test():
    print(f'1..{len(ROWS)}')
    for number, (name, changes, left, wanted) in enumerate(ROWS, 1):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**CLEAN, **changes}.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), 'w') as file:
                    file.write(text)
            found = check(root, left)
        print('ok' if found == ([wanted] if wanted else []) else f'# found {found}\nnot ok', number, '-', name)


def main():
    if sys.argv[1:] == ['--self-test']:
        self_test()
        return 0
    found = check(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.dirname(os.path.abspath(__file__))), LEFT)
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
