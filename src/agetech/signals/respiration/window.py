"""One window of a breathing signal made ready: missing samples, rate, outliers, trend."""

from __future__ import annotations

from enum import IntEnum
from math import frexp, ldexp
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agetech.core.kernel import kernel
from agetech.dsp.averages import block_means, triangle

if TYPE_CHECKING:
    from agetech.core.declare import Signal


class RateReason(IntEnum):
    """Why a row has no rate; ANSWERED where it has one."""

    ANSWERED = 0
    MISSING = 1  # too many samples are missing, or the gap-free part is too short
    FLAT = 2  # the signal does not move, or stands at its limits
    UNCERTAIN = 3  # no rhythm that can be trusted
    NO_PULSE = 4  # a PPG or ECG without regular beats
    SAMPLING = 5  # the sampling rate is too low for this kind of signal


class Ready(NamedTuple):
    """A window at the internal rate: s (m,), zero mean; rate, Hz; clipped and missing: shares of the window."""

    s: Signal
    rate: float
    clipped: float
    missing: float
    reason: RateReason


LONGEST_HOLE = 3.0  # s: a longer hole is not bridged, the longer part beside it is used
MOST_MISSING = 0.2
LEAST_PART = 0.5  # of the window must be free of long holes
LONGEST_HOLD = 10.0  # s: what is used must reach this close to the end of the window; nothing older is carried on
AT_LIMIT = 0.9  # of the samples at the largest or smallest value: nothing left to see
FLAT = 5e-13  # of the largest value: a signal that moves less does not move
SMALLEST, LARGEST = 1e-290, 1e300  # beyond, no power of two fits
OUTLIER = 4.4478  # 3 standard deviations of a normal signal, in median absolute deviations


def longest_part(missing: np.ndarray, hole: int) -> slice:
    """Return the longest stretch of a window without a hole of more than `hole` samples, free of holes at its ends."""
    there = np.flatnonzero(~missing)
    if there.size == 0:
        return slice(0, 0)
    breaks = np.flatnonzero(np.diff(there) > hole + 1)
    begins = np.concatenate(([there[0]], there[breaks + 1]))
    ends = np.concatenate((there[breaks], [there[-1]])) + 1
    best = int(np.argmax(ends - begins))
    return slice(int(begins[best]), int(ends[best]))


def bridged(z: Signal, missing: np.ndarray) -> Signal:
    """Return z with its missing values on the straight line between their neighbours."""
    if not missing.any():
        return z
    at = np.arange(z.shape[0])
    line: Signal = np.interp(at, at[~missing], z[~missing])
    return line


def limited(z: Signal) -> tuple[Signal, float]:
    """Return z about its median with outliers put at 3 standard deviations, and the share of samples put there."""
    middle = np.median(z)
    away = z - middle
    limit = OUTLIER * float(np.median(np.abs(away)))
    if not limit > 0.0:
        return away, 0.0
    return np.clip(away, -limit, limit), float(np.mean(np.abs(away) > limit))


def _median(values: Signal, room: Signal) -> float:
    """Return the median of at least one value; room is as long as they are."""
    n = values.shape[0]
    for i in range(n):
        room[i] = values[i]
    room.sort()
    return float(0.5 * (room[(n - 1) // 2] + room[n // 2]))


median = kernel(_median, allocates=True)


def _prepare(z: Signal, rate: float, room: Signal, out: Signal, told: Signal) -> None:
    """Fill `out` with z scaled, its outliers put at 3 standard deviations, level and smoothed; `told` with three facts.

    z, out: (n,), finite; room: (4, n + 1). told: share of outliers, share of samples at the largest or smallest value,
    largest magnitude left over the largest before. The scale is a power of two: results do not depend on the unit.
    """
    n = z.shape[0]
    y, away, sums, extra = room[0][:n], room[1][:n], room[2], room[3][:n]
    low = z[0]
    high = z[0]
    for i in range(n):
        low = min(low, z[i])
        high = max(high, z[i])
    largest = max(abs(low), abs(high))
    told[0] = 0.0
    told[1] = 1.0
    told[2] = 0.0
    if low == high:
        return
    even = SMALLEST < largest < LARGEST
    factor = ldexp(1.0, -frexp(largest)[1]) if even else 1.0
    limits = 0
    for i in range(n):
        limits += 1 if z[i] == low or z[i] == high else 0
        y[i] = z[i] * factor if even else z[i] / largest
    told[1] = limits / n
    middle = median(y, extra)
    for i in range(n):
        y[i] -= middle
        away[i] = abs(y[i])
    limit = OUTLIER * median(away, extra)
    outside = 0
    mean = 0.0
    for i in range(n):
        if limit > 0.0 and away[i] > limit:
            outside += 1
            y[i] = limit if y[i] > 0.0 else -limit
        mean += y[i]
    told[0] = outside / n
    mean /= n
    centre = 0.5 * (n - 1)
    above = 0.0
    below = 0.0
    for i in range(n):
        y[i] -= mean
        above += (i - centre) * y[i]
        below += (i - centre) * (i - centre)
    slope = above / below
    left = 0.0
    for i in range(n):
        y[i] -= slope * (i - centre)
        left = max(left, abs(y[i]))
    told[2] = left
    triangle(y, 0.5 * rate, sums, extra, out)


prepare = kernel(_prepare)


def scaled(z: Signal) -> Signal:
    """Return z divided by the power of two next to its largest magnitude: results do not depend on the unit."""
    largest = float(np.max(np.abs(z)))
    if largest == 0.0:
        return z
    return z * 2.0 ** -float(np.frexp(largest)[1]) if 1e-290 < largest < 1e300 else z / largest  # noqa: PLR2004


def refused(reason: RateReason, rate: float, missing: float) -> Ready:
    """Return a window that gives no rate."""
    return Ready(np.zeros(0), rate, 0.0, missing, reason)


def ready(x: Signal, fs: float, target: float) -> Ready:
    """Return the window x (n,) at `fs` Hz as blocks of about 1 / `target` s, bridged, limited, level and smoothed.

    Non-finite samples are missing. The rate returned is fs over a whole number of samples.
    """
    many = max(1, round(fs / target))
    rate = fs / many
    z = np.empty(x.shape[0] // many)
    gone = int(block_means(x, many, z))
    share = gone / z.shape[0] if z.shape[0] else 1.0
    missing = np.isnan(z) if gone else np.zeros(z.shape[0], bool)
    part = longest_part(missing, int(LONGEST_HOLE * rate)) if gone else slice(0, z.shape[0])
    length = part.stop - part.start
    inside = float(np.mean(missing[part])) if length else 1.0
    stale = z.shape[0] - part.stop > LONGEST_HOLD * rate
    if length < max(16, LEAST_PART * z.shape[0]) or inside > MOST_MISSING or stale:
        return refused(RateReason.MISSING, rate, share)
    z = bridged(z[part], missing[part])
    n = z.shape[0]
    s, told = np.empty(n), np.empty(3)
    prepare(z, rate, np.empty((4, n + 1)), s, told)
    if told[1] > AT_LIMIT or not told[2] > FLAT:
        return refused(RateReason.FLAT, rate, share)
    return Ready(s, rate, float(told[0]), share, RateReason.ANSWERED)
