"""Who works with a person and what was asked: Practitioner and Organization as parties, Questionnaire as a form.

A member of staff is a role and a handle here, never a name: names stay in the resource, beside the documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from agetech.exchange.fhir.parts import CODES, INSTRUMENTS, codings_in, short_line
from agetech.schemas.v1.datatypes import Actor, Reference, Role

if TYPE_CHECKING:
    from agetech.scoring import Instrument

Content = dict[str, Any]
DEGREES = "http://terminology.hl7.org/CodeSystem/v2-0360"
_ROLES = {"MD": "doctor", "DO": "doctor", "RN": "nurse", "NP": "nurse", "CNS": "nurse", "CRN": "nurse", "RMA": "aide"}


@dataclass(frozen=True, slots=True)
class Party:
    """A member of staff by role and handle, or an organisation by its name."""

    actor: Actor
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One item of a form, groups and displayed texts included: ids from the top down, words, FHIR type, answers to choose from."""

    path: tuple[str, ...]
    text: str | None
    type: str
    options: tuple[Any, ...] = ()
    required: bool | None = None

    @property
    def item(self) -> str:
        """Return the id under which an assessment result holds the answer."""
        return "/".join(self.path)


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire: address, edition, instrument of ours where it is one, codes, questions in order."""

    url: str | None
    edition: str
    instrument: str
    title: str | None
    codes: tuple[Content, ...]
    questions: tuple[Question, ...]


def party_in(held: Content) -> Party:
    """Return the party that a Practitioner or an Organization is."""
    kind = "practitioner" if held["resourceType"] == "Practitioner" else "organization"
    ref = Reference(kind=kind, id=str(held.get("id", "unknown")))
    codes = [c for q in held.get("qualification", []) for c in codings_in(q.get("code"))]
    own = (c["code"] for c in codes if c["system"] == CODES + "roles" and c["code"] in get_args(Role))
    degree = (_ROLES[c["code"]] for c in codes if c["system"] == DEGREES and c["code"] in _ROLES)
    role = next(own, None) or next(degree, None) or "unknown"
    return Party(Actor(role=role, ref=ref), short_line(held.get("name")) if kind == "organization" else None)


def party_out(party: Party) -> Content:
    """Return the resource of a party: what we hold of it, which of a person is a handle and a role."""
    ref = party.actor.ref
    if ref is None or ref.kind == "organization":
        made: Content = {"resourceType": "Organization", "id": ref.id if ref else "author"}
        return made | ({"name": party.organization} if party.organization else {})
    made = {"resourceType": "Practitioner", "id": ref.id}
    if party.actor.role != "unknown":
        made["qualification"] = [{"code": {"coding": [{"system": CODES + "roles", "code": party.actor.role}]}}]
    return made


def form_in(held: Content) -> Form:
    """Return the form of a Questionnaire."""
    url, edition = held.get("url"), str(held.get("version") or "not stated")
    own = str(url).removeprefix(INSTRUMENTS) if isinstance(url, str) and url.startswith(INSTRUMENTS) else "unknown"
    codes = tuple(codings_in({"coding": held.get("code", [])}))
    return Form(url, edition, own, held.get("title"), codes, tuple(_questions(held.get("item", []), ())))


def _questions(items: list[Any], path: tuple[str, ...]) -> Iterator[Question]:
    for item in items:
        here = (*path, str(item["linkId"]))
        options = tuple(next((v for k, v in o.items() if k.startswith("value")), None) for o in item.get("answerOption", []))
        required = item.get("required")
        yield Question(here, item.get("text"), str(item.get("type")), options, required if isinstance(required, bool) else None)
        yield from _questions(item.get("item", []), here)


def form_out(form: Form) -> Content:
    """Return the Questionnaire that a form tells by itself; its state, rules and dates stay in the residue."""
    made: Content = {"resourceType": "Questionnaire", "status": "unknown"}
    made |= {name: value for name, value in (("url", form.url), ("title", form.title)) if value}
    made |= {"version": form.edition} if form.edition != "not stated" else {}
    made |= {"code": list(form.codes)} if form.codes else {}
    rows: dict[tuple[str, ...], Content] = {(): made}
    for one in form.questions:
        row: Content = {"linkId": one.path[-1], "type": one.type}
        row |= {name: value for name, value in (("text", one.text), ("required", one.required)) if value is not None}
        row |= {"answerOption": [_option(option) for option in one.options]} if one.options else {}
        rows[one.path[:-1]].setdefault("item", []).append(row)
        rows[one.path] = row
    return made


def _option(value: Any) -> Content:
    return {"valueCoding" if isinstance(value, dict) else "valueInteger" if isinstance(value, int) else "valueString": value}


def questionnaire(one: Instrument, *, language: str = "zh") -> Content:
    """Return the Questionnaire (R5) of an instrument: its items with our neutral labels and the answers it allows.

    A response to it (`QuestionnaireResponse`) comes back as an assessment result of that instrument and edition.
    """
    items = []
    for name, item in one.by_id.items():
        row: Content = {"linkId": name, "text": item.label.get(language) or item.label["en"]}
        if item.unit:
            row["type"] = "quantity"
        elif item.allowed is None or any(option != int(option) for option in item.options):
            row["type"] = "decimal"
        else:
            row |= {"type": "integer", "answerOption": [{"valueInteger": int(option)} for option in item.options]}
        items.append(row)
    codes = [{"system": code["system"], "code": code["code"]} for code in one.codes("panel")]
    made: Content = {"resourceType": "Questionnaire", "id": one.id.replace("_", "-"), "url": INSTRUMENTS + one.id, "version": one.version}
    made |= {"status": "active", "title": one.name.get(language) or one.name["en"], "language": language, "subjectType": ["Patient"]}
    return made | ({"code": codes} if codes else {}) | {"item": items}
