"""What the echo of a range bin tells over some seconds: how much it moves, and the circle that it draws."""

from __future__ import annotations

from math import atan2, log10, pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.kernel import kernel
from agetech.signals.respiration.circle import imbalance, robust_circle

if TYPE_CHECKING:
    from agetech.core.declare import Signal

POINTS = 400  # samples of a window that a fit uses at most
CELLS = 6  # floats kept for each bin: centre, radius, residual, whether held, score
LEAST_BLOCKS, LEAST_POINTS = 4, 8  # fewer tell nothing
WIDE = 4.2  # rad: an arc that shows an ellipse
CLEAR = 1.75  # power of the means over the noise's share: noise alone stays below with 4 standard deviations
BLOB = 0.45  # residual over radius: noise about one point fits a circle with 0.5
SNR_LIMIT = 60.0  # dB: more is not told apart


def _moving_power(plan: Any, ring: Signal, which: int, first: int, last: int) -> float:
    """Return the power of the slow movement of a bin between two samples; 0 if noise explains it.

    It is the variance of quarter-second means, less the noise's share.
    """
    block = max(1, plan.second // 4)
    total_x = 0.0
    total_y = 0.0
    square = 0.0
    noise = 0.0
    blocks = 0
    pairs = 0
    for start in range(first, last - block + 1, block):
        x = 0.0
        y = 0.0
        count = 0
        before_x = 0.0
        before_y = 0.0
        for j in range(start, start + block):
            at = ((j % plan.ring) * plan.bins + which) * 2
            i, q = ring[at], ring[at + 1]
            if i - i == 0.0 and q - q == 0.0:
                if count > 0:
                    noise += 0.5 * ((i - before_x) * (i - before_x) + (q - before_y) * (q - before_y))
                    pairs += 1
                x += i
                y += q
                before_x = i
                before_y = q
                count += 1
        if count > 0:
            x /= count
            y /= count
            total_x += x
            total_y += y
            square += x * x + y * y
            blocks += 1
    if blocks < LEAST_BLOCKS:
        return 0.0
    power = square / blocks - (total_x * total_x + total_y * total_y) / blocks / blocks
    share = noise / pairs / block if pairs > 0 else 0.0
    return power - share if power > CLEAR * share else 0.0  # pyright: ignore[reportReturnType] - a cell of a ring is a number


moving_power = kernel(_moving_power)


def _gather(plan: Any, ring: Signal, which: int, first: int, last: int, x: Signal, y: Signal) -> int:
    """Fill x and y with the valid, corrected samples of a bin; return how many."""
    gain, sine = ring[ring.shape[0] - 2], ring[ring.shape[0] - 1]
    cosine = sqrt(1.0 - sine * sine)
    n = 0
    for j in range(first, last + 1, plan.stride):
        at = ((j % plan.ring) * plan.bins + which) * 2
        i, q = ring[at], ring[at + 1]
        if i - i == 0.0 and q - q == 0.0 and n < x.shape[0]:
            x[n] = i
            y[n] = (q / gain - i * sine) / cosine
            n += 1
    return n


gather = kernel(_gather)


def _arc_of(x: Signal, y: Signal, n: int, fit: Signal) -> float:
    """Return the angle, rad, that points in time order sweep seen from the centre: a sine's range, from its standard deviation."""
    angle = 0.0
    total = 0.0
    square = 0.0
    noise = 0.0
    for i in range(n):
        if i > 0:
            ax, ay = x[i - 1] - fit[0], y[i - 1] - fit[1]
            bx, by = x[i] - fit[0], y[i] - fit[1]
            turn = atan2(ax * by - ay * bx, ax * bx + ay * by)
            angle += turn
            noise += turn * turn
        total += angle
        square += angle * angle
    variance = square / n - total * total / n / n
    return min(2.83 * sqrt(max(variance - 0.5 * noise / n, 0.0)), 2.0 * pi)


arc_of = kernel(_arc_of)


def _refit(plan: Any, s: Any, ring: Signal, which: int, first: int, last: int) -> None:
    """Fit the circle of a bin and tell arc, spread, SNR and quality; a short arc keeps the centre that was there."""
    x = np.empty(POINTS + 1)
    y = np.empty(POINTS + 1)
    weight = np.empty(POINTS + 1)
    fit = np.zeros(4)
    cell = plan.ring * plan.bins * 2 + which * CELLS
    n = gather(plan, ring, which, first, last, x, y)
    fitted = n >= LEAST_POINTS and robust_circle(x, y, weight, n, fit)
    arc = arc_of(x, y, n, fit) if fitted else 0.0
    if fitted and ring[cell + 5] > 0.0 and arc >= plan.arc and fit[3] < BLOB * fit[2]:
        ratio = np.zeros(2)
        end = ring.shape[0]
        if arc > WIDE and fit[3] < 0.35 * fit[2]:
            gain, sine = ring[end - 2], ring[end - 1]
            if imbalance(x, y, n, fit, ratio):
                share = 1.0 if s.wide == 0 else 0.2
                ring[end - 2] = min(max(gain * (1.0 + share * (ratio[0] - 1.0)), 0.6), 1.67)
                ring[end - 1] = min(max(sine + share * ratio[1], -0.5), 0.5)
                s.wide = 1
                n = gather(plan, ring, which, first, last, x, y)
                fitted = robust_circle(x, y, weight, n, fit)
        ring[cell] = fit[0]
        ring[cell + 1] = fit[1]
        ring[cell + 2] = fit[2]
        ring[cell + 3] = fit[3]
        ring[cell + 4] = 1.0
    elif ring[cell + 4] == 0.0 and n > 0:
        away = 0.0
        for i in range(n):
            away += sqrt(x[i] * x[i] + y[i] * y[i])
        ring[cell] = 0.0  # short arcs seen from the origin: right where the receiver has no offset
        ring[cell + 1] = 0.0
        ring[cell + 2] = away / n
    radius = ring[cell + 2]
    s.arc = 0.0
    s.spread = 1.0
    s.snr = -SNR_LIMIT
    s.quality = 0.0
    if n >= LEAST_POINTS and radius > 0.0:
        off = 0.0
        fit[0] = ring[cell]
        fit[1] = ring[cell + 1]
        for i in range(n):
            distance = sqrt((x[i] - fit[0]) * (x[i] - fit[0]) + (y[i] - fit[1]) * (y[i] - fit[1])) - radius
            off += distance * distance
        arc = arc_of(x, y, n, fit)
        s.spread = min(sqrt(off / n) / radius, 1.0)
        s.arc = arc * 180.0 / pi
        s.snr = min(-20.0 * log10(max(s.spread, 1e-3)), SNR_LIMIT)
        certain = (1.0 if ring[cell + 4] > 0.0 else 0.5) if ring[cell + 5] > 0.0 else 0.0
        s.quality = certain * min(max((0.5 - s.spread) / 0.3, 0.0), 1.0) * min(arc / plan.arc, 1.0)


refit = kernel(_refit, allocates=True)


def _choose(plan: Any, s: Any, ring: Signal, first: int, last: int) -> None:
    """Score the bins and change the bin where another has moved more for long enough."""
    best = -1
    most = 0.0
    current = 0.0
    for which in range(plan.bins):
        score = moving_power(plan, ring, which, first, last + 1)
        ring[plan.ring * plan.bins * 2 + which * CELLS + 5] = score
        if which == s.bin:
            current = score
        if best < 0 or score > most:
            best = which
            most = score
    if s.bin < 0 or (current == 0.0 and most > 0.0):
        s.bin = best
        s.waiting = 0
    elif most > plan.better * current and best != s.bin:
        s.waiting = s.waiting + 1 if best == s.rival else 1
        s.rival = best
        if s.waiting > plan.patience:
            s.bin = best
            s.waiting = 0
    else:
        s.waiting = 0


choose = kernel(_choose)
