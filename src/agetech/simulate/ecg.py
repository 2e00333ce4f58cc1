"""Simulated ECG with exact truth: beats as sums of Gaussian waves, stated ST level, ectopy, fibrillation, noise, lead loss.

Each beat is P, Q, R, S and T as Gaussian bumps about the R peak (McSharry 2003, table 1, in time instead of angle).
Everything simulated is labelled so where it is used; it stands for physics and bookkeeping, not for persons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agetech.errors import ParamsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Signal = NDArray[np.float64]

WAVES = ((-0.18, 0.12, 0.025), (-0.035, -0.12, 0.010), (0.0, 1.1, 0.011), (0.035, -0.22, 0.012), (0.28, 0.30, 0.045))  # s, mV, s
EARLY = ((0.0, 1.4, 0.035), (0.09, -0.5, 0.045), (0.32, -0.35, 0.06))  # a wide beat without P wave
ST = (0.045, 0.20, 0.015)  # s after R: begin, end and softness of the stretch that an ST level lifts


@dataclass(frozen=True)
class SimulatedEcg:
    """A simulated ECG: signal (n,), mV; beats, samples of the R peaks; ventricular, which of them are; st, uV by beat."""

    signal: Signal
    beats: NDArray[np.int64]
    ventricular: NDArray[np.bool_]
    st: Signal
    fs: float


def intervals(duration: float, *, rate: float = 70.0, seed: int = 0, irregular: bool = False, breathing: float = 0.03) -> Signal:
    """Return beat intervals, s, that fill `duration` s: sinus with breathing, or as irregular as atrial fibrillation.

    rate: per minute; breathing: swing of the interval at 0.25 Hz, as a share of it.
    """
    rng = np.random.default_rng(seed)
    mean, t, found = 60.0 / rate, 0.0, []
    while t < duration:
        if irregular:
            rr = mean * float(np.clip(rng.gamma(20.0, 1.0 / 20.0), 0.45, 2.2))
        else:
            rr = mean * (1.0 + breathing * float(np.sin(2.0 * np.pi * 0.25 * t)) + 0.01 * float(rng.standard_normal()))
        found.append(rr)
        t += rr
    return np.array(found)


def simulate_ecg(  # noqa: PLR0913 - what happens in a recording, by name
    duration: float,
    fs: float,
    *,
    rate: float = 70.0,
    seed: int = 0,
    irregular: bool = False,
    ectopic: float = 0.0,
    st: Sequence[tuple[float, float, float]] = (),
    noise: float = 0.01,
    drift: float = 0.1,
    lost: Sequence[tuple[float, float]] = (),
) -> SimulatedEcg:
    """Return a simulated ECG of `duration` s at `fs` Hz, with its truth.

    rate: beats a minute; irregular: as in atrial fibrillation, without P waves; ectopic: share of wide early beats;
    st: stretches (from s, to s, uV) by which the ST segment is lifted; noise and drift: mV, standard deviation of white
    noise and amplitude of a wander at 0.15 Hz; lost: stretches (from s, to s) without contact, NaN. ParamsError for
    a rate below 100 Hz or a negative duration.
    """
    if fs < 100.0 or duration < 0.0:  # noqa: PLR2004
        raise ParamsError("E_PARAM", "simulate.ecg", expected="fs >= 100 Hz and a duration >= 0 s", got=f"{fs:g} Hz, {duration:g} s")
    rng = np.random.default_rng([seed, 1])
    rr = intervals(duration, rate=rate, seed=seed, irregular=irregular)
    early = rng.random(rr.size) < ectopic
    early[1:] &= ~early[:-1]
    for k in np.flatnonzero(early[:-1]):
        both, rr[k] = rr[k] + rr[k + 1], 0.6 * rr[k]
        rr[k + 1] = both - rr[k]
    times = 0.3 + np.cumsum(rr) - rr[0] if rr.size else rr
    kept = times < duration - 0.1
    times, early = times[kept], early[kept]
    t = np.arange(round(duration * fs)) / fs
    signal = rng.standard_normal(t.size) * noise + drift * np.sin(2.0 * np.pi * 0.15 * t)
    level = np.zeros(times.size)
    for number, (at, wide) in enumerate(zip(times, early, strict=True)):
        level[number] = sum(size for begin, end, size in st if begin <= at < end)
        first, last = max(0, int((float(at) - 0.35) * fs)), min(int(t.size), int((float(at) + 0.6) * fs))
        x = t[first:last] - at
        for place, size, width in EARLY if wide else WAVES[1 if irregular else 0 :]:
            signal[first:last] += size * np.exp(-0.5 * ((x - place) / width) ** 2)
        if level[number]:
            signal[first:last] += level[number] * 1e-3 * 0.5 * (np.tanh((x - ST[0]) / ST[2]) - np.tanh((x - ST[1]) / ST[2]))
    for begin, end in lost:
        signal[round(begin * fs) : round(end * fs)] = np.nan
    beats = np.round(times * fs).astype(np.int64)
    return SimulatedEcg(signal, beats, early, level, fs)
