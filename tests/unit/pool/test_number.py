"""Patent numbers: right ones are read in one spelling, wrong ones are refused for the right reason."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers, sampled_from

from agetech.errors import SchemaError
from agetech.pool.number import check_digit, parse_number
from tests.unit.pool.made import cn


@pytest.mark.parametrize(
    ("text", "spelled", "office", "form", "year", "right", "invented"),
    [
        (cn(1, 1), cn(1, 1), "CN", "application", 9999, "invention", True),
        (f"zl {cn(2, 7)[2:]}", cn(2, 7), "CN", "application", 9999, "utility_model", True),
        (cn(3, 9)[2:], cn(3, 9), "CN", "application", 9999, "design", True),
        (cn(8, 1), cn(8, 1), "CN", "application", 9999, "invention", True),
        (cn(9, 1), cn(9, 1), "CN", "application", 9999, "utility_model", True),
        (f"CN99300000.{check_digit('99300000')}", f"CN99300000.{check_digit('99300000')}", "CN", "application", 1999, "design", False),
        ("CN999900001A", "CN999900001A", "CN", "publication", None, "invention", True),
        ("CN999900001U", "CN999900001U", "CN", "publication", None, "utility_model", True),
        ("WO 9999/000001 A1", "WO9999/000001A1", "WO", "publication", 9999, None, True),
        ("PCT/CN9999/000001", "PCT/CN9999/000001", "WO", "application", 9999, None, True),
        ("EP 9,900,001 B1", "EP9900001B1", "EP", "publication", None, None, True),
        ("us 99,000,001 b2", "US99000001B2", "US", "publication", None, None, True),
        ("US9999/0000001A1", "US9999/0000001A1", "US", "publication", 9999, None, True),
    ],
)
def test_forms(text, spelled, office, form, year, right, invented):
    found = parse_number(text)
    assert (found.text, found.office, found.form, found.year, found.right, found.invented) == (
        spelled,
        office,
        form,
        year,
        right,
        invented,
    )
    assert parse_number(found.text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CN",
        "CN9999",
        "CN999940000001.1",
        "CN99991000001.1",
        "CN9999100000012",
        "WO9999/00001",
        "EP9900001",
        "US1",
        "DE102099000001A1",
        "x",
    ],
)
def test_other_forms_are_none(text):
    with pytest.raises(SchemaError) as caught:
        parse_number(text)
    assert caught.value.code == "E_POOL_NUMBER"


@given(right=sampled_from([1, 2, 3, 8, 9]), serial=integers(0, 9_999_999), place=integers(0, 11), add=integers(1, 9))
def test_every_wrong_digit_and_every_swap_is_found(right, serial, place, add):
    digits = f"9999{right}{serial:07d}"
    check = check_digit(digits)
    wrong = digits[:place] + str((int(digits[place]) + add) % 10) + digits[place + 1 :]
    assert check_digit(wrong) != check
    if place < 11 and digits[place] != digits[place + 1]:
        swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        assert check_digit(swapped) != check


def test_a_wrong_check_digit_has_its_own_reason():
    good = cn(1, 1)
    for last in set("0123456789X") - {good[-1]}:
        with pytest.raises(SchemaError) as caught:
            parse_number(good[:-1] + last)
        assert caught.value.code == "E_POOL_CHECK_DIGIT"
        assert caught.value.expected == good[-1]
