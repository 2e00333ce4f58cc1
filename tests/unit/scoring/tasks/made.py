"""Rows of made-up runs: one device, one software, times in milliseconds."""

from __future__ import annotations

from agetech.scoring.tasks import TaskEvent


def row(task, trial, onset, rt=None, **more):
    """Return a row whose response came `rt` ms after its onset; `go` where no other response is named."""
    given = {"device": "Tablet 10", "version": "1.2.0", **more}
    if rt is not None:
        given = {"response": "go", **given, "response_ms": onset + rt}
    return TaskEvent(task, trial, onset, **given)


def run(task, times, **more):
    """Return rows of one task with these reaction times, ms, three seconds apart; None is a time-out."""
    return [row(task, place, 3000.0 * place, rt, **more) for place, rt in enumerate(times, start=1)]


def pen(onset, x, y, pressure=1.0, **more):
    return row("clock_drawing", 1, onset, kind="pen", x=x, y=y, pressure=pressure, **more)
