"""`python3 analysis/watch.py runs/x`: as `sibyl-analysis watch runs/x`, without an installation."""

import sys

from sibyl_analysis.command_line import run_script

if __name__ == "__main__":
    sys.exit(run_script(__file__))
