"""What the program itself has to do with Slurm: `submit`, `status` and `--dry-run`. Runs itself within cluster.sh."""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
if "SIBYL_CLUSTER" not in os.environ:
    os.execv(HERE / "cluster.sh", ["cluster.sh", sys.executable, str(HERE / "submit_test.py"), *sys.argv[1:]])

from submitting import LONG, SHORT, Slurm, sweeps  # noqa: E402

from programs import SPACE, TRAIN  # noqa: E402  (of tests/cli)

BOTH = "0,1"


class Submit(Slurm):
    """`NAME submit`, and what else the program itself has to do with Slurm."""

    def synthetic(self, *words, code=0):
        done = subprocess.run([sweeps.JOBS.resolve() / "synthetic", *words], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def submitted(self, *words, options=SHORT):
        text = self.synthetic("submit", "--time", "10m", *words, "--", *options.split(), "--output", "runs/sweep")
        return re.search(r"Submitted as job (\d+)\.", text)[1], text

    def log(self):
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.sweep.glob("*.out")))

    def check_submitted(self, workers, *words):
        job, text = self.submitted(*words)
        self.check(job, SHORT)
        self.assertEqual(dict(collections.Counter(self.table("workers")["host"])), workers)
        self.assertEqual(self.launches(), [(job, 0)])
        self.assertIn("the sweep is finished", self.log())
        for line in re.findall(r"^  (\S+ status .*|tail .*)", text, flags=re.M):  # what it says to follow it by
            subprocess.run(line.replace("tail -f", "tail"), shell=True, cwd=self.folder, check=True, capture_output=True)
        return job

    def test_whole_nodes(self):
        job = self.check_submitted({"n1": 2, "n2": 2}, "--nodes", "2", "--gpus-per-node", "2", "--partition", "gpu")
        table = self.table("launches")
        self.assertEqual((table["launcher"][0], table["ranks"][0]), ("srun", 5))
        self.assertIn(f"Slurm     job {job} ", self.synthetic("status", "runs/sweep"))

    def test_parts_of_nodes(self):
        words = ["--nodes", "2", "--cpus-per-node", "3", "--workers-per-node", "2", "--partition", "gpu", "--account", "me"]
        for launcher in ("srun", "mpirun"):
            with self.subTest(launcher):
                self.check_submitted({"n1": 2, "n2": 2}, *words, "--launcher", launcher, "--job-name", launcher)
                self.assertEqual(self.table("launches")["launcher"][0], launcher)
                subprocess.run(["rm", "-r", self.sweep], check=True)

    def test_it_comes_back(self):
        job, _ = self.submitted("--gpus-per-node", "2", "--workers-per-gpu", "2", "--cpus-per-node", "2", "--partition", "gpu", options=LONG)
        self.wait_for_training()
        self.assertIn("RUNNING on n1", self.synthetic("status", "runs/sweep", code=75))
        subprocess.run(["scancel", "--signal=USR1", "--batch", job], check=True)
        self.let_start(job, 1)
        self.check(job, LONG)
        self.assertEqual(self.launches(), [(job, 0), (job, 1)])
        self.assertEqual(len(self.table("workers")), 8)

    def test_what_sbatch_refuses(self):
        text = self.synthetic("submit", "--gpus-per-node", "2", "--partition", "nowhere", "--", "--output", "runs/sweep", code=1)
        self.assertIn("invalid partition", text)
        self.assertIn("sbatch has not taken the script runs/sweep/submit.sbatch", text)

    def dry_run(self, *options):
        command = ["srun", "--partition=gpu", "--nodes=2", "--ntasks=5", "--gpus-per-node=2", "--distribution=cyclic", "--cpu-bind=none",
                   *options, sweeps.JOBS / "synthetic", "--dry-run"]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def test_a_dry_run_shows_the_map(self):
        rows = [line.split()[:4] for line in self.dry_run("--mpi=pmix").stdout.splitlines()[1:6]]
        self.assertEqual(rows[0], ["0", "oracle", "n1", BOTH])
        self.assertEqual([row[:2] + row[3:] for row in rows[1:]], [[str(rank), "worker", BOTH] for rank in range(1, 5)])
        self.assertEqual({row[2] for row in rows}, {"n1", "n2"})

    def test_srun_without_pmix(self):
        done = self.dry_run("--mpi=none")
        self.assertEqual(done.returncode, 64, done.stdout + done.stderr)
        self.assertIn("srun started 5 processes, but each of them sees only itself", done.stderr)
        self.assertIn("give srun --mpi=pmix", done.stderr)
        self.assertNotIn("OPAL", done.stderr)


class Programs(Slurm):
    """A Python script as a trial, over several nodes."""

    def test_it_comes_back(self):
        script = TRAIN.replace("{FAULTS}", "{}")
        (self.folder / "space.json").write_text(json.dumps(SPACE))
        (self.folder / "train.py").write_text(script.replace("{SECONDS}", "0"))
        program = [sweeps.JOBS.resolve() / "program"]
        words, behind = ["--space", "space.json", "--max-epochs", "27", "--threads", "1", "--output"], ["--", "/usr/bin/python3", "train.py"]
        subprocess.run([*program, *words, "whole", *behind], cwd=self.folder, check=True, stdout=subprocess.DEVNULL)
        (self.folder / "train.py").write_text(script.replace("{SECONDS}", "0.2"))
        submit = ["submit", "--time", "10m", "--nodes", "2", "--cpus-per-node", "3", "--workers-per-node", "2", "--partition", "gpu", "--"]
        text = subprocess.run([*program, *submit, *words, "runs/sweep", *behind], cwd=self.folder, check=True, capture_output=True, text=True).stdout
        job = re.search(r"Submitted as job (\d+)\.", text)[1]
        self.wait_for_training()
        subprocess.run(["scancel", "--signal=USR1", "--batch", job], check=True)
        self.let_start(job, 1)
        log = "\n".join(path.read_text(errors="replace") for path in sorted(self.sweep.glob("*.out")))
        self.assertEqual(self.ended(job), "COMPLETED", log)
        self.assertEqual(self.launches(), [(job, 0), (job, 1)])
        self.assertEqual(set(self.table("workers")["host"]), {"n1", "n2"})
        sweeps.assert_same(self.folder / "whole", self.sweep)


if __name__ == "__main__":
    unittest.main()
