"""The contract suite holds for algorithms of every shape, and finds each fault that it is there for."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from agetech.core import Field, Input, State, Step, Window, kernel
from agetech.testing import ContractError, check_algorithm
from agetech.testing.contract import CHECKS, promises
from agetech.units import NUMBER, SAMPLE
from tests import toys

TAKE_NO_CHUNKS = "any_chunking_with_gaps_and_resumes"


@pytest.mark.parametrize("algorithm", toys.TOYS, ids=lambda one: one.id)
def test_sound_algorithms_pass(algorithm) -> None:
    assert len(check_algorithm(algorithm, seconds=60.0 if algorithm is toys.DIPS else 25.0, examples=3)) == len(CHECKS)


def test_every_check_says_its_promise() -> None:
    assert all(promises().values())


def _broken(**changes) -> str:
    algorithm = dataclasses.replace(toys.HITS, id="toy.broken", **changes)
    with pytest.raises(ContractError) as caught:
        check_algorithm(algorithm, seconds=25.0, examples=2)
    return str(caught.value)


def _with_step(step) -> str:
    shape = dataclasses.replace(toys.HITS.shape, step=kernel(step))
    return _broken(shape=shape)


def counts_calls(plan, state, ring, x, out) -> int:
    s, n = state[0], 0
    for row in range(x.shape[0]):
        if abs(x[row, 0]) + abs(x[row, 1]) + abs(x[row, 2]) > 30.0 and s.index - s.last > 50:
            s.last = s.index
            out[n].onset = s.index
            out[n].confirmed = s.index + 5
            out[n].peak = x[row, 0]
            n += 1
        s.index += 1
    return n


def writes_on_input(plan, state, ring, x, out) -> int:
    s = state[0]
    for row in range(x.shape[0]):
        if not x[row, 0] < math.inf:
            s.level[1] = 1.0
        if x.shape[0] > 1:
            x[row, 1] = 0.0
        s.index += 1
    return 0


def starts_at_zero(plan, state, ring, x, out) -> int:
    """Use the place within the chunk instead of the place within the stream."""
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        if abs(x[row, 0]) + abs(x[row, 1]) + abs(x[row, 2]) > 30.0 and s.index - s.last > p.pause:
            s.last = s.index
            out[n].onset = row
            out[n].confirmed = row
            out[n].peak = x[row, 0]
            n += 1
        s.index += 1
    return n


def test_place_within_the_chunk_is_found() -> None:
    assert TAKE_NO_CHUNKS in _with_step(starts_at_zero)


def test_a_row_given_before_its_confirmation_is_found() -> None:
    assert "sample_by_sample" in _with_step(counts_calls)


def test_a_changed_input_is_found() -> None:
    said = _with_step(writes_on_input)
    assert "answers_something" in said
    assert "layouts" in said


def test_a_late_row_is_found() -> None:
    assert "latency" in _broken(latency=lambda p: -1.0)


def test_a_field_without_chinese_is_found() -> None:
    fields = (*toys.HIT_FIELDS[:2], Field("peak", "f8", NUMBER, "size", ""))
    assert "described" in _broken(fields=fields)


def test_a_wrong_grain_is_found() -> None:
    thinned = dataclasses.replace(toys.THINNED, id="toy.broken", grain=lambda p, fs: 1)
    with pytest.raises(ContractError, match="shift_by_the_grain"):
        check_algorithm(thinned, seconds=25.0, examples=2)


def test_a_growing_state_is_found() -> None:
    hoard: list[float] = []

    def keeps_all(params, fs, x):
        hoard.extend(x.tolist())
        return (float(len(hoard)),)

    shape = Window(window=lambda p: 2.0, hop=lambda p: 0.5, estimate=keeps_all)
    with pytest.raises(ContractError, match=TAKE_NO_CHUNKS):
        check_algorithm(dataclasses.replace(toys.AVERAGES, id="toy.broken", shape=shape), seconds=25.0, examples=2)


def test_a_parameter_without_bounds_is_found() -> None:
    class Loose(toys.HitParams):
        loose: float = 1.0

    assert "parameter_bounds" in _broken(params=Loose)


def test_an_exception_of_numpy_is_a_broken_promise() -> None:
    def fails(params, fs, x):
        raise IndexError("x")

    shape = Window(window=lambda p: 2.0, hop=lambda p: 0.5, estimate=fails)
    with pytest.raises(ContractError, match="IndexError"):
        check_algorithm(dataclasses.replace(toys.AVERAGES, id="toy.broken", shape=shape), seconds=25.0, examples=1)


def test_a_declaration_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="confirmed"):
        dataclasses.replace(toys.HITS, fields=(Field("onset", "i8", SAMPLE, "a", "甲"),))
    with pytest.raises(ValueError, match="anchor|latency"):
        dataclasses.replace(toys.HITS, anchor="nowhere")
    with pytest.raises(ValueError, match="one step kernel"):
        dataclasses.replace(toys.DIPS, inputs=(toys.BREATH,))
    with pytest.raises(ValueError, match="different names"):
        dataclasses.replace(toys.DIPS, inputs=(toys.BREATH, toys.BREATH))
    with pytest.raises(ValueError, match="attribute of numpy"):
        dataclasses.replace(toys.HITS, fields=(*toys.HIT_FIELDS, Field("size", "f8", NUMBER, "a", "甲")))
    with pytest.raises(ValueError, match="series"):
        dataclasses.replace(toys.DIPS, inputs=(Input("rr", NUMBER, "a", "甲", kind="series"), toys.SPO2))
    with pytest.raises(ValueError, match="start and end"):
        dataclasses.replace(toys.AVERAGES, fields=toys.WINDOW_FIELDS[1:])
    assert isinstance(toys.HITS.shape, Step)
    assert isinstance(State(np.zeros(1), np.zeros(0)), tuple)
