"""Which trials failed, why, when and on which worker."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from sibyl_analysis.pictures import style
from sibyl_analysis.results import Results
from sibyl_analysis.text import count, shorten, time_unit

MOST = 10


def draw(results: Results) -> Figure:
    trials = results.trials
    failed = trials[trials["status"] == "failed"]
    if failed.empty:
        return style.empty("No trial failed", f"Of {count(len(trials), 'trial')}.")
    causes = failed["cause"].replace("", "unknown").value_counts()
    title = (
        f"{count(len(failed), 'trial')} of {len(trials):,} failed ({len(failed) / len(trials):.1%}), most"
        f" often: {causes.index[0]}"
    )
    made = style.figure(title, height=1.9 + 0.4 * max(min(len(causes), MOST), 4), note=_note(causes, failed))
    by_cause, by_time, by_worker = made.subplots(1, 3, gridspec_kw={"width_ratios": [1.2, 1, 1]})
    shown = causes.head(MOST).iloc[::-1]
    bars = by_cause.barh([shorten(cause, 24) for cause in shown.index], shown, color=style.RED, height=0.6)
    by_cause.bar_label(bars, [f"{value:,}" for value in shown], padding=4)
    by_cause.set_xlim(0, shown.max() * 1.18)
    by_cause.set_ylim(-0.6, max(len(shown), 3) - 0.4)
    by_cause.set_xlabel("failed trials")
    by_cause.set_title("by cause")
    style.count_axis(by_cause.xaxis)
    by_cause.grid(False, axis="y")
    by_cause.tick_params(axis="y", length=0)

    times = np.sort(results.elapsed(failed["ended"].dropna()))
    end = max(
        float(results.elapsed([results.trials["ended"].max()])[0]), times[-1] if len(times) else 0, 1e-9
    )
    size, unit = time_unit(end)
    counts = np.arange(len(times) + 1)
    by_time.step(np.append(0, times) / size, counts, where="post", color=style.RED, linewidth=2)
    by_time.set_xlim(0, end / size)
    by_time.set_ylim(0, None)
    by_time.set_xlabel(f"time since the sweep began [{unit}]")
    by_time.set_ylabel("failed trials until then")
    by_time.set_title("by time")
    style.count_axis(by_time.yaxis)

    workers = sorted(trials.loc[trials["worker"] >= 0, "worker"].unique())
    each = failed["worker"].value_counts().reindex(workers, fill_value=0)
    by_worker.bar(np.arange(len(each)), each, color=style.RED, width=0.7 if len(each) < 60 else 1.0)
    places = np.unique(np.linspace(0, len(each) - 1, min(len(each), 8)).astype(int))
    by_worker.set_xticks(places, [str(workers[place]) for place in places])
    by_worker.set_xlim(-0.7 - 0.4 * (len(each) < 4), len(each) - 0.3 + 0.4 * (len(each) < 4))
    by_worker.set_xlabel("worker that had it last")
    by_worker.set_ylabel("failed trials")
    by_worker.set_title("by worker")
    by_worker.grid(False, axis="x")
    style.count_axis(by_worker.yaxis)
    return made


def _note(causes, failed) -> str:
    note = f"The {MOST} most frequent of {len(causes)} causes. " if len(causes) > MOST else ""
    first = failed.iloc[0]
    return (
        note + f"The first: trial {int(first['trial'])}, {shorten(' '.join(first['message'].split()), 160)}"
    )
