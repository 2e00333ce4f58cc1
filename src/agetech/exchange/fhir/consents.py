"""Consent both ways. A foreign permit permits nothing here until a person has confirmed it; a foreign refusal counts at once.

Our rules rest on what a foreign Consent seldom tells: the text that was shown, separate consent for sensitive data, every
recipient. So a permit comes in as a draft. A refusal with a named recipient is in force for every category it could mean, and
for its longest reading of time: to refuse too much is the safe error.
"""

from __future__ import annotations

import hashlib
from typing import Any, get_args

from agetech.exchange.fhir.parts import CODES, Context, NotMapped, codings_in, instant_in, reference_in, reference_out
from agetech.schemas.jsontext import dumps
from agetech.schemas.v1.consent import Purpose, SensitiveCategory

Content = dict[str, Any]
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_PURPOSES = {"TREAT": "care", "ETREAT": "emergency_response", "HRESCH": "research", "CAREMGT": "care"}
_REFUSALS = ("OPTOUT", "OPTOUTE")
_STATES = {"active", "inactive", "draft", "not-done", "entered-in-error"}
_FIRST, _LAST = "1900-01-01T00:00:00+14:00", "9000-12-31T23:59:59Z"
_DAY = 10


def consent_in(held: Content, ctx: Context) -> Content:
    """Return the consent of a foreign Consent: a refusal as it stands, a permit as a draft."""
    subject = reference_in(held.get("subject"), ctx)
    if subject is None:
        raise NotMapped("a consent that names nobody")
    provision = (held.get("provision") or [{}])[0]
    decision = _decision(held)
    recipients = [r for actor in provision.get("actor", []) if (r := reference_in(actor.get("reference"), ctx))]
    in_force = decision == "deny" and bool(recipients) and held.get("status") == "active"
    told = held.get("status")
    status = "active" if in_force else told if told in _STATES - {"active"} else "draft"
    text = dumps(held, sort=True)
    grantors = [r for g in held.get("grantor", []) if (r := reference_in(g, ctx))]
    guardian = next((g for g in grantors if g["kind"] == "related-person"), None)
    made: Content = {"subject": subject, "decision": decision, "grantor": "guardian" if guardian else "self", "basis": "consent"}
    made |= {"guardian_ref": guardian} if guardian else {}
    made |= {"separate_consent": False, "categories": _categories(provision, decision), "purposes": _purposes(provision, decision)}
    made |= {"recipients": recipients or [{"kind": "unknown", "id": "unknown"}], "cross_border": False, "automated_decision": False}
    made |= {"period": _period(provision.get("period") or held.get("period") or {}), "status": status}
    return made | {"notice": {"version": "not stated; digest of the resource", "sha256": hashlib.sha256(text.encode()).hexdigest()}}


def _decision(held: Content) -> str:
    """Return permit or deny; without a decision the policy tells it, and an unknown one is a refusal."""
    told = held.get("decision")
    if told in ("permit", "deny"):
        return str(told)
    codes = {c["code"] for concept in _policies(held) for c in codings_in(concept)}
    return "permit" if codes and not codes & set(_REFUSALS) else "deny"


def _policies(held: Content) -> list[Any]:
    carried = [e.get("valueCodeableConcept") for e in held.get("extension", []) if str(e.get("url", "")).endswith("Consent.policyRule")]
    return [*held.get("regulatoryBasis", []), *carried]


def _codes(rows: list[Any], system: str) -> list[str]:
    found = [c for row in rows for c in (codings_in(row) if "coding" in row else codings_in({"coding": [row]}))]
    return [c["code"] for c in found if c["system"] == system]


def _categories(provision: Content, decision: str) -> list[str]:
    known = get_args(SensitiveCategory)
    told = [c for c in _codes(provision.get("code", []), CODES + "data-categories") if c in known]
    if decision == "deny":
        return told or list(known)
    return ["general"]  # a permit on sensitive data needs a separate consent, which a foreign one cannot vouch for


def _purposes(provision: Content, decision: str) -> list[str]:
    known = get_args(Purpose)
    rows = provision.get("purpose", [])
    told = [p for p in _codes(rows, CODES + "purposes") if p in known]
    told += [_PURPOSES[p] for p in _codes(rows, ACT_REASON) if p in _PURPOSES]
    if decision == "deny":
        return list(dict.fromkeys(told)) if told and len(told) == len(rows) else list(known)
    return list(dict.fromkeys(told)) or ["care"]


def _period(held: Content) -> Content:
    return {"start": _edge(held.get("start"), _FIRST, late=False), "end": _edge(held.get("end"), _LAST, late=True)}


def _edge(text: Any, other: str, *, late: bool) -> str:
    """Return an instant for the edge of a period; a date without a zone counts as it does furthest east or west."""
    if not isinstance(text, str):
        return other
    if "T" in text:
        return instant_in(text) or other
    day = f"{text}{('-12-31' if late else '-01-01')[len(text) - _DAY :] if len(text) < _DAY else ''}"
    if late and len(text) == len("2026-11"):
        day = f"{text}-{_days(text)}"
    return f"{day}T23:59:59-12:00" if late else f"{day}T00:00:00+14:00"


def _days(month: str) -> int:
    from calendar import monthrange

    return monthrange(int(month[:4]), int(month[5:]))[1]


def consent_out(doc: Content, ctx: Context) -> Content:
    """Return the Consent of a consent document."""
    provision = {
        "period": {k: doc["period"][k] for k in ("start", "end")},
        "purpose": [{"system": CODES + "purposes", "code": p} for p in doc["purposes"]],
    }
    actors = [ref for r in doc["recipients"] if (ref := reference_out(r, ctx))]
    provision["actor"] = [{"role": {"text": "recipient"}, "reference": ref} for ref in actors]
    provision["code"] = [{"coding": [{"system": CODES + "data-categories", "code": c}]} for c in doc["categories"]]
    if not actors:
        del provision["actor"]
    made: Content = {"resourceType": "Consent", "status": doc["status"], "decision": doc["decision"], "provision": [provision]}
    made["category"] = [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}]
    subject = reference_out(doc["subject"], ctx)
    return made | ({"subject": subject} if subject else {})
