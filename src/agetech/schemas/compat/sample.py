"""Example documents of a schema: small ones, valid wherever that can be reached, random ones by a seeded generator."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from agetech.schemas.engine import Judge

Schema = Any
_parser: Any = getattr(re, "_parser", None)
_MANY = 3
_DEEPEST = 12
_TEXTS = (
    "a",
    "x y",
    "2026-11-23T08:00:00+08:00",
    "2026-11-23",
    "08:00",
    "1.2.3",
    "wrist",
    "http://a.example/b",
    "A-1",
    "0" * 64,
    "CN",
    "",
    "é中",
    "-1",
)


def resolve(root: Schema, schema: Schema) -> Schema:
    """Return a schema with its `$ref` followed inside the document; siblings of `$ref` are kept."""
    for _ in range(20):
        if not isinstance(schema, dict) or not isinstance(schema.get("$ref"), str) or not schema["$ref"].startswith("#"):
            return schema
        found: Any = root
        for part in schema["$ref"].split("/")[1:]:
            found = found[part.replace("~1", "/").replace("~0", "~")]
        rest = {k: v for k, v in schema.items() if k != "$ref"}
        schema = {**found, **rest} if isinstance(found, dict) else found
    return schema


class Sampler:
    """Makes examples of the schemas of one document."""

    def __init__(self, root: Schema, seed: int = 0) -> None:
        self.root, self.chance = root, random.Random(seed)  # noqa: S311 - examples, not secrets

    def fits(self, schema: Schema, value: Any) -> bool:
        """Return True where value follows the schema."""
        held = {"$defs": self.root.get("$defs", {}), "definitions": self.root.get("definitions", {})} if isinstance(self.root, dict) else {}
        return not Judge({**held, **schema} if isinstance(schema, dict) else schema).faults(value)

    def examples(self, schema: Schema, *, most: int = 8, full: bool = False) -> list[Any]:
        """Return valid examples, smallest first; an empty list where none could be made."""
        found: list[Any] = []
        for value in self._candidates(schema, 0, full=full):
            if self.fits(schema, value) and value not in found:
                found.append(value)
                if len(found) >= most:
                    break
        return found

    def _candidates(self, schema: Schema, depth: int, *, full: bool) -> Iterator[Any]:
        schema = resolve(self.root, schema)
        if schema is True or schema == {}:
            yield from ("a", 1, True, {}, [], None)
            return
        if not isinstance(schema, dict) or depth > _DEEPEST:
            return
        for key in ("const",):
            if key in schema:
                yield schema[key]
                return
        if "enum" in schema:
            yield from schema["enum"]
            return
        for key in ("anyOf", "oneOf"):
            rest = {k: v for k, v in schema.items() if k != key}
            for branch in schema.get(key, ()):
                branch = resolve(self.root, branch)  # noqa: PLW2901 - the same branch, its reference followed
                if isinstance(branch, dict):
                    yield from self._candidates({**rest, **branch, **_joined(rest, branch)}, depth + 1, full=full)
            if key in schema:
                return
        if "allOf" in schema:
            merged: dict[str, Any] = {k: v for k, v in schema.items() if k != "allOf"}
            for part in schema["allOf"]:
                part = resolve(self.root, part)  # noqa: PLW2901 - the same branch, its reference followed
                if isinstance(part, dict):
                    merged = {**merged, **part, **_joined(merged, part)}
            yield from self._candidates(merged, depth + 1, full=full)
            return
        for kind in kinds(schema):
            yield from self._of_kind(kind, schema, depth, full=full)

    def _of_kind(self, kind: str, schema: dict[str, Any], depth: int, *, full: bool) -> Iterator[Any]:
        if kind == "null":
            yield None
        elif kind == "boolean":
            yield from (True, False)
        elif kind in ("integer", "number"):
            yield from numbers(schema, kind)
        elif kind == "string":
            yield from strings(schema, self.chance)
        elif kind == "array":
            yield from self._arrays(schema, depth, full=full)
        elif kind == "object":
            yield from self._objects(schema, depth, full=full)

    def _arrays(self, schema: dict[str, Any], depth: int, *, full: bool) -> Iterator[Any]:  # noqa: ARG002 - the signature of all makers
        least = schema.get("minItems", 0)
        head = [next(iter(self.examples_at(s, depth)), None) for s in schema.get("prefixItems", ())]
        rest = (
            []
            if schema.get("items") is False
            else self.examples_at(schema.get("items", True), depth, most=max(_MANY, least if least < 50 else 1))  # noqa: PLR2004 - more are copies
        )
        for size in sorted({max(least, 0), max(least, 1), max(least, len(head)), max(least, len(head) + 1), schema.get("maxItems", 2)}):
            if size <= schema.get("maxItems", size) and size < 5000:  # noqa: PLR2004 - a longer list proves no more
                tail = [rest[n % len(rest)] for n in range(max(0, size - len(head)))] if rest else []
                yield (head + tail)[:size] if size >= len(head) else head[:size]

    def examples_at(self, schema: Schema, depth: int, most: int = _MANY) -> list[Any]:
        """Return unverified examples of a part."""
        found: list[Any] = []
        for value in self._candidates(schema, depth + 1, full=False):
            if value not in found:
                found.append(value)
            if len(found) >= most:
                break
        return found

    def _objects(self, schema: dict[str, Any], depth: int, *, full: bool) -> Iterator[Any]:
        fields, others = schema.get("properties", {}), schema.get("additionalProperties", True)
        needed = list(schema.get("required", ()))
        small = {n: v for n in needed for v in self.examples_at(fields.get(n, others), depth, 1)}
        least = schema.get("minProperties", 0)
        for name in [*fields, *(f"extra{n}" for n in range(least if others is not False else 0))]:
            if len(small) >= least:
                break
            small.update({name: v for v in self.examples_at(fields.get(name, others), depth, 1) if name not in small})  # noqa: B035 - one entry, or none
        yield small
        if depth < 2 or full:  # noqa: PLR2004 - deeper, one example of a field is enough
            whole = dict(small)
            for name, inner in fields.items():
                for value in self.examples_at(inner, depth, 2 if name not in small else 1):
                    if name not in small:
                        yield {**small, name: value}
                        whole[name] = value
            yield whole
        if others is not False:
            yield {**small, **{"another": v for v in self.examples_at(others, depth, 1)}}  # noqa: B035 - one entry, or none


def _joined(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "properties" in one and "properties" in other:
        made["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        made["required"] = sorted({*one["required"], *other["required"]})
    return made


def kinds(schema: dict[str, Any]) -> list[str]:
    """Return the JSON types a schema allows by `type`; all of them where it does not say."""
    told = schema.get("type")
    if told is None:
        return ["string", "number", "boolean", "object", "array", "null"]
    return [told] if isinstance(told, str) else list(told)


def bounds(schema: dict[str, Any]) -> tuple[Decimal | None, bool, Decimal | None, bool]:
    """Return (lowest, excluded, highest, excluded) of a number schema, draft 04 spelling included."""

    def end(name: str, *, low: bool) -> tuple[Decimal | None, bool]:
        own, strict = schema.get(name), schema.get("exclusive" + name.capitalize())
        value = Decimal(str(own)) if own is not None else None
        if strict is True:
            return value, True
        if strict is not None and strict is not False:
            other = Decimal(str(strict))
            if value is None or (other >= value if low else other <= value):
                return other, True
        return value, False

    low, low_out = end("minimum", low=True)
    high, high_out = end("maximum", low=False)
    return low, low_out, high, high_out


def numbers(schema: dict[str, Any], kind: str) -> Iterator[Any]:
    """Yield numbers at and around the bounds."""
    low, _, high, _ = bounds(schema)
    step = Decimal(str(schema.get("multipleOf", 1)))
    marks = [Decimal(0), Decimal(1), Decimal(-1), step, step * 3, -step * 5]
    for bound in (low, high):
        if bound is not None:
            marks = [bound, bound + step, bound - step, *marks]
            marks += [Decimal(math.ceil(bound / step)) * step, Decimal(math.floor(bound / step)) * step]
    if low is not None and high is not None:
        marks.append((low + high) / 2)
    for mark in [*marks, Decimal("0.5"), Decimal(1000000)]:
        whole = mark == mark.to_integral_value()
        if kind == "integer" and not whole:
            continue
        yield int(mark) if whole else float(mark)


def strings(schema: dict[str, Any], chance: random.Random) -> Iterator[str]:
    """Yield texts that may fit: known ones, texts grown from the pattern, texts of the bounds' length."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    pattern = schema.get("pattern")
    grown = [grow(pattern, chance) for _ in range(6)] if pattern else []
    yield from (text for text in grown if text is not None)
    yield from _TEXTS
    for size in (least, most):
        if size is not None and size < 100000:  # noqa: PLR2004 - a longer text proves no more
            yield "a" * size
            if grown and grown[0]:
                yield (grown[0] + grown[0][-1] * size)[:size]
    yield "".join(chance.choice("abcXYZ019_-. é") for _ in range(max(least, 5)))


