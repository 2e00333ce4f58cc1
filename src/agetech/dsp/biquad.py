"""Butterworth filters as cascades of second-order sections: design in plain numpy, and the streaming kernel.

Design: analogue prototype, frequency transform, bilinear transform with prewarping (Oppenheim and Schafer,
Discrete-Time Signal Processing, 3rd ed., 7.2). The kernel is the transposed direct form II of each section.
"""

# ruff: noqa: PLR2004 - levels stand where they are used, each beside its reason
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.kernel import kernel
from agetech.errors import ParamsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sections = NDArray[np.float64]

ROOM = 2  # floats of state a section needs


def _prototype(order: int) -> NDArray[np.complex128]:
    """Return the poles of the analogue Butterworth low-pass of cut-off 1 rad/s, all in the left half plane."""
    k = np.arange(1, order + 1)
    poles: NDArray[np.complex128] = np.exp(1j * np.pi * (2 * k + order - 1) / (2 * order))
    return poles


def _pairs(poles: NDArray[np.complex128]) -> list[tuple[complex, complex]]:
    """Return the poles in conjugate (or real) pairs; a real pole without partner is paired with zero."""
    upper = sorted((p for p in poles if p.imag > 1e-12), key=lambda p: (p.real, p.imag))
    real = sorted(p.real for p in poles if abs(p.imag) <= 1e-12)
    pairs = [(complex(p), complex(p.conjugate())) for p in upper]
    while len(real) > 1:
        pairs.append((complex(real.pop(0)), complex(real.pop(0))))
    if real:
        pairs.append((complex(real[0]), 0j))
    return pairs


def _digital(poles: NDArray[np.complex128], fs: float) -> NDArray[np.complex128]:
    """Return the poles after the bilinear transform at `fs` Hz."""
    moved = (2.0 * fs + poles) / (2.0 * fs - poles)
    return np.asarray(moved, dtype=np.complex128)


def _sections(poles: NDArray[np.complex128], zeros: str, at: float, fs: float) -> Sections:
    """Return sections (n, 6) with zeros of one kind, scaled to gain 1 at frequency `at`, Hz.

    zeros: "low" puts both at -1, "high" both at +1, "band" one at each. A lone real pole gets one zero.
    """
    top = {"low": (1.0, 2.0, 1.0), "high": (1.0, -2.0, 1.0), "band": (1.0, 0.0, -1.0)}[zeros]
    single = {"low": (1.0, 1.0, 0.0), "high": (1.0, -1.0, 0.0), "band": (1.0, 0.0, -1.0)}[zeros]
    z = np.exp(-2j * np.pi * at / fs)
    rows = []
    for one, two in _pairs(poles):
        b = np.array(single if two == 0j else top)
        a = np.array([1.0, -(one + two).real, (one * two).real])
        gain = abs((a[0] + a[1] * z + a[2] * z * z) / (b[0] + b[1] * z + b[2] * z * z))
        rows.append(np.concatenate([b * gain, a]))
    return np.array(rows)


def _warp(frequency: float, fs: float) -> float:
    if not 0.0 < frequency < fs / 2:
        raise ParamsError("E_RANGE", "dsp.biquad", expected=f"a frequency above 0 and below {fs / 2:g} Hz", got=frequency)
    return 2.0 * fs * float(np.tan(np.pi * frequency / fs))


def lowpass(order: int, cutoff: float, fs: float) -> Sections:
    """Return the Butterworth low-pass of `order` with its -3 dB point at `cutoff`, Hz, as sections (n, 6)."""
    return _sections(_digital(_prototype(order) * _warp(cutoff, fs), fs), "low", 0.0, fs)


def highpass(order: int, cutoff: float, fs: float) -> Sections:
    """Return the Butterworth high-pass of `order` with its -3 dB point at `cutoff`, Hz, as sections (n, 6)."""
    return _sections(_digital(_warp(cutoff, fs) / _prototype(order), fs), "high", fs / 2, fs)


def bandpass(order: int, low: float, high: float, fs: float) -> Sections:
    """Return the Butterworth band-pass with -3 dB points `low` and `high`, Hz, as `order` sections (order, 6).

    order: of the low-pass prototype, so the band-pass has twice as many poles (scipy counts alike).
    """
    first, last = _warp(low, fs), _warp(high, fs)
    half = _prototype(order) * (last - first) / 2
    root = np.sqrt(half * half - first * last)
    centre = fs / np.pi * float(np.arctan(np.sqrt(first * last) / (2.0 * fs)))
    return _sections(_digital(np.concatenate([half + root, half - root]), fs), "band", centre, fs)


def _cascade(sections: Any, state: Any, at: int, x: float) -> float:
    """Return the next output of the cascade for the sample `x`; its state lies in `state` from `at`, 2 floats a section."""
    for i in range(sections.shape[0]):
        z = at + 2 * i
        y = sections[i, 0] * x + state[z]
        state[z] = sections[i, 1] * x - sections[i, 4] * y + state[z + 1]
        state[z + 1] = sections[i, 2] * x - sections[i, 5] * y
        x = y
    return x


cascade = kernel(_cascade, inline=True)
