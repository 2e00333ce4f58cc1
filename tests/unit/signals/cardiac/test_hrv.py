"""Heart rate variability against textbook formulas and known sinusoids."""

import numpy as np
import pytest

from agetech.errors import SignalError
from agetech.signals.cardiac import hrv
from tests.oracle.cardiac_hrv import measures


def swinging(frequency: float, mean: float, depth: float, duration: float) -> np.ndarray:
    t, rr = 0.0, []
    while t < duration:
        value = mean
        for _ in range(60):  # the interval that ends where the sinusoid says so
            value = mean + depth * np.sin(2 * np.pi * frequency * (t + value))
        t += value
        rr.append(value)
    return np.array(rr)


@pytest.mark.parametrize("seed", range(5))
def test_measures_in_time_are_the_formulas(seed: int) -> None:
    rr = 0.8 + 0.05 * np.random.default_rng(seed).standard_normal(400)
    row = hrv(rr)[0]
    for name, value in measures(rr.tolist()).items():
        assert row[name] == pytest.approx(value, rel=1e-9), name


@pytest.mark.parametrize(("frequency", "band"), [(0.02, "vlf"), (0.1, "lf"), (0.25, "hf"), (0.3, "hf")])
@pytest.mark.parametrize("mean", [0.7, 0.8])
def test_the_power_of_a_sinusoid_is_half_its_squared_amplitude(frequency: float, band: str, mean: float) -> None:
    row = hrv(swinging(frequency, mean, 0.03, 600.0))[0]
    assert row[band] == pytest.approx(0.03**2 / 2 * 1e6, rel=1e-3)


def test_short_windows_refuse_what_they_cannot_carry() -> None:
    rr = np.full(100, 0.8) + 0.01 * np.sin(np.arange(100))
    row = hrv(rr)[0]  # 80 s
    assert np.isfinite(row["sdnn"])
    assert np.isfinite(row["hf"])
    assert np.isnan(row["lf"])
    assert np.isnan(row["vlf"])
    assert row["reason"] == 1
    assert np.isnan(hrv(rr[:20])[0]["sdnn"])


def test_pairs_across_an_excluded_beat_do_not_count() -> None:
    rr = np.tile([0.8, 0.9], 30)
    rr[21] = np.nan
    row = hrv(rr)[0]
    assert row["rmssd"] == pytest.approx(100.0)
    assert row["nn50"] == 57
    assert row["intervals"] == 59


def test_too_many_excluded_beats_give_nothing() -> None:
    rr = np.full(400, 0.8)
    rr[::5] = np.nan
    row = hrv(rr)[0]
    assert row["reason"] == 2
    assert np.isnan(row["sdnn"])


@pytest.mark.parametrize("rr", [[], [0.8], [np.nan] * 50, [0.0] * 50, [1e300] * 50, [-1.0] * 50])
def test_poor_input_gives_no_measure(rr: list[float]) -> None:
    rows = hrv(np.array(rr, dtype=float))
    assert len(rows) == min(1, len(rr))
    assert all(np.isnan(row["sdnn"]) for row in rows)


def test_a_table_is_refused() -> None:
    with pytest.raises(SignalError):
        hrv(np.ones((3, 2)))
