"""The process that a worker trains in: its memory, what the kernel does to it, and that it goes with its rank."""

import contextlib
import os
import pathlib
import signal
import subprocess
import threading
import time
import unittest
import uuid

from sweeps import SweepTest, assert_same, command, run, tables

MIB = 1 << 20
SHARED_MEMORY = pathlib.Path("/dev/shm")


def read(path):
    """A file of /proc; empty if the process has ended."""
    try:
        return pathlib.Path(path).read_bytes()
    except OSError:
        return b""


class RunningJob:
    """A job in the background. Its processes are known by an environment variable, which they all inherit."""

    def __init__(self, *job, ranks=None):
        mark = uuid.uuid4().hex
        self.mark = f"SIBYL_TEST={mark}".encode()
        self.process = subprocess.Popen(command(*job, ranks=ranks), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env={**os.environ, "SIBYL_TEST": mark})

    def pids(self):
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and self.mark in read(f"/proc/{name}/environ")]

    def trainers(self, of=0):
        """Of all ranks, or of the one with this pid."""
        return [pid for pid in self.pids() if b"\0trainer\0of-worker\0" in (line := read(f"/proc/{pid}/cmdline"))
                and line.endswith(b"\0of-process\0%d\0" % of if of else b"")]

    def rank(self, number):
        """The pid of a rank, which is no trainer."""
        variable = f"OMPI_COMM_WORLD_RANK={number}\0".encode()
        return next(pid for pid in self.pids() if variable in read(f"/proc/{pid}/environ") and pid not in self.trainers())

    def wait_for_trainers(self, count):
        deadline = time.monotonic() + 20
        while len(self.trainers()) < count:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError("the job does not train")
            time.sleep(0.02)

    def left_after(self, seconds, of=0):
        """What is left of its processes, or of one rank's trainers, if they are given so long to go."""
        deadline = time.monotonic() + seconds
        while (left := self.trainers(of) if of else self.pids()) and time.monotonic() < deadline:
            self.process.poll()  # so that it is no zombie
            time.sleep(0.05)
        return [read(f"/proc/{pid}/cmdline") for pid in left]


class PeakMemory(threading.Thread):
    """Watches a job: the most memory that one of its trainers had at a time, in bytes."""

    def __init__(self, job):
        super().__init__()
        self.job, self.peak, self.seen = job, 0, set()

    def run(self):
        while self.job.process.poll() is None:
            for pid in self.job.trainers():
                self.seen.add(pid)
                for line in read(f"/proc/{pid}/status").splitlines():
                    if line.startswith(b"VmHWM:"):  # the kernel's own note of the highest: nothing between two looks is missed
                        self.peak = max(self.peak, int(line.split()[1]) << 10)
            time.sleep(0.01)


