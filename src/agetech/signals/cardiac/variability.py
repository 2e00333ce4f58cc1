"""cardiac.hrv: heart rate variability of normal-to-normal intervals by the names of the Task Force of 1996.

Read from top to bottom: which intervals count (`_usable`), the measures in time (`_time`, `_blocks`), the spectrum
(`_bands`), and the refusals: a measure is NaN where its window cannot carry it, and `reason` says why.

Sources: Task Force 1996, tables 1 and 2 (names, bands, blocks of 5 min, bins of 1/128 s); Brennan 2001 (SD1, SD2 of the
Poincare plot by variances). Departures (ADR 0082): standard deviations divide by n - 1; pairs across an excluded
interval are left out; the intervals are interpolated by a spline of degree 7 at 4 Hz, as the cubic spline takes 1 %
of the power at 0.25 Hz; one Hann window over the whole stretch, corrected for its power.
"""

# ruff: noqa: PLR2004 - levels stand where they are used, each beside its reason
from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.algorithm import Algorithm, Record
from agetech.core.declare import Field, Input, Source
from agetech.core.params import Param, Params
from agetech.core.runner import run
from agetech.units import BITS, COUNT, MILLISECOND, NUMBER, PER_MINUTE, PERCENT, SAMPLE, SECOND, UNITS, Percent, Seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agetech.core.declare import Records, Signal

    Mask = NDArray[np.bool_]

BLOCK = 300.0  # s, Task Force 1996: SDANN and SDNN index
BIN = 1.0 / 128.0  # s, Task Force 1996: triangular index
GRID = 4.0  # Hz
BANDS = {"ulf": (0.0, 0.003), "vlf": (0.003, 0.04), "lf": (0.04, 0.15), "hf": (0.15, 0.40)}
LEAST = {"time": 30.0, "hf": 60.0, "lf": 120.0, "vlf": 300.0, "triangular": 1200.0, "ulf": 64800.0}  # s, chosen here: ADR 0082
LEAST_POWER = 1e-6  # ms2 of lf and hf together: below is rounding
MISREAD = 3600.0  # s: not an interval at all, its time is not known
LONGEST_HOLE = 5.0  # s that the spline may cross


class HrvReason(IntFlag):
    """Why measures are NaN."""

    SHORT = 1
    EXCLUDED = 2
    HOLE = 4


class HrvParams(Params):
    """Parameters of `cardiac.hrv`."""

    window: Seconds = Param(86400.0, ge=30.0, le=172800.0, en="length of a window; the last one may be shorter", zh="窗长；最后一窗可较短")
    shortest: Seconds = Param(
        0.24, ge=0.1, le=0.6, en="shorter intervals are excluded", zh="排除更短的间期", source="250 beats a minute: ADR 0082"
    )
    longest: Seconds = Param(
        3.0, ge=1.5, le=10.0, en="longer intervals are excluded", zh="排除更长的间期", source="20 beats a minute: ADR 0082"
    )
    tolerance: Percent = Param(
        100.0,
        ge=5.0,
        le=100.0,
        en="intervals further from the median of the eleven about them are excluded; 100 excludes none",
        zh="偏离邻近11个间期中位数超过此百分比者排除；100为不排除",
    )
    most_excluded: Percent = Param(
        10.0,
        ge=0.0,
        le=50.0,
        en="with more excluded no measure is given",
        zh="排除比例超过此值则不给出结果",
        source="chosen here: ADR 0082",
    )


def _usable(p: HrvParams, rr: Signal) -> Mask:
    """Return which intervals count: present, possible, and not out of line with their neighbours."""
    with np.errstate(invalid="ignore"):
        good = np.isfinite(rr) & (rr >= p.shortest) & (rr <= p.longest)
    if p.tolerance < 100.0 and good.sum() > 11:
        kept = rr[good]
        middle = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(kept, 5, mode="reflect"), 11), axis=1)
        good[np.flatnonzero(good)[np.abs(kept - middle) > p.tolerance / 100.0 * middle]] = False
    return good


NN50 = 50.0 + 1e-9  # ms; a step of 50 ms is not above it, whatever the last digits of a difference of seconds


def _time(rr: Signal, good: Mask) -> dict[str, float]:
    """Return the measures in time, in ms, % and 1; rr in s."""
    nn = rr[good] * 1e3
    pair = good[1:] & good[:-1]
    steps = np.diff(np.where(good, rr, 0.0))[pair] * 1e3
    found = {"mean_nn": float(nn.mean()), "heart_rate": 60e3 / float(nn.mean()), "sdnn": float(nn.std(ddof=1))}
    if steps.size > 1:
        spread = float(steps.var(ddof=1))
        found |= {
            "rmssd": float(np.sqrt(np.mean(steps * steps))),
            "sdsd": spread**0.5,
            "nn50": float(np.sum(np.abs(steps) > NN50)),
            "pnn50": float(100.0 * np.mean(np.abs(steps) > NN50)),
            "sd1": (spread / 2.0) ** 0.5,
            "sd2": max(0.0, 2.0 * found["sdnn"] ** 2 - spread / 2.0) ** 0.5,
        }
    return found


