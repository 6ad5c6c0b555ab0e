"""Writes a sweep in another tool's format.

    %(prog)s runs/x --to csv                              # runs/x/csv/trials.csv, ...
    %(prog)s runs/x --to json --output x.json
    %(prog)s runs/x --to tensorboard                      # tensorboard --logdir runs/x/tensorboard-export
    %(prog)s runs/x --to optuna --output sqlite:///x.db   # needs the package optuna
    %(prog)s runs/x --to parquet                          # needs the package pyarrow
"""

from __future__ import annotations

from pathlib import Path

from sibyl_analysis.command_line import Parser
from sibyl_analysis.exports import optuna_study, tables, tensorboard
from sibyl_analysis.results import Results, ResultsError


def write(
    results: Results, kind: str, output: str | None, name: str | None = None, top: int | None = None
) -> str:
    """Writes it and says where."""
    here = results.directory
    if kind == "csv":
        return str(tables.to_csv(results, Path(output or here / "csv")))
    if kind == "parquet":
        return str(tables.to_parquet(results, Path(output or here / "parquet")))
    if kind == "json":
        return str(tables.to_json(results, Path(output or here / "results.json")))
    if kind == "tensorboard":
        # Not the folder that the sweep itself writes to: the same trials would be in it twice.
        folder = Path(output or here / "tensorboard-export")
        if folder.is_dir() and any(folder.iterdir()):
            raise ResultsError(
                f"{folder} is not empty: TensorBoard would mix the old with the new; delete it, or give"
                " --output"
            )
        return str(tensorboard.to_tensorboard(results, folder, top))
    storage = output or f"sqlite:///{here / 'optuna.db'}"
    study = optuna_study.to_optuna(results, storage, name)
    return f"study {study.study_name} in {storage}"


def main(program: str, given: list[str]) -> None:
    parser = Parser(program, __doc__)
    parser.add_argument("run", metavar="DIR", help="a sweep's directory, or a results.h5")
    parser.add_argument("--to", required=True, choices=("csv", "parquet", "json", "tensorboard", "optuna"))
    parser.add_argument(
        "--output", metavar="WHERE", help="a folder, a file, or a storage of Optuna's (default: in DIR)"
    )
    parser.add_argument("--name", help="of the Optuna study (default: the sweep's directory)")
    parser.add_argument(
        "--top", type=int, metavar="K", help="TensorBoard: only the K best trials (default: all)"
    )
    arguments = parser.parse(given)
    print(write(Results.open(arguments.run), arguments.to, arguments.output, arguments.name, arguments.top))
