"""picture.py - the pixels of a picture as the window's channel gives it: PNG, eight bits a channel, not interlaced (W3C PNG §9, §12)."""
import struct
import zlib


def undo_average_or_paeth(kind, line, before, step):
    for i in range(len(line)):
        left, up, corner = line[i - step] if i >= step else 0, before[i], before[i - step] if i >= step else 0
        if kind == 4:
            guess = left + up - corner
            near = min((left, up, corner), key=lambda one: abs(guess - one))
        else:
            near = (left + up) // 2
        line[i] = (line[i] + near) & 255
    return line


def unfilter(kind, line, before, step):
    if kind == 0:
        return line
    if kind == 2:
        return bytearray((one + up) & 255 for one, up in zip(line, before))
    if kind != 1:
        return undo_average_or_paeth(kind, line, before, step)
    for i in range(step, len(line)):
        line[i] = (line[i] + line[i - step]) & 255
    return line


class Picture:
    def __init__(self, octets):
        self.lines, at, packed = [], 8, b""
        while at < len(octets):
            size, kind = struct.unpack(">I4s", octets[at:at + 8])
            body = octets[at + 8:at + 8 + size]
            if kind == b"IHDR":
                self.width, self.height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", body)
                self.step = {2: 3, 6: 4}[colours]
                assert depth == 8 and not interlaced
            elif kind == b"IDAT":
                packed += body
            at += size + 12
        self.raw = zlib.decompress(packed)

    def line(self, y):
        """[(r, g, b)] of one line; what is above is decoded first."""
        length = self.width * self.step
        before = self.lines[-1] if self.lines else bytearray(length)
        while len(self.lines) <= y:
            at = len(self.lines) * (length + 1)
            before = unfilter(self.raw[at], bytearray(self.raw[at + 1:at + 1 + length]), before, self.step)
            self.lines.append(before)
        line = self.lines[y]
        return [tuple(line[i:i + 3]) for i in range(0, length, self.step)]
