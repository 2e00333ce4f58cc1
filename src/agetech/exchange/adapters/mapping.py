"""Vendor payloads by declared mapping table: pointers, units, scales, sentinels, a rule for time. A tenant adds a table, no code.

A table names where the rows are, where a row's time is and by which rule it is read, and for each value its observation type,
unit, scale and the numbers that mean "no value". Content that no rule of the table reads is reported.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any

from agetech.errors import AgetechError, ExchangeError, SchemaError
from agetech.exchange.adapters import times
from agetech.schemas import documents, registry
from agetech.schemas.catalogue import device_types, observation_types
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import LIMITS, Limits, loads
from agetech.schemas.ucum import parse
from agetech.schemas.v1.datatypes import Document

Content = dict[str, Any]
MISSING: Any = object()
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?")
_KEYS = {
    "id",
    "version",
    "vendor",
    "source",
    "detect",
    "rows",
    "only",
    "select",
    "key",
    "merge",
    "time",
    "modality",
    "values",
    "as",
    "segments",
    "device",
    "devices",
    "subject",
    "note",
    "text_numbers",
}


@dataclass(slots=True)
class Mapped:
    """What a payload came to: documents, rows refused with their reason, content that the table does not read, sentinels met."""

    table: str
    documents: list[Document] = field(default_factory=list)
    refused: list[AgetechError] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"Mapped(table={self.table!r}, documents={len(self.documents)}, refused={len(self.refused)}, unmapped={len(self.unmapped)})"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a payload: its content, the whole payload, where it stands, and its key in a map."""

    held: Any
    root: Any
    path: tuple[str, ...]
    key: str

    def get(self, place: str) -> Any:
        """Return the value at a pointer: `/x` in the row, `^/x` in the payload, `$key` the row's key; MISSING where there is none."""
        if place == "$key":
            return self.key
        at = self.root if place.startswith("^") else self.held
        for part in place.lstrip("^").split("/")[1:]:
            if isinstance(at, dict) and part in at:
                at = at[part]
            elif isinstance(at, list) and part.isdigit() and int(part) < len(at):
                at = at[int(part)]
            else:
                return MISSING
        return at

    def where(self, place: str) -> str:
        """Return the JSON Pointer of a place in the payload."""
        if place == "$key":
            return "/" + "/".join(self.path)
        return place[1:] if place.startswith("^") else "/" + "/".join(self.path) + place if self.path else place


def rows(root: Any, pattern: str) -> list[Row]:
    """Return the rows of a pattern such as `/body/groups/*`; `*` goes through a list, or through a map with its keys."""
    found = [Row(root, root, (), "")]
    for part in pattern.split("/")[1:]:
        following = []
        for row in found:
            if part == "*" and isinstance(row.held, list):
                following += [Row(item, root, (*row.path, str(n)), str(n)) for n, item in enumerate(row.held)]
            elif part == "*" and isinstance(row.held, dict):
                following += [Row(item, root, (*row.path, k), k) for k, item in row.held.items()]
            elif part == "?" and isinstance(row.held, list):
                following += [Row(item, root, (*row.path, str(n)), str(n)) for n, item in enumerate(row.held)]
            elif part == "?":
                following.append(row)
            elif isinstance(row.held, dict) and part in row.held:
                following.append(Row(row.held[part], root, (*row.path, part), part))
        found = following
    return found


def checked(table: Any) -> Content:
    """Return a mapping table, or raise ExchangeError E_MAP_TABLE naming what is wrong in it."""
    if not isinstance(table, dict):
        raise ExchangeError("E_MAP_TABLE", "/", expected="an object", got=type(table).__name__)
    needed = "devices" if table.get("as") == "devices" else "time"
    for name in ("id", "version", "vendor", "detect", "rows", "as", needed):
        if name not in table:
            raise ExchangeError("E_MAP_TABLE", f"/{name}", expected="this entry", got="none")
    extra = set(table) - _KEYS
    if extra:
        raise ExchangeError("E_MAP_TABLE", f"/{min(extra)}", expected=", ".join(sorted(_KEYS)), got=min(extra))
    if needed == "devices":
        return _checked_devices(table)
    if not isinstance(table["time"], dict) or table["time"].get("rule") not in ("epoch", "epoch_wall", "local", "instant", "day"):
        raise ExchangeError("E_MAP_TABLE", "/time/rule", expected="epoch, epoch_wall, local, instant or day", got="another")
    kind = str(table["as"]).partition(":")[0]
    if kind not in ("observations", "panel", "episode", "segments"):
        raise ExchangeError(
            "E_MAP_TABLE", "/as", expected="observations, panel:<type>, episode:<kind>, segments:<kind> or devices", got=kind
        )
    for place, value in _declared(table):
        if not isinstance(value, dict) or value.get("type") not in observation_types():
            raise ExchangeError("E_MAP_TABLE", f"{place}/type", expected="an observation type of the catalogue", got="another")
        try:
            for unit in [value["unit"]] if "unit" in value else list((value.get("units") or {}).get("map", {}).values()):
                parse(unit)
        except (SchemaError, AttributeError, TypeError):
            raise ExchangeError("E_MAP_TABLE", f"{place}/unit", expected="a UCUM code", got="another") from None
    return table


