"""Falls, and a device that is tossed and caught: the two things that a fall detector must tell apart.

Sources, from memory: a fall lasts about 0.7 s from loss of balance to contact (Hsiao and Robinovitch 1998, J Biomech
31, 1-9); the hip meets the ground at about 2.75 m/s, SD 0.42, in falls from standing (van den Kroonenberg, Hayes and
McMahon 1996, J Biomech 29, 807-811). The speed at contact follows here from the height and the share of free fall;
the pulse of the impact takes away exactly that speed. Pulse lengths, rebounds and angles are chosen here.
These are not recordings: no person fell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import pi, radians
from typing import ClassVar

import numpy as np

from agetech.simulate.activities import ANYWHERE
from agetech.simulate.motion import (
    GRAVITY,
    Body,
    EventKind,
    Mark,
    Motion,
    Posture,
    Signal,
    add_pulse,
    fidget,
    glide,
    progress,
)


class Direction(StrEnum):
    """How a person falls."""

    FORWARD = "forward"
    BACKWARD = "backward"
    LEFT = "left"
    RIGHT = "right"
    SLIDE = "slide"


@dataclass(frozen=True, slots=True)
class _Course:
    """The physics of one kind of fall: share of free fall, contact pulse, rebound and the angles, rad."""

    share: float
    build: float
    contact: float
    rebound: float
    angle: tuple[float, float]
    heading: tuple[float, float]


COURSES = {
    Direction.FORWARD: _Course(0.62, 0.20, 0.080, 0.10, (radians(84.0), 0.0), (1.0, 0.0)),
    Direction.BACKWARD: _Course(0.66, 0.18, 0.070, 0.12, (radians(-82.0), 0.0), (-1.0, 0.0)),
    Direction.LEFT: _Course(0.60, 0.20, 0.075, 0.10, (0.0, radians(-84.0)), (0.0, 1.0)),
    Direction.RIGHT: _Course(0.60, 0.20, 0.075, 0.10, (0.0, radians(84.0)), (0.0, -1.0)),
    Direction.SLIDE: _Course(0.30, 0.35, 0.120, 0.0, (radians(-62.0), radians(12.0)), (0.3, 0.0)),
}


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall from standing or sitting, then lying for `lie` seconds (nearly still)."""

    direction: Direction = Direction.FORWARD
    lie: float = 20.0
    name: ClassVar[str] = "fall"
    begins: ClassVar[tuple[Posture, ...]] = (Posture.STANDING, Posture.SITTING)

    def move(self, body: Body) -> Motion:
        """Return loss of balance, partial free fall, impact, settling and lying."""
        course = COURSES[Direction(self.direction)]
        course = replace(course, share=course.share * body.between(0.93, 1.07))
        height = body.person.level(body.posture) - body.person.level(Posture.FLOOR)
        sway, drop = body.rows(0.35), _descent(height, course, body.rate)
        settle, lie = body.rows(1.6), body.rows(self.lie)
        n = -(-(sway + len(drop) + settle + lie) // body.grain) * body.grain
        motion = body.blank(n)
        contact = sway + len(drop)
        speed = _sum(drop) / body.rate
        motion.acc[sway:contact, 2] -= drop
        _lurch(motion.acc, course, sway, contact, body.rate)
        _strike(motion.acc, course, contact, speed, body)
        _topple(motion.pose, course, sway, contact, settle, body)
        motion.arm[:] += radians(70.0) * _fling(n, sway, contact, settle)
        motion.arm[contact + settle :] += fidget(body, n - contact - settle, radians(4.0), 0.1, 0.5)
        motion.pose[contact + settle :, 0] += fidget(body, n - contact - settle, radians(0.5), 0.1, 0.5)
        body.pose, body.posture, body.arm = motion.pose[-1].copy(), Posture.FLOOR, float(motion.arm[-1])
        until = contact + settle // 2
        soft = self.direction == Direction.SLIDE
        mark = Mark(EventKind.FALL, str(self.direction), sway, contact, until, soft=soft)
        return replace(motion, marks=(mark,))


def _sum(values: Signal) -> float:
    total = 0.0
    for value in values.tolist():  # one order of addition on every machine
        total += value
    return total


def _descent(height: float, course: _Course, rate: float) -> Signal:
    """Return the downward acceleration, m/s2, until `height` m are lost: it builds up, then stays."""
    course_rows: list[float] = []
    fallen = speed = 0.0
    while fallen < height and len(course_rows) < 4 * int(rate):
        share = min(1.0, len(course_rows) / (course.build * rate))
        pull = course.share * GRAVITY * share * share * (3.0 - 2.0 * share)
        course_rows.append(pull)
        speed += pull / rate
        fallen += speed / rate
    return np.array(course_rows)


def _lurch(acc: Signal, course: _Course, sway: int, contact: int, rate: float) -> None:
    """Add the horizontal movement: 0.9 m/s gathered before the contact and lost at it and after it."""
    for axis in (0, 1):
        speed = 0.9 * course.heading[axis]
        add_pulse(acc[:, axis], sway // 2, contact - sway // 2, speed, rate)
        add_pulse(acc[:, axis], contact, max(1, round(course.contact * 1.5 * rate)), -0.7 * speed, rate)
        add_pulse(acc[:, axis], contact, max(1, round(0.3 * rate)), -0.3 * speed, rate)


def _strike(acc: Signal, course: _Course, contact: int, speed: float, body: Body) -> None:
    """Add the impact: the pulse that stops `speed`, a small rebound, and the later contact of shoulder and arms."""
    rate = body.rate
    width = max(1, round(course.contact * body.between(0.9, 1.1) * rate))
    up = course.rebound * speed
    add_pulse(acc[:, 2], contact, width, speed + up, rate)
    if up > 0.0:
        flight = max(1, round(2.0 * up / GRAVITY * rate))
        acc[contact + width : contact + width + flight, 2] -= GRAVITY * 0.8
        back = 0.8 * GRAVITY * flight / rate - up
        add_pulse(acc[:, 2], contact + width + flight, width, back, rate)
    second = contact + round(body.between(0.10, 0.16) * rate)
    for axis, share in ((0, 0.12), (1, 0.10), (2, 0.18)):
        add_pulse(acc[:, axis], second, width, share * speed, rate)
        add_pulse(acc[:, axis], second + width, 3 * width, -share * speed, rate)
    ring = round(0.45 * rate)
    seconds = np.arange(ring) / rate
    fade = 1.0 - np.arange(ring) / float(ring)
    tremble = 1.3 * speed * fade * fade * fade * np.sin(2.0 * pi * 7.0 * seconds)
    for axis, share in ((0, 0.5), (1, 0.4), (2, 0.7)):
        stop = min(len(acc), contact + width + ring)
        acc[contact + width : stop, axis] += share * tremble[: stop - contact - width]


def _topple(pose: Signal, course: _Course, sway: int, contact: int, settle: int, body: Body) -> None:
    """Turn the trunk: faster and faster until the contact, then a smooth end (cubic) while settling."""
    lost = sway // 2
    fall, rest = contact - lost, settle // 2
    u = np.arange(fall, dtype=np.float64) / float(fall)
    v = progress(rest)
    at, slope = 0.72, 0.72 * 2.5 * rest / float(fall)  # share of the angle at contact; its slope there, per `rest`
    rise = at * u * u * np.sqrt(u)
    h00, h10, h01 = 1.0 + v * v * (2.0 * v - 3.0), v * (1.0 - v) * (1.0 - v), v * v * (3.0 - 2.0 * v)
    course_rows = np.concatenate((rise, h00 * at + h10 * slope + h01))
    spin = radians(body.between(-20.0, 20.0))
    for axis, angle in ((0, course.angle[0]), (1, course.angle[1]), (2, spin)):
        start = float(body.pose[axis])
        pose[lost : contact + rest, axis] = start + (angle - start) * course_rows
        pose[contact + rest :, axis] = angle


def _fling(n: int, sway: int, contact: int, settle: int) -> Signal:
    """Return the course of the arm from 0 to 1: thrown out in the descent, at rest when settled."""
    course_rows = np.zeros(n)
    course_rows[sway : contact + settle] = glide(progress(contact + settle - sway))
    course_rows[contact + settle :] = 1.0
    return course_rows


@dataclass(frozen=True, slots=True)
class Toss:
    """The device is taken off, tossed up, caught, and put back: free flight of `flight` seconds at about 0 g."""

    flight: float = 0.45
    name: ClassVar[str] = "toss"
    begins: ClassVar[tuple[Posture, ...]] = ANYWHERE

    def move(self, body: Body) -> Motion:
        """Return taking off, throw, flight with a spin, catch, and putting back in the old place."""
        rate = body.rate
        speed = 0.5 * GRAVITY * self.flight
        take, back = body.rows(4.0), body.rows(6.0)
        throw, flight, caught = round(0.22 * rate), round(self.flight * rate), round(0.11 * rate)
        n = -(-(take + throw + flight + caught + back) // body.grain) * body.grain
        motion = body.blank(n)
        onset, contact = take + throw, take + throw + flight
        add_pulse(motion.acc[:, 2], take, throw, speed, rate)
        motion.acc[onset:contact, 2] = -GRAVITY
        add_pulse(motion.acc[:, 2], contact, caught, GRAVITY * flight / rate - speed, rate)
        twist = np.zeros(n)
        handled = radians(body.between(40.0, 110.0))
        twist[:take] = handled * glide(progress(take))
        twist[take:onset] = handled
        whole = 2.0 * pi * round(body.between(0.6, 1.4))
        twist[onset:contact] = handled + whole * np.arange(flight) / float(max(1, flight))
        twist[contact:] = handled * (1.0 - glide(progress(n - contact)))
        motion.acc[:take] += _handling(body, take)
        motion.acc[contact + caught :] += _handling(body, n - contact - caught)
        mark = Mark(EventKind.TOSS, "caught", onset, contact, contact + 2 * caught)
        axis = (body.between(0.2, 1.0), body.between(0.2, 1.0), body.between(-0.3, 0.3))
        return replace(motion, marks=(mark,), twist=twist, axis=axis, worn=False)


def _handling(body: Body, n: int) -> Signal:
    """Return the shaking of a device in the hand, m/s2."""
    return np.column_stack([fidget(body, n, 2.0, 0.8, 2.5) for _ in range(3)])
