"""From a scored assessment to the document `assessment-result`, and so to FHIR and every other exchange format.

Scoring and schemas do not know each other; this is where they meet. LOINC goes out only for codes that the
instrument's file marks as verified; everything else carries agetech's own ids.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from agetech import __version__
from agetech.errors import ExchangeError
from agetech.schemas import documents
from agetech.schemas.v1.assessment import AssessmentResult
from agetech.scoring import Absence, Instrument, Score, instrument
from agetech.scoring.form import number

LOINC = "http://loinc.org"
SCHEMA = "https://schemas.agetech.example/assessment-result/1"
REASONS = {"not_asked": "not-asked", "refused": "asked-declined", "unable": "not-performed", "dont_know": "asked-unknown"}
UNSCORED = {"incomplete": "unknown", "invalid": "error", "not_computable": "unsupported", "bounded": "unknown"}
SPACE = uuid.UUID("6f1d2c1e-6a53-5d0e-9a55-3c1b7b0a6c11")  # of ids derived from what was assessed, of whom and when


def assessment_result(  # noqa: PLR0913 - all by name
    score: Score,
    responses: Mapping[str, Any],
    *,
    subject: str,
    performed_at: datetime,
    assessor: str = "unknown",
    mode: str = "unknown",
    language: str = "zh",
    recorded_at: datetime | None = None,
    notes: str | None = None,
) -> AssessmentResult:
    """Return the document of a scored assessment.

    subject: the person's pseudonym; performed_at, recorded_at: aware instants; assessor: a role such as `nurse`; mode:
    `face_to_face`, `phone`, `video`, `self`, `device` or `unknown`. The id is derived from instrument, person and time:
    the same sitting written twice is one document. Raises ExchangeError for naive times and for a score of other
    content than the instrument that is loaded; SchemaError where the document does not follow its schema.
    """
    one = instrument(score.instrument, score.version)
    if one.hash != score.content_hash:
        raise ExchangeError("E_ASSESSMENT", f"assessment-result: {one.id}", expected=one.hash, got=score.content_hash)
    if performed_at.tzinfo is None or (recorded_at is not None and recorded_at.tzinfo is None):
        raise ExchangeError("E_ASSESSMENT", f"assessment-result: {one.id}", expected="times with a zone", got="a naive time")
    answers = [_answer(one, item, responses.get(item, Absence.NOT_ASKED), score) for item in one.by_id]
    ident = uuid.uuid5(SPACE, f"{one.id} {one.version} {subject} {performed_at.isoformat()}")
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "schema_version": AssessmentResult.version,
        "id": str(ident),
        "recorded_at": (recorded_at or performed_at).isoformat(),
        "producer": {"name": "agetech", "version": __version__},
        "subject": {"kind": "elder-profile", "id": subject},
        "instrument": _instrument(one, language),
        "performed_at": performed_at.isoformat(),
        "assessor": {"role": assessor},
        "mode": mode,
        "items": answers,
        "scores": _scores(one, score),
        "missing_items": sum("absent" in answer for answer in answers),
        "prorated": score.status == "prorated",
        "algorithm": f"scoring.{one.id}@{one.version}",
    }
    if score.category is not None:
        system = f"https://schemas.agetech.example/codes/levels/{one.id}"
        made["level"] = {"system": system, "code": score.category, "display": score.label("en") or score.category}
        made["norm"] = _norm(one, score)
    if any(entry["code"] in ("education_point", "education", "scheme_bonus") for entry in score.adjustments):
        made["education_adjusted"] = True
    if notes:
        made["notes"] = notes
    return cast("AssessmentResult", documents.read(made, schema="assessment-result"))


def _instrument(one: Instrument, language: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": one.id, "edition": one.version, "language": language, "licence": one.document["licence"]["class"]}
    codes = [{"system": code["system"], "code": code["code"]} for code in one.codes("panel")]
    return made | ({"codes": codes} if codes else {})


def _answer(one: Instrument, item: str, given: Any, score: Score) -> dict[str, Any]:
    """Return one answer with its points, or why there is none; an answer that is not allowed is an error, not a value."""
    if item in score.absent:
        return {"item": item, "absent": {"reason": REASONS[score.absent[item]]}}
    value = number(given)
    if value is None or item in score.errors:
        reason = "error" if item in score.errors or not (given is None or isinstance(given, Absence)) else "not-asked"
        return {"item": item, "absent": {"reason": reason}}
    entry = one.by_id[item]
    plain: Any = {"value": _decimal(value), "unit": entry.unit or "{score}"} if entry.unit or value != int(value) else int(value)
    made = {"item": item, "answer": plain}
    return made if entry.unit else made | {"points": _decimal(entry.points(value))}


def _decimal(value: float) -> Decimal | int:
    return int(value) if value == int(value) else Decimal(repr(value))


def _scores(one: Instrument, score: Score) -> list[dict[str, Any]]:
    """Return the total and the parts, each with its value or why there is none."""
    total = one.document["total"]
    first: dict[str, Any] = {"name": "total", "unit": "{score}"}
    if score.total is not None:
        first["value"] = _decimal(score.total)
    else:
        first["absent"] = {"reason": "not-applicable" if total is None and score.scored else UNSCORED.get(score.status, "not-applicable")}
        if score.missing:
            first["lacking"] = score.missing
    if total is not None:
        first |= {"least": _decimal(total["min"]), "most": _decimal(total["max"])}
    codes = [{"system": code["system"], "code": code["code"]} for code in one.codes("total")]
    if codes:
        first["codes"] = codes
    if score.category is not None and total is not None:
        first |= {"level": f"{one.id}.{score.category}", "level_source": _norm(one, score)}
    parts = [{"name": name, "value": _decimal(value)} for name, value in score.subscores.items() if value is not None]
    return [first, *parts]


def _norm(one: Instrument, score: Score) -> str:
    """Return scheme, stratum, backing and first source of the class, in one line."""
    scheme = one.schemes.get(score.scheme or "")
    titles = {entry["id"]: entry["title"] for entry in one.document["sources"]}
    level = scheme.level if scheme is not None else one.document["verification"]["bands"]["level"]
    named = scheme.sources if scheme is not None else tuple(one.document["verification"]["bands"]["sources"])
    said = [score.scheme or "rule", score.stratum or "", level, titles[named[0]] if named else ""]
    return "; ".join(part for part in said if part)[:300]
