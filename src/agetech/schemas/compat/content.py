"""What two schemas say apart from each other: what documents can show, and what only the meaning tells."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from agetech.schemas.engine import equal
from agetech.schemas.meaning import KEY

Schema = Any


@dataclass(slots=True)
class Doubt:
    """A place where B may refuse what A allows; `values` are candidates for that place, none where the doubt is about meaning."""

    rule: str
    path: tuple[str, ...]
    values: list[Any] = field(default_factory=list)
    meaning: bool = False


def key_of(schema: Schema) -> str:
    """Return a text that is the same for the same schema."""
    return json.dumps(schema, sort_keys=True, default=str)


SILENT = {
    "title",
    "description",
    "examples",
    "$schema",
    "$id",
    "$comment",
    "default",
    "deprecated",
    KEY,
    "$defs",
    "definitions",
    "x-rules",
    "x-version",
}


def bare(schema: Schema) -> Any:
    """Return a schema without what no document can show."""
    if isinstance(schema, list):
        return [bare(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        k: (
            {n: bare(v) for n, v in inner.items()}
            if k in ("properties", "patternProperties")
            else sorted(inner)
            if k == "required"
            else inner
            if k in ("enum", "const")
            else bare(inner)
        )
        for k, inner in schema.items()
        if k not in SILENT and not (k == "additionalProperties" and inner is True) and not (k == "required" and not inner)
    }


def refers(schema: Schema) -> bool:
    """Return True where a schema holds a reference."""
    return '"$ref"' in key_of(schema)


def meant(a: Schema, b: Schema, path: tuple[str, ...]) -> list[Doubt]:
    """Return the doubts about meaning: another unit, code list or default under the same name."""
    if not isinstance(a, dict) or not isinstance(b, dict):
        return []
    found = []
    one, two = a.get(KEY) or {}, b.get(KEY) or {}
    if isinstance(one, dict) and isinstance(two, dict):
        found += [
            Doubt(f"{what}-binding", path, [], meaning=True)
            for what, key in (("unit", "unit"), ("code", "binding"))
            if one.get(key) != two.get(key)
        ]
    if "default" in a or "default" in b:
        default_a, default_b = a.get("default"), b.get("default")
        if not equal(default_a, default_b) and "schema_version" not in path:
            found.append(Doubt("default", path, [], meaning=True))
    return found


def deep_meaning(a: Schema, b: Schema, path: tuple[str, ...]) -> list[Doubt]:
    """Return the doubts about meaning anywhere below two schemas that no document tells apart."""
    found: list[Doubt] = []
    if isinstance(a, dict) and isinstance(b, dict):
        for keyword, inner in a.items():
            other = b.get(keyword)
            if keyword in ("properties", "patternProperties") and isinstance(other, dict):
                for name in inner:
                    found += meant(inner[name], other.get(name, {}), (*path, name)) + deep_meaning(
                        inner[name], other.get(name, {}), (*path, name)
                    )
            elif keyword in ("items", "additionalProperties", "contains", "not", "if", "then", "else"):
                found += meant(inner, other, (*path, "*")) + deep_meaning(inner, other, (*path, "*"))
            elif keyword in ("anyOf", "oneOf", "allOf", "prefixItems") and isinstance(other, list):
                for one, two in zip(inner, other, strict=False):
                    found += meant(one, two, path) + deep_meaning(one, two, path)
    return found
