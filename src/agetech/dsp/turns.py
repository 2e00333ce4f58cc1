"""Turning points of a signal: alternating tops and bottoms that differ by at least a given excursion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agetech.core.kernel import kernel

if TYPE_CHECKING:
    from agetech.core.declare import Signal

TOP, BOTTOM = 1, -1


def _turns(y: Signal, need: float, at: Signal, kind: Signal) -> int:
    """Fill `at` with the places of the turning points and `kind` with 1 (top) or -1 (bottom); return how many.

    y: (n,), n >= 1, finite; need > 0 is the excursion that confirms a turn. at, kind: (n,) of any number type. The
    first and the last sample are never turns: nobody saw the other side.
    """
    count = 0
    high = y[0]
    low = y[0]
    top = 0
    bottom = 0
    going = 0
    for i in range(1, y.shape[0]):
        value = y[i]
        if going >= 0 and value > high:
            high = value
            top = i
        elif going >= 0 and value < high - need:
            if top > 0:
                at[count] = top
                kind[count] = TOP
                count += 1
            going = -1
            low = value
            bottom = i
        elif going <= 0 and value < low:
            low = value
            bottom = i
        elif going <= 0 and value > low + need:
            if bottom > 0:
                at[count] = bottom
                kind[count] = BOTTOM
                count += 1
            going = 1
            high = value
            top = i
    return count


turns = kernel(_turns)


def _vertex(y: Signal, at: int) -> float:
    """Return the place of the extremum next to sample `at`, refined by the parabola through three samples."""
    if at <= 0 or at >= y.shape[0] - 1:
        return float(at)
    bend = y[at - 1] - 2.0 * y[at] + y[at + 1]
    if bend == 0.0:
        return float(at)
    shift = 0.5 * (y[at - 1] - y[at + 1]) / bend
    return at + min(max(shift, -1.0), 1.0)  # type: ignore[no-any-return]


vertex = kernel(_vertex)
