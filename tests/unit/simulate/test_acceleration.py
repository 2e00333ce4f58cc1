"""The simulated recordings: deterministic, labelled, and right where physics gives the answer."""

import hashlib
from math import pi, radians

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agetech.errors import ParamsError
from agetech.simulate import (
    Bend,
    Direction,
    EventKind,
    Fall,
    GetUp,
    LieDown,
    Person,
    Posture,
    Sensor,
    Sit,
    SitUp,
    Stairs,
    Stand,
    Still,
    Toss,
    TurnOver,
    Walk,
    day,
    perform,
)
from agetech.simulate.motion import GRAVITY, Body, Motion, add_pulse, envelope, glide, progress

PERFECT = Sensor(noise=0.0, bits=32, full_scale=1000.0)
ACTIVITIES = (
    Still(1.0),
    Walk(3.0),
    Stairs(3.0),
    Sit(),
    Stand(),
    LieDown(fast=True),
    SitUp(),
    TurnOver(),
    Bend(),
    GetUp(),
    Toss(),
    Fall(lie=3.0),
)


def size(signal):
    return np.sqrt((signal * signal).sum(axis=1))


@pytest.fixture(scope="module")
def hour():
    return day(seed=1)


def test_the_day_is_the_same_on_every_machine(hour):
    counts = np.rint(hour.signal / Sensor().resolution).astype("<i2")
    assert hashlib.sha256(counts.tobytes()).hexdigest()[:16] == "d890c280d4340d55"


def test_the_day_is_labelled_and_read_only(hour):
    assert hour.label == "simulated"
    assert hour.unit == "m/s2"
    assert not hour.signal.flags.writeable
    assert 3300 < hour.duration < 3900
    assert [(event.kind, event.detail) for event in hour.truth] == [(EventKind.TOSS, "caught"), (EventKind.FALL, "backward")]


def test_spans_cover_the_day_without_a_hole(hour):
    edges = [0] + [span.end for span in hour.spans]
    assert [span.start for span in hour.spans] == edges[:-1]
    assert edges[-1] == len(hour.signal)


def test_the_same_seed_gives_the_same_scene_and_another_seed_another():
    script = [Walk(5.0), Fall(lie=3.0)]
    assert perform(script, seed=3) == perform(script, seed=3)
    assert perform(script, seed=3) != perform(script, seed=4)


@pytest.mark.parametrize("placement", ["waist", "chest", "pocket", "wrist"])
@pytest.mark.parametrize("posture", list(Posture))
def test_at_rest_the_sensor_feels_gravity_in_every_posture_and_place(placement, posture):
    scene = perform([Still(20.0)], seed=5, sensor=Sensor(placement=placement, noise=0.0, bits=24), begin=posture)
    assert abs(size(scene.signal).mean() - GRAVITY) < 0.03
    assert size(scene.signal).std() < 0.3


def test_lying_turns_gravity_by_the_angle_of_the_trunk():
    scene = perform([Still(5.0), Sit(), LieDown(), Still(5.0)], seed=1, sensor=PERFECT)
    upright, lying = scene.signal[10:200].mean(axis=0), scene.signal[-200:-10].mean(axis=0)
    angle = np.degrees(np.arccos(upright @ lying / (np.linalg.norm(upright) * np.linalg.norm(lying))))
    assert abs(angle - 82.0) < 1.0


@given(st.tuples(*[st.floats(-180.0, 180.0)] * 3))
@settings(max_examples=20, deadline=None)
def test_how_the_housing_is_turned_changes_no_magnitude(turned):
    script = [Walk(2.0), Fall(lie=1.0)]
    plain = perform(script, seed=2, sensor=PERFECT)
    other = perform(script, seed=2, sensor=Sensor(noise=0.0, bits=32, full_scale=1000.0, turned=turned))
    assert np.allclose(size(plain.signal), size(other.signal), atol=1e-5)
    assert plain.truth == other.truth


@given(st.floats(20.0, 400.0), st.sampled_from(list(Direction)))
@settings(max_examples=25, deadline=None)
def test_any_rate_puts_the_events_at_the_same_time(fs, direction):
    script = [Still(3.0), Fall(direction, 2.0), GetUp(), Toss()]
    here, there = (perform(script, seed=8, sensor=Sensor(fs=rate)) for rate in (fs, 50.0))
    for one, other in zip(here.truth, there.truth, strict=True):
        assert one.kind is other.kind
        assert abs(one.onset / fs - other.onset / 50.0) < 0.15
        assert one.onset < one.impact < one.end <= len(here.signal)


