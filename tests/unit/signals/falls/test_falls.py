"""The doors of the falls domain: what is a fall, what never is, stages, remarks, explanations, refusals."""

import numpy as np
import pytest

from agetech.core import Recording, Stream, run
from agetech.errors import ParamsError, SignalError
from agetech.signals.falls import (
    FallKind,
    FallParams,
    FallStage,
    Placement,
    Remark,
    detect_falls,
    detect_falls_by_threshold,
    explain,
)
from agetech.simulate import Direction, Fall, GetUp, Sensor, Still, Toss, Walk, perform

G = 9.80665


def made(*script, fs=50.0, seed=1):
    return perform(list(script), seed=seed, sensor=Sensor(fs=fs)).signal


def falls(rows):
    return rows[(rows["kind"] == FallKind.FALL) & (rows["stage"] == FallStage.DETECTED)]


FALL = made(Still(6.0), Walk(6.0), Fall(Direction.FORWARD, 10.0), seed=3)


@pytest.mark.parametrize("placement", list(Placement))
@pytest.mark.parametrize("way", [Direction.FORWARD, Direction.BACKWARD, Direction.LEFT, Direction.RIGHT])
def test_a_simulated_fall_is_one_fall(placement, way):
    x = made(Still(6.0), Walk(6.0), Fall(way, 10.0), seed=4)
    (row,) = falls(detect_falls(x, 50.0, placement=placement))
    top = int(np.argmax((x**2).sum(axis=1)))
    assert row["impact"] == top
    assert row["peak"] == pytest.approx(np.sqrt((x[top] ** 2).sum()), rel=1e-12)
    assert row["onset"] <= row["impact"] <= row["settled"] <= row["confirmed"] <= row["impact"] + 200
    assert 0.0 <= row["impact"] - row["onset"] <= 62
    assert row["tilt"] > 45.0
    assert bool(row["remarks"] & Remark.NOT_MEASURED) == (placement is Placement.POCKET)


def test_a_day_of_stillness_has_no_fall():
    rng = np.random.default_rng(1)
    stream = Stream("falls.impact", 50.0, placement="waist")
    rows = [stream.push(np.array([0.0, -G, 0.0]) + rng.normal(0, 0.15, (180_000, 3))) for _ in range(24)]
    assert sum(map(len, [*rows, stream.finish()])) == 0


@pytest.mark.parametrize("placement", list(Placement))
def test_an_hour_of_walking_has_no_fall(placement):
    rows = detect_falls(made(Still(5.0), Walk(3600.0)), 50.0, placement=placement)
    assert len(falls(rows)) == 0


@pytest.mark.parametrize("placement", list(Placement))
@pytest.mark.parametrize("seed", range(4))
def test_a_toss_is_one_dropped_device(placement, seed):
    rows = detect_falls(made(Still(8.0), Toss(), Still(8.0), seed=seed), 50.0, placement=placement)
    assert rows["kind"].tolist().count(FallKind.DEVICE_DROPPED) == 1
    assert len(falls(rows)) == 0


@pytest.mark.parametrize("length", [0.2, 0.5, 3.0, 30.0])
def test_a_gap_makes_no_fall(length):
    x = made(Still(10.0), Walk(20.0), Still(10.0))
    for at in range(0, 2000, 230):
        holed = x.copy()
        holed[at : at + int(length * 50)] = np.nan
        assert len(falls(detect_falls(holed, 50.0, placement="waist"))) == 0


def test_a_clock_jump_makes_no_fall():
    stream = Stream("falls.impact", 50.0, placement="waist")
    rows = [stream.push(made(Walk(20.0))), stream.push(made(Still(20.0), seed=2), start=50 * 7200), stream.finish()]
    assert len(falls(np.concatenate(rows))) == 0


def test_long_lie_and_recovery():
    long = detect_falls(made(Still(6.0), Fall(Direction.LEFT, 75.0), seed=5), 50.0, placement="waist")
    told = long[long["stage"] == FallStage.LONG_LIE]
    first = falls(long)[0]
    assert ((told["confirmed"] - first["impact"]) / 50.0).tolist() == pytest.approx([30.0, 60.0], abs=0.1)
    for name in ("onset", "impact", "peak", "confidence"):
        assert (told[name] == first[name]).all()
    up = detect_falls(made(Still(6.0), Walk(5.0), Fall(Direction.LEFT, 8.0), GetUp(), Walk(10.0), seed=5), 50.0, placement="waist")
    assert up[up["kind"] == FallKind.FALL]["stage"].tolist() == [FallStage.DETECTED, FallStage.RECOVERED]


