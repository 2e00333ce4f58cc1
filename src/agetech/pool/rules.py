"""What a single record must hold on its own: numbers, dates, terms of protection, legal status, terms of a licence.

Terms of protection (Patent Law art. 42, from memory): invention 20, utility model 10, design 15 years from filing (10 where filed
before 2021-06-01); the day with the same date is the first one after it. Abroad that day itself may still count.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from agetech.errors import AgetechError, SchemaError
from agetech.pool.number import PatentNumber, parse_number
from agetech.pool.record import Disclosure, LicenceCard, PatentCard, Reading, Record, Scope
from agetech.pool.versions import bounds, overlap

YEARS = {"invention": 20, "utility_model": 10, "design": 15}
DESIGN_CHANGE = date(2021, 6, 1)
PRIORITY_MONTHS = 14  # a year, and two months in which it can be restored
ENDED = frozenset({"withdrawn", "refused", "abandoned", "lapsed", "revoked", "invalidated"})
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def day(text: str) -> date:
    """Return a day of the record as a date."""
    return date.fromisoformat(text)


def months_after(start: date, months: int) -> date:
    """Return the day so many months later; the last day of the month where there is none of that number."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for last in (start.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(start.day, last))
        except ValueError:
            continue
    raise AssertionError(start)


def term_end(card: PatentCard) -> date:
    """Return the first day after the longest term that the right can have, compensation included."""
    filed = day(card.filing)
    years = 10 if card.right == "design" and card.jurisdiction == "CN" and filed < DESIGN_CHANGE else YEARS[card.right]
    foreign = timedelta(days=0 if card.jurisdiction == "CN" else 1)
    return months_after(filed, 12 * years) + timedelta(days=card.extension_days or 0) + foreign


def record_faults(record: Record) -> Iterator[AgetechError]:
    """Yield everything that is wrong with a record by itself."""
    part = getattr(record, record.kind)
    others = [name for name in ("patent", "licence", "disclosure", "withdrawal") if name != record.kind and getattr(record, name)]
    if part is None or others:
        got = " + ".join(others) or "nothing"
        yield SchemaError("E_POOL_PART", record.id, expected=record.kind, got=got)
        return
    yield from _party_faults(record)
    if record.patent is not None:
        yield from _patent_faults(record, record.patent)
    elif record.licence is not None:
        yield from _licence_faults(record, record.licence)
    elif record.disclosure is not None:
        yield from _disclosure_faults(record, record.disclosure)
    elif record.withdrawal is not None and day(record.withdrawal.effective) < date(1985, 4, 1):
        yield SchemaError("E_POOL_DATES", f"{record.id}: effective", expected=">= 1985-04-01", got=record.withdrawal.effective)


def _party_faults(record: Record) -> Iterator[AgetechError]:
    parties = {"submitted_by": record.submitted_by}
    if record.patent is not None:
        parties["holder"] = record.patent.holder
    if record.licence is not None:
        parties["licensor"] = record.licence.licensor
    for name, party in parties.items():
        if party.credit_code is not None and not credit_code(party.credit_code):
            yield SchemaError("E_POOL_CREDIT_CODE", f"{record.id}: {name}", expected="18 characters, GB 32100", got=party.credit_code)


def credit_code(text: str) -> bool:
    """Return whether a unified social credit code has its 18 characters and a right check character (GB 32100, modulo 31)."""
    if len(text) != 18 or any(c not in CREDIT for c in text):  # noqa: PLR2004
        return False
    total = sum(CREDIT.index(c) * pow(3, place, 31) for place, c in enumerate(text[:17]))
    return CREDIT[-total % 31] == text[17]


