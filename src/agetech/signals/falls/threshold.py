"""`falls.threshold`: the plain multi-phase machine, free fall, impact, settling, lying with another posture.

It is short enough to be printed in a standard, and it is what `falls.impact` is compared with. Everything it does
stands in this file: each sample goes through `_step` once.
"""

from __future__ import annotations

from math import atan2, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agetech.core import Algorithm, Field, Input, Param, Params, Source, State, Step, kernel, state_dtype
from agetech.units import ACCELERATION, DEGREE, SAMPLE, Acceleration, Degrees, Seconds

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal

GRAVITY = 9.80665  # m/s2
WATCHING, FALLING, SETTLING, LYING = 0, 1, 2, 3
TUNED = "read from the developers' SisFall persons, see ADR 0071"


class ThresholdParams(Params):
    """Parameters of `falls.threshold`."""

    free_fall: Acceleration = Param(7.8, ge=1.0, le=9.5, en="an |a| below this starts a fall", zh="|a|低于此值开始跌倒阶段", source=TUNED)
    impact: Acceleration = Param(22.5, ge=11.0, le=150.0, en="an |a| above this is an impact", zh="|a|高于此值为冲击", source=TUNED)
    longest_fall: Seconds = Param(
        1.0, ge=0.1, le=3.0, en="longest time from free fall to impact", zh="自由落体至冲击的最长时间", source=TUNED
    )
    settle: Seconds = Param(1.0, ge=0.2, le=3.0, en="time to come to rest after the impact", zh="冲击后趋于静止的时间", source=TUNED)
    lying: Seconds = Param(1.5, ge=0.2, le=10.0, en="time over which lying is judged", zh="判定躺卧的时长", source=TUNED)
    tilt: Degrees = Param(40.0, ge=0.0, le=180.0, en="change of posture of a fall, at least", zh="跌倒的最小姿态变化", source=TUNED)
    activity: Acceleration = Param(4.9, ge=0.1, le=50.0, en="mean ||a| - g| of lying, at most", zh="躺卧时||a|-g|均值上限", source=TUNED)
    posture: Seconds = Param(1.0, ge=0.1, le=10.0, en="time constant of the posture before", zh="先前姿态的时间常数", source=TUNED)


class Plan(NamedTuple):
    """Parameters with times in samples."""

    free_fall: float
    impact: float
    longest_fall: int
    settle: int
    lying: int
    tilt: float
    activity: float
    share: float  # of a new sample in the posture


STATE = state_dtype(
    [
        ("index", "i8"),
        ("phase", "i8"),
        ("known", "i8"),  # samples in the posture
        ("onset", "i8"),
        ("impact", "i8"),
        ("peak", "f8"),
        ("lowest", "f8"),
        ("posture", "f8", 3),  # slow mean of the vector
        ("before", "f8", 3),  # the same when the fall began
        ("after", "f8", 3),  # sum of the vector while lying
        ("moved", "f8"),  # sum of ||a| - g| while lying
    ]
)

EVENTS = (
    Field("onset", "i8", SAMPLE, "first sample of free fall", "自由落体的第一个采样点"),
    Field("impact", "i8", SAMPLE, "sample of the largest |a|", "|a|最大的采样点"),
    Field("confirmed", "i8", SAMPLE, "sample at which lying was confirmed", "确认躺卧的采样点"),
    Field("peak", "f8", ACCELERATION, "largest |a|", "最大|a|"),
    Field("lowest", "f8", ACCELERATION, "smallest |a| before the impact", "冲击前最小|a|"),
    Field("tilt", "f8", DEGREE, "angle between the posture before and lying", "跌倒前姿态与躺卧姿态的夹角"),
    Field("activity", "f8", ACCELERATION, "mean ||a| - g| while lying", "躺卧时||a|-g|的均值"),
)


def plan(p: ThresholdParams, fs: float) -> Plan:
    """Return the parameters with times in samples at `fs` Hz."""
    longest, settle, lying = (max(1, round(time * fs)) for time in (p.longest_fall, p.settle, p.lying))
    return Plan(p.free_fall, p.impact, longest, settle, lying, p.tilt, p.activity, 1.0 / max(1.0, p.posture * fs))


