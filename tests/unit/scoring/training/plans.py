"""Plans of every kind of staircase, and simulated sessions under them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agetech.scoring.training import Device, Plan, Psychometric, Quest, QuestPlus, Session, Stop, Transformed, Weighted

BEGIN = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
TABLE = Device("table-07", "1.4.2", 38.0)
CHOICE = Psychometric("logistic", 1.0, 0.5, 0.0)
RULES = {
    "2-1": Transformed(10.0, (4.0, 2.0, 1.0), 0.0, 20.0),
    "3-1": Transformed(10.0, (1.0,), 0.0, 20.0, down=3, alternatives=2),
    "weighted": Weighted(10.0, (1.0,), 0.0, 20.0, performance=0.75, alternatives=2),
    "quest": Quest(-20.0, 20.0, 0.0, 6.0),
    "quest_plus": QuestPlus(tuple(float(x) for x in range(21)), 0.0, 20.0, (0.5, 1.0, 2.0), (0.0, 0.05), CHOICE, 21),
}


def plan(kind="2-1", **stop):
    return Plan("spot-the-change", "2.1.0", RULES[kind], Stop(**{"trials": 80, **stop}), seed=7)


def session(kind="2-1", **stop):
    return Session(plan(kind, **stop), TABLE, BEGIN, "p-7f3a9c21")


def at(seconds):
    return BEGIN + timedelta(seconds=seconds)


def played(kind, answers, **stop):
    """Return a session after these answers, one every two seconds."""
    found = session(kind, **stop)
    for number, correct in enumerate(answers, 1):
        found.answer(at(2 * number), correct=bool(correct), reaction=400.0 + number)
    return found
