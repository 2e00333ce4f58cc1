"""EC57 pairing: counts of hand-made cases."""

import numpy as np
import pytest

from agetech.errors import ParamsError
from agetech.evaluate.beats import match_beats, score_beats


def test_pairs_are_one_to_one_and_nearest() -> None:
    assert match_beats([100, 200], [98, 103, 200], 50).tolist() == [[0, 0], [1, 2]]
    assert match_beats([100, 200], [60, 100, 251], 50).tolist() == [[0, 1]]
    assert match_beats([100, 130], [129], 50).tolist() == [[1, 0]]
    assert match_beats([100, 130], [129, 160], 50).tolist() in ([[0, 0], [1, 1]], [[1, 0]])
    assert match_beats([], [5], 50).shape == (0, 2)


def test_learning_period_and_flutter_do_not_count() -> None:
    truth = np.array([100, 1100, 2100, 3100, 4100])
    found = np.array([110, 1110, 2600, 3110, 4110, 4500])
    score = score_beats(truth, found, 1000.0, skip=1.0, excluded=[(1900, 2700)])
    assert (score.true, score.missed, score.false) == (3, 0, 1)
    assert score.sensitivity == 1.0
    assert score.predictivity == 0.75
    np.testing.assert_allclose(score.errors, 0.01)
    assert score.jitter == 0.0
    both = score + score
    assert (both.true, both.false, both.errors.size) == (6, 2, 6)
    assert both.f1 == pytest.approx(12 / 14)


@pytest.mark.parametrize("bad", [[3, 2], [1.5, 2.5], [[1, 2]]])
def test_wrong_lists_are_refused(bad: list) -> None:
    with pytest.raises(ParamsError):
        match_beats(bad, [1], 10)


def test_a_wrong_rate_is_refused() -> None:
    with pytest.raises(ParamsError):
        score_beats([1], [1], 0.0)
