"""Column profiles: what the columns of somebody else's table mean, as data files; nothing about a table is guessed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from agetech.errors import AgetechError, ExchangeError
from agetech.exchange.encoding import DECLARABLE
from agetech.exchange.platform import read_bytes
from agetech.units import unit

LARGEST = 1 << 20  # bytes of a profile
CLOCKS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
KEYS = {
    "id", "title", "source", "encoding", "delimiter", "decimal", "header", "line_end", "columns", "distinctive",
    "fs", "time", "channels", "placement", "device", "frame",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clock:
    """The time column: its name, its unit (s, ms, us, ns or iso), what a stamp says, and whether it counts from 1970 UTC."""

    column: str
    unit: str
    stamps: str
    epoch: bool = False
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """One channel: its columns, its unit, value = number * scale + offset, and the numbers that can occur."""

    columns: tuple[str, ...]
    unit: str
    scale: float = 1.0
    offset: float = 0.0
    least: float = -math.inf
    most: float = math.inf


@dataclass(frozen=True, slots=True)
class Profile:
    """How to read one kind of table. columns: all of them in order where the table has no header line."""

    id: str
    title: Mapping[str, str]
    channels: Mapping[str, Columns]
    source: str = ""
    encoding: str | None = None
    delimiter: str = ","
    decimal: str = "."
    header: bool = True
    line_end: str = ""
    columns: tuple[str, ...] = ()
    distinctive: bool = False
    fs: float | None = None
    time: Clock | None = None
    placement: str | None = None
    device: str | None = None
    frame: str | None = None
    wanted: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = [name for one in self.channels.values() for name in one.columns]
        object.__setattr__(self, "wanted", tuple(dict.fromkeys(([self.time.column] if self.time else []) + names)))


@lru_cache(maxsize=1)
def column_profiles() -> Mapping[str, Profile]:
    """Return the profiles that come with agetech, by id."""
    folder = files("agetech.exchange").joinpath("profile_data")
    texts = sorted((entry.name, entry.read_text(encoding="utf-8")) for entry in folder.iterdir() if entry.name.endswith(".json"))
    made = [parse_profile(json.loads(text), name) for name, text in texts]
    return {profile.id: profile for profile in made}


def profile_of(given: Any) -> Profile:
    """Return a profile given as such, by id, as a mapping, or as the path of a JSON file; ExchangeError E_PROFILE otherwise."""
    if isinstance(given, Profile):
        return given
    if isinstance(given, Mapping):
        return parse_profile(given, "profile")
    known = column_profiles()
    if isinstance(given, str) and given in known:
        return known[given]
    if isinstance(given, Path) or (isinstance(given, str) and given.endswith(".json")):
        data = read_bytes(given, LARGEST)
        try:
            return parse_profile(json.loads(data.decode("utf-8-sig")), Path(given).name)
        except (ValueError, RecursionError) as error:
            raise ExchangeError("E_PROFILE", Path(given).name, expected="JSON", got=str(error)) from None
    raise ExchangeError("E_PROFILE_UNKNOWN", "profile", expected=", ".join(known), got=given)


def parse_profile(given: Any, path: str) -> Profile:
    """Return the profile that a mapping declares; ExchangeError E_PROFILE names what is wrong with it."""
    try:
        return _parse(given)
    except (KeyError, TypeError, ValueError, AttributeError, AgetechError) as error:
        got = f"lacks {error}" if isinstance(error, KeyError) else error.message("en") if isinstance(error, AgetechError) else str(error)
        raise ExchangeError("E_PROFILE", path, expected="id, title, channels with columns and unit; time or fs", got=got) from None


def _parse(given: Any) -> Profile:
    unknown = set(given) - KEYS
    _demand(not unknown, f"unknown keys: {', '.join(sorted(map(str, unknown)))}")
    time = given.get("time")
    clock = None if time is None else _clock(time)
    channels = {str(name): _columns(one) for name, one in given["channels"].items()}
    _demand(bool(channels), "no channels")
    profile = Profile(
        id=str(given["id"]),
        title={key: str(given["title"][key]) for key in ("en", "zh")},
        channels=channels,
        source=str(given.get("source", "")),
        encoding=given.get("encoding"),
        delimiter=given.get("delimiter", ","),
        decimal=given.get("decimal", "."),
        header=given.get("header", True),
        line_end=given.get("line_end", ""),
        columns=tuple(map(str, given.get("columns", ()))),
        distinctive=given.get("distinctive", False),
        fs=None if given.get("fs") is None else _positive(given["fs"]),
        time=clock,
        placement=given.get("placement"),
        device=given.get("device"),
        frame=given.get("frame"),
    )
    _demand(profile.delimiter in (",", ";", "\t", "|", " "), "delimiter must be , ; tab | or space")
    _demand(profile.decimal in (".", ",") and profile.decimal != profile.delimiter, "decimal must be . or , and not the delimiter")
    _demand(
        profile.encoding is None or str(profile.encoding).lower() in DECLARABLE, "encoding must be utf-8, gbk, gb18030, gb2312 or ascii"
    )
    _demand(clock is not None or profile.fs is not None, "neither time nor fs")
    _demand(profile.header is True or bool(profile.columns), "a table without a header needs columns")
    _demand(profile.header is True or set(profile.wanted) <= set(profile.columns), "a channel names a column that is not in columns")
    flags = (given.get("header", True), given.get("distinctive", False))
    _demand(isinstance(given.get("line_end", ""), str) and set(flags) <= {True, False}, "line_end must be text, header true or false")
    return profile


def _clock(given: Any) -> Clock:
    clock = Clock(str(given["column"]), given["unit"], given["stamps"], given.get("epoch", False), given.get("zone"))
    _demand(clock.unit in (*CLOCKS, "iso"), "time.unit must be s, ms, us, ns or iso")
    _demand(clock.stamps in ("sample", "arrival"), "time.stamps must be sample or arrival")
    _demand(isinstance(clock.epoch, bool), "time.epoch must be true or false")
    return clock


def _columns(given: Any) -> Columns:
    columns = given["columns"]
    names = (columns,) if isinstance(columns, str) else tuple(map(str, columns))
    _demand(bool(names) and len(set(names)) == len(names), "columns must be different, at least one")
    scale, offset = float(given.get("scale", 1.0)), float(given.get("offset", 0.0))
    least, most = given.get("range", (-math.inf, math.inf))
    _demand(math.isfinite(scale) and scale != 0.0 and math.isfinite(offset), "scale and offset must be finite, scale not 0")
    return Columns(names, unit(given["unit"]).code, scale, offset, float(least), float(most))


def _positive(value: Any) -> float:
    _demand(not isinstance(value, bool) and isinstance(value, (int, float)) and math.isfinite(value) and value > 0, "fs must be > 0")
    return float(value)


def _demand(holds: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise ValueError(what)
