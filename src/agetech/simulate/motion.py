"""Building blocks of simulated movement: smooth curves, pulses and the record of one stretch of movement.

World frame: x forward, y to the left, z up. A trunk pose is (pitch, roll, spin) in rad: pitch > 0 leans forward,
roll > 0 leans to the right, spin > 0 turns to the left about the body's long axis. Only sums, products, square roots
and sines are used, so that the same seed gives the same counts on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import pi

import numpy as np
from numpy.typing import NDArray

from agetech.units import STANDARD_GRAVITY

Signal = NDArray[np.float64]
GRAVITY = STANDARD_GRAVITY


class Posture(StrEnum):
    """Where the body is between two activities."""

    STANDING = "standing"
    SITTING = "sitting"
    LYING = "lying"
    FLOOR = "floor"


class EventKind(StrEnum):
    """What a simulated event is."""

    FALL = "fall"
    TOSS = "toss"


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated person; lengths in m. Segment lengths follow Drillis and Contini 1966 (shares of the height)."""

    height: float = 1.62

    @property
    def leg(self) -> float:
        """Return the height of the hip joint above the ground, m."""
        return 0.53 * self.height

    @property
    def trunk(self) -> float:
        """Return the distance from hip to shoulder, m."""
        return 0.288 * self.height

    @property
    def arm(self) -> float:
        """Return the distance from shoulder to wrist, m."""
        return 0.332 * self.height

    def level(self, posture: Posture) -> float:
        """Return the height of the pelvis above the ground in a posture, m; chair, bed and floor chosen here."""
        return {Posture.STANDING: self.leg, Posture.SITTING: 0.52, Posture.LYING: 0.52, Posture.FLOOR: 0.12}[posture]


@dataclass(frozen=True, slots=True)
class Mark:
    """An event inside a motion, in fine samples: first sample of the descent, the contact, the window of impact."""

    kind: EventKind
    detail: str
    onset: int
    contact: int
    until: int
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Motion:
    """One stretch of movement on the fine grid; it begins and ends at rest.

    acc: (m, 3), m/s2, acceleration of the pelvis in the world frame. pose: (m, 3), rad. arm: (m,), rad, swing of the
    arm against the trunk. twist: (m,), rad, turn of the device about `axis` against its usual place; `worn` is False
    while the device is in the hand, where no lever arm applies.
    """

    acc: Signal
    pose: Signal
    arm: Signal
    marks: tuple[Mark, ...] = ()
    twist: Signal | None = None
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    worn: bool = True


@dataclass(slots=True)
class Body:
    """What one activity hands to the next: posture, pose and arm; plus the grid and the random numbers in use."""

    person: Person
    rng: np.random.Generator
    rate: float
    grain: int
    posture: Posture = Posture.STANDING
    pose: Signal = field(default_factory=lambda: np.zeros(3))
    arm: float = 0.0

    def rows(self, seconds: float) -> int:
        """Return the fine samples of a duration, a whole number of sensor samples and at least one."""
        return self.grain * max(1, round(seconds * self.rate / self.grain))

    def between(self, low: float, high: float) -> float:
        """Return one random number of the range."""
        return low + (high - low) * float(self.rng.random())

    def blank(self, n: int) -> Motion:
        """Return `n` fine samples of perfect rest in the present pose."""
        return Motion(np.zeros((n, 3)), np.tile(self.pose, (n, 1)), np.full(n, self.arm))


def progress(n: int) -> Signal:
    """Return n equally spaced shares of a stretch, from 0 to 1."""
    return np.arange(n, dtype=np.float64) / float(max(1, n - 1))


def glide(u: Signal) -> Signal:
    """Return the minimum-jerk course from 0 to 1 at the shares `u` (Flash and Hogan 1985)."""
    return u * u * u * (10.0 + u * (6.0 * u - 15.0))


def glide_acceleration(u: Signal, distance: float, seconds: float) -> Signal:
    """Return the acceleration, m/s2, of a minimum-jerk way of `distance` m in `seconds`."""
    return (distance / (seconds * seconds)) * u * (60.0 + u * (120.0 * u - 180.0))


def pulse(n: int) -> Signal:
    """Return a half-sine of n samples with peak 1."""
    return np.sin(pi * (np.arange(n, dtype=np.float64) + 0.5) / float(n))


def add_pulse(track: Signal, start: int, n: int, area: float, rate: float) -> None:
    """Add to `track` a half-sine of n samples from `start` whose time integral is `area` (a change of speed, m/s)."""
    stop = min(len(track), start + n)
    if n > 0 and 0 <= start < stop:
        shape = pulse(n)
        total = 0.0
        for value in shape.tolist():  # one order of addition on every machine
            total += value
        track[start:stop] += (shape * (area * rate / total))[: stop - start]


def envelope(n: int, ramp: int) -> Signal:
    """Return a window of n samples that glides from 0 to 1 and back, each within `ramp` samples."""
    ramp = max(1, min(ramp, n // 2))
    shape = np.ones(n)
    shape[:ramp] = glide(progress(ramp))
    shape[n - ramp :] = shape[:ramp][::-1]
    return shape


def fidget(body: Body, n: int, size: float, low: float, high: float) -> Signal:
    """Return a slow random movement of unit-free size: five sines between `low` and `high` Hz, random phases."""
    seconds = np.arange(n, dtype=np.float64) / body.rate
    track = np.zeros(n)
    for _ in range(5):
        rate, phase = body.between(low, high), body.between(0.0, 2.0 * pi)
        track += (size / 5.0) * np.sin(2.0 * pi * rate * seconds + phase)
    return track * envelope(n, int(body.rate))
