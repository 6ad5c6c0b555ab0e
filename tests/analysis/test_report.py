"""report.py: one page that needs nothing else, and the pictures beside it."""

import re
from itertools import islice

import pytest

import made
from sibyl_analysis import page
from sibyl_analysis.commands import report
from sibyl_analysis.pictures import gallery
from sibyl_analysis.results import open_all

STEMS = {
    "best_so_far", "learning_curves", "ladder", "importances", "scores", "pair", "parallel_coordinates",
    "timeline", "failures", "losses",
}  # fmt: skip


@pytest.fixture(scope="module")
def reported(sweep, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    done = made.tool("report.py", sweep, "--to", folder)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert done.stdout.strip() == str(folder / "report.html")
    return folder


def test_the_pictures_are_there_as_png_and_svg(reported):
    assert (
        {file.stem for file in reported.glob("*.png")}
        == {file.stem for file in reported.glob("*.svg")}
        == STEMS
    )


def test_the_page_opens_offline(reported):
    text = (reported / "report.html").read_text()
    assert len(re.findall(r'<img alt="[^"]+" src="data:image/png;base64,', text)) == len(STEMS)
    assert not re.search(r'(src|href)="(?!data:|#)', text) and "<script" not in text


def test_the_page_tells_the_sweep(reported, results):
    text = (reported / "report.html").read_text()
    assert f"<dd>{results.best['score']:.4g}</dd>" in text
    assert "finished: the plan is done" in text
    for cause in results.trials["cause"].unique():
        assert cause in text
    assert "--max-epochs 27 --iterations 2 --seed 3" in text
    assert "<h2>Importances</h2>" in text and re.search(r'<td>learning_rate</td><td class="number">0\.\d\d\d</td>', text)
    assert "optimizer = sgd" in text  # the condition of momentum


def test_several_sweeps_have_a_section_each_and_one_picture_together(seeds, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "gallery", lambda results: islice(gallery(results), 2))  # all nine take long
    text = report.write(open_all([seeds["hb"][0], seeds["full"][0]]), tmp_path).read_text()
    assert 'id="hb-0"' in text and 'id="full-0"' in text
    assert (tmp_path / "comparison.svg").exists() and (tmp_path / "hb-0" / "best_so_far.png").exists()
    assert "of 2 sweeps" in text and text.count("data:image/png") == 5


def test_tables_escape_and_align():
    text = page.table(["a<b", "n", "empty"], [["<i>", 1, ""], ["x", 22, None]])
    assert "&lt;i&gt;" in text and "<i>" not in text
    assert '<td class="number">22</td>' in text and "empty" not in text
