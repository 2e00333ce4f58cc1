"""Beats and pulses on simulated signals with exact truth, and the doors' manners on poor ones."""

import numpy as np
import pytest

from agetech.core import Stream
from agetech.errors import SignalError
from agetech.evaluate.beats import score_beats
from agetech.signals.cardiac import (
    BeatKind,
    detect_bcg_beats,
    detect_beats,
    detect_pulses,
    estimate_spo2,
    find_episodes,
    pulse_rate,
    st_deviation,
)
from agetech.simulate.ecg import simulate_ecg
from agetech.simulate.pulse import simulate_bcg, simulate_oximeter, simulate_ppg


@pytest.mark.parametrize("fs", [100.0, 125.0, 250.0, 360.0, 1000.0])
def test_every_simulated_beat_is_found(fs: float) -> None:
    made = simulate_ecg(60.0, fs, seed=1)
    score = score_beats(made.beats[made.beats < 59.0 * fs], detect_beats(made.signal, fs)["sample"], fs, skip=1.0)
    assert score.missed == 0
    assert score.false <= 1
    assert score.jitter <= max(0.003, 1.5 / fs)


@pytest.mark.parametrize("change", [lambda x: -x, lambda x: 1000.0 * x, lambda x: x + 5.0, lambda x: 1e-6 * x])
def test_sign_scale_and_offset_leave_the_beats(change) -> None:
    made = simulate_ecg(40.0, 250.0, seed=2)
    plain, other = detect_beats(made.signal, 250.0), detect_beats(change(made.signal), 250.0)
    np.testing.assert_array_equal(plain["sample"], other["sample"])


def test_wide_early_beats_are_ventricular() -> None:
    made = simulate_ecg(180.0, 250.0, seed=3, ectopic=0.12)
    rows = detect_beats(made.signal, 250.0)
    kinds = {int(row["sample"]): row["kind"] for row in rows}
    near = [next((kind for at, kind in kinds.items() if abs(at - beat) < 15), None) for beat in made.beats]
    wide = [kind for kind, early in zip(near, made.ventricular, strict=True) if early and kind is not None]
    narrow = [kind for kind, early in zip(near, made.ventricular, strict=True) if not early and kind is not None]
    assert np.mean([kind == BeatKind.VENTRICULAR for kind in wide]) > 0.8
    assert np.mean([kind == BeatKind.VENTRICULAR for kind in narrow]) < 0.1


def test_a_lost_lead_gives_no_beats_and_starts_a_new_run() -> None:
    made = simulate_ecg(60.0, 250.0, seed=4, lost=[(20.0, 30.0)])
    rows = detect_beats(made.signal, 250.0)
    assert not ((rows["sample"] > 20.1 * 250) & (rows["sample"] < 30.0 * 250)).any()
    after = rows[rows["sample"] > 30.0 * 250]
    assert np.isnan(after[0]["rr"])
    assert after[0]["remarks"] & 1


@pytest.mark.parametrize("detect", [detect_beats, detect_pulses, detect_bcg_beats])
def test_noise_and_nothing_give_nothing(detect) -> None:
    rng = np.random.default_rng(0)
    for x in (np.zeros(0), np.ones(1), np.ones(10), np.zeros(20000), np.full(20000, np.nan), np.full(20000, np.inf), np.full(20000, 1e300)):
        assert len(detect(x, 250.0)) == 0
    assert len(detect(rng.standard_normal(60000), 250.0)) <= 5
    with pytest.raises(SignalError):
        detect(np.zeros((10, 2)), 250.0)
    with pytest.raises(SignalError):
        detect(np.zeros(10), -1.0)


N = np.arange(20000.0)


