"""Frailty, sarcopenia and movement: Fried, AWGS 2019, SARC-F, SPPB, TUG, ICOPE step 1."""

# ruff: noqa: PLR2004 - the numbers of a rule stand where the rule is, beside their source

from __future__ import annotations

from agetech.scoring.form import Form
from agetech.scoring.outcome import Outcome, incomplete

KCAL = {"male": 383, "female": 270}  # below: low activity
TALL = {"male": 173, "female": 159}  # cm; up to here the slower limit holds
GRIP_31 = 31  # scheme grip_31: men with BMI 26.1-28, as PMC8934156 prints it
GRIP = {  # (BMI up to, grip up to which weak)
    "male": ((24, 29), (26, 30), (28, 30), (float("inf"), 32)),
    "female": ((23, 17), (26, 17.3), (29, 18), (float("inf"), 21)),
}
AWGS_GRIP = {"male": 28, "female": 18}
AWGS_MASS = {("male", "dxa"): 7.0, ("female", "dxa"): 5.4, ("male", "bia"): 7.0, ("female", "bia"): 5.7}
CALF = {"male": 34, "female": 33}  # AWGS 2019; below: low


def fried(form: Form) -> Outcome:
    """Return the number of the five criteria that are met, or the bounds where criteria lack.

    A criterion without one of its inputs (height for slowness, BMI for weakness, sex for three) is missing; the
    category is given only where every completion agrees. Source: PMC8934156 table 1, PMC9014815 table A1.
    """
    sex = form.need("sex")
    weight, tired = form.get("weight_loss"), form.get("exhaustion")
    kcal, walk, grip, height, bmi = (form.get(n) for n in ("kcal_week", "walk15ft_s", "grip_kg", "height_cm", "bmi"))
    criteria: dict[str, bool | None] = {
        "weight_loss": None if weight is None else weight == 1,
        "exhaustion": None if tired is None else tired == 1,
        "low_activity": None if kcal is None or sex is None else kcal < KCAL[sex],
        "slow": None if walk is None or height is None or sex is None else walk >= (7 if height <= TALL[sex] else 6),
        "weak": None if grip is None or bmi is None or sex is None else _weak(sex, bmi, grip, form.mode),
    }
    met, open_ = sum(c is True for c in criteria.values()), sum(c is None for c in criteria.values())
    if not open_:
        found = Outcome(met, values={"criteria": criteria})
        if sex == "male" and grip is not None and bmi is not None and 26 < bmi <= 28 and 30 < grip <= GRIP_31:
            other = met + (-1 if criteria["weak"] else 1)
            found.disputed = _other_class(form, met, other)
        return found
    return _bounded(form, met, met + open_, {"criteria": criteria})


def _weak(sex: str, bmi: float, grip: float, mode: str | None) -> bool:
    """Return whether a grip is weak for sex and BMI, under the cell that the scheme names."""
    if mode == "grip_31" and sex == "male" and 26 < bmi <= 28:
        return grip <= GRIP_31
    return grip <= next(limit for up_to, limit in GRIP[sex] if bmi <= up_to)


def _other_class(form: Form, met: int, other: int) -> dict[str, str]:
    """Return the class under the other reading of the disputed cell, where it differs."""
    bands = form.instrument.schemes["default"].bands
    ours, theirs = (bands.at(met), bands.at(other)) if bands is not None else (None, None)
    if ours is None or theirs is None or ours is theirs:
        return {}
    return {"default" if form.mode == "grip_31" else "grip_31": theirs.code}


def _bounded(form: Form, low: int, high: int, values: dict[str, object]) -> Outcome:
    """Return a bounded outcome where both ends fall into one band, else an incomplete one."""
    values["bounds"] = [low, high]
    bands = form.instrument.schemes["default"].bands
    first, last = (bands.at(low), bands.at(high)) if bands is not None else (None, None)
    if first is not None and first is last:
        return Outcome(None, first.code, "bounded", values)
    return incomplete(**values)


def awgs2019(form: Form) -> Outcome:
    """Return the AWGS 2019 decision from strength, performance and muscle mass, each True, False or unknown.

    Low: grip <28 kg (men), <18 kg (women); gait <1.0 m/s, five stands >=12 s or SPPB <=9, any one that was done;
    mass <7.0 / <5.4 (DXA) or <7.0 / <5.7 kg/m2 (BIA). Without mass: possible sarcopenia or no evidence.
    Source: AWGS 2019 consensus as in PMC10355810 table 1.
    """
    sex = form.need("sex")
    grip, gait, chair, sppb_, mass = (form.get(n) for n in ("grip_kg", "gait_mps", "chair5_s", "sppb", "asm_index"))
    method = form.need("mass_method") if mass is not None else None
    strength = None if grip is None or sex is None else grip < AWGS_GRIP[sex]
    tests = ((gait, gait is not None and gait < 1.0), (chair, chair is not None and chair >= 12), (sppb_, sppb_ is not None and sppb_ <= 9))
    done = [low for given, low in tests if given is not None]
    performance = any(done) if done else None
    low_mass = None if mass is None or sex is None or method is None else mass < AWGS_MASS[sex, method]
    values = {"low_strength": strength, "low_performance": performance, "low_mass": low_mass}
    category = _sarcopenia(values, measured=mass is not None)
    return incomplete(**values) if category is None else Outcome(None, category, values=values)


