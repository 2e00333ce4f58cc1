"""A document inside a bundle: told by its `schema`, read by the registry, newer minors included."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema as cs

from agetech.errors import SchemaError
from agetech.schemas.model import Broken
from agetech.schemas.v1.datatypes import Document


def _read(value: Any) -> Document:
    from agetech.schemas.documents import read

    if isinstance(value, Document):
        return value
    try:
        return read(value)
    except SchemaError as fault:
        raise Broken("entry", str(fault.facts.get("pointer", "")).lstrip("/"), fault.code) from None


class _Entry:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> cs.CoreSchema:
        return cs.no_info_plain_validator_function(_read)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: cs.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        named = {"schema": {"type": "string"}, "schema_version": {"type": "string"}, "id": {"type": "string"}}
        return {"type": "object", "properties": named, "required": sorted(named)}


Entry = Annotated[Document, _Entry]
