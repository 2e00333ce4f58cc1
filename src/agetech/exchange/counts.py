"""Samples as int16 counts and one factor, where that is exact to the last bit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 32767
DIVISORS = (1.0, 10.0, 100.0, 1000.0, 10_000.0)
LOOK_AT = 100_000  # samples that a factor is sought in


@dataclass(frozen=True, slots=True)
class Counts:
    """value = count * scale where scale is given, else count / divisor; missing marks NaN."""

    values: NDArray[np.int16]
    missing: NDArray[np.bool_]
    scale: float | None = None
    divisor: float | None = None

    def restore(self) -> NDArray[np.float64]:
        """Return the samples."""
        made = restore(self.values, self.scale, self.divisor)
        made[self.missing] = np.nan
        return made


def restore(values: NDArray[np.int16], scale: float | None, divisor: float | None) -> NDArray[np.float64]:
    """Return counts as samples: times the scale, or divided by the divisor."""
    counts = values.astype(np.float64)
    return counts * scale if scale is not None else counts / (divisor or 1.0)


def as_counts(samples: NDArray[np.float64]) -> Counts | None:
    """Return samples (n,) as counts that give the same bits back, or None where there is no such factor."""
    missing = np.isnan(samples)
    known = samples[~missing]
    if not np.isfinite(known).all() or (np.signbit(known) & (known == 0.0)).any():
        return None
    with np.errstate(over="ignore", under="ignore"):
        return _sought(known, missing)


def _sought(known: NDArray[np.float64], missing: NDArray[np.bool_]) -> Counts | None:
    for divisor in DIVISORS:
        counts = np.rint(known * divisor)
        if (np.abs(counts) <= LARGEST).all() and np.array_equal(counts / divisor, known):
            return Counts(_spread(counts, missing), missing, divisor=divisor)
    for part in (known[:LOOK_AT], known):
        for scale in _candidates(part):
            counts = np.rint(known / scale)
            if (np.abs(counts) <= LARGEST).all() and np.array_equal(counts * scale, known):
                return Counts(_spread(counts, missing), missing, scale=scale)
        if len(part) == len(known):
            break
    return None


def _spread(counts: NDArray[np.float64], missing: NDArray[np.bool_]) -> NDArray[np.int16]:
    made = np.zeros(len(missing), np.int16)
    made[~missing] = counts.astype(np.int16)
    return made


def _candidates(known: NDArray[np.float64]) -> list[float]:
    """Return factors near the smallest step of the samples, each that a rounded product could hide."""
    levels = np.unique(np.concatenate((known, [0.0])))
    if len(levels) > 2 * LARGEST:
        return []
    step = float(np.diff(levels).min()) if len(levels) > 1 else 0.0
    largest = float(np.abs(levels).max())
    if step <= 0.0 or not math.isfinite(largest / step) or largest / step > LARGEST + 1:
        return []
    made = []
    for _ in range(3):
        count = round(largest / step)
        near = largest / count
        made += [near, np.nextafter(near, 0.0), np.nextafter(near, math.inf)]
        made += [float(np.nextafter(made[-1], math.inf)), float(np.nextafter(made[-2], 0.0))]
        step = near
    return [float(one) for one in dict.fromkeys(made) if math.isfinite(one) and one > 0.0]
