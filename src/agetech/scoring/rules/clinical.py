"""Clinical screens: NEWS2, nutrition (NRS 2002, MUST, MNA-SF), swallowing, STRATIFY, STOP-Bang, PSQI, PHQ-9, Zung."""

# ruff: noqa: PLR2004 - the numbers of a rule stand where the rule is, beside their source

from __future__ import annotations

from itertools import product
from math import floor

from agetech.scoring.form import Form
from agetech.scoring.outcome import Outcome, adjustment, incomplete

NEWS2_STEPS = {  # (up to, points), last is open; RCP chart 1, 2017
    "rr": ((8, 3), (11, 1), (20, 0), (24, 2), (float("inf"), 3)),
    "sbp": ((90, 3), (100, 2), (110, 1), (219, 0), (float("inf"), 3)),
    "pulse": ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (float("inf"), 3)),
    "temp": ((35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), (float("inf"), 2)),
}
SPO2_SCALE_1 = ((91, 3), (93, 2), (95, 1), (float("inf"), 0))
SPO2_SCALE_2_AIR = ((83, 3), (85, 2), (87, 1), (float("inf"), 0))
SPO2_SCALE_2_OXYGEN = ((83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), (float("inf"), 3))
RED, URGENT, EMERGENCY = 3, 5, 7
PHQ9_CORE = frozenset({"q1", "q2"})


def _step(steps: tuple[tuple[float, int], ...], value: float) -> int:
    return next(points for up_to, points in steps if value <= up_to)


def news2(form: Form) -> Outcome:
    """Return the early-warning total, the points of each parameter, and flags for 7 or more and for a single 3.

    Scale 2 for SpO2 only on a clinician's decision, so the scale must be stated. Flags are raised on what is there,
    also when parameters lack. Source: RCP NEWS2 chart 1 (2017).
    """
    parts: dict[str, float | int | None] = {}
    for name in ("rr", "sbp", "pulse", "temp"):
        value = form.get(name)
        parts[name] = None if value is None else _step(NEWS2_STEPS[name], value)
    oxygen, altered, spo2 = form.get("o2"), form.get("cvpu"), form.get("spo2")
    parts["o2"] = None if oxygen is None else 2 * oxygen
    parts["consciousness"] = None if altered is None else RED * altered
    scale = form.need("spo2_scale")
    parts["spo2"] = _spo2(spo2, oxygen, scale)
    order = ("rr", "spo2", "o2", "sbp", "pulse", "consciousness", "temp")
    parts = {name: parts[name] for name in order}
    known = [p for p in parts.values() if p is not None]
    if parts["spo2"] is None and spo2 is not None and scale is None:
        known.append(_step(SPO2_SCALE_1, spo2))  # for the flags alone: the chart's ordinary scale
    total = sum(known)
    raised = [flag for flag, holds in (("news2_emergency", total >= EMERGENCY), ("news2_single_3", RED in known)) if holds]
    if None in parts.values():
        return Outcome(None, None, "incomplete", subscores=parts, raised=raised)
    found = Outcome(total, subscores=parts, raised=raised)
    if total < URGENT and RED in known:
        found.category = "low_medium"
    return found


def _spo2(spo2: float | None, oxygen: float | None, scale: int | None) -> int | None:
    """Return the points of the saturation; on scale 2 it must be known whether oxygen is given."""
    if spo2 is None or scale is None:
        return None
    if scale == 1:
        return _step(SPO2_SCALE_1, spo2)
    if oxygen is None:
        return _step(SPO2_SCALE_2_AIR, spo2) if spo2 <= 92 else None
    return _step(SPO2_SCALE_2_OXYGEN if oxygen else SPO2_SCALE_2_AIR, spo2)


def four_at(form: Form) -> Outcome:
    """Return the sum 0 to 12; possible delirium is flagged as soon as the answers that are there reach 4.

    Untestable scores 2 on each cognitive item. Source: the 4AT owner's guide; openEHR four_a_test.v1.
    """
    known = sum(form.points.values())
    raised = ["four_at_possible_delirium"] if known >= 4 else []
    return Outcome(None, None, "incomplete", raised=raised) if form.missing else Outcome(known, raised=raised)


