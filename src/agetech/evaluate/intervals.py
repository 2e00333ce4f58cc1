"""Intervals of shares: Wilson's for independent trials, a bootstrap over persons for trials that share a person."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Interval(NamedTuple):
    """Both ends of an interval."""

    low: float
    high: float


def wilson(hits: int, trials: int, level: float = 0.95) -> Interval:
    """Return Wilson's score interval of a share; NaN without a trial.

    Source: Wilson 1927, J Am Stat Assoc 22, 209-212. Trials must be independent: use `bootstrap_by_person` where one
    person gave several.
    """
    if trials == 0:
        return Interval(float("nan"), float("nan"))
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = hits / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return Interval(0.0 if hits == 0 else middle - half, 1.0 if hits == trials else middle + half)


def bootstrap_by_person(
    persons: ArrayLike,
    statistic: Callable[[NDArray[np.int64]], float],
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Interval:
    """Return the percentile interval of a statistic when whole persons are drawn again with replacement.

    persons: (n,), whose each trial is. statistic: a function of trial indices (a person drawn twice comes twice).
    Fewer than two persons give NaN. A statistic that is NaN for a draw leaves that draw out.
    """
    names = np.asarray(persons)
    groups = [np.flatnonzero(names == name) for name in np.unique(names)]
    if len(groups) < 2:  # noqa: PLR2004 - one person says nothing about others
        return Interval(float("nan"), float("nan"))
    rng = np.random.Generator(np.random.PCG64(seed))
    picks = rng.integers(0, len(groups), (draws, len(groups)))
    values = np.array([statistic(np.concatenate([groups[k] for k in pick])) for pick in picks])
    values = values[~np.isnan(values)]
    if not values.size:
        return Interval(float("nan"), float("nan"))
    low, high = np.quantile(values, [0.5 - level / 2, 0.5 + level / 2])
    return Interval(float(low), float(high))
