"""Reads the event files that the C++ writer made: their framing with nothing but Python, all of it with TensorBoard.

usage: tensorboard_test.py TENSORBOARD_SAMPLE_PROGRAM
"""

import json
import math
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import urllib.request

try:
    from tensorboard import program
except ImportError:
    program = None

PROGRAM = sys.argv[1]
DIVERGED, BROKEN = 2, 4  # trials of the sample that fail: at epoch 2, before the first
EVERY_STATUS = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]


def val_loss(trial, epoch, execution=0):
    return math.nan if trial == DIVERGED and epoch == 2 else (trial + 1) / epoch + execution


def masked_crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    data, at = path.read_bytes(), 0
    while at < len(data):
        length, crc = struct.unpack_from("<QI", data, at)
        assert crc == masked_crc32c(data[at : at + 8]), f"{path}: the length at byte {at} is damaged"
        record = data[at + 12 : at + 12 + length]
        assert struct.unpack_from("<I", data, at + 12 + length)[0] == masked_crc32c(record), f"{path}: record at {at}"
        yield record
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return value, at


def fields(message):
    """[(number, value)]: a protobuf message without its schema."""
    at, found = 0, []
    while at < len(message):
        tag, at = varint(message, at)
        if tag & 7 == 0:
            value, at = varint(message, at)
        elif tag & 7 == 2:
            length, at = varint(message, at)
            value, at = message[at : at + length], at + length
        else:
            form, size = {1: ("<d", 8), 5: ("<f", 4)}[tag & 7]
            value, at = struct.unpack_from(form, message, at)[0], at + size
        found.append((tag >> 3, value))
    assert at == len(message)
    return found


def scalars(path):
    """[(tag, wall time, step, value)] of a file."""
    found = []
    for record in records(path):
        event = dict(fields(record))
        for _, value in fields(event.get(5, b"")):
            parts = dict(fields(value))
            if 2 in parts:
                found.append((parts[1].decode(), event[1], event[2], parts[2]))
    return found


class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        subprocess.run([PROGRAM, cls.folder], check=True, timeout=60)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def same(self, a, b):
        self.assertTrue(a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-6), (a, b))

    def trials(self, sweep):
        return {int(path.name.split("_")[1]): path for path in sorted((self.folder / sweep).glob("trial_*"))}


class EventFiles(Sample):
    def test_every_file_is_whole_and_begins_with_its_version(self):
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        self.assertGreater(len(files), 60)
        for path in files:
            self.assertIn("tfevents", path.name)
            self.assertEqual(dict(fields(next(records(path))))[3], b"brain.Event:2")
            for record in records(path):
                self.assertGreaterEqual(dict(fields(record))[1], 1.7e9)

    def test_the_metrics_are_there_once_and_in_order(self):
        for trial, folder in self.trials("one").items():
            (file,) = folder.iterdir()
            rows = [row for row in scalars(file) if row[0] == "val_loss"]
            self.assertEqual([row[2] for row in rows], list(range(1, len(rows) + 1)))
            for _, _, epoch, value in rows:
                self.same(value, val_loss(trial, epoch))
            times = [row[1] for row in scalars(file)]
            self.assertEqual(times, sorted(times))
            self.assertEqual(len(rows) == 0, trial == BROKEN)

    def test_executions_have_runs_of_their_own(self):
        for trial, folder in self.trials("two").items():
            for execution in range(2):
                for file in (folder / f"execution_{execution}").glob("*"):
                    for tag, _, epoch, value in scalars(file):
                        self.same(value, val_loss(trial, epoch, execution) / (1 if tag == "val_loss" else 2))
            (file,) = (path for path in folder.iterdir() if path.is_file())
            self.assertLessEqual({row[0] for row in scalars(file)}, {"best/val_loss"})

    def test_the_score_is_the_best_at_the_end_of_each_rung(self):
        for sweep, execution_mean in (("one", 0), ("two", 0.5)):
            for trial, folder in self.trials(sweep).items():
                (file,) = (path for path in folder.iterdir() if path.is_file())
                scores = [row for row in scalars(file) if row[0] == "best/val_loss"]
                self.assertEqual(len(scores) == 0, trial == BROKEN)
                if trial == DIVERGED:  # in its second rung
                    self.assertEqual([row[2] for row in scores], [1])
                for _, _, epoch, score in scores:
                    self.same(score, val_loss(trial, epoch) + execution_mean)


