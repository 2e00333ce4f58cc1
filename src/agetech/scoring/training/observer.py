"""Simulated observers with a known threshold: what staircases are tested on. Simulated, never a person's data."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from agetech.scoring.training.plan import Device, Plan
from agetech.scoring.training.psychometric import Psychometric
from agetech.scoring.training.session import Session

SIMULATED = Device("simulated", "1")


@dataclass(frozen=True, slots=True)
class Observer:
    """A simulated person: a psychometric function with its threshold, and a seed."""

    function: Psychometric
    threshold: float
    seed: int = 0

    def answers(self) -> Answers:
        """Return the answers from the first trial on."""
        return Answers(self)


class Answers:
    """The answers of a simulated person, one draw a trial."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._random = random.Random(observer.seed)  # noqa: S311 - a simulation

    def correct(self, level: float) -> bool:
        """Return whether the answer at a level is right."""
        return self._random.random() < self._observer.function.at(level, self._observer.threshold)


def simulate(plan: Plan, observer: Observer, started: datetime, pace: float = 3.0) -> Session:
    """Return the finished session of a simulated person who answers every `pace` seconds."""
    session, answers, at = Session(plan, SIMULATED, started), observer.answers(), started
    while session.reason is None:
        at += timedelta(seconds=pace)
        session.answer(at, correct=answers.correct(session.level))
    return session
