"""Adaptive training: staircases that find a person's threshold, sessions that survive a reboot, curves over sessions.

`Plan` names task, staircase, stop rule and seed; `Session` says what to present next and takes the answers;
`learning_curve` looks at many sessions. A training result is no diagnosis.
"""

from __future__ import annotations

from agetech.scoring.training.bayes import Quest, QuestPlus, reread
from agetech.scoring.training.curve import Curve, learning_curve
from agetech.scoring.training.estimate import Estimate
from agetech.scoring.training.observer import Observer, simulate
from agetech.scoring.training.plan import Device, Plan, Stop
from agetech.scoring.training.psychometric import Psychometric
from agetech.scoring.training.session import Session, SessionResult, Trial
from agetech.scoring.training.updown import Transformed, Weighted

__all__ = [
    "Curve",
    "Device",
    "Estimate",
    "Observer",
    "Plan",
    "Psychometric",
    "Quest",
    "QuestPlus",
    "Session",
    "SessionResult",
    "Stop",
    "Transformed",
    "Trial",
    "Weighted",
    "learning_curve",
    "reread",
    "simulate",
]
