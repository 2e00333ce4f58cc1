"""Upcasters between adjacent versions, composed into chains; downcasts that lose nothing, or say which paths they lose.

One pure function a step, registered by schema and versions; there are no skip edges. A step gets a deep copy and returns it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from agetech.errors import SchemaError
from agetech.schemas import registry

Content = dict[str, Any]


class _Edge:
    def __init__(self, up: Callable[[Content], Content], down: Callable[[Content], list[str]]) -> None:
        self.up, self.down = up, down


def _same(content: Content) -> Content:
    return content


def _drop(*fields: str) -> Callable[[Content], list[str]]:
    """Return a downcaster that takes out top-level fields of the newer version and names those that held something."""

    def down(content: Content) -> list[str]:
        return [f"/{name}" for name in fields if content.pop(name, None) is not None]

    return down


EDGES: dict[tuple[str, str, str], _Edge] = {}


def edges(name: str) -> list[tuple[str, str]]:
    """Return the steps of a schema, oldest first."""
    known = registry.versions_of(name)
    return list(pairwise(known))


def upcast(content: Content, *, to: str | None = None) -> Content:
    """Return content brought to version `to` (default: the newest); the source is checked against its own frozen schema first.

    Content already there comes back equal. The path taken is added to `provenance`. SchemaError for a version that is not
    released, or content that is stamped with a version it does not follow.
    """
    name, version = registry.told(content)
    known = registry.versions_of(name)
    goal = to or known[-1]
    start = _nearest(known, version)
    if goal not in known or registry.parse_version(goal) < registry.parse_version(start):
        raise SchemaError("E_SCHEMA_VERSION", f"{name}#/schema_version", expected=f"{start} to {known[-1]}", got=goal)
    _check(name, start, content)
    if start == goal:
        return copy.deepcopy(content)
    made, path = copy.deepcopy(content), [start]
    for low, high in edges(name):
        if path[-1] == low and low != goal:
            made = EDGES[name, low, high].up(made)
            made["schema_version"] = high
            path.append(high)
    return _with_path(made, "upcast", path)


def downcast(content: Content, *, to: str, allow_loss: bool = False) -> Content:
    """Return content in the older version `to`; E_DOWNCAST_LOSS with the paths that would be lost, unless allow_loss.

    downcast(upcast(x)) == x for every x of the older version.
    """
    name, version = registry.told(content)
    known = registry.versions_of(name)
    start = _nearest(known, version)
    if to not in known or registry.parse_version(to) > registry.parse_version(start):
        raise SchemaError("E_SCHEMA_VERSION", f"{name}#/schema_version", expected=f"{known[0]} to {start}", got=to)
    _check(name, start, content)
    made, lost = copy.deepcopy(content), []
    for low, high in reversed(edges(name)):
        if made["schema_version"] == high and high != to:
            lost += EDGES[name, low, high].down(made)
            made["schema_version"] = low
    made = _without_path(made)
    if lost and not allow_loss:
        raise SchemaError("E_DOWNCAST_LOSS", f"{name}#{lost[0]}", expected=to, got=", ".join(lost), lost=tuple(lost))
    return made


def _nearest(known: list[str], version: tuple[int, int, int]) -> str:
    """Return the released version that content of `version` is judged by: the same minor, its newest patch."""
    same = [v for v in known if registry.parse_version(v)[:2] == version[:2]]
    if not same:
        raise SchemaError("E_SCHEMA_VERSION", "/schema_version", expected=", ".join(known), got=".".join(map(str, version)))
    return same[-1]


def judged_by(name: str, version: tuple[int, int, int]) -> dict[str, Any]:
    """Return the frozen schema that content of a version is judged by: the same minor, its newest patch."""
    return registry.schema(name, _nearest(registry.versions_of(name), version))


def _check(name: str, version: str, content: Content) -> None:
    from agetech.schemas.engine import first_fault

    fault = first_fault(registry.schema(name, version), content)
    if fault is not None:
        raise SchemaError(fault.code, f"{name}#{fault.pointer}", expected=fault.expected, pointer=fault.pointer, rule=fault.rule)


def _with_path(content: Content, step: str, path: list[str]) -> Content:
    entry = {"step": step, "path": path}
    content["provenance"] = [*content.get("provenance", []), entry]
    return content


def _without_path(content: Content) -> Content:
    """Take out the last entry of provenance where it is the upcast that is being undone."""
    trail = content.get("provenance")
    if (
        trail
        and trail[-1].get("step") == "upcast"
        and set(trail[-1]) == {"step", "path"}
        and trail[-1]["path"][0] == content["schema_version"]
    ):
        content["provenance"] = trail[:-1]
        if not content["provenance"]:
            del content["provenance"]
    return content


EDGES["event", "1.0.0", "1.1.0"] = _Edge(_same, _drop("verdict"))
