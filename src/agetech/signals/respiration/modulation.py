"""Candidate breathing rates of one window of PPG or ECG, from what breathing modulates: level, height and interval of beats.

PPG: RIIV, RIAV, RIFV (respiratory-induced intensity, amplitude and frequency variation; Karlen 2013). ECG: baseline,
R height (ECG-derived respiration) and RR interval (respiratory sinus arrhythmia). Candidates are the peaks of the three
spectra, of their sum and of their product; the ranking weighs what the three say. Own fusion: see ADR 0101.
"""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agetech.dsp.autocorrelation import autocorrelate
from agetech.dsp.averages import block_means, triangle
from agetech.dsp.spectrum import powers
from agetech.dsp.turns import vertex
from agetech.signals.respiration.pulses import ARRAYS, ecg_beats, ppg_pulses, spread
from agetech.signals.respiration.window import bridged, limited, longest_part, scaled

if TYPE_CHECKING:
    from agetech.core.declare import Signal

FEATURES = (
    *(f"share_{name}" for name in ("level", "height", "interval")),  # power near the rate, of each spectrum
    *(f"lag_{name}" for name in ("level", "height", "interval")),  # autocorrelation at the period
    *(f"peak_{name}" for name in ("level", "height", "interval")),  # power at the rate over the largest
    "total",  # ln of the summed spectra at the rate over their largest value
    "product",  # ln of the geometric mean of the spectra, likewise
    "twice",  # ln of the summed spectra at twice the rate
    "half",
    "heart",  # ln of the rate over the heart rate
    "rate",  # ln of the rate over 15 per minute
    "rate_squared",
    "aliased",  # 1 where the rate is above 0.45 of the heart rate
    "slow",  # 1 below 0.13 Hz, where vasomotor waves live
    "others",  # shares of the two weaker spectra
    "share_middle",
    "lag_middle",
    "lag_twice",
    "lag_mean",
)
FIRST, STEP, BINS = 0.05, 0.0125, 78  # Hz: 0.05 to 1.01
RATE = 5.0  # Hz of the interpolated modulations
VASOMOTOR = 0.13  # Hz
LONGEST_LAG = 15.0  # s
MOST = 12
LEAST_BEATS = 12
LONGEST_HOLE = 1.5  # s
TARGET = {"ppg": 31.25, "ecg": 250.0}  # Hz: samples are averaged down to about this rate
LEAST_RATE = {"ppg": 12.0, "ecg": 60.0}  # Hz


class Modulation(NamedTuple):
    """Level, height and interval of the beats, (3, m) at 5 Hz; heart rate, per minute; share of regular beats."""

    series: Signal
    heart: float
    regular: float
    evenness: float  # spread of the beats' heights over their median