def nrs2002(form: Form) -> Outcome:
    """Return nutrition plus disease severity, plus 1 from 70 years. Source: Kondrup 2003 form, PMC2964075 table 1."""
    points = form.points["nutrition"] + form.points["disease"]
    age = form.need("age")
    if age is None:
        return Outcome(None, None, "incomplete", {"raw": points, "bounds": [points, points + 1]})
    found = Outcome(points, values={"raw": points})
    if age >= 70:
        found.total = points + 1
        found.adjustments.append(adjustment("age_70", "one point from 70 years", "年龄70岁及以上，加1分"))
    return found


def must(form: Form) -> Outcome:
    """Return BMI points (over 20: 0, 18.5 to 20: 1, below: 2), loss points (below 5 %, to 10 %, above), acute disease 2.

    Source: openEHR must.v0 and the BAPEN wording; one hospital form prints "20 or more" for the zero class.
    """
    bmi, loss = form.points["bmi"], form.points["loss_pct"]
    parts: dict[str, float | int | None] = {
        "bmi": 0 if bmi > 20 else 1 if bmi >= 18.5 else 2,
        "loss": 0 if loss < 5 else 1 if loss <= 10 else 2,
        "acute": 2 * form.points["acute"],
    }
    return Outcome(sum(p for p in parts.values() if p is not None), subscores=parts)


def mna_sf(form: Form) -> Outcome:
    """Return the sum of five items and of BMI class, or of calf class where BMI lacks. Source: PMC6074319 table 1."""
    bmi, calf = form.get("bmi"), form.get("calf_cm")
    form.missing[:] = [name for name in form.missing if name not in ("bmi", "calf_cm")]
    if bmi is None and calf is None:
        form.missing.append("bmi")
    if form.missing:
        return incomplete()
    if bmi is not None:
        last, source = (0 if bmi < 19 else 1 if bmi < 21 else 2 if bmi < 23 else 3), "bmi"
    else:
        last, source = (0 if calf is not None and calf < 31 else 3), "calf"
    return Outcome(sum(form.points[name] for name in "abcde") + last, values={"f_source": source})


def kubota(form: Form) -> Outcome:
    """Return grade 1 to 5 of the 30 ml water test; normal is grade 1 within 5 s, grade 1 over 5 s and 2 are suspicious.

    1 one swallow without choking, 2 more without, 3 one with, 4 more with, 5 not finished.
    Source: forms on oldu.cn and doczj.com.
    """
    once, choked = form.points["swallows"] == 1, form.points["choked"] == 1
    if form.points["finished"] == 0:
        grade = 5
    elif choked:
        grade = 3 if once else 4
    else:
        grade = 1 if once else 2
    quick = grade == 1 and form.points["seconds"] <= 5
    return Outcome(grade, "normal" if quick else "suspicious" if grade <= 2 else "abnormal")


def stratify(form: Form) -> Outcome:
    """Return four yes/no points and a fifth when transfer plus mobility is 3 or 4. Source: Billington 2012."""
    p = form.points
    fifth = 1 if p["transfer"] + p["mobility"] in (3, 4) else 0
    return Outcome(p["fell"] + p["agitated"] + p["visual"] + p["toileting"] + fifth)


def stop_bang(form: Form) -> Outcome:
    """Return the sum 0 to 8; high also with two STOP items and male sex, BMI over 35 or a large neck.

    With items missing the class is given only where every completion agrees. Source: University Health Network form.
    """
    names = [item.id for item in form.instrument.items]
    given = [form.get(name) for name in names]
    if None not in given:
        answers = [int(value) for value in given if value is not None]
        return Outcome(sum(answers), _stop_bang(answers))
    choices = [(0, 1) if value is None else (int(value),) for value in given]
    known = sum(int(value) for value in given if value is not None)
    bounds = [known, known + given.count(None)]
    classes = {_stop_bang(list(answers)) for answers in product(*choices)}
    return Outcome(None, classes.pop(), "bounded", {"bounds": bounds}) if len(classes) == 1 else incomplete(bounds=bounds)


