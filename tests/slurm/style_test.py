"""The scripts that users edit are short and clean."""

import pathlib
import subprocess
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SLURM = HERE.parents[1] / "slurm"
SCRIPTS = sorted([*SLURM.glob("*.sbatch"), SLURM / "workstation.sh"])


class Style(unittest.TestCase):
    def test_shellcheck_is_clean(self):
        files = [*SCRIPTS, *SLURM.glob("*.sh"), *HERE.glob("*.sh"), HERE.parent / "gpu/run", HERE.parent / "gpu/fetch-packages"]
        done = subprocess.run(["shellcheck", *files], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_scripts_are_short(self):
        self.assertEqual(len(SCRIPTS), 6)
        for script in SCRIPTS:
            with self.subTest(script.name):
                self.assertLess(len(script.read_text().splitlines()), 60)

    def test_sbatch_reads_all_directives(self):
        """It stops at the first command."""
        for script in SCRIPTS:
            lines = [line for line in script.read_text().splitlines() if line]
            first_command = next(i for i, line in enumerate(lines) if not line.startswith("#"))
            with self.subTest(script.name):
                self.assertFalse([line for line in lines[first_command:] if line.startswith("#SBATCH")])

    def test_srun_ends_all_ranks_when_one_dies(self):
        """Also one that dies before MPI begins, which the others would wait for."""
        lines = [line for script in SCRIPTS for line in script.read_text().splitlines() if line.startswith("sweep srun ")]
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertIn(" --kill-on-bad-exit=1 ", line)


if __name__ == "__main__":
    unittest.main()
