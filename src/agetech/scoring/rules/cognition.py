"""Cognition and behaviour: MoCA, CDR, SPMSQ, CAM, NPI-Q. Each function follows its source from top to bottom."""

# ruff: noqa: PLR2004 - the numbers of a rule stand where the rule is, beside their source

from __future__ import annotations

from collections import Counter

from agetech.scoring.form import Form
from agetech.scoring.outcome import Outcome, adjustment, incomplete

MOCA_EDUCATION = 12  # years up to which the form adds a point
MOCA_TOP = 30


def moca(form: Form) -> Outcome:
    """Return the MoCA total, its raw sum and the domain scores.

    Serial subtraction: 4 or 5 right 3 points, 2 or 3 right 2, one right 1, none 0; 11 words or more 1 point; one
    point more with 12 years of schooling or less, never above 30.
    Source: the form's scoring as in camcops moca.py. Under a scheme with a bonus of its own the form's point is left
    out (`applies_to` in the scheme).
    """
    p = form.points
    serial = (0, 1, 2, 2, 3, 3)[int(p["serial7_correct"])]
    fluent = 1 if p["fluency_words"] >= 11 else 0
    domains: dict[str, float | int | None] = {
        "visuospatial": p["trail"] + p["cube"] + p["clock_contour"] + p["clock_numbers"] + p["clock_hands"],
        "naming": p["naming"],
        "attention": p["digits_fwd"] + p["digits_back"] + p["vigilance"] + serial,
        "language": p["sentence"] + fluent,
        "abstraction": p["abstraction"],
        "delayed_recall": p["recall"],
        "orientation": p["orientation"],
    }
    raw = sum(value for value in domains.values() if value is not None)
    years = form.need("education_years")
    if years is None:
        return Outcome(None, None, "incomplete", {"raw": raw, "bounds": [raw, min(raw + 1, MOCA_TOP)]}, subscores=domains)
    found = Outcome(raw, values={"raw": raw}, subscores=domains)
    if years <= MOCA_EDUCATION and raw < MOCA_TOP:
        found.total = raw + 1
        found.adjustments.append(
            adjustment("education_point", "one point for 12 years of schooling or less", "受教育年限不超过12年，加1分")
        )
    return found


def cdr(form: Form) -> Outcome:
    """Return the sum of boxes as total and the global score in `values`.

    M is memory, S the five other boxes. Source: the scoring rules page of the Knight ADRC (Washington University).
    M = 0: 0.5 with two or more S of at least 0.5, else 0. M = 0.5: 1 with three or more S of at least 1, else 0.5.
    M >= 1: M with three or more S equal to M, or three on one side and two on the other; with three or more on one
    side the score of the majority of that side, ties to the tied score nearest M; else M; never 0 (0.5 instead).
    Where no score of that side has a majority the most frequent one is a reading of ours: `global_reading` says so.
    """
    memory = form.points["memory"]
    others = [form.points[name] for name in ("orientation", "judgment", "community", "home", "care")]
    total = memory + sum(others)
    score, reading = _global(memory, others)
    return Outcome(total, values={"sum_of_boxes": total, "global": score, "global_reading": reading})


def _global(memory: float, others: list[float | int]) -> tuple[float | int, str]:
    """Return the global score and whether it stands in the text (`text`) or is our reading of it (`mode`)."""
    if memory == 0:
        return (0.5 if sum(s >= 0.5 for s in others) >= 2 else 0), "text"
    if memory == 0.5:
        return (1 if sum(s >= 1 for s in others) >= 3 else 0.5), "text"
    above = [s for s in others if s > memory]
    below = [s for s in others if s < memory]
    if max(len(above), len(below)) < 3 or {len(above), len(below)} == {2, 3}:
        return memory, "text"
    side = above if len(above) > len(below) else below
    counts = Counter(side)
    most = max(counts.values())
    score = min((s for s in counts if counts[s] == most), key=lambda s: abs(s - memory))
    tied = sum(count == most for count in counts.values()) > 1
    reading = "text" if 2 * most > len(side) or tied else "mode"
    return score or 0.5, reading


def spmsq(form: Form) -> Outcome:
    """Return errors adjusted by schooling: one less with grade school only, one more beyond high school; 0 to 10.

    Source: Stanford Geriatrics, toolkit page on the SPMSQ after Pfeiffer 1975. A refused item counts as an error.
    """
    raw = sum(form.points[item.id] for item in form.instrument.items)
    band = form.need("education_band")
    if band is None:
        return Outcome(None, None, "incomplete", {"raw": raw, "bounds": [max(raw - 1, 0), min(raw + 1, 10)]})
    shift = {"grade_school": -1, "high_school": 0, "beyond_high_school": 1}[band]
    found = Outcome(min(max(raw + shift, 0), 10), values={"raw": raw})
    if found.total != raw:
        found.adjustments.append(adjustment("education", f"{shift:+d} for schooling: {band}", f"按文化程度调整 {shift:+d}"))
    return found


def cam(form: Form) -> Outcome:
    """Return positive when acute or fluctuating, inattentive, and disorganised or of altered consciousness.

    Three-valued logic: an answer is given as soon as no missing item can change it. Source: Grossmann 2014, figure 1.
    """
    acute, inattention, thinking, consciousness = (form.get(n) for n in ("acute_fluct", "inattention", "disorganized", "altered_loc"))
    either = 1 if 1 in (thinking, consciousness) else None if None in (thinking, consciousness) else 0
    parts = (acute, inattention, either)
    if 0 in parts:
        return Outcome(None, "negative")
    return incomplete() if None in parts else Outcome(None, "positive")


def npi_q(form: Form) -> Outcome:
    """Return severity (the total), distress and the number of symptoms; both count endorsed symptoms only.

    An endorsed symptom without severity leaves the form incomplete, one without distress leaves only distress out.
    Source: Kaufer 2000; camcops npiq.py.
    """
    endorsed = [n for n in range(1, 13) if form.get(f"e{n}") == 1]
    severity = [form.get(f"s{n}") for n in endorsed]
    distress = [form.get(f"d{n}") for n in endorsed]
    lacking = [f"e{n}" for n in range(1, 13) if form.get(f"e{n}") is None]
    lacking += [f"{part}{n}" for part in "sd" for n in endorsed if form.get(f"{part}{n}") is None]
    form.missing[:] = lacking
    if any(name[0] in "es" for name in lacking):
        return incomplete()
    total = sum(s for s in severity if s is not None)
    worry = None if None in distress else sum(d for d in distress if d is not None)
    return Outcome(total, None, values={"severity": total, "distress": worry, "n_endorsed": len(endorsed)})
