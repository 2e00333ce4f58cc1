import random

import pytest

from agetech.errors import ExchangeError, SchemaError
from agetech.exchange import omh
from agetech.schemas import documents
from agetech.schemas.jsontext import dumps, loads
from benchmarks.schemas.make import envelope, make, moment


@pytest.fixture(scope="module")
def library(data):
    return omh.Library(data / "schemas" / "openmhealth-test-data" / "schema", data / "schemas" / "ieee-1752-schemas")


def test_every_published_verdict_is_given(data, library):
    counts = {True: 0, False: 0}
    for path in sorted((data / "schemas" / "openmhealth-test-data").glob("*/*/*/should*/*.json")):
        space, name, version, wanted = path.parts[-5:-1]
        good = wanted == "shouldPass"
        assert (not library.faults(loads(path.read_bytes()), name, version, space)) == good, path
        counts[good] += 1
    assert counts == {True: 266, False: 264}


def test_real_points_come_back_to_the_digit(data, library):
    for path in sorted((data / "schemas" / "ieee-1752-schemas" / "examples").glob("*.json")):
        content = loads(path.read_bytes())
        library.check(content)
        assert dumps(omh.read(content).export(), sort=True) == dumps(content, sort=True)


def measured(r, name, measure):
    base = {
        **envelope(r, "observation"),
        "subject": {"kind": "elder-profile", "id": "p1"},
        "status": "final",
        "time_status": "synced",
        "modality": r.choice(("sensed", "derived", "unknown")),
    }
    base |= {"algorithm": {"kind": "algorithm-card", "id": "x@1"}} if base["modality"] == "derived" else {}
    at = r.randint(0, 2**60)
    base["effective"] = {"start": moment(r, at), "end": moment(r, at + 10**14)} if measure.get("interval") else moment(r, at)
    unit = omh.points.table()["units"][measure["units"][0]]
    value = {"value": loads(f"{r.randint(1, 200)}.{r.randint(0, 99):02d}"), "unit": unit}
    if "parts" in measure:
        low = {"value": loads("1.50"), "unit": unit}
        return {
            **base,
            "type": measure["type"],
            "components": [{"type": kind, "value": value if "sys" in kind else low} for kind in measure["parts"].values()],
        }
    return {**base, "type": measure["type"], "value": value}


@pytest.mark.parametrize("name", sorted(n for n, m in omh.points.table()["measures"].items() if "type" in m))
def test_observations_go_out_valid_and_come_back_equal(name, library):
    r = random.Random(name)
    for _ in range(15):
        document = documents.read(measured(r, name, omh.points.table()["measures"][name]))
        point = omh.write(document)
        assert omh.read(dumps(point)).document == document
        if (name, "x") and any(key[1] == name for key in library.known):
            library.check(point)


def test_episodes_go_out_valid_and_come_back_equal(library):
    r = random.Random(1)
    for _ in range(60):
        document = documents.read(make(r, "episode"))
        point = omh.write(document)
        library.check(point)
        assert omh.read(point).document == document


def test_what_has_no_measure_is_refused():
    for name in ("event", "consent"):
        with pytest.raises(ExchangeError) as caught:
            omh.write(documents.read(make(random.Random(1), name)))
        assert caught.value.code == "E_OMH_MEASURE"


HEADER = {
    "id": "x1",
    "creation_date_time": "2013-02-05T07:25:00Z",
    "schema_id": {"namespace": "omh", "name": "heart-rate", "version": "1.1"},
}


@pytest.mark.parametrize(
    ("header", "body", "place"),
    [
        ({}, {}, "/body/heart_rate"),
        ({}, {"heart_rate": {"value": "50", "unit": "beats/min"}}, "/body/heart_rate"),
        ({}, {"heart_rate": {"value": 50, "unit": "bpm"}}, "/body/heart_rate"),
        (
            {},
            {"heart_rate": {"value": 50, "unit": "beats/min"}, "effective_time_frame": {"date_time": "2013-02-05"}},
            "/body/effective_time_frame/date_time",
        ),
        ({"creation_date_time": "2013-02-05T07:25:00"}, {"heart_rate": {"value": 50, "unit": "beats/min"}}, "/header/creation_date_time"),
        ({"schema_id": {"name": "nosuch"}}, {}, "/header/schema_id/name"),
        ({"id": ""}, {"heart_rate": {"value": 50, "unit": "beats/min"}}, "/header/id"),
    ],
)
def test_points_that_cannot_be_read_are_refused_with_a_pointer(header, body, place):
    with pytest.raises(ExchangeError) as caught:
        omh.read({"header": {**HEADER, **header}, "body": body})
    assert caught.value.path == place


def test_unmapped_content_is_reported():
    point = omh.read(
        {
            "header": {**HEADER, "acquisition_provenance": {"source_name": "s", "modality": "self-reported"}},
            "body": {"heart_rate": {"value": 50, "unit": "beats/min"}, "user_notes": "n"},
        }
    )
    assert "/body/user_notes" in point.unmapped
    assert point.document.modality == "self-reported"


def test_a_library_fetches_nothing(tmp_path):
    empty = omh.Library(tmp_path)
    with pytest.raises(ExchangeError):
        empty.faults({}, "heart-rate", "1.0")
    (tmp_path / "a-1.0.json").write_text('{"$ref": "https://w3id.org/ieee/ieee-1752-schema/unit-value-1.0.json"}', encoding="utf-8")
    with pytest.raises((ExchangeError, SchemaError)):
        omh.Library(tmp_path).faults({}, "a", "1.x")
