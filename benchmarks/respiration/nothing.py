"""Signals that hold no breathing, seeded: what a quality must be low on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]


def coloured(rng: np.random.Generator, n: int, fs: float, power: float, low: float = 0.0, high: float = np.inf) -> Signal:
    """Return noise with a spectrum f**-power between `low` and `high`, Hz, standard deviation 1."""
    f = np.fft.rfftfreq(n, 1.0 / fs)
    shape = np.where((f >= low) & (f <= high) & (f > 0.0), np.maximum(f, f[1]) ** (-power / 2.0), 0.0)
    x = np.fft.irfft(shape * (rng.normal(size=f.size) + 1j * rng.normal(size=f.size)), n)
    return x / x.std()


def heart_only(rng: np.random.Generator, n: int, fs: float) -> Signal:
    """Return the ripple of a heart of 62 to 130 beats a minute without breathing, with some noise."""
    t = np.arange(n) / fs
    beat = rng.uniform(62.0, 130.0) / 60.0
    phase = 2 * np.pi * np.cumsum(beat * (1.0 + 0.03 * coloured(rng, n, fs, 0.0, 0.02, 0.15))) / fs
    return np.sin(phase) + 0.4 * np.sin(2 * phase + 1.0) + rng.uniform(0.0, 0.3) * rng.normal(size=n) + 0.0 * t


def steps(rng: np.random.Generator, n: int, fs: float) -> Signal:
    """Return a level that jumps at random times, with noise: someone who turns over."""
    x = 0.05 * rng.normal(size=n)
    for at in rng.integers(0, n, rng.integers(1, 5)):
        x[at:] += rng.normal()
    return x + 0.0 * fs


def spikes(rng: np.random.Generator, n: int, fs: float) -> Signal:
    """Return noise with a few high spikes."""
    x = rng.normal(size=n)
    x[rng.integers(0, n, rng.integers(1, 8))] += rng.normal(size=1) * 50.0
    return x + 0.0 * fs


def drift(rng: np.random.Generator, n: int, fs: float) -> Signal:
    """Return a slow curve with noise."""
    t = np.linspace(-1.0, 1.0, n)
    return rng.normal() * t + rng.normal() * t * t + rng.normal() * t**3 + rng.uniform(0.001, 0.2) * rng.normal(size=n) + 0.0 * fs


def signals(seed: int, each: int, seconds: float = 32.0) -> Iterator[tuple[str, Signal, float]]:
    """Yield kind, signal and rate, `each` of every kind, at several sampling rates."""
    rng = np.random.default_rng(seed)
    for k in range(each):
        fs = (8.0, 20.0, 50.0, 125.0)[k % 4]
        n = round(seconds * fs)
        yield "white", rng.normal(size=n), fs
        yield "band", coloured(rng, n, fs, 0.0, 0.05, 1.0), fs
        yield "pink", coloured(rng, n, fs, 1.0), fs
        yield "brown", coloured(rng, n, fs, 2.0), fs
        yield "heart", heart_only(rng, n, fs), fs
        yield "steps", steps(rng, n, fs), fs
        yield "spikes", spikes(rng, n, fs), fs
        yield "drift", drift(rng, n, fs), fs
