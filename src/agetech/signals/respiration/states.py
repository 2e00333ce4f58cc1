"""`respiration.presence`: whether someone is there and lies still, each second, from a displacement in metres.

Moving: the speed of the quarter-second means, root mean square over one second, exceeds `motion`. Absent: what is left of
ten seconds after removing a straight line stays below twice the empty room's level (6 dB) for 30 s. Unknown: samples
are missing, or there is not enough history to say.
"""

from __future__ import annotations

from enum import IntEnum
from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agetech.core import Algorithm, Field, Input, Param, Params, Source, State, Step, kernel, state_dtype
from agetech.units import CODE, METRE, SAMPLE, SPEED, Metres, Seconds, Speed

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal

BLOCKS = 40  # quarter seconds of history: 10 s
LEAST_STEPS = 3  # of the four steps of a second must be known
ABSENT, STILL, MOVING, UNKNOWN = 0, 1, 2, 3  # as in Presence; kernels take plain numbers


class Presence(IntEnum):
    """What a second shows."""

    ABSENT = 0
    STILL = 1
    MOVING = 2
    UNKNOWN = 3


class PresenceParams(Params):
    """Settings of `respiration.presence`."""

    motion: Speed = Param(
        0.015, ge=0.001, le=1.0, en="speed above which a second counts as moving", zh="超过此速度视为体动", source="ADR 0104"
    )
    floor: Metres = Param(
        3e-5, ge=1e-7, le=0.01, en="level of the empty room (see empty_room_level)", zh="空房间的位移水平", source="ADR 0104"
    )
    absence: Seconds = Param(
        30.0,
        ge=10.0,
        le=600.0,
        en="how long the level must stay low before someone counts as absent",
        zh="判定无人所需的持续时间",
        source="design: 30 s",
    )


class Plan(NamedTuple):
    """Settings in samples."""

    block: int
    rate: float
    motion: float
    floor: float
    absence: int


STATE = state_dtype([("index", "i8"), ("count", "i8"), ("sum_", "f8"), ("blocks", "i8"), ("quiet", "i8"), ("state", "i8"), ("holes", "i8")])

FIELDS = (
    Field("start", "i8", SAMPLE, "first sample of the second", "该秒的第一个采样点"),
    Field("end", "i8", SAMPLE, "sample after the second", "该秒结束后的采样点"),
    Field("state", "i8", CODE, "absent, still, moving or unknown", "无人、静止、体动或未知", labels=Presence),
    Field(
        "speed", "f8", SPEED, "root mean square speed in the second; NaN where samples are missing", "该秒的均方根速度；采样缺失时为 NaN"
    ),
    Field("level", "f8", METRE, "standard deviation about a line over the last ten seconds", "最近十秒去趋势后的标准差"),
)


def plan(p: PresenceParams, fs: float) -> Plan:
    """Return the settings in samples at `fs` Hz."""
    block = max(1, round(fs / 4.0))
    return Plan(block, fs / block, p.motion, p.floor, round(p.absence))


def init(plan: Plan) -> State:
    """Return the state before the first sample."""
    record = np.zeros(1, STATE)
    record["state"] = UNKNOWN
    return State(record, np.full(BLOCKS, np.nan))


def sound(plan: Plan, state: State) -> bool:
    """Return whether a kernel can have left this state."""
    r = state.record[0]
    return bool(
        0 <= r["count"] <= plan.block
        and 0 <= r["state"] <= UNKNOWN
        and 0 <= r["blocks"] <= r["index"]
        and r["quiet"] >= 0
        and r["index"] >= 0
        and 0 <= r["holes"] <= plan.block
    )


def _level(ring: Signal) -> float:
    """Return the standard deviation of the blocks about their line; NaN where fewer than 30 of 40 are there. Order is free but for time."""
    n = 0
    t1 = 0.0
    t2 = 0.0
    y1 = 0.0
    ty = 0.0
    for k in range(BLOCKS):
        if ring[k] - ring[k] == 0.0:
            n += 1
            t1 += k
            y1 += ring[k]
    if 4 * n < 3 * BLOCKS:
        return float("nan")
    t1 /= n
    y1 /= n
    for k in range(BLOCKS):
        if ring[k] - ring[k] == 0.0:
            t2 += (k - t1) * (k - t1)
            ty += (k - t1) * (ring[k] - y1)
    slope = ty / t2
    square = 0.0
    for k in range(BLOCKS):
        if ring[k] - ring[k] == 0.0:
            away = ring[k] - y1 - slope * (k - t1)
            square += away * away
    return sqrt(square / n)


level_of = kernel(_level)


def _speed(ring: Signal) -> float:
    """Return the root mean square step between the last five blocks; NaN where fewer than three steps are known."""
    square = 0.0
    n = 0
    for k in range(BLOCKS - 4, BLOCKS):
        move = ring[k] - ring[k - 1]
        if move - move == 0.0:
            square += move * move
            n += 1
    return sqrt(square / n) if n >= LEAST_STEPS else float("nan")


speed_of = kernel(_speed)


def _judge(p: Any, s: Any, speed: float, level: float) -> None:
    """Set the state for one second."""
    low = level - level == 0.0 and level < 2.0 * p.floor
    s.quiet = s.quiet + 1 if low else 0
    if speed - speed != 0.0:
        s.state = UNKNOWN
        s.quiet = 0
    elif speed > p.motion:
        s.state = MOVING
    elif s.quiet >= p.absence:
        s.state = ABSENT
    elif level - level != 0.0:
        s.state = UNKNOWN
    elif not low:
        s.state = STILL
    elif s.state != STILL:
        s.state = ABSENT if s.state == ABSENT else UNKNOWN


judge = kernel(_judge)


def step(plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
    """Take displacements (n,), m; give one row a second (four blocks)."""
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        value = x[row]
        s.index += 1
        s.count += 1
        if value - value == 0.0:
            s.sum_ += value
        else:
            s.holes += 1
        if s.count < p.block:
            continue
        for k in range(BLOCKS - 1):
            ring[k] = ring[k + 1]
        ring[BLOCKS - 1] = s.sum_ / (s.count - s.holes) if 2 * s.holes < s.count else float("nan")
        s.count = 0
        s.holes = 0
        s.sum_ = 0.0
        s.blocks += 1
        if s.blocks % 4 == 0:
            speed = p.rate * speed_of(ring)
            level = level_of(ring)
            judge(p, s, speed, level)
            out[n].start = s.index - 4 * p.block
            out[n].end = s.index
            out[n].state = s.state
            out[n].speed = speed
            out[n].level = level
            n += 1
    return n


def _grain(p: PresenceParams, fs: float) -> int:
    return 4 * max(1, round(fs / 4.0))


PRESENCE = Algorithm(
    id="respiration.presence",
    version="1.0.0",
    title_en="Absent, still or moving, from displacement",
    title_zh="由位移判断无人、静止或体动",
    source=(Source("States and limits: agetech ADR 0104", status="own"),),
    inputs=(
        Input(
            "displacement", METRE, en="displacement of the chest, or of what the sensor sees", zh="胸壁或被测物的位移", rates=(4.0, 4000.0)
        ),
    ),
    output="windows",
    fields=FIELDS,
    params=PresenceParams,
    grain=_grain,
    shape=Step(plan=plan, init=init, step=kernel(step), most=lambda plan, n: n // (4 * plan.block) + 1, sound=sound),
)
