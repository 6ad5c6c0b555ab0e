"""Looks at sweeps: pictures, tables and exports of results.h5. README.md says how.

    from sibyl_analysis.results import Results
"""

__version__ = "0.2.0"  # Sibyl's
