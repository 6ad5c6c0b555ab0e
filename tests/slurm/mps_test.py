"""mps=yes: one daemon for all ranks of a node, which ends with the script; with a daemon that only says what it is told."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOBS = pathlib.Path(os.environ["SIBYL_JOBS"]).resolve()

DAEMON = """#!/bin/bash
if [ "${1:-}" = -d ]; then
  echo start >>"$CALLS"
  [ -z "${BROKEN:-}" ] || { echo 'no GPU here'; exit 1; }
  touch "$CUDA_MPS_PIPE_DIRECTORY/control"
else
  [ -e "$CUDA_MPS_PIPE_DIRECTORY/control" ] || exit 1
  read -r what
  [ "$what" != quit ] || echo quit >>"$CALLS"
fi
"""
JOB = """#!/bin/bash
[ -z "${CUDA_MPS_PIPE_DIRECTORY:-}" ] || [ -z "${OMPI_COMM_WORLD_RANK:-}" ] || echo "rank $CUDA_MPS_PIPE_DIRECTORY" >>"$CALLS"
exec %s "$@"
"""


def program(path, text):
    path.write_text(text)
    path.chmod(0o755)


class Mps(unittest.TestCase):
    def run_workstation(self, mps, **environment):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            program(folder / "nvidia-cuda-mps-control", DAEMON)
            program(folder / "job", JOB % (JOBS / "synthetic"))
            script = (ROOT / "slurm/workstation.sh").read_text()
            for name, value in (("job", folder / "job"), ("options", "(--max-epochs 3 --max-trials 6 --scheduler full)"), ("output", folder / "sweep")):
                script, count = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", script)
                self.assertEqual(count, 1)
            script = script.replace(f"output={folder / 'sweep'}\n", f"output={folder / 'sweep'}\nmps={mps}\nworkers_per_gpu=3\n")
            program(folder / "script", script)
            calls = folder / "calls"
            calls.touch()
            done = subprocess.run(
                [folder / "script"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
                env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(calls), "CUDA_VISIBLE_DEVICES": "0",
                                   "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"} | environment)
            return done, calls.read_text().splitlines()

    def test_one_daemon_serves_all_ranks_and_ends(self):
        done, calls = self.run_workstation("yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((calls.count("start"), calls.count("quit"), calls[-1]), (1, 1, "quit"))
        ranks = [call.split()[1] for call in calls if call.startswith("rank ")]
        self.assertEqual(len(ranks), 4)
        self.assertEqual(len(set(ranks)), 1)
        self.assertFalse(pathlib.Path(ranks[0]).exists())

    def test_a_daemon_that_does_not_start_is_said_and_the_sweep_runs(self):
        done, calls = self.run_workstation("yes", BROKEN="yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("MPS does not start on"), 1)
        self.assertIn("no GPU here", done.stderr)
        self.assertNotIn("quit", calls)

    def test_without_it_nothing_is_started(self):
        done, calls = self.run_workstation("no")
        self.assertEqual((done.returncode, calls), (0, []), done.stderr)

    def test_another_word_is_refused(self):
        done, calls = self.run_workstation("maybe")
        self.assertEqual((done.returncode, calls), (64, []))
        self.assertIn("mps is yes or no, not 'maybe'", done.stderr)


if __name__ == "__main__":
    unittest.main()
