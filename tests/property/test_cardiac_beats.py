"""Beats do not depend on gain, offset or sign: hypothesis draws them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agetech.signals.cardiac import detect_beats, screen_rhythm
from agetech.simulate.ecg import intervals, simulate_ecg

MADE = simulate_ecg(20.0, 200.0, seed=9, ectopic=0.1)
PLAIN = detect_beats(MADE.signal, 200.0)


@settings(max_examples=20, deadline=None)
@given(gain=st.floats(1e-3, 1e3), offset=st.floats(-10.0, 10.0), sign=st.sampled_from([-1.0, 1.0]))
def test_gain_offset_and_sign(gain: float, offset: float, sign: float) -> None:
    rows = detect_beats(sign * gain * (MADE.signal + offset), 200.0)
    assert len(rows) == len(PLAIN)
    assert np.abs(rows["sample"] - PLAIN["sample"]).max() <= 1


@settings(max_examples=20, deadline=None)
@given(share=st.floats(0.0, 0.5), seed=st.integers(0, 1000))
def test_missing_intervals_never_break_a_row(share: float, seed: int) -> None:
    rr = intervals(90.0, seed=seed)
    rr[np.random.default_rng(seed).random(len(rr)) < share] = np.nan
    rows = screen_rhythm(rr)
    assert len(rows) == len(rr)
    told = rows["probability"][np.isfinite(rows["probability"])]
    assert ((told >= 0.0) & (told <= 1.0)).all()
    assert np.isnan(rows["probability"][np.isnan(rr)]).all()
