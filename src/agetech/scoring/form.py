"""Reading answers: what was given, what lacks and why, what is wrong. One place, so that no rule sees junk."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from numbers import Integral, Real
from typing import Any

from agetech.scoring.instrument import Instrument, Item
from agetech.scoring.result import Absence

ABSENCES = {absence.value: absence for absence in Absence}
RESERVED = frozenset({"scheme", "stratum", *ABSENCES})


def number(value: object) -> float | int | None:
    """Return a plain int or finite float for a real number of any kind, None for bool, text, NaN and infinity."""
    kind = type(value)
    if kind is int:
        return value  # type: ignore[return-value]
    if kind is float:
        return value if isfinite(value) else None  # type: ignore[arg-type, return-value]
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    if isinstance(value, Integral):
        return int(value)
    plain = float(value)
    return plain if isfinite(plain) else None


class Form:
    """One person's answers after checking: what a rule may look at.

    answers: item id -> number, for the items that have one; points: the same after reverse keying and with absences
    that the file scores; missing: items that lack; context: the checked context; mode: the chosen scheme's id.
    """

    __slots__ = ("absent", "answers", "context", "errors", "instrument", "missing", "missing_context", "mode", "points")

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.answers: dict[str, float | int] = {}
        self.points: dict[str, float | int] = {}
        self.missing: list[str] = []
        self.absent: dict[str, str] = {}
        self.errors: list[str] = []
        self.context: dict[str, Any] = {}
        self.missing_context: list[str] = []
        self.mode: str | None = None

    def get(self, item: str) -> float | int | None:
        """Return the points of an item, None where it lacks."""
        return self.points.get(item)

    def need(self, name: str) -> Any:
        """Return a context value, None where it was not given; the name is then reported as missing context."""
        value = self.context.get(name)
        if value is None and name not in self.missing_context:
            self.missing_context.append(name)
        return value


def read(instrument: Instrument, responses: object, context: Mapping[str, Any] | None) -> Form:
    """Return the checked form. Nothing is raised for bad answers: they stand in `errors`, in the order of the form.

    responses: item id -> number, None (not answered) or an `Absence`. Absences may also be given as lists of item
    ids in the context, under `unable`, `refused`, `dont_know` and `not_asked`, as files do.
    """
    form = Form(instrument)
    if type(responses) is not dict and not isinstance(responses, Mapping):
        form.errors.append("responses")
        return form
    stated = _context(form, context) if context else {}
    answers, points, found = form.answers, form.points, 0
    for name, allowed, item in instrument.reading:
        given: Any = Absence.NOT_ASKED
        if name in responses:
            found += 1
            given = responses[name]
        kind = type(given)
        if kind is int or kind is float:
            value: float | int | None = given
        elif given is None or kind is Absence:
            _absence(form, item, given, stated.get(name))
            continue
        else:
            value = number(given)
        if value is None or name in stated or not (value in allowed if allowed is not None else item.lo <= value <= item.hi):
            form.errors.append(name)
            continue
        answers[name] = value
        points[name] = item.lo + item.hi - value if item.reverse else value
    if found != len(responses):
        form.errors.extend(str(name) for name in responses if name not in instrument.by_id)
    return form


def _absence(form: Form, item: Item, value: Absence | None, stated: str | None) -> None:
    """Note an absence: scored as the file says, else missing."""
    reason = stated or (form.instrument.absence_of_null if value is None else value.value)
    form.absent[item.id] = reason
    worth = item.absences.get(reason)
    if worth is None:
        form.missing.append(item.id)
    else:
        form.points[item.id] = worth


def _context(form: Form, context: Mapping[str, Any]) -> dict[str, str]:
    """Check the context against the instrument's declarations; return item id -> stated absence."""
    stated: dict[str, str] = {}
    for name, given in context.items():
        if name in ABSENCES:
            listed = [given] if isinstance(given, str) else given
            if not isinstance(listed, list | tuple | set | frozenset):
                form.errors.append(name)
                continue
            for item in listed:
                if item in form.instrument.by_id:
                    stated[item] = name
                else:
                    form.errors.append(str(item))
        elif name == "stratum":
            form.context[name] = given
        elif name in form.instrument.context and given is not None:
            checked = _field(form.instrument.context[name], given)
            if checked is None:
                form.errors.append(name)
            else:
                form.context[name] = checked
    return stated


def _field(declared: Mapping[str, Any], given: object) -> Any:
    """Return a context value that fits its declaration, None where it does not."""
    if declared["type"] == "flag":
        if isinstance(given, bool) or type(given).__name__ == "bool":
            return bool(given)
        return None
    if declared["type"] == "code":
        plain = given if isinstance(given, str) else number(given)
        return plain if plain in declared["values"] else None
    plain = number(given)
    if plain is None or not declared["min"] <= plain <= declared["max"]:
        return None
    if declared["type"] == "integer" and plain != int(plain):
        return None
    return plain
