"""Simulated inputs for the speed suites, by what an algorithm declares: no recording of a person is needed here."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from agetech.core import Algorithm, Input
from agetech.units import ACCELERATION

SEED = 20261124


@lru_cache(maxsize=8)
def worn_acceleration(fs: float, rows: int) -> np.ndarray[Any, Any]:
    """Return simulated days of a person with one fall and one toss each, (rows, 3), m/s2, at `fs` Hz."""
    from agetech.simulate import Sensor, day

    signal = day(seed=SEED, sensor=Sensor(fs=fs)).signal
    return np.ascontiguousarray(np.tile(signal, (-(-rows // len(signal)), 1))[:rows])


def rate(declared: Input) -> float:
    """Return 50 Hz where the input takes it, else the nearest rate that it takes."""
    low, high = declared.rates
    return min(max(50.0, low), high)


def signal(declared: Input, fs: float, rows: int) -> np.ndarray[Any, Any]:
    """Return rows of the declared shape: worn acceleration, else breathing, beats and noise within the declared limit."""
    if declared.unit == ACCELERATION and declared.width == 3:
        return worn_acceleration(fs, rows)
    rng = np.random.Generator(np.random.PCG64(SEED))
    t = np.arange(rows) / fs
    size = min(declared.limit / 10.0, 1.0)
    wave = size * (np.sin(2 * np.pi * 0.25 * t) + 0.5 * np.sin(2 * np.pi * 1.2 * t) ** 31)
    shape = (rows, declared.width) if declared.width else (rows,)
    return np.ascontiguousarray((wave[:, None] if declared.width else wave) + 0.05 * size * rng.standard_normal(shape))


def values(algorithm: Algorithm) -> dict[str, Any]:
    """Return the first allowed value of each parameter that has no default."""
    import enum

    found = {}
    for name, field in algorithm.params.model_fields.items():
        if field.is_required():
            kind = field.annotation
            if not (isinstance(kind, type) and issubclass(kind, enum.Enum)):
                raise TypeError(f"{algorithm.id}: no value known for the required parameter {name}")
            found[name] = next(iter(kind)).value
    return found


def step_algorithms() -> list[Algorithm]:
    """Return every registered sample-step algorithm with one uniform input, in order of the id."""
    from agetech.core import Step, algorithms, find

    known = [find(name) for name in algorithms()]
    return [one for one in known if isinstance(one.shape, Step) and len(one.inputs) == 1 and one.inputs[0].kind == "uniform"]
