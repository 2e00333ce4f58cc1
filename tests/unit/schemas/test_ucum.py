import pytest

from agetech.errors import SchemaError
from agetech.schemas.catalogue import observation_types
from agetech.schemas.ucum import parse, same_dimension
from agetech.units import UNITS


def test_every_unit_of_the_table_and_the_catalogue_parses():
    for code in [*UNITS, *(t.ucum for t in observation_types().values() if t.ucum)]:
        parse(code)


@pytest.mark.parametrize(
    "code",
    ["dB(SPL)", "lbs", "beats/min", "{beat}/min}", "", " m", "m/", "m..s", "m//s", "mm Hg", "x" * 65, "m(s", "((((((((((m))))))))))", "米"],
)
def test_what_is_no_unit_is_refused(code):
    with pytest.raises(SchemaError):
        parse(code)


def test_factors_agree_with_the_exact_table():
    for one in UNITS.values():
        for other in UNITS.values():
            if (
                one.dimension == other.dimension
                and not one.offset
                and not other.offset
                and one.dimension not in ("level", "bits", "code", "sample", "count")
            ):
                assert parse(one.code).factor / parse(other.code).factor == pytest.approx(one.factor / other.factor, rel=1e-9), (
                    one.code,
                    other.code,
                )


def test_dimensions():
    assert same_dimension("mm[Hg]", "kPa")
    assert same_dimension("{beat}/min", "/s")
    assert same_dimension("10*9/L", "/uL")
    assert same_dimension("N.m", "J")
    assert not same_dimension("mmol/L", "mg/dL")
    assert not same_dimension("{unknown}", "1")
    assert same_dimension("m/s2", "m.s-2")
    assert not same_dimension("C", "Cel")
