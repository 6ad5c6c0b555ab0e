"""How long it takes to load a sweep with 1,000,000 epochs and to ask it the usual questions. Limit: 1 s.

    /usr/bin/python3 tests/analysis/bench_results.py [EPOCHS]
"""

import sys
import tempfile
import time
from pathlib import Path

import h5py

import made

from sibyl_analysis.results import Results  # noqa: E402  (found by made)
from sibyl_analysis.work import idle_report  # noqa: E402

LIMIT = 1.0  # s


def once(path: Path) -> dict[str, float]:
    marks = [("start", time.perf_counter())]
    with h5py.File(path) as file:
        for name in file:
            file[name][:]
    marks.append(("bare h5py read", time.perf_counter()))
    results = Results.open(path)
    marks.append(("load", time.perf_counter()))
    assert len(results.epochs) <= len(results.recorded_epochs)
    marks.append(("epochs frame, without repeats", time.perf_counter()))
    assert len(results.leaderboard(10)) == 10
    marks.append(("leaderboard", time.perf_counter()))
    assert len(idle_report(results)) == len(results.workers)
    marks.append(("idle report", time.perf_counter()))
    return {name: now - before for (name, now), (_, before) in zip(marks[1:], marks)}


def main() -> int:
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.h5"
        made.large(path, epochs)
        print(f"{epochs:,} epochs, {path.stat().st_size / 1e6:.0f} MB")
        runs = [once(path) for _ in range(3)]
    best = min(runs, key=lambda times: sum(times.values()))
    for name, seconds in best.items():
        print(f"{name:32s} {seconds:7.3f} s")
    ours = sum(best.values()) - best["bare h5py read"]
    print(
        f"{'load, leaderboard, idle report':32s} {ours:7.3f} s = {ours / best['bare h5py read']:.1f} x the"
        " bare read"
    )
    return 0 if ours <= LIMIT * epochs / 1_000_000 or ours < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