def test_long_lie_limits_are_parameters_and_never_told_twice():
    x = made(Still(6.0), Fall(Direction.LEFT, 30.0), seed=5)
    params = FallParams(placement="waist", long_lie_first=20.0, long_lie_second=10.0, long_lie_third=10.0)
    rows = detect_falls(x, 50.0, params=params)
    told = rows[rows["stage"] == FallStage.LONG_LIE]
    assert ((told["confirmed"] - told["impact"]) / 50.0).tolist() == pytest.approx([10.0, 20.0], abs=0.1)


def test_missing_data_is_not_lying():
    x = made(Still(6.0), Fall(Direction.LEFT, 40.0), seed=5).copy()
    x[int(np.argmax((x**2).sum(axis=1))) + 250 :] = np.nan
    rows = detect_falls(x, 50.0, placement="waist")
    assert len(falls(rows)) == 1
    assert not (rows["stage"] == FallStage.LONG_LIE).any()


def test_explanations_sum_to_the_log_odds():
    rows = detect_falls(made(Still(6.0), Walk(20.0), Fall(Direction.FORWARD, 20.0), GetUp(), Walk(9.0)), 50.0, placement="wrist")
    rows = rows[~np.isnan(rows["confidence"])]
    assert len(rows) > 3
    for row in rows:
        odds = np.log(row["confidence"] / (1 - row["confidence"]))
        assert sum(explain(row).values()) == pytest.approx(odds, abs=1e-9)


def test_too_little_known_is_not_judged():
    x = FALL.copy()
    hit = int(np.argmax((x**2).sum(axis=1)))
    x[hit + 10 :] = np.nan
    row = detect_falls(x, 50.0, placement="waist")[-1]
    assert row["impact"] == hit
    assert np.isnan(row["confidence"])
    assert row["kind"] == FallKind.IMPACT
    assert row["remarks"] & Remark.UNJUDGED
    assert row["remarks"] & Remark.GAP
    assert explain(row) == {}


def test_remarks_tell_clipping_and_infinite_samples():
    clipped = np.clip(np.repeat(FALL, 4, axis=0), -25.0, 25.0)
    (row,) = falls(detect_falls(clipped, 200.0, placement="waist"))
    assert row["remarks"] & Remark.CLIPPED
    (row,) = falls(detect_falls(FALL, 50.0, placement="waist"))
    assert not row["remarks"] & (Remark.CLIPPED | Remark.GAP | Remark.INFINITE)
    x = FALL.copy()
    x[row["impact"] - 30] = np.inf
    (row,) = falls(detect_falls(x, 50.0, placement="waist"))
    assert row["remarks"] & Remark.INFINITE


def test_a_fall_at_the_end_is_judged_by_what_is_there():
    hit = int(np.argmax((FALL**2).sum(axis=1)))
    (row,) = falls(detect_falls(FALL[: hit + 90], 50.0, placement="waist"))
    assert row["remarks"] & Remark.SHORT
    assert row["confirmed"] == hit + 89


def test_margin_decides():
    assert len(falls(detect_falls(FALL, 50.0, params=FallParams(placement="waist", margin=24.0)))) == 0
    assert len(falls(detect_falls(FALL, 50.0, params=FallParams(placement="waist", margin=-24.0)))) >= 1


def test_placement_is_needed_and_must_agree():
    with pytest.raises(ParamsError) as caught:
        detect_falls(FALL, 50.0)
    assert caught.value.code == "E_PARAM_MISSING"
    with pytest.raises(ParamsError):
        detect_falls(FALL, 50.0, placement="ankle")
    with pytest.raises(ParamsError):
        detect_falls(FALL, 50.0, placement="waist", params=FallParams(placement="wrist"))
    same = detect_falls(FALL, 50.0, placement="wrist", params=FallParams(placement="wrist"))
    assert same.tobytes() == detect_falls(FALL, 50.0, placement="wrist").tobytes()


def test_a_recording_brings_its_placement():
    recording = Recording({"acc": FALL}, fs=50.0, units={"acc": "m/s2"}, placement="waist")
    assert run("falls.impact", recording).tobytes() == detect_falls(FALL, 50.0, placement="waist").tobytes()
    with pytest.raises(ParamsError):
        run("falls.impact", recording, placement="wrist")


@pytest.mark.parametrize("fs", [19.9, 400.1])
def test_rates_outside_are_refused(fs):
    for call in (lambda: detect_falls(FALL, fs, placement="waist"), lambda: detect_falls_by_threshold(FALL, fs)):
        with pytest.raises(SignalError):
            call()


def test_threshold_phases():
    (row,) = detect_falls_by_threshold(FALL, 50.0)
    assert row["impact"] == np.argmax((FALL**2).sum(axis=1))
    assert row["confirmed"] == row["impact"] + 125
    assert row["lowest"] < 7.8
    holed = FALL.copy()
    holed[row["impact"] - 1] = np.nan
    assert len(detect_falls_by_threshold(holed, 50.0)) == 0
