"""A JSON Schema judge for drafts 04, 07 and 2020-12: the keywords that data schemas use, formats asserted, nothing fetched.

It judges frozen versions, witnesses of breaking changes and Open mHealth data. A keyword it does not know is refused when
the schema is compiled, never passed over. Tests compare its verdicts with the jsonschema library.
"""

# ruff: noqa: PLR0913 - every rule is given all that some keyword looks at
from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin, urlsplit

from agetech.errors import SchemaError

_ANNOTATIONS = {
    "title", "description", "default", "examples", "example", "$schema", "$id", "id", "$comment", "deprecated", "readOnly", "writeOnly",
    "definitions", "$defs", "references", "required", "exclusiveMinimum", "exclusiveMaximum", "contentEncoding", "contentMediaType", "then",
    "else", "minContains", "maxContains",
}  # fmt: skip
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """Why content does not follow a schema: where, which keyword, what it asks."""

    pointer: str
    rule: str
    expected: str
    code: str = "E_FIELD_VALUE"


def equal(one: Any, other: Any) -> bool:
    """Return JSON equality: 1 equals 1.0, True does not equal 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float | Decimal) and isinstance(other, int | float | Decimal):
        return one == other
    if type(one) is not type(other):
        return isinstance(one, list | tuple) and isinstance(other, list | tuple) and list(one) == list(other)
    if isinstance(one, list):
        return len(one) == len(other) and all(equal(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(v, other[k]) for k, v in one.items())
    return bool(one == other)


def _number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list | tuple),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "number": _number,
    "integer": lambda v: _number(v) and (isinstance(v, int) or v == int(v)),
}

_TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_ZONE = r"([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"
_FORMATS: dict[str, re.Pattern[str]] = {
    "date-time": re.compile(r"(\d{4}-\d\d-\d\d)[Tt ]" + _TIME + _ZONE, re.ASCII),
    "date": re.compile(r"(\d{4}-\d\d-\d\d)", re.ASCII),
    "time": re.compile(_TIME + _ZONE + "?", re.ASCII),
    "email": re.compile(r"[^@\s]+@[^@\s]+"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]*"),
}


def formatted(name: str, text: str) -> bool:
    """Return True where text has a format; formats not known here are not judged."""
    known = _FORMATS.get(name)
    if known is None:
        return True
    found = known.fullmatch(text)
    if not found:
        return False
    if name == "uri":
        try:
            parts = urlsplit(text)
            host_ok = not parts.netloc or re.fullmatch(r"(?:[^@/]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:/@]*)(?::[0-9]*)?", parts.netloc)
            return bool(parts.netloc or parts.path) and bool(host_ok)
        except ValueError:
            return False
    if name in ("date", "date-time"):
        try:
            datetime.fromisoformat(found.group(1))
        except ValueError:
            return False
    return True


Resolver = Callable[[str], dict[str, Any]]


def _nowhere(address: str) -> dict[str, Any]:
    raise SchemaError("E_SCHEMA_UNKNOWN", "/$ref", expected="a schema of this document", got="another address")


class Judge:
    """A schema ready to judge content; `resolve` gives the schema of another address, from memory or disk only.

    foreign: a schema of others, whose unknown keywords are remarks; in our own one that is not known is an error.
    """

    def __init__(self, schema: dict[str, Any] | bool, *, base: str = "", resolve: Resolver = _nowhere, foreign: bool = False) -> None:  # noqa: FBT001 - a schema may be true or false
        self.schema, self.base, self.resolve, self.foreign = schema, base, resolve, foreign
        told = str(schema.get("$schema", "")) if isinstance(schema, dict) else ""
        self.draft4 = "draft-04" in told
        self.roots: dict[str, Any] = {base: schema}

    def faults(self, content: Any, *, most: int = 1) -> list[Fault]:
        """Return the first faults of content, at most `most`; none means it follows the schema."""
        found: list[Fault] = []
        try:
            self.check(self.schema, content, "", self.base, found, most, 0)
        except RecursionError:
            found.append(Fault("", "depth", "less nesting"))
        return found[:most]

    def _target(self, ref: str, base: str) -> tuple[Any, str]:
        address, _, place = ref.partition("#")
        home = urljoin(base, address) if address else base
        if home not in self.roots:
            self.roots[home] = self.resolve(home)
        found: Any = self.roots[home]
        for part in place.split("/")[1:] if place else []:
            key = part.replace("~1", "/").replace("~0", "~").replace("%25", "%")
            try:
                found = found[int(key)] if isinstance(found, list) else found[key]
            except (KeyError, IndexError, ValueError, TypeError):
                raise SchemaError("E_SCHEMA_UNKNOWN", "/$ref", expected="a place in the schema", got=ref[:80]) from None
        return found, home

    def fits(self, schema: Any, value: Any, base: str, depth: int) -> bool:
        """Return True where a value follows a part of the schema."""
        mine: list[Fault] = []
        self.check(schema, value, "", base, mine, 1, depth + 1)
        return not mine

    def check(self, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
        """Add the faults of a value under a part of the schema to `out`, at most `most`; `at` is the value's place."""
        if schema is True or len(out) >= most:
            return
        if depth > _DEEPEST:
            out.append(Fault(at, "depth", "less nesting"))
            return
        if schema is False:
            out.append(Fault(at, "false", "nothing", "E_FIELD_UNKNOWN"))
            return
        if not isinstance(schema, dict):
            raise SchemaError("E_SCHEMA_FORM", "", expected="an object or a boolean", got=type(schema).__name__)
        if "$ref" in schema:
            target, home = self._target(str(schema["$ref"]), base)
            self.check(target, value, at, home, out, most, depth + 1)
            if self.draft4:
                return
        for keyword, asked in schema.items():
            rule = _RULES.get(keyword)
            if rule is not None:
                rule(self, asked, schema, value, at, base, out, most, depth)
            elif not self.foreign and keyword not in _ANNOTATIONS and keyword != "$ref" and not keyword.startswith("x-"):
                raise SchemaError("E_SCHEMA_FORM", f"/{keyword[:40]}", expected="a known keyword", got=keyword[:40])
        if isinstance(value, dict):
            for name in schema.get("required", ()) if isinstance(schema.get("required", ()), list | tuple) else ():
                if name not in value:
                    out.append(Fault(f"{at}/{name}", "required", name, "E_FIELD_MISSING"))  # noqa: PERF401 - reads as the rule it is


