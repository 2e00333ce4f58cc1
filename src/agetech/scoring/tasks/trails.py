"""Trail making: seconds of parts A and B, what is derived from them, and what a time limit leaves of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from agetech.errors import SignalError
from agetech.scoring.tasks.event import Session, bounded, counted, numbered, reals
from agetech.scoring.tasks.result import Findings, Found

A_LIMIT, B_LIMIT = 100.0, 300.0  # s; B: Correia et al. on the 300 s floor; A: from memory
PARTS = ("A", "B")


class TrailMaking(NamedTuple):
    """Derived scores: diff s, ratio and prop without unit; each None where part A ran into its limit.

    b_censored: B took its whole limit, so that all three are lower bounds.
    """

    diff: float | None
    ratio: float | None
    prop: float | None
    a_censored: bool
    b_censored: bool


@dataclass(frozen=True, slots=True)
class TrailSettings:
    """targets: how many there are in each part; a_limit, b_limit: when a part is broken off, s."""

    targets: int = 25
    a_limit: float = A_LIMIT
    b_limit: float = B_LIMIT

    def __post_init__(self) -> None:
        counted("targets", self.targets, 1000, 2)
        bounded("a_limit", self.a_limit, 1.0, 3600.0)
        bounded("b_limit", self.b_limit, 1.0, 3600.0)


class Part(NamedTuple):
    """One part as the touches tell it: seconds, or why there are none."""

    seconds: float | None
    censored: bool
    touches: int
    errors: int
    reason: str | None


def trail_making(a: float, b: float, a_limit: float = A_LIMIT, b_limit: float = B_LIMIT) -> TrailMaking:
    """Return B - A, B/A and (B - A)/A from the seconds of both parts; a part at its limit or above is censored there.

    Where A is censored its true time is unknown in the denominator, and nothing is derived. Raises SignalError for times
    of zero and below. Source: B/A in PubMed 12890642; the other two from memory.
    """
    first, last = reals("trail_making", (a, b), 1e-3)
    first, last = min(first, a_limit), min(last, b_limit)
    cut_a, cut_b = first >= a_limit, last >= b_limit
    if cut_a:
        return TrailMaking(None, None, None, a_censored=True, b_censored=cut_b)
    return TrailMaking(last - first, last / first, (last - first) / first, a_censored=False, b_censored=cut_b)


def part_of(session: Session, name: str, targets: int, limit: float) -> Part:
    """Return one part from its touches: from the first to the last correct touch, wrong touches being put right on the way."""
    rows, _ = numbered([row for row in session.of("trial") if row.condition == name])
    for row in rows:
        if row.expected is None or row.response is None:
            raise SignalError("E_TASK_EVENT", f"task trail_making: part {name}", expected="a touch and the right target", got="none")
    right = [row.response_ms for row in rows if row.response == row.expected and row.response_ms is not None]
    if len(right) > targets:
        got = f"{len(right)} correct touches"
        raise SignalError("E_TASK_TRIALS", f"task trail_making: part {name}", expected=f"{targets} targets", got=got)
    errors = len(rows) - len(right)
    if not right:
        return Part(None, censored=False, touches=0, errors=errors, reason="not_recorded" if not rows else "part_not_complete")
    took = (right[-1] - right[0]) / 1000
    if len(right) == targets:
        return Part(min(took, limit), censored=took >= limit, touches=targets, errors=errors, reason=None)
    stopped = session.ended(name)
    if stopped is not None and (stopped - right[0]) / 1000 >= limit:
        return Part(limit, censored=True, touches=len(right), errors=errors, reason=None)
    return Part(None, censored=False, touches=len(right), errors=errors, reason="part_not_complete")


def found_trails(session: Session, settings: TrailSettings) -> Findings:
    """Return the measures of a trail making run: `condition` is A or B, `expected` the next target, `response` the touched one."""
    stray = [row for row in session.of("trial", "end") if row.condition not in PARTS]
    if stray:
        raise SignalError("E_TASK_EVENT", "task trail_making: condition", expected="A or B", got="another condition")
    a = part_of(session, "A", settings.targets, settings.a_limit)
    b = part_of(session, "B", settings.targets, settings.b_limit)
    found = {"a": _time(a, settings.targets), "b": _time(b, settings.targets)}
    n = min(a.touches, b.touches)
    if a.seconds is None or b.seconds is None:
        derived = Found(None, n, "undefined", "part_not_complete", settings.targets)
        found |= dict.fromkeys(("diff", "ratio", "prop"), derived)
    else:
        got = trail_making(a.seconds, b.seconds, settings.a_limit, settings.b_limit)
        for name in ("diff", "ratio", "prop"):
            found[name] = _derived(getattr(got, name), n, got, settings.targets)
    counts = {
        "trials": len(session.of("trial")),
        "a_errors": a.errors,
        "b_errors": b.errors,
        "a_touches": a.touches,
        "b_touches": b.touches,
    }
    return Findings(found, counts)


def _time(part: Part, targets: int) -> Found:
    """Return the seconds of a part; a part at its limit needs no more touches than it has."""
    if part.reason is not None:
        return Found(None, part.touches, "undefined", part.reason, targets)
    if part.censored:
        return Found(part.seconds, part.touches, "censored", "time_limit", 1)
    return Found(part.seconds, part.touches, needs=targets)


def _derived(value: float | None, n: int, got: TrailMaking, targets: int) -> Found:
    if value is None:
        return Found(None, n, "undefined", "a_at_limit", 1)
    return Found(value, n, "censored", "time_limit", 1) if got.b_censored else Found(value, n, needs=targets)
