"""CSV: other people's by a column profile, our own by its first line."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.recording import Recording
from agetech.core.timebase import TimeBase, nanoseconds
from agetech.dsp.regularise import regularise
from agetech.errors import ExchangeError
from agetech.exchange.encoding import decode
from agetech.exchange.header import FORMAT, header_text, listed, parse_header, quality_arrays, rebuild
from agetech.exchange.platform import write_atomically
from agetech.exchange.profiles import CLOCKS, Profile, column_profiles, profile_of
from agetech.exchange.table import columns_of, first_cells, split, text_cell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agetech.core.declare import Signal

OURS = f"# {FORMAT} "
ROWS_AT_ONCE = 10_000


def write_csv(recording: Recording, path: Path | str) -> None:
    """Write a recording as UTF-8 CSV: a first line with everything but the samples, column names, one line a sample.

    Numbers are the shortest that read back to the same bits; a gap is an empty cell. ExchangeError E_TABLE_RATES for
    channels of different rates.
    """
    rate = recording.fs
    if isinstance(rate, Mapping):
        raise ExchangeError("E_TABLE_RATES", Path(path).name, got=", ".join(f"{name} {fs:g} Hz" for name, fs in rate.items()))
    arrays = recording.arrays()
    names = _column_names({name: values.shape for name, values in arrays.items()})
    header = header_text(recording, quality_arrays=quality_arrays(recording))
    flat = [values if values.ndim == 1 else values[:, index] for values in arrays.values() for index in range(_width(values.shape))]
    rows = len(flat[0])

    def fill(stream: Any) -> None:
        stream.write(f"{OURS}{header}\n{','.join(['time_s', *names])}\n".encode())
        for first in range(0, rows, ROWS_AT_ONCE):
            part = [column[first : first + ROWS_AT_ONCE].tolist() for column in flat]
            times = [repr((first + index) / rate) for index in range(len(part[0]))]
            cells = zip(times, *([_cell(value) for value in column] for column in part), strict=True)
            stream.write(("\n".join(map(",".join, cells)) + "\n").encode("ascii"))

    write_atomically(path, fill)


def _cell(value: float) -> str:
    return "" if math.isnan(value) else repr(value)


def _width(shape: tuple[int, ...]) -> int:
    return shape[1] if len(shape) > 1 else 1


def _column_names(shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    return [text_cell(name if len(shape) == 1 else f"{name}.{index}") for name, shape in shapes.items() for index in range(_width(shape))]


def read_csv(data: bytes, path: str, *, profile: Any, encoding: str | None, fs: float | None, limit: int) -> Recording:
    """Return the recording in the bytes of a CSV file: ours, or by the profile that is given or whose header it has."""
    if data.lstrip(b"\xef\xbb\xbf").startswith(OURS.encode("ascii")):
        return _ours(data, path, limit)
    chosen = None if profile is None else profile_of(profile)
    declared = encoding or (chosen.encoding if chosen else None)
    known = [name for one in ([chosen] if chosen else column_profiles().values()) for name in one.wanted]
    text, _ = decode(data, encoding=declared, known=known, path=path)
    if chosen is None:
        chosen = _by_header(text, path)
    columns, texts = _columns(text, chosen, path)
    facts = {} if text.endswith(("\n", "\r")) else {"last_line_open": True}  # complete, or cut within its last number: not to be told
    return recording_of(columns, chosen, path=path, fs=fs, texts=texts, facts=facts)


def _by_header(text: str, path: str) -> Profile:
    for profile in column_profiles().values():
        if profile.distinctive and set(profile.wanted) <= set(first_cells(text, profile.delimiter)):
            return profile
    raise ExchangeError("E_PROFILE_NEEDED", path, expected=", ".join(column_profiles()), got=text[:60].split("\n", 1)[0])


def _columns(text: str, profile: Profile, path: str) -> tuple[dict[str, NDArray[np.float64]], list[str]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if profile.header and not lines:
        raise ExchangeError("E_COLUMNS", path, expected=", ".join(profile.wanted), got="an empty file")
    names = split(lines[0], profile.delimiter) if profile.header else list(profile.columns)
    lack = [name for name in profile.wanted if name not in names]
    if lack or len(set(names)) != len(names):
        raise ExchangeError("E_COLUMNS", path, expected=", ".join(profile.wanted), got=", ".join(names))
    body = lines[1:] if profile.header else lines
    first = 2 if profile.header else 1
    if profile.line_end:
        body = [
            _ended(line, profile.line_end, path, first + index, len(body) == index + 1) for index, line in enumerate(body) if line.strip()
        ]
    iso = profile.time.column if profile.time and profile.time.unit == "iso" else None
    return columns_of(body, names, profile.wanted, delimiter=profile.delimiter, decimal=profile.decimal, path=path, first=first, text=iso)


def _ended(line: str, mark: str, path: str, row: int, last: bool) -> str:  # noqa: FBT001 - by position, from one loop
    bare = line.rstrip()
    if not bare.endswith(mark):
        got = "another end" + (" (the last line: probably truncated)" if last else "")
        raise ExchangeError("E_ROW", path, expected=f"a line that ends with {mark}", got=got, row=row)
    return bare[: -len(mark)]


def recording_of(
    columns: Mapping[str, NDArray[np.float64]],
    profile: Profile,
    *,
    path: str,
    fs: float | None = None,
    texts: list[str] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Recording:
    """Return the recording that columns of numbers make by a profile: scaled, and on a uniform grid where it has a clock.

    texts: cells of an ISO 8601 time column. fs: Hz, in place of the profile's. facts: about the quality, kept beside.
    """
    signals: dict[str, Signal] = {}
    for name, one in profile.channels.items():
        raw = np.column_stack([columns[column] for column in one.columns])
        with np.errstate(invalid="ignore"):
            beyond = np.argwhere((raw < one.least) | (raw > one.most))
        if len(beyond):
            row, place = beyond[0]
            expected = f"{one.least:g} to {one.most:g}"
            raise ExchangeError("E_CELL", path, expected=expected, got=f"{raw[row, place]:g}", row=int(row) + 1, column=one.columns[place])
        made = raw * one.scale + one.offset if (one.scale, one.offset) != (1.0, 0.0) else raw
        signals[name] = made[:, 0] if len(one.columns) == 1 else made
    units = {name: one.unit for name, one in profile.channels.items()}
    known: dict[str, Any] = {"profile": profile.id, **(facts or {})}
    rate = fs or profile.fs
    time: TimeBase | None = None
    if profile.time is not None:
        stamps = _stamps(columns, profile, path, texts or [])
        rate = rate or _measured(stamps, path)
        widths = [1 if one.ndim == 1 else one.shape[1] for one in signals.values()]
        table = np.column_stack(list(signals.values()))
        regular = regularise(stamps, table, rate, stamps=profile.time.stamps)
        parts = np.split(regular.values, np.cumsum(widths)[:-1], axis=1)
        signals = {name: part if signals[name].ndim > 1 else part[:, 0] for name, part in zip(signals, parts, strict=True)}
        known["repairs"] = regular.report.as_dict()
        if stamps.dtype.kind == "M" and regular.origins:
            time = regular.time_base()
    if rate is None:
        raise ExchangeError("E_PROFILE", path, expected="time or fs", got=profile.id)
    return Recording(
        signals, fs=rate, units=units, placement=profile.placement, device=profile.device, frame=profile.frame, quality=known, time=time
    )


def _stamps(columns: Mapping[str, NDArray[np.float64]], profile: Profile, path: str, texts: list[str]) -> NDArray[Any]:
    clock = profile.time
    if clock is None:  # pragma: no cover - asked only with a clock
        raise ExchangeError("E_PROFILE", path, expected="time", got=profile.id)
    if clock.unit == "iso":
        instants = [_instant(text, clock.zone, path, row) for row, text in enumerate(texts, 2)]
        return np.array(instants, "int64").astype("datetime64[ns]")
    seconds = columns[clock.column]
    if not clock.epoch:
        return seconds * CLOCKS[clock.unit] if clock.unit != "s" else seconds
    known = np.isfinite(seconds) & (np.abs(seconds) * CLOCKS[clock.unit] < 9e9)  # noqa: PLR2004 - what int64 ns can hold
    whole = np.floor(np.where(known, seconds, 0.0))
    per = round(CLOCKS[clock.unit] * 1e9)
    ns = whole.astype(np.int64) * per + np.rint((np.where(known, seconds, 0.0) - whole) * per).astype(np.int64)
    made: NDArray[Any] = ns.astype("datetime64[ns]")
    made[~known] = np.datetime64("NaT")
    return made


def _instant(text: str, zone: str | None, path: str, row: int) -> int:
    try:
        moment = datetime.fromisoformat(text)
        if moment.utcoffset() is None and zone is not None:
            moment = datetime.fromisoformat(text + zone)
    except ValueError:
        raise ExchangeError("E_CELL", path, expected="ISO 8601", got=text, row=row, column="time") from None
    if moment.utcoffset() is None:
        raise ExchangeError(
            "E_CELL", path, expected="an instant with an offset (or time.zone in the profile)", got=text, row=row, column="time"
        )
    return nanoseconds(moment)


def _measured(stamps: NDArray[Any], path: str) -> float:
    """Return the rate that the stamps of samples show: one over their median interval, a whole number where within 0.1 %."""
    seconds = stamps.astype(np.int64) / 1e9 if stamps.dtype.kind == "M" else stamps
    steps = np.diff(seconds[np.isfinite(seconds)])
    steps = steps[steps > 0]
    if not len(steps):
        raise ExchangeError("E_COLUMNS", path, expected="at least two different time stamps", got=len(stamps))
    rate = 1.0 / float(np.median(steps))
    return float(round(rate)) if abs(rate - round(rate)) <= 1e-3 * rate and round(rate) > 0 else rate


def _ours(data: bytes, path: str, limit: int) -> Recording:
    text, _ = decode(data, encoding="utf-8", path=path)
    head, _, rest = text.partition("\n")
    header = parse_header(head.removeprefix(OURS), path)
    announced = listed(header, path)
    names = ["time_s", *_column_names(dict(announced))]
    rows = announced[0][1][0]
    if 8 * rows * len(names) > limit:
        raise ExchangeError("E_LIMIT", path, expected=f"{limit} bytes", got=f"{8 * rows * len(names)} bytes")
    title, _, body = rest.partition("\n")
    if title.rstrip("\r") != ",".join(names):
        raise ExchangeError("E_COLUMNS", path, expected=", ".join(names), got=title)
    lines = body.replace("\r\n", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    if len(lines) != rows:
        cause = "truncated" if len(lines) < rows else "lines were added"
        raise ExchangeError("E_FILE_DAMAGED", path, expected=f"{rows} rows", got=f"{len(lines)} rows, {cause}")
    columns, _ = columns_of(lines, names, names[1:], delimiter=",", decimal=".", path=path, first=3) if rows else ({}, [])
    arrays: dict[str, Signal] = {}
    at = 1
    for name, shape in announced:
        parts = [columns[one] if rows else np.zeros(0) for one in names[at : at + _width(shape)]]
        at += _width(shape)
        arrays[name] = parts[0] if len(shape) == 1 else np.column_stack(parts)
    return rebuild(header, arrays, path)


def csv_bytes(rows: list[list[object]]) -> bytes:
    """Return rows of cells as UTF-8 CSV with a byte order mark (spreadsheets then read Chinese), formulas escaped."""
    out = io.StringIO()
    for row in rows:
        out.write(",".join("" if cell is None else text_cell(cell) for cell in row) + "\r\n")
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")
