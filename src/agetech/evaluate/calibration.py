"""How well stated probabilities agree with what happened."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Bin(NamedTuple):
    """One bin of a reliability table."""

    n: int
    stated: float  # mean probability
    happened: float  # share of trials in which it happened


def reliability(probability: ArrayLike, happened: ArrayLike, bins: int = 10) -> tuple[Bin, ...]:
    """Return the table of stated and real shares over `bins` bins of equal count, smallest probability first.

    probability: (n,), 0 to 1; happened: (n,), bool. Fewer trials than bins give a bin a trial; equal probabilities stay
    in the given order.
    """
    p, y = np.asarray(probability, np.float64).ravel(), np.asarray(happened).ravel().astype(bool)
    if p.shape != y.shape:
        raise ValueError(f"as many probabilities as outcomes, got {p.shape} and {y.shape}")
    if not p.size:
        return ()
    parts = np.array_split(np.argsort(p, kind="stable"), min(bins, p.size))
    return tuple(Bin(part.size, float(p[part].mean()), float(y[part].mean())) for part in parts)


def calibration_error(probability: ArrayLike, happened: ArrayLike, bins: int = 10) -> float:
    """Return the expected calibration error: the mean gap of the reliability table, by trials; NaN without a trial.

    Source: Naeini, Cooper, Hauskrecht, AAAI 2015, with bins of equal count instead of equal width.
    """
    table = reliability(probability, happened, bins)
    n = sum(one.n for one in table)
    return sum(one.n * abs(one.stated - one.happened) for one in table) / n if n else float("nan")