@pytest.mark.parametrize("detect", [detect_beats, detect_pulses, detect_bcg_beats])
@pytest.mark.parametrize("fs", [50.0, 250.0])
@pytest.mark.parametrize(
    "slow",
    [N, 0.1 * N, 1e-3 * N * N, np.exp(-N / 3000), np.sin(N / 9000), 1e6 + 0.3 * N],
    ids=["ramp", "rounded ramp", "square", "exponential", "slow sine", "offset"],
)
def test_the_rounding_of_a_slow_signal_is_no_heart(detect, fs, slow) -> None:
    rows = detect(slow, 2.0 * fs if detect is detect_beats else fs)
    assert len(rows) <= (2 if detect is detect_beats else 0)  # the corner at which a steep signal starts may count as a wave


def test_a_wave_that_the_end_cuts_off_is_not_compared_with_what_was_there_before() -> None:
    made = simulate_ppg(40.0, 50.0, seed=3)
    for cut in range(1500, 1545):
        assert detect_pulses(made.signal[:cut], 50.0)["likeness"][-1] > 0.6


def test_chunks_do_not_matter() -> None:
    made = simulate_ecg(30.0, 250.0, seed=6, ectopic=0.1)
    x = made.signal.copy()
    x[np.random.default_rng(1).random(x.size) < 0.02] = np.nan
    stream, parts = Stream("cardiac.beats", 250.0), []
    for part in np.array_split(x, 97):
        parts.append(stream.push(part))
        stream = Stream.load(stream.save())
    parts.append(stream.finish())
    assert np.concatenate(parts).tobytes() == detect_beats(x, 250.0).tobytes()


def test_pulses_of_a_simulated_finger() -> None:
    made = simulate_ppg(120.0, 64.0, seed=1)
    rows = detect_pulses(made.signal, 64.0)
    found = rows["sample"] - round(0.27 * 64)
    score = score_beats(made.beats[made.beats < 7400], found[found < 7400], 64.0, skip=6.0)
    assert score.f1 > 0.99
    rates = pulse_rate(rows, 64.0, len(made.signal))
    answered = rates[np.isfinite(rates["rate"])]
    assert len(answered) >= 0.85 * len(rates)
    np.testing.assert_allclose(answered["rate"], 70.0, atol=2.0)


def test_beats_of_a_simulated_bed() -> None:
    made = simulate_bcg(120.0, 100.0, seed=1)
    rows = detect_bcg_beats(made.signal, 100.0)
    found = rows["sample"] - 25
    assert score_beats(made.beats[made.beats < 11600], found[found < 11600], 100.0, skip=6.0).f1 > 0.99


@pytest.mark.parametrize("ratio", [0.5, 0.8, 1.2])
def test_ratio_of_ratios(ratio: float) -> None:
    made = simulate_oximeter(30.0, 100.0, ratio=ratio)
    rows = estimate_spo2(made.signal, 100.0, offset=110.0, slope=-25.0)
    np.testing.assert_allclose(rows["ratio"], ratio, rtol=0.01)
    np.testing.assert_allclose(rows["spo2"], 110.0 - 25.0 * ratio, atol=0.4)


@pytest.mark.parametrize("size", [-300.0, -100.0, 50.0, 150.0, 300.0])
def test_a_known_st_step_is_measured(size: float) -> None:
    made = simulate_ecg(600.0, 250.0, seed=7, st=[(400.0, 480.0, size)], drift=0.3, noise=0.02)
    rows = st_deviation(made.signal, 250.0, made.beats)
    assert np.nanmedian(rows["deviation"][412:468]) == pytest.approx(size, abs=max(10.0, 0.1 * abs(size)))
    assert abs(np.nanmedian(rows["deviation"][:380])) < 5.0
    found = find_episodes(rows)
    assert len(found) == (1 if abs(size) >= 120.0 else 0) or abs(size) == 100.0


def test_a_turn_of_the_body_is_no_episode() -> None:
    made = simulate_ecg(900.0, 250.0, seed=8)
    x = made.signal.copy()
    x[150000:] = 0.55 * x[150000:]
    turned = simulate_ecg(900.0, 250.0, seed=8, st=[(600.0, 900.0, 150.0)]).signal - made.signal
    rows = st_deviation(x + turned, 250.0, made.beats)
    assert len(find_episodes(rows)) == 0
    assert (rows["remarks"] & 4).any()
