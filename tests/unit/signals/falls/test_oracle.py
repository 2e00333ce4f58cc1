"""Both kernels against their naive twins, over simulated mishaps at several rates, whole and with gaps."""

import numpy as np
import pytest

from agetech.signals.falls import detect_falls, detect_falls_by_threshold
from agetech.signals.falls.named import NAMES
from agetech.simulate import Direction, Fall, GetUp, Sensor, Sit, Stand, Still, Toss, Walk, perform
from tests.oracle import falls_impact, falls_threshold

EXACT = ("impact", "confirmed", "onset", "settled", "kind", "stage", "placement")
CLOSE = ("peak", "lowest", "free_fall", "tilt", "activity", "confidence")


def mishaps(fs, seed):
    script = [
        Still(6.0),
        Walk(6.0),
        Fall(list(Direction)[seed % 5], 8.0),
        GetUp(),
        Still(4.0),
        Walk(5.0),
        Toss(),
        Still(6.0),
        Sit(),
        Stand(),
        Fall(Direction.FORWARD, 9.0),
    ]
    return perform(script, seed=seed, sensor=Sensor(fs=fs)).signal


def holed(x, seed):
    rng = np.random.default_rng(seed)
    x = x.copy()
    x[rng.random(len(x)) < 0.1] = np.nan
    for _ in range(2):
        at = int(rng.integers(0, len(x)))
        x[at : at + int(rng.integers(2, max(3, len(x) // 30)))] = np.nan
    x[int(rng.integers(0, len(x)))] = -np.inf
    return x


def signals():
    for seed, fs in enumerate((50.0, 20.0, 100.0, 64.0, 25.0)):
        x = mishaps(fs, seed)
        yield fs, x
        yield fs, holed(x, seed)
        yield fs, x[int(1.5 * fs) : int(18.0 * fs)]


@pytest.mark.parametrize("number", range(15))
def test_impact_twin(number):
    fs, x = list(signals())[number]
    placement = ("waist", "wrist", "pocket")[number % 3]
    rows = detect_falls(x, fs, placement=placement)
    wanted = falls_impact.events(x, fs, placement)
    assert len(rows) == len(wanted)
    assert len(rows) > 0
    for row, one in zip(rows, wanted, strict=True):
        assert {name: int(row[name]) for name in EXACT} == {name: one[name] for name in EXACT}
        for name in CLOSE:
            np.testing.assert_allclose(row[name], one[name], rtol=1e-9, atol=1e-9, err_msg=name)
        if "features" in one:
            np.testing.assert_allclose(row["features"], [one["features"][name] for name in NAMES], rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("number", range(15))
def test_threshold_twin(number):
    fs, x = list(signals())[number]
    rows = detect_falls_by_threshold(x, fs)
    wanted = falls_threshold.falls(x, fs)
    assert len(rows) == len(wanted)
    for row, one in zip(rows, wanted, strict=True):
        assert {name: int(row[name]) for name in ("onset", "impact", "confirmed")} == {
            name: one[name] for name in ("onset", "impact", "confirmed")
        }
        for name in ("peak", "lowest", "tilt", "activity"):
            np.testing.assert_allclose(row[name], one[name], rtol=1e-9, atol=1e-9)
