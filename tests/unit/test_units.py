"""UCUM units: the table against published factors, conversions, the refusals."""

from __future__ import annotations

import math
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agetech import units
from agetech.errors import ParamsError
from agetech.units import UNITS, Unit, convert, factor, unit

SAME_KIND = sorted((a, b) for a in UNITS for b in UNITS if UNITS[a].dimension == UNITS[b].dimension)
OTHER_KIND = sorted((a, b) for a in UNITS for b in UNITS if UNITS[a].dimension != UNITS[b].dimension)
MODERATE = st.floats(-1e6, 1e6, allow_subnormal=False)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1, "[g]", "m/s2", 9.80665),  # CGPM 1901
        (1000, "m[g]", "[g]", 1),
        (37, "Cel", "K", 310.15),
        (98.6, "[degF]", "Cel", 37),
        (-40, "[degF]", "Cel", -40),
        (0, "K", "Cel", -273.15),
        (120, "mm[Hg]", "kPa", 15.99864),  # 1 mmHg = 133.322 Pa (UCUM)
        (72, "/min", "Hz", 1.2),
        (30, "/h", "/min", 0.5),
        (180, "deg", "rad", math.pi),
        (1, "rad/s", "deg/s", 180 / math.pi),
        (36, "km/h", "m/s", 10),
        (1, "h", "min", 60),
        (1, "d", "h", 24),
        (5, "ms", "us", 5000),
        (2, "ns", "s", 2e-9),
        (1, "kcal", "J", 4184),
        (50, "%", "1", 0.5),
        (1, "%", "[ppm]", 10_000),
        (0.2, "mV", "uV", 200),
        (100, "mg/dL", "g/L", 1),
        (1500, "mL", "L", 1.5),
        (6, "L/min", "L/s", 0.1),
        (1600, "ms2", "ms2", 1600),
        (1.7, "m", "cm", 170),
        (70, "kg", "g", 70_000),
        (1, "GHz", "kHz", 1e6),
    ],
)
def test_published_conversions(value, source, target, expected):
    assert convert(value, source, target) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("source", "target"), SAME_KIND)
def test_there_and_back_is_the_same_value(source, target):
    for value in (0.0, 1.0, -3.7, 98.6, 1e5):
        assert convert(convert(value, source, target), target, source) == pytest.approx(value, rel=1e-12, abs=1e-9)


@given(MODERATE, st.sampled_from(sorted(UNITS)))
def test_a_unit_in_itself_is_exact(value, code):
    assert convert(value, code, code) == value


@given(MODERATE, st.sampled_from(SAME_KIND), st.data())
def test_a_detour_gives_the_direct_value(value, pair, data):
    source, target = pair
    between = data.draw(st.sampled_from([code for code in UNITS if UNITS[code].dimension == UNITS[source].dimension]))
    direct, scale = convert(value, source, target), abs(factor(source, target)[0])
    assert convert(convert(value, source, between), between, target) == pytest.approx(direct, rel=1e-11, abs=1e-9 * max(scale, 1.0))


@given(st.sampled_from(OTHER_KIND))
def test_other_kinds_are_refused_by_name(pair):
    source, target = pair
    with pytest.raises(ParamsError) as caught:
        convert(1.0, source, target)
    assert (caught.value.code, caught.value.path) == ("E_UNIT_DIMENSION", "unit")
    assert (caught.value.expected, caught.value.got) == (target, source)
    assert caught.value.message("en") == f"unit: {source} cannot be converted to {target}"


@pytest.mark.parametrize(
    "pair", [("mmol/L", "mg/dL"), ("Hz", "Cel"), ("%", "Cel"), ("V", "Ohm"), ("dB", "dB[SPL]"), ("a", "d"), ("kg", "N")]
)
def test_nothing_is_converted_that_needs_more_knowledge(pair):
    with pytest.raises(ParamsError, match="E_UNIT_DIMENSION"):
        factor(*pair)


@pytest.mark.parametrize("code", ["", "g/dL", "M/S2", "MS", "hz", "°C", "mmHg", None, 3, ["s"], {"s": 1}])
def test_an_unknown_code_is_refused(code):
    for call in (lambda: unit(code), lambda: convert(1.0, code, "s"), lambda: convert(1.0, "s", code)):
        with pytest.raises(ParamsError) as caught:
            call()
        assert (caught.value.code, caught.value.got) == ("E_UNIT_CODE", str(code))
        assert caught.value.__suppress_context__


def test_codes_are_case_sensitive():
    assert unit("m").dimension == "length"
    assert unit("g").dimension == "mass"
    assert unit("[g]").dimension == "acceleration"
    assert unit("ms") != unit("m/s")


@pytest.mark.parametrize("code", sorted(UNITS))
def test_each_row_is_whole(code):
    row = UNITS[code]
    assert row.code == code
    assert row.en.isascii()
    assert row.en == row.en.strip() != ""
    assert not row.zh.isascii()
    assert row.factor > 0
    assert math.isfinite(row.factor)
    assert math.isfinite(row.offset)
    assert row.offset == 0 or row.dimension == "temperature"


def test_no_unit_stands_twice_under_two_codes():
    sizes = [(row.dimension, row.factor, row.offset) for row in UNITS.values()]
    twice = {row.code for row in UNITS.values() if sizes.count((row.dimension, row.factor, row.offset)) > 1}
    assert twice == {"Hz", "/s"}  # UCUM has both: a frequency, and events in a second


def test_each_kind_has_its_coherent_unit_except_where_nobody_uses_it():
    coherent = {row.dimension for row in UNITS.values() if (row.factor, row.offset) == (1.0, 0.0)}
    assert {row.dimension for row in UNITS.values()} - coherent == {"volume", "flow", "time squared"}


def test_names_do_not_repeat_within_a_language():
    for name in ("en", "zh"):
        told = [getattr(row, name) for row in UNITS.values()]
        assert len(set(told)) == len(told)


def test_a_unit_is_a_frozen_value():
    with pytest.raises(AttributeError):
        units.SECOND.factor = 2.0  # type: ignore[misc]
    assert Unit("s", "second", "秒", "time") == units.SECOND
    assert hash(units.SECOND) == hash(unit("s"))


def test_named_units_are_rows_of_the_table():
    named = {name: value for name, value in vars(units).items() if isinstance(value, Unit)}
    assert len(named) >= 19
    assert all(UNITS[value.code] is value for value in named.values())


def test_types_carry_their_unit():
    kinds = {name: value for name, value in vars(units).items() if typing.get_origin(value) is typing.Annotated}
    assert set(kinds) >= {"Seconds", "Hertz", "Metres", "Speed", "Acceleration", "AngularRate", "Degrees", "Radians", "Number"}
    for kind in kinds.values():
        base, carried = typing.get_args(kind)
        assert base is float
        assert UNITS[carried.code] is carried
