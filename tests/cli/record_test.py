"""The record of a sweep: what is not typed at a resume comes from it, and another sweep than the recorded is refused."""

import json
import pathlib
import re
import shlex
import shutil
import struct
import subprocess
import unittest
import zlib

import h5py

from sweeps import JOBS, SweepTest, assert_same, command, run, tables

STOPPED, USAGE = 75, 64
FIXTURES = pathlib.Path(__file__).parent.parent / "store" / "fixtures"
CODEC = pathlib.Path(__file__).parents[2] / "src" / "core" / "codec.hpp"
NEWEST = int(re.search(r"layout_version = (\d+)", CODEC.read_text(encoding="utf-8"))[1])  # version of a journal
# Every option that says what the sweep is, none with its default.
SETTINGS = ("--max-epochs", 9, "--eta", 2, "--iterations", 2, "--seed", 7, "--objective", "val_accuracy",
            "--executions-per-trial", 2, "--patience", 5, "--min-delta", 0.001, "--max-retries", 1, "--max-trials", 20,
            "--set", "epoch_seconds=0.02", "--set", "noise=0.05", "--inject", "exception=0.02", "--threads", 2)


def attributes(directory):
    with h5py.File(directory / "results.h5") as file:
        return dict(file.attrs)


def launches(directory):
    with h5py.File(directory / "results.h5") as file:
        return [{name: row[name].decode() if isinstance(row[name], bytes) else row[name] for name in row.dtype.names}
                for row in file["launches"][:]]


class BareResume(SweepTest):
    def test_goes_on_on_any_number_of_ranks_as_if_all_was_typed(self):
        whole, stopped = self.folder / "whole", self.folder / "stopped"
        run("synthetic", *SETTINGS, "--output", whole)
        run("synthetic", *SETTINGS, "--output", stopped, "--time-limit", "1s", ranks=3, code=STOPPED)
        run("synthetic", "--output", stopped, "--resume", "--time-limit", "1s", ranks=2, code=STOPPED)
        out, _ = run("synthetic", "--output", stopped, "--resume")
        self.assertIn("finished: the plan is done", out)
        assert_same(whole, stopped)

    def test_a_finished_sweep_says_its_summary(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 3, "--output", output)
        out, _ = run("synthetic", "--output", output, "--resume", ranks=2)
        self.assertIn("finished: the plan is done", out)
        self.assertEqual(len(launches(output)), 1)

    def test_more_iterations_are_all_that_has_to_be_typed(self):
        extended, at_once = self.folder / "extended", self.folder / "at_once"
        run("synthetic", "--max-epochs", 3, "--seed", 5, "--set", "epoch_seconds=0", "--output", extended)
        run("synthetic", "--iterations", 3, "--output", extended, "--resume", ranks=2)
        run("synthetic", "--max-epochs", 3, "--seed", 5, "--set", "epoch_seconds=0", "--iterations", 3, "--output", at_once)
        assert_same(extended, at_once)
        out, _ = run("synthetic", "--output", extended, "--resume")  # the extended ones are the recorded ones now
        self.assertIn("finished: the plan is done", out)
        self.assertEqual(len(launches(extended)), 2)

    def test_what_is_typed_and_differs_is_refused_with_both_values(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 3, "--threads", 1, "--set", "epoch_seconds=0", "--output", output)
        for said, typed in [
            ("--max-epochs: 3 there, 9 here", ("--max-epochs", 9)),
            ("--seed: 0 there, 1 here", ("--seed", 1)),
            ("--threads: 1 there, 2 here", ("--threads", 2)),
            ("--objective: val_loss:min there, val_accuracy:max here", ("--objective", "val_accuracy")),
            ("--max-trials: the plan there, 5 here", ("--max-trials", 5)),
            ("--scheduler: hyperband there, full here", ("--scheduler", "full")),
            ("--set epoch_seconds: 0 there, 1 here", ("--set", "epoch_seconds=1")),
            ("--set noise: not set there, 0.5 here", ("--set", "noise=0.5")),
            ("--patience: 0 there, 3 here", ("--patience", 3)),
        ]:
            with self.subTest(said):
                _, err = run("synthetic", *typed, "--output", output, "--resume", code=USAGE)
                self.assertIn(said, err)
                self.assertIn("--iterations", err)  # how it may go on
                self.assertEqual(len(err.splitlines()), 3, err)
        for typed in (("--max-epochs", 3), ("--objective", "val_loss"), ("--set", "epoch_seconds=0"), ("--keep-best", 3)):
            run("synthetic", *typed, "--output", output, "--resume")

    def test_how_it_was_run_is_kept_until_something_else_is_typed(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 3, "--keep-best", 3, "--checkpoint-every", "2epochs", "--max-trials", 2, "--output", output)
        run("synthetic", "--max-trials", 3, "--output", output, "--resume")
        options = json.loads(attributes(output)["options"])
        self.assertEqual((options["keep-best"], options["checkpoint-epochs"], options["max-trials"]), (3, 2, 3))
        run("synthetic", "--max-trials", 4, "--keep-best", 2, "--output", output, "--resume")
        self.assertEqual(json.loads(attributes(output)["options"])["keep-best"], 2)


