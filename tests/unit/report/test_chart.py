"""Charts: ticks are round and in range, paths stay inside the plot, gaps stay empty."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agetech.report.chart import (
    APART,
    COLUMNS,
    LEVELS,
    ChartMark,
    envelope_path,
    gaps_of,
    limits,
    line_path,
    overview,
    percent,
    points_path,
    spread,
    time_ticks,
    value_ticks,
)

NUMBER = re.compile(r"-?\d+\.\d|-?\d+")


def spots(path):
    numbers = [float(number) for number in NUMBER.findall(path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_value_ticks_are_round_and_around_the_range(low, width):
    bottom, top, ticks = value_ticks(low, low + width)
    slack = (top - bottom) * 1e-6
    assert bottom <= low + slack
    assert top >= low + width - slack
    assert 2 <= len(ticks) <= 9
    assert ticks[0][0] == pytest.approx(100.0)
    assert ticks[-1][0] == pytest.approx(0.0)
    steps = np.diff([float(text) for _, text, _ in ticks])
    assert np.allclose(steps, steps[0], rtol=1e-6)
    assert len({text for _, text, _ in ticks}) == len(ticks)


def test_value_ticks_of_nothing_and_of_a_constant():
    assert value_ticks(math.nan, math.nan)[:2] == (0.0, 1.0)
    bottom, top, _ = value_ticks(5.0, 5.0)
    assert bottom < 5.0 < top


@given(st.floats(0.0, 1e5), st.floats(0.5, 1e6))
def test_time_ticks_are_few_and_inside(start, span):
    ticks = time_ticks(start, start + span)
    assert len(ticks) <= 9
    assert all(-1e-6 <= at <= 100.0 + 1e-6 for at, _, _ in ticks)
    assert [minor for _, _, minor in ticks] == [place % 2 == 1 for place in range(len(ticks))]


def test_time_ticks_of_an_hour():
    assert [text for _, text, _ in time_ticks(0.0, 3600.0)] == [f"0:{m:02d}:00" for m in range(0, 60, 10)] + ["1:00:00"]
    assert time_ticks(3.0, 3.0) == ()


@given(st.lists(st.floats(-50, 50) | st.just(math.nan), min_size=1, max_size=80))
def test_paths_stay_in_the_plot(values):
    track = np.array(values)
    bottom, top, _ = value_ticks(*limits([track]))
    for path in (line_path(track, bottom, top), envelope_path(track, bottom, top)):
        assert all(-0.1 <= x <= 1000.1 and -1.0 <= y <= 301.0 for x, y in spots(path))
        assert (path == "") == bool(np.isnan(track).all())
    runs = np.count_nonzero(np.diff(np.concatenate(([0], np.isfinite(track).astype(int)))) == 1)
    assert line_path(track, bottom, top).count("M") == runs


def test_an_envelope_keeps_the_largest_value_of_a_long_signal():
    track = np.zeros(200_000)
    track[123_456] = 80.0
    spots_ = spots(envelope_path(track, 0.0, 100.0))
    assert len(spots_) == 4 * COLUMNS
    highest = min(y for _, y in spots_)
    assert highest == pytest.approx(60.0)
    assert {round(x / 2) for x, y in spots_ if y == highest} <= {308, 309}


def test_a_line_goes_through_its_points():
    assert spots(line_path(np.array([0.0, 1.0, 0.5]), 0.0, 1.0)) == [(0.0, 300.0), (500.0, 0.0), (1000.0, 150.0)]


def test_gaps_are_stated_and_short_ones_left_out():
    track = np.zeros(1000)
    track[100:200] = np.nan
    track[500] = np.nan
    assert gaps_of(track) == ((10.0, 10.0),)


def test_an_overview_of_nothing_is_drawn():
    chart = overview(np.full(10, np.nan), 50.0, title="t", alt="a", label="l", y_label="u")
    assert chart.lines[0].path == ""
    assert chart.gaps == ((0.0, 100.0),)


def test_percent_stays_inside():
    assert [percent(x, 10, 20) for x in (5, 10, 15, 20, 99)] == [0.0, 0.0, 50.0, 100.0, 100.0]


@given(st.lists(st.floats(0.0, 100.0), max_size=12))
def test_flags_do_not_touch_while_there_are_levels(places):
    made = spread(ChartMark(left, "A", "a") for left in places)
    assert [mark.left for mark in made] == places
    assert all(0 <= mark.level < LEVELS for mark in made)
    ordered = sorted(made, key=lambda mark: mark.left)
    for before, after in pairwise(ordered):
        crowd = [mark for mark in ordered if abs(mark.left - after.left) < APART]
        assert before.level != after.level or after.left - before.left >= APART or len(crowd) > LEVELS


def test_points_lie_where_they_were_measured():
    path = points_path(np.array([0.0, 50.0, 75.0, 100.0]), np.array([0.0, 1.0, math.nan, 0.5]), 0.0, 1.0)
    assert path == "M-0.5 300.0L0.5 300.0L500.0 0.0M999.5 150.0L1000.5 150.0"
