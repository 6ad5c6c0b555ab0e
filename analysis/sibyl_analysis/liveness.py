"""Is a sweep running, finished, stopped or dead? The results file alone can't tell a sweep that was
killed."""

from __future__ import annotations

import fcntl
import struct
import time
from dataclasses import dataclass
from pathlib import Path

from sibyl_analysis.results import Results
from sibyl_analysis.work import last_sign

QUIET = 10.0  # s; a sweep publishes every three seconds while something happens

_FLOCK = struct.Struct("hhqqi4x")  # struct flock of 64-bit Linux: type, whence, start, length, process


@dataclass(frozen=True)
class Liveness:
    state: str  # running, finished, failed, stopped, given_up or killed, as `status --json`; or unknown, waiting
    text: str  # a sentence for people


def lock_holder(directory: Path) -> str | None:
    """Who holds the sweep's lock, as the lock file says; None if nobody does. It asks and never locks, so it
    can't disturb a sweep. The question needs no right to write: a lock to read is what it asks about."""
    try:
        with open(directory / "lock", "rb") as file:
            request = _FLOCK.pack(fcntl.F_RDLCK, 0, 0, 0, 0)
            kind = _FLOCK.unpack(fcntl.fcntl(file, fcntl.F_GETLK, request))[0]
            if kind == fcntl.F_UNLCK:
                return None
            return file.read(512).decode("utf-8", errors="replace") or "another process"
    except OSError:
        return None


def liveness(results: Results, now: float | None = None) -> Liveness:
    now = time.time() if now is None else now
    if results.finished:
        text = f"finished: {results.attributes.get('reason', '')}".rstrip(": ")
        if results.best is None:
            return Liveness("failed", f"{text}, but no trial has a score")
        return Liveness("finished", text)
    holder = lock_holder(results.directory)
    if holder is not None:
        return Liveness("running", f"running ({holder})")
    state, ending = _recorded_end(results)
    if state in ("given_up", "failed"):
        return Liveness(state, f"{ending}; mend the reason, and it goes on with --resume")
    if state:
        return Liveness(state, f"{ending}; it goes on with --resume")
    if not (results.directory / "lock").exists():
        return Liveness(
            "unknown", "not finished; whether it runs can't be told without the file lock beside it"
        )
    quiet = now - results.published
    if quiet < QUIET:
        return Liveness(
            "unknown", f"published {quiet:.0f} s ago, but no process holds its lock: it may just have ended"
        )
    return Liveness(
        "killed",
        (
            "killed: it has not finished, no process holds its lock, and its last sign is"
            f" {now - last_sign(results):,.0f} s old; it goes on with --resume"
        ),
    )


def _recorded_end(results: Results) -> tuple[str, str]:
    """How the last start of the sweep ended before the sweep was finished, as a word and as a sentence; "" and
    "" if it said nothing."""
    launches = results.launches
    if len(launches):
        latest = launches.iloc[-1]
        return str(latest["state"]), str(latest["end"])
    left = results.workers["left"]
    return ("stopped", "stopped") if len(left) and left.notna().all() else ("", "")