def _type(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    kinds = [asked] if isinstance(asked, str) else asked
    if not any(_TYPES[kind](value) for kind in kinds):
        out.append(Fault(at, "type", " or ".join(kinds), "E_FIELD_TYPE"))


def _enum(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if not any(equal(value, known) for known in asked):
        out.append(Fault(at, "enum", ", ".join(str(k) for k in asked)[:150]))


def _const(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if not equal(value, asked):
        out.append(Fault(at, "const", str(asked)[:150]))


def _bound(keyword: str) -> Any:
    low = keyword.lower().endswith("minimum")

    def rule(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
        if isinstance(asked, bool) or not _number(value):
            return
        strict = keyword.startswith("exclusive") or schema.get("exclusive" + keyword.capitalize()) is True
        fine = (value > asked if strict else value >= asked) if low else (value < asked if strict else value <= asked)
        if not fine:
            out.append(Fault(at, keyword, str(asked)))

    return rule


def _length(kind: str, *, least: bool) -> Any:
    def rule(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
        if _TYPES[kind](value) and (len(value) < asked if least else len(value) > asked):
            out.append(Fault(at, "length", f"{'at least' if least else 'at most'} {asked}"))

    return rule


def _pattern(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if isinstance(value, str) and not re.search(_anchored(asked), value):
        out.append(Fault(at, "pattern", asked[:150]))


def _anchored(pattern: str) -> str:
    """Return a pattern whose `$` is the end of text, as in ECMA-262; Python's lets a final newline pass."""
    return pattern[:-1] + r"\Z" if pattern.endswith("$") and not pattern.endswith(r"\$") else pattern


def _format(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if isinstance(value, str) and not formatted(asked, value):
        out.append(Fault(at, "format", asked))


def _multiple(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if _number(value) and not math.isclose(float(value) / float(asked), round(float(value) / float(asked)), abs_tol=1e-9):
        out.append(Fault(at, "multipleOf", str(asked)))


def _properties(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if isinstance(value, dict):
        for name, inner in asked.items():
            if name in value:
                judge.check(inner, value[name], f"{at}/{name}", base, out, most, depth + 1)


def _pattern_properties(
    judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int
) -> None:
    if isinstance(value, dict):
        for pattern, inner in asked.items():
            for name in value:
                if re.search(_anchored(pattern), name):
                    judge.check(inner, value[name], f"{at}/{name}", base, out, most, depth + 1)


def _others(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if isinstance(value, dict):
        known, patterns = schema.get("properties", {}), [_anchored(p) for p in schema.get("patternProperties", {})]
        for name in value:
            if name not in known and not any(re.search(p, name) for p in patterns):
                judge.check(asked, value[name], f"{at}/{name}", base, out, most, depth + 1)


def _names(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if isinstance(value, dict):
        for name in value:
            judge.check(asked, name, f"{at}/{name}", base, out, most, depth + 1)


def _items(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if not isinstance(value, list | tuple):
        return
    if isinstance(asked, list):
        for n, (inner, item) in enumerate(zip(asked, value, strict=False)):
            judge.check(inner, item, f"{at}/{n}", base, out, most, depth + 1)
        return
    skip = len(schema.get("prefixItems", ()))
    for n, item in enumerate(value[skip:], skip):
        judge.check(asked, item, f"{at}/{n}", base, out, most, depth + 1)


def _prefix(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if isinstance(value, list | tuple):
        for n, (inner, item) in enumerate(zip(asked, value, strict=False)):
            judge.check(inner, item, f"{at}/{n}", base, out, most, depth + 1)


def _more_items(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    first = schema.get("items")
    if isinstance(value, list | tuple) and isinstance(first, list):
        for n, item in enumerate(value[len(first) :], len(first)):
            judge.check(asked, item, f"{at}/{n}", base, out, most, depth + 1)


def _contains(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if isinstance(value, list | tuple):
        count = sum(judge.fits(asked, item, base, depth) for item in value)
        if not schema.get("minContains", 1) <= count <= schema.get("maxContains", count):
            out.append(Fault(at, "contains", "such an item"))


def _unique(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if asked and isinstance(value, list | tuple) and any(equal(a, b) for n, a in enumerate(value) for b in value[:n]):
        out.append(Fault(at, "uniqueItems", "items once"))


def _dependent(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if isinstance(value, dict):
        for name, inner in asked.items():
            if name not in value:
                continue
            if isinstance(inner, list):
                out += [Fault(f"{at}/{other}", "dependencies", other, "E_FIELD_MISSING") for other in inner if other not in value]
            else:
                judge.check(inner, value, at, base, out, most, depth + 1)


def _all(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    for inner in asked:
        judge.check(inner, value, at, base, out, most, depth + 1)


def _any(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if not any(judge.fits(inner, value, base, depth) for inner in asked):
        out.append(_nearest(judge, asked, value, at, base, depth, "anyOf"))


def _one(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    fitting = sum(judge.fits(inner, value, base, depth) for inner in asked)
    if fitting == 0:
        out.append(_nearest(judge, asked, value, at, base, depth, "oneOf"))
    elif fitting > 1:
        out.append(Fault(at, "oneOf", "exactly one of the choices"))


def _nearest(judge: Judge, asked: Any, value: Any, at: str, base: str, depth: int, rule: str) -> Fault:
    """Return the deepest fault among the choices: the one the author most likely meant."""
    best = Fault(at, rule, "one of the choices")
    for inner in asked:
        mine: list[Fault] = []
        judge.check(inner, value, at, base, mine, 1, depth + 1)
        if mine and mine[0].pointer.count("/") > best.pointer.count("/"):
            best = mine[0]
    return best


def _not(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    if judge.fits(asked, value, base, depth):
        out.append(Fault(at, "not", "something else"))


def _if(judge: Judge, asked: Any, schema: Any, value: Any, at: str, base: str, out: list[Fault], most: int, depth: int) -> None:
    branch = schema.get("then" if judge.fits(asked, value, base, depth) else "else", True)
    judge.check(branch, value, at, base, out, most, depth + 1)


_RULES: dict[str, Any] = {
    "type": _type, "enum": _enum, "const": _const, "minimum": _bound("minimum"), "maximum": _bound("maximum"),
    "exclusiveMinimum": _bound("exclusiveMinimum"), "exclusiveMaximum": _bound("exclusiveMaximum"), "multipleOf": _multiple,
    "minLength": _length("string", least=True), "maxLength": _length("string", least=False), "pattern": _pattern, "format": _format,
    "minItems": _length("array", least=True), "maxItems": _length("array", least=False), "minProperties": _length("object", least=True),
    "maxProperties": _length("object", least=False), "properties": _properties, "patternProperties": _pattern_properties,
    "additionalProperties": _others, "propertyNames": _names, "items": _items, "prefixItems": _prefix, "additionalItems": _more_items,
    "contains": _contains, "uniqueItems": _unique, "dependencies": _dependent, "dependentRequired": _dependent, "dependentSchemas": _dependent,  # noqa: E501 - one table
    "allOf": _all, "anyOf": _any, "oneOf": _one, "not": _not, "if": _if,
}  # fmt: skip


def first_fault(schema: dict[str, Any], content: Any) -> Fault | None:
    """Return the first fault of content under a self-contained schema, or None."""
    found = Judge(schema).faults(content)
    return found[0] if found else None
