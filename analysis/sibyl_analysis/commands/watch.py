"""Watches a sweep, running or not, on a terminal or in a browser.

    %(prog)s runs/x
    %(prog)s runs/x --serve 8000      # http://127.0.0.1:8000

It ends by itself when the sweep has ended, and says how; the exit code is 0 (finished), 75 (stopped) or 1
(failed, given up or killed), as the sweep's.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from sibyl_analysis.command_line import Parser
from sibyl_analysis.results import ResultsError
from sibyl_analysis.watching import server, terminal
from sibyl_analysis.watching.snapshot import Watcher

EXIT_CODES = {"stopped": 75, "killed": 1, "failed": 1, "given_up": 1}


def main(program: str, given: list[str]) -> int:
    parser = Parser(program, __doc__)
    parser.add_argument("run", metavar="DIR", help="a sweep's directory, or a results.h5")
    parser.add_argument(
        "--every", type=float, default=2.0, metavar="SECONDS", help="refresh so often (default: 2)"
    )
    parser.add_argument(
        "--refreshes", type=int, metavar="N", help="end after so many, whatever the sweep does"
    )
    parser.add_argument("--plain", action="store_true", help="plain text, also where rich is installed")
    parser.add_argument(
        "--serve", type=int, metavar="PORT", help="as a page on 127.0.0.1 instead; 0 takes a free port"
    )
    arguments = parser.parse(given)
    if arguments.every <= 0 or (arguments.refreshes or 1) < 1:
        parser.error("--every and --refreshes must be more than 0")
    os.nice(10)  # the sweep that is watched goes first
    watcher = Watcher(arguments.run)
    if not watcher.file.parent.is_dir():
        raise ResultsError(f"{watcher.file.parent}: there is no such directory")
    if arguments.serve is not None:
        return _serve(watcher, arguments)
    use_rich = not arguments.plain and sys.stdout.isatty() and terminal.has_rich()
    last = terminal.show(watcher.look, arguments.every, arguments.refreshes, use_rich)
    return EXIT_CODES.get(last.state.state, 0)


def _serve(watcher: Watcher, arguments: argparse.Namespace) -> int:
    watcher.look()  # a file that can't be read is a message here, not a page
    running = server.serve(watcher.look, arguments.every, arguments.serve)
    print(f"http://127.0.0.1:{running.server_address[1]}  (Ctrl-C ends it)", flush=True)
    left = arguments.refreshes
    while left is None or left > 0:
        time.sleep(arguments.every)
        left = None if left is None else left - 1
    running.shutdown()
    return 0
