"""Rhythm screening: the kernel against its naive twin, and what must and must not look irregular."""

import numpy as np
import pytest

from agetech.signals.cardiac import burden, episodes, screen_rhythm
from agetech.signals.cardiac.rhythm import FEATURES
from agetech.signals.cardiac.tables import table
from agetech.simulate.ecg import intervals
from tests.oracle.cardiac_rhythm import screen


def series(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rr = np.concatenate([intervals(60.0, seed=seed), intervals(60.0, seed=seed, irregular=True)])
    rr[rng.integers(0, len(rr), 3)] = np.nan
    return rr


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("side", [16, 30])
def test_the_kernel_is_its_twin(seed: int, side: int) -> None:
    rr = series(seed)
    trained = table("rhythm")
    rows = screen_rhythm(rr, side=side)
    twin = screen(rr, [trained["weights"][name] for name in FEATURES], trained["bias"], side=side)
    np.testing.assert_allclose(rows["probability"], [one[0] for one in twin], rtol=1e-9, equal_nan=True)
    assert rows["irregular"].tolist() == [one[1] for one in twin]
    assert rows["used"].tolist() == [one[2] for one in twin]


def test_sinus_is_regular_and_fibrillation_is_not() -> None:
    assert screen_rhythm(intervals(600.0, seed=3))["irregular"].mean() < 0.005
    assert screen_rhythm(intervals(600.0, seed=3, irregular=True))["irregular"].mean() > 0.97


def test_early_beats_in_sinus_are_no_irregular_rhythm() -> None:
    rr = intervals(600.0, seed=5)
    for k in range(10, len(rr) - 1, 12):
        both, rr[k] = rr[k] + rr[k + 1], 0.6 * rr[k]
        rr[k + 1] = both - rr[k]
    assert screen_rhythm(rr)["irregular"].mean() < 0.02


def test_episodes_and_burden() -> None:
    rr = np.concatenate([intervals(300.0, seed=1), intervals(300.0, seed=1, irregular=True), intervals(300.0, seed=2)])
    rows = screen_rhythm(rr)
    found = episodes(rows)
    assert len(found) == 1
    assert 240.0 < found[0]["duration"] < 340.0
    assert 26.0 < burden(rows) < 40.0


def test_one_row_a_beat_whatever_comes() -> None:
    for rr in (np.zeros(0), np.ones(1), np.full(40, np.nan), np.full(40, 1e300), np.zeros(40)):
        rows = screen_rhythm(rr)
        assert len(rows) == len(rr)
        assert not rows["irregular"].any()
    assert np.isnan(burden(screen_rhythm(np.full(10, np.nan))))
