import json
import random

import jsonschema
import pytest

from agetech.errors import SchemaError
from agetech.schemas import documents, registry
from agetech.schemas.engine import Judge, equal, formatted
from benchmarks.schemas.make import MAKERS, make

SCHEMAS = [
    {
        "type": "object",
        "properties": {"a": {"type": "integer", "minimum": 1, "exclusiveMaximum": 5}},
        "required": ["a"],
        "additionalProperties": False,
    },
    {"type": ["string", "null"], "minLength": 2, "maxLength": 3, "pattern": "^a"},
    {"type": "array", "prefixItems": [{"const": 1}], "items": {"type": "number"}, "minItems": 1, "maxItems": 3, "uniqueItems": True},
    {"anyOf": [{"type": "string"}, {"enum": [1, 2.0, None, [1], {"x": True}]}]},
    {"oneOf": [{"type": "integer"}, {"minimum": 2}]},
    {"allOf": [{"type": "number"}, {"multipleOf": 0.5}], "not": {"const": 1.5}},
    {
        "patternProperties": {"^x": {"type": "integer"}},
        "propertyNames": {"maxLength": 2},
        "additionalProperties": {"type": "string"},
        "minProperties": 1,
        "maxProperties": 2,
    },
    {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "integer"}},
    {"contains": {"type": "integer"}, "minContains": 2},
    {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"required": ["d"]}}},
    {"$defs": {"t": {"type": "array", "items": {"$ref": "#/$defs/t"}}}, "$ref": "#/$defs/t"},
    True,
    False,
]
VALUES = [
    None,
    True,
    False,
    0,
    1,
    1.0,
    2,
    1.5,
    3.25,
    7,
    "",
    "a",
    "ab",
    "abcd",
    "b",
    [],
    [1],
    [1, 2],
    [1, 1],
    [1, True],
    [1, "a"],
    [[]],
    {},
    {"a": 1},
    {"a": 4.0},
    {"a": 9},
    {"a": 1, "b": 2},
    {"x": 1},
    {"xyz": 1},
    {"c": 1},
    {"c": 1, "d": 2},
    {"q": "s"},
]


@pytest.mark.parametrize("schema", SCHEMAS)
def test_verdicts_are_those_of_jsonschema(schema):
    validator = jsonschema.Draft202012Validator(schema)
    for value in VALUES:
        assert (not Judge(schema).faults(value)) == validator.is_valid(value), value


def test_verdicts_on_documents_and_their_mutants_are_those_of_jsonschema():
    r = random.Random(1)
    for name in sorted(MAKERS):
        schema = registry.current(name)
        validator, judge = jsonschema.Draft202012Validator(schema), Judge(schema)
        plain = json.loads(documents.dump(documents.read(make(r, name))))
        for _ in range(25):
            mutant = _mutated(json.loads(json.dumps(plain)), r)
            assert (not judge.faults(mutant)) == validator.is_valid(mutant), name


def _mutated(value, r):
    at = value
    for _ in range(r.randint(0, 3)):
        keys = list(at) if isinstance(at, dict) else range(len(at)) if isinstance(at, list) else []
        if not keys:
            break
        key = r.choice(list(keys))
        if isinstance(at[key], dict | list) and at[key] and r.random() < 0.6:
            at = at[key]
        else:
            at[key] = r.choice([None, 0, "x", [], {}, True, -1.5])
    return value


def test_draft_04_bounds_and_references():
    old = {"$schema": "http://json-schema.org/draft-04/schema#", "type": "number", "minimum": 1, "exclusiveMinimum": True}
    assert Judge(old).faults(1)
    assert not Judge(old).faults(1.5)


def test_formats_are_asserted():
    assert formatted("date-time", "2016-02-29T10:00:00Z")
    for text in ("2016-02-30T10:00:00Z", "2016-02-29", "2016-02-29T10:00:00", ""):
        assert not formatted("date-time", text)
    assert not formatted("uri", "no scheme")
    assert not formatted("uuid", "x")
    assert formatted("nosuch", "anything")


def test_equality_is_that_of_json():
    assert equal(1, 1.0)
    assert not equal(True, 1)
    assert not equal([1, True], [1, 1])


def test_unknown_keywords_and_references_are_refused():
    with pytest.raises(SchemaError):
        Judge({"nosuch": 1}).faults({})
    with pytest.raises(SchemaError):
        Judge({"$ref": "https://elsewhere.example/x.json"}).faults({})
    assert Judge({"nosuch": 1}, foreign=True).faults({}) == []
