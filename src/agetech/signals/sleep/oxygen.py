"""SpO2 beside breathing: entries of about a second, baseline, desaturations, and what an event cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agetech.core.kernel import kernel
from agetech.signals.sleep.envelope import sort_room
from agetech.signals.sleep.layout import OXYGEN, OXYGEN_SIZE, SORTED

if TYPE_CHECKING:
    from agetech.core.declare import Signal

LOWEST, HIGHEST = 40.0, 100.0  # percent: outside, a value is a device's code (0, 127, -1) and counts as missing
SMALLEST = 3.0  # points: desaturations reported
LEAST_ENTRIES = 5
PATIENCE = 4  # entries after the latest begin by which a fall must show
UNDER = 3.0  # s that SpO2 must lie under the limit


def _top_mean(s: Any, ring: Signal, first: int, last: int) -> float:
    """Return the mean of the upper half of the entries first <= k < last; NaN where fewer than a tenth, or five, are there."""
    many = 0
    for k in range(max(first, 0, s.entries - OXYGEN_SIZE), last):
        value = ring[OXYGEN + k % OXYGEN_SIZE]
        if value - value == 0.0:
            ring[SORTED + many] = value
            many += 1
    if many < LEAST_ENTRIES or 10 * many < last - first:
        return float("nan")
    sort_room(ring, ring, many)
    total = 0.0
    for k in range(many // 2, many):
        total += ring[SORTED + k]
    return total / (many - many // 2)


top_mean = kernel(_top_mean)


def _lowest(s: Any, ring: Signal, first: int, last: int) -> float:
    """Return the smallest entry first <= k < last; NaN where fewer than half of them are there."""
    low = 1000.0
    many = 0
    for k in range(max(first, 0, s.entries - OXYGEN_SIZE), min(last, s.entries)):
        value = ring[OXYGEN + k % OXYGEN_SIZE]
        if value - value == 0.0:
            low = min(low, value)
            many += 1
    return low if many > 0 and 2 * many >= last - first else float("nan")


lowest = kernel(_lowest)


def _fall(s: Any, ring: Signal, first: int, turn: int, last: int) -> float:
    """Return the largest fall, points, from an entry first <= k <= turn to a later one before `last`; NaN as in `lowest`.

    The fall begins within `first` to `turn`: what an event before or after this one cost is left to that event.
    """
    many = 0
    top = -1.0
    most = 0.0
    for k in range(max(first, 0, s.entries - OXYGEN_SIZE), min(last, s.entries)):
        value = ring[OXYGEN + k % OXYGEN_SIZE]
        if value - value == 0.0:
            many += 1
            if k <= turn and value >= top:
                top = value
                most = 0.0
            most = max(most, top - value)
            if k > turn + PATIENCE and most < 1.0:
                break
    return most if many > 0 and 2 * many >= last - first else float("nan")


fall = kernel(_fall)


def _desaturation(plan: Any, s: Any, ring: Signal, value: float) -> float:
    """Follow SpO2 by one entry; return the depth, points, of a desaturation that ends with it, else 0.

    It begins when SpO2 has fallen 1 point below the baseline (mean of the upper half of 120 s), counts when it falls by 3,
    and ends when half of the fall is made good, or after the longest time. s.falling, s.nadir and s.from_ tell
    about it until the next entry.
    """
    if value - value != 0.0:
        return 0.0
    if s.falling < 0:
        base = top_mean(s, ring, s.entries - 1 - plan.oxygen_window, s.entries - 1)
        if base - base == 0.0 and value <= base - 1.0:
            s.falling = s.entries - 1
            s.from_ = base
            s.nadir = value
            s.under = 0
    if s.falling < 0:
        return 0.0
    s.nadir = min(s.nadir, value)
    if value <= s.from_ - SMALLEST:
        s.under += 1
    depth = s.from_ - s.nadir
    counts = depth >= SMALLEST and s.under * plan.oxygen_step >= UNDER * plan.block * plan.tick_rate
    if counts and value >= s.nadir + max(0.5 * depth, 1.0):
        return float(depth)
    if not counts and value > s.from_ - 1.0:
        s.falling = -1
    elif s.entries - 1 - s.falling >= plan.oxygen_longest:
        if counts:
            return float(depth)
        s.falling = -1
    return 0.0


desaturation = kernel(_desaturation)
