"""`sleep.breathing`: known nights, rules, gaps, and agreement with the naive twin."""

import numpy as np
import pytest

from agetech.errors import ParamsError, SignalError
from agetech.signals.sleep import (
    BreathEventKind,
    BreathingParams,
    ScoringRule,
    breathing_index,
    detect_breath_events,
    time_below,
)
from tests.oracle import sleep_breathing as oracle

FS = 10.0
POINTS = {4.0: ScoringRule.AASM_2012_1B, 3.0: ScoringRule.AASM_2012_1A}


def night(seconds=900, events=(), noise=0.01, seed=0, drops=None):
    """Breathing at 15 per minute whose size is `share` in each (start, end, share), and SpO2 that follows 18 s later."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * FS)) / FS
    size = np.ones(t.size)
    clock = np.arange(seconds)
    fall = np.zeros(seconds)
    for k, (start, end, share) in enumerate(events):
        size[(t >= start) & (t < end)] = share
        points = drops[k] if drops else 5.0
        fall += points * (np.clip((clock - start - 18) / (end - start), 0, 1) - np.clip((clock - end - 18) / 15, 0, 1))
    return size * np.sin(2 * np.pi * t / 4) + noise * rng.normal(size=t.size), np.round(96 - fall)


def kinds(rows):
    return [BreathEventKind(k).name for k in rows["kind"]]


def test_apneas():
    events = [(200, 220, 0.0), (300, 312, 0.03), (400, 460, 0.0)]
    x, spo2 = night(events=events)
    rows = detect_breath_events(x, FS, spo2=spo2, spo2_fs=1.0)
    found = rows[rows["kind"] == BreathEventKind.APNEA]
    assert len(found) == 3
    np.testing.assert_allclose(found["onset"] / FS, [e[0] for e in events], atol=3.0)
    np.testing.assert_allclose(found["offset"] / FS, [e[1] for e in events], atol=3.0)
    assert (found["depth"] > 0.9).all()
    np.testing.assert_allclose(found["desaturation"], 5.0, atol=0.5)
    np.testing.assert_allclose(found["nadir"], 91.0)
    assert (found["confirmed"] >= found["offset"] + 44 * FS).all()
    falls = rows[rows["kind"] == BreathEventKind.DESATURATION]
    assert len(falls) == 3
    assert (falls["onset"] / FS - [217, 317, 417] < 25).all()


def test_hypopneas_and_their_rule():
    x, spo2 = night(events=[(200, 225, 0.5), (400, 425, 0.5), (600, 625, 0.5)], drops=[5.0, 3.4, 0.0])
    assert kinds(detect_breath_events(x, FS, spo2=spo2, spo2_fs=1.0)).count("HYPOPNEA") == 2
    strict = BreathingParams(rule=ScoringRule.AASM_2012_1B)
    assert kinds(detect_breath_events(x, FS, spo2=spo2, spo2_fs=1.0, params=strict)).count("HYPOPNEA") == 1
    alone = detect_breath_events(x, FS)
    assert kinds(alone) == ["HYPOPNEA_UNCONFIRMED"] * 3
    assert np.isnan(alone["desaturation"]).all()


def test_short_events_do_not_count():
    x, spo2 = night(events=[(200, 208, 0.0), (300, 307, 0.5)], drops=[0.0, 0.0])
    assert len(detect_breath_events(x, FS, spo2=spo2, spo2_fs=1.0)) == 0


def test_a_lasting_change_is_a_new_baseline():
    x, _ = night(seconds=1800, events=[(600, 1800, 0.5)])
    rows = detect_breath_events(x, FS)
    assert len(rows) == 0
    x[int(1500 * FS) : int(1520 * FS)] *= 0.02
    assert kinds(detect_breath_events(x, FS)) == ["APNEA"]


def test_no_event_spans_a_gap():
    x, spo2 = night(events=[(300, 330, 0.0)])
    x[int(310 * FS) : int(320 * FS)] = np.nan
    assert "APNEA" not in kinds(detect_breath_events(x, FS, spo2=spo2, spo2_fs=1.0))


def test_a_very_long_pause_is_told_once():
    x, spo2 = night(seconds=1200, events=[(300, 700, 0.0)], drops=[5.0])
    rows = detect_breath_events(x, FS, spo2=spo2, spo2_fs=1.0)
    assert kinds(rows).count("APNEA") == 1
    assert (rows["offset"] - rows["onset"])[rows["kind"] == 1] == pytest.approx(120 * FS, abs=FS)


def test_periodic_breathing():
    t = np.arange(int(1800 * FS)) / FS
    x = (0.55 + 0.45 * np.sin(2 * np.pi * t / 60)) * np.sin(2 * np.pi * t / 4)
    rows = detect_breath_events(x, FS)
    waning = rows[rows["kind"] == BreathEventKind.PERIODIC]
    assert len(waning) == 1
    assert (waning["offset"] - waning["onset"])[0] > 1200 * FS
    steady, _ = night(1800)
    assert "PERIODIC" not in kinds(detect_breath_events(steady, FS))


@pytest.mark.parametrize("kind", ["zeros", "nan", "noise", "inf", "tiny"])
def test_nothing_raises_or_is_invented(kind):
    noise = np.random.default_rng(0).normal(size=9000)
    x = {"zeros": 0 * noise, "nan": noise * np.nan, "noise": noise, "inf": 0 * noise + np.inf, "tiny": 1e-310 * noise}[kind]
    rows = detect_breath_events(x, FS, spo2=np.full(900, 97.0), spo2_fs=1.0)
    assert len(rows) == 0 or kind in ("noise", "tiny")
    assert "APNEA" not in kinds(rows)


@pytest.mark.parametrize("n", [0, 1, 10])
def test_few_samples(n):
    assert len(detect_breath_events(np.ones(n), FS)) == 0


def test_device_codes_are_missing_and_fractions_refused():
    x, spo2 = night(events=[(300, 330, 0.5)])
    broken = np.where(np.arange(900) % 2, 127.0, 0.0)
    assert kinds(detect_breath_events(x, FS, spo2=broken, spo2_fs=1.0)) == ["HYPOPNEA_UNCONFIRMED"]
    with pytest.raises(SignalError, match="E_UNIT"):
        detect_breath_events(x, FS, spo2=spo2 / 100, spo2_fs=1.0)
    with pytest.raises(ParamsError):
        detect_breath_events(x, FS, spo2=spo2)


@pytest.mark.parametrize("points", [3.0, 4.0])
@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_naive_twin(seed, points):
    rng = np.random.default_rng(seed)
    starts = np.cumsum(rng.uniform(45, 110, 12)) + 120
    events = [(s, s + rng.uniform(8, 35), rng.choice([0.0, 0.05, 0.4, 0.6])) for s in starts]
    x, spo2 = night(1500, events, noise=0.03, seed=seed, drops=list(rng.uniform(0, 7, 12)))
    x[rng.integers(0, x.size, 50)] = np.nan
    if seed:
        spo2[300:340] = np.nan
        x[6000:6040] = np.nan
    rows = detect_breath_events(x, FS, spo2=spo2, spo2_fs=1.0, params=BreathingParams(rule=POINTS[points]))
    naive = oracle.events(x, FS, spo2, 1.0, points=points)
    a, b = (sorted([tuple(map(float, row)) for row in given], key=lambda r: (r[0], r[3])) for given in (rows, naive))
    assert len(a) == len(b) > 0
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


def test_index():
    x, spo2 = night(1800, [(300, 320, 0.0), (500, 525, 0.5), (800, 815, 0.0)])
    rows = detect_breath_events(x, FS, spo2=spo2, spo2_fs=1.0)
    made = breathing_index(rows, 0.5, fs=FS)
    assert (made.name, made.rule, made.hours) == ("REI", "aasm-2012-1a", 0.5)
    assert (made.apneas, made.hypopneas, made.unconfirmed) == (2, 1, 0)
    assert made.per_hour == made.with_unconfirmed == 6.0
    assert made.odi3 == made.odi4 == 6.0
    assert breathing_index(rows, 0.5, sleep_hours=0.25).name == "AHI"
    assert breathing_index(rows, 0.5, sleep_hours=0.25).per_hour == 12.0
    with pytest.raises(ParamsError):
        breathing_index(rows, 0.0)


def test_time_below():
    assert time_below([95.0, 89.0, 88.0, 127.0, np.nan], 1.0) == (2.0, 3.0)
