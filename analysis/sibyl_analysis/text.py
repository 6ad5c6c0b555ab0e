"""Numbers, counts and times as people write them, and text of others as it may be shown."""

from __future__ import annotations

import math
import re
import unicodedata


def number(value: float, digits: int = 4) -> str:
    """Short, for a title or a table: 0.887, 1.2e-05, 1234."""
    if not math.isfinite(value):
        return "none"
    return f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:,.0f}"


def count(how_many: int, noun: str) -> str:
    """1 trial, 2 trials, 50,000 trials."""
    return f"{how_many:,} {noun}{'' if how_many == 1 else 's'}"


def size(bytes: float) -> str:
    """1.2 GB, 340 MB; nothing where it is 0."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if bytes >= unit:
            return f"{bytes / unit:.3g} {name}"
    return f"{bytes:.0f} B" if bytes else ""


TIME_UNITS = ((86400.0, "days"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def time_unit(longest: float) -> tuple[float, str]:
    """The unit in which times up to `longest` seconds are good numbers: seconds in it, and its sign."""
    return next((unit for unit in TIME_UNITS if longest >= 2 * unit[0]), TIME_UNITS[-1])


def duration(seconds: float) -> str:
    """41 s, 3.5 min, 12 h."""
    size, name = time_unit(seconds)
    return f"{seconds / size:.{3 if seconds >= 1 else 1}g} {name}"


COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
HARMLESS = ("\u200c", "\u200d")  # they join letters


def printable(text: str, lines: bool = True) -> str:
    """Text that others wrote (a job, a trial, a name), safe on a terminal and in a picture, as src/base/text.hpp
    does it: what would move the cursor, hide or reorder text is shown as \\x1b, \\u202e, ...; colours are left
    out. Ends of lines and tabs stay, unless it is for one line."""
    text = COLOURS.sub("", text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(each, lines) for each in text)


def one_line(text: str) -> str:
    return printable(text, lines=False)


def _shown(letter: str, lines: bool) -> str:
    if letter in "\n\t":
        return letter if lines else {"\n": "\\n", "\t": "\\t"}[letter]
    if letter in HARMLESS or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return letter
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shorten(text: str, most: int) -> str:
    text = one_line(text)
    return text if len(text) <= most else text[: most - 1] + "\u2026"
