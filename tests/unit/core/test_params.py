"""Parameters: strict, bounded, frozen, and every fault is a ParamsError that names the parameter."""

from __future__ import annotations

import math

import numpy as np
import pytest

from agetech.core.params import bounds, unit_of, wanted
from agetech.errors import ParamsError
from tests.toys import HitParams, Side


def test_values_and_defaults() -> None:
    p = HitParams()
    assert (p.impact, p.pause, p.side) == (20.0, 0.5, Side.LEFT)
    assert HitParams(impact=6).impact == 6.0
    assert type(HitParams(impact=6).impact) is float
    assert HitParams(impact=np.float32(6)).impact == 6.0
    assert HitParams(impact=np.int64(6)).impact == 6.0
    assert HitParams(side="right").side is Side.RIGHT
    assert HitParams.model_validate({"impact": 7.0}).impact == 7.0


@pytest.mark.parametrize("value", [True, np.True_, "20", None, math.nan, math.inf, -math.inf, 4.999, 200.001, [20.0], 1 + 0j])
def test_a_bad_number_is_refused(value) -> None:
    for make in (
        lambda: HitParams(impact=value),
        lambda: HitParams.model_validate({"impact": value}),
        lambda: HitParams().model_copy(update={"impact": value}),
    ):
        with pytest.raises(ParamsError) as caught:
            make()
        assert caught.value.code == "E_PARAM"
        assert caught.value.path == "HitParams.impact"
        assert caught.value.expected == "float m/s2 >= 5, <= 200"


def test_bounds_are_as_declared() -> None:
    assert HitParams(impact=5.0).impact == 5.0
    assert HitParams(impact=200.0).impact == 200.0
    with pytest.raises(ParamsError, match="> 0, <= 10"):
        HitParams(pause=0.0)
    assert bounds(HitParams, "impact") == {"ge": 5.0, "le": 200.0}
    assert bounds(HitParams, "pause") == {"gt": 0.0, "le": 10.0}
    assert unit_of(HitParams, "impact").code == "m/s2"
    assert unit_of(HitParams, "side") is None
    assert wanted(HitParams, "side") == "left | right"


def test_enums_unknown_names_and_missing_values() -> None:
    with pytest.raises(ParamsError) as caught:
        HitParams(side="middle")
    assert (caught.value.code, caught.value.expected) == ("E_PARAM", "left | right")
    with pytest.raises(ParamsError) as caught:
        HitParams(impct=3.0)
    assert (caught.value.code, caught.value.path) == ("E_PARAM_UNKNOWN", "HitParams.impct")
    assert caught.value.expected == "impact, pause, side"

    class Needs(HitParams):
        fs: float

    with pytest.raises(ParamsError) as caught:
        Needs()
    assert (caught.value.code, caught.value.path, caught.value.expected) == ("E_PARAM_MISSING", "Needs.fs", "float")
    with pytest.raises(ParamsError):
        HitParams.model_validate(3)


def test_parameters_are_frozen_and_named_by_their_values() -> None:
    p = HitParams()
    with pytest.raises(ValueError, match="frozen"):
        p.impact = 3.0  # type: ignore[misc]
    assert p.digest() == HitParams(impact=20).digest()
    assert len(p.digest()) == 16
    assert p.digest() != HitParams(impact=20.000001).digest()
    assert p.model_copy(update={"impact": 21.0}) == HitParams(impact=21.0)
    assert p.model_copy() == p
    assert HitParams.model_validate_json(p.model_dump_json()) == p
