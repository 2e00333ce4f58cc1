"""Rows of every algorithm -> documents of the schemas, with unit, quality, source, id; through convert to FHIR and back."""

import numpy as np
import pytest

from agetech.core.registry import algorithms, find
from agetech.core.timebase import TimeBase
from agetech.errors import ExchangeError
from agetech.exchange import convert, events, fhir, results, write_jsonl
from agetech.exchange.result_documents import tables
from agetech.schemas import documents
from agetech.schemas.catalogue import observation_unit
from agetech.schemas.ucum import same_dimension

NEEDED = {"falls.impact": {"placement": "waist"}, "respiration.rate": {"source": "belt"}, "cardiac.spo2": {"offset": 110.0, "slope": -25.0}}
CLOCK = TimeBase.since("2026-11-23T22:00:00+08:00", 50.0)
OWN = [
    name for name in algorithms() if name.partition(".")[0] in ("falls", "respiration", "sleep", "cardiac") and name != "respiration.radar"
]


def rows(name, **values):
    """Return the row documents of one row with these values; positions run upwards, the rest is small."""
    algorithm = find(name)
    row = np.zeros(1, algorithm.dtype)
    for n, field in enumerate(algorithm.fields):
        if field.name in values:
            row[field.name] = values[field.name]
        elif field.unit.code == "{sample}":
            row[field.name] = 100 * (n + 1)
        elif not field.shape and field.unit.code not in ("{code}", "{bits}"):
            row[field.name] = 0.25
    if "confirmed" in row.dtype.names and "confirmed" not in values:
        row["confirmed"] = 5000
    positions = np.arange(1000) * 40 if algorithm.inputs[0].kind == "series" else None
    return events(row, algorithm=algorithm, subject="p1", device="d1", time=CLOCK, positions=positions, params=NEEDED.get(name))


def test_every_algorithm_with_results_has_a_table():
    assert set(tables()) == set(OWN)


@pytest.mark.parametrize("name", OWN)
def test_a_row_of_every_algorithm_is_a_document_that_comes_back_from_fhir(name):
    held = rows(name)
    document = results(held, time_status="synced")[0]
    assert (document.id, document.subject.id, document.device.id) == (held[0].id, "p1", "d1")
    assert (document.producer.name, document.provenance[0].step) == (name, "derived")
    assert held[0].params in document.provenance[0].tool
    assert documents.load(documents.dump(document)) == document
    for release in ("R4", "R5"):
        assert fhir.read(fhir.write(document, release=release)).documents == [document]
    parts = document.components or (document,) if document.name == "observation" else ()
    for part in parts:
        known = observation_unit(part.type)
        assert known is None or part.absent or same_dimension(known, part.value.unit)


def test_a_fall_is_an_alarm_and_what_follows_or_was_no_fall_is_information():
    made = [results(rows("falls.impact", kind=kind, stage=stage, confidence=0.75))[0] for kind, stage in ((2, 1), (2, 2), (2, 3), (1, 1))]
    told = [(e.type, e.stage, e.priority, e.state, e.signal) for e in made]
    assert told == [
        ("fall", "detected", "high", "active", "on"),
        ("fall", "recovered", "information", "resolved", "off"),
        ("fall", "long_lie", "high", "active", "on"),
        ("device_dropped", "detected", "information", "resolved", "off"),
    ]
    assert (str(made[0].confidence), made[0].algorithm.id, made[0].algorithm.version) == (
        "0.75",
        "falls.impact",
        find("falls.impact").version,
    )
    assert {f.unit for f in made[0].features} > {"m/s2", "deg", "s"}
    assert results(rows("falls.impact", kind=2, stage=1, confidence=np.nan))[0].confidence is None


def test_an_apnea_is_an_event_that_ended():
    event = results(rows("sleep.breathing", kind=1, onset=500, offset=1500, confirmed=2000))[0]
    assert (event.type, event.onset.text[:19], event.ended_at.text[:19]) == ("apnea", "2026-11-23T22:00:10", "2026-11-23T22:00:30")


@pytest.mark.parametrize(("quality", "code"), [(0.9, "valid"), (0.5, "valid"), (0.49, "questionable")])
def test_a_breathing_rate_has_unit_period_quality_and_source(quality, code):
    document = results(rows("respiration.rate", rate=14.25, quality=quality, start=0, end=1500))[0]
    assert (document.type, str(document.value.value), document.value.unit, document.modality) == (
        "respiratory_rate",
        "14.25",
        "/min",
        "derived",
    )
    assert (document.effective.start.text[:19], document.effective.end.text[:19]) == ("2026-11-23T22:00:00", "2026-11-23T22:00:30")
    assert (document.validity.code, float(document.validity.index)) == (code, quality)
    assert document.algorithm.id == find("respiration.rate").name


def test_what_an_algorithm_withholds_is_absent_with_its_reason():
    document = results(rows("respiration.rate", rate=np.nan, reason=3, quality=0.1))[0]
    assert (document.value, document.absent.reason, document.absent.detail) == (None, "error", "uncertain")
    panel = results(rows("cardiac.hrv", rmssd=np.nan, reason=1))[0]
    told = {c.type: c for c in panel.components}
    assert (told["hrv_rmssd"].absent.reason, told["hrv_sdnn"].value.unit) == ("error", "ms")
    assert told["hrv_rmssd"].absent.detail
    empty = results(rows("respiration.presence", state=3))[0]
    assert empty.components[0].absent.reason == "unknown"
    still = results(rows("respiration.presence", state=1))[0]
    assert still.components[0].value.code == "respiration.presence.still"


def test_a_minute_of_apnea_lasts_a_minute_from_its_own_time():
    document = results(rows("sleep.apnea_minutes", minute=3, time=180.0, probability=0.5))[0]
    assert (document.effective.start.text[:19], document.effective.end.text[:19]) == ("2026-11-23T22:03:00", "2026-11-23T22:04:00")


def test_the_number_of_a_beat_is_no_time():
    algorithm = find("cardiac.hrv")
    row = np.zeros(1, algorithm.dtype)
    row["start"], row["end"] = 2, 10
    with pytest.raises(ExchangeError) as caught:
        events(row, algorithm=algorithm, subject="p1", time=CLOCK)
    assert caught.value.code == "E_NO_CLOCK"
    held = events(row, algorithm=algorithm, subject="p1", time=CLOCK, positions=np.arange(10) * 50)[0]
    assert (held.onset[:19], held.confirmed[:19]) == ("2026-11-23T22:00:02", "2026-11-23T22:00:09")


def test_a_file_of_rows_converts_as_any_other(tmp_path):
    held = [*rows("respiration.rate"), *rows("falls.impact", kind=2, stage=1)]
    write_jsonl(held, tmp_path / "rows.jsonl")
    source = convert.read(tmp_path / "rows.jsonl")
    assert source.refused == []
    assert source.documents == results(held)
    assert fhir.read(convert.write(source.documents, "fhir-r4")).documents == source.documents
