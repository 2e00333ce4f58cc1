"""Random edits of the real schemas, judged by the detector and by documents: whoever is called compatible must read them all.

Of each schema a pool of documents is made once: random ones of our own maker and those the detector's sampler grows from the schema.
Every edit that the detector lets pass is then tried on the whole pool with the jsonschema library.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import jsonschema

from agetech.schemas import compat, documents, registry
from agetech.schemas.compat.sample import Sampler
from benchmarks.schemas.make import make
from benchmarks.schemas.make_parts import seeded

Schema = Any
_EDITABLE = {"type", "enum", "properties", "maxLength", "minimum", "required", "items", "pattern"}
_KINDS = ("string", "integer", "number", "object", "array", "boolean")


def edit(schema: Schema, r: random.Random) -> Schema:
    """Return a schema with one random edit somewhere."""
    made = copy.deepcopy(schema)
    at = r.choice([place for place in _places(made) if set(place) & _EDITABLE])
    edits: dict[str, Callable[[], Any]] = {
        "type": lambda: at.update(type=r.choice(_KINDS)),
        "enum": lambda: at.update(enum=at["enum"][1:] if r.random() < 0.5 and len(at["enum"]) > 1 else [*at["enum"], "extra"]),
        "properties": lambda: at["properties"].pop(r.choice(sorted(at["properties"])), None),
        "maxLength": lambda: at.update(maxLength=max(1, at["maxLength"] + r.choice([-7, 7]))),
        "minimum": lambda: at.update(minimum=at["minimum"] + r.choice([-1, 1])),
        "required": lambda: at.update(required=at["required"][1:] if r.random() < 0.5 else [*at["required"], "added"]),
        "items": lambda: at.update(items=True if r.random() < 0.5 else {"type": "string"}),
        "pattern": lambda: at.update(pattern="^[a-m]") if r.random() < 0.5 else at.pop("pattern"),
    }
    edits[r.choice(sorted(set(at) & set(edits)))]()
    return made


def _places(schema: Schema) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def walk(at: Any, *, is_schema: bool) -> None:
        if isinstance(at, dict):
            if is_schema:
                found.append(at)
            for key, inner in at.items():
                if key not in ("x-agetech", "x-rules") or not is_schema:
                    walk(inner, is_schema=not (is_schema and key in ("properties", "$defs", "patternProperties")))
        elif isinstance(at, list):
            for inner in at:
                walk(inner, is_schema=is_schema)

    walk(schema, is_schema=True)
    return found


def pool(name: str, count: int, seed: int) -> list[Any]:
    """Return `count` different documents that follow a schema: a third grown from the schema, the others from our maker."""
    schema = registry.current(name)
    judge = jsonschema.Draft202012Validator(schema)
    grown = [e for e in Sampler(schema, seed=seed).examples(schema, most=count // 3, full=True) if judge.is_valid(e)]
    held = {json.dumps(e, sort_keys=True, default=float): e for e in grown}
    r = seeded(f"{name} {seed}")
    while len(held) < count:
        text = documents.dump(documents.read(make(r, name)))
        held[text] = json.loads(text)
    return list(held.values())


def counter_examples(*, edits: int, instances: int, seed: int) -> dict[str, Any]:
    """Return what random edits come to: how many the detector called compatible, and those that a document proves wrong."""
    r, names = seeded(seed), registry.names()
    pools: dict[str, list[Any]] = {}
    told: dict[str, Any] = {"edits": edits, "compatible": 0, "fewest": instances, "wrong": []}
    for k in range(edits):
        name = names[k % len(names)]
        schema = registry.current(name)
        edited = edit(schema, r)
        if not compat.check(schema, edited).passes:
            continue
        if name not in pools:
            pools[name] = pool(name, instances, seed)
        held = pools[name]
        told["compatible"] += 1
        told["fewest"] = min(told["fewest"], len(held))
        judge = jsonschema.Draft202012Validator(edited)
        if not all(judge.is_valid(document) for document in held):
            told["wrong"].append((k, name))
    return told
