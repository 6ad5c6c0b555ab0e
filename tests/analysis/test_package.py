"""The package: by module, by script, installed by pip; and what its modules may import."""

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys

import pytest

import made
from sibyl_analysis import __version__
from sibyl_analysis.commands import COMMANDS

PACKAGE = made.ANALYSIS / "sibyl_analysis"
MODULES = sorted(PACKAGE.rglob("*.py"))


def module(*arguments, python=sys.executable, **variables):
    """Runs `python3 -m sibyl_analysis`, far from the tree unless it is told where the package is."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment.update(PYTHONPATH=str(made.ANALYSIS))
    environment.update(variables)
    command = [str(python), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd="/", env=environment)


def sibyl_analysis(*arguments, **variables):
    return module("-m", "sibyl_analysis", *arguments, **variables)


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    made.write(folder / "results.h5", made.trials_of(2, score=[0.5, 0.25]), made.epochs_of([0, 1], [1, 1], [0.5, 0.25]))
    return folder


def test_the_listed_commands_are_those_that_there_are():
    for folder in (PACKAGE / "commands", made.ANALYSIS):
        assert {file.stem for file in folder.glob("*.py")} - {"__init__"} == set(COMMANDS), folder


def test_the_version_is_sibyls():
    (version,) = re.findall(r"project\(sibyl VERSION ([0-9.]+)", (made.ROOT / "CMakeLists.txt").read_text())
    assert version == __version__
    assert sibyl_analysis("--version").stdout == f"sibyl-analysis {version}\n"


def test_help_lists_every_command_and_each_has_its_own():
    told = sibyl_analysis("--help")
    assert told.returncode == 0
    for name, what in COMMANDS.items():
        assert f"  {name} " in told.stdout and what in told.stdout
        own = sibyl_analysis(name, "--help")
        assert own.returncode == 0 and f"python3 -m sibyl_analysis {name} runs/" in own.stdout
        assert f"{name}.py runs/" in made.tool(f"{name}.py", "--help").stdout


def test_module_and_script_do_the_same(small, tmp_path):
    for way, folder in ((sibyl_analysis, "a"), (lambda name, *rest: made.tool(f"{name}.py", *rest), "b")):
        done = way("export", small, "--to", "csv", "--output", tmp_path / folder)
        assert done.returncode == 0 and done.stdout == f"{tmp_path / folder}\n", done.stderr
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    assert len(list((tmp_path / "a").iterdir())) == len(list((tmp_path / "b").iterdir())) > 3


def test_each_command_runs_as_a_module(small, tmp_path):
    report = sibyl_analysis("report", small, "--to", tmp_path / "report")
    assert report.returncode == 0 and (tmp_path / "report" / "report.html").stat().st_size > 10_000, report.stderr
    watch = sibyl_analysis("watch", small, "--plain")
    assert watch.returncode == 0 and "finished: the plan is done" in watch.stdout, watch.stderr
    compare = sibyl_analysis("compare", small, "--", small, "--to", tmp_path / "comparison")
    assert compare.returncode == 0 and "median best val_loss" in compare.stdout, compare.stderr
    assert (tmp_path / "comparison.pdf").exists()


MISTAKES = {
    (): "give a command: the commands are report, watch, export, compare",
    ("reprot", "x"): "'reprot' is no command (did you mean 'report'?)",
    ("--verison",): "(did you mean '--version'?)",
    ("summary\x1b[2J",): "'summary\\x1b[2J' is no command: the commands are",
    ("export", "x", "--too", "csv"): "'--too' is no option (did you mean '--to'?)",
    ("watch", "x", "-serve", "8000"): "'-serve' is no option (did you mean '--serve'?)",
    ("export", "x"): "the following arguments are required: --to",
    ("export", "x", "y", "--to", "csv"): "'y' is one argument too many",
    ("export", "x", "--to", "cvs"): "invalid choice: 'cvs'",
    ("report",): "the following arguments are required: DIR",
    ("watch", "x", "--every", "0"): "--every and --refreshes must be more than 0",
    ("compare", "x"): "give two groups or more, with -- between them",
    ("compare", "x", "--", "y", "--tagret", "1"): "'--tagret' is no option (did you mean '--target'?)",
    ("compare", "--group", "x"): "--group x: give NAME=DIR,DIR,...",
}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda words: " ".join(words).replace("\x1b", "ESC") or "nothing")
def test_what_is_mistyped_is_one_line_with_what_was_meant_and_exit_code_64(mistake):
    done = sibyl_analysis(*mistake)
    assert done.returncode == 64 and MISTAKES[mistake] in done.stderr, done.stderr
    assert done.stderr.startswith("python3 -m sibyl_analysis") and done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr and not done.stdout


def test_a_negative_number_is_no_option(small, tmp_path):
    done = sibyl_analysis("compare", small, "--", small, "--target", "-0.5", "--to", tmp_path / "comparison")
    assert done.returncode == 0 and "target: val_loss -0.5" in done.stdout, done.stderr


def test_a_python_without_h5py_is_told_what_to_do_and_still_gives_help(tmp_path):
    """-I -S: a Python without site-packages, as one that is first on PATH often is."""
    start = f"import sys; sys.path.insert(0, {str(made.ANALYSIS)!r}); from sibyl_analysis.command_line import run"
    for words, code in ((["--help"], 0), (["--version"], 0), (["report", "x"], 1)):
        done = module("-I", "-S", "-c", f"{start}; sys.exit(run('sibyl-analysis', {words}))")
        assert done.returncode == code, done.stderr
    assert "has no h5py, numpy, pandas, matplotlib" in done.stderr and "apt install python3-h5py" in done.stderr
    assert done.stderr.startswith("sibyl-analysis report: ") and done.stderr.count("\n") == 1


def test_pip_installs_the_package_with_its_command(small, tmp_path):
    if missing := [name for name in ("pip", "setuptools") if importlib.util.find_spec(name) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    # pip builds in the folder that it is given.
    shutil.copytree(made.ANALYSIS, tmp_path / "analysis", ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    venv, python = tmp_path / "venv", tmp_path / "venv" / "bin" / "python3"
    # The system's pip and setuptools serve, so nothing comes over the network.
    subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", venv], check=True)
    offline = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    done = module("-m", "pip", "install", *offline, tmp_path / "analysis", python=python, PYTHONPATH="")
    assert done.returncode == 0, done.stdout + done.stderr

    installed = venv / "bin" / "sibyl-analysis"
    assert module("--version", python=installed, PYTHONPATH="").stdout == f"sibyl-analysis {__version__}\n"
    done = module("export", small, "--to", "json", python=installed, PYTHONPATH="")
    assert done.returncode == 0 and (small / "results.json").exists(), done.stderr
    where = module("-c", "import sibyl_analysis; print(sibyl_analysis.__file__)", python=python, PYTHONPATH="").stdout
    (package,) = venv.glob("lib/python3*/site-packages/sibyl_analysis")
    assert where.strip() == str(package / "__init__.py")
    files = {file.relative_to(package) for file in package.rglob("*.py")}
    assert files == {file.relative_to(PACKAGE) for file in MODULES}
    assert not (package.parent / "report.py").exists()  # a checkout's scripts would be modules of everyone's


# ---- the house


def imports(file):
    """Whatever is imported anywhere in it, by its whole name."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def test_results_is_the_only_file_that_opens_hdf5():
    openers = [
        str(file.relative_to(PACKAGE))
        for file in MODULES
        if any(name.partition(".")[0] in ("h5py", "tables", "netCDF4") for name in imports(file))
        or re.search(r"read_hdf|HDFStore|import_module\(.h5py", file.read_text())
    ]
    assert openers == ["results.py"]


