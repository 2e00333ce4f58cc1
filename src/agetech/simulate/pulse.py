"""Simulated pulses with exact truth: photoplethysmogram in two colours, and ballistocardiogram of a bed or chair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agetech.simulate.ecg import intervals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Signal = NDArray[np.float64]

DELAY = 0.2  # s from the beat to the foot of the pulse wave


@dataclass(frozen=True)
class SimulatedPulse:
    """A simulated signal (n,) or (n, 2) and the samples of the beats that made it."""

    signal: Signal
    beats: NDArray[np.int64]
    fs: float


def _train(duration: float, fs: float, rate: float, seed: int) -> tuple[Signal, Signal]:
    rr = intervals(duration, rate=rate, seed=seed)
    times = 0.3 + np.cumsum(rr) - (rr[0] if rr.size else 0.0)
    return np.arange(round(duration * fs)) / fs, times[times < duration]


def _wave(t: Signal, times: Signal) -> Signal:
    """Return one systolic and one dicrotic Gaussian wave for each beat."""
    wave = np.zeros_like(t)
    for at in times + DELAY:
        near = (t > at - 0.3) & (t < at + 1.0)
        x = t[near] - at
        wave[near] += np.exp(-0.5 * ((x - 0.12) / 0.07) ** 2) + 0.4 * np.exp(-0.5 * ((x - 0.36) / 0.09) ** 2)
    return wave


def simulate_ppg(
    duration: float, fs: float, *, rate: float = 70.0, seed: int = 0, noise: float = 0.02, breathing: float = 0.3
) -> SimulatedPulse:
    """Return a simulated pulse wave of height 1, swaying with breathing, with white noise of this deviation."""
    t, times = _train(duration, fs, rate, seed)
    sway = breathing * np.sin(2.0 * np.pi * 0.25 * t)
    signal = _wave(t, times) + sway + noise * np.random.default_rng([seed, 2]).standard_normal(t.size)
    return SimulatedPulse(signal, np.round(times * fs).astype(np.int64), fs)


def simulate_oximeter(
    duration: float, fs: float, *, ratio: float, rate: float = 70.0, seed: int = 0, noise: float = 1e-5
) -> SimulatedPulse:
    """Return simulated red and infrared light, (n, 2), whose ratio of ratios is `ratio`."""
    t, times = _train(duration, fs, rate, seed)
    wave = _wave(t, times)
    rng = np.random.default_rng([seed, 3])
    light = np.stack([0.8 * (1.0 - 0.01 * ratio * wave), 1.2 * (1.0 - 0.01 * wave)], axis=1)
    return SimulatedPulse(light + noise * rng.standard_normal(light.shape), np.round(times * fs).astype(np.int64), fs)


def simulate_bcg(duration: float, fs: float, *, rate: float = 70.0, seed: int = 0, noise: float = 0.05) -> SimulatedPulse:
    """Return a simulated ballistocardiogram: a damped swing of 6 Hz about 0.25 s after each beat, on breathing."""
    t, times = _train(duration, fs, rate, seed)
    signal = 2.0 * np.sin(2.0 * np.pi * 0.25 * t)
    for at in times + 0.25:
        near = np.abs(t - at) < 0.5  # noqa: PLR2004
        x = t[near] - at
        signal[near] += np.cos(2.0 * np.pi * 6.0 * x) * np.exp(-0.5 * (x / 0.09) ** 2)
    signal += noise * np.random.default_rng([seed, 4]).standard_normal(t.size)
    return SimulatedPulse(signal, np.round(times * fs).astype(np.int64), fs)
