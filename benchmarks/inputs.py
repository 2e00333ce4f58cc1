"""Simulated inputs for the speed suites, by what an algorithm declares: no recording of a person is needed here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from agetech.core import Algorithm, Input
from agetech.units import ACCELERATION, MILLIVOLT

SEED = 20261124


@lru_cache(maxsize=8)
def worn_acceleration(fs: float, rows: int) -> np.ndarray[Any, Any]:
    """Return simulated days of a person with one fall and one toss each, (rows, 3), m/s2, at `fs` Hz."""
    from agetech.simulate import Sensor, day

    signal = day(seed=SEED, sensor=Sensor(fs=fs)).signal
    return np.ascontiguousarray(np.tile(signal, (-(-rows // len(signal)), 1))[:rows])


@lru_cache(maxsize=8)
def worn_lead(fs: float, rows: int) -> np.ndarray[Any, Any]:
    """Return a simulated ECG, (rows,), mV, at `fs` Hz: early beats, noise, drift, pauses, small and large beats in turn."""
    from agetech.simulate.ecg import simulate_ecg

    seconds = rows / fs + 1.0
    parts = [simulate_ecg(seconds / 6.0 + 1.0, 2.0 * fs, seed=SEED + k, **kind).signal[::2] for k, kind in enumerate(LEADS)]
    return np.ascontiguousarray(np.concatenate(parts)[:rows])


LEADS: tuple[dict[str, Any], ...] = (
    {"ectopic": 0.2}, {"noise": 0.1, "drift": 0.8}, {"irregular": True, "rate": 110.0}, {"rate": 32.0, "noise": 0.05},
    {"noise": 0.6}, {"rate": 60.0, "ectopic": 0.1},
)  # fmt: skip


def rate(declared: Input) -> float:
    """Return 50 Hz where the input takes it, else the nearest rate that it takes."""
    low, high = declared.rates
    return min(max(50.0, low), high)


def signal(declared: Input, fs: float, rows: int) -> np.ndarray[Any, Any]:
    """Return rows of the declared shape: worn acceleration, else breathing, beats and noise within the declared limit."""
    if declared.unit == ACCELERATION and declared.width == 3:
        return worn_acceleration(fs, rows)
    if declared.unit == MILLIVOLT:
        return worn_lead(fs, rows)
    rng = np.random.Generator(np.random.PCG64(SEED))
    t = np.arange(rows) / fs
    size = min(declared.limit / 10.0, 1.0)
    wave = size * (np.sin(2 * np.pi * 0.25 * t) + 0.5 * np.sin(2 * np.pi * 1.2 * t) ** 31)
    shape = (rows, declared.width) if declared.width else (rows,)
    return np.ascontiguousarray((wave[:, None] if declared.width else wave) + 0.05 * size * rng.standard_normal(shape))


def values(algorithm: Algorithm) -> dict[str, Any]:
    """Return a value of each parameter that has no default: the first choice, or the lowest allowed number."""
    import enum

    from agetech.core.params import bounds

    found: dict[str, Any] = {}
    for name, field in algorithm.params.model_fields.items():
        if field.is_required():
            kind = field.annotation
            limits = bounds(algorithm.params, name)
            if isinstance(kind, type) and issubclass(kind, enum.Enum):
                found[name] = next(iter(kind)).value
            elif "ge" in limits:
                found[name] = limits["ge"]
            else:
                raise TypeError(f"{algorithm.id}: no value known for the required parameter {name}")
    return found


def step_algorithms() -> list[Algorithm]:
    """Return every registered sample-step algorithm with one uniform input, in order of the id."""
    from agetech.core import Step, algorithms, find

    known = [find(name) for name in algorithms()]
    return [one for one in known if isinstance(one.shape, Step) and len(one.inputs) == 1 and one.inputs[0].kind == "uniform"]


def _blemished(x: np.ndarray[Any, Any], fs: float) -> np.ndarray[Any, Any]:
    """Return a signal with what goes wrong in life: short gaps, a long one, infinite values, rows that stand still."""
    x = x.copy()
    n, second = len(x), round(fs)
    for place, length in ((n // 50, 1), (n // 11, second // 4), (n // 5, 2 * second), (n // 2, 70 * second)):
        x[place : place + length] = np.nan
    x[n // 3 : n // 3 + 2] = np.inf
    x[n // 4 : n // 4 + second] = x[n // 4]
    return x


HOLES = (  # s before and after an impact: what lacks of the windows in which an algorithm would look
    (-6.5, -0.25), (-1.1, -0.25), (-0.15, -0.02), (0.02, 0.4), (0.4, 3.5), (0.9, 2.6), (2.1, 3.5), (-4.1, -0.3),
    (-1.3, 1.0), (-1.6, -0.08), (-1.05, 1.1),
)  # fmt: skip


def _holed(x: np.ndarray[Any, Any], fs: float) -> np.ndarray[Any, Any]:
    """Return a signal in which each impact lacks another part of its surroundings, and one row of three is lost here and there."""
    x = x.copy()
    size = np.linalg.norm(x, axis=1)
    hits: list[int] = []
    for place in np.argsort(-size, kind="stable"):
        if size[place] < 15.0 or len(hits) >= 4 * len(HOLES):
            break
        if all(abs(place - hit) > 4.0 * fs for hit in hits):
            hits.append(int(place))
    for number, hit in enumerate(sorted(hits)):
        first, last = HOLES[number % len(HOLES)]
        kept = x[hit].copy()
        x[max(0, hit + round(first * fs)) : max(0, hit + round(last * fs))] = np.nan
        x[hit] = kept
    floating = hits[0]
    x[max(0, floating - round(6.5 * fs)) : max(0, floating - round(0.25 * fs))] = 0.0
    lost = np.random.Generator(np.random.PCG64(SEED)).random(len(x)) < 1.0 / 3.0
    lost[: len(x) // 2] = False
    x[lost] = np.nan
    return x


def _cut(x: np.ndarray[Any, Any], fs: float) -> np.ndarray[Any, Any]:
    """Return what there is of a signal from 4 s before its hardest impact to 2 s after it: too little to know the person."""
    hit = int(np.argmax(np.linalg.norm(x, axis=1)))
    return np.ascontiguousarray(x[max(0, hit - round(4.0 * fs)) : hit + round(2.0 * fs)])


def _mishaps(fs: float, seed: int) -> np.ndarray[Any, Any]:
    """Return falls in every direction, some got up from and some not, tosses and daily activities, (n, 3), m/s2."""
    from agetech.simulate import Direction, Fall, GetUp, Sensor, Sit, Stand, Still, Toss, Walk, perform

    script: list[Any] = [Still(10.0), Toss(), Still(8.0), Walk(10.0)]
    for direction in Direction:
        script += [Fall(direction, 15.0), GetUp(), Still(4.0), Walk(8.0)]
    script += [Sit(), Still(10.0), Stand(), Walk(6.0), Fall(Direction.FORWARD, 80.0)]
    return perform(script, seed=seed, sensor=Sensor(fs=fs)).signal


def choices(algorithm: Algorithm) -> Iterator[dict[str, Any]]:
    """Return the parameter sets of the equality checks: every choice of each required one, then short long-lie limits."""
    import enum

    start = values(algorithm)
    yield start
    for name in start:
        kind = algorithm.params.model_fields[name].annotation
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            yield from ({**start, name: one.value} for one in list(kind)[1:])
    limits = {name: 5.0 + place for place, name in enumerate(algorithm.params.model_fields) if name.startswith("long_lie")}
    if limits:
        yield {**start, **limits}


def _faint_leads(fs: float) -> Iterator[np.ndarray[Any, Any]]:
    """Return ECGs in which some beats are small, begin late, stop, fall to a tenth, or end before the levels are known."""
    from agetech.simulate.ecg import simulate_ecg

    made = simulate_ecg(90.0, 2.0 * fs, seed=SEED, rate=66.0)
    x = made.signal[::2].copy()
    for number, beat in enumerate(made.beats // 2):
        if number % 7 == 6:
            around = slice(max(0, beat - round(0.1 * fs)), beat + round(0.1 * fs))
            x[around] *= 0.3
    quiet = 0.002 * np.random.Generator(np.random.PCG64(SEED)).standard_normal(round(20.0 * fs))
    yield x
    yield np.concatenate([quiet, x[: round(30.0 * fs)], quiet, 0.1 * x[round(30.0 * fs) :], quiet])
    yield np.concatenate([np.zeros(round(12.0 * fs)), x[: round(9.3 * fs)]])
    for seconds in (2.5, 3.4, 10.37):
        yield x[: round(seconds * fs)]
    for last in made.beats[20:26] // 2:
        yield x[: last + round(0.3 * fs)]


def checks(algorithm: Algorithm) -> Iterator[tuple[float, dict[str, Any], np.ndarray[Any, Any]]]:
    """Return rate, parameters and signal of each equality check: whole and blemished, at several rates, every choice."""
    declared = algorithm.inputs[0]
    low, high = declared.rates
    for fs in sorted({low, *(one for one in (25.0, 50.0, 100.0, 250.0) if low <= one <= high), high}):
        for place, chosen in enumerate(choices(algorithm)):
            worn = declared.unit == ACCELERATION and declared.width == 3
            x = _mishaps(fs, SEED + place) if worn else signal(declared, fs, round(120 * fs))
            yield fs, chosen, x
            yield fs, chosen, _blemished(x, fs)
            if declared.unit == MILLIVOLT:
                yield from ((fs, chosen, one) for one in _faint_leads(fs))
            if worn:
                yield fs, chosen, np.clip(x, -19.6, 19.6)
                yield fs, chosen, _holed(x, fs)
                yield fs, chosen, _cut(x, fs)
