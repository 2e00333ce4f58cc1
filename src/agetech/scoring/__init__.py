"""Instruments as data, one engine that scores them and refuses to guess.

`score` takes one person's answers, `score_table` a table; both give the same bits. `instruments()` lists what can be
scored, `instrument(id)` is the checked file behind it, `register(folder)` adds a tenant's own. `measure_task` measures a
cognitive task from its raw events (`scoring.tasks`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agetech.scoring.catalogue import instrument, instruments, register, unregister
from agetech.scoring.engine import score
from agetech.scoring.instrument import Instrument
from agetech.scoring.result import SCREENING, STATUSES, Absence, Score

if TYPE_CHECKING:
    from agetech.scoring.table import ScoreTable, score_table
    from agetech.scoring.tasks import TaskEvent, TaskResult, measure_task, read_events

__all__ = [
    "SCREENING",
    "STATUSES",
    "Absence",
    "Instrument",
    "Score",
    "ScoreTable",
    "TaskEvent",
    "TaskResult",
    "instrument",
    "instruments",
    "measure_task",
    "read_events",
    "register",
    "score",
    "score_table",
    "unregister",
]


def __getattr__(name: str) -> object:
    if name in ("ScoreTable", "score_table"):
        from agetech.scoring import table

        return getattr(table, name)
    if name in ("TaskEvent", "TaskResult", "measure_task", "read_events"):
        from agetech.scoring import tasks

        return getattr(tasks, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
