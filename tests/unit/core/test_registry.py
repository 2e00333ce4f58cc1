"""Algorithms by id and version; a broken plugin is isolated and named."""

from __future__ import annotations

import dataclasses
import pickle
from importlib.metadata import EntryPoint

import pytest

from agetech.core import registry
from agetech.errors import ParamsError
from tests import toys


@pytest.fixture(autouse=True)
def no_others(monkeypatch):
    """Let only the entry points of the test be known."""
    points: dict[str, tuple[EntryPoint, ...]] = {}
    monkeypatch.setattr(registry, "_points", lambda: points)
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(registry, "_loaded", {})
    return points


def offer(points, name: str, value: str) -> None:
    points[name] = (*points.get(name, ()), EntryPoint(name, value, registry.GROUP))


def test_found_by_id_and_by_version(no_others) -> None:
    offer(no_others, "toy.hits", "tests.toys:HITS")
    assert registry.algorithms() == ("toy.hits",)
    assert registry.find("toy.hits") is toys.HITS
    assert registry.find("toy.hits@1.2.0") is toys.HITS
    assert registry.installed("toy.hits")
    assert not registry.installed("toy.dips")
    with pytest.raises(ParamsError) as caught:
        registry.find("toy.hits@9.0.0")
    assert (caught.value.code, caught.value.got, caught.value.expected) == ("E_ALGORITHM", "toy.hits@9.0.0", "toy.hits")
    for name in ("toy.no", "", 3, None):
        with pytest.raises(ParamsError, match="E_ALGORITHM"):
            registry.find(name)


def test_an_older_version_stands_beside_the_newest(no_others) -> None:
    offer(no_others, "toy.hits", "tests.toys:HITS")
    old = dataclasses.replace(toys.HITS, version="1.1.0")
    toys.OLD_HITS = old
    offer(no_others, "toy.hits@1.1.0", "tests.toys:OLD_HITS")
    assert registry.find("toy.hits@1.1.0") is old
    assert registry.find("toy.hits") is toys.HITS
    assert registry.algorithms() == ("toy.hits",)
    assert registry.broken() == ()
    del toys.OLD_HITS


@pytest.mark.parametrize("value", ["no.such.module:X", "tests.toys:NO_SUCH", "tests.toys:FS_NO", "tests.toys:DIPS", "tests.toys:ACC"])
def test_a_broken_plugin_is_named_and_others_work(no_others, value: str) -> None:
    offer(no_others, "toy.hits", "tests.toys:HITS")
    offer(no_others, "bad.one", value)
    assert registry.find("toy.hits") is toys.HITS
    assert registry.algorithms() == ("bad.one", "toy.hits")
    with pytest.raises(ParamsError) as caught:
        registry.find("bad.one")
    assert (caught.value.code, caught.value.path) == ("E_PLUGIN", "bad.one")
    (broken,) = registry.broken()
    assert broken.name == "bad.one"
    assert broken.reason


def test_two_packages_that_offer_one_id_are_a_clash(no_others) -> None:
    offer(no_others, "toy.hits", "tests.toys:HITS")
    offer(no_others, "toy.hits", "elsewhere:HITS")
    with pytest.raises(ParamsError, match="offered by"):
        registry.find("toy.hits")


def test_registering_in_this_process(no_others) -> None:
    registry.register(toys.DIPS)
    registry.register(toys.DIPS)
    assert registry.find("toy.dips") is toys.DIPS
    newer = dataclasses.replace(toys.DIPS, version="1.1.0")
    registry.register(newer)
    assert registry.find("toy.dips") is newer
    assert registry.find("toy.dips@1.0.0") is toys.DIPS
    with pytest.raises(ParamsError, match="toy.dips@1.0.0"):
        registry.register(dataclasses.replace(toys.DIPS, title_en="another"))
    registry.unregister(newer)
    assert registry.find("toy.dips") is toys.DIPS
    registry.unregister(newer)
    offer(no_others, "toy.hits", "tests.toys:HITS")
    with pytest.raises(ParamsError, match="toy.hits"):
        registry.register(toys.HITS)


def test_an_algorithm_is_pickled_by_its_name(no_others) -> None:
    registry.register(toys.HITS)
    assert pickle.loads(pickle.dumps(toys.HITS)) is toys.HITS
