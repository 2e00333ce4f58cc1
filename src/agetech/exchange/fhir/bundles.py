"""Documents as FHIR: one resource of R5, a bundle, or the same in R4; identity joins here and nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agetech.errors import ExchangeError
from agetech.exchange.fhir import records as r
from agetech.exchange.fhir.foreign import DERIVED, device_metrics
from agetech.exchange.fhir.lenses import fhir_id, write_one
from agetech.exchange.fhir.parties import Party, party_out
from agetech.exchange.fhir.parts import Context
from agetech.exchange.fhir.release import convert
from agetech.exchange.fhir.structure import Release, faults
from agetech.schemas import documents
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import dumps
from agetech.schemas.v1.datatypes import Actor, Document, Reference

Content = dict[str, Any]
IDS = "https://schemas.agetech.example/ids/"


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
        if bundle:
            resources += [{**more, "id": f"{resource['id'][:50]}-{n}"} for n, more in enumerate(_derived(document, resource, context))]
    if bundle is None:
        if len(resources) != 1:
            raise ExchangeError(
                "E_FHIR_BUNDLE", "bundle", expected="collection, transaction or document", got=f"{len(resources)} documents"
            )
        return _checked(convert(resources[0], "R5", release).content, release)
    if bundle not in ("collection", "transaction", "document"):
        raise ExchangeError("E_FHIR_BUNDLE", "bundle", expected="collection, transaction or document", got=bundle)
    return _checked(convert(_bundle(resources + _staff(made), bundle, made, at, title), "R5", release).content, release)


def _derived(document: Document, resource: Content, context: Context) -> list[Content]:
    """Return what else a reader of FHIR looks for: the scores of an assessment, the metrics of a device."""
    content = documents.content(document)
    if document.name == "assessment-result":
        return r.score_observations(content, context)
    is_device = document.name == "device-descriptor" and resource["resourceType"] == "Device"
    return device_metrics(content, resource["id"]) if is_device else []


def _staff(held: list[Document]) -> list[Content]:
    """Return the Practitioners that documents refer to: handle, and role where an assessment tells it."""
    found: dict[str, str] = {}
    for document in held:
        for name in ("assessor", "performer"):
            who = getattr(document, name, None)
            ref = getattr(who, "ref", who)
            if isinstance(ref, Reference) and ref.kind == "practitioner":
                found[ref.id] = getattr(who, "role", found.get(ref.id, "unknown"))
    parties = [
        Party(Actor(role=role, ref=Reference(kind="practitioner", id=ident))) for ident, role in found.items() if fhir_id(ident) == ident
    ]
    return [party_out(party) | {"meta": DERIVED} for party in parties]


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
