"""Daily activities as movements of the trunk: still, walk, stairs, sit, stand, lie, rise, turn, bend, get up.

Sources. Gait: the trunk rises and sinks once a step as an inverted pendulum, h = l - sqrt(l2 - (s/2)2) (Zijlstra and
Hof 2003, Gait Posture 18, 1-10), with a second harmonic and a heel-strike transient. Voluntary movements follow
minimum-jerk courses (Flash and Hogan 1985, J Neurosci 5, 1688-1703). All amplitudes without a source are chosen here
so that the size of each activity is that of an elder at an unhurried pace.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, radians, sqrt
from typing import ClassVar, Literal, Protocol

import numpy as np

from agetech.simulate.motion import (
    Body,
    Motion,
    Posture,
    Signal,
    add_pulse,
    envelope,
    fidget,
    glide,
    glide_acceleration,
    progress,
)

ANYWHERE = tuple(Posture)


class Activity(Protocol):
    """One entry of a script: what it is called, the postures it may begin in, and its movement."""

    name: ClassVar[str]
    begins: ClassVar[tuple[Posture, ...]]

    def move(self, body: Body) -> Motion:
        """Return the movement and leave `body` in the pose and posture that it ends in."""
        ...


def turned(body: Body, n: int, pose: tuple[float, float, float], arm: float) -> Motion:
    """Return n fine samples of a minimum-jerk way from the body's pose to another, and leave the body there."""
    share = glide(progress(n))[:, None]
    target = np.array(pose)
    way = body.pose + (target - body.pose) * share
    swing = body.arm + (arm - body.arm) * share[:, 0]
    body.pose, body.arm = target, arm
    return Motion(np.zeros((n, 3)), way, swing)


@dataclass(frozen=True, slots=True)
class Still:
    """Rest in the present posture: breathing, sway and small movements of the trunk."""

    seconds: float = 60.0
    name: ClassVar[str] = "still"
    begins: ClassVar[tuple[Posture, ...]] = ANYWHERE

    def move(self, body: Body) -> Motion:
        """Return the rest; sway 0.3 deg (standing 0.6), breathing 0.3 deg at about 15/min."""
        n = body.rows(self.seconds)
        rest = body.blank(n)
        size = radians(0.6 if body.posture is Posture.STANDING else 0.3)
        breath = radians(0.3) * np.sin(2.0 * pi * body.between(0.2, 0.3) * np.arange(n) / body.rate)
        rest.pose[:, 0] += fidget(body, n, size, 0.1, 0.6) + breath * envelope(n, int(body.rate))
        rest.pose[:, 1] += fidget(body, n, size, 0.1, 0.6)
        if body.posture in (Posture.SITTING, Posture.STANDING):
            rest.arm[:] += fidget(body, n, radians(6.0), 0.2, 1.2)
        return rest


@dataclass(frozen=True, slots=True)
class Walk:
    """Walking on level ground: `speed`, m/s, and `cadence`, steps a second."""

    seconds: float = 30.0
    speed: float = 1.0
    cadence: float = 1.75
    name: ClassVar[str] = "walk"
    begins: ClassVar[tuple[Posture, ...]] = (Posture.STANDING,)

    def move(self, body: Body) -> Motion:
        """Return the walk; step times vary by 3 %."""
        return stride(body, self.seconds, self.speed / self.cadence, self.cadence, 1.0)


@dataclass(frozen=True, slots=True)
class Stairs:
    """Climbing or descending stairs with steps of 0.16 m; going down lands harder."""

    seconds: float = 12.0
    way: Literal["up", "down"] = "up"
    name: ClassVar[str] = "stairs"
    begins: ClassVar[tuple[Posture, ...]] = (Posture.STANDING,)

    def move(self, body: Body) -> Motion:
        """Return the steps, at 1.4 (up) or 1.6 (down) a second."""
        cadence, strike = (1.4, 0.9) if self.way == "up" else (1.6, 1.8)
        return stride(body, self.seconds, 0.5, cadence, strike)


