"""From a measured task to the document `assessment-result`, and so to FHIR and every other exchange format.

Every plain measure becomes a score with its unit. A number that is only a bound is not written as a value: the document
has no place for "at least", and a reader would take it for the person's own.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from agetech import __version__
from agetech.errors import ExchangeError
from agetech.exchange.assessments import SCHEMA, SPACE
from agetech.schemas import documents
from agetech.schemas.v1.assessment import AssessmentResult
from agetech.scoring.tasks import Measure, TaskResult

REASONS = {"censored": "not-applicable", "insufficient_data": "unknown", "undefined": "not-applicable"}


def task_assessment(
    result: TaskResult,
    *,
    subject: str,
    performed_at: datetime,
    assessor: str = "unknown",
    mode: str = "device",
    language: str = "zh",
    recorded_at: datetime | None = None,
) -> AssessmentResult:
    """Return the document of one run of a task.

    subject: the person's pseudonym; performed_at, recorded_at: aware instants; assessor, mode, language as for
    `assessment_result`. A measure without a plain number is absent, with its reason in words. The id is derived from the
    events, the task's declaration, person and time: the same run written twice is one document. Raises ExchangeError for
    naive times, SchemaError where the document does not follow its schema.
    """
    if performed_at.tzinfo is None or (recorded_at is not None and recorded_at.tzinfo is None):
        raise ExchangeError("E_ASSESSMENT", f"assessment-result: {result.task}", expected="times with a zone", got="a naive time")
    ident = uuid.uuid5(SPACE, f"{result.task} {result.version} {result.digest} {subject} {performed_at.isoformat()}")
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "schema_version": AssessmentResult.version,
        "id": str(ident),
        "recorded_at": (recorded_at or performed_at).isoformat(),
        "producer": {"name": "agetech", "version": __version__},
        "subject": {"kind": "elder-profile", "id": subject},
        "instrument": {"id": result.task, "edition": result.version, "language": language},
        "performed_at": performed_at.isoformat(),
        "assessor": {"role": assessor},
        "mode": mode,
        "items": [],
        "scores": [_score(measure) for measure in result.measures.values()],
        "missing_items": 0,
        "prorated": False,
        "algorithm": f"scoring.tasks.{result.task}@{result.version}",
    }
    return cast("AssessmentResult", documents.read(made, schema="assessment-result"))


def _score(measure: Measure) -> dict[str, Any]:
    """Return one measure as a score: its number, or why there is none."""
    made: dict[str, Any] = {"name": measure.name, "unit": measure.unit}
    if measure.status == "ok" and measure.value is not None:
        value = measure.value
        return made | {"value": int(value) if value == int(value) else Decimal(repr(value))}
    why = measure.reasons.get("en", measure.status)
    if measure.status == "insufficient_data":
        why += f" ({measure.n} of {measure.needs})"
    return made | {"absent": {"reason": REASONS[measure.status], "detail": why}}
