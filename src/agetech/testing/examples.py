"""Signals that make algorithms answer: plain physics with pauses and mishaps, made from a seed, labelled simulated.

They are for the contract (same bytes for any chunking, and so on), not for measuring how good an algorithm is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from agetech.core.algorithm import Algorithm
    from agetech.core.declare import Input, Signal

GRAVITY = 9.80665
LONG = 1200.0  # s: what looks at times of beats alone looks at minutes


def example(algorithm: Algorithm, rates: Mapping[str, float], *, seconds: float = 60.0, seed: int = 0) -> dict[str, Signal]:
    """Return one signal for each input of an algorithm, by name, lasting about `seconds`."""
    first = next(iter(rates.values()), 0.0)
    made = {}
    for place, one in enumerate(algorithm.inputs):
        rng = np.random.Generator(np.random.PCG64(seed * 100 + place))
        if one.kind == "series":
            made[one.name] = _series(one, seconds, first, rng, alone=len(algorithm.inputs) == 1)
        else:
            made[one.name] = _uniform(one, int(seconds * rates[one.name]), rates[one.name], rng)
    return made


def _uniform(one: Input, n: int, fs: float, rng: np.random.Generator) -> Signal:
    if one.gravity:
        return body(n, fs, rng)
    kinds = {"mV": heart, "%": oxygen}
    make = pulse if "ppg" in one.name or "bcg" in one.name else kinds.get(one.unit.code, breath)
    columns = [make(n, fs, rng) for _ in range(max(1, one.width))]
    scale = 1e-3 if one.unit.code == "m" else 1.0
    return np.column_stack(columns) * scale if one.width else columns[0] * scale


def body(n: int, fs: float, rng: np.random.Generator) -> Signal:
    """Return the acceleration (n, 3), m/s2, of a body that stands, walks and falls every 20 s or so."""
    t = np.arange(n) / fs
    axis = rng.normal(size=3)
    up = axis / np.sqrt((axis**2).sum())
    side = np.cross(up, [0.36, 0.48, 0.8])
    side /= np.sqrt((side**2).sum())
    lying = np.zeros(n)
    magnitude = np.full(n, GRAVITY)
    walking = (t % 20 > 2) & (t % 20 < 8)
    magnitude += np.where(walking, 2.5 * np.sin(2 * np.pi * 1.9 * t), 0.0)
    for start in np.arange(11.0, max(12.0, n / fs - 8.0), 20.0):
        fall = start + rng.uniform(0, 1)
        free, hit = fall + rng.uniform(0.3, 0.5), rng.uniform(35.0, 60.0)
        magnitude = np.where((t >= fall) & (t < free), 2.0, magnitude)
        shape = np.sin(np.clip((t - free) / 0.1, 0, 1) * np.pi)
        magnitude += hit * shape
        lying = np.where((t >= free) & (t < free + 6.0), np.clip((t - free) / 0.3, 0, 1), lying)
    angle = lying * np.pi / 2
    direction = np.cos(angle)[:, None] * up + np.sin(angle)[:, None] * side
    moved: Signal = direction * magnitude[:, None] + rng.normal(0, 0.05, (n, 3))
    return moved


def heart(n: int, fs: float, rng: np.random.Generator) -> Signal:
    """Return an ECG-like train of beats, mV, with a few early ones and noise."""
    t = np.arange(n) / fs
    beats = np.cumsum(np.clip(rng.normal(0.85, 0.05, int(n / fs / 0.5) + 2), 0.4, 1.5))
    signal = 0.05 * np.sin(2 * np.pi * 0.25 * t) + rng.normal(0, 0.01, n)
    for beat in beats[beats < n / fs]:
        near = slice(max(0, int((beat - 0.4) * fs)), min(n, int((beat + 0.6) * fs)))
        d = t[near] - beat
        signal[near] += np.exp(-((d / 0.012) ** 2)) - 0.15 * np.exp(-(((d - 0.03) / 0.015) ** 2))
        signal[near] += 0.2 * np.exp(-(((d - 0.28) / 0.06) ** 2)) + 0.1 * np.exp(-(((d + 0.17) / 0.03) ** 2))
    return signal


def pulse(n: int, fs: float, rng: np.random.Generator) -> Signal:
    """Return a pulse wave with respiration in its baseline and noise."""
    t = np.arange(n) / fs
    phase = np.cumsum(1.15 + 0.05 * np.sin(2 * np.pi * 0.25 * t)) / fs
    wave = np.exp(-(((phase % 1 - 0.3) / 0.12) ** 2)) + 0.3 * np.exp(-(((phase % 1 - 0.6) / 0.15) ** 2))
    return wave + 0.1 * np.sin(2 * np.pi * 0.25 * t) + rng.normal(0, 0.01, n)


def breath(n: int, fs: float, rng: np.random.Generator) -> Signal:
    """Return breathing of changing depth with a pause of 15 s every minute."""
    t = np.arange(n) / fs
    phase = np.cumsum(0.25 + 0.02 * np.sin(2 * np.pi * 0.01 * t)) / fs
    depth = np.where((t % 60 > 35) & (t % 60 < 50), 0.02, 1.0)
    return depth * np.sin(2 * np.pi * phase) + rng.normal(0, 0.01, n)


def oxygen(n: int, fs: float, rng: np.random.Generator) -> Signal:
    """Return a saturation, %, that dips by 5 points once a minute."""
    t = np.arange(n) / fs
    return 96.0 - 5.0 * np.exp(-(((t % 60 - 45) / 8) ** 2)) + rng.normal(0, 0.1, n)


def _series(one: Input, seconds: float, first: float, rng: np.random.Generator, *, alone: bool) -> Signal:
    """Return beat intervals, s, or positions in samples of the first input that grow by them."""
    times = "time" in one.name or "beats" in one.name
    count = int((max(seconds, LONG) if times and alone else seconds) / 0.8)
    rr = np.clip(rng.normal(0.8, 0.04, count), 0.4, 1.6)
    rr[count // 2 :] = rng.uniform(0.45, 1.2, count - count // 2)
    column: Any = rr if alone and one.unit.code in ("s", "ms") and not times else np.cumsum(rr) * (1.0 if alone else first)
    if not one.width:
        return np.asarray(column, np.float64)
    rest = [rng.uniform(0.0, 1.0, count) for _ in range(one.width - 1)]
    return np.column_stack([column if alone else np.floor(column), *rest])
