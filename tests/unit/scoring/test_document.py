"""Each check of an instrument file finds its fault; a tenant's file goes through the same checks."""

from __future__ import annotations

import copy
import json
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from agetech.errors import ParamsError, SchemaError
from agetech.scoring import instrument, instruments, register, score, unregister
from agetech.scoring.document import check, json_schema, load

OWN = copy.deepcopy(dict(instrument("ucla3").document)) | {"id": "acme_lonely"}


def changed(path, value):
    document = copy.deepcopy(OWN)
    place = document
    *way, last = path
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return document


FAULTS = [
    (("schema",), "agetech.scoring.instrument/9"),
    (("version",), "1.0"),
    (("name", "zh"), ""),
    (("name", "zh"), None),
    (("extra",), 1),
    (("items",), []),
    (("items", 1, "id"), "q1"),
    (("items", 0, "range"), [3, 1]),
    (("items", 0, "range"), [1, 3.5]),
    (("items", 0, "range"), None),
    (("items", 0, "values"), [1, 2, 3]),
    (("items", 0, "range"), [1, 4]),
    (("rule", "method"), "eval"),
    (("rule", "reverse"), ["q9"]),
    (("rule", "factor"), 2),
    (("total",), None),
    (("schemes", "default", "bands", 0, "hi"), 4),
    (("schemes", "default", "bands", 0, "hi"), 6),
    (("schemes", "default", "bands", 0, "lo"), 2),
    (("schemes", "default", "sources"), ["nonesuch"]),
    (("schemes", "default", "level"), "certain"),
    (("default_scheme",), "nonesuch"),
    (("missing", "policy"), "mean"),
    (("missing",), {"policy": "mean", "sources": ["arithmetic"]}),
    (("items", 0), {"id": "q1", "label": {"en": "a", "zh": "甲"}, "values": [3, 1]}),
    (("context",), [{"id": "sex", "type": "code", "label": {"en": "sex", "zh": "性别"}, "needed_for": "total"}]),
    (("schemes", "default", "strata"), [{"id": "s", "when": {}, "bands": OWN["schemes"]["default"]["bands"]}]),
    (("schemes", "default", "bonus"), {"context": "age", "points": {}}),
    (("licence", "ships_text"), True),
    (("licence", "ships_text"), "no"),
    (("verification", "arithmetic", "sources"), []),
    (("verification", "arithmetic", "level"), "memory"),
    (("sources",), []),
    (("codes",), [{"system": "http://loinc.org", "code": "1-8", "role": "total", "verified": True}]),
    (("subscales",), {"part": ["q1", "q9"]}),
    (("safety",), [{"flag": "f", "label": {"en": "e", "zh": "中"}, "item": "q9", "from": 1}]),
    (("context",), [{"id": "age", "type": "number", "label": {"en": "age", "zh": "年龄"}, "needed_for": "total"}]),
]


def test_the_committed_schema_is_up_to_date_and_knows_the_same_files():
    kept = json.loads(files("agetech.scoring").joinpath("instrument.schema.json").read_text(encoding="utf-8"))
    assert kept == json_schema(), "write document.json_schema() to instrument.schema.json"
    validator = Draft202012Validator(kept)
    for name in instruments():
        validator.validate(dict(instrument(name).document))
    assert not validator.is_valid(changed(("extra",), 1))


def test_the_example_holds():
    check(OWN)


@pytest.mark.parametrize(("path", "value"), FAULTS, ids=lambda part: str(part)[:40])
def test_a_fault_is_found(path, value):
    with pytest.raises(SchemaError) as caught:
        check(changed(path, value))
    assert caught.value.code == "E_INSTRUMENT_FILE"


def test_strata_must_be_declared():
    document = copy.deepcopy(dict(instrument("moca_b").document))
    document["context"] = []
    with pytest.raises(SchemaError, match="education_years"):
        check(document)


def test_a_sum_needs_a_total():
    with pytest.raises(SchemaError, match="range of the sum"):
        check(copy.deepcopy(OWN) | {"total": None})


def test_bands_need_a_total():
    document = copy.deepcopy(dict(instrument("fried").document)) | {"total": None}
    with pytest.raises(SchemaError, match="without a total"):
        check(document)


def test_a_large_file_is_refused_unread(tmp_path):
    path = tmp_path / "own.json"
    path.write_bytes(b" " * 2_000_001)
    with pytest.raises(SchemaError, match="2000001"):
        load(path)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b'{"id": 1, "id": 2}', b"[" * 100_000, b'{"a": NaN}'])
def test_a_broken_file_is_a_schema_error(tmp_path, content):
    path = tmp_path / "own.json"
    path.write_bytes(content)
    with pytest.raises(SchemaError):
        load_and_check(path)


def load_and_check(path):
    return check(load(path))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "own.json").write_text(json.dumps(OWN), encoding="utf-8")
    yield tmp_path
    if "acme_lonely" in instruments():
        unregister("acme_lonely")


def test_register_adds_a_tenants_instrument(folder):
    assert register(folder) == ("acme_lonely",)
    assert score("acme_lonely", {"q1": 3, "q2": 3, "q3": 3}).category == "lonely"
    assert register(folder) == ("acme_lonely",)  # the same again is no change
    unregister("acme_lonely")
    with pytest.raises(ParamsError):
        score("acme_lonely", {})


def test_unbacked_arithmetic_is_refused_by_default(folder):
    backing = {"level": "memory", "wanted": "the manual"}
    document = copy.deepcopy(OWN) | {"verification": {"arithmetic": backing, "bands": backing}}
    (folder / "own.json").write_text(json.dumps(document), encoding="utf-8")
    register(folder)
    got = score("acme_lonely", {"q1": 3, "q2": 3, "q3": 3})
    assert (got.status, got.total) == ("not_computable", None)
    assert "the manual" in got.refusal
    assert score("acme_lonely", {"q1": 3, "q2": 3, "q3": 3}, allow_unverified=True).total == 9


def test_register_keeps_versions_and_refuses_a_silent_change(folder):
    register(folder)
    newer = copy.deepcopy(OWN) | {"version": "1.1.0"}
    (folder / "newer.json").write_text(json.dumps(newer), encoding="utf-8")
    register(folder)
    assert instrument("acme_lonely").version == "1.1.0"
    assert instrument("acme_lonely", "1.0.0").version == "1.0.0"
    (folder / "newer.json").write_text(json.dumps(newer | {"domains": ["other"]}), encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        register(folder)
    assert caught.value.code == "E_INSTRUMENT_CHANGED"


def test_register_takes_nothing_when_one_file_fails(folder):
    (folder / "zz.json").write_text(json.dumps(OWN | {"id": "acme_other", "items": []}), encoding="utf-8")
    with pytest.raises(SchemaError):
        register(folder)
    assert "acme_lonely" not in instruments()


def test_register_does_not_let_an_id_of_ours_be_taken(tmp_path):
    (tmp_path / "phq9.json").write_text(json.dumps(dict(instrument("phq9").document)), encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        register(tmp_path)
    assert caught.value.code == "E_INSTRUMENT_TAKEN"


def test_unregister_an_unknown_one():
    with pytest.raises(ParamsError):
        unregister("phq9")
