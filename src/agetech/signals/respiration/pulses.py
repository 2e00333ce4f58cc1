"""Beats of one window of PPG or ECG, for the modulations that breathing leaves in them: place, level, height.

These are not the reference beat detectors of the heart (`cardiac.beats`, `cardiac.ppg`): they see one window, need
no history and answer only where the rhythm is clear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agetech.core.kernel import kernel
from agetech.dsp.autocorrelation import autocorrelate
from agetech.dsp.averages import box, triangle
from agetech.dsp.turns import turns, vertex

if TYPE_CHECKING:
    from agetech.core.declare import Signal

ARRAYS = 8  # rows of room that the kernels need
LEAST_TURNS = 5
SHORTEST, LONGEST = 0.3, 2.0  # s: heart periods searched, 30 to 200 per minute


def _heart_period(w: Signal, g: float, r: Signal) -> float:
    """Return the first strong peak of the autocorrelation of w between 0.3 and 2 s, in samples; 0 where there is none."""
    high = min(int(LONGEST * g), w.shape[0] - 3)
    low = max(int(SHORTEST * g), 1)
    if high <= low:
        return 0.0
    autocorrelate(w, high + 1, r)
    best = 0.0
    for lag in range(low, high + 1):
        if r[lag] > best and r[lag] > r[lag - 1] and r[lag] >= r[lag + 1]:
            best = r[lag]
    for lag in range(low, high + 1):
        if best > 0.0 and r[lag] > 0.8 * best and r[lag] > r[lag - 1] and r[lag] >= r[lag + 1]:
            return float(lag)
    return 0.0


heart_period = kernel(_heart_period)


def _pulse_excursion(w: Signal, at: Signal, kind: Signal) -> float:
    """Return the upper quartile of the excursions of w; 0 where there are fewer than four."""
    mean = 0.0
    for i in range(w.shape[0]):
        mean += abs(w[i])
    mean /= w.shape[0]
    if not mean > 0.0:
        return 0.0
    many = turns(w, 0.8 * mean, at, kind)
    if many < LEAST_TURNS:
        return 0.0
    sizes = np.empty(many - 1)
    for q in range(1, many):
        sizes[q - 1] = abs(w[int(at[q])] - w[int(at[q - 1])])
    sizes.sort()
    return float(sizes[int(0.75 * (many - 2))])


pulse_excursion = kernel(_pulse_excursion, allocates=True)


def _ppg_pulses(y: Signal, g: float, room: Signal, out: Signal) -> int:
    """Fill the columns of `out` with the pulses of a PPG: place (sample), level, height; return how many.

    y: (n,), finite, upstroke steep, at `g` Hz; room: (ARRAYS, n + 2); out: (3, n). A pulse is a bottom and the top
    after it; its level is the middle of the two.
    """
    n = y.shape[0]
    sums, extra, w, drift = room[0], room[1][:n], room[2][:n], room[3][:n]
    at, kind, r = room[4], room[5], room[6]
    triangle(y, 2.4 * g, sums, extra, drift)
    triangle(y, 0.24 * g, sums, extra, w)
    for i in range(n):
        w[i] -= drift[i]
    period = heart_period(w, g, r)
    if period == 0.0:
        return 0
    triangle(y, 0.35 * period, sums, extra, w)
    for i in range(n):
        w[i] -= drift[i]
    usual = pulse_excursion(w, at, kind)
    if not usual > 0.0:
        return 0
    many = turns(w, 0.45 * usual, at, kind)
    found = 0
    last = -10.0 * period
    for q in range(1, many):
        top = int(at[q])
        place = vertex(w, top)
        if kind[q] > 0.0 and place - last >= 0.45 * period:
            foot = int(at[q - 1])
            out[0, found] = place
            out[1, found] = 0.5 * (y[top] + y[foot])
            out[2, found] = w[top] - w[foot]
            found += 1
            last = place
    return found


ppg_pulses = kernel(_ppg_pulses)


def _steepness(y: Signal, g: float, room: Signal) -> float:
    """Fill room[3] with the mean squared slope about each sample; return the level above which a QRS complex stands."""
    n = y.shape[0]
    w, energy = room[2][:n], room[3][:n]
    for i in range(n):
        slope = y[min(i + 1, n - 1)] - y[max(i - 1, 0)]
        w[i] = slope * slope
    box(w, max(1, int(0.06 * g)), room[0], energy)
    sorted_energy = room[4][:n]
    for i in range(n):
        sorted_energy[i] = energy[i]
    sorted_energy.sort()
    return 0.15 * float(sorted_energy[int(0.97 * (n - 1))])


steepness = kernel(_steepness, allocates=True)


def _ecg_beats(y: Signal, g: float, room: Signal, out: Signal) -> int:
    """Fill the columns of `out` with the beats of an ECG: place of R (sample), level, height; return how many.

    y: (n,), finite, at `g` Hz; room: (ARRAYS, n + 2); out: (3, n). R is the sample farthest from the 1.2 s average
    within a steep stretch; the height is the range within 0.1 s of it, the level that average.
    """
    n = y.shape[0]
    limit = steepness(y, g, room)
    if not limit > 0.0:
        return 0
    energy, slow = room[3], room[2][:n]
    triangle(y, 1.2 * g, room[0], room[1][:n], slow)
    reach = int(0.1 * g + 0.5)
    found = 0
    last = -10.0 * g
    i = 0
    while i < n:
        if not energy[i] > limit:
            i += 1
            continue
        end = i
        while end < n and (energy[end] > limit or end - i < int(0.08 * g)):
            end += 1
        farthest = -1.0
        r = i
        for k in range(i, end):
            away = abs(y[k] - slow[k])
            if away > farthest:
                farthest = away
                r = k
        place = vertex(y, r)
        if place - last >= 0.27 * g:
            low = y[r]
            high = y[r]
            for k in range(max(0, r - reach), min(n, r + reach + 1)):
                low = min(low, y[k])
                high = max(high, y[k])
            out[0, found] = place
            out[1, found] = slow[r]
            out[2, found] = high - low
            found += 1
            last = place
        i = end
    return found


ecg_beats = kernel(_ecg_beats)


def _spread(at: Signal, value: Signal, step: float, out: Signal) -> None:
    """Fill `out` with the values at `at` (rising, two at least) interpolated to every `step` samples, held at the ends."""
    many = at.shape[0]
    q = 0
    for j in range(out.shape[0]):
        place = (j + 0.5) * step
        while q < many - 2 and at[q + 1] < place:
            q += 1
        share = min(max((place - at[q]) / (at[q + 1] - at[q]), 0.0), 1.0)
        out[j] = value[q] + share * (value[q + 1] - value[q])


spread = kernel(_spread)
