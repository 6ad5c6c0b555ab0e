"""A snapshot on a terminal: with rich where it is installed, else in plain text."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Callable

from sibyl_analysis.text import one_line, printable
from sibyl_analysis.watching.snapshot import Snapshot

OVER = ("finished", "failed", "stopped", "given_up", "killed")
COLOURS = {"running": "green", "finished": "green", "killed": "bold red", "failed": "bold red", "given_up": "bold red", "stopped": "yellow"}


def plain(snapshot: Snapshot) -> str:
    lines = [one_line(snapshot.title), printable(snapshot.state.text), ""]
    wide = max((len(name) for name, _ in snapshot.facts), default=0)
    lines += [one_line(f"{name:<{wide}}  {value}") for name, value in snapshot.facts]
    for header, rows in (
        (snapshot.best_header, snapshot.best_rows),
        (snapshot.worker_header, snapshot.worker_rows),
    ):
        if rows:
            lines += ["", *columns(fitting([header, *rows], shutil.get_terminal_size((200, 50)).columns))]
    if snapshot.failures:
        lines += ["", one_line("failed  " + ", ".join(snapshot.failures))]
    return "\n".join(lines)


def columns(rows: list[list[str]]) -> list[str]:
    """Lines with the cells below one another."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def fitting(rows: list[list[str]], width: int) -> list[list[str]]:
    """Without the last columns that have no room in so many characters: half a number is worse than none. All of
    it safe to be shown."""
    rows = [[one_line(cell) for cell in row] for row in rows]
    widths = [2 + max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    fits = [place for place in range(len(widths)) if sum(widths[: place + 1]) - 2 <= width]
    return [row[: max(len(fits), 1)] for row in rows]


def rich_view(snapshot: Snapshot, width: int):
    """What rich draws. Called only where rich is installed."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    facts = Table.grid(padding=(0, 2))
    for name, value in snapshot.facts:
        facts.add_row(Text(one_line(name), style="dim"), Text(one_line(value)))
    parts: list = [Text(printable(snapshot.state.text), style=COLOURS.get(snapshot.state.state, "yellow")), facts]
    for title, header, rows in (
        ("best trials", snapshot.best_header, snapshot.best_rows),
        ("workers", snapshot.worker_header, snapshot.worker_rows),
    ):
        if rows:
            header, *rows = fitting([header, *rows], width - 4)  # the panel's frame
            table = Table(
                title=title, title_justify="left", box=None, header_style="bold", padding=(0, 2, 0, 0)
            )
            for name in header:
                table.add_column(Text(name), no_wrap=True)
            for row in rows:
                table.add_row(*(Text(cell) for cell in row))
            parts += [Text(""), table]
    if snapshot.failures:
        parts += [Text(""), Text(one_line("failed  " + ", ".join(snapshot.failures)), style="red")]
    return Panel(Group(*parts), title=Text(one_line(snapshot.title)), title_align="left")


def has_rich() -> bool:
    try:
        import rich.live  # noqa: F401
    except ImportError:
        return False
    return True


def show(look: Callable[[], Snapshot], every: float, refreshes: int | None, use_rich: bool) -> Snapshot:
    """Shows it again and again, until it is over or `refreshes` are done; returns the last snapshot."""
    if not use_rich:
        return _repeat(look, every, refreshes, _print)
    from rich.live import Live

    with Live(auto_refresh=False) as live:
        return _repeat(
            look,
            every,
            refreshes,
            lambda snapshot: live.update(rich_view(snapshot, live.console.width), refresh=True),
        )


def _print(snapshot: Snapshot) -> None:
    clear = "\x1b[H\x1b[2J" if sys.stdout.isatty() else ""
    print(f"{clear}{plain(snapshot)}\n", flush=True)


def _repeat(
    look: Callable[[], Snapshot], every: float, refreshes: int | None, draw: Callable[[Snapshot], None]
) -> Snapshot:
    done = 0
    while True:
        snapshot = look()
        draw(snapshot)
        done += 1
        over = snapshot.state.state in OVER
        if done == refreshes or (refreshes is None and over):
            return snapshot
        time.sleep(every)
