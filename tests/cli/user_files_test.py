"""A directory, its user's files and its sweeps: nothing of the user's is deleted or written to, and a sweep whose files are
taken away says so."""

import os
import subprocess
import time
import unittest

import h5py

from sweeps import SweepTest, command, run, tables

USAGE, FAILED = 64, 1
LONG = ("--max-epochs", 81, "--set", "epoch_seconds=0.05", "--threads", 1)


class UserFiles(SweepTest):
    def setUp(self):
        super().setUp()
        self.output = self.folder / "sweep"

    def write(self, *names):
        for name in names:
            file = self.output / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("mine")
        return names

    def assert_untouched(self, names):
        for name in names:
            self.assertEqual((self.output / name).read_text(), "mine", name)

    def test_a_sweep_in_a_directory_with_files(self):
        mine = self.write("notes.txt", "checkpoints/best.pt", "tensorboard/run/events", "exported/paper.pt", "report/x.png")
        job = ("synthetic", "--max-epochs", 3, "--tensorboard", "--output", self.output)
        run(*job)
        first = tables(self.output)["trials"]
        self.write("exported/trial_000000.pt", "exported/trial_000000.json", "exported/trial_000000.onnx", "retrained/trial_000001.pt", "report/report.html")
        run(*job, "--overwrite", "--seed", 1)
        self.assertFalse(first.equals(tables(self.output)["trials"]))
        self.assert_untouched(mine)
        self.assertFalse((self.output / "retrained").exists())
        self.assertFalse((self.output / "report" / "report.html").exists())
        self.assertEqual(os.listdir(self.output / "exported"), ["paper.pt"])

    def test_names_that_are_in_use(self):
        for name in ("results.h5", "checkpoints/trial_000000/model", "tensorboard/trial_000003/events", "checkpoints"):
            self.output = self.folder / name.replace("/", "-")
            mine = self.write(name)
            for more in ([], ["--resume"], ["--overwrite"]):
                _, err = run("synthetic", "--max-epochs", 3, "--output", self.output, *more, code=USAGE)
                self.assertIn(f"{self.output} holds {name.removesuffix('/model').removesuffix('/events')}, but no journal", err)
                self.assertIn("Move it away", err)
            self.assert_untouched(mine)
            self.assertEqual(len(os.listdir(self.output)), 1)

    def test_a_journal_and_a_lock_of_somebody_else(self):
        for name, code in (("journal.bin", FAILED), ("lock", USAGE)):
            self.output = self.folder / name
            mine = self.write(name)
            for more, exit_code in ([["--resume"], code], [["--overwrite"], USAGE]):
                run("synthetic", "--max-epochs", 3, "--output", self.output, *more, code=exit_code)
            self.assert_untouched(mine)

    def test_links(self):
        precious = self.folder / "precious"
        precious.write_text("mine")
        self.output.mkdir()
        (self.output / "lock").symlink_to(precious)
        _, err = run("synthetic", "--max-epochs", 3, "--output", self.output, code=FAILED)
        self.assertIn("symbolic link", err)
        (self.output / "lock").unlink()
        linked = self.folder / "link"
        linked.symlink_to(self.output)
        run("synthetic", "--max-epochs", 3, "--output", linked)
        (self.output / "results.h5.tmp").symlink_to(precious)
        run("synthetic", "--max-epochs", 3, "--iterations", 2, "--output", linked, "--resume")
        self.assertEqual(precious.read_text(), "mine")
        self.assertTrue(linked.is_symlink())
        self.assertEqual(len(tables(self.output)["trials"]), 10)


class Taken(SweepTest):
    """Files that go while the sweep runs."""

    def setUp(self):
        super().setUp()
        self.output = self.folder / "sweep"
        self.journal = self.output / "journal.bin"

    def running(self, action):
        """What a sweep says after `action`, once it has some epochs, and its exit code."""
        job = command("synthetic", *LONG, "--output", self.output)
        with subprocess.Popen(job, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as sweep:
            deadline = time.monotonic() + 30
            while not (self.journal.exists() and self.journal.stat().st_size > 8000) and time.monotonic() < deadline:
                time.sleep(0.02)
            try:
                action(sweep)
                _, err = sweep.communicate(timeout=30)
            finally:
                sweep.kill()
        return err, sweep.returncode

    def assert_rescued(self, err):
        self.assertIn("All results up to here are in", err)
        with h5py.File(self.output / "results.rescued-1.h5") as file:
            rows = len(file["epochs"])
        self.assertGreater(rows, 5)
        return rows

    def test_the_journal_is_deleted(self):
        err, code = self.running(lambda _: self.journal.unlink())
        self.assertEqual(code, FAILED, err)
        self.assertIn("was deleted", err)
        rows = self.assert_rescued(err)
        # As it says: the copy holds as much as the results, and the sweep goes on with it.
        (self.output / "journal.rescued-1.bin").rename(self.journal)
        out, _ = run("synthetic", "summary", self.output)
        self.assertRegex(out, rf"\b{rows} epochs")
        run("synthetic", *LONG, "--output", self.output, "--resume", "--time-limit", "1s", code=75)

    def test_the_journal_is_replaced(self):
        def replace(_):
            (self.output / "other").write_bytes(self.journal.read_bytes())
            (self.output / "other").rename(self.journal)

        err, code = self.running(replace)
        self.assertEqual(code, FAILED, err)
        self.assertIn("another file was put in its place", err)
        self.assert_rescued(err)

    def test_the_journal_is_cut(self):
        err, code = self.running(lambda _: os.truncate(self.journal, 2000))
        self.assertEqual(code, FAILED, err)
        self.assertIn("somebody else has changed it", err)
        self.assert_rescued(err)
        self.assertEqual(self.journal.stat().st_size, 2000)
        self.assertEqual(list(self.output.glob("journal.rescued*")), [])

    def test_the_lock_is_deleted(self):
        def delete_and_start_others(sweep):
            (self.output / "lock").unlink()
            for more in (["--resume"], ["--overwrite"]):
                _, err = run("synthetic", *LONG, "--output", self.output, *more, code=FAILED)
                self.assertIn("is in use", err)
            _, err = run("synthetic", "rebuild", self.output, code=FAILED)
            self.assertIn("is in use", err)
            out, _ = run("synthetic", "status", self.output, code=75)
            self.assertIn("running", out)
            sweep.terminate()

        err, code = self.running(delete_and_start_others)
        self.assertEqual(code, 75, err)
        run("synthetic", *LONG, "--output", self.output, "--resume", "--time-limit", "1s", code=75)


if __name__ == "__main__":
    unittest.main()
