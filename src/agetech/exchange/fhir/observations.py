"""Observation, RiskAssessment and sampled data: resources to documents and back."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

from agetech.exchange.fhir.parts import (
    CODES,
    LOINC,
    MDC,
    PREFIX,
    Context,
    NotMapped,
    absent_in,
    absent_out,
    attachment_in,
    codings_in,
    instant_in,
    moment_in,
    quantity_out,
    range_in,
    reference_in,
    reference_out,
    value_in,
    value_out,
)
from agetech.schemas.catalogue import by_code, observation_type, observation_unit
from agetech.schemas.instants import Instant
from agetech.schemas.ucum import UNKNOWN, same_dimension

Content = dict[str, Any]
_CLOCK = (MDC, "67975")
GATEWAY = "http://hl7.org/fhir/StructureDefinition/observation-gatewayDevice"
_STATUS = {
    "registered",
    "specimen-in-process",
    "preliminary",
    "final",
    "amended",
    "corrected",
    "appended",
    "cancelled",
    "entered-in-error",
    "unknown",
}


def type_of(codes: list[Content]) -> str:
    """Return the observation type that verified codes name; `unknown_code` where none does."""
    for system, uri in PREFIX.items():
        for code in codes:
            if code["system"] == uri and (system, code["code"]) in by_code():
                return by_code()[system, code["code"]]
    own = next((c["code"] for c in codes if c["system"] == CODES + "observation-types"), None)
    return own or "unknown_code"


def _fits(kind: str, value: Any) -> bool:
    unit = observation_unit(kind)
    if not isinstance(value, dict) or "unit" not in value or unit is None or value["unit"] == UNKNOWN:
        return True
    return same_dimension(unit, value["unit"]) or (same_dimension(unit, "mmol/L") and same_dimension(value["unit"], "mg/dL"))


def _parts(held: Content) -> list[Content]:
    """Return the component of a component; of a range the two that bound it."""
    span = held.get("valueRange")
    if not isinstance(span, dict):
        return [_part(held, value_in(held))]
    return [_part(held, bound) for bound in range_in(span)]


def _part(held: Content, value: Any) -> Content:
    codes = codings_in(held.get("code"))
    kind = type_of(codes)
    made: Content = {"type": kind if _fits(kind, value) else "unknown_code"}
    if codes:
        made["codes"] = codes
    if value is not None:
        made["value"] = value
    else:
        made["absent"] = absent_in(held.get("dataAbsentReason"))
    return made


def observation_in(held: Content, ctx: Context) -> Content:
    """Return the observation content of a FHIR R5 Observation."""
    codes = codings_in(held.get("code"))
    kind = type_of(codes)
    made: Content = {"subject": reference_in(held.get("subject"), ctx) or {"kind": "unknown", "id": "unknown"}}
    for name, source in (("device", held.get("device")), ("performer", (held.get("performer") or [None])[0]), ("gateway", _gateway(held))):
        reference = reference_in(source, ctx)
        if reference:
            made[name] = reference
    effective, status = _effective(held, codes)
    if effective is not None:
        made["effective"] = effective
    made["time_status"] = status
    components = held.get("component") or ([held] if "valueRange" in held else [])
    if components:
        made["components"] = [part for c in components for part in _parts(c)]
    else:
        value = value_in(held)
        attachment = attachment_in(held["valueAttachment"]) if "valueAttachment" in held else None
        made |= {"attachment": attachment} if attachment else {}
        if value is not None:
            made["value"] = value
            kind = kind if _fits(kind, value) else "unknown_code"
        else:
            made["absent"] = absent_in(held.get("dataAbsentReason"))
    made["type"] = kind
    if codes:
        made["codes"] = codes
    made["status"] = held["status"] if held.get("status") in _STATUS else "unknown"
    made["modality"] = "sensed" if "device" in made else "unknown"
    derived = [r for d in held.get("derivedFrom", []) if (r := reference_in(d, ctx))]
    return made | ({"derived_from": derived} if derived else {})


def _gateway(held: Content) -> Any:
    return next((e.get("valueReference") for e in held.get("extension", []) if e.get("url") == GATEWAY), None)


def _effective(held: Content, codes: list[Content]) -> tuple[Any, str]:
    fault = any((c["system"], c["code"]) == _CLOCK for c in codes) and "dataAbsentReason" in held
    status = "device_fault" if fault else "unknown"
    for name in ("effectiveDateTime", "effectiveInstant"):
        if name in held:
            return moment_in(held[name]), status
    period = held.get("effectivePeriod")
    if isinstance(period, dict) and ("start" in period or "end" in period):
        return {k: moment_in(period[k]) for k in ("start", "end") if k in period}, status
    return None, status


def concept(kind: str, codes: list[Content] | None) -> Content:
    """Return the code of an observation: its own codes, else the verified ones of its type, and always ours."""
    if codes:
        return {"coding": list(codes)}
    known = observation_type(kind)
    rows = []
    if known is not None:
        rows = [{"system": uri, "code": code} for name, uri in ((("loinc"), LOINC), ("mdc", MDC)) if (code := known.code(name))]
    return {"coding": [*rows, {"system": CODES + "observation-types", "code": kind}], "text": known.en if known else kind}


def observation_out(doc: Content, ctx: Context) -> Content:
    """Return the FHIR R5 Observation of an observation's content."""
    if doc["type"] == "risk":
        return risk_out(doc, ctx)
    made: Content = {"resourceType": "Observation", "status": doc["status"], "code": concept(doc["type"], doc.get("codes"))}
    made |= {name: ref for name in ("subject", "device") if (ref := reference_out(doc.get(name), ctx))}
    performer = reference_out(doc.get("performer"), ctx)
    if performer:
        made["performer"] = [performer]
    gateway = reference_out(doc.get("gateway"), ctx)
    if gateway:
        made["extension"] = [{"url": GATEWAY, "valueReference": gateway}]
    effective = doc.get("effective")
    if isinstance(effective, str):
        made["effectiveDateTime"] = effective
    elif effective:
        made["effectivePeriod"] = {k: effective[k] for k in ("start", "end") if k in effective}
    if "components" in doc:
        made["component"] = [{"code": concept(c["type"], c.get("codes")), **_value_or_absent(c)} for c in doc["components"]]
    else:
        made |= _value_or_absent(doc)
    derived = [ref for d in doc.get("derived_from", []) if (ref := reference_out(d, ctx))]
    return made | ({"derivedFrom": derived} if derived else {})


