"""What a change of FHIR release reshapes and no rename can say: sampled data, properties, groups, items, reasons, decisions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agetech.exchange.fhir.structure import Release

MORE = "agetech-more"
_MILLI = {"ms": Decimal(1), "s": Decimal(1000), "min": Decimal(60000), "h": Decimal(3600000)}


def before(kind: str, content: dict[str, Any], source: Release) -> dict[str, Any]:
    """Reshape what must be reshaped while the names are still those of the source."""
    if kind == "Device" and "property" in content:
        return {**content, "property": _split_properties(content["property"]) if source == "R4" else content["property"]}
    if kind == "SampledData" and source == "R5" and "interval" in content:
        factor = _MILLI.get(content.get("intervalUnit", ""))
        if factor is not None:
            scaled = content["interval"] if factor == 1 else _scaled(content["interval"], factor)
            return {k: (scaled if k == "interval" else v) for k, v in content.items() if k != "intervalUnit"}
    if kind == "RiskAssessment" and source == "R4":
        reasons = [{"concept": c} for c in content.get("reasonCode", [])] + [{"reference": r} for r in content.get("reasonReference", [])]
        rest = {k: v for k, v in content.items() if k not in ("reasonCode", "reasonReference")}
        return {**rest, "_reason": reasons} if reasons else rest
    return content


def _scaled(value: Any, factor: Decimal) -> Decimal:
    return Decimal(str(value)) * factor


def _split_properties(properties: list[Any]) -> list[Any]:
    made = []
    for one in properties:
        values = [("valueCode", v) for v in one.get("valueCode", [])] + [("valueQuantity", v) for v in one.get("valueQuantity", [])]
        rest = {k: v for k, v in one.items() if k not in ("valueCode", "valueQuantity")}
        for n, (name, value) in enumerate(values):
            made.append({**(rest if n == 0 else {"type": rest.get("type"), "id": MORE}), name: [value]})
        if not values:
            made.append(rest)
    return made


def after(kind: str, goal: str, out: dict[str, Any], source: Release) -> dict[str, Any]:
    """Reshape what must be reshaped once the names are those of the target."""
    rule = _AFTER.get((source, goal)) or _AFTER.get((source, kind))
    return rule(out) if rule else out


def _sampled(out: dict[str, Any]) -> dict[str, Any]:
    return {**out, "intervalUnit": "ms"} if "interval" in out and "intervalUnit" not in out else out


def _carried_value(out: dict[str, Any], name: str) -> tuple[Any, list[Any]]:
    """Return (value, other extensions) of an element that was carried in an extension of this object."""
    for n, held in enumerate(out.get("extension", [])):
        if str(held.get("url", "")).endswith("." + name):
            value = next((v for k, v in held.items() if k.startswith("value")), None)
            return value, out["extension"][:n] + out["extension"][n + 1 :]
    return None, out.get("extension", [])


def _with(out: dict[str, Any], rest: list[Any], **more: Any) -> dict[str, Any]:
    made = {k: v for k, v in out.items() if k != "extension"} | more
    return {**made, "extension": rest} if rest else made


def _group_up(out: dict[str, Any]) -> dict[str, Any]:
    actual, rest = _carried_value(out, "actual")
    return out if actual is None else _with(out, rest, membership="enumerated" if actual else "definitional")


def _group_down(out: dict[str, Any]) -> dict[str, Any]:
    membership, rest = _carried_value(out, "membership")
    return out if membership is None else _with(out, rest, actual=membership == "enumerated")


_KINDS_UP = {"choice": ("coding", None), "open-choice": ("coding", "optionsOrString")}


def _item_up(out: dict[str, Any]) -> dict[str, Any]:
    new, constraint = _KINDS_UP.get(out.get("type", ""), (out.get("type"), None))
    made = {**out, "type": new} if new is not None else out
    return {**made, "answerConstraint": constraint} if constraint else made


def _item_down(out: dict[str, Any]) -> dict[str, Any]:
    constraint, rest = _carried_value(out, "answerConstraint")
    if out.get("type") != "coding":
        return out
    if constraint == "optionsOrString":
        return _with(out, rest, type="open-choice")
    return {**out, "type": "choice"}


def _property_up(out: dict[str, Any]) -> dict[str, Any]:
    values: list[Any] = []
    rest: list[Any] = []
    for held in out.get("extension", []):
        (values if str(held.get("url", "")).endswith("property.valueCode") else rest).append(held)
    if not values:
        return out
    return _with(out, rest, valueCodeableConcept=values[0]["valueCodeableConcept"])


def _device_down(out: dict[str, Any]) -> dict[str, Any]:
    if "property" not in out:
        return out
    merged: list[Any] = []
    for one in out["property"]:
        code, rest = _carried_value(one, "valueCodeableConcept")
        mine = _with(one, rest, valueCode=[code]) if code is not None else one
        if mine.get("id") == MORE and merged:
            for name in ("valueCode", "valueQuantity"):
                if name in mine:
                    merged[-1] = {**merged[-1], name: [*merged[-1].get(name, []), *mine[name]]}
        else:
            merged.append(mine)
    return {**out, "property": merged}


def _reasons_up(out: dict[str, Any]) -> dict[str, Any]:
    reasons = out.pop("_reason", None)
    return {**out, "reason": reasons} if reasons else out


def _reasons_down(out: dict[str, Any]) -> dict[str, Any]:
    codes, references, rest = [], [], []
    for held in out.get("extension", []):
        value = held.get("valueCodeableReference") if str(held.get("url", "")).endswith("RiskAssessment.reason") else None
        inner = {e.get("url"): e for e in held.get("extension", [])} if str(held.get("url", "")).endswith("RiskAssessment.reason") else {}
        if value or inner:
            concept = (value or {}).get("concept") or next((v for k, v in inner.get("concept", {}).items() if k.startswith("value")), None)
            reference = (value or {}).get("reference") or next(
                (v for k, v in inner.get("reference", {}).items() if k.startswith("value")), None
            )
            codes += [concept] if concept else []
            references += [reference] if reference else []
        else:
            rest.append(held)
    more = {k: v for k, v in (("reasonCode", codes), ("reasonReference", references)) if v}
    return _with(out, rest, **more) if more else out


def _consent_up(out: dict[str, Any]) -> dict[str, Any]:
    provisions = out.get("provision") or []
    if provisions and "decision" not in out:
        told, rest = _carried_value(provisions[0], "type")
        if told is not None:
            return {**out, "decision": told, "provision": [_with(provisions[0], rest), *provisions[1:]]}
    return out


def _consent_down(out: dict[str, Any]) -> dict[str, Any]:
    told, rest = _carried_value(out, "decision")
    if told is None:
        return out
    return (
        _with(out, rest, provision={"type": told, **(out.get("provision") or {})}) if isinstance(out.get("provision") or {}, dict) else out
    )


_VISITS = {"finished": "completed", "onleave": "on-hold"}
_VISITS_BACK = {new: old for old, new in _VISITS.items()}


def _visit_up(out: dict[str, Any]) -> dict[str, Any]:
    return {**out, "status": _VISITS.get(out["status"], out["status"])} if "status" in out else out


def _visit_down(out: dict[str, Any]) -> dict[str, Any]:
    return {**out, "status": _VISITS_BACK.get(out["status"], out["status"])} if "status" in out else out


_AFTER: dict[tuple[str, str], Any] = {
    ("R4", "Encounter"): _visit_up,
    ("R5", "Encounter"): _visit_down,
    ("R4", "SampledData"): _sampled,
    ("R4", "Group"): _group_up,
    ("R5", "Group"): _group_down,
    ("R4", "QuestionnaireItem"): _item_up,
    ("R5", "QuestionnaireItem"): _item_down,
    ("R4", "DeviceProperty"): _property_up,
    ("R5", "Device"): _device_down,
    ("R4", "RiskAssessment"): _reasons_up,
    ("R5", "RiskAssessment"): _reasons_down,
    ("R4", "Consent"): _consent_up,
    ("R5", "Consent"): _consent_down,
}
