"""Turns sweeps into one HTML page that opens offline, and into pictures as PNG and SVG.

    %(prog)s runs/x                        # into runs/x/report/
    %(prog)s runs/x runs/y --to /tmp/both
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from sibyl_analysis import page
from sibyl_analysis.command_line import Parser
from sibyl_analysis.files import make_folder, whole
from sibyl_analysis.pictures import Picture, best_so_far, expectations, gallery, lineage, style
from sibyl_analysis.results import Results, ResultsError, open_all
from sibyl_analysis.samplers import expects
from sibyl_analysis.sections import samplers, sweep, workers
from sibyl_analysis.text import count, one_line, printable


def write(sweeps: dict[str, Results], folder: Path) -> Path:
    """Writes the page and the pictures; returns the page."""
    make_folder(folder)
    body = []
    if len(sweeps) > 1:
        links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in sweeps)
        body += [f"<h1>{count(len(sweeps), 'sweep')}</h1>", f"<nav>{links}</nav>", *_together(sweeps, folder)]
    for name, results in sweeps.items():
        # One sweep's pictures lie in the folder itself; those of several would overwrite one another.
        here = make_folder(folder / name) if len(sweeps) > 1 else folder
        body += _sweep(name, results, here)
    file = folder / "report.html"
    with whole(file) as beside:
        beside.write_text(page.document("Sibyl: " + ", ".join(sweeps), body), encoding="utf-8")
    return file


def _together(sweeps: dict[str, Results], folder: Path) -> list[str]:
    body = [sweep.overview(sweeps)]
    objectives = {(each.objective, each.maximize) for each in sweeps.values()}
    if len(objectives) > 1:
        return body + [page.note("Their objectives differ, so their scores are not drawn together.")]
    together = Picture("comparison", lambda: best_so_far.overlay(sweeps))
    return body + [_drawn(together, folder)]


def _sweep(name: str, results: Results, folder: Path) -> list[str]:
    drawn = [_drawn(picture, folder) for picture in gallery(results)]
    return [
        f'<h1 id="{escape(name)}">{escape(name)}</h1>',
        sweep.state(results),
        sweep.key_facts(results),
        "<h2>The best trials</h2>",
        sweep.best_trials(results),
        "<h2>Pictures</h2>",
        *drawn,
        *sweep.importances(results),
        *sweep.retrained(results),
        *_lineage(results, folder),
        *samplers.samplers(results),
        *_expectations(results, folder),
        *sweep.failures(results),
        *workers.workers(results),
        *sweep.launches(results),
        "<h2>How it was made</h2>",
        sweep.command(results),
        "<h2>The search space</h2>",
        sweep.search_space(results),
    ]


def _lineage(results: Results, folder: Path) -> list[str]:
    if not lineage.descends(results):
        return []
    return ["<h2>Who went on from whom</h2>", _drawn(Picture("lineage", lambda: lineage.draw(results)), folder)]


def _expectations(results: Results, folder: Path) -> list[str]:
    if not expects(results):
        return []
    picture = Picture("expectations", lambda: expectations.draw(results))
    return ["<h2>What the sampler expected</h2>", _drawn(picture, folder), samplers.expectations(results)]


def _drawn(picture: Picture, folder: Path) -> str:
    """The picture as part of the page. One that can't be drawn is a line that says why, there and on the
    terminal: the rest of the report is worth having."""
    stem = folder / picture.stem
    try:
        figure = picture.draw()
        style.save(figure, stem)
    except (OSError, ResultsError, MemoryError):
        raise  # the next one would meet the same
    except Exception as problem:  # of matplotlib, scikit-learn, or ours
        why = f"the picture {picture.stem} could not be drawn: {type(problem).__name__}: {one_line(str(problem))}"
        print(f"{folder}: {why}", file=sys.stderr)
        return page.note(why[0].upper() + why[1:])
    return page.picture(stem.with_suffix(".png"), style.title_of(figure))


def main(program: str, given: list[str]) -> None:
    parser = Parser(program, __doc__)
    parser.add_argument("runs", nargs="+", metavar="DIR", help="a sweep's directory, or a results.h5")
    parser.add_argument(
        "--to", metavar="DIR", help="where to write (default: report/ in the first sweep's directory)"
    )
    arguments = parser.parse(given)
    sweeps = open_all(arguments.runs)
    folder = Path(arguments.to) if arguments.to else next(iter(sweeps.values())).directory / "report"
    print(printable(str(write(sweeps, folder))))
