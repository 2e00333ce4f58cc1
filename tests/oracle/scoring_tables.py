"""Independent tables for scoring rules: written from the rule texts in another way than the engine, no shared helper."""

from __future__ import annotations

import itertools

LEVELS = (0, 0.5, 1, 2, 3)


def katz_letters() -> dict[tuple[int, ...], str]:
    """Return the letter for each of the 64 patterns (bathing, dressing, toileting, transferring, continence, feeding)."""
    table = dict.fromkeys(itertools.product((0, 1), repeat=6), "Other")
    table[1, 1, 1, 1, 1, 1] = "A"
    table[0, 0, 0, 0, 0, 0] = "G"
    for lost in range(6):
        table[tuple(0 if i == lost else 1 for i in range(6))] = "B"
    for letter, first in (("C", 1), ("D", 2), ("E", 3), ("F", 4)):
        for extra in range(first, 6):
            table[tuple(0 if i < first or i == extra else 1 for i in range(6))] = letter
    return table


def mzt_levels() -> dict[tuple[int, ...], str]:
    """Return the level for each of the 256 grade patterns (daily living, mental, sensory, social), read clause by clause."""
    table = {}
    for grades in itertools.product(range(4), repeat=4):
        adl, mental, sensory, social = grades
        rest = (mental, sensory, social)
        holds = {
            "0": adl == 0 and mental == 0 and sensory == 0 and social in (0, 1),
            "1": (adl == 0 and (mental >= 1 or sensory >= 1 or social >= 2)) or (adl == 1 and any(g in (0, 1) for g in rest)),
            "2": (adl == 1 and (rest == (2, 2, 2) or 3 in rest)) or (adl == 2 and len([g for g in rest if g in (1, 2)]) in (1, 2)),
            "3": adl == 3 or (adl == 2 and rest == (2, 2, 2)) or (adl == 2 and 3 in rest),
        }
        found = [level for level in ("3", "2", "1", "0") if holds[level]]
        table[grades] = found[0] if found else "undetermined"
    return table


def cdr_globals() -> dict[tuple[float, ...], float]:
    """Return the global score for each of the 12,500 patterns (memory, orientation, judgment, community, home, care)."""
    boxes = itertools.product(LEVELS, LEVELS, LEVELS, LEVELS, LEVELS, (0, 1, 2, 3))
    return {pattern: _cdr(pattern[0], sorted(pattern[1:])) for pattern in boxes}


def _cdr(m: float, s: list[float]) -> float:
    if m == 0:
        return 0.5 if s[3] >= 0.5 else 0  # the second largest of five
    if m == 0.5:
        return 1 if s[2] >= 1 else 0.5  # the third largest of five
    lower, same, higher = s.index(m) if m in s else sum(x < m for x in s), s.count(m), 0
    higher = 5 - lower - same
    if same >= 3 or (lower, higher) in ((2, 3), (3, 2)) or (lower <= 2 and higher <= 2):
        return m
    side = s[:lower] if lower > higher else s[5 - higher :]
    best = None
    for candidate in sorted(set(side), key=lambda x: abs(x - m)):  # nearest first, so ties stay with it
        if best is None or side.count(candidate) > side.count(best):
            best = candidate
    return 0.5 if best == 0 else best


def completions(answers):
    """Yield every way to fill in the missing ones of yes/no answers."""
    return itertools.product(*[(0, 1) if a is None else (a,) for a in answers])


def agreed(answers, judge):
    """Return the class on which every completion agrees, None where they do not."""
    classes = {judge(filled) for filled in completions(answers)}
    return classes.pop() if len(classes) == 1 else None


def stop_bang_class(a) -> str:
    """Return the class of snore, tired, observed, pressure, BMI, age, neck, male."""
    snore, tired, observed, pressure, bmi, _age, neck, male = a
    count = sum(a)
    if count > 4 or (snore + tired + observed + pressure > 1 and (bmi or neck or male)):
        return "high"
    return "low" if count < 3 else "intermediate"


def cam_class(a) -> str:
    """Return the class of acute, inattention, thinking, consciousness."""
    return "positive" if a[0] and a[1] and (a[2] or a[3]) else "negative"


def frailty_class(a) -> str:
    """Return the class of five criteria."""
    return ("robust", "prefrail", "prefrail", "frail", "frail", "frail")[sum(a)]


def kubota(swallows: int, seconds: float, choked: int, finished: int) -> tuple[int, str]:
    """Return grade and class of the water test."""
    grade = 5 if not finished else {(True, 0): 1, (False, 0): 2, (True, 1): 3, (False, 1): 4}[swallows < 2, choked]
    if grade == 1:
        return 1, "suspicious" if seconds > 5 else "normal"
    return grade, "suspicious" if grade == 2 else "abnormal"