def test_walking_beats_at_its_cadence():
    scene = perform([Walk(60.0, cadence=1.8)], seed=1, sensor=PERFECT)
    force = size(scene.signal) - size(scene.signal).mean()
    power = np.abs(np.fft.rfft(force)) ** 2
    strongest = np.fft.rfftfreq(len(force), 1 / 50.0)[power.argmax()]
    assert abs(strongest - 1.8) < 0.1
    assert 0.15 * GRAVITY < force.std() < 0.45 * GRAVITY


@pytest.mark.parametrize("flight", [0.3, 0.45, 0.6])
def test_a_tossed_device_is_weightless_for_its_flight(flight):
    scene = perform([Still(2.0), Toss(flight), Still(2.0)], seed=4)
    (event,) = scene.of(EventKind.TOSS)
    light = size(scene.signal) < 1.0
    assert abs(light.sum() / 50.0 - flight) <= 0.04
    assert light[event.onset + 1 : event.onset + int(flight * 50) - 1].all()
    assert event.impact / 50.0 == pytest.approx(event.onset / 50.0 + flight + 0.055, abs=0.05)
    assert not scene.of(EventKind.FALL)


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("begin", [Posture.STANDING, Posture.SITTING])
def test_a_fall_loses_the_height_and_ends_at_rest(direction, begin):
    body = Body(Person(), np.random.Generator(np.random.PCG64(1)), 200.0, 4, posture=begin)
    height = body.person.level(begin) - body.person.level(Posture.FLOOR)
    motion = Fall(direction, 5.0).move(body)
    speed = np.cumsum(motion.acc, axis=0) / 200.0
    (mark,) = motion.marks
    # What is lost until the contact is the height; the speed there is what partial free fall gives, never more than free fall.
    assert -(speed[: mark.contact, 2].sum() / 200.0) == pytest.approx(height, abs=0.03)
    assert -speed[mark.contact - 1, 2] < np.sqrt(2.0 * GRAVITY * height)
    assert np.abs(speed[-1]).max() < 0.25
    assert body.posture is Posture.FLOOR


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("placement", ["waist", "chest", "pocket", "wrist"])
@pytest.mark.parametrize("seed", [1, 2])
def test_falls_are_felt_as_falls(direction, placement, seed):
    """Weight falls, then the largest force of the recording comes where the truth says, then the person lies."""
    script = [Still(3.0), Walk(6.0), Fall(direction, 15.0), GetUp()]
    scene = perform(script, seed=seed, sensor=Sensor(placement=placement, noise=0.0, bits=24, full_scale=500.0))
    (event,) = scene.of(EventKind.FALL)
    force = size(scene.signal)
    assert abs(int(force[event.onset : event.end].argmax()) + event.onset - event.impact) <= 15
    assert force[event.impact] > 2.0 * GRAVITY
    assert force[event.onset : event.impact].min() < 0.85 * GRAVITY
    assert 0.3 < (event.impact - event.onset) / 50.0 < 1.4
    lying = force[event.impact + 150 : event.end - 25]
    assert np.abs(lying - GRAVITY).max() < 0.3 * GRAVITY


def test_the_impact_is_the_largest_noiseless_force():
    for direction in Direction:
        scene = perform([Still(2.0), Fall(direction, 5.0)], seed=6, sensor=PERFECT)
        (event,) = scene.truth
        assert int(size(scene.signal).argmax()) == event.impact


def test_clipping_and_counting():
    sensor = Sensor(full_scale=2.0 * GRAVITY, bits=8)
    scene = perform([Still(2.0), Fall(lie=2.0)], seed=1, sensor=sensor)
    counts = scene.signal / sensor.resolution
    assert np.allclose(counts, np.rint(counts), atol=1e-9)
    assert round(counts.max()) == 127 or round(counts.min()) == -128
    assert counts.max() <= 127.001
    assert counts.min() >= -128.001


