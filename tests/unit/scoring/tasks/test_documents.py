"""Measured tasks as documents and as FHIR: plain numbers only, reasons for the rest."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agetech.errors import ExchangeError
from agetech.exchange import fhir
from agetech.exchange.task_assessments import task_assessment
from agetech.schemas import documents
from agetech.scoring.tasks import measure_task
from tests.unit.scoring.tasks.made import row, run

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
WHO = {"subject": "p-7f3a9c21", "performed_at": AT}


def steady(n):
    return measure_task(run("reaction_time", [300 + k for k in range(n)]))


def scores(result):
    return {one["name"]: one for one in documents.content(task_assessment(result, **WHO))["scores"]}


def test_a_document_with_units_and_reasons():
    got = scores(steady(12))
    assert (float(got["mean"]["value"]), got["mean"]["unit"]) == (0.3055, "s")
    assert got["tau"]["absent"] == {"reason": "unknown", "detail": "fewer than the least number (12 of 50)"}
    assert got["accuracy"]["absent"] == {"reason": "not-applicable", "detail": "the record holds nothing for it"}
    made = documents.content(task_assessment(steady(12), **WHO))
    assert (made["instrument"]["id"], made["algorithm"], made["mode"]) == ("reaction_time", "scoring.tasks.reaction_time@1.0.0", "device")


def test_a_bound_is_not_written_as_a_value():
    words = [row("fluency", k, 0.0, 900 * k, response=word) for k, word in enumerate("猫狗牛", start=1)]
    result = measure_task(words)
    assert result.value("score") == 3
    got = scores(result)["score"]
    assert "value" not in got
    assert got["absent"]["reason"] == "not-applicable"
    assert "lower bound" in got["absent"]["detail"]


def test_the_same_run_is_one_document_and_goes_to_fhir():
    one, other = task_assessment(steady(12), **WHO), task_assessment(steady(12), **WHO)
    assert one == other
    assert task_assessment(steady(13), **WHO).id != one.id
    assert documents.load(documents.dump(one)) == one
    bundle = fhir.write([one], bundle="collection")
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert "Observation" in kinds
    assert "loinc.org" not in json.dumps(bundle, default=str)


def test_counts_are_whole_and_naive_times_are_refused():
    assert scores(replace(steady(12), measures={"mean": replace(steady(12).measures["mean"], value=3.0)}))["mean"]["value"] == 3
    for bad in ({"performed_at": datetime(2026, 5, 4)}, {"recorded_at": datetime(2026, 5, 4)}):  # noqa: DTZ001 - naive on purpose
        with pytest.raises(ExchangeError):
            task_assessment(steady(12), **{**WHO, **bad})
