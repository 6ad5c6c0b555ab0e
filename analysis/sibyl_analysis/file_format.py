"""What a results file of the newest format has, as far as this package relies on it; README.md says what it
means."""

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
    "epochs": "validation_seconds samples samples_per_second",
    "launches": "launch started last_seen ended state end epochs ranks host launcher slurm_job slurm_restarts",
    "work": "trial attempt worker iteration bracket rung started ended end",
}