def stride(body: Body, seconds: float, length: float, cadence: float, strike: float) -> Motion:
    """Return steps of `length` m at `cadence` a second; `strike` scales the heel-strike transient."""
    n = body.rows(seconds)
    leg = body.person.leg
    rise = leg - sqrt(max(0.0, leg * leg - 0.25 * length * length))
    starts, phase = _steps(body, n, cadence)
    omega = 2.0 * pi * cadence
    window = envelope(n, int(2.0 * body.rate / cadence))
    # Height -rise/2 cos(phase) is lowest at the step's contact, so the acceleration is largest there.
    vertical = 0.5 * rise * omega * omega * (np.cos(2.0 * pi * phase) + 0.35 * np.sin(4.0 * pi * phase))
    forward = -1.1 * (length / 0.6) * np.sin(2.0 * pi * phase)
    sideways = 0.7 * np.sin(pi * phase)
    acc = np.column_stack((forward, sideways, vertical)) * window[:, None]
    touch = max(1, round(0.04 * body.rate))
    for start in starts:
        force = strike * (length / 0.6) * body.between(0.8, 1.2) * 0.11 * float(window[start])
        add_pulse(acc[:, 2], start, touch, force, body.rate)
        add_pulse(acc[:, 2], start + touch, 2 * touch, -force, body.rate)
        add_pulse(acc[:, 0], start, touch, -0.4 * force, body.rate)
        add_pulse(acc[:, 0], start + touch, 2 * touch, 0.4 * force, body.rate)
    pose = np.tile(body.pose, (n, 1))
    pose[:, 0] += window * radians(1.5) * np.cos(2.0 * pi * phase)
    pose[:, 1] += window * radians(2.0) * np.sin(pi * phase)
    arm = body.arm + window * radians(18.0) * np.sin(pi * phase)
    return Motion(acc, pose, arm)


def _steps(body: Body, n: int, cadence: float) -> tuple[list[int], Signal]:
    """Return the contacts and the phase in steps (a whole number at each contact)."""
    starts, at = [], 0.0
    while at < n:
        starts.append(int(at))
        at += body.rate / cadence * body.between(0.95, 1.05)
    ends = np.array([*starts, n], dtype=np.float64)
    return starts[1:], np.interp(np.arange(n, dtype=np.float64), ends, np.arange(len(ends), dtype=np.float64))


@dataclass(frozen=True, slots=True)
class Sit:
    """Sitting down on a chair: the trunk leans forward, the pelvis sinks, the seat is met softly."""

    seconds: float = 2.2
    name: ClassVar[str] = "sit"
    begins: ClassVar[tuple[Posture, ...]] = (Posture.STANDING,)

    def move(self, body: Body) -> Motion:
        """Return the movement, ending seated and leaning back by 5 deg."""
        motion = _chair(body, self.seconds, Posture.SITTING, radians(-5.0))
        add_pulse(motion.acc[:, 2], int(0.82 * len(motion.acc)), round(0.08 * body.rate), 0.15, body.rate)
        add_pulse(motion.acc[:, 2], int(0.90 * len(motion.acc)), round(0.12 * body.rate), -0.15, body.rate)
        return motion


@dataclass(frozen=True, slots=True)
class Stand:
    """Standing up from a chair."""

    seconds: float = 2.0
    name: ClassVar[str] = "stand"
    begins: ClassVar[tuple[Posture, ...]] = (Posture.SITTING,)

    def move(self, body: Body) -> Motion:
        """Return the movement, ending upright."""
        return _chair(body, self.seconds, Posture.STANDING, 0.0)


def _chair(body: Body, seconds: float, posture: Posture, lean: float) -> Motion:
    n = body.rows(seconds)
    rest = body.blank(n)
    u = progress(n)
    climb = body.person.level(posture) - body.person.level(body.posture)
    rest.acc[:, 2] += glide_acceleration(u, climb, seconds)
    rest.pose[:, 0] += (lean - body.pose[0]) * glide(u) + radians(35.0) * 16.0 * u * u * (1.0 - u) * (1.0 - u)
    body.pose, body.posture = np.array((lean, 0.0, 0.0)), posture
    return rest


