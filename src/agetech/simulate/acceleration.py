"""Simulated body-worn accelerometers: scripts of activities, falls and mishaps turned into a recording with truth.

The movement is that of a rigid trunk (and one arm for the wrist) on a fine grid of at least 200 Hz; the sensor feels
specific force = acceleration + gravity at its place, in its own axes; it averages, adds noise, clips and counts.
Left out: soft tissue, the swing of a loose device, clothing, temperature, and everything about real people that
these equations do not know. Results on simulated data are no evidence of how a detector does on people.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np

from agetech.errors import ParamsError
from agetech.simulate.activities import (
    Activity,
    Bend,
    GetUp,
    LieDown,
    Sit,
    SitUp,
    Stairs,
    Stand,
    Still,
    TurnOver,
    Walk,
)
from agetech.simulate.mishaps import Direction, Fall, Toss
from agetech.simulate.motion import Body, Mark, Person, Posture, Signal
from agetech.simulate.scene import Scene, Span, Truth
from agetech.simulate.sensor import Sensor

LONGEST = 200_000_000  # samples; about 46 days at 50 Hz, 4.8 GB


def perform(
    script: Sequence[Activity],
    *,
    seed: int,
    sensor: Sensor | None = None,
    person: Person | None = None,
    begin: Posture = Posture.STANDING,
) -> Scene:
    """Return the recording of a script, activity after activity.

    The same arguments give the same bytes. ParamsError where an activity cannot begin in the posture that the one
    before it ended in (walking while lying), for an empty script and for a negative seed.
    """
    sensor, person = sensor or Sensor(), person or Person()
    if seed < 0:
        raise ParamsError("E_PARAM", "simulate.perform: seed", expected="0 or more", got=seed)
    if not script:
        raise ParamsError("E_PARAM", "simulate.perform: script", expected="at least one activity", got="none")
    rng = np.random.Generator(np.random.PCG64(seed))
    body = Body(person, rng, sensor.fs * sensor.oversampling, sensor.oversampling, Posture(begin))
    _settle(body)
    parts: list[Signal] = []
    spans: list[Span] = []
    truth: list[Truth] = []
    start = 0
    for place, activity in enumerate(script):
        if body.posture not in activity.begins:
            expected = " | ".join(activity.begins)
            where = f"simulate.perform: script[{place}] {activity.name}"
            raise ParamsError("E_SIMULATE_POSTURE", where, expected=expected, got=str(body.posture))
        motion = activity.move(body)
        true = sensor.average(sensor.feel(motion, person, body.rate))
        parts.append(sensor.measure(true, rng))
        end = start + len(true)
        truth.extend(_truth(mark, true, start, end, sensor) for mark in motion.marks)
        spans.append(Span(activity.name, start, end))
        start = end
        if start > LONGEST:
            raise ParamsError("E_LIMIT", "simulate.perform: script", expected=f"{LONGEST} samples", got=start)
    signal = np.concatenate(parts)
    signal.flags.writeable = False
    return Scene(signal, sensor.fs, sensor.placement, seed, tuple(truth), tuple(spans))


def _settle(body: Body) -> None:
    """Give the body the pose of its first posture."""
    lean = {Posture.SITTING: -0.0873, Posture.LYING: -1.4312, Posture.FLOOR: -1.4312}
    body.pose = np.array((lean.get(body.posture, 0.0), 0.0, 0.0))


def _truth(mark: Mark, true: Signal, start: int, end: int, sensor: Sensor) -> Truth:
    k = sensor.oversampling
    first, last = mark.contact // k, min(len(true), mark.until // k + 1)
    strongest, impact = -1.0, first
    for row in range(first, last):
        x, y, z = (float(value) for value in true[row])
        size = sqrt(x * x + y * y + z * z)
        if size > strongest:
            strongest, impact = size, row
    return Truth(mark.kind, mark.detail, start + mark.onset // k, start + impact, end)


def day(*, seed: int = 1, sensor: Sensor | None = None, person: Person | None = None) -> Scene:
    """Return a day pressed into about an hour: night's end, walks, chairs, stairs, bending, one toss, one fall.

    The fall is backward, while walking in the afternoon; the person lies for 100 s, gets up with a hold and rests.
    The device is tossed and caught once in the morning. Both are in `truth`.
    """
    morning: list[Activity] = [Still(240.0), TurnOver(), Still(150.0), TurnOver(), Still(90.0), SitUp(), Still(20.0)]
    breakfast: list[Activity] = [Stand(), Walk(40.0), Bend(), Walk(15.0), Sit(), Still(300.0), Toss(), Still(60.0)]
    errands: list[Activity] = [Stand(), Walk(120.0, 1.1, 1.85), Stairs(10.0, "down"), Walk(180.0, 1.15, 1.9)]
    home: list[Activity] = [Still(40.0), Walk(150.0), Stairs(12.0, "up"), Bend(), Walk(30.0), Sit(), Still(420.0)]
    nap: list[Activity] = [LieDown(), Still(400.0), TurnOver(), Still(200.0), SitUp(), Still(15.0), Stand()]
    mishap: list[Activity] = [Walk(45.0, 0.8, 1.6), Fall(Direction.BACKWARD, 100.0), GetUp(), Still(25.0)]
    evening: list[Activity] = [Walk(20.0, 0.6, 1.5), Sit(3.0), Still(500.0), Stand(), Walk(30.0, 0.8, 1.6), Sit()]
    night: list[Activity] = [Still(30.0), LieDown(), Still(280.0)]
    script = [*morning, *breakfast, *errands, *home, *nap, *mishap, *evening, *night]
    return perform(script, seed=seed, sensor=sensor, person=person, begin=Posture.LYING)
