"""JSON Schema 2020-12 from the models, in a canonical form that does not move with the generator's release."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from agetech.errors import SchemaError
from agetech.schemas import registry
from agetech.schemas.meaning import KEY, bindings
from agetech.schemas.model import parts

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ENVELOPE = ("schema", "schema_version")


def address(name: str, version: str) -> str:
    """Return the `$id` of a schema version; it is a name, nothing is served there by us."""
    return f"{registry.AUTHORITY}{name}/{version}/schema.json"


def generate(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the newest version of a schema as its model tells it, in canonical form."""
    model = registry.model(name)
    made = model.model_json_schema(mode="validation", schema_generator=GenerateJsonSchema)
    body = canonical(made)
    body["required"] = sorted({*body.get("required", []), *_ENVELOPE})
    return {
        "$schema": DIALECT,
        "$id": address(name, model.version),
        "title": f"agetech.{name}",
        "x-version": model.version,
        "x-rules": _rules(model),
        **body,
    }


def _rules(model: type[Any]) -> list[dict[str, str]]:
    """Return the rules between fields that JSON Schema does not say: those of the document and of its parts."""
    found: dict[str, tuple[str, str]] = {}
    for part in [model, *parts(model)]:
        found |= getattr(part, "rules", {})
    return [{"rule": rule, "en": en, "zh": zh} for rule, (en, zh) in sorted(found.items())]


def canonical(schema: Any) -> Any:
    """Return a schema without what generators disagree on.

    Taken out: titles, `default: null`, `additionalProperties: true`, discriminator mappings. 1.0 becomes 1, a oneOf or anyOf of one
    becomes its choice, required and enum members are in order, keys are sorted.
    """
    if isinstance(schema, list):
        return [canonical(item) for item in schema]
    if isinstance(schema, float) and schema.is_integer():
        return int(schema)
    if not isinstance(schema, dict):
        return schema
    made: dict[str, Any] = {}
    for key in sorted(schema):
        value = schema[key]
        if (key in ("title", "discriminator") and not isinstance(value, dict)) or key == "discriminator":
            continue
        if (key == "additionalProperties" and value is True) or (key == "default" and value is None):
            continue
        if key in ("properties", "$defs", "patternProperties"):
            made[key] = {name: canonical(inner) for name, inner in sorted(value.items())}
        elif key == "required":
            made[key] = sorted(value)
        elif key in ("enum", "default", "const", "examples", KEY):
            made[key] = sorted(value) if key == "enum" and all(isinstance(v, str) for v in value) else value
        else:
            made[key] = canonical(value)
    return _flat(made)


def _flat(made: dict[str, Any]) -> dict[str, Any]:
    if "const" in made:
        made.pop("type", None)
        made.pop("enum", None)
    for key in ("oneOf", "anyOf", "allOf"):
        if isinstance(made.get(key), list) and len(made[key]) == 1 and not (set(made[key][0]) & set(made) - {key}):
            made |= made.pop(key)[0]
    return made


def text(schema: dict[str, Any]) -> str:
    """Return the canonical text of a schema: sorted keys, two blanks, UTF-8, a final newline."""
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def digest(schema: dict[str, Any]) -> str:
    """Return the SHA-256 of a schema's canonical text."""
    return hashlib.sha256(text(schema).encode("utf-8")).hexdigest()


def freeze(folder: Path) -> list[str]:
    """Write the newest version of every schema that is not frozen yet, and the manifest; return what was written.

    A frozen version never changes: SchemaError E_FROZEN_SCHEMA where the model no longer gives the frozen text.
    """
    manifest_file = folder / "MANIFEST.json"
    known: dict[str, str] = json.loads(manifest_file.read_text(encoding="utf-8")) if manifest_file.exists() else {}
    written = []
    for name in registry.names():
        schema = generate(name)
        key = f"{name}/{schema['x-version']}/schema.json"
        if key in known and known[key] != digest(schema):
            raise SchemaError("E_FROZEN_SCHEMA", key, expected=known[key][:12], got=digest(schema)[:12])
        if key not in known:
            target = folder / key
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text(schema), encoding="utf-8")
            known[key] = digest(schema)
            written.append(key)
    manifest_file.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return written


def drift() -> dict[str, str]:
    """Return what does not agree: frozen files with a wrong digest, models that give another schema than the frozen one."""
    found = {}
    for key, sha in registry.manifest().items():
        name, version, _ = key.split("/")
        schema = registry.schema(name, version)
        if digest(schema) != sha:
            found[key] = "the file is not the one of the manifest"
        elif version == registry.model(name).version and digest(generate(name)) != sha:
            found[key] = "the model gives another schema"
    for name in registry.names():
        if registry.model(name).version not in registry.versions_of(name):
            found[name] = "the newest version is not frozen"
    return found


def export(folder: Path) -> list[Path]:
    """Write every frozen schema and the code bindings below `folder`, as they are published; return the files."""
    made = []
    for name in registry.names():
        for version in registry.versions_of(name):
            target = folder / name / version / "schema.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text(registry.schema(name, version)), encoding="utf-8")
            made.append(target)
    for name, content in (("MANIFEST.json", registry.manifest()), ("bindings.json", bindings())):
        (folder / name).write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        made.append(folder / name)
    return made