def grow(pattern: str, chance: random.Random) -> str | None:
    """Return a text that the pattern may match, or None where it cannot be grown."""
    try:
        return "".join(_grown(_parser.parse(pattern), chance))
    except (re.error, ValueError, KeyError, AttributeError, RecursionError, OverflowError):
        return None


def _grown(tree: Any, chance: random.Random) -> Iterator[str]:
    for op, value in tree:
        name = str(op)
        if name == "LITERAL":
            yield chr(value)
        elif name == "NOT_LITERAL":
            yield "b" if value == ord("a") else "a"
        elif name == "ANY":
            yield "a"
        elif name == "IN":
            yield _member(value, chance)
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = value
            for _ in range(chance.randint(low, min(int(high), low + 3))):
                yield from _grown(inner, chance)
        elif name == "SUBPATTERN":
            yield from _grown(value[-1], chance)
        elif name == "BRANCH":
            yield from _grown(chance.choice(value[1]), chance)
        elif name not in ("AT", "ASSERT", "ASSERT_NOT"):
            raise ValueError(name)


def _member(choices: Any, chance: random.Random) -> str:
    names = [str(op) for op, _ in choices]
    if names and names[0] == "NEGATE":
        for candidate in "aA0_- !é":
            if not re.fullmatch(_class_text(choices), candidate):
                return candidate
        return "~"
    op, value = chance.choice(list(choices))
    if str(op) == "RANGE":
        return chr(chance.randint(value[0], min(value[1], value[0] + 40)))
    if str(op) == "LITERAL":
        return chr(value)
    return {"CATEGORY_DIGIT": "7", "CATEGORY_WORD": "w", "CATEGORY_SPACE": " ", "CATEGORY_NOT_SPACE": "s", "CATEGORY_NOT_DIGIT": "d"}.get(
        str(value), "a"
    )


def _class_text(choices: Any) -> str:
    parts = []
    for op, value in choices:
        if str(op) == "RANGE":
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        elif str(op) == "LITERAL":
            parts.append(re.escape(chr(value)))
        elif str(op) == "CATEGORY":
            parts.append({"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w"}.get(str(value), ""))
    return "[" + "".join(parts) + "]"
