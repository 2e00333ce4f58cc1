"""Write the element tables of FHIR R4B and R5 that `agetech.exchange.fhir` judges resources by.

    python benchmarks/schemas/fhir_definitions.py src/agetech/exchange/fhir/definitions

Facts only (element names, types, cardinality; HL7 publishes them under CC0), read off the models of fhir.resources (extra `test`).
A row is `element: "Type"` with `*` for a list, `!` for required, and ` group` (with `!`) for a choice such as value[x].
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from pathlib import Path
from typing import Any, get_args

import fhir.resources
import fhir.resources.R4B
from fhir.resources import backboneelement as backbone5
from fhir.resources import domainresource as domain5
from fhir.resources import resource as resource5
from fhir.resources.R4B import backboneelement as backbone4
from fhir.resources.R4B import domainresource as domain4
from fhir.resources.R4B import resource as resource4

COMMON = {
    "id",
    "extension",
    "meta",
    "implicitRules",
    "language",
    "text",
    "contained",
    "modifierExtension",
    "fhir_comments",
    "resource_type",
}


def kind_of(model: Any) -> str:
    """Return D, R, B or E: domain resource, resource, backbone element, element."""
    for letter, bases in (
        ("D", (domain4.DomainResource, domain5.DomainResource)),
        ("R", (resource4.Resource, resource5.Resource)),
        ("B", (backbone4.BackboneElement, backbone5.BackboneElement)),
    ):
        if issubclass(model, bases):
            return letter
    return "E"


def type_name(annotation: Any) -> tuple[str, bool]:
    """Return (FHIR type, is a list) of an annotation."""
    text = repr(annotation)
    many = "List[" in text
    found = re.search(r"abc\.(\w+?)Type\b", text)
    if found:
        return found.group(1), many
    for inner in _flat(annotation):
        meta = getattr(inner, "__metadata__", ())
        if meta:
            return type(meta[0]).__name__, many
        if inner is bool:
            return "Boolean", many
    raise ValueError(text)


def _flat(annotation: Any) -> list[Any]:
    found = [annotation]
    for inner in get_args(annotation):
        if inner is not type(None):
            found += _flat(inner)
    return found


def table(package: Any, prefix: str) -> dict[str, Any]:
    """Return every type of a release: its kind and its elements."""
    made: dict[str, Any] = {}
    for module in pkgutil.iter_modules(package.__path__):
        if module.ispkg or module.name.startswith("fhirtypes"):
            continue
        loaded = importlib.import_module(f"{prefix}.{module.name}")
        for model in vars(loaded).values():
            if not isinstance(model, type) or getattr(model, "__module__", "") != loaded.__name__ or not hasattr(model, "model_fields"):
                continue
            rows = {}
            for name, info in model.model_fields.items():
                common = COMMON if kind_of(model) in "DR" else {"id", "extension", "modifierExtension", "fhir_comments", "resource_type"}
                if name.endswith("__ext") or name in common or not isinstance(info.json_schema_extra, dict):
                    continue
                kind, many = type_name(info.annotation)
                extra = info.json_schema_extra
                group = extra.get("one_of_many")
                needed = info.is_required() or extra.get("element_required")
                text = kind + ("*" if many else "") + ("!" if needed and not group else "")
                rows[info.alias or name] = text + (f" {group}" + ("!" if extra.get("one_of_many_required") else "") if group else "")
            made[getattr(model, "__resource_type__", None) or model.get_resource_type()] = {
                "": kind_of(model),
                **dict(sorted(rows.items())),
            }
    return dict(sorted(made.items()))


def main() -> None:
    """Write r4.json and r5.json into the folder named on the command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, package, prefix in (("r4", fhir.resources.R4B, "fhir.resources.R4B"), ("r5", fhir.resources, "fhir.resources")):
        made = table(package, prefix)
        (folder / f"{name}.json").write_text(json.dumps(made, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
        print(name, len(made), "types", sum(len(v) - 1 for v in made.values()), "elements")


if __name__ == "__main__":
    main()