def _sarcopenia(low: dict[str, bool | None], *, measured: bool) -> str | None:
    """Return the class, None where a missing part could change it."""
    strength, performance, mass = low["low_strength"], low["low_performance"], low["low_mass"]
    either = True if strength or performance else None if None in (strength, performance) else False
    if mass:
        if strength is None or performance is None:
            return None
        return "severe_sarcopenia" if strength and performance else "sarcopenia" if either else "low_mass_only"
    if either is None or (measured and mass is None):
        return None
    if not either:
        return "no_evidence"
    return "no_sarcopenia_low_function" if measured else "possible_sarcopenia"


def sarc_f(form: Form) -> Outcome:
    """Return the sum 0 to 10 and, with sex and calf circumference, SARC-CalF: ten points more for a thin calf, cut 11.

    Calf limits of AWGS 2019 (below 34 cm men, below 33 cm women); other studies use other limits.
    """
    total = sum(form.points[item.id] for item in form.instrument.items)
    sex, calf = form.context.get("sex"), form.context.get("calf_cm")
    values = {}
    if sex is not None and calf is not None:
        with_calf = total + (10 if calf < CALF[sex] else 0)
        values = {"sarc_calf": with_calf, "sarc_calf_category": "positive" if with_calf >= 11 else "negative"}
    return Outcome(total, values=values)


def sppb(form: Form) -> Outcome:
    """Return balance, gait and chair points, each 0 to 4, and their sum.

    Balance stops at the first stand not held for 10 s. Walk of 4 m (not 3 m, whose limits differ): over 8.70 s 1,
    from 6.21 s 2, from 4.82 s 3, faster 4. Five stands: over 60 s 0, from 16.70 s 1, from 13.70 s 2, from 11.20 s 3,
    faster 4. Unable scores 0 and is not the same as not done. Times between two printed hundredths go with the
    faster class (6.205 s scores 3). Source: PHOSP-COVID data dictionary; PMC3032402 table 3.
    """
    balance, lacking = _balance(form)
    for name in ("gait4m_s", "chair5_s"):
        if form.get(name) is None and form.absent.get(name) != "unable":
            lacking.append(name)
    form.missing[:] = lacking
    if lacking:
        return incomplete()
    walk, chair = form.get("gait4m_s"), form.get("chair5_s")
    gait = 0 if walk is None else 4 if walk < 4.82 else 3 if walk < 6.21 else 2 if walk <= 8.70 else 1
    stands = _stands(chair)
    total = balance + gait + stands
    parts: dict[str, float | int | None] = {"balance": balance, "gait": gait, "chair": stands}
    return Outcome(total, values={"awgs_low_performance": total <= 9}, subscores=parts)


def _balance(form: Form) -> tuple[int, list[str]]:
    """Return the balance points and the stands that lack; a stand after one not held need not be done."""
    points = 0
    for name in ("side_s", "semi_s"):
        held = form.get(name)
        if held is None and form.absent.get(name) != "unable":
            return points, [name]
        if held is None or held < 10:
            return points, []
        points += 1
    tandem = form.get("tandem_s")
    if tandem is None:
        return points, [] if form.absent.get("tandem_s") == "unable" else ["tandem_s"]
    return points + (2 if tandem >= 10 else 1 if tandem >= 3 else 0), []


def _stands(seconds: float | None) -> int:
    if seconds is None or seconds > 60:
        return 0
    return 4 if seconds < 11.20 else 3 if seconds < 13.70 else 2 if seconds < 16.70 else 1


def tug(form: Form) -> Outcome:
    """Return the seconds with the two fall cut-offs: from 12 s (CDC STEADI), from 13.5 s (Barry 2014)."""
    seconds = form.points["seconds"]
    return Outcome(seconds, values={"fall_flag_cdc": seconds >= 12, "fall_flag_shumway_cook": seconds >= 13.5})


def icope1(form: Form) -> Outcome:
    """Return the flagged domains of WHO's first step and their number (the number is ours, WHO counts none).

    Chair rises: flagged when five are not done in 14 s; exactly 14 s passes. Source: WHO ICOPE 2019 as retold in
    AccessMedicine and J Aging Res Lifestyle 2025.
    """
    p = form.points
    found = {
        "cognition": p["words_recalled"] < 3 or p["orient_ok"] == 0,
        "locomotion": form.absent.get("chair5_s") == "unable" or p["chair5_s"] > 14,
        "vitality": p["weight_loss"] == 1 or p["appetite"] == 1,
        "vision": p["vision_problem"] == 1,
        "hearing": p["hearing_fail"] == 1,
        "psychological": p["mood1"] == 1 or p["mood2"] == 1,
    }
    flags = [name for name, flagged in found.items() if flagged]
    return Outcome(len(flags), values={"flags": flags})
