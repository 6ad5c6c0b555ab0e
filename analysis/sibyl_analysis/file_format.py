"""What a results file of the newest format has, as far as this package relies on it; README.md says what it
means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

NEWEST_FORMAT = 1


class ResultsError(Exception):
    """The file can't be used; the text says why, for a person."""


# Format 1 promises these columns. A file may have more; what came later may be missing.
COLUMNS = {
    "trials": (
        "trial status iteration bracket rung epochs score best_epoch executions retries worker seconds"
        " started ended early_stopped cause message output"
    ),
    "epochs": "trial execution epoch attempt worker bracket rung started seconds",
    "search_space": "name kind min max step sampling values ordered default conditions size found_by",
    "rungs": "trial iteration bracket rung epoch score decision time",
    "workers": "worker host device device_name uuid threads pid joined busy idle trials left reason warning",
}
LATER_COLUMNS = {
    "retrained": "trial epochs time file",
    "epochs": "validation_seconds waiting_seconds samples samples_per_second",
    "launches": "launch started last_seen ended state end epochs ranks host launcher slurm_job slurm_restarts",
    "work": "trial attempt worker iteration bracket rung started ended end",
}


def check(file: Path, attributes: dict[str, Any], tables: dict[str, np.ndarray]) -> None:
    """Raises ResultsError where it is none of Sibyl's files, or a newer one than this program knows."""
    for name in ("format", "objective", "direction"):
        if name not in attributes:
            raise ResultsError(f"{file}: this is not a file of Sibyl's: the root has no attribute {name}")
    if attributes["format"] > NEWEST_FORMAT:
        raise ResultsError(
            f"{file}: its format is version {attributes['format']}, and this program knows {NEWEST_FORMAT}; "
            "take the analysis/ of the Sibyl that wrote it"
        )
    for table, columns in COLUMNS.items():
        if table not in tables:
            raise ResultsError(f"{file}: there is no table /{table}")
        missing = [name for name in columns.split() if name not in tables[table].dtype.names]
        if missing:
            raise ResultsError(f"{file}: table /{table} has no column {', '.join(missing)}")
