"""Raw events of a cognitive task: one row a trial, a touch, a word or a pen sample, and the session they make.

Times are milliseconds of one monotonic clock of the device. A response is the touch-down, not the lift. The latency of
the device is recorded and never taken off. Practice is a tag of the row, never a position in the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any, NoReturn

from agetech.errors import ParamsError, SignalError
from agetech.scoring.form import number

KINDS = ("trial", "early", "study", "end", "pen")
LATEST = float(2**53)  # ms: beyond it a float no longer tells neighbouring milliseconds apart
LONGEST_TEXT = 1000
TEXTS = ("condition", "stimulus", "expected", "response")
TIMES = ("onset_ms", "response_ms", "latency_ms")
PEN = ("x", "y", "pressure")


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """One row of a task's record.

    task: id such as `stroop`; trial: its number; kind: `trial` (a stimulus with or without a response), `early` (a
    response before any stimulus), `study` (a word shown), `end` (the task, or the part named by `condition`, stopped),
    `pen` (one sample of the pen). onset_ms, response_ms: device clock, ms; response and response_ms come together or not
    at all. expected: the right response; level: the stimulus level of an adaptive task; x, y: mm, pressure: 0 in the air.
    device: make and model; version: of the software that ran the task; latency_ms: of the device, as stated by its maker.
    Raises SignalError naming the field for anything else, NaN and infinity included.
    """

    task: str
    trial: int
    onset_ms: float
    device: str
    version: str
    kind: str = "trial"
    condition: str | None = None
    stimulus: str | None = None
    expected: str | None = None
    response: str | None = None
    response_ms: float | None = None
    practice: bool = False
    latency_ms: float | None = None
    level: float | None = None
    x: float | None = None
    y: float | None = None
    pressure: float | None = None

    def __post_init__(self) -> None:
        for name in ("task", "device", "version"):
            _text(name, getattr(self, name))
        if self.kind not in KINDS:
            _refuse("kind", "one of " + ", ".join(KINDS), type(self.kind).__name__)
        if type(self.trial) is not int or not 0 <= self.trial < 10**9:
            _refuse("trial", "a whole number from 0", type(self.trial).__name__)
        if type(self.practice) is not bool:
            _refuse("practice", "true or false", type(self.practice).__name__)
        for name in TEXTS:
            if getattr(self, name) is not None:
                _text(name, getattr(self, name))
        object.__setattr__(self, "onset_ms", _real("onset_ms", self.onset_ms, 0.0))
        for name in ("response_ms", "latency_ms", "level", *PEN):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _real(name, value, 0.0 if name in TIMES or name == "pressure" else -LATEST))
        self._agree()

    def _agree(self) -> None:
        """Refuse fields that contradict one another."""
        if (self.response is None) != (self.response_ms is None):
            _refuse("response_ms", "response and response_ms together", "one of them")
        if self.response_ms is not None and self.response_ms < self.onset_ms:
            _refuse("response_ms", "at or after onset_ms", "an earlier time")
        given = [name for name in PEN if getattr(self, name) is not None]
        if self.kind == "pen" and len(given) < len(PEN):
            _refuse("x", "x, y and pressure of a pen sample", ", ".join(given) or "none of them")
        if self.kind != "pen" and given:
            _refuse(given[0], "nothing outside pen samples", "a number")
        if self.kind in ("study", "end", "pen") and self.response is not None:
            _refuse("response", f"nothing in a row of kind {self.kind}", "a response")

    @property
    def rt(self) -> float | None:
        """Return the time from onset to response, s; None without a response. The device's latency is still in it."""
        return None if self.response_ms is None else (self.response_ms - self.onset_ms) / 1000

    def as_dict(self) -> dict[str, Any]:
        """Return the fields that say something, in order: what a line of JSON holds."""
        plain = {f.name: f.default for f in fields(self)}
        return {name: value for name, value in asdict(self).items() if value != plain[name]}


FIELDS = tuple(f.name for f in fields(TaskEvent))


def _refuse(field: str, expected: str, got: str) -> NoReturn:
    raise SignalError("E_TASK_EVENT", f"task event: {field}", expected=expected, got=got)


