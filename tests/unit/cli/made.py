"""Algorithms of our own making that the command line is tested with; plain Python kernels, small."""

from enum import IntEnum, StrEnum
from math import sqrt
from typing import NamedTuple

import numpy as np

from agetech.core import Algorithm, Field, Input, Param, Params, Record, Source, State, Step, Window, kernel, state_dtype
from agetech.units import ACCELERATION, CODE, NUMBER, SAMPLE, SECOND, Acceleration


class Where(StrEnum):
    WAIST = "waist"
    WRIST = "wrist"


class Kind(IntEnum):
    IMPACT = 0
    FALL = 2


class PeakParams(Params):
    placement: Where = Param(en="where the device is worn", zh="佩戴位置")
    impact: Acceleration = Param(35.0, ge=5.0, le=200.0, en="magnitude of an impact", zh="撞击阈值")
    strict: bool = Param(False, en="only falls", zh="仅跌倒")


class Plan(NamedTuple):
    impact: float
    wait: int


def plan(p, fs):
    return Plan(p.impact, round(fs))


STATE = state_dtype([("index", "i8"), ("impact", "i8"), ("top", "f8")])


def init(plan):
    record = np.zeros(1, STATE)
    record["impact"] = -1
    return State(record, np.zeros(0))


def step(plan, state, ring, x, out):
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        size = sqrt(x[row, 0] * x[row, 0] + x[row, 1] * x[row, 1] + x[row, 2] * x[row, 2])
        if s.impact >= 0 and s.index - s.impact >= p.wait:
            out[n].onset, out[n].impact, out[n].confirmed = s.impact, s.impact, s.index
            out[n].peak, out[n].confidence, out[n].kind = s.top, 0.5, 2
            n += 1
            s.impact = -1
        if size > p.impact and (s.impact < 0 or size > s.top):
            s.impact, s.top = s.index, size
        s.index += 1
    return n


ACC = Input("acc", ACCELERATION, "acceleration", "加速度", columns=("x", "y", "z"), rates=(20.0, 400.0), limit=2000.0, gravity=True)
PEAKS = Algorithm(
    id="made.peaks",
    version="1.0.0",
    title_en="Peaks",
    title_zh="峰值",
    source=(Source("Our own", "", "own"),),
    inputs=(ACC,),
    output="events",
    fields=(
        Field("onset", "i8", SAMPLE, "onset", "开始"),
        Field("impact", "i8", SAMPLE, "impact", "撞击"),
        Field("confirmed", "i8", SAMPLE, "confirmed", "确认"),
        Field("peak", "f8", ACCELERATION, "peak", "峰值"),
        Field("confidence", "f8", NUMBER, "confidence", "置信度"),
        Field("kind", "i8", CODE, "kind", "类别", labels=Kind),
    ),
    params=PeakParams,
    anchor="impact",
    latency=lambda p: 1.0,
    shape=Step(plan=plan, init=init, step=kernel(step), most=lambda plan, n: n // 20 + 2),
)


class LevelParams(Params):
    pass


def level(p, fs, x):
    return (float(np.abs(x).mean()) if np.isfinite(x).any() else float("nan"),)


LEVEL = Algorithm(
    id="made.level",
    version="1.0.0",
    title_en="Level",
    title_zh="水平",
    source=(Source("Our own", "", "own"),),
    inputs=(ACC,),
    output="windows",
    fields=(
        Field("start", "i8", SAMPLE, "start", "开始"),
        Field("end", "i8", SAMPLE, "end", "结束"),
        Field("level", "f8", ACCELERATION, "mean size", "平均值"),
    ),
    params=LevelParams,
    shape=Window(window=lambda p: 10.0, hop=lambda p: 5.0, estimate=level),
)

WHOLE = Algorithm(
    id="made.whole",
    version="1.0.0",
    title_en="Whole",
    title_zh="整体",
    source=(Source("Our own", "", "own"),),
    inputs=(Input("rr", SECOND, "beat intervals", "心搏间期", kind="series"),),
    output="series",
    fields=(Field("at", "i8", SAMPLE, "beat", "心搏"), Field("interval", "f8", SECOND, "interval", "间期")),
    params=LevelParams,
    shape=Record(analyse=lambda p, fs, x: np.array([(i, v) for i, v in enumerate(x)], dtype=[("at", "i8"), ("interval", "f8")])),
)
