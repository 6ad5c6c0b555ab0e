"""People steer a search: parts of ranges, configurations that are tried first. All of it is recorded, and taken up by a resume."""

import os
import subprocess
import unittest

from sweeps import SweepTest, assert_same, run, tables

USAGE = 64
NARROW = ("--range", "width=16:32", "--range", "learning_rate=1e-3:1e-2", "--range", "optimizer=adam", "--range", "dropout=0.1:0.3")
QUICK = ("--set", "epoch_seconds=0", "--scheduler", "full", "--max-epochs", 2, "--seed", 3)


class Ranges(SweepTest):
    def test_every_sampler_stays_within(self):
        for sampler in (["random"], ["sobol"], ["grid", "--grid-points", 3], ["tpe"], ["gp"]):
            with self.subTest(sampler=sampler):
                output = self.folder / sampler[0]
                run("synthetic", *QUICK, *NARROW, "--max-trials", 25, "--sampler", *sampler, "--try", "defaults", "--output", output)
                trials = tables(output)["trials"]
                self.assertEqual(len(trials), 25)
                for name, low, high in [("width", 16, 32), ("learning_rate", 1e-3, 1e-2), ("dropout", 0.1, 0.3)]:
                    self.assertGreaterEqual(trials[f"hp:{name}"].min(), low)
                    self.assertLessEqual(trials[f"hp:{name}"].max(), high)
                self.assertEqual(set(trials["hp:optimizer"]), {b"adam"})
                self.assertEqual(trials["hp:width"][0], 32)  # the default, 64, is outside

    def test_space_and_plan_know_it(self):
        out, _ = run("synthetic", "space", *NARROW)
        self.assertRegex(out, r"width +int +16 \.\. 32 +log +32")
        self.assertRegex(out, r"optimizer +fixed +adam")
        few = ("--set", "learning_rate=0.01", "--set", "dropout=0.1", "--range", "optimizer=adam", "--range", "width=8:17")
        self.assertIn("\n  10 configurations\n", run("synthetic", "space", *few)[0])
        self.assertIn(" 10 trials, ", run("synthetic", "plan", *QUICK, *few, "--max-trials", 40)[0])

    def test_a_job_that_says_what_its_trials_ask_for(self):
        def layered(*arguments, code=0):
            done = subprocess.run([os.environ["SIBYL_LAYERED"], *map(str, arguments)], capture_output=True, text=True,
                                  timeout=120, check=False, env={**os.environ, "USUAL": "3", "WIDEST": "3"})
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            return done.stdout + done.stderr
        ranges = ("--range", "layers=1:2", "--range", "units_0=2:3")
        self.assertIn("\n  8 configurations\n", layered("space", *ranges))  # 2, and 2 * 3
        layered("--scheduler", "full", "--max-epochs", 1, "--max-trials", 40, *ranges, "--output", self.folder / "sweep")
        trials = tables(self.folder / "sweep")["trials"]
        self.assertEqual(len(trials), 8)
        self.assertEqual(set(trials["hp:layers"]), {1, 2})
        self.assertEqual(set(trials["hp:units_0"]), {2, 3})

    def test_a_resume_takes_it_from_the_record_and_refuses_another(self):
        whole, stopped = self.folder / "whole", self.folder / "stopped"
        run("synthetic", *QUICK, *NARROW, "--max-trials", 12, "--output", whole)
        run("synthetic", *QUICK, *NARROW, "--max-trials", 5, "--output", stopped)
        for says, other in [("--range width: 16:32 there, 16:64 here", "width=16:64"), ("--range momentum: not set there", "momentum=0:0.5")]:
            _, err = run("synthetic", "--range", other, "--output", stopped, "--resume", code=USAGE)
            self.assertIn(says, err)
        run("synthetic", "--max-trials", 12, "--output", stopped, "--resume", ranks=3)
        assert_same(whole, stopped)


class GivenConfigurations(SweepTest):
    def test_from_files_in_their_order(self):
        points, more = self.folder / "points.csv", self.folder / "more.json"
        points.write_text("width,optimizer,momentum\n16,sgd,0.5\n24,,\n")
        more.write_text('[{"width": 40, "learning_rate": 0.25}, {}]')
        typed, filed = self.folder / "typed", self.folder / "filed"
        run("synthetic", *QUICK, "--max-trials", 8, "--output", typed, "--try", "width=16,optimizer=sgd,momentum=0.5",
            "--try", "width=24", "--try", "width=40,learning_rate=0.25", "--try", "defaults")
        run("synthetic", *QUICK, "--max-trials", 3, "--output", filed, "--try", points, "--try", more, ranks=3)
        points.unlink()  # what it said is in the record
        run("synthetic", "--max-trials", 8, "--output", filed, "--resume", ranks=2)
        assert_same(typed, filed)
        self.assertEqual(list(tables(filed)["trials"]["hp:width"][:4]), [16, 24, 40, 64])
        self.assertEqual(list(tables(filed)["trials"]["sampler"][:5]), [b"given"] * 4 + [b"random"])

    def test_what_is_wrong_with_a_file_is_said_with_the_row(self):
        points = self.folder / "points.csv"
        for says, text in [("line 3: width=5: width takes a whole number from 8 to 256", "width\n9\n5\n"),
                           ("line 2: there is no hyperparameter 'widht' in the search space (did you mean 'width'?)", "widht\n9\n"),
                           ("line 2: there is no 'momentum' with these values", "optimizer,momentum\nadam,0.5\n"),
                           ("line 2: noise is fixed at 0.01", "noise\n0.5\n")]:
            with self.subTest(says=says):
                points.write_text(text)
                _, err = run("synthetic", "--try", points, "--output", self.folder / "sweep", code=USAGE)
                self.assertIn(f"--try {points}, {says}", err)
        _, err = run("synthetic", "--try", self.folder / "none.json", code=USAGE)
        self.assertIn("No such file", err)


if __name__ == "__main__":
    unittest.main()
