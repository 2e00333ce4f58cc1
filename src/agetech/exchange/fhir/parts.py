"""Datatypes both ways: codes, quantities, references, times between FHIR R5 and the models."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from agetech.errors import SchemaError
from agetech.schemas.instants import Instant, checked_date
from agetech.schemas.ucum import UNKNOWN, parse

AUTHORITY = "https://schemas.agetech.example/"
UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
MDC = "urn:iso:std:iso:11073:10101"
CODES = AUTHORITY + "codes/"
INSTRUMENTS = AUTHORITY + "instruments/"
REMAINDER = AUTHORITY + "fhir/remainder"
RESIDUE = AUTHORITY + "fhir/residue"
PREFIX = {"loinc": LOINC, "mdc": MDC}
ABSENT_SYSTEM = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_LONGEST = 300
LARGEST_INLINE = 20_000
_SPECIAL = {"Patient": "elder-profile", "QuestionnaireResponse": "assessment-result"}
_SPECIAL_BACK = {v: k for k, v in _SPECIAL.items()}


class NotMapped(Exception):  # noqa: N818 - a decision inside the importer, never raised to a caller
    """A resource that no document can hold as a whole: it is carried beside, and the report says why."""


@dataclass(slots=True)
class Context:
    """What the caller knows, and what the text itself tells beside the resource that is read.

    pseudonym: how a person's id becomes a pseudonym. roles: of staff, by `kind/id`. forms: edition and codes of questionnaires, by address.
    """

    pseudonym: Callable[[str], str] | None = None
    producer: dict[str, str] = field(default_factory=lambda: {"name": "agetech.exchange.fhir", "version": "1.0"})
    identities: dict[str, str] = field(default_factory=dict)
    restore: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    forms: dict[str, dict[str, Any]] = field(default_factory=dict)

    def person(self, given: str) -> str:
        """Return the pseudonym of a person's id; the id itself where no key was given and it looks like one."""
        if self.pseudonym is not None:
            made = self.pseudonym(given)
            self.identities[made] = given
            return made
        return given if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", given) else "h" + hashlib.sha256(given.encode()).hexdigest()[:40]


def kebab(name: str) -> str:
    """Return a resource type as a reference kind: DeviceMetric is device-metric, Patient is elder-profile."""
    return _SPECIAL.get(name) or re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def camel(name: str) -> str:
    """Return the resource type of a reference kind."""
    return _SPECIAL_BACK.get(name) or "".join(part.capitalize() for part in name.split("-"))


def reference_in(held: Any, ctx: Context) -> dict[str, Any] | None:
    """Return a Reference of a FHIR reference, or None where it names nothing we can hold."""
    text = held.get("reference") if isinstance(held, dict) else None
    if not isinstance(text, str) or not text:
        return None
    found = re.fullmatch(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})", text)
    if found:
        kind, given = found.groups()
        return {"kind": kebab(kind), "id": ctx.person(given) if kind == "Patient" else given}
    return {"kind": "document", "id": text} if len(text) <= 128 and not text[0].isspace() else None  # noqa: PLR2004 - length of Name


def reference_out(held: dict[str, Any] | None, ctx: Context) -> dict[str, Any] | None:
    """Return the FHIR reference of a Reference; unknown things give none."""
    if held is None or held["kind"] == "unknown":
        return None
    if held["kind"] == "document":
        return {"reference": held["id"]}
    given = ctx.restore.get(held["id"], held["id"]) if held["kind"] == "elder-profile" else held["id"]
    return {"reference": f"{camel(held['kind'])}/{given}"}


def coding_in(held: dict[str, Any]) -> dict[str, Any] | None:
    """Return a Coding of a FHIR coding with system and code."""
    system, code = held.get("system"), held.get("code")
    if not isinstance(system, str) or not isinstance(code, str) or ":" not in system or len(code) > _LONGEST:
        return None
    return {
        k: v
        for k, v in (("system", system), ("code", code), ("version", held.get("version")), ("display", short_line(held.get("display"))))
        if v
    }


def short_line(text: Any) -> str | None:
    """Return text that fits one line of a document, else None."""
    return text if isinstance(text, str) and 0 < len(text) <= _LONGEST else None


def codings_in(concept: Any) -> list[dict[str, Any]]:
    """Return the Codings of a CodeableConcept that have system and code."""
    rows = concept.get("coding", []) if isinstance(concept, dict) else []
    return [made for row in rows if isinstance(row, dict) and (made := coding_in(row))]


def quantity_in(held: dict[str, Any]) -> dict[str, Any]:
    """Return a Quantity; a number without a UCUM unit gets the unit unknown and keeps the source's words beside it."""
    value = held.get("value")
    if value is None or isinstance(value, str):
        raise NotMapped("a quantity without a number")
    code = held.get("code") if held.get("system") == UCUM else None
    made: dict[str, Any] = {"value": value if isinstance(value, Decimal) else Decimal(str(value)), "unit": UNKNOWN}
    if isinstance(code, str):
        try:
            parse(code)
            made["unit"] = code
        except SchemaError:
            made["display_unit"] = code[:_LONGEST]
    if held.get("comparator") in ("<", "<=", ">=", ">"):
        made["comparator"] = held["comparator"]
    shown = short_line(held.get("unit"))
    if shown:
        made["display_unit"] = shown
    return made


def quantity_out(held: dict[str, Any]) -> dict[str, Any]:
    """Return the FHIR Quantity of a Quantity."""
    made: dict[str, Any] = {"value": _short(held["value"])}
    if "comparator" in held:
        made["comparator"] = held["comparator"]
    if held["unit"] != UNKNOWN:
        made |= {"unit": held.get("display_unit", held["unit"]), "system": UCUM, "code": held["unit"]}
    elif "display_unit" in held:
        made["unit"] = held["display_unit"]
    return made


