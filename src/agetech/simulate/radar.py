"""A radar scene with known truth: breathing, heart, movements, a second person, apneas, noise and an imbalanced receiver.

Physics: the echo of a point at distance d(t) has the phase 4 pi d / wavelength and lies in its range bin, spread over its
neighbours by the window's main lobe; static clutter adds a constant to each bin; the receiver adds white noise and mixes
I and Q. Left out: multipath that moves, antenna patterns, the chest as a surface, amplifier saturation. Simulated, and
no evidence of how an algorithm does on people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agetech.errors import ParamsError

LIGHT = 299792458.0  # m/s
Signal = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Sleeper:
    """One person: rate and heart, per minute; depth and beat: peak-to-peak displacement, m; distance, m.

    variability: standard deviation of breath length over its mean. apneas: (start, end), s. moves: (start, end, metres).
    """

    distance: float = 1.2
    rate: float = 15.0
    depth: float = 0.006
    heart: float = 66.0
    beat: float = 0.0003
    variability: float = 0.03
    pause: float = 0.25
    apneas: Sequence[tuple[float, float]] = ()
    moves: Sequence[tuple[float, float, float]] = ()
    strength: float = 1.0


@dataclass(frozen=True, kw_only=True)
class RadarScene:
    """iq: complex (n, bins) or (n,); displacement: of the first sleeper, m; breaths: its tops, s; events as asked."""

    iq: NDArray[np.complex128]
    fs: float
    carrier: float
    displacement: Signal
    breaths: Signal
    apneas: tuple[tuple[float, float], ...]
    moves: tuple[tuple[float, float], ...]
    simulated: bool = field(default=True)


def breathing(sleeper: Sleeper, t: Signal, rng: np.random.Generator) -> tuple[Signal, Signal]:
    """Return the chest's breathing movement, m, at times t, s, and the times of its tops, s.

    Breath lengths vary slowly (first-order, 0.8 from breath to breath). A breath is a raised cosine over 1 - pause of its
    length and rest after it; within an apnea the chest rests.
    """
    length = 60.0 / sleeper.rate
    end = float(t[-1]) + 2 * length if t.size else 0.0
    chest, tops = np.zeros(t.size), []
    now, drift = -rng.uniform(0.0, length), 0.0
    while now < end:
        drift = 0.8 * drift + 0.6 * rng.normal()
        lasts = length * float(np.clip(1.0 + sleeper.variability * drift, 0.5, 1.8))
        stopped = next((apnea for apnea in sleeper.apneas if apnea[0] <= now + 0.5 * lasts < apnea[1]), None)
        if stopped is not None:
            now = stopped[1]
            continue
        active = lasts * (1.0 - sleeper.pause)
        here = (t >= now) & (t < now + active)
        chest[here] += 0.5 * sleeper.depth * (1.0 - np.cos(2.0 * np.pi * (t[here] - now) / active))
        tops.append(now + 0.5 * active)
        now += lasts
    found = np.array(tops)
    return chest, found[(found >= 0.0) & (found <= (t[-1] if t.size else 0.0))]


def heartbeat(sleeper: Sleeper, t: Signal, rng: np.random.Generator) -> Signal:
    """Return the chest's heart movement, m: a pulse each beat with its second harmonic, intervals varying by 3 %."""
    wander = np.cumsum(rng.normal(size=t.size)) if t.size else t
    wander = wander / max(float(np.std(wander)), 1e-9) if t.size else t
    step = float(t[1] - t[0]) if t.size > 1 else 0.0
    phase = 2.0 * np.pi * np.cumsum(sleeper.heart / 60.0 * (1.0 + 0.03 * np.clip(wander, -2.0, 2.0))) * step
    return 0.5 * sleeper.beat * (np.sin(phase) + 0.5 * np.sin(2.0 * phase + 0.8)) / 1.3


def movement(sleeper: Sleeper, t: Signal, rng: np.random.Generator) -> Signal:
    """Return the body's movements, m: a change of place with a few swings on the way."""
    moved = np.zeros(t.size)
    for start, end, metres in sleeper.moves:
        share = np.clip((t - start) / (end - start), 0.0, 1.0)
        swing = np.sin(2.0 * np.pi * rng.uniform(0.8, 1.6) * (t - start)) * np.sin(np.pi * share)
        moved += metres * (0.5 - 0.5 * np.cos(np.pi * share)) + 0.6 * metres * swing
    return moved


def radar_scene(  # noqa: PLR0913 - a scene has many knobs, all by name
    seconds: float,
    *,
    seed: int,
    fs: float = 20.0,
    carrier: float = 60e9,
    bins: int = 1,
    spacing: float = 0.05,
    sleepers: Sequence[Sleeper] = (Sleeper(),),
    snr: float = 20.0,
    clutter: float = 1.0,
    gain: float = 1.0,
    skew: float = 0.0,
) -> RadarScene:
    """Return the signal of a radar on a bed; the same arguments give the same bytes.

    snr: dB, power of the first sleeper's echo in its strongest bin over the noise power of a complex sample. clutter:
    magnitude of the static echo over the sleeper's. gain, skew (rad): imbalance of Q against I. No sleepers: an empty
    room, noise as for an echo of 1. spacing: width of a range bin, m.
    """
    if seed < 0 or not seconds >= 0 or bins < 1 or not fs > 0:
        raise ParamsError(
            "E_PARAM", "simulate.radar_scene", expected="seed, seconds >= 0; bins >= 1; fs > 0", got=f"{seed}, {seconds}, {bins}, {fs}"
        )
    rng = np.random.default_rng(np.random.PCG64(seed))
    n = round(seconds * fs)
    t = np.arange(n) / fs
    first = 0.0 if bins == 1 or not sleepers else sleepers[0].distance - spacing * (bins // 2)
    place = first + spacing * np.arange(bins)
    echo = np.zeros((n, bins), np.complex128)
    truth, tops = np.zeros(n), np.zeros(0)
    for k, sleeper in enumerate(sleepers):
        chest, found = breathing(sleeper, t, rng)
        moved = chest + heartbeat(sleeper, t, rng) + movement(sleeper, t, rng)
        truth, tops = (moved, found) if k == 0 else (truth, tops)
        away = np.zeros((n, 1)) if bins == 1 else (sleeper.distance + moved)[:, None] - place[None, :]
        lobe = np.exp(-0.5 * (away / (0.8 * spacing)) ** 2)
        phase = 4.0 * np.pi * (sleeper.distance + moved) * carrier / LIGHT
        echo += sleeper.strength * lobe * np.exp(1j * phase)[:, None]
    strength = sleepers[0].strength if sleepers else 1.0
    echo += (
        clutter
        * strength
        * np.exp(2j * np.pi * rng.uniform(size=bins))[None, :]
        * (1.0 if bins == 1 else rng.uniform(0.3, 1.0, bins)[None, :])
    )
    noise = strength * 10.0 ** (-snr / 20.0) / np.sqrt(2.0)
    echo += noise * (rng.normal(size=echo.shape) + 1j * rng.normal(size=echo.shape))
    mixed = echo.real + 1j * gain * (echo.imag * np.cos(skew) + echo.real * np.sin(skew))
    asked = sleepers[0] if sleepers else Sleeper()
    events = tuple(asked.apneas) if sleepers else ()
    moves = tuple((start, end) for start, end, _ in asked.moves) if sleepers else ()
    return RadarScene(
        iq=mixed[:, 0] if bins == 1 else mixed, fs=fs, carrier=carrier, displacement=truth, breaths=tops, apneas=events, moves=moves
    )
