"""`falls.impact`: falls from one accelerometer, by candidate impacts, named features and a small fixed classifier.

Here: parameters, fields, plan, the algorithm and its doors. Read on in `machine.py` (what happens to each sample),
`features.py` (what is measured of a candidate) and `model.py` (how that becomes a confidence).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agetech.core import Algorithm, Field, Input, Param, Params, Source, Step
from agetech.dsp.resample import grid, ratio
from agetech.signals.falls.features import RATE
from agetech.signals.falls.kinds import FallKind, FallStage, Placement, PlacementCode, Remark
from agetech.signals.falls.machine import finish, init, sound, step
from agetech.signals.falls.model import contributions, model
from agetech.signals.falls.named import COUNT, NAMES
from agetech.units import ACCELERATION, BITS, CODE, DEGREE, NUMBER, SAMPLE, SECOND, Acceleration, Number, Seconds

if TYPE_CHECKING:
    from agetech.core.declare import Signal

BRIDGE = 0.3  # s, longest distance of two samples that is interpolated across. Chosen here: see ADR 0070
LATENCY = 4.0  # s, most from the impact to its row of stage DETECTED


class FallParams(Params):
    """Parameters of `falls.impact`; the coefficients of the classifier come with the placement."""

    placement: Placement = Param(
        en="where the sensor is worn; waist includes lower back and chest", zh="传感器佩戴位置；腰部包括下背和胸部"
    )
    margin: Number = Param(
        0.0,
        ge=-24.0,
        le=24.0,
        en="log-odds by which the decision is stricter than the placement's own threshold",
        zh="判定比该佩戴位置自身阈值更严格的对数几率",
        source="0: threshold trained on the developers' persons",
    )
    gate: Acceleration = Param(
        13.5,
        ge=11.0,
        le=60.0,
        en="an |a| above this is a candidate impact",
        zh="|a|高于此值为候选冲击",
        source="all 525 falls of the developers' SisFall persons peak above 17.4 m/s2",
    )
    drop_level: Acceleration = Param(
        1.0,
        ge=0.1,
        le=4.0,
        en="an |a| below this is free flight of the device",
        zh="|a|低于此值视为设备自由飞行",
        source="about 0.1 g; ADR 0070",
    )
    drop_time: Seconds = Param(
        0.25,
        ge=0.1,
        le=2.0,
        en="free flight of this length is a dropped or tossed device, not a fall",
        zh="达到此时长的自由飞行视为设备跌落或抛掷，而非跌倒",
        source="the longest in the developers' recordings is 0.08 s; ADR 0070",
    )
    long_lie_first: Seconds = Param(
        30.0, ge=5.0, le=86400.0, en="first limit of lying without recovery", zh="未恢复躺卧的第一时限", source="ADR 0070"
    )
    long_lie_second: Seconds = Param(
        60.0, ge=5.0, le=86400.0, en="second limit of lying without recovery", zh="未恢复躺卧的第二时限", source="ADR 0070"
    )
    long_lie_third: Seconds = Param(
        3600.0, ge=5.0, le=86400.0, en="third limit of lying without recovery", zh="未恢复躺卧的第三时限", source="ADR 0070"
    )


ACC = Input(
    "acc",
    unit=ACCELERATION,
    en="acceleration including gravity, any orientation of the sensor",
    zh="含重力的加速度，传感器方向任意",
    columns=("x", "y", "z"),
    rates=(20.0, 400.0),
    limit=2000.0,
    gravity=True,
)

FIELDS = (
    Field("onset", "i8", SAMPLE, "first sample of the fall phase, within 1.2 s before the impact", "跌倒阶段的第一个采样点，冲击前1.2秒内"),
    Field("impact", "i8", SAMPLE, "sample of the largest |a|", "|a|最大的采样点"),
    Field(
        "settled",
        "i8",
        SAMPLE,
        "sample from which the body stays quiet; -1: not within 3.4 s",
        "身体保持静止的起始采样点；-1表示3.4秒内未见",
    ),
    Field("confirmed", "i8", SAMPLE, "sample at which the row was given", "该行输出时的采样点"),
    Field("peak", "f8", ACCELERATION, "largest |a|", "最大|a|"),
    Field("lowest", "f8", ACCELERATION, "smallest 20 ms mean of |a| in the 1.2 s before the impact", "冲击前1.2秒|a|的最小20毫秒均值"),
    Field(
        "free_fall",
        "f8",
        SECOND,
        "time with |a| under 0.7 of gravity in the 1.2 s before the impact",
        "冲击前1.2秒内|a|低于0.7倍重力的时间",
    ),
    Field("tilt", "f8", DEGREE, "angle between gravity before and at the end of the after-window", "冲击前与后窗末重力方向的夹角"),
    Field("activity", "f8", ACCELERATION, "mean of ||a| - g|, 1 to 3.4 s after the impact", "冲击后1至3.4秒||a|-g|的均值"),
    Field("confidence", "f8", NUMBER, "probability that the impact is a fall; NaN: not judged", "该冲击为跌倒的概率；NaN表示未判定"),
    Field("kind", "i8", CODE, "what the impact was taken for", "冲击的判定类别", labels=FallKind),
    Field(
        "stage",
        "i8",
        CODE,
        "stage of the event; later stages repeat the row of the fall",
        "事件阶段；后续阶段重复该跌倒的行",
        labels=FallStage,
    ),
    Field("placement", "i8", CODE, "placement whose coefficients were used", "所用系数对应的佩戴位置", labels=PlacementCode),
    Field("remarks", "i8", BITS, "what to know about the data, see Remark", "数据备注，见Remark"),
    Field("features", "f8", NUMBER, "the named features of the impact", "冲击的命名特征", shape=(COUNT,), parts=NAMES),
)


class Plan(NamedTuple):
    """Parameters in ticks and squares, the resampler's grid, and the coefficients of the placement."""

    rows: int
    boxes: int
    whole: int
    rest: int
    bridge: int
    share_: float
    placement: int
    remark: int
    gate: float  # (m/s2)2
    flight_level: float
    flight_ticks: int
    lies: Signal  # ticks, ascending, infinite where limits coincide
    posture: int
    threshold: float
    bias: float
    share: float
    gain: float
    center: Signal
    scale: Signal
    weight: Signal
    cross: Signal
    asked: Signal
    cut: Signal
    leaf: Signal


