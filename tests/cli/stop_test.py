"""Stopping on request: by a signal to mpirun, to rank 0 or to every rank, by a time limit; then going on as if nothing
had happened, perhaps with more to do."""

import os
import pathlib
import re
import signal
import subprocess
import time
import unittest

from idx import write_data_set
from sweeps import JOBS, SweepTest, assert_same, at_most, command, run, tables

STOPPED = 75


def rank_pids(mpirun):
    pids = subprocess.run(["pgrep", "-P", str(mpirun)], capture_output=True, text=True, check=False).stdout.split()
    ranks = {}
    for pid in pids:
        found = re.search(rb"OMPI_COMM_WORLD_RANK=(\d+)", pathlib.Path(f"/proc/{pid}/environ").read_bytes())
        if found:
            ranks[int(found[1])] = int(pid)
    return ranks


class Stop(SweepTest):
    # About 5 s of 2 workers; `noise` and failures as in a real sweep.
    JOB = ("synthetic", "--max-epochs", 27, "--seed", 5, "--set", "epoch_seconds=0.03", "--inject", "exception=0.01")

    def undisturbed(self):
        run(*self.JOB, "--output", self.folder / "whole", ranks=5)
        return self.folder / "whole"

    def started(self, output, ranks):
        """A sweep that has begun to train."""
        job = subprocess.Popen(command(*self.JOB, "--output", output, "--resume", ranks=ranks), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while not (output / "results.h5").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.8)
        return job

    def stopped_by(self, send, ranks):
        """Stops a sweep; checks that it takes less than 5 s; returns its directory."""
        output = self.folder / "stopped"
        with self.started(output, ranks) as job:
            began = time.monotonic()
            send(job)
            code = job.wait(timeout=20)
            self.assertLess(time.monotonic() - began, at_most(5))
        out, _ = run("synthetic", "summary", output)
        self.assertIn("continue it with --resume", out)
        return output, code

    def test_signals(self):
        whole = self.undisturbed()

        def to_mpirun(number):
            return lambda job: job.send_signal(number)

        def to_ranks(number, only=None):
            def send(job):
                for rank, pid in rank_pids(job.pid).items():
                    if only is None or rank == only:
                        os.kill(pid, number)
            return send

        for name, send, ranks, code in [
            ("SIGUSR1 to mpirun", to_mpirun(signal.SIGUSR1), 3, STOPPED),
            ("SIGUSR2 to mpirun", to_mpirun(signal.SIGUSR2), 2, STOPPED),
            ("SIGTERM to rank 0", to_ranks(signal.SIGTERM, only=0), 3, STOPPED),
            ("SIGUSR1 to every rank", to_ranks(signal.SIGUSR1), 5, STOPPED),
            ("SIGINT without mpirun", lambda job: job.send_signal(signal.SIGINT), None, STOPPED),
            ("SIGTERM to mpirun", to_mpirun(signal.SIGTERM), 3, None),  # its exit code is mpirun's own
        ]:
            with self.subTest(name):
                output, got = self.stopped_by(send, ranks)
                if code is not None:
                    self.assertEqual(got, code)
                said, _ = run("synthetic", "summary", output)
                if name == "SIGTERM to mpirun":  # which is what Ctrl-C becomes
                    self.assertIn("stopped: SIGTERM came (Ctrl-C under mpirun, or scancel)", said)
                elif name == "SIGINT without mpirun":
                    self.assertIn("stopped: SIGINT came (Ctrl-C)", said)
                run(*self.JOB, "--output", output, "--resume", ranks=4)
                assert_same(whole, output)
                run("synthetic", "--max-epochs", 1, "--max-trials", 1, "--output", output, "--overwrite")
                for path in output.iterdir():
                    path.unlink() if path.is_file() else None

    def test_one_worker_alone_is_told(self):
        output = self.folder / "sweep"
        with self.started(output, 3) as job:
            os.kill(rank_pids(job.pid)[2], signal.SIGUSR1)
            self.assertEqual(job.wait(timeout=60), 0)  # the other one does the rest
        assert_same(self.undisturbed(), output)

    def test_second_signal_leaves_at_once(self):
        output = self.folder / "sweep"
        # A trial that can't be interrupted, which a stop waits half a minute for.
        job = ("synthetic", "--max-epochs", 3, "--output", output, "--isolation", "none", "--threads", 1)
        with subprocess.Popen(command(*job, "--inject", "hang=0"), stdout=subprocess.DEVNULL) as alone:
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and not ((output / "results.h5").exists() and len(tables(output)["trials"])):
                time.sleep(0.1)
            alone.send_signal(signal.SIGTERM)
            time.sleep(1.5)  # a second one that comes sooner is the first one, delivered twice
            self.assertIsNone(alone.poll())
            alone.send_signal(signal.SIGTERM)
            self.assertEqual(alone.wait(timeout=20), STOPPED)
        self.assertIn("continue it with --resume", run("synthetic", "summary", output)[0])

    def test_time_limit(self):
        output = self.folder / "sweep"
        began = time.monotonic()
        run(*self.JOB, "--output", output, "--time-limit", "1.5s", ranks=3, code=STOPPED)
        self.assertLess(time.monotonic() - began, at_most(5))
        for _ in range(20):
            done = subprocess.run(command(*self.JOB, "--output", output, "--time-limit", "1s", "--resume", ranks=3),
                                  capture_output=True, check=False, timeout=60)
            if done.returncode == 0:
                break
            self.assertEqual(done.returncode, STOPPED)
        assert_same(self.undisturbed(), output)

    @unittest.skipUnless((JOBS / "fashion_mnist").exists(), "built without LibTorch")
    def test_in_the_middle_of_an_epoch(self):
        data = write_data_set(self.folder / "data", train=12000, test=100)
        job = ("fashion_mnist", "--data", data, "--max-epochs", 3, "--threads", 1, "--set", "dropout=0.3", "--set", "n_hidden=3")
        whole, stopped = self.folder / "whole", self.folder / "stopped"
        run(*job, "--output", whole)
        codes = []
        for seconds in (0.9, 1.3, 1.1, 1.7, 60):
            done = subprocess.run(command(*job, "--output", stopped, "--resume", "--time-limit", f"{seconds}s", ranks=3),
                                  capture_output=True, check=False, timeout=100)
            codes.append(done.returncode)
            if done.returncode == 0:
                break
        self.assertEqual(codes[-1], 0, codes)
        self.assertIn(STOPPED, codes)
        assert_same(whole, stopped)