class Threads(SweepTest):
    def test_the_default_of_the_first_start_is_the_sweeps(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 9, "--set", "epoch_seconds=0.1", "--output", output, "--time-limit", "1s", code=STOPPED)
        first = json.loads(attributes(output)["options"])["threads"]
        run("synthetic", "--output", output, "--resume", "--time-limit", "1s", ranks=4, code=STOPPED)
        with h5py.File(output / "results.h5") as file:
            workers = file["workers"][:]
        self.assertEqual(len(workers), 4)
        self.assertEqual({int(each["threads"]) for each in workers}, {first})
        tried, _ = run("synthetic", "--output", output, "--resume", "--dry-run", ranks=4)
        self.assertEqual({int(row.split()[-1]) for row in tried.splitlines() if " worker " in row}, {first})
        _, err = run("synthetic", "--output", output, "--resume", "--threads", first + 1, code=USAGE)
        self.assertIn(f"--threads: {first} there, {first + 1} here", err)


class Commands(SweepTest):
    def test_a_stopped_sweep_prints_the_whole_command_that_continues_it(self):
        output = self.folder / "a sweep's"
        typed = command("synthetic", "--max-epochs", 9, "--set", "epoch_seconds=0.1", "--output", output, "--overwrite",
                        "--time-limit", "1s", ranks=3)
        done = subprocess.run(typed, capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, STOPPED, done.stderr)
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("Continue  ")]
        expected = [word for word in typed if word != "--overwrite"] + ["--resume"]
        self.assertEqual(shlex.split(line.removeprefix("Continue  ")), expected)
        for where in ("status", "summary"):
            told = subprocess.run(command("synthetic", where, output), capture_output=True, text=True, check=False, timeout=60)
            self.assertIn(line, told.stdout)
        (row,) = launches(output)
        self.assertEqual(shlex.split(row["command"]), typed)
        subprocess.run(line.removeprefix("Continue  "), shell=True, check=False, capture_output=True, timeout=60)
        again = launches(output)[1]
        self.assertEqual(shlex.split(again["command"]), expected)
        self.assertGreater(again["epochs"], 0)

    def test_a_sweep_that_was_given_up_says_it_too(self):
        output = self.folder / "sweep"
        done = subprocess.run(command("synthetic", "--max-epochs", 9, "--max-consecutive-failures", 3, "--inject", "exception=1.0",
                                      "--output", output),
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("given up", done.stdout)
        self.assertIn(f"Continue  {JOBS}/synthetic --max-epochs 9 --max-consecutive-failures 3 --inject exception=1.0 --output {output} --resume\n", done.stdout)

    def test_every_option_is_in_the_results_resolved(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 3, "--scheduler", "full", "--output", output, ranks=2)
        found = attributes(output)
        options = json.loads(found["options"])
        out, _ = run("synthetic", "--help")
        left_out = {"resume", "overwrite", "dry-run", "workers", "epoch-seconds", "top", "trial", "to", "onnx", "input", "json", "help", "version",
                    "checkpoint-every", "options"}
        named = set(re.findall(r"^ +(?:-h, )?--([a-z-]+)", out, re.MULTILINE))
        self.assertEqual({name for name in named - left_out if name not in options}, set())
        self.assertEqual((options["objective"], options["max-trials"], options["isolation"], options["device"], options["data"]),
                         ("val_loss:min", 10, "process", "auto", ""))
        self.assertGreaterEqual(options["threads"], 1)
        self.assertIn("build", json.loads(found["versions"]))


class OlderJournals(SweepTest):
    def test_a_sweep_that_version_2_began_goes_on(self):
        output = self.folder / "sweep"
        output.mkdir()
        shutil.copy(FIXTURES / "killed_sweep_v2.bin", output / "journal.bin")
        run("synthetic", "rebuild", output)  # reads it as it is
        before = tables(output)["epochs"]
        self.assertEqual((output / "journal.bin").read_bytes()[8], 2)
        out, _ = run("synthetic", "--output", output, "--resume", ranks=3)
        self.assertIn("finished: the plan is done", out)
        self.assertEqual((output / "journal.bin").read_bytes()[8], NEWEST)
        found = json.loads(attributes(output)["options"])
        self.assertEqual((found["max-epochs"], found["seed"], found["threads"], found["objective"]), (9, 5, 1, "val_loss:min"))
        after = tables(output)["epochs"]
        kept = after.merge(before, on=["trial", "execution", "epoch"], suffixes=("", "_before"))
        self.assertEqual(len(kept), len(before))
        self.assertTrue((kept["val_loss"] == kept["val_loss_before"]).all())

    def test_one_that_does_not_say_where_its_data_was_asks_for_it(self):
        output = self.folder / "sweep"
        output.mkdir()
        journal = bytearray((FIXTURES / "killed_sweep_v2.bin").read_bytes())
        (length,) = struct.unpack_from("<I", journal, 12)  # of the first record, behind the file's header
        payload = bytes(journal[24 : 24 + length]).replace(b" --seed 5 ", b" --data x ", 1)
        self.assertNotEqual(payload, journal[24 : 24 + length])
        journal[24 : 24 + length] = payload
        struct.pack_into("<I", journal, 20, zlib.crc32(payload, zlib.crc32(journal[12:20])))
        (output / "journal.bin").write_bytes(journal)
        _, err = run("synthetic", "--output", output, "--resume", code=USAGE)
        self.assertIn("give --data", err)
        self.assertIn("--data x", err)
        run("synthetic", "--output", output, "--resume", "--data", "y")
        run("synthetic", "--output", output, "--resume")  # it is recorded from then on
        self.assertEqual(json.loads(attributes(output)["options"])["data"], "y")


if __name__ == "__main__":
    unittest.main()