def _text(field: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_TEXT or not value.isprintable():
        _refuse(field, f"printable text of 1 to {LONGEST_TEXT} characters", type(value).__name__)


def _real(field: str, value: object, least: float) -> float:
    plain = number(value)
    if plain is None or not least <= plain <= LATEST:
        _refuse(field, f"a finite number from {least:g} to {LATEST:g}", "a number outside" if plain is not None else _kind(value))
    return float(plain) + 0.0  # -0.0 becomes 0.0, so that one number has one digest


def _kind(value: object) -> str:
    return f"{value}" if isinstance(value, float) else type(value).__name__  # nan, inf: no person's data


@dataclass(frozen=True, slots=True)
class Session:
    """The checked rows of one run of one task on one device: what a measure may look at.

    events: without practice, in the order of the clock; digest: SHA-256 of all rows, practice included.
    """

    task: str
    device: str
    version: str
    latency_ms: float | None
    events: tuple[TaskEvent, ...]
    practice: int
    digest: str

    def of(self, *kinds: str) -> tuple[TaskEvent, ...]:
        """Return the rows of these kinds."""
        return tuple(event for event in self.events if event.kind in kinds)

    def ended(self, condition: str | None = None) -> float | None:
        """Return when the task, or the part of this condition, is recorded to have stopped, ms; None where it is not."""
        found = [event.onset_ms for event in self.of("end") if condition is None or event.condition == condition]
        return found[-1] if found else None


def session(events: Iterable[TaskEvent]) -> Session:
    """Return the checked session of some rows.

    Raises SignalError for no rows, for rows of several tasks, devices, versions or latencies, and for a clock that goes
    back: onsets never fall, and under one onset neither do the times of responses.
    """
    rows = tuple(events)
    if not rows:
        raise SignalError("E_TASK_EMPTY", "task events", expected="at least one row", got="none")
    for row in rows:
        if not isinstance(row, TaskEvent):
            raise SignalError("E_TASK_EVENT", "task events", expected="TaskEvent", got=type(row).__name__)
    for name in ("task", "device", "version", "latency_ms"):
        kinds = {getattr(row, name) for row in rows}
        if len(kinds) > 1:
            raise SignalError("E_TASK_MIXED", f"task events: {name}", expected="one value in all rows", got=f"{len(kinds)} values")
    previous = rows[0]
    for place, row in enumerate(rows[1:], start=2):
        if _moment(row) < _moment(previous):
            raise SignalError("E_TASK_CLOCK", f"task events: row {place}", expected="times that never fall", got="an earlier time")
        previous = row
    scored = tuple(row for row in rows if not row.practice)
    first = rows[0]
    return Session(first.task, first.device, first.version, first.latency_ms, scored, len(rows) - len(scored), digest(rows))


def _moment(row: TaskEvent) -> tuple[float, float]:
    return row.onset_ms, row.onset_ms if row.response_ms is None else row.response_ms


def digest(rows: Iterable[TaskEvent]) -> str:
    """Return `sha256:` and the digest of the rows as canonical JSON lines: every field, sorted keys, no spaces, UTF-8."""
    made = hashlib.sha256()
    for row in rows:
        made.update(json.dumps(asdict(row), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n")
    return "sha256:" + made.hexdigest()


def numbered(rows: Iterable[TaskEvent]) -> tuple[tuple[TaskEvent, ...], int]:
    """Return rows with rising trial numbers, and how many numbers between them lack.

    Raises SignalError for a number that stands twice or falls.
    """
    listed = tuple(rows)
    lost = 0
    for before, after in pairwise(listed):
        if after.trial <= before.trial:
            got = f"{after.trial} after {before.trial}"
            raise SignalError("E_TASK_TRIALS", f"task {after.task}: trial", expected="rising trial numbers", got=got)
        lost += after.trial - before.trial - 1
    return listed, lost


def unbroken(session: Session) -> tuple[TaskEvent, ...]:
    """Return the trials of a task in which the order carries the meaning: none between them lacks, nor the first.

    Numbers begin at 0 or 1, or go on from those of practice. Raises SignalError for anything else.
    """
    rows, lost = numbered(session.of("trial"))
    starts = (0, 1, session.practice, session.practice + 1)
    if rows and (lost or rows[0].trial not in starts):
        got = f"{lost} lost" if lost else f"the first is {rows[0].trial}"
        raise SignalError("E_TASK_TRIALS", f"task {session.task}: trial", expected="trial numbers from 1 without a gap", got=got)
    return rows


def reals(where: str, values: Iterable[object], least: float = 0.0) -> tuple[float, ...]:
    """Return plain finite floats of at least `least`; raises SignalError naming the input for anything else."""
    listed = tuple(values)
    plain = tuple(number(value) for value in listed)
    for place, value in enumerate(plain):
        if value is None or not least <= value <= LATEST:
            raise SignalError("E_TASK_VALUE", f"{where}[{place}]", expected=f"a finite number from {least:g}", got=_kind(listed[place]))
    return tuple(float(value) for value in plain if value is not None)


def counted(where: str, value: object, most: int | None = None, least: int = 0) -> int:
    """Return a whole number from `least` to `most`; raises ParamsError naming the input for anything else."""
    plain = number(value)
    if plain is None or plain != int(plain) or plain < least or (most is not None and plain > most):
        wanted = f"a whole number from {least}" + (f" to {most}" if most is not None else "")
        raise ParamsError("E_TASK_SETTING", where, expected=wanted, got=str(value))
    return int(plain)


def bounded(where: str, value: object, least: float, most: float) -> float:
    """Return a finite number of a setting within its bounds; raises ParamsError naming it for anything else."""
    plain = number(value)
    if plain is None or not least <= plain <= most:
        raise ParamsError("E_TASK_SETTING", where, expected=f"a number from {least:g} to {most:g}", got=str(value))
    return float(plain)
