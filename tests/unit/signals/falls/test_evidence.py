"""The pages, the C header and the coefficients agree with the evidence and the recipe; the data gives what is told."""

import json
from importlib.resources import files

import pytest

from benchmarks import evidence
from benchmarks.falls import __main__ as falls
from benchmarks.falls import c_coefficients, measure, pages
from benchmarks.falls.data import takes


@pytest.mark.parametrize("page", pages.all_pages(), ids=lambda page: f"{page.parent.parent.name}-{page.stem}")
def test_pages_hold_the_figures_of_the_evidence(page):
    assert pages.filled(page, evidence.read("falls")["figures"]) == page.read_text(encoding="utf-8")


def test_the_c_header_holds_the_shipped_coefficients():
    assert c_coefficients.PATH.read_text(encoding="utf-8") == c_coefficients.text()


@pytest.mark.parametrize("placement", ["waist", "wrist"])
def test_coefficients_name_their_recipe(placement):
    place = files("agetech.signals.falls") / "coefficients" / f"{placement}.json"
    told = json.loads(place.read_text(encoding="utf-8"))["recipe"]
    assert told["sha256"] == falls.recipe(placement)
    assert told["command"] == "python -m benchmarks.falls train"
    assert evidence.read("falls")["figures"]["data"][falls.SOURCES[placement]] == told["data"]


def test_the_recordings_are_those_of_the_evidence(data):
    for source, told in evidence.read("falls")["figures"]["data"].items():
        assert falls.digests(source) == told


def test_shipped_coefficients_on_two_persons(data):
    """Persons the coefficients were trained on: this guards the whole path, it is no evidence."""
    recordings = [one for one in takes("sisfall") if one.person in ("SA09", "SE13")]
    alarms = [len(measure.falls_of(measure.detect_falls(one.acc, one.fs, placement="waist"))) for one in recordings]
    found = measure.score(recordings, alarms)
    assert found.sensitivity.value > 0.98
    assert found.specificity.value > 0.98
