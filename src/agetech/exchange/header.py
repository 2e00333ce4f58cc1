"""The JSON header that our files carry beside the samples, read as strictly as it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agetech.core.recording import Recording
from agetech.core.timebase import TimeBase
from agetech.errors import AgetechError, ExchangeError

if TYPE_CHECKING:
    from agetech.core.declare import Signal

FORMAT = "agetech-recording"
VERSION = 1
LARGEST_HEADER = 1 << 20  # bytes


def header_text(recording: Recording, **more: object) -> str:
    """Return the header of a recording as one line of ASCII JSON, with the digest of its content."""
    content = {"format": FORMAT, "version": VERSION, "sha256": recording.digest(), **recording.header(), **more}
    return json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def parse_header(text: str | bytes, path: str) -> dict[str, Any]:
    """Return the header that `header_text` wrote; ExchangeError for anything else, duplicate keys included."""
    if len(text) > LARGEST_HEADER:
        raise ExchangeError("E_LIMIT", path, expected=f"{LARGEST_HEADER} bytes", got=f"{len(text)} bytes")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ExchangeError("E_FILE_DAMAGED", path, expected="JSON", got=str(error)) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ExchangeError("E_FILE_FORMAT", path, expected=FORMAT, got="another header")
    if found.get("version") != VERSION:
        raise ExchangeError("E_FILE_VERSION", path, expected=str(VERSION), got=found.get("version"))
    return found


def listed(header: Mapping[str, Any], path: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return (name, shape) of the arrays that a header announces: its channels, then its arrays of quality."""
    try:
        made = [(_name(one["name"]), _shape(one["shape"])) for one in header["channels"]]
        rows = dict(made)
        return made + [(f"quality:{_name(name)}", rows[name][:1]) for name in header.get("quality_arrays", [])]
    except (KeyError, TypeError, ValueError) as error:
        raise ExchangeError("E_FILE_DAMAGED", path, expected="channels", got=type(error).__name__) from None


def rebuild(header: Mapping[str, Any], arrays: Mapping[str, Signal], path: str) -> Recording:
    """Return the recording of a header and its arrays; ExchangeError where they do not fit or the digest differs."""
    try:
        channels = header["channels"]
        time = header["time"]
        quality = {**header["quality"], **{name: arrays[f"quality:{name}"] for name in header.get("quality_arrays", [])}}
        made = Recording(
            {one["name"]: arrays[one["name"]] for one in channels},
            fs={one["name"]: one["fs"] for one in channels},
            units={one["name"]: one["unit"] for one in channels},
            placement=header["placement"],
            device=header["device"],
            frame=header["frame"],
            quality=quality,
            time=None if time is None else TimeBase.from_dict(time),
        )
    except (AgetechError, KeyError, TypeError, ValueError) as error:
        got = error.message("en") if isinstance(error, AgetechError) else type(error).__name__
        raise ExchangeError("E_FILE_DAMAGED", path, expected=f"{FORMAT} {VERSION}", got=got) from None
    promised = header.get("sha256")
    if promised is not None and promised != made.digest():
        raise ExchangeError("E_DIGEST", path, expected=str(promised)[:12], got=made.digest()[:12])
    return made


def quality_arrays(recording: Recording) -> list[str]:
    """Return the channels that have an array of quality."""
    return [name.removeprefix("quality:") for name in recording.arrays() if name not in recording.channels]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate key")
    return made


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _shape(value: Any) -> tuple[int, ...]:
    shape = tuple(value)
    if len(shape) not in (1, 2) or not all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 1 << 40 for n in shape):
        raise ValueError
    return shape