def test_modules_are_small_and_folders_are_few():
    long = {str(file): lines for file in MODULES if (lines := file.read_text().count("\n")) > 300}
    assert not long
    for folder in {file.parent for file in MODULES}:
        assert len(list(folder.glob("*.py"))) <= 16, folder


def test_what_must_answer_on_any_python_imports_the_standard_library_only():
    light = [PACKAGE / name for name in ("__init__.py", "__main__.py", "command_line.py", "commands/__init__.py")]
    allowed = {"__init__", "command_line", "commands", "file_format", "text"}
    for file in [*light, PACKAGE / "file_format.py", PACKAGE / "text.py"]:
        for name in imports(file):
            first, _, rest = name.partition(".")
            assert first in sys.stdlib_module_names or first == "sibyl_analysis", (file, name)
            assert first != "sibyl_analysis" or not rest or rest.partition(".")[0] in allowed, (file, name)


def test_arrows_point_from_commands_to_results():
    """What reads a sweep knows nothing of who shows it."""
    above = ("commands", "command_line", "pictures", "exports", "watching", "sections", "page")
    below = [
        PACKAGE / f"{name}.py"
        for name in ("file_format", "hyperparameters", "older_files", "results", "text", "files")
        + ("work", "progress", "liveness", "importance", "comparison", "samplers")
    ]
    for file in below:
        for name in imports(file):
            assert not name.startswith(tuple(f"sibyl_analysis.{each}" for each in above)), (file, name)
