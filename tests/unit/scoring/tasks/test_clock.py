"""Clock kinematics: strokes, times, speeds and shape by hand and against whole-array differences."""

from __future__ import annotations

from math import cos, hypot, nan, pi, sin

import numpy as np
import pytest

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks import clock_kinematics, face_of, measure_task, strokes_of
from agetech.scoring.tasks.clock import Stroke, angle_error, clock_angle
from tests.oracle import scoring_tasks as oracle
from tests.unit.scoring.tasks.made import pen, row


def line(times, xs, part=None, name=None):
    return Stroke(tuple(times), tuple(xs), (0.0,) * len(xs), part, name)


def test_strokes_break_where_the_pen_lifts_and_where_the_mark_changes():
    t, x = [0, 1, 2, 3, 4, 5], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    got = strokes_of(t, x, x, [1, 1, 0, 2, 2, 2], [("a", None)] * 5 + [("b", "1")])
    assert [one.t for one in got] == [(0.0, 1.0), (3.0, 4.0), (5.0,)]
    assert [(one.part, one.name) for one in got] == [("a", None), ("a", None), ("b", "1")]
    assert strokes_of(t, x, x, [0] * 6) == []
    assert got[0].steps == [hypot(1, 1)]


def test_samples_that_are_refused():
    for t, x, pressure in (([0, 0], [0, 1], [1, 1]), ([0, 1], [0, nan], [1, 1]), ([0, 1], [0, 1], [1]), ([0, 1], [0, 1], [1, -1])):
        with pytest.raises(SignalError):
            strokes_of(t, x, x, pressure)


def test_times_and_speeds_by_hand():
    strokes = [line([2, 3, 5], [0.0, 1.0, 2.0]), line([5.5, 6.5], [2.0, 5.0]), line([8, 9], [0.0, 0.0])]
    got = clock_kinematics(strokes, 1.0)
    assert (got.strokes, got.samples) == (3, 7)
    assert (got.total_time, got.ink_time, got.air_time) == (8.0, 5.0, 3.0)
    assert got.think_time == 1.0 + 1.5  # the pause of 0.5 s is none
    assert (got.path_length, got.mean_speed, got.peak_speed) == (5.0, 1.0, 3.0)
    speeds = [1.0, 0.5, 3.0, 0.0]
    assert got.speed_cv == pytest.approx(np.std(speeds, ddof=1) / np.mean(speeds), abs=1e-15)
    assert got.jerk is None
    assert clock_kinematics(strokes, 1.0, 0.4).think_time == 1.0 + 0.5 + 1.5
    assert clock_kinematics(strokes).think_time is None
    assert clock_kinematics(strokes).total_time == 7.0
    assert clock_kinematics([]) is None
    with pytest.raises(SignalError):
        clock_kinematics(strokes, 2.1)


def test_a_point_has_no_speed():
    got = clock_kinematics([line([2], [0.0])])
    assert (got.ink_time, got.path_length) == (0.0, 0.0)
    assert (got.mean_speed, got.peak_speed, got.speed_cv, got.jerk) == (None, None, None, None)


def test_jerk_by_hand():
    # x = t^3 has the third derivative 6 everywhere, and so has its third difference quotient on an even grid
    got = clock_kinematics([line([0, 1, 2, 3, 4], [0.0, 1.0, 8.0, 27.0, 64.0])])
    assert got.jerk == pytest.approx(6 * 4**3 / 64, abs=1e-12)
    assert clock_kinematics([line([0, 1, 2, 3], [0.0, 1.0, 8.0, 27.0])]).jerk == pytest.approx(6, abs=1e-12)
    assert clock_kinematics([line([0, 1, 2], [0.0, 1.0, 8.0])]).jerk is None


