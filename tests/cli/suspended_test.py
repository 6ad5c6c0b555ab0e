"""A worker that is stopped for a while (a debugger, a suspended machine) under plain mpirun is given up for dead, comes back,
and costs nothing: the sweep ends as if nothing had happened, with exit code 0. Nor does the reader of the output matter."""

import os
import signal
import subprocess
import time
import unittest

from sweeps import SweepTest, assert_same, command, run
from trainer_process_test import RunningJob

STOPPED = 11  # s; after 8 s a silent worker is given up for dead


class Suspended(SweepTest):
    def run_with_a_stopped_worker(self, job, before):
        running = RunningJob(*job, ranks=3)
        running.wait_for_trainers(2)
        time.sleep(before)
        pid = running.rank(1)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(STOPPED)
        os.kill(pid, signal.SIGCONT)
        code = running.process.wait(timeout=60)
        self.assertEqual(running.left_after(seconds=2), [])
        return code

    def test_in_the_middle_of_a_sweep(self):
        job = ("synthetic", "--scheduler", "full", "--max-trials", 8, "--max-epochs", 10, "--set", "epoch_seconds=0.5")
        code = self.run_with_a_stopped_worker((*job, "--output", self.folder / "stopped"), before=1)
        self.assertEqual(code, 0)
        run(*job, "--output", self.folder / "undisturbed", ranks=5)
        assert_same(self.folder / "undisturbed", self.folder / "stopped")

    def test_at_its_end(self):
        """The others have finished the sweep before it comes back: MPI's end waits for it."""
        job = ("synthetic", "--scheduler", "full", "--max-trials", 2, "--max-epochs", 4, "--set", "epoch_seconds=0.25")
        code = self.run_with_a_stopped_worker((*job, "--output", self.folder / "stopped"), before=0.3)
        self.assertEqual(code, 0)


class NobodyListens(SweepTest):
    def test_a_sweep_goes_on_when_its_reader_has_gone(self):
        job = ("synthetic", "--max-epochs", 9, "--set", "epoch_seconds=0.05")
        run(*job, "--output", self.folder / "undisturbed")
        with subprocess.Popen(command(*job, "--output", self.folder / "unheard"), stdout=subprocess.PIPE) as running:
            running.stdout.readline()
            running.stdout.close()
            self.assertEqual(running.wait(timeout=60), 0)
        assert_same(self.folder / "undisturbed", self.folder / "unheard")


if __name__ == "__main__":
    unittest.main()
