"""The resampler against the integral of the interpolant, at rates above and below, with gaps."""

from fractions import Fraction

import numpy as np
import pytest

from agetech.core.declare import pack, state_dtype
from agetech.core.kernel import kernel
from agetech.dsp import resample
from agetech.dsp.resample import NONE, RESAMPLED, WHOLE, fresh, give, grid, ratio, sound, take

STATE = state_dtype(RESAMPLED(2))


def _drive(plan, state, x, out):
    p, s, n = plan[0], state[0], 0
    for i in range(x.shape[0]):
        take(p, s, x, i)
        made = give(p, s)
        while made != NONE:
            out[n, 0] = float(s.row - 1)
            for c in range(2):
                out[n, 1 + c] = s.box[c] if made == WHOLE else np.nan
            n += 1
            made = give(p, s)
    return n


drive = kernel(_drive)


def started(fs, rate, bridge=0.3):
    plan = grid(fs, rate, bridge)
    state = np.zeros(1, STATE)
    fresh(state[0], plan)
    return plan, state


def resampled(x, fs, rate, bridge=0.3):
    plan, state = started(fs, rate, bridge)
    out = np.zeros((int(len(x) * rate / fs) + 10, 3))
    n = drive(pack(plan), state, x, out)
    assert sound(state[0], plan.rows, plan.boxes)
    return out[:n, 0], out[:n, 1:]


def by_integral(x, fs, rate):
    """Give box means by summing the interpolant on a fine grid that holds all its corners."""
    rows, boxes = ratio(fs, rate)
    count = (len(x) - 1) * boxes // rows
    corners = np.unique(np.concatenate([np.arange(len(x)), np.arange(count + 1) * rows / boxes]))
    made = np.zeros((count, 2))
    for c in range(2):
        y = np.interp(corners, np.arange(len(x)), x[:, c])
        area = np.concatenate([[0.0], np.cumsum(np.diff(corners) * (y[1:] + y[:-1]) / 2)])
        at = np.interp(np.arange(count + 1) * rows / boxes, corners, area)
        made[:, c] = np.diff(at) * boxes / rows
    return made


@pytest.mark.parametrize("fs", [20.0, 25.0, 49.6, 50.0, 64.0, 100.0, 128.0, 200.0, 400.0])
def test_boxes_are_means_of_the_interpolant(fs):
    x = np.random.default_rng(1).normal(size=(600, 2))
    _, found = resampled(x, fs, 50.0)
    np.testing.assert_allclose(found, by_integral(x, fs, 50.0), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("fs", "rows", "boxes"), [(200.0, 4, 1), (20.0, 2, 5), (64.0, 32, 25), (49.6, 124, 125)])
def test_ratio(fs, rows, boxes):
    assert ratio(fs, 50.0) == (rows, boxes)
    assert Fraction(rows, boxes) == Fraction(str(fs)) / 50


def test_a_constant_stays_constant_and_a_line_a_line():
    line = np.column_stack([np.full(300, 3.0), np.arange(300) / 64.0])
    _, found = resampled(line, 64.0, 50.0)
    np.testing.assert_allclose(found[:, 0], 3.0, rtol=1e-12)
    np.testing.assert_allclose(found[:, 1], (np.arange(len(found)) + 0.5) / 50.0, rtol=1e-9, atol=1e-12)


def test_short_gaps_are_bridged_and_long_ones_are_missing():
    x = np.column_stack([np.arange(400.0), np.zeros(400)])
    x[100:114] = np.nan  # 15 rows from one finite one to the next: 0.3 s at 50 Hz
    x[200:215] = np.inf  # 16 rows
    when, found = resampled(x, 50.0, 50.0)
    assert np.isfinite(found[99:116]).all()
    np.testing.assert_allclose(found[99:115, 0], np.arange(99, 115) + 0.5, rtol=1e-9)
    lost = np.flatnonzero(np.isnan(found[:, 0]))
    assert lost.tolist() == list(range(199, 215))
    assert when[199] == 215  # given as soon as the gap is known to be too long
    assert (np.diff(when) >= 0).all()


def test_a_gap_first_does_not_shift_the_grid():
    x = np.random.default_rng(2).normal(size=(200, 2))
    shifted = np.concatenate([np.full((4, 2), np.nan), x])
    _, found = resampled(x, 200.0, 50.0)
    _, later = resampled(shifted, 200.0, 50.0)
    assert np.isnan(later[0]).all()
    assert later[1:].tobytes() == found.tobytes()


@pytest.mark.parametrize("cell", ["row", "part", "open", "last", "edge"])
def test_forged_states_are_unsound(cell):
    plan, state = started(64.0, 50.0)
    state[cell] = -7
    assert not sound(state[0], plan.rows, plan.boxes)


def test_the_choices_have_different_numbers():
    assert len({resample.NONE, resample.WHOLE, resample.MISSING}) == 3
