"""cardiac.ppg: pulses of a finger or wrist photoplethysmogram, by the sum of rises (Zong 2003) in a band of 0.6 to 6 Hz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agetech.core.algorithm import Algorithm, Step
from agetech.core.declare import Input, Source
from agetech.core.params import Param, Params
from agetech.core.runner import run
from agetech.signals.cardiac import trains
from agetech.units import NUMBER, Number, Seconds

if TYPE_CHECKING:
    from agetech.core.declare import Records


class PpgParams(Params):
    """Parameters of `cardiac.ppg`."""

    apart: Seconds = Param(0.28, ge=0.2, le=0.6, en="least distance of two pulses", zh="相邻脉搏最短间隔", source="chosen here: ADR 0085")
    bridge: Seconds = Param(
        0.3, ge=0.05, le=1.0, en="a longer gap ends the train", zh="超过此时长的缺失将中断脉搏序列", source="chosen here: ADR 0085"
    )
    trust: Number = Param(
        0.6,
        ge=0.0,
        le=0.95,
        en="likeness x evenness from which pulses are given",
        zh="相似度乘以均匀度达到此值才输出",
        source="chosen here: ADR 0085",
    )


def plan(p: PpgParams, fs: float) -> trains.Plan:
    """Return the plan of the train for a pulse wave."""
    return trains.make_plan(fs, rises=True, low=0.6, high=6.0, span=0.16, apart=p.apart, bridge=p.bridge, trust=p.trust, delay=0.1)


PULSES = Algorithm(
    id="cardiac.ppg",
    version="1.0.0",
    title_en="Pulses of a photoplethysmogram",
    title_zh="光电容积脉搏波检测",
    source=(
        Source("Zong W et al. An open-source algorithm to detect onset of arterial blood pressure pulses. Comput Cardiol 2003;30:259-262"),
    ),
    inputs=(Input("ppg", NUMBER, "photoplethysmogram of any scale", "光电容积脉搏波，任意幅值", rates=(20.0, 1024.0)),),
    output="events",
    fields=trains.FIELDS,
    params=PpgParams,
    shape=Step(plan=plan, init=trains.init, step=trains.step, most=trains.most, flush=trains.flush, sound=trains.sound),
    latency=lambda _p: 9.0,
    anchor="sample",
    grain=lambda _p, fs: max(1, int(fs // 50.0)),
)


def detect_pulses(ppg: Any, fs: float, *, params: PpgParams | None = None, **values: Any) -> Records:
    """Return the pulses of a photoplethysmogram: rows with `sample`, `quality`, `interval` and more.

    ppg: (n,), any scale, 20 to 1024 Hz; NaN is missing. `sample` lies near the steepest rise. Where the waves are not
    alike or not even, pulses are withheld: rate and coverage over windows are `pulse_rate`'s. SignalError for a wrong
    shape, type or rate.
    """
    return run(PULSES, ppg, fs, params=params, **values)
