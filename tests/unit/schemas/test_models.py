import json
import random
import subprocess
import sys

import jsonschema
import pydantic
import pytest

from agetech.errors import AgetechError, SchemaError
from agetech.schemas import documents, privacy, publish, registry, v1
from agetech.schemas.jsontext import dumps, loads
from agetech.schemas.meaning import bindings, meanings
from agetech.schemas.model import Model
from benchmarks.schemas.make import MAKERS, make
from benchmarks.schemas.verdicts import agreement, documented

NAMES = sorted(MAKERS)


def test_there_are_fifteen_schemas_and_a_maker_for_each():
    assert registry.names() == NAMES
    assert len(NAMES) == 15


@pytest.mark.parametrize("name", NAMES)
def test_documents_come_back_equal_and_to_the_digit(name):
    r = random.Random(name)
    for _ in range(25):
        content = make(r, name)
        document = documents.read(content)
        text = documents.dump(document)
        assert text == dumps(documents.content(document)) == document.model_dump_json()
        assert documents.load(text) == document
        assert documents.dump(documents.load(text)) == text
        assert dumps(loads(text), sort=True) == dumps(content, sort=True)


@pytest.mark.parametrize("name", NAMES)
def test_every_field_says_meaning_label_unit_and_binding(name):
    assert privacy.unlabelled(registry.model(name)) == []
    for part in [registry.model(name), *publish.parts(registry.model(name))]:
        for field, meaning in meanings(part).items():
            assert meaning.binding is None or meaning.binding in bindings(), f"{part.__name__}.{field}"


def test_every_binding_carries_status_and_source():
    for name, row in bindings().items():
        assert row["status"] in ("verified", "partly", "unknown", "own"), name
        assert row["system"], name
        assert row["source"], name


def test_frozen_schemas_are_those_of_the_models():
    assert publish.drift() == {}


def refusal(content):
    try:
        documents.read(content)
    except SchemaError as fault:
        return fault
    return None


@pytest.mark.parametrize("name", NAMES)
def test_schemas_follow_2020_12_and_judge_as_the_models_do(name):
    for version in registry.versions_of(name):
        jsonschema.Draft202012Validator.check_schema(registry.schema(name, version))
    validator = jsonschema.Draft202012Validator(registry.current(name))
    r = random.Random(name)
    for _ in range(4):
        plain = json.loads(documents.dump(documents.read(make(r, name))))
        assert validator.is_valid(plain), [e.message for e in validator.iter_errors(plain)][:3]
        for key in list(plain):
            broken = {k: v for k, v in plain.items() if k != key}
            fault = refusal(broken)
            assert validator.is_valid(broken) == (fault is None or fault.code == "E_RULE"), (key, fault)
        wrong = {**plain, "nosuch": 1}
        assert not validator.is_valid(wrong)
        with pytest.raises(SchemaError) as caught:
            documents.read(wrong)
        assert caught.value.path.endswith("#/nosuch")


@pytest.mark.parametrize("name", NAMES)
def test_mutants_are_judged_alike_save_by_documented_rules(name):
    counts, rules = agreement(name, 12, "fast")
    assert counts["valid agree"] == counts["valid"]
    assert set(rules) <= documented(name)


@pytest.mark.deep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", NAMES)
def test_two_thousand_documents_and_mutants_are_judged_alike(name):
    counts, rules = agreement(name, 2000, "deep")
    assert counts["valid agree"] == counts["valid"] == 2000
    assert counts["mutants agree"] + sum(rules.values()) == 2000
    assert set(rules) <= documented(name)


def test_schemas_canonical_form_ignores_what_generators_disagree_on():
    one = {
        "type": "object",
        "title": "X",
        "properties": {"a": {"type": "number", "minimum": 0.0, "title": "A", "default": None}},
        "additionalProperties": True,
    }
    other = {"properties": {"a": {"minimum": 0, "type": "number"}}, "type": "object"}
    assert publish.canonical(one) == publish.canonical(other)


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"value": {"value": "72", "unit": "/min"}}, "E_RULE", "#/value/value"),
        ({"value": {"value": 72, "unit": "bpm"}}, "E_RULE", "#/value/unit"),
        ({"value": {"value": 72, "unit": "mm[Hg]"}}, "E_RULE", "#/value/unit"),
        ({"status": "done"}, "E_FIELD_VALUE", "#/status"),
        ({"status": None}, "E_FIELD_VALUE", "#/status"),
        ({"device": None}, "E_FIELD_TYPE", "#/device"),
        ({"effective": "2026-11-23T08:00:00"}, "E_RULE", "#/effective"),
        ({"absent": {"reason": "unknown"}}, "E_RULE", "#/value"),
        ({"modality": "derived"}, "E_RULE", "#/algorithm"),
        ({"id": 5}, "E_FIELD_TYPE", "#/id"),
        ({"value": True, "components": []}, "E_RULE", "#/value"),
    ],
)
def test_errors_name_rule_and_place_and_are_ours(change, code, pointer):
    content = {**_observation(), **change}
    with pytest.raises(SchemaError) as caught:
        documents.read(content)
    assert caught.value.code == code
    assert caught.value.path.endswith(pointer)
    assert caught.value.message("zh") != caught.value.message("en")


def _observation():
    return json.loads("""{"schema":"https://schemas.agetech.example/observation/1","schema_version":"1.0.0","id":"o1","recorded_at":"2026-11-23T08:00:00+08:00",
    "producer":{"name":"t","version":"1"},"subject":{"kind":"elder-profile","id":"p1"},"type":"heart_rate","effective":"2026-11-23T08:00:00+08:00","time_status":"synced",
    "value":{"value":72,"unit":"/min"},"status":"final","modality":"sensed"}""")


