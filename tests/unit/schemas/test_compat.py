import random

import jsonschema
import pytest

from agetech.schemas import compat, registry
from agetech.schemas.compat.sample import Sampler, grow
from benchmarks.schemas.pairs import pairs

PAIRS = list(pairs())


@pytest.mark.parametrize("rule", sorted({p[0] for p in PAIRS}))
def test_labelled_pairs_get_their_label_and_breaking_has_a_witness(rule):
    for _, old, new, direction, label in (p for p in PAIRS if p[0] == rule):
        found = compat.check(old, new, direction)
        assert found.verdict == label, (direction, old, new, found.findings)
        assert found.passes == (label == "compatible")
        source, reader = (old, new) if direction == "backward" else (new, old)
        for finding in found.findings:
            if finding.verdict == "breaking":
                assert jsonschema.Draft202012Validator(source).is_valid(finding.witness)
                if "format" not in rule:
                    assert not jsonschema.Draft202012Validator(reader).is_valid(finding.witness)


def test_there_are_enough_pairs_for_every_rule():
    by_rule = {}
    for rule, *_ in PAIRS:
        by_rule[rule] = by_rule.get(rule, 0) + 1
    assert len(PAIRS) >= 300
    assert min(by_rule.values()) >= 20


def test_random_edits_of_real_schemas_are_never_called_compatible_wrongly():
    r = random.Random(1)
    names = registry.names()
    for k in range(40):
        schema = registry.current(names[k % len(names)])
        edited = edit(schema, r)
        found = compat.check(schema, edited)
        if found.passes:
            judge = jsonschema.Draft202012Validator(edited)
            for example in Sampler(schema, seed=k).examples(schema, most=8):
                assert judge.is_valid(example), (names[k % len(names)], found)


def edit(schema, r):
    """Return a schema with one random edit somewhere."""
    import copy

    made = copy.deepcopy(schema)
    places = []

    def walk(at, is_schema):
        if isinstance(at, dict):
            if is_schema:
                places.append(at)
            for key, inner in at.items():
                if key not in ("x-agetech", "x-rules") or not is_schema:
                    walk(inner, not (is_schema and key in ("properties", "$defs", "patternProperties")))
        elif isinstance(at, list):
            for inner in at:
                walk(inner, is_schema)

    walk(made, True)
    at = r.choice([p for p in places if set(p) & {"type", "enum", "properties", "maxLength", "minimum", "required", "items", "pattern"}])
    edits = {
        "type": lambda: at.update(type=r.choice(["string", "integer", "number", "object", "array", "boolean"])),
        "enum": lambda: at.update(enum=at["enum"][1:] if r.random() < 0.5 and len(at["enum"]) > 1 else [*at["enum"], "extra"]),
        "properties": lambda: at["properties"].pop(r.choice(sorted(at["properties"])), None),
        "maxLength": lambda: at.update(maxLength=max(1, at["maxLength"] + r.choice([-7, 7]))),
        "minimum": lambda: at.update(minimum=at["minimum"] + r.choice([-1, 1])),
        "required": lambda: at.update(required=at["required"][1:]) if r.random() < 0.5 else at.update(required=[*at["required"], "added"]),
        "items": lambda: at.update(items=True if r.random() < 0.5 else {"type": "string"}),
        "pattern": lambda: at.update(pattern="^[a-m]") if r.random() < 0.5 else at.pop("pattern"),
    }
    edits[r.choice(sorted(set(at) & set(edits)))]()
    return made


def test_every_schema_is_compatible_with_itself():
    for name in registry.names():
        found = compat.compare(registry.current(name), registry.current(name))
        assert all(c.passes and not c.findings for c in found.values())


def test_the_released_minor_is_additive():
    old, new = registry.schema("event", "1.0.0"), registry.schema("event", "1.1.0")
    assert compat.kind_of_change(old, new) == "minor"
    assert compat.kind_of_change(new, old) == "major"
    assert compat.kind_of_change(new, {**new, "description": "another"}) == "patch"
    forward = compat.check(old, new, "forward")
    assert [(f.rule, f.path) for f in forward.findings] == [("property-removed", "/verdict")]


def test_recursive_schemas_come_to_an_end():
    tree = {
        "$defs": {
            "t": {"type": "object", "properties": {"l": {"$ref": "#/$defs/t"}, "v": {"type": "integer"}}, "additionalProperties": False}
        },
        "$ref": "#/$defs/t",
    }
    wide = {
        "$defs": {
            "t": {"type": "object", "properties": {"l": {"$ref": "#/$defs/t"}, "v": {"type": "number"}}, "additionalProperties": False}
        },
        "$ref": "#/$defs/t",
    }
    assert compat.check(tree, tree).passes
    assert compat.check(tree, wide).passes
    assert compat.check(tree, wide, "forward").verdict == "breaking"


def test_texts_grow_from_patterns():
    r = random.Random(2)
    import re

    for pattern in (r"^[a-z][a-z0-9_.-]{0,63}$", r"^1\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$", r"^[^\s].*$", r"^(a|bc)+$"):
        for _ in range(20):
            assert re.search(pattern, grow(pattern, r))
    assert grow("(", r) is None
