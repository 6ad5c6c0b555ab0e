"""Which samplers chose the trials, and how well one knew what it chose."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sibyl_analysis import page
from sibyl_analysis.results import Results
from sibyl_analysis.samplers import by_sampler, expected_and_seen, rank_correlation, several, within_two
from sibyl_analysis.text import number


def samplers(results: Results) -> list[str]:
    """Nothing where one sampler chose all trials: the options say which."""
    if not several(results):
        return []
    rows = [
        [
            row["sampler"],
            f"{row['trials']:,}",
            f"{row['failed']:,}" if row["failed"] else "",
            *("" if np.isnan(row[score]) else number(row[score]) for score in ("best", "median")),
            "" if pd.isna(row["best_trial"]) else int(row["best_trial"]),
        ]
        for _, row in by_sampler(results).iterrows()
    ]
    objective = results.objective
    header = ["chosen by", "trials", "failed", f"best {objective}", f"median {objective}", "best trial"]
    depths = results.trials["epochs"].nunique() > 1
    rest = [page.note("Scores at whatever epoch trials came to.")] if depths else []
    return ["<h2>Samplers</h2>", page.table(header, rows), *rest]


def expectations(results: Results) -> str:
    """What the picture of them shows, in figures."""
    both = expected_and_seen(results)
    expected = int(results.trials["expected_score"].notna().sum())
    ranks = rank_correlation(both)
    return page.facts(
        [
            ("trials of which something was expected", f"{expected:,}"),
            ("of these, trained to the epoch it was for", f"{len(both):,}"),
            ("rank correlation (Spearman) of expected and seen", "unknown" if np.isnan(ranks) else f"{ranks:.2f}"),
            (
                "seen within two deviations (should be about 95 %, fewer where scores are noisy)",
                f"{within_two(both):,} of {len(both):,}"
                + (f", {within_two(both) / len(both):.0%}" if len(both) else ""),
            ),
        ]
    )