def _short(value: Any) -> Any:
    """Return a Decimal without fraction and exponent as the int it was written as."""
    return int(value) if isinstance(value, Decimal) and str(value).lstrip("-").isdigit() and str(value) != "-0" else value


def moment_in(text: Any) -> str:
    """Return a FHIR dateTime as a Moment; NotMapped for text that is none."""
    try:
        return Instant(text).text if "T" in text else checked_date(text)
    except (SchemaError, TypeError):
        raise NotMapped("a time that cannot be held") from None


def instant_in(text: Any) -> str | None:
    """Return a full instant, or None."""
    try:
        return Instant(text).text
    except SchemaError:
        return None


def absent_in(concept: Any) -> dict[str, Any]:
    """Return the DataAbsent of a dataAbsentReason."""
    known = ("unknown", "asked-unknown", "temp-unknown", "not-asked", "asked-declined", "masked", "not-applicable", "unsupported", "as-text", "error", "not-a-number", "negative-infinity", "positive-infinity", "not-performed", "not-permitted")  # fmt: skip  # noqa: E501 - one list
    code = next((c["code"] for c in codings_in(concept) if c["code"] in known), "unknown")
    detail = short_line(concept.get("text")) if isinstance(concept, dict) else None
    return {"reason": code, **({"detail": detail} if detail else {})}


def absent_out(held: dict[str, Any]) -> dict[str, Any]:
    """Return the dataAbsentReason of a DataAbsent."""
    made: dict[str, Any] = {"coding": [{"system": ABSENT_SYSTEM, "code": held["reason"]}]}
    return {**made, "text": held["detail"]} if "detail" in held else made


_PEOPLE = ("Patient", "Person", "Practitioner", "PractitionerRole", "RelatedPerson")


def _thing(kind: str, held: dict[str, Any]) -> str | None:
    """Return what a file is called or a reference points at; None for people and for what is named by a display alone."""
    if kind == "Attachment":
        return held.get("title") or held.get("url") or held.get("contentType")
    text = held.get("reference")
    named = isinstance(text, str) and re.fullmatch(r"([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}", text)
    return text if named and named.group(1) not in _PEOPLE else None


def range_in(held: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the two quantities of a Range: at least the low end, at most the high end; an open end is left out."""
    ends = [(held[name], sign) for name, sign in (("low", ">="), ("high", "<=")) if name in held]
    made = [{**quantity_in(end), "comparator": sign} for end, sign in ends]
    if not made:
        raise NotMapped("a range without ends")
    return made


def value_in(held: dict[str, Any]) -> Any:
    """Return the Value of `value[x]`, None where there is none; NotMapped for a kind no Value holds."""
    for name, value in held.items():
        if not name.startswith("value"):
            continue
        kind = name[5:]
        if kind == "Quantity":
            return quantity_in(value)
        if kind == "CodeableConcept":
            codes = codings_in(value)
            text = value.get("text") if isinstance(value, dict) else None
            if codes:
                return codes[0] if len(codes) == 1 else codes
            if isinstance(text, str) and text:
                return text
        elif kind == "Coding":
            made = coding_in(value)
            if made:
                return made
        elif kind in ("String", "Boolean", "Integer"):
            return value
        elif kind == "DateTime":
            return {"at": moment_in(value)}
        elif kind == "Time":
            return value  # a time of day is no moment: its text is the value
        elif kind in ("Attachment", "Reference") and (told := _thing(kind, value)):
            return told
        elif kind == "Period" and ("start" in value or "end" in value):
            return {k: moment_in(value[k]) for k in ("start", "end") if k in value}
        elif kind == "Ratio" and "numerator" in value and "denominator" in value:
            return {k: quantity_in(value[k]) for k in ("numerator", "denominator")}
        raise NotMapped(f"value{kind}")
    return None


def value_out(value: Any) -> dict[str, Any]:
    """Return `value[x]` of a Value."""
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, str):
        return {"valueString": value}
    if isinstance(value, list):
        return {"valueCodeableConcept": {"coding": value}}
    if "unit" in value:
        return {"valueQuantity": quantity_out(value)}
    if "numerator" in value:
        return {"valueRatio": {k: quantity_out(value[k]) for k in ("numerator", "denominator")}}
    if "code" in value:
        return {"valueCodeableConcept": {"coding": [value]}}
    if "at" in value:
        return {"valueDateTime": value["at"]}
    return {"valuePeriod": {k: value[k] for k in ("start", "end") if k in value}}


def attachment_in(file: dict[str, Any]) -> dict[str, Any] | None:
    """Return the attachment whose bytes lie inside the resource; None for an address alone: its bytes cannot be vouched for."""
    text = "".join(str(file.get("data", "")).split())
    if not text or len(text) > LARGEST_INLINE:
        return None
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    kind = short_line(file.get("contentType")) or "application/octet-stream"
    return {"media_type": kind, "sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw), "inline_base64": text}


def attachment_out(held: dict[str, Any] | None) -> dict[str, Any]:
    """Return the FHIR attachment of ours: its type, and the bytes or the address."""
    if held is None:
        return {}
    made: dict[str, Any] = {"contentType": held["media_type"]}
    if "inline_base64" in held:
        return made | {"data": held["inline_base64"]}
    return made | {"url": held.get("uri") or held.get("path"), "size": held["bytes"]}
