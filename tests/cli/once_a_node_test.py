"""The workers of a node have the data read once, and in memory once; nothing is left of it, however they end."""

import os
import pathlib
import re
import resource
import signal
import subprocess
import threading
import unittest

from sweeps import SweepTest, assert_same, command

JOB = os.environ.get("SIBYL_SLOW_DATA", "")
FAILED = 1
WORKERS = 4
SETTINGS = ("--scheduler", "full", "--max-epochs", 2, "--threads", 1, "--device", "cpu")


def resident(processes):
    """MiB of all together, each page counted once."""
    total = 0
    for process in processes:
        text = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        total += int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1))
    return total / 1024


class Sweep:
    """One that runs, and what it has printed."""

    def __init__(self, *arguments, limit=None, **environment):
        words = command(JOB, *SETTINGS, *arguments, ranks=WORKERS + 1)
        preparation = limit and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
                                        preexec_fn=preparation, env=os.environ | {k: str(v) for k, v in environment.items()})
        self.lines, self.news = [], threading.Condition()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            with self.news:
                self.lines.append(line)
                self.news.notify_all()
        self.process.stdout.close()
        with self.news:
            self.lines.append(None)
            self.news.notify_all()

    def text(self):
        return "".join(line for line in self.lines if line)

    def wait_for(self, pattern, times=1):
        """What the pattern found in so many lines."""
        with self.news:
            found = lambda: re.findall(pattern, self.text())
            self.news.wait_for(lambda: len(found()) >= times or self.lines[-1:] == [None], timeout=120)
            if len(found()) < times:
                raise AssertionError(f"{pattern} is not there {times} times:\n{self.text()}")
            return found()

    def end(self, code=0):
        with self.news:
            self.news.wait_for(lambda: self.lines[-1:] == [None], timeout=120)
        if self.process.wait(timeout=60) != code:
            raise AssertionError(f"exit code {self.process.returncode}, not {code}:\n{self.text()}")
        return self.text()


@unittest.skipUnless(JOB, "built without LibTorch")
class OnceANode(SweepTest):
    def setUp(self):
        super().setUp()
        self.reads, self.temporary = self.folder / "reads", self.folder / "tmp"
        self.temporary.mkdir()

    def tearDown(self):
        shared = pathlib.Path("/dev/shm")
        left = [path for path in shared.iterdir() if "sibyl" in path.name] if shared.is_dir() else []
        left += [path for path in self.temporary.iterdir() if not path.name.startswith("ompi")]  # what MPI leaves when it is killed
        self.assertEqual(left, [])

    def begin(self, *arguments, **how):
        return Sweep("--output", self.folder / "sweep", *arguments, READS=self.reads, TMPDIR=self.temporary, **how)

    def kill(self, sweep):
        os.kill(sweep.process.pid, signal.SIGKILL)  # mpirun's end is that of all
        sweep.end(-signal.SIGKILL)

    def readers(self):
        return [int(line) for line in self.reads.read_text().split()] if self.reads.exists() else []

    def test_one_of_four_reads_and_all_train(self):
        for name, more in (("shared", ()), ("private", ("--private-data",)), ("folds", ("--folds", 3, "--executions-per-trial", 3))):
            self.reads.unlink(missing_ok=True)
            sweep = Sweep("--max-trials", 40, "--output", self.folder / name, *more, READS=self.reads, TMPDIR=self.temporary, SECONDS=1)
            text = sweep.end()
            self.assertEqual("read once and there once for all workers of the node" in text, name != "private", text)
            self.assertEqual(len(self.readers()), WORKERS if name == "private" else 1, text)
        assert_same(self.folder / "shared", self.folder / "private")

    def test_four_have_one_copy_whichever_of_them_die(self):
        mib = 200
        slow = ("--max-trials", 1000, "--inject", "slow=1.0")
        bare = self.begin(*slow)
        trainers = bare.wait_for(r"process (\d+) has the data", WORKERS)
        bare.wait_for("best so far")
        alone = resident(trainers)
        self.kill(bare)
        self.reads.unlink()
        sweep = self.begin(*slow, "--overwrite", MIB=mib, SECONDS=1)
        have_it = sweep.wait_for(r"process (\d+) has the data", WORKERS)
        sweep.wait_for("best so far")
        self.assertLess(resident(have_it) - alone, 1.2 * mib, sweep.text())
        self.assertEqual(len(self.readers()), 1)
        for gone, process in enumerate([str(self.readers()[0]), *have_it][:2], 1):
            os.kill(int(process), signal.SIGKILL)
            have_it.remove(process)
            have_it.append(sweep.wait_for(r"process (\d+) has the data", WORKERS + gone)[-1])
            self.assertEqual(len(self.readers()), 1, "it was read once more")
        self.kill(sweep)
        again = Sweep("--resume", "--output", self.folder / "sweep", READS=self.reads, TMPDIR=self.temporary, MIB=mib)
        again.wait_for(r"process (\d+) has the data", WORKERS)
        self.assertEqual(len(self.readers()), 2)  # by another launch: it may be other data
        self.kill(again)

    def test_whoever_is_killed_as_it_reads_another_reads(self):
        sweep = self.begin("--max-trials", 8, SECONDS=15)
        sweep.wait_for(r"waits for worker \d, which reads the data: 1\d s so far", WORKERS - 1)
        os.kill(self.readers()[0], signal.SIGKILL)
        text = sweep.end()
        self.assertEqual(len(self.readers()), 2, text)

    def test_what_reading_throws_is_not_tried_again_by_each(self):
        text = self.begin("--max-trials", 8, SECONDS=3, FAULT="throws").end(FAILED)
        self.assertIn("the tape is torn", text)
        self.assertEqual(len(self.readers()), 1, text)

    def test_without_room_each_reads_for_itself_and_it_is_said(self):
        text = self.begin("--max-trials", 40, MIB=200, SECONDS=1, limit=128 << 20).end()
        self.assertIn("each worker of the node has a copy of its own: no memory can be shared: File too large", text)
        self.assertEqual(len(self.readers()), WORKERS, text)


if __name__ == "__main__":
    unittest.main()
