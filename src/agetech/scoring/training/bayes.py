"""Bayesian staircases: QUEST with mean placement, and QUEST+, which over threshold and slope is the psi method.

A posterior on a grid is multiplied by the likelihood of each answer. Numbers that choose a level are rounded, so that
the last bit of a sum, which differs between machines, decides nothing: levels to 10 digits after the point,
information to 12.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from agetech.scoring.training.estimate import Estimate
from agetech.scoring.training.psychometric import Psychometric, finite, refuse, several, whole

if TYPE_CHECKING:
    from agetech.scoring.training.session import Trial

FINEST = 10_001  # points of a threshold grid
LARGEST = 2_000_000  # cells of level by parameters
CERTAIN = 1e-10  # an answer never has probability 0: a slip of the finger is always possible
LEVEL_DIGITS, BIT_DIGITS = 10, 12
TAIL = 0.025
Floats = npt.NDArray[np.float64]


def _grid(lowest: float, highest: float, points: int) -> Floats:
    low, high = finite("lowest", lowest), finite("highest", highest)
    if low >= high:
        raise refuse("lowest", f"below highest = {high:g}", low)
    grid: Floats = np.linspace(low, high, whole("points", points, 3, FINEST))
    return grid


def chances(function: Psychometric, levels: Floats, thresholds: Floats) -> Floats:
    """Return the probability of a right answer, shape (levels, thresholds), kept away from 0 and 1."""
    found = np.array([[function.at(x, t) for t in thresholds.tolist()] for x in levels.tolist()])
    kept: Floats = np.clip(found, CERTAIN, 1 - CERTAIN)
    return kept


@dataclass(frozen=True, slots=True)
class Quest:
    """QUEST: the posterior over the threshold alone, the next trial at its mean (King-Smith's placement).

    lowest, highest, points: the grid of thresholds, which also bounds the levels; mean, sd: the Gaussian prior;
    function: the psychometric function, known but for its threshold.
    Source: Watson and Pelli 1983, Percept Psychophys 33, 113; King-Smith et al. 1994 for the mean.
    """

    kind: ClassVar[str] = "quest"
    lowest: float
    highest: float
    mean: float
    sd: float
    function: Psychometric = field(default_factory=lambda: Psychometric("weibull", 3.5, 0.5, 0.005))
    points: int = 401

    def __post_init__(self) -> None:
        _grid(self.lowest, self.highest, self.points)
        if not self.lowest <= finite("mean", self.mean) <= self.highest:
            raise refuse("mean", f"from {self.lowest:g} to {self.highest:g}", self.mean)
        if finite("sd", self.sd) <= 0:
            raise refuse("sd", "above 0", self.sd)
        _is_function(self.function)

    @property
    def performance(self) -> float:
        """Return the share of right answers at the threshold."""
        return self.function.at(0.0, 0.0)

    @property
    def alternatives(self) -> int:
        """Return the choices that the guess rate means, 0 for a yes or no task."""
        return _choices(self.function.guess)

    def begin(self) -> QuestTrack:
        """Return the staircase before its first trial."""
        return QuestTrack(self)


class QuestTrack:
    """A QUEST staircase under way; `posterior` is over `grid` and sums to 1."""

    __slots__ = ("_rule", "grid", "level", "n", "posterior")

    def __init__(self, rule: Quest) -> None:
        self._rule = rule
        self.grid = _grid(rule.lowest, rule.highest, rule.points)
        self.posterior = _normal(np.exp(-0.5 * np.square((self.grid - rule.mean) / rule.sd)))
        self.n = 0
        self.level = self._mean()

    def _mean(self) -> float:
        return round(float(np.sum(self.posterior * self.grid)), LEVEL_DIGITS)

    @property
    def turns(self) -> int:
        """Return 0: there are no reversals."""
        return 0

    @property
    def spread(self) -> float:
        """Return the posterior standard deviation of the threshold."""
        return _sd(self.grid, self.posterior)

    @property
    def edge(self) -> bool:
        """Return False: a posterior mean lies inside its grid."""
        return False

    def answer(self, level: float, *, correct: bool) -> None:
        """Take the answer to a trial presented at `level` and choose the next level."""
        chance = chances(self._rule.function, np.array([level]), self.grid)[0]
        self.posterior = _normal(self.posterior * (chance if correct else 1 - chance))
        self.n += 1
        self.level = self._mean()

    def estimate(self) -> Estimate | None:
        """Return the posterior mean with its central 95 % interval; None before the first trial."""
        if self.n == 0:
            return None
        mean = float(np.sum(self.posterior * self.grid))
        return Estimate(mean, self._rule.performance, *_central(self.grid, self.posterior), self.n)


@dataclass(frozen=True, slots=True)
class QuestPlus:
    """QUEST+: the posterior over threshold, slope and lapse; the next trial where the answer is expected to tell most.

    levels: what can be presented; lowest, highest, points: the grid of thresholds; slopes, lapses: their values, each
    equally likely before; function: shape and guess rate (its slope and lapse are not used). With one lapse this is
    the psi method. Raises ParamsError for grids that cannot be or of more than two million cells.
    Source: Watson 2017, J Vis 17(3):10; Kontsevich and Tyler 1999, Vision Res 39, 2729.
    """

    kind: ClassVar[str] = "quest_plus"
    levels: tuple[float, ...]
    lowest: float
    highest: float
    slopes: tuple[float, ...]
    lapses: tuple[float, ...] = (0.02,)
    function: Psychometric = field(default_factory=lambda: Psychometric("normal", 1.0, 0.5))
    points: int = 61

    def __post_init__(self) -> None:
        _grid(self.lowest, self.highest, self.points)
        _is_function(self.function)
        for name, values in (("levels", self.levels), ("slopes", self.slopes), ("lapses", self.lapses)):
            if any(later <= earlier for earlier, later in pairwise(several(name, values))):
                raise refuse(name, "ascending numbers", values)
        if len(self.levels) < 2:  # noqa: PLR2004
            raise refuse("levels", "two levels or more", len(self.levels))
        cells = len(self.levels) * self.points * len(self.slopes) * len(self.lapses)
        if cells > LARGEST:
            raise refuse("levels x thresholds x slopes x lapses", f"at most {LARGEST} cells", cells)
        for slope, lapse in self.shapes():
            Psychometric(self.function.shape, slope, self.function.guess, lapse)

    @property
    def performance(self) -> float:
        """Return the share of right answers at the threshold, without lapses."""
        return Psychometric(self.function.shape, 1.0, self.function.guess).at(0.0, 0.0)

    @property
    def alternatives(self) -> int:
        """Return the choices that the guess rate means, 0 for a yes or no task."""
        return _choices(self.function.guess)

    def shapes(self) -> list[tuple[float, float]]:
        """Return every pair of slope and lapse in the order of the posterior."""
        return [(slope, lapse) for slope in self.slopes for lapse in self.lapses]

    def begin(self) -> QuestPlusTrack:
        """Return the staircase before its first trial."""
        return QuestPlusTrack(self)


class QuestPlusTrack:
    """A QUEST+ staircase under way; `posterior` has shape (slope and lapse, threshold) and sums to 1."""

    __slots__ = ("_chance", "_doubt", "_rule", "grid", "level", "n", "posterior")

    def __init__(self, rule: QuestPlus) -> None:
        self._rule = rule
        self.grid = _grid(rule.lowest, rule.highest, rule.points)
        self._chance, self._doubt = _tables(rule)
        self.posterior = np.full(self._chance.shape[1:], 1 / self._chance[0].size)
        self.n = 0
        self.level = self._most_telling()

    def _most_telling(self) -> float:
        """Return the level with the largest expected fall of entropy, the lowest of equal ones.

        The fall is the mutual information of answer and parameters: entropy of the mean minus mean of the entropies.
        """
        mean = np.sum(self._chance * self.posterior, axis=(1, 2))
        information = _entropy(mean) - np.sum(self._doubt * self.posterior, axis=(1, 2))
        return float(self._rule.levels[int(np.argmax(np.round(information, BIT_DIGITS)))])

    @property
    def turns(self) -> int:
        """Return 0: there are no reversals."""
        return 0

    @property
    def spread(self) -> float:
        """Return the posterior standard deviation of the threshold."""
        return _sd(self.grid, self.posterior.sum(axis=0))

    @property
    def edge(self) -> bool:
        """Return False: far levels are chosen here to learn slope and lapses, not because the range ends."""
        return False

    def answer(self, level: float, *, correct: bool) -> None:
        """Take the answer to a trial presented at `level` and choose the next level."""
        known = self._rule.levels
        chance = self._chance[known.index(level)] if level in known else _table(self._rule, np.array([level]))[0]
        self.posterior = _normal(self.posterior * (chance if correct else 1 - chance))
        self.n += 1
        self.level = self._most_telling()

    def estimate(self) -> Estimate | None:
        """Return the posterior mean of the threshold with its central 95 % interval; None before the first trial."""
        if self.n == 0:
            return None
        marginal = self.posterior.sum(axis=0)
        mean = float(np.sum(marginal * self.grid))
        return Estimate(mean, self._rule.performance, *_central(self.grid, marginal), self.n)

    def shape(self) -> tuple[float, float]:
        """Return the posterior means of slope and lapse."""
        weights = self.posterior.sum(axis=1).tolist()
        pairs = self._rule.shapes()
        slope = math.fsum(w * s for w, (s, _) in zip(weights, pairs, strict=True))
        return slope, math.fsum(w * lapse for w, (_, lapse) in zip(weights, pairs, strict=True))


def reread(trials: Iterable[Trial], rule: Quest | QuestPlus) -> Estimate | None:
    """Return what a Bayesian rule makes of the counted trials of any session, with an interval; None without trials.

    The way to an interval for up-down sessions: their levels were chosen by another rule, which leaves the likelihood
    as it is. The threshold is the one of `rule`, at its performance.
    """
    track = rule.begin()
    for trial in trials:
        if not trial.practice:
            track.answer(trial.level, correct=trial.correct)
    return track.estimate()


def _table(rule: QuestPlus, levels: Floats) -> Floats:
    """Return the probability of a right answer, shape (levels, slope and lapse, thresholds)."""
    grid = _grid(rule.lowest, rule.highest, rule.points)
    functions = [Psychometric(rule.function.shape, slope, rule.function.guess, lapse) for slope, lapse in rule.shapes()]
    return np.stack([chances(function, levels, grid) for function in functions], axis=1)


@lru_cache(maxsize=4)
def _tables(rule: QuestPlus) -> tuple[Floats, Floats]:
    """Return the probabilities at the rule's levels and the entropies of their answers, read-only: sessions share them."""
    chance = _table(rule, np.array(rule.levels, dtype=np.float64))
    doubt = _entropy(chance)
    chance.setflags(write=False)
    doubt.setflags(write=False)
    return chance, doubt


def _is_function(function: Any) -> None:
    if not isinstance(function, Psychometric):
        raise refuse("function", "a Psychometric", type(function).__name__)


def _choices(guess: float) -> int:
    """Return n for a guess rate of 1/n, 0 where there is none."""
    n = round(1 / guess) if guess > 0 else 0
    return n if 2 <= n <= 100 and math.isclose(guess * n, 1, rel_tol=1e-9) else 0  # noqa: PLR2004


def _normal(weights: Floats) -> Floats:
    found: Floats = weights / np.sum(weights)
    return found


def _sd(grid: Floats, weights: Floats) -> float:
    mean = np.sum(weights * grid)
    return float(np.sqrt(np.sum(weights * np.square(grid - mean))))


def _entropy(p: Floats) -> Floats:
    """Return the entropy of a yes or no answer, in nats."""
    return -(p * np.log(p) + (1 - p) * np.log1p(-p))


def _central(grid: Floats, weights: Floats) -> tuple[float, float]:
    """Return the central 95 % interval of a distribution on a grid, each point spread evenly over its cell."""
    step = float(grid[1] - grid[0])
    edges = np.append(grid - step / 2, grid[-1] + step / 2)
    share = np.append(0.0, np.cumsum(weights))
    low, high = np.interp([TAIL, 1 - TAIL], share / share[-1], edges)
    return float(np.clip(low, grid[0], grid[-1])), float(np.clip(high, grid[0], grid[-1]))
