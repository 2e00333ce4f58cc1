"""Adaptive thresholds: transformed and weighted up-down staircases, and the Bayesian staircase after QUEST."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, NamedTuple

from agetech.errors import SignalError
from agetech.scoring.tasks.event import Session, bounded, counted, numbered, reals
from agetech.scoring.tasks.result import Findings, Found
from agetech.units import unit

CLOSE = 1e-6  # a level that the task writes with six digits is the level of the rule


class Staircase(NamedTuple):
    """levels: of each trial; final: after the last one; threshold: mean of the last reversals, None for too few."""

    levels: tuple[float, ...]
    final: float
    reversals: tuple[float, ...]
    threshold: float | None


class Quest(NamedTuple):
    """placements: posterior means before each trial, dB; posterior_mean, posterior_sd: after the last one, dB."""

    placements: tuple[float, ...]
    posterior_mean: float
    posterior_sd: float


@dataclass(frozen=True, slots=True)
class StaircaseSettings:
    """start, step, step_up: levels; down: correct answers in a row that lower the level; last: reversals averaged.

    step_up None: as large as step. level_unit: UCUM code of the level, `1` for a rank of difficulty.
    """

    start: float = 10.0
    step: float = 1.0
    down: int = 3
    step_up: float | None = None
    last: int = 4
    level_unit: str = "1"

    def __post_init__(self) -> None:
        bounded("start", self.start, -1e9, 1e9)
        bounded("step", self.step, 1e-9, 1e9)
        bounded("step_up", self.step if self.step_up is None else self.step_up, 1e-9, 1e9)
        counted("down", self.down, 10, 1)
        counted("last", self.last, 100, 2)
        unit(self.level_unit)


@dataclass(frozen=True, slots=True)
class QuestSettings:
    """lowest, highest, points: grid of thresholds, dB; prior_mean, prior_sd: dB; beta: slope; gamma: guessing; delta: lapsing."""

    lowest: float = -20.0
    highest: float = 20.0
    points: int = 401
    prior_mean: float = 0.0
    prior_sd: float = 6.0
    beta: float = 3.5
    gamma: float = 0.5
    delta: float = 0.01

    def __post_init__(self) -> None:
        bounded("highest", self.highest, bounded("lowest", self.lowest, -1e4, 1e4) + 1e-6, 1e4)
        counted("points", self.points, 100_000, 3)
        bounded("prior_mean", self.prior_mean, -1e4, 1e4)
        bounded("prior_sd", self.prior_sd, 1e-3, 1e4)
        bounded("beta", self.beta, 1e-3, 100.0)
        bounded("gamma", self.gamma, 0.0, 0.99)
        bounded("delta", self.delta, 1e-6, 0.5)


def convergence(down: int) -> float:
    """Return the share correct at which an N-down, 1-up staircase settles: p with p^N = 1/2.

    Source: Levitt 1971. It holds for equal steps in the limit; with guessing at 0.5 the 2-down rule lies too low.
    """
    return float(0.5 ** (1 / counted("down", down, 10, 1)))


def staircase(
    responses: Sequence[int], start: float, step: float, down: int = 2, *, step_up: float | None = None, last: int = 4
) -> Staircase:
    """Return the course of a staircase over 1 (correct) and 0 (wrong): a lower level is harder.

    `down` correct answers in a row lower the level by `step`, one wrong answer raises it by `step_up` (as large as `step`
    unless given; weighted: step / step_up = (1 - p) / p). A reversal is the level of the trial at which the direction
    turned; threshold is the mean of the `last` of them. Source: Levitt 1971; weighted steps: Kaernbach 1991, from memory.
    """
    s = StaircaseSettings(start, step, down, step_up, last)
    rise = s.step if s.step_up is None else s.step_up
    level, streak, direction = float(s.start), 0, 0
    levels: list[float] = []
    reversals: list[float] = []
    for place, given in enumerate(responses):
        correct = counted(f"responses[{place}]", given, 1)
        levels.append(level)
        streak = streak + 1 if correct else 0
        turn = -1 if streak == s.down else 0 if correct else 1
        if turn:
            if direction == -turn:
                reversals.append(level)
            direction, streak = turn, 0
            level += rise if turn > 0 else -s.step
    threshold = fsum(reversals[-s.last :]) / s.last if len(reversals) >= s.last else None
    return Staircase(tuple(levels), level, tuple(reversals), threshold)


def quest(responses: Sequence[int], settings: QuestSettings | None = None, levels: Sequence[float] | None = None) -> Quest:
    """Return placements and posterior of a threshold, dB, from 1 (correct) and 0 (wrong).

    p(x | T) = delta gamma + (1 - delta)(1 - (1 - gamma) exp(-10^(beta (x - T)/20))), Gaussian prior on a grid, each trial at
    the posterior mean. levels: what was really shown, where the device could not show the placement itself.
    Source: Watson and Pelli 1983; placement at the mean: King-Smith 1994, by the Psychtoolbox text of QUEST.
    """
    import numpy as np

    s = QuestSettings() if settings is None else settings
    said = [counted(f"responses[{place}]", given, 1) for place, given in enumerate(responses)]
    shown = None if levels is None else reals("levels", levels, -1e6)
    if shown is not None and len(shown) != len(said):
        raise SignalError("E_TASK_VALUE", "levels", expected=f"{len(said)} values", got=len(shown))
    grid = np.linspace(s.lowest, s.highest, s.points)
    weight = -0.5 * ((grid - s.prior_mean) / s.prior_sd) ** 2
    placements = []
    for place, correct in enumerate(said):
        mean, _ = _moments(grid, weight)
        placements.append(mean)
        x = mean if shown is None else shown[place]
        with np.errstate(over="ignore"):
            seen = np.exp(-(10.0 ** (s.beta * (x - grid) / 20)))
        right = s.delta * s.gamma + (1 - s.delta) * (1 - (1 - s.gamma) * seen)
        weight = weight + np.log(right if correct else 1 - right)
    mean, sd = _moments(grid, weight)
    return Quest(tuple(placements), mean, sd)


def _moments(grid: Any, weight: Any) -> tuple[float, float]:
    """Return mean and SD of a posterior of unnormalised log weights on a grid."""
    import numpy as np

    p = np.exp(weight - weight.max())
    p /= p.sum()
    mean = float((p * grid).sum())
    return mean, float(np.sqrt((p * (grid - mean) ** 2).sum()))


def _answers(session: Session) -> tuple[list[int], list[float]]:
    """Return 1 or 0 and the level of every trial; no response is wrong."""
    rows, _ = numbered(session.of("trial"), whole=True)
    for row in rows:
        if row.expected is None or row.level is None:
            raise SignalError("E_TASK_EVENT", f"task {session.task}: level", expected="level and right response", got="not both")
    return [int(row.response == row.expected) for row in rows], [row.level for row in rows if row.level is not None]


def found_staircase(session: Session, settings: StaircaseSettings) -> Findings:
    """Return the threshold of a staircase run; raises SignalError where a level shown is not the level of the rule."""
    responses, shown = _answers(session)
    s = settings
    got = staircase(responses, s.start, s.step, s.down, step_up=s.step_up, last=s.last)
    for place, (level, wanted) in enumerate(zip(shown, got.levels, strict=True), start=1):
        if abs(level - wanted) > CLOSE * max(1.0, abs(wanted)):
            raise SignalError("E_TASK_EVENT", f"task staircase: level of trial {place}", expected=f"{wanted:g}", got=f"{level:g}")
    turns = len(got.reversals)
    found = {"threshold": Found(got.threshold, turns, needs=s.last, unit=s.level_unit)}
    return Findings(found, {"trials": len(responses), "correct": sum(responses), "reversals": turns})


def found_quest(session: Session, settings: QuestSettings) -> Findings:
    """Return threshold and its SD after a Bayesian staircase, by the levels that were really shown."""
    responses, shown = _answers(session)
    got = quest(responses, settings, shown)
    n = len(responses)
    found = {"threshold": Found(got.posterior_mean, n), "posterior_sd": Found(got.posterior_sd, n)}
    return Findings(found, {"trials": n, "correct": sum(responses)})


def weighted_step(step: float, share: float) -> float:
    """Return the step up that makes a 1-down staircase of step `step` settle at `share` correct: step share / (1 - share).

    Source: Kaernbach 1991, from memory. Raises ParamsError for a share outside 0.5 to 0.99.
    """
    p = bounded("share", share, 0.5, 0.99)
    return bounded("step", step, 1e-9, 1e9) * p / (1 - p)
