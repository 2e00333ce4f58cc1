"""Task events as text: JSON Lines and CSV, both ways. A row that does not hold is refused with its line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from agetech.errors import ExchangeError, SignalError
from agetech.scoring.tasks.event import FIELDS, PEN, TIMES, TaskEvent

LARGEST = 64 * 2**20  # bytes: hours of pen samples
LONGEST_NUMBER = 16  # digits
NUMBERS = frozenset({*TIMES, *PEN, "level"})
NEEDED = ("task", "trial", "onset_ms", "device", "version")
TRUTH = {"true": True, "1": True, "false": False, "0": False}


def read_events(path: str | Path) -> tuple[TaskEvent, ...]:
    """Return the rows of a file: `.csv`, or JSON Lines (`.jsonl`, `.ndjson`), UTF-8.

    Raises ExchangeError for a file that cannot be read and SignalError for a row that does not hold, both with the line.
    """
    place = Path(path)
    kind = place.suffix.lower()
    if kind not in (".csv", ".jsonl", ".ndjson"):
        raise ExchangeError("E_TASK_FILE", place.name, expected=".csv, .jsonl or .ndjson", got=kind or "no suffix")
    try:
        size = place.stat().st_size
        if size > LARGEST:
            raise ExchangeError("E_TASK_FILE", place.name, expected=f"at most {LARGEST} bytes", got=size)
        text = place.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ExchangeError("E_TASK_FILE", place.name, expected="text in UTF-8", got="other bytes") from None
    except OSError as error:
        raise ExchangeError("E_TASK_FILE", place.name, expected="a readable file", got=type(error).__name__) from None
    return events_of_csv(text, place.name) if kind == ".csv" else events_of_lines(text, place.name)


def events_of_lines(text: str, where: str = "events") -> tuple[TaskEvent, ...]:
    """Return the rows of JSON Lines: one object a line with the fields of `TaskEvent`; blank lines are passed over."""
    found = []
    for place, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                given = json.loads(line, object_pairs_hook=_once)
            except (ValueError, RecursionError):
                raise ExchangeError("E_TASK_FILE", f"{where}:{place}", expected="one JSON object", got="something else") from None
            if not isinstance(given, dict):
                raise ExchangeError("E_TASK_FILE", f"{where}:{place}", expected="one JSON object", got=type(given).__name__)
            found.append(_event(given, f"{where}:{place}"))
    return tuple(found)


def events_of_csv(text: str, where: str = "events") -> tuple[TaskEvent, ...]:
    """Return the rows of CSV whose first line names the fields of `TaskEvent`; an empty cell says nothing."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        heading = next(rows, [])
        _fields(heading, f"{where}:1", twice=len(heading) != len(set(heading)))
        return tuple(_event(cells, f"{where}:{rows.line_num}") for cells in _cells(rows, heading, where))
    except csv.Error:
        raise ExchangeError("E_TASK_FILE", f"{where}:{rows.line_num}", expected="comma separated values", got="something else") from None


def lines_of_events(events: Iterable[TaskEvent]) -> str:
    """Return rows as JSON Lines; `events_of_lines` reads the same rows back."""
    return "".join(json.dumps(event.as_dict(), ensure_ascii=False, allow_nan=False) + "\n" for event in events)


def csv_of_events(events: Iterable[TaskEvent]) -> str:
    """Return rows as CSV with every field as a column; `events_of_csv` reads the same rows back."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    for event in events:
        given = event.as_dict()
        writer.writerow([_cell(given.get(name)) for name in FIELDS])
    return text.getvalue()


def _cell(value: Any) -> str:
    return (
        "" if value is None else str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _fields(names: Iterable[str], where: str, *, twice: bool = False) -> None:
    """Refuse names that are no fields, names that stand twice, and fields that lack."""
    given = list(names)
    unknown = [name for name in given if name not in FIELDS]
    lacking = [name for name in NEEDED if name not in given]
    if unknown or lacking or twice:
        got = f"unknown {', '.join(unknown)}" if unknown else f"no {', '.join(lacking)}" if lacking else "a field twice"
        raise ExchangeError("E_TASK_FILE", where, expected="the fields of a task event", got=got)


def _cells(rows: Iterator[list[str]], heading: list[str], where: str) -> Iterator[dict[str, Any]]:
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(heading):
            raise ExchangeError("E_TASK_FILE", where, expected=f"{len(heading)} cells a row", got=len(row))
        yield {name: _value(name, cell) for name, cell in zip(heading, row, strict=True) if cell.strip()}


def _value(name: str, cell: str) -> Any:
    """Return the value of a cell in the type of its field; text that is none stays text and is refused with its field."""
    plain = cell.strip()
    if name == "practice":
        return TRUTH.get(plain.lower(), cell)
    if name == "trial":
        return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < LONGEST_NUMBER else cell
    if name in NUMBERS and "_" not in plain:
        try:
            return float(plain)
        except ValueError:
            return cell
    return cell


def _event(given: Mapping[str, Any], where: str) -> TaskEvent:
    """Return the row of one line, its faults named with the line."""
    _fields(given, where)
    try:
        return TaskEvent(**given)
    except SignalError as error:
        raise SignalError(error.code, f"{where}: {error.path}", **error.facts) from None
