"""Instants and dates that keep the text they came as: offset, spelling of the offset and fraction digits survive."""

from __future__ import annotations

import datetime as dt
import re
from datetime import UTC, date, timedelta
from typing import Any

from agetech.errors import SchemaError

INSTANT_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,18})?(Z|[+-][0-9]{2}:[0-9]{2})$"
DATE_PATTERN = r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"
MOMENT_PATTERN = INSTANT_PATTERN[:-1].replace("^", "^(?:", 1) + "|" + DATE_PATTERN[1:-1] + ")$"
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:)(\d\d)(?:\.(\d{1,18}))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = 1_000_000_000
_SOUND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,18})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)", re.ASCII).fullmatch
LEAP = "60"
_LEAP_MINUTES = ("59", "29", "14", "44")  # the last minute of a UTC day in zones of whole, half and quarter hours
_NEW = object.__new__


class Instant:
    """An aware moment of RFC 3339 with the text it came as; equal when the text is, `ns` compares moments.

    A leap second (:60) is kept in the text and counts as the first second of the next minute; `leap` says so.
    """

    __slots__ = ("text",)
    text: str

    def __init__(self, text: str | dt.datetime) -> None:
        object.__setattr__(self, "text", _checked(text.isoformat() if isinstance(text, dt.datetime) else text))

    def __setattr__(self, name: str, value: object) -> None:
        raise SchemaError("E_FROZEN", "Instant")

    def __delattr__(self, name: str) -> None:
        raise SchemaError("E_FROZEN", "Instant")

    @property
    def ns(self) -> int:
        """Return nanoseconds since 1970-01-01T00:00:00Z, exact; digits below 1 ns are cut."""
        found = _INSTANT.fullmatch(self.text)
        whole = self._whole_second() - _EPOCH
        fraction = (found.group(4) or "") if found else ""
        return (whole.days * 86400 + whole.seconds) * _SECOND + int(fraction.ljust(9, "0")[:9])

    @property
    def datetime(self) -> dt.datetime:
        """Return the moment as an aware datetime with its own offset; digits below 1 us are cut."""
        return self._whole_second() + timedelta(microseconds=self.ns % _SECOND // 1000)

    @property
    def offset(self) -> str:
        """Return the offset as written: `Z`, `+00:00`, `-04:00`."""
        return self.text[-1:] if self.text.endswith("Z") else self.text[-6:]

    @property
    def leap(self) -> bool:
        """Return True for a leap second."""
        return self.text[17:19] == LEAP

    def _whole_second(self) -> dt.datetime:
        day, second = self.text[:17], self.text[17:19]
        base = dt.datetime.fromisoformat(day + ("59" if second == LEAP else second) + self.offset)
        return base + timedelta(seconds=1) if second == LEAP else base

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "Instant(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Instant) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __lt__(self, other: Instant) -> bool:
        return self.ns < other.ns

    def __le__(self, other: Instant) -> bool:
        return self.ns <= other.ns

    def __gt__(self, other: Instant) -> bool:
        return self.ns > other.ns

    def __ge__(self, other: Instant) -> bool:
        return self.ns >= other.ns

    def __reduce__(self) -> tuple[Any, ...]:
        return Instant, (self.text,)

    @classmethod
    def from_ns(cls, ns: int, *, digits: int = 9) -> Instant:
        """Return the instant of nanoseconds since 1970 in UTC, written with `digits` fraction digits."""
        seconds, rest = divmod(ns, _SECOND)
        try:
            text = (_EPOCH + timedelta(seconds=seconds)).strftime("%m-%dT%H:%M:%S")
            year = (_EPOCH + timedelta(seconds=seconds)).year
        except OverflowError:
            raise SchemaError("E_INSTANT", expected="years 1 to 9999", got="ns out of range") from None
        fraction = f".{rest:09d}"[: digits + 1] if digits else ""
        return cls(f"{year:04d}-{text}{fraction}Z")


def _checked(text: object) -> str:
    if isinstance(text, str) and _SOUND(text) is not None:
        try:
            dt.datetime.fromisoformat(text if text[17:19] != LEAP else text[:17] + "59" + text[-1 if text.endswith("Z") else -6 :])
            if "0001-01-02" <= text[:10] <= "9999-12-30" and (text[17:19] != LEAP or text[14:16] in _LEAP_MINUTES):
                return text
        except ValueError:
            pass
    raise SchemaError("E_INSTANT", expected="an RFC 3339 instant with offset", got=_shape(text))


def instant(value: Any) -> Instant:
    """Return an Instant of a text, a datetime or an Instant; SchemaError for anything else."""
    if type(value) is str:
        if _SOUND(value) is None or value[17] == "6" or value[:4] in _EDGES:
            return Instant(value)
        try:
            _ISO(value)
        except ValueError:
            return Instant(value)
        made = _NEW(Instant)
        _PUT(made, value)
        return made
    return value if type(value) is Instant else Instant(value)


_PUT = Instant.__dict__["text"].__set__
_ISO = dt.datetime.fromisoformat
_EDGES = ("0000", "0001", "9999")  # years in which an offset may lead out of the calendar


def _shape(text: object) -> str:
    """Return a text with its digits hidden: its shape says what is wrong, its value is a person's data."""
    if not isinstance(text, str):
        return type(text).__name__
    hidden = re.sub(r"\d", "9", text[:40])
    return hidden if re.fullmatch(r"[9TZ:.+\- ]{0,40}", hidden) else f"text of {len(text)} characters"


def checked_date(text: object, *, least: int = 1) -> str:
    """Return a date text `YYYY`, `YYYY-MM` or `YYYY-MM-DD` with at least `least` parts; SchemaError for anything else."""
    found = _DATE.fullmatch(text) if isinstance(text, str) else None
    if found:
        year, month, day = found.groups()
        try:
            date(int(year), int(month or 1), int(day or 1))
            if (1 + bool(month) + bool(day)) >= least:
                return found.group()
        except ValueError:
            pass
    raise SchemaError("E_DATE", expected="YYYY-MM-DD" if least == 3 else "YYYY, YYYY-MM or YYYY-MM-DD", got=_shape(text))  # noqa: PLR2004 - year, month, day
