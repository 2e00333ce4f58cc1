"""Saved states: plain data with a checksum, never pickle.

Layout: magic `AGTS`, format version (u16), length of the header (u32), header (canonical JSON), the arrays one after
the other (little-endian), SHA-256 of all that came before. The checksum finds damage; it is no signature: keep
states where only the gateway can write, or sign them there.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAGIC = b"AGTS"
FORMAT = 1
DIGEST = 32
LARGEST = 1 << 30  # bytes of one blob
KINDS = ("i", "f", "b", "V")

Arrays = dict[str, np.ndarray[Any, Any]]


def write_blob(header: Mapping[str, object], arrays: Mapping[str, np.ndarray[Any, Any]]) -> bytes:
    """Return header and arrays as one blob; the header must be JSON data without NaN."""
    listing = [{"name": name, "dtype": _describe(array.dtype), "shape": list(array.shape)} for name, array in arrays.items()]
    text = json.dumps({**header, "arrays": listing}, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True).encode()
    body = MAGIC + FORMAT.to_bytes(2, "little") + len(text).to_bytes(4, "little") + text
    body += b"".join(_little(array).tobytes() for array in arrays.values())
    return body + hashlib.sha256(body).digest()


def read_blob(blob: object) -> tuple[dict[str, Any], Arrays]:
    """Return header and arrays of a blob; CheckpointError for anything that `write_blob` would not have written."""
    if not isinstance(blob, (bytes, bytearray, memoryview)):
        raise CheckpointError("E_STATE", "blob", expected="bytes", got=type(blob).__name__)
    data = bytes(blob)
    if len(data) > LARGEST:
        raise CheckpointError("E_STATE", "blob", expected=f"<= {LARGEST} bytes", got=f"{len(data)} bytes")
    if len(data) < 10 + DIGEST or data[:4] != MAGIC:
        raise CheckpointError("E_STATE", "blob", expected="AGTS", got=f"{data[:4]!r}, {len(data)} bytes")
    if hashlib.sha256(data[:-DIGEST]).digest() != data[-DIGEST:]:
        raise CheckpointError("E_STATE", "checksum", expected="sha256", got="damaged / 已损坏")
    version = int.from_bytes(data[4:6], "little")
    if version != FORMAT:
        raise CheckpointError("E_STATE", "format", expected=str(FORMAT), got=str(version))
    size = int.from_bytes(data[6:10], "little")
    try:
        header = json.loads(data[10 : 10 + size].decode("ascii"))
        arrays = _arrays(header["arrays"], data[10 + size : -DIGEST])
    except CheckpointError:
        raise
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError, SyntaxError) as error:
        raise CheckpointError("E_STATE", "header", expected="AGTS 1", got=type(error).__name__) from None
    return header, arrays


def _describe(dtype: np.dtype[Any]) -> Any:
    """Return a dtype as JSON data: a code, or a list of [name, code, shape]."""
    if dtype.names is None:
        return dtype.newbyteorder("<").str
    cells = []
    for name in dtype.names:
        base, shape = dtype[name].base, list(dtype[name].shape)
        cells.append([name, base.newbyteorder("<").str, shape])
    return cells


def _dtype(described: object) -> np.dtype[Any]:
    cells = [("", described, [])] if isinstance(described, str) else described
    made = []
    if not isinstance(cells, list):
        raise TypeError
    for name, code, shape in cells:
        base = np.dtype(code)
        if base.kind not in KINDS[:3] or base.itemsize > 8 or not all(isinstance(n, int) and 0 <= n <= LARGEST for n in shape):  # noqa: PLR2004
            raise ValueError
        made.append((name, base.newbyteorder("="), tuple(shape)))
    return made[0][1] if isinstance(described, str) else np.dtype(made)


def _little(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"), copy=False))


def _arrays(listing: object, data: bytes) -> Arrays:
    if not isinstance(listing, list):
        raise TypeError
    arrays: Arrays = {}
    at = 0
    for entry in listing:
        dtype = _dtype(entry["dtype"])
        shape = tuple(entry["shape"])
        if not all(isinstance(n, int) and n >= 0 for n in shape):
            raise ValueError
        size = math.prod(shape) * dtype.itemsize
        if at + size > len(data) or entry["name"] in arrays:
            raise CheckpointError("E_STATE", "arrays", expected=f"{len(data)} bytes", got=f"{at + size} bytes")
        stored = np.frombuffer(data[at : at + size], dtype.newbyteorder("<")).reshape(shape)
        arrays[entry["name"]] = stored.astype(dtype)
        at += size
    if at != len(data):
        raise CheckpointError("E_STATE", "arrays", expected=f"{at} bytes", got=f"{len(data)} bytes")
    return arrays
