"""CSV, Parquet and JSON: the tables as they are, with inactive hyperparameters empty and texts as text."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from sibyl_analysis.files import make_folder, whole
from sibyl_analysis.results import Results, ResultsError

TABLES = ("trials", "epochs", "rungs", "workers", "search_space", "work", "launches", "retrained")


def to_csv(results: Results, folder: Path) -> Path:
    """A file a table, and the attributes of the sweep as attributes.json; floats with all their digits."""
    make_folder(folder)
    for name in TABLES:
        with whole(folder / f"{name}.csv") as file:
            without_formulas(frame(results, name)).to_csv(file, index=False)
    _write_attributes(results, folder)
    return folder


def without_formulas(rows: pd.DataFrame) -> pd.DataFrame:
    """Texts that a spreadsheet would take for a formula and run get a ' in front; numbers are none."""
    texts = {name: rows[name].map(_no_formula) for name in rows.columns if rows[name].dtype == object}
    return rows.assign(**texts).rename(columns=_no_formula)


def _no_formula(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n"):
        return value
    try:
        float(value)
    except ValueError:
        return "'" + value
    return value


def to_parquet(results: Results, folder: Path) -> Path:
    """A file a table; needs pyarrow, which Debian 12 does not have."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as problem:
        raise ResultsError(
            f"Parquet needs the package pyarrow ({problem}): pip install pyarrow (with Debian 12's numpy:"
            " 'pyarrow<19') in a venv that sees the system's packages; or take --to csv"
        ) from problem
    make_folder(folder)
    for name in TABLES:
        with whole(folder / f"{name}.parquet") as file:
            frame(results, name).to_parquet(file, index=False)
    _write_attributes(results, folder)
    return folder


def _write_attributes(results: Results, folder: Path) -> None:
    with whole(folder / "attributes.json") as file:
        file.write_text(_json(attributes(results)) + "\n", encoding="utf-8")


def to_json(results: Results, file: Path) -> Path:
    """One object: the attributes, and for each table a list of rows. NaN and inactive are null."""
    make_folder(file.parent)
    with whole(file) as beside, open(beside, "w", encoding="utf-8") as out:
        out.write('{\n"attributes": ' + _json(attributes(results)))
        for name in TABLES:
            out.write(f',\n"{name}": ')
            json.dump(_records(frame(results, name)), out, separators=(",", ":"))
        out.write("\n}\n")
    return file


def frame(results: Results, name: str) -> pd.DataFrame:
    return getattr(results, name)


def attributes(results: Results) -> dict[str, Any]:
    """The root attributes, with the options and versions as objects, not as texts."""
    plain = {name: value for name, value in results.attributes.items() if name not in ("options", "versions")}
    return {**plain, "options": results.options, "versions": results.versions}


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    columns = {name: [_plain(value) for value in rows[name].astype(object)] for name in rows.columns}
    return [dict(zip(columns, values)) for values in zip(*columns.values())]


def _plain(value: Any) -> Any:
    if value is None or value is pd.NA:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _json(value: dict[str, Any]) -> str:
    finite = {name: _plain(each) for name, each in value.items()}
    return json.dumps(finite, indent=1, ensure_ascii=False)