def _number(record: Record, text: str, found: list[PatentNumber]) -> Iterator[AgetechError]:
    """Put a parsed number into `found`, or yield why it is none; invented numbers and records go together."""
    try:
        number = parse_number(text)
    except SchemaError as fault:
        fault.path = f"{record.id}: {text}"
        yield fault
        return
    if number.text != text:
        yield SchemaError("E_POOL_SPELLING", f"{record.id}: number", expected=number.text, got=text)
    elif number.invented != record.fictitious:
        wanted = "year 9999 or serial 99..." if record.fictitious else "a number that an office gave out"
        yield SchemaError("E_POOL_FICTITIOUS", f"{record.id}: number", expected=wanted, got=text)
    else:
        found.append(number)


def _patent_faults(record: Record, card: PatentCard) -> Iterator[AgetechError]:
    numbers: list[PatentNumber] = []
    yield from _number(record, card.number, numbers)
    for number in numbers:
        if number.office != card.jurisdiction:
            yield SchemaError("E_POOL_OFFICE", f"{record.id}: jurisdiction", expected=number.office, got=card.jurisdiction)
        if number.right is not None and number.right != card.right:
            yield SchemaError("E_POOL_RIGHT", f"{record.id}: right", expected=number.right, got=card.right)
        if number.form == "application" and not number.invented and number.year not in (None, day(card.filing).year):
            yield SchemaError("E_POOL_YEAR", f"{record.id}: filing", expected=number.year, got=card.filing)
    yield from _date_faults(record, card)
    yield from _status_faults(record, card)
    yield from _reading_faults(record, card.claims)


def _date_faults(record: Record, card: PatentCard) -> Iterator[AgetechError]:
    named = [(name, getattr(card, name)) for name in ("priority", "filing", "grant", "expires")]
    given = [(name, day(text)) for name, text in named if text is not None]
    for (first, early), (second, late) in pairwise(given):
        if early > late or (second == "expires" and early >= late):
            yield SchemaError("E_POOL_DATES", f"{record.id}: {second}", expected=f">= {first} {early}", got=late)
    if card.ended is not None and day(card.ended) <= day(card.filing):
        yield SchemaError("E_POOL_DATES", f"{record.id}: ended", expected=f"> filing {card.filing}", got=card.ended)
    if day(card.status_checked) > day(record.recorded):
        yield SchemaError(
            "E_POOL_DATES", f"{record.id}: status_checked", expected=f"<= recorded {record.recorded}", got=card.status_checked
        )
    if card.priority is not None and day(card.filing) > months_after(day(card.priority), PRIORITY_MONTHS):
        yield SchemaError("E_POOL_PRIORITY", f"{record.id}: priority", expected=f"<= {PRIORITY_MONTHS} months", got=card.priority)
    if card.expires is not None and day(card.expires) > term_end(card):
        yield SchemaError("E_POOL_TERM", f"{record.id}: expires", expected=f"<= {term_end(card)}", got=card.expires)


def _status_faults(record: Record, card: PatentCard) -> Iterator[AgetechError]:
    checked, status = day(card.status_checked), card.legal_status
    over = min(day(card.expires), term_end(card)) if card.expires is not None else term_end(card)
    wrong = {
        "pending: no grant": status == "pending" and card.grant is not None,
        "granted: grant": status in ("granted", "expired", "lapsed", "revoked", "invalidated") and card.grant is None,
        "granted <= status_checked": status == "granted" and card.grant is not None and day(card.grant) > checked,
        "expired >= expires": status == "expired" and checked < over,
        "in force < expires": status in ("granted", "pending") and checked >= over,
        "ended": (status in ENDED) != (card.ended is not None),
        "ended <= status_checked": card.ended is not None and day(card.ended) > checked,
        "WO: never granted": card.jurisdiction == "WO" and (status == "granted" or card.grant is not None),
        "EP: validated": card.validated is not None and card.jurisdiction != "EP",
    }
    for expected, broken in wrong.items():
        if broken:
            yield SchemaError("E_POOL_STATUS", f"{record.id}: legal_status", expected=expected, got=f"{status}, {checked}")
            return