def _value_or_absent(doc: Content) -> Content:
    return value_out(doc["value"]) if "value" in doc else {"dataAbsentReason": absent_out(doc["absent"])}


def risk_in(held: Content, ctx: Context) -> Content:
    """Return the observation (type risk) of a RiskAssessment: one component a prediction."""
    parts = []
    for prediction in held.get("prediction", []):
        codes = codings_in(prediction.get("outcome"))
        value = prediction.get("probabilityDecimal")
        part: Content = {"type": "risk"} | ({"codes": codes} if codes else {})
        if value is None:
            part["absent"] = {"reason": "unknown"}
        else:
            part["value"] = {"value": value if isinstance(value, Decimal) else Decimal(str(value)), "unit": "%"}
        parts.append(part)
    if not parts:
        raise NotMapped("a risk assessment without prediction")
    effective, status = _effective({k.replace("occurrence", "effective"): v for k, v in held.items()}, [])
    made: Content = {"subject": reference_in(held.get("subject"), ctx) or {"kind": "unknown", "id": "unknown"}, "type": "risk"}
    made |= {
        "components": parts,
        "status": held["status"] if held.get("status") in _STATUS else "unknown",
        "modality": "unknown",
        "time_status": status,
    }
    return made | ({"effective": effective} if effective is not None else {})