def test_constructors_take_none_for_absent_and_raise_only_ours():
    assert v1.Quantity(value=1, unit="1", comparator=None) == v1.Quantity(value=1, unit="1")
    for wrong in ({}, {"value": 1}, {"value": 1, "unit": "1", "x": 1}, {"value": float("nan"), "unit": "1"}, {"value": True, "unit": "1"}):
        for call in (
            lambda w=wrong: v1.Quantity(**w),
            lambda w=wrong: v1.Quantity.parse(w),
            lambda w=wrong: v1.Quantity.model_validate(w),
            lambda w=wrong: v1.Quantity.model_construct(**w),
        ):
            with pytest.raises(SchemaError):
                call()
    with pytest.raises(SchemaError):
        v1.Quantity(1, "1")
    one = v1.Quantity(value=1, unit="1")
    with pytest.raises(SchemaError):
        one.value = 2
    with pytest.raises(SchemaError):
        one.replace(unit="bpm")
    with pytest.raises(SchemaError):
        one.model_copy(update={"unit": "bpm"})
    with pytest.raises(SchemaError):
        v1.Quantity.model_validate_json('{"value":1,"value":2,"unit":"1"}')


def test_no_sensitive_value_is_shown(caplog):
    r = random.Random(1)
    canaries = [f"CANARY{k:04d}zq" for k in range(200)]
    shown = []
    for name in NAMES:
        for _ in range(4):
            planted = _plant(make(r, name), canaries, r)
            try:
                document = documents.read(planted)
                shown += [repr(document), str(document), repr(documents.kept_unknown(document))]
            except AgetechError as fault:
                shown += [str(fault), repr(fault), json.dumps(fault.as_dict(), ensure_ascii=False), str(fault.facts)]
    assert "CANARY" not in "\n".join(shown) + caplog.text


def _plant(content, canaries, r):
    if isinstance(content, dict):
        return {k: _plant(v, canaries, r) for k, v in content.items() if k != "schema"} | (
            {"schema": content["schema"]} if "schema" in content else {}
        )
    if isinstance(content, list):
        return [_plant(v, canaries, r) for v in content]
    return r.choice(canaries) if isinstance(content, str) and r.random() < 0.3 else content


def test_a_newer_minor_is_read_kept_and_written_back():
    r = random.Random(2)
    for name in NAMES:
        content = make(r, name)
        content["schema_version"] = "1.9.3"
        content["newfield"] = {"x": [1, "y"], "z~/": None}
        for value in list(content.values()):
            if (
                (
                    isinstance(value, dict)
                    and value is not content["newfield"]
                    and value is not content.get("extensions")
                    and "CANARY" not in str(value)
                )
                and not any(isinstance(v, dict) for v in value.values())
                and name
                not in (
                    "episode",
                    "conformance-report",
                    "bundle",
                    "dataset-card",
                )
            ):
                value["inner_new"] = 7
        document = documents.read(content)
        assert documents.kept_unknown(document)["/newfield"] == content["newfield"]
        assert dumps(documents.content(document), sort=True) == dumps(content, sort=True), name
        assert documents.load(documents.dump(document)) == document


def test_a_newer_major_and_an_unknown_schema_are_refused():
    content = _observation()
    with pytest.raises(SchemaError) as caught:
        documents.read({**content, "schema": "https://schemas.agetech.example/observation/2", "schema_version": "2.0.0"})
    assert caught.value.code == "E_SCHEMA_MAJOR"
    for change in (
        {"schema": "https://schemas.agetech.example/nosuch/1"},
        {"schema": "x"},
        {"schema": 3},
        {"schema_version": "1.0"},
        {"schema_version": "2.0.0"},
        {"schema_version": None},
    ):
        with pytest.raises(SchemaError):
            documents.read({**content, **change})
    with pytest.raises(SchemaError):
        documents.read([content])


def test_many_documents_are_read_from_an_array_and_from_lines():
    one = documents.dump(documents.read(_observation()))
    assert documents.read_many(f"[{one},{one}]") == documents.read_many(f"{one}\n\n{one}\n") == [documents.load(one)] * 2
    with pytest.raises(SchemaError) as caught:
        documents.read_many(f"{one}\n{{}}\n")
    assert caught.value.path.startswith("line 2")
    with pytest.raises(SchemaError) as caught:
        documents.read_many(f"[{one},3]")
    assert caught.value.path.startswith("item 1")


def test_importing_the_schemas_loads_nothing_heavy():
    code = "import sys, agetech.schemas; print([m for m in ('numba', 'scipy', 'pyarrow', 'numpy', 'pydantic') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_models_are_frozen_pydantic_models_with_hidden_input():
    for name in NAMES:
        config = registry.model(name).model_config
        assert config["frozen"]
        assert config["extra"] == "forbid"
        assert config["hide_input_in_errors"]
        assert issubclass(registry.model(name), Model | pydantic.BaseModel)


def test_the_registry_resolves_offline():
    event = registry.by_id("https://schemas.agetech.example/event/1.x/schema.json")
    assert event["x-version"] == registry.versions_of("event")[-1]
    assert registry.schema("agetech.event", "1.0.0")["x-version"] == "1.0.0"
    for address in ("https://schemas.agetech.example/event/9.0.0/schema.json", "https://elsewhere.example/x"):
        with pytest.raises(SchemaError):
            registry.by_id(address)
