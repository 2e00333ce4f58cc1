"""Thresholds of adaptive runs, replayed from their events by the staircases of `scoring.training`.

An up-down run must have shown the levels of its rule; a Bayesian one is taken by the levels that were really shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks.event import Session, bounded, counted, unbroken
from agetech.scoring.tasks.result import Findings, Found
from agetech.scoring.training import Psychometric, Quest, Transformed, Weighted
from agetech.units import unit

CLOSE = 1e-6  # a level that the task writes with six digits is the level of the rule


@dataclass(frozen=True, slots=True)
class StaircaseSettings:
    """start, step, lowest, highest: levels; down: right answers in a row that lower the level; average: reversals averaged.

    performance: share of right answers of a weighted rule, whose error raises the level by step performance /
    (1 - performance) and whose down is 1; None for a rule of equal steps. level_unit: UCUM code of the level.
    """

    start: float = 10.0
    step: float = 1.0
    lowest: float = -1e6
    highest: float = 1e6
    down: int = 3
    performance: float | None = None
    average: int = 4
    level_unit: str = "1"

    def __post_init__(self) -> None:
        unit(self.level_unit)
        if self.performance is not None and self.down != 1:
            raise ParamsError("E_TASK_SETTING", "task staircase: down", expected="1 for a weighted rule", got=str(self.down))
        _ = self.rule

    @property
    def rule(self) -> Transformed | Weighted:
        """Return the rule of the staircase; raises ParamsError for settings that no staircase can have."""
        if self.performance is not None:
            return Weighted(self.start, (self.step,), self.lowest, self.highest, self.performance, self.average)
        return Transformed(self.start, (self.step,), self.lowest, self.highest, self.down, 1, self.average)


@dataclass(frozen=True, slots=True)
class QuestSettings:
    """lowest, highest, points: grid of thresholds, dB; prior_mean, prior_sd: dB; beta: slope; gamma: guessing; delta: lapsing.

    p(x | T) = delta gamma + (1 - delta)(1 - (1 - gamma) exp(-10^(beta (x - T)/20))), as Watson and Pelli write it.
    """

    lowest: float = -20.0
    highest: float = 20.0
    points: int = 401
    prior_mean: float = 0.0
    prior_sd: float = 6.0
    beta: float = 3.5
    gamma: float = 0.5
    delta: float = 0.01

    def __post_init__(self) -> None:
        bounded("gamma", self.gamma, 0.0, 0.99)
        bounded("delta", self.delta, 1e-6, 0.5)
        counted("points", self.points)
        _ = self.rule

    @property
    def rule(self) -> Quest:
        """Return the Bayesian rule; raises ParamsError for settings that none can have."""
        function = Psychometric("weibull", self.beta, self.gamma, self.delta * (1 - self.gamma))
        return Quest(self.lowest, self.highest, self.prior_mean, self.prior_sd, function, self.points)


def _answers(session: Session) -> tuple[list[bool], list[float]]:
    """Return whether each trial was right, and its level; no response is wrong."""
    rows = unbroken(session)
    for row in rows:
        if row.expected is None or row.level is None:
            raise SignalError("E_TASK_EVENT", f"task {session.task}: level", expected="level and right response", got="not both")
    return [row.response == row.expected for row in rows], [row.level for row in rows if row.level is not None]


def found_staircase(session: Session, settings: StaircaseSettings) -> Findings:
    """Return the threshold of an up-down run; raises SignalError where a level shown is not the level of the rule."""
    answers, shown = _answers(session)
    track = settings.rule.begin()
    for place, (right, level) in enumerate(zip(answers, shown, strict=True), start=1):
        wanted = track.level
        if abs(level - wanted) > CLOSE * max(1.0, abs(wanted)):
            raise SignalError("E_TASK_EVENT", f"task staircase: level of trial {place}", expected=f"{wanted:g}", got=f"{level:g}")
        track.answer(wanted, correct=right)
    got = track.estimate()
    threshold = Found(None if got is None else got.threshold, track.turns, needs=settings.average, unit=settings.level_unit)
    return Findings({"threshold": threshold}, {"trials": len(answers), "correct": sum(answers), "reversals": track.turns})


def found_quest(session: Session, settings: QuestSettings) -> Findings:
    """Return threshold and its SD after a Bayesian run, by the levels that were really shown."""
    answers, shown = _answers(session)
    track = settings.rule.begin()
    for right, level in zip(answers, shown, strict=True):
        track.answer(level, correct=right)
    got, n = track.estimate(), len(answers)
    found = {"threshold": Found(None if got is None else got.threshold, n), "posterior_sd": Found(track.spread, n)}
    return Findings(found, {"trials": n, "correct": sum(answers)})
