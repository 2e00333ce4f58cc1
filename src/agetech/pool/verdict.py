"""From uses to duties: for each algorithm the patents that may concern it on a day, the licences, and what the user must do.

No record is never "free": it reads "none known to the pool; no freedom-to-operate opinion".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from agetech.pool.history import Pool
from agetech.pool.ledger import Ledger
from agetech.pool.record import PatentCard, Reading, Record
from agetech.pool.status import alive, covers, licence_holds, places_of, reaches, stale, standing_on, worst
from agetech.pool.subject import Subject, Use, subject
from agetech.pool.versions import holds


@dataclass(frozen=True, slots=True)
class Question:
    """For which day and where is asked, what the user has taken up (`notices`: record -> day) and which conditions he meets."""

    on: date
    territory: str | None = None
    notices: Mapping[str, date] = field(default_factory=dict)
    meets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PatentLine:
    """One patent beside one algorithm. why: key of the reason among the texts; licences: those that hold, by record."""

    number: str
    record: str
    title: Mapping[str, str]
    holder: str
    territory: str
    standing: str
    expires: str
    checked: str
    stale: bool
    claims: tuple[int, ...]
    relation: str
    licences: tuple[str, ...]
    terms: str
    duty: str
    why: str
    fictitious: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A disclosure about an algorithm."""

    record: str
    about: str
    by: str
    text: Mapping[str, str]
    duty: str


