"""The page that describes the format, against a file of the C++ writer: each names all that the other has."""

import re

import h5py
import numpy as np
import pytest

import made

PAGE = (made.ANALYSIS / "README.md").read_text()
SECTION = re.compile(r"^## `(/\w*)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([^`]+)` \| (\w+) \|", re.MULTILINE)


def described():
    """Table -> {column: type}, and "/" -> the root's attributes."""
    return {name: dict(ROW.findall(text)) for name, text in SECTION.findall(PAGE)}


def type_name(dtype):
    return "string" if dtype.kind in "SO" else dtype.name


def metrics_of(file):
    """The epochs' columns that are no metrics come first and end with `seconds`."""
    names = file["epochs"].dtype.names
    return set(names[names.index("seconds") + 1 :])


@pytest.fixture(scope="module")
def file(sweep):
    with h5py.File(sweep / "results.h5") as opened:
        yield opened


def test_the_page_has_the_files_tables(file):
    assert {f"/{name}" for name in file} == set(described()) - {"/"}


def test_the_page_has_each_tables_columns_and_types(file):
    metrics = metrics_of(file)
    for name in file:
        found = {
            column: type_name(file[name].dtype[column])
            for column in file[name].dtype.names
            if not column.startswith("hp:") and not (name == "epochs" and column in metrics)
        }
        assert found == described()[f"/{name}"], name


def test_the_page_has_the_roots_attributes(file):
    def kind(value):
        return "string" if isinstance(value, str) else np.asarray(value).dtype.name

    assert {name: kind(value) for name, value in file.attrs.items()} == described()["/"]


def test_every_table_is_as_the_page_says_it_is(file):
    assert file.attrs["format"] == int(re.search(r"format version \*\*(\d+)\*\*", PAGE)[1])
    for name in file:
        table = file[name]
        assert table.ndim == 1 and table.chunks is None and table.dtype.names
        for column in table.dtype.names:
            kind = table.dtype[column]
            assert kind.kind == "S" or kind.str[0] in "<|"
            assert kind.kind != "S" or kind.itemsize >= 1


def test_the_reader_asks_for_what_the_page_promises():
    from results import COLUMNS, LATER_COLUMNS

    for name, columns in {**COLUMNS, **LATER_COLUMNS}.items():
        assert set(columns.split()) == set(described()[f"/{name}"]), name
