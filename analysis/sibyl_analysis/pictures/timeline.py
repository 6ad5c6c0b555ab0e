"""Who trained what when; idle time in red, what was done again in pink."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sibyl_analysis.pictures import style
from sibyl_analysis.results import Results
from sibyl_analysis.text import count, duration, shorten, time_unit
from sibyl_analysis.work import busy_share, done_again, idle_report, pieces_of_work

MOST_PIECES, MOST_WORKERS = (
    4000,
    48,
)  # with more, the picture is made of cells: how busy each was in each moment
MOMENTS = 600
IDLE, AGAIN = style.RED, style.PURPLE


def draw(results: Results) -> Figure:
    workers = idle_report(results)
    if workers.empty:
        return style.empty("No worker has joined", "The sweep had no workers when this file was written.")
    pieces = pieces_of_work(results)
    share = busy_share(results)
    idlest = workers.groupby("worker")[["busy", "idle"]].sum()
    idlest = (idlest["idle"] / (idlest["idle"] + idlest["busy"]).clip(lower=1e-9)).sort_values()
    title = f"{count(len(idlest), 'worker')}, busy {share:.1%} of the time"
    if len(idlest) > 1 and idlest.iloc[-1] - idlest.iloc[0] > 0.02:
        title += f"; the idlest, worker {idlest.index[-1]}, {1 - idlest.iloc[-1]:.1%}"
    cells = len(pieces) > MOST_PIECES or len(idlest) > MOST_WORKERS
    again = done_again(results)
    note = "A worker is there from its joining until it leaves. Red: it had no work."
    if len(again):
        whole = float((again["ended"] - again["started"]).sum())
        note += f" Pink: {duration(whole)} of work that was lost, or done again to make up for it."
    parted = not cells and len(pieces) < 60 * len(idlest)  # else the lines would be most of what is seen
    note += " White lines part the trials." if parted else ""
    rows = {worker: place for place, worker in enumerate(idlest.index.sort_values())}
    made = style.figure(title, height=min(1.9 + 0.34 * len(rows), 7.5) if len(rows) > 3 else 3.0, note=note)
    axes = made.add_subplot()
    end = float(results.elapsed([workers["left"].max()])[0])
    size, unit = time_unit(end)
    spans = pd.DataFrame(
        {
            "row": workers["worker"].map(rows),
            "from": results.elapsed(workers["joined"]) / size,
            "to": results.elapsed(workers["left"]) / size,
        }
    )
    work = pieces[pieces["worker"].isin(rows)]
    work = work.assign(row=work["worker"].map(rows))
    again = again[again["worker"].isin(rows)]
    again = again.assign(row=again["worker"].map(rows))
    for frame in (work, again):
        frame["from"], frame["to"] = (results.elapsed(frame[name]) / size for name in ("started", "ended"))
    axes.set_xlim(0, end / size * 1.005 or 1)
    axes.set_ylim(len(rows) - 0.45, -0.55)
    if cells:
        _cells(made, axes, spans, work)
        if len(again):
            axes.add_collection(
                PolyCollection(_boxes(again, 0.5), facecolors=AGAIN, linewidths=0, zorder=4, gid="again")
            )
    else:
        _bars(axes, spans, work, again, parted)
    _names(axes, rows, workers)
    axes.set_xlabel(f"time since the sweep began [{unit}]")
    axes.grid(False, axis="y")
    return made


def _bars(
    axes: Axes, spans: pd.DataFrame, work: pd.DataFrame, again: pd.DataFrame, parted: bool
) -> None:
    axes.add_collection(
        PolyCollection(_boxes(spans, 0.36), facecolors=IDLE, linewidths=0, zorder=2, gid="idle")
    )
    brackets = sorted(work["bracket"].unique(), reverse=True)
    colour = dict(zip(brackets, style.colours(len(brackets))))
    axes.add_collection(
        PolyCollection(
            _boxes(work, 0.36), facecolors=[colour[b] for b in work["bracket"]], edgecolors="white",
            linewidths=0.4 if parted else 0, zorder=3, gid="work",
        )
    )  # fmt: skip
    if len(again):
        axes.add_collection(
            PolyCollection(_boxes(again, 0.36), facecolors=AGAIN, linewidths=0, zorder=4, gid="again")
        )
    known = [bracket for bracket in brackets if bracket >= 0]
    handles = [Patch(color=colour[bracket]) for bracket in known]
    labels = [f"bracket {bracket}" for bracket in known] if len(known) > 1 else ["training"] * len(known)
    for colour_of, name, there in ((AGAIN, "done again", len(again) > 0), (IDLE, "idle", True)):
        if there:
            handles.append(Patch(color=colour_of))
            labels.append(name)
    style.legend_beside(axes, handles, labels)


def _boxes(rows: pd.DataFrame, half: float) -> np.ndarray:
    """Corners of shape [rows, 4, 2]."""
    left, right, middle = (rows[name].to_numpy(dtype=float) for name in ("from", "to", "row"))
    x = np.stack([left, left, right, right], axis=1)
    y = np.stack([middle - half, middle + half, middle + half, middle - half], axis=1)
    return np.stack([x, y], axis=2)


def _cells(made: Figure, axes: Axes, spans: pd.DataFrame, work: pd.DataFrame) -> None:
    """How much of each moment each worker was busy."""
    low, high = axes.get_xlim()
    edges = np.linspace(low, high, MOMENTS + 1)
    rows = int(spans["row"].max()) + 1
    there, busy = covered(spans, edges, rows), covered(work, edges, rows)
    share = np.ma.masked_invalid(
        np.where(there > 0, np.minimum(busy / np.where(there > 0, there, 1), 1), np.nan)
    )
    blend = LinearSegmentedColormap.from_list("busy", [IDLE, "#f3e9dc", style.BLUE])
    image = axes.imshow(
        share,
        extent=(low, high, rows - 0.5, -0.5),
        aspect="auto",
        cmap=blend,
        vmin=0,
        vmax=1,
        interpolation="nearest",
        zorder=2,
    )
    bar = made.colorbar(image, ax=axes, pad=0.015, ticks=[0, 0.5, 1], shrink=0.95)
    bar.ax.set_yticklabels(["idle", "half", "busy"])


def covered(rows: pd.DataFrame, edges: np.ndarray, how_many: int) -> np.ndarray:
    """Shape [how_many, moments]: how much of each moment between two edges the intervals `from`..`to` of a
    row cover."""
    row = rows["row"].to_numpy(dtype=int)
    width = edges[1] - edges[0]
    first, last = (
        np.clip((rows[name].to_numpy(dtype=float) - edges[0]) / width, 0, len(edges) - 1)
        for name in ("from", "to")
    )
    # The covered length left of an edge grows by one a moment while an interval lasts: count the starts and
    # ends.
    slope = np.zeros((how_many, len(edges) + 1))
    rest = np.zeros((how_many, len(edges) + 1))
    for sign, at in ((1, first), (-1, last)):
        cell = np.floor(at).astype(int)
        part = at - cell
        np.add.at(slope, (row, cell + 1), sign)
        np.add.at(rest, (row, cell), sign * (1 - part))
    return (np.cumsum(slope, axis=1) + rest)[:, : len(edges) - 1] * width


def _names(axes: Axes, rows: dict[int, int], workers: pd.DataFrame) -> None:
    hosts = workers.drop_duplicates("worker", keep="last").set_index("worker")
    every = -(-len(rows) // 24)
    shown = [(worker, place) for worker, place in rows.items() if place % every == 0]
    one_host = hosts["host"].nunique() == 1
    labels = [
        f"{worker}" if one_host or len(rows) > 24 else f"{worker}  {shorten(hosts.loc[worker, 'host'], 16)}"
        for worker, _ in shown
    ]
    axes.set_yticks([place for _, place in shown], labels)
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("worker" + (f" on {hosts['host'].iloc[0]}" if one_host else ""))
