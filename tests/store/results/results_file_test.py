"""Holds the results file that the C++ writer made against stock h5py and pandas, and against its page.

usage: results_file_test.py STORE_SAMPLE_PROGRAM PAGE
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

try:
    import h5py
    import numpy as np
    import pandas as pd
except ImportError as missing:
    print(f"skipped: {sys.executable} has no {missing.name} (Debian: apt install python3-h5py python3-pandas)")
    sys.exit(77)

PROGRAM, PAGE = sys.argv[1:3]
TABLES = ["trials", "epochs", "search_space", "rungs", "workers", "work", "launches", "retrained"]


def page_tables(page):
    """The page's tables: {heading: {name: type}}, from rows like "| `epoch` | int32 | ... |" under "## `/epochs`"."""
    tables, rows = {}, None
    for line in pathlib.Path(page).read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## `(/\w*)`", line):
            rows = tables.setdefault(heading[1], {})
        elif line.startswith("## "):
            rows = None
        elif rows is not None and (row := re.match(r"\| `([^`]+)` +\| (\w+) +\|", line)):
            assert row[1] not in rows, f"{row[1]} is there twice"
            rows[row[1]] = row[2]
    return tables


def page_notes(page):
    """{heading: {name: (unit, meaning)}}"""
    tables, rows = {}, None
    for line in pathlib.Path(page).read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"## `(/\w+)`", line):
            rows = tables.setdefault(heading[1], {})
        elif line.startswith("## "):
            rows = None
        elif rows is not None and line.startswith("| `"):
            cells = [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
            if len(cells) == 4:
                rows[cells[0]] = (cells[2], cells[3])
    return tables


def type_name(dtype):
    return "string" if dtype.kind == "S" else dtype.name


class ResultsFile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([PROGRAM, cls.folder.name], check=True, timeout=60)
        cls.path = pathlib.Path(cls.folder.name) / "results.h5"
        cls.file = h5py.File(cls.path, "r")
        cls.page = page_tables(PAGE)

    @classmethod
    def tearDownClass(cls):
        cls.file.close()
        cls.folder.cleanup()

    def frame(self, table):
        return pd.DataFrame(h5py.File(self.path)[table][:])

    def test_every_column_is_on_the_page_and_every_column_of_the_page_is_in_the_file(self):
        self.assertEqual(sorted(self.page), sorted(["/"] + ["/" + table for table in TABLES]))
        self.assertEqual(sorted(self.file), sorted(TABLES))
        metrics = {"loss", "val_loss", "val_accuracy"}
        for table in TABLES:
            dtype = self.file[table].dtype
            free = metrics if table == "epochs" else set()
            found = {
                name: type_name(dtype[name])
                for name in dtype.names
                if not name.startswith("hp:") and name not in free
            }
            self.assertEqual(list(found.items()), list(self.page["/" + table].items()), table)

    def test_every_root_attribute_is_on_the_page_and_the_other_way_round(self):
        types = {str: "string", np.int64: "int64", np.uint64: "uint64", np.float64: "float64"}
        found = {name: types[type(value)] for name, value in self.file.attrs.items()}
        self.assertEqual(found, self.page["/"])

    def test_every_dataset_says_what_a_row_is_and_what_its_columns_mean(self):
        page = page_notes(PAGE)
        for table in TABLES:
            about = self.file[table].attrs
            units, meanings = json.loads(about["units"]), json.loads(about["meanings"])
            self.assertTrue(about["rows"].startswith("A row "), about["rows"])
            self.assertEqual(list(meanings), list(self.file[table].dtype.names))
            for name, (unit, meaning) in page["/" + table].items():
                self.assertEqual((units.get(name, ""), meanings[name]), (unit, meaning), f"{table}.{name}")
        trials, epochs = (json.loads(self.file[table].attrs["meanings"]) for table in ("trials", "epochs"))
        self.assertIn("NaN", trials["hp:momentum"])
        self.assertIn("-1", trials["hp:nesterov"])
        self.assertIn("metric", epochs["val_loss"])
        self.assertEqual(json.loads(self.file["epochs"].attrs["units"])["seconds"], "s")

    def test_root_attributes_are_text_and_numbers(self):
        attributes = dict(self.file.attrs)
        self.assertEqual(attributes["format"], 1)
        self.assertEqual(attributes["job"], "quadratic")
        self.assertEqual(attributes["seed"], 2**64 - 1)
        self.assertEqual(attributes["direction"], "minimize")
        self.assertEqual(attributes["finished"], "2023-11-14T22:13:53Z")
        self.assertEqual(json.loads(attributes["options"]), {"seed": 7})
        self.assertEqual(json.loads(attributes["versions"])["sibyl"], "0.1.0")

    def test_trials_are_a_data_frame(self):
        trials = self.frame("trials")
        self.assertEqual(trials["trial"].tolist(), [0, 1])
        self.assertEqual(trials["status"].tolist(), [b"completed", b"failed"])
        self.assertEqual(trials["status"].str.decode("utf-8").tolist(), ["completed", "failed"])
        self.assertEqual(trials["score"][0], 0.5)
        self.assertTrue(np.isnan(trials["score"][1]) and np.isnan(trials["ended"][1]))
        self.assertEqual(trials["message"].str.decode("utf-8")[1], "the loss is NaN at epoch 2 (\u00e9)")
        self.assertEqual(pd.to_datetime(trials["started"], unit="s")[0].isoformat(), "2023-11-14T22:13:22")

    def test_hyperparameters_have_types_and_marks_where_they_are_inactive(self):
        trials = self.frame("trials")
        types = {name: type_name(self.file["trials"].dtype[name]) for name in trials if name.startswith("hp:")}
        self.assertEqual(
            types,
            {
                "hp:width": "int64",
                "hp:rate": "float64",
                "hp:optimizer": "string",
                "hp:momentum": "float64",
                "hp:nesterov": "int8",
            },
        )
        self.assertEqual(trials["hp:width"].tolist(), [32, 16])
        self.assertEqual(trials["hp:optimizer"].tolist(), [b"sgd", b"adam"])
        self.assertEqual(trials["hp:momentum"][0], 0.9)
        self.assertTrue(np.isnan(trials["hp:momentum"][1]))
        self.assertEqual(trials["hp:nesterov"].tolist(), [1, -1])

    def test_epochs_are_a_data_frame(self):
        epochs = self.frame("epochs")
        self.assertEqual(list(epochs)[-3:], ["loss", "val_loss", "val_accuracy"])
        self.assertEqual(epochs["trial"].tolist(), [0, 0, 1])
        self.assertEqual(epochs["epoch"].tolist(), [1, 2, 1])
        self.assertEqual(epochs["val_loss"].tolist()[:2], [0.75, 0.5])
        self.assertEqual(epochs["val_accuracy"].isna().tolist(), [True, False, True])
        self.assertEqual(epochs.groupby("trial")["val_loss"].min()[0], 0.5)

    def test_space_rungs_and_workers_are_data_frames(self):
        space, rungs, workers = self.frame("search_space"), self.frame("rungs"), self.frame("workers")
        self.assertEqual(space["name"].tolist(), [b"width", b"rate", b"optimizer", b"momentum", b"nesterov"])
        self.assertEqual(json.loads(space["conditions"][3]), [{"parent": "optimizer", "values": ["sgd"]}])
        self.assertEqual(json.loads(space["values"][2]), ["sgd", "adam"])
        self.assertEqual(rungs["decision"].tolist(), [b"completed", b"failed"])
        self.assertEqual(rungs["time"].tolist(), [1700000012, 1700000030])
        self.assertEqual(workers["busy"].tolist(), [14])
        self.assertEqual(workers["idle"].tolist(), [1700000033 - 1700000001 - 14])
        self.assertEqual(workers["host"].tolist(), [b"node1"])
        work = self.frame("work")
        self.assertEqual(work["trial"].tolist(), [0, 1])
        self.assertEqual(work["end"].tolist(), [b"reached", b"failed"])
        self.assertEqual((work["ended"] - work["started"]).sum(), workers["busy"].sum())

    def test_the_file_is_of_the_format_that_hdf5_1_8_opens(self):
        start = self.path.read_bytes()[:9]
        self.assertEqual(start[:8], b"\x89HDF\r\n\x1a\n")
        self.assertLessEqual(start[8], 2, "the superblock's version: 3 is for HDF5 1.10 and later")
        self.assertEqual(self.file.userblock_size, 0)
        self.assertEqual(self.file["epochs"].compression, None)

    def test_a_program_that_opens_the_file_to_write_can_change_it(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(shutil.copy(self.path, folder))
            before = self.file["epochs"][:]
            with h5py.File(copy, "r+") as file:
                file.attrs["note"] = "mine"
                file["trials"].attrs["note"] = "mine"
                file["picked"] = np.arange(3)
                file["epochs"].resize(1000, axis=0)
                del file["rungs"]
            with h5py.File(copy) as file:
                self.assertEqual(file.attrs["note"], "mine")
                self.assertEqual(file["epochs"][:len(before)].tobytes(), before.tobytes())
                self.assertEqual(file["epochs"].shape, (1000,))
                self.assertEqual(set(file), {*TABLES, "picked"} - {"rungs"})

    def test_the_tools_of_hdf5_read_it(self):
        for tool in (["h5dump"], ["h5stat"], ["h5ls", "-r", "-v"]):
            if not shutil.which(tool[0]):
                self.skipTest(f"there is no {tool[0]}")
            done = subprocess.run([*tool, str(self.path)], capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), tool)
            self.assertNotIn("unable", done.stdout)

    def test_the_five_lines_of_the_page_run(self):
        code = re.search(r"```python\n(import h5py.*?)```", pathlib.Path(PAGE).read_text(encoding="utf-8"), re.DOTALL)[1]
        self.assertLessEqual(len([line for line in code.splitlines() if line.strip()]), 5)
        subprocess.run([sys.executable, "-c", code], check=True, cwd=self.folder.name, timeout=60,
                       stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
