"""What a record must hold beside those before it, and the pool as it stands after them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from agetech.errors import AgetechError, SchemaError
from agetech.pool.record import LicenceCard, PatentCard, Record, Withdrawal
from agetech.pool.rules import day


@dataclass
class Pool:
    """The ledger as it stands: the newest card of each patent, licences and disclosures that were not replaced, withdrawals."""

    cards: dict[str, Record] = field(default_factory=dict)
    licences: dict[str, Record] = field(default_factory=dict)
    disclosures: dict[str, Record] = field(default_factory=dict)
    withdrawals: dict[str, Withdrawal] = field(default_factory=dict)
    by_id: dict[str, Record] = field(default_factory=dict)
    replaced: set[str] = field(default_factory=set)

    def card(self, number: str) -> PatentCard | None:
        """Return the newest card of a patent."""
        found = self.cards.get(number)
        return found.patent if found is not None else None

    def take(self, record: Record) -> None:
        """Put a record on top; it is right."""
        self.by_id[record.id] = record
        if record.supersedes is not None:
            self.replaced.add(record.supersedes)
            for kept in (self.licences, self.disclosures):
                kept.pop(record.supersedes, None)
        if record.patent is not None:
            self.cards[record.patent.number] = record
        elif record.licence is not None:
            self.licences[record.id] = record
        elif record.disclosure is not None:
            self.disclosures[record.id] = record
        elif record.withdrawal is not None:
            self.withdrawals[record.withdrawal.record] = record.withdrawal

    def faults(self, record: Record, last: Record | None, known: Collection[str] | None) -> Iterator[AgetechError]:
        """Yield everything that contradicts the records before. known: algorithm ids; None asks nothing."""
        if last is not None and day(record.recorded) < day(last.recorded):
            yield SchemaError("E_POOL_ORDER", f"{record.id}: recorded", expected=f">= {last.recorded}", got=record.recorded)
        yield from self._replacing(record)
        yield from _unknown_algorithms(record, known)
        if record.patent is not None and record.supersedes is None and record.patent.number in self.cards:
            before = self.cards[record.patent.number].id
            yield SchemaError("E_POOL_DUPLICATE", f"{record.id}: {record.patent.number}", expected=f"supersedes {before}", got="nothing")
        if record.licence is not None:
            yield from self._licensing(record, record.licence)
        if record.disclosure is not None:
            yield from self._cards_of(record, record.disclosure.patents or ())
        if record.withdrawal is not None:
            yield from self._withdrawing(record, record.withdrawal)

    def _replacing(self, record: Record) -> Iterator[AgetechError]:
        if record.supersedes is None:
            return
        before = self.by_id.get(record.supersedes)
        where = f"{record.id}: supersedes"
        if before is None or record.supersedes in self.replaced or record.supersedes in self.withdrawals:
            yield SchemaError("E_POOL_SUPERSEDES", where, expected="an earlier record that still holds", got=record.supersedes)
        elif before.kind != record.kind or record.kind == "withdrawal" or _subject(before) != _subject(record):
            yield SchemaError(
                "E_POOL_SUPERSEDES", where, expected=f"{before.kind} {_subject(before)}", got=f"{record.kind} {_subject(record)}"
            )
        elif before.licence is not None and before.licence.irrevocable:
            yield SchemaError("E_POOL_IRREVOCABLE", where, expected="a licence that can be changed", got=record.supersedes)

    def _cards_of(self, record: Record, numbers: Collection[str]) -> Iterator[AgetechError]:
        for number in numbers:
            if number not in self.cards:
                yield SchemaError("E_POOL_PATENT", f"{record.id}: patents", expected="an earlier patent card", got=number)

    def _licensing(self, record: Record, licence: LicenceCard) -> Iterator[AgetechError]:
        yield from self._cards_of(record, licence.patents)
        for number in licence.patents:
            card = self.card(number)
            if card is None:
                continue
            where = f"{record.id}: {number}"
            if card.holder != licence.licensor:
                yield SchemaError("E_POOL_HOLDER", where, expected=card.holder.name, got=licence.licensor.name)
            places = {card.jurisdiction, *(card.validated or ())}
            if licence.territory is not None and card.jurisdiction != "WO" and not places & set(licence.territory):
                yield SchemaError("E_POOL_TERRITORY", where, expected=", ".join(sorted(places)), got=", ".join(licence.territory))
            if licence.terms == "art50_open":
                yield from _open_patent(record, licence, card)
            yield from self._exclusions(record, licence, number)

    def _exclusions(self, record: Record, licence: LicenceCard, number: str) -> Iterator[AgetechError]:
        """Yield contradictions with an exclusive licence: nothing else may be granted beside it."""
        for other in self.licences.values():
            held = other.licence
            if held is None or number not in held.patents or other.id == record.supersedes:
                continue
            if (licence.exclusive or held.exclusive) and _together(licence, None, held, self.withdrawals.get(other.id)):
                yield SchemaError("E_POOL_EXCLUSIVE", f"{record.id}: {number}", expected=f"no licence beside {other.id}", got=licence.terms)

    def _withdrawing(self, record: Record, withdrawal: Withdrawal) -> Iterator[AgetechError]:
        where = f"{record.id}: record"
        found = self.by_id.get(withdrawal.record)
        gone = withdrawal.record in self.withdrawals or withdrawal.record in self.replaced
        if found is None or gone or found.kind not in ("licence", "disclosure"):
            yield SchemaError("E_POOL_WITHDRAWAL", where, expected="a licence or disclosure that still holds", got=withdrawal.record)
            return
        licence = found.licence
        if licence is None:
            return
        if licence.irrevocable:
            yield SchemaError("E_POOL_IRREVOCABLE", where, expected="a licence that can be withdrawn", got=withdrawal.record)
        if licence.terms == "art50_open" and withdrawal.existing != "keep":
            yield SchemaError("E_POOL_ART50_WITHDRAWN", f"{record.id}: existing", expected="keep", got=withdrawal.existing)
        if day(withdrawal.effective) < day(licence.begins):
            yield SchemaError("E_POOL_DATES", f"{record.id}: effective", expected=f">= {licence.begins}", got=withdrawal.effective)


def _subject(record: Record) -> str:
    """Return what a record is about: only a record about the same may take its place."""
    if record.patent is not None:
        return record.patent.number
    if record.licence is not None:
        return " ".join(sorted(record.licence.patents))
    if record.disclosure is not None:
        return record.disclosure.by.name
    return ""


def _open_patent(record: Record, licence: LicenceCard, card: PatentCard) -> Iterator[AgetechError]:
    where = f"{record.id}: {card.number}"
    if card.jurisdiction != "CN" or card.legal_status != "granted":
        yield SchemaError("E_POOL_ART50_PATENT", where, expected="CN, granted", got=f"{card.jurisdiction}, {card.legal_status}")
    if card.right != "invention" and licence.evaluation_report is None:
        yield SchemaError("E_POOL_ART50_REPORT", where, expected=f"{card.right}: evaluation_report", got="nothing")


def _together(one: LicenceCard, one_end: Withdrawal | None, other: LicenceCard, other_end: Withdrawal | None) -> bool:
    """Return whether two licences hold on a common day in a common territory."""
    places = one.territory is None or other.territory is None or bool(set(one.territory) & set(other.territory))
    return places and one.begins < _end(other, other_end) and other.begins < _end(one, one_end)


def _end(licence: LicenceCard, withdrawal: Withdrawal | None) -> str:
    ends = [
        licence.until or "9999-12-31",
        withdrawal.effective if withdrawal is not None and withdrawal.existing == "end" else "9999-12-31",
    ]
    return min(ends)


def _unknown_algorithms(record: Record, known: Collection[str] | None) -> Iterator[AgetechError]:
    if known is None:
        return
    named = [one.algorithm for one in record.patent.claims] if record.patent is not None else []
    named += [one.algorithm for one in (record.licence.scope or ())] if record.licence is not None else []
    named += [one.algorithm for one in record.disclosure.concerns] if record.disclosure is not None else []
    for name in dict.fromkeys(named):
        if name not in known:
            yield SchemaError("E_POOL_ALGORITHM", f"{record.id}: algorithm", expected="an installed id, or --known ID", got=name)
