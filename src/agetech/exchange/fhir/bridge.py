"""FHIR in and out: resources of R4, R4B and R5 become documents, documents become R5 or R4 resources, nothing falls away.

A lens in both directions. What a document cannot hold of a foreign resource stays in the import's residue and is put back on
export; what FHIR cannot hold of a document travels in one extension (`.../fhir/remainder`) and is put back on import.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from agetech.errors import ExchangeError, SchemaError
from agetech.exchange.fhir.delta import Step, applied, steps
from agetech.exchange.fhir.lenses import SENDABLE, TAG, fhir_id, inward, natural, outward, write_one
from agetech.exchange.fhir.parties import Form, Party, form_in, form_out, party_in, party_out
from agetech.exchange.fhir.parts import REMAINDER, RESIDUE, Context, NotMapped
from agetech.exchange.fhir.release import convert
from agetech.exchange.fhir.structure import Release, Shape, faults, told
from agetech.schemas import documents, registry
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import LIMITS, Limits, dumps, loads, pointer
from agetech.schemas.v1.datatypes import Document

Content = dict[str, Any]
Mode = Literal["report", "preserve", "strict"]
_PEOPLE = ("Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Person")
_NAMING = ("display", "identifier", "div", "contained", "name", "telecom", "address", "photo", "authorString")
_MOST_POINTERS = 200


@dataclass(slots=True)
class Item:
    """One resource of an import: the document, party or form it is, else the resource itself; and what is left over."""

    kind: str
    document: Document | None
    residue: list[Step]
    carried: Content | None = None
    why: str = ""
    keys: tuple[str, ...] = ()
    own: bool = False
    party: Party | None = None
    form: Form | None = None

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
    def parties(self) -> list[Party]:
        """Return the staff (role and handle) and the organisations that the text names."""
        return [item.party for item in self.items if item.party is not None]

    @property
    def forms(self) -> list[Form]:
        """Return the questionnaires."""
        return [item.form for item in self.items if item.form is not None]

    @property
    def unmapped(self) -> list[str]:
        """Return `item n: pointer` of all content that nothing of ours holds; whole resources as `item n: /`, with the reason."""
        found = []
        for n, item in enumerate(self.items):
            if item.why or (item.document is None and item.party is None and item.form is None):
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
        made = write_one(item.document, context=self.context) if item.own else outward(item.document.name, content, self.context, item.kind)
        made.setdefault("id", fhir_id(content["id"]))
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
    mode: Mode = "report",
    limits: Limits = LIMITS,
) -> Imported:
    """Return what a FHIR resource or Bundle (R4, R4B, R5) holds.

    pseudonym: turns a person's id into a pseudonym; without it the id stands if it looks like one, else its digest. at: the moment of
    the import (default now). release: what the caller knows; by default the shape tells. mode, for content that no field holds:
    `report` keeps it beside the documents and lists it; `preserve` also puts it into each document (extension `.../fhir/residue`,
    names and numbers of people left out), so that the document alone can be sent back; `strict` refuses it. ExchangeError with a
    JSON Pointer.
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
    conversions = [convert(entry["resource"], source, "R5") for entry in held]
    staff = [_staff(conversion.content, context) for conversion in conversions]
    items = []
    for entry, conversion, known in zip(held, conversions, staff, strict=True):
        carried += conversion.carried
        item = known or _item(conversion.content, context, when)
        item.keys = _keys(entry, conversion.content)
        items.append(item)
    context.restore = dict(context.identities)
    imported = Imported(release or shape, items, frame, context, carried)
    if mode == "strict" and imported.unmapped:
        raise ExchangeError(
            "E_FHIR_UNMAPPED", imported.unmapped[0], got=len(imported.unmapped), unmapped=imported.unmapped[:_MOST_POINTERS]
        )
    if mode == "preserve":
        for item in items:
            _preserve(item)
    return imported


def _staff(resource: Content, context: Context) -> Item | None:
    """Return the item of a party or a form, and let what it tells be known to the resources that name it."""
    kind = str(resource["resourceType"])
    try:
        if kind in ("Practitioner", "Organization") and "id" in resource and not _tagged(resource):
            party = party_in(resource)
            if party.actor.ref is not None:
                context.roles[f"{party.actor.ref.kind}/{party.actor.ref.id}"] = party.actor.role
            return Item(kind, None, steps(party_out(party), resource), carried=resource, party=party)
        if kind == "Questionnaire":
            form = form_in(resource)
            if form.url:
                context.forms[form.url] = {"edition": form.edition, "codes": list(form.codes)}
            return Item(kind, None, steps(form_out(form), resource), carried=resource, form=form)
    except SchemaError:
        return None
    return None


def _tagged(resource: Content) -> str | None:
    tags = (resource.get("meta") or {}).get("tag", [])
    return next((t.get("code") for t in tags if t.get("system") == TAG), None)


def _preserve(item: Item) -> None:
    """Put an item's residue into its document, save what may name a person; the places are listed in its provenance."""
    if item.document is None or item.own or not item.residue:
        return
    kept = [] if item.kind in _PEOPLE else [step for step in item.residue if not _names(step)]
    content = documents.content(item.document)
    places = [pointer(tuple(step["at"]))[:300] or "/" for step in item.residue if step["do"] != "del"]
    last = content["provenance"][-1]
    provenance = [*content["provenance"][:-1], last | ({"unmapped": places[:_MOST_POINTERS]} if places else {})]
    extensions = content.get("extensions", {}) | ({RESIDUE: {"kind": item.kind, "steps": kept}} if kept else {})
    item.document = documents.read(content | {"provenance": provenance} | ({"extensions": extensions} if extensions else {}))


def _names(step: Step) -> bool:
    return step["at"][:1] == ["text"] or any(part in _NAMING for part in step["at"]) or _naming(step.get("to"))


def _naming(value: Any) -> bool:
    if isinstance(value, dict):
        return any(name in _NAMING or _naming(inner) for name, inner in value.items())
    return isinstance(value, list) and any(_naming(inner) for inner in value)


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
        made = outward(document.name, documents.content(document), _whole(context), kind)
        made.setdefault("id", fhir_id(document.id))
        draft = kind == "Consent" and getattr(document, "status", "") == "draft" and resource.get("status") == "active"
        why = "a consent of another system: a draft that permits nothing until it is confirmed" if draft else ""
        return Item(kind, document, steps(made, resource), why=why)
    except NotMapped as reason:
        return Item(kind, None, [], carried=resource, why=str(reason))
    except SchemaError as fault:
        return Item(kind, None, [], carried=resource, why=f"{fault.code} {fault.path}")


def _whole(context: Context) -> Context:
    return Context(pseudonym=context.pseudonym, identities=context.identities, restore=dict(context.identities))


def _document(kind: str, resource: Content, context: Context, when: str) -> Document:
    name, reader = inward(kind, resource)
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
    name = _tagged(resource)
    if name == "derived":
        raise NotMapped("derived from another resource of this text")
    held = next((e for e in resource.get("extension", []) if e.get("url") == REMAINDER), None)
    if name not in SENDABLE or held is None:
        return None
    rest = loads(held.get("valueString", ""), error=ExchangeError)
    body, left = applied(natural(str(name), resource, context), rest if isinstance(rest, list) else [])
    if left:
        raise NotMapped("edited since agetech wrote it")
    document = documents.read(body)
    made = write_one(document, context=_whole(context))
    return Item(str(resource["resourceType"]), document, steps(made, resource), own=True)
