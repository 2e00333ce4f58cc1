"""The time base of a recording: sample index -> instant, exact, piecewise where a clock was set anew."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from itertools import pairwise
from typing import Any, Self

from agetech.errors import SignalError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NANO = 1_000_000_000
LATEST = 253_402_300_800 * NANO  # the year 10000, which a datetime cannot hold


@dataclass(frozen=True, slots=True)
class Piece:
    """From `sample` on, time runs from `ns` (nanoseconds since 1970-01-01 UTC) without a step.

    drift: ppm by which the device's clock is fast: its true rate is fs * (1 + drift / 1e6).
    """

    sample: int
    ns: int
    drift: float = 0.0


@dataclass(frozen=True, slots=True)
class TimeBase:
    """An immutable map from sample index to instant.

    fs: nominal sampling rate, Hz. pieces: in order of `sample`; a new piece begins where the clock was set, after a
    reboot for instance. offset: minutes east of UTC in which instants are written; it changes no instant.
    """

    fs: float
    pieces: tuple[Piece, ...]
    offset: int = 0
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not math.isfinite(self.fs) or self.fs <= 0:
            raise SignalError("E_RATE", "time.fs", expected="> 0 Hz", got=self.fs)
        pieces = tuple(self.pieces)
        starts = tuple(piece.sample for piece in pieces)
        if not starts or starts[0] < 0 or any(b <= a for a, b in pairwise(starts)):
            raise SignalError("E_TIME_BASE", "time.pieces", expected="samples >= 0 in rising order", got=list(starts)[:8])
        for piece in pieces:
            if not (-LATEST < piece.ns < LATEST) or not (math.isfinite(piece.drift) and abs(piece.drift) < 1e5):  # noqa: PLR2004 - a tenth
                raise SignalError("E_TIME_BASE", "time.pieces", expected="years 1 to 9999, drift below 100000 ppm", got=piece)
        object.__setattr__(self, "fs", float(self.fs))
        object.__setattr__(self, "pieces", pieces)
        object.__setattr__(self, "_starts", starts)

    @classmethod
    def since(cls, start: datetime | str, fs: float, *, drift: float = 0.0) -> Self:
        """Return the time base that begins with sample 0 at `start`; SignalError where `start` has no zone."""
        moment = aware(start)
        shift = moment.utcoffset() or timedelta()
        return cls(fs, (Piece(0, nanoseconds(moment), drift),), round(shift.total_seconds() / 60))

    def reset(self, sample: int, start: datetime | str | int, *, drift: float = 0.0) -> Self:
        """Return this time base with the clock set at `sample`: to an aware instant or to nanoseconds since 1970."""
        ns = start if isinstance(start, int) else nanoseconds(aware(start))
        return replace(self, pieces=(*self.pieces, Piece(sample, ns, drift)))

    def nanoseconds(self, sample: int | Fraction) -> int:
        """Return the instant of a sample in nanoseconds since 1970-01-01 UTC, rounded to the nearest (ties to even)."""
        at = bisect_right(self._starts, sample) - 1
        if at < 0:
            raise SignalError("E_TIME_BASE", "time", expected=f"sample >= {self._starts[0]}", got=sample)
        piece = self.pieces[at]
        rate = Fraction(self.fs) * (1 + Fraction(piece.drift) / 1_000_000)
        return piece.ns + round((Fraction(sample) - piece.sample) * NANO / rate)

    def instant(self, sample: int | Fraction) -> datetime:
        """Return the instant of a sample as an aware datetime (microseconds: a datetime holds no more)."""
        return moment(self.nanoseconds(sample), self.offset)

    def text(self, sample: int | Fraction) -> str:
        """Return the instant of a sample as ISO 8601 text with nanoseconds and offset."""
        return iso(self.nanoseconds(sample), self.offset)

    def sample(self, ns: int) -> Fraction:
        """Return the position at which the clock showed `ns`: the last such position where a clock was set back."""
        piece = next((piece for piece in reversed(self.pieces) if ns >= piece.ns), self.pieces[0])
        rate = Fraction(self.fs) * (1 + Fraction(piece.drift) / 1_000_000)
        return piece.sample + Fraction(ns - piece.ns) * rate / NANO

    def as_dict(self) -> dict[str, object]:
        """Return the time base as plain values for JSON."""
        return {
            "fs": self.fs,
            "offset": self.offset,
            "pieces": [{"sample": piece.sample, "ns": piece.ns, "drift": piece.drift} for piece in self.pieces],
        }

    @classmethod
    def from_dict(cls, values: object) -> Self:
        """Return the time base of `as_dict`; SignalError for anything else."""
        try:
            pieces = tuple(Piece(_whole(one["sample"]), _whole(one["ns"]), float(one["drift"])) for one in values["pieces"])  # type: ignore[index]
            return cls(float(values["fs"]), pieces, _whole(values["offset"]))  # type: ignore[index]
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError):
            raise SignalError("E_TIME_BASE", "time", expected="fs, offset and pieces", got=type(values).__name__) from None


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(type(value).__name__)
    return value


def aware(start: Any) -> datetime:
    """Return an aware datetime given as such or as ISO 8601 text; SignalError where it has no zone."""
    moment = start
    if isinstance(moment, str):
        try:
            moment = datetime.fromisoformat(moment)
        except ValueError:
            raise SignalError("E_ZONE", "start", expected="ISO 8601 with an offset", got=start) from None
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise SignalError("E_ZONE", "start", expected="an aware instant", got=start)
    return moment


def nanoseconds(instant: datetime) -> int:
    """Return an aware instant in nanoseconds since 1970-01-01 UTC, exact."""
    passed = instant - EPOCH
    return (passed.days * 86_400 + passed.seconds) * NANO + passed.microseconds * 1000


def moment(ns: int, offset: int = 0) -> datetime:
    """Return nanoseconds since 1970-01-01 UTC as an aware datetime, `offset` minutes east; what is below 1 us is cut."""
    return (EPOCH + timedelta(microseconds=ns // 1000)).astimezone(timezone(timedelta(minutes=offset)) if offset else UTC)


def iso(ns: int, offset: int = 0) -> str:
    """Return nanoseconds since 1970-01-01 UTC as ISO 8601 text with nine digits of a second and an offset."""
    shown = moment(ns, offset)
    zone = "Z" if offset == 0 else shown.strftime("%z")[:3] + ":" + shown.strftime("%z")[3:5]
    return f"{shown.strftime('%Y-%m-%dT%H:%M:%S').rjust(19, '0')}.{ns % NANO:09d}{zone}"
