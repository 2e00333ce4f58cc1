"""The simulated accelerometer: where it sits, how it is turned, and what it does to the true specific force."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt
from typing import Literal

import numpy as np

from agetech.errors import ParamsError
from agetech.simulate.motion import GRAVITY, Motion, Person, Signal

Placement = Literal["waist", "chest", "pocket", "wrist"]
LIMITS = {"fs": (1.0, 1000.0), "full_scale": (1e-3, 1e4), "bits": (2, 32), "noise": (0.0, 100.0)}
PLACEMENTS: tuple[Placement, ...] = ("waist", "chest", "pocket", "wrist")


@dataclass(frozen=True, slots=True)
class Sensor:
    """A body-worn accelerometer.

    fs: output rate, Hz. full_scale: range, m/s2 (clipped at +-). bits: of one signed count, so that one count is
    full_scale / 2**(bits - 1). noise: standard deviation of one output sample, m/s2. turned: fixed (yaw, pitch, roll)
    of the housing against the body, deg: nobody wears a device exactly upright. The defaults are those of a common
    MEMS part (+-16 g, 13 bits, about 1 count of noise at 100 Hz), from memory; chosen here, not measured.
    """

    placement: Placement = "waist"
    fs: float = 50.0
    full_scale: float = 16.0 * GRAVITY
    bits: int = 13
    noise: float = 0.03
    turned: tuple[float, float, float] = (25.0, -8.0, 5.0)

    def __post_init__(self) -> None:
        """Refuse a sensor that cannot be: ParamsError naming the field."""
        if self.placement not in PLACEMENTS:
            raise ParamsError("E_PARAM", "simulate.Sensor: placement", expected=", ".join(PLACEMENTS), got=self.placement)
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ParamsError("E_PARAM", f"simulate.Sensor: {name}", expected=f"{low:g} ... {high:g}", got=value)

    @property
    def resolution(self) -> float:
        """Return the size of one count, m/s2."""
        return self.full_scale / float(1 << (self.bits - 1))

    @property
    def oversampling(self) -> int:
        """Return how many fine samples are averaged into one output sample (fine rate at least 200 Hz)."""
        return max(1, -int(-200.0 // self.fs))

    def feel(self, motion: Motion, person: Person, rate: float) -> Signal:
        """Return the true specific force in the body's frame at the sensor, (m, 3), m/s2, on the fine grid."""
        force = motion.acc.copy()
        force[:, 2] += GRAVITY
        if motion.worn:
            force += _second_difference(_place(motion, self.placement, person), rate)
        felt = _into_trunk(force, motion.pose)
        if self.placement == "wrist":
            felt = _pitched(felt, -motion.arm)
        if motion.twist is not None:
            felt = _twisted(felt, motion.axis, motion.twist)
        return felt

    def average(self, fine: Signal) -> Signal:
        """Return the box average of `oversampling` fine samples each: the sensor's own low pass."""
        k = self.oversampling
        total = fine[0::k].copy()
        for offset in range(1, k):
            total += fine[offset::k]
        return np.asarray(total / float(k))

    def measure(self, true: Signal, rng: np.random.Generator) -> Signal:
        """Return what the device sends for the true force: turned, with noise, clipped, in whole counts."""
        turn = _housing(self.turned)
        seen = true[:, :1] * turn[0] + true[:, 1:2] * turn[1] + true[:, 2:] * turn[2]
        seen += self.noise * rng.standard_normal(true.shape)
        top = float((1 << (self.bits - 1)) - 1)
        counts = np.rint(seen / self.resolution)
        return np.asarray(np.minimum(np.maximum(counts, -top - 1.0), top) * self.resolution)


def _housing(turned: tuple[float, float, float]) -> Signal:
    yaw, pitch, roll = (radians(angle) for angle in turned)
    about_z = np.array([[cos(yaw), -sin(yaw), 0.0], [sin(yaw), cos(yaw), 0.0], [0.0, 0.0, 1.0]])
    about_y = np.array([[cos(pitch), 0.0, sin(pitch)], [0.0, 1.0, 0.0], [-sin(pitch), 0.0, cos(pitch)]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cos(roll), -sin(roll)], [0.0, sin(roll), cos(roll)]])
    return np.asarray(about_z @ about_y @ about_x)


def _pitched(v: Signal, angle: Signal) -> Signal:
    """Return the rows of `v` turned about y by `angle`, rad each."""
    c, s = np.cos(angle), np.sin(angle)
    return np.column_stack((c * v[:, 0] + s * v[:, 2], v[:, 1], c * v[:, 2] - s * v[:, 0]))


def _rolled(v: Signal, angle: Signal) -> Signal:
    c, s = np.cos(angle), np.sin(angle)
    return np.column_stack((v[:, 0], c * v[:, 1] - s * v[:, 2], s * v[:, 1] + c * v[:, 2]))


def _spun(v: Signal, angle: Signal) -> Signal:
    c, s = np.cos(angle), np.sin(angle)
    return np.column_stack((c * v[:, 0] - s * v[:, 1], s * v[:, 0] + c * v[:, 1], v[:, 2]))


def _into_trunk(v: Signal, pose: Signal) -> Signal:
    return _spun(_rolled(_pitched(v, -pose[:, 0]), -pose[:, 1]), -pose[:, 2])


def _out_of_trunk(v: Signal, pose: Signal) -> Signal:
    return _pitched(_rolled(_spun(v, pose[:, 2]), pose[:, 1]), pose[:, 0])


def _twisted(v: Signal, axis: tuple[float, float, float], angle: Signal) -> Signal:
    """Return the rows of `v` as seen by a housing turned about `axis` by `angle` (Rodrigues' formula)."""
    length = sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2])
    k = np.array([axis[0] / length, axis[1] / length, axis[2] / length])
    c, s = np.cos(-angle)[:, None], np.sin(-angle)[:, None]
    along = (v[:, 0] * k[0] + v[:, 1] * k[1] + v[:, 2] * k[2])[:, None]
    across = np.column_stack((k[1] * v[:, 2] - k[2] * v[:, 1], k[2] * v[:, 0] - k[0] * v[:, 2], k[0] * v[:, 1] - k[1] * v[:, 0]))
    return np.asarray(v * c + across * s + k * along * (1.0 - c))


def _place(motion: Motion, placement: Placement, person: Person) -> Signal:
    """Return where the sensor is against the pelvis, (m, 3), m, world frame; the offsets are chosen here."""
    fixed = {
        "waist": (0.11, 0.06, 0.08),
        "chest": (0.12, 0.0, 0.85 * person.trunk),
        "pocket": (0.08, 0.14, -0.10),
        "wrist": (0.0, 0.20, person.trunk),
    }[placement]
    point = np.tile(np.array(fixed), (len(motion.acc), 1))
    if placement == "wrist":
        hanging = np.tile(np.array((0.0, 0.0, -person.arm)), (len(motion.acc), 1))
        point = point + _pitched(hanging, motion.arm)
    return _out_of_trunk(point, motion.pose)


def _second_difference(way: Signal, rate: float) -> Signal:
    """Return the acceleration of a way, m/s2; the ends are at rest."""
    padded = np.concatenate((way[:1], way, way[-1:]))
    return (padded[2:] - 2.0 * padded[1:-1] + padded[:-2]) * (rate * rate)
