"""What every field declares once: meaning in English and Chinese, unit, code binding, privacy label.

Schema, docs, redaction and FHIR are derived from it. `said` is the field declaration of all models.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field

Label = Literal["direct", "quasi", "sensitive", "none"]
Category = Literal["health", "whereabouts", "biometric", "financial", "specific_identity", "religion", "minor", "general"]
KEY = "x-agetech"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The declaration of one field.

    en, zh: what it holds; label: privacy label; category: class of sensitive data (PIPL art. 28) or general; unit: UCUM code
    of a number, `any` where a Quantity carries its own; binding: name of a code list in `bindings.json`; deprecated: since which
    version, why, what instead, when it goes (`since`, `message`, `replacement`, `remove_in`).
    """

    en: str
    zh: str
    label: Label
    category: Category
    unit: str | None
    binding: str | None
    deprecated: dict[str, str] | None = None


def said(  # noqa: PLR0913 - one declaration, all by name
    en: str,
    zh: str,
    *,
    label: Label = "none",
    category: Category = "general",
    unit: str | None = None,
    binding: str | None = None,
    optional: bool = False,
    default: Any = ...,
    deprecated: dict[str, str] | None = None,
    **limits: Any,
) -> Any:
    """Return the pydantic field of a declaration; optional=True means absent unless given.

    limits: pydantic's own (ge, le, min_length, max_length, pattern). deprecated: {since, message, replacement, remove_in}.
    """
    facts: dict[str, Any] = {"zh": zh, "privacy": label, "category": category}
    facts |= {name: value for name, value in (("unit", unit), ("binding", binding), ("deprecated", deprecated)) if value is not None}
    if optional:
        default = None
    return Field(default, description=en, json_schema_extra={KEY: facts}, **limits)


def meanings(model: type[Any]) -> dict[str, Meaning]:
    """Return the declarations of a model's own and inherited fields, by field name."""
    found = {}
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        facts: Any = extra.get(KEY) or {}
        found[name] = Meaning(
            info.description or "",
            facts.get("zh", ""),
            facts.get("privacy", ""),
            facts.get("category", ""),
            facts.get("unit"),
            facts.get("binding"),
            facts.get("deprecated"),
        )
    return found


@lru_cache(maxsize=1)
def bindings() -> dict[str, dict[str, Any]]:
    """Return the code lists that fields are bound to, by name: system, edition, status, source, note."""
    text = files("agetech.schemas").joinpath("data", "bindings.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found
