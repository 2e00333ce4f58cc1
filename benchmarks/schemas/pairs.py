"""Labelled pairs of schemas for the breaking-change detector: for every rule at least ten, in both directions.

A pair is (rule, old, new, direction, label): what a reader meets who has one side and gets data of the other. Labels follow from how
the pair is built, not from the detector: `widen` pairs let new documents in, so only the forward reader breaks, and so on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = Any
Pair = tuple[str, Schema, Schema, str, str]
KEY = "x-agetech"


def _objects(schema: Schema) -> Iterator[Schema]:
    """Yield ten documents that hold a schema at ten kinds of places."""
    yield {"type": "object", "properties": {"a": schema}, "required": ["a"], "additionalProperties": False}
    yield {"type": "object", "properties": {"a": schema}, "additionalProperties": False}
    yield {"type": "object", "properties": {"a": schema, "z": {"type": "string"}}, "required": ["z"]}
    yield {"type": "object", "properties": {"o": {"type": "object", "properties": {"a": schema}, "required": ["a"]}}, "required": ["o"]}
    yield {"type": "object", "properties": {"l": {"type": "array", "items": schema}}, "required": ["l"], "additionalProperties": False}
    yield {"type": "object", "properties": {"l": {"type": "array", "items": schema, "minItems": 2}}, "required": ["l"]}
    yield {"$defs": {"t": schema}, "type": "object", "properties": {"a": {"$ref": "#/$defs/t"}}, "required": ["a"]}
    yield {
        "$defs": {"t": {"type": "object", "properties": {"a": schema}, "required": ["a"]}},
        "type": "array",
        "items": {"$ref": "#/$defs/t"},
    }
    yield {"type": "object", "additionalProperties": schema, "propertyNames": {"pattern": "^[a-z]+$"}}
    yield {
        "type": "object",
        "properties": {
            "a": {
                "anyOf": [
                    schema,
                    {"type": "object", "properties": {"never": {"const": 1}}, "required": ["never"], "additionalProperties": False},
                ]
            }
        },
        "required": ["a"],
    }


def _both(rule: str, narrow: Schema, wide: Schema) -> Iterator[Pair]:
    """Yield the four labelled pairs of a narrower and a wider schema at ten places."""
    for small, large in zip(_objects(narrow), _objects(wide), strict=True):
        yield rule + ":widen", small, large, "backward", "compatible"
        yield rule + ":widen", small, large, "forward", "breaking"
        yield rule + ":narrow", large, small, "backward", "breaking"
        yield rule + ":narrow", large, small, "forward", "compatible"


S, I, N = {"type": "string"}, {"type": "integer"}, {"type": "number"}  # noqa: E741 - one letter a type, as in the tables below
O = {"type": "object", "properties": {"x": S}, "required": ["x"], "additionalProperties": False}  # noqa: E741 - one letter a type, as in the tables below
TAGGED = [
    {"type": "object", "properties": {"k": {"const": k}, "v": S}, "required": ["k"], "additionalProperties": False} for k in ("p", "q", "r")
]
WIDENINGS: dict[str, tuple[Schema, Schema]] = {
    "type": (I, N),
    "type-list": (S, {"type": ["string", "integer"]}),
    "nullability": (S, {"type": ["string", "null"]}),
    "enum": ({"enum": ["a", "b"]}, {"enum": ["a", "b", "c"]}),
    "enum-open": ({"enum": ["a", "b"]}, S),
    "const": ({"const": "a"}, {"enum": ["a", "b"]}),
    "minimum": ({"type": "number", "minimum": 1}, {"type": "number", "minimum": 0}),
    "maximum": ({"type": "integer", "maximum": 10}, {"type": "integer", "maximum": 20}),
    "exclusiveMinimum": ({"type": "number", "exclusiveMinimum": 0}, {"type": "number", "minimum": 0}),
    "exclusiveMaximum": ({"type": "number", "exclusiveMaximum": 5}, {"type": "number", "maximum": 5}),
    "multipleOf": ({"type": "integer", "multipleOf": 4}, {"type": "integer", "multipleOf": 2}),
    "minLength": ({"type": "string", "minLength": 3}, {"type": "string", "minLength": 1}),
    "maxLength": ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 9}),
    "pattern": ({"type": "string", "pattern": "^[a-z]+$"}, S),
    "format": ({"type": "string", "format": "date-time"}, S),
    "minItems": ({"type": "array", "items": S, "minItems": 2}, {"type": "array", "items": S}),
    "maxItems": ({"type": "array", "items": I, "maxItems": 2}, {"type": "array", "items": I, "maxItems": 4}),
    "uniqueItems": ({"type": "array", "items": S, "uniqueItems": True}, {"type": "array", "items": S}),
    "items": ({"type": "array", "items": I}, {"type": "array", "items": N}),
    "prefixItems": (
        {"type": "array", "prefixItems": [I, S], "minItems": 2, "items": False},
        {"type": "array", "prefixItems": [N, S], "minItems": 2, "items": False},
    ),
    "minProperties": ({"type": "object", "additionalProperties": S, "minProperties": 2}, {"type": "object", "additionalProperties": S}),
    "maxProperties": ({"type": "object", "additionalProperties": S, "maxProperties": 1}, {"type": "object", "additionalProperties": S}),
    "property-added": (O, {**O, "properties": {"x": S, "y": I}}),
    "required-removed": (O, {**O, "required": []}),
    "additionalProperties": (O, {k: v for k, v in O.items() if k != "additionalProperties"}),
    "additionalProperties-schema": ({"type": "object", "additionalProperties": I}, {"type": "object", "additionalProperties": N}),
    "propertyNames": (
        {"type": "object", "additionalProperties": S, "propertyNames": {"maxLength": 3}},
        {"type": "object", "additionalProperties": S},
    ),
    "patternProperties": ({"type": "object", "patternProperties": {"^a": I}}, {"type": "object", "patternProperties": {"^a": N}}),
    "dependentRequired": (
        {"type": "object", "properties": {"p": S, "q": S}, "dependentRequired": {"p": ["q"]}},
        {"type": "object", "properties": {"p": S, "q": S}},
    ),
    "oneOf-branch": ({"oneOf": TAGGED[:2]}, {"oneOf": TAGGED}),
    "anyOf-branch": ({"anyOf": [S, {"type": "boolean"}]}, {"anyOf": [S, {"type": "boolean"}, I]}),
    "allOf": ({"allOf": [{"type": "number"}, {"minimum": 3}]}, {"allOf": [{"type": "number"}, {"minimum": 1}]}),
    "ref-target": ({"allOf": [O]}, {"allOf": [{**O, "properties": {"x": {"type": ["string", "integer"]}}}]}),
}
CROSSING: dict[str, tuple[Schema, Schema]] = {
    "property-renamed": (O, {"type": "object", "properties": {"w": S}, "required": ["w"], "additionalProperties": False}),
    "type-changed": (S, I),
    "pattern-changed": ({"type": "string", "pattern": "^a+$"}, {"type": "string", "pattern": "^b+$"}),
    "const-changed": ({"const": 1}, {"const": 2}),
    "discriminator-changed": (
        {"oneOf": TAGGED[:2]},
        {
            "oneOf": [
                {**t, "properties": {"kind": {"const": t["properties"]["k"]["const"]}, "v": S}, "required": ["kind"]} for t in TAGGED[:2]
            ]
        },
    ),
    "not": ({"not": {"type": "string"}}, {"not": {"type": "integer"}}),
    "range-moved": ({"type": "number", "minimum": 0, "maximum": 5}, {"type": "number", "minimum": 3, "maximum": 9}),
}
SAME: dict[str, tuple[Schema, Schema]] = {
    "text-only": ({**S, "description": "x", "title": "y"}, {**S, "description": "another", "examples": ["z"]}),
    "order-only": ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    "number-spelling": ({"type": "number", "minimum": 1}, {"type": "number", "minimum": 1.0}),
    "additional-true": ({"type": "object"}, {"type": "object", "additionalProperties": True}),
    "allOf-of-one": (I, {"allOf": [I]}),
    "branch-order": ({"anyOf": [S, I]}, {"anyOf": [I, S]}),
}
MEANING: dict[str, tuple[Schema, Schema]] = {
    "unit-binding": ({**N, KEY: {"unit": "m/s2"}}, {**N, KEY: {"unit": "[g]"}}),
    "code-binding": ({**S, KEY: {"binding": "a"}}, {**S, KEY: {"binding": "b"}}),
    "default": ({**S, "default": "a"}, {**S, "default": "b"}),
}


def pairs() -> Iterator[Pair]:
    """Yield every labelled pair; `unknown` is the label of a change of meaning that no document shows."""
    for rule, (narrow, wide) in WIDENINGS.items():
        yield from _both(rule, narrow, wide)
    for rule, (old, new) in CROSSING.items():
        for one, other in zip(_objects(old), _objects(new), strict=True):
            for direction in ("backward", "forward"):
                yield rule, one, other, direction, "breaking"
    for rule, (old, new) in SAME.items():
        for one, other in zip(_objects(old), _objects(new), strict=True):
            for direction in ("backward", "forward"):
                yield rule, one, other, direction, "compatible"
    for rule, (old, new) in MEANING.items():
        for one, other in zip(_objects(old), _objects(new), strict=True):
            for direction in ("backward", "forward"):
                yield rule, one, other, direction, "unknown"
