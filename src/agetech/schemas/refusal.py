"""From pydantic's complaint to ours: a code, a JSON Pointer, what was expected; never the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agetech.errors import SchemaError
from agetech.schemas.jsontext import pointer

if TYPE_CHECKING:
    from pydantic import ValidationError

_CODES = {"missing": "E_FIELD_MISSING", "extra_forbidden": "E_FIELD_UNKNOWN", "frozen_instance": "E_FROZEN", "frozen_field": "E_FROZEN"}
_TYPES = ("_type", "_parsing", "_attributes_type", "is_instance_of", "is_subclass_of")
_KEPT = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern", "expected", "expected_tags", "field_type")
_LONGEST = 160


class Broken(ValueError):  # noqa: N818 - pydantic turns a ValueError into a finding; it never leaves this layer as an exception
    """A rule between fields that does not hold: `rule` is a stable name, `where` the field it is about."""

    def __init__(self, rule: str, where: str = "", expected: str = "") -> None:
        super().__init__(rule)
        self.rule, self.where, self.expected = rule, where, expected


def _expected(kind: str, context: dict[str, Any]) -> str:
    told = [f"{name} {context[name]}" for name in _KEPT if name in context]
    text = ", ".join(told) or kind.replace("_", " ")
    return text[:_LONGEST]


def _place(name: str, parts: tuple[Any, ...]) -> str:
    return f"{name}#{pointer(parts)}"


def one(name: str, finding: Any) -> SchemaError:
    """Return the SchemaError of one pydantic finding in a document of schema `name`."""
    kind, parts, context = finding["type"], _clean(finding["loc"]), finding.get("ctx") or {}
    inner = context.get("error")
    if isinstance(inner, Broken):
        where = (*parts, *inner.where.split("/")) if inner.where else parts
        return SchemaError("E_RULE", _place(name, where), expected=inner.expected, rule=inner.rule, pointer=pointer(where))
    code = _CODES.get(kind) or ("E_FIELD_TYPE" if kind.endswith(_TYPES) else "E_FIELD_VALUE")
    return SchemaError(code, _place(name, parts), expected=_expected(kind, context), rule=kind, pointer=pointer(parts))


def _clean(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the place without the branch names that pydantic adds for unions: they hold `:`, `[` or a capital."""
    return tuple(p for p in parts if isinstance(p, int) or not p.startswith("is:"))


def refused(name: str, fault: ValidationError) -> SchemaError:
    """Return the SchemaError of a document: the first finding, all of them under `findings`."""
    found = [one(name, finding) for finding in fault.errors(include_url=False, include_input=False)]
    first = found[0]
    first.facts["findings"] = [
        {"code": e.code, "pointer": e.facts.get("pointer", ""), "rule": e.facts.get("rule", "")} for e in found[:100]
    ]
    first.facts.setdefault("got", "")
    return first
