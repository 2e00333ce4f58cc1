"""Fields of a newer minor: found by walking the schema we know, kept by JSON Pointer, written back where they were."""

from __future__ import annotations

from typing import Any

_DEEPEST = 64


def split(schema: dict[str, Any], content: Any) -> tuple[Any, dict[str, Any]]:
    """Return (content without unknown fields, unknown fields by JSON Pointer); nothing is lost between the two."""
    kept: dict[str, Any] = {}
    return _strip(schema, schema, content, "", kept, 0), kept


def _resolve(root: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while isinstance(schema.get("$ref"), str):
        found: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _strip(root: dict[str, Any], schema: dict[str, Any], value: Any, at: str, kept: dict[str, Any], depth: int) -> Any:
    schema = _resolve(root, schema)
    branches = schema.get("oneOf") or schema.get("anyOf")
    if branches and depth < _DEEPEST:
        return _branch(root, branches, value, at, kept, depth)
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_strip(root, schema["items"], item, f"{at}/{n}", kept, depth + 1) for n, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    fields, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    made = {}
    for name, inner in value.items():
        place = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
        if name in fields:
            made[name] = _strip(root, fields[name], inner, place, kept, depth + 1)
        elif others is False:
            kept[place] = inner
        else:
            made[name] = _strip(root, others, inner, place, kept, depth + 1) if isinstance(others, dict) else inner
    return made


def _branch(root: dict[str, Any], branches: list[Any], value: Any, at: str, kept: dict[str, Any], depth: int) -> Any:
    from agetech.schemas.engine import first_fault

    best: tuple[int, Any, dict[str, Any]] | None = None
    for branch in branches:
        mine: dict[str, Any] = {}
        made = _strip(root, branch, value, at, mine, depth + 1)
        wrapped = {"$defs": root.get("$defs", {}), **branch}
        if first_fault(wrapped, made) is None and (best is None or len(mine) < best[0]):
            best = len(mine), made, mine
    if best is None:
        return value
    kept.update(best[2])
    return best[1]


def merge(content: Any, kept: dict[str, Any]) -> None:
    """Put unknown fields back into content, in place; one whose parent is gone is dropped with it."""
    for place, inner in kept.items():
        *parents, last = [p.replace("~1", "/").replace("~0", "~") for p in place[1:].split("/")]
        at: Any = content
        for part in parents:
            at = at[int(part)] if isinstance(at, list) and int(part) < len(at) else at.get(part) if isinstance(at, dict) else None
            if at is None:
                break
        if isinstance(at, dict):
            at[last] = inner