@dataclass(frozen=True, slots=True)
class Row:
    """One algorithm of the report."""

    subject: Subject
    patents: tuple[PatentLine, ...]
    disclosures: tuple[Said, ...]
    duty: str


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer. unseen: what could not be looked into (a child without the hook, a name computed at run time)."""

    rows: tuple[Row, ...]
    question: Question
    ledger: str
    head: str
    unseen: tuple[str, ...] = ()

    @property
    def duty(self) -> str:
        """Return the heaviest duty of all; `unknown` where something could not be looked into."""
        return worst([*(row.duty for row in self.rows), *("unknown" for _ in self.unseen[:1])])


def report(uses: Iterable[Use], ledger: Ledger, question: Question, unseen: Iterable[str] = ()) -> Report:
    """Return what a ledger says about some uses on a day in a territory, one row an id and version, in their order."""
    ordered = sorted(set(uses), key=lambda use: (use.id, use.version))
    rows = tuple(row_of(subject(use), ledger.pool, question) for use in ordered)
    return Report(rows, question, ledger.name, ledger.head, tuple(sorted(set(unseen))))


def concerned(name: str, pool: Pool) -> tuple[str, ...]:
    """Return the algorithms that a record or a patent number is about; nothing for any other name."""
    record = pool.by_id.get(name) or pool.cards.get(name)
    if record is None:
        return ()
    found = [reading.algorithm for reading in record.patent.claims] if record.patent is not None else []
    if record.licence is not None:
        found += [one for number in record.licence.patents for one in concerned(number, pool)]
    if record.disclosure is not None:
        found += [scope.algorithm for scope in record.disclosure.concerns]
    if record.withdrawal is not None:
        found += concerned(record.withdrawal.record, pool)
    return tuple(dict.fromkeys(found))


def row_of(one: Subject, pool: Pool, question: Question) -> Row:
    """Return the row of one subject."""
    lines = tuple(
        line
        for record in sorted(pool.cards.values(), key=lambda record: record.id)
        if record.patent is not None and (line := patent_line(record, record.patent, pool, one, question)) is not None
    )
    told = tuple(_said(record, pool, one, question) for record in pool.disclosures.values())
    disclosures = tuple(said for said in told if said is not None)
    duties = [one.code_duty, *(line.duty for line in lines), *(said.duty for said in disclosures)]
    if one.card is not None:
        duties.append(one.card.duty)
    return Row(one, lines, disclosures, worst(duties))


def patent_line(record: Record, card: PatentCard, pool: Pool, one: Subject, question: Question) -> PatentLine | None:
    """Return the line of a patent beside an algorithm; None where no claim is mapped to it at this version."""
    readings = [r for r in card.claims if r.algorithm == one.id and holds(r.versions, one.version)]
    if not readings:
        return None
    standing, reach = standing_on(card, question.on), reaches(card, question.territory)
    relation = min((r.relation for r in readings), key=RELATIONS.index)
    held = [found for found in pool.licences.values() if _held(found, card, pool, one, question)]
    chosen = min(held, key=lambda found: (worst_of(found, question), found.id), default=None)
    old = stale(card, question.on)
    duty, why = _duty(standing, reach, relation, chosen, question, is_stale=old)
    return PatentLine(
        number=card.number,
        record=record.id,
        title={"en": card.title.en, "zh": card.title.zh},
        holder=card.holder.name,
        territory=", ".join((card.jurisdiction, *(card.validated or ()))),
        standing=standing,
        expires=card.expires or "",
        checked=card.status_checked,
        stale=old,
        claims=_claims(readings, relation),
        relation=relation,
        licences=tuple(sorted(found.id for found in held)),
        terms=chosen.licence.terms if chosen is not None and chosen.licence is not None else "",
        duty=duty,
        why=why,
        fictitious=record.fictitious,
    )


RELATIONS = ("reads_on", "may_read_on", "optional_step", "does_not_read")
_RANK = {"nothing": 0, "attribute": 1, "notify_and_pay": 2, "ask": 3, "unknown": 4}


def _claims(readings: list[Reading], relation: str) -> tuple[int, ...]:
    return tuple(sorted({r.claim for r in readings if r.relation == relation}))


def _held(found: Record, card: PatentCard, pool: Pool, one: Subject, question: Question) -> bool:
    licence = found.licence
    if licence is None or licence.exclusive or card.number not in licence.patents or not covers(licence, one.id, one.version):
        return False
    notice = question.notices.get(found.id)
    return licence_holds(licence, pool.withdrawals.get(found.id), question.on, places=places_of(card, question.territory), notice=notice)


def worst_of(found: Record, question: Question) -> int:
    """Return the rank of what a licence asks of the user: the lightest is chosen."""
    return _RANK[licence_duty(found, question)]


def licence_duty(found: Record, question: Question) -> str:
    """Return what a licence that holds asks of the user."""
    licence = found.licence
    if licence is None:
        return "ask"
    limited = licence.terms == "conditional" or licence.field_of_use is not None
    if limited and found.id not in question.meets:
        return "ask"
    if licence.royalty is not None or licence.terms in ("art50_open", "fee_based"):
        return "notify_and_pay"
    return "attribute" if licence.attribution is not None else "nothing"


def _duty(standing: str, reach: str, relation: str, chosen: Record | None, question: Question, *, is_stale: bool) -> tuple[str, str]:
    """Return the duty and the key of its reason."""
    if relation == "does_not_read":
        return "nothing", "does_not_read"
    if not alive(standing):  # type: ignore[arg-type]
        return "nothing", standing
    if reach == "no":
        return "nothing", "elsewhere"
    if is_stale:
        return "unknown", "stale"
    if chosen is not None:
        duty = licence_duty(chosen, question)
        return duty, "condition" if duty == "ask" else "licensed"
    if reach == "unknown":
        return "unknown", "validation"
    return ("ask", "no_licence") if relation == "reads_on" else ("unknown", "may_read")


def _said(record: Record, pool: Pool, one: Subject, question: Question) -> Said | None:
    told = record.disclosure
    if told is None or not any(scope.algorithm == one.id and holds(scope.versions, one.version) for scope in told.concerns):
        return None
    gone = pool.withdrawals.get(record.id)
    if record.recorded > question.on.isoformat() or (gone is not None and gone.effective <= question.on.isoformat()):
        return None
    duty = "nothing" if told.about == "prior_art" else "unknown"
    return Said(record.id, told.about, told.by.name, {"en": told.text.en, "zh": told.text.zh}, duty)
