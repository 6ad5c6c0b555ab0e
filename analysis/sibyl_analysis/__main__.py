"""`python3 -m sibyl_analysis COMMAND ...`"""

import sys

from sibyl_analysis.command_line import run

if __name__ == "__main__":
    sys.exit(run("python3 -m sibyl_analysis", sys.argv[1:]))
