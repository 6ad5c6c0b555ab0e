"""A file of options: a sweep that is begun with one needs it no more."""

import json
import shlex
import subprocess
import unittest

import h5py

from sweeps import SweepTest, assert_same, command, run

STOPPED, USAGE = 75, 64
LINES = """# how every sweep of this project is run
max-epochs = 9
seed = 7
threads = 1
set = epoch_seconds=0.1
set = noise=0.05
keep-best = 2
"""


class OptionsFile(SweepTest):
    def test_a_sweep_of_a_file_is_that_of_the_same_words_typed(self):
        lines, json_file = self.folder / "lines", self.folder / "json"
        lines.write_text(LINES.replace("0.1", "0"))
        json_file.write_text(json.dumps({"max-epochs": 9, "seed": 7, "threads": 1, "keep-best": 2,
                                         "set": {"epoch_seconds": 0, "noise": 0.05}}))
        run("synthetic", "--max-epochs", 9, "--seed", 7, "--threads", 1, "--set", "epoch_seconds=0", "--set", "noise=0.05",
            "--output", self.folder / "typed")
        for file in (lines, json_file):
            output = self.folder / f"of_{file.name}"
            run("synthetic", "--options", file, "--output", output, ranks=3)
            assert_same(self.folder / "typed", output)
            self.assertEqual(json.loads(run("synthetic", "plan", "--options", file, "--json")[0])["trials"], 17)

    def test_the_recorded_command_goes_on_without_the_file(self):
        file, output = self.folder / "a file", self.folder / "sweep"
        file.write_text(LINES + "overwrite = true\n")
        done = subprocess.run(command("synthetic", "--options", file, "--output", output, "--time-limit", "1s", ranks=3),
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, STOPPED, done.stderr)
        file.unlink()
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("Continue  ")]
        again = shlex.split(line.removeprefix("Continue  "))
        self.assertNotIn("--options", again)
        self.assertNotIn("--overwrite", again)
        self.assertIn("--set=noise=0.05", again)
        subprocess.run(again, check=False, capture_output=True, timeout=60)
        with h5py.File(output / "results.h5") as results:
            self.assertEqual(len(results["launches"]), 2)
            self.assertGreater(results["launches"][1]["epochs"], 0)
            self.assertEqual(json.loads(results.attrs["options"])["seed"], 7)
        run("synthetic", "--output", output, "--resume")

    def test_another_file_at_a_resume_is_refused_with_both_values(self):
        file, output = self.folder / "file", self.folder / "sweep"
        file.write_text(LINES.replace("0.1", "0"))
        run("synthetic", "--options", file, "--output", output)
        file.write_text(LINES.replace("0.1", "0").replace("seed = 7", "seed = 8"))
        _, err = run("synthetic", "--options", file, "--output", output, "--resume", code=USAGE)
        self.assertIn("--seed: 7 there, 8 here", err)
        run("synthetic", "--options", file, "--output", output, "--resume", "--seed", 7)

    def test_what_is_wrong_with_it_is_said_once(self):
        file = self.folder / "file"
        file.write_text("seed = 7\nmax-epochs = nine\n")
        for ranks in (None, 3):
            _, err = run("synthetic", "--options", file, "--output", self.folder / "sweep", ranks=ranks, code=USAGE)
            self.assertEqual(err.count(f"synthetic: {file}:2: --max-epochs takes a whole number"), 1, err)
            _, err = run("synthetic", "--options", self.folder / "none", ranks=ranks, code=USAGE)
            self.assertEqual(err.count("No such file"), 1, err)

    def test_submit_writes_it_out_into_the_script(self):
        batch, sweep = self.folder / "batch", self.folder / "sweep options"
        batch.write_text("workers-per-node = 2\nnodes = 2\n")
        sweep.write_text(LINES + f"output = {self.folder}/here\nresume = true\n")
        script, _ = run("synthetic", "submit", "--dry-run", "--options", batch, "--", "--options", sweep)
        self.assertIn("#SBATCH --nodes=2\n", script)
        self.assertIn("options=(--max-epochs=9 --seed=7 --threads=1 --set=epoch_seconds=0.1 --set=noise=0.05 --keep-best=2)\n", script)
        self.assertIn(f"\noutput={self.folder}/here\n", script)
        self.assertNotIn("--options", script.split("# -- slurm/common.sh")[0])


if __name__ == "__main__":
    unittest.main()
