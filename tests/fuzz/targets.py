"""What foreign bytes meet first: each target takes any bytes and may only answer, or refuse with an AgetechError."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

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


TARGETS: dict[str, Target] = {
    "state": Target(load_state, whole_states),
    "forged-state": Target(load_forged_state, unsigned_states),
}
