"""Who trained, how long each was idle, and how long epochs waited for data."""

from __future__ import annotations

from sibyl_analysis import page
from sibyl_analysis.results import Results
from sibyl_analysis.text import count, duration
from sibyl_analysis.work import data_shares, idle_report

MOST_WORKERS = 40
MUCH_WAITING = 0.1  # for data, of an epoch's training


def workers(results: Results) -> list[str]:
    report = idle_report(results)
    if report.empty:
        return []
    shown = report.sort_values("idle_share", ascending=False).head(MOST_WORKERS)
    details = results.workers.loc[shown.index]
    rows = [
        [
            row["worker"],
            row["host"],
            f"{row['device']} ({detail['device_name']})",
            duration(row["busy"]),
            duration(row["idle"]),
            f"{row['idle_share']:.1%}",
            duration(row["longest_gap"]),
            f"{row['pieces']:,}",
            "; ".join(text for text in (row["reason"], detail["warning"]) if text),
        ]
        for (_, row), (_, detail) in zip(shown.iterrows(), details.iterrows())
    ]
    header = [
        "worker",
        "host",
        "device",
        "busy",
        "idle",
        "idle share",
        "longest gap",
        "pieces of work",
        "remarks",
    ]
    left_out = len(report) - len(shown)
    rest = [page.note(f"The idlest {len(shown)} of {len(report)}.")] if left_out else []
    return ["<h2>Workers, the idlest first</h2>", page.table(header, rows), *rest, *_waiting_for_data(results)]


def _waiting_for_data(results: Results) -> list[str]:
    shares = data_shares(results)
    if shares.empty:
        return []
    text = f"Of an epoch's training, {shares.median():.1%} (median) went by while the next batch was not there"
    much = int((shares > MUCH_WAITING).sum())
    if much == 0:
        return [page.note(text + ".")]
    return [
        page.note(
            f"{text}; more than {MUCH_WAITING:.0%} in {much:,} of {count(len(shares), 'epoch')}, the most"
            f" {shares.max():.1%}. More --loader-threads, faster storage or smaller samples would shorten them."
        )
    ]
