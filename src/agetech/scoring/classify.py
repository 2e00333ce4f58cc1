"""From total to category: bands, strata, what other schemes say, and what is withheld because nothing backs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Any

from agetech.scoring.form import Form
from agetech.scoring.instrument import UNBACKED, Instrument, Scheme, Stratum
from agetech.scoring.outcome import BANDED, Outcome, adjustment
from agetech.scoring.result import FROM_MEMORY

IMPAIRMENT = "strata_result"


@dataclass(slots=True)
class Verdict:
    """What classification adds to an outcome: rival readings, withheld parts and the reason of a refusal."""

    disputed: dict[str, str] = field(default_factory=dict)
    withheld: dict[str, str] = field(default_factory=dict)
    refusal: str | None = None


def classify(one: Instrument, form: Form, found: Outcome, scheme: Scheme | None, *, allow_unverified: bool) -> Verdict:
    """Fill in the outcome's category by the scheme and return what must be said beside it.

    A scheme that gives `strata_result` stands beside the default classes. Where its stratum cannot be told, no
    category is given at all. A category that no document backs is withheld; an instrument that has nothing but its
    category is then not computable.
    """
    verdict = Verdict(found.disputed)
    base = scheme
    if scheme is not None and scheme.gives == IMPAIRMENT:
        base = one.schemes.get(one.default_scheme or "")
        _beside(form, found, scheme, verdict, allow_unverified=allow_unverified)
    if found.category == BANDED:
        found.category = None if base is None else _by_scheme(one, form, found, base, verdict)
    level = base.level if base is not None else one.document["verification"]["bands"]["level"]
    if level == UNBACKED and found.category is not None and not allow_unverified:
        wanted = (base.wanted if base is not None else "") or one.document["verification"]["bands"].get("wanted", "")
        verdict.withheld["category"] = wanted or "the document that states the cut-offs"
        verdict.disputed = {}
        found.category = None
        if found.total is None:
            found.status, found.values = "not_computable", {}
            verdict.refusal = FROM_MEMORY + verdict.withheld["category"]
    return verdict


def _by_scheme(one: Instrument, form: Form, found: Outcome, base: Scheme, verdict: Verdict) -> str | None:
    """Return the category of a total under bands for all or bands by stratum."""
    total = found.total if found.total is not None else nan
    if base.bands is None:
        stratum = stratum_of(form, base, verdict)
        found.stratum = stratum.id if stratum is not None else None
        return None if stratum is None else _code(stratum, total)
    band = base.bands.at(total)
    code = band.code if band is not None else None
    for rival in one.rivals[base.id]:
        other = rival.bands.at(total) if rival.bands is not None else None
        if other is not None and other.code != code:
            verdict.disputed[rival.id] = other.code
    return code


def _beside(form: Form, found: Outcome, scheme: Scheme, verdict: Verdict, *, allow_unverified: bool) -> None:
    """Put the scheme's own result beside the default classes; without its stratum no category is given."""
    stratum = stratum_of(form, scheme, verdict)
    total = None if stratum is None else _applies_to(form, found, scheme)
    if stratum is None or total is None:
        found.values[IMPAIRMENT] = None
        found.category = None
        return
    found.stratum = stratum.id
    if scheme.level == UNBACKED and not allow_unverified:
        verdict.withheld[IMPAIRMENT] = scheme.wanted or f"the document that states the cut-offs of {scheme.id}"
        found.values[IMPAIRMENT] = None
    else:
        found.values[IMPAIRMENT] = _code(stratum, total)


def _applies_to(form: Form, found: Outcome, scheme: Scheme) -> float | int | None:
    """Return the score that a scheme's cut-offs stand on: the total, or the raw score with a bonus of the scheme's own."""
    bonus = scheme.document.get("bonus")
    if bonus is None:
        return found.total
    level = form.context.get(bonus["context"])
    if level is not None:
        added: int = bonus["points"].get(level, 0)
    else:
        years = form.context.get("education_years") if "years" in bonus else form.need(bonus["context"])
        if years is None:
            return None
        added = next((points for low, high, points in bonus["years"] if low <= years < high + 1), 0)
    raw: float | int = found.values["raw"]
    if added:
        found.adjustments.append(adjustment("scheme_bonus", f"{scheme.id}: {added} for schooling", f"{scheme.id}：按文化程度加{added}分"))
    most: float | int = form.instrument.document["total"]["max"]
    adjusted: float | int = min(raw + added, most)
    return adjusted


def stratum_of(form: Form, scheme: Scheme, verdict: Verdict) -> Stratum | None:
    """Return the stratum: the one named in the context, else the one whose conditions hold; None where none can be told."""
    named = form.context.get("stratum")
    if named is not None:
        for stratum in scheme.strata:
            if stratum.id == named:
                return stratum
        form.errors.append("stratum")
        return None
    lacking = False
    for stratum in scheme.strata:
        known = [_holds(condition, form.context.get(name)) for name, condition in stratum.when.items()]
        if False in known:
            continue
        if None not in known:
            return stratum
        lacking = True
    if lacking:
        for name in scheme.context:
            form.need(name)
    else:
        verdict.withheld[scheme.gives] = f"scheme {scheme.id} has no stratum for this person"
    return None


def _holds(condition: Mapping[str, Any], value: Any) -> bool | None:
    """Return whether a context value meets a condition, None where the value was not given."""
    if value is None:
        return None
    if "is" in condition:
        return bool(value == condition["is"])
    if "in" in condition:
        return value in condition["in"]
    return (
        value >= condition.get("from", value)
        and value <= condition.get("to", value)
        and ("above" not in condition or value > condition["above"])
        and ("below" not in condition or value < condition["below"])
    )


def _code(stratum: Stratum, total: float) -> str | None:
    band = stratum.bands.at(total)
    return band.code if band is not None else None
