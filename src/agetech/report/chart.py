"""Charts as values: paths, ticks and marks in percent of the plot; the template draws them as inline SVG.

The SVG holds only lines and areas and is stretched to the width of the page; all words are HTML placed by percent, so
that they keep their size from 360 px to A4. See ADR "Charts are our own small SVG".
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from agetech.report.text import clock, figure

Signal = NDArray[np.float64]
WIDTH, HEIGHT = 1000, 300  # of the view box; percent of it is what the template shows
COLUMNS = 500  # an envelope has this many steps, whatever the length of the signal
MOST_MARKS = 200  # vertical lines; more would hide the signal
LEVELS = 3  # of flags above a plot
APART = 7.5  # percent of the width that two flags on one level need
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)

Tick = tuple[float, str, bool]  # percent, text, left out on a narrow screen


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: `path` for the SVG; area True fills it. `style` 1 to 4 sets colour and dashes together."""

    label: str
    path: str
    style: Literal[1, 2, 3, 4] = 1
    area: bool = False


@dataclass(frozen=True, slots=True)
class ChartMark:
    """A moment across the plot with a short flag above it; flags that would touch stand on different levels, 0 to 2."""

    left: float
    flag: str
    label: str
    tone: str = "plain"
    level: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """A plot with its axes. `alt` says in a sentence what is to be seen; gaps are (left, width) in percent."""

    title: str
    alt: str
    y_label: str
    lines: tuple[Line, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    marks: tuple[ChartMark, ...] = ()
    gaps: tuple[tuple[float, float], ...] = ()
    levels: tuple[tuple[float, str], ...] = ()
    kind: ClassVar[str] = "chart"


def time_ticks(start: float, end: float, origin: datetime | None = None, most: int = 8) -> tuple[Tick, ...]:
    """Return at most `most` ticks at whole steps between two moments, s; every second one is minor."""
    span = end - start
    if not span > 0.0:
        return ()
    step = next((s for s in STEPS if span / s <= most), 86400.0 * math.ceil(span / 86400.0 / most))
    first = math.ceil(start / step - 1e-9)
    return tuple(
        ((at * step - start) / span * 100.0, _moment(at * step, step, origin), (at - first) % 2 == 1)
        for at in range(first, math.floor(end / step + 1e-9) + 1)
    )


def _moment(seconds: float, step: float, origin: datetime | None) -> str:
    if step < 1.0:
        return clock(seconds, origin, tenths=True) if origin else f"{seconds:.1f}"
    return clock(seconds, origin)


def value_ticks(low: float, high: float, most: int = 5) -> tuple[float, float, tuple[Tick, ...]]:
    """Return round limits around a range, and the ticks between them, percent from the top."""
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if high <= low:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(m * size for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * size >= rough * (1.0 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    bottom, top = first * step, last * step
    digits = max(0, -math.floor(math.log10(step) + 1e-9) + (1 if abs(step / size - 2.5) < 1e-6 else 0))  # noqa: PLR2004 - the step 2.5
    ticks = tuple(((top - at * step) / (top - bottom) * 100.0, f"{at * step:.{digits}f}", False) for at in range(first, last + 1))
    return bottom, top, ticks


def limits(tracks: Sequence[Signal]) -> tuple[float, float]:
    """Return the smallest and largest finite value of some signals; NaN where there is none."""
    found = [track[np.isfinite(track)] for track in tracks]
    found = [track for track in found if track.size]
    if not found:
        return math.nan, math.nan
    return min(float(track.min()) for track in found), max(float(track.max()) for track in found)


def _spot(x: float, y: float) -> str:
    return f"{x:.1f} {y:.1f}"


def line_path(values: Signal, bottom: float, top: float) -> str:
    """Return the path of one value after another over the whole width; a NaN breaks it."""
    n, scale = len(values), HEIGHT / (top - bottom)
    parts, pen = [], False
    for at, value in enumerate(values.tolist()):
        if not math.isfinite(value):
            pen = False
            continue
        spot = _spot(at * WIDTH / max(1, n - 1), (top - min(max(value, bottom), top)) * scale)
        parts.append(f"{'L' if pen else 'M'}{spot}")
        pen = True
    return "".join(parts)


def points_path(places: Signal, values: Signal, bottom: float, top: float) -> str:
    """Return the path through points at `places`, percent of the width; a NaN breaks it, a lone point is a short dash."""
    parts, pen, scale = [], False, HEIGHT / (top - bottom)
    for place, value in zip(places.tolist(), values.tolist(), strict=True):
        if not (math.isfinite(value) and math.isfinite(place)):
            pen = False
            continue
        x, y = place * WIDTH / 100.0, (top - min(max(value, bottom), top)) * scale
        parts.append(f"L{_spot(x, y)}" if pen else f"M{_spot(x - 0.5, y)}L{_spot(x + 0.5, y)}")
        pen = True
    return "".join(parts)


def envelope_path(values: Signal, bottom: float, top: float) -> str:
    """Return the area between the smallest and the largest value of each of at most 500 steps; gaps stay empty."""
    scale = HEIGHT / (top - bottom)
    upper: list[tuple[float, float]] = []
    lower: list[tuple[float, float]] = []
    parts: list[str] = []

    def close() -> None:
        if upper:
            around = upper + lower[::-1]
            parts.append("M" + "L".join(_spot(x, y) for x, y in around) + "Z")
        upper.clear()
        lower.clear()

    edges = np.linspace(0, len(values), min(COLUMNS, max(1, len(values))) + 1).astype(int).tolist()
    for first, after in pairwise(edges):
        step = values[first:after]
        step = step[np.isfinite(step)]
        if not step.size:
            close()
            continue
        low, high = float(step.min()), float(step.max())
        thin = 0.75 - min(0.75, (high - low) * scale / 2.0)  # a flat stretch is still a line of 1.5
        y_high = (top - min(max(high, bottom), top)) * scale - thin
        y_low = (top - min(max(low, bottom), top)) * scale + thin
        for x in (first * WIDTH / len(values), after * WIDTH / len(values)):
            upper.append((x, y_high))
            lower.append((x, y_low))
    close()
    return "".join(parts)


def gaps_of(values: Signal, least: float = 0.002) -> tuple[tuple[float, float], ...]:
    """Return the stretches without values, in percent of the width; those below a share `least` are not drawn."""
    missing = ~np.isfinite(values)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], missing, [False]))))
    n = max(1, len(values))
    found = [(float(first) / n, float(after - first) / n) for first, after in zip(edges[::2], edges[1::2], strict=True)]
    return tuple((first * 100.0, width * 100.0) for first, width in found if width >= least)[:MOST_MARKS]