@dataclass(frozen=True, slots=True)
class LieDown:
    """Lying down on a bed from sitting; `fast` is the quick way that detectors take for a fall."""

    fast: bool = False
    name: ClassVar[str] = "lie down"
    begins: ClassVar[tuple[Posture, ...]] = (Posture.SITTING,)

    def move(self, body: Body) -> Motion:
        """Return the movement, ending on the back."""
        motion = turned(body, body.rows(1.1 if self.fast else 3.0), (radians(-82.0), 0.0, 0.0), 0.0)
        if self.fast:
            start = int(0.7 * len(motion.acc))
            add_pulse(motion.acc[:, 2], start, round(0.12 * body.rate), 0.7, body.rate)
            add_pulse(motion.acc[:, 2], start + round(0.12 * body.rate), round(0.2 * body.rate), -0.7, body.rate)
        body.posture = Posture.LYING
        return motion


@dataclass(frozen=True, slots=True)
class SitUp:
    """Sitting up on the edge of the bed."""

    seconds: float = 3.5
    name: ClassVar[str] = "sit up"
    begins: ClassVar[tuple[Posture, ...]] = (Posture.LYING,)

    def move(self, body: Body) -> Motion:
        """Return the movement, ending seated."""
        body.posture = Posture.SITTING
        return turned(body, body.rows(self.seconds), (radians(-5.0), 0.0, 0.0), 0.0)


@dataclass(frozen=True, slots=True)
class TurnOver:
    """Turning in bed, to the left side or back."""

    seconds: float = 2.5
    name: ClassVar[str] = "turn over"
    begins: ClassVar[tuple[Posture, ...]] = (Posture.LYING,)

    def move(self, body: Body) -> Motion:
        """Return the movement: a quarter turn about the long axis."""
        spin = 0.0 if body.pose[2] > 0.1 else radians(85.0)  # noqa: PLR2004 - rad, on the side already
        return turned(body, body.rows(self.seconds), (float(body.pose[0]), float(body.pose[1]), spin), body.arm)


@dataclass(frozen=True, slots=True)
class Bend:
    """Bending down to pick something up, and straightening again."""

    seconds: float = 3.0
    name: ClassVar[str] = "bend"
    begins: ClassVar[tuple[Posture, ...]] = (Posture.STANDING,)

    def move(self, body: Body) -> Motion:
        """Return the movement: the trunk leans 75 deg, the pelvis sinks 0.12 m."""
        n = body.rows(self.seconds)
        rest = body.blank(n)
        half = n // 2
        down = progress(half)
        lean = glide(down)
        sink = glide_acceleration(down, -0.12, 0.5 * self.seconds)
        rest.pose[:half, 0] += radians(75.0) * lean
        rest.pose[n - half :, 0] += radians(75.0) * lean[::-1]
        rest.pose[half : n - half, 0] += radians(75.0)
        rest.acc[:half, 2] += sink
        rest.acc[n - half :, 2] += sink[::-1]
        rest.arm[:] -= rest.pose[:, 0] - body.pose[0]
        return rest


@dataclass(frozen=True, slots=True)
class GetUp:
    """Getting up from the floor: onto hands and knees, then upright with a hold on furniture."""

    seconds: float = 9.0
    name: ClassVar[str] = "get up"
    begins: ClassVar[tuple[Posture, ...]] = (Posture.FLOOR,)

    def move(self, body: Body) -> Motion:
        """Return the movement, ending upright; the pelvis rises in two pushes."""
        first, second = body.rows(0.5 * self.seconds), body.rows(0.5 * self.seconds)
        kneel = turned(body, first, (radians(60.0), 0.0, 0.0), radians(-60.0))
        climb = body.person.leg - body.person.level(Posture.FLOOR)
        kneel.acc[:, 2] += glide_acceleration(progress(first), 0.45 * climb, first / body.rate)
        upright = turned(body, second, (0.0, 0.0, 0.0), 0.0)
        upright.acc[:, 2] += glide_acceleration(progress(second), 0.55 * climb, second / body.rate)
        body.posture = Posture.STANDING
        return Motion(
            np.concatenate((kneel.acc, upright.acc)),
            np.concatenate((kneel.pose, upright.pose)),
            np.concatenate((kneel.arm, upright.arm)),
        )