def plan(p: FallParams, fs: float) -> Plan:
    """Return the plan for an input at `fs` Hz."""
    m = model(str(p.placement))
    limits = sorted({p.long_lie_first, p.long_lie_second, p.long_lie_third})
    lies = np.full(3, np.inf)
    lies[: len(limits)] = np.array(limits) * RATE
    return Plan(
        *grid(fs, RATE, BRIDGE),
        placement=int(PlacementCode[p.placement.name]),
        remark=0 if m.measured else int(Remark.NOT_MEASURED),
        gate=p.gate * p.gate,
        flight_level=p.drop_level,
        flight_ticks=max(1, round(p.drop_time * RATE)),
        lies=lies,
        posture=int(m.posture),
        threshold=m.threshold + p.margin,
        bias=m.bias,
        share=m.share,
        gain=m.gain,
        center=m.center,
        scale=m.scale,
        weight=m.weight,
        cross=m.cross,
        asked=m.asked,
        cut=m.cut,
        leaf=m.leaf,
    )


def most(plan: Plan, n: int) -> int:
    """Return the most rows that `n` input rows can give: a candidate a second, and what follows a fall."""
    return 8 + 4 * int((n + plan.bridge) * plan.boxes / plan.rows / RATE + 1.0)


IMPACTS = Algorithm(
    id="falls.impact",
    version="1.0.0",
    title_en="Falls from an accelerometer",
    title_zh="加速度计跌倒检测",
    source=(
        Source("agetech: candidate machine, features and coefficients made by benchmarks/falls", "", "own"),
        Source("Sucerquia, Lopez, Vargas-Bonilla: SisFall, Sensors 2017, 17, 198 (recordings)", "doi:10.3390/s17010198", "from memory"),
        Source("Marques: WEDA-FALL (recordings)", "https://github.com/joaojtmarques/WEDA-FALL", "from memory"),
    ),
    inputs=(ACC,),
    output="events",
    fields=FIELDS,
    params=FallParams,
    latency=lambda p: LATENCY,
    anchor="impact",
    grain=lambda p, fs: ratio(fs, RATE)[0],
    shape=Step(plan=plan, init=init, step=step, most=most, flush=finish, sound=sound),
)


def explain(row: Any) -> dict[str, float]:
    """Return what each named feature added to the log-odds of a row; with `base` and `limit` they sum to it.

    row: one row of `falls.impact`. An empty mapping for a row that was not judged (confidence NaN).
    """
    if np.isnan(row["confidence"]):
        return {}
    name = PlacementCode(int(row["placement"])).name.lower()
    return contributions(model(name), np.asarray(row["features"], np.float64))