def _reading_faults(record: Record, readings: tuple[Reading, ...]) -> Iterator[AgetechError]:
    good: list[Reading] = []
    for reading in readings:
        try:
            bounds(reading.versions)
        except SchemaError as fault:
            fault.path = f"{record.id}: claim {reading.claim}"
            yield fault
            continue
        if day(reading.argued_on) > day(record.recorded):
            yield SchemaError("E_POOL_DATES", f"{record.id}: argued_on", expected=f"<= {record.recorded}", got=reading.argued_on)
        for other in good:
            same = (other.claim, other.algorithm) == (reading.claim, reading.algorithm)
            if same and overlap(other.versions, reading.versions):
                where = f"{record.id}: claim {reading.claim}"
                yield SchemaError("E_POOL_READINGS", where, expected=other.relation, got=f"{reading.relation}, {reading.algorithm}")
        good.append(reading)


def _scope_faults(record: Record, scopes: tuple[Scope, ...]) -> Iterator[AgetechError]:
    for scope in scopes:
        try:
            bounds(scope.versions)
        except SchemaError as fault:
            fault.path = f"{record.id}: {scope.algorithm}"
            yield fault


def _licence_faults(record: Record, card: LicenceCard) -> Iterator[AgetechError]:
    for text in card.patents:
        yield from _number(record, text, [])
    yield from _scope_faults(record, card.scope or ())
    if card.until is not None and day(card.until) <= day(card.begins):
        yield SchemaError("E_POOL_PERIOD", f"{record.id}: until", expected=f"> {card.begins}", got=card.until)
    free = card.terms in ("free_grant", "non_assertion")
    if free and card.royalty is not None:
        yield SchemaError("E_POOL_ROYALTY", f"{record.id}: royalty", expected=f"{card.terms}: no royalty", got=card.royalty.amount)
    if card.terms == "fee_based" and (card.royalty is None or not float(card.royalty.amount)):
        yield SchemaError("E_POOL_ROYALTY", f"{record.id}: royalty", expected="fee_based: amount > 0", got="nothing")
    if (card.terms == "conditional") != (card.condition is not None):
        yield SchemaError("E_POOL_CONDITION", f"{record.id}: condition", expected="conditional <=> condition", got=card.terms)
    if card.exclusive and card.terms != "fee_based":
        yield SchemaError("E_POOL_EXCLUSIVE", f"{record.id}: exclusive", expected="fee_based", got=card.terms)
    if card.terms == "art50_open":
        yield from _open_faults(record, card)


def _open_faults(record: Record, card: LicenceCard) -> Iterator[AgetechError]:
    """Yield what an open licence under art. 50 and 51 lacks."""
    if card.announcement is None or card.announced is None:
        yield SchemaError(
            "E_POOL_ART50_ANNOUNCED", f"{record.id}: announcement", expected="number and day", got=card.announced or "nothing"
        )
    elif day(card.announced) > day(card.begins):
        yield SchemaError("E_POOL_ART50_ANNOUNCED", f"{record.id}: begins", expected=f">= {card.announced}", got=card.begins)
    if card.royalty is None:
        yield SchemaError("E_POOL_ART50_FEE", f"{record.id}: royalty", expected="amount, basis, payment (0 allowed)", got="nothing")
    if card.irrevocable:
        yield SchemaError("E_POOL_ART50_TERMS", f"{record.id}: irrevocable", expected="false", got="true")
    if card.territory not in (None, ("CN",)):
        yield SchemaError("E_POOL_ART50_TERMS", f"{record.id}: territory", expected="CN", got=", ".join(card.territory or ()))


def _disclosure_faults(record: Record, card: Disclosure) -> Iterator[AgetechError]:
    for text in card.patents or ():
        yield from _number(record, text, [])
    yield from _scope_faults(record, card.concerns)
    if card.about == "undisclosed_terms" and not card.patents:
        yield SchemaError("E_POOL_PART", f"{record.id}: patents", expected="undisclosed_terms: patents", got="nothing")
