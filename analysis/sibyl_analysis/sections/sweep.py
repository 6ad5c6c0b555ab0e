"""What a sweep is, what came of it, and how it was made."""

from __future__ import annotations

import json
from html import escape

import numpy as np
import pandas as pd

from sibyl_analysis import page
from sibyl_analysis.file_format import LATER_COLUMNS
from sibyl_analysis.hyperparameters import as_text
from sibyl_analysis.importance import known_importance
from sibyl_analysis.liveness import liveness
from sibyl_analysis.progress import counted
from sibyl_analysis.results import Results
from sibyl_analysis.samplers import chosen_by, several
from sibyl_analysis.text import count, duration, number, shorten, size
from sibyl_analysis.work import busy_share, lasted, planned_epochs, sampler_share, share_done

TOP = 15  # trials in the table of the best
MOST_HYPERPARAMETERS = 12
MOST_NOTES = 6


def state(results: Results) -> str:
    return (
        f'<p class="state">Job {escape(results.attributes.get("job", ""))},'
        f" {escape(liveness(results).text)}.</p>"
    )


def key_facts(results: Results) -> str:
    best, trials = results.best, results.trials
    counts = counted(results)
    share, waited = busy_share(results), sampler_share(results)
    return page.facts(
        [
            (f"best {results.objective}", "none yet" if best is None else number(best["score"])),
            (
                "by trial",
                "none yet" if best is None else f"{int(best['trial'])}, epoch {int(best['best_epoch'])}",
            ),
            ("trials", f"{len(trials):,}" + (f": {counts}" if counts else "")),
            ("epochs trained", f"{len(results.epochs):,}" + _of_plan(results)),
            ("time", duration(lasted(results))),
            (
                "workers",
                f"{results.workers['worker'].nunique():,}"
                + ("" if np.isnan(share) else f", busy {share:.1%}")
                + (f", {waited:.1%} waiting for the sampler" if waited > 0 else ""),
            ),
        ]
    )


def _of_plan(results: Results) -> str:
    planned = planned_epochs(results)
    return f", {share_done(results):.0%} of {planned:,} planned" if planned else ""


def best_trials(results: Results, most: int = TOP) -> str:
    top = results.leaderboard(most)
    if top.empty:
        return page.note("No trial has a score." + _why_none(results))
    searched = results.searched[:MOST_HYPERPARAMETERS]
    notes = [name for name in results.notes if top[name].notna().any()][:MOST_NOTES]
    header = ["rank", "trial", results.objective, "best epoch", "epochs", "status", "chosen by"]
    header += [each.name for each in searched] + ["parameters", "memory", "GPU memory"]
    header += [name.removeprefix("note:") for name in notes]
    # A column without content is left out.
    by = chosen_by(results) if several(results) else pd.Series("", index=results.trials.index)
    rows = [
        [rank + 1, row["trial"], number(row["score"]), row["best_epoch"], row["epochs"], row["status"]]
        + [by[row.name]]
        + [value_text(row[each.column]) for each in searched]
        + [f"{row['parameters']:,}" if row.get("parameters", 0) > 0 else ""]
        + [size(row.get(name, 0)) for name in ("host_memory", "device_memory")]
        + [value_text(row[name]) for name in notes]
        for rank, (_, row) in enumerate(top.iterrows())
    ]
    left_out = len(results.searched) - len(searched)
    return page.table(header, rows, first=True) + (
        page.note(f"{left_out} more hyperparameters.") if left_out else ""
    )


def importances(results: Results) -> list[str]:
    """The numbers of the picture, of all hyperparameters."""
    try:
        known = known_importance(results)
    except Exception:  # the picture says why
        return []
    if known.empty:
        return []
    rows = [
        [row["name"]] + ["" if np.isnan(row[method]) else f"{row[method]:.3f}" for method in ("fanova", "ped_anova")]
        for _, row in known.iterrows()
    ]
    return ["<h2>Importances</h2>", page.table(["hyperparameter", "fANOVA", "PED-ANOVA"], rows)]


def retrained(results: Results) -> list[str]:
    table = results.retrained
    if table.empty:
        return []
    metrics = [name for name in table.columns if name not in LATER_COLUMNS["retrained"].split()]
    scores = results.trials.set_index("trial")["score"]
    rows = [
        [row["trial"], number(scores.get(row["trial"], np.nan)), row["epochs"]]
        + ["" if np.isnan(row[name]) else number(row[name]) for name in metrics]
        + [row["file"]]
        for _, row in table.iterrows()
    ]
    header = ["trial", f"{results.objective} in the sweep", "epochs"] + metrics + ["model"]
    return ["<h2>Models that were trained again, on all data</h2>", page.table(header, rows)]


