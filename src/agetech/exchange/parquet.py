"""Parquet: int16 counts with their factor in the metadata where that is exact, zstd, one row group an hour."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.recording import Recording
from agetech.errors import AgetechError, ExchangeError
from agetech.exchange.counts import as_counts, restore
from agetech.exchange.delimited import recording_of
from agetech.exchange.extras import extra
from agetech.exchange.header import header_text, listed, parse_header, quality_arrays, rebuild
from agetech.exchange.platform import place_error, write_atomically
from agetech.exchange.profiles import profile_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agetech.core.declare import Signal

KEY = b"agetech"
HOUR = 3600.0
LEAST_GROUP = 1024
MOST_COLUMNS = 10_000
BLOW_UP = 2  # times the announced rows and columns that the pages may unfold to


def write_parquet(recording: Recording, path: Path | str) -> None:
    """Write a recording; page checksums find damage. ExchangeError E_TABLE_RATES for channels of different rates."""
    pa, pq = extra("pyarrow", "parquet"), extra("pyarrow.parquet", "parquet")
    rate = recording.fs
    if isinstance(rate, Mapping):
        raise ExchangeError("E_TABLE_RATES", Path(path).name, got=", ".join(f"{name} {fs:g} Hz" for name, fs in rate.items()))
    columns: dict[str, Any] = {}
    kinds: list[dict[str, Any]] = []
    for name, values in recording.arrays().items():
        for index in range(values.shape[1] if values.ndim > 1 else 1):
            part = values[:, index] if values.ndim > 1 else values
            label = name if values.ndim == 1 else f"{name}.{index}"
            counts = as_counts(np.ascontiguousarray(part))
            if counts is None:
                columns[label] = pa.array(part, pa.float64())
                kinds.append({"column": label})
            else:
                columns[label] = pa.array(counts.values, pa.int16(), mask=counts.missing)
                kinds.append({"column": label, "scale": counts.scale, "divisor": counts.divisor})
    text = header_text(recording, quality_arrays=quality_arrays(recording), columns=kinds)
    table = pa.table(columns).replace_schema_metadata({KEY: text.encode("ascii")})
    encodings = {kind["column"]: "DELTA_BINARY_PACKED" if len(kind) > 1 else "BYTE_STREAM_SPLIT" for kind in kinds}
    settings = {"compression": "zstd", "use_dictionary": False, "column_encoding": encodings, "write_page_checksum": True}

    def fill(stream: Any) -> None:
        pq.write_table(table, stream, row_group_size=max(LEAST_GROUP, math.ceil(HOUR * rate)), store_schema=True, **settings)

    write_atomically(path, fill)


def read_parquet(path: Path | str, *, profile: Any, fs: float | None, limit: int) -> Recording:
    """Return the recording of a file, ours or by a column profile; rows and columns are checked before anything is read."""
    pa, pq = extra("pyarrow", "parquet"), extra("pyarrow.parquet", "parquet")
    name = Path(path).name
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            return _read(file, name, profile, fs, limit)
    except AgetechError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError, IndexError, MemoryError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise place_error(path, error) from None
        raise ExchangeError("E_FILE_DAMAGED", name, expected="Parquet", got=f"{type(error).__name__}: {error}") from None


def _read(file: Any, path: str, profile: Any, fs: float | None, limit: int) -> Recording:
    about = file.metadata
    rows, width = about.num_rows, about.num_columns
    if width > MOST_COLUMNS or rows < 0 or 8 * rows * width > limit:
        raise ExchangeError("E_LIMIT", path, expected=f"{limit} bytes", got=f"{rows} x {width}")
    groups = [about.row_group(index) for index in range(about.num_row_groups)]
    if sum(group.num_rows for group in groups) != rows or any(group.num_rows < 0 for group in groups):
        raise ExchangeError("E_FILE_DAMAGED", path, expected=f"{rows} rows", got="row groups of other sizes")
    unfolded = sum(group.total_byte_size for group in groups)
    if unfolded > max(BLOW_UP * 8 * rows * width, 1 << 24):
        raise ExchangeError("E_LIMIT", path, expected=f"{BLOW_UP * 8 * rows * width} bytes", got=f"{unfolded} bytes")
    text = (file.schema_arrow.metadata or {}).get(KEY)
    if text is None:
        if profile is None:
            raise ExchangeError("E_PROFILE_NEEDED", path, expected="a profile", got=", ".join(file.schema_arrow.names[:8]))
        chosen = profile_of(profile)
        lack = [one for one in chosen.wanted if one not in file.schema_arrow.names]
        if lack:
            raise ExchangeError("E_COLUMNS", path, expected=", ".join(chosen.wanted), got=", ".join(file.schema_arrow.names))
        return recording_of({one: _column(file, one, rows) for one in chosen.wanted}, chosen, path=path, fs=fs)
    header = parse_header(text, path)
    kinds = {kind["column"]: kind for kind in header["columns"]}
    arrays: dict[str, Signal] = {}
    for channel, shape in listed(header, path):
        labels = [channel] if len(shape) == 1 else [f"{channel}.{index}" for index in range(shape[1])]
        if shape[0] != rows or not set(labels) <= set(file.schema_arrow.names):
            raise ExchangeError("E_FILE_DAMAGED", path, expected=f"{channel} {shape}", got=f"{rows} rows")
        parts = [_samples(file, kinds[label], rows, path) for label in labels]
        arrays[channel] = parts[0] if len(shape) == 1 else np.column_stack(parts)
    return rebuild(header, arrays, path)


def _samples(file: Any, kind: Mapping[str, Any], rows: int, path: str) -> Signal:
    scale, divisor = kind.get("scale"), kind.get("divisor")
    raw = _column(file, kind["column"], rows)
    if scale is None and divisor is None:
        return raw
    factor = scale if scale is not None else divisor
    if isinstance(factor, bool) or not isinstance(factor, (int, float)) or not math.isfinite(factor) or factor <= 0:
        raise ExchangeError("E_FILE_DAMAGED", path, expected="scale > 0", got=factor)
    missing = np.isnan(raw)
    made = restore(np.where(missing, 0.0, raw).astype(np.int16), scale, divisor)
    made[missing] = np.nan
    return made


def _column(file: Any, name: str, rows: int) -> NDArray[np.float64]:
    """Return one column as float64, null as NaN, filled row group by row group."""
    made = np.empty(rows)
    at = 0
    for index in range(file.num_row_groups):
        chunk = file.read_row_group(index, columns=[name]).column(0)
        values = chunk.cast("float64").to_numpy(zero_copy_only=False) if len(chunk) else np.zeros(0)
        made[at : at + len(values)] = values
        at += len(values)
    if at != rows:
        raise ValueError(f"{at} rows instead of {rows}")
    return made
