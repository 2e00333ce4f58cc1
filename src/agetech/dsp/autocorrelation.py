"""Normalised autocorrelation of a window."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from agetech.core.kernel import kernel

if TYPE_CHECKING:
    from agetech.core.declare import Signal

SILENT = 1e-20  # share of the energy under which the overlap at a lag counts as silent


def _autocorrelate(x: Signal, most: int, out: Signal) -> None:
    """Fill `out[0..most]` with the correlation of the window with itself at each lag, -1 to 1.

    x: (n,), finite, zero mean, most < n; out: (most + 1,). Each lag is scaled by the energies of the two parts that
    overlap, so that a periodic signal gives 1 at its period however long the lag. 0 where a part is silent.
    """
    n = x.shape[0]
    for lag in range(most + 1):
        out[lag] = 0.0
    for i in range(n - most):
        value = x[i]
        for lag in range(most + 1):
            out[lag] += value * x[i + lag]
    for i in range(n - most, n):
        value = x[i]
        for lag in range(n - i):
            out[lag] += value * x[i + lag]
    total = out[0]
    head = total
    tail = total
    for lag in range(most + 1):
        if lag > 0:
            head -= x[n - lag] * x[n - lag]
            tail -= x[lag - 1] * x[lag - 1]
        product = head * tail
        out[lag] = out[lag] / sqrt(product) if head > 0.0 and tail > 0.0 and product > SILENT * total * total else 0.0


autocorrelate = kernel(_autocorrelate)


def _peak_at(r: Signal, lag: float, end: int) -> float:
    """Return the largest value of r within one of `lag`, 0 where the lag is not in 1 <= lag < end or r is negative."""
    at = int(lag + 0.5)
    if at < 1 or at >= end or at + 1 >= r.shape[0]:
        return 0.0
    return max(float(r[at - 1]), float(r[at]), float(r[at + 1]), 0.0)


peak_at = kernel(_peak_at)
