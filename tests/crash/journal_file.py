"""Reads a sweep's journal without any of Sibyl's code, so that the two check each other.

    "SIBYLJNL"  u32 version                         the file's header
    u32 length  u32 place  u32 CRC-32  payload      a record: the CRC covers length, place and payload

A payload is the packed Event of src/core/codec.cpp: the index of its kind, then its fields.
"""

import dataclasses
import struct
import zlib

MAGIC = b"SIBYLJNL"
VERSION = 9
HEADER = MAGIC + struct.pack("<I", VERSION)
PREFIX = struct.Struct("<III")

EPOCH_REPORTED, TRIAL_ENDED, SWEEP_CLOSED = 4, 5, 6  # places in Event, src/core/events.hpp
FAILED = 4  # place in Ending, src/sibyl/trial.hpp


@dataclasses.dataclass(frozen=True)
class EpochReported:
    trial: int
    attempt: int
    execution: int
    epoch: int
    started: float
    seconds: float
    worker: int
    metrics: dict
    validation_seconds: float
    samples: int
    notes: dict
    waiting_seconds: float


@dataclasses.dataclass(frozen=True)
class TrialEnded:
    time: float
    trial: int
    attempt: int
    worker: int
    ending: int
    cause: int
    message: str
    seconds: float
    detail: str
    output: str
    facts: tuple  # parameters, bytes on the host, on the device, of the checkpoint
    notes: dict


class Fields:
    """Takes fields from the front of a payload."""

    def __init__(self, payload):
        self.payload, self.offset = payload, 0

    def numbers(self, layout):
        layout = struct.Struct("<" + layout)
        self.offset += layout.size
        return layout.unpack_from(self.payload, self.offset - layout.size)

    def text(self):
        (length,) = self.numbers("I")
        self.offset += length
        return self.payload[self.offset - length : self.offset].decode()

    def values(self):
        (count,) = self.numbers("I")
        return {self.text(): self.value() for _ in range(count)}

    def value(self):
        (kind,) = self.numbers("B")  # place in Value, src/sibyl/domain.hpp
        return self.text() if kind == 3 else self.numbers("?qd"[kind])[0]

    def end(self):
        assert self.offset == len(self.payload), "a record's layout is not the one in this file: adapt it to src/core/codec.cpp"


def decode(payload):
    """The event of a payload; None for the kinds that no check here asks about."""
    if payload[0] == EPOCH_REPORTED:
        fields = Fields(payload[1:])
        head = fields.numbers("qiiiddi")
        (count,) = fields.numbers("I")
        metrics = {fields.text(): fields.numbers("d")[0] for _ in range(count)}
        event = EpochReported(*head, metrics, *fields.numbers("dq"), fields.values(), *fields.numbers("d"))
    elif payload[0] == TRIAL_ENDED:
        fields = Fields(payload[1:])
        head = fields.numbers("dqiiBB")
        event = TrialEnded(*head, fields.text(), *fields.numbers("d"), fields.text(), fields.text(), fields.numbers("qqqq"), fields.values())
    else:
        return None
    fields.end()
    return event


def record_at(content, offset):
    """The payload of the whole and sound record that begins there, or None."""
    if offset + PREFIX.size > len(content):
        return None
    length, _, crc = PREFIX.unpack_from(content, offset)
    end = offset + PREFIX.size + length
    if length == 0 or end > len(content):
        return None
    if zlib.crc32(content[offset + PREFIX.size : end], zlib.crc32(content[offset : offset + 8])) != crc:
        return None
    return content[offset + PREFIX.size : end]


def records(content, offset=len(HEADER)):
    """Pairs (end, payload) of the records from `offset` to the first that is not whole."""
    while (payload := record_at(content, offset)) is not None:
        offset += PREFIX.size + len(payload)
        yield offset, payload


class Journal:
    """The bytes of a journal, and what their valid prefix says."""

    def __init__(self, content):
        self.content = content
        self.has_header = content.startswith(HEADER)
        found = list(records(content)) if self.has_header else []
        self.valid = content[: found[-1][0] if found else len(HEADER) if self.has_header else 0]
        self.records = len(found)
        self.closed = any(payload[0] == SWEEP_CLOSED for _, payload in found)
        events = [decode(payload) for _, payload in found]
        self.reports = [each for each in events if isinstance(each, EpochReported)]
        self.ended = [each for each in events if isinstance(each, TrialEnded)]

    @classmethod
    def read(cls, path):
        """The journal at `path`; an empty one if there is none."""
        return cls(path.read_bytes() if path.exists() else b"")

    @property
    def torn_bytes(self):
        return len(self.content) - len(self.valid)
