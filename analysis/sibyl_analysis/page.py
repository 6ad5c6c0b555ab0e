"""HTML that needs nothing else: no scripts, no fonts, no files beside it."""

from __future__ import annotations

import base64
from html import escape
from pathlib import Path
from typing import Any, Iterable

STYLE = """
:root { color-scheme: light; }
body { font: 17px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #222; background: #fff; margin: 0 auto;
       max-width: 1180px; padding: 1.5rem; }
h1 { font-size: 1.9rem; margin: 0 0 .3rem; }
h2 { font-size: 1.35rem; margin: 2.4rem 0 .6rem; border-bottom: 2px solid #0072B2; padding-bottom: .2rem; }
p.state { font-size: 1.1rem; margin: 0 0 1rem; color: #555; }
nav a { margin-right: 1.2rem; }
a { color: #0072B2; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr));
           gap: .7rem; margin: 1rem 0; }
dl.facts div { background: #f3f6f9; border-left: 4px solid #0072B2; padding: .5rem .8rem; }
dl.facts dt { font-size: .85rem; color: #555; }
dl.facts dd { margin: 0; font-size: 1.25rem; font-weight: 600; overflow-wrap: anywhere; }
figure { margin: 1.6rem 0; break-inside: avoid; }
figure img { width: 100%; height: auto; display: block; }
div.wide { overflow-x: auto; break-inside: avoid; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.first td { font-weight: 600; }
pre { background: #f3f6f9; padding: .8rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9rem; }
p.note { color: #555; font-size: .92rem; }
@media print { body { font-size: 11pt; max-width: none; padding: 0; }
               h2 { break-after: avoid; } nav { display: none; }
               div.wide { overflow: visible; } table { font-size: 7.5pt; } th, td { padding-right: .35rem; } }
"""


def document(title: str, body: Iterable[str], refresh: float | None = None) -> str:
    """A whole page; with `refresh`, the browser loads it again after so many seconds."""
    again = f'<meta http-equiv="refresh" content="{refresh:g}">' if refresh else ""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
    return f'<dl class="facts">{items}</dl>'


def table(header: list[str], rows: Iterable[Iterable[Any]], first: bool = False) -> str:
    """Numbers (given as numbers or as texts that begin with a digit) stand to the right; a column without
    content is left out; `first`: the first row is bold."""
    rows = [["" if cell is None else str(cell) for cell in row] for row in rows]
    filled = [place for place in range(len(header)) if not rows or any(row[place] for row in rows)]
    header, rows = [header[place] for place in filled], [[row[place] for place in filled] for row in rows]
    right = [bool(rows) and all(_is_number(row[place]) for row in rows) for place in range(len(header))]
    kinds = [' class="number"' if number else "" for number in right]
    head = "".join(f"<th{kind}>{escape(name)}</th>" for name, kind in zip(header, kinds))
    lines = []
    for place, row in enumerate(rows):
        mark = ' class="first"' if first and place == 0 else ""
        lines.append(
            f"<tr{mark}>"
            + "".join(f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(row, kinds))
            + "</tr>"
        )
    return f'<div class="wide"><table><tr>{head}</tr>\n' + "\n".join(lines) + "</table></div>"


def _is_number(text: str) -> bool:
    return not text or text[0].isdigit() or (text[0] == "-" and text[1:2].isdigit())


def picture(png: Path, text: str) -> str:
    """An image that is part of the page; `text` is for those who can't see it."""
    data = base64.b64encode(png.read_bytes()).decode("ascii")
    return f'<figure><img alt="{escape(text)}" src="data:image/png;base64,{data}"></figure>'


def preformatted(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'
