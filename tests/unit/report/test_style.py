"""The look: every text has a contrast of at least 4.5 to 1 on every ground it stands on (WCAG 2.2, 1.4.3 AA)."""

import re
from importlib.resources import files

import pytest

STYLE = files("agetech").joinpath("report", "templates", "style.css").read_text(encoding="utf-8")
NAMED = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", STYLE))
GROUNDS = {"ground": NAMED["ground"], "panel": NAMED["panel"], "notice": "#fdf5e8", "alarm": "#fdeeec"}


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255.0 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", ["ink", "soft", "red", "amber", "green", "blue"])
def test_texts_are_readable_on_every_ground(ink, ground):
    assert contrast(NAMED[ink], GROUNDS[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["soft", "red", "amber", "green"])
def test_flags_are_readable(ground):
    assert contrast("#ffffff", NAMED[ground]) >= 4.5


def test_grounds_are_those_of_the_style():
    assert {"#fdf5e8", "#fdeeec"} <= set(re.findall(r"background: (#[0-9a-f]{6})", STYLE))


def test_lines_differ_by_more_than_colour():
    dashes = [re.search(rf"\.line\.s{n} {{([^}}]*)}}", STYLE).group(1) for n in (1, 2, 3, 4)]
    shapes = [re.sub(r"stroke: [^;]*;", "", one) for one in dashes]
    assert len(set(shapes)) == 4


def test_the_page_prints_on_a4_and_asks_for_no_font():
    assert "@page { size: A4" in STYLE
    assert "@font-face" not in STYLE
    assert "url(" not in STYLE
