"""Reaction times: trimming, summary, and their ex-Gaussian shape, from lists of seconds or from events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import median
from typing import NamedTuple

from agetech.scoring.tasks.event import Session, bounded, numbered, reals
from agetech.scoring.tasks.result import Findings, Found, missing

ANTICIPATION, LAPSE = 0.15, 2.0  # s: the project's own defaults, see ADR 0090


@dataclass(frozen=True, slots=True)
class ReactionSettings:
    """anticipation: a response before it is no reaction, s; lapse: a response after it is one, s."""

    anticipation: float = ANTICIPATION
    lapse: float = LAPSE

    def __post_init__(self) -> None:
        bounded("anticipation", self.anticipation, 1e-3, 10.0)
        bounded("lapse", self.lapse, self.anticipation, 600.0)


class Trimmed(NamedTuple):
    """Reaction times within the limits, both included, and how many fell outside."""

    kept: tuple[float, ...]
    anticipations: int
    lapses: int


class RtSummary(NamedTuple):
    """A summary of reaction times, s; mean_speed /s. None where too few are left: one for mean, two for the spread."""

    n: int
    n_anticipation: int
    n_lapse: int
    mean: float | None
    median: float | None
    sd: float | None
    cv: float | None
    mean_speed: float | None


def trim(rts: Iterable[float], lo: float = ANTICIPATION, hi: float = LAPSE) -> Trimmed:
    """Return the reaction times from `lo` to `hi`, s, and the number below and above."""
    listed = reals("rts", rts)
    low = bounded("lo", lo, 1e-3, 10.0)
    high = bounded("hi", hi, low, 600.0)
    return Trimmed(tuple(t for t in listed if low <= t <= high), sum(t < low for t in listed), sum(t > high for t in listed))


def mean_of(values: Iterable[float]) -> float | None:
    """Return the mean, exactly summed; None for no value."""
    listed = tuple(values)
    return fsum(listed) / len(listed) if listed else None


def spread_of(values: Iterable[float]) -> float | None:
    """Return the standard deviation with n - 1; None for fewer than two values."""
    listed = tuple(values)
    if len(listed) < 2:  # noqa: PLR2004
        return None
    centre = fsum(listed) / len(listed)
    return sqrt(fsum((value - centre) * (value - centre) for value in listed) / (len(listed) - 1))


def rt_summary(rts: Iterable[float], lo: float = ANTICIPATION, hi: float = LAPSE) -> RtSummary:
    """Return count, mean, median, SD (n - 1), CV and mean speed (mean of 1/RT) of the reaction times from `lo` to `hi`, s.

    Anticipations (below) and lapses (above) are counted and left out. Raises SignalError for NaN, infinity, negatives.
    Source: psychomotor vigilance practice (Basner and Dinges 2011 for the mean speed), from memory.
    """
    kept, early, late = trim(rts, lo, hi)
    if not kept:
        return RtSummary(0, early, late, None, None, None, None, None)
    mean = fsum(kept) / len(kept)
    sd = spread_of(kept)
    speed = fsum(1 / t for t in kept) / len(kept)
    return RtSummary(len(kept), early, late, mean, median(kept), sd, None if sd is None else sd / mean, speed)


def found_reaction(session: Session, settings: ReactionSettings) -> Findings:
    """Return the measures of a simple or choice reaction task: wrong responses are counted and left out of the times."""
    from agetech.scoring.tasks.ex_gaussian import fit_ex_gaussian

    rows, lost = numbered(session.of("trial"))
    answered = [row for row in rows if row.response is not None]
    asked = [row for row in rows if row.expected is not None]
    wrong = [row for row in answered if row.expected is not None and row.response != row.expected]
    times = [row.rt for row in answered if row.expected is None or row.response == row.expected]
    got = rt_summary([t for t in times if t is not None], settings.anticipation, settings.lapse)
    kept = trim([t for t in times if t is not None], settings.anticipation, settings.lapse).kept
    early = len(session.of("early"))
    found = {name: Found(getattr(got, name), got.n) for name in ("mean", "median", "sd", "cv", "mean_speed")}
    right = sum(row.response == row.expected for row in asked)
    found["accuracy"] = Found(right / len(asked), len(asked)) if asked else missing("not_recorded")
    shape = fit_ex_gaussian(kept)
    for name in ("mu", "sigma", "tau"):
        value = getattr(shape, name)
        found[name] = Found(value, got.n) if shape.reason is None else missing(shape.reason, got.n)
    counts = {
        "trials": len(rows),
        "kept": got.n,
        "anticipations": got.n_anticipation + early,
        "lapses": got.n_lapse,
        "timeouts": len(rows) - len(answered),
        "errors": len(wrong),
        "lost": lost,
    }
    return Findings(found, counts)
