"""Rows of an algorithm as documents of the schemas: events with their alarm, observations with value, unit, quality and source.

What a row becomes is declared in `result_tables.json`, one entry an algorithm; of an algorithm without entry, the rows that have an
onset become events of low priority. The id is that of the row document (`exchange.events`): the same night gives the same ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from agetech.core.timebase import iso
from agetech.errors import ExchangeError
from agetech.exchange.event_documents import EventDocument, Quantity
from agetech.schemas import documents
from agetech.schemas.instants import Instant
from agetech.schemas.v1.datatypes import Document

Content = dict[str, Any]
AUTHORITY = "https://schemas.agetech.example/"
VERSIONS = {"event": "1.1.0", "observation": "1.0.0"}
_ALONE: Content = {"kind": "physiological", "priority": "low", "latching": False}
_SECOND = 1_000_000_000


@lru_cache(maxsize=1)
def tables() -> dict[str, Content]:
    """Return how the rows of each algorithm become documents, by algorithm id."""
    found: dict[str, Content] = json.loads(files("agetech.exchange").joinpath("result_tables.json").read_text(encoding="utf-8"))
    return found


def results(held: Iterable[EventDocument], *, time_status: str = "unknown") -> list[Document]:
    """Return the documents of row documents (`exchange.events`), in their order.

    time_status: what the recording's clock is worth (synced, corrected, local_guess, device_fault, unknown). A value that the
    algorithm withheld is absent, with its reason; a row whose instant is not known raises ExchangeError E_CONVERT.
    """
    return [_document(one, time_status) for one in held]


def _document(held: EventDocument, time_status: str) -> Document:
    told = tables().get(held.algorithm, {"as": "event", "kinds": {}})
    return _event(held, told) if told["as"] == "event" else _observation(held, told, time_status)


def _common(held: EventDocument, name: str, known: str) -> Content:
    made: Content = {"schema": f"{AUTHORITY}{name}/1", "schema_version": VERSIONS[name], "id": held.id, "recorded_at": known}
    made |= {"producer": {"name": held.algorithm, "version": held.version}, "subject": {"kind": "elder-profile", "id": held.subject}}
    made["provenance"] = [{"step": "derived", "tool": f"{held.algorithm}@{held.version} {held.params}"[:300]}]
    return made | ({"device": {"kind": "device", "id": held.device}} if held.device else {})


def _event(held: EventDocument, told: Content) -> Document:
    """Return the event of a row: raised where somebody has to come, closed at once where it is information."""
    if held.onset is None:
        raise ExchangeError("E_CONVERT", "onset", expected="an event with an onset", got="none")
    known = held.confirmed or held.onset
    what = told["kinds"].get(held.kind or "") or {"type": (held.kind or held.algorithm.rpartition(".")[2]).lower(), **_ALONE}
    quiet = what["priority"] == "information" or held.stage in told.get("quiet", ())
    actor = {"role": "software"}
    steps = [{"at": known, "to": "active", "actor": actor}]
    made = _common(held, "event", known) | what | {"onset": held.onset, "detected_at": known}
    if quiet:
        made |= {"priority": "information", "latching": False}
        steps.append({"at": known, "to": "resolved", "actor": actor})
    made |= {"state": "resolved" if quiet else "active", "signal": "off" if quiet else "on", "transitions": steps}
    ended = _field(held, told["ended"]).instant if "ended" in told else None
    made |= {"ended_at": ended} if ended is not None and Instant(ended).ns >= Instant(held.onset).ns else {}
    made["algorithm"] = {"id": held.algorithm, "version": held.version, "parameters_digest": held.params}
    made |= {"stage": held.stage.lower()} if held.stage else {}
    sure = _field(held, told["confidence"]).value if "confidence" in told else None
    made |= {"confidence": _exact(sure)} if isinstance(sure, float) and 0.0 <= sure <= 1.0 else {}
    made["features"] = [_feature(one) for one in held.fields if isinstance(one.value, int | float) and not isinstance(one.value, bool)]
    return documents.read(made | _note(held))


def _feature(one: Quantity) -> Content:
    return {"name": one.name.lower(), "value": _exact(one.value), "unit": one.unit or "1"}


def _observation(held: EventDocument, told: Content, time_status: str) -> Document:
    start, end = _span(held, told)
    made = _common(held, "observation", end or start)
    made |= {"effective": {"start": start, "end": end} if end else start, "time_status": time_status, "status": "final"}
    made |= {"modality": "derived", "algorithm": {"kind": "algorithm", "id": f"{held.algorithm}@{held.version}"}}
    parts = [_part(held, told, name, kind) for name, kind in told.get("more", {}).items()]
    if "state" in told:
        name, kind, unknown = told["state"]
        state = _field(held, name).label or unknown
        code = {"system": f"{AUTHORITY}codes/algorithm-fields", "code": f"{held.algorithm}.{state.lower()}", "display": state.lower()}
        first = {"type": kind} | ({"absent": {"reason": "unknown"}} if state == unknown else {"value": code})
        made |= {"type": kind, "components": [first, *parts]}
    elif parts:
        made |= {"type": told["type"], "components": parts}
    else:
        name, kind = told["value"]
        made |= _part(held, told, name, kind)
    if "quality" in told:
        made |= _validity(_field(held, told["quality"]).value, told["enough"])
    return documents.read(made | _note(held))


def _span(held: EventDocument, told: Content) -> tuple[str, str | None]:
    start = held.onset if told["start"] == "time" else _field(held, told["start"]).instant
    if start is None:
        raise ExchangeError("E_CONVERT", told["start"], expected="a row with an instant", got="none")
    if "lasting" in told:
        first = Instant(start)
        offset = first.datetime.utcoffset()
        return start, iso(first.ns + told["lasting"] * _SECOND, 0 if offset is None else round(offset.total_seconds() / 60))
    return start, _field(held, told["end"]).instant if "end" in told else None


def _part(held: EventDocument, told: Content, name: str, kind: str) -> Content:
    field = _field(held, name)
    if not isinstance(field.value, int | float) or isinstance(field.value, bool):
        return {"type": kind, "absent": _why(held, told)}
    return {"type": kind, "value": {"value": _exact(field.value), "unit": field.unit}}


def _why(held: EventDocument, told: Content) -> Content:
    """Return why there is no value, in the algorithm's own words: the label of its reason, or the names of its bits."""
    if "why" not in told:
        return {"reason": "not-a-number"}
    field = _field(held, told["why"])
    words = field.label or ", ".join(held.remarks) or (f"{field.name} {field.value}" if field.value else "")
    return {"reason": "error", **({"detail": words.lower()[:300]} if words else {})}


def _validity(quality: Any, enough: float) -> Content:
    if not isinstance(quality, float) or not 0.0 <= quality <= 1.0:
        return {}
    return {"validity": {"code": "valid" if quality >= enough else "questionable", "index": _exact(quality)}}


def _note(held: EventDocument) -> Content:
    return {"note": "remarks: " + ", ".join(name.lower() for name in held.remarks)} if held.remarks else {}


def _field(held: EventDocument, name: str) -> Quantity:
    for one in held.fields:
        if one.name == name:
            return one
    raise ExchangeError("E_DOCUMENT", name, expected=", ".join(one.name for one in held.fields), got=name)


def _exact(value: Any) -> Decimal | int:
    return int(value) if isinstance(value, int) else Decimal(repr(float(value)))
