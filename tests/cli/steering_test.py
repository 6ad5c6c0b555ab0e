"""People steer a search: parts of ranges, configurations that are tried first. All of it is recorded, and taken up by a resume."""

import json
import os
import re
import subprocess
import unittest

import h5py

from sweeps import MPIRUN, SweepTest, assert_same, run, tables

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


class WarmStarts(SweepTest):
    LEARNS = ("--scheduler", "full", "--max-epochs", 9, "--set", "epoch_seconds=0", "--seed", 5, "--width", 3)

    def before(self, *options):
        run("synthetic", "--max-epochs", 9, "--iterations", 2, "--set", "epoch_seconds=0", *options, "--output", self.folder / "before")
        return self.folder / "before"

    def test_the_same_on_any_number_of_workers_and_without_the_directory_after_a_resume(self):
        before = self.before("--inject", "exception=0.02")
        failed = (tables(before)["trials"]["status"] == b"failed").sum()
        self.assertGreater(failed, 0)
        for sampler in ("tpe", "gp"):
            alone, stopped = self.folder / f"{sampler}1", self.folder / f"{sampler}2"
            steered = (*self.LEARNS, "--sampler", sampler, "--range", "width=8:64")
            out, _ = run("synthetic", *steered, "--warm-start", before, "--output", alone)
            taken, of, outside, without = map(int, re.search(
                rf"warm start from {before}: (\d+) of (\d+) trials; (\d+) outside the space, (\d+) without a score", out).groups())
            self.assertEqual(taken + outside + without, of)
            self.assertEqual(of, len(tables(before)["trials"]))
            self.assertGreater(outside, 3)
            run("synthetic", *steered, "--warm-start", before, "--max-trials", 4, "--output", stopped, ranks=3)
            before.rename(self.folder / "moved")
            run("synthetic", "--max-trials", 10, "--output", stopped, "--resume", ranks=4)
            (self.folder / "moved").rename(before)
            assert_same(alone, stopped)
            _, err = run("synthetic", *self.LEARNS, "--warm-start", alone, "--output", stopped, "--resume", code=USAGE)
            self.assertIn("--warm-start: ", err)
            self.assertNotIn(";", err)  # what was taken is not listed
            self.assertIn(sampler.encode(), set(tables(alone)["trials"]["sampler"][:4]))  # no eight others come first
            hyperband = ("--max-epochs", 9, *steered[4:], "--warm-start", before)
            run("synthetic", *hyperband, "--output", alone, "--overwrite")
            run("synthetic", *hyperband, "--output", stopped, "--overwrite", ranks=4)
            assert_same(alone, stopped)

    def test_what_goes_on_there_since_does_not_matter(self):
        before, output = self.before(), self.folder / "sweep"
        steered = (*self.LEARNS, "--sampler", "tpe", "--warm-start", before, "--output", output)
        run("synthetic", *steered, "--max-trials", 5)
        run("synthetic", "--iterations", 3, "--output", before, "--resume")
        run("synthetic", *steered, "--max-trials", 9, "--resume")
        self.assertEqual(len(tables(output)["trials"]), 9)

    def test_plan_says_what_is_taken(self):
        out, _ = run("synthetic", "plan", *self.LEARNS, "--sampler", "gp", "--warm-start", self.before())
        self.assertIn("34 of 34 trials\n", out)
        self.assertNotIn("can learn so", out)

    def test_a_sweep_of_other_hyperparameters_is_refused(self):
        before = self.before()
        _, err = run("iris", "plan", "--objective", "val_loss:min", "--sampler", "gp", "--warm-start", before, code=USAGE)
        self.assertRegex(err, r"its trials say nothing of '\w+', '\w+'.*: of \d+ hyperparameters that every trial here has, \d+ are not among its")

    def test_the_same_sweep_twice_is_refused(self):
        before = self.before()
        _, err = run("synthetic", "plan", "--sampler", "gp", "--warm-start", before, "--warm-start", before, code=USAGE)
        self.assertIn(f"--warm-start is given twice for {before}", err)

    def test_what_can_not_be_learned_from_is_refused(self):
        before = self.before()
        for says, *options in [
            (f"--warm-start {before}: its objective is val_loss:min, and this sweep's is val_accuracy:max", "--objective", "val_accuracy"),
            (f"--warm-start {before}: none of its 34 trials is of use: 34 outside this search space", "--set", "noise=0.5"),
            ("--warm-start is for samplers that learn, and --sampler sobol does not: leave it out, or take one of tpe, gp", "--sampler", "sobol"),
            (f"--warm-start {self.folder}: there is no sweep in", "--warm-start", self.folder),
        ]:
            with self.subTest(says=says):
                options = options if "--sampler" in options else ["--sampler", "gp", *options]
                _, err = run("synthetic", *self.LEARNS[:6], "--warm-start", before, *options, "--output", self.folder / "sweep", code=USAGE)
                self.assertIn(says, err)
                self.assertFalse((self.folder / "sweep").exists())