def _checked_devices(table: Content) -> Content:
    told = table["devices"]
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in ("id", "type", "model")):
        raise ExchangeError("E_MAP_TABLE", "/devices", expected="id, type and model", got="something else")
    wrong = next((kind for kind in (told.get("map") or {}).values() if kind not in device_types()), None)
    if wrong is not None:
        raise ExchangeError("E_MAP_TABLE", "/devices/map", expected="device types of the catalogue", got="another")
    return table


def _declared(table: Content) -> list[tuple[str, Any]]:
    told = [(f"/values/{n}", v) for n, v in enumerate(table.get("values", []))]
    return told + [(f"/select/cases/{n}", v) for n, v in (table.get("select") or {}).get("cases", {}).items()]


@lru_cache(maxsize=1)
def tables() -> dict[str, Content]:
    """Return the tables that come with agetech, by id."""
    found = {}
    for entry in sorted(files("agetech.exchange.adapters").joinpath("tables").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".json"):
            for table in loads(entry.read_bytes(), error=ExchangeError):
                found[table["id"]] = checked(table)
    return found


def load_table(path: Path | str) -> Content:
    """Return a tenant's own table from a JSON file."""
    return checked(loads(Path(path).read_bytes(), error=ExchangeError))


def detect(content: Any) -> Content:
    """Return the table that knows a payload; ExchangeError where none does, or several do."""
    probe = Row(content, content, (), "")
    fitting = [t for t in tables().values() if all(_has(probe, place) for place in t["detect"])]
    best = max((len(t["detect"]) for t in fitting), default=0)
    chosen = [t for t in fitting if len(t["detect"]) == best]
    if len(chosen) != 1:
        raise ExchangeError(
            "E_MAP_TABLE", "/", expected="one table that knows this payload", got=", ".join(t["id"] for t in chosen) or "none"
        )
    return chosen[0]


def _has(probe: Row, place: str) -> bool:
    absent, told = place.startswith("!"), place.lstrip("!")
    found = bool(rows(probe.held, told)) if "*" in told else probe.get(told) is not MISSING
    return found != absent


def convert(
    text: bytes | str | Any,
    *,
    table: Content | str | None = None,
    subject: str = "unknown",
    zone: str | None = None,
    at: Instant | None = None,
    limits: Limits = LIMITS,
) -> Mapped:
    """Return the documents of a vendor payload.

    table: a table, the id of one of ours, or None to tell it by shape. subject: pseudonym. zone: IANA name or offset for sources that
    write local time. at: moment of the import. ExchangeError with a JSON Pointer where the payload as a whole cannot be read; a row
    that cannot be read is listed under `refused`.
    """
    content = loads(text, limits=limits, error=ExchangeError) if isinstance(text, bytes | str) else text
    if isinstance(table, str):
        if table not in tables():
            raise ExchangeError("E_MAP_TABLE", "/id", expected=", ".join(tables()), got=table[:60])
        table = tables()[table]
    chosen = checked(table) if table is not None else detect(content)
    from agetech.exchange.adapters.build import Builder

    return Builder(chosen, content, subject, times.zone_of(zone, "zone") if zone else None, at).result()


def number(value: Any, place: str, *, text: bool) -> Decimal:
    """Return a number exactly; text only where the table says that the source writes numbers as text."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float) and isfinite(value):  # of a caller's own dict; a text that was read here holds none
        return Decimal(repr(value))
    if text and isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise ExchangeError("E_MAP_VALUE", place, expected="a number", got=type(value).__name__)


def identifier(table: str, subject: str, parts: list[Any]) -> str:
    """Return the id of a document: the same payload gives the same id."""
    told = "|".join([table, subject, *(str(p) for p in parts)])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def envelope(name: str, ident: str, at: str, table: Content) -> Content:
    """Return the envelope of a mapped document."""
    tool = f"{table['id']}@{table['version']}"
    made = {"schema": f"{registry.AUTHORITY}{name}/1", "schema_version": registry.model(name).version, "id": ident, "recorded_at": at}
    return made | {
        "producer": {"name": "agetech.exchange.adapters", "version": "1.0"},
        "provenance": [{"step": "imported", "tool": tool, "source_format": table["vendor"]}],
    }


def document(content: Content) -> Document:
    """Return the document of mapped content; ExchangeError where it breaks a rule of its schema."""
    try:
        return documents.read(content)
    except SchemaError as fault:
        raise ExchangeError("E_MAP_VALUE", fault.path, expected=fault.code, got=fault.expected) from None


__all__ = ["MISSING", "Mapped", "Row", "checked", "convert", "detect", "load_table", "tables"]
