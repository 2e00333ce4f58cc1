"""Features of a candidate impact, computed once from the 50 Hz ring when its after-window is complete.

All are invariant under a fixed rotation of the sensor: they use the magnitude |a|, angles between gravity estimates
(means of the vector over windows in which the body moves little), and the split of the vector along and across one.
Times are in ticks of 20 ms, relative to the tick of the impact; windows are half open. Missing ticks are left out.
"""
# ruff: noqa: PLR2004 - the windows are the definition of the features: numbers of ticks, said in words by named.py

from __future__ import annotations

from math import atan2, log, sqrt
from typing import TYPE_CHECKING

from agetech.core.kernel import kernel

if TYPE_CHECKING:
    from agetech.core.declare import Signal

RATE = 50.0  # Hz of the ring
TICK = 0.02  # s
GRAVITY = 9.80665  # m/s2
SLOTS = 512  # ticks in the ring, 10.24 s
MASK = SLOTS - 1
WIDTH = 6  # cells a tick: x, y, z, |a| (-1: missing), largest |a|2 of the input rows in the tick (-1: none), its row
WORK = 48  # cells before the ring for vectors at work
RING = WORK + SLOTS * WIDTH
FLOOR = 0.1  # m/s2, added inside logarithms: below it sensors differ by their noise, not by the person
LESS = 1.0 - 1e-9  # a rival must be lower by more than rounding: a rotated signal gives the same features
LOWEST = 0.7 * GRAVITY  # less support than this counts as falling
AFTER = 170  # ticks of the after-window, 3.4 s

# where vectors stand in the work cells
BEFORE, NEAR, EARLY, LANDED, AFTERWARDS, ENDING, MEMORY, V, W = 0, 3, 6, 9, 12, 15, 18, 21, 24


def _slot(t: int) -> int:
    """Return where tick `t` stands in the ring."""
    return WORK + (t & MASK) * WIDTH


def _mean(ring: Signal, a: int, b: int, o: int) -> int:
    """Put the mean vector of the ticks [a, b) into the work cells at `o`; return how many are not missing."""
    n, x, y, z = 0, 0.0, 0.0, 0.0
    for t in range(a, b):
        k = slot(t)
        if ring[k + 3] >= 0.0:
            n += 1
            x += ring[k]
            y += ring[k + 1]
            z += ring[k + 2]
    share = 1.0 / n if n > 0 else 0.0
    ring[o], ring[o + 1], ring[o + 2] = x * share, y * share, z * share
    return n


def _length(ring: Signal, o: int) -> float:
    """Return the length of a work vector."""
    return sqrt(ring[o] * ring[o] + ring[o + 1] * ring[o + 1] + ring[o + 2] * ring[o + 2])


def _angle(ring: Signal, o: int, q: int) -> float:
    """Return the angle between two work vectors, rad; 0 where one is zero."""
    x = ring[o + 1] * ring[q + 2] - ring[o + 2] * ring[q + 1]
    y = ring[o + 2] * ring[q] - ring[o] * ring[q + 2]
    z = ring[o] * ring[q + 1] - ring[o + 1] * ring[q]
    along = ring[o] * ring[q] + ring[o + 1] * ring[q + 1] + ring[o + 2] * ring[q + 2]
    return atan2(sqrt(x * x + y * y + z * z), along)


def _level(ring: Signal, t: int, wide: int) -> float:
    """Return the mean of |a| over the `wide` ticks from `t`, m/s2; -1 where one of them is missing."""
    total = 0.0
    for j in range(t, t + wide):
        m = ring[slot(j) + 3]
        if m < 0.0:
            return -1.0
        total += m
    return total / wide  # pyright: ignore[reportReturnType] - a cell of a ring is a number


def _largest(ring: Signal, a: int, b: int, wide: int) -> float:
    """Return the largest mean of |a| over `wide` ticks in [a, b), m/s2; 0 where there is none."""
    best = 0.0
    for t in range(a, b - wide + 1):
        best = max(best, level(ring, t, wide))
    return best


def _smallest(ring: Signal, a: int, b: int, wide: int) -> float:
    """Return the smallest mean of |a| over `wide` ticks in [a, b), m/s2, gravity at most."""
    best = GRAVITY
    for t in range(a, b - wide + 1):
        m = level(ring, t, wide)
        if 0.0 <= m < best:
            best = m
    return best


