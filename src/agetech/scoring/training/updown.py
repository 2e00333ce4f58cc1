"""Up-down staircases: transformed (Levitt 1971) and weighted (Kaernbach 1991).

A higher level is easier. Right answers lower the level, errors raise it. A reversal is the level of the trial whose
answer turned the direction; the threshold is the mean of the last reversals, as many peaks as valleys.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from agetech.scoring.training.estimate import Estimate
from agetech.scoring.training.psychometric import finite, refuse, several, whole

MOST_IN_A_ROW = 8
MOST_REVERSALS = 1000
DOWN, UP = -1, 1


def _check(start: float, steps: tuple[float, ...], lowest: float, highest: float, average: int) -> None:
    """Raise ParamsError for levels, steps and reversals that no staircase can have."""
    first, low, high = finite("start", start), finite("lowest", lowest), finite("highest", highest)
    if low >= high:
        raise refuse("lowest", f"below highest = {high:g}", low)
    if not low <= first <= high:
        raise refuse("start", f"from {low:g} to {high:g}", first)
    for step in several("steps", steps):
        if not 0 < step <= high - low:
            raise refuse("steps", f"above 0 and at most {high - low:g}", step)
    if whole("average", average, 2, MOST_REVERSALS) % 2:
        raise refuse("average", "an even number of reversals", average)


@dataclass(frozen=True, slots=True)
class Transformed:
    """Levitt's rule: `down` right answers in a row lower the level, `up` errors in a row raise it, by the same step.

    It converges where the share of right answers is 0.5 ** (1 / down): 70.7 % for 2, 79.4 % for 3, 84.1 % for 4; with
    up above 1 (then down is 1) at 1 - 0.5 ** (1 / up). steps: the step before the first reversal, after it, ...; the
    last one stays. average: how many of the last reversals make the threshold, even, all reached by the last step.
    alternatives: choices of the task, 0 for yes or no. Raises ParamsError for a target at or below chance and other settings that
    cannot be.
    Source: Levitt 1971, J Acoust Soc Am 49, 467, table I.
    """

    kind: ClassVar[str] = "transformed"
    start: float
    steps: tuple[float, ...]
    lowest: float
    highest: float
    down: int = 2
    up: int = 1
    average: int = 8
    alternatives: int = 0

    def __post_init__(self) -> None:
        _check(self.start, self.steps, self.lowest, self.highest, self.average)
        whole("down", self.down, 1, MOST_IN_A_ROW)
        whole("up", self.up, 1, MOST_IN_A_ROW)
        if self.down > 1 and self.up > 1:
            raise refuse("up", "1 where down is above 1", self.up)
        above_chance(self.performance, self.alternatives)

    @property
    def performance(self) -> float:
        """Return the share of right answers that the rule converges to."""
        share: float = 0.5 ** (1 / self.down) if self.up == 1 else 1 - 0.5 ** (1 / self.up)
        return share

    @property
    def needed(self) -> int:
        """Return how many reversals a threshold needs."""
        return self.average + len(self.steps) - 1

    def begin(self) -> UpDownTrack:
        """Return the staircase before its first trial."""
        return UpDownTrack(self)

    def run_lengths(self) -> tuple[int, int]:
        """Return how many right answers, and how many errors, in a row move the level."""
        return self.down, self.up

    def sizes(self, step: float) -> tuple[float, float]:
        """Return how far the level falls and rises at this step."""
        return step, step


@dataclass(frozen=True, slots=True)
class Weighted:
    """Kaernbach's rule: a right answer lowers the level, an error raises it by performance / (1 - performance) times as much.

    performance: the share of right answers to converge to, such as 0.75 (down 1, up 3); steps: the steps down, as in
    `Transformed`. Raises ParamsError for settings that cannot be, a target at or below chance among them.
    Source: Kaernbach 1991, Percept Psychophys 49, 227, eq. 1.
    """

    kind: ClassVar[str] = "weighted"
    start: float
    steps: tuple[float, ...]
    lowest: float
    highest: float
    performance: float = 0.75
    average: int = 8
    alternatives: int = 0

    def __post_init__(self) -> None:
        _check(self.start, self.steps, self.lowest, self.highest, self.average)
        if not 0 < finite("performance", self.performance) < 1:
            raise refuse("performance", "above 0 and below 1", self.performance)
        above_chance(self.performance, self.alternatives)

    @property
    def needed(self) -> int:
        """Return how many reversals a threshold needs."""
        return self.average + len(self.steps) - 1

    def begin(self) -> UpDownTrack:
        """Return the staircase before its first trial."""
        return UpDownTrack(self)

    def run_lengths(self) -> tuple[int, int]:
        """Return how many right answers, and how many errors, in a row move the level."""
        return 1, 1

    def sizes(self, step: float) -> tuple[float, float]:
        """Return how far the level falls and rises at this step."""
        return step, step * self.performance / (1 - self.performance)


def above_chance(performance: float, alternatives: int) -> None:
    """Raise ParamsError for a number of choices that cannot be, or a target that guessing reaches."""
    if alternatives != 0:
        whole("alternatives", alternatives, 2, 100)
        if performance <= 1 / alternatives:
            raise refuse("performance", f"above chance, {1 / alternatives:g}", performance)


class UpDownTrack:
    """An up-down staircase under way; `reversals` are the levels at which it turned."""

    __slots__ = ("_errors", "_last", "_right", "_rule", "level", "n", "reversals")

    def __init__(self, rule: Transformed | Weighted) -> None:
        self._rule = rule
        self.level = float(rule.start)
        self.reversals: list[float] = []
        self.n = 0
        self._right = self._errors = self._last = 0

    @property
    def turns(self) -> int:
        """Return how many reversals there were."""
        return len(self.reversals)

    @property
    def spread(self) -> None:
        """Return None: there is no posterior."""
        return

    @property
    def edge(self) -> bool:
        """Return whether the next level is the lowest or highest one."""
        return self.level in (self._rule.lowest, self._rule.highest)

    def answer(self, level: float, *, correct: bool) -> None:
        """Take the answer to a trial presented at `level` and choose the next level."""
        self.n += 1
        right, errors = self._rule.run_lengths()
        self._right, self._errors = (self._right + 1, 0) if correct else (0, self._errors + 1)
        if self._right == right:
            self._move(level, DOWN)
        elif self._errors == errors:
            self._move(level, UP)
        else:
            self.level = level

    def _move(self, level: float, direction: int) -> None:
        """Note a turn and move by the step that is due; at a limit the level stays."""
        self._right = self._errors = 0
        if self._last == -direction:
            self.reversals.append(level)
        self._last = direction
        fall, rise = self._rule.sizes(self._rule.steps[min(len(self.reversals), len(self._rule.steps) - 1)])
        moved = level - fall if direction == DOWN else level + rise
        self.level = min(max(moved, float(self._rule.lowest)), float(self._rule.highest))

    def estimate(self) -> Estimate | None:
        """Return the mean of the last reversals, without an interval; None where they are too few.

        Reversals hang together: a t interval of their mid-runs covered 54 to 84 % of simulated thresholds, not 95 %
        (ADR 0065). `reread` gives an interval that holds.
        """
        if len(self.reversals) < self._rule.needed:
            return None
        last = self.reversals[-self._rule.average :]
        return Estimate(math.fsum(last) / len(last), self._rule.performance, None, None, self.n, len(self.reversals))
