"""sleep.apnea_minutes: the probability that a minute of the night holds apnea or hypopnea, from beat times alone.

With each apnea the heart slows and speeds up again, in cycles of 20 to 70 s. Read from top to bottom: `_intervals`
cleans the beats, `_features` measures bands, autocorrelation and spread of the intervals about each minute in windows
of 1, 3 and 5 min, `_context` adds the minutes about it and the night's own level, `_odds` adds up a table of small
trees. A screening aid: no oxygen, no breathing is seen, and nothing here is a diagnosis.

Source: Penzel 2002 (what the entries of the PhysioNet challenge of 2000 looked at). Departure: the classifier, ADR 0086.
"""

# ruff: noqa: PLR2004 - levels stand where they are used, each beside its reason
from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.algorithm import Algorithm, Record
from agetech.core.declare import Field, Input, Source
from agetech.core.params import Param, Params
from agetech.core.runner import run
from agetech.units import NUMBER, PERCENT, SAMPLE, SECOND, Number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agetech.core.declare import Records, Signal

GRID = 2.0  # Hz
EDGES = (0.005, 0.01, 0.017, 0.025, 0.035, 0.05, 0.08, 0.15, 0.25, 0.4)  # Hz
WINDOWS = (60.0, 180.0, 300.0)  # s
AROUND = (1, -1, 2, -2, 4, -4)  # minutes whose features are added
CYCLE = (18.0, 75.0)  # s, lags of the autocorrelation
LONGEST = 1440 * 3  # minutes


class ApneaParams(Params):
    """Parameters of `sleep.apnea_minutes`."""

    threshold: Number = Param(0.5, ge=0.05, le=0.95, en="probability from which a minute counts as apnea", zh="判为呼吸暂停分钟的概率下限")


