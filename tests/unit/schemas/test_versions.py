import copy
import random
import warnings

import pytest

from agetech.errors import SchemaError
from agetech.schemas import compat, documents, registry, versions
from agetech.schemas.engine import first_fault
from agetech.schemas.jsontext import dumps
from agetech.schemas.kinds import Line
from agetech.schemas.meaning import said
from agetech.schemas.model import Model
from agetech.schemas.v1.datatypes import Document
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


def newer():
    content = make(random.Random(5), "observation") | {"schema_version": "1.99.0", "new": {"a": [1]}}
    content["producer"]["licence"] = "x"
    return content


def test_modes_say_what_becomes_of_fields_nobody_knows():
    content = newer()
    assert set(documents.kept_unknown(documents.read(content))) == {"/new", "/producer/licence"}
    with pytest.raises(SchemaError) as caught:
        documents.read(content, mode="strict")
    assert caught.value.code == "E_FIELD_UNKNOWN"
    loose = documents.read(content, mode="lenient")
    assert set(documents.left_out(loose)) == {"/new", "/producer/licence"}
    assert "new" not in documents.content(loose)
    assert documents.content(documents.load(documents.dump(loose))) == documents.content(loose)


@pytest.mark.parametrize(("name", "version"), [("observation", "1.0.0"), ("event", "1.0.0"), ("event", "1.1.0")])
def test_preserve_keeps_unknown_fields_of_any_version(name, version):
    content = make(random.Random(6), name) | {"schema_version": version}
    content.pop("verdict", None)
    typo = content | {"nots": "x", "producer": content["producer"] | {"y": 1}}
    with pytest.raises(SchemaError):
        documents.read(typo)
    held = documents.content(documents.read(typo, mode="preserve"))
    assert (held["nots"], held["producer"]["y"]) == ("x", 1)


def test_a_keeping_reader_stands_a_new_field_and_no_narrower_one():
    old, new = registry.schema("event", "1.0.0"), registry.schema("event", "1.1.0")
    assert not compat.check(old, new, "forward").passes
    assert compat.check_preserving(old, new).passes
    bolder = {**new, "properties": {**new["properties"], "type": {"type": "integer"}}}
    found = compat.check_preserving(old, bolder)
    assert found.verdict == "breaking"
    assert found.findings[0].witness is not None


def test_every_released_minor_reaches_readers_of_the_one_before():
    for name in registry.names():
        for low, high in versions.edges(name):
            old, new = registry.schema(name, low), registry.schema(name, high)
            assert compat.check(old, new).passes, (name, low, high)
            assert compat.check_preserving(old, new).passes, (name, low, high)


def test_a_deprecated_field_warns_once_a_path(monkeypatch):
    facts = {"since": "1.1.0", "message": "said twice", "replacement": "producer", "remove_in": "2.0.0"}

    class Note(Model):
        """A note."""

        words: Line = said("Words", "文字", deprecated=facts)

    class Memo(Document):
        """A memo."""

        name = "memo"
        version = "1.0.0"
        schema: str = said("Schema", "模式", default="x")
        notes: tuple[Note, ...] = said("Notes", "备注", default=())
        old: Line | None = said("Old", "旧", optional=True, deprecated={"since": "1.0.0", "message": "m"})

    monkeypatch.setattr(documents, "_TOLD", set())
    reader = documents._reader(Memo)
    made = {
        "schema": "x",
        "schema_version": "1.0.0",
        "id": "m",
        "recorded_at": "2026-11-23T08:00:00Z",
        "producer": {"name": "t", "version": "1"},
    }
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for _ in range(3):
            reader(made | {"old": "x", "notes": [{"words": "a"}, {"words": "b"}]})
            reader(made)
    assert [str(w.message).split(" is ")[0] for w in seen] == ["memo#/notes/*/words", "memo#/old"]
    assert all(w.category is DeprecationWarning for w in seen)
    assert "use producer; it goes in 2.0.0" in str(seen[0].message)
    assert documents._reader(registry.model("event")) == registry.model("event").parse
