"""`python3 analysis/export.py runs/x --to csv`: as `sibyl-analysis export ...`, without an installation."""

import sys

from sibyl_analysis.command_line import run_script

if __name__ == "__main__":
    sys.exit(run_script(__file__))