@pytest.mark.parametrize("seed", range(5))
def test_against_whole_array_differences(seed):
    rng = np.random.default_rng(seed)
    t = np.cumsum(rng.uniform(0.005, 0.02, 60))
    p = np.cumsum(rng.normal(0, 0.01, (60, 2)), axis=0)
    got = clock_kinematics(strokes_of(t, p[:, 0], p[:, 1], np.ones(60)))
    ours = (got.ink_time, got.path_length, got.mean_speed, got.peak_speed, got.speed_cv, got.jerk)
    assert ours == pytest.approx(oracle.kinematics(t, p), rel=1e-10)


def test_face_by_hand():
    square = Stroke((0, 1, 2, 3), (1.0, 3.0, 3.0, 1.0), (1.0, 1.0, 3.0, 3.0))
    got = face_of([square])
    assert got.closure_gap == pytest.approx(2 / 6, abs=1e-15)
    assert got.roundness == pytest.approx(pi / 4, abs=1e-15)
    assert got.centre == pytest.approx((2, 2), abs=1e-15)
    triangle = face_of([Stroke((0, 1, 2), (0.0, 3.0, 0.0), (0.0, 0.0, 4.0))])
    assert triangle.roundness == pytest.approx(4 * pi * 6 / 12**2, abs=1e-15)
    assert triangle.centre == pytest.approx((1, 4 / 3), abs=1e-15)
    assert face_of([line([0, 1, 2], [0.0, 1.0, 2.0])]) is None
    assert face_of([line([0, 1], [0.0, 1.0])]) is None
    assert face_of([line([0, 1, 2], [1.0, 1.0, 1.0])]) is None


@pytest.mark.parametrize("seed", range(5))
def test_face_against_triangles(seed):
    rng = np.random.default_rng(seed)
    turn = np.sort(rng.uniform(0, 2 * pi, 30))
    p = np.column_stack([5 + np.cos(turn) * rng.uniform(0.5, 1, 30), -3 + np.sin(turn) * rng.uniform(0.5, 1, 30)])
    got = face_of(strokes_of(np.arange(30), p[:, 0], p[:, 1], np.ones(30)))
    area, centre = oracle.polygon(p)
    around = np.linalg.norm(np.diff(np.vstack([p, p[:1]]), axis=0), axis=1).sum()
    assert got.roundness == pytest.approx(4 * pi * area / around**2, rel=1e-12)
    assert got.centre == pytest.approx(tuple(centre), rel=1e-12)


def test_angles():
    assert [round(clock_angle((0, 0), p)) for p in ((0, -1), (1, 0), (0, 1), (-1, 0))] == [0, 90, 180, 270]
    assert [round(clock_angle((0, 0), p, y_down=False)) for p in ((0, -1), (1, 0))] == [180, 90]
    assert [angle_error(a, b) for a, b in ((350, 10), (10, 350), (0, 180), (90, 91))] == [20, 20, 180, 1]


def polar(degrees, radius):
    return 100 + radius * sin(degrees * pi / 180), 80 - radius * cos(degrees * pi / 180)  # y grows downwards, mm


def drawn(hour=330 + 5, minute=60, shift=0.0, start=True, numerals=range(1, 13)):
    """Return a clock: face from 1 s, numerals, hands; one sample each 10 ms, 90 ms in the air between the parts."""
    time, rows = 1000.0, []
    if start:
        rows.append(row("clock_drawing", 0, 200.0))
    parts = [("contour", None, [polar(a, 50) for a in range(0, 361, 3)])]
    parts += [("numeral", str(k), [polar(30 * k + shift, r) for r in (40, 42, 44)]) for k in numerals]
    parts += [("hand", "hour", [polar(hour, r) for r in range(0, 25, 4)]), ("hand", "minute", [polar(minute, r) for r in range(0, 39, 4)])]
    for part, name, points in parts:
        if part == "hand" and name == "hour":
            time += 700.0
        for x, y in points:
            rows.append(pen(time, x, y, condition=part, expected=name))
            time += 10
        rows.append(pen(time, *points[-1], 0.0))
        time += 90
    return rows


