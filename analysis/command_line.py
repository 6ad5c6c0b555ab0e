"""What the commands of this room share."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Callable

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