def modulation(x: Signal, fs: float, source: str) -> Modulation | None:
    """Return what the beats of the window x (n,) carry; None where there are too few regular beats or too many gaps."""
    many = max(1, round(fs / TARGET[source]))
    g = fs / many
    y = np.empty(x.shape[0] // many)
    gone = int(block_means(x, many, y))
    if gone:
        part = longest_part(np.isnan(y), int(LONGEST_HOLE * g))
        if part.stop - part.start < y.shape[0] // 2:
            return None
        y = bridged(y[part], np.isnan(y[part]))
    n = y.shape[0]
    if n < 8 * g or y.min() == y.max():
        return None
    y = scaled(y - np.median(y))
    if source == "ppg":
        slope = np.diff(y)
        y = -y if np.sum(slope * slope * slope) < 0.0 else y
    beats = np.empty((3, n))
    find = ppg_pulses if source == "ppg" else ecg_beats
    found = int(find(y, g, np.empty((ARRAYS, n + 2)), beats))
    return _regular(beats[:, :found], g, n)


def _regular(beats: Signal, g: float, n: int) -> Modulation | None:
    """Return the modulations of the beats on an even grid; None where the intervals are not regular."""
    if beats.shape[1] < LEAST_BEATS:
        return None
    place, level, height = beats
    interval = np.diff(place) / g
    usual = float(np.median(interval))
    fine = np.abs(interval - usual) < 0.3 * usual
    if usual <= 0.0 or np.count_nonzero(fine) < LEAST_BEATS - 2:
        return None
    middle = float(np.median(height))
    if not middle > 0.0:
        return None
    evenness = float(np.median(np.abs(height - middle))) / middle
    series = np.empty((3, int(n * RATE / g)))
    spread(place, level, g / RATE, series[0])
    spread(place, np.clip(height, 0.3 * middle, 2.0 * middle), g / RATE, series[1])
    spread((0.5 * (place[1:] + place[:-1]))[fine], interval[fine], g / RATE, series[2])
    return Modulation(series, 60.0 / usual, float(np.mean(fine)), evenness)


def _spectra(series: Signal) -> tuple[Signal, Signal]:
    """Return the power of each modulation, scaled to sum 1, and its autocorrelation."""
    n = series.shape[1]
    most = min(int(LONGEST_LAG * RATE), n - 2)
    power, r = np.empty((3, BINS)), np.empty((3, most + 1))
    room, drift = np.empty((6, BINS)), np.empty(n)
    for k in range(3):
        v = series[k] - series[k].mean()
        triangle(v, 20.0 * RATE, np.empty(n + 1), np.empty(n), drift)
        u, _ = limited(v - drift)
        powers(u, RATE, FIRST, STEP, room, power[k])
        total = power[k].sum()
        power[k] /= total if total > 0.0 else 1.0
        autocorrelate(u, most, r[k])
    return power, r


def _peaks(power: Signal, total: Signal, product: Signal) -> list[int]:
    """Return the bins that are peaks of any spectrum, the strongest first, none next to another."""
    found: set[int] = set()
    for one, least in (*((p, 0.15) for p in (*power, total)), (product, 0.15**3)):
        top = one.max()
        here = np.flatnonzero((one[1:-1] > one[:-2]) & (one[1:-1] >= one[2:]) & (one[1:-1] > least * top)) + 1
        found.update(here.tolist())
    chosen: list[int] = []
    for k in sorted(found, key=lambda k: (-total[k], k))[:MOST]:
        if all(abs(k - j) > 1 for j in chosen):
            chosen.append(k)
    return chosen


def _at(total: Signal, hertz: float) -> float:
    """Return the summed spectra at a frequency, between the bins; 0 outside the grid."""
    place = (hertz - FIRST) / STEP
    k = int(place)
    if place < 0.0 or k >= BINS - 1:
        return 0.0
    return float(total[k] * (1.0 - place + k) + total[k + 1] * (place - k))


def _log(value: float) -> float:
    return log(value + 1e-3)


def modulation_candidates(m: Modulation) -> Signal:
    """Return rows of rate, per minute, and FEATURES; shape (k, 1 + len(FEATURES)), k may be 0."""
    power, r = _spectra(m.series)
    total = power.sum(axis=0)
    product = (power[0] + 1e-6) * (power[1] + 1e-6) * (power[2] + 1e-6)
    product /= product.max()
    top = float(total.max())
    if not top > 0.0:
        return np.zeros((0, 1 + len(FEATURES)))
    rows = []
    for k in _peaks(power, total, product):
        hertz = FIRST + STEP * float(vertex(total, k))
        rate = 60.0 * hertz
        lag = min(round(RATE / hertz), r.shape[1] - 2)
        twice = min(2 * lag, r.shape[1] - 2)
        shares = power[:, max(0, k - 2) : k + 3].sum(axis=1)
        lags = r[:, max(1, lag - 1) : lag + 2].max(axis=1)
        lags_twice = r[:, twice - 1 : twice + 2].max(axis=1) if 2 * lag < r.shape[1] - 1 else lags
        largest = power.max(axis=1)
        peaks = power[:, k] / np.where(largest > 0.0, largest, 1.0)
        slowness = log(rate / 15.0)
        rows.append(
            [
                rate,
                *shares,
                *lags,
                *peaks,
                _log(total[k] / top),
                _log(exp(log(product[k]) / 3.0)),
                _log(_at(total, 2.0 * hertz)),
                _log(_at(total, 0.5 * hertz)),
                log(rate / m.heart),
                slowness,
                slowness * slowness,
                float(rate >= 0.45 * m.heart),
                float(hertz < VASOMOTOR),
                shares.sum() - shares.max(),
                np.median(shares),
                np.median(lags),
                lags_twice.mean(),
                lags.mean(),
            ]
        )
    return np.array(rows) if rows else np.zeros((0, 1 + len(FEATURES)))
