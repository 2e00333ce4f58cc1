"""The export: valid CycloneDX 1.7, the same each time, complete; and the one in the wheel is that of today's algorithms."""

import json
from datetime import date
from importlib.resources import files

import pytest

from agetech.errors import ExchangeError
from agetech.pool import Question, cyclonedx, read_ledger, report
from agetech.pool.sbom import own_sbom, own_uses, sbom_text, validate
from agetech.pool.subject import newest
from agetech.pool.table import document, markdown, texts

QUESTION = Question(date(2026, 11, 24))


@pytest.fixture(scope="module")
def found():
    ledger = read_ledger("example")
    return report([newest(name) for name in own_uses()], ledger, QUESTION, ("app.py:1: run(...)",)), ledger


def test_the_export_is_valid_and_whole(found):
    said, ledger = found
    made = cyclonedx(said, ledger)
    assert sbom_text(made) == sbom_text(cyclonedx(said, ledger))
    validate(sbom_text(made))
    assert made["specVersion"] == "1.7"
    assert {one["name"] for one in made["components"]} == set(own_uses())
    assert {one["patentNumber"] for one in made["definitions"]["patents"]} == set(ledger.pool.cards)
    kinds = {one["assertionType"] for part in made["components"] for one in part.get("patentAssertions", [])}
    assert kinds == {"ownership", "license", "non-assertion", "third-party-claim", "prior-art"}
    refs = {one["bom-ref"] for one in made["definitions"]["patents"]}
    assert {ref for part in made["components"] for one in part.get("patentAssertions", []) for ref in one.get("patentRefs", [])} == refs


def test_what_is_not_valid_is_refused(found):
    made = cyclonedx(*found)
    made["definitions"]["patents"][0]["patentLegalStatus"] = "free"
    with pytest.raises(ExchangeError) as caught:
        validate(sbom_text(made))
    assert caught.value.code == "E_POOL_SBOM"


def test_a_library_that_cannot_says_so(found, monkeypatch):
    monkeypatch.setattr("agetech.pool.sbom.SPEC", "9.9")
    with pytest.raises(ExchangeError) as caught:
        validate("{}")
    assert caught.value.code == "E_POOL_EXTRA"


def test_every_form_says_in_both_languages_that_no_record_is_no_opinion(found):
    _, ledger = found
    empty = report([newest("cardiac.spo2")], ledger, QUESTION)
    for lang in ("en", "zh"):
        none, disclaimer = texts()["none"][lang], texts()["disclaimer"][lang]
        forms = [
            markdown(empty, lang),
            json.dumps(document(empty), ensure_ascii=False),
            sbom_text(cyclonedx(empty, ledger)),
        ]
        for form in forms:
            assert none in form
            assert disclaimer in form


def test_the_sbom_of_the_wheel_is_that_of_its_algorithms():
    """Where this fails: python -m agetech.pool.sbom"""
    kept = files("agetech").joinpath("pool", "sbom.cdx.json").read_text(encoding="utf-8")
    validate(kept)
    assert kept == own_sbom()


def test_texts_are_whole():
    for key, entry in texts().items():
        assert set(entry) == {"en", "zh"}, key
        assert all(entry.values()), key
