"""pandas, polars and pyarrow tables <-> recordings, through narwhals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.recording import Recording
from agetech.errors import ExchangeError
from agetech.exchange.delimited import recording_of
from agetech.exchange.extras import extra
from agetech.exchange.profiles import Clock, Columns, Profile, profile_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


def from_frame(
    frame: Any,
    *,
    profile: Any = None,
    channels: Mapping[str, Sequence[str] | str] | None = None,
    units: Mapping[str, str] | str | None = None,
    fs: float | None = None,
    time: str | None = None,
    stamps: str | None = None,
    placement: str | None = None,
) -> Recording:
    """Return a data frame (pandas, polars, pyarrow ...) as a recording, by a profile or by naming its columns.

    channels: column names by channel; units: UCUM codes by channel, or one for all. time: column of stamps, in seconds
    or as datetimes in UTC, then regularised at `fs` with `stamps` "sample" or "arrival"; without it the rows are uniform at `fs`.
    ExchangeError where a column lacks or is not numeric, or narwhals is not installed.
    """
    nw = extra("narwhals", "frames")
    try:
        table = nw.from_native(frame, eager_only=True)
    except TypeError:
        raise ExchangeError("E_FILE_FORMAT", "frame", expected="a data frame", got=type(frame).__name__) from None
    chosen = profile_of(profile) if profile is not None else _declared(channels, units, fs, time, stamps, placement)
    lack = [name for name in chosen.wanted if name not in table.columns]
    if lack:
        raise ExchangeError("E_COLUMNS", "frame", expected=", ".join(chosen.wanted), got=", ".join(map(str, table.columns)))
    columns: dict[str, NDArray[np.float64]] = {}
    for name in chosen.wanted:
        column = table[name]
        if column.dtype == nw.Datetime and chosen.time is not None and name == chosen.time.column:
            ns = column.dt.timestamp("us").to_numpy().astype(np.float64)
            columns[name] = ns
            chosen = _with_microseconds(chosen)
        elif column.dtype.is_numeric():
            columns[name] = np.asarray(column.cast(nw.Float64).to_numpy(), dtype=np.float64)
        else:
            raise ExchangeError("E_COLUMNS", "frame", expected=f"numbers in {name}", got=str(column.dtype))
    return recording_of(columns, chosen, path="frame", fs=fs)


def to_frame(recording: Recording, backend: str = "pandas") -> Any:
    """Return a recording of one rate as a data frame of `backend` (pandas, polars, pyarrow): time in s, a column each.

    Columns of a channel with several columns are named channel.0, channel.1 ...; a gap is NaN. Where the start is known
    `instant` holds the instants (UTC).
    """
    nw = extra("narwhals", "frames")
    rate = recording.fs
    if isinstance(rate, Mapping):
        raise ExchangeError("E_TABLE_RATES", "frame", got=", ".join(f"{name} {fs:g} Hz" for name, fs in rate.items()))
    rows = len(next(iter(recording.channels.values())))
    columns: dict[str, Any] = {"time_s": np.arange(rows) / rate}
    if recording.time is not None:
        ns = [recording.time.nanoseconds(sample) for sample in range(rows)]
        columns["instant"] = np.array(ns, "int64").astype("datetime64[ns]")
    for name, values in recording.channels.items():
        if values.ndim == 1:
            columns[name] = np.array(values)
        else:
            columns.update({f"{name}.{index}": np.array(values[:, index]) for index in range(values.shape[1])})
    try:
        return nw.from_dict(columns, backend=backend).to_native()
    except (ImportError, ValueError) as error:
        raise ExchangeError("E_EXTRA", backend, expected="pandas | polars | pyarrow", got=str(error)) from None


def _declared(
    channels: Mapping[str, Sequence[str] | str] | None,
    units: Mapping[str, str] | str | None,
    fs: float | None,
    time: str | None,
    stamps: str | None,
    placement: str | None,
) -> Profile:
    if not channels or units is None or (time is not None and stamps is None) or (time is None and fs is None):
        raise ExchangeError("E_PROFILE", "frame", expected="profile, or channels, units, and fs or time with stamps", got="less")
    codes = {name: units if isinstance(units, str) else units.get(name, "") for name in channels}
    made = {name: Columns((names,) if isinstance(names, str) else tuple(names), codes[name]) for name, names in channels.items()}
    clock = None if time is None else Clock(time, "s", stamps or "sample")
    return Profile("frame", {"en": "data frame", "zh": "数据表"}, made, fs=fs, time=clock, placement=placement)


def _with_microseconds(profile: Profile) -> Profile:
    clock = profile.time
    if clock is None:  # pragma: no cover - asked only with a clock
        return profile
    made = Clock(clock.column, "us", clock.stamps, epoch=True)
    return Profile(
        profile.id,
        profile.title,
        profile.channels,
        fs=profile.fs,
        time=made,
        placement=profile.placement,
        device=profile.device,
        frame=profile.frame,
    )
