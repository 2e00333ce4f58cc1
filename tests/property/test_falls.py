"""Invariances of the fall detectors: direction of the sensor, shift of the signal, rate, missing samples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agetech.signals.falls import FallKind, detect_falls, detect_falls_by_threshold
from agetech.simulate import Direction, Fall, GetUp, Sensor, Still, Toss, Walk, perform

SCRIPT = [Still(6.0), Walk(6.0), Fall(Direction.FORWARD, 8.0), GetUp(), Walk(5.0), Toss(), Still(5.0), Fall(Direction.LEFT, 6.0)]
SIGNALS = {fs: perform(SCRIPT, seed=6, sensor=Sensor(fs=fs)).signal for fs in (25.0, 50.0, 100.0)}
FLOATS = ("peak", "lowest", "free_fall", "tilt", "activity", "confidence")
PLACES = ("onset", "impact", "confirmed", "kind", "stage")


def rotation(seed):
    q, r = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return q * np.sign(np.diag(r))


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), fs=st.sampled_from(sorted(SIGNALS)), placement=st.sampled_from(["waist", "wrist"]))
def test_a_fixed_rotation_changes_nothing(seed, fs, placement):
    x = SIGNALS[fs]
    rows, turned = detect_falls(x, fs, placement=placement), detect_falls(x @ rotation(seed).T, fs, placement=placement)
    assert len(rows) == len(turned)
    for name in PLACES:
        assert rows[name].tolist() == turned[name].tolist()
    for name in FLOATS:
        np.testing.assert_allclose(turned[name], rows[name], rtol=1e-6, err_msg=name)
    np.testing.assert_allclose(turned["features"], rows["features"], rtol=1e-6, atol=1e-7)


@settings(max_examples=10)
@given(shift=st.integers(1, 400), fs=st.sampled_from(sorted(SIGNALS)))
def test_missing_samples_first_shift_the_rows(shift, fs):
    grain = {25.0: 1, 50.0: 1, 100.0: 2}[fs]
    x, shift = SIGNALS[fs], shift * grain
    rows = detect_falls(x, fs, placement="waist")
    later = detect_falls(np.concatenate([np.full((shift, 3), np.nan), x]), fs, placement="waist")
    for name in ("onset", "impact", "confirmed"):
        assert (rows[name] + shift).tolist() == later[name].tolist()
    for name in FLOATS:
        assert rows[name].tobytes() == later[name].tobytes()


@pytest.mark.parametrize("placement", ["waist", "wrist"])
def test_rates_agree(placement):
    found = {}
    for fs, x in SIGNALS.items():
        rows = detect_falls(x, fs, placement=placement)
        rows = rows[rows["kind"] != FallKind.IMPACT]
        found[fs] = [(int(row["kind"]), int(row["stage"]), round(row["impact"] / fs)) for row in rows]
    assert found[25.0] == found[50.0] == found[100.0]


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), share=st.floats(0.0, 0.3))
def test_missing_samples_keep_the_falls(seed, share):
    x = SIGNALS[50.0].copy()
    x[np.random.default_rng(seed).random(len(x)) < share] = np.nan
    rows = detect_falls(x, 50.0, placement="waist")
    assert (rows["kind"] == FallKind.FALL).sum() >= (2 if share <= 0.1 else 1)  # an impact lasts a few samples: some are lost
    assert np.isfinite(rows["peak"]).all()
    assert ((rows["confirmed"] - rows["impact"])[rows["stage"] == 1] <= 200).all()


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_threshold_is_rotation_invariant(seed):
    x = SIGNALS[50.0]
    rows, turned = detect_falls_by_threshold(x, 50.0), detect_falls_by_threshold(x @ rotation(seed).T, 50.0)
    assert rows["impact"].tolist() == turned["impact"].tolist()
    np.testing.assert_allclose(turned["tilt"], rows["tilt"], rtol=1e-6)
