"""The fuzz targets in the fast tier: their seeds pass, and so do seeds that were cut, flipped and spliced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_seeds_pass(name):
    seeds = list(TARGETS[name].seeds())
    assert seeds
    for seed in seeds:
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", sorted(TARGETS))
@given(draw=st.data())
def test_damaged_seeds_are_answered_or_refused(name, draw):
    seed = bytearray(draw.draw(st.sampled_from(list(TARGETS[name].seeds()))))
    for _ in range(draw.draw(st.integers(0, 4))):
        seed[draw.draw(st.integers(0, len(seed) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.one_of(st.just(len(seed)), st.integers(0, len(seed))))
    TARGETS[name].run(bytes(seed[:cut]) + draw.draw(st.binary(max_size=8)))


@pytest.mark.parametrize("name", sorted(TARGETS))
@given(data=st.binary(max_size=300))
def test_any_bytes_are_answered_or_refused(name, data):
    TARGETS[name].run(data)