class Expectations(SweepTest):
    def test_priors_are_recorded_and_lead(self):
        whole, stopped = self.folder / "whole", self.folder / "stopped"
        expected = (*QUICK, "--sampler", "gp", "--width", 2, "--prior", "width=200", "--prior", "optimizer=adam:high")
        run("synthetic", *expected, "--max-trials", 16, "--output", whole)
        run("synthetic", *expected, "--max-trials", 6, "--output", stopped, ranks=3)
        _, err = run("synthetic", "--prior", "width=100", "--output", stopped, "--resume", code=USAGE)
        self.assertIn("--prior width: 200 there, 100 here", err)
        run("synthetic", "--max-trials", 16, "--output", stopped, "--resume", ranks=2)
        assert_same(whole, stopped)
        trials = tables(whole)["trials"]
        chosen = trials[trials["sampler"] == b"gp"]
        self.assertGreater((chosen["hp:width"] > 80).mean(), 0.5)
        self.assertGreater((chosen["hp:optimizer"] == b"adam").mean(), 0.5)

    def test_what_can_not_be_expected_is_refused(self):
        for says, *options in [
            ("--prior is for samplers that learn, and --sampler random does not", "--prior", "width=9"),
            ("--prior widht=9: there is no hyperparameter 'widht' in the search space (did you mean 'width'?)", "--sampler", "tpe", "--prior", "widht=9"),
            ("--prior width=9:very: 'very' is no strength; give low, medium, high or a number", "--sampler", "tpe", "--prior", "width=9:very"),
            ("--prior noise=0.5: noise has one value, there is nothing to expect of it", "--sampler", "gp", "--prior", "noise=0.5"),
        ]:
            with self.subTest(says=says):
                _, err = run("synthetic", *options, "--output", self.folder / "sweep", code=USAGE)
                self.assertIn(says, err)
                self.assertFalse((self.folder / "sweep").exists())


class Automatic(SweepTest):
    def test_the_sampler_is_chosen_by_the_plan_and_the_space_said_and_recorded(self):
        no_choices = ("--set", "optimizer=adam")
        for says, trials, *options in [
            ("auto: random, because 10 trials are too few to learn from: a model begins with 10", 10),
            ("auto: gp, because 4 of 5 hyperparameters are numbers, and 40 trials are few", 40),
            ("auto: gp, because 3 of 3 hyperparameters are numbers, and 16 trials are few", 16, *no_choices),
            ("auto: tpe, because 5000 trials are many", 5000),
            ("auto: gp, because 4 of 5 hyperparameters are numbers, and 4 trials are few", 4, "--prior", "width=9"),
            ("auto: random, because there is nothing to choose", 40, *no_choices, "--set", "width=9", "--set", "learning_rate=0.1", "--set", "dropout=0"),
        ]:
            with self.subTest(says=says):
                automatic = (*QUICK, "--sampler", "auto", "--max-trials", trials, *options)
                self.assertIn(says, run("synthetic", "plan", *automatic)[0])
                if trials > 50:
                    continue
                output = self.folder / "sweep"
                out, _ = run("synthetic", *automatic, "--output", output, "--overwrite", ranks=2)
                self.assertIn(says, out)
                with h5py.File(output / "results.h5") as file:
                    recorded = json.loads(file.attrs["options"])
                self.assertEqual(recorded["sampler"], re.match("auto: ([a-z]+),", says)[1])
                self.assertEqual(recorded["sampler-reason"], says)

    def test_a_resume_keeps_the_sampler_that_was_chosen(self):
        output = self.folder / "sweep"
        run("synthetic", *QUICK, "--sampler", "auto", "--max-trials", 5, "--output", output)
        run("synthetic", *QUICK, "--sampler", "auto", "--max-trials", 60, "--output", output, "--resume")
        self.assertEqual(set(tables(output)["trials"]["sampler"]), {b"random"})


class OwnSampler(SweepTest):
    def own(self, *arguments, ranks=None, code=0):
        launcher = [] if ranks is None else [*MPIRUN, "-n", str(ranks)]
        done = subprocess.run([*launcher, os.environ["SIBYL_OWN_SAMPLER"], *map(str, arguments)], capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_it_is_a_sampler_like_the_others(self):
        self.assertRegex(" ".join(self.own("--help").split()), r"around \(near the best trial so far\)")
        self.assertIn("around chooses by what 12 workers", self.own("plan", "--sampler", "around", "--workers", 4))
        self.assertIn("there is random, sobol, grid, tpe, gp, around, auto", self.own("--sampler", "aroun", code=USAGE))
        sampled = ("--scheduler", "full", "--max-trials", 17, "--max-epochs", 3, "--seed", 2, "--sampler", "around", "--width", 4)
        alone, stopped = self.folder / "alone", self.folder / "stopped"
        self.own(*sampled, "--output", alone)
        self.own("--max-trials", 6, *sampled[:2], *sampled[4:], "--output", stopped, ranks=3)
        self.own("--max-trials", 17, "--output", stopped, "--resume", ranks=4)
        assert_same(alone, stopped)
        chosen = tables(alone)["trials"]["sampler"].value_counts()
        self.assertGreater(chosen[b"around"], 5)
        self.assertGreater(chosen[b"random"], 5)


if __name__ == "__main__":
    unittest.main()
