"""Scored assessments as documents and as FHIR: answers, absences, verified codes only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agetech.errors import ExchangeError
from agetech.exchange import fhir
from agetech.exchange.assessments import assessment_result
from agetech.schemas import documents
from agetech.scoring import Absence, instrument, instruments, score
from tests.unit.scoring.forms import CONTEXT

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
WHO = {"subject": "p-7f3a9c21", "performed_at": AT, "assessor": "nurse", "mode": "face_to_face"}


def made(name, form, context=None, **more):
    return assessment_result(score(name, form, context, **more), form, **WHO)


def codes(resource):
    return [c["code"] for c in resource["code"]["coding"] if c["system"] == "http://loinc.org"]


def test_a_document_with_points_level_and_code():
    got = documents.content(made("phq9", {f"q{n}": 1 for n in range(1, 10)}))
    total = got["scores"][0]
    assert (total["name"], int(total["value"]), total["level"]) == ("total", 9, "phq9.mild")
    assert total["codes"] == [{"system": "http://loinc.org", "code": "44261-6"}]
    assert (got["missing_items"], got["prorated"], got["algorithm"]) == (0, False, "scoring.phq9@1.0.0")
    assert got["level"]["code"] == "mild"


def test_absences_are_kept_apart():
    got = documents.content(made("phq9", {"q1": Absence.REFUSED, "q2": Absence.DONT_KNOW, "q3": Absence.UNABLE, "q4": None, "q5": "x"}))
    reasons = {item["item"]: item["absent"]["reason"] for item in got["items"] if "absent" in item}
    assert [reasons[f"q{n}"] for n in range(1, 7)] == [
        "asked-declined",
        "asked-unknown",
        "not-performed",
        "not-asked",
        "error",
        "not-asked",
    ]
    assert got["scores"][0]["absent"]["reason"] == "error"


@pytest.mark.parametrize("name", instruments())
def test_every_instrument_becomes_a_document_and_fhir(name):
    form = {item.id: item.lo for item in instrument(name).items}
    document = made(name, form, CONTEXT)
    assert documents.load(documents.dump(document)) == document
    bundle = fhir.write([document], bundle="collection")
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds[0] == "QuestionnaireResponse"
    assert set(kinds[1:]) <= {"Observation"}
    assert "Observation" in kinds


def test_loinc_only_where_verified():
    def total(name, form):
        bundle = fhir.write([made(name, form)], bundle="collection")
        return codes(next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Observation"))

    assert total("phq9", {f"q{n}": 0 for n in range(1, 10)}) == ["44261-6"]
    assert total("phq2", {"q1": 0, "q2": 0}) == []


def test_the_same_sitting_is_one_document():
    form = {"q1": 1, "q2": 1}
    assert made("phq2", form).id == made("phq2", form).id
    assert made("phq2", form).id != made("gds4", {"q1": 1}).id


def test_naive_times_and_other_content_are_refused():
    result = score("phq2", {"q1": 1, "q2": 1})
    with pytest.raises(ExchangeError):
        assessment_result(result, {}, subject="p-7f3a9c21", performed_at=datetime(2026, 5, 4))  # noqa: DTZ001 - naive on purpose
    object.__setattr__(result, "content_hash", "sha256:0")
    with pytest.raises(ExchangeError):
        assessment_result(result, {}, **WHO)
