"""The command line: which command is meant, what its options are, and how it ends.

Nothing but the standard library is imported here, so that --help and --version answer on any Python. A command's
module, and with it h5py and pandas, is imported when the command runs.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Iterable, NoReturn

from sibyl_analysis import __version__
from sibyl_analysis.commands import COMMANDS
from sibyl_analysis.file_format import ResultsError
from sibyl_analysis.text import one_line, printable

PACKAGES = ("h5py", "numpy", "pandas", "matplotlib")  # Debian's are called python3-h5py, ...
USAGE = 64  # sysexits.h: EX_USAGE


class UsageError(Exception):
    """What was typed can't be meant; the text says why, and what to type."""


class Parser(argparse.ArgumentParser):
    """argparse's, but mistyped options are told with what was probably meant, and the exit code is 64."""

    def __init__(self, program: str, description: str, **more):
        super().__init__(
            prog=program,
            description=description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **more,
        )

    def parse(self, given: list[str]) -> argparse.Namespace:
        arguments, left = self.parse_with_rest(given)
        if left:
            self.error(f"'{one_line(left[0])}' is one argument too many")
        return arguments

    def parse_with_rest(self, given: list[str]) -> tuple[argparse.Namespace, list[str]]:
        # Before argparse misses what a mistyped option would have been.
        known = [option for action in self._actions for option in action.option_strings]
        for word in given:
            if word == "--":
                break
            option = word.partition("=")[0]
            if _is_option(option) and not any(each.startswith(option) for each in known):
                self.error(f"'{one_line(option)}' is no option{did_you_mean(option, known)}")
        return self.parse_known_args(given)

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}; see {self.prog} --help\n")


def _is_option(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return word.startswith("-") and word != "-"
    return False  # a negative number


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """To be put behind what says that the word is unknown."""
    bare = {each.lstrip("-"): each for each in known}
    near = difflib.get_close_matches(word.lstrip("-"), bare, n=1)
    return f" (did you mean '{bare[near[0]]}'?)" if near else ""


def run(program: str, given: list[str]) -> int:
    """Runs the command that the first word names; returns the exit code."""
    listing = f"the commands are {', '.join(COMMANDS)}"
    if not given:
        print(f"{program}: give a command: {listing}; see {program} --help", file=sys.stderr)
        return USAGE
    name, *rest = given
    if name in ("-h", "--help"):
        print(_help(program))
        return 0
    if name == "--version":
        print(f"sibyl-analysis {__version__}")
        return 0
    if name not in COMMANDS:
        meant = did_you_mean(name, [*COMMANDS, "--help", "--version"])
        print(f"{program}: '{one_line(name)}' is no command{meant}: {listing}", file=sys.stderr)
        return USAGE
    return run_command(name, f"{program} {name}", rest)


def _help(program: str) -> str:
    lines = [
        f"usage: {program} COMMAND [OPTION...] DIR...",
        "",
        "Looks at sweeps, running or finished: DIR is a sweep's directory, or its results.h5.",
        "",
        *(f"  {name:9} {what}" for name, what in COMMANDS.items()),
        "",
        f"{program} COMMAND --help lists a command's options; --version says which Sibyl this belongs to.",
    ]
    return "\n".join(lines)


def run_script(file: str) -> int:
    """Runs the command that a script is named after: report.py."""
    name = Path(file)
    return run_command(name.stem, name.name, sys.argv[1:])


def run_command(name: str, program: str, given: list[str]) -> int:
    """Runs it and returns the exit code; a problem that is the user's to mend becomes one line, and 64 or 1."""
    try:
        command = importlib.import_module(f"sibyl_analysis.commands.{name}")
        return command.main(program, given) or 0
    except UsageError as problem:
        return _say(program, f"{problem}; see {program} --help", USAGE)
    except ResultsError as problem:
        return _say(program, str(problem))
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] not in PACKAGES:
            raise
        return _say(program, _missing_packages())
    except BrokenPipeError:  # `... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as problem:
        return _say(program, f"{problem.filename or 'input or output'}: {problem.strerror or problem}")
    except KeyboardInterrupt:
        return 130


def _missing_packages() -> str:
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    return (
        f"{sys.executable} has no {', '.join(missing)}: run with a Python that has them, such as Debian's /usr/bin/python3"
        f" (apt install {' '.join(f'python3-{name}' for name in missing)}), or"
        f" {sys.executable} -m pip install {' '.join(missing)}"
    )


def _say(program: str, problem: str, exit_code: int = 1) -> int:
    print(printable(f"{program}: {problem}"), file=sys.stderr)
    return exit_code


def main() -> int:
    """Of the installed command."""
    return run("sibyl-analysis", sys.argv[1:])
