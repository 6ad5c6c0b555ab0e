"""Writes a sweep in another tool's format.

    %(prog)s runs/x --to csv                              # runs/x/csv/trials.csv, ...
    %(prog)s runs/x --to json --output x.json
    %(prog)s runs/x --to tensorboard                      # tensorboard --logdir runs/x/tensorboard-export
    %(prog)s runs/x --to optuna --output sqlite:///x.db   # needs the package optuna
    %(prog)s runs/x --to parquet                          # needs the package pyarrow
    %(prog)s runs/x --to mlflow --output sqlite:///x.db   # needs mlflow, or mlflow-skinny for a folder: runs/x/mlruns
    %(prog)s runs/x --to wandb                            # needs wandb; wandb sync runs/x/wandb/offline-run-*
"""

from __future__ import annotations

from pathlib import Path

from sibyl_analysis.command_line import Parser
from sibyl_analysis.exports import mlflow_runs, optuna_study, tables, tensorboard, wandb_runs
from sibyl_analysis.results import Results, ResultsError


KINDS = ("csv", "parquet", "json", "tensorboard", "optuna", "mlflow", "wandb")


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
    if kind == "mlflow":
        where = output or str(here / "mlruns")
        return f"experiment {mlflow_runs.to_mlflow(results, where, name, top)} in {where}"
    if kind == "wandb":
        return str(wandb_runs.to_wandb(results, Path(output or here), name, top))
    storage = output or f"sqlite:///{here / 'optuna.db'}"
    study = optuna_study.to_optuna(results, storage, name)
    return f"study {study.study_name} in {storage}"


def main(program: str, given: list[str]) -> None:
    parser = Parser(program, __doc__)
    parser.add_argument("run", metavar="DIR", help="a sweep's directory, or a results.h5")
    parser.add_argument("--to", required=True, choices=KINDS)
    parser.add_argument(
        "--output", metavar="WHERE", help="a folder, a file, or a storage of Optuna's or MLflow's (default: in DIR)"
    )
    parser.add_argument("--name", help="of the Optuna study, the MLflow experiment, the W&B project (default: the sweep's directory)")
    parser.add_argument(
        "--top", type=int, metavar="K", help="TensorBoard, MLflow, W&B: only the K best trials (default: all)"
    )
    arguments = parser.parse(given)
    print(write(Results.open(arguments.run), arguments.to, arguments.output, arguments.name, arguments.top))
