"""Daily living and care levels: Katz, 14-item ADL, GB/T 42195-2022, MZ/T 039-2013, long-term-care grading 2021."""

# ruff: noqa: PLR2004 - the numbers of a rule stand where the rule is, beside their source

from __future__ import annotations

from agetech.scoring.form import Form
from agetech.scoring.outcome import Outcome

KATZ_ORDER = ("bathing", "dressing", "toileting", "transferring")
GBT_GROUPS = {"self_care": "B1", "motor": "B2", "mental": "B3", "sensory_social": "B4"}
GBT_WORST = 4
LTC_ADL = ("feeding", "dressing", "grooming", "bowels", "bladder", "toilet", "mobility", "transfer", "stairs", "bathing")
LTC_COGNITION = ("time", "person", "place", "memory")
LTC_SENSORY = ("vision", "hearing", "communication")
# Domain bands and matrix are from memory (ADR 0063): the file's level keeps them off unless allow_unverified is set.
LTC_MATRIX = ((0, 0, 1, 1), (1, 1, 1, 2), (2, 2, 2, 3), (3, 3, 4, 5))


def katz(form: Form) -> Outcome:
    """Return the number of independent activities and the letter of the original index.

    A none dependent, B one, C bathing and one more, D bathing, dressing and one more, E also toileting, F also
    transferring, G all six, Other where the dependent ones do not follow that order. Source: Katz index chapter.
    """
    dependent = {item.id for item in form.instrument.items if form.points[item.id] == 0}
    count = len(dependent)
    if count in (0, 1, 6):
        letter = {0: "A", 1: "B", 6: "G"}[count]
    else:
        letter = "CDEF"[count - 2] if dependent.issuperset(KATZ_ORDER[: count - 1]) else "Other"
    return Outcome(6 - count, values={"letter": letter})


def adl14(form: Form) -> Outcome:
    """Return the sum 14 to 56; impaired from 22 or with two items of 3 or more, else reduced above 16, else normal.

    A total of exactly 16 is normal here, the text leaves it open.
    """
    points = [form.points[item.id] for item in form.instrument.items]
    total = sum(points)
    if total >= 22 or sum(p >= 3 for p in points) >= 2:
        return Outcome(total, "impaired")
    return Outcome(total, "normal" if total <= 16 else "reduced")


def gbt42195(form: Form) -> Outcome:
    """Return the total 0 to 90, the preliminary level and the level after the change clauses.

    Coma is level 4 at once. One level worse on a diagnosis (F00-F03, F04-F99) or on two or more care-risk events in
    30 days. Scheme `default` takes the clauses as one list, one level in all; `additive` counts each. Where both hold
    the result is `ambiguous` and carries the other reading too. Coma is flagged on incomplete forms as well.
    Source: transcriptions of annexes A to C.
    """
    coma = form.context.get("coma") is True
    if form.missing:
        return Outcome(None, None, "incomplete", raised=["coma"] if coma else [])
    groups: dict[str, float | int | None] = {}
    for name, prefix in GBT_GROUPS.items():
        groups[name] = sum(form.points[i.id] for i in form.instrument.items if i.id.startswith(prefix))
    total = sum(value for value in groups.values() if value is not None)
    bands = form.instrument.schemes["default"].bands
    band = bands.at(total) if bands is not None else None
    initial = int(band.code) if band is not None else GBT_WORST
    values: dict[str, object] = {"initial_level": str(initial), "reason": [], "ambiguous": False}
    found = Outcome(total, None, values=values, subscores=groups)
    if coma:
        values["reason"] = ["coma"]
        found.category = str(GBT_WORST)
        found.raised.append("coma")
        return found
    conscious, diagnosed, events = (form.need(n) for n in ("coma", "dementia_or_mental_dx", "risk_events_30d"))
    if conscious is None or diagnosed is None or events is None:
        return found
    reasons = [name for name, holds in (("diagnosis", diagnosed), ("risk_events", events >= 2)) if holds]
    single, additive = min(initial + bool(reasons), GBT_WORST), min(initial + len(reasons), GBT_WORST)
    values["reason"] = reasons
    if len(reasons) > 1:
        values["ambiguous"] = True
        values["category_if_single"], values["category_if_additive"] = str(single), str(additive)
    found.category = str(additive if form.mode == "additive" else single)
    return found


def mzt039(form: Form) -> Outcome:
    """Return the level 0 to 3 of the superseded combination table, `undetermined` for the 8 cases it leaves open.

    Source: the table as printed by szshuncheng.com (2023) and in forms of providers.
    """
    adl = form.points["adl"]
    others = [form.points[name] for name in ("mental", "sensory", "social")]
    worst, twos, some = max(others), others.count(2), sum(o in (1, 2) for o in others)
    if adl == 3 or (adl == 2 and (twos == 3 or worst == 3)):
        level = "3"
    elif (adl == 1 and (twos == 3 or worst == 3)) or (adl == 2 and 1 <= some <= 2):
        level = "2"
    elif adl == 2:
        level = "undetermined"
    elif adl == 0 and others[0] == 0 and others[1] == 0 and others[2] <= 1:
        level = "0"
    else:
        level = "1"
    return Outcome(None, level)


def ltc2021(form: Form) -> Outcome:
    """Return the sums of the three domains, their grades 0 to 3 and the level 0 to 5 of the combination matrix.

    The sums are sourced; grades and matrix are from memory and stay off without `allow_unverified`.
    """
    sums = {
        "adl": sum(form.points[n] for n in LTC_ADL),
        "cognition": sum(form.points[n] for n in LTC_COGNITION),
        "sensory": sum(form.points[n] for n in LTC_SENSORY),
    }
    grades = {
        "adl": _grade(sums["adl"], 100, 65, 45),
        "cognition": _grade(sums["cognition"], 16, 4, 2),
        "sensory": _grade(sums["sensory"], 12, 4, 2),
    }
    level = LTC_MATRIX[grades["adl"]][max(grades["cognition"], grades["sensory"])]
    return Outcome(None, str(level), values={"grades": grades}, subscores=dict(sums))


def _grade(points: float, intact: int, mild: int, moderate: int) -> int:
    return 0 if points >= intact else 1 if points >= mild else 2 if points >= moderate else 3
