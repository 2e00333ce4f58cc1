"""Periodic (Cheyne-Stokes) breathing: the excursion of breathing waxes and wanes every 40 to 90 s."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from agetech.core.kernel import kernel
from agetech.signals.sleep.layout import SORTED, WAVE, WAVE_SIZE

if TYPE_CHECKING:
    from agetech.core.declare import Signal

SHORTEST, LONGEST = 40, 90  # s: cycles
EVERY = 32  # s between two looks
ALIKE = 0.5  # least correlation with the cycle before
DEEP = 0.3  # least standard deviation of the excursion over its mean


def _waxing(s: Any, ring: Signal) -> float:
    """Return how much the excursions of the last 256 s wax and wane in a cycle of 40 to 90 s: deviation over mean; 0 if not.

    s.periodic_lag gets the cycle, s.
    """
    if s.seconds < WAVE_SIZE:
        return 0.0
    mean = 0.0
    for k in range(WAVE_SIZE):
        value = ring[WAVE + (s.seconds + k) % WAVE_SIZE]
        if value - value != 0.0:
            return 0.0
        mean += value
    mean /= WAVE_SIZE
    power = 0.0
    for k in range(WAVE_SIZE):
        ring[SORTED + k] = ring[WAVE + (s.seconds + k) % WAVE_SIZE] - mean
        power += ring[SORTED + k] * ring[SORTED + k]
    if not mean > 0.0 or sqrt(power / WAVE_SIZE) < DEEP * mean:
        return 0.0
    best = 0.0
    lag = 0
    before = 1.0
    falling = False
    for one in range(10, LONGEST + 1):
        both = 0.0
        head = 0.0
        tail = 0.0
        for k in range(WAVE_SIZE - one):
            both += ring[SORTED + k] * ring[SORTED + k + one]
            head += ring[SORTED + k] * ring[SORTED + k]
            tail += ring[SORTED + k + one] * ring[SORTED + k + one]
        r = both / sqrt(head * tail) if head > 0.0 and tail > 0.0 else 0.0
        falling = falling or r < 0.0
        if falling and r > best:
            best = r
            lag = one
        before = r
    if best < ALIKE or lag < SHORTEST or (lag == LONGEST and before == best):
        return 0.0
    s.periodic_lag = float(lag)
    return sqrt(power / WAVE_SIZE) / mean  # pyright: ignore[reportReturnType] - a cell of a ring is a number


waxing = kernel(_waxing)
