"""The catalogue: device types with their classes, observation types with unit and codes, the products of the plan.

Each binding carries the status of what we know (verified, verified for a part, unknown) and its source. Unknown stays unknown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class ObservationType:
    """What can be observed: names, unit (None where the value has none), kind of value, codes with status."""

    id: str
    en: str
    zh: str
    ucum: str | None
    value_kind: str
    loinc: dict[str, Any] | None
    mdc: dict[str, Any] | None
    plausible: tuple[float, float] | None
    note: str

    def code(self, system: str) -> str | None:
        """Return the code in `loinc` or `mdc` where its status is verified, else None."""
        held = {"loinc": self.loinc, "mdc": self.mdc}.get(system)
        return held["code"] if held and held.get("code") and held.get("status") == "verified" else None


@dataclass(frozen=True, slots=True)
class DeviceType:
    """A kind of device: names, channels it yields, classes by scheme, each with edition, status and source."""

    id: str
    en: str
    zh: str
    channels: tuple[str, ...]
    classes: dict[str, tuple[dict[str, Any], ...]]
    note: str


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the park's plan and the device type it is described as."""

    id: str
    en: str
    zh: str
    device_type: str
    channels: tuple[str, ...]


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    text = files("agetech.schemas").joinpath("data", "catalogue.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


@lru_cache(maxsize=1)
def observation_types() -> dict[str, ObservationType]:
    """Return every observation type by id."""
    return {
        row["id"]: ObservationType(
            row["id"],
            row["en"],
            row["zh"],
            row.get("ucum"),
            row.get("value_kind", "quantity"),
            row.get("loinc"),
            row.get("mdc"),
            tuple(row["plausible"]) if "plausible" in row else None,
            row.get("note", ""),
        )
        for row in _content()["observation_types"]
    }


@lru_cache(maxsize=1)
def device_types() -> dict[str, DeviceType]:
    """Return every device type by id."""
    return {
        row["id"]: DeviceType(
            row["id"],
            row["en"],
            row["zh"],
            tuple(row["channels"]),
            {scheme: tuple(rows) for scheme, rows in row["classes"].items()},
            row.get("note", ""),
        )
        for row in _content()["device_types"]
    }


@lru_cache(maxsize=1)
def products() -> dict[str, Product]:
    """Return every product of the plan by id."""
    return {
        row["id"]: Product(row["id"], row["en"], row["zh"], row["device_type"], tuple(row["channels"])) for row in _content()["products"]
    }


def observation_type(name: str) -> ObservationType | None:
    """Return an observation type, or None: the list is open, a tenant may add own types."""
    return observation_types().get(name)


@lru_cache(maxsize=1)
def _units() -> dict[str, str | None]:
    return {name: kind.ucum for name, kind in observation_types().items()}


def observation_unit(name: str) -> str | None:
    """Return the UCUM unit of an observation type, None where it has none or is not known here."""
    return _units().get(name)


@lru_cache(maxsize=1)
def by_code() -> dict[tuple[str, str], str]:
    """Return the observation type of each verified (system, code), alternatives included; system `loinc` or `mdc`."""
    found: dict[tuple[str, str], str] = {}
    for name, kind in observation_types().items():
        for system, held in (("loinc", kind.loinc), ("mdc", kind.mdc)):
            for row in [held, *(held.get("alternatives", []) if held else [])]:
                if row and row.get("code") and row.get("status") == "verified":
                    found.setdefault((system, str(row["code"])), name)
    return found


def statuses() -> dict[str, int]:
    """Return how many bindings of the catalogue carry each status."""
    counts: dict[str, int] = {}

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "status" in value:
                counts[value["status"]] = counts.get(value["status"], 0) + 1
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk([_content()["device_types"], _content()["observation_types"]])
    return dict(sorted(counts.items()))
