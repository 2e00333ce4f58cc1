"""The psychometric function: where its threshold lies, its ends, and what cannot be one."""

from __future__ import annotations

import math

import pytest

from agetech.errors import ParamsError
from agetech.scoring.training import Psychometric


@pytest.mark.parametrize(("shape", "rise"), [("logistic", 0.5), ("normal", 0.5), ("weibull", 1 - math.exp(-1))])
def test_the_threshold_lies_where_the_text_puts_it(shape, rise):
    function = Psychometric(shape, 2.0, 0.25, 0.05)
    assert function.at(3.0, 3.0) == pytest.approx(0.25 + 0.7 * rise, abs=1e-12)


def test_known_values():
    assert Psychometric("logistic", 2.0).at(5.0, 3.0) == pytest.approx(1 / (1 + math.exp(-1)), abs=1e-15)
    assert Psychometric("normal", 2.0).at(5.92, 2.0) == pytest.approx(0.9750021, abs=1e-7)
    assert Psychometric("weibull", 3.5, 0.5, 0.005).at(20.0, 0.0) == pytest.approx(0.995, abs=1e-12)
    assert Psychometric("weibull", 20.0).at(1.0, 0.0) == pytest.approx(1 - math.exp(-10), abs=1e-12)


@pytest.mark.parametrize("shape", ["logistic", "normal", "weibull"])
def test_ends_are_guess_and_lapse_without_overflow(shape):
    function = Psychometric(shape, 0.5, 0.2, 0.1)
    assert function.at(-1e9, 0.0) == pytest.approx(0.2, abs=1e-12)
    assert function.at(1e9, 0.0) == pytest.approx(0.9, abs=1e-12)


@pytest.mark.parametrize("shape", ["logistic", "normal", "weibull"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.75, 0.89])
def test_the_level_of_a_share_gives_that_share(shape, share):
    function = Psychometric(shape, 1.5, 0.2, 0.1)
    assert function.at(function.level(share, 4.0), 4.0) == pytest.approx(share, abs=1e-10)


@pytest.mark.parametrize("share", [0.2, 0.1, 0.9, 0.95, math.nan, True])
def test_a_share_that_is_never_reached_is_refused(share):
    with pytest.raises(ParamsError) as caught:
        Psychometric("logistic", 1.0, 0.2, 0.1).level(share, 0.0)
    assert caught.value.code == "E_TRAINING"
    assert caught.value.path == "scoring.training: share"


@pytest.mark.parametrize(
    ("settings", "field", "expected"),
    [
        ({"shape": "linear"}, "shape", "logistic, normal, weibull"),
        ({"slope": 0.0}, "slope", "above 0"),
        ({"slope": -1.0}, "slope", "above 0"),
        ({"slope": math.inf}, "slope", "a finite number"),
        ({"slope": "1"}, "slope", "a finite number"),
        ({"guess": -0.01}, "guess", "from 0 to below 1"),
        ({"guess": 1.0}, "guess", "from 0 to below 1"),
        ({"guess": True}, "guess", "a finite number"),
        ({"lapse": 1}, "lapse", "from 0 to below 1"),
        ({"guess": 0.6, "lapse": 0.4}, "guess + lapse", "below 1"),
    ],
)
def test_settings_that_cannot_be(settings, field, expected):
    with pytest.raises(ParamsError) as caught:
        Psychometric(**settings)
    assert (caught.value.code, caught.value.path, caught.value.expected) == ("E_TRAINING", f"scoring.training: {field}", expected)
