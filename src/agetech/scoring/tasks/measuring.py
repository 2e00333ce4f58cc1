"""From events to a result: one door for every task, the least counts and the sources put to each number."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from importlib import import_module
from typing import Any, NamedTuple

from agetech.errors import ParamsError
from agetech.scoring.tasks.declaration import DeclaredMeasure, DeclaredTask, declared, reason
from agetech.scoring.tasks.event import Session, TaskEvent, counted, session
from agetech.scoring.tasks.result import Findings, Found, Measure, TaskResult, TaskStatus


class _Door(NamedTuple):
    """Where a task's settings and arithmetic stand; loaded when the task is first measured."""

    module: str
    settings: str
    function: str


DOORS = {
    "reaction_time": _Door("reaction", "ReactionSettings", "found_reaction"),
    "signal_detection": _Door("detection", "DetectionSettings", "found_detection"),
    "n_back": _Door("detection", "NBackSettings", "found_n_back"),
    "stroop": _Door("interference", "StroopSettings", "found_stroop"),
    "trail_making": _Door("trails", "TrailSettings", "found_trails"),
    "digit_span": _Door("spans", "SpanSettings", "found_span"),
    "corsi": _Door("spans", "SpanSettings", "found_span"),
    "word_list": _Door("words", "WordListSettings", "found_word_list"),
    "fluency": _Door("words", "FluencySettings", "found_fluency"),
    "symbol_digit": _Door("symbols", "SymbolSettings", "found_symbols"),
    "staircase": _Door("adaptive", "StaircaseSettings", "found_staircase"),
    "quest": _Door("adaptive", "QuestSettings", "found_quest"),
    "clock_drawing": _Door("clock", "ClockSettings", "found_clock"),
}


def measure_task(
    events: Iterable[TaskEvent], settings: Mapping[str, Any] | None = None, *, least: Mapping[str, int] | None = None
) -> TaskResult:
    """Return the measures of one run of one task.

    events: the rows of one session in the order of its clock; the task is theirs. settings: the task's limits by name;
    least: measure -> fewest trials, where the declared number is not wanted; both stand in the result. Raises SignalError
    for events that must be refused (see `TaskEvent`, `session`), ParamsError for an unknown task, setting or measure.
    A run that is too short is no error: its measures have no number and say how many trials they need.
    """
    run = session(events)
    task = declared(run.task)
    sys.audit("agetech.run", task.id, task.version)
    door = DOORS[task.id]
    module = import_module(f"agetech.scoring.tasks.{door.module}")
    chosen = _settings(getattr(module, door.settings), settings or {}, task.id)
    fewest = _least(task, least or {})
    function: Callable[[Session, Any], Findings] = getattr(module, door.function)
    found = function(run, chosen)
    measures = {name: _measure(one, found.measures[name], task.version, fewest.get(name)) for name, one in task.measures.items()}
    used = asdict(chosen) | ({"least": fewest} if fewest else {})
    return TaskResult(
        task.id,
        task.version,
        task.hash,
        _status(task, measures),
        measures,
        {**found.counts, "practice": run.practice},
        used,
        run.device,
        run.version,
        run.latency_ms,
        len(run.events) + run.practice,
        run.digest,
        dict(task.labels),
    )


def _settings(kind: type, given: Mapping[str, Any], task: str) -> Any:
    """Return the settings of a task; raises ParamsError for a name that it does not have."""
    known = [f.name for f in fields(kind)]
    for name in given:
        if name not in known:
            raise ParamsError("E_TASK_SETTING", f"task {task}: {name}", expected=", ".join(known) or "no settings", got=str(name))
    return kind(**given)


def _least(task: DeclaredTask, given: Mapping[str, int]) -> dict[str, int]:
    for name in given:
        if name not in task.measures:
            raise ParamsError("E_TASK_SETTING", f"task {task.id}: least", expected=", ".join(task.measures), got=str(name))
    return {name: counted(f"least.{name}", value, 10**6, 1) for name, value in sorted(given.items())}


def _measure(one: DeclaredMeasure, found: Found, version: str, least: int | None) -> Measure:
    """Return a measure with everything that is declared of it; a number that rests on too little is not given."""
    needs = least if least is not None else found.needs if found.needs is not None else one.needs
    value, status, why = found.value, found.status, found.reason
    if status in ("ok", "censored") and (value is None or found.n < needs):
        enough = found.n >= needs
        value, status, why = None, "undefined" if enough else "insufficient_data", "no_denominator" if enough else "too_few"
    return Measure(
        one.name,
        value,
        found.unit or one.unit,
        found.n,
        needs,
        status,
        why,
        version,
        one.source,
        one.level,
        dict(one.labels),
        reason(why),
    )


def _status(task: DeclaredTask, measures: Mapping[str, Measure]) -> TaskStatus:
    wanted = [measures[name] for name, one in task.measures.items() if not one.optional]
    if all(one.value is None for one in measures.values()):
        return "insufficient_data"
    if any(one.status == "censored" for one in measures.values()):
        return "censored"
    return "ok" if all(one.status == "ok" for one in wanted) else "partial"
