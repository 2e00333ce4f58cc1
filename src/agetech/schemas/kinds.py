"""Scalar types of the models: strict, with their JSON Schema; nothing is coerced from text, no number loses a digit."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, Strict
from pydantic_core import core_schema as cs

from agetech.errors import SchemaError
from agetech.schemas.instants import DATE_PATTERN, INSTANT_PATTERN, MOMENT_PATTERN, Instant, checked_date, instant
from agetech.schemas.refusal import Broken
from agetech.schemas.ucum import parse

SEMVER = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$"
TOKEN = r"^[a-z][a-z0-9_.-]{0,63}$"  # noqa: S105 - a pattern, no password
PSEUDONYM = r"^[A-Za-z0-9_-]{1,64}$"
URI = r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$"
DIGEST = r"^[0-9a-f]{64}$"
_FULL = 3


class _Digits:
    """A finite number that keeps its digits: Decimal in memory, a JSON number on the wire."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> cs.CoreSchema:
        return cs.no_info_plain_validator_function(digits)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: cs.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "number"}


def digits(value: Any) -> Decimal:
    """Return a number as the Decimal of its digits; a float gives its shortest text (36.6 is 36.6)."""
    kind = type(value)
    if isinstance(value, Decimal):
        if value.is_finite():
            return value
    elif kind is int:
        return Decimal(value)
    elif kind is float and isfinite(value):
        return Decimal(repr(value))
    raise Broken("number", expected="a finite number")


class _Limits:
    """Bounds of a Digits number, both included; declared in the JSON Schema as minimum and maximum."""

    def __init__(self, least: str | None = None, most: str | None = None) -> None:
        self.least, self.most = (None if v is None else Decimal(v) for v in (least, most))

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> cs.CoreSchema:
        return cs.no_info_after_validator_function(self.check, handler(source))

    def check(self, value: Decimal) -> Decimal:
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            raise Broken("range", expected=f"{self.least} to {self.most}")
        return value

    def __get_pydantic_json_schema__(self, schema: cs.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        made = dict(handler(schema))
        for key, bound in (("minimum", self.least), ("maximum", self.most)):
            if bound is not None:
                made[key] = int(bound) if bound == bound.to_integral_value() else float(bound)
        return made


def _checked(checker: Any, *, pattern: str, raises: bool = True) -> Any:
    """Return an annotation that turns text into a value by `checker`, with a pattern in the JSON Schema.

    raises: the checker raises SchemaError, to be turned into a finding.
    """

    def validate(value: Any) -> Any:
        try:
            return checker(value)
        except SchemaError as fault:
            raise Broken(fault.code, expected=fault.expected) from None

    class _Text:
        @classmethod
        def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> cs.CoreSchema:
            told = cs.plain_serializer_function_ser_schema(str, return_schema=cs.str_schema(), when_used="json")
            return cs.no_info_plain_validator_function(validate if raises else checker, serialization=told)

        @classmethod
        def __get_pydantic_json_schema__(cls, schema: cs.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
            return {"type": "string", "pattern": pattern}

    return _Text


def _instant(value: Any) -> Instant:
    try:
        return instant(value)
    except SchemaError as fault:
        raise Broken(fault.code, expected=fault.expected) from None


def _moment(value: Any) -> Instant | str:
    return checked_date(value) if isinstance(value, str) and "T" not in value else instant(value)


def _full_date(value: Any) -> str:
    return checked_date(value.isoformat() if type(value).__name__ == "date" else value, least=_FULL)


def _unit(value: Any) -> str:
    if type(value) is not str:
        raise Broken("E_UNIT_UCUM", expected="a UCUM code")
    try:
        parse(value)
    except SchemaError as fault:
        raise Broken(fault.code, expected=fault.expected) from None
    return value


def _json(value: Any) -> Any:
    """Return any JSON value; numbers as they are. Refuses what JSON cannot hold."""
    from agetech.schemas.jsontext import dumps

    dumps(value)
    return value


class _Any:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> cs.CoreSchema:
        return cs.no_info_plain_validator_function(_json)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: cs.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {}


Number = Annotated[Decimal, _Digits]
Share = Annotated[Decimal, _Digits, _Limits("0", "1")]
Percent = Annotated[Decimal, _Digits, _Limits("0", "100")]
Positive = Annotated[Decimal, _Digits, _Limits("0")]
Whole = Annotated[int, Strict()]
Natural = Annotated[int, Strict(), Field(ge=0)]
Flag = Annotated[bool, Strict()]
Line = Annotated[str, Strict(), Field(min_length=1, max_length=300)]
Prose = Annotated[str, Strict(), Field(min_length=1, max_length=20000)]
Token = Annotated[str, Strict(), Field(pattern=TOKEN)]
Pseudonym = Annotated[str, Strict(), Field(pattern=PSEUDONYM)]
Name = Annotated[str, Strict(), Field(min_length=1, max_length=128, pattern=r"^[^\s].*$")]
Uri = Annotated[str, Strict(), Field(pattern=URI, max_length=500)]
Version = Annotated[str, Strict(), Field(pattern=SEMVER)]
Sha256 = Annotated[str, Strict(), Field(pattern=DIGEST)]
At = Annotated[Instant, _checked(_instant, pattern=INSTANT_PATTERN, raises=False)]
Moment = Annotated[Instant | str, _checked(_moment, pattern=MOMENT_PATTERN)]
Day = Annotated[str, _checked(_full_date, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
PartialDay = Annotated[str, _checked(checked_date, pattern=DATE_PATTERN)]
Ucum = Annotated[str, _checked(_unit, pattern=r"^[!-~]{1,64}$", raises=False)]
Json = Annotated[Any, _Any]
Side = Literal["left", "right", "bilateral", "none"]
