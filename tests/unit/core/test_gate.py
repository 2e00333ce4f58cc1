"""The input gate: what passes, what is refused, and that no foreign exception comes out."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from agetech.core.gate import as_inputs, as_params, as_rate, as_rates, as_signal, as_start
from agetech.errors import ParamsError, SignalError
from tests import toys

ACC, BREATH = toys.ACC, toys.BREATH
X = np.arange(12.0).reshape(4, 3)


def test_a_good_array_passes_without_a_copy() -> None:
    assert as_signal(X, ACC, "p") is X
    assert as_signal(X[:, 0].copy(), BREATH, "p").flags.c_contiguous


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", ">f8", ">i2"])
def test_numbers_of_every_width_and_order_pass(kind: str) -> None:
    made = as_signal(X.astype(kind), ACC, "p")
    assert made.dtype == np.float64
    assert made.dtype.isnative
    assert made.tobytes() == X.tobytes()


def test_lists_frames_and_masked_arrays_pass() -> None:
    import pandas as pd

    assert as_signal(X.tolist(), ACC, "p").tobytes() == X.tobytes()
    assert as_signal(pd.DataFrame(X), ACC, "p").tobytes() == X.tobytes()
    assert as_signal(pd.Series(X[:, 0]), BREATH, "p").tobytes() == X[:, 0].tobytes()
    masked = np.ma.masked_array([1, 2, 3], mask=[False, True, False])
    assert np.array_equal(as_signal(masked, BREATH, "p"), [1.0, np.nan, 3.0], equal_nan=True)
    assert as_signal([], ACC, "p").shape == (0, 3)
    assert as_signal((), BREATH, "p").shape == (0,)
    assert as_signal(np.zeros((0, 3)), ACC, "p").shape == (0, 3)


@pytest.mark.parametrize(
    "value",
    [
        X.astype(object),
        X.astype(str),
        X.astype(complex),
        X > 3,
        X.astype("f2"),
        X.astype("M8[s]"),
        X.astype("m8[s]"),
        "text",
        None,
        b"x",
        {},
    ],
    ids=lambda v: str(getattr(v, "dtype", type(v).__name__)),
)
def test_other_types_are_refused(value) -> None:
    with pytest.raises(SignalError) as caught:
        as_signal(value, ACC, "falls: acc")
    assert caught.value.code == "E_DTYPE"
    assert caught.value.path == "falls: acc"
    assert caught.value.expected == "float64, float32, int"


@pytest.mark.parametrize("value", [X[0], X[:, :2], X[None], X.T, np.float64(3.0), np.zeros(0), np.zeros((0, 2)), [[1.0, 2.0, 3.0], [1.0]]])
def test_other_shapes_are_refused(value) -> None:
    with pytest.raises(SignalError) as caught:
        as_signal(value, ACC, "p")
    assert caught.value.code == "E_SHAPE"
    assert caught.value.expected == "(n, 3)"
    with pytest.raises(SignalError, match=r"\(n,\)"):
        as_signal(X, BREATH, "p")


@pytest.mark.parametrize("value", [True, np.True_, "50", None, 0.0, -50.0, math.nan, math.inf, 19.999, 400.001, 1 + 0j, [50.0]])
def test_bad_rates_are_refused(value) -> None:
    with pytest.raises(SignalError) as caught:
        as_rate(value, ACC, "p")
    assert caught.value.code == "E_RATE"
    assert caught.value.expected == "20 .. 400 Hz"


@pytest.mark.parametrize("value", [20, 400, 50.0, np.float32(50), np.int64(100)])
def test_good_rates_pass(value) -> None:
    rate = as_rate(value, ACC, "p")
    assert type(rate) is float
    assert rate == value


def test_an_open_range_of_rates_says_so() -> None:
    free = dataclasses.replace(BREATH, rates=(0.0, math.inf))
    assert as_rate(1e-3, free, "p") == 1e-3
    with pytest.raises(SignalError, match="> 0 Hz"):
        as_rate(0.0, free, "p")


def test_rates_go_by_input() -> None:
    assert as_rates(toys.HITS, 50.0) == {"acc": 50.0}
    assert as_rates(toys.HITS, {"acc": 50}) == {"acc": 50.0}
    assert as_rates(toys.DIPS, {"breathing": 25, "spo2": 1}) == {"breathing": 25.0, "spo2": 1.0}
    assert as_rates(toys.PAUSES, None) == {}
    for algorithm, fs, code in (
        (toys.DIPS, 25.0, "E_INPUTS"),
        (toys.DIPS, {"breathing": 25.0}, "E_INPUTS"),
        (toys.DIPS, {"breathing": 25.0, "spo2": 1.0, "more": 1.0}, "E_INPUTS"),
        (toys.HITS, None, "E_RATE"),
        (toys.PAUSES, 4.0, "E_RATE"),
    ):
        with pytest.raises(SignalError) as caught:
            as_rates(algorithm, fs)
        assert caught.value.code == code
    with pytest.raises(SignalError) as caught:
        as_rates(toys.DIPS, {"breathing": 25.0, "spo2": 1e9})
    assert caught.value.path == "toy.dips: fs[spo2]"


def test_inputs_go_by_name() -> None:
    assert as_inputs(toys.HITS, X, partly=False) == {"acc": X}
    assert as_inputs(toys.HITS, {"acc": 1}, partly=False) == {"acc": 1}
    assert as_inputs(toys.DIPS, {"spo2": 1}, partly=True) == {"spo2": 1}
    for value, partly in ((X, True), ({"spo2": 1}, False), ({"other": 1}, True), ({"spo2": 1, "breathing": 1, "x": 1}, False)):
        with pytest.raises(SignalError) as caught:
            as_inputs(toys.DIPS, value, partly=partly)
        assert caught.value.code == "E_INPUTS"
        assert caught.value.expected == "breathing + spo2"


def test_starts_are_whole_numbers() -> None:
    assert as_start(0, "p") == 0
    assert as_start(np.int64(7), "p") == 7
    assert as_start(2**62, "p") == 2**62
    for bad in (True, np.True_, -1, 1.0, "1", None, 2**62 + 1):
        with pytest.raises(ParamsError, match="int >= 0"):
            as_start(bad, "p")


def test_params_come_as_values_or_as_an_instance() -> None:
    made = toys.HitParams(impact=30.0)
    assert as_params(toys.HITS, made, {}) is made
    assert as_params(toys.HITS, None, {"impact": 30.0}) == made
    with pytest.raises(ParamsError, match="params"):
        as_params(toys.HITS, made, {"impact": 30.0})
    with pytest.raises(ParamsError, match="HitParams"):
        as_params(toys.HITS, toys.AverageParams(), {})


def facts(error: pytest.ExceptionInfo[SignalError | ParamsError]) -> tuple[str, str, str, str]:
    """Return code, path, expected and got of a caught error."""
    return error.value.code, error.value.path, error.value.expected, error.value.got


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: as_signal(X[:, 0], ACC, "p"), ("E_SHAPE", "p", "(n, 3)", "(4,)")),
        (lambda: as_signal(X, BREATH, "p"), ("E_SHAPE", "p", "(n,)", "(4, 3)")),
        (lambda: as_signal([[1.0], [1.0, 2.0]], ACC, "p"), ("E_SHAPE", "p", "(n, 3)", "ragged / 参差不齐")),
        (lambda: as_signal(X > 1, ACC, "p"), ("E_DTYPE", "p", "float64, float32, int", "bool")),
        (lambda: as_rate(None, ACC, "p"), ("E_RATE", "p", "20 .. 400 Hz", "None")),
        (lambda: as_rate("50", ACC, "p"), ("E_RATE", "p", "20 .. 400 Hz", "str")),
        (lambda: as_rate(10, ACC, "p"), ("E_RATE", "p", "20 .. 400 Hz", "10")),
        (lambda: as_rates(toys.DIPS, 25.0), ("E_INPUTS", "toy.dips: fs", "breathing + spo2", "float")),
        (lambda: as_rates(toys.DIPS, {"spo2": 1.0}), ("E_INPUTS", "toy.dips: fs", "breathing + spo2", "spo2")),
        (lambda: as_rates(toys.HITS, 1.0), ("E_RATE", "toy.hits: fs", "20 .. 400 Hz", "1")),
        (lambda: as_rates(toys.PAUSES, 4.0), ("E_RATE", "toy.pauses: fs", "None", "4.0")),
        (lambda: as_inputs(toys.DIPS, X, partly=True), ("E_INPUTS", "toy.dips", "breathing + spo2", "ndarray")),
        (lambda: as_inputs(toys.DIPS, {"a": 1, "spo2": 2}, partly=True), ("E_INPUTS", "toy.dips", "breathing + spo2", "a + spo2")),
        (lambda: as_start(-1, "p"), ("E_PARAM", "p", "int >= 0", "-1")),
        (
            lambda: as_params(toys.HITS, toys.HitParams(), {"impact": 1, "pause": 2}),
            ("E_PARAM", "toy.hits: params", "params | name=value", "params + impact, pause"),
        ),
        (lambda: as_params(toys.HITS, toys.NoParams(), {}), ("E_PARAM", "toy.hits: params", "HitParams", "NoParams")),
    ],
)
def test_each_refusal_says_what_was_expected_and_what_came(call, said) -> None:
    with pytest.raises((SignalError, ParamsError)) as caught:
        call()
    assert facts(caught) == said


def test_the_edges_of_a_range_of_rates_are_inside() -> None:
    assert as_rate(20.0, ACC, "p") == 20.0
    assert as_rate(400.0, ACC, "p") == 400.0
    with pytest.raises(SignalError):
        as_rate(math.nextafter(400.0, 500.0), ACC, "p")
    with pytest.raises(SignalError):
        as_rate(math.nextafter(20.0, 0.0), ACC, "p")
