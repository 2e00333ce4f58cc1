"""Symbol-digit substitution with own symbols: correct answers within the limit, errors, and fading over its thirds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agetech.errors import SignalError
from agetech.scoring.tasks.event import Session, bounded, counted, numbered
from agetech.scoring.tasks.result import Findings, Found, missing
from agetech.scoring.tasks.words import slope_of

THIRDS = 3


class SymbolDigit(NamedTuple):
    """score: correct answers; accuracy: share of answers; fatigue_slope: correct answers a third, below 0 for fading."""

    score: int
    accuracy: float | None
    fatigue_slope: float


@dataclass(frozen=True, slots=True)
class SymbolSettings:
    """limit: how long answers count, s."""

    limit: float = 90.0

    def __post_init__(self) -> None:
        bounded("limit", self.limit, 3.0, 3600.0)


def symbol_digit(correct_by_third: Sequence[int], errors: int) -> SymbolDigit:
    """Return score, accuracy and the least-squares slope over the three thirds of the time.

    accuracy is None without an answer. Source: format of the digit symbol tasks, from memory; the sheet of the SDMT is
    its publisher's and is not used.
    """
    if len(correct_by_third) != THIRDS:
        raise SignalError("E_TASK_VALUE", "correct_by_third", expected="three counts", got=len(correct_by_third))
    thirds = [counted(f"correct_by_third[{place}]", value) for place, value in enumerate(correct_by_third)]
    score, wrong = sum(thirds), counted("errors", errors)
    return SymbolDigit(score, score / (score + wrong) if score + wrong else None, slope_of(thirds) or 0.0)


def found_symbols(session: Session, settings: SymbolSettings) -> Findings:
    """Return the measures of a run: time runs from the first onset; answers after the limit are late and nothing else.

    Without an end row at or after the limit, or a late answer, the score is a lower bound and nothing is said of fading.
    """
    rows, lost = numbered(session.of("trial"))
    thirds, wrong, late = [0] * THIRDS, 0, 0
    start = rows[0].onset_ms if rows else 0.0
    for row in rows:
        if row.expected is None:
            raise SignalError("E_TASK_EVENT", "task symbol_digit: expected", expected="the right digit", got="none")
        if row.response_ms is None:
            continue
        time = (row.response_ms - start) / 1000
        if time > settings.limit:
            late += 1
        elif row.response != row.expected:
            wrong += 1
        else:
            thirds[min(int(THIRDS * time / settings.limit), THIRDS - 1)] += 1
    got = symbol_digit(thirds, wrong)
    n = got.score + wrong
    stopped = session.ended()
    counts = {"trials": len(rows), "errors": wrong, "late": late, "lost": lost, **{f"third_{k + 1}": v for k, v in enumerate(thirds)}}
    accuracy = Found(got.accuracy, n)
    if not rows:
        return Findings({name: missing("not_recorded") for name in SymbolDigit._fields}, counts)
    if late or (stopped is not None and (stopped - start) / 1000 >= settings.limit):
        return Findings({"score": Found(got.score, n), "accuracy": accuracy, "fatigue_slope": Found(got.fatigue_slope, n)}, counts)
    score = Found(got.score, n, "censored", "end_not_recorded")
    return Findings({"score": score, "accuracy": accuracy, "fatigue_slope": missing("end_not_recorded", n)}, counts)
