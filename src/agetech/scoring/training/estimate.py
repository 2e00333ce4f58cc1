"""What a staircase found: a threshold with its interval, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Estimate:
    """A threshold in levels.

    performance: share of right answers that belongs to it; low, high: central 95 % interval of the posterior, None for
    up-down rules, see `reread`; n: trials that counted; reversals: how many
    turns the staircase made, None for rules without them.
    """

    threshold: float
    performance: float
    low: float | None
    high: float | None
    n: int
    reversals: int | None = None

    @property
    def half_width(self) -> float | None:
        """Return half the width of the interval, None where there is none."""
        if self.low is None or self.high is None or not isfinite(self.high - self.low):
            return None
        return (self.high - self.low) / 2


class Track(Protocol):
    """A staircase under way. `level`: what to present next; `turns`: reversals so far; `spread`: posterior SD or None."""

    level: float

    @property
    def turns(self) -> int:
        """Return how many reversals there were; 0 for rules without them."""
        ...

    @property
    def spread(self) -> float | None:
        """Return the posterior standard deviation of the threshold; None for rules without one."""
        ...

    @property
    def edge(self) -> bool:
        """Return whether the next level is the lowest or highest one there is."""
        ...

    def answer(self, level: float, *, correct: bool) -> None:
        """Take the answer to a trial presented at `level` and choose the next level."""

    def estimate(self) -> Estimate | None:
        """Return what was found, None where the trials do not suffice."""
        ...
