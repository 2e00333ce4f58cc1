"""Matching against brute force, intervals against their definition, calibration and rates against counting."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agetech.evaluate import bootstrap_by_person, calibration_error, evaluate_detection, match_events, reliability, wilson

times = st.lists(st.integers(0, 12), max_size=4)


def brute(truth, found, window):
    """Give size and total time of the best matching, by trying all of them."""
    for size in range(min(len(truth), len(found)), 0, -1):
        totals = [
            sum(abs(truth[i] - found[j]) for i, j in zip(left, right, strict=True))
            for left in combinations(range(len(truth)), size)
            for right in permutations(range(len(found)), size)
            if all(abs(truth[i] - found[j]) <= window for i, j in zip(left, right, strict=True))
        ]
        if totals:
            return size, min(totals)
    return 0, 0


@given(truth=times, found=times, window=st.integers(0, 5))
def test_matching_is_the_best_of_all(truth, found, window):
    match = match_events(truth, found, window)
    total = sum(abs(truth[i] - found[j]) for i, j in match.pairs)
    assert (len(match.pairs), total) == brute(truth, found, window)
    assert sorted([i for i, _ in match.pairs] + list(match.missed)) == list(range(len(truth)))
    assert sorted([j for _, j in match.pairs] + list(match.false)) == list(range(len(found)))


def test_more_pairs_before_less_time():
    assert match_events([0.0, 1.0], [0.9, 1.9], 1.0).pairs == ((0, 0), (1, 1))


def test_many_events_are_matched_in_runs():
    truth = np.arange(2000) * 10.0
    match = match_events(truth, truth + 0.5, 1.0)
    assert match.pairs == tuple((k, k) for k in range(2000))


def test_wilson_by_its_equation():
    for hits, trials in ((0, 10), (3, 10), (10, 10), (521, 525)):
        low, high = wilson(hits, trials)
        for end in (low, high):  # both ends solve (share - p)^2 = z^2 p (1 - p) / n
            assert (hits / trials - end) ** 2 == pytest.approx(1.959963984540054**2 * end * (1 - end) / trials, abs=1e-12)
        assert 0.0 <= low <= hits / trials <= high <= 1.0
    assert np.isnan(wilson(0, 0)).all()


def test_bootstrap_draws_whole_persons():
    persons = np.repeat(["a", "b", "c", "d"], 25)
    hits = np.repeat([1.0, 1.0, 1.0, 0.0], 25)
    low, high = bootstrap_by_person(persons, lambda k: float(hits[k].mean()))
    assert (low, high) == (0.25, 1.0)
    assert high - low > np.diff(wilson(75, 100))[0]  # a person's trials are not independent
    assert bootstrap_by_person(persons, lambda k: float(hits[k].mean())) == (low, high)
    assert np.isnan(bootstrap_by_person(["a", "a"], lambda k: 1.0)).all()
    assert np.isnan(bootstrap_by_person(["a", "b"], lambda k: float("nan"))).all()


def test_calibration_by_hand():
    p = np.array([0.1, 0.1, 0.9, 0.9])
    assert calibration_error(p, [0, 0, 1, 1], bins=2) == pytest.approx(0.1)
    assert calibration_error(p, [0, 1, 1, 1], bins=2) == pytest.approx((0.4 + 0.1) / 2)
    assert [one.n for one in reliability(np.linspace(0, 1, 25), np.zeros(25))] == [3, 3, 3, 3, 3, 2, 2, 2, 2, 2]
    assert np.isnan(calibration_error([], []))
    with pytest.raises(ValueError, match="as many"):
        calibration_error([0.5], [1, 0])


def test_true_probabilities_are_calibrated():
    p = np.random.default_rng(1).random(20000)
    happened = np.random.default_rng(2).random(20000) < p
    assert calibration_error(p, happened) < 0.015
    assert calibration_error(p**3, happened) > 0.1


def test_detection_counts():
    found = evaluate_detection([1, 1, 0, 0, 0], [1, 0, 0, 2, 0], [1, 1, 0.5, 0.25, 0.25], ["a", "b", "a", "b", "b"])
    assert found.sensitivity.value == 0.5
    assert found.specificity.value == pytest.approx(2 / 3)
    assert found.alarms_per_hour.value == 2.0
    assert (found.sensitivity.n, found.specificity.n, found.specificity.persons) == (2, 3, 2)
    assert found.sensitivity.interval == (0.0, 1.0)
    assert np.isnan(evaluate_detection([1], [1], [1.0], ["a"]).specificity.value)
