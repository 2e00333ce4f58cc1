"""Invariances of breathing rates: what must not matter does not."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agetech.signals.respiration import estimate_rate, radar_displacement
from agetech.simulate.radar import Sleeper, radar_scene

FS = 20.0


def breathing(rate, seed):
    return 1e3 * radar_scene(40.0, seed=seed, fs=FS, sleepers=(Sleeper(rate=rate, beat=0.0006),)).displacement


def rate_of(x, source="displacement"):
    return estimate_rate(x, FS, source=source)["rate"]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(rate=st.floats(5, 45), seed=st.integers(0, 10**6), gain=st.sampled_from([-1.0, 1000.0, -0.001, 3.7]), offset=st.floats(-1e4, 1e4))
def test_sign_gain_and_offset_do_not_matter(rate, seed, gain, offset):
    x = breathing(rate, seed)
    one, two = rate_of(x), rate_of(gain * x + offset)
    assert np.isfinite(one).all() == np.isfinite(two).all()
    np.testing.assert_allclose(one, two, atol=0.1)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(rate=st.floats(6, 40), seed=st.integers(0, 10**6))
def test_one_percent_jitter_does_not_matter(rate, seed):
    x = breathing(rate, seed)
    rng = np.random.default_rng(seed)
    at = np.arange(x.size)
    moved = np.interp(at + 0.01 * rng.normal(size=x.size), at, x)
    np.testing.assert_allclose(rate_of(x), rate_of(moved), atol=0.1)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(turn=st.floats(0, 6.28), size=st.sampled_from([1e-3, 1.0, 1e4]), seed=st.integers(0, 10**6))
def test_the_receivers_phase_and_gain_do_not_matter(turn, size, seed):
    scene = radar_scene(30.0, seed=seed, fs=FS, carrier=24e9, snr=25.0)
    one = radar_displacement(scene.iq, FS, carrier=24e9)["displacement"]
    two = radar_displacement(size * np.exp(1j * turn) * scene.iq, FS, carrier=24e9)["displacement"]
    assert np.abs((one - one.mean()) - (two - two.mean())).max() < 5e-4
    assert np.corrcoef(one, two)[0, 1] > 0.98
