"""Data points of Open mHealth and IEEE 1752.1, both ways, by a declared table of measures (`measures.json`).

What a document cannot hold of a data point is kept as residue beside it and put back on export; what a data point cannot hold of
a document travels in its header under `x_agetech` and is put back on import.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from agetech.errors import ExchangeError, SchemaError
from agetech.exchange.fhir.delta import Step, applied, steps
from agetech.schemas import documents, registry
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import LIMITS, Limits, loads, pointer
from agetech.schemas.v1.datatypes import Document

Content = dict[str, Any]
_REMAINDER = "x_agetech"


@lru_cache(maxsize=1)
def table() -> Content:
    """Return the table of measures and units."""
    made: Content = loads(files("agetech.exchange.omh").joinpath("measures.json").read_bytes(), error=ExchangeError)
    return made


@dataclass(slots=True)
class Point:
    """A data point read: its document and what no field holds."""

    document: Document
    residue: list[Step]

    @property
    def unmapped(self) -> list[str]:
        """Return the JSON Pointers of content that no field holds."""
        return [pointer(tuple(s["at"])) for s in self.residue if s["do"] != "del"]

    def export(self) -> Content:
        """Return the data point it came from, with the document as it is now."""
        made, _ = applied(_outward(self.document, told=self._told()), self.residue)
        return made  # type: ignore[no-any-return]  # steps on an object give an object

    def _told(self) -> str | None:
        return next((s["to"] for s in self.residue if s["at"] == ["header", "schema_id", "name"]), None)


def read(text: bytes | str | Content, *, subject: str = "unknown", at: Instant | None = None, limits: Limits = LIMITS) -> Point:
    """Return what a data point (header and body) holds as an observation or episode of `subject` (a pseudonym).

    at: moment of the import; default the header's creation time. ExchangeError for a measure that is not mapped, or content that
    does not follow it, with a JSON Pointer.
    """
    content = loads(text, limits=limits, error=ExchangeError) if isinstance(text, bytes | str) else text
    if not isinstance(content, dict) or not isinstance(content.get("header"), dict) or not isinstance(content.get("body"), dict):
        raise ExchangeError("E_OMH_SHAPE", "/", expected="header and body")
    header, body = content["header"], content["body"]
    told = header.get("schema_id")
    name = told.get("name") if isinstance(told, dict) else None
    measure = table()["measures"].get(name)
    if measure is None:
        raise ExchangeError(
            "E_OMH_MEASURE",
            "/header/schema_id/name",
            expected=", ".join(sorted(table()["measures"])),
            got=name if isinstance(name, str) and len(name) < 60 else "another",  # noqa: PLR2004 - what fits a message
        )
    rest = header.get(_REMAINDER)
    natural = _inward(header, body, measure, subject, at, strict=rest is None)
    if rest is not None:
        natural, left = applied(natural, rest if isinstance(rest, list) else [])
        if left:
            raise ExchangeError("E_OMH_SHAPE", "/header/x_agetech", expected="a data point that was not edited")
    try:
        document = documents.read(natural)
    except SchemaError as fault:
        raise ExchangeError("E_OMH_SHAPE", "/body", expected=f"{fault.code} {fault.path}") from None
    return Point(document, steps(_outward(document, told=str(name)), content))


def _inward(header: Content, body: Content, measure: Content, subject: str, at: Instant | None, *, strict: bool) -> Content:
    created = header.get("source_creation_date_time") or header.get("creation_date_time")
    when = at.text if at is not None else _instant(created, "/header/creation_date_time")
    given = header.get("uuid") or header.get("id")
    if not isinstance(given, str) or not re.fullmatch(r"\S.{0,127}", given):
        raise ExchangeError("E_OMH_SHAPE", "/header/id", expected="an id")
    modality = header.get("modality") or (header.get("acquisition_provenance") or {}).get("modality")
    name = "episode" if "episode" in measure else "observation"
    made: Content = {
        "schema": f"{registry.AUTHORITY}{name}/1",
        "schema_version": registry.model(name).version,
        "id": given,
        "recorded_at": when,
    }
    made |= {"producer": {"name": "agetech.exchange.omh", "version": "1.0"}, "subject": {"kind": "elder-profile", "id": subject}}
    made["modality"] = modality if modality in ("sensed", "self-reported") else "unknown"
    frame = _frame(body.get("effective_time_frame"))
    if name == "episode":
        return made | _episode(body, measure, frame)
    made |= {"type": measure["type"], "status": "final", "time_status": "unknown"} | ({"effective": frame} if frame is not None else {})
    if "parts" in measure:
        made["components"] = [
            {"type": kind, "value": _quantity(body.get(key), f"/body/{key}")}
            for key, kind in measure["parts"].items()
            if key in body or strict
        ]
    elif measure["key"] in body or strict:
        held = body.get(measure["key"])
        if measure.get("list") and isinstance(held, list) and len(held) == 1 and isinstance(held[0], dict):
            held = held[0].get("intensity", held[0])
        made["value"] = _quantity(held, f"/body/{measure['key']}")
    statistic = body.get("descriptive_statistic")
    if isinstance(statistic, str) and statistic:
        made["statistic"] = statistic.replace(" ", "_")
    posture = body.get("body_posture")
    return made | ({"posture": posture.replace(" ", "_")} if isinstance(posture, str) and posture else {})


def _episode(body: Content, measure: Content, frame: Any) -> Content:
    if not isinstance(frame, dict):
        raise ExchangeError("E_OMH_SHAPE", "/body/effective_time_frame/time_interval", expected="an interval with a start or an end")
    summary = {kind: _quantity(body[key], f"/body/{key}") for key, kind in measure["parts"].items() if key in body}
    made: Content = {"kind": measure["episode"], "period": frame, "summary": summary}
    return made | ({"is_main": body["is_main_sleep"]} if isinstance(body.get("is_main_sleep"), bool) else {})


def _instant(text: Any, place: str) -> str:
    try:
        return Instant(text).text
    except SchemaError:
        raise ExchangeError("E_OMH_SHAPE", place, expected="an RFC 3339 instant with offset") from None


def _frame(frame: Any) -> Any:
    if not isinstance(frame, dict):
        return None
    if "date_time" in frame:
        return _instant(frame["date_time"], "/body/effective_time_frame/date_time")
    interval = frame.get("time_interval")
    if not isinstance(interval, dict):
        return None
    ends: Content = {
        new: _instant(interval[old], f"/body/effective_time_frame/time_interval/{old}")
        for old, new in (("start_date_time", "start"), ("end_date_time", "end"))
        if old in interval
    }
    if "duration" in interval and ends:
        ends["duration"] = _quantity(interval["duration"], "/body/effective_time_frame/time_interval/duration")
    return ends or interval.get("date")


def _quantity(held: Any, place: str) -> Content:
    value, unit = (held.get("value"), held.get("unit")) if isinstance(held, dict) else (held, "steps")
    known = table()["units"].get(unit) if isinstance(unit, str) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or known is None:
        raise ExchangeError("E_OMH_SHAPE", place, expected="a number with a unit of the table")
    return {"value": value if isinstance(value, Decimal) else Decimal(value), "unit": known}


def measure_of(document: Document) -> str | None:
    """Return the measure that a document is written as, or None."""
    content = documents.content(document)
    for name, measure in table()["measures"].items():
        if document.name == "episode" and measure.get("episode") == content["kind"]:
            return str(name)
        if document.name == "observation" and measure.get("type") == content["type"]:
            return str(name)
    return None


def write(document: Document) -> Content:
    """Return the data point of an observation or episode; ExchangeError E_OMH_MEASURE where no measure holds it."""
    name = measure_of(document)
    content = documents.content(document)
    sensed = "value" in content or "components" in content or document.name == "episode"
    if name is None or not sensed:
        raise ExchangeError(
            "E_OMH_MEASURE", document.name, expected=", ".join(sorted(table()["measures"])), got=str(content.get("type", document.name))
        )
    made = _outward(document, told=name)
    try:
        natural = _inward(made["header"], made["body"], table()["measures"][name], "unknown", None, strict=False)
    except ExchangeError:
        natural = {}
    made["header"][_REMAINDER] = steps(natural, content)
    return made


def _spelling(unit: str, allowed: list[str]) -> str:
    for spelled in allowed:
        if table()["units"][spelled] == unit:
            return spelled
    raise ExchangeError("E_OMH_MEASURE", "/unit", expected=", ".join(allowed), got=unit)


def _unit_value(quantity: Content, allowed: list[str]) -> Content:
    value = quantity["value"]
    return {
        "value": int(value) if str(value).lstrip("-").isdigit() and str(value) != "-0" else value,
        "unit": _spelling(quantity["unit"], allowed),
    }


def _outward(document: Document, *, told: str | None) -> Content:
    content = documents.content(document)
    name = told or measure_of(document)
    measure = table()["measures"][name]
    ident = content["id"] if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", content["id"]) else _uuid(content["id"])
    header: Content = {"uuid": ident, "schema_id": {"namespace": measure["namespace"], "name": name, "version": measure["version"]}}
    header |= {"source_creation_date_time": content["recorded_at"]}
    if content.get("modality") in ("sensed", "self-reported"):
        header["modality"] = content["modality"]
    body: Content = {}
    if document.name == "episode":
        body |= {"activity_name": "physical activity"} if measure["episode"] == "physical_activity" else {}
        body |= {
            key: _unit_value(content["summary"][kind], measure["units"])
            for key, kind in measure["parts"].items()
            if kind in content["summary"]
        }
        body |= {"is_main_sleep": content["is_main"]} if "is_main" in content else {}
        frame = content["period"]
    else:
        frame = content.get("effective")
        for part in content.get("components", []):
            key = next((k for k, kind in measure.get("parts", {}).items() if kind == part["type"]), None)
            if key and isinstance(part.get("value"), dict) and "unit" in part["value"]:
                body[key] = _unit_value(part["value"], measure["units"])
        if "key" in measure and isinstance(content.get("value"), dict) and "unit" in content["value"]:
            value = _unit_value(content["value"], measure["units"])
            body[measure["key"]] = [{"intensity": value}] if measure.get("list") else value
        body |= {"descriptive_statistic": content["statistic"].replace("_", " ")} if "statistic" in content else {}
        body |= {"body_posture": content["posture"].replace("_", " ")} if "posture" in content else {}
    if isinstance(frame, str):
        body["effective_time_frame"] = {"date_time": frame}
    elif isinstance(frame, dict):
        interval: Content = {old: frame[new] for old, new in (("start_date_time", "start"), ("end_date_time", "end")) if new in frame}
        interval |= {"duration": _unit_value(frame["duration"], ["sec", "ms", "min", "h", "d"])} if "duration" in frame else {}
        body["effective_time_frame"] = {"time_interval": interval}
    return {"header": header, "body": body}


def _uuid(text: str) -> str:
    sha = hashlib.sha256(text.encode()).hexdigest()
    return f"{sha[:8]}-{sha[8:12]}-5{sha[13:16]}-8{sha[17:20]}-{sha[20:32]}"
