"""Real ECG made harder in known ways: what a detector trained on few records must still stand.

Each change keeps the annotated beats true. Levels are stated here, seeds are fixed, so a training can be repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Signal = NDArray[np.float64]
    Beats = NDArray[np.int64]
    Changed = tuple[Signal, Beats, float]

FS = 360.0


def swell(x: Signal, beats: Beats, begin: float, end: float, gain: float) -> Signal:
    """Return the ECG with the stretch from `begin` to `end` s of each beat enlarged: taller T or P waves."""
    first, last = int(begin * FS), int(end * FS)
    shape = 1.0 + (gain - 1.0) * np.sqrt(np.hanning(last - first))
    gains = np.ones(len(x))
    for beat in beats:
        if beat + first >= 0 and beat + last < len(x):
            gains[beat + first : beat + last] = np.maximum(gains[beat + first : beat + last], shape)
    slow = sosfiltfilt(butter(1, 0.5, fs=FS, output="sos"), x)
    return np.asarray(slow + (x - slow) * gains)


def drop(x: Signal, beats: Beats, every: int = 8) -> tuple[Signal, Beats]:
    """Return the ECG with each eighth QRS and T replaced by a line: pauses in which the P wave stays."""
    changed, keep = x.copy(), np.ones(len(beats), dtype=bool)
    for k in range(every, len(beats) - 2, every):
        first = beats[k] - int(0.07 * FS)
        last = min(beats[k] + int(0.42 * FS), beats[k + 1] - int(0.3 * FS))
        if last <= first + 20:
            continue
        line = np.linspace(np.median(x[first - 4 : first + 1]), np.median(x[last - 4 : last + 5]), last - first)
        changed[first:last] = line + np.random.default_rng(k).normal(0.0, 0.005, last - first)
        keep[k] = False
    return changed, beats[keep]


def noise(x: Signal, band: tuple[float, float] | None, snr: float, seed: int) -> Signal:
    """Return the ECG with noise at `snr` dB, signal power as in the noise stress test: (peak to peak)^2 / 8."""
    made = np.random.default_rng(seed).normal(size=len(x))
    if band is not None:
        made = sosfiltfilt(butter(2, band, "bandpass", fs=FS, output="sos"), made)
    flat = sosfiltfilt(butter(2, 1.0, "highpass", fs=FS, output="sos"), x)
    power = np.median([np.ptp(flat[i : i + 720]) for i in range(0, len(flat) - 720, 720)]) ** 2 / 8.0
    return np.asarray(x + made / made.std() * np.sqrt(power / 10.0 ** (snr / 10.0)))


def resample(x: Signal, beats: Beats, up: int, down: int) -> Changed:
    """Return the ECG at another rate."""
    return np.asarray(resample_poly(x, up, down)), np.round(beats * up / down).astype(np.int64), FS * up / down


CHANGES: dict[str, Callable[[Signal, Beats, int], Changed]] = {
    "plain": lambda x, b, _: (x, b, FS),
    "pauses": lambda x, b, _: (*drop(x, b), FS),
    "T x 2.5": lambda x, b, _: (swell(x, b, 0.12, 0.45, 2.5), b, FS),
    "T x 4": lambda x, b, _: (swell(x, b, 0.12, 0.45, 4.0), b, FS),
    "P x 3": lambda x, b, _: (swell(x, b, -0.26, -0.07, 3.0), b, FS),
    "white 12 dB": lambda x, b, k: (noise(x, None, 12.0, k), b, FS),
    "white 6 dB": lambda x, b, k: (noise(x, None, 6.0, k), b, FS),
    "motion 12 dB": lambda x, b, k: (noise(x, (1.0, 12.0), 12.0, k), b, FS),
    "drift -6 dB": lambda x, b, k: (noise(x, (0.1, 0.6), -6.0, k), b, FS),
    "gain x 0.3 by the minute": lambda x, b, _: (x * np.where(np.arange(len(x)) // 21600 % 2 == 0, 1.0, 0.3), b, FS),
    "faster x 1.6": lambda x, b, _: (x, b, FS / 1.6),
    "slower x 0.7": lambda x, b, _: (x, b, FS / 0.7),
    "125 Hz": lambda x, b, _: resample(x, b, 25, 72),
    "1000 Hz": lambda x, b, _: resample(x, b, 25, 9),
    "inverted": lambda x, b, _: (-x, b, FS),
    "1 % missing": lambda x, b, k: (np.where(np.random.default_rng(k).random(len(x)) < 0.01, np.nan, x), b, FS),
}
