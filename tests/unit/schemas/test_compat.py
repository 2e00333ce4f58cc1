import random

import jsonschema
import pytest

from agetech.schemas import compat, registry
from agetech.schemas.compat.sample import grow
from benchmarks.schemas.edits import counter_examples
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
    told = counter_examples(edits=16, instances=12, seed=1)
    assert told["compatible"] >= 3
    assert told["wrong"] == []


@pytest.mark.deep
@pytest.mark.timeout(7200)
def test_five_thousand_random_edits_have_no_counter_example_among_two_hundred_documents():
    told = counter_examples(edits=5000, instances=200, seed=2)
    assert told["fewest"] >= 200
    assert told["wrong"] == []


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
