"""Submits the scripts of slurm/ to a real Slurm: where the ranks are and which GPUs they see, time limits, lost nodes, and
all that keeps a job from coming back, or from staying away. Whatever happens, the sweep ends equal to an undisturbed one.

Runs itself within cluster.sh: two nodes with two GPUs each, n1 and n2, and one without, c1."""

import collections
import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
if "SIBYL_CLUSTER" not in os.environ:
    os.execv(HERE / "cluster.sh", ["cluster.sh", sys.executable, str(HERE / "slurm_test.py"), *sys.argv[1:]])

from submitting import LONG, LONGER, SHORT, TWINS, Slurm, field, output_of, sweeps, wait_for  # noqa: E402

BOTH = "0,1"
TWO_NODES = {("n1", BOTH): 3, ("n2", BOTH): 2}


class Places(Slurm):
    """One rank a GPU, and one more on the first node."""

    def shown(self):
        lines = (self.folder / "shown").read_text().splitlines()
        return dict(collections.Counter(tuple(line.split(" ", 1)) for line in lines))

    def check_places(self, job, shown, workers):
        self.check(job, SHORT)
        # MPI's start can fail by chance; then some or all of the ranks were also shown theirs by that start.
        starts, seen = 1 + self.log().count("that start trained nothing"), self.shown()
        self.assertEqual(seen.keys(), shown.keys())
        for place, ranks in shown.items():
            self.assertIn(seen[place], range(ranks, starts * ranks + 1), place)
        self.assertEqual(dict(collections.Counter(self.table("workers")["host"])), workers)
        self.assertEqual(self.launches(), [(job, 0)])
        self.assertIn("the sweep is finished", self.log())

    def places(self, script, shown, workers, **edits):
        self.edit(script, **edits)
        self.check_places(self.submit(script), shown, workers)

    def test_single_node(self):
        self.places("single_node.sbatch", {("n1", BOTH): 3}, {"n1": 2})

    def test_two_workers_a_gpu(self):
        self.places("single_node.sbatch", {("n1", BOTH): 5}, {"n1": 4}, workers_per_node="workers_per_gpu=2")

    def test_multi_node(self):
        self.places("multi_node.sbatch", TWO_NODES, {"n1": 2, "n2": 2})

    def test_multi_node_mpirun(self):
        self.places("multi_node_mpirun.sbatch", TWO_NODES, {"n1": 2, "n2": 2})

    def test_oracle_on_cpu_node(self):
        shown = {("c1", "none"): 1, ("n1", BOTH): 2, ("n2", BOTH): 2}
        self.places("oracle_on_cpu_node.sbatch", shown, {"n1": 2, "n2": 2})

    def test_nodes_without_gpus(self):
        edits = {"#SBATCH --gpus-per-node": "#", "#SBATCH --partition": "#SBATCH --partition=cpu", "#SBATCH --nodes": "#SBATCH --nodes=1"}
        self.places("multi_node.sbatch", {("c1", "none"): 4}, {"c1": 3}, workers_per_node="workers_per_node=3", **edits)

    def test_gpus_asked_for_with_gres(self):
        self.places("multi_node.sbatch", TWO_NODES, {"n1": 2, "n2": 2}, **{"#SBATCH --gpus-per-node": "#SBATCH --gres=gpu:2"})

    def test_all_gpus_of_exclusive_nodes(self):
        self.places("multi_node_mpirun.sbatch", TWO_NODES, {"n1": 2, "n2": 2}, **{"#SBATCH --gpus-per-node": "# all of them"})

    def test_array(self):
        self.edit("array.sbatch", SHORT.replace("0", '"$SLURM_ARRAY_TASK_ID"'), "runs/sweep_$SLURM_ARRAY_TASK_ID")
        job = self.submit("array.sbatch")
        for seed in range(3):
            sweep = self.folder / "runs" / f"sweep_{seed}"
            self.check(f"{job}_{seed}", SHORT.replace("0", str(seed)), sweep)
            self.assertEqual(self.launches(sweep), [(f"{job}_{seed}", 0)])

    def test_workstation(self):
        self.edit("workstation.sh")
        for gpus, workers in [("0,1,2", 3), ("GPU-8f7e,MIG-1c2d", 2), ("", -(-os.cpu_count() // 4))]:
            with self.subTest(gpus):
                environment = {**os.environ, "CUDA_VISIBLE_DEVICES": gpus}
                subprocess.run(["slurm/workstation.sh"], cwd=self.folder, env=environment, check=True, capture_output=True, timeout=60)
                sweeps.assert_same(TWINS.of(SHORT), self.sweep)
                self.assertEqual(len(self.table("workers")), workers)
                subprocess.run(["rm", "-r", self.sweep], check=True)


class Lives(Slurm):
    """Jobs that end before the sweep, and come back."""

    @classmethod
    def setUpClass(cls):
        TWINS.start(LONG)
        TWINS.start(LONGER)

    def train_a_while(self, job):
        size = self.journal_size()
        self.wait_for_training(since=size)

    def interrupt(self, job, number):
        """As --signal does at the time limit; the rest of the time limit is left out."""
        subprocess.run(["scancel", f"--signal={number}", "--batch", job], check=True)

    def finishes_after_three_requeues(self, script):
        self.edit(script, LONG)
        job = self.submit(script)
        for restarts in range(1, 4):
            self.train_a_while(job)
            self.interrupt(job, "USR1")
            self.let_start(job, restarts)
        self.check(job, LONG)
        self.assertEqual(self.launches(), [(job, 0), (job, 1), (job, 2), (job, 3)])

    def test_time_limit_with_srun(self):
        self.finishes_after_three_requeues("multi_node.sbatch")

    def test_time_limit_with_mpirun(self):
        self.finishes_after_three_requeues("multi_node_mpirun.sbatch")

    def test_time_limit_of_a_heterogeneous_job(self):
        self.finishes_after_three_requeues("oracle_on_cpu_node.sbatch")

    def test_preempted(self):
        """Slurm sends SIGTERM, and lets the job run on for a while."""
        self.edit("single_node.sbatch", LONG)
        job = self.submit("single_node.sbatch")
        self.train_a_while(job)
        self.interrupt(job, "TERM")
        self.let_start(job, 1)
        self.check(job, LONG)

    def test_one_task_of_an_array(self):
        """It alone comes back, also the last one, whose number is the array's."""
        self.edit("array.sbatch", LONG, '"runs/sweep_$SLURM_ARRAY_TASK_ID"', **{"#SBATCH --array": "#SBATCH --array=0-1"})
        job = self.submit("array.sbatch")
        self.sweep = self.folder / "runs" / "sweep_1"
        self.train_a_while(job)
        self.interrupt(f"{job}_1", "USR1")
        self.let_start(f"{job}_1", 1)
        for task, launches in [(0, [(f"{job}_0", 0)]), (1, [(f"{job}_1", 0), (f"{job}_1", 1)])]:
            sweep = self.folder / "runs" / f"sweep_{task}"
            self.check(f"{job}_{task}", LONG, sweep)
            self.assertEqual(self.launches(sweep), launches)

    def test_a_killed_rank_on_another_node(self):
        """mpirun goes on without it, but does not end, and has to be killed."""
        self.edit("multi_node_mpirun.sbatch", LONG)
        job = self.submit("multi_node_mpirun.sbatch")
        self.train_a_while(job)
        on_n2 = wait_for(lambda: list(self.table("workers").query("host == 'n2'")["pid"]), "a results file that knows the workers")
        os.kill(on_n2[0], signal.SIGKILL)
        self.check(job, LONG)
        self.assertIn("the sweep has ended, mpirun has not: killing it", self.log())
        self.assertEqual(self.launches(), [(job, 0)])

    def test_a_killed_rank_with_srun(self):
        """Slurm ends that life, and the next goes on."""
        self.edit("multi_node.sbatch", LONG)
        job = self.submit("multi_node.sbatch")
        self.train_a_while(job)
        on_n2 = wait_for(lambda: list(self.table("workers").query("host == 'n2'")["pid"]), "a results file that knows the workers")
        os.kill(on_n2[0], signal.SIGKILL)
        self.let_start(job, 1)
        self.check(job, LONG)
        self.assertEqual(self.table("launches")["state"].tolist(), ["", "finished"])
        self.assertEqual(self.launches(), [(job, 0), (job, 1)])

    def test_requeue_forbidden(self):
        script = "oracle_on_cpu_node.sbatch"  # the hardest: of two parts
        self.edit(script, LONG, **{"#SBATCH --requeue": "#SBATCH --no-requeue"})
        first = self.submit(script)
        self.train_a_while(first)
        self.interrupt(first, "USR1")
        second = wait_for(lambda: re.search(r"Submitted batch job (\d+)", self.log()), "a successor")[1]
        self.check(second, LONG)
        self.assertEqual(self.launches(), [(first, 0), (second, 0)])

    def test_requeue_forbidden_in_an_array(self):
        edits = {"#SBATCH --requeue": "#SBATCH --no-requeue", "#SBATCH --array": "#SBATCH --array=0-1"}
        self.edit("array.sbatch", LONG, '"runs/sweep_$SLURM_ARRAY_TASK_ID"', **edits)
        job = self.submit("array.sbatch")
        self.sweep = self.folder / "runs" / "sweep_0"
        self.train_a_while(job)
        self.interrupt(f"{job}_0", "USR1")
        second = wait_for(lambda: re.search(r"Submitted batch job (\d+)", self.log()), "a successor")[1]
        self.check(f"{second}_0", LONG)
        self.assertEqual(self.launches(), [(f"{job}_0", 0), (f"{second}_0", 0)])
        self.assertEqual(self.ended(f"{job}_1"), "COMPLETED")

    def test_a_limit_on_requeues(self):
        self.edit("single_node.sbatch", LONG, output="runs/sweep\nmax_requeues=0")
        job = self.submit("single_node.sbatch")
        self.train_a_while(job)
        self.interrupt(job, "USR1")
        self.assertEqual(self.ended(job), "FAILED")
        self.assertIn("max_requeues", self.log())

    def a_lost_node(self, script):
        self.edit(script, LONGER)
        job = self.submit(script)
        self.train_a_while(job)
        self.lose("n2")
        self.bring_back("n2")
        self.let_start(job, 1)
        self.check(job, LONGER)
        self.assertEqual(self.launches(), [(job, 0), (job, 1)])

    def test_a_lost_node_with_srun(self):
        self.a_lost_node("multi_node.sbatch")

    def test_a_lost_node_with_mpirun(self):
        self.a_lost_node("multi_node_mpirun.sbatch")

    def test_beside_an_orphan(self):
        """Slurm lost the first node and starts the job on the other one, while its first life still trains."""
        self.edit("single_node.sbatch", LONGER, **{"#SBATCH --gpus-per-node": "# none: four workers"})
        job = self.submit("single_node.sbatch")
        self.train_a_while(job)
        self.lose("n1")
        self.let_start(job, 1, beside_orphan=True)
        wait_for(lambda: "another process has the sweep; trying again" in self.log(), "the second life's patience")
        self.bring_back("n1")  # which ends the orphan
        self.check(job, LONGER)
        self.assertEqual(self.launches(), [(job, 0), (job, 1)])


class Ends(Slurm):
    """Jobs that must not come back."""

    def test_stopped_by_its_user(self):
        for script, signal_options in [("multi_node.sbatch", ["--signal=INT", "--batch"]), ("multi_node_mpirun.sbatch", [])]:
            with self.subTest(script):
                self.edit(script, LONG)
                job = self.submit(script)
                self.wait_for_training(self.journal_size())
                subprocess.run(["scancel", *signal_options, job], check=True)
                self.assertEqual(self.ended(job), "FAILED" if signal_options else "CANCELLED")
                self.assertEqual(output_of("squeue", "-h"), "")
                self.assertEqual(subprocess.run([sweeps.JOBS / "synthetic", "status", self.sweep], check=False).returncode, 75)

    def test_a_start_that_can_do_nothing(self):
        sweeps.run("synthetic", *LONG.split(), "--time-limit", "1s", "--output", self.sweep, code=75)
        for script, options, says in [
            ("multi_node_mpirun.sbatch", "--no-such-option", "no-such-option"),
            ("multi_node.sbatch", LONG + " --set noise=2", "other settings"),
        ]:
            with self.subTest(script):
                self.edit(script, options)
                job = self.submit(script)
                self.assertEqual(self.ended(job), "FAILED")
                log = next(self.folder.glob(f"*-{job}.out")).read_text()
                self.assertIn(says, log)
                self.assertIn("not resumed: this start trained nothing", log)

    def test_a_program_that_is_not_there(self):
        self.edit("single_node.sbatch")
        (self.folder / "build/jobs/synthetic").unlink()
        self.assertEqual(self.ended(self.submit("single_node.sbatch")), "FAILED")
        self.assertIn("build/jobs/synthetic does not run on n1", self.log())

    def test_another_job_has_the_sweep(self):
        os.environ["wait_timeout"] = "2"
        self.addCleanup(os.environ.pop, "wait_timeout")
        self.edit("single_node.sbatch", LONGER)
        first = self.submit("single_node.sbatch")
        self.wait_for_training()
        second = self.submit("single_node.sbatch")
        self.assertEqual(self.ended(second), "FAILED")
        self.assertIn("not resumed: another job has this sweep", self.log())
        self.assertEqual(field(first, "JobState"), "RUNNING")


if __name__ == "__main__":
    unittest.main()
