"""Folders and files that the commands write."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Iterator


def make_folder(path: str | Path) -> Path:
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def whole(file: Path) -> Iterator[Path]:
    """A name beside the file's, to write to; in the end that takes the file's place. So the file is never there
    in half, and what a link of its name leads to stays as it is."""
    beside = file.with_name(f".{os.getpid()}.{file.name}")  # the same suffix: some writers go by it
    beside.unlink(missing_ok=True)
    try:
        yield beside
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
