"""A declared event algorithm and rows of our own making: what the report layer is tested with."""

from enum import IntEnum

import numpy as np

from agetech.core import Algorithm, Field, Input, Param, Params, Record, Source
from agetech.report import Evidence
from agetech.simulate import Direction, Fall, GetUp, Sensor, Still, Toss, Walk, perform
from agetech.units import ACCELERATION, CODE, NUMBER, SAMPLE, SECOND, Acceleration


class Kind(IntEnum):
    IMPACT = 0
    DEVICE_DROPPED = 1
    FALL = 2


class Stage(IntEnum):
    DETECTED = 1
    LONG_LIE = 3


class MadeParams(Params):
    impact: Acceleration = Param(24.5, ge=5.0, le=200.0, en="impact", zh="撞击")


FIELDS = (
    Field("onset", "i8", SAMPLE, "first sample of the fall", "跌倒的第一个采样点"),
    Field("impact", "i8", SAMPLE, "largest magnitude", "最大值"),
    Field("confirmed", "i8", SAMPLE, "sample at which the row was given", "给出该行时的采样点"),
    Field("peak", "f8", ACCELERATION, "largest magnitude", "最大值"),
    Field("free_fall", "f8", SECOND, "time below 0.7 g", "失重时间"),
    Field("confidence", "f8", NUMBER, "probability of a fall", "跌倒概率"),
    Field("kind", "i8", CODE, "what it was", "类别", labels=Kind),
    Field("stage", "i8", CODE, "how far it went", "阶段", labels=Stage),
    Field("clipped", "?", NUMBER, "an axis clipped", "超量程"),
    Field("features", "f8", NUMBER, "features", "特征", shape=(2,), parts=("a", "b")),
)
MADE = Algorithm(
    id="falls.made",
    version="1.2.3",
    title_en="Falls, made up",
    title_zh="虚构的跌倒检测",
    source=(Source("Our own", "", "own"),),
    inputs=(Input("acc", ACCELERATION, "acceleration", "加速度", columns=("x", "y", "z"), rates=(20.0, 400.0)),),
    output="events",
    fields=FIELDS,
    params=MadeParams,
    shape=Record(analyse=lambda p, fs, x: np.zeros(0)),
    anchor="impact",
)


def scene(seed=1):
    return perform(
        [Still(20.0), Walk(20.0), Toss(), Still(5.0), Walk(10.0), Fall(Direction.LEFT, 35.0), GetUp(), Still(5.0)],
        seed=seed,
        sensor=Sensor(),
    )


def evidence(**changes):
    """Return the evidence of a scene whose events were all found, the fall in two stages."""
    made = changes.pop("scene", None) or scene()
    toss, fall = made.truth
    rows = np.zeros(3, MADE.dtype)
    found = (
        (toss, Kind.DEVICE_DROPPED, Stage.DETECTED, 100),
        (fall, Kind.FALL, Stage.DETECTED, 150),
        (fall, Kind.FALL, Stage.LONG_LIE, 1500),
    )
    for row, (event, kind, stage, late) in zip(rows, found, strict=True):
        row["onset"], row["impact"], row["confirmed"] = event.onset, event.impact, event.impact + late
        row["peak"], row["free_fall"], row["confidence"] = 61.23456, 0.42, 0.0123 if kind is Kind.DEVICE_DROPPED else 0.98765
        row["kind"], row["stage"], row["clipped"] = kind, stage, False
    given = {
        "algorithm": MADE,
        "rows": rows,
        "signal": made.signal,
        "fs": made.fs,
        "params": MadeParams(),
        "origin": "simulated",
        "name": "made up",
        "spans": tuple((span.start, span.end, span.name) for span in made.spans),
        "truth": tuple((event.impact, str(event.kind)) for event in made.truth),
        "contributions": {1: {"peak": 2.5, "free_fall": 1.5, "tilt_change": 1.0, "activity_after": -0.4, "base": -0.25}},
    }
    return Evidence(**{**given, **changes})