def _blocks(times: Signal, rr: Signal, good: Mask) -> dict[str, float]:
    """Return SDANN and SDNN index over the full blocks of 5 min, ms; at least two are needed."""
    block = np.floor(times / BLOCK).astype(np.int64)
    whole = [rr[good & (block == k)] * 1e3 for k in range(int(times[-1] // BLOCK))] if times.size else []
    whole = [one for one in whole if one.size > 30]
    if len(whole) < 2:
        return {}
    return {
        "sdann": float(np.std([one.mean() for one in whole], ddof=1)),
        "sdnn_index": float(np.mean([one.std(ddof=1) for one in whole])),
    }


def _triangular(rr: Signal) -> float:
    """Return the number of intervals over the height of their histogram with bins of 1/128 s."""
    return float(rr.size / np.bincount(np.floor(rr / BIN).astype(np.int64)).max())


def _bands(times: Signal, rr: Signal) -> dict[str, float]:
    """Return the power of each band, ms2; times (s) rise, rr in s."""
    from scipy.interpolate import make_interp_spline

    degree = min(7, 2 * ((rr.size - 2) // 2) + 1)
    grid = np.arange(times[0], times[-1], 1.0 / GRID)
    even = make_interp_spline(times, rr, k=degree)(grid) * 1e3
    taper = np.hanning(even.size + 2)[1:-1]
    even = (even - np.average(even, weights=taper)) * taper
    power = np.abs(np.fft.rfft(even)) ** 2
    power *= 2.0 / (even.size * np.sum(taper * taper))
    frequency = np.fft.rfftfreq(even.size, 1.0 / GRID)
    return {name: float(power[(frequency > low) & (frequency <= high)].sum()) for name, (low, high) in BANDS.items()}


def _window(p: HrvParams, rr: Signal) -> dict[str, float]:
    """Return the measures of one window; what is left out could not be given, `reason` says why."""
    good = _usable(p, rr)
    filled = np.where((rr > 0.0) & (rr < MISREAD), rr, np.median(rr[good]) if good.any() else 1.0)
    times = np.cumsum(filled)
    length = float(times[-1]) if times.size else 0.0
    excluded = 100.0 * (1.0 - good.mean()) if rr.size else 0.0
    found: dict[str, float] = {"duration": length, "intervals": int(good.sum()), "excluded": excluded, "reason": 0}
    if excluded > p.most_excluded:
        return found | {"reason": int(HrvReason.EXCLUDED)}
    if length < LEAST["time"] - 1e-9 or good.sum() < 8:
        return found | {"reason": int(HrvReason.SHORT)}
    found |= _time(rr, good) | _blocks(times, rr, good)
    if length >= LEAST["triangular"]:
        found["triangular"] = _triangular(rr[good])
    when = times[good]
    if np.diff(when).max() > LONGEST_HOLE:
        found["reason"] = int(HrvReason.HOLE)
        return found
    powers = _bands(when, rr[good])
    found |= {name: powers[name] for name in ("hf", "lf", "vlf", "ulf") if length >= LEAST[name] - 1.0}
    if "lf" in found and found["lf"] + found["hf"] > LEAST_POWER:
        found["lf_nu"], found["hf_nu"] = (100.0 * found[one] / (found["lf"] + found["hf"]) for one in ("lf", "hf"))
        found["lf_hf"] = found["lf"] / found["hf"] if found["hf"] > 0.0 else float("nan")
    if "vlf" in found:
        found["total_power"] = powers["ulf"] + powers["vlf"] + powers["lf"] + powers["hf"]
    if length < LEAST["vlf"] - 1.0:
        found["reason"] = int(HrvReason.SHORT)
    return found


def _analyse(p: HrvParams, _fs: Any, rr: Signal) -> Records:
    """Return one row a window of `p.window` seconds of intervals."""
    if rr.size == 0:
        return HRV.nothing
    finite = rr[(rr > 0.0) & (rr < MISREAD)]
    steps = np.where((rr > 0.0) & (rr < MISREAD), rr, np.median(finite) if finite.size else 1.0)
    window = np.floor(np.maximum(np.cumsum(steps) - 1e-9, 0.0) / p.window).astype(np.int64)
    edges = np.flatnonzero(np.diff(window, prepend=-1))
    out = np.zeros(edges.size, HRV.dtype)
    for row, (start, end) in enumerate(zip(edges, [*edges[1:], rr.size], strict=True)):
        found = _window(p, rr[start:end])
        for field in FIELDS:
            out[row][field.name] = found.get(field.name, float("nan")) if field.kind == "f8" else found.get(field.name, 0)
        out[row]["start"], out[row]["end"] = start, end
    return out


def _ms(name: str, en: str, zh: str) -> Field:
    return Field(name, "f8", MILLISECOND, en, zh)


MS2 = UNITS["ms2"]
FIELDS = (
    Field("start", "i8", SAMPLE, "first interval", "首个间期"),
    Field("end", "i8", SAMPLE, "one after the last interval", "末个间期之后"),
    Field("duration", "f8", SECOND, "length of the window", "窗口时长"),
    Field("intervals", "i8", COUNT, "intervals that count", "计入的间期数"),
    Field("excluded", "f8", PERCENT, "share of intervals that do not count", "排除的间期比例"),
    _ms("mean_nn", "mean interval", "平均正常间期"),
    Field("heart_rate", "f8", PER_MINUTE, "60 s over the mean interval", "平均心率"),
    _ms("sdnn", "standard deviation of intervals", "正常间期标准差"),
    _ms("rmssd", "root mean square of successive differences", "相邻间期差均方根"),
    _ms("sdsd", "standard deviation of successive differences", "相邻间期差标准差"),
    Field("nn50", "f8", COUNT, "successive differences above 50 ms", "相邻差大于50毫秒的个数"),
    Field("pnn50", "f8", PERCENT, "their share of all successive differences", "相邻差大于50毫秒的比例"),
    _ms("sdann", "standard deviation of the means of 5 min", "5分钟均值标准差"),
    _ms("sdnn_index", "mean of the standard deviations of 5 min", "5分钟标准差均值"),
    Field("triangular", "f8", NUMBER, "intervals over the height of their histogram", "三角指数"),
    _ms("sd1", "Poincare plot, across the diagonal", "庞加莱图短轴"),
    _ms("sd2", "Poincare plot, along the diagonal", "庞加莱图长轴"),
    Field("ulf", "f8", MS2, "power up to 0.003 Hz", "超低频功率"),
    Field("vlf", "f8", MS2, "power from 0.003 to 0.04 Hz", "极低频功率"),
    Field("lf", "f8", MS2, "power from 0.04 to 0.15 Hz", "低频功率"),
    Field("hf", "f8", MS2, "power from 0.15 to 0.40 Hz", "高频功率"),
    Field("total_power", "f8", MS2, "power up to 0.40 Hz", "总功率"),
    Field("lf_nu", "f8", PERCENT, "lf over lf + hf", "归一化低频"),
    Field("hf_nu", "f8", PERCENT, "hf over lf + hf", "归一化高频"),
    Field("lf_hf", "f8", NUMBER, "lf over hf", "低频与高频之比"),
    Field(
        "reason", "i8", BITS, "why measures are NaN: 1 short, 2 too many excluded, 4 a hole", "结果缺失原因：1 过短，2 排除过多，4 有空洞"
    ),
)
RR = Input(
    "rr", SECOND, "intervals between normal beats, one a beat; NaN is excluded", "正常心搏间期，每搏一个；NaN表示排除", kind="series"
)
HRV = Algorithm(
    id="cardiac.hrv",
    version="1.0.0",
    title_en="Heart rate variability",
    title_zh="心率变异性",
    source=(
        Source("Task Force of the ESC and NASPE. Heart rate variability. Circulation 1996;93:1043-1065", "doi:10.1161/01.CIR.93.5.1043"),
        Source("Brennan M, Palaniswami M, Kamen P. IEEE Trans Biomed Eng 2001;48:1342-1347", "doi:10.1109/10.959330"),
    ),
    inputs=(RR,),
    output="windows",
    fields=FIELDS,
    params=HrvParams,
    shape=Record(analyse=_analyse),
)


def hrv(rr: Any, *, params: HrvParams | None = None, **values: Any) -> Records:
    """Return the variability of intervals: one row a window, `sdnn`, `rmssd`, `lf`, `hf` and more in ms, ms2 and %.

    rr: (n,), s, normal-to-normal, one a beat; NaN marks an excluded beat and breaks the pair on both sides. By default
    all of it is one window. A measure that its window cannot carry is NaN (`reason`): 30 s for time, 60 s for hf, 120 s
    for lf, 300 s for vlf, 20 min for the triangular index, 18 h for ulf; and everything where more than 10 % of the
    intervals are excluded. SignalError for a wrong shape or type. Sources: Task Force 1996, Brennan 2001.
    """
    return run(HRV, rr, params=params, **values)