class Memory(SweepTest):
    JOB = ("synthetic", "--scheduler", "full", "--max-trials", 12, "--max-epochs", 1, "--set", "epoch_seconds=0.05")

    def test_a_trainer_that_leaks_is_replaced(self):
        run(*self.JOB, "--output", self.folder / "undisturbed", ranks=3)
        # 12 trials leak 100 MiB each. A trainer's growth is counted from the end of its first trial.
        for name, arguments, ranks, leaks in [
            ("each trial", ("--trainer-trials", 1), None, 1),
            ("growth", ("--trainer-growth", "50M"), None, 2),
            ("growth, two workers", ("--trainer-growth", "50M"), 3, 2),
            ("never", ("--trainer-growth", 0), None, 12),
        ]:
            with self.subTest(name):
                output = self.folder / name
                job = RunningJob(*self.JOB, "--inject", "leak=1.0", *arguments, "--output", output, ranks=ranks)
                memory = PeakMemory(job)
                memory.start()
                self.assertEqual(job.process.wait(timeout=60), 0)
                memory.join()
                self.assertGreater(memory.peak, leaks * 100 * MIB)
                self.assertLess(memory.peak, (leaks * 100 + 60) * MIB)
                if leaks < 12:
                    self.assertGreaterEqual(len(memory.seen), 12 // leaks)
                assert_same(self.folder / "undisturbed", output)

    def check_one_out_of_memory(self, directory, says):
        trials = tables(directory)["trials"]
        self.assertEqual(list(trials["status"]), [b"failed" if trial == 3 else b"completed" for trial in trials["trial"]])
        self.assertEqual(trials["cause"][3], b"out of memory")
        self.assertIn(says, trials["message"][3])

    def run_in_shell(self, prologue, *job, ranks=None):
        """Runs a job after some shell commands that hold for its processes too."""
        return subprocess.run(["sh", "-c", prologue + ' && exec "$@"', "sh", *command(*job, ranks=ranks)],
                              capture_output=True, text=True, timeout=120, check=False)

    def test_a_limit_of_memory(self):
        for isolation in ("process", "none"):
            for ranks in (None, 3):
                output = self.folder / f"{isolation}{ranks}"
                done = self.run_in_shell("ulimit -v 2000000", *self.JOB, "--inject", "exhaust=3", "--isolation", isolation,
                                         "--output", output, ranks=ranks)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.check_one_out_of_memory(output, b"std::bad_alloc")
        assert_same(self.folder / "processNone", self.folder / "none3")

    @contextlib.contextmanager
    def memory_group(self, limit):
        """A cgroup with a limit of memory, of either version; its file that processes are written to."""
        root = pathlib.Path("/sys/fs/cgroup")
        version1 = (root / "memory" / "cgroup.procs").exists()
        group = (root / "memory" if version1 else root) / f"sibyl_test_{os.getpid()}"
        try:
            group.mkdir()
        except OSError as problem:
            self.skipTest(f"no cgroup can be made here: {problem}")
        try:
            for name in ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes") if version1 else ("memory.max", "memory.swap.max"):
                if (group / name).exists():
                    (group / name).write_text("0" if name == "memory.swap.max" else str(limit))
                elif name in ("memory.limit_in_bytes", "memory.max"):
                    self.skipTest(f"{group} has no {name}: cgroups can't limit memory here")
            yield group / "cgroup.procs"
        finally:
            deadline = time.monotonic() + 10
            while read(group / "cgroup.procs") and time.monotonic() < deadline:
                time.sleep(0.05)
            group.rmdir()

    def test_the_kernel_takes_the_trainer(self):
        with self.memory_group(400 * MIB) as processes:
            for ranks in (None, 3):
                done = self.run_in_shell(f"echo $$ > {processes}", *self.JOB, "--inject", "exhaust=3", "--output",
                                         self.folder / str(ranks), ranks=ranks)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.check_one_out_of_memory(self.folder / str(ranks), b"out-of-memory killer")
        assert_same(self.folder / "None", self.folder / "3")


class NothingIsLeft(SweepTest):
    JOB = ("synthetic", "--max-epochs", 9, "--set", "epoch_seconds=0.05")

    def shared_memory(self):
        """But for Open MPI's own, and what tests beside this one put there."""
        return {path.name for path in SHARED_MEMORY.iterdir() if not path.name.startswith(("vader_", "sc_"))}

    def test_of_a_job_whose_rank_is_killed(self):
        run(*self.JOB, "--output", self.folder / "undisturbed", ranks=3)
        before = self.shared_memory()
        for name, ranks, victim in [("alone", None, None), ("a worker", 3, 1), ("rank 0", 3, 0)]:
            with self.subTest(name):
                output = self.folder / name
                job = RunningJob(*self.JOB, "--output", output, "--resume", ranks=ranks)
                job.wait_for_trainers(2 if ranks else 1)
                time.sleep(0.5)
                pid = job.process.pid if victim is None else job.rank(victim)
                os.kill(pid, signal.SIGKILL)
                self.assertEqual(job.left_after(seconds=2, of=pid), [])
                self.assertNotEqual(job.process.wait(timeout=10), 0)  # mpirun gives the other ranks two seconds
                self.assertEqual(job.left_after(seconds=2), [])
                again = RunningJob(*self.JOB, "--output", output, "--resume", ranks=ranks)
                self.assertEqual(again.process.wait(timeout=60), 0)
                self.assertEqual(again.left_after(seconds=1), [])
                assert_same(self.folder / "undisturbed", output)
                self.assertEqual([path.name for path in output.rglob("*.tmp")], [])
        self.assertEqual(self.shared_memory() - before, set())

    def test_of_trainers_that_were_killed(self):
        """By somebody, or by a node's out-of-memory daemon."""
        output = self.folder / "sweep"
        job = RunningJob("synthetic", "--scheduler", "full", "--max-trials", 2, "--max-epochs", 3, "--set", "epoch_seconds=1",
                         "--output", output, ranks=3)
        job.wait_for_trainers(2)
        time.sleep(1.5)  # of three
        for pid in job.trainers():
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(job.process.wait(timeout=60), 0)
        self.assertEqual(job.left_after(seconds=1), [])
        trials = tables(output)["trials"]
        self.assertEqual(list(trials["status"]), [b"completed"] * 2)
        self.assertEqual(list(trials["retries"]), [0, 0])  # nobody blames the trials for it


if __name__ == "__main__":
    unittest.main()