class Extend(SweepTest):
    def test_more_trials_and_more_iterations(self):
        for name, less, more in [
            ("full", ("--scheduler", "full", "--max-trials", 5), ("--scheduler", "full", "--max-trials", 8)),
            ("iterations", ("--iterations", 1), ("--iterations", 3)),
        ]:
            with self.subTest(name):
                settings = ("synthetic", "--max-epochs", 9, "--set", "epoch_seconds=0")
                extended, at_once = self.folder / f"{name}_extended", self.folder / f"{name}_at_once"
                run(*settings, *less, "--output", extended)
                run(*settings, *more, "--output", extended, "--resume", ranks=3)
                run(*settings, *more, "--output", at_once)
                assert_same(extended, at_once)
                _, err = run(*settings, *less, "--output", extended, "--resume", code=64)
                self.assertIn("other settings", err)

    def test_a_plan_cut_short_goes_on(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 9, "--max-trials", 4, "--output", output)
        run("synthetic", "--max-epochs", 9, "--max-trials", 12, "--output", output, "--resume")
        self.assertEqual(len(tables(output)["trials"]), 12)

    def test_a_changed_search_space_is_noticed(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 3, "--output", output)
        _, err = run("synthetic", "--max-epochs", 3, "--set", "noise=0.5", "--output", output, "--resume", code=64)
        self.assertIn("--set", err)


class Owner(SweepTest):
    def test_one_sweep_one_owner(self):
        output = self.folder / "sweep"
        sweep = ("synthetic", "--max-epochs", 9, "--set", "epoch_seconds=1", "--output", output)  # longer than all of this
        job = command(*sweep, ranks=2)
        with subprocess.Popen(job, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as first:
            deadline = time.monotonic() + 20
            while not (output / "results.h5").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            for second in (["--resume"], ["--overwrite"]):
                _, err = run(*sweep, *second, ranks=2, code=1)
                self.assertRegex(err, r"is in use by process \d+ on ")
            _, err = run("synthetic", "rebuild", output, code=1)
            self.assertIn("is in use", err)
            first.send_signal(signal.SIGUSR1)
            self.assertEqual(first.wait(timeout=60), STOPPED)

    def test_rebuild(self):
        output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 9, "--output", output, ranks=3)
        before = tables(output)
        (output / "results.h5").unlink()
        out, _ = run("synthetic", "rebuild", output)
        self.assertRegex(out, r"rebuilt from \d+ records, 17 trials and 69 epochs")
        for name, frame in tables(output).items():
            self.assertTrue(frame.equals(before[name]), name)


class Damage(SweepTest):
    def setUp(self):
        super().setUp()
        self.output = self.folder / "sweep"
        run("synthetic", "--max-epochs", 3, "--output", self.output)
        self.journal = self.output / "journal.bin"

    def refused(self, says):
        _, err = run("synthetic", "--max-epochs", 3, "--output", self.output, "--resume", code=1)
        self.assertIn(says, err)

    def test_a_flipped_byte_in_the_middle(self):
        data = bytearray(self.journal.read_bytes())
        data[len(data) // 2] ^= 0x40
        self.journal.write_bytes(data)
        self.refused(str(self.journal))
        self.assertEqual(self.journal.read_bytes(), data)  # nothing that was intact is lost

    def test_another_version_and_no_journal_at_all(self):
        data = self.journal.read_bytes()
        self.journal.write_bytes(data[:8] + b"\x63\0\0\0" + data[12:])
        self.refused("version")
        self.journal.write_bytes(b"something else entirely")
        self.refused(str(self.journal))
        self.journal.write_bytes(b"")
        _, err = run("synthetic", "--max-epochs", 3, "--output", self.output, "--resume", code=64)
        self.assertIn("results.h5 holds what it said: restore the journal", err)
        (self.output / "results.h5").unlink()  # killed before the first record: nothing was there to lose
        run("synthetic", "--max-epochs", 3, "--output", self.output, "--resume")

    def test_a_torn_tail_is_cut_off_and_said(self):
        data = self.journal.read_bytes()
        self.journal.write_bytes(data[:-5])
        out, _ = run("synthetic", "--max-epochs", 3, "--output", self.output, "--resume")
        self.assertIn("were being written when the sweep was killed", out)

    def test_another_job(self):
        if not (JOBS / "fashion_mnist").exists():
            self.skipTest("built without LibTorch")
        _, err = run("fashion_mnist", "--max-epochs", 3, "--output", self.output, "--resume", code=64)
        self.assertIn("holds a sweep of synthetic: use that program, not fashion_mnist", err)


if __name__ == "__main__":
    unittest.main()