def _why_none(results: Results) -> str:
    if results.trials.empty:
        return " The sweep has no trials yet."
    failed = results.counts().get("failed", 0)
    if failed == len(results.trials):
        return f" All {count(failed, 'trial')} failed; see the failures below."
    return ""


def value_text(value) -> str:
    """A hyperparameter's value for people; empty where inactive."""
    return "" if pd.isna(value) else as_text(value)


def failures(results: Results) -> list[str]:
    failed = results.trials[results.trials["status"] == "failed"]
    if failed.empty:
        return []
    rows = []
    for cause, group in sorted(failed.groupby("cause"), key=lambda pair: -len(pair[1])):
        first = group.iloc[0]
        printed = shorten(" ".join(first["output"].split()), 300)
        rows.append([cause or "unknown", f"{len(group):,}", int(first["trial"]), first["message"], printed])
    header = ["cause", "trials", "for example trial", "which said", "and printed"]
    return ["<h2>Failures</h2>", page.table(header, rows)]


def launches(results: Results) -> list[str]:
    if results.launches.empty:
        return []
    last, now = results.launches.index[-1], liveness(results).state
    rows = [
        [
            int(row["launch"]) + 1,
            time_text(row["started"]),
            row["end"] or (now if place == last else "killed"),
            f"{row['epochs']:,}",
            row["ranks"],
            row["host"],
            " ".join(text for text in (row["launcher"], row["slurm_job"]) if text),
        ]
        for place, row in results.launches.iterrows()
    ]
    return [
        "<h2>Starts of the sweep</h2>",
        page.table(["", "started", "end", "epochs", "ranks", "host", "by"], rows),
    ]


def command(results: Results) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in results.versions.items())
    options = {name: value for name, value in results.options.items() if value not in ("", [], {}, None)}
    settings = ", ".join(
        f"{name} {json.dumps(value) if isinstance(value, (dict, list)) else as_text(value)}"
        for name, value in options.items()
    )
    return (
        page.preformatted(results.attributes.get("command_line", ""))
        + page.note(
            f"Seed {results.attributes.get('seed', '?')}. Began"
            f" {results.attributes.get('created') or 'not yet'}. {versions}."
        )
        + page.note(f"Options: {settings}.")
        + "".join(page.note(line) for line in _surroundings(results))
    )


def _surroundings(results: Results) -> list[str]:
    """Which program its latest start was, and in what environment."""
    if results.launches.empty or "executable" not in results.launches:
        return []
    last = results.launches.iloc[-1]
    named = [
        ("Program", last["executable"]),
        ("built from", last["source"]),
        ("started in a directory of", last["directory_source"]),
        ("modules", ", ".join(last["modules"].split(":")) if last["modules"] else ""),
    ]
    program = ", ".join(f"{what} {value}" for what, value in named if value)
    variables = json.loads(last["environment"] or "{}")
    environment = ", ".join(f"{name}={shorten(value, 200)}" for name, value in variables.items())
    return [text + "." for text in (program, f"Environment: {environment}" if environment else "") if text]


def search_space(results: Results) -> str:
    rows = []
    for each in results.hyperparameters:
        if each.is_range:
            values = f"{each.low:g} to {each.high:g}" + (
                f", step {each.step:g}" if each.step > 0 and each.kind == "float" else ""
            )
        else:
            values = ", ".join(each.labels())
        rows.append(
            [each.name, each.kind, values, each.sampling, each.default, condition_text(each.conditions)]
        )
    return page.table(["hyperparameter", "kind", "values", "sampling", "default", "only if"], rows)


def condition_text(places: list[list[dict]]) -> str:
    """optimizer = sgd and depth = 2 | 3, or ..."""
    if not all(places):
        return ""
    return ", or ".join(
        " and ".join(
            f"{each['parent']} = {' | '.join(as_text(value) for value in each['values'])}" for each in place
        )
        for place in places
    )


def overview(sweeps: dict[str, Results]) -> str:
    rows = []
    for name, results in sweeps.items():
        best = results.best
        rows.append(
            [
                name,
                results.attributes.get("job", ""),
                results.objective,
                "" if best is None else number(best["score"]),
                f"{len(results.trials):,}",
                f"{len(results.epochs):,}",
                liveness(results).state,
            ]
        )
    return page.table(["sweep", "job", "objective", "best", "trials", "epochs", "state"], rows)


def time_text(seconds: float) -> str:
    return (
        "" if not np.isfinite(seconds) else pd.Timestamp(seconds, unit="s").strftime("%Y-%m-%d %H:%M:%S UTC")
    )
