"""Patient, Device, QuestionnaireResponse, CarePlan, and the events and episodes that travel as Observations."""

from __future__ import annotations

import hmac
import re
from typing import Any

from agetech.exchange.fhir.foreign import goal_part, goal_resource
from agetech.exchange.fhir.observations import concept
from agetech.exchange.fhir.parts import (
    CODES,
    INSTRUMENTS,
    Context,
    NotMapped,
    absent_out,
    codings_in,
    instant_in,
    moment_in,
    quantity_out,
    reference_in,
    reference_out,
    value_in,
    value_out,
)
from agetech.schemas.kinds import TOKEN

Content = dict[str, Any]
_LONGEST = 300


def patient_in(held: Content, ctx: Context) -> Content:
    """Return the minimal elder profile of a Patient: no name, number, address or full birth date."""
    if "id" not in held:
        raise NotMapped("a patient without id")
    made: Content = {"profile": "minimal", "pseudonym": ctx.person(held["id"]), "living_context": "unknown", "consents": []}
    if held.get("gender") in ("male", "female", "other", "unknown"):
        made["sex"] = held["gender"]
    born = held.get("birthDate")
    return made | ({"birth_year": int(born[:4])} if isinstance(born, str) and 1880 <= int(born[:4]) <= 2100 else {})  # noqa: PLR2004 - bounds of birth_year


def patient_out(doc: Content, ctx: Context) -> Content:
    """Return the Patient of an elder profile: sex and year of birth; the identity joins at the edge."""
    made: Content = {"resourceType": "Patient", "id": str(ctx.restore.get(doc["pseudonym"], doc["pseudonym"])).replace("_", "-")}
    made |= {"gender": doc["sex"]} if "sex" in doc else {}
    return made | ({"birthDate": doc.get("birth_date") or f"{doc['birth_year']:04d}"} if "birth_date" in doc or "birth_year" in doc else {})


def device_in(held: Content, ctx: Context) -> Content:
    """Return the descriptor of a Device: what the resource tells, `unknown` where it tells nothing."""
    kinds = [c for t in held.get("type", []) for c in codings_in(t)]
    made: Content = {
        "kind": "unit",
        "device_type": "unknown",
        "manufacturer": _line(held.get("manufacturer")),
        "channels": [],
        "contact": "unknown",
    }
    made |= {
        "model": _line(held.get("modelNumber")),
        "regulatory": {"is_medical_device": "undetermined"},
        "clock": {"type": "unknown", "sync": "unknown"},
    }
    made["classifications"] = [c if "version" in c else {**c, "version": "not stated"} for c in kinds]
    serial = held.get("serialNumber")
    if isinstance(serial, str) and ctx.pseudonym is not None:
        made["serial_hash"] = hmac.new(ctx.pseudonym(serial).encode(), b"serial", "sha256").hexdigest()
    versions = [{"part": "software", "version": v["value"][:_LONGEST]} for v in held.get("version", []) if isinstance(v.get("value"), str)]
    udi = next((u.get("deviceIdentifier") for u in held.get("udiCarrier", []) if u.get("deviceIdentifier")), None)
    return made | ({"versions": versions} if versions else {}) | ({"udi_di": udi} if udi and _sound_udi(udi) else {})


def _sound_udi(text: str) -> bool:
    from agetech.schemas.v1.device import _gtin

    return not (text.isdigit() and len(text) == 14) or _gtin(text)  # noqa: PLR2004 - a GTIN-14


def _line(text: Any) -> str:
    return text[:_LONGEST] if isinstance(text, str) and text.strip() else "unknown"


def device_out(doc: Content, ctx: Context) -> Content:
    """Return the Device of a descriptor."""
    made: Content = {"resourceType": "Device"}
    made |= {new: doc[old] for old, new in (("manufacturer", "manufacturer"), ("model", "modelNumber")) if doc[old] != "unknown"}
    kinds = [{k: v for k, v in c.items() if not (k == "version" and v == "not stated")} for c in doc.get("classifications", [])]
    if kinds:
        made["type"] = [{"coding": kinds}]
    versions = [{"value": v["version"]} for v in doc.get("versions", [])]
    made |= {"version": versions} if versions else {}
    return made | (
        {"udiCarrier": [{"deviceIdentifier": doc["udi_di"], "issuer": "http://hl7.org/fhir/NamingSystem/gs1-di"}]}
        if "udi_di" in doc
        else {}
    )


