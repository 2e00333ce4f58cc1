"""What an algorithm takes and gives, as plain data: for people, pages and other languages."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticUndefined

from agetech.core.algorithm import Record, Step
from agetech.core.params import bounds, unit_of
from agetech.core.stream import resolve

if TYPE_CHECKING:
    from agetech.core.algorithm import Algorithm
    from agetech.core.declare import Field, Input
    from agetech.core.params import Params


def describe(algorithm: Algorithm | str) -> dict[str, Any]:
    """Return id, version, titles, inputs, fields with unit and meaning, parameters with bounds, and sources."""
    found = resolve(algorithm)
    shape = "record" if isinstance(found.shape, Record) else "step" if isinstance(found.shape, Step) else "window"
    return {
        "id": found.id,
        "version": found.version,
        "title": {"en": found.title_en, "zh": found.title_zh},
        "status": found.status,
        "shape": shape,
        "streaming": found.streaming,
        "output": found.output,
        "inputs": [_input(one) for one in found.inputs],
        "fields": [_field(one) for one in found.fields],
        "params": [_param(found.params, name) for name in found.params.model_fields],
        "source": [{"citation": one.citation, "where": one.where, "status": one.status} for one in found.source],
    }


def _input(one: Input) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "columns": list(one.columns),
        "unit": one.unit.code,
        "meaning": {"en": one.en, "zh": one.zh},
        "rates": [one.rates[0], one.rates[1] if one.rates[1] < float("inf") else None] if one.kind == "uniform" else None,
        "limit": one.limit if one.limit < float("inf") else None,
    }


def _field(one: Field) -> dict[str, Any]:
    made: dict[str, Any] = {"name": one.name, "kind": one.kind, "unit": one.unit.code, "meaning": {"en": one.en, "zh": one.zh}}
    if one.shape:
        made["shape"] = list(one.shape)
        made["parts"] = list(one.parts)
    if one.labels is not None:
        made["labels"] = {str(int(label)): label.name for label in one.labels}
    return made


def _param(params: type[Params], name: str) -> dict[str, Any]:
    declared = params.model_fields[name]
    more = declared.json_schema_extra if isinstance(declared.json_schema_extra, dict) else {}
    unit = unit_of(params, name)
    kind = declared.annotation
    return {
        "name": name,
        "required": declared.is_required(),
        "default": None if declared.default is PydanticUndefined else _plain(declared.default),
        "unit": unit.code if unit is not None else None,
        "bounds": bounds(params, name),
        "values": [str(member.value) for member in kind] if isinstance(kind, type) and issubclass(kind, Enum) else None,
        "meaning": {"en": declared.description or "", "zh": str(more.get("zh", ""))},
        "source": str(more.get("source", "")),
    }


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value
