"""What the commands of this room share."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Callable, Iterator

from results import ResultsError
from text import printable


def run(program: str, main: Callable[[], int | None]) -> None:
    """Runs a command; a problem that is the user's to mend becomes one line, and exit code 1."""
    try:
        sys.exit(main() or 0)
    except ResultsError as problem:
        sys.exit(printable(f"{program}: {problem}"))
    except BrokenPipeError:  # `... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as problem:
        sys.exit(
            printable(f"{program}: {problem.filename or 'input or output'}: {problem.strerror or problem}")
        )
    except KeyboardInterrupt:
        sys.exit(130)


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
