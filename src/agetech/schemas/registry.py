"""The schemas by name and version: offline, lazy; JSON files only, a model is imported when a document is read."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from agetech.errors import SchemaError
from agetech.schemas.v1 import DOCUMENTS

if TYPE_CHECKING:
    from agetech.schemas.v1.datatypes import Document

AUTHORITY = "https://schemas.agetech.example/"
_SCHEMA = re.compile(re.escape(AUTHORITY) + r"([a-z][a-z0-9-]{0,63})/([0-9]{1,6})")
_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")
MAJOR = 1


def _frozen() -> Any:
    return files("agetech.schemas").joinpath("frozen")


@lru_cache(maxsize=1)
def manifest() -> dict[str, str]:
    """Return the SHA-256 of every frozen file, by `<name>/<version>/schema.json`."""
    held: dict[str, str] = json.loads(_frozen().joinpath("MANIFEST.json").read_text(encoding="utf-8"))
    return held


def names() -> list[str]:
    """Return the names of all schemas."""
    return sorted(DOCUMENTS)


def versions_of(name: str) -> list[str]:
    """Return the released versions of a schema, oldest first."""
    check(name)
    found = [key.split("/")[1] for key in manifest() if key.startswith(f"{name}/")]
    return sorted(found, key=parse_version)


def check(name: object) -> str:
    """Return a schema's name without the prefix `agetech.`; SchemaError for one that is not known."""
    short = name.removeprefix("agetech.") if isinstance(name, str) else ""
    if short not in DOCUMENTS:
        raise SchemaError("E_SCHEMA_UNKNOWN", "/schema", expected=", ".join(names()), got=short if short.isidentifier() else "another")
    return short


def parse_version(text: object) -> tuple[int, int, int]:
    """Return (major, minor, patch); SchemaError for anything that is no version."""
    found = _VERSION.fullmatch(text) if isinstance(text, str) else None
    if not found:
        raise SchemaError("E_SCHEMA_VERSION", "/schema_version", expected="major.minor.patch", got=type(text).__name__)
    major, minor, patch = (int(part) for part in found.groups())
    return major, minor, patch


def told(content: Any) -> tuple[str, tuple[int, int, int]]:
    """Return the name and version that content says of itself; SchemaError where it says none, or one we cannot read."""
    if not isinstance(content, dict):
        raise SchemaError("E_FIELD_TYPE", "#", expected="an object", got=type(content).__name__)
    schema = content.get("schema")
    found = _SCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    if not found:
        raise SchemaError(
            "E_SCHEMA_UNKNOWN", "#/schema", expected=f"{AUTHORITY}<name>/<major>", got="none" if schema is None else "another"
        )
    name = check(found.group(1))
    version = parse_version(content.get("schema_version"))
    if version[0] != int(found.group(2)):
        raise SchemaError(
            "E_SCHEMA_VERSION", f"{name}#/schema_version", expected=f"major {found.group(2)}", got=".".join(map(str, version))
        )
    if version[0] != MAJOR:
        raise SchemaError("E_SCHEMA_MAJOR", f"{name}#/schema_version", expected=f"major {MAJOR}", got=version[0])
    return name, version


@lru_cache(maxsize=len(DOCUMENTS))
def model(name: str) -> type[Document]:
    """Return the model of the newest minor of a schema."""
    found: type[Document] = getattr(import_module("agetech.schemas.v1"), DOCUMENTS[check(name)])
    return found


@lru_cache(maxsize=64)
def schema(name: str, version: str | None = None) -> dict[str, Any]:
    """Return the frozen JSON Schema (2020-12) of a version; `1.x` and None mean the newest minor. Offline."""
    short = check(name)
    known = versions_of(short)
    if version is None or version.endswith(".x"):
        major = [v for v in known if version is None or v.startswith(version[:-1])]
        version = major[-1] if major else "none"
    if version not in known:
        raise SchemaError("E_SCHEMA_VERSION", f"{short}", expected=", ".join(known), got=version)
    text = _frozen().joinpath(short, version, "schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def current(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the newest minor."""
    return schema(name, None)


def by_id(address: str) -> dict[str, Any]:
    """Return the frozen schema of an `$id`; nothing is fetched, an address that is not ours is SchemaError."""
    found = re.fullmatch(re.escape(AUTHORITY) + r"([a-z-]+)/([0-9.x]+)/schema\.json", address)
    if not found:
        raise SchemaError("E_SCHEMA_UNKNOWN", "/$id", expected=f"{AUTHORITY}<name>/<version>/schema.json", got="another address")
    return schema(found.group(1), found.group(2))