@unittest.skipIf(program is None, f"{sys.executable} has no tensorboard (pip install tensorboard)")
class StockTensorBoard(Sample):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addresses = {}
        for sweep in ("one", "two"):
            board = program.TensorBoard()
            board.configure(
                argv=[None, "--logdir", str(cls.folder / sweep), "--port", "0", "--load_fast", "false"]
            )
            cls.addresses[sweep] = board.launch()
        for sweep in cls.addresses:  # it reads in the background
            while len(cls.get(sweep, "data/runs")) < cls.count_runs(sweep):
                pass
            while len(cls.groups(sweep)) < len(list((cls.folder / sweep).glob("trial_*"))):
                pass

    @classmethod
    def count_runs(cls, sweep):
        return len({path.parent for path in (cls.folder / sweep).rglob("*tfevents*")})

    @classmethod
    def get(cls, sweep, path, body=None):
        request = urllib.request.Request(cls.addresses[sweep] + path, headers={"Content-Type": "application/json"})
        if body is not None:
            request.data = json.dumps(body).encode()
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    @classmethod
    def groups(cls, sweep, columns=()):
        query = {"experimentName": "", "allowedStatuses": EVERY_STATUS, "startIndex": 0, "sliceSize": 1000}
        query["colParams"] = list(columns)
        return cls.get(sweep, "data/plugin/hparams/session_groups", query).get("sessionGroups", [])

    def test_the_table_has_a_column_for_each_hyperparameter_and_for_the_objective(self):
        table = self.get("one", "data/plugin/hparams/experiment", {"experimentName": ""})
        infos = {info["name"]: info for info in table["hparamInfos"]}
        self.assertEqual(set(infos), {"width", "rate", "optimizer", "momentum", "dropout"})
        self.assertEqual(infos["width"]["domainInterval"], {"minValue": 16, "maxValue": 256})
        self.assertEqual(infos["rate"]["type"], "DATA_TYPE_FLOAT64")
        self.assertEqual(infos["optimizer"]["domainDiscrete"], ["sgd", "adam"])
        self.assertEqual(infos["optimizer"]["type"], "DATA_TYPE_STRING")
        self.assertIn("optimizer is sgd", infos["momentum"]["description"])
        self.assertEqual([each["name"]["tag"] for each in table["metricInfos"]], ["best/val_loss", "val_loss"])
        table = self.get("two", "data/plugin/hparams/experiment", {"experimentName": ""})
        self.assertEqual([each["name"]["tag"] for each in table["metricInfos"]], ["best/val_loss"])

    def test_a_trial_is_a_row(self):
        for sweep in self.addresses:
            rows = {int(group["name"].split("_")[1]): group for group in self.groups(sweep)}
            self.assertEqual(set(rows), set(self.trials(sweep)))
            for trial, row in rows.items():
                values = row["hparams"]
                self.assertEqual("momentum" in values, values["optimizer"] == "sgd")
                self.assertTrue(1e-4 <= values["rate"] <= 0.1 and values["width"] % 16 == 0)
                self.assertEqual(values.get("dropout"), 0.3 if trial == 0 else None)
                (session,) = row["sessions"]
                failed = trial in (DIVERGED, BROKEN)
                self.assertEqual(session["status"], "STATUS_FAILURE" if failed else "STATUS_SUCCESS")
                self.assertGreaterEqual(session["endTimeSecs"], session["startTimeSecs"])
                metrics = {each["name"]["tag"]: each for each in session.get("metricValues", [])}
                self.assertEqual("best/val_loss" in metrics, trial != BROKEN)

    def test_the_table_sorts_by_score_with_failures_last(self):
        columns = [{"metric": {"tag": "best/val_loss", "group": ""}, "order": "ORDER_ASC"}]
        rows = self.groups("one", columns)
        scores = [
            {each["name"]["tag"]: each["value"] for each in row["sessions"][0].get("metricValues", [])}.get(
                "best/val_loss", math.inf
            )
            for row in rows
        ]
        self.assertEqual(scores, sorted(scores))
        self.assertEqual([row["name"] for row in rows][0], "trial_000000")

    def test_the_scalars_are_those_of_the_files(self):
        tags = self.get("two", "data/plugin/scalars/tags")
        self.assertEqual(set(tags["trial_000000/execution_1"]), {"loss", "val_loss"})
        self.assertEqual(set(tags["trial_000000"]), {"best/val_loss"})
        points = self.get("one", "data/plugin/scalars/scalars?tag=val_loss&run=trial_000000")
        self.assertEqual([step for _, step, _ in points], list(range(1, 10)))
        points = self.get("one", f"data/plugin/scalars/scalars?tag=val_loss&run=trial_{DIVERGED:06}")
        self.assertEqual([value for _, _, value in points], [3, "NaN"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
