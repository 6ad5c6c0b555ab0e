"""What submit writes, read by the real sbatch; no cluster is needed for that, nor asked."""

import os
import re
import shutil
import subprocess
import unittest

from sweeps import SweepTest, run

NOWHERE = """ClusterName=none
SlurmctldHost=localhost
NodeName=localhost
PartitionName=p Nodes=localhost
"""


class Submit(SweepTest):
    def read_by_sbatch(self, script):
        """The options that sbatch finds in a script. It says them before it looks for a cluster, which is not there."""
        if not shutil.which("sbatch"):
            self.skipTest("there is no sbatch here")
        (self.folder / "slurm.conf").write_text(NOWHERE)
        (self.folder / "script").write_text(script)
        environment = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf")}
        with subprocess.Popen(["sbatch", "-vvv", "script"], cwd=self.folder, env=environment, text=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as sbatch:
            found = {}
            for line in sbatch.stderr:
                if option := re.match(r'sbatch: debug2: Found in script, argument "--([a-z-]+)=(.*)"$', line):
                    found[option[1]] = option[2]
                if "end of defined options" in line or "error" in line:
                    break
            sbatch.kill()
        return found

    def test_odd_names_and_paths(self):
        odd = "it's \"my\" #1 job"
        script, _ = run("synthetic", "submit", "--dry-run", "--gpus-per-node", 1, "--job-name", odd, "--account", "a b",
                        "--sbatch=--comment=two words \\ #", "--", "--output", "runs/50 % of \"x\"'s $HOME")
        found = self.read_by_sbatch(script)
        self.assertEqual(found["job-name"], odd)
        self.assertEqual(found["account"], "a b")
        self.assertEqual(found["comment"], "two words \\ #")
        self.assertEqual(found["output"], "runs/50 %% of \"x\"'s $HOME/%x-%j.out")
        subprocess.run(["bash", "-n", "script"], cwd=self.folder, check=True)

    def test_plain_ones(self):
        script, _ = run("synthetic", "submit", "--dry-run", "--nodes", 2, "--gpus-per-node", 4, "--time", "4h")
        found = self.read_by_sbatch(script)
        self.assertEqual((found["nodes"], found["gpus-per-node"], found["time"]), ("2", "4", "0-04:00:00"))
        self.assertEqual((found["job-name"], found["output"]), ("synthetic", "runs/synthetic/%x-%j.out"))

    def test_it_says_what_it_did_in_five_lines(self):
        tools = self.folder / "bin"
        tools.mkdir()
        (tools / "sbatch").write_text("#!/bin/sh\necho 4711\n")
        (tools / "sbatch").chmod(0o755)
        output = self.folder / "a b"
        before = os.environ["PATH"]
        os.environ["PATH"] = f"{tools}:{before}"
        try:
            out, _ = run("synthetic", "submit", "--workers-per-node", 2, "--", "--output", output)
        finally:
            os.environ["PATH"] = before
        lines = out.splitlines()
        self.assertEqual(len(lines), 5, out)
        self.assertEqual(lines[0], f"{output}/submit.sbatch: 2 workers on 1 node, by mpirun, 0-01:00:00 each time")
        self.assertIn("Submitted as job 4711.", lines[1])
        self.assertRegex(lines[2], rf"^  \S+ status '{output}'$")
        self.assertEqual(lines[3], f"  tail -f '{output}/synthetic-4711.out'")
        self.assertTrue((output / "submit.sbatch").read_text().startswith("#!/bin/bash\n#SBATCH"))


if __name__ == "__main__":
    unittest.main()
