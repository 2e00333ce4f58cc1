"""Invariances of the regulariser under any faults, chunks and resumes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agetech.dsp.regularise import Regularised, Regulariser, Stamps, regularise
from agetech.errors import SignalError

FS = 64.0  # stamps are then exact, so that a shift changes no bit
FAULT = st.tuples(
    st.sampled_from(["drop", "repeat", "swap", "set", "back", "nan", "again", "hole"]), st.integers(5, 290), st.integers(1, 30)
)


def faulty(faults: list[tuple[str, int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return stamps and values of 300 samples with the faults laid in."""
    t = np.arange(300) / FS
    order = np.arange(300)
    for kind, at, size in faults:
        at = min(at, len(order) - 2)  # noqa: PLW2901 - earlier faults have made it shorter
        if kind in ("drop", "hole"):
            order = np.delete(order, slice(at, at + size * (4 if kind == "hole" else 1)))
            order = order if len(order) > 10 else np.arange(300)
        elif kind == "swap":
            order = np.concatenate((order[:at], order[at + size : at + 2 * size], order[at : at + size], order[at + 2 * size :]))
        elif kind == "again":
            order = np.insert(order, at, order[max(0, at - size) : at])
    stamps, values = t[order].copy(), np.column_stack((np.sin(t[order]), t[order]))
    for kind, at, size in faults:
        at = min(at, len(order) - 2)  # noqa: PLW2901
        if kind == "repeat":
            stamps[at : at + size] = stamps[at]
        elif kind == "set":
            stamps[at:] += 100.0 * size
        elif kind == "back":
            stamps[at:] -= 100.0 * size
        elif kind == "nan":
            values[at : at + size] = np.nan
    return stamps, values


def attempt(times: np.ndarray, values: np.ndarray, stamps: Stamps) -> Regularised | str:
    try:
        return regularise(times, values, FS, stamps=stamps)
    except SignalError as error:
        return error.code


@given(st.lists(FAULT, max_size=6), st.sampled_from(list(Stamps)), st.lists(st.integers(0, 300), max_size=12))
def test_chunks_and_resumes_do_not_matter(faults: list[tuple[str, int, int]], stamps: Stamps, cuts: list[int]) -> None:
    times, values = faulty(faults)
    whole = attempt(times, values, stamps)
    one = Regulariser(FS, stamps=stamps)
    parts = []
    try:
        for part in np.split(np.arange(len(times)), sorted(cuts)):
            parts.append(one.push(times[part], values[part]))
            one = Regulariser.load(one.save())
        parts.append(one.finish())
        made: tuple[object, ...] | str = (np.concatenate(parts).tobytes(), one.origins)
    except SignalError as error:
        made = error.code
    assert made == (whole if isinstance(whole, str) else (whole.values.tobytes(), whole.origins))


@given(st.lists(FAULT, max_size=6), st.sampled_from(list(Stamps)))
def test_what_comes_out_is_never_more_than_what_went_in(faults: list[tuple[str, int, int]], stamps: Stamps) -> None:
    times, values = faulty(faults)
    made = attempt(times, values, stamps)
    if isinstance(made, str):
        assert made in ("E_RATE", "E_STAMPS")
        return
    known = made.values[~np.isnan(made.values)]
    if len(known):
        assert known.max() <= np.nanmax(values)
        assert known.min() >= np.nanmin(values)
    report = made.report
    assert report.samples + report.duplicate + report.late + report.unstamped == len(times)
    assert report.rows == len(made)
    assert len(made.origins) == report.jumps + 1


@given(st.lists(FAULT, max_size=4), st.sampled_from(list(Stamps)), st.integers(-4, 8))
def test_scale_and_whole_seconds_shift(faults: list[tuple[str, int, int]], stamps: Stamps, power: int) -> None:
    times, values = faulty(faults)
    made = attempt(times, values, stamps)
    scaled = attempt(times, values * 2.0**power, stamps)
    later = attempt(times + 1024.0, values, stamps)
    if isinstance(made, str):
        assert scaled == later == made
        return
    assert isinstance(scaled, Regularised)
    assert isinstance(later, Regularised)
    assert np.array_equal(scaled.values, made.values * 2.0**power, equal_nan=True)
    assert later.values.shape == made.values.shape
    assert np.array_equal(later.values, made.values, equal_nan=True)


@given(st.lists(st.floats(0.2, 40.0), min_size=2, max_size=120), st.floats(0.05, 0.6))
def test_rising_stamps_are_what_numpy_interpolates(steps: list[float], limit: float) -> None:
    times = np.concatenate(([0.0], np.cumsum(steps))) / FS
    values = np.sin(times * 3.0) + times
    made = regularise(times, values, FS, stamps=Stamps.SAMPLE, limit=limit)
    grid = np.arange(len(made)) / FS
    assert len(made) == int(times[-1] * FS + 1e-3) + 1
    want = np.interp(grid, times, values)
    after = np.clip(np.searchsorted(times, grid, side="left"), 1, len(times) - 1)
    near = np.abs(times[:, np.newaxis] - grid).min(axis=0) <= 1e-3 / FS
    lost = (times[after] - times[after - 1] > limit) & ~near
    assert np.array_equal(np.isnan(made.values), lost)
    assert np.abs(made.values - want)[~lost].max() < 1e-3
    assert made.report.missing == lost.sum()
