"""Two judges of one document: the model, and the jsonschema library under the frozen schema. They differ in rules between fields only."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import jsonschema

from agetech.errors import SchemaError
from agetech.schemas import documents, registry
from agetech.schemas.model import parts
from benchmarks.schemas.make import make
from benchmarks.schemas.make_parts import seeded

_WRONG = (None, 0, "x", [], {}, True, -1.5, "2026-11-23T08:00:00Z")


SCALARS = frozenset({"E_UNIT_UCUM", "E_INSTANT", "E_DATE"})  # grammar of a unit, days of a month: more than a pattern can say


def documented(name: str) -> set[str]:
    """Return the rules in which a model may be stricter than its schema: those it declares, and the grammar of units and times."""
    models = [registry.model(name), *parts(registry.model(name))]
    return {rule for model in models for rule in getattr(model, "rules", {})} | SCALARS


def mutated(value: Any, r: random.Random) -> Any:
    """Return JSON content with one to four places changed or taken out."""
    value = json.loads(json.dumps(value))
    at: Any = value
    for _ in range(r.randint(1, 4)):
        keys: list[Any] = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            break
        key = r.choice(keys)
        if isinstance(at[key], dict | list) and at[key] and r.random() < 0.6:
            at = at[key]
        elif r.random() < 0.3 and isinstance(at, dict):
            del at[key]
        else:
            at[key] = r.choice(_WRONG)
    return value


def agreement(name: str, count: int, seed: int | str = "") -> tuple[Counter[str], Counter[str]]:
    """Return counts of `valid`, `mutants` and of each that both judge alike, and the rule behind every disagreement.

    A rule is the name of a documented rule between fields; `model accepts` would be a schema stricter than its model.
    """
    counts: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    judge, r = jsonschema.Draft202012Validator(registry.current(name)), seeded(f"{name}{seed}")
    for _ in range(count):
        plain = json.loads(documents.dump(documents.read(make(r, name))))
        counts["valid"] += 1
        counts["valid agree"] += judge.is_valid(plain)
        mutant = mutated(plain, r)
        ours, rule = True, "model accepts"
        try:
            documents.read(mutant)
        except SchemaError as fault:
            ours, rule = False, str(fault.facts.get("rule", fault.code))
        counts["mutants"] += 1
        if ours == judge.is_valid(mutant):
            counts["mutants agree"] += 1
        else:
            rules[rule] += 1
    return counts, rules
