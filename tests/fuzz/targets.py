"""What foreign bytes meet first: each target takes any bytes and may only answer, or refuse with an AgetechError."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from agetech.errors import AgetechError, CheckpointError

DIGEST = 32


@dataclass(frozen=True)
class Target:
    """A function of bytes, and the inputs that fuzzing starts from."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterator[bytes]]


@cache
def states() -> tuple[bytes, ...]:
    """Return saved states of every streaming algorithm with one uniform input: fresh, and after some rows with a gap."""
    from agetech import Stream
    from agetech.core import algorithms, find
    from benchmarks import inputs

    found = []
    for name in algorithms():
        algorithm = find(name)
        if not algorithm.streaming or len(algorithm.inputs) != 1 or algorithm.inputs[0].kind != "uniform":
            continue
        fs = inputs.rate(algorithm.inputs[0])
        stream = Stream(algorithm, fs, **inputs.values(algorithm))
        found.append(stream.save())
        x = inputs.signal(algorithm.inputs[0], fs, 700).copy()
        x[300:320] = np.nan
        stream.push(x)
        found.append(stream.save())
    return tuple(found)


def load_state(data: bytes) -> None:
    """Refuse a state with a CheckpointError, or go on from it."""
    from agetech import Stream

    try:
        stream = Stream.load(data)
    except CheckpointError:
        return
    declared = stream.algorithm.inputs[0]
    rows = np.zeros((200, declared.width) if declared.width else 200)
    try:
        stream.push(rows)
        stream.save()
        stream.finish()
    except AgetechError:
        return


def load_forged_state(data: bytes) -> None:
    """Do the same with a right checksum below whatever came before it: an attacker can write that too."""
    load_state(data + hashlib.sha256(data).digest())


def whole_states() -> Iterator[bytes]:
    yield from states()


def unsigned_states() -> Iterator[bytes]:
    yield from (blob[:-DIGEST] for blob in states())


@cache
def folder() -> Path:
    """Return a folder that lives as long as the process."""
    return Path(tempfile.mkdtemp(prefix="agetech-fuzz-"))


def read_file(data: bytes) -> None:
    """Read a file of these bytes, whatever its kind, or refuse it."""
    from agetech.exchange import read

    path = folder() / "recording"
    path.write_bytes(data)
    try:
        read(path, limit=16 << 20)
    except AgetechError:
        return


def read_table(data: bytes) -> None:
    """Read a table whose columns a profile explains, or refuse it."""
    from agetech.exchange import column_profiles, read

    path = folder() / "table.csv"
    path.write_bytes(data)
    for profile in column_profiles():
        try:
            read(path, profile=profile, fs=50.0, limit=16 << 20)
        except AgetechError:
            continue


def load_json(data: bytes) -> None:
    """Take a JSON text, or refuse it; what was taken can be written again."""
    from agetech.schemas.jsontext import dumps, loads

    try:
        value = loads(data)
    except AgetechError:
        return
    dumps(value)


@cache
def recordings() -> dict[str, bytes]:
    """Return a small recording in each format that is written."""
    from agetech import Recording, write

    t = np.arange(120) / 50.0
    channels = {name: np.round(9.8 * np.cos(t + place), 3) for place, name in enumerate("xyz")}
    channels["x"][40:45] = np.nan
    recording = Recording(channels, fs=50.0, units=dict.fromkeys("xyz", "m/s2"), placement="waist")
    found = {}
    for ending in ("csv", "npz", "parquet"):
        path = folder() / f"seed.{ending}"
        write(recording, path)
        found[ending] = path.read_bytes()
    return found


def whole_recordings() -> Iterator[bytes]:
    yield from recordings().values()


def tables() -> Iterator[bytes]:
    yield recordings()["csv"]
    yield b"time,x,y,z\n0.00,0.1,0.2,9.8\n0.02,0.1,0.2,9.8\n"
    yield "时间;加速度X;加速度Y;加速度Z\r\n0,00;0,1;0,2;9,8\r\n".encode("gb18030")


def documents() -> Iterator[bytes]:
    deep = "[" * 80 + "]" * 80
    for value in ({"value": 1.50, "unit": "m/s2", "name": "\u5f20"}, [1e300, -0.0, None, True, 10**40], {"a": {"b": [{"c": ""}]}}):
        yield json.dumps(value).encode()
    yield from (deep.encode(), b'{"a":1,"a":2}', b'{"a":NaN}', b'"\\ud800"', b"\xef\xbb\xbf{}", b"1e999")


TARGETS: dict[str, Target] = {
    "state": Target(load_state, whole_states),
    "forged-state": Target(load_forged_state, unsigned_states),
    "file": Target(read_file, whole_recordings),
    "table": Target(read_table, tables),
    "json": Target(load_json, documents),
}