def answers_in(held: Content, ctx: Context) -> Content:
    """Return the assessment result of a QuestionnaireResponse: its answers; scores are not invented."""
    when = instant_in(held.get("authored"))
    if when is None:
        raise NotMapped("answers without a full instant")
    items = list(_answers(held.get("item", []), ""))
    if len({i["item"] for i in items}) != len(items):
        raise NotMapped("two items of one linkId")
    made: Content = {"subject": reference_in(held.get("subject"), ctx) or {"kind": "unknown", "id": "unknown"}}
    author = reference_in(held.get("author"), ctx)
    made |= {
        "instrument": _instrument(held.get("questionnaire"), ctx),
        "performed_at": when,
        "assessor": {"role": ctx.roles.get(f"{author['kind']}/{author['id']}", "unknown") if author else "unknown"},
        "mode": "unknown",
    }
    if author:
        made["assessor"]["ref"] = author
    missing = sum("answer" not in i for i in items)
    return made | {"items": items, "scores": [], "missing_items": missing, "prorated": False, "algorithm": "none"}


def _instrument(canonical: Any, ctx: Context) -> Content:
    """Return the instrument a response names: ours by its address, codes and edition from a questionnaire of the same text."""
    url, _, edition = canonical.partition("|") if isinstance(canonical, str) else ("", "", "")
    own = url.removeprefix(INSTRUMENTS) if url.startswith(INSTRUMENTS) else ""
    told = ctx.forms.get(url, {})
    known = own if re.fullmatch(TOKEN, own) else "unknown"
    made: Content = {"id": known, "edition": edition or told.get("edition") or "not stated", "language": "und"}
    return made | ({"codes": told["codes"]} if told.get("codes") else {})


def _answers(items: list[Any], path: str) -> Any:
    for item in items:
        name = f"{path}{item['linkId']}"
        answers = item.get("answer", [])
        if len(answers) == 1:
            try:
                value = value_in({k.replace("valueDecimal", "valueX"): v for k, v in answers[0].items() if k.startswith("value")})
            except NotMapped:
                value = None
            decimal = answers[0].get("valueDecimal")
            if decimal is not None:
                value = {"value": decimal, "unit": "{unknown}"}
            yield {"item": name} | ({"answer": value} if value is not None else {"absent": {"reason": "unsupported"}})
        elif answers or not item.get("item"):
            yield {"item": name, "absent": {"reason": "unsupported" if answers else "unknown"}}
        for inner in [item, *answers]:
            yield from _answers(inner.get("item", []), f"{name}/")


def answers_out(doc: Content, ctx: Context) -> Content:
    """Return the QuestionnaireResponse of an assessment result."""
    made: Content = {"resourceType": "QuestionnaireResponse", "status": "completed", "authored": doc["performed_at"]}
    instrument = doc["instrument"]
    made["questionnaire"] = f"{INSTRUMENTS}{instrument['id']}|{instrument['edition'].replace(' ', '-')}"
    made |= {
        name: ref for name, key in (("subject", doc["subject"]), ("author", doc["assessor"].get("ref"))) if (ref := reference_out(key, ctx))
    }
    rows = []
    for item in doc["items"]:
        row: Content = {"linkId": item["item"]}
        if "answer" in item:
            row["answer"] = [_answer(item["answer"])]
        rows.append(row)
    return made | ({"item": rows} if rows else {})


def _answer(value: Any) -> Content:
    made = value_out(value)
    if "valueCodeableConcept" in made:
        codes = made["valueCodeableConcept"]["coding"]
        return {"valueCoding": codes[0]}
    for kind in ("valuePeriod", "valueRatio"):
        if kind in made:
            return {"valueString": "see remainder"}
    return made


def score_observations(doc: Content, ctx: Context) -> list[Content]:
    """Return one Observation a score of an assessment result, for systems that do not read questionnaires."""
    made = []
    for score in doc["scores"]:
        code = {
            "coding": [*score.get("codes", []), {"system": CODES + "instruments", "code": f"{doc['instrument']['id']}.{score['name']}"}]
        }
        one: Content = {"resourceType": "Observation", "status": "final", "code": code, "effectiveDateTime": doc["performed_at"]}
        subject = reference_out(doc["subject"], ctx)
        one |= {"subject": subject} if subject else {}
        one |= (
            {"valueQuantity": quantity_out({"value": score["value"], "unit": "{score}"})}
            if "value" in score
            else {"dataAbsentReason": absent_out(score["absent"])}
        )
        one["derivedFrom"] = [{"reference": f"QuestionnaireResponse/{doc['id']}"}]
        one["meta"] = {"tag": [{"system": CODES + "schemas", "code": "derived"}]}
        made.append(one)
    return made


_PLAN = {"draft", "active", "on-hold", "revoked", "completed", "ended", "entered-in-error", "unknown"}
_DETAIL = "http://hl7.org/fhir/4.0/StructureDefinition/extension-CarePlan.activity.detail"


