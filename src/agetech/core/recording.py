"""A recording: channels with unit, rate and time base, as values that nothing changes."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.timebase import TimeBase
from agetech.errors import AgetechError, SignalError
from agetech.units import factor, unit

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import ArrayLike, NDArray

    Signal = NDArray[np.float64]

MOST_CHANNELS = 4096
LONGEST_NAME = 200
LONGEST_TEXT = 1000


class Recording:
    """Channels of one device on one person, each (n,) or (n, c), with unit and rate; NaN marks a gap.

    channels: arrays by name; fs: Hz, one number or by channel; units: UCUM codes by channel, or one for all.
    start: aware instant of sample 0 (or `time`, a TimeBase, where the clock drifts or was set anew); for channels of
    other rates the positions of the first channel count. placement: where on the body or in the room. frame: what the
    axes mean. device: its name or serial number. quality: facts by name (text, number, flag or list of these), or by
    channel an array (n,) of values from 0, unusable, to 1.
    Raises SignalError for a wrong shape, dtype, rate, length, unit code or a start without a zone.
    """

    __slots__ = ("_channels", "_device", "_frame", "_placement", "_quality", "_rates", "_time", "_units")

    def __init__(  # noqa: PLR0913 - the facts of a recording, by name
        self,
        channels: Mapping[str, ArrayLike],
        *,
        fs: float | Mapping[str, float],
        units: str | Mapping[str, str],
        start: datetime | str | None = None,
        placement: str | None = None,
        quality: Mapping[str, Any] | None = None,
        device: str | None = None,
        frame: str | None = None,
        time: TimeBase | None = None,
    ) -> None:
        names = _names(channels)
        self._rates = MappingProxyType({name: _rate(name, value) for name, value in _by_channel("fs", fs, names).items()})
        self._units = MappingProxyType({name: _code(name, value) for name, value in _by_channel("units", units, names).items()})
        self._channels = MappingProxyType({name: array(name, values) for name, values in channels.items()})
        self._placement = _text("placement", placement)
        self._device = _text("device", device)
        self._frame = _text("frame", frame)
        _same_length(self._channels, self._rates)
        self._quality = MappingProxyType({str(name): self._fact(name, fact) for name, fact in (quality or {}).items()})
        self._time = _time_base(start, time, self._rates[names[0]])

    @property
    def channels(self) -> Mapping[str, Signal]:
        """Return the channels by name: read-only float64 arrays in their declared units."""
        return self._channels

    @property
    def units(self) -> Mapping[str, str]:
        """Return the UCUM codes by channel."""
        return self._units

    @property
    def fs(self) -> float | Mapping[str, float]:
        """Return the sampling rate, Hz: one number where all channels share it, else by channel."""
        rates = set(self._rates.values())
        return next(iter(rates)) if len(rates) == 1 else self._rates

    @property
    def rates(self) -> Mapping[str, float]:
        """Return the sampling rates by channel, Hz."""
        return self._rates

    @property
    def time(self) -> TimeBase | None:
        """Return the time base, in samples of the first channel; None where no start is known."""
        return self._time

    @property
    def start(self) -> datetime | None:
        """Return the instant of sample 0; None where it is not known."""
        return None if self._time is None else self._time.instant(0)

    @property
    def placement(self) -> str | None:
        """Return where the device was."""
        return self._placement

    @property
    def device(self) -> str | None:
        """Return which device it was."""
        return self._device

    @property
    def frame(self) -> str | None:
        """Return what the axes mean."""
        return self._frame

    @property
    def quality(self) -> Mapping[str, Any]:
        """Return the known facts about the quality."""
        return self._quality

    @property
    def duration(self) -> float:
        """Return the length of the first channel, s."""
        name = next(iter(self._channels))
        return len(self._channels[name]) / self._rates[name]

    def signal(self, name: str, unit_code: str | None = None) -> Signal:
        """Return one channel, read-only, converted from its declared unit to `unit_code`.

        SignalError E_CHANNEL for an unknown name, E_UNIT_DECLARED where the declared unit does not convert.
        """
        if name not in self._channels:
            raise SignalError("E_CHANNEL", name, expected=", ".join(self._channels), got=name)
        values, have = self._channels[name], self._units[name]
        if unit_code is None or unit_code == have:
            return values
        try:
            scale, shift = factor(have, unit_code)
        except AgetechError:
            raise SignalError("E_UNIT_DECLARED", name, expected=unit_code, got=have) from None
        made = values * scale + shift
        made.flags.writeable = False
        return made

    def rate(self, name: str) -> float:
        """Return the sampling rate of one channel, Hz."""
        if name not in self._rates:
            raise SignalError("E_CHANNEL", name, expected=", ".join(self._rates), got=name)
        return self._rates[name]

    def nanoseconds(self, sample: int, channel: str | None = None) -> int | None:
        """Return the instant of a sample of a channel (default: the first), ns since 1970 UTC; None without a time base."""
        if self._time is None:
            return None
        if channel is None:
            return self._time.nanoseconds(sample)
        return self._time.nanoseconds(Fraction(sample) * Fraction(self._time.fs) / Fraction(self.rate(channel)))

    def gaps(self, name: str) -> list[tuple[int, int]]:
        """Return the runs (first, after) of samples of a channel in which any value is missing."""
        values = self.signal(name)
        missing = np.isnan(values) if values.ndim == 1 else np.isnan(values).any(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], missing, [False]))))
        return [(int(first), int(after)) for first, after in zip(edges[::2], edges[1::2], strict=True)]

    def header(self) -> dict[str, Any]:
        """Return all but the samples as plain values for JSON; arrays of quality are left out."""
        return {
            "channels": [
                {"name": name, "unit": self._units[name], "fs": self._rates[name], "shape": list(values.shape)}
                for name, values in self._channels.items()
            ],
            "placement": self._placement,
            "device": self._device,
            "frame": self._frame,
            "time": None if self._time is None else self._time.as_dict(),
            "quality": {name: fact for name, fact in self._quality.items() if not isinstance(fact, np.ndarray)},
        }

    def arrays(self) -> dict[str, Signal]:
        """Return the channels and, as `quality:NAME`, the arrays of quality."""
        extra = {f"quality:{name}": fact for name, fact in self._quality.items() if isinstance(fact, np.ndarray)}
        return {**self._channels, **extra}

    def digest(self) -> str:
        """Return the sha256 of header and samples: equal for equal recordings on any machine."""
        made = hashlib.sha256(json.dumps(self.header(), sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode())
        for name, values in self.arrays().items():
            made.update(name.encode("utf-8", "surrogatepass") + b"\0")
            plain = np.where(np.isnan(values), np.nan, values) if np.isnan(values).any() else values  # one NaN for all
            made.update(np.ascontiguousarray(plain, dtype="<f8").data)
        return made.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recording) and self.digest() == other.digest()

    def __hash__(self) -> int:
        return hash(self.digest())

    def __repr__(self) -> str:
        inside = ", ".join(f"{name} {values.shape} {self._units[name]} {self._rates[name]:g} Hz" for name, values in self._channels.items())
        return f"Recording({inside})"

    def __reduce__(self) -> tuple[Any, ...]:
        quality = {name: fact for name, fact in self._quality.items() if not isinstance(fact, np.ndarray)}
        arrays = {name: fact for name, fact in self._quality.items() if isinstance(fact, np.ndarray)}
        rest = (self._placement, {**quality, **arrays}, self._device, self._frame, self._time)
        return _rebuild, (type(self), dict(self._channels), dict(self._rates), dict(self._units), rest)

    def _fact(self, name: object, fact: Any) -> Any:
        if isinstance(fact, np.ndarray):
            values = array(f"quality.{name}", fact)
            if name not in self._channels or values.shape != (len(self._channels[str(name)]),):
                raise SignalError("E_CHANNELS", f"quality.{name}", expected="(n,) of a channel of this name", got=values.shape)
            return values
        try:
            return json.loads(json.dumps(fact, allow_nan=False))
        except (TypeError, ValueError, RecursionError):
            raise SignalError("E_CHANNELS", f"quality.{name}", expected="plain values or an array", got=type(fact).__name__) from None


def _rebuild(kind: type[Recording], channels: dict[str, Any], rates: Any, units: Any, rest: tuple[Any, ...]) -> Recording:
    placement, quality, device, frame, time = rest
    return kind(channels, fs=rates, units=units, placement=placement, quality=quality, device=device, frame=frame, time=time)


def _names(channels: Any) -> tuple[str, ...]:
    if not isinstance(channels, Mapping):
        raise SignalError("E_CHANNELS", "channels", expected="a mapping of names to arrays", got=type(channels).__name__)
    if not 1 <= len(channels) <= MOST_CHANNELS:
        raise SignalError("E_CHANNELS", "channels", expected=f"1 to {MOST_CHANNELS} channels", got=len(channels))
    for name in channels:
        if not isinstance(name, str) or not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise SignalError("E_CHANNELS", "channels", expected=f"printable names of 1 to {LONGEST_NAME} characters", got=name)
    return tuple(channels)


def array(name: str, values: ArrayLike) -> Signal:
    """Return values as a read-only float64 array of its own, (n,) or (n, c); SignalError for another shape or dtype."""
    given = np.asarray(values)
    if given.dtype.kind not in "iuf":
        raise SignalError("E_DTYPE", name, expected="real numbers", got=given.dtype)
    if given.ndim not in (1, 2) or (given.ndim == 2 and given.shape[1] == 0):  # noqa: PLR2004 - samples and columns
        raise SignalError("E_SHAPE", name, expected="(n,) or (n, c)", got=given.shape)
    made = np.array(given, dtype=np.float64, order="C", copy=True)
    made.flags.writeable = False
    return made


def _by_channel(path: str, value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return dict.fromkeys(names, value)
    if set(value) != set(names):
        raise SignalError("E_CHANNELS", path, expected=f"one entry a channel: {', '.join(names)}", got=", ".join(map(str, value)))
    return {name: value[name] for name in names}


def _rate(name: str, value: Any) -> float:
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number) or number <= 0:
        raise SignalError("E_RATE", f"fs.{name}", expected="> 0 Hz", got=value)
    return float(number)


def _code(name: str, value: Any) -> str:
    try:
        return unit(value).code
    except AgetechError:
        raise SignalError("E_UNIT_CODE", f"units.{name}", got=value) from None


def _text(path: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_TEXT:
        raise SignalError("E_CHANNELS", path, expected="printable text", got=value)
    return str(value.value) if isinstance(value, Enum) else value


def _same_length(channels: Mapping[str, Signal], rates: Mapping[str, float]) -> None:
    slowest = min(rates.values())
    first = next(iter(channels))
    for name, values in channels.items():
        apart = abs(len(values) / rates[name] - len(channels[first]) / rates[first])
        if (rates[name] == rates[first] and len(values) != len(channels[first])) or apart > 1.0 / slowest:
            want = f"{len(channels[first]) / rates[first]:g} s as {first}"
            raise SignalError("E_CHANNELS", name, expected=want, got=f"{len(values) / rates[name]:g} s")


def _time_base(start: datetime | str | None, time: Any, fs: float) -> TimeBase | None:
    if time is None:
        return None if start is None else TimeBase.since(start, fs)
    if start is not None:
        raise SignalError("E_CHANNELS", "start", expected="start or time, not both", got="both")
    if not isinstance(time, TimeBase) or time.fs != fs:
        raise SignalError("E_RATE", "time.fs", expected=f"{fs:g} Hz as the first channel", got=getattr(time, "fs", time))
    return time
