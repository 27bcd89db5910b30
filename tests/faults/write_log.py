"""write_log.py - reads what the shim noted (shim/write-log.h): every write, sync and name of a data folder, in one order.

A position is an octet in the records: what the log's end was at some moment. All that was noted before it had been done by then.
"""
import mmap
import os
import struct

MAGIC = 0x31544C4146525050
RECORDS_AT = 4096 + 8 * 65536
HEAD = struct.Struct("<QQQQQQ30Q")
KINDS, WHOS = ("write", "fsync", "open", "name", "socket", "malloc"), ("core", "cli", "smtp", "dial", "import")
RECORD = struct.Struct("<IIQQQQQIIII")
SIZE = 96 * 1024 * 1024  # chosen: ten times what a scenario notes; sparse, and small beside the memory limit of the confined programs


class Record:
    __slots__ = ("at", "kind", "mono_ns", "key", "offset", "size", "pid", "flags", "first", "second")


class WriteLog:
    def __init__(self, path, size=SIZE):
        self.path = path
        with open(path, "wb") as file:
            file.truncate(size)
            file.write(HEAD.pack(MAGIC, size, *[0] * 34))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), size)

    def close(self):
        self.map.close()
        os.unlink(self.path)

    def _head(self):
        return HEAD.unpack_from(self.map, 0)

    @property
    def end(self):
        return self._head()[2]

    @property
    def is_full(self):
        return self._head()[3] != 0

    @property
    def failures(self):
        return self._head()[4]

    def calls(self, kind, who):
        return self._head()[6 + KINDS.index(kind) * len(WHOS) + WHOS.index(who)]

    def records(self):
        """All of them; a process that was killed while it wrote leaves one without a kind, and nothing can be told behind it."""
        found, at, end = [], 0, self.end
        while at < end:
            fields = RECORD.unpack_from(self.map, RECORDS_AT + at)
            length, kind, first, second = fields[0], fields[1], fields[8], fields[9]
            if length == 0 or kind == 0:
                break
            record, values = Record(), RECORDS_AT + at + RECORD.size
            record.at, record.kind, record.mono_ns, record.key = at, chr(kind), fields[2], (fields[3], fields[4])
            record.offset, record.size, record.pid, record.flags = fields[5], fields[6], fields[7], fields[10]
            record.first = bytes(self.map[values:values + first])
            record.second = bytes(self.map[values + first:values + first + second])
            found.append(record)
            at += length
        return found