def plan_in(held: Content, ctx: Context) -> Content:
    """Return the care plan of a CarePlan: activities from R4 details and planned references, contained goals."""
    made: Content = {"subject": reference_in(held.get("subject"), ctx) or {"kind": "unknown", "id": "unknown"}}
    made |= {"status": held["status"] if held.get("status") in _PLAN else "unknown", "setting": "unknown"}
    made["intent"] = held["intent"] if held.get("intent") in ("proposal", "plan", "order", "option", "directive") else "plan"
    period = held.get("period") or {}
    if period.get("start") or period.get("end"):
        made["period"] = {k: moment_in(period[k]) for k in ("start", "end") if k in period}
    made["goals"] = [g for r in held.get("contained", []) if r.get("resourceType") == "Goal" and (g := goal_part(r))]
    made["activities"] = [a for n, row in enumerate(held.get("activity", [])) if (a := _activity(row, n))]
    if made["status"] == "active" and not made["goals"] and not made["activities"]:
        raise NotMapped("an active plan whose goals and activities lie elsewhere")
    return made


def _activity(row: Content, n: int) -> Content | None:
    nested: dict[str, Any] = {}
    for held in row.get("extension", []):
        if held.get("url") == _DETAIL:
            nested = {e["url"]: next((v for k, v in e.items() if k.startswith("value")), None) for e in held.get("extension", [])}
    if not nested:
        return None
    code = nested.get("code") or {}
    codes, text = codings_in(code), nested.get("description") or code.get("text")
    words = text or next((c.get("display", c["code"]) for c in codes), None)
    if not words:
        return None
    made: Content = {"id": f"a{n + 1}", "kind": "other", "description": words, "status": nested.get("status") or "unknown"}
    return made | ({"code": codes[0]} if codes else {})


def plan_out(doc: Content, ctx: Context) -> Content:
    """Return the CarePlan of a care plan: goals contained, activities as contained ServiceRequests."""
    made: Content = {"resourceType": "CarePlan", "status": doc["status"], "intent": doc["intent"]}
    subject = reference_out(doc["subject"], ctx)
    made["subject"] = subject or {"display": "unknown"}
    if "title" in doc:
        made["title"] = doc["title"]
    if "period" in doc:
        made["period"] = {k: doc["period"][k] for k in ("start", "end") if k in doc["period"]}
    goals = [goal_resource(g, made["subject"]) for g in doc["goals"]]
    asked = [
        {
            "resourceType": "ServiceRequest",
            "id": a["id"],
            "status": "active" if a["status"] in ("scheduled", "in-progress") else "unknown",
            "intent": "plan",
            "code": {"concept": {"text": a["description"], **({"coding": [a["code"]]} if "code" in a else {})}},
            "subject": made["subject"],
        }
        for a in doc["activities"]
    ]
    if goals or asked:
        made["contained"] = goals + asked
    if goals:
        made["goal"] = [{"reference": f"#{g['id']}"} for g in doc["goals"]]
    return made | ({"activity": [{"plannedActivityReference": {"reference": f"#{a['id']}"}} for a in doc["activities"]]} if asked else {})


def event_out(doc: Content, ctx: Context) -> Content:
    """Return the Observation of an event: what, from when, known when; the alarm's life stands in the remainder."""
    made: Content = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": CODES + "events", "code": doc["type"]}]},
    }
    made |= {"effectiveDateTime": doc["onset"], "issued": doc["detected_at"], "valueBoolean": True}
    made |= {name: ref for name in ("subject", "device") if (ref := reference_out(doc.get(name), ctx))}
    parts = [
        {
            "code": {"coding": [{"system": CODES + "algorithm-fields", "code": f["name"]}]},
            "valueQuantity": {"value": f["value"], "unit": f["unit"]},
        }
        for f in doc.get("features", [])
        if f["value"] != "NaN"
    ]
    return made | ({"component": parts} if parts else {})


def episode_out(doc: Content, ctx: Context) -> Content:
    """Return the Observation of an episode: its period and one component a summary quantity."""
    made: Content = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": CODES + "episodes", "code": doc["kind"]}]},
    }
    made["effectivePeriod"] = {k: doc["period"][k] for k in ("start", "end") if k in doc["period"]}
    made |= {name: ref for name in ("subject", "device") if (ref := reference_out(doc.get(name), ctx))}
    parts = [{"code": concept(kind, None), "valueQuantity": quantity_out(q)} for kind, q in doc["summary"].items()]
    return made | ({"component": parts} if parts else {})