def risk_out(doc: Content, ctx: Context) -> Content:
    """Return the RiskAssessment of an observation of type risk."""
    made: Content = {
        "resourceType": "RiskAssessment",
        "status": doc["status"],
        "subject": reference_out(doc["subject"], ctx) or {"display": "unknown"},
    }
    effective = doc.get("effective")
    if isinstance(effective, str):
        made["occurrenceDateTime"] = effective
    elif effective:
        made["occurrencePeriod"] = effective
    made["prediction"] = [
        {"outcome": {"coding": c.get("codes", [{"system": CODES + "observation-types", "code": "risk"}])}}
        | ({"probabilityDecimal": quantity_out(c["value"])["value"]} if "value" in c else {})
        for c in doc.get("components", [])
    ]
    return made


def recording_in(held: Content, ctx: Context) -> Content:
    """Return the recording of an Observation with sampled data: header and the raw numbers as inline text."""
    data = held["valueSampledData"]
    device, start = reference_in(held.get("device"), ctx), instant_in(held.get("effectiveDateTime"))
    text = data.get("data")
    if device is None or start is None or not isinstance(text, str) or data.get("intervalUnit", "ms") != "ms" or not data.get("interval"):
        raise NotMapped("sampled data without device, instant, data or interval in ms")
    raw, count = text.encode(), len(text.split())
    origin = data.get("origin", {})
    kind = type_of(codings_in(held.get("code")))
    unit = origin.get("code") if origin.get("system") == "http://unitsofmeasure.org" else None
    channel: Content = {
        "id": "c1",
        "observation_type": kind,
        "unit": unit or UNKNOWN,
        "dtype": "int32",
        "columns": data.get("dimensions", 1),
    }
    channel |= {"gain": data["factor"]} if "factor" in data else {}
    channel |= {"offset": origin["value"]} if "value" in origin else {}
    channel |= {new: data[old] for old, new in (("lowerLimit", "lowest"), ("upperLimit", "highest")) if old in data}
    attachment = {"media_type": "text/plain", "sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw), "inline_base64": _base64(raw)}
    subject = reference_in(held.get("subject"), ctx)
    made = {
        "device": device,
        "start": start,
        "epoch_ns": Instant(start).ns,
        "time_base": "uniform",
        "sample_rate": Decimal(1000) / Decimal(str(data["interval"])),
    }
    made |= {
        "n_samples": count // max(1, data.get("dimensions", 1)),
        "channels": [channel],
        "storage": "fhir-sampleddata",
        "data": attachment,
    }
    return made | ({"subject": subject} if subject else {})


def recording_out(doc: Content, ctx: Context) -> Content:
    """Return the Observation of a recording whose numbers are inline sampled-data text; NotMapped for other storage."""
    if (
        doc["storage"] != "fhir-sampleddata"
        or "inline_base64" not in doc["data"]
        or doc["time_base"] != "uniform"
        or len(doc["channels"]) != 1
    ):
        raise NotMapped("a recording that is not stored as sampled data of one channel")
    import base64

    channel = doc["channels"][0]
    made: Content = {
        "resourceType": "Observation",
        "status": "final",
        "code": concept(channel["observation_type"], None),
        "effectiveDateTime": doc["start"],
    }
    made |= {name: ref for name in ("subject", "device") if (ref := reference_out(doc.get(name), ctx))}
    unit = {} if channel["unit"] == UNKNOWN else {"system": "http://unitsofmeasure.org", "code": channel["unit"]}
    data: Content = {
        "origin": {"value": channel.get("offset", 0), **unit},
        "interval": Decimal(1000) / doc["sample_rate"],
        "intervalUnit": "ms",
    }
    data |= {"factor": channel["gain"]} if "gain" in channel else {}
    data |= {old: channel[new] for old, new in (("lowerLimit", "lowest"), ("upperLimit", "highest")) if new in channel}
    return made | {
        "valueSampledData": {**data, "dimensions": channel["columns"], "data": base64.b64decode(doc["data"]["inline_base64"]).decode()}
    }


def _base64(raw: bytes) -> str:
    import base64

    return base64.b64encode(raw).decode()
