"""The one engine that scores every instrument: gate, form, rule, scheme, result. It refuses rather than guesses.

Order of decisions: an unknown instrument or scheme is an error of the caller (ParamsError); a bad answer makes the
form `invalid`; an instrument whose arithmetic no document backs is `not_computable` without `allow_unverified`;
missing items follow the file's policy; context that a cut-off needs and that was not given is named, never assumed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from math import ceil, floor
from typing import Any

from agetech.errors import ParamsError
from agetech.scoring import rules
from agetech.scoring.catalogue import instrument as _find
from agetech.scoring.classify import Verdict, classify
from agetech.scoring.form import Form, read
from agetech.scoring.instrument import UNBACKED, Instrument, Scheme
from agetech.scoring.outcome import Outcome
from agetech.scoring.result import FROM_MEMORY, NOT_OFFICIAL, Score


def score(
    instrument: str | Instrument,
    responses: Mapping[str, Any],
    context: Mapping[str, Any] | None = None,
    *,
    scheme: str | None = None,
    allow_unverified: bool = False,
) -> Score:
    """Return the result of one person's answers.

    instrument: id or object; responses: item id -> number, None (not answered) or an `Absence`; context: age, sex,
    education_years and what else the instrument's page names, `stratum` to name a stratum oneself, and lists of item
    ids under `unable`, `refused`, `dont_know`, `not_asked`; scheme: a named cut-off scheme of the instrument;
    allow_unverified: also use arithmetic, bands and missing rules that are from memory, marked as such in the result.
    Raises ParamsError for an unknown instrument or scheme only; bad answers give status `invalid` with their names.
    """
    one = _find(instrument)
    sys.audit("agetech.run", one.id, one.version)
    chosen, name = choose(one, scheme if scheme is not None else _named(context))
    return score_form(one, responses, context, chosen, name, allow_unverified=allow_unverified)


def _named(context: Mapping[str, Any] | None) -> str | None:
    return context.get("scheme") if isinstance(context, Mapping) else None


def choose(one: Instrument, scheme: str | None) -> tuple[Scheme | None, str | None]:
    """Return the scheme to use and its id; raises ParamsError for a name that the instrument does not have."""
    name = one.default_scheme if scheme is None else scheme
    if name is None:
        return None, None
    if name not in one.schemes:
        raise ParamsError("E_SCHEME", f"scoring.{one.id}", expected=", ".join(one.schemes) or "no scheme", got=str(name))
    return one.schemes[name], name


def score_form(
    one: Instrument,
    responses: object,
    context: Mapping[str, Any] | None,
    scheme: Scheme | None,
    name: str | None,
    *,
    allow_unverified: bool,
) -> Score:
    """Return the result for a known instrument and scheme: the path that single answers and tables share."""
    form = read(one, responses, context if isinstance(context, Mapping) else None)
    form.mode = name
    flags = [flag for flag, item, least in one.safety if form.points.get(item, -1) >= least] if one.safety else []
    if form.errors:
        return _result(one, form, Outcome(None, None, "invalid"), scheme, flags)
    if one.method == rules.STORED_ONLY:
        return _refused(one, form, flags, NOT_OFFICIAL)
    if not one.backed and not allow_unverified:
        return _refused(one, form, flags, FROM_MEMORY + one.arithmetic.get("wanted", "the scoring rule"))
    found = _apply(one, form, allow_unverified)
    if found.status == "invalid" or form.errors:
        return _result(one, form, Outcome(None, None, "invalid"), scheme, flags)
    flags.extend(flag for flag in found.raised if flag not in flags)
    if found.status in ("incomplete", "invalid"):
        found.category = None
        return _result(one, form, found, scheme, flags)
    verdict = classify(one, form, found, scheme, allow_unverified=allow_unverified)
    if form.errors:
        return _result(one, form, Outcome(None, None, "invalid"), scheme, flags)
    return _result(one, form, found, scheme, flags, verdict)


def _refused(one: Instrument, form: Form, flags: list[str], why: str) -> Score:
    return _result(one, form, Outcome(None, None, "not_computable"), None, flags, Verdict(refusal=why))


def _apply(one: Instrument, form: Form, allow_unverified: bool) -> Outcome:  # noqa: FBT001 - one call
    """Return what the instrument's rule finds, the missing policy applied."""
    method = one.method
    if method in rules.PARTIAL:
        return rules.PARTIAL[method](form)
    if method in rules.COMPLETE:
        return rules.COMPLETE[method](form) if not _lacks(one, form) else Outcome(None, None, "incomplete")
    found = _sum(one, form, allow_unverified)
    beside = rules.BESIDE_SUM.get(method)
    if beside is not None:
        found.values.update(beside(form))
    return found


def _lacks(one: Instrument, form: Form) -> bool:
    """Return whether items lack, or fewer were answered than the file demands."""
    return bool(form.missing) or len(form.answers) < one.min_answered


def _sum(one: Instrument, form: Form, allow_unverified: bool) -> Outcome:  # noqa: FBT001 - one call
    """Return the sum of points, with missing items filled by the mean of the others where the file states that."""
    points = form.points
    if _lacks(one, form):
        policy, lacking = one.missing, len(form.missing)
        backed = policy.get("level", "verified") != UNBACKED or allow_unverified
        if policy["policy"] != "mean" or not 0 < lacking <= policy["max_missing"] or not points or not backed:
            return Outcome(None, None, "incomplete")
        filled = prorate(sum(points.values()), len(points), len(one.items), policy["rounding"])
        return Outcome(filled * one.factor, status="prorated")
    total = sum(points.values())  # in the order of the form, as tables are summed
    if not one.subscales:
        return Outcome(total * one.factor)
    return Outcome(total * one.factor, subscores={name: sum(points[i] for i in ids) for name, ids in one.subscales.items()})


def prorate(total: float, answered: int, items: int, rounding: str) -> int:
    """Return the sum that all items would have at the mean of those answered, rounded as the file says."""
    filled = total * items / answered
    return ceil(filled) if rounding == "ceil" else floor(filled + 0.5)


def _result(one: Instrument, form: Form, found: Outcome, scheme: Scheme | None, flags: list[str], verdict: Verdict | None = None) -> Score:
    """Return the frozen result of one form."""
    category = found.category
    return Score(
        one.id,
        one.version,
        one.hash,
        found.status,  # type: ignore[arg-type]
        found.total,
        category,
        found.values,
        found.subscores,
        scheme.id if scheme is not None else None,
        found.stratum,
        form.missing,
        form.missing_context,
        form.absent,
        one.missing["policy"],
        found.adjustments,
        form.errors,
        flags,
        verdict.disputed if verdict is not None else {},
        verdict.withheld if verdict is not None else {},
        verdict.refusal if verdict is not None else None,
        one.provenance,
        one.labels.get(category, {}) if category is not None else {},
    )
