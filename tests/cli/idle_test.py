"""A rank that waits leaves its core to those that train."""

import os
import subprocess
import time
import unittest

from sweeps import SweepTest, command


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ranks_of(mpirun):
    """The pids of a job's ranks, by rank."""
    pids = {}
    for pid in subprocess.run(["pgrep", "-P", str(mpirun)], capture_output=True, text=True, check=False).stdout.split():
        with open(f"/proc/{pid}/environ", "rb") as file:
            for entry in file.read().split(b"\0"):
                if entry.startswith(b"OMPI_COMM_WORLD_RANK="):
                    pids[int(entry.split(b"=")[1])] = int(pid)
    return pids


class Idle(SweepTest):
    def test_the_oracle_and_a_waiting_worker_use_little(self):
        # 4 trials of a long epoch for 5 workers: the fifth waits, and so does the oracle.
        job = command("synthetic", "--scheduler", "full", "--max-trials", 4, "--max-epochs", 4, "--set", "epoch_seconds=1",
                      "--output", self.folder / "sweep", ranks=6)
        with subprocess.Popen(job, stdout=subprocess.DEVNULL) as mpirun:
            deadline = time.monotonic() + 20
            while not (self.folder / "sweep" / "results.h5").exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.5)  # MPI has started, everyone has joined
            pids = ranks_of(mpirun.pid)
            self.assertEqual(sorted(pids), [0, 1, 2, 3, 4, 5])
            before = {rank: cpu_seconds(pid) for rank, pid in pids.items()}
            time.sleep(2)
            used = {rank: (cpu_seconds(pid) - before[rank]) / 2 for rank, pid in pids.items()}
            self.assertEqual(mpirun.wait(timeout=30), 0)
        for rank, share in used.items():
            self.assertLess(share, 0.05, f"rank {rank} uses {share:.1%} of a core")


if __name__ == "__main__":
    unittest.main()
