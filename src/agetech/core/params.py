"""Parameters of algorithms: frozen, strict, bounded, with their meaning in two languages."""

from __future__ import annotations

import hashlib
import json
from enum import Enum
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic import Field as _Field
from pydantic_core import PydanticUndefined

from agetech.errors import ParamsError
from agetech.units import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping


def Param(  # noqa: N802 - reads as a declaration, like pydantic's Field
    default: Any = PydanticUndefined,
    *,
    en: str,
    zh: str,
    ge: float | None = None,
    le: float | None = None,
    gt: float | None = None,
    lt: float | None = None,
    source: str = "",
) -> Any:
    """Return the declaration of one parameter: default (none: required), bounds, meaning, and where the value is from."""
    return _Field(default, ge=ge, le=le, gt=gt, lt=lt, description=en, json_schema_extra={"zh": zh, "source": source})


class Params(BaseModel):
    """Base of every algorithm's parameters. Numbers are strict: no bool, no text, no infinity, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_default=True)

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise params_error(type(self), error) from None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, values: Any) -> Any:
        return plain_values(cls, values)

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Return the parameters given as a mapping; ParamsError names the parameter that is wrong."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise params_error(cls, error) from None

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return these parameters with some values replaced, checked again."""
        del deep
        return type(self)(**{**dict(self), **(update or {})})

    def digest(self) -> str:
        """Return 16 hex digits that name these values: sha256 of their canonical JSON."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def plain_values(cls: type[Params], values: Any) -> Any:
    """Return the values with numpy scalars as Python numbers and the text of enum members as members."""
    if not isinstance(values, dict):
        return values
    made = {name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()}
    for name, field in cls.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Enum) and isinstance(made.get(name), str):
            found = [member for member in kind if member.value == made[name]]
            made[name] = found[0] if found else made[name]
        elif isinstance(made.get(name), list):
            made[name] = tuple(made[name])
    return made


def bounds(cls: type[Params], name: str) -> dict[str, float]:
    """Return the declared bounds of a parameter: any of ge, gt, le, lt."""
    found: dict[str, float] = {}
    for item in cls.model_fields[name].metadata:
        for key in ("ge", "gt", "le", "lt"):
            value = getattr(item, key, None)
            if value is not None:
                found[key] = value
    return found


def unit_of(cls: type[Params], name: str) -> Unit | None:
    """Return the unit that the type of a parameter carries, None for a parameter without one."""
    for item in cls.model_fields[name].metadata:
        if isinstance(item, Unit):
            return item
    return None


def wanted(cls: type[Params], name: str) -> str:
    """Return what a parameter must be, in a few signs: its bounds and unit, or its values."""
    kind = cls.model_fields[name].annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " | ".join(str(member.value) for member in kind)
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    limits = [f"{signs[key]} {value:g}" for key, value in bounds(cls, name).items()]
    unit = unit_of(cls, name)
    kind_name = "int" if kind is int else "float" if kind is float else getattr(kind, "__name__", str(kind))
    return " ".join([kind_name, *([unit.code] if unit is not None and unit.code != "1" else []), ", ".join(limits)]).strip()


def params_error(cls: type[Params], error: ValidationError) -> ParamsError:
    """Return the first fault of a validation as a ParamsError with the parameter as its path."""
    fault = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    path = f"{cls.__name__}.{place}" if place else cls.__name__
    name = str(fault["loc"][0]) if fault["loc"] else ""
    if fault["type"] == "missing":
        return ParamsError("E_PARAM_MISSING", path, expected=wanted(cls, name), got="")
    if fault["type"] == "extra_forbidden":
        return ParamsError("E_PARAM_UNKNOWN", path, expected=", ".join(cls.model_fields), got=name)
    if name not in cls.model_fields:
        return ParamsError("E_PARAM", path, expected=fault["msg"], got=fault.get("input", ""))
    return ParamsError("E_PARAM", path, expected=wanted(cls, name), got=repr(fault.get("input", "")))
