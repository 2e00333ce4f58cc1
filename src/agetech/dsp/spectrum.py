"""Power of a window at a grid of frequencies, by direct summation: exact at any frequency, no transform length."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

from agetech.core.kernel import kernel

if TYPE_CHECKING:
    from agetech.core.declare import Signal

ROOM = 6  # rows of room that `powers` needs beside the result


def _powers(x: Signal, fs: float, first: float, step: float, room: Signal, out: Signal) -> None:
    """Fill `out` with |sum of x w exp(-j 2 pi f t)|^2 at f = first + k step, Hz, w the Hann window.

    x: (n,), finite, at `fs` Hz; room: (6, len(out)). The phasors are turned by recurrence: rounding grows with n only,
    1e-12 after 10,000 samples.
    """
    n = x.shape[0]
    many = out.shape[0]
    for k in range(many):
        angle = 2.0 * pi * (first + k * step) / fs
        room[0, k] = cos(angle)
        room[1, k] = sin(angle)
        room[2, k] = 1.0
        room[3, k] = 0.0
        room[4, k] = 0.0
        room[5, k] = 0.0
    turn = 2.0 * pi / n if n > 0 else 0.0
    for i in range(n):
        value = x[i] * (0.5 - 0.5 * cos(turn * (i + 0.5)))
        for k in range(many):
            real = room[2, k]
            imaginary = room[3, k]
            room[4, k] += value * real
            room[5, k] += value * imaginary
            room[2, k] = real * room[0, k] - imaginary * room[1, k]
            room[3, k] = imaginary * room[0, k] + real * room[1, k]
    for k in range(many):
        out[k] = room[4, k] * room[4, k] + room[5, k] * room[5, k]


powers = kernel(_powers)


def _band(power: Signal, first: float, step: float, low: float, high: float) -> float:
    """Return the sum of the powers at low <= f <= high, Hz."""
    total = 0.0
    for k in range(power.shape[0]):
        f = first + k * step
        if low <= f <= high:
            total += power[k]
    return total


band = kernel(_band)
