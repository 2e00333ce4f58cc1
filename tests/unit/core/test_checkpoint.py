"""Blobs: what was written comes back, anything else is CheckpointError."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agetech.core.checkpoint import read_blob, write_blob
from agetech.errors import CheckpointError

RECORD = np.zeros(1, [("index", "i8"), ("up", "f8", (3,)), ("seen", "?")])
RECORD["up"] = [1.5, -0.0, np.nan]
ARRAYS = {"record": RECORD, "ring": np.arange(5.0), "none": np.zeros((0, 3)), "count": np.array([7], np.int64)}
BLOB = write_blob({"algorithm": "a.b"}, ARRAYS)


def sealed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def framed(text: bytes, data: bytes = b"", version: int = 1) -> bytes:
    return sealed(b"AGTS" + version.to_bytes(2, "little") + len(text).to_bytes(4, "little") + text + data)


def test_what_was_written_comes_back() -> None:
    header, arrays = read_blob(BLOB)
    assert header["algorithm"] == "a.b"
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert arrays[name].shape == array.shape
        assert arrays[name].tobytes() == array.tobytes()
        assert arrays[name].flags.writeable
    assert read_blob(bytearray(BLOB))[0] == header
    assert read_blob(memoryview(BLOB))[0] == header


def test_the_layout_is_as_documented() -> None:
    assert BLOB[:4] == b"AGTS"
    assert BLOB[4:6] == b"\x01\x00"
    size = int.from_bytes(BLOB[6:10], "little")
    assert json.loads(BLOB[10 : 10 + size])["algorithm"] == "a.b"
    assert BLOB[-32:] == hashlib.sha256(BLOB[:-32]).digest()
    assert BLOB[10 + size : 18 + size] == RECORD["index"].tobytes()


def test_big_endian_states_are_written_little_endian() -> None:
    swapped = {name: array.astype(array.dtype.newbyteorder(">")) for name, array in ARRAYS.items()}
    assert write_blob({"algorithm": "a.b"}, swapped) == BLOB


@given(cut=st.integers(0, len(BLOB) - 1))
def test_a_truncated_blob_is_refused(cut: int) -> None:
    with pytest.raises(CheckpointError):
        read_blob(BLOB[:cut])


@given(place=st.integers(0, len(BLOB) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused(place: int, bit: int) -> None:
    flipped = bytearray(BLOB)
    flipped[place] ^= 1 << bit
    with pytest.raises(CheckpointError):
        read_blob(bytes(flipped))


@given(st.binary(max_size=200))
def test_noise_is_refused_sealed_or_not(noise: bytes) -> None:
    for blob in (noise, sealed(noise), sealed(b"AGTS" + noise), framed(noise)):
        with pytest.raises(CheckpointError):
            read_blob(blob)


@pytest.mark.parametrize(
    "header",
    [
        {},
        [],
        {"arrays": {}},
        {"arrays": [{}]},
        {"arrays": [{"name": "a", "dtype": "O", "shape": [1]}]},
        {"arrays": [{"name": "a", "dtype": "<U3", "shape": [1]}]},
        {"arrays": [{"name": "a", "dtype": "no such", "shape": [1]}]},
        {"arrays": [{"name": "a", "dtype": "<f8", "shape": [-1]}]},
        {"arrays": [{"name": "a", "dtype": "<f8", "shape": [1.0]}]},
        {"arrays": [{"name": "a", "dtype": "<f8", "shape": [10**12]}]},
        {"arrays": [{"name": "a", "dtype": "<f8", "shape": [2]}]},
        {"arrays": [{"name": "a", "dtype": [["x", "|V8", []]], "shape": [1]}]},
        {"arrays": [{"name": "a", "dtype": [["x", "<f8", [-1]]], "shape": [1]}]},
        {"arrays": [{"name": "a", "dtype": 3, "shape": [1]}]},
        {"arrays": [{"name": "a", "dtype": "<f8", "shape": []}, {"name": "a", "dtype": "<f8", "shape": [0]}]},
        {"arrays": []},
    ],
)
def test_a_sealed_blob_with_a_lying_header_is_refused(header) -> None:
    with pytest.raises(CheckpointError):
        read_blob(framed(json.dumps(header).encode(), b"\0" * 8))


def test_sizes_versions_and_types_are_checked() -> None:
    for blob, path in ((b"", "blob"), (b"AGTS", "blob"), ("text", "blob"), (None, "blob"), (BLOB[:-1] + b"x", "checksum")):
        with pytest.raises(CheckpointError) as caught:
            read_blob(blob)
        assert caught.value.path == path
    with pytest.raises(CheckpointError) as caught:
        read_blob(framed(b'{"arrays": []}', version=2))
    assert (caught.value.path, caught.value.expected, caught.value.got) == ("format", "1", "2")
    assert read_blob(framed(b'{"arrays": []}'))[1] == {}


def test_a_blob_over_the_limit_is_refused_before_it_is_read(monkeypatch) -> None:
    monkeypatch.setattr("agetech.core.checkpoint.LARGEST", len(BLOB))
    assert read_blob(BLOB)[0]["algorithm"] == "a.b"
    monkeypatch.setattr("agetech.core.checkpoint.LARGEST", len(BLOB) - 1)
    with pytest.raises(CheckpointError) as caught:
        read_blob(BLOB)
    assert f"<= {len(BLOB) - 1}" in caught.value.expected


def test_a_header_may_hold_no_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_blob({"fs": float("nan")}, {})
