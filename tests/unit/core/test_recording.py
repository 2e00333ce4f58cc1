"""Recordings and time bases: what they hold, convert and refuse."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agetech.core.recording import Recording
from agetech.core.timebase import Piece, TimeBase, iso, moment, nanoseconds
from agetech.errors import SignalError
from agetech.units import UNITS, convert

SHANGHAI = timezone(timedelta(hours=8))
START = datetime(2026, 1, 5, 8, 0, 0, tzinfo=SHANGHAI)


def small(**changes: object) -> Recording:
    settings: dict[str, object] = {"fs": 50, "units": "[g]", "start": START, "placement": "waist"}
    return Recording({"acc": np.arange(300.0).reshape(100, 3)}, **{**settings, **changes})  # type: ignore[arg-type]


def test_what_goes_in_comes_out_and_cannot_be_changed() -> None:
    given = np.arange(6, dtype=np.int16).reshape(3, 2)
    one = Recording({"acc": given}, fs=50, units={"acc": "m/s2"}, device="belt 3", frame="sensor")
    given[0, 0] = 99
    assert one.channels["acc"][0, 0] == 0.0
    assert one.channels["acc"].dtype == np.float64
    assert (one.fs, one.rate("acc"), one.units["acc"], one.device, one.frame) == (50.0, 50.0, "m/s2", "belt 3", "sensor")
    assert (one.start, one.time, one.placement, one.duration) == (None, None, None, 0.06)
    with pytest.raises(ValueError, match="read-only"):
        one.channels["acc"][0, 0] = 1.0
    with pytest.raises(TypeError):
        one.channels["new"] = np.zeros(3)  # type: ignore[index]
    with pytest.raises(AttributeError):
        one.fs = 20.0  # type: ignore[misc]


@pytest.mark.parametrize(("have", "want"), [("[g]", "m/s2"), ("m[g]", "m/s2"), ("deg/s", "rad/s"), ("uV", "mV"), ("Cel", "K"), ("ms", "s")])
def test_declared_units_convert_exactly(have: str, want: str) -> None:
    x = np.array([0.0, 1.0, -2.5, np.nan])
    one = Recording({"x": x}, fs=1.0, units=have)
    got = one.signal("x", want)
    assert got[:3].tolist() == [convert(value, have, want) for value in x[:3].tolist()]
    assert np.isnan(got[3])
    assert not got.flags.writeable
    assert one.signal("x", have) is one.channels["x"]


@given(st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_a_unit_converts_within_its_dimension_and_nowhere_else(have: str, want: str) -> None:
    one = Recording({"x": np.array([1.5])}, fs=1.0, units=have)
    if UNITS[have].dimension == UNITS[want].dimension:
        assert one.signal("x", want)[0] == convert(1.5, have, want)
    else:
        with pytest.raises(SignalError) as caught:
            one.signal("x", want)
        assert caught.value.code == "E_UNIT_DECLARED"
        assert (caught.value.expected, caught.value.got) == (want, have)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start": datetime(2026, 1, 5)}, "E_ZONE"),  # noqa: DTZ001 - the fault under test
        ({"start": "2026-01-05T08:00:00"}, "E_ZONE"),
        ({"start": "yesterday"}, "E_ZONE"),
        ({"start": 5}, "E_ZONE"),
        ({"fs": 0}, "E_RATE"),
        ({"fs": float("nan")}, "E_RATE"),
        ({"fs": True}, "E_RATE"),
        ({"fs": "50"}, "E_RATE"),
        ({"fs": {"gyro": 50}}, "E_CHANNELS"),
        ({"units": "g-force"}, "E_UNIT_CODE"),
        ({"units": {"acc": None}}, "E_UNIT_CODE"),
        ({"units": {}}, "E_CHANNELS"),
        ({"placement": "wa\nist"}, "E_CHANNELS"),
        ({"device": 7}, "E_CHANNELS"),
        ({"quality": {"acc": np.ones(3)}}, "E_CHANNELS"),
        ({"quality": {"note": float("nan")}}, "E_CHANNELS"),
        ({"quality": {"note": object()}}, "E_CHANNELS"),
        ({"time": TimeBase.since(START, 50.0)}, "E_CHANNELS"),
        ({"start": None, "time": TimeBase.since(START, 25.0)}, "E_RATE"),
    ],
)
def test_refusals(changes: dict[str, object], code: str) -> None:
    with pytest.raises(SignalError) as caught:
        small(**changes)
    assert caught.value.code == code
    assert caught.value.message("zh")


@pytest.mark.parametrize(
    ("channels", "code"),
    [
        ({}, "E_CHANNELS"),
        ([1.0], "E_CHANNELS"),
        ({"": [1.0]}, "E_CHANNELS"),
        ({"a\u202eb": [1.0]}, "E_CHANNELS"),
        ({5: [1.0]}, "E_CHANNELS"),
        ({"a": ["x"]}, "E_DTYPE"),
        ({"a": [True]}, "E_DTYPE"),
        ({"a": [1j]}, "E_DTYPE"),
        ({"a": 1.0}, "E_SHAPE"),
        ({"a": np.zeros((2, 2, 2))}, "E_SHAPE"),
        ({"a": np.zeros((2, 0))}, "E_SHAPE"),
        ({"a": np.zeros(5), "b": np.zeros(6)}, "E_CHANNELS"),
    ],
)
def test_channel_refusals(channels: object, code: str) -> None:
    with pytest.raises(SignalError) as caught:
        Recording(channels, fs=50, units="m/s2")  # type: ignore[arg-type]
    assert caught.value.code == code


def test_channels_of_several_rates() -> None:
    one = Recording(
        {"ecg": np.zeros(2500), "spo2": np.zeros(10)}, fs={"ecg": 250, "spo2": 1}, units={"ecg": "mV", "spo2": "%"}, start=START
    )
    assert one.fs == {"ecg": 250.0, "spo2": 1.0}
    assert one.nanoseconds(3, "spo2") == one.nanoseconds(750)
    with pytest.raises(SignalError, match="E_CHANNELS"):
        Recording({"ecg": np.zeros(2500), "spo2": np.zeros(12)}, fs={"ecg": 250, "spo2": 1}, units={"ecg": "mV", "spo2": "%"})
    with pytest.raises(SignalError) as caught:
        one.signal("acc")
    assert caught.value.code == "E_CHANNEL"
    assert caught.value.expected == "ecg, spo2"


def test_gaps_are_runs_of_missing_samples() -> None:
    x = np.zeros((10, 3))
    x[2:4, 1] = np.nan
    x[9] = np.nan
    assert Recording({"acc": x}, fs=50, units="m/s2").gaps("acc") == [(2, 4), (9, 10)]
    assert Recording({"acc": x[:, 0]}, fs=50, units="m/s2").gaps("acc") == [(9, 10)]


def test_equality_digest_and_pickle() -> None:
    one = small(quality={"acc": np.linspace(0, 1, 100), "lead": "loose"})
    assert pickle.loads(pickle.dumps(one)) == one
    assert hash(pickle.loads(pickle.dumps(one))) == hash(one)
    for change in ({"units": "m/s2"}, {"fs": 25}, {"placement": "wrist"}, {"device": "x"}, {"start": None}, {"quality": {"lead": "loose"}}):
        assert small(**{"quality": {"acc": np.linspace(0, 1, 100), "lead": "loose"}, **change}) != one
    assert one != 5
    assert "acc (100, 3) [g] 50 Hz" in repr(one)


def test_the_module_is_light() -> None:
    code = (
        "import sys, agetech.core.recording\n"
        "assert not {'numba', 'scipy', 'pydantic', 'pandas', 'pyarrow'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@given(st.integers(0, 2**40), st.sampled_from([1.0, 20.0, 49.6, 50.0, 200.0, 1 / 3]), st.floats(-200, 200))
def test_instants_are_exact_and_invertible(sample: int, fs: float, drift: float) -> None:
    base = TimeBase.since(START, fs, drift=drift)
    try:
        ns = base.nanoseconds(sample)
        base.instant(sample)
    except OverflowError:
        return
    exact = Fraction(sample) / (Fraction(fs) * (1 + Fraction(drift) / 10**6)) * 10**9
    assert abs(ns - nanoseconds(START) - exact) <= Fraction(1, 2)
    assert abs(base.sample(ns) - sample) <= Fraction(fs) / 10**9


def test_a_clock_set_anew_begins_a_piece() -> None:
    base = TimeBase.since(START, 50.0).reset(1000, START + timedelta(hours=3)).reset(2000, START, drift=100.0)
    assert base.instant(999) == START + timedelta(seconds=19.98)
    assert base.instant(1000) == START + timedelta(hours=3)
    assert base.text(1001) == "2026-01-05T11:00:00.020000000+08:00"
    assert base.instant(2000) == START
    assert base.nanoseconds(2050) - base.nanoseconds(2000) == round(Fraction(10**9) / (1 + Fraction(1, 10_000)))
    assert TimeBase.from_dict(base.as_dict()) == base
    forward = TimeBase.since(START, 50.0).reset(1000, START + timedelta(hours=3))
    assert [forward.sample(forward.nanoseconds(at)) for at in (0, 999, 1000, 1500)] == [0, 999, 1000, 1500]
    assert base.sample(base.nanoseconds(500)) == 2000 + Fraction(500) * (1 + Fraction(1, 10_000))  # the clock showed it twice


def test_drift_of_a_week() -> None:
    base = TimeBase.since(START, 50.0, drift=50.0)
    week = 7 * 86400 * 50
    assert (START + timedelta(days=7) - base.instant(week)).total_seconds() == pytest.approx(30.24, abs=0.01)


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (Piece(-1, 0),),
        (Piece(5, 0), Piece(5, 1)),
        (Piece(5, 0), Piece(4, 1)),
        (Piece(0, 10**21),),
        (Piece(0, 0, float("nan")),),
        (Piece(0, 0, 1e5),),
    ],
)
def test_time_base_refusals(pieces: tuple[Piece, ...]) -> None:
    with pytest.raises(SignalError, match="E_TIME_BASE"):
        TimeBase(50.0, pieces)


def test_time_base_of_other_things() -> None:
    for given_ in (
        None,
        5,
        {},
        {"fs": 50, "offset": 0, "pieces": [{"sample": 1.5, "ns": 0, "drift": 0}]},
        {"fs": "x", "offset": 0, "pieces": []},
    ):
        with pytest.raises(SignalError):
            TimeBase.from_dict(given_)
    with pytest.raises(SignalError, match="E_RATE"):
        TimeBase(0.0, (Piece(0, 0),))
    with pytest.raises(SignalError, match="E_TIME_BASE"):
        TimeBase(50.0, (Piece(10, 0),)).nanoseconds(9)


@pytest.mark.parametrize(
    "when",
    [
        "0001-01-01T00:00:00+00:00",
        "1969-12-31T23:59:59.999999+00:00",
        "2038-01-19T03:14:08Z",
        "2262-04-12T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ],
)
def test_far_dates(when: str) -> None:
    start = datetime.fromisoformat(when)
    base = TimeBase.since(when, 50.0)
    assert base.instant(0) == start
    assert datetime.fromisoformat(base.text(0)[:26] + "+00:00") == start
    assert moment(nanoseconds(start)) == start


def test_text_keeps_nanoseconds_and_offset() -> None:
    assert iso(1) == "1970-01-01T00:00:00.000000001Z"
    assert iso(-1, 330) == "1970-01-01T05:29:59.999999999+05:30"
    assert iso(0, -210) == "1969-12-31T20:30:00.000000000-03:30"
    assert TimeBase.since(datetime(2026, 1, 5, tzinfo=UTC), 3.0).text(1) == "2026-01-05T00:00:00.333333333Z"