def test_noise_has_the_stated_size():
    quiet = perform([Still(60.0)], seed=1, sensor=Sensor(noise=0.0, bits=32, full_scale=1000.0)).signal
    noisy = perform([Still(60.0)], seed=1, sensor=Sensor(noise=0.2, bits=32, full_scale=1000.0)).signal
    assert (noisy - quiet).std() == pytest.approx(0.2, rel=0.03)


def test_a_constant_spin_is_felt_as_centripetal():
    """A waist sensor 0.1253 m off the axis, turning at 4 rad/s: w2 r, towards the axis."""
    n, rate, omega = 400, 200.0, 4.0
    pose = np.zeros((n, 3))
    pose[:, 2] = omega * np.arange(n) / rate
    felt = Sensor().feel(Motion(np.zeros((n, 3)), pose, np.zeros(n)), Person(), rate)[100:300]
    radius = np.hypot(0.11, 0.06)
    assert np.allclose(np.hypot(felt[:, 0], felt[:, 1]), omega * omega * radius, rtol=1e-3)
    assert (felt[:, 0] < 0).all()
    assert np.allclose(felt[:, 2], GRAVITY)


def test_pulses_carry_their_area_and_curves_their_ends():
    track = np.zeros(100)
    add_pulse(track, 10, 20, 1.5, 200.0)
    assert track.sum() / 200.0 == pytest.approx(1.5)
    assert not track[:10].any()
    assert not track[30:].any()
    add_pulse(track, 0, 10, 0.5, 200.0)
    assert track[:10].sum() / 200.0 == pytest.approx(0.5)
    before = track.copy()
    add_pulse(track, 5, 0, 9.0, 200.0)
    add_pulse(track, 100, 5, 9.0, 200.0)
    assert np.array_equal(track, before)
    way = glide(progress(101))
    assert (way[0], way[50], way[-1]) == (0.0, 0.5, 1.0)
    assert (np.diff(way) >= 0).all()
    assert envelope(50, 10)[[0, 25, -1]].tolist() == [0.0, 1.0, 0.0]


ENDS = {"sit": "sitting", "stand": "standing", "lie down": "lying", "sit up": "sitting", "get up": "standing", "fall": "floor"}


def possible(script, posture):
    for activity in script:
        if posture not in activity.begins:
            return False
        posture = ENDS.get(activity.name, posture)
    return True


@given(st.lists(st.sampled_from(ACTIVITIES), min_size=1, max_size=8), st.integers(0, 2**32), st.sampled_from(list(Posture)))
@settings(max_examples=60, deadline=None)
def test_any_script_is_performed_or_refused_with_its_place(script, seed, begin):
    if not possible(script, begin):
        with pytest.raises(ParamsError, match="E_SIMULATE_POSTURE"):
            perform(script, seed=seed, begin=begin)
        return
    scene = perform(script, seed=seed, begin=begin)
    assert np.isfinite(scene.signal).all()
    assert len(scene.spans) == len(script)
    assert scene.spans[-1].end == len(scene.signal)
    assert len(scene.truth) == sum(activity.name in ("fall", "toss") for activity in script)
    assert np.abs(scene.signal).max() <= Sensor().full_scale


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (lambda: perform([], seed=1), "script"),
        (lambda: perform([Still()], seed=-1), "seed"),
        (lambda: perform([Walk()], seed=1, begin=Posture.LYING), "walk"),
        (lambda: Sensor(placement="ankle"), "placement"),
        (lambda: Sensor(fs=float("nan")), "fs"),
        (lambda: Sensor(bits=1), "bits"),
        (lambda: Sensor(noise=-1.0), "noise"),
        (lambda: Sensor(full_scale=0.0), "full_scale"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make, path):
    with pytest.raises(ParamsError) as caught:
        make()
    assert path in caught.value.path
    assert caught.value.message("zh") != caught.value.message("en")


def test_turning_over_turns_back():
    scene = perform([TurnOver(), Still(3.0), TurnOver(), Still(3.0)], seed=1, sensor=PERFECT, begin=Posture.LYING)
    side, back = (scene.signal[span.start + 20 : span.end - 20].mean(axis=0) for span in scene.spans if span.name == "still")
    cosine = side @ back / (np.linalg.norm(side) * np.linalg.norm(back))
    assert abs(np.arccos(cosine) - radians(85.0) * np.sin(pi / 2 * 82 / 90)) < 0.1
