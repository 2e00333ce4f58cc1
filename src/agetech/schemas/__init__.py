"""Versioned data models of elders, devices, recordings, events and assessments; names are loaded when first used.

`load`, `read`, `dump` handle documents of any version; `v1` holds the models; `registry` the schemas; `compat` finds breaking
changes; `catalogue` lists device and observation types.
"""

# ruff: noqa: F401 - imported for type checkers; at run time a name loads when it is first used
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOME = {
    "load": "documents", "read": "documents", "dump": "documents", "content": "documents", "read_lines": "documents",
    "read_many": "documents", "kept_unknown": "documents", "left_out": "documents",
    "Instant": "instants",
    "upcast": "versions", "downcast": "versions",
    "names": "registry", "versions_of": "registry", "schema": "registry", "model": "registry",
    "device_types": "catalogue", "observation_types": "catalogue", "products": "catalogue",
    "permits": "v1.consent",
    "pseudonym": "privacy", "redact": "privacy", "release": "privacy",
}  # fmt: skip
_FOLDERS = (
    "v1",
    "registry",
    "versions",
    "catalogue",
    "compat",
    "documents",
    "alarms",
    "privacy",
    "publish",
    "ucum",
    "jsontext",
    "engine",
    "instants",
)
__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]  # noqa: PLE0605 - names are texts, sorted


def __getattr__(name: str) -> Any:
    if name in _FOLDERS:
        return import_module(f"agetech.schemas.{name}")
    home = _HOME.get(name)
    found = getattr(import_module(f"agetech.schemas.{home}"), name) if home else getattr(import_module("agetech.schemas.v1"), name, None)
    if found is None:
        raise AttributeError(name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*_HOME, *_FOLDERS})


if TYPE_CHECKING:
    from agetech.schemas.catalogue import device_types, observation_types, products
    from agetech.schemas.documents import content, dump, kept_unknown, left_out, load, read, read_lines, read_many
    from agetech.schemas.instants import Instant
    from agetech.schemas.privacy import pseudonym, redact, release
    from agetech.schemas.registry import model, names, schema, versions_of
    from agetech.schemas.v1.consent import permits
    from agetech.schemas.versions import downcast, upcast