def overview(
    values: Signal,
    fs: float,
    *,
    title: str,
    alt: str,
    label: str,
    y_label: str,
    marks: tuple[ChartMark, ...] = (),
    origin: datetime | None = None,
) -> Chart:
    """Return a whole recording as an envelope, with marks."""
    low, high = limits([values])
    bottom, top, y_ticks = value_ticks(min(low, 0.0) if math.isfinite(low) else low, high)
    x_ticks = time_ticks(0.0, len(values) / fs, origin) if fs > 0.0 else ()
    lines = (Line(label, envelope_path(values, bottom, top), area=True),)
    return Chart(title, alt, y_label, lines, x_ticks, y_ticks, marks[:MOST_MARKS], gaps_of(values))


def spread(marks: Iterable[ChartMark]) -> tuple[ChartMark, ...]:
    """Return marks with their flags on levels such that neighbours do not touch, even on a phone."""
    free = [-math.inf] * LEVELS
    made: dict[int, ChartMark] = {}
    given = list(marks)
    for place in sorted(range(len(given)), key=lambda place: given[place].left):
        mark = given[place]
        level = next((level for level in range(LEVELS) if mark.left - free[level] >= APART), 0)
        if mark.flag:
            free[level] = mark.left
        made[place] = replace(mark, level=level)
    return tuple(made[place] for place in range(len(given)))


def percent(position: float, first: float, after: float) -> float:
    """Return where a position lies between two others, in percent, kept inside."""
    return 100.0 * min(1.0, max(0.0, (position - first) / max(1e-12, after - first)))


__all__ = [
    "COLUMNS",
    "Chart",
    "ChartMark",
    "Line",
    "envelope_path",
    "figure",
    "gaps_of",
    "limits",
    "line_path",
    "overview",
    "percent",
    "points_path",
    "spread",
    "time_ticks",
    "value_ticks",
]
