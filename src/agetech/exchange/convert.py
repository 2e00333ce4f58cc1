"""From the care home's file to what the hospital reads: one function for every way in and every way out.

In: spreadsheets (CSV, xlsx), agetech documents (JSON, JSON Lines), FHIR, Open mHealth data points, vendor payloads, told by
content. Out: fhir-r4, fhir-r5, omh, csv, jsonl. Who a person is joins here and nowhere else, after consent was checked.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agetech.errors import AgetechError, ExchangeError
from agetech.exchange import jsonio
from agetech.schemas import documents
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import dumps, loads
from agetech.schemas.privacy import Gate, pseudonym, resident_number
from agetech.schemas.v1.consent import Consent
from agetech.schemas.v1.datatypes import Document

TARGETS = ("fhir-r4", "fhir-r5", "omh", "csv", "jsonl")
ROWS = "agetech.event"
_RESIDENT = 18
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class Source:
    """What a file holds: documents, what was refused, what no document holds, and how it was read."""

    format: str
    documents: list[Document]
    refused: list[AgetechError] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return (
            f"Source(format={self.format!r}, documents={len(self.documents)}, refused={len(self.refused)}, unmapped={len(self.unmapped)})"
        )


@dataclass(frozen=True, slots=True)
class Permission:
    """What an export with identity needs: numbers by pseudonym and their system, consents, recipient and purpose."""

    identity: Mapping[str, str]
    system: str
    consents: Sequence[Document]
    recipient: str
    purpose: str = "hospital_referral"

    def __repr__(self) -> str:
        return f"Permission(people={len(self.identity)}, consents={len(self.consents)})"


def read(
    path: Path | str,
    *,
    zone: str | None = None,
    key: bytes | None = None,
    subject: str = "unknown",
    column_map: Any = None,
    table: Any = None,
    encoding: str | None = None,
    at: Instant | None = None,
) -> Source:
    """Return the documents of a file of any kind that agetech reads; its kind is told by suffix and content.

    zone: of local times. key: makes pseudonyms of identifiers. subject: pseudonym for payloads that name nobody. column_map, table:
    for spreadsheets and vendor payloads that are not known. ExchangeError where nothing can be read.
    """
    file, when = Path(path), at or Instant(datetime.now(UTC))
    namer: Callable[[str], str] | None = (lambda given: pseudonym(key, given)) if key is not None else None
    if file.suffix.lower() in (".csv", ".tsv", ".txt", ".xlsx", ".xlsm"):
        from agetech.exchange import tables

        made = tables.read(file, column_map=column_map, zone=zone, pseudonym=namer, encoding=encoding, at=when)
        return Source(f"table:{made.map}", made.documents, made.refused, [f"column {name}" for name in made.ignored])
    if file.suffix.lower() in (".jsonl", ".ndjson"):
        return _lines(file)
    return _content(jsonio.load(file), zone=zone, namer=namer, subject=subject, table=table, at=when)


def _lines(file: Path) -> Source:
    try:
        raw = file.read_bytes().split(b"\n")
    except OSError as fault:
        raise ExchangeError("E_CONVERT", file.name, expected="a file that can be read", got=type(fault).__name__) from None
    out = Source("agetech", [])
    for n, line in enumerate(raw, 1):
        if line.strip():
            try:
                out.documents.append(_line(line))
            except AgetechError as fault:
                fault.path = f"line {n}: {fault.path}"
                out.refused.append(fault)
    return out


def _line(line: bytes) -> Document:
    """Return the document of one line: ours, or a row that an algorithm has written (`agetech.event`)."""
    content = loads(line)
    if isinstance(content, dict) and content.get("document") == ROWS:
        from agetech.exchange.event_documents import parse_event
        from agetech.exchange.result_documents import results

        return results([parse_event(line.decode("utf-8"))])[0]
    return documents.read(content)


def _content(content: Any, *, zone: str | None, namer: Callable[[str], str] | None, subject: str, table: Any, at: Instant) -> Source:
    if isinstance(content, dict) and isinstance(content.get("schema"), str) and "schema_version" in content:
        made = documents.read(content)
        entries = list(made.entries) if made.name == "bundle" else [made]  # type: ignore[attr-defined]  # a bundle has entries
        return Source("agetech", entries)
    if isinstance(content, list) and content and all(isinstance(c, dict) and "schema_version" in c for c in content):
        return Source("agetech", [documents.read(c) for c in content])
    if isinstance(content, dict) and "resourceType" in content:
        from agetech.exchange import fhir

        held = fhir.read(content, pseudonym=namer, at=at)
        return Source(f"fhir ({held.release})", held.documents, [], held.unmapped)
    if isinstance(content, dict) and isinstance(content.get("header"), dict) and "body" in content:
        from agetech.exchange import omh

        point = omh.read(content, subject=subject, at=at)
        return Source("omh", [point.document], [], point.unmapped)
    from agetech.exchange import adapters

    if table is None and isinstance(content, dict) and isinstance(content.get("attributes"), dict) and "node_id" in content:
        from agetech.exchange.adapters import matter

        mapped = matter.convert(content, at=at)
    else:
        mapped = adapters.convert(content, table=table, subject=subject, zone=zone, at=at)
    return Source(f"vendor:{mapped.table}", mapped.documents, mapped.refused, mapped.unmapped)


def write(
    held: Sequence[Document], to: str, *, bundle: str = "collection", permission: Permission | None = None, at: Instant | None = None
) -> str:
    """Return documents as text of a target format.

    bundle: of FHIR (collection, transaction, document). permission: joins identity to FHIR, after consent was checked for every person;
    ExchangeError E_CONVERT for an unknown target, SchemaError E_CONSENT where one person's consent does not cover it.
    """
    if to not in TARGETS:
        raise ExchangeError("E_CONVERT", "to", expected=", ".join(TARGETS), got=to[:40])
    if permission is not None and not to.startswith("fhir"):
        raise ExchangeError("E_CONVERT", "identity", expected="fhir-r4 or fhir-r5", got=to)
    when = at or Instant(datetime.now(UTC))
    if to.startswith("fhir"):
        from agetech.exchange import fhir

        listed = list(held)
        identity, system = None, ""
        if permission is not None:
            _permitted(listed, permission, when)
            listed = _with_people(listed, when)
            identity, system = permission.identity, permission.system
        made = fhir.write(
            listed, release="R4" if to == "fhir-r4" else "R5", bundle=bundle, identity=identity, identity_system=system, at=when
        )
        return dumps(made) + "\n"
    if to == "omh":
        from agetech.exchange import omh

        return "".join(dumps(omh.write(document)) + "\n" for document in held)
    return _csv(held) if to == "csv" else "".join(documents.dump(document) + "\n" for document in held)


def _people(held: Iterable[Document]) -> list[str]:
    found: dict[str, None] = {}
    for document in held:
        subject = getattr(document, "subject", None)
        if document.name == "elder-profile":
            found[str(getattr(document, "pseudonym", ""))] = None
        elif subject is not None and subject.kind == "elder-profile":
            found[subject.id] = None
    return list(found)


def _permitted(held: list[Document], permission: Permission, at: Instant) -> None:
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+$", permission.system):
        raise ExchangeError("E_IDENTITY", "system", expected="the URI of the hospital's numbers", got="none")
    gate = Gate([c for c in permission.consents if isinstance(c, Consent)], purpose=permission.purpose, recipient=permission.recipient)
    for subject in _people(held):
        for category in ("health", "specific_identity"):
            gate.check(subject, category, at)
        number = permission.identity.get(subject)
        if number is None:
            raise ExchangeError("E_IDENTITY", "identity", expected="a number for every person", got="none for one")
        if len(number) == _RESIDENT and number[:-1].isdigit() and not resident_number(number):
            raise ExchangeError("E_IDENTITY", "identity", expected="a right check character", got="a wrong one")


def _with_people(held: list[Document], at: Instant) -> list[Document]:
    known = {str(getattr(d, "pseudonym", "")) for d in held if d.name == "elder-profile"}
    made: list[Document] = []
    for subject in _people(held):
        if subject not in known:
            envelope = {
                "schema": "https://schemas.agetech.example/elder-profile/1",
                "schema_version": "1.0.0",
                "id": subject,
                "recorded_at": at.text,
            }
            body = {
                "producer": {"name": "agetech.exchange.convert", "version": "1.0"},
                "profile": "minimal",
                "pseudonym": subject,
                "living_context": "unknown",
            }
            made.append(documents.read({**envelope, **body}))
    return made + held


def load_identity(path: Path | str) -> dict[str, str]:
    """Return pseudonym -> number of a two-column CSV (UTF-8, with header) or a JSON object; nothing of it is shown in an error."""
    file = Path(path)
    if file.suffix.lower() == ".json":
        held = jsonio.load(file)
        rows: list[tuple[Any, Any]] = list(held.items()) if isinstance(held, dict) else []
    else:
        from agetech.exchange.tables import cells

        rows = [(row[0].strip(), row[1].strip() if len(row) > 1 else "") for row in cells(file, encoding="utf-8")[1:]]
    if not rows or not all(isinstance(c, str) and c for row in rows for c in row):
        raise ExchangeError("E_IDENTITY", file.name, expected="two columns: pseudonym, number", got="something else")
    if len({r[0] for r in rows}) != len(rows) or len({r[1] for r in rows}) != len(rows):
        raise ExchangeError("E_IDENTITY", file.name, expected="each pseudonym and each number once", got="one twice")
    return dict(rows)


def _csv(held: Sequence[Document]) -> str:
    """Return observations and episodes as a table: one row a value, UTF-8 with BOM, formulas defused."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["id", "subject", "start", "end", "type", "value", "unit", "absent", "modality"])
    for document in held:
        content = documents.content(document)
        subject = content.get("subject", {}).get("id", content.get("pseudonym", ""))
        when = content.get("effective", content.get("period", content.get("onset", "")))
        start, end = (when.get("start", ""), when.get("end", "")) if isinstance(when, dict) else (when, "")
        for kind, value, absent in _cells(document.name, content):
            number, unit = (value["value"], value["unit"]) if isinstance(value, dict) and "unit" in value else (value, "")
            row = [content["id"], subject, start, end, kind, _text(number), unit, absent, content.get("modality", "")]
            writer.writerow([_defused(cell) for cell in row])
    return out.getvalue()


def _cells(name: str, content: dict[str, Any]) -> list[tuple[str, Any, str]]:
    if name == "observation":
        parts = content.get("components", [content])
        return [(p["type"], p.get("value", ""), p.get("absent", {}).get("reason", "")) for p in parts]
    if name == "episode":
        return [(kind, quantity, "") for kind, quantity in content["summary"].items()]
    if name == "assessment-result":
        return [
            (f"{content['instrument']['id']}.{s['name']}", s.get("value", ""), s.get("absent", {}).get("reason", ""))
            for s in content["scores"]
        ]
    return [(content.get("type", name), "", "")]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value)


def _defused(cell: Any) -> str:
    text = str(cell)
    return "'" + text if text.startswith(_FORMULA) and not re.fullmatch(r"-?[0-9.]+(?:[eE][+-]?[0-9]+)?", text) else text
