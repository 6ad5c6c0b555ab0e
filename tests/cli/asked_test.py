"""A configuration is what it asks for: counted, tried once, recorded so, on any number of ranks."""

import json
import os
import signal
import subprocess
import time
import unittest

import h5py
import pandas as pd

from sweeps import MPIRUN, SweepTest, assert_same, at_most, tables

LAYERED = os.environ["SIBYL_LAYERED"]
WHOLE = ("--scheduler", "full", "--max-epochs", 2, "--max-trials", 100, "--seed", 3)
GRID = ("--sampler", "grid", "--scheduler", "full", "--max-epochs", 2)


def command(*arguments, ranks=None):
    launcher = [] if ranks is None else [*MPIRUN, "-n", str(ranks)]
    return [*launcher, LAYERED, *map(str, arguments)]


def run(*arguments, ranks=None, usual=3, widest=3, code=0, timeout=120):
    done = subprocess.run(command(*arguments, ranks=ranks), capture_output=True, text=True, timeout=timeout,
                          check=False, env={**os.environ, "USUAL": str(usual), "WIDEST": str(widest)})
    if done.returncode != code:
        raise AssertionError(f"exit code {done.returncode}, not {code}: {done.args}\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


def networks(directory):
    """The trials' networks: "2 1 3" has two layers of 1 and 3 units. Fails where one has units of no layer."""
    found = []
    for _, trial in tables(directory)["trials"].iterrows():
        units = [trial.get(f"hp:units_{i}", -1) for i in range(3)]
        layers = trial["hp:layers"]
        assert all((unit != -1) == (i < layers) for i, unit in enumerate(units)), trial
        found.append(" ".join(map(str, [layers, *units[:layers]])))
    return found


class Asked(SweepTest):
    def test_space_and_plan_count_what_is_asked_for(self):
        for usual in (1, 2, 3):
            self.assertIn("\n  39 configurations\n", run("space", usual=usual))
            plan = json.loads(run("plan", "--json", *WHOLE, usual=usual))
            self.assertEqual(plan["trials"], 39)
        self.assertIn("\n  13 configurations\n", run("space", "--set", "units_0=2"))

    def test_a_space_that_is_too_large_to_be_counted(self):
        self.assertIn("\n  at most 3000000 configurations\n", run("space", widest=100))
        self.assertIn("\n  more than 2000 configurations\n", run("space", widest=100, usual=1))  # 300 are named
        many = ("--scheduler", "full", "--max-epochs", 1, "--max-trials", 400)
        self.assertEqual(json.loads(run("plan", "--json", *many, widest=100, usual=1))["trials"], 400)
        run(*many, "--output", self.folder / "sweep", widest=100, usual=1)
        found = networks(self.folder / "sweep")
        self.assertEqual(len(found), 400)
        self.assertEqual(len(set(found)), 400)

    def test_each_network_is_trained_once_until_the_space_is_used_up(self):
        for usual in (1, 3):
            alone = self.folder / f"alone{usual}"
            self.assertIn("the search space is used up", run(*WHOLE, "--output", alone, usual=usual))
            found = networks(alone)
            self.assertEqual(len(found), 39)
            self.assertEqual(len(set(found)), 39)
            self.assertTrue((tables(alone)["trials"]["status"] == b"completed").all())
            for ranks in (1, 2, 3):
                output = self.folder / f"{usual}on{ranks}"
                run(*WHOLE, "--output", output, ranks=ranks, usual=usual)
                assert_same(alone, output)
            with h5py.File(alone / "results.h5") as file:
                space = pd.DataFrame(file["search_space"][:])
                self.assertEqual(file.attrs["reason"], "the search space is used up")
            self.assertEqual(set(space["name"]) & {b"units_0", b"units_1", b"units_2"},
                             {b"units_0", b"units_1", b"units_2"})
            self.assertEqual((space["found_by"] >= 0).sum(), 2 if usual == 1 else 0)

    def test_a_grid_has_each_network_once_the_defaults_first(self):
        for usual in (1, 3):
            output = self.folder / f"grid{usual}"
            self.assertEqual(json.loads(run("plan", "--json", *GRID, usual=usual))["trials"], 39)
            self.assertIn("the search space is used up", run(*GRID, "--output", output, ranks=3, usual=usual))
            found = networks(output)
            self.assertEqual(found[0], " ".join(map(str, [usual] + [1] * usual)))
            self.assertEqual((len(found), len(set(found))), (39, 39))

    def test_killed_and_resumed_is_the_same(self):
        for usual, sampler in ((1, WHOLE), (3, WHOLE), (3, GRID)):
            settings = (*sampler, "--set", "epoch_seconds=0.02")
            whole = self.folder / f"whole{usual}{sampler == GRID}"
            run(*settings, "--output", whole, usual=usual)
            killed = self.folder / f"killed{usual}{sampler == GRID}"
            for after in (0.7, 1.0):
                process = subprocess.Popen(command(*settings, "--output", killed, "--resume"),
                                           stdout=subprocess.DEVNULL, env={**os.environ, "USUAL": str(usual)})
                time.sleep(after)
                process.send_signal(signal.SIGKILL)
                process.wait()
            run(*settings, "--output", killed, "--resume", ranks=3, usual=usual)
            assert_same(whole, killed)
            # What is told again without asking comes to the same end.
            self.assertIn("the search space is used up", run("summary", killed))
            (killed / "results.h5").unlink()
            run("rebuild", killed)
            assert_same(whole, killed)

    def test_a_build_that_crashes_or_throws_costs_its_trials_only(self):
        for how, cause in (("crashes_at", b"signal SIGSEGV"), ("throws_at", b"exception")):
            alone, three = self.folder / how, self.folder / f"{how}3"
            settings = ("--scheduler", "full", "--max-epochs", 2, "--max-trials", 30, "--seed", 3, "--set", f"{how}=2",
                        "--max-consecutive-failures", 0)
            printed = run(*settings, "--output", alone)
            self.assertEqual(printed.count("can't be found out"), 1)
            run(*settings, "--output", three, ranks=3)
            assert_same(alone, three)
            trials = tables(alone)["trials"]
            self.assertEqual(len(trials), 30)
            bad = trials["hp:layers"] == 2
            self.assertGreater(bad.sum(), 3)
            self.assertTrue((trials["cause"][bad] == cause).all())
            self.assertTrue((trials["hp:units_2"][bad] != -1).all())  # all that the space names
            self.assertTrue((trials["status"][~bad] == b"completed").all())

    def test_a_build_that_hangs_does_not_keep_others_waiting_for_ever(self):
        output = self.folder / "hangs"
        began = time.monotonic()
        run("--scheduler", "full", "--max-epochs", 1, "--max-trials", 2, "--set", "hangs_at=1", "--set", "layers=1",
            "--set", "units_1=1", "--set", "units_2=1", "--set", "units_0=1", "--trial-timeout", "2s",
            "--output", output, ranks=2, code=1)
        self.assertLess(time.monotonic() - began, 90)
        self.assertEqual(set(tables(output)["trials"]["cause"]), {b"hang"})

    def test_the_builder_ends_with_its_sweep(self):
        output = self.folder / "killed"
        process = subprocess.Popen(command(*WHOLE, "--set", "epoch_seconds=1", "--output", output),
                                   stdout=subprocess.DEVNULL)
        self.addCleanup(process.kill)

        def builders():
            found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
            return [line for line in found.splitlines() if f"builder of-process {process.pid}" in line]

        self.assertTrue(self.soon(builders))
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertTrue(self.soon(lambda: not builders()))

    def test_a_sweep_whose_job_takes_long_to_answer_is_stopped_all_the_same(self):
        output = self.folder / "sweep"
        settings = ("--scheduler", "full", "--max-epochs", 2, "--max-trials", 100, "--set", "epoch_seconds=0.1", "--set", "hangs_at=2")
        environment = {**os.environ, "USUAL": "1", "WIDEST": "100"}
        process = subprocess.Popen(command(*settings, "--output", output, ranks=3), stdout=subprocess.DEVNULL, env=environment)
        self.addCleanup(process.kill)

        def status():
            done = subprocess.run(command("status", output), capture_output=True, text=True, check=False, env=environment)
            return done.stdout

        # Each such question takes ten seconds, and each trial may lead to several.
        self.assertTrue(self.soon(lambda: "2, 2 waiting for random to choose values" in status()))
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait()
        self.assertLess(time.monotonic() - began, at_most(6))
        self.assertIn("stopped: SIGTERM came", status())

    @staticmethod
    def soon(what, seconds=20):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if what():
                return True
            time.sleep(0.05)
        return False

    def test_nobody_starts_a_builder_by_hand(self):
        self.assertIn("no command for people", run("builder", "of-process", "1", code=64))


if __name__ == "__main__":
    unittest.main()
