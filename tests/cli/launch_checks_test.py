"""Mistakes in how a sweep is started, found before a minute is lost; where ranks are; how a sweep stands."""

import json
import os
import shutil
import subprocess
import time
import unittest

import h5py

from sweeps import JOBS, MPIRUN, SweepTest, command, run

SWEEP = ("--max-epochs", 9, "--seed", 3)


def mixed(*programs, timeout=300):
    """Runs one rank of each command line in one world; returns the exit code and all that was said."""
    line = list(MPIRUN)
    for i, program in enumerate(programs):
        line += [":"] * (i > 0) + ["-n", "1", *map(str, program)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=timeout, check=False)
    return done.returncode, done.stdout + done.stderr


class DryRun(SweepTest):
    def test_it_shows_every_rank_and_trains_nothing(self):
        out, _ = run("synthetic", *SWEEP, "--dry-run", "--output", self.folder / "x", ranks=3)
        lines = out.splitlines()
        self.assertEqual(lines[0].split()[:3], ["rank", "role", "host"])
        self.assertEqual([line.split()[:2] for line in lines[1:4]], [["0", "oracle"], ["1", "worker"], ["2", "worker"]])
        self.assertIn("2 workers on 1 node; a dry run: nothing is trained", out)
        self.assertFalse((self.folder / "x").exists())

    def test_it_shows_what_each_rank_sees(self):
        os.environ["CUDA_VISIBLE_DEVICES"] = "4,5"
        self.addCleanup(os.environ.pop, "CUDA_VISIBLE_DEVICES")
        out, _ = run("synthetic", "--dry-run", ranks=2)
        self.assertEqual(out.count("4,5"), 2)


class Launch(SweepTest):
    def test_one_rank_only(self):
        out, _ = run("synthetic", *SWEEP, "--output", self.folder / "x", ranks=1)
        self.assertIn("WARNING: mpirun started one rank, which decides and trains alone", out)

    def test_a_file_of_options_that_another_node_does_not_have(self):
        (self.folder / "here").write_text("max-epochs = 3\n")
        script = f'[ $OMPI_COMM_WORLD_RANK = 2 ] && file=there || file=here; exec "$0" --options "{self.folder}/$file" --output "{self.folder}/x"'
        job = command("synthetic", ranks=3)
        done = subprocess.run([*job[:-1], "sh", "-c", script, job[-1]], capture_output=True, text=True, timeout=60, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"rank 2 on \S+: --options: can't read \S+/there: No such file or directory; put it where every node sees it")
        self.assertFalse((self.folder / "x").exists())

    def test_ranks_that_do_not_see_one_another(self):
        for environment, hint in (
            ({"OMPI_COMM_WORLD_SIZE": "5", "OMPI_COMM_WORLD_RANK": "0"}, "built with another MPI than this mpirun's"),
            ({"SLURM_JOB_ID": "1", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "5"}, "--mpi=pmix"),
        ):
            done = subprocess.run(command("synthetic", "--output", self.folder / "x"), env={**os.environ, **environment},
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 64)
            self.assertIn("started 5 processes, but each of them sees only itself", done.stderr)
            self.assertIn(hint, done.stderr)
            self.assertFalse((self.folder / "x").exists())

    def test_one_process_in_a_job_of_several_tasks(self):
        environment = {**os.environ, "SLURM_JOB_ID": "77", "SLURM_NTASKS": "9", "SLURM_RESTART_COUNT": "2"}
        done = subprocess.run(command("synthetic", *SWEEP, "--output", self.folder / "x"), env=environment,
                              capture_output=True, text=True, check=True)
        self.assertIn("WARNING: this Slurm job has 9 tasks, but only this one process was started", done.stdout)
        with h5py.File(self.folder / "x/results.h5") as file:
            launch = file["launches"][0]
        self.assertEqual((launch["slurm_job"], launch["slurm_restarts"], launch["ranks"]), (b"77", 2, 1))
        self.assertEqual(launch["state"], b"finished")

    def test_a_time_limit_shorter_than_an_epoch(self):
        environment = {**os.environ, "SLURM_JOB_ID": "77", "SLURM_JOB_END_TIME": str(time.time() + 2)}
        done = subprocess.run(
            command("synthetic", "--max-epochs", 1, "--max-trials", 1, "--set", "epoch_seconds=2.5", "--output", self.folder / "x"),
            env=environment, capture_output=True, text=True, check=True)
        self.assertIn("longer than the time limit of", done.stdout)


