"""A snapshot as a page on localhost, which loads itself again. It needs neither matplotlib nor scripts."""

from __future__ import annotations

import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Callable

from sibyl_analysis import page
from sibyl_analysis.results import ResultsError
from sibyl_analysis.text import number
from sibyl_analysis.watching.snapshot import Snapshot

WIDTH, HEIGHT, LEFT, BOTTOM = 1100, 260, 90, 40  # of the picture, in pixels


def html(snapshot: Snapshot, every: float) -> str:
    body = [f"<h1>{escape(snapshot.title)}</h1>", f'<p class="state">{escape(snapshot.state.text)}</p>']
    body.append(page.facts(snapshot.facts))
    if snapshot.history is not None and len(snapshot.history) > 1:
        body.append(curve(snapshot))
    if snapshot.best_rows:
        body += ["<h2>The best trials</h2>", page.table(snapshot.best_header, snapshot.best_rows, first=True)]
    if snapshot.worker_rows:
        body += ["<h2>Workers</h2>", page.table(snapshot.worker_header, snapshot.worker_rows)]
    if snapshot.failures:
        body += ["<h2>Failures</h2>", page.note(", ".join(snapshot.failures))]
    return page.document(snapshot.title, body, refresh=every)


def curve(snapshot: Snapshot) -> str:
    """The best so far against time, as an SVG of one line."""
    seconds, scores = snapshot.history["seconds"].to_numpy(), snapshot.history["score"].to_numpy()
    end, low, high = max(seconds[-1], 1e-9), scores.min(), scores.max()
    span = (high - low) or 1.0
    x = LEFT + seconds / end * (WIDTH - LEFT - 20)
    y = 20 + (high - scores) / span * (HEIGHT - BOTTOM - 30)
    points = " ".join(f"{x[place]:.1f},{y[max(place - back, 0)]:.1f} {x[place]:.1f},{y[place]:.1f}"
                      for place in range(len(x)) for back in (1,))  # fmt: skip
    bottom = HEIGHT - BOTTOM
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="best'
        f' {escape(snapshot.objective)} against time" font-size="14" fill="#222"><line x1="{LEFT}"'
        f' y1="{bottom}" x2="{WIDTH - 20}" y2="{bottom}" stroke="#777"/><line x1="{LEFT}" y1="10" x2="{LEFT}"'
        f' y2="{bottom}" stroke="#777"/><text x="{LEFT - 8}" y="25"'
        f' text-anchor="end">{number(high)}</text><text x="{LEFT - 8}" y="{bottom - 5}"'
        f' text-anchor="end">{number(low)}</text><text x="{LEFT}" y="{HEIGHT - 12}">0 s</text><text'
        f' x="{WIDTH - 20}" y="{HEIGHT - 12}" text-anchor="end">{number(end, 3)} s</text><text'
        f' x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">best {escape(snapshot.objective)} against'
        f' time</text><polyline points="{points}" fill="none" stroke="#0072B2" stroke-width="2.5"/></svg>'
    )


ADDRESS = "127.0.0.1"
HOSTS = (ADDRESS, "localhost", "[::1]")


def is_ours(host: str | None) -> bool:
    """Is that how people name this machine to itself? A page of another site can make a browser ask here under
    that site's name (DNS rebinding), and would read the answer."""
    name, _, port = (host or "").strip().lower().rpartition(":")
    if not port.isdigit():
        name = (host or "").strip().lower()
    return name.rstrip(".") in HOSTS


def serve(look: Callable[[], Snapshot], every: float, port: int) -> ThreadingHTTPServer:
    """Answers on 127.0.0.1 only, and only who asks for it by that name; in a thread of its own; port 0 takes a
    free one."""
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not is_ours(self.headers.get("Host")):
                text = "ask for http://localhost or http://127.0.0.1 (through a tunnel, too: ssh -L)"
                return self.send_error(421, "Misdirected Request", text)
            if self.path.split("?")[0] not in ("/", "/index.html"):
                return self.send_error(404)
            try:
                with one_at_a_time:
                    answer, status = html(look(), every), 200
            except ResultsError as problem:
                answer, status = page.document("Sibyl", [page.note(str(problem))], refresh=every), 503
            data = answer.encode("utf-8")
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("X-Frame-Options", "DENY")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer((ADDRESS, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
