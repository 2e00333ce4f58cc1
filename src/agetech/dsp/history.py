"""Short memories inside a float64 ring: the last values of a measure and their median, shapes and their likeness.

Every function works on a part of one ring, given by its first place `at`, so that a state stays one flat array.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

from agetech.core.kernel import kernel


def _remember(ring: Any, at: int, size: int, seen: int, value: float) -> int:
    """Put `value` over the oldest of `size` values at `at` and return how many were ever put."""
    ring[at + seen % size] = value
    return seen + 1


def _median(ring: Any, at: int, count: int, scratch: int) -> float:
    """Return the median of `count` values from `at`; `scratch` is room for as many. NaN where count is 0."""
    if count < 1:
        return float("nan")
    for i in range(count):
        value = ring[at + i]
        j = i
        while j > 0 and ring[scratch + j - 1] > value:
            ring[scratch + j] = ring[scratch + j - 1]
            j -= 1
        ring[scratch + j] = value
    middle = count // 2
    if count % 2 == 1:
        return ring[scratch + middle]  # type: ignore[no-any-return]
    return 0.5 * (ring[scratch + middle - 1] + ring[scratch + middle])  # type: ignore[no-any-return]


def _centred(ring: Any, at: int, size: int, first: int, count: int, into: int) -> float:
    """Copy a part of a circular buffer to `into`, less its mean; return the root of the sum of its squares.

    The buffer has `size` places from `at`; `count` values are copied from its position `first`.
    """
    place = first % size
    mean = 0.0
    for i in range(count):
        value = ring[at + place]
        ring[into + i] = value
        mean += value
        place = place + 1 if place + 1 < size else 0
    mean /= count
    power = 0.0
    for i in range(count):
        value = ring[into + i] - mean
        ring[into + i] = value
        power += value * value
    return sqrt(power)


def _product(ring: Any, one: int, other: int, count: int) -> float:
    """Return the sum of products of `count` values from `one` and from `other`."""
    result = 0.0
    for i in range(count):
        result += ring[one + i] * ring[other + i]
    return result


def _total(ring: Any, at: int, count: int) -> float:
    """Return the sum of `count` values from `at`."""
    result = 0.0
    for i in range(count):
        result += ring[at + i]
    return result


remember = kernel(_remember)
median = kernel(_median)
centred = kernel(_centred)
product = kernel(_product)
total = kernel(_total)
