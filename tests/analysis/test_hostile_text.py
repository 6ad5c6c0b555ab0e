"""Names, values and messages are others': whatever stands in them, it is shown and never obeyed."""

import re
import urllib.error
import urllib.request
import warnings

import h5py
import numpy as np
import pandas as pd
import pytest

import made
from sibyl_analysis import page
from sibyl_analysis.commands import report
from sibyl_analysis.exports import tables
from sibyl_analysis.pictures import Picture, gallery, style
from sibyl_analysis.results import Results
from sibyl_analysis.text import one_line, printable
from sibyl_analysis.watching import server, terminal
from sibyl_analysis.watching.snapshot import Watcher

FORMULA = "$x$ costs $5_{$ and ^"  # two dollar signs and broken mathematics
MARKUP = "<script>alert(1)</script>&\"'"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202etxt.exe"
LETTERS = "\u65e5\u672c \U0001f600"  # not in matplotlib's font
NAMES = [FORMULA, MARKUP, ESCAPES, LETTERS, "two\nlines", "a b%c\\d{e}", "=cmd|'/c calc'!A0"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    count = 40
    random = np.random.default_rng(0)
    table = made.trials_of(
        count,
        [(f"hp:{name}".encode(), "<f8") for name in ()] + [("hp:choice", "S60")],
        score=random.random(count),
        worker=1,
    )
    values = random.random((len(NAMES), count))
    wide = np.zeros(count, table.dtype.descr + [(f"hp:{name}", "<f8") for name in NAMES])
    for column in table.dtype.names:
        wide[column] = table[column]
    for name, column in zip(NAMES, values):
        wide[f"hp:{name}"] = column
    wide["hp:choice"] = [NAMES[place % len(NAMES)].encode()[:60] for place in range(count)]
    wide["status"][:3], wide["score"][:3] = "failed", np.nan
    wide["cause"][:3] = b"$a$ <b>"
    wide["message"][:3] = (MARKUP + ESCAPES).encode()
    objective = "val_$loss$_<b>\x1b[31m"
    epochs = made.epochs_of(np.arange(count), [1] * count, wide["score"], metric=objective, worker=1)
    rungs = np.zeros(count - 3, made.RUNGS)
    rungs["trial"], rungs["score"], rungs["epoch"] = np.arange(3, count), wide["score"][3:], 1
    rungs["decision"] = "completed"
    workers = np.zeros(1, made.WORKERS)
    workers["worker"], workers["joined"], workers["left"] = 1, made.BEGAN, made.BEGAN + count
    workers["busy"], workers["idle"], workers["host"] = count - 1, 1, b"<$h$>\x1b[5m"
    space = np.zeros(len(NAMES) + 1, [*made.SPACE[:6], ("values", "S400"), *made.SPACE[7:]])
    for place, name in enumerate(NAMES):
        space[place] = made.range_of(name.encode(), 0, 1)
    space[-1] = made.choice_of(b"choice", NAMES)
    space = space.astype([("name", "S60"), *space.dtype.descr[1:]])
    for place, name in enumerate(NAMES):
        space["name"][place] = name.encode()
    folder = tmp_path_factory.mktemp("hostile") / "$a$ <i>'sweep'"
    folder.mkdir()
    made.write(folder / "results.h5", wide, epochs, space, rungs, workers, objective=objective)
    with h5py.File(folder / "results.h5", "a") as file:
        file.attrs["job"] = MARKUP + ESCAPES
        file.attrs["command_line"] = MARKUP + ESCAPES
    return folder


def test_every_picture_is_drawn_and_shows_the_names_as_they_are(hostile, tmp_path):
    results = Results.open(hostile)
    for picture in gallery(results):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            style.save(picture.draw(), tmp_path / picture.stem)
        text = (tmp_path / f"{picture.stem}.svg").read_text()
        assert "\x1b" not in text and "\u202e" not in text and "<script" not in text
    scores = (tmp_path / "scores.svg").read_text()
    assert FORMULA in scores and "$loss$" in scores


def test_the_report_of_it_is_one_page_without_a_word_on_the_terminal(hostile, tmp_path):
    done = made.tool("report.py", hostile, "--to", tmp_path / "out", timeout=120)
    assert done.returncode == 0 and not done.stderr, done.stderr
    text = (tmp_path / "out" / "report.html").read_text()
    assert "<script" not in text and "<b>" not in text and "<i>" not in text
    assert "&lt;script&gt;" in text and page.note("") not in text


def test_a_picture_that_fails_costs_that_picture(hostile, tmp_path, monkeypatch, capsys):
    def broken():
        raise ValueError("no\x1b[2J such <axis>")

    monkeypatch.setattr(report, "gallery", lambda results: [Picture("broken", broken), *list(gallery(results))[:1]])
    text = report.write({"sweep": Results.open(hostile)}, tmp_path).read_text()
    assert "The picture broken could not be drawn: ValueError: no\\x1b[2J such &lt;axis&gt;" in text
    assert text.count("data:image/png") == 1 and "<h2>The search space</h2>" in text
    said = capsys.readouterr().err
    assert "picture broken could not be drawn" in said and "\x1b" not in said


def test_watch_writes_no_escape_sequence(hostile):
    text = terminal.plain(Watcher(hostile).look())
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "\\x1b]0;owned\\x07" in text
    done = made.tool("watch.py", hostile, "--plain", "--refreshes", 1)
    assert done.returncode == 0 and "\x1b" not in done.stdout


def test_the_watched_page_escapes_too(hostile):
    text = server.html(Watcher(hostile).look(), 2.0)
    assert "<script" not in text and "<b>" not in text and "<i>" not in text


def test_a_csv_holds_no_formula_and_all_numbers(tmp_path):
    rows = pd.DataFrame(
        {
            "text": ["=1+1", "+SUM(A1)", "-2+3", "@x", "\tx", "\r=1", "plain", "-0.5", "+1e3", "", None, "a=b"],
            "number": [-1.5] * 12,
            "=head": range(12),
        }
    )
    safe = tables.without_formulas(rows)
    assert safe["text"].tolist() == [
        "'=1+1", "'+SUM(A1)", "'-2+3", "'@x", "'\tx", "'\r=1", "plain", "-0.5", "+1e3", "", None, "a=b",
    ]  # fmt: skip
    assert safe["number"].tolist() == [-1.5] * 12 and list(safe)[2] == "'=head"
    assert rows["text"][0] == "=1+1"  # the frame itself stays as it is


def test_exports_take_every_name(hostile, tmp_path):
    results = Results.open(hostile)
    tables.to_csv(results, tmp_path / "csv")
    read = pd.read_csv(tmp_path / "csv" / "trials.csv")
    assert f"hp:{FORMULA}" in read and "hp:two\nlines" in read
    assert "'=cmd|'/c calc'!A0" in pd.read_csv(tmp_path / "csv" / "search_space.csv")["name"].tolist()


@pytest.mark.parametrize(
    "host, answer",
    [
        ("localhost:{port}", 200), ("127.0.0.1:{port}", 200), ("LOCALHOST", 200), ("[::1]:{port}", 200),
        ("evil.example:{port}", 421), ("localhost.evil.example", 421), ("127.0.0.1.evil.example:{port}", 421),
        ("", 421), ("localhost:80@evil.example", 421),
    ],
)  # fmt: skip
def test_the_page_answers_only_under_names_of_this_machine(hostile, host, answer):
    running = server.serve(Watcher(hostile).look, 2.0, 0)
    port = running.server_address[1]
    try:
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/", headers={"Host": host.format(port=port)})
        if answer == 200:
            found = urllib.request.urlopen(asked, timeout=10)
            assert found.status == 200 and "default-src 'none'" in found.headers["Content-Security-Policy"]
        else:
            with pytest.raises(urllib.error.HTTPError) as told:
                urllib.request.urlopen(asked, timeout=10)
            assert told.value.code == answer and b"localhost" in told.value.read()
    finally:
        running.shutdown()


def test_printable_text_is_that_of_the_cpp_side():
    assert printable("a\x1b[1;31mred\x1b[0m") == "ared"
    assert printable("\x1b[2J\x9b31m\x00") == "\\x1b[2J\\x9b31m\\x00"
    assert printable("abc\u202efdp") == "abc\\u202efdp" and printable("\U000e0020") == "\\U000e0020"
    assert printable("one\n\ttwo") == "one\n\ttwo" and one_line("one\n\ttwo") == "one\\n\\ttwo"
    assert printable("\u65e5\u672c caf\xe9") == "\u65e5\u672c caf\xe9"
