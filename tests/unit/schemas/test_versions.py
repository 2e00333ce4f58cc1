import copy
import random

import pytest

from agetech.errors import SchemaError
from agetech.schemas import compat, documents, registry, versions
from agetech.schemas.engine import first_fault
from agetech.schemas.jsontext import dumps
from benchmarks.schemas.make import make


def old_event(r):
    content = make(r, "event")
    content.pop("verdict", None)
    return {**content, "schema_version": "1.0.0"}


def test_up_is_valid_and_down_again_is_what_it_was():
    r = random.Random(1)
    for _ in range(100):
        old = old_event(r)
        before = copy.deepcopy(old)
        new = versions.upcast(old)
        assert old == before
        assert first_fault(registry.current("event"), new) is None
        assert new["provenance"][-1] == {"step": "upcast", "path": ["1.0.0", "1.1.0"]}
        assert dumps(versions.downcast(new, to="1.0.0"), sort=True) == dumps(old, sort=True)
        assert versions.upcast(new) == new
        assert documents.read(old).schema_version == "1.1.0"


def test_a_downcast_that_loses_says_what():
    r = random.Random(3)
    content = next(c for c in (make(r, "event") for _ in range(200)) if "verdict" in c)
    with pytest.raises(SchemaError) as caught:
        versions.downcast(content, to="1.0.0")
    assert caught.value.facts["lost"] == ("/verdict",)
    assert "verdict" not in versions.downcast(content, to="1.0.0", allow_loss=True)


def test_a_document_stamped_older_than_its_content_is_refused():
    content = {**old_event(random.Random(2)), "verdict": {"outcome": "test", "by": "nurse", "at": "2026-11-23T08:00:00Z"}}
    with pytest.raises(SchemaError) as caught:
        documents.read(content)
    assert caught.value.path == "event#/verdict"


def test_versions_that_do_not_exist_are_refused():
    content = make(random.Random(4), "event")
    for to in ("1.2.0", "0.9.0", "2.0.0"):
        with pytest.raises(SchemaError):
            versions.upcast(content, to=to)
        with pytest.raises(SchemaError):
            versions.downcast(content, to=to)
    with pytest.raises(SchemaError):
        versions.downcast({**old_event(random.Random(5))}, to="1.1.0")


def test_every_released_step_has_its_caster_and_breaks_no_reader():
    for name in registry.names():
        for low, high in versions.edges(name):
            assert (name, low, high) in versions.EDGES
            if low.split(".")[0] == high.split(".")[0]:
                assert compat.check(registry.schema(name, low), registry.schema(name, high)).passes
