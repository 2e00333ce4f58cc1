"""The catalogue: 70 files, each checked, in both languages, backed where it says so, with its pages up to date."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from agetech.scoring import instrument, instruments, rules
from agetech.scoring.document import check, faults, load
from agetech.scoring.pages import index, page

FOLDER = Path(str(files("agetech.scoring").joinpath("instruments")))
DOCS = Path(__file__).parents[3] / "docs"
HAN = re.compile(r"[\u4e00-\u9fff]")
LOINC = [
    "72106-8",
    "72172-0",
    "72133-2",
    "71722-3",
    "72233-0",
    "71492-3",
    "38227-5",
    "59460-6",
    "44261-6",
    "44249-1",
    "70274-6",
    "107107-5",
]


def test_there_are_seventy():
    assert len(instruments()) == 70


@pytest.mark.parametrize("name", instruments())
def test_file_holds(name):
    document = load(FOLDER / f"{name}.json")
    assert document["id"] == name
    assert list(faults(check(document))) == []


@pytest.mark.parametrize("name", instruments())
def test_names_and_labels_in_both_languages(name):
    document = instrument(name).document
    labels = [document["name"], *(item["label"] for item in document["items"])]
    labels += [band["label"] for scheme in document["schemes"].values() for band in scheme.get("bands", [])]
    assert all(label["en"].strip() and label["zh"].strip() for label in labels)
    assert all(HAN.search(label["zh"]) or label["zh"] == label["en"] or re.fullmatch(r"[\w\d.>-]+", label["zh"]) for label in labels)


def test_no_code_is_verified_that_nobody_checked():
    codes = [code for name in instruments() for code in instrument(name).document.get("codes", [])]
    assert {code["code"] for code in codes if code["verified"]} <= set(LOINC)
    assert instrument("phq2").codes() == ()
    assert [code["code"] for code in instrument("phq9").codes()] == ["44261-6"]


@pytest.mark.parametrize("name", instruments())
def test_no_item_text_of_reserved_instruments(name):
    document = instrument(name).document
    if document["licence"]["class"] in ("reserved", "free_use_text_reserved"):
        assert not document["licence"]["ships_text"]
        assert all(len(item["label"]["en"]) <= 60 and "?" not in item["label"]["en"] for item in document["items"])
        assert all(len(item["label"]["zh"]) <= 20 and "？" not in item["label"]["zh"] for item in document["items"])


@pytest.mark.parametrize("name", instruments())
def test_sources_are_documents(name):
    for source in instrument(name).document["sources"]:
        assert source["title"].strip()
        assert source["place"].strip()
        assert "instruments.json" not in json.dumps(source)
        assert "from memory" not in source["title"]


@pytest.mark.parametrize("name", instruments())
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_up_to_date(name, lang):
    kept = (DOCS / lang / "scoring" / "instruments" / f"{name}.md").read_text(encoding="utf-8")
    assert kept == page(instrument(name), lang), "run python -m agetech.scoring.pages docs"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_index_is_up_to_date(lang):
    kept = (DOCS / lang / "scoring" / "instruments" / "index.md").read_text(encoding="utf-8")
    assert kept == index(lang), "run python -m agetech.scoring.pages docs"


def test_every_rule_is_used():
    assert {instrument(name).method for name in instruments()} == rules.METHODS


def test_categories_of_rules_have_labels():
    for name in ("cam", "kubota", "awgs2019", "mzt039", "ltc2021", "adl14_cn", "news2", "moca_b", "gbt42195"):
        assert instrument(name).labels
