"""Candidate breathing rates of one window of a breathing signal, each with the features that rank it.

A candidate is a way to count breaths: a period proposed by the autocorrelation, the signal smoothed and freed of drift
to suit that period, and its turning points counted with a small or a large least excursion. The rate is the number of
breaths between the first and the last top (or bottom) over the time between them, as an annotator counts; which
of the two sides counts is decided by the skewness, smoothly, so that turning the signal over changes nothing.
Own method: see ADR 0100.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from agetech.core.kernel import kernel
from agetech.dsp.autocorrelation import autocorrelate, peak_at
from agetech.dsp.averages import triangle
from agetech.dsp.spectrum import band, powers
from agetech.dsp.turns import turns, vertex

if TYPE_CHECKING:
    from agetech.core.declare import Signal

FEATURES = (
    "lag",  # autocorrelation at the period found by counting
    "lag_twice",  # ... at twice the period
    "lag_half",  # ... at half the period: high for a faster rhythm, the heart's for example
    "share",  # power within 20 % of the rate over the power in 0.05 to 1.1 Hz
    "share_twice",
    "slope_share",  # the same of the derivative, which drift cannot dominate
    "slope_share_twice",
    "interval_spread",  # standard deviation of the intervals over their mean
    "excursion_spread",
    "sides",  # |ln| of the rate from tops over the rate from bottoms
    "period_gap",  # |ln| of the period counted over the period proposed
    "size",  # mean excursion over the signal's standard deviation
    "span",  # share of the window between the first and the last turn counted
    "strict",  # least excursion, as a share of a typical one
)
WIDTH = len(FEATURES) + 1  # the rate, per minute, stands first
PERIODS = 8  # periods proposed at most
STRICT = (0.18, 0.35)
MOST = PERIODS * len(STRICT)
SLOWEST, FASTEST = 15.5, 0.9  # s: periods searched; 4 to 60 per minute with a margin
FIRST, STEP, BINS = 0.05, 0.025, 43  # Hz: grid of the spectrum
LEAST_TURNS = 3
QUICK = 5.0  # s: the rhythm of shorter breaths is read from the signal freed of drift
ARRAYS = 9  # rows of room a window needs


def _propose(r: Signal, slow: Signal, low: int, high: int, out: Signal) -> int:
    """Fill `out` with the places of the strongest, distinct peaks of two autocorrelations; return how many."""
    many = 0
    for _ in range(PERIODS):
        best = 0.05
        place = 0.0
        for lag in range(low, high):
            for side in range(2):
                one = r if side == 0 else slow
                if one[lag] > best and one[lag] > one[lag - 1] and one[lag] >= one[lag + 1]:
                    period = vertex(one, lag)
                    new = True
                    for j in range(many):
                        if 0.885 * out[j] < period < 1.13 * out[j]:
                            new = False
                    if new:
                        best = one[lag]
                        place = period
        if place == 0.0:
            break
        out[many] = place
        many += 1
    return many


propose = kernel(_propose)


def _typical(w: Signal, at: Signal, kind: Signal, order: Signal) -> float:
    """Return the upper quartile of the excursions between turns of w; 0 where there are fewer than three."""
    n = w.shape[0]
    mean = 0.0
    for i in range(n):
        mean += abs(w[i])
    mean /= n
    if not mean > 0.0:
        return 0.0
    many = turns(w, 0.3 * mean, at, kind)
    if many < LEAST_TURNS:
        return 0.0
    for q in range(1, many):  # insertion sort: few values
        size = abs(w[int(at[q])] - w[int(at[q - 1])])
        j = q - 1
        while j > 0 and order[j - 1] > size:
            order[j] = order[j - 1]
            j -= 1
        order[j] = size
    return float(order[int(0.75 * (many - 2))])


typical = kernel(_typical)


def _upper_weight(w: Signal) -> float:
    """Return how much the tops count, 0 to 1: near 1 where they are narrower than the bottoms; turned over, 1 minus it."""
    second = 0.0
    third = 0.0
    for i in range(w.shape[0]):
        second += w[i] * w[i]
        third += w[i] * w[i] * w[i]
    n = w.shape[0]
    second /= n
    third /= n
    if not second > 0.0:
        return 0.5
    skew = third / (second * sqrt(second))
    return 1.0 / (1.0 + exp(-min(max(6.0 * skew, -30.0), 30.0)))


upper_weight = kernel(_upper_weight)


def _count(w: Signal, g: float, many: int, at: Signal, kind: Signal, upper: float, f: Signal) -> bool:
    """Fill rate, interval_spread, sides and span of a candidate from its turns; return False where no side has two."""
    rates = 0.0
    spread = 0.0
    span = 0.0
    weights = 0.0
    top = 0.0
    bottom = 0.0
    for side in range(2):
        wanted = 1.0 if side == 0 else -1.0
        first = -1
        last = -1
        found = 0
        for q in range(many):
            if kind[q] == wanted:
                first = q if first < 0 else first
                last = q
                found += 1
        if found < LEAST_TURNS - 1:
            continue
        begin = vertex(w, int(at[first]))
        whole = vertex(w, int(at[last])) - begin
        mean = whole / (found - 1)
        if not mean > 0.0:
            continue
        square = 0.0
        for q in range(first + 2, last + 1, 2):  # tops and bottoms alternate
            away = (at[q] - at[q - 2]) / mean - 1.0
            square += away * away
        rate = 60.0 * g / mean
        weight = max(upper if side == 0 else 1.0 - upper, 1e-9)
        rates += weight * rate
        spread += weight * sqrt(square / (found - 1))
        span += weight * whole / w.shape[0]
        weights += weight
        if side == 0:
            top = rate
        else:
            bottom = rate
    if not weights > 0.0:
        return False
    f[0] = rates / weights
    f[8] = spread / weights
    f[10] = min(abs(log(top / bottom)), 0.7) if top > 0.0 and bottom > 0.0 else 0.7
    f[13] = span / weights
    return True


count = kernel(_count)


def _rhythm(f: Signal, g: float, r: Signal, high: int, power: Signal, slope: Signal) -> None:
    """Fill the features of a candidate that its rate alone decides: autocorrelation and spectrum."""
    hertz = f[0] / 60.0
    period = g / hertz
    f[1] = peak_at(r, period, high)
    f[2] = peak_at(r, 2.0 * period, high) if 2.0 * period < high else f[1]
    f[3] = peak_at(r, 0.5 * period, high)
    for k in range(2):
        centre = hertz * (k + 1)
        f[4 + k] = band(power, FIRST, STEP, centre - 0.2 * hertz, centre + 0.2 * hertz)
        f[6 + k] = band(slope, FIRST, STEP, centre - 0.2 * hertz, centre + 0.2 * hertz)


rhythm = kernel(_rhythm)


def _excursions(w: Signal, many: int, at: Signal, deviation: float, f: Signal) -> None:
    """Fill excursion_spread and size of a candidate from its turns."""
    total = 0.0
    square = 0.0
    for q in range(1, many):
        size = abs(w[int(at[q])] - w[int(at[q - 1])])
        total += size
        square += size * size
    mean = total / (many - 1)
    f[9] = sqrt(max(square / (many - 1) - mean * mean, 0.0)) / mean if mean > 0.0 else 9.0
    f[12] = mean / deviation


excursions = kernel(_excursions)


def _normalise(power: Signal, slope: Signal) -> None:
    """Scale the powers to sum 1, and fill `slope` with the powers of the derivative, scaled likewise."""
    total = 0.0
    steep = 0.0
    for k in range(power.shape[0]):
        hertz = FIRST + k * STEP
        slope[k] = power[k] * hertz * hertz
        total += power[k]
        steep += slope[k]
    for k in range(power.shape[0]):
        power[k] = power[k] / total if total > 0.0 else 0.0
        slope[k] = slope[k] / steep if steep > 0.0 else 0.0


normalise = kernel(_normalise)


def _candidates(s: Signal, g: float, room: Signal, grid: Signal, out: Signal) -> int:
    """Fill the rows of `out` (MOST, WIDTH) with candidate rates and their features; return how many.

    s: (n,), finite, zero mean, at `g` Hz, n >= 16; room: (ARRAYS, n + 2); grid: (8, BINS).
    """
    n = s.shape[0]
    high = min(int(SLOWEST * g), int(0.6 * n))
    low = max(int(FASTEST * g), 2)
    r, slow, w, drift, sums, extra = room[0], room[1], room[2][:n], room[3][:n], room[4], room[5][:n]
    at, kind, order = room[6], room[7], room[8]
    energy = 0.0
    for i in range(n):
        energy += s[i] * s[i]
    deviation = sqrt(energy / n)
    if not deviation > 0.0 or low >= high:
        return 0
    autocorrelate(s, high + 1, r)
    triangle(s, 6.0 * g, sums, extra, drift)
    for i in range(n):
        w[i] = s[i] - drift[i]
    autocorrelate(w, high + 1, slow)
    powers(s, g, FIRST, STEP, grid[2:], grid[0])
    normalise(grid[0], grid[1])
    periods = np.empty(PERIODS)
    proposed = propose(r, slow, low, high, periods)
    many = 0
    for j in range(proposed):
        triangle(s, 0.3 * periods[j], sums, extra, w)
        triangle(s, 2.0 * periods[j], sums, extra, drift)
        for i in range(n):
            w[i] -= drift[i]
        usual = typical(w, at, kind, order)
        if usual <= 1e-9 * deviation:
            continue
        upper = upper_weight(w)
        for strict in STRICT:
            found = turns(w, strict * usual, at, kind)
            f = out[many]
            if found < LEAST_TURNS or not count(w, g, found, at, kind, upper, f):
                continue
            rhythm(f, g, slow if 60.0 / f[0] < QUICK else r, high, grid[0], grid[1])
            excursions(w, found, at, deviation, f)
            f[11] = abs(log(60.0 * g / (f[0] * periods[j])))
            f[14] = strict
            many += 1
    return many


candidates = kernel(_candidates, allocates=True)
