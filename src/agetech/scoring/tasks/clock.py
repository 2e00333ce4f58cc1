"""Kinematics of a clock drawn with a digital pen: times in and between strokes, speed, smoothness, the shape of the face.

What a stroke belongs to (face, numeral, hand) is told by the row; this module segments nothing by guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, degrees, fsum, hypot, pi
from typing import NamedTuple

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks.event import Session, bounded, counted, reals
from agetech.scoring.tasks.reaction import mean_of, spread_of
from agetech.scoring.tasks.result import Findings, Found, missing

PAUSE = 0.5  # s: the project's own, after "think time" of the digital clock literature
JERK_POINTS = 4
FACE_POINTS = 3


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """hour, minute: the time to be set; pause: a longer break between strokes is thinking, s; y_axis: where y grows."""

    hour: int = 11
    minute: int = 10
    pause: float = PAUSE
    y_axis: str = "down"

    def __post_init__(self) -> None:
        counted("hour", self.hour, 12, 1)
        counted("minute", self.minute, 59)
        bounded("pause", self.pause, 0.0, 60.0)
        if self.y_axis not in ("down", "up"):
            raise ParamsError("E_TASK_SETTING", "y_axis", expected="down or up", got=str(self.y_axis))


class Stroke(NamedTuple):
    """One stroke of ink: times s, x and y in m, what it belongs to and which numeral or hand."""

    t: tuple[float, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    part: str | None = None
    name: str | None = None

    @property
    def steps(self) -> list[float]:
        """Return the distances between neighbouring samples, m."""
        return [hypot(bx - ax, by - ay) for ax, ay, bx, by in zip(self.x, self.y, self.x[1:], self.y[1:], strict=False)]


class Kinematics(NamedTuple):
    """Movement over all strokes: times s, path m, speeds m/s; jerk without unit. None where too few samples."""

    strokes: int
    samples: int
    total_time: float
    ink_time: float
    air_time: float
    think_time: float | None
    path_length: float
    mean_speed: float | None
    peak_speed: float | None
    speed_cv: float | None
    jerk: float | None


class Face(NamedTuple):
    """The drawn face: closure_gap and roundness without unit, centre in m."""

    closure_gap: float
    roundness: float
    centre: tuple[float, float]


def strokes_of(
    t: Sequence[float],
    x: Sequence[float],
    y: Sequence[float],
    pressure: Sequence[float],
    marks: Sequence[tuple[str | None, str | None]] | None = None,
) -> list[Stroke]:
    """Return the strokes: runs of samples with pressure above 0 and one mark. t: s, rising; x, y: m; all of one length.

    Raises SignalError for NaN, different lengths and times that do not rise.
    """
    times, xs, ys, force = reals("t", t), reals("x", x, -1e6), reals("y", y, -1e6), reals("pressure", pressure)
    told = [(None, None)] * len(times) if marks is None else list(marks)
    if len({len(times), len(xs), len(ys), len(force), len(told)}) > 1:
        raise SignalError("E_TASK_VALUE", "clock samples", expected="columns of one length", got="different lengths")
    if any(after <= before for before, after in pairwise(times)):
        raise SignalError("E_TASK_CLOCK", "clock samples: t", expected="rising times", got="a time that does not rise")
    runs: list[list[int]] = []
    for i, press in enumerate(force):
        if press > 0 and i > 0 and force[i - 1] > 0 and told[i] == told[i - 1]:
            runs[-1].append(i)
        elif press > 0:
            runs.append([i])
    pick = [(tuple(times[i] for i in run), tuple(xs[i] for i in run), tuple(ys[i] for i in run), *told[run[0]]) for run in runs]
    return [Stroke(*one) for one in pick]


def clock_kinematics(strokes: Sequence[Stroke], start: float | None = None, pause: float = PAUSE) -> Kinematics | None:
    """Return times, speed and jerk of the strokes in order; None without a stroke.

    total: from `start` (else the first ink) to the last ink; ink: within strokes; air: the rest; think: from start to the
    first ink and every pause between strokes longer than `pause`, None without a start. Speeds are those between
    neighbouring samples of one stroke; mean_speed is path / ink time; jerk is the mean magnitude of the third difference
    quotient of position times ink time^3 / path. Jerk depends on the device's rate: compare it on one device only.
    Source: terms of the digital clock drawing literature; formulas are the project's own.
    """
    if not strokes:
        return None
    first, last = strokes[0].t[0], strokes[-1].t[-1]
    begun = first if start is None else start
    if begun > first:
        raise SignalError("E_TASK_CLOCK", "clock samples: start", expected="before the first ink", got="a later time")
    ink = fsum(one.t[-1] - one.t[0] for one in strokes)
    gaps = [after.t[0] - before.t[-1] for before, after in pairwise(strokes)]
    think = None if start is None else first - begun + fsum(gap for gap in gaps if gap > pause)
    path = fsum(step for one in strokes for step in one.steps)
    speeds = [step / (b - a) for one in strokes for step, a, b in zip(one.steps, one.t, one.t[1:], strict=False)]
    mean, spread = mean_of(speeds), spread_of(speeds)
    jerks = [jerk for one in strokes for jerk in _jerks(one)]
    return Kinematics(
        len(strokes),
        sum(len(one.t) for one in strokes),
        last - begun,
        ink,
        last - begun - ink,
        think,
        path,
        path / ink if ink else None,
        max(speeds, default=None),
        spread / mean if spread is not None and mean else None,
        fsum(jerks) / len(jerks) * ink * ink * ink / path if jerks and path else None,
    )


def _jerks(one: Stroke) -> list[float]:
    """Return the magnitudes of the third difference quotients of position, m/s3, in one stroke."""
    if len(one.t) < JERK_POINTS:
        return []
    t: Sequence[float] = one.t
    parts = []
    for axis in (one.x, one.y):
        at, value = list(t), list(axis)
        for _ in range(3):
            value = [(b - a) / (v - u) for a, b, u, v in zip(value, value[1:], at, at[1:], strict=False)]
            at = [(u + v) / 2 for u, v in pairwise(at)]
        parts.append(value)
    return [hypot(jx, jy) for jx, jy in zip(*parts, strict=True)]


def face_of(strokes: Sequence[Stroke]) -> Face | None:
    """Return gap, roundness and centre of the face from its strokes, joined in order; None for no area.

    closure_gap: distance of start and end / path; roundness: 4 pi area / perimeter^2 of the closed outline, 1 for a circle.
    """
    x = [value for one in strokes for value in one.x]
    y = [value for one in strokes for value in one.y]
    if len(x) < FACE_POINTS:
        return None
    path = fsum(hypot(bx - ax, by - ay) for ax, ay, bx, by in zip(x, y, x[1:], y[1:], strict=False))
    gap = hypot(x[-1] - x[0], y[-1] - y[0])
    xs, ys = [value - x[0] for value in x], [value - y[0] for value in y]
    cross = [ax * by - bx * ay for ax, ay, bx, by in zip(xs, ys, xs[1:] + xs[:1], ys[1:] + ys[:1], strict=True)]
    twice = fsum(cross)
    if path == 0 or abs(twice) < 1e-12 * path * path:  # a line has no inside
        return None
    cx = fsum((a + b) * c for a, b, c in zip(xs, xs[1:] + xs[:1], cross, strict=True)) / (3 * twice)
    cy = fsum((a + b) * c for a, b, c in zip(ys, ys[1:] + ys[:1], cross, strict=True)) / (3 * twice)
    around = path + gap
    return Face(gap / path, 2 * pi * abs(twice) / (around * around), (cx + x[0], cy + y[0]))


def clock_angle(centre: tuple[float, float], point: tuple[float, float], *, y_down: bool = True) -> float:
    """Return the angle of a point seen from the centre, degrees clockwise from 12, 0 to 360."""
    up = centre[1] - point[1] if y_down else point[1] - centre[1]
    return degrees(atan2(point[0] - centre[0], up)) % 360


def angle_error(angle: float, wanted: float) -> float:
    """Return how far two angles are apart, degrees, 0 to 180."""
    return abs((angle - wanted + 180) % 360 - 180)


def found_clock(session: Session, settings: ClockSettings) -> Findings:
    """Return the measures of a drawn clock.

    Rows: `pen` samples, `condition` contour, numeral or hand, `expected` 1 to 12, or hour and minute; a `trial` row
    before them is the moment at which the person was asked to draw.
    """
    rows = session.of("pen")
    begun = session.of("trial")
    marks = [(row.condition, row.expected) for row in rows]
    columns = [[value / 1000 for value in (getattr(row, name) for row in rows)] for name in ("onset_ms", "x", "y")]
    strokes = strokes_of(columns[0], columns[1], columns[2], [row.pressure or 0.0 for row in rows], marks)
    got = clock_kinematics(strokes, begun[0].onset_ms / 1000 if begun else None, settings.pause)
    counts = {"samples": len(rows), "strokes": len(strokes)}
    names = [name for name in Kinematics._fields if name != "samples"]
    if got is None:
        return Findings({name: missing("not_recorded") for name in (*names, *_SHAPE)}, counts)
    found = {name: Found(getattr(got, name), got.samples) for name in names}
    if got.think_time is None:
        found["think_time"] = missing("start_not_recorded", got.samples)
    found |= _shape(strokes, settings)
    counts["numerals"] = found["numeral_error"].n
    return Findings(found, counts)


_SHAPE = ("closure_gap", "roundness", "numeral_error", "hour_hand_error", "minute_hand_error", "first_hand_latency")


def _shape(strokes: list[Stroke], settings: ClockSettings) -> dict[str, Found]:
    """Return what the marked strokes say about face, numerals and hands."""
    outline = [one for one in strokes if one.part == "contour"]
    hands = [i for i, one in enumerate(strokes) if one.part == "hand"]
    found = {name: missing("not_recorded") for name in _SHAPE}
    if hands and hands[0] > 0:
        found["first_hand_latency"] = Found(strokes[hands[0]].t[0] - strokes[hands[0] - 1].t[-1], 1)
    face = face_of(outline)
    if face is None:
        return found | (dict.fromkeys(_SHAPE[:5], missing("no_face")) if outline else {})
    n = sum(len(one.x) for one in outline)
    found |= {"closure_gap": Found(face.closure_gap, n), "roundness": Found(face.roundness, n)}
    down = settings.y_axis == "down"
    errors = [
        angle_error(
            clock_angle(face.centre, _middle([one for one in strokes if one.part == "numeral" and one.name == str(k)]), y_down=down), 30 * k
        )
        for k in range(1, 13)
        if any(one.part == "numeral" and one.name == str(k) for one in strokes)
    ]
    if errors:
        found["numeral_error"] = Found(fsum(errors) / len(errors), len(errors))
    targets = {"hour": (30 * settings.hour + settings.minute / 2) % 360, "minute": 6.0 * settings.minute}
    for name, wanted in targets.items():
        ink = [(x, y) for one in strokes if one.part == "hand" and one.name == name for x, y in zip(one.x, one.y, strict=True)]
        if ink:
            tip = max(ink, key=lambda point: hypot(point[0] - face.centre[0], point[1] - face.centre[1]))
            found[f"{name}_hand_error"] = Found(angle_error(clock_angle(face.centre, tip, y_down=down), wanted), len(ink))
    return found


def _middle(strokes: list[Stroke]) -> tuple[float, float]:
    """Return the middle of the box around some strokes, so that slow ink counts no more than quick ink."""
    x, y = [value for one in strokes for value in one.x], [value for one in strokes for value in one.y]
    return (min(x) + max(x)) / 2, (min(y) + max(y)) / 2
