"""TensorBoard's event files, without TensorBoard: protocol buffers in TFRecords.

The field numbers are those of event.proto and summary.proto (tensorboard/compat/proto), and of api.proto and
plugin_data.proto (tensorboard/plugins/hparams).
"""

from __future__ import annotations

import struct
from typing import Any

# ---- records


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _crc_table()


def crc32c(data: bytes) -> int:
    crc, table = 0xFFFFFFFF, _TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def masked_crc(data: bytes) -> int:
    """The format masks its checksums, so that a checksum of data that hold checksums is still a good one."""
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


# ---- protocol buffers


def varint(value: int) -> bytes:
    value &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def integer(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def double(field: int, value: float) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<d", value)


def single(field: int, value: float) -> bytes:
    try:
        return varint(field << 3 | 5) + struct.pack("<f", value)
    except OverflowError:  # more than a float holds
        return varint(field << 3 | 5) + struct.pack("<f", float("inf") if value > 0 else float("-inf"))


def message(field: int, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return varint(field << 3 | 2) + varint(len(data)) + data


def text(field: int, value: str) -> bytes:
    return message(field, value.encode("utf-8"))


def value(of: Any) -> bytes:
    """A google.protobuf.Value."""
    if isinstance(of, bool):
        return integer(4, of)
    return text(3, of) if isinstance(of, str) else double(2, float(of))


# ---- events


def header(time: float) -> bytes:
    return record(double(1, time) + text(3, "brain.Event:2"))


def scalars(time: float, step: int, values: dict[str, float]) -> bytes:
    parts = [message(1, text(1, name), single(2, number)) for name, number in values.items()]
    return record(double(1, time) + integer(2, step) + message(5, *parts))


def session_start(time: float, hyperparameters: dict[str, Any]) -> bytes:
    entries = [message(1, text(1, name), message(2, value(each))) for name, each in hyperparameters.items()]
    return _hparams(time, "session_start_info", message(3, *entries, double(5, time)))


def session_end(time: float, success: bool) -> bytes:
    return _hparams(time, "session_end_info", message(4, integer(1, 1 if success else 2), double(2, time)))


def experiment(time: float, description: str, columns: list[bytes], metrics: dict[str, str]) -> bytes:
    """`columns` as of column(); `metrics`: tag -> description."""
    infos = [
        message(5, message(1, text(2, tag)), text(3, tag), text(4, about)) for tag, about in metrics.items()
    ]
    data = message(2, text(1, description), double(3, time), *(message(4, each) for each in columns), *infos)
    return _hparams(time, "experiment", data)


TEXT, BOOLEAN, NUMBER = 1, 2, 3


def column(name: str, choices: list, interval: tuple[float, float] | None, differs: bool) -> bytes:
    """A hyperparameter of the HParams table: the choices, or the ends of its range."""
    kind = NUMBER
    if choices:
        kinds = {
            BOOLEAN if isinstance(each, bool) else TEXT if isinstance(each, str) else NUMBER
            for each in choices
        }
        kind = kinds.pop() if len(kinds) == 1 else TEXT
        choices = [str(each) for each in choices] if kind == TEXT else choices
    info = text(1, name) + integer(4, kind)
    if interval:
        info += message(6, double(1, interval[0]), double(2, interval[1]))
    elif choices:
        info += message(5, *(message(1, value(each)) for each in choices))
    return info + integer(7, differs)


def _hparams(time: float, tag: str, data: bytes) -> bytes:
    """HParams' messages travel as metadata of a tag that has no data: an empty float tensor of shape [0]."""
    plugin = message(1, text(1, "hparams"), message(2, data))
    empty = message(8, integer(1, 1), message(2, message(2, integer(1, 0))))
    summary = message(1, text(1, "_hparams_/" + tag), empty, message(9, plugin))
    return record(double(1, time) + integer(2, 0) + message(5, summary))
