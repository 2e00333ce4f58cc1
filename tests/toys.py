"""Small algorithms of every shape, for the tests of the core: they are registered nowhere."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from agetech.core import Algorithm, Field, Front, Input, Param, Params, Record, Source, State, Step, Window, kernel, state_dtype
from agetech.units import ACCELERATION, NUMBER, PERCENT, SAMPLE, SECOND, Acceleration, Seconds

OWN = (Source("made for the tests", status="own"),)
ACC = Input("acc", ACCELERATION, "acceleration", "加速度", columns=("x", "y", "z"), rates=(20.0, 400.0), limit=2000.0, gravity=True)


class Side(StrEnum):
    LEFT = "left"
    RIGHT = "right"


class HitParams(Params):
    impact: Acceleration = Param(20.0, ge=5.0, le=200.0, en="an impact is above", zh="冲击阈值")
    pause: Seconds = Param(0.5, gt=0.0, le=10.0, en="time to the next impact", zh="两次冲击的最短间隔")
    side: Side = Param(Side.LEFT, en="side of the body", zh="身体侧别")


class HitPlan(NamedTuple):
    impact: float
    pause: int
    weights: np.ndarray


HIT_STATE = state_dtype([("index", "i8"), ("last", "i8"), ("level", "f8", 3)])


def hit_plan(p: HitParams, fs: float) -> HitPlan:
    return HitPlan(p.impact, max(1, round(p.pause * fs)), np.full(4, 0.25))


def hit_init(plan: HitPlan) -> State:
    record = np.zeros(1, HIT_STATE)
    record["last"] = -plan.pause
    return State(record, np.zeros(plan.pause))


def hit_step(plan, state, ring, x, out) -> int:
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        size = math.sqrt(x[row, 0] * x[row, 0] + x[row, 1] * x[row, 1] + x[row, 2] * x[row, 2])
        if size < math.inf:
            ring[s.index % p.pause] = size
            s.level[0] = 0.9 * s.level[0] + 0.4 * p.weights[1] * size
            if size > p.impact and s.index - s.last >= p.pause:
                s.last = s.index
                out[n].onset = s.index
                out[n].confirmed = s.index
                out[n].peak = size + s.level[0]
                n += 1
        s.index += 1
    return n


def hit_sound(plan: HitPlan, state: State) -> bool:
    return bool(state.record["index"][0] >= 0)


HIT_FIELDS = (
    Field("onset", "i8", SAMPLE, "sample of the impact", "冲击采样点"),
    Field("confirmed", "i8", SAMPLE, "sample of the row", "确认采样点"),
    Field("peak", "f8", ACCELERATION, "size and level", "幅值"),
)
HITS = Algorithm(
    id="toy.hits",
    version="1.2.0",
    title_en="Impacts",
    title_zh="冲击",
    source=OWN,
    inputs=(ACC,),
    output="events",
    fields=HIT_FIELDS,
    params=HitParams,
    anchor="onset",
    shape=Step(plan=hit_plan, init=hit_init, step=kernel(hit_step), most=lambda plan, n: n // plan.pause + 1, sound=hit_sound),
)


class AverageParams(Params):
    window: Seconds = Param(2.0, ge=0.5, le=60.0, en="length of the window", zh="窗长")


WINDOW_FIELDS = (
    Field("start", "i8", SAMPLE, "first sample", "起点"),
    Field("end", "i8", SAMPLE, "sample after the last", "终点"),
    Field("average", "f8", NUMBER, "average of the samples present", "均值"),
)


def average(params: AverageParams, fs: float, x: np.ndarray) -> tuple[float]:
    present = x[np.isfinite(x)]
    return (float(present.sum() / present.size) if present.size else math.nan,)


BREATH = Input("breathing", NUMBER, "breathing", "呼吸", rates=(4.0, 1000.0))
AVERAGES = Algorithm(
    id="toy.averages",
    version="1.0.0",
    title_en="Averages",
    title_zh="均值",
    source=OWN,
    inputs=(BREATH,),
    output="windows",
    fields=WINDOW_FIELDS,
    params=AverageParams,
    shape=Window(window=lambda p: p.window, hop=lambda p: p.window / 4, estimate=average),
)


class ThinPlan(NamedTuple):
    keep: int


THIN_STATE = state_dtype([("index", "i8"), ("level", "f8")])


def thin_plan(p: AverageParams, fs: float) -> ThinPlan:
    return ThinPlan(max(1, round(fs / 10.0)))


def thin_step(plan, state, ring, x, out) -> int:
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        value = x[row]
        if abs(value) < math.inf:
            s.level = 0.5 * s.level + 0.5 * value
        if s.index % p.keep == 0:
            out[n, 0] = s.level
            n += 1
        s.index += 1
    return n


THINNED = Algorithm(
    id="toy.thinned",
    version="1.0.0",
    title_en="Averages at 10 Hz",
    title_zh="10 Hz 均值",
    source=OWN,
    inputs=(BREATH,),
    output="windows",
    fields=WINDOW_FIELDS,
    params=AverageParams,
    grain=lambda p, fs: max(1, round(fs / 10.0)) * round(p.window / 4 * 10.0),
    shape=Window(
        window=lambda p: p.window,
        hop=lambda p: p.window / 4,
        estimate=average,
        front=Front(
            rate=10.0,
            plan=thin_plan,
            init=lambda plan: State(np.zeros(1, THIN_STATE), np.zeros(0)),
            step=kernel(thin_step),
            most=lambda plan, n: n // plan.keep + 1,
            position=lambda plan, k: k * plan.keep,
            columns=1,
        ),
    ),
)


class PairParams(Params):
    dip: float = Param(94.0, ge=50.0, le=100.0, en="low saturation below, %", zh="低饱和阈值，%")


class PairPlan(NamedTuple):
    dip: float


PAIR_STATE = state_dtype([("index", "i8"), ("depth", "f8"), ("low", "i8")])


def pair_breath(plan, state, ring, x, out) -> int:
    s = state[0]
    for row in range(x.shape[0]):
        if abs(x[row]) < math.inf:
            s.depth = 0.95 * s.depth + 0.05 * abs(x[row])
        s.index += 1
    return 0


def pair_oxygen(plan, state, ring, x, out) -> int:
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        low = 1 if x[row] < p.dip else 0
        if low > s.low:
            out[n].onset = s.index
            out[n].confirmed = s.index
            out[n].depth = s.depth
            n += 1
        s.low = low
    return n


SPO2 = Input("spo2", PERCENT, "oxygen saturation", "血氧饱和度", rates=(0.1, 100.0), limit=150.0)
DIPS = Algorithm(
    id="toy.dips",
    version="1.0.0",
    title_en="Dips of saturation with the depth of breathing",
    title_zh="血氧下降与呼吸深度",
    source=OWN,
    inputs=(BREATH, SPO2),
    output="events",
    fields=(*HIT_FIELDS[:2], Field("depth", "f8", NUMBER, "depth of breathing", "呼吸深度")),
    params=PairParams,
    shape=Step(
        plan=lambda p, fs: PairPlan(p.dip),
        init=lambda plan: State(np.zeros(1, PAIR_STATE), np.zeros(0)),
        step=(kernel(pair_breath), kernel(pair_oxygen)),
        most=lambda plan, n: n + 1,
    ),
)


class NoParams(Params):
    pass


def longest(params: NoParams, fs: float, x: np.ndarray) -> np.ndarray:
    rows = np.zeros(1 if len(x) else 0, np.dtype([("start", "i8"), ("end", "i8"), ("average", "f8")]))
    for row in rows:
        row["end"], row["average"] = len(x), average(params, fs, x)[0]
    return rows


WHOLE = Algorithm(
    id="toy.whole",
    version="1.0.0",
    title_en="One average of all",
    title_zh="整体均值",
    source=OWN,
    inputs=(BREATH,),
    output="windows",
    fields=WINDOW_FIELDS,
    params=NoParams,
    shape=Record(analyse=longest),
)


class BeatsPlan(NamedTuple):
    long: float


def pauses(plan, state, ring, x, out) -> int:
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        if x[row] > p.long:
            out[n].onset = s.index
            out[n].confirmed = s.index
            out[n].interval = x[row]
            n += 1
        s.index += 1
    return n


PAUSES = Algorithm(
    id="toy.pauses",
    version="1.0.0",
    title_en="Long intervals",
    title_zh="长间期",
    source=OWN,
    inputs=(Input("rr", SECOND, "intervals", "间期", kind="series"),),
    output="events",
    fields=(*HIT_FIELDS[:2], Field("interval", "f8", SECOND, "interval", "间期")),
    params=NoParams,
    shape=Step(
        plan=lambda p, fs: BeatsPlan(0.9),
        init=lambda plan: State(np.zeros(1, state_dtype([("index", "i8")])), np.zeros(0)),
        step=kernel(pauses),
        most=lambda plan, n: n,
    ),
)
TOYS = (HITS, AVERAGES, THINNED, DIPS, WHOLE, PAUSES)
