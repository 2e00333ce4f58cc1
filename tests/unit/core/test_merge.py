"""The order of several inputs: by time, ties by declaration, never by arrival."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agetech.core import Input
from agetech.core.merge import Merge
from agetech.errors import SignalError
from agetech.units import NUMBER, SAMPLE
from tests.toys import BREATH, SPO2

BEATS = Input("beats", SAMPLE, "beats", "心搏", kind="series")


def merged(inputs, rates, parts, *, at_end: bool = True) -> list[tuple[int, float]]:
    merge = Merge(inputs, rates, "toy")
    got = []
    for which, rows in parts:
        merge.add(which, np.asarray(rows, np.float64))
        got += [(w, float(v)) for w, some in merge.ready() for v in some]
    if at_end:
        got += [(w, float(v)) for w, some in merge.ready(at_end=True) for v in some]
    return got


def obvious(inputs, rates, signals) -> list[tuple[int, float]]:
    """Sort all rows by (time, input)."""
    rows = []
    for which, (one, signal) in enumerate(zip(inputs, signals, strict=True)):
        for index, value in enumerate(signal):
            time = value / rates[inputs[0].name] if one.kind == "series" else index / rates[one.name]
            rows.append((time, which, index, float(value)))
    return [(which, value) for _, which, _, value in sorted(rows)]


@given(data=st.data(), fast=st.sampled_from([3.0, 10.0, 25.0]), slow=st.sampled_from([0.5, 1.0, 3.0]))
def test_any_arrival_gives_the_order_of_time(data, fast: float, slow: float) -> None:
    inputs, rates = (BREATH, SPO2), {"breathing": fast, "spo2": slow}
    seconds = data.draw(st.integers(0, 12))
    signals = [np.arange(int(seconds * fast)), np.arange(int(seconds * slow)) + 1000]
    cuts = [data.draw(st.lists(st.integers(0, len(x)), max_size=5)) for x in signals]
    parts = [(which, rows) for which, x in enumerate(signals) for rows in np.split(x, sorted(cuts[which]))]
    assert merged(inputs, rates, data.draw(st.permutations(parts)) if not seconds else _shuffled(data, parts)) == obvious(
        inputs, rates, signals
    )


def _shuffled(data, parts):
    """Mix the parts of the two inputs, each in its own order."""
    first = [part for part in parts if part[0] == 0]
    second = [part for part in parts if part[0] == 1]
    mixed = []
    while first or second:
        take = first if first and (not second or data.draw(st.booleans())) else second
        mixed.append(take.pop(0))
    return mixed


def test_a_series_is_placed_by_its_first_column() -> None:
    inputs, rates = (BREATH, BEATS), {"breathing": 10.0}
    signals = [np.arange(50.0), np.array([0.0, 7.0, 7.0, 30.5, 49.0])]
    parts = [(1, signals[1][:2]), (0, signals[0][:20]), (1, signals[1][2:]), (0, signals[0][20:])]
    assert merged(inputs, rates, parts) == obvious(inputs, rates, signals)


def test_rows_wait_for_the_slower_input() -> None:
    inputs, rates = (BREATH, SPO2), {"breathing": 10.0, "spo2": 1.0}
    got = merged(inputs, rates, [(0, np.arange(25)), (1, [1000.0])], at_end=False)
    assert got == [(0, 0.0), (1, 1000.0), *((0, float(k)) for k in range(1, 11))]


def test_a_series_that_goes_back_is_refused() -> None:
    merge = Merge((BREATH, BEATS), {"breathing": 10.0}, "toy")
    merge.add(1, np.array([5.0, 5.0]))
    for bad in ([4.0], [9.0, 8.0], [np.nan]):
        with pytest.raises(SignalError) as caught:
            merge.add(1, np.array(bad))
        assert caught.value.code == "E_TIME_ORDER"


def test_too_many_waiting_rows_are_refused(monkeypatch) -> None:
    monkeypatch.setattr("agetech.core.merge.WAITING", 100)
    merge = Merge((BREATH, dataclasses.replace(SPO2, unit=NUMBER)), {"breathing": 10.0, "spo2": 1.0}, "toy")
    merge.add(0, np.zeros(100))
    merge.check_room()
    merge.add(0, np.zeros(1))
    with pytest.raises(SignalError, match="E_LIMIT"):
        merge.check_room()
