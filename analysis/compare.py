"""`python3 analysis/compare.py runs/a-* -- runs/b-*`: as `sibyl-analysis compare ...`, without an installation."""

import sys

from sibyl_analysis.command_line import run_script

if __name__ == "__main__":
    sys.exit(run_script(__file__))
