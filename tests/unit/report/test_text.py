"""Words and numbers of pages."""

import json
import math
import re
import string
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agetech.report.text import clock, figure, length_of_time, member, say, texts, unit_sign, visible
from agetech.units import UNITS, unit
from tests.unit.report.made import Kind

HAN = re.compile(r"[\u4e00-\u9fff]")


@given(st.text())
def test_what_is_shown_is_printable_and_short(text):
    shown = visible(text)
    assert shown.isprintable()
    assert "\n" not in shown
    assert len(shown) <= 200 * 6 + 3


def test_marks_that_turn_or_hide_text_become_visible():
    assert visible("a\x1b[31mb") == "a\\u001b[31mb"
    assert visible("evil\u202egnp.exe") == "evil\\u202egnp.exe"
    assert visible("\ud800") == "\\ud800"
    assert visible("王大妈 王") == "王大妈 王"
    assert visible("x" * 500) == "x" * 200 + "..."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.23456, "1.23"),
        (123.456, "123"),
        (0.00123456, "0.00123"),
        (-9.80665, "-9.81"),
        (99.96, "100.0"),
        (1e-9, "1.00e-09"),
        (0.000123, "0.000123"),
        (0.0000123, "1.23e-05"),
        (1234567.0, "1234567"),
        (12345678.0, "1.23e+07"),
        (math.inf, "∞"),
    ],
)
def test_figures(value, text):
    assert figure(value) == text


def test_no_value_is_a_dash():
    assert figure(math.nan) == "–"
    assert clock(math.nan) == "–"
    assert length_of_time(math.nan, "en") == "–"


@given(st.floats(-1e300, 1e300))
def test_a_figure_is_the_number_to_three_digits(value):
    assert math.isclose(float(figure(value)), value, rel_tol=6e-3, abs_tol=1e-300)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0:00:00"), (59.6, "0:01:00"), (3599.5, "1:00:00"), (86400.0, "24:00:00"), (-5.0, "-0:00:05")]
)
def test_clock_without_a_start(seconds, text):
    assert clock(seconds) == text


def test_tenths_carry():
    assert clock(59.96, tenths=True) == "0:01:00.0"
    assert clock(65.14, tenths=True) == "0:01:05.1"


def test_clock_with_a_start_is_the_time_of_day():
    assert clock(61.5, datetime(2026, 3, 1, 23, 59, 0, tzinfo=UTC), tenths=True) == "00:00:01.5"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.62, "0.6 s"), (12.4, "12 s"), (200.0, "3 min 20 s"), (3600.0, "1 h 0 min"), (59.7, "1 min 0 s")]
)
def test_lengths_of_time(seconds, text):
    assert length_of_time(seconds, "en") == text
    assert HAN.search(length_of_time(seconds, "zh"))


def test_coded_values_have_words():
    assert member(Kind, 2, "en") == "fall"
    assert member(Kind, 2, "zh") == "跌倒"
    assert member(Kind, 9, "en") == "9"
    assert member(None, 7, "en") == "7"


def test_every_unit_has_a_sign_without_brackets():
    for code in UNITS:
        assert not set("{}[]") & set(unit_sign(unit(code)).strip("[]")) or code in ("mm[Hg]", "m[g]", "dB[SPL]")


def test_texts_are_whole_in_both_languages():
    for key, entry in texts().items():
        assert set(entry) == {"en", "zh"}, key
        places = [{name for _, name, _, _ in string.Formatter().parse(entry[lang]) if name} for lang in ("en", "zh")]
        assert places[0] == places[1], key
        assert entry["en"].strip(), key
        assert not HAN.search(entry["en"]), key
    raw = files("agetech").joinpath("report", "texts.json").read_text(encoding="utf-8")
    assert len(json.loads(raw, object_pairs_hook=list)) == len(texts())


def test_say_fills_places():
    assert say("en", "span.min", m=3, s=20) == "3 min 20 s"
    with pytest.raises(KeyError):
        say("en", "span.min", m=3)
