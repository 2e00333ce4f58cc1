"""The layout of cardiac.beats: parameters, the plan in ticks and samples, and the state before the first sample."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agetech.core.algorithm import State
from agetech.core.declare import state_dtype
from agetech.core.params import Param, Params
from agetech.dsp.biquad import bandpass
from agetech.signals.cardiac.tables import table
from agetech.signals.cardiac.waves import FEATURES, PAST, SHAPES, SLOT, SLOTS
from agetech.units import Number, Seconds

if TYPE_CHECKING:
    from agetech.core.declare import Signal

FASTEST = 100.0  # Hz, the internal rate is this to twice this
NEVER = -1
FIRST = 1


class BeatsParams(Params):
    """Parameters of `cardiac.beats`."""

    apart: Seconds = Param(
        0.2, ge=0.15, le=0.4, en="least distance of two beats", zh="相邻心搏最短间隔", source="Pan and Tompkins 1985: 0.2 s"
    )
    overdue: Number = Param(
        1.66,
        ge=1.2,
        le=3.0,
        en="mean intervals without a beat before refused waves are looked at again",
        zh="超过多少个平均间期无心搏时回溯",
        source="Pan and Tompkins 1985: 1.66",
    )
    again: Number = Param(
        -2.0,
        ge=-6.0,
        le=0.0,
        en="logit above which a refused wave is then taken",
        zh="回溯时接受被拒波的对数几率下限",
        source="chosen here: ADR 0080",
    )
    learning: Seconds = Param(
        3.0, ge=2.0, le=8.0, en="time after the start whose waves set the first levels", zh="启动学习时长", source="chosen here: ADR 0080"
    )
    bridge: Seconds = Param(
        0.15, ge=0.02, le=0.5, en="a longer gap ends the run of beats", zh="超过此时长的缺失将中断心搏序列", source="chosen here: ADR 0080"
    )
    trust: Number = Param(
        3.2,
        ge=0.0,
        le=4.5,
        en="contrast + 2 x likeness from which beats are given; they are withheld 0.6 below",
        zh="对比度加两倍相似度达到此值才输出心搏",
        source="chosen here: ADR 0080",
    )


class Plan(NamedTuple):
    """The plan: rates, counts in ticks and samples, coefficients, and where each memory begins in the ring."""

    fs: float
    rate: float
    factor: int
    raw_size: int
    wave_size: int
    square_size: int
    arm: int
    span: int
    apart: int
    delay: int
    half: int
    smooth: int
    bridge: int
    learning: int
    overdue: float
    again: float
    trust: float
    bands: Signal
    weights: Signal
    kinds: Signal
    raw: int
    wave: int
    squares: int
    filters: int
    heights: int
    refused: int
    intervals: int
    sureties: int
    quiets: int
    sharps: int
    waiting: int
    shapes: int
    normal: int
    scratch: int
    room: int


STATE = state_dtype(
    [
        (name, "i8")
        for name in (
            "index",
            "place",
            "group",
            "valid",
            "missing",
            "tick",
            "lost",
            "since",
            "square",
            "rising",
            "peak_tick",
            "last_tick",
            "last",
        )
    ]
    + [
        (name, "i8")
        for name in (
            "waiting",
            "beats",
            "refused",
            "intervals",
            "quiets",
            "shapes",
            "strange",
            "wave_place",
            "learning",
            "due",
            "trusted",
            "remarks",
        )
    ]
    + [
        (name, "f8")
        for name in ("held", "total", "wave", "origin", "energy", "peak", "low", "height", "noise", "interval", "sharp", "lean", "surety")
    ]
)


def plan(p: BeatsParams, fs: float) -> Plan:
    """Return the parameters in ticks and samples, the filter at the internal rate, the coefficients and the ring's layout."""
    factor = max(1, int(fs // FASTEST))
    rate = fs / factor
    arm = round(0.14 * rate)
    sizes = {
        "raw": ceil(0.5 * fs) + 2 * factor,
        "wave": ceil((p.learning + 3.5) * rate),
        "squares": max(1, round(0.1 * rate)),
        "filters": 4,
    }
    sizes |= dict.fromkeys(("heights", "refused", "intervals", "sureties", "quiets", "sharps"), PAST)
    sizes |= {
        "waiting": SLOTS * SLOT,
        "shapes": SHAPES * (2 * arm + 1),
        "normal": 2 * arm + 1,
        "scratch": max(2 * arm + 1, 2 * round(0.08 * fs) + round(0.008 * fs) + 1) + PAST,
    }
    begins = np.cumsum([0, *sizes.values()])
    trained = table("beats")
    return Plan(
        fs, rate, factor, sizes["raw"], sizes["wave"], sizes["squares"], arm, 2 * arm + 1, round(p.apart * rate),
        round((0.086 - 0.5 / rate) * fs), round(0.08 * fs), max(1, round(0.008 * fs)), ceil(p.bridge * fs), round(p.learning * rate),
        p.overdue, p.again, p.trust, bandpass(2, 8.0, 20.0, rate),
        np.array([*(trained["weights"][name] for name in FEATURES), trained["bias"]]), np.array(trained["ventricular"]),
        *(int(at) for at in begins),
    )  # fmt: skip


def init(plan: Plan) -> State:
    """Return the state before the first sample: learning, nothing seen."""
    record = np.zeros(1, STATE)
    record["tick"] = record["last_tick"] = record["last"] = NEVER
    record["wave_place"] = plan.wave_size - 1
    record["lost"] = record["learning"] = 1
    record["due"] = plan.learning
    record["missing"] = plan.bridge  # nothing is bridged before the first sample
    record["interval"] = 0.8
    record["remarks"] = FIRST
    return State(record, np.zeros(plan.room))
