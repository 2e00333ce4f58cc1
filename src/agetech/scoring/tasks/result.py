"""What a run of a task says: measures with unit, count, least count, source and version, or the reason why there is none.

A `TaskResult` is frozen, compares by value and survives JSON unchanged. The same events give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, NamedTuple

from agetech.scoring.result import SCREENING

MeasureStatus = Literal["ok", "censored", "insufficient_data", "undefined"]
TaskStatus = Literal["ok", "partial", "censored", "insufficient_data"]
MEASURE_STATUSES: tuple[MeasureStatus, ...] = ("ok", "censored", "insufficient_data", "undefined")
TASK_STATUSES: tuple[TaskStatus, ...] = ("ok", "partial", "censored", "insufficient_data")
SCHEMA = "agetech.scoring.task-result/1"


class Found(NamedTuple):
    """What a task's arithmetic found for one measure: value, what it rests on, and why it is not plain."""

    value: float | int | None
    n: int
    status: MeasureStatus = "ok"
    reason: str | None = None
    needs: int | None = None  # where the task's settings decide the least count
    unit: str | None = None  # where the task's settings name the unit


class Findings(NamedTuple):
    """The measures and the counts of one session."""

    measures: dict[str, Found]
    counts: dict[str, int]


def missing(reason: str, n: int = 0) -> Found:
    """Return a measure that the record does not allow at all."""
    return Found(None, n, "undefined", reason)


@dataclass(frozen=True, slots=True)
class Measure:
    """One number with everything that a reader must know about it.

    status: `ok`; `censored` (the number is a bound, `reason` says which way); `insufficient_data` (n is below needs);
    `undefined` (the record or the arithmetic gives none). value is None in the last two. n: how many trials, words,
    touches or samples it rests on; needs: the least n. level: how far the source is backed: `verified` (original or
    official text, or two documents that agree), `secondary` (one retelling), `memory` (no text seen).
    """

    name: str
    value: float | int | None
    unit: str
    n: int
    needs: int
    status: MeasureStatus
    reason: str | None
    version: str
    source: str
    level: str
    labels: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The measures of one run of one task.

    status: `ok` (every measure that the task always gives is plain); `partial` (some are not); `censored` (a limit of
    time or length cut the task short, some numbers are bounds); `insufficient_data` (no measure). counts: trials,
    practice, anticipations, lapses, time-outs and what else the task counts. settings: every limit that was used.
    digest: SHA-256 of the events; content_hash: of the task's declaration.
    """

    task: str
    version: str
    content_hash: str
    status: TaskStatus
    measures: dict[str, Measure]
    counts: dict[str, int]
    settings: dict[str, Any]
    device: str
    software: str
    latency_ms: float | None
    events: int
    digest: str
    labels: dict[str, str] = field(default_factory=dict)

    def value(self, name: str) -> float | int | None:
        """Return a measure's number, None where there is none; KeyError for a measure that the task does not have."""
        return self.measures[name].value

    @property
    def notice(self) -> Mapping[str, str]:
        """Return "screening, not diagnosis" in both languages; it belongs beside every printed result."""
        return SCREENING

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON values, the notice included."""
        return {"schema": SCHEMA, **asdict(self), "notice": dict(SCREENING)}

    def as_json(self) -> str:
        """Return the result as canonical JSON: sorted keys, no spaces. Equal results have equal bytes."""
        return json.dumps(self.as_dict(), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> TaskResult:
        """Return the result that `as_dict` wrote; unknown keys are left out."""
        known = {f.name for f in fields(cls)}
        inner = {f.name for f in fields(Measure)}
        given = {key: value for key, value in document.items() if key in known}
        measures = {
            name: Measure(**{key: value for key, value in one.items() if key in inner}) for name, one in document["measures"].items()
        }
        return cls(**{**given, "measures": measures})
