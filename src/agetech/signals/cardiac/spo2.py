"""cardiac.spo2: oxygen saturation by the ratio of ratios of a red and an infrared PPG, with the device's own curve.

In each window AC is the root mean square of the signal in a band of 0.6 to 4 Hz and DC its mean; the ratio
R = (AC/DC of red) / (AC/DC of infrared) is turned into percent by the device's calibration. There is no default
curve: it belongs to the optics and comes from a controlled desaturation study.

Source: Severinghaus and Honda 1987 (ratio of ratios). Departure: AC by least squares of one waveform on the other,
which ignores what the two do not share.
"""

# ruff: noqa: PLR2004 - levels stand where they are used, each beside its reason
from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.algorithm import Algorithm, Window
from agetech.core.declare import Field, Input, Source
from agetech.core.params import Param, Params
from agetech.core.runner import run
from agetech.units import BITS, NUMBER, PERCENT, SAMPLE, Number, Percent, Seconds

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal

BAND = (0.6, 4.0)  # Hz


class Spo2Reason(IntFlag):
    """Why no saturation is given."""

    MISSING = 1
    NO_LIGHT = 2
    WEAK = 4
    UNLIKE = 8
    OUT_OF_CURVE = 16


class Spo2Params(Params):
    """Parameters of `cardiac.spo2`: the curve belongs to the device and has no default."""

    offset: Number = Param(ge=50.0, le=150.0, en="curve: percent at ratio 0", zh="定标曲线：比值为0时的百分数")
    slope: Number = Param(ge=-80.0, le=20.0, en="curve: percent per ratio", zh="定标曲线：一次项")
    bend: Number = Param(0.0, ge=-40.0, le=40.0, en="curve: percent per squared ratio", zh="定标曲线：二次项")
    window: Seconds = Param(8.0, ge=4.0, le=60.0, en="length of a window", zh="窗长")
    hop: Seconds = Param(1.0, ge=0.5, le=60.0, en="from one window to the next", zh="窗移")
    likeness: Number = Param(
        0.8,
        ge=0.0,
        le=0.99,
        en="correlation of the two colours below which nothing is given",
        zh="两路波形相关低于此值则不输出",
        source="chosen here: ADR 0085",
    )
    floor: Percent = Param(70.0, ge=0.0, le=90.0, en="lowest saturation the curve is known for", zh="定标曲线下限")


def _pulsing(x: Signal, fs: float) -> Signal:
    """Return the part of x within the band, by the discrete Fourier transform of the window under a Hann taper.

    No sum here goes through BLAS: its order, and so the last bit, would hang on the processor.
    """
    taper = np.hanning(x.size + 2)[1:-1]
    place = np.arange(x.size) - 0.5 * (x.size - 1)
    line = np.mean(x) + place * (np.sum(place * x) / np.sum(place * place))
    spectrum = np.fft.rfft((x - line) * taper)
    frequency = np.fft.rfftfreq(x.size, 1.0 / fs)
    spectrum[(frequency < BAND[0]) | (frequency > BAND[1])] = 0.0
    return np.asarray(np.fft.irfft(spectrum, x.size))


def _estimate(p: Spo2Params, fs: float, x: Signal) -> tuple[float, float, float, int]:
    """Return saturation, ratio, likeness and reason of one window of red and infrared."""
    nothing = float("nan")
    good = np.isfinite(x).all(axis=1)
    if good.mean() < 0.9:
        return nothing, nothing, nothing, int(Spo2Reason.MISSING)
    place = np.arange(len(x))
    red, infrared = (np.interp(place, place[good], x[good, k]) for k in (0, 1))
    if red.mean() <= 0.0 or infrared.mean() <= 0.0:
        return nothing, nothing, nothing, int(Spo2Reason.NO_LIGHT)
    one, other = _pulsing(red / red.mean(), fs), _pulsing(infrared / infrared.mean(), fs)
    a, b, c = (float(np.sum(u * v)) for u, v in ((one, one), (other, other), (one, other)))
    if a <= 1e-14 * len(x) or b <= 1e-14 * len(x):
        return nothing, nothing, nothing, int(Spo2Reason.WEAK)
    like = c / (a * b) ** 0.5
    if like < p.likeness:
        return nothing, nothing, like, int(Spo2Reason.UNLIKE)
    ratio = c / b
    saturation = p.offset + p.slope * ratio + p.bend * ratio * ratio
    if not p.floor <= saturation <= 102.0:
        return nothing, ratio, like, int(Spo2Reason.OUT_OF_CURVE)
    return min(saturation, 100.0), ratio, like, 0


SPO2 = Algorithm(
    id="cardiac.spo2",
    version="1.0.0",
    title_en="Oxygen saturation by the ratio of ratios",
    title_zh="双波长比值法血氧饱和度",
    source=(
        Source(
            "Severinghaus JW, Honda Y. History of blood gas analysis. VII. Pulse oximetry. J Clin Monit 1987;3:135-138",
            "doi:10.1007/BF00858362",
        ),
    ),
    inputs=(
        Input(
            "ppg",
            NUMBER,
            "detected light, red and infrared, dark level taken off",
            "红光与红外光强（已扣除暗电平）",
            columns=("red", "infrared"),
            rates=(20.0, 1024.0),
        ),
    ),
    output="windows",
    fields=(
        Field("start", "i8", SAMPLE, "first sample", "首个采样点"),
        Field("end", "i8", SAMPLE, "one after the last sample", "末个采样点之后"),
        Field("spo2", "f8", PERCENT, "saturation, 0 to 100; NaN where withheld", "血氧饱和度，0至100；未给出时为NaN"),
        Field("ratio", "f8", NUMBER, "ratio of ratios", "双比值"),
        Field("likeness", "f8", NUMBER, "correlation of the two colours", "两路波形的相关系数"),
        Field(
            "reason",
            "i8",
            BITS,
            "why nothing is given: 1 missing, 2 no light, 4 weak, 8 unlike, 16 out of the curve",
            "未给出的原因：1 缺失，2 无光，4 过弱，8 波形不一致，16 超出曲线",
        ),
    ),
    params=Spo2Params,
    shape=Window(window=lambda p: p.window, hop=lambda p: p.hop, estimate=_estimate),
    grain=lambda p, fs: max(1, round(p.hop * fs)),
)


def estimate_spo2(ppg: Any, fs: float, *, params: Spo2Params | None = None, **values: Any) -> Records:
    """Return saturation by windows: `spo2` in percent 0 to 100, NaN where withheld (`reason`), with `ratio`.

    ppg: (n, 2), red and infrared light, positive; NaN is missing. offset, slope, bend: the device's own curve
    offset + slope R + bend R^2, required. SignalError for a wrong shape, type or rate; ParamsError without a curve.
    """
    return run(SPO2, ppg, fs, params=params, **values)
