"""Raw FMCW frames and their range profile: complex bins over slow time, ready for `radar_displacement`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from agetech.errors import SignalError
from agetech.signals.respiration.radar import LIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray


class IqOrder(StrEnum):
    """Which of the two parts of a complex sample comes first."""

    IQ = "iq"
    QI = "qi"
    REAL = "real"  # one real sample only: the profile then folds ranges above half


class NumberType(StrEnum):
    """How a number lies in a raw dump."""

    INT16 = "int16"
    FLOAT32 = "float32"


@dataclass(frozen=True, kw_only=True)
class RadarFrames:
    """Frames of a radar with what is needed to read them.

    samples: (frames, chirps, channels, samples), complex or real. carrier: Hz at the start of the chirp; slope: Hz/s;
    sample_rate: of the converter, Hz; frame_rate: Hz. iq, number: as they lay in the file they came from.
    """

    samples: NDArray[np.complex128] | NDArray[np.float64]
    carrier: float
    slope: float
    sample_rate: float
    frame_rate: float
    iq: IqOrder = IqOrder.IQ
    number: NumberType = NumberType.INT16

    def __post_init__(self) -> None:
        if self.samples.ndim != 4:  # noqa: PLR2004
            raise SignalError(
                "E_SHAPE", "RadarFrames: samples", expected="(frames, chirps, channels, samples)", got=str(self.samples.shape)
            )
        for name in ("carrier", "slope", "sample_rate", "frame_rate"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise SignalError("E_RATE", f"RadarFrames: {name}", expected="> 0", got=value)

    @property
    def centre(self) -> float:
        """Return the frequency in the middle of the sampled part of the chirp, Hz: the one that turns phase into metres."""
        seen = self.samples.shape[3] / self.sample_rate
        return self.carrier + 0.5 * self.slope * float(seen)

    @property
    def resolution(self) -> float:
        """Return the width of a range bin, m."""
        return LIGHT * self.sample_rate / (2.0 * self.slope * float(self.samples.shape[3]))


def range_profile(frames: RadarFrames, *, nearest: float = 0.0, farthest: float = np.inf) -> NDArray[np.complex128]:
    """Return the complex range bins (frames, bins) between two distances, m, of the mean of chirps and channels' strongest.

    Hann window, FFT of each chirp, chirps averaged; of several receive channels the one with the most power is taken, so that
    phases of different antennas never mix. Bin k lies at k * frames.resolution.
    """
    data = frames.samples.mean(axis=1)  # chirps of a frame: the chest does not move within it
    n = data.shape[2]
    if data.shape[0] == 0 or n == 0 or data.shape[1] == 0:
        return np.zeros((data.shape[0], 0), np.complex128)
    taper = 0.5 - 0.5 * np.cos(2.0 * np.pi * (np.arange(n) + 0.5) / n)
    bins = np.fft.fft(data * taper, axis=2)[:, :, : max(1, n // 2)] / taper.sum()
    channel = int(np.argmax(np.sum(np.abs(bins) ** 2, axis=(0, 2))))
    distance = np.arange(bins.shape[2]) * frames.resolution
    inside = (distance >= nearest) & (distance <= farthest)
    return np.ascontiguousarray(bins[:, channel, :][:, inside])
