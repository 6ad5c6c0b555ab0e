"""What a power cut can leave of a sequence of file operations: a model of a disk with a cache.

- A write or a cut of a file that no fsync or fdatasync of it followed is there, or not, each independently of the
  others. Of the last one any 512-byte sectors may be there: those to a certain point, or any.
- Where a write is lost, and the file is longer nevertheless, there are zeros.
- A name that was made, replaced or removed without an fsync of its folder afterwards may be as it was before. What was
  done to one folder lasts in the order in which it was done.
"""

import dataclasses
import enum
import itertools
import struct

SECTOR = 512
MEANINGLESS = {"lock"}  # files whose contents are for people: whatever comes back will do


class Kind(enum.IntEnum):
    OPEN, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, EXCHANGE = range(1, 9)


@dataclasses.dataclass(frozen=True)
class Operation:
    kind: Kind
    path: str
    second: str
    number: int
    data: bytes


def read_log(path):
    """What record_writes.c recorded."""
    head, content, offset = struct.Struct("<BHHqQ"), path.read_bytes(), 0

    def take(size):
        nonlocal offset
        offset += size
        return content[offset - size : offset]

    while offset < len(content):
        kind, length, second_length, number, size = head.unpack(take(head.size))
        yield Operation(Kind(kind), take(length).decode(), take(second_length).decode(), number, take(size))


def apply(content, operation):
    if operation.kind == Kind.TRUNCATE:
        return content[: operation.number].ljust(operation.number, b"\0")
    offset = operation.number
    return content[:offset].ljust(offset, b"\0") + operation.data + content[offset + len(operation.data) :]


class File:
    def __init__(self):
        self.lasting = b""  # as of the latest sync
        self.pending = []  # operations since
        self.content = b""  # as programs see it

    def change(self, operation):
        self.pending.append(operation)
        self.content = apply(self.content, operation)

    def sync(self):
        self.lasting, self.pending = self.content, []

    def keep(self, operations):
        content = self.lasting
        for operation in operations:
            content = apply(content, operation)
        return content

    def subsets(self, chance):
        if len(self.pending) <= 6:
            choices = itertools.product([False, True], repeat=len(self.pending))
        else:
            choices = [[value] * len(self.pending) for value in (False, True)]
            choices += [[chance.random() < 0.5 for _ in self.pending] for _ in range(50)]
        return [[each for each, kept in zip(self.pending, choice) if kept] for choice in choices]

    def torn(self, chance):
        """The last write in pieces, all others before it being there."""
        *before, last = self.pending
        if last.kind != Kind.WRITE:
            return
        ends = list(range(SECTOR - last.number % SECTOR, len(last.data), SECTOR))
        pieces = list(zip([0, *ends], [*ends, len(last.data)]))
        if len(pieces) < 2:
            return
        base = self.keep(before)

        def with_pieces(kept):
            content = base
            for begin, end in kept:
                content = apply(content, dataclasses.replace(last, number=last.number + begin, data=last.data[begin:end]))
            return content

        counts = range(1, len(pieces)) if len(pieces) <= 16 else chance.sample(range(1, len(pieces)), 16)
        for count in counts:
            yield "torn write", with_pieces(pieces[:count])
        for _ in range(min(12, 2 ** len(pieces) - 2)):
            yield "sectors in any order", with_pieces([each for each in pieces if chance.random() < 0.5])

    def after_power_cut(self, chance):
        """Pairs of how it came about and what the file holds then."""
        if not self.pending:
            return [("synced", self.content)]
        found = [("whole writes", self.keep(kept)) for kept in self.subsets(chance)]
        found += self.torn(chance)
        longest = len(self.content)
        found += [("zeros" if how == "whole writes" else how, content.ljust(longest, b"\0"))
                  for how, content in found if len(content) < longest]
        return found


class Disk:
    """One folder, as programs see it and as it may come back."""

    def __init__(self, folder, chance):
        self.folder, self.chance = folder, chance
        self.names = {}  # as programs see them
        self.lasting_names = {}
        self.pending_names = []  # what was done to the folder since its latest sync: lists of (removed name, new name, file)

    def inside(self, path):
        head, _, name = path.rpartition("/")
        return name if head == self.folder and name not in MEANINGLESS else None

    def rename(self, removed, new, file):
        self.change_names([(removed, new, file)])

    def change_names(self, changes):
        """All of them, or none, come back after a power cut."""
        self.pending_names.append(changes)
        self.names = self.with_changes(self.names, changes)

    @staticmethod
    def with_changes(names, changes):
        for removed, new, file in changes:
            names = {name: each for name, each in names.items() if name != removed}
            if new:
                names[new] = file
        return names

    def do(self, operation):
        if operation.path == self.folder and operation.kind == Kind.SYNC:
            self.lasting_names, self.pending_names = self.names, []
        name = self.inside(operation.path)
        if name is None:
            return
        if operation.kind == Kind.OPEN:
            if name not in self.names:
                self.rename(None, name, File())
            elif operation.number and self.names[name].content:
                self.names[name].change(dataclasses.replace(operation, kind=Kind.TRUNCATE, number=0))
        elif operation.kind == Kind.RENAME:
            self.rename(name, self.inside(operation.second), self.names[name])
        elif operation.kind == Kind.EXCHANGE:
            other = self.inside(operation.second)
            one_file, other_file = self.names[name], self.names[other]
            self.change_names([(None, other, one_file), (None, name, other_file)])
        elif operation.kind == Kind.UNLINK:
            self.rename(name, None, None)
        elif name in self.names and operation.kind == Kind.SYNC:
            self.names[name].sync()
        elif name in self.names:
            self.names[name].change(operation)

    def after_power_cut(self, most=200):
        """Pairs of how it came about and {name: content}, for every (or a sample of every) way to lose power now."""
        names = self.lasting_names
        for change in [None, *self.pending_names]:
            if change:
                names = self.with_changes(names, change)
            choices = [[(how, name, content) for how, content in file.after_power_cut(self.chance)] for name, file in names.items()]
            combinations = list(itertools.product(*choices))
            if len(combinations) > most:
                combinations = self.chance.sample(combinations, most)
            for combination in combinations:
                ways = {how for how, _, _ in combination} - {"synced"}
                yield ways, {name: content for _, name, content in combination}
