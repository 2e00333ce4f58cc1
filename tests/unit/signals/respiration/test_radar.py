"""`respiration.radar`, `respiration.presence`, frames: known scenes, refusals, naive twins."""

import numpy as np
import pytest

from agetech.errors import ParamsError, SignalError
from agetech.signals.respiration import (
    Presence,
    PresenceParams,
    RadarFrames,
    estimate_rate,
    presence,
    radar_displacement,
    radar_for,
    range_profile,
    withhold,
)
from agetech.signals.respiration.circle import imbalance, robust_circle, taubin
from agetech.signals.respiration.doors import empty_room_level, real_columns
from agetech.simulate.radar import Sleeper, radar_scene
from agetech.testing import check_algorithm
from tests.oracle import respiration_presence, respiration_radar


def slow(x):
    return (x - np.convolve(x, np.ones(401) / 401, "same"))[200:-200]


@pytest.mark.parametrize("carrier", [24e9, 60e9, 77e9])
@pytest.mark.parametrize("bins", [1, 5])
def test_displacement_of_a_scene(carrier, bins):
    scene = radar_scene(120.0, seed=1, carrier=carrier, snr=15.0, bins=bins)
    rows = radar_displacement(scene.iq, scene.fs, carrier=carrier)
    assert len(rows) == len(scene.displacement)
    a, b = slow(rows["displacement"]), slow(scene.displacement)
    assert np.corrcoef(a, b)[0, 1] > 0.99
    assert 0.95 < a.std() / b.std() < 1.05
    assert rows["quality"].mean() > 0.9
    assert (rows["bin"] == bins // 2).all()


def test_rate_at_ten_decibels():
    for seed, rate in enumerate((8.0, 16.0, 27.0)):
        scene = radar_scene(120.0, seed=seed, snr=10.0, sleepers=(Sleeper(rate=rate),))
        moved = radar_displacement(scene.iq, scene.fs, carrier=scene.carrier)["displacement"]
        for row in estimate_rate(moved, scene.fs, source="displacement"):
            tops = scene.breaths[(scene.breaths >= row["start"] / scene.fs) & (scene.breaths < row["end"] / scene.fs)]
            assert abs(row["rate"] - 60 * (len(tops) - 1) / (tops[-1] - tops[0])) < 0.4


def test_imbalance_is_found():
    scene = radar_scene(90.0, seed=2, carrier=24e9, snr=25.0, gain=1.25, skew=0.2)
    rows = radar_displacement(scene.iq, scene.fs, carrier=24e9)
    assert np.corrcoef(slow(rows["displacement"]), slow(scene.displacement))[0, 1] > 0.998


def test_a_better_bin_is_taken_after_patience():
    near, far = (radar_scene(120.0, seed=s, snr=25.0).iq for s in (1, 2))
    quiet = 0.02 * np.random.default_rng(0).normal(size=(2400, 2)) @ [1, 1j] + 1
    iq = np.column_stack([np.where(np.arange(2400) < 1000, near, quiet), np.where(np.arange(2400) < 1000, quiet, far)])
    chosen = radar_displacement(iq, 20.0, carrier=60e9)["bin"]
    assert chosen[0] == 0
    assert chosen[-1] == 1
    change = int(np.flatnonzero(np.diff(chosen))[0])
    assert np.count_nonzero(np.diff(chosen)) == 1
    assert 1000 < change < 1500


@pytest.mark.parametrize("kind", ["zeros", "nan", "noise", "constant", "inf"])
def test_nothing_is_invented(kind):
    rng = np.random.default_rng(0)
    noise = rng.normal(size=1600) + 1j * rng.normal(size=1600)
    x = {"zeros": 0 * noise, "nan": noise * np.nan, "noise": noise, "constant": 0 * noise + 3 + 4j, "inf": noise * 0 + np.inf}[kind]
    rows = radar_displacement(x, 20.0, carrier=60e9)
    assert len(rows) == 1600
    assert rows["quality"].max() < 0.5
    assert np.isnan(estimate_rate(np.where(rows["quality"] > 0.1, rows["displacement"], np.nan), 20.0, source="displacement")["rate"]).all()


@pytest.mark.parametrize("n", [0, 1, 10])
def test_few_samples(n):
    assert len(radar_displacement(np.ones(n, complex), 20.0, carrier=24e9)) == n
    assert len(presence(np.ones(n), 20.0)) == 0


def test_wrong_input():
    with pytest.raises(SignalError, match="E_DTYPE"):
        radar_displacement(np.ones(10), 20.0, carrier=24e9)
    with pytest.raises(SignalError, match="E_SHAPE"):
        radar_displacement(np.ones((2, 2, 2), complex), 20.0, carrier=24e9)
    with pytest.raises(ParamsError):
        radar_displacement(np.ones(10, complex), 20.0, carrier=60.0)
    with pytest.raises(SignalError, match="E_RATE"):
        radar_displacement(np.ones(10, complex), 0.0, carrier=60e9)


@pytest.mark.parametrize(("carrier", "bins", "snr", "gain"), [(24e9, 1, 20.0, 1.15), (60e9, 4, 8.0, 1.0), (10e9, 2, 25.0, 1.0)])
def test_radar_agrees_with_the_naive_twin(carrier, bins, snr, gain):
    scene = radar_scene(45.0, seed=5, carrier=carrier, bins=bins, snr=snr, gain=gain, sleepers=(Sleeper(moves=((20.0, 22.0, 0.05),)),))
    iq = scene.iq.copy()
    iq[:7] = np.nan
    iq[300:330] = np.nan
    rows, naive = radar_displacement(iq, 20.0, carrier=carrier), respiration_radar.displacement(iq, 20.0, carrier)
    for name in rows.dtype.names:
        np.testing.assert_allclose(rows[name], [row[name] for row in naive], rtol=1e-7, atol=1e-10, err_msg=name)


def test_several_bins_keep_the_contract():
    assert check_algorithm(radar_for(3), seconds=20.0, examples=2)


def test_presence_of_a_night():
    scene = radar_scene(120.0, seed=3, sleepers=(Sleeper(moves=((60.0, 68.0, 0.3),)),))
    rows = presence(scene.displacement, scene.fs)
    assert (rows["end"] - rows["start"] == 20).all()
    assert (rows["state"][:7] == Presence.UNKNOWN).all()
    assert (rows["state"][12:58] == Presence.STILL).all()
    assert np.mean(rows["state"][60:68] == Presence.MOVING) > 0.8
    assert (rows["state"][80:] == Presence.STILL).all()


def test_empty_room():
    scene = radar_scene(120.0, seed=4, sleepers=())
    moved = radar_displacement(scene.iq, scene.fs, carrier=scene.carrier)["displacement"]
    rows = presence(moved, scene.fs)
    assert (rows["state"][45:] == Presence.ABSENT).all()
    assert empty_room_level(moved, scene.fs) == pytest.approx(np.median(rows["level"][9:]))
    assert np.isnan(estimate_rate(moved, scene.fs, source="displacement")["rate"]).all()


def test_rates_are_withheld_while_moving():
    scene = radar_scene(200.0, seed=3, sleepers=(Sleeper(moves=((90.0, 110.0, 0.4),)),))
    kept = withhold(scene.displacement, presence(scene.displacement, scene.fs))
    assert np.isnan(kept[int(92 * scene.fs) : int(108 * scene.fs)]).mean() > 0.8
    rows = estimate_rate(kept, scene.fs, source="displacement")
    while_moving = (rows["end"] > 104 * scene.fs) & (rows["end"] < 118 * scene.fs)
    assert while_moving.any()
    assert np.isnan(rows["rate"][while_moving]).all()


def test_presence_agrees_with_the_naive_twin():
    rng = np.random.default_rng(0)
    x = np.concatenate([radar_scene(60.0, seed=1).displacement, 1e-6 * rng.normal(size=1400), 0.02 * rng.normal(size=200)])
    x[300:420] = np.nan
    for fs in (20.0, 9.0):
        rows, naive = presence(x, fs), respiration_presence.presence(x, fs)
        assert len(rows) == len(naive)
        for name in rows.dtype.names:
            np.testing.assert_allclose(rows[name], [row[name] for row in naive], rtol=1e-9, atol=1e-15, err_msg=name)


def test_presence_settings():
    x = radar_scene(60.0, seed=1).displacement
    assert (presence(x, 20.0, params=PresenceParams(motion=0.001))["state"][12:] == Presence.MOVING).mean() > 0.5


def test_circle():
    angle = np.linspace(0.2, 1.9, 60)
    x, y, fit = 3 + 2 * np.cos(angle), -1 + 2 * np.sin(angle), np.zeros(4)
    assert robust_circle(x, y, np.ones(60), 60, fit)
    np.testing.assert_allclose(fit, [3, -1, 2, 0], atol=1e-9)
    assert not taubin(np.ones(5), np.ones(5), np.ones(5), 5, fit)
    assert not taubin(x, y, np.zeros(60), 60, fit)


def test_ellipse():
    angle = np.linspace(0, 6, 80)
    x, y, out = np.cos(angle), 1.2 * np.sin(angle + 0.15), np.zeros(2)
    assert imbalance(x, y, 80, np.array([0.0, 0.0, 1.0, 0.0]), out)
    np.testing.assert_allclose(out, [1.2, np.sin(0.15)], atol=1e-9)
    assert not imbalance(np.ones(8), np.ones(8), 8, np.array([0.0, 0.0, 1.0, 0.0]), out)


def test_range_profile_puts_a_target_into_its_bin():
    n, slope, rate = 64, 60e12, 4e6
    distance, carrier = 1.1, 60e9
    t = np.arange(n) / rate
    moved = distance + 0.001 * np.sin(np.arange(50) / 5)
    beat = 2 * slope * moved / 299792458.0
    phase = 4 * np.pi * carrier * moved / 299792458.0
    chirp = np.exp(1j * (2 * np.pi * beat[:, None] * t[None, :] + phase[:, None]))
    frames = RadarFrames(samples=chirp[:, None, None, :], carrier=carrier, slope=slope, sample_rate=rate, frame_rate=20.0)
    bins = range_profile(frames)
    assert bins.shape == (50, 32)
    assert int(np.argmax(np.abs(bins).mean(axis=0))) == round(distance / frames.resolution)
    assert frames.centre == pytest.approx(carrier + slope * n / rate / 2)
    assert range_profile(frames, nearest=0.5, farthest=2.0).shape[1] < 32
    with pytest.raises(SignalError):
        RadarFrames(samples=chirp, carrier=carrier, slope=slope, sample_rate=rate, frame_rate=20.0)


def test_real_columns():
    np.testing.assert_array_equal(real_columns(np.array([[1 + 2j, 3 + 4j]])), [[1, 2, 3, 4]])
