"""FHIR in and out: resources of R4, R4B and R5 become documents, documents become R5 or R4 resources, nothing falls away.

A lens in both directions. What a document cannot hold of a foreign resource stays in the import's residue and is put back on
export; what FHIR cannot hold of a document travels in one extension (`.../fhir/remainder`) and is put back on import.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from agetech.errors import ExchangeError, SchemaError
from agetech.exchange.fhir import observations as o
from agetech.exchange.fhir import records as r
from agetech.exchange.fhir.delta import Step, applied, steps
from agetech.exchange.fhir.parts import CODES, REMAINDER, Context, NotMapped
from agetech.exchange.fhir.release import convert
from agetech.exchange.fhir.structure import Release, Shape, faults, told
from agetech.schemas import documents, registry
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import LIMITS, Limits, dumps, loads, pointer
from agetech.schemas.v1.datatypes import Document

Content = dict[str, Any]
TAG = CODES + "schemas"
IDS = "https://schemas.agetech.example/ids/"
_INWARD: dict[str, tuple[str, Callable[[Content, Context], Content]]] = {
    "Patient": ("elder-profile", r.patient_in),
    "Device": ("device-descriptor", r.device_in),
    "QuestionnaireResponse": ("assessment-result", r.answers_in),
    "Consent": ("consent", r.consent_in),
    "CarePlan": ("care-plan", r.plan_in),
    "RiskAssessment": ("observation", o.risk_in),
    "Observation": ("observation", o.observation_in),
}
_OUTWARD: dict[str, Callable[[Content, Context], Content]] = {
    "elder-profile": r.patient_out,
    "device-descriptor": r.device_out,
    "assessment-result": r.answers_out,
    "consent": r.consent_out,
    "care-plan": r.plan_out,
    "observation": o.observation_out,
    "recording": o.recording_out,
    "event": r.event_out,
    "episode": r.episode_out,
}
_FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(slots=True)
class Item:
    """One resource of an import: its document, or the resource itself where no document can hold it, and what is left over."""

    kind: str
    document: Document | None
    residue: list[Step]
    carried: Content | None = None
    why: str = ""
    keys: tuple[str, ...] = ()
    own: bool = False

    def __repr__(self) -> str:
        return f"Item(kind={self.kind!r}, document={self.document is not None}, residue={len(self.residue)})"


@dataclass(slots=True)
class Imported:
    """What a FHIR text came to. `release` is what its shape tells; `identities` maps pseudonym to the id that was given."""

    release: Shape
    items: list[Item]
    frame: Content | None
    context: Context
    carried: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"Imported(release={self.release!r}, items={len(self.items)})"

    @property
    def documents(self) -> list[Document]:
        """Return the documents, in the order of the resources."""
        return [item.document for item in self.items if item.document is not None]

    @property
    def unmapped(self) -> list[str]:
        """Return `item n: pointer` of all content no document holds; whole resources as `item n: /`, with the reason."""
        found = []
        for n, item in enumerate(self.items):
            if item.document is None:
                found.append(f"item {n} ({item.kind}): / ({item.why})")
            found += [f"item {n} ({item.kind}): {pointer(tuple(s['at']))}" for s in item.residue if s["do"] != "del"]
        return found

    def export(self, release: Release | None = None) -> Content:
        """Return the content as a resource of `release` (default: the one it came in), residue and all."""
        target = release or ("R4" if self.release == "R4" else "R5")
        source: Release = "R4" if self.release == "R4" else "R5"
        made = [self._one(item) for item in self.items]
        back = [convert(m, "R5", source).content for m in made] if source == "R4" else made
        if self.frame is not None:
            resources = iter(back)
            whole = {k: v for k, v in self.frame.items() if k != "entry"}
            if "entry" in self.frame:
                whole["entry"] = [{k: (next(resources) if k == "resource" else v) for k, v in e.items()} for e in self.frame["entry"]]
        else:
            whole = back[0]
        return convert(whole, source, target).content

    def _one(self, item: Item) -> Content:
        if item.document is None:
            return item.carried or {}
        content = documents.content(item.document)
        made = write_one(item.document, context=self.context) if item.own else _OUTWARD[item.document.name](content, self.context)
        made.setdefault("id", _fhir_id(content["id"]))
        whole, _ = applied(made, item.residue)
        return whole  # type: ignore[no-any-return]  # steps on an object give an object

    def new(self, seen: set[str]) -> list[Document]:
        """Return the documents that `seen` does not know, and add theirs; a second import of the same text gives none."""
        fresh = []
        for item in self.items:
            if item.document is not None and not any(key in seen for key in item.keys):
                fresh.append(item.document)
            seen.update(item.keys)
        return fresh


def read(
    text: bytes | str | Content,
    *,
    pseudonym: Callable[[str], str] | None = None,
    at: Instant | None = None,
    release: Release | None = None,
    limits: Limits = LIMITS,
) -> Imported:
    """Return what a FHIR resource or Bundle (R4, R4B, R5) holds.

    pseudonym: turns a person's id into a pseudonym; without it the id stands if it looks like one, else its digest. at: the moment of
    the import (default now). release: what the caller knows; by default the shape tells. ExchangeError with a JSON Pointer.
    """
    content = loads(text, limits=limits, error=ExchangeError) if isinstance(text, bytes | str) else text
    shape = told(content)
    if release is not None and shape not in (release, "either"):
        first = faults(content, release)[0]
        raise ExchangeError("E_FHIR_SHAPE", first.pointer or "/", expected=f"{first.expected} ({release})", got=shape)
    source: Release = release or ("R4" if shape == "R4" else "R5")
    context = Context(pseudonym=pseudonym)
    when = (at or Instant(datetime.now(UTC))).text
    carried: list[str] = []
    frame = content if content["resourceType"] == "Bundle" else None
    held = [e for e in content.get("entry", []) if "resource" in e] if frame is not None else [{"resource": content}]
    items = []
    for entry in held:
        conversion = convert(entry["resource"], source, "R5")
        carried += conversion.carried
        item = _item(conversion.content, context, when)
        item.keys = _keys(entry, conversion.content)
        items.append(item)
    context.restore = dict(context.identities)
    return Imported(release or shape, items, frame, context, carried)


def _keys(entry: Content, resource: Content) -> tuple[str, ...]:
    told_by = (entry.get("request") or {}).get("ifNoneExist")
    numbers = resource.get("identifier", [])
    numbers = numbers if isinstance(numbers, list) else [numbers]
    found = [f"{resource['resourceType']}?{told_by}"] if told_by else []
    found += [
        f"{resource['resourceType']}?identifier={i.get('system', '')}|{i['value']}" for i in numbers if isinstance(i.get("value"), str)
    ]
    named = entry.get("fullUrl") or resource.get("id")
    return (
        tuple(found)
        if found
        else (f"{resource['resourceType']}/{named}",)
        if named
        else (hashlib.sha256(dumps(resource, sort=True).encode()).hexdigest(),)
    )


def _item(resource: Content, context: Context, when: str) -> Item:
    kind = str(resource["resourceType"])
    try:
        own = _own(resource, context)
        if own is not None:
            return own
        document = _document(kind, resource, context, when)
        made = _OUTWARD[document.name](documents.content(document), _whole(context))
        made.setdefault("id", _fhir_id(document.id))
        return Item(kind, document, steps(made, resource))
    except NotMapped as reason:
        return Item(kind, None, [], carried=resource, why=str(reason))
    except SchemaError as fault:
        return Item(kind, None, [], carried=resource, why=f"{fault.code} {fault.path}")


def _whole(context: Context) -> Context:
    return Context(pseudonym=context.pseudonym, identities=context.identities, restore=dict(context.identities))


def _document(kind: str, resource: Content, context: Context, when: str) -> Document:
    if kind not in _INWARD:
        raise NotMapped("a resource that the models have no document for")
    name, reader = _INWARD[kind]
    if kind == "Observation" and "valueSampledData" in resource:
        name, reader = "recording", o.recording_in
    body = reader(resource, context)
    given = resource.get("id") or hashlib.sha256(dumps(resource, sort=True).encode()).hexdigest()[:32]
    ident = context.person(given) if kind == "Patient" else given
    return documents.read({**_envelope(name, ident, when, context), **body})


def _envelope(name: str, ident: str, when: str, context: Context) -> Content:
    version = registry.model(name).version
    step = {"step": "imported", "source_format": "fhir"}
    return {
        "schema": f"{registry.AUTHORITY}{name}/1",
        "schema_version": version,
        "id": ident,
        "recorded_at": when,
        "producer": context.producer,
        "provenance": [step],
    }


def _own(resource: Content, context: Context) -> Item | None:
    """Return the item of a resource that agetech wrote: told by its tag, completed by its remainder."""
    tags = (resource.get("meta") or {}).get("tag", [])
    name = next((t.get("code") for t in tags if t.get("system") == TAG), None)
    if name == "derived":
        raise NotMapped("derived from another resource of this text")
    held = next((e for e in resource.get("extension", []) if e.get("url") == REMAINDER), None)
    if name not in _OUTWARD or held is None:
        return None
    rest = loads(held.get("valueString", ""), error=ExchangeError)
    body, left = applied(_natural(str(name), resource, context), rest if isinstance(rest, list) else [])
    if left:
        raise NotMapped("edited since agetech wrote it")
    document = documents.read(body)
    made = write_one(document, context=_whole(context))
    return Item(str(resource["resourceType"]), document, steps(made, resource), own=True)


def _natural(name: str, resource: Content, context: Context) -> Content:
    """Return what the resource itself tells of a document; {} where the remainder holds it all."""
    reader = {
        "observation": o.observation_in,
        "recording": o.recording_in,
        "elder-profile": r.patient_in,
        "assessment-result": r.answers_in,
        "device-descriptor": r.device_in,
    }.get(name)
    if reader is None:
        return {}
    if resource["resourceType"] == "RiskAssessment":
        reader = o.risk_in
    plain = {k: v for k, v in resource.items() if k not in ("extension", "meta")}
    try:
        return reader(plain, context)
    except NotMapped:
        return {}


def _fhir_id(ident: str) -> str:
    return ident if _FHIR_ID.fullmatch(ident) else hashlib.sha256(ident.encode()).hexdigest()[:40]


def write_one(document: Document, *, context: Context | None = None) -> Content:
    """Return the R5 resource of a document; ExchangeError E_FHIR_NONE where FHIR has no resource for its kind."""
    ctx = context or Context()
    content = documents.content(document)
    if document.name not in _OUTWARD:
        raise ExchangeError("E_FHIR_NONE", document.name, expected=", ".join(sorted(_OUTWARD)), got=document.name)
    try:
        made = _OUTWARD[document.name](content, ctx)
    except NotMapped as reason:
        raise ExchangeError("E_FHIR_NONE", document.name, expected="content that FHIR can hold", got=str(reason)) from None
    made["id"] = made.get("id") if document.name == "elder-profile" else _fhir_id(content["id"])
    made["id"] = _fhir_id(str(made["id"]))
    rest = steps(
        _natural(document.name, {k: v for k, v in made.items() if k not in ("extension", "meta")}, Context(pseudonym=ctx.pseudonym)),
        content,
    )
    made["extension"] = [*made.get("extension", []), {"url": REMAINDER, "valueString": dumps(rest)}]
    made["meta"] = {"tag": [{"system": TAG, "code": document.name}]}
    return made


def write(
    held: list[Document] | Document,
    *,
    release: Release = "R5",
    bundle: str | None = None,
    identity: Mapping[str, str] | None = None,
    identity_system: str = "",
    at: Instant | None = None,
    title: str = "Care home report",
) -> Content:
    """Return documents as FHIR: one resource, or a Bundle (`collection`, `transaction`, `document`).

    identity: pseudonym -> number of the hospital, under `identity_system`; it joins here and nowhere else. A transaction creates
    conditionally on an identifier derived from the document's id: sent twice it creates nothing the second time.
    """
    made = held if isinstance(held, list) else [held]
    context = Context()
    resources = []
    for document in made:
        resource = write_one(document, context=context)
        if document.name == "elder-profile" and identity is not None:
            number = identity.get(str(getattr(document, "pseudonym", "")))
            if number is None:
                raise ExchangeError("E_IDENTITY", "elder-profile", expected="a number for every person", got="none")
            resource["identifier"] = [{"system": identity_system, "value": number}]
        resources.append(resource)
        if document.name == "assessment-result" and bundle:
            resources += [
                {**s, "id": f"{resource['id'][:50]}-s{n}"} for n, s in enumerate(r.score_observations(documents.content(document), context))
            ]
    if bundle is None:
        if len(resources) != 1:
            raise ExchangeError(
                "E_FHIR_BUNDLE", "bundle", expected="collection, transaction or document", got=f"{len(resources)} documents"
            )
        return _checked(convert(resources[0], "R5", release).content, release)
    if bundle not in ("collection", "transaction", "document"):
        raise ExchangeError("E_FHIR_BUNDLE", "bundle", expected="collection, transaction or document", got=bundle)
    return _checked(convert(_bundle(resources, bundle, made, at, title), "R5", release).content, release)


def _checked(content: Content, release: Release) -> Content:
    found = faults(content, release)
    if found:
        raise ExchangeError("E_FHIR_SHAPE", found[0].pointer, expected=f"{found[0].expected} ({release})", got="something else")
    return content


def _bundle(resources: list[Content], kind: str, held: list[Document], at: Instant | None, title: str) -> Content:
    entries: list[Content] = []
    when = (at or Instant(datetime.now(UTC))).text
    if kind == "document":
        first = next((x for x in resources if x["resourceType"] == "Patient"), None)
        section = {"title": title, "entry": [{"reference": f"{x['resourceType']}/{x['id']}"} for x in resources]}
        composition: Content = {
            "resourceType": "Composition",
            "id": "composition",
            "status": "final",
            "type": {"coding": [{"system": "http://loinc.org", "code": "11503-0"}]},
        }
        composition |= {"date": when, "title": title, "author": [{"reference": "Organization/author"}], "section": [section]}
        composition |= {"subject": [{"reference": f"Patient/{first['id']}"}]} if first else {}
        organization = {
            "resourceType": "Organization",
            "id": "author",
            "name": held[0].producer.organization or held[0].producer.name if held else "unknown",
        }
        resources = [composition, organization, *resources]
    for resource in resources:
        entry: Content = {
            "fullUrl": f"https://schemas.agetech.example/fhir/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
        }
        if kind == "transaction":
            system, value = IDS + resource["resourceType"], resource["id"]
            own = {"system": system, "value": value}
            numbers = resource.get("identifier", [])
            if resource["resourceType"] == "QuestionnaireResponse" or isinstance(numbers, list):
                resource["identifier"] = [*(numbers if isinstance(numbers, list) else [numbers]), own]
            entry["request"] = {"method": "POST", "url": resource["resourceType"], "ifNoneExist": f"identifier={system}|{value}"}
        entries.append(entry)
    made: Content = {"resourceType": "Bundle", "type": kind, "timestamp": when}
    if kind == "document":
        made["identifier"] = {"system": IDS + "Bundle", "value": hashlib.sha256(dumps(entries, sort=True).encode()).hexdigest()}
    return made | ({"entry": entries} if entries else {})
