"""Learning curves: exact curves come back, noise is told from change, and a plateau not seen is not given."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from scipy.optimize import curve_fit
from scipy.stats import t as student

from agetech.errors import ParamsError
from agetech.scoring.training import learning_curve


def power(x, a, b, c):
    return a + b * np.asarray(x, dtype=float) ** -c


def exponential(x, a, b, c):
    return a + b * np.exp(-c * (np.asarray(x, dtype=float) - 1))


def noisy(shape, n, seed, sd=0.15):
    return (shape(np.arange(1, n + 1)) + np.random.default_rng(seed).normal(0, sd, n)).tolist()


@pytest.mark.parametrize(("kind", "shape"), [("power", power), ("exponential", exponential)])
def test_an_exact_curve_comes_back(kind, shape):
    found = learning_curve(shape(range(1, 13), 5.0, 4.0, 0.7).tolist())
    assert found.kind == kind
    assert (found.plateau, found.gain, found.rate) == pytest.approx((5.0, 4.0, 0.7), abs=1e-6)
    assert found.n == 12
    assert found.residual < 1e-6
    assert found.at(3) == pytest.approx(float(shape(3, 5.0, 4.0, 0.7)), abs=1e-6)
    assert min(found.aicc, key=found.aicc.get) == kind


def test_rising_scores_have_a_negative_gain():
    found = learning_curve(exponential(range(1, 11), 20.0, -8.0, 0.5).tolist())
    assert (found.plateau, found.gain) == pytest.approx((20.0, -8.0), abs=1e-6)


@pytest.mark.parametrize(("kind", "shape"), [("power", power), ("exponential", exponential)])
@pytest.mark.parametrize("seed", range(5))
def test_least_squares_are_those_of_scipy(kind, shape, seed):
    y = noisy(lambda x: shape(x, 5.0, 4.0, 0.6), 15, seed)
    x = np.arange(1, 16)
    fitted, _ = curve_fit(shape, x, y, p0=(5, 4, 0.6), maxfev=20_000)
    least = float(((shape(x, *fitted) - y) ** 2).sum())
    found = learning_curve(y)
    wanted = 15 * math.log(least / 15) + 8 + 40 / 10
    assert found.aicc[kind] == pytest.approx(wanted, abs=1e-5)


def test_the_plateau_s_interval_is_where_the_error_passes_its_limit():
    y = noisy(lambda x: exponential(x, 5.0, 4.0, 0.5), 14, 2)
    found = learning_curve(y)
    assert found.kind == "exponential"
    assert found.low < found.plateau < found.high
    x = np.arange(1, 15)
    least = found.residual**2 * 11
    most = least * (1 + student.ppf(0.975, 11) ** 2 / 11)
    for edge in (found.low, found.high):
        fitted, _ = curve_fit(lambda v, b, c, edge=edge: exponential(v, edge, b, c), x, y, p0=(4, 0.5))
        assert float(((exponential(x, edge, *fitted) - y) ** 2).sum()) == pytest.approx(most, rel=1e-6)


def test_no_change_is_a_constant_with_its_t_interval():
    y = [5.0 + d for d in (0.1, -0.1, 0.05, -0.05, 0.1, -0.1, 0.02, -0.02)]
    found = learning_curve(y)
    assert (found.kind, found.gain, found.rate, found.reached) == ("constant", 0.0, 0.0, None)
    assert found.plateau == pytest.approx(5.0)
    half = student.ppf(0.975, 7) * np.std(y, ddof=1) / math.sqrt(8)
    assert (found.low, found.high) == pytest.approx((5 - half, 5 + half), abs=1e-9)
    assert found.residual == pytest.approx(np.std(y, ddof=1))
    assert found.at(40) == found.plateau == found.asymptote
    assert learning_curve([3.0] * 6).kind == "constant"


def test_a_plateau_out_of_sight_is_not_bounded():
    random = Random(1)
    found = learning_curve([10 - 0.5 * x + random.gauss(0, 0.1) for x in range(8)])  # still falling straight
    assert found.kind != "constant"
    assert (found.low, found.high, found.plateau, found.reached) == (None, None, None, None)


def test_a_plateau_bounded_on_one_side_is_not_given():
    found = learning_curve(noisy(lambda x: exponential(x, 0.0, 10.0, 0.12), 8, 4, 0.25))
    assert found.low is None
    assert found.high is not None
    assert found.plateau is None
    assert found.asymptote < found.high


def test_when_it_was_reached():
    found = learning_curve(exponential(range(1, 13), 5.0, 4.0, 0.7).tolist())
    assert found.reached == pytest.approx(1 - math.log(0.05) / 0.7, abs=1e-6)
    assert abs(found.at(found.reached) - found.plateau) == pytest.approx(0.05 * abs(found.gain), rel=1e-6)
    late = learning_curve(power(range(1, 13), 5.0, 4.0, 0.7).tolist())
    assert late.reached is None  # session 72
    soon = learning_curve(power(range(1, 13), 5.0, 4.0, 2.0).tolist())
    assert soon.reached == pytest.approx(math.sqrt(20), abs=1e-6)


def test_sessions_may_lack():
    numbers = [1, 2, 4, 5, 9, 10, 12, 20]
    found = learning_curve(power(numbers, 5.0, 4.0, 0.7).tolist(), numbers)
    assert (found.plateau, found.rate, found.n) == (pytest.approx(5.0, abs=1e-6), pytest.approx(0.7, abs=1e-6), 8)


@pytest.mark.parametrize(("scale", "shift"), [(10.0, 0.0), (0.01, 0.0), (1.0, 500.0), (-3.0, 7.0)])
def test_scale_and_shift(scale, shift):
    y = noisy(lambda x: exponential(x, 5.0, 4.0, 0.5), 14, 3)
    one, other = learning_curve(y), learning_curve([scale * v + shift for v in y])
    assert other.kind == one.kind
    assert other.rate == pytest.approx(one.rate, rel=1e-5)
    assert other.plateau == pytest.approx(scale * one.plateau + shift, rel=1e-6)
    edges = sorted(scale * v + shift for v in (one.low, one.high))
    assert [other.low, other.high] == pytest.approx(edges, rel=1e-5)


@pytest.mark.parametrize(
    ("values", "sessions", "code", "field"),
    [
        ([1, 2, 3, 4, 5], None, "E_TRAINING_FEW", "values"),
        ([], None, "E_TRAINING_FEW", "values"),
        ([1, 2, 3, 4, 5, math.nan], None, "E_TRAINING", "values"),
        ([1, 2, 3, 4, 5, None], None, "E_TRAINING", "values"),
        ([1, 2, 3, 4, 5, True], None, "E_TRAINING", "values"),
        ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5], "E_TRAINING", "sessions"),
        ([1, 2, 3, 4, 5, 6], [0, 1, 2, 3, 4, 5], "E_TRAINING", "sessions"),
        ([1, 2, 3, 4, 5, 6], [1, 2, 3, 3, 4, 5], "E_TRAINING", "sessions"),
        ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, math.inf], "E_TRAINING", "sessions"),
    ],
)
def test_what_gives_no_curve(values, sessions, code, field):
    with pytest.raises(ParamsError) as caught:
        learning_curve(values, sessions)
    assert (caught.value.code, caught.value.path) == (code, f"scoring.training: {field}")
