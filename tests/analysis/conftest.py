import warnings

import pytest

import made  # finds analysis/

warnings.filterwarnings("ignore", category=DeprecationWarning)


def needs(job):
    if not (made.JOBS / job).exists():
        pytest.skip(f"{made.JOBS / job} is not built; SIBYL_JOBS names the folder of the jobs")


@pytest.fixture(scope="session")
def sweep(tmp_path_factory):
    """The directory of a small Hyperband sweep with failures: 4 brackets, twice."""
    needs("synthetic")
    return made.sweep(
        tmp_path_factory.mktemp("sweeps") / "small",
        "--max-epochs",
        27,
        "--iterations",
        2,
        "--seed",
        3,
        "--set",
        "epoch_seconds=0.0005",
        "--isolation",
        "none",
        "--inject",
        "exception=0.01",
        "--inject",
        "nan=0.005",
    )


@pytest.fixture(scope="session")
def results(sweep):
    from sibyl_analysis.results import Results

    return Results.open(sweep)


@pytest.fixture(scope="session")
def seeds(tmp_path_factory):
    """Two groups of three tiny sweeps: {"hb": [...], "full": [...]}, seeds 0 to 2."""
    needs("synthetic")
    folder = tmp_path_factory.mktemp("seeds")
    few = ("--set", "epoch_seconds=0", "--isolation", "none", "--max-epochs", 9)
    return {
        "hb": [made.sweep(folder / f"hb-{seed}", "--seed", seed, *few) for seed in range(3)],
        "full": [
            made.sweep(
                folder / f"full-{seed}", "--seed", seed, "--scheduler", "full", "--max-trials", 5, *few
            )
            for seed in range(3)
        ],
    }
