"""cardiac.bcg: heart beats from the recoil of the body on a chair or bed sensor, by the energy in a band of 4 to 11 Hz."""

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


class BcgParams(Params):
    """Parameters of `cardiac.bcg`."""

    apart: Seconds = Param(0.4, ge=0.25, le=0.8, en="least distance of two beats", zh="相邻心搏最短间隔", source="chosen here: ADR 0085")
    bridge: Seconds = Param(
        0.3, ge=0.05, le=1.0, en="a longer gap ends the train", zh="超过此时长的缺失将中断心搏序列", source="chosen here: ADR 0085"
    )
    trust: Number = Param(
        0.6,
        ge=0.0,
        le=0.95,
        en="likeness x evenness from which beats are given",
        zh="相似度乘以均匀度达到此值才输出",
        source="chosen here: ADR 0085",
    )


def plan(p: BcgParams, fs: float) -> trains.Plan:
    """Return the plan of the train for a ballistic complex."""
    return trains.make_plan(fs, rises=False, low=4.0, high=11.0, span=0.3, apart=p.apart, bridge=p.bridge, trust=p.trust, delay=0.2)


BCG = Algorithm(
    id="cardiac.bcg",
    version="1.0.0",
    title_en="Heart beats of a ballistocardiogram",
    title_zh="心冲击图心搏检测",
    source=(Source("Bruser C et al. Beat-to-beat heart rate in ballistocardiograms. IEEE Trans Inf Technol Biomed 2011;15:778-786"),),
    inputs=(
        Input("bcg", NUMBER, "force or displacement of a chair or bed, any scale", "座椅或床垫传感器信号，任意幅值", rates=(25.0, 1024.0)),
    ),
    output="events",
    fields=trains.FIELDS,
    params=BcgParams,
    shape=Step(plan=plan, init=trains.init, step=trains.step, most=trains.most, flush=trains.flush, sound=trains.sound),
    latency=lambda _p: 9.0,
    anchor="sample",
    grain=lambda _p, fs: max(1, int(fs // 50.0)),
)


def detect_bcg_beats(x: Any, fs: float, *, params: BcgParams | None = None, **values: Any) -> Records:
    """Return the heart beats of a ballistocardiogram: rows with `sample`, `quality`, `interval` and more.

    x: (n,), any scale, 25 to 1024 Hz; NaN is missing. `sample` lies near the middle of the complex, a constant time
    after the R peak. Where complexes are not alike or not even, beats are withheld. SignalError for a wrong shape, type
    or rate.
    """
    return run(BCG, x, fs, params=params, **values)
