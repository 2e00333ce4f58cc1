"""Which document a resource becomes and which resource a document becomes: one lens a pair, in both directions.

What FHIR cannot hold of a document travels in one extension (`.../fhir/remainder`) and is put back on import.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from agetech.errors import ExchangeError
from agetech.exchange.fhir import consents as c
from agetech.exchange.fhir import foreign as f
from agetech.exchange.fhir import observations as o
from agetech.exchange.fhir import records as r
from agetech.exchange.fhir.delta import applied, steps
from agetech.exchange.fhir.parts import CODES, REMAINDER, RESIDUE, Context, NotMapped
from agetech.schemas import documents
from agetech.schemas.jsontext import dumps
from agetech.schemas.v1.datatypes import Document

Content = dict[str, Any]
Lens = Callable[[Content, Context], Content]
TAG = CODES + "schemas"
_INWARD: dict[str, tuple[str, Lens]] = {
    "CarePlan": ("care-plan", r.plan_in),
    "Consent": ("consent", c.consent_in),
    "Device": ("device-descriptor", r.device_in),
    "DeviceMetric": ("device-descriptor", f.metric_in),
    "DocumentReference": ("observation", f.document_in),
    "Encounter": ("episode", f.encounter_in),
    "Goal": ("care-plan", f.goal_in),
    "Observation": ("observation", o.observation_in),
    "Patient": ("elder-profile", r.patient_in),
    "QuestionnaireResponse": ("assessment-result", r.answers_in),
    "RiskAssessment": ("observation", o.risk_in),
}
_OUTWARD: dict[str, Lens] = {
    "elder-profile": r.patient_out,
    "device-descriptor": r.device_out,
    "assessment-result": r.answers_out,
    "consent": c.consent_out,
    "care-plan": r.plan_out,
    "observation": o.observation_out,
    "recording": o.recording_out,
    "event": r.event_out,
    "episode": r.episode_out,
}
_BACK: dict[str, Lens] = {
    "DeviceMetric": f.metric_out,
    "DocumentReference": f.document_out,
    "Encounter": f.encounter_out,
    "Goal": f.goal_out,
}
SENDABLE = frozenset(_OUTWARD)
_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def inward(kind: str, resource: Content) -> tuple[str, Lens]:
    """Return the document a resource becomes and its reader; NotMapped for a resource that no document is near to."""
    if kind not in _INWARD:
        raise NotMapped("a resource that the models have no document for")
    if kind == "Observation" and "valueSampledData" in resource:
        return "recording", o.recording_in
    return _INWARD[kind]


def outward(name: str, content: Content, ctx: Context, kind: str | None = None) -> Content:
    """Return the R5 resource of a document's content; `kind` is the resource it came from, where it is not its usual one."""
    back = _BACK.get(kind or _usual(name, content))
    return back(content, ctx) if back else _OUTWARD[name](content, ctx)


def _usual(name: str, content: Content) -> str:
    """Return the resource of what is told by its content: an encounter, a document."""
    if name == "episode" and content["kind"] == "encounter":
        return "Encounter"
    return "DocumentReference" if name == "observation" and content["type"] == "document" and "components" not in content else ""


def natural(name: str, resource: Content, ctx: Context) -> Content:
    """Return what the resource itself tells of a document; {} where the remainder holds it all."""
    plain = {k: v for k, v in resource.items() if k not in ("extension", "meta")}
    try:
        near, reader = inward(str(resource["resourceType"]), plain)
        return reader(plain, ctx) if near == name and near not in ("consent", "care-plan") else {}
    except NotMapped:
        return {}


def fhir_id(ident: str) -> str:
    """Return an id that FHIR allows: the id itself, or its digest."""
    return ident if _FHIR_ID.fullmatch(ident) else hashlib.sha256(ident.encode()).hexdigest()[:40]


def write_one(document: Document, *, context: Context | None = None) -> Content:
    """Return the R5 resource of a document; ExchangeError E_FHIR_NONE where FHIR has no resource for its kind."""
    ctx = context or Context()
    content = documents.content(document)
    if document.name not in _OUTWARD:
        raise ExchangeError("E_FHIR_NONE", document.name, expected=", ".join(sorted(_OUTWARD)), got=document.name)
    kept = (content.get("extensions") or {}).get(RESIDUE) or {}
    try:
        made = outward(document.name, content, ctx, kept.get("kind"))
    except NotMapped as reason:
        raise ExchangeError("E_FHIR_NONE", document.name, expected="content that FHIR can hold", got=str(reason)) from None
    made["id"] = made.get("id") if document.name == "elder-profile" else fhir_id(content["id"])
    made["id"] = fhir_id(str(made["id"]))
    whole, _ = applied(made, kept.get("steps", []))
    made = dict(whole)
    rest = steps(natural(document.name, made, Context(pseudonym=ctx.pseudonym)), content)
    made["extension"] = [*made.get("extension", []), {"url": REMAINDER, "valueString": dumps(rest)}]
    meta = made.get("meta") or {}
    made["meta"] = {**meta, "tag": [*meta.get("tag", []), {"system": TAG, "code": document.name}]}
    return made
