"""What came against what must come: the kit compares, never the implementation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agetech.conformance.book import PRINTED, Book, Case, Tolerance
from agetech.conformance.wire import WORDS

NUMERIC = {"f64": Tolerance(), "f32": Tolerance(1e-6, 1e-4), "q15": Tolerance(2e-3, 2e-3)}
FAMILY = {"E_PARAM_UNKNOWN": "E_PARAM", "E_PARAM_MISSING": "E_PARAM", "E_INPUTS": "E_SHAPE"}
UNNAMED = Tolerance(1e-12, PRINTED)  # a number for which the file states no tolerance


@dataclass(frozen=True)
class Answer:
    """What an implementation says of a case. kind: result, rejected, unsupported or error."""

    kind: str
    rows: tuple[Mapping[str, Any], ...] = ()
    abstained: bool = False
    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict of a case; worst: the largest error in units of its tolerance (0 where all is exact)."""

    verdict: str
    tolerance: str = ""
    worst: float = 0.0
    observed: str = ""


def judge(book: Book, case: Case, answer: Answer, numeric: str = "f64") -> Judgement:
    """Return the verdict on an answer: pass, fail, acceptable or unsupported_claimed."""
    if answer.kind == "unsupported":
        return Judgement("unsupported_claimed", observed="unsupported, yet claimed")
    if case.expected == "acceptable":
        return Judgement("acceptable", observed=answer.kind)
    if case.expected == "invalid":
        return _refusal(case, answer)
    if answer.kind != "result":
        return Judgement("fail", observed=f"{answer.kind} {answer.code} {answer.text}".strip())
    if answer.abstained and (case.expected != "abstain" or any(_tells(row, case) for row in answer.rows)):
        return Judgement("fail", observed="abstained" if case.expected != "abstain" else "abstained beside numbers")
    if answer.abstained and not answer.rows:
        return Judgement("pass", "T0")
    return rows_judgement(book, case.rows, answer.rows, numeric)


def _tells(row: Mapping[str, Any], case: Case) -> bool:
    """Return whether a row holds a number where the case's own rows hold none."""
    silent = {name for own in case.rows for name, value in own.items() if value == "NaN"}
    return any(isinstance(row.get(name), (int, float)) for name in silent)


def _refusal(case: Case, answer: Answer) -> Judgement:
    if answer.kind != "rejected":
        return Judgement("fail", observed=f"{answer.kind}; must be refused with {case.code}")
    wanted, got = (FAMILY.get(code, code) for code in (case.code, answer.code))
    if wanted != got:
        return Judgement("fail", observed=f"refused with {answer.code}, expected {case.code}")
    return Judgement("pass", "T0")


def rows_judgement(book: Book, wanted: Sequence[Mapping[str, Any]], got: Sequence[Mapping[str, Any]], numeric: str = "f64") -> Judgement:
    """Return the verdict on rows: as many as wanted, in their order, every field within its tolerance."""
    if len(wanted) != len(got):
        return Judgement("fail", "T0", observed=f"{len(got)} rows, expected {len(wanted)}")
    worst, kind = 0.0, "T0"
    for number, (right, row) in enumerate(zip(ordered(book, wanted), ordered(book, got), strict=True)):
        for name, value in right.items():
            if name not in row:
                return Judgement("fail", kind, worst, f"row {number}: {name} is missing")
            rule = book.tolerances.get(name, UNNAMED)
            rule = _widened(rule, value, numeric)
            error = distance(value, row[name], rule)
            if error > 1.0:
                return Judgement("fail", rule.name, _shown(error), f"row {number}: {name} = {row[name]!r:.60}, expected {value!r:.60}")
            kind, worst = max(kind, rule.name), max(worst, error)
    return Judgement("pass", kind, _shown(worst))


def ordered(book: Book, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return events by their whole numbers: they come as they are confirmed, which a gap may exchange; other rows as they are."""
    if not book.events:
        return list(rows)
    return sorted(rows, key=lambda row: tuple(value for name in book.fields if isinstance(value := row.get(name), int)))


def _shown(error: float) -> float:
    return float(f"{min(error, 1e300):.6g}")


def _widened(rule: Tolerance, value: object, numeric: str) -> Tolerance:
    wide = NUMERIC.get(numeric, NUMERIC["f64"])
    if not isinstance(value, float):
        return rule
    return Tolerance(max(rule.absolute, wide.absolute), max(rule.relative, wide.relative))


def distance(wanted: Any, got: Any, rule: Tolerance) -> float:
    """Return an error in units of its tolerance: at most 1 is right; infinite for another type or a NaN out of place."""
    if isinstance(wanted, list):
        if not isinstance(got, list) or len(got) != len(wanted):
            return math.inf
        return max((distance(one, other, rule) for one, other in zip(wanted, got, strict=True)), default=0.0)
    if isinstance(wanted, bool) or wanted is None:
        return 0.0 if got is wanted else math.inf
    if isinstance(wanted, int):
        whole = isinstance(got, int) and not isinstance(got, bool)
        return _error(float(wanted), float(got), rule if rule is not UNNAMED else Tolerance()) if whole else math.inf
    if isinstance(wanted, str) and wanted not in WORDS:
        return 0.0 if got == wanted and isinstance(got, str) else math.inf
    if isinstance(got, bool) or not (isinstance(got, (int, float)) or (isinstance(got, str) and got in WORDS)):
        return math.inf
    return _error(WORDS[wanted] if isinstance(wanted, str) else wanted, WORDS[got] if isinstance(got, str) else float(got), rule)


def _error(wanted: float, got: float, rule: Tolerance) -> float:
    if math.isnan(wanted) or math.isnan(got):
        return 0.0 if math.isnan(wanted) and math.isnan(got) else math.inf
    if wanted == got:
        return 0.0
    if math.isinf(wanted) or math.isinf(got):
        return math.inf
    allowed = rule.allowed(wanted)
    return abs(got - wanted) / allowed if allowed > 0.0 else math.inf
