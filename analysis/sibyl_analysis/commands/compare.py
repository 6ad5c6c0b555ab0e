"""Compares groups of sweeps that differ by their seeds: best so far with bands, time to a target, a paired
test.

    %(prog)s runs/random-* -- runs/tpe-*
    %(prog)s --group random=runs/r1,runs/r2 --group tpe=runs/t1,runs/t2 --target 0.88

Sweeps of two groups are paired by their seed; the test is Wilcoxon's signed-rank test, exact, with Holm's
correction for more than two groups. The figure is written as PNG, SVG and PDF.
"""

from __future__ import annotations

import argparse
import os.path
from pathlib import Path

import numpy as np

from sibyl_analysis.command_line import Parser, UsageError
from sibyl_analysis.comparison import Group, Test, check, common_target, paired_tests, summary
from sibyl_analysis.files import make_folder, whole
from sibyl_analysis.results import Results
from sibyl_analysis.text import count, duration, number
from sibyl_analysis.watching.terminal import columns

SEPARATOR = "--"


def group_name(directories: list[str], place: int) -> str:
    """What the directories' names have in common, or A, B, ..."""
    names = [Path(each).name for each in directories]
    common = os.path.commonprefix(names)
    return (names[0] if len(names) == 1 else common.rstrip("-_0123456789")) or chr(ord("A") + place)


def split(runs: list[str]) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    for each in runs:
        groups.append([]) if each == SEPARATOR else groups[-1].append(each)
    return [group for group in groups if group]


def read_groups(named: list[str], runs: list[str]) -> list[Group]:
    wanted: list[tuple[str, list[str]]] = []
    for text in named:
        name, equals, directories = text.partition("=")
        if not (equals and directories):
            raise UsageError(f"--group {text}: give NAME=DIR,DIR,...")
        wanted.append((name, directories.split(",")))
    listed = split(runs)
    wanted += [(group_name(directories, place), directories) for place, directories in enumerate(listed)]
    if len(wanted) < 2:
        raise UsageError("give two groups or more, with -- between them: runs/a-* -- runs/b-*")
    names = [name for name, _ in wanted]
    if len(set(names)) < len(names):
        wanted = [(chr(ord("A") + place), directories) for place, (_, directories) in enumerate(wanted)]
    groups = [Group.of(name, [Results.open(each) for each in directories]) for name, directories in wanted]
    check(groups)
    return groups


def text_of(groups: list[Group], found: dict[tuple[str, str], Test], target: float) -> str:
    objective = groups[0].sweeps[0].objective
    rows = [
        [
            "group",
            "sweeps",
            f"median best {objective}",
            "middle half",
            "reached",
            "time to target",
            "epochs to target",
        ]
    ]
    for row in summary(groups, target).to_dict("records"):
        there = np.isfinite(row["seconds"])
        rows.append(
            [
                row["group"],
                str(row["sweeps"]),
                number(row["median"]),
                f"{number(row['low'])} .. {number(row['high'])}",
                f"{row['reached']} of {row['sweeps']}",
                duration(row["seconds"]) if there else "not reached",
                f"{row['epochs']:,.0f}" if there else "not reached",
            ]
        )
    lines = [
        *columns(rows),
        "",
        f"target: {objective} {number(target)}; time and epochs: the median of the sweeps",
        "",
    ]
    for (first, second), test in found.items():
        lines.append(
            f"{first} against {second}: better with {test.better}, equal with {test.equal}, worse with"
            f" {test.worse} of {count(test.pairs, 'seed')}; median difference {number(test.difference)}; p ="
            f" {number(test.p, 3)}"
        )
        if test.least_p > 0.05:
            lines.append(f"  so few pairs can't show less than p = {number(test.least_p, 3)}: run more seeds")
    if not found:
        lines.append("no two groups have a seed in common, so nothing is tested")
    return "\n".join(lines)


def main(program: str, given: list[str]) -> None:
    parser = Parser(program, __doc__, usage="%(prog)s [OPTION...] DIR... -- DIR... [-- DIR...]")
    parser.add_argument(
        "--group", action="append", default=[], metavar="NAME=DIR,DIR,...", help="may be repeated"
    )
    parser.add_argument(
        "--target", type=float, help="score to reach (default: what half of the sweeps of each group reached)"
    )
    parser.add_argument(
        "--to", metavar="STEM", default="comparison", help="STEM.png, .svg and .pdf (default: comparison)"
    )
    arguments, runs = _parse(parser, given)
    groups = read_groups(arguments.group, runs)
    target = common_target(groups) if arguments.target is None else arguments.target
    found = paired_tests(groups)
    print(text_of(groups, found, target))

    from sibyl_analysis.pictures import comparison, style  # matplotlib only now: the table comes first

    stem = Path(arguments.to)
    make_folder(stem.parent)
    made = comparison.draw(groups, found, target)
    style.save(made, stem)
    with whole(stem.with_suffix(".pdf")) as file:
        made.savefig(file)
    print(f"\n{stem}.png, .svg, .pdf")


def _parse(parser: Parser, given: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """argparse would swallow the first -- and take what follows for positional arguments."""
    hidden = "\0"
    arguments, runs = parser.parse_with_rest([hidden if each == SEPARATOR else each for each in given])
    return arguments, [SEPARATOR if each == hidden else each for each in runs]
