"""`respiration.rate`: known rates, refusals, and agreement with the naive twin."""

import numpy as np
import pytest

from agetech.core import Stream, run
from agetech.errors import ParamsError, SignalError
from agetech.signals.respiration import RATE, RateReason, estimate_rate
from agetech.signals.respiration.ranking import model, odds, quality, winner
from agetech.signals.respiration.window import bridged, limited, longest_part, ready, scaled
from tests.oracle import respiration_rate as oracle


def breathing(rate, fs=20.0, seconds=64.0, noise=0.05, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * fs)) / fs
    return np.sin(2 * np.pi * rate / 60 * t) + 0.1 * np.sin(2 * np.pi * 1.2 * t) + noise * rng.normal(size=t.size)


def ppg(rate, fs=50.0, seconds=64.0, heart=75.0, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * fs)) / fs
    breath = np.sin(2 * np.pi * rate / 60 * t)
    phase = np.cumsum(heart / 60 * (1 + 0.04 * breath)) / fs % 1
    wave = np.exp(-(((phase - 0.25) / 0.1) ** 2)) + 0.35 * np.exp(-(((phase - 0.55) / 0.15) ** 2))
    return wave * (1 + 0.12 * breath) + 0.15 * breath + 0.005 * rng.normal(size=t.size)


def ecg(rate, fs=250.0, seconds=64.0, heart=70.0):
    t = np.arange(int(seconds * fs)) / fs
    breath = np.sin(2 * np.pi * rate / 60 * t)
    phase = np.cumsum(heart / 60 * (1 + 0.05 * breath)) / fs % 1
    return np.exp(-(((phase - 0.5) / 0.015) ** 2)) * (1 + 0.1 * breath) + 0.15 * np.exp(-(((phase - 0.75) / 0.05) ** 2)) + 0.05 * breath


@pytest.mark.parametrize("rate", [4.5, 6.0, 9.0, 15.0, 24.0, 36.0, 50.0, 58.0])
@pytest.mark.parametrize("source", ["displacement", "impedance", "belt"])
def test_known_rates_of_breathing(rate, source):
    rows = estimate_rate(breathing(rate), 20.0, source=source)
    assert rows["start"].tolist() == [0, 160, 320, 480, 640]
    assert rows["end"].tolist() == [640, 800, 960, 1120, 1280]
    assert np.abs(rows["rate"] - rate).max() < 0.2
    assert rows["quality"].min() >= 0.5
    assert (rows["reason"] == RateReason.ANSWERED).all()


@pytest.mark.parametrize("rate", [9.0, 12.0, 18.0, 24.0])
@pytest.mark.parametrize(("source", "make", "fs"), [("ppg", ppg, 50.0), ("ecg", ecg, 250.0)])
def test_known_rates_of_pulses(rate, source, make, fs):
    rows = estimate_rate(make(rate), fs, source=source)
    assert np.abs(rows["rate"] - rate).max() < 0.5
    assert rows["quality"].min() >= 0.5


@pytest.mark.parametrize("fs", [4.0, 7.3, 25.0, 125.0, 1000.0])
def test_sampling_rates(fs):
    rows = estimate_rate(breathing(17.0, fs), fs, source="belt")
    assert np.abs(rows["rate"] - 17.0).max() < 0.2


@pytest.mark.parametrize("source", ["displacement", "ppg", "ecg"])
@pytest.mark.parametrize("kind", ["zeros", "nan", "inf", "noise", "tiny", "huge", "clipped", "ramp"])
def test_nothing_is_invented(source, kind):
    n = 125 * 96
    rng = np.random.default_rng(3)
    noise = rng.normal(size=n)
    x = {
        "zeros": np.zeros(n),
        "nan": np.full(n, np.nan),
        "inf": np.full(n, np.inf),
        "noise": noise,
        "tiny": 1e-310 * noise,
        "huge": 1e300 * np.sign(noise),
        "clipped": np.where(np.arange(n) % 1000 == 500, 0.0, 1.0),
        "ramp": np.linspace(0.0, 1e9, n),
    }[kind]
    rows = estimate_rate(x, 125.0, source=source)
    assert len(rows) == 9
    assert (rows["quality"] < 0.5).all()
    assert np.mean(np.isfinite(rows["rate"])) <= (0.5 if source != "displacement" else 0.0)
    assert ((rows["reason"] == RateReason.ANSWERED) == np.isfinite(rows["rate"])).all()


@pytest.mark.parametrize("n", [0, 1, 10, 639])
def test_too_few_samples_give_no_row(n):
    assert len(estimate_rate(np.ones(n), 20.0, source="belt")) == 0


