"""Change between assessments: refused across versions and schemes unless mapped, with reliable-change bands.

Reliability belongs to a population: it is always given by the caller with its source, never assumed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from agetech.errors import ParamsError
from agetech.scoring.catalogue import instrument as _find
from agetech.scoring.result import Score

Z95 = 1.959963984540054  # two-sided 95 % point of the normal distribution
Mapping = Callable[[Score], Score]


@dataclass(frozen=True, slots=True)
class Reliability:
    """What a stated study found: retest reliability r, standard deviation sd, practice effect and its source."""

    r: float
    sd: float
    source: str
    practice: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.r < 1 and math.isfinite(self.r)):
            raise ParamsError("E_RELIABILITY", "scoring.change: r", expected="above 0 and below 1", got=self.r)
        if not (self.sd > 0 and math.isfinite(self.sd) and math.isfinite(self.practice)):
            raise ParamsError("E_RELIABILITY", "scoring.change: sd", expected="above 0", got=self.sd)
        if not self.source.strip():
            raise ParamsError("E_RELIABILITY", "scoring.change: source", expected="the study", got="nothing")

    @property
    def error(self) -> float:
        """Return the standard error of a difference of two totals: sd * sqrt(2) * sqrt(1 - r) (Jacobson and Truax 1991)."""
        return self.sd * math.sqrt(2) * math.sqrt(1 - self.r)


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of two results of one person.

    change: later minus earlier total; index: (change - practice) / standard error of the difference; reliable: whether
    the index is beyond 1.96; direction: `worse`, `better` or `same` by the instrument's direction; the last three None
    without a reliability.
    """

    instrument: str
    version: str
    scheme: str | None
    before: float
    after: float
    change: float
    direction: str
    category: tuple[str | None, str | None]
    index: float | None = None
    reliable: bool | None = None
    band: tuple[float, float] | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """The course of one person's totals over time.

    slope: totals a year by ordinary least squares; reliable: places (in time order) where the total left the
    reliable-change band around the first one.
    """

    instrument: str
    times: tuple[datetime, ...]
    totals: tuple[float, ...]
    slope: float
    direction: str
    band: tuple[float, float] | None
    reliable: tuple[int, ...]
    source: str | None


def change(before: Score, after: Score, reliability: Reliability | None = None, *, mapped: Mapping | None = None) -> Change:
    """Return how a person's total changed between two results.

    mapped: turns the earlier result into one of the later version and scheme, for those who can answer for it.
    Raises ParamsError for different instruments, versions, content or schemes, and for results without a total.
    """
    earlier = mapped(before) if mapped is not None else before
    _comparable(earlier, after)
    first, last = _total(earlier), _total(after)
    difference = last - first
    pair = (earlier.category, after.category)
    found = Change(after.instrument, after.version, after.scheme, first, last, difference, _direction(after, difference), pair)
    if reliability is None:
        return found
    index = (difference - reliability.practice) / reliability.error
    half, centre = Z95 * reliability.error, first + reliability.practice
    return Change(
        found.instrument,
        found.version,
        found.scheme,
        first,
        last,
        difference,
        found.direction,
        pair,
        index,
        abs(index) > Z95,
        (centre - half, centre + half),
        reliability.source,
    )


def trend(results: Sequence[tuple[datetime, Score]], reliability: Reliability | None = None) -> Trend:
    """Return the course of two or more results, put in order of time.

    Times are aware instants, all different. Raises ParamsError as `change` does, and for naive or repeated times.
    """
    if len(results) < 2:  # noqa: PLR2004
        raise ParamsError("E_COMPARE", "scoring.trend", expected="two or more results", got=len(results))
    if any(at.tzinfo is None for at, _ in results) or len({at for at, _ in results}) != len(results):
        raise ParamsError("E_COMPARE", "scoring.trend", expected="aware, different times", got="naive or repeated times")
    ordered = sorted(results, key=lambda pair: pair[0])
    scores = [score for _, score in ordered]
    for earlier, later in pairwise(scores):
        _comparable(earlier, later)
    totals = [_total(score) for score in scores]
    times = [at for at, _ in ordered]
    years = [(at - times[0]).total_seconds() / (365.25 * 86400) for at in times]
    mean_x, mean_y = math.fsum(years) / len(years), math.fsum(totals) / len(totals)
    spread = math.fsum((x - mean_x) ** 2 for x in years)
    slope = math.fsum((x - mean_x) * (y - mean_y) for x, y in zip(years, totals, strict=True)) / spread
    band: tuple[float, float] | None = None
    outside: tuple[int, ...] = ()
    if reliability is not None:
        half, centre = Z95 * reliability.error, totals[0] + reliability.practice
        band = (centre - half, centre + half)
        outside = tuple(i for i, t in enumerate(totals) if i > 0 and abs(t - centre) > half)
    source = reliability.source if reliability is not None else None
    last = scores[-1]
    return Trend(last.instrument, tuple(times), tuple(totals), slope, _direction(last, slope), band, outside, source)


def rescore(
    responses: dict[str, Any],
    old: Score,
    version: str | None = None,
    context: dict[str, Any] | None = None,
    *,
    allow_unverified: bool = False,
) -> tuple[Score, Score]:
    """Return the old result and the same answers scored under another version (the newest by default), both kept."""
    from agetech.scoring.engine import score

    newer = _find(old.instrument, version)
    return old, score(newer, responses, context, scheme=old.scheme, allow_unverified=allow_unverified)


def _comparable(before: Score, after: Score) -> None:
    for name in ("instrument", "version", "content_hash", "scheme"):
        one, other = getattr(before, name), getattr(after, name)
        if one != other:
            raise ParamsError("E_COMPARE", f"scoring.change: {name}", expected=str(one), got=str(other))


def _total(score: Score) -> float:
    if score.total is None:
        raise ParamsError("E_COMPARE", f"scoring.{score.instrument}", expected="a result with a total", got=score.status)
    return score.total


def _direction(score: Score, difference: float) -> str:
    if difference == 0:
        return "same"
    worse = _find(score.instrument).document["direction"] == "higher_worse"
    return "worse" if (difference > 0) == worse else "better"
