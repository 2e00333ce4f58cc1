"""Times of vendors, by declared rule: epochs, local wall time written as an epoch, local text, instants, days."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from agetech.errors import ExchangeError, SchemaError
from agetech.schemas.instants import Instant

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_LOCAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?")
_MOST = 253402300799  # last second of the year 9999
_LAST_HOUR = 14


def zone_of(told: Any, place: str) -> tzinfo:
    """Return a zone of an IANA name, an offset (+08:00, -0800) or whole hours (8, -8); ExchangeError for anything else."""
    if isinstance(told, int | Decimal) and not isinstance(told, bool) and -_LAST_HOUR <= told <= _LAST_HOUR and told == int(told):
        return timezone(timedelta(hours=int(told)))
    if isinstance(told, str):
        found = _OFFSET.fullmatch(told)
        if found:
            sign = 1 if found.group(1) == "+" else -1
            minutes = int(found.group(2)) * 60 + int(found.group(3))
            if minutes <= _LAST_HOUR * 60:
                return timezone(sign * timedelta(minutes=minutes))
        elif re.fullmatch(r"[A-Za-z_]+(/[A-Za-z0-9_+\-]+)*", told):
            try:
                return ZoneInfo(told)
            except (KeyError, ValueError, OSError):
                pass
    raise ExchangeError("E_MAP_TIME", place, expected="a zone: IANA name or offset", got=type(told).__name__)


def _offset_text(moment: datetime) -> str:
    minutes = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def local(text: str, zone: tzinfo, place: str) -> str:
    """Return local text with its offset in `zone`; its fraction digits are kept.

    ExchangeError for a time that the zone skips (spring) or has twice (autumn).
    """
    if not _LOCAL.fullmatch(text):
        raise ExchangeError("E_MAP_TIME", place, expected="YYYY-MM-DDTHH:MM[:SS]", got="another form")
    whole = text.replace(" ", "T") + ("" if text.count(":") == 2 else ":00")  # noqa: PLR2004 - hours, minutes, seconds
    head, _, fraction = whole.partition(".")
    try:
        naive = datetime.fromisoformat(head)
    except ValueError:
        raise ExchangeError("E_MAP_TIME", place, expected="an existing time", got="none") from None
    early, late = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    back = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if early.utcoffset() != late.utcoffset() or back != naive:
        raise ExchangeError("E_MAP_TIME", place, expected="a local time that exists once", got="skipped or twice")
    return Instant(head + ("." + fraction if fraction else "") + _offset_text(early)).text


def epoch(value: Any, place: str, *, zone: tzinfo | None = None, wall: bool = False) -> str:
    """Return epoch seconds as an instant; wall=True for a clock that wrote its local time as if it were UTC, in `zone`."""
    number = _seconds(value, place)
    try:
        naive = datetime(1970, 1, 1) + timedelta(seconds=int(number))  # noqa: DTZ001 - wall time, the zone comes below
    except OverflowError:
        raise ExchangeError("E_MAP_TIME", place, expected="epoch seconds", got="out of range") from None
    if wall:
        if zone is None:
            raise ExchangeError("E_MAP_ZONE", place, expected="epoch of the wall clock")
        return local(naive.isoformat(), zone, place)
    return Instant(naive.isoformat() + "Z").text


def _seconds(value: Any, place: str) -> Decimal:
    if isinstance(value, str) and re.fullmatch(r"\d{1,12}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 < value <= _MOST or value != int(value):
        raise ExchangeError("E_MAP_TIME", place, expected="whole epoch seconds", got=type(value).__name__)
    return Decimal(value)


def instant(value: Any, place: str) -> str:
    """Return the text of a full instant; ExchangeError for local text, which needs the rule `local`."""
    try:
        return Instant(value).text
    except SchemaError as fault:
        raise ExchangeError("E_MAP_TIME", place, expected=fault.expected, got=fault.got) from None


def day(text: Any, zone: tzinfo, place: str) -> dict[str, str]:
    """Return the period of a calendar day in `zone`."""
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise ExchangeError("E_MAP_TIME", place, expected="YYYY-MM-DD", got=type(text).__name__)
    try:
        following = (datetime.fromisoformat(text) + timedelta(days=1)).date().isoformat()
    except (ValueError, OverflowError):
        raise ExchangeError("E_MAP_TIME", place, expected="an existing day", got="none") from None
    return {"start": local(f"{text}T00:00:00", zone, place), "end": local(f"{following}T00:00:00", zone, place)}


def later(start: str, seconds: Decimal) -> str:
    """Return the instant `seconds` after `start`, in the same offset."""
    begun = Instant(start)
    moved = begun.datetime + timedelta(microseconds=int(seconds * 1_000_000))
    text = moved.isoformat()
    return Instant(text[:-6] + "Z" if begun.offset == "Z" else text).text