def init(plan: Plan) -> State:
    """Return the state before the first sample."""
    return State(np.zeros(1, STATE), np.zeros(0))


def sound(plan: Plan, state: State) -> bool:
    """Return whether a loaded state can come from this machine."""
    s = state.record[0]
    return (
        0 <= int(s["onset"]) <= max(int(s["index"]), 0)
        and 0 <= int(s["impact"]) <= int(s["index"])
        and int(s["phase"]) in (WATCHING, FALLING, SETTLING, LYING)
        and 0 <= int(s["known"]) <= int(s["index"])
        and all(bool(np.isfinite(s[name]).all()) for name in ("peak", "lowest", "posture", "before", "after", "moved"))
    )


def _angle(a: Signal, b: Signal) -> float:
    """Return the angle between two vectors, deg."""
    x, y, z = a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]
    return atan2(sqrt(x * x + y * y + z * z), a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) * 57.29577951308232


angle = kernel(_angle)


def _step(plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
    """Take samples; write a row for each fall that they confirm; return how many."""
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        i = s.index
        s.index = i + 1
        m = sqrt(x[row, 0] * x[row, 0] + x[row, 1] * x[row, 1] + x[row, 2] * x[row, 2])
        if m - m != 0.0:  # missing: no fall spans a gap, and the posture before it is not known any more
            s.phase, s.known = WATCHING, 0
            continue
        if s.phase == WATCHING:
            if m < p.free_fall and s.known > 0:
                s.phase, s.onset, s.lowest = FALLING, i, m
                for j in range(3):
                    s.before[j] = s.posture[j]
        elif s.phase == FALLING:
            s.lowest = min(s.lowest, m)
            if m > p.impact:
                s.phase, s.impact, s.peak = SETTLING, i, m
            elif i - s.onset >= p.longest_fall:
                s.phase = WATCHING
        elif s.phase == SETTLING:
            if m > s.peak:
                s.impact, s.peak = i, m
            elif i - s.impact >= p.settle:
                s.phase, s.moved = LYING, 0.0
                for j in range(3):
                    s.after[j] = 0.0
        else:
            s.moved += abs(m - GRAVITY)
            for j in range(3):
                s.after[j] += x[row, j]
            if i - s.impact >= p.settle + p.lying:
                s.phase = WATCHING
                tilt, moved = angle(s.before, s.after), s.moved / p.lying
                if tilt >= p.tilt and moved <= p.activity:
                    event = out[n]
                    event.onset, event.impact, event.confirmed = s.onset, s.impact, i
                    event.peak, event.lowest, event.tilt, event.activity = s.peak, s.lowest, tilt, moved
                    n += 1
        s.known += 1
        share = max(p.share, 1.0 / s.known)
        for j in range(3):
            s.posture[j] += share * (x[row, j] - s.posture[j])
    return n


step = kernel(_step)

THRESHOLD = Algorithm(
    id="falls.threshold",
    version="1.0.0",
    title_en="Falls by thresholds, phase by phase",
    title_zh="分阶段阈值跌倒检测",
    source=(
        Source(
            "Bagala et al.: Evaluation of accelerometer-based fall detection algorithms on real-world falls, PLoS ONE 2012, 7, e37062",
            "doi:10.1371/journal.pone.0037062",
            "from memory",
        ),
        Source("agetech: thresholds read from the developers' SisFall persons", "", "own"),
    ),
    inputs=(
        Input(
            "acc",
            unit=ACCELERATION,
            en="acceleration including gravity, sensor at the waist in any orientation",
            zh="含重力的加速度，传感器佩戴于腰部，方向任意",
            columns=("x", "y", "z"),
            rates=(20.0, 400.0),
            limit=2000.0,
            gravity=True,
        ),
    ),
    output="events",
    fields=EVENTS,
    params=ThresholdParams,
    latency=lambda p: p.settle + p.lying + 0.05,
    anchor="impact",
    shape=Step(plan=plan, init=init, step=step, most=lambda plan, n: n // 2 + 2, sound=sound),
)