class Nodes(SweepTest):
    def test_different_builds(self):
        other = self.folder / "synthetic"
        shutil.copy(JOBS / "synthetic", other)
        subprocess.run(["objcopy", "--remove-section", ".note.gnu.build-id", other], check=True)
        arguments = (*SWEEP, "--output", self.folder / "x")
        code, text = mixed((JOBS / "synthetic", *arguments), (other, *arguments))
        self.assertNotEqual(code, 0)
        self.assertIn("another build than rank 0's", text)
        code, text = mixed((JOBS / "synthetic", *arguments, "--dry-run"), (other, *arguments, "--dry-run"))
        self.assertNotEqual(code, 0)
        self.assertIn("another build than rank 0's", text)
        # Nothing was trained: the same command, mended, needs no --resume.
        run("synthetic", *arguments, ranks=2)

    def test_a_directory_without_a_sweep_is_not_emptied(self):
        mine = self.folder / "checkpoints" / "mine"
        mine.mkdir(parents=True)
        run("synthetic", *SWEEP, "--output", self.folder)
        self.assertTrue(mine.exists())

    def test_no_shared_file_system(self):
        for node in "ab":
            (self.folder / node).mkdir()
        program = (JOBS.resolve() / "synthetic", "--max-epochs", 1, "--max-trials", 600, "--scheduler", "full", "--set",
                   "epoch_seconds=0.02", "--output", "x")
        in_folder = lambda node: ("/usr/bin/env", "-C", self.folder / node, *program)
        code, text = mixed(in_folder("a"), in_folder("a"), in_folder("b"))
        self.assertEqual(code, 0, text)
        self.assertIn("WARNING: worker 2 gets no more work: the sweep's directory x on", text)
        self.assertIn("give --output a directory on a file system that all nodes share", text)
        code, text = mixed(in_folder("b"), in_folder("a"))
        self.assertNotEqual(code, 0)
        self.assertIn("is not the one that rank 0 sees", text)


class Status(SweepTest):
    def test_a_sweep_in_three_starts(self):
        output = self.folder / "x"
        sweep = ("synthetic", *SWEEP, "--output", output, "--resume", "--set", "epoch_seconds=0.05")
        _, error = run("synthetic", "status", output, code=1)
        self.assertIn("there is no sweep in", error)
        run(*sweep, "--time-limit", "1s", ranks=3, code=75)
        out, _ = run("synthetic", "status", output, code=75)
        self.assertIn("State     stopped: the time limit is reached; continue it with --resume", out)
        with subprocess.Popen(command(*sweep), stdout=subprocess.DEVNULL) as job:
            time.sleep(1)
            running = subprocess.run(command("synthetic", "status", output), capture_output=True, text=True, check=False)
            job.kill()
        self.assertEqual(running.returncode, 75)
        self.assertIn(f"State     running: process {job.pid} on ", running.stdout)
        out, _ = run("synthetic", "status", output, code=75)
        self.assertIn("killed: it is not running", out)
        run(*sweep, ranks=2)
        out, _ = run("synthetic", "status", output)
        self.assertIn("State     finished: the plan is done", out)
        self.assertNotIn(" left with", out)
        status = json.loads(run("synthetic", "status", output, "--json")[0])
        self.assertEqual(status["exit_code"], 0)
        self.assertEqual(status["epochs"], status["planned_epochs"])
        launches = status["launches"]
        self.assertEqual([each["ranks"] for each in launches], [3, 1, 2])
        self.assertEqual([each["launcher"] for each in launches], ["mpirun", "", "mpirun"])
        self.assertEqual([each["slurm_restarts"] for each in launches], [-1] * 3)
        self.assertEqual(sum(each["epochs"] for each in launches), status["epochs"])
        self.assertEqual([each["state"] for each in launches], ["stopped", "", "finished"])

    def test_starts_that_train_nothing_are_told_from_those_that_do(self):
        output = self.folder / "x"
        sweep = ("synthetic", *SWEEP, "--output", output, "--resume", "--set", "epoch_seconds=30")
        for start in range(3):
            with subprocess.Popen(command(*sweep), stdout=subprocess.DEVNULL) as job:
                deadline = time.monotonic() + 20
                while time.monotonic() < deadline:
                    if (output / "results.h5").exists() and len(h5py.File(output / "results.h5")["launches"]) > start:
                        break
                    time.sleep(0.05)
                job.kill()
            out, _ = run("synthetic", "status", output, code=1 if start == 2 else 75)
        self.assertIn("its last 3 starts trained nothing", out)

    def test_how_a_sweep_ended_is_one_word_wherever_it_is_asked(self):
        """Given up, then failed: everything that programs read says the same."""
        output = self.folder / "x"
        sweep = ("synthetic", "--max-epochs", 9, "--output", output, "--inject", "exception=1.0", "--resume", "--max-consecutive-failures")
        for allowed, words in ((3, ["given_up"]), (0, ["given_up", "failed"])):
            run(*sweep, allowed, code=1)
            status = json.loads(run("synthetic", "status", output, "--json", code=1)[0])
            self.assertEqual((status["state"], status["finished"], status["exit_code"]), (words[-1], False, 1))
            self.assertEqual([each["state"] for each in status["launches"]], words)
            self.assertEqual(json.loads(run("synthetic", "summary", output, "--json")[0])["state"], words[-1])
            with h5py.File(output / "results.h5") as file:
                self.assertEqual([each.decode() for each in file["launches"]["state"]], words)
                self.assertEqual(file.attrs["finished"], "")
            out, _ = run("synthetic", "status", output, code=1)
            self.assertIn(f"State     {words[-1].replace('_', ' ')}: ", out)


if __name__ == "__main__":
    unittest.main()
