"""Breathing made from known rates: sine to flat-pausing shapes, with heart, drift and noise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.respiration.nothing import coloured


def breathing(seed: int, many: int, seconds: float = 32.0) -> Iterator[tuple[NDArray[np.float64], float, float]]:
    """Yield signal, sampling rate and true rate, 4.2 to 59 per minute; the true rate counts breaths in the window."""
    rng = np.random.default_rng(seed)
    for k in range(many):
        fs = (8.0, 20.0, 50.0, 100.0)[k % 4]
        n = round(seconds * fs)
        rate = float(np.exp(rng.uniform(np.log(4.2), np.log(59.0))))
        wander = coloured(rng, n, fs, 0.0, 0.01, 0.1) if k % 3 else np.zeros(n)
        phase = (
            rng.uniform(0.0, 2 * np.pi) + 2 * np.pi * np.cumsum(rate / 60.0 * np.clip(1.0 + rng.uniform(0.0, 0.08) * wander, 0.7, 1.3)) / fs
        )
        sharp = rng.uniform(0.0, 2.5)
        x = np.exp(sharp * (np.cos(phase + rng.uniform(-0.5, 0.5) * np.sin(phase)) - 1.0)) if sharp > 0.3 else np.cos(phase)
        x = (x - x.mean()) / x.std()
        beat = rng.uniform(55.0, 110.0) / 60.0
        x = x * (1.0 + rng.uniform(0.0, 0.25) * coloured(rng, n, fs, 0.0, 0.01, 0.1))
        x += rng.uniform(0.0, 0.35) * np.sin(2 * np.pi * beat * np.arange(n) / fs + rng.uniform(0.0, 6.28))
        x += rng.uniform(0.0, 0.3) * rng.normal(size=n) + rng.uniform(0.0, 0.5) * coloured(rng, n, fs, 2.0, 0.0, 0.05)
        true = 60.0 * (phase[-1] - phase[0]) / (2 * np.pi) / ((n - 1) / fs)
        if true >= 4.0:
            yield x * rng.choice([-1.0, 1.0]), fs, true