def _median_of(x: Signal, size: int) -> Signal:
    return np.asarray(np.median(np.lib.stride_tricks.sliding_window_view(np.pad(x, size // 2, mode="edge"), size), axis=1))


def _intervals(times: Signal) -> tuple[Signal, Signal]:
    """Return times and lengths (s) of intervals that are possible and within a fifth of the median of eleven."""
    rr, at = np.diff(times), times[1:]
    fair = (rr > 0.35) & (rr < 2.0)
    rr, at = rr[fair], at[fair]
    if rr.size == 0:
        return at, rr
    middle = _median_of(rr, 11)
    fair = np.abs(rr - middle) < 0.2 * middle
    return at[fair], rr[fair]


def _bands(w: Signal) -> Signal:
    """Return the log power of the windows (rows) in each band."""
    taper = np.hanning(w.shape[1])
    power = np.abs(np.fft.rfft((w - w.mean(axis=1, keepdims=True)) * taper, axis=1)) ** 2 * 2.0 / (np.sum(taper**2) * GRID)
    f = np.fft.rfftfreq(w.shape[1], 1.0 / GRID)
    return np.stack([np.log(power[:, (f >= a) & (f < b)].sum(axis=1) * f[1] + 1e-7) for a, b in pairwise(EDGES)], axis=1)


def _smooth(x: Signal, size: int) -> Signal:
    """Return the moving mean of each row over `size` points, zeros beyond the ends."""
    sums = np.cumsum(np.pad(x, ((0, 0), (size // 2 + 1, size - 1 - size // 2))), axis=1)
    return np.asarray((sums[:, size:] - sums[:, :-size]) / size)


def _cycles(w: Signal) -> Signal:
    """Return height, depth and lag (min) of the autocorrelation of the windows over lags of 18 to 75 s."""
    d = _smooth(w - w.mean(axis=1, keepdims=True), int(4 * GRID))
    d = d - _smooth(d, int(90 * GRID) + 1)
    n = w.shape[1]
    correlation = np.fft.irfft(np.abs(np.fft.rfft(d, 2 * n, axis=1)) ** 2, axis=1)[:, :n]
    correlation = correlation / (correlation[:, :1] + 1e-12)
    first, last = int(CYCLE[0] * GRID), int(CYCLE[1] * GRID)
    part = correlation[:, first:last]
    return np.stack([part.max(axis=1), part.min(axis=1), (np.argmax(part, axis=1) + first) / GRID / 60.0], axis=1)


def _features(at: Signal, rr: Signal, minutes: int) -> Signal:
    """Return the features (minutes, k) of intervals rr (s) that end at `at` (s)."""
    x = np.interp(np.arange(0.0, minutes * 60.0, 1.0 / GRID), at, rr)
    level = np.median(x)
    centres = ((np.arange(minutes) * 60 + 30) * GRID).astype(np.int64)
    columns = []
    for window in WINDOWS:
        half = int(window * GRID / 2)
        w = np.lib.stride_tricks.sliding_window_view(np.pad(x, half, mode="reflect" if x.size > half else "edge"), 2 * half)[centres]
        bands = _bands(w)
        columns += [bands, np.log(np.exp(bands).sum(axis=1))[:, None]]
        if window > WINDOWS[0]:
            columns.append(_cycles(w))
        low, first, middle, last = np.percentile(w, (2, 10, 50, 90), axis=1)
        mean = w.mean(axis=1)
        steps = np.abs(np.diff(w, axis=1)).mean(axis=1)
        columns.append(
            np.stack([np.log(mean / level), w.std(axis=1) / mean, np.log(last / first), np.log(steps + 1e-5), np.log(low / middle)], axis=1)
        )
    return np.concatenate(columns, axis=1)


def _context(x: Signal) -> Signal:
    """Return the features with those of the minutes about, their means over a quarter of an hour, and the night's level."""
    places = np.arange(len(x))
    around = [x[np.clip(places - shift, 0, len(x) - 1)] for shift in (0, *AROUND)]
    padded = np.cumsum(np.pad(np.pad(x, ((7, 7), (0, 0)), mode="edge"), ((1, 0), (0, 0))), axis=0)
    return np.concatenate([*around, x - np.median(x, axis=0), (padded[15:] - padded[:-15]) / 15.0], axis=1)


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = files("agetech.signals.sleep").joinpath("coefficients", "apnea_minutes.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table


def _odds(x: Signal, table: dict[str, Any]) -> Signal:
    """Return the log odds: the bias plus one leaf of each tree. A tree is (feature, limit, left, right, value) a node."""
    total = np.full(len(x), float(table["bias"]))
    for tree in table["trees"]:
        feature, left, right = (np.array(tree[name], dtype=np.int64) for name in ("feature", "left", "right"))
        limit, value = (np.array(tree[name], dtype=np.float64) for name in ("limit", "value"))
        node = np.zeros(len(x), dtype=np.int64)
        for _ in range(table["depth"]):
            inner = left[node] > 0
            went = np.where(x[np.arange(len(x)), feature[node]] <= limit[node], left[node], right[node])
            node = np.where(inner, went, node)
        total += value[node]
    return total


def minute_features(times: Signal, minutes: int) -> tuple[Signal, Signal]:
    """Return features in context (minutes, k), and the share of each minute that is covered by usable intervals."""
    at, rr = _intervals(times)
    cover = np.bincount(np.clip((at // 60.0).astype(np.int64), 0, minutes), weights=rr, minlength=minutes + 1)[:minutes] / 60.0
    if rr.size < 30:
        return np.zeros((minutes, 0)), np.minimum(cover, 1.0)
    return _context(_features(at, rr, minutes)), np.minimum(cover, 1.0)


def _analyse(p: ApneaParams, _fs: Any, beats: NDArray[np.float64]) -> Records:
    """Return one row a whole minute from time 0; with under half a minute of usable intervals no probability."""
    times = np.unique(beats[np.isfinite(beats) & (beats >= 0.0)])
    minutes = min(LONGEST, int(times[-1] // 60.0)) if times.size else 0
    out = np.zeros(minutes, APNEA_MINUTES.dtype)
    if minutes == 0:
        return out
    x, cover = minute_features(times, minutes)
    out["minute"] = np.arange(minutes)
    out["time"] = 60.0 * np.arange(minutes)
    out["coverage"] = 100.0 * cover
    odds = _odds(x, _table()) if x.shape[1] else np.full(minutes, np.nan)
    out["probability"] = np.where(cover >= 0.5, 1.0 / (1.0 + np.exp(-odds)), np.nan)
    with np.errstate(invalid="ignore"):
        out["apnea"] = out["probability"] >= p.threshold
    return out


APNEA_MINUTES = Algorithm(
    id="sleep.apnea_minutes",
    version="1.0.0",
    title_en="Minutes with apnea from beat times",
    title_zh="基于心搏时刻的呼吸暂停分钟筛查",
    source=(
        Source(
            "Penzel T et al. Algorithms for apnoea detection based on the ECG. Med Biol Eng Comput 2002;40:402-407",
            "doi:10.1007/BF02345072",
        ),
    ),
    inputs=(Input("beats", SECOND, "times of the beats since the start of the recording", "自记录开始的心搏时刻", kind="series"),),
    output="series",
    fields=(
        Field("minute", "i8", SAMPLE, "index of the minute", "分钟序号"),
        Field("time", "f8", SECOND, "start of the minute", "该分钟起点"),
        Field(
            "probability",
            "f8",
            NUMBER,
            "probability of apnea or hypopnea in the minute; NaN where beats lack",
            "该分钟存在呼吸暂停或低通气的概率；心搏不足时为NaN",
        ),
        Field(
            "apnea", "?", NUMBER, "probability at or above the threshold: screening, not a diagnosis", "概率达到阈值：筛查结果，并非诊断"
        ),
        Field("coverage", "f8", PERCENT, "share of the minute with usable intervals", "该分钟可用间期占比"),
    ),
    params=ApneaParams,
    shape=Record(analyse=_analyse),
)


def screen_apnea_minutes(beat_times: Any, *, params: ApneaParams | None = None, **values: Any) -> Records:
    """Return one row a minute of the recording: `probability` of apnea or hypopnea in it, `apnea` (bool), `coverage`.

    beat_times: (n,), s since the start, rising; NaN is left out. The whole night is needed at once: levels are the
    night's own. Probability is NaN where usable intervals cover less than half of the minute. SignalError for a wrong
    shape or type.
    """
    return run(APNEA_MINUTES, beat_times, params=params, **values)
