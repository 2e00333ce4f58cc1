"""DeviceMetric, Goal, Encounter and DocumentReference: the nearest document of ours, and the resource it came from.

Each reader takes what its document can say and no more; what is left stays in the import's residue (`bridge`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agetech.errors import SchemaError
from agetech.exchange.fhir.observations import concept, type_of
from agetech.exchange.fhir.parts import (
    AUTHORITY,
    CODES,
    LARGEST_INLINE,
    MDC,
    UCUM,
    Context,
    NotMapped,
    attachment_in,
    attachment_out,
    codings_in,
    instant_in,
    moment_in,
    quantity_in,
    quantity_out,
    reference_in,
    reference_out,
)
from agetech.schemas.catalogue import observation_unit
from agetech.schemas.instants import checked_date
from agetech.schemas.ucum import parse, same_dimension

Content = dict[str, Any]
NOBODY = {"kind": "unknown", "id": "unknown"}
PART_OF = AUTHORITY + "fhir/part-of"
DERIVED = {"tag": [{"system": CODES + "schemas", "code": "derived"}]}
_FULL_DATE = 3
_DIMENSIONS = 4 << 16  # partition 4 of ISO/IEEE 11073-10101 holds the units: code = 4 * 65536 + term
# terms of units, read in public code that speaks this nomenclature (Koshsky/Intellivue-api unitCodes.go); 544 and 3872 also in payloads
_MDC_UNITS = {
    512: "1", 544: "%", 1297: "cm", 1298: "mm", 1618: "mL", 1731: "kg", 1746: "mg", 1955: "kg/m2", 2130: "mg/dL", 2176: "s", 2194: "ms",
    2208: "min", 2240: "h", 2528: "/min", 2720: "/min", 2752: "/min", 2784: "/min", 3072: "L/min", 3872: "mm[Hg]", 4274: "mV", 4275: "uV",
    4722: "mmol/L", 6048: "Cel", 6432: "dB",
}  # fmt: skip
_PERIODS = {"s": "/s", "min": "/min", "h": "/h", "d": "/d"}
_SHORT_DIGITS = 9


def metric_in(held: Content, ctx: Context) -> Content:
    """Return the descriptor of a DeviceMetric: one channel, and in the extension `part-of` the device it belongs to."""
    codes = codings_in(held.get("type"))
    kind, unit = type_of(codes), _unit(held.get("unit"))
    known = observation_unit(kind)
    if known is not None and (unit is None or not same_dimension(known, unit)):
        kind = "unknown_code"
    rate = _rate(held)
    channel: Content = {"id": "metric", "observation_type": kind, "driven_by": "samples" if rate else "events"}
    channel |= {name: value for name, value in (("unit", unit), ("sample_rate", rate)) if value is not None}
    part_of = reference_in(held.get("device"), ctx)
    made = {
        "kind": "unit",
        "device_type": "unknown",
        "manufacturer": "unknown",
        "model": "unknown",
        "classifications": [c if "version" in c else {**c, "version": "not stated"} for c in codes],
        "regulatory": {"is_medical_device": "undetermined"},
        "contact": "unknown",
        "clock": {"type": "unknown", "sync": "unknown"},
        "channels": [channel],
    }
    return made | ({"extensions": {PART_OF: part_of}} if part_of else {})


def _unit(concept_: Any) -> str | None:
    for code in codings_in(concept_):
        if code["system"] == MDC and code["code"].isdigit():
            found = _MDC_UNITS.get(int(code["code"]) - _DIMENSIONS)
            if found:
                return found
        if code["system"] == UCUM:
            try:
                parse(code["code"])
            except SchemaError:
                continue
            return str(code["code"])
    return None


def _rate(held: Content) -> Content | None:
    """Return how often a metric measures: R5's frequency, or R4's period of repetition where its quotient is a short number."""
    told = held.get("measurementFrequency")
    if isinstance(told, dict):
        try:
            made = quantity_in(told)
        except NotMapped:
            return None
        return made if made["value"] > 0 and same_dimension(made["unit"], "Hz") else None
    for extension in held.get("extension", []):
        repeat = (extension.get("valueTiming") or {}).get("repeat") or {}
        count, length, unit = repeat.get("frequency", 1), repeat.get("period"), repeat.get("periodUnit")
        if length is None or unit not in _PERIODS or Decimal(str(length)) <= 0 or int(count) <= 0:
            continue
        for name, code in _PERIODS.items():
            share = Decimal(int(count)) * Decimal(round(parse(name).factor)) / (Decimal(str(length)) * Decimal(round(parse(unit).factor)))
            if len(share.normalize().as_tuple().digits) <= _SHORT_DIGITS:
                return {"value": int(share) if share == int(share) else share.normalize(), "unit": code}
    return None


def metric_out(doc: Content, ctx: Context) -> Content:
    """Return the DeviceMetric of a descriptor that describes one."""
    kinds = [{k: v for k, v in c.items() if not (k == "version" and v == "not stated")} for c in doc.get("classifications", [])]
    part_of = (doc.get("extensions") or {}).get(PART_OF)
    code = {"coding": kinds} if kinds else concept(doc["channels"][0]["observation_type"], None)
    return _metric(doc["channels"][0], code, reference_out(part_of, ctx))


def _metric(channel: Content, code: Content, device: Content | None) -> Content:
    made: Content = {"resourceType": "DeviceMetric", "type": code, "device": device or {"display": "unknown"}, "category": "measurement"}
    if "unit" in channel:
        made["unit"] = {"coding": [{"system": UCUM, "code": channel["unit"]}]}
    return made | ({"measurementFrequency": quantity_out(channel["sample_rate"])} if "sample_rate" in channel else {})


def device_metrics(doc: Content, device: str) -> list[Content]:
    """Return one DeviceMetric a channel of a descriptor, for systems that ask a device what it measures."""
    made = []
    for channel in doc["channels"]:
        one = _metric(channel, concept(channel["observation_type"], None), {"reference": f"Device/{device}"})
        made.append(one | {"meta": DERIVED})
    return made


_LIVES = {
    "proposed": "draft", "planned": "draft", "accepted": "draft", "active": "active", "on-hold": "on-hold", "completed": "completed",
    "cancelled": "revoked", "rejected": "revoked", "entered-in-error": "entered-in-error",
}  # fmt: skip


def goal_in(held: Content, ctx: Context) -> Content:
    """Return the care plan that consists of one Goal."""
    found = goal_part(held)
    if found is None:
        raise NotMapped("a goal without words or state")
    subject = reference_in(held.get("subject"), ctx) or NOBODY
    intent = "proposal" if found["lifecycle"] == "proposed" else "plan"
    return {"subject": subject, "status": _LIVES[found["lifecycle"]], "intent": intent, "setting": "unknown", "goals": [found]}


def goal_part(held: Content) -> Content | None:
    """Return the goal of a care plan that a Goal tells; None for one without words or with a state we do not know."""
    told = held.get("description", {})
    codes = codings_in(told)
    words = told.get("text") or next((c["display"] for c in codes if "display" in c), None)
    status = held.get("lifecycleStatus")
    if not words or status not in _LIVES:
        return None
    targets = [t for row in held.get("target", []) if (t := _target(row))]
    made = {"id": held.get("id") or "goal", "description": words, "lifecycle": status}
    made |= {"start": held["startDate"]} if _is_day(held.get("startDate")) else {}
    return made | ({"code": codes[0]} if codes else {}) | ({"targets": targets} if targets else {})


def _is_day(text: Any) -> bool:
    try:
        return isinstance(text, str) and bool(checked_date(text, least=_FULL_DATE))
    except SchemaError:
        return False


def _target(row: Content) -> Content | None:
    kind = type_of(codings_in(row.get("measure")))
    if kind == "unknown_code":
        return None
    made: Content = {"measure": kind} | ({"due": row["dueDate"]} if _is_day(row.get("dueDate")) else {})
    held = row.get("detailRange")
    ends = {k: quantity_in(held[k]) for k in ("low", "high") if k in held} if isinstance(held, dict) else {}
    one = row.get("detailQuantity")
    if isinstance(one, dict):
        bound = quantity_in(one)
        sides = {"<": ("high",), "<=": ("high",), ">": ("low",), ">=": ("low",)}.get(bound.get("comparator", ""), ("low", "high"))
        ends = dict.fromkeys(sides, bound)
    return made | ({"range": ends} if ends else {})


def goal_out(doc: Content, ctx: Context) -> Content:
    """Return the Goal of a care plan that consists of one."""
    return goal_resource(doc["goals"][0], reference_out(doc["subject"], ctx) or {"display": "unknown"})


def goal_resource(goal: Content, subject: Content) -> Content:
    """Return the Goal resource of a goal in a plan."""
    described = {"text": goal["description"]} | ({"coding": [goal["code"]]} if "code" in goal else {})
    made: Content = {"resourceType": "Goal", "id": goal["id"], "lifecycleStatus": goal["lifecycle"], "description": described}
    made |= {"subject": subject} | ({"startDate": goal["start"]} if "start" in goal else {})
    targets = []
    for target in goal.get("targets", []):
        row: Content = {"measure": concept(target["measure"], None)}
        ends = {k: quantity_out(target["range"][k]) for k in ("low", "high") if k in target.get("range", {})}
        row |= ({"detailRange": ends} if ends else {}) | ({"dueDate": target["due"]} if "due" in target else {})
        targets.append(row)
    return made | ({"target": targets} if targets else {})


def encounter_in(held: Content, ctx: Context) -> Content:
    """Return the episode (kind encounter) of an Encounter: of whom, from when to when."""
    period = held.get("actualPeriod") or {}
    span = {k: moment_in(period[k]) for k in ("start", "end") if k in period}
    if not span:
        raise NotMapped("an encounter without a period")
    subject = reference_in(held.get("subject"), ctx) or NOBODY
    return {"subject": subject, "kind": "encounter", "period": span, "summary": {}, "modality": "unknown"}


def encounter_out(doc: Content, ctx: Context) -> Content:
    """Return the Encounter of an episode of kind encounter."""
    period = {k: doc["period"][k] for k in ("start", "end") if k in doc["period"]}
    made: Content = {"resourceType": "Encounter", "status": "completed" if "end" in period else "in-progress", "actualPeriod": period}
    subject = reference_out(doc["subject"], ctx)
    return made | ({"subject": subject} if subject else {})


_STATES = {"current": "final", "superseded": "amended", "entered-in-error": "entered-in-error"}


def document_in(held: Content, ctx: Context) -> Content:
    """Return the observation (type document) of a DocumentReference: its kind, its words, and the file where it lies inside."""
    content = held.get("content") or [{}]
    file = content[0].get("attachment") or {}
    codes = codings_in(held.get("type"))
    made: Content = {"subject": reference_in(held.get("subject"), ctx) or NOBODY, "type": "document"}
    made |= {"codes": codes} if codes else {}
    when = instant_in(held.get("date")) if isinstance(held.get("date"), str) else None
    made |= ({"effective": when} if when else {}) | {"time_status": "unknown"}
    made |= {"status": _STATES.get(str(held.get("status")), "unknown"), "modality": "unknown"}
    words = held.get("description") or file.get("title")
    made |= {"value": words} if words and len(words) <= LARGEST_INLINE else {"absent": {"reason": "unknown"}}
    attachment = attachment_in(file)
    return made | ({"attachment": attachment} if attachment else {})


def document_out(doc: Content, ctx: Context) -> Content:
    """Return the DocumentReference of an observation of type document."""
    back = {v: k for k, v in _STATES.items()}
    made: Content = {"resourceType": "DocumentReference", "status": back.get(doc["status"], "current")}
    made |= {"type": {"coding": list(doc["codes"])}} if "codes" in doc else {}
    subject = reference_out(doc["subject"], ctx)
    made |= {"subject": subject} if subject else {}
    effective = doc.get("effective")
    made |= {"date": effective} if isinstance(effective, str) and instant_in(effective) else {}
    words = doc.get("value")
    made |= {"description": words} if isinstance(words, str) else {}
    return made | {"content": [{"attachment": attachment_out(doc.get("attachment")) or {"title": "not held"}}]}
