"""Algorithm 1 of Li et al. 2018 in exact fractions, against what print_brackets prints."""

import math
import subprocess
import sys
from fractions import Fraction

printed = subprocess.run([sys.argv[1]], check=True, capture_output=True, text=True).stdout.splitlines()
expected = []
for R in range(1, 1001):
    for eta in range(2, 11):
        s_max = max(s for s in range(11) if eta**s <= R)
        for s in range(s_max, -1, -1):
            # B = (s_max + 1) R;  n = ceil(B / R * eta^s / (s + 1));  r_i = R eta^(i - s), whole epochs
            n = math.ceil(Fraction((s_max + 1) * eta**s, s + 1))
            rungs = [f"{math.floor(Fraction(n, eta**i))}@{math.ceil(Fraction(R * eta**i, eta**s))}" for i in range(s + 1)]
            expected.append(f"{R} {eta} {s}: " + " ".join(rungs))
if printed != expected:
    for ours, reference in zip(printed, expected):
        if ours != reference:
            print(f"ours:      {ours}\nreference: {reference}")
    sys.exit("bracket tables differ from the reference")
print(f"{len(expected)} brackets equal the reference")
