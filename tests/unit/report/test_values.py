"""The page of windows and series."""

import math
from dataclasses import replace

import numpy as np
import pytest

from agetech.core import run
from agetech.report import Evidence, values_page
from tests.unit.cli.made import LEVEL, WHOLE, LevelParams
from tests.unit.report.made import scene
from tests.unit.report.test_events import NASTY, Outline


@pytest.fixture(scope="module")
def given():
    made = scene()
    return Evidence(LEVEL, run(LEVEL, made.signal, made.fs), made.signal, made.fs, LevelParams(), "simulated", name="made up")


@pytest.mark.parametrize(("lang", "word"), [("en", "Level"), ("zh", "水平")])
def test_the_page_holds_the_values(given, lang, word):
    page = Outline(values_page(given, lang=lang))
    assert word in page.text
    assert len(page.named("tr")) == 1 + len(given.rows) + 1 + len(LEVEL.fields)
    assert len([one for one in page.named("svg") if one.get("role") == "img"]) == 1
    middle = np.sort(given.rows["level"])[len(given.rows) // 2]
    assert f"{middle:.2f} m/s²" in page.text


def test_missing_values_break_the_curve_and_are_no_numbers(given):
    rows = given.rows.copy()
    rows["level"][5] = math.nan
    text = values_page(replace(given, rows=rows), lang="en")
    (path,) = [
        one["d"]
        for one in Outline(text).named("path")
        if one.get("class") == "line s1" and one["d"].startswith("M") and "H" not in one["d"]
    ]
    assert path.count("M") == 2
    assert f"median of {len(rows) - 1} values" in text
    assert "nan" not in Outline(text).text


def test_no_rows_have_a_page(given):
    assert "too short" in Outline(values_page(replace(given, rows=given.rows[:0]), lang="en")).text


def test_a_series_has_no_clock(given):
    rows = run(WHOLE, np.array([0.8, 0.9, 0.7]))
    page = Outline(values_page(Evidence(WHOLE, rows, np.array([0.8, 0.9, 0.7]), 0.0, LevelParams(), "recorded"), lang="en"))
    assert "0.900" in page.text
    assert "0:00" not in page.text


def test_names_do_no_harm(given):
    page = Outline(values_page(replace(given, name=NASTY), lang="en", title=NASTY))
    assert not page.named("script")
    assert "\\u202e" in page.text


def test_a_steady_course_is_drawn_steady(given):
    rows = given.rows.copy()
    rows["level"] = 15.0 + 0.01 * np.sin(np.arange(len(rows)))
    page = Outline(values_page(replace(given, rows=rows), lang="en"))
    (path,) = [one["d"] for one in page.named("path") if one.get("class") == "line s1" and one["d"].startswith("M") and "H" not in one["d"]]
    heights = [float(spot.split()[1]) for spot in path.replace("M", "L").split("L") if spot]
    assert max(heights) - min(heights) < 60.0
