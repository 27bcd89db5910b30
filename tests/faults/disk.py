"""disk.py - what a disk may hold after the power went, given what was written, synced and named (write_log.py), and no more than was promised.

Promised: what a file held at its last fsync is there. All behind that is kept, lost, or torn at sectors of 512 octets (old, zero or any octets
in each); a file may have grown without its data. An octet that was not written again keeps its value (SQLite calls that powersafe overwrite).
Names come back in one of two ways, since file systems differ and we must live with both:
  posix     the name of a file is there once its folder was synced; each later change of a name may have happened or not, by itself
  journal   changes of names happen in their order (ext4, XFS): some first part of them is there; the fsync of a new file brings its name along
A rename is whole or not at all in both.
"""
import os
import stat

SECTOR = 512


class File:
    def __init__(self, data=b"", is_new=True):
        self.data, self.waiting, self.is_new = bytearray(data), [], is_new

    def sync(self):
        for change in self.waiting:
            self._apply(self.data, change)
        self.waiting.clear()

    @staticmethod
    def _apply(data, change):
        kind, at, value = change
        if kind == "W":
            if len(data) < at:
                data.extend(bytes(at - len(data)))
            data[at:at + len(value)] = value
        elif value and at > len(data):  # grown
            data.extend(bytes(at - len(data)))
        elif not value:
            data.extend(bytes(max(0, at - len(data))))
            del data[at:]

    def survive(self, rng, share):
        data = bytearray(self.data)
        if share == "head":
            return self._begin(data, rng)
        for change in self.waiting:
            if share in (0, 1) or change[0] == "T":
                if rng.random() < share:
                    self._apply(data, change)
            else:
                self._tear(data, change, rng, share)
        return data

    def _begin(self, data, rng):
        """As writeback goes, in order, until the power is off; what a size that came through has no octets for is zero."""
        n = rng.randint(0, len(self.waiting))
        for change in self.waiting[:n]:
            self._apply(data, change)
        if rng.random() < 0.3:
            for _, at, value in [change for change in self.waiting[n:] if change[0] == "W"]:
                self._apply(data, ("T", at + len(value), True))
        return data

    def _tear(self, data, change, rng, share):
        _, at, value = change
        fate = rng.random()
        if fate < share * 0.8:
            self._apply(data, change)
        elif fate < share:
            start = 0
            while start < len(value):
                end = min(len(value), (at + start) // SECTOR * SECTOR + SECTOR - at)
                piece = rng.random()
                if piece < 0.45:
                    self._apply(data, ("W", at + start, value[start:end]))
                elif piece < 0.55:
                    self._apply(data, ("W", at + start, bytes(end - start)))
                elif piece < 0.65:
                    self._apply(data, ("W", at + start, rng.randbytes(end - start)))
                start = end
        elif rng.random() < 0.3:
            self._apply(data, ("T", at + len(value), True))  # the size came to the disk, the octets did not


class Folder:
    def __init__(self):
        self.kept, self.now = {}, {}


class Disk:
    def __init__(self, root, rule="posix"):
        self.root, self.rule = os.path.realpath(root), rule
        self.files, self.changes = {}, []
        self.top = self._scan(self.root)

    def _scan(self, path):
        folder = Folder()
        for entry in os.scandir(path):
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                folder.kept[entry.name] = self._scan(entry.path)
            elif stat.S_ISREG(status.st_mode):
                with open(entry.path, "rb") as file:
                    folder.kept[entry.name] = self.files[(status.st_dev, status.st_ino)] = File(file.read(), False)
        folder.now = dict(folder.kept)
        return folder

    def _find(self, path):
        """The folder and the name in it, or None."""
        parts = os.path.relpath(path, self.root).split("/")
        if parts[0] == "..":
            return None
        folder = self.top
        for part in parts[:-1]:
            folder = folder.now.get(part)
            if not isinstance(folder, Folder):
                return None
        return folder, parts[-1]

    def _name(self, *changes):
        for folder, name, node in changes:
            if node is None:
                folder.now.pop(name, None)
            else:
                folder.now[name] = node
        self.changes.append(changes)

    @staticmethod
    def _keep(kept, change):
        for folder, name, node in change:
            if node is None:
                kept(folder).pop(name, None)
            else:
                kept(folder)[name] = node

    def _keep_all(self, is_meant):
        rest = []
        for change in self.changes:
            if is_meant(change):
                self._keep(lambda folder: folder.kept, change)
            else:
                rest.append(change)
        self.changes = rest

    def apply(self, record):
        getattr(self, "_do_" + record.kind, lambda record: None)(record)

    def _do_O(self, record):
        found = self._find(record.first.decode())
        if found is None:
            return
        folder, name = found
        file = self.files.get(record.key)
        if file is None or folder.now.get(name) is not file:
            file = self.files[record.key] = File()
            self._name((folder, name, file))
        elif record.flags:
            file.waiting.append(("T", 0, False))

    def _do_W(self, record):
        if record.key in self.files:
            self.files[record.key].waiting.append(("W", record.offset, record.first))

    def _do_T(self, record):
        if record.key in self.files:
            self.files[record.key].waiting.append(("T", record.size, bool(record.flags)))

    def _do_S(self, record):
        if record.flags:  # a folder
            path = record.first.decode()
            found = (self.top, None) if path == self.root else self._find(path)
            folder = found and (found[0] if found[1] is None else found[0].now.get(found[1]))
            if folder is not None:
                self._keep_all(lambda change: self.rule == "journal" or any(one[0] is folder for one in change))
            return
        file = self.files.get(record.key)
        if file is None:
            return
        file.sync()
        if self.rule == "journal" and file.is_new:
            self._keep_all(lambda change: True)
        file.is_new = False

    def _do_R(self, record):
        old, new = self._find(record.first.decode()), self._find(record.second.decode())
        node = old and old[0].now.get(old[1])
        if node is not None:
            if isinstance(node, File):
                node.is_new = True  # its name waits again
            self._name((*old, None), (*new, node))

    def _do_L(self, record):
        old, new = self._find(record.first.decode()), self._find(record.second.decode())
        node = old and old[0].now.get(old[1])
        if node is not None:
            self._name((*new, node))

    def _do_U(self, record):
        found = self._find(record.first.decode())
        if found and found[1] in found[0].now:
            self._name((*found, None))

    def _do_D(self, record):
        found = self._find(record.first.decode())
        if found and found[1] not in found[0].now:
            self._name((*found, Folder()))

    # --- the cut ---

    def cut(self, rng, share):
        """Returns a tree {name: bytes or tree}. share: of what was not promised, that is there (0 none, 1 all); "head": all names, and of
        each file what was written first."""
        trees = {}

        def kept(folder):
            if folder not in trees:
                trees[folder] = dict(folder.kept)
            return trees[folder]

        names = 1 if share == "head" else share
        first = round(rng.random() * len(self.changes)) if names not in (0, 1) else names * len(self.changes)
        for i, change in enumerate(self.changes):
            if i < first if self.rule == "journal" else rng.random() < names:
                self._keep(kept, change)

        def build(folder):
            return {name: build(node) if isinstance(node, Folder) else node.survive(rng, share) for name, node in kept(folder).items()}
        return build(self.top)


def write_tree(tree, path):
    os.makedirs(path, mode=0o700, exist_ok=True)
    for name, node in tree.items():
        where = os.path.join(path, name)
        if isinstance(node, dict):
            write_tree(node, where)
        else:
            with os.fdopen(os.open(where, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(node)


def read_tree(path):
    tree = {}
    for entry in os.scandir(path):
        if entry.is_dir(follow_symlinks=False):
            tree[entry.name] = read_tree(entry.path)
        elif entry.is_file(follow_symlinks=False):
            with open(entry.path, "rb") as file:
                tree[entry.name] = file.read()
    return tree


def find_differences(model, real, unseen, where=""):
    """Where the model and the real folder disagree; `unseen`: ends of names that the shim cannot follow."""
    for name in sorted(set(model) | set(real)):
        path = f"{where}/{name}"
        if name.endswith(unseen):
            continue
        if name not in model or name not in real:
            yield f"{path} is {'only in the model' if name in model else 'not in the model'}"
        elif isinstance(model[name], dict):
            yield from find_differences(model[name], real[name], unseen, path)
        elif model[name] != real[name]:
            yield f"{path} has other octets than the model"
