"""What a patent and a licence are on a given day, in a given territory."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from agetech.pool.record import LicenceCard, PatentCard, Withdrawal
from agetech.pool.rules import day, months_after, term_end

STALE_DAYS = 180
NATIONAL_MONTHS = 31  # after priority an international application lives on only in its national phases
EPC = frozenset(
    [
        "AL",
        "AT",
        "BE",
        "BG",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GB",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MC",
        "ME",
        "MK",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RS",
        "SE",
        "SI",
        "SK",
        "SM",
        "TR",
    ]
)
Standing = Literal["not_filed", "pending", "in_force", "expired", "ended", "national_phase"]
Reach = Literal["yes", "no", "unknown"]


def standing_on(card: PatentCard, on: date) -> Standing:
    """Return what a patent is on a day, by its card: the grant day and the day before `expires` are days in force."""
    if on < day(card.filing):
        return "not_filed"
    if card.ended is not None and on >= day(card.ended):
        return "ended"
    over = min(day(card.expires), term_end(card)) if card.expires is not None else term_end(card)
    if card.jurisdiction == "WO":
        over = months_after(day(card.priority or card.filing), NATIONAL_MONTHS)
        return "national_phase" if on >= over else "pending"
    if on >= over:
        return "expired"
    return "in_force" if card.grant is not None and on >= day(card.grant) else "pending"


def alive(standing: Standing) -> bool:
    """Return whether a right exists or may come into being."""
    return standing in ("pending", "in_force")


def stale(card: PatentCard, on: date) -> bool:
    """Return whether a living patent's status was looked up more than 180 days before the day."""
    return alive(standing_on(card, on)) and (on - day(card.status_checked)).days > STALE_DAYS


def reaches(card: PatentCard, territory: str | None) -> Reach:
    """Return whether a patent can hold in a territory; None is anywhere."""
    if territory is None or card.jurisdiction in (territory, "WO"):
        return "yes"
    if card.jurisdiction == "EP" and territory in EPC:
        return "unknown" if card.validated is None else "yes" if territory in card.validated else "no"
    return "no"


def licence_holds(
    licence: LicenceCard, withdrawal: Withdrawal | None, on: date, *, places: frozenset[str] = frozenset(), notice: date | None = None
) -> bool:
    """Return whether a licence can be used on a day in all of `places`. notice: the day on which the user took it up, or None.

    After a withdrawal that keeps existing licences, it goes on for those who had taken it up before.
    """
    if on < day(licence.begins) or (licence.until is not None and on >= day(licence.until)):
        return False
    if licence.territory is not None and not places <= set(licence.territory):
        return False
    if withdrawal is None or on < day(withdrawal.effective):
        return True
    began = notice is not None and day(licence.begins) <= notice < day(withdrawal.effective)
    return withdrawal.existing == "keep" and began


def places_of(card: PatentCard, territory: str | None) -> frozenset[str]:
    """Return where a licence of the patent must hold: the territory asked for, else everywhere the patent does."""
    return frozenset((territory,)) if territory is not None else frozenset(card.validated or (card.jurisdiction,))


def covers(licence: LicenceCard, algorithm: str, version: str) -> bool:
    """Return whether a licence's list of algorithms holds this one; without a list it holds all."""
    from agetech.pool.versions import holds

    return licence.scope is None or any(one.algorithm == algorithm and holds(one.versions, version) for one in licence.scope)


def worst(duties: Iterable[str]) -> str:
    """Return the heaviest of some duties; `nothing` where there are none."""
    return max(duties, key=DUTIES.index, default="nothing")


DUTIES = ("nothing", "attribute", "notify_and_pay", "ask", "unknown")
