"""NPZ with a JSON header: arrays that numpy opens too, read without pickle and never larger than announced."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from agetech.core.recording import Recording
from agetech.errors import ExchangeError
from agetech.exchange.counts import as_counts, restore
from agetech.exchange.header import LARGEST_HEADER, header_text, listed, parse_header, quality_arrays, rebuild
from agetech.exchange.platform import place_error, write_atomically

if TYPE_CHECKING:
    from agetech.core.declare import Signal

FIXED = (1980, 1, 1, 0, 0, 0)  # the same recording gives the same bytes at any time
MOST_MEMBERS = 9000
BLOCK = 1 << 20


def write_npz(recording: Recording, path: Path | str) -> None:
    """Write a recording: `header` (JSON as bytes), and per channel int16 counts where exact, else float64."""
    stored: dict[str, np.ndarray[Any, Any]] = {}
    how: dict[str, Any] = {}
    for index, (name, values) in enumerate(recording.arrays().items()):
        flat = as_counts(values.reshape(-1))
        if flat is None:
            stored[f"a{index}"] = values
        else:
            stored[f"a{index}"] = flat.values.reshape(values.shape)
            how[name] = {"scale": flat.scale, "divisor": flat.divisor, "missing": bool(flat.missing.any())}
            if flat.missing.any():
                stored[f"m{index}"] = np.packbits(flat.missing)
    text = header_text(recording, quality_arrays=quality_arrays(recording), counts=how).encode("ascii")
    write_atomically(path, lambda stream: _fill(stream, {"header": np.frombuffer(text, np.uint8), **stored}))


def _fill(stream: BinaryIO, arrays: dict[str, np.ndarray[Any, Any]]) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, values in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", FIXED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as member:
                npy.write_array(member, np.ascontiguousarray(values), version=(1, 0), allow_pickle=False)


def read_npz(path: Path | str, *, limit: int) -> Recording:
    """Return the recording of a file; nothing is allocated that the header and `limit` (bytes) do not allow."""
    name = Path(path).name
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, name, limit)
    except OSError as error:
        raise place_error(path, error) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        KeyError,
        OverflowError,
        SyntaxError,
    ) as error:
        raise ExchangeError("E_FILE_DAMAGED", name, expected="NPZ", got=f"{type(error).__name__}: {error}") from None


def _read(archive: zipfile.ZipFile, path: str, limit: int) -> Recording:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_MEMBERS or len(set(names)) != len(names):
        raise ExchangeError("E_FILE_DAMAGED", path, expected=f"at most {MOST_MEMBERS} members, each once", got=len(entries))
    claimed = sum(entry.file_size for entry in entries)
    if claimed > limit:
        raise ExchangeError("E_LIMIT", path, expected=f"{limit} bytes", got=f"{claimed} bytes")
    if "header.npy" not in names:
        raise ExchangeError("E_FILE_FORMAT", path, expected="agetech-recording", got="an NPZ without our header")
    header = parse_header(_member(archive, "header", path, (LARGEST_HEADER,), "|u1", exact=False).tobytes(), path)
    arrays: dict[str, Signal] = {}
    announced = listed(header, path)
    total = sum(8 * math.prod(shape) for _, shape in announced)
    if total > limit:
        raise ExchangeError("E_LIMIT", path, expected=f"{limit} bytes", got=f"{total} bytes")
    how = header.get("counts", {})
    for index, (name, shape) in enumerate(announced):
        if name not in how:
            arrays[name] = _member(archive, f"a{index}", path, shape, "<f8")
            continue
        scale, divisor = _factor(how[name], path)
        made = restore(_member(archive, f"a{index}", path, shape, "<i2"), scale, divisor)
        if how[name].get("missing"):
            size = math.prod(shape)
            bits = np.unpackbits(_member(archive, f"m{index}", path, (-(-size // 8),), "|u1"), count=size)
            made.reshape(-1)[bits.astype(bool)] = np.nan
        arrays[name] = made
    return rebuild(header, arrays, path)


def _factor(how: Any, path: str) -> tuple[float | None, float | None]:
    scale, divisor = how["scale"], how["divisor"]
    for value in (scale, divisor):
        if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0):
            raise ExchangeError("E_FILE_DAMAGED", path, expected="scale > 0", got=value)
    return scale, divisor


def _member(
    archive: zipfile.ZipFile, name: str, path: str, shape: tuple[int, ...], dtype: str, *, exact: bool = True
) -> np.ndarray[Any, Any]:
    """Return one array after its own header has been compared with what ours announced."""
    entry = archive.getinfo(f"{name}.npy")
    with archive.open(entry) as member:
        version = npy.read_magic(member)
        if version != (1, 0):
            raise ExchangeError("E_FILE_DAMAGED", path, expected="NPY 1.0", got=str(version))
        got_shape, fortran, got_dtype = npy.read_array_header_1_0(member, max_header_size=4096)
        size = math.prod(got_shape) * got_dtype.itemsize
        fits = got_shape == shape if exact else (len(got_shape) == 1 and got_shape[0] <= shape[0])
        if got_dtype.str != dtype or fortran or not fits or size > entry.file_size:
            raise ExchangeError("E_FILE_DAMAGED", path, expected=f"{name} {shape} {dtype}", got=f"{got_shape} {got_dtype.str}")
        data = io.BytesIO()
        while block := member.read(BLOCK):
            data.write(block)
            if data.tell() > size:
                raise ExchangeError("E_FILE_DAMAGED", path, expected=f"{size} bytes", got="more")
    if data.tell() != size:
        raise ExchangeError("E_FILE_DAMAGED", path, expected=f"{size} bytes", got=f"{data.tell()} bytes")
    return np.frombuffer(data.getbuffer(), got_dtype).reshape(got_shape)