def test_a_drawn_clock():
    got = measure_task(drawn(shift=4.0))
    assert got.value("strokes") == 15
    assert got.counts["numerals"] == 12
    assert got.value("roundness") > 0.999
    assert got.value("closure_gap") == pytest.approx(0, abs=1e-12)
    assert got.value("numeral_error") == pytest.approx(4.0, abs=1e-9)
    assert got.value("hour_hand_error") == pytest.approx(0, abs=1e-9)
    assert got.value("minute_hand_error") == pytest.approx(0, abs=1e-9)
    assert got.value("first_hand_latency") == pytest.approx(0.8, abs=1e-12)
    assert got.value("think_time") == pytest.approx(0.8 + 0.8, abs=1e-9)
    assert got.value("ink_time") == pytest.approx(1.2 + 12 * 0.02 + 0.06 + 0.09, abs=1e-9)
    assert got.value("total_time") == pytest.approx(got.value("ink_time") + got.value("air_time"), abs=1e-12)
    assert got.value("path_length") == pytest.approx(0.05 * 2 * pi + 12 * 0.004 + 0.024 + 0.036, rel=1e-3)
    assert got.status == "ok"


def test_hands_that_point_elsewhere():
    got = measure_task(drawn(hour=0, minute=300))
    assert got.value("hour_hand_error") == pytest.approx(25, abs=1e-9)
    assert got.value("minute_hand_error") == pytest.approx(120, abs=1e-9)
    other = measure_task(drawn(hour=0, minute=300), {"hour": 12, "minute": 50})
    assert other.value("hour_hand_error") == pytest.approx(25, abs=1e-9)
    assert other.value("minute_hand_error") == pytest.approx(0, abs=1e-9)
    turned = measure_task(drawn(), {"y_axis": "up"})
    assert turned.value("minute_hand_error") == pytest.approx(60, abs=1e-9)


def test_a_hand_with_a_tail_points_with_its_far_end():
    rows = drawn()[:150]  # the face and some numerals
    tail = [
        pen(rows[-1].onset_ms + 100 + 10 * k, *polar(270, r), condition="hand", expected="hour") for k, r in enumerate(range(-12, 26, 2))
    ]
    assert measure_task([*rows, *tail], {"hour": 9, "minute": 0}).value("hour_hand_error") == pytest.approx(0, abs=1e-9)


def test_a_thirteenth_numeral_counts_for_nothing():
    assert measure_task(drawn(numerals=range(1, 14))).counts["numerals"] == 12


def test_what_was_not_drawn_is_said():
    got = measure_task(drawn(start=False, numerals=(3, 6, 9)))
    assert (got.measures["think_time"].status, got.measures["think_time"].reason) == ("undefined", "start_not_recorded")
    assert (got.measures["numeral_error"].status, got.measures["numeral_error"].n) == ("insufficient_data", 3)
    plain = [pen(10.0 * k, k, k * k) for k in range(12)]
    got = measure_task(plain)
    assert {got.measures[name].reason for name in ("roundness", "closure_gap", "first_hand_latency")} == {"not_recorded"}
    assert got.status == "ok"
    flat = measure_task([pen(10.0 * k, k, 0, condition="contour") for k in range(12)])
    assert (flat.measures["roundness"].reason, flat.measures["first_hand_latency"].reason) == ("no_face", "not_recorded")
    first = measure_task([pen(10.0 * k, k, 0, condition="hand", expected="hour") for k in range(12)])
    assert first.measures["first_hand_latency"].reason == "not_recorded"
    assert measure_task([pen(10.0 * k, k, 0, 0.0) for k in range(12)]).status == "insufficient_data"


def test_runs_that_are_refused():
    with pytest.raises(SignalError) as caught:
        measure_task([pen(10, 0, 0), pen(10, 1, 0)])
    assert caught.value.code == "E_TASK_CLOCK"
    with pytest.raises(SignalError):
        measure_task([pen(10, 0, 0), row("clock_drawing", 1, 20.0)])
    for bad in ({"hour": 0}, {"hour": 13}, {"minute": 60}, {"pause": -1}, {"y_axis": "left"}):
        with pytest.raises(ParamsError):
            measure_task([pen(10, 0, 0)], bad)