def _stop_bang(answers: list[int]) -> str:
    total, stop, body = sum(answers), sum(answers[:4]), answers[4] + answers[6] + answers[7]
    if total >= 5 or (stop >= 2 and body >= 1):
        return "high"
    return "intermediate" if total >= 3 else "low"


def psqi(form: Form) -> Outcome:
    """Return the seven components, each 0 to 3, their sum, and sleep efficiency in percent.

    Bed time may cross midnight; more hours asleep than in bed is an invalid answer; exactly 85, 75 and 65 % go to the
    better class. Items are bound by meaning: printings number quality and medicine differently.
    Source: Saudi J Anaesth 34:125, table 1 (jksaa.org).
    """
    g = form.get
    bed, rise, hours = g("bedtime_min"), g("rise_min"), g("hours")
    in_bed = None if bed is None or rise is None else (rise - bed) % 1440 / 60
    if in_bed is not None and hours is not None and hours > in_bed:
        form.errors.append("hours")
        return Outcome(None, None, "invalid")
    if form.missing or in_bed is None or hours is None:
        return incomplete()
    p = form.points
    efficiency = round(100 * hours / in_bed, 9) if in_bed else 0.0  # 5.1 h of 6 h is 85 %, not 84.999...
    latency = p["latency_min"]
    waking = sum(p[f"q5{letter}"] for letter in "bcdefghij")
    parts: dict[str, float | int | None] = {
        "c1": p["q6"],
        "c2": -(-((0 if latency <= 15 else 1 if latency <= 30 else 2 if latency <= 60 else 3) + p["q5a"]) // 2),
        "c3": 0 if hours > 7 else 1 if hours >= 6 else 2 if hours >= 5 else 3,
        "c4": 0 if efficiency >= 85 else 1 if efficiency >= 75 else 2 if efficiency >= 65 else 3,
        "c5": -(-waking // 9),
        "c6": p["q7"],
        "c7": -(-(p["q8"] + p["q9"]) // 2),
    }
    return Outcome(sum(c for c in parts.values() if c is not None), values={"efficiency_pct": efficiency}, subscores=parts)


def phq9(form: Form) -> dict[str, object]:
    """Return syndrome and safety flag of the PHQ-9, to stand beside its (possibly prorated) sum.

    Core: items 1 and 2 from 2; others from 2, item 9 from 1. Major: a core symptom and five in all; other: two to
    four. Unknown with an item missing. Source: camcops phq9.py (Kroenke 2001).
    """
    flag = form.get("q9")
    values: dict[str, object] = {"safety_flag": flag is not None and flag >= 1, "syndrome": None}
    if not form.missing:
        symptoms = [name for name, points in form.points.items() if is_symptom(name, points)]
        values["syndrome"] = syndrome(sum(name in PHQ9_CORE for name in symptoms), len(symptoms))
    return values


def is_symptom(item: str, points: float) -> bool:
    """Return whether an answer to the PHQ-9 is a symptom: from 2, item 9 from 1."""
    return points >= 2 or (points >= 1 and item == "q9")


def syndrome(core: int, symptoms: int) -> str:
    """Return `major`, `other` or `none` from the number of core symptoms and of all symptoms."""
    if core == 0 or symptoms < 2:
        return "none"
    return "major" if symptoms >= 5 else "other"


def zung(form: Form) -> Outcome:
    """Return the index, 1.25 times the raw sum after reversal.

    Sheets print both roundings: `default` takes the integer part, `half_up` the nearest integer with halves up.
    """
    raw = sum(form.points[item.id] for item in form.instrument.items)
    index = {"default": floor(raw * 1.25), "half_up": floor(raw * 1.25 + 0.5)}
    mode = form.mode if form.mode in index else "default"
    found = Outcome(index[mode], values={"raw": raw, "index_floor": index["default"], "index_half_up": index["half_up"]})
    bands = form.instrument.schemes["default"].bands
    classes = {name: band.code for name, total in index.items() if bands is not None and (band := bands.at(total)) is not None}
    found.disputed = {name: code for name, code in classes.items() if code != classes[mode]}
    return found