def _activity(ring: Signal, a: int, b: int) -> float:
    """Return the mean of ||a| - g| over the ticks [a, b), m/s2; 0 where all are missing."""
    n, total = 0, 0.0
    for t in range(a, b):
        m = ring[slot(t) + 3]
        if m >= 0.0:
            n += 1
            total += abs(m - GRAVITY)
    return total / n if n > 0 else 0.0  # pyright: ignore[reportReturnType] - a cell of a ring is a number


def _stillest(ring: Signal, a: int, b: int, wide: int) -> float:
    """Return the smallest activity over `wide` ticks inside [a, b), in steps of a quarter of them."""
    best: float = activity(ring, a, b)
    for t in range(a, b - wide + 1, wide // 4):
        best = min(best, activity(ring, t, t + wide))
    return best


def _unrest(ring: Signal, a: int, b: int) -> float:
    """Return the rms deviation of the vector from its mean over the ticks [a, b), m/s2."""
    if mean(ring, a, b, W) < 2:
        return 0.0
    n, total = 0, 0.0
    for t in range(a, b):
        k = slot(t)
        if ring[k + 3] >= 0.0:
            n += 1
            x, y, z = ring[k] - ring[W], ring[k + 1] - ring[W + 1], ring[k + 2] - ring[W + 2]
            total += x * x + y * y + z * z
    return sqrt(total / n)


def _shake(ring: Signal, a: int, b: int) -> float:
    """Return the standard deviation of |a| over the ticks [a, b), m/s2."""
    n, total = 0, 0.0
    for t in range(a, b):
        if ring[slot(t) + 3] >= 0.0:
            n += 1
            total += ring[slot(t) + 3]
    if n < 2:
        return 0.0
    middle, square = total / n, 0.0
    for t in range(a, b):
        m = ring[slot(t) + 3]
        if m >= 0.0:
            square += (m - middle) * (m - middle)
    return sqrt(square / n)


def _sway(ring: Signal, a: int, b: int, o: int) -> float:
    """Return the rms of the part of the vector across the work vector at `o` over the ticks [a, b), m/s2."""
    g = length(ring, o)
    if g <= 0.0:
        return 0.0
    n, total = 0, 0.0
    for t in range(a, b):
        k = slot(t)
        if ring[k + 3] >= 0.0:
            n += 1
            along = (ring[k] * ring[o] + ring[k + 1] * ring[o + 1] + ring[k + 2] * ring[o + 2]) / g
            total += max(ring[k + 3] * ring[k + 3] - along * along, 0.0)
    return sqrt(total / n) if n > 0 else 0.0


def _jerk(ring: Signal, a: int, b: int) -> float:
    """Return the largest change of the vector in three ticks, in [a, b), m/s2."""
    best = 0.0
    for t in range(a, b):
        k, j = slot(t), slot(t - 3)
        if ring[k + 3] >= 0.0 and ring[j + 3] >= 0.0:
            x, y, z = ring[k] - ring[j], ring[k + 1] - ring[j + 1], ring[k + 2] - ring[j + 2]
            best = max(best, x * x + y * y + z * z)
    return sqrt(best)


def _rhythm(ring: Signal, a: int, b: int) -> float:
    """Return the largest autocorrelation of |a| in the ticks [a, b) at lags of 0.24 to 1.4 s; 0 at least."""
    n, total = 0, 0.0
    for t in range(a, b):
        m = ring[slot(t) + 3]
        if m >= 0.0:
            n += 1
            total += m
    if n < 80:
        return 0.0
    middle, power, best = total / n, 0.0, 0.0
    for t in range(a, b):
        m = ring[slot(t) + 3]
        if m >= 0.0:
            power += (m - middle) * (m - middle)
    power += n * FLOOR * FLOOR
    for lag in range(12, 71, 2):
        r = 0.0
        for t in range(a + lag, b):
            m, e = ring[slot(t) + 3], ring[slot(t - lag) + 3]
            if m >= 0.0 and e >= 0.0:
                r += (m - middle) * (e - middle)
        r = r / power * (b - a) / (b - a - lag)
        best = max(best, r)
    return min(best, 1.0)  # pyright: ignore[reportReturnType] - a cell of a ring is a number


def _steps(ring: Signal, a: int, b: int) -> int:
    """Return how often |a| rises over 1.2 g after having been under gravity, at least 0.24 s apart, in [a, b)."""
    n, since, armed = 0, 12, True
    for t in range(a, b):
        m = ring[slot(t) + 3]
        since += 1
        if m > 1.2 * GRAVITY and armed and since >= 12:
            n, since, armed = n + 1, 0, False
        elif 0.0 <= m < GRAVITY:
            armed = True
    return n


def _swing(ring: Signal, p: int, o: int) -> float:
    """Return the largest angle of the 0.3 s mean from the work vector at `o`, within 1.5 s of tick `p`, rad."""
    best = 0.0
    for t in range(p - 75, p + 61, 5):
        if mean(ring, t, t + 15, V) >= 8 and length(ring, V) > 0.3 * GRAVITY:
            best = max(best, angle(ring, V, o))
    return best


def _turn(ring: Signal, p: int) -> float:
    """Return the largest angle between 0.3 s means 0.4 s apart, within 1.5 s of tick `p`, rad."""
    best = 0.0
    for t in range(p - 75, p + 41, 5):
        if (
            mean(ring, t, t + 15, V) >= 8
            and mean(ring, t + 20, t + 35, W) >= 8
            and length(ring, V) > 0.3 * GRAVITY
            and length(ring, W) > 0.3 * GRAVITY
        ):
            best = max(best, angle(ring, V, W))
    return best


slot = kernel(_slot)
mean = kernel(_mean)
length = kernel(_length)
angle = kernel(_angle)
level = kernel(_level)
largest = kernel(_largest)
smallest = kernel(_smallest)
activity = kernel(_activity)
stillest = kernel(_stillest)
unrest = kernel(_unrest)
shake = kernel(_shake)
sway = kernel(_sway)
jerk = kernel(_jerk)
rhythm = kernel(_rhythm)
steps = kernel(_steps)
swing = kernel(_swing)
turn = kernel(_turn)


def _anchor(ring: Signal, p: int, end: int) -> bool:
    """Put the gravity estimates round tick `p` into the work cells; return whether there is enough to judge by.

    Where a window holds less than half a second, a wider or the neighbouring one stands in for it.
    """
    if mean(ring, p - 125, p - 50, BEFORE) < 25 and mean(ring, p - 200, p - 15, BEFORE) < 10:
        return False
    if mean(ring, p - 50, p - 15, NEAR) < 10:
        mean(ring, p - 200, p - 15, NEAR)
    if mean(ring, p - 200, p - 125, EARLY) < 25:
        for j in range(3):
            ring[EARLY + j] = ring[BEFORE + j]
    if mean(ring, p + 25, min(p + AFTER, end), LANDED) < 35:
        return False
    if mean(ring, p + 25, min(p + 60, end), W) >= 15:
        for j in range(3):
            ring[LANDED + j] = ring[W + j]
    if mean(ring, p + 50, min(p + 125, end), AFTERWARDS) < 20:
        mean(ring, p + 25, min(p + AFTER, end), AFTERWARDS)
    if mean(ring, p + 110, min(p + AFTER, end), ENDING) < 20:
        for j in range(3):
            ring[ENDING + j] = ring[AFTERWARDS + j]
    if length(ring, MEMORY) <= 0.0:
        for j in range(3):
            ring[MEMORY + j] = ring[BEFORE + j]
    return True


def _postures(ring: Signal, p: int, f: Signal) -> None:
    """Fill in the features that compare directions of gravity."""
    f[0] = angle(ring, BEFORE, AFTERWARDS)
    f[1] = angle(ring, BEFORE, ENDING)
    f[2] = angle(ring, MEMORY, ENDING)
    f[3] = angle(ring, NEAR, AFTERWARDS)
    f[4] = angle(ring, EARLY, NEAR)
    f[5] = angle(ring, LANDED, ENDING)
    f[6] = swing(ring, p, BEFORE)
    f[7] = turn(ring, p)
    f[33] = max(f[6] - f[1], 0.0)
    f[34] = f[2] - angle(ring, MEMORY, BEFORE)
    f[35] = length(ring, ENDING) / max(length(ring, BEFORE), 1.0) - 1.0


def _impacts(ring: Signal, p: int, end: int, f: Signal) -> None:
    """Fill in the features of the fall phase and the impact."""
    peak = max(largest(ring, p - 5, min(p + 6, end), 3), 1.0)
    f[8] = log(min(peak, 3.5 * GRAVITY) / GRAVITY)
    f[9] = log(max(largest(ring, p - 25, min(p + 26, end), 9), 1.0) / GRAVITY)
    f[10] = smallest(ring, p - 50, p, 3) / GRAVITY
    f[11] = smallest(ring, p - 50, p, 9) / GRAVITY
    falling, lack, load, wide, down, speed, low, at = 0, 0.0, 0.0, 0, 0.0, 0.0, 1e9, 0
    g = length(ring, BEFORE)
    for t in range(p - 60, min(p + 26, end)):
        k = slot(t)
        m = ring[k + 3]
        if m < 0.0:
            continue
        if t <= p:
            falling += 1 if m < LOWEST else 0
            lack += max(GRAVITY - m, 0.0) * TICK
            if g > 0.0:
                along = (ring[k] * ring[BEFORE] + ring[k + 1] * ring[BEFORE + 1] + ring[k + 2] * ring[BEFORE + 2]) / g
                speed = max(speed + (GRAVITY - along) * TICK, 0.0)
                down = max(down, speed)
            if t >= p - 50 and m < low * LESS:
                low, at = m, p - t
        if t >= p - 15:
            load += max(m - GRAVITY, 0.0) * TICK
        if t >= p - 25:
            wide += 1 if m > 1.5 * GRAVITY else 0
    f[12], f[13], f[14], f[15] = falling * TICK, lack, load, min(down, 8.0)
    f[16] = log(FLOOR + shake(ring, p - 50, min(p + 51, end)))
    f[17] = log(FLOOR + sway(ring, p - 50, min(p + 51, end), BEFORE))
    f[18] = log(FLOOR + jerk(ring, p - 15, min(p + 16, end)))
    f[29] = log(max(largest(ring, p + 40, min(p + AFTER, end), 1), 1.0) / peak)
    f[30] = log(max(largest(ring, p - 200, p - 40, 1), 1.0) / peak)
    f[31], f[32] = at * TICK, wide * TICK
    busy = 0
    for t in range(p - 100, min(p + 101, end)):
        m = ring[slot(t) + 3]
        busy += 1 if m >= 0.0 and abs(m - GRAVITY) > 2.5 else 0
    f[38], f[39] = busy * TICK, f[8] - f[9]


def _motions(ring: Signal, p: int, end: int, f: Signal) -> None:
    """Fill in the features of activity before and after."""
    last = min(p + AFTER, end)
    f[19] = log(FLOOR + activity(ring, p + 50, last))
    f[20] = log(FLOOR + activity(ring, p + 25, min(p + 75, end)))
    f[21] = log(FLOOR + activity(ring, p - 200, p - 50))
    f[22] = log(FLOOR + stillest(ring, p + 25, last, 40))
    f[23] = log(FLOOR + unrest(ring, p + 50, last))
    f[24] = log(FLOOR + unrest(ring, p - 200, p - 50))
    f[25] = rhythm(ring, p - 200, p - 15)
    f[26] = rhythm(ring, p + 15, last)
    f[27] = float(steps(ring, p - 200, p - 15))
    f[28] = float(steps(ring, p + 25, last))
    f[36] = log(FLOOR + activity(ring, p - 50, p - 5))
    f[37] = log(FLOOR + activity(ring, p + 5, min(p + 40, end)))
    f[40] = log(FLOOR + unrest(ring, p - 75, p - 5))
    f[41] = log(FLOOR + unrest(ring, p + 10, min(p + 60, end)))


anchor = kernel(_anchor)
postures = kernel(_postures)
impacts = kernel(_impacts)
motions = kernel(_motions)


def _describe(ring: Signal, p: int, end: int, f: Signal) -> bool:
    """Fill in all features of the impact at tick `p`, the ring being filled up to tick `end`; False: too little known."""
    if not anchor(ring, p, end):
        return False
    postures(ring, p, f)
    impacts(ring, p, end, f)
    motions(ring, p, end, f)
    return True


describe = kernel(_describe)