def test_reasons():
    x = breathing(15.0)
    assert estimate_rate(x * 0 + 3, 20.0, source="belt")["reason"][0] == RateReason.FLAT
    gone = x.copy()
    gone[100:600] = np.nan
    assert estimate_rate(gone, 20.0, source="belt")["reason"][0] == RateReason.MISSING
    assert estimate_rate(x, 20.0, source="ecg")["reason"][0] == RateReason.SAMPLING
    assert estimate_rate(x, 20.0, source="ppg")["reason"][0] in (RateReason.NO_PULSE, RateReason.UNCERTAIN)


def test_nothing_older_than_ten_seconds_is_carried_on():
    x = breathing(15.0, seconds=32.0)
    x[-190:] = np.nan
    assert estimate_rate(x, 20.0, source="belt")["reason"][0] == RateReason.ANSWERED
    x[-220:] = np.nan
    assert estimate_rate(x, 20.0, source="belt")["reason"][0] == RateReason.MISSING


def test_least_quality():
    noise = np.random.default_rng(0).normal(size=4000)
    assert np.isnan(estimate_rate(noise, 20.0, source="belt")["rate"]).all()
    assert np.isfinite(estimate_rate(noise, 20.0, source="belt", least_quality=0)["rate"]).all()


def test_window_and_hop():
    rows = estimate_rate(breathing(12.0), 20.0, source="belt", window=60, hop=2.0)
    assert rows["end"][0] == 1200
    assert np.diff(rows["start"]).tolist() == [40] * (len(rows) - 1)


def test_wrong_input():
    with pytest.raises(ParamsError):
        estimate_rate(np.ones(100), 20.0, source="thermometer")
    with pytest.raises(ParamsError):
        estimate_rate(np.ones(100), 20.0, source="belt", window=5.0)
    with pytest.raises(SignalError):
        estimate_rate(np.ones((100, 2)), 20.0, source="belt")
    with pytest.raises(SignalError):
        estimate_rate(np.ones(100), 1.0, source="belt")


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_the_naive_twin(seed):
    rng = np.random.default_rng(seed)
    fs = (8.0, 20.0, 50.0, 125.0, 11.0, 25.0)[seed]
    x = breathing(rng.uniform(5, 50), fs, 48.0, noise=rng.uniform(0.0, 1.5), seed=seed)
    x[rng.integers(0, x.size, 3 * seed)] = np.nan
    if seed == 4:
        x[int(10 * fs) : int(14 * fs)] = np.nan
    rows, naive = estimate_rate(x, fs, source="belt"), oracle.windows(x, fs)
    assert len(rows) == len(naive)
    for row, other in zip(rows, naive, strict=True):
        assert (row["start"], row["end"]) == (other["start"], other["end"])
        assert RateReason(row["reason"]).name.lower() == other["reason"]
        np.testing.assert_allclose([row["rate"], row["quality"]], [other["rate"], other["quality"]], rtol=1e-9, atol=1e-12)


def test_stream_equals_batch():
    x = breathing(14.0, seconds=80.0)
    stream = Stream(RATE, 20.0, source="belt")
    parts = [stream.push(part) for part in np.array_split(x, 23)] + [stream.finish()]
    assert np.concatenate(parts).tobytes() == run(RATE, x, 20.0, source="belt").tobytes()


def test_window_preparation():
    assert longest_part(np.array([True, False, False, True, True, True, False]), 2) == slice(1, 3)
    assert longest_part(np.array([True, True]), 2) == slice(0, 0)
    np.testing.assert_array_equal(bridged(np.array([1.0, np.nan, 3.0]), np.array([False, True, False])), [1.0, 2.0, 3.0])
    y, share = limited(np.array([0.0, 1.0, -1.0, 2.0, -2.0, 100.0]))
    assert y.max() < 20
    assert share == pytest.approx(1 / 6)
    assert np.abs(scaled(np.array([3.0, -12.0]))).max() == 0.75
    made = ready(np.sin(np.arange(3200) / 20), 100.0, 8.0)
    assert made.rate == pytest.approx(100 / 12)
    assert made.s.size == 3200 // 12


def test_ranking_pieces():
    best, support = winner(np.array([10.0, 11.0, 30.0]), np.array([0.5, 0.2, 0.3]))
    assert (best, support) == (0, pytest.approx(0.7))
    assert odds(0.5) == 0.0
    assert odds(1.0) == pytest.approx(-odds(0.0)) == pytest.approx(np.log(999))
    m = model("breathing")
    half = m._replace(trust_weight=m.trust_weight * 0, trust_offset=float(np.log(m.half / (1 - m.half))))
    assert quality(m.trust_centre, half) == pytest.approx(0.5)
    assert quality(m.trust_centre, half._replace(trust_offset=50.0)) == pytest.approx(1.0)
