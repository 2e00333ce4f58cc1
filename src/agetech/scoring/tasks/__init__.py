"""Cognition from tasks: typed raw events in, measures with unit, count, least count, source and version out.

`measure_task` turns the events of one run into a `TaskResult`; `read_events` reads them from JSON Lines or CSV. The
arithmetic behind it takes plain numbers: `rt_summary`, `fit_ex_gaussian`, `signal_detection`, `stroop` and the others.
Screening, not diagnosis: no number here is a medical finding.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agetech.scoring.tasks.clock import clock_kinematics, face_of, strokes_of
    from agetech.scoring.tasks.declaration import declared, tasks
    from agetech.scoring.tasks.detection import n_back, signal_detection
    from agetech.scoring.tasks.event import TaskEvent
    from agetech.scoring.tasks.ex_gaussian import ex_gaussian_log_likelihood, fit_ex_gaussian
    from agetech.scoring.tasks.interference import golden_interference, stroop
    from agetech.scoring.tasks.measuring import measure_task
    from agetech.scoring.tasks.norms import RegressionNorm, change_of, composite, regression_norm, reliable_change
    from agetech.scoring.tasks.reaction import rt_summary
    from agetech.scoring.tasks.reading import csv_of_events, events_of_csv, events_of_lines, lines_of_events, read_events
    from agetech.scoring.tasks.result import Measure, TaskResult
    from agetech.scoring.tasks.spans import span
    from agetech.scoring.tasks.symbols import symbol_digit
    from agetech.scoring.tasks.trails import trail_making
    from agetech.scoring.tasks.words import fluency, word_list

_HOMES = {
    "clock": ("clock_kinematics", "face_of", "strokes_of"),
    "declaration": ("declared", "tasks"),
    "detection": ("n_back", "signal_detection"),
    "event": ("TaskEvent",),
    "ex_gaussian": ("ex_gaussian_log_likelihood", "fit_ex_gaussian"),
    "measuring": ("measure_task",),
    "norms": ("RegressionNorm", "change_of", "composite", "regression_norm", "reliable_change"),
    "reaction": ("rt_summary",),
    "reading": ("csv_of_events", "events_of_csv", "events_of_lines", "lines_of_events", "read_events"),
    "result": ("Measure", "TaskResult"),
    "spans": ("span",),
    "interference": ("golden_interference", "stroop"),
    "symbols": ("symbol_digit",),
    "trails": ("trail_making",),
    "words": ("fluency", "word_list"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Measure",
    "RegressionNorm",
    "TaskEvent",
    "TaskResult",
    "change_of",
    "clock_kinematics",
    "composite",
    "csv_of_events",
    "declared",
    "events_of_csv",
    "events_of_lines",
    "ex_gaussian_log_likelihood",
    "face_of",
    "fit_ex_gaussian",
    "fluency",
    "golden_interference",
    "lines_of_events",
    "measure_task",
    "n_back",
    "read_events",
    "regression_norm",
    "reliable_change",
    "rt_summary",
    "signal_detection",
    "span",
    "strokes_of",
    "stroop",
    "symbol_digit",
    "tasks",
    "trail_making",
    "word_list",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"agetech.scoring.tasks.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
