"""Reaction times: limits, counts and moments by hand; the run from events; the ex-Gaussian against scipy's density."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np
import pytest

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks import ex_gaussian_log_likelihood, fit_ex_gaussian, measure_task, rt_summary
from agetech.scoring.tasks.reaction import mean_of, spread_of, trim
from tests.oracle import scoring_tasks as oracle
from tests.unit.scoring.tasks.made import row, run


def drawn(n, seed, mu=0.4, sigma=0.05, tau=0.15):
    rng = np.random.default_rng(seed)
    return rng.normal(mu, sigma, n) + rng.exponential(tau, n)


def test_both_limits_are_inside():
    assert trim([0.1499, 0.15, 2.0, 2.0001]) == ((0.15, 2.0), 1, 1)


def test_summary_by_hand():
    got = rt_summary([0.2, 0.4, 0.6, 0.1, 3.0])
    assert (got.n, got.n_anticipation, got.n_lapse) == (3, 1, 1)
    assert got.mean == pytest.approx(0.4, abs=1e-15)
    assert got.median == 0.4
    assert got.sd == pytest.approx(0.2, abs=1e-15)
    assert got.cv == pytest.approx(0.5, abs=1e-15)
    assert got.mean_speed == pytest.approx((5 + 2.5 + 5 / 3) / 3, abs=1e-14)
    assert rt_summary([0.5])[3:] == (0.5, 0.5, None, None, 2.0)
    assert rt_summary([0.01, 9.0]) == (0, 1, 1, None, None, None, None, None)
    assert mean_of([1.0, 2.0]) == 1.5


def test_small_statistics():
    assert (mean_of([]), spread_of([1.0]), spread_of([])) == (None, None, None)
    assert spread_of([1.0, 3.0]) == sqrt(2)


@pytest.mark.parametrize("bad", [nan, -0.2, "0.4", None])
def test_times_that_are_none(bad):
    with pytest.raises(SignalError):
        rt_summary([0.4, bad])


@pytest.mark.parametrize("limits", [(0, 2), (0.5, 0.4), (0.15, nan), (0.15, 601), (11, 12)])
def test_limits_that_are_none(limits):
    with pytest.raises(ParamsError):
        trim([0.4], *limits)


def test_a_run_counts_what_it_leaves_out():
    rows = run("reaction_time", [300, 350, 400, None, 100, 2500, 320, 340, 360, 380, 390, 310, 330], expected="go")
    rows.append(row("reaction_time", 14, 45_000, kind="early"))
    rows.append(row("reaction_time", 16, 48_000, 300, response="stop", expected="go"))
    rows.append(row("reaction_time", 17, 51_000, 200, practice=True))
    got = measure_task(rows)
    assert got.counts == {
        "trials": 14,
        "kept": 10,
        "anticipations": 2,
        "lapses": 1,
        "timeouts": 1,
        "errors": 1,
        "lost": 2,
        "practice": 1,
    }
    assert got.value("mean") == pytest.approx(0.348, abs=1e-15)
    assert got.value("median") == pytest.approx(0.345, abs=1e-15)
    assert got.value("accuracy") == 12 / 14
    assert got.measures["accuracy"].n == 14
    assert (got.measures["tau"].status, got.measures["tau"].reason, got.measures["tau"].n) == ("insufficient_data", "too_few", 10)
    assert got.status == "ok"


def test_without_a_right_answer_there_is_no_accuracy():
    got = measure_task(run("reaction_time", [300 + k for k in range(10)]))
    assert (got.measures["accuracy"].status, got.measures["accuracy"].reason) == ("undefined", "not_recorded")
    assert got.measures["mean"].status == "ok"
    assert measure_task(run("reaction_time", [300 + k for k in range(9)])).status == "insufficient_data"


def test_limits_of_a_run_are_settings():
    rows = run("reaction_time", [140] * 5 + [300] * 10 + [900] * 2)
    got = measure_task(rows, {"anticipation": 0.1, "lapse": 0.5})
    assert (got.counts["anticipations"], got.counts["lapses"], got.counts["kept"]) == (0, 2, 15)
    assert got.settings == {"anticipation": 0.1, "lapse": 0.5}


def test_a_long_run_has_a_shape():
    times = (drawn(200, 3) * 1000).tolist()
    got = measure_task(run("reaction_time", times))
    wanted = fit_ex_gaussian(
        [t for t in (round((3000.0 * k + ms) - 3000.0 * k, 9) / 1000 for k, ms in enumerate(times, 1)) if 0.15 <= t <= 2]
    )
    for name in ("mu", "sigma", "tau"):
        assert got.value(name) == pytest.approx(getattr(wanted, name), abs=1e-7)


@pytest.mark.parametrize(("mu", "sigma", "tau"), [(0.4, 0.05, 0.15), (0.3, 0.1, 0.02), (0.5, 0.002, 0.3), (0.2, 0.05, 0.0005)])
def test_likelihood_against_scipy(mu, sigma, tau):
    x = drawn(300, 1)
    assert ex_gaussian_log_likelihood(x, mu, sigma, tau) == pytest.approx(oracle.ex_gaussian_log_likelihood(x, mu, sigma, tau), rel=1e-9)


def test_likelihood_far_from_the_data_stays_finite():
    assert ex_gaussian_log_likelihood([100.0], 0.4, 0.05, 0.15) == pytest.approx(-np.log(0.15) + 0.5 / 9 - 99.6 / 0.15, rel=1e-12)
    assert ex_gaussian_log_likelihood([0.0], 0.4, 0.001, 0.0001) == pytest.approx(oracle.log_density(0.0, 0.4, 0.001, 0.0001), rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_fit_of_a_large_sample_is_near_the_truth(seed):
    got = fit_ex_gaussian(drawn(20_000, seed))
    assert abs(got.mu - 0.4) < 0.005
    assert abs(got.sigma - 0.05) < 0.004
    assert abs(got.tau - 0.15) < 0.006


@pytest.mark.parametrize("seed", range(4))
def test_fit_against_a_search_over_scipys_likelihood(seed):
    x = drawn(400, seed, 0.5, 0.06, 0.12)
    got, wanted = fit_ex_gaussian(x), oracle.ex_gaussian_fit(x)
    assert (got.mu, got.sigma, got.tau) == pytest.approx(wanted[:3], abs=2e-5)
    assert got.log_likelihood >= wanted[3] - 1e-7
    assert got.log_likelihood == pytest.approx(oracle.ex_gaussian_log_likelihood(x, *got[:3]), rel=1e-10)


def test_fit_does_not_know_order_or_unit():
    x = drawn(500, 9)
    got = fit_ex_gaussian(x)
    assert fit_ex_gaussian(x[::-1]) == got
    thousand = fit_ex_gaussian(x * 1024)
    assert (thousand.mu, thousand.sigma, thousand.tau) == pytest.approx([1024 * v for v in got[:3]], rel=1e-6)
    moved = fit_ex_gaussian(x + 1)
    assert (moved.mu - 1, moved.sigma, moved.tau) == pytest.approx(got[:3], rel=1e-5)


def test_five_values_are_fitted_and_a_search_that_gave_up_is_told(monkeypatch):
    assert fit_ex_gaussian([0.3, 0.4, 0.45, 0.5, 0.9]).reason != "too_few"
    import scipy.optimize

    plain = scipy.optimize.minimize

    def gives_up(*args, **more):
        return plain(*args, **{**more, "options": {"maxiter": 1}})

    monkeypatch.setattr(scipy.optimize, "minimize", gives_up)
    got = fit_ex_gaussian(drawn(300, 3))
    assert (got.mu, got.reason, got.n) == (None, "not_converged", 300)


def test_fits_that_are_refused():
    assert fit_ex_gaussian([0.3, 0.4, 0.5, 0.6]).reason == "too_few"
    assert fit_ex_gaussian([0.4] * 60) == (None, None, None, None, 60, "no_spread")
    assert fit_ex_gaussian(1 - drawn(2000, 2, 0.2, 0.02, 0.05)).reason == "fit_at_edge"  # a tail to the left
    got = fit_ex_gaussian(0.2 + np.random.default_rng(5).exponential(0.2, 2000))
    assert got.reason == "fit_at_edge"  # nothing normal about it
    with pytest.raises(SignalError):
        fit_ex_gaussian([0.4] * 60 + [nan])
