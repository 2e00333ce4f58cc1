"""Reliable change, regression norms and composites by hand; runs that cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan, sqrt

import pytest

from agetech.errors import ParamsError
from agetech.scoring import score
from agetech.scoring.change import Reliability, change
from agetech.scoring.tasks import RegressionNorm, change_of, composite, measure_task, regression_norm, reliable_change
from tests.unit.scoring.tasks.made import run

STUDY = Reliability(0.84, 5.0, "a stated study", 1.0)  # error 5 sqrt 2 0.4
NORM = RegressionNorm(50, {"age": -0.5, "education": 2}, 4, 120, "made up", 2026, "a stated study")


def test_change_by_hand():
    got = reliable_change(20, 30, STUDY)
    assert (got.sem, got.s_diff) == pytest.approx((2.0, 2 * sqrt(2)), abs=1e-12)
    assert got.rci == pytest.approx(9 / (2 * sqrt(2)), abs=1e-12)
    assert (got.change, got.source) == ("reliable_increase", "a stated study")
    assert reliable_change(30, 20, STUDY).change == "reliable_decrease"
    assert reliable_change(20, 21, STUDY) == (got.sem, got.s_diff, 0.0, "no_reliable_change", "a stated study")
    half = 1.959963984540054 * got.s_diff
    assert reliable_change(0, 1 + half * 1.000001, STUDY).change == "reliable_increase"
    assert reliable_change(0, 1 + half * 0.999999, STUDY).change == "no_reliable_change"


def test_the_same_index_as_for_scores():
    before, after = (score("phq9", dict.fromkeys([f"q{k}" for k in range(1, 10)], v)) for v in (0, 1))
    assert reliable_change(0, 9, STUDY).rci == change(before, after, STUDY).index


@pytest.mark.parametrize("bad", [nan, inf, None, "3", True])
def test_numbers_that_are_none(bad):
    with pytest.raises(ParamsError):
        reliable_change(bad, 3, STUDY)
    with pytest.raises(ParamsError):
        reliable_change(3, bad, STUDY)


def measured(add=0, **more):
    return measure_task(run("reaction_time", [300 + add + k for k in range(10)], **more))


def test_change_between_runs():
    got = change_of(measured(), measured(100), "median", Reliability(0.75, 0.1, "study"))
    assert got.rci == pytest.approx(0.1 / (0.1 * sqrt(0.5)), abs=1e-9)


@pytest.mark.parametrize(
    ("field", "value"),
    [("task", "stroop"), ("version", "2.0.0"), ("content_hash", "x"), ("settings", {}), ("device", "other"), ("software", "2")],
)
def test_runs_that_are_not_alike(field, value):
    with pytest.raises(ParamsError) as caught:
        change_of(measured(), replace(measured(), **{field: value}), "median", STUDY)
    assert (caught.value.code, caught.value.path) == ("E_COMPARE", f"scoring.tasks: {field}")


def test_numbers_that_are_none_or_bounds():
    bound = measured()
    bound.measures["median"] = replace(bound.measures["median"], status="censored")
    for before, after, name in ((measured(), measured(), "tau"), (measured(), measured(), "span"), (bound, measured(), "median")):
        with pytest.raises(ParamsError) as caught:
            change_of(before, after, name, STUDY)
        assert caught.value.code == "E_COMPARE"


def test_norm_by_hand():
    got = regression_norm(45, {"age": 70, "education": 12}, NORM)
    assert got.predicted == 39.0
    assert got.z == 1.5
    assert got.percentile == pytest.approx(93.3192798731, abs=1e-9)
    assert got.source == "a stated study"
    slow = regression_norm(45, {"education": 12, "age": 70}, replace(NORM, higher_is_worse=True))
    assert slow.z == -1.5
    assert slow.percentile == pytest.approx(100 - 93.3192798731, abs=1e-9)


def test_norms_that_are_refused():
    for facts in ({"age": 70}, {"age": 70, "education": 12, "sex": 1}, {"age": nan, "education": 12}):
        with pytest.raises(ParamsError):
            regression_norm(45, facts, NORM)
    with pytest.raises(ParamsError) as caught:
        regression_norm(45, {"age": 70}, replace(NORM, coefficients={}))
    assert (caught.value.expected, caught.value.got) == ("no facts", "age")
    assert regression_norm(54, {}, replace(NORM, coefficients={})).z == 1.0
    with pytest.raises(ParamsError):
        regression_norm(nan, {"age": 70, "education": 12}, NORM)
    for bad in (
        {"see": 0},
        {"n": 3},
        {"source": " "},
        {"population": ""},
        {"year": 1899},
        {"coefficients": {"age": nan}},
        {"intercept": inf},
    ):
        with pytest.raises(ParamsError):
            replace(NORM, **bad)


def test_composite_by_hand():
    assert composite([1.0, -1.0, 3.0])[:1] == (1.0,)
    got = composite([1.0, None, 3.0], [1, 5, 3])
    assert (got.mean_z, got.n, got.reason) == (2.5, 2, None)
    assert composite([0.0]).p_below == 50.0
    assert composite([1.0, None], None) == (None, None, 1, "too_few")
    assert composite([1.0, None, None]).reason == "too_few"
    assert composite([1.0, 1.0, None], [0, 0, 1]) == (None, None, 2, "too_few")
    assert composite([1.0, 2.0, None, 3.0, None, 0.0]).mean_z == 1.5


def test_composite_as_a_z_score_again():
    assert composite([1.0, 1.0, 1.0, 1.0], rbar=0.0).mean_z == 2.0
    assert composite([1.0, 1.0, 1.0, 1.0], rbar=1.0).mean_z == 1.0
    assert composite([-1.2, -0.4, 0.3], rbar=0.5).mean_z == pytest.approx(-1.3 / 3 / sqrt(1 / 3 + 2 / 3 * 0.5), abs=1e-15)
    weighted = composite([2.0, 0.5], [3, 1], rbar=0.25).mean_z
    assert weighted == pytest.approx(6.5 / sqrt(9 + 1 + 2 * 3 * 0.25), abs=1e-15)


@pytest.mark.parametrize(
    ("z", "more"),
    [
        ([], {}),
        ([1.0], {"weights": [1, 2]}),
        ([1.0], {"weights": [0]}),
        ([1.0], {"weights": [-1]}),
        ([nan], {}),
        ([101], {}),
        ([1.0, 1.0], {"rbar": 1.1}),
        ([1.0, 1.0], {"rbar": -0.1}),
    ],
)
def test_composites_that_are_refused(z, more):
    with pytest.raises(ParamsError):
        composite(z, **more)
