"""Workers that wait for the sampler: status, summary and results.h5 say so."""

import json
import subprocess
import time
import unittest

import h5py

from sweeps import SweepTest, command, run


class Waiting(SweepTest):
    def test_one_trial_after_the_other_keeps_one_of_two_workers_waiting(self):
        sweep = self.folder / "sweep"
        options = ("--sampler", "tpe", "--scheduler", "full", "--max-trials", 16, "--max-epochs", 2, "--width", 1, "--set",
                   "epoch_seconds=0.1", "--output", sweep)
        seen = []
        with subprocess.Popen(command("synthetic", *options, ranks=3), stdout=subprocess.PIPE, text=True) as mpirun:
            while mpirun.poll() is None:
                if (sweep / "journal.bin").exists():
                    status = subprocess.run(command("synthetic", "status", sweep, "--json"), capture_output=True, text=True, check=False)
                    said = subprocess.run(command("synthetic", "status", sweep), capture_output=True, text=True, check=False)
                    if status.stdout:
                        seen.append((json.loads(status.stdout), said.stdout))
                time.sleep(0.05)
            output = mpirun.stdout.read()
            self.assertEqual(mpirun.returncode, 0, output)
        self.assertIn("tpe chooses by what 1 worker of equal speed would know: --width 1 makes the same sweep elsewhere",
                      output)
        waiting = [each for each, _ in seen if each["waiting_for"] == "results"]
        self.assertTrue(waiting, seen)
        self.assertEqual((waiting[0]["workers"], waiting[0]["waiting"]), (2, 1))
        self.assertTrue(any("2, 1 waiting for results that tpe is to learn from" in text for _, text in seen))
        summary = json.loads(run("synthetic", "summary", sweep, "--json")[0])
        self.assertGreater(summary["sampler_share"], 0.05)
        self.assertLess(summary["sampler_share"] + summary["busy_share"], 1)
        self.assertIn(f"{summary['sampler_share']:.1%} waiting for the sampler".replace("%", " %"), output)
        with h5py.File(sweep / "results.h5") as file:
            workers = file["workers"][:]
        self.assertTrue((workers["for_sampler"] <= workers["idle"]).all())
        there = (workers["busy"] + workers["idle"]).sum()
        self.assertAlmostEqual(workers["for_sampler"].sum() / there, summary["sampler_share"], 2)
        predicted = json.loads(run("synthetic", "plan", *options[:-2], "--workers", 2, "--json")[0])
        self.assertGreater(predicted["sampler_share"], 0.05)

    def test_where_nothing_is_learnt_nobody_waits_for_the_sampler(self):
        sweep = self.folder / "sweep"
        output, _ = run("synthetic", "--max-epochs", 9, "--set", "epoch_seconds=0.01", "--output", sweep, ranks=4)
        self.assertNotIn("--width", output)
        self.assertNotIn("waiting for the sampler", output)
        with h5py.File(sweep / "results.h5") as file:
            self.assertEqual(file["workers"]["for_sampler"].sum(), 0)
        self.assertEqual(json.loads(run("synthetic", "status", sweep, "--json")[0])["waiting"], 0)


if __name__ == "__main__":
    unittest.main()
