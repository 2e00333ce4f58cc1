"""Stroop: interference and facilitation from reaction times, the inverse efficiency score, and Golden's paper score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from agetech.errors import SignalError
from agetech.scoring.tasks.event import Session, TaskEvent, bounded, counted, numbered, reals
from agetech.scoring.tasks.reaction import ANTICIPATION, mean_of, trim
from agetech.scoring.tasks.result import Findings, Found, missing

CONDITIONS = ("congruent", "incongruent", "neutral")


class Stroop(NamedTuple):
    """Interference, facilitation and inverse efficiency, s; None where a condition has no correct response."""

    interference: float | None
    facilitation: float | None
    ies_congruent: float | None
    ies_incongruent: float | None


@dataclass(frozen=True, slots=True)
class StroopSettings:
    """anticipation, lapse: limits of a reaction time, s, for the means; accuracy takes every trial."""

    anticipation: float = ANTICIPATION
    lapse: float = 5.0

    def __post_init__(self) -> None:
        bounded("anticipation", self.anticipation, 1e-3, 10.0)
        bounded("lapse", self.lapse, self.anticipation, 600.0)


def stroop(
    congruent: Iterable[float],
    incongruent: Iterable[float],
    neutral: Iterable[float] = (),
    *,
    accuracy_congruent: float | None = None,
    accuracy_incongruent: float | None = None,
) -> Stroop:
    """Return the Stroop measures from reaction times of correct responses, s, and the proportions correct.

    interference = mean incongruent - mean congruent; facilitation = mean neutral - mean congruent; IES = mean / proportion
    correct, None without a correct response. Source: practice of the computerised task, one retelling; IES: Townsend and
    Ashby 1978, from memory.
    """
    easy, hard = mean_of(reals("congruent", congruent)), mean_of(reals("incongruent", incongruent))
    plain = mean_of(reals("neutral", neutral))
    return Stroop(
        None if easy is None or hard is None else hard - easy,
        None if easy is None or plain is None else plain - easy,
        _efficiency("accuracy_congruent", easy, accuracy_congruent),
        _efficiency("accuracy_incongruent", hard, accuracy_incongruent),
    )


def _efficiency(where: str, mean: float | None, accuracy: float | None) -> float | None:
    share = None if accuracy is None else bounded(where, accuracy, 0.0, 1.0)
    return mean / share if mean is not None and share else None


def golden_interference(words: int, colours: int, colour_words: int) -> float | None:
    """Return Golden's interference, items in 45 s: CW - C W / (C + W); None where neither words nor colours were named.

    Source: Golden 1978, formula by one retelling.
    """
    w, c, cw = counted("words", words), counted("colours", colours), counted("colour_words", colour_words)
    return cw - c * w / (c + w) if c + w else None


def found_stroop(session: Session, settings: StroopSettings) -> Findings:
    """Return the measures of a computerised Stroop run. Accuracy takes every trial; a time-out is not correct."""
    rows, lost = numbered(session.of("trial"))
    for row in rows:
        if row.condition not in CONDITIONS or row.expected is None:
            wanted = "congruent, incongruent or neutral, with the right response"
            raise SignalError("E_TASK_EVENT", "task stroop: condition", expected=wanted, got="another condition or no right response")
    by = {name: [row for row in rows if row.condition == name] for name in CONDITIONS}
    right = {name: [row for row in part if row.response == row.expected] for name, part in by.items()}
    kept = {name: trim(_times(part), settings.anticipation, settings.lapse) for name, part in right.items()}
    share = {name: len(right[name]) / len(by[name]) if by[name] else None for name in CONDITIONS}
    got = stroop(
        kept["congruent"].kept,
        kept["incongruent"].kept,
        kept["neutral"].kept,
        accuracy_congruent=share["congruent"],
        accuracy_incongruent=share["incongruent"],
    )
    n = {name: len(part.kept) for name, part in kept.items()}
    found = {
        "interference": Found(got.interference, min(n["congruent"], n["incongruent"])),
        "facilitation": Found(got.facilitation, min(n["congruent"], n["neutral"])) if by["neutral"] else missing("not_recorded"),
        "ies_congruent": Found(got.ies_congruent, n["congruent"]),
        "ies_incongruent": Found(got.ies_incongruent, n["incongruent"]),
    }
    counts = {
        "trials": len(rows),
        **{name: len(part) for name, part in by.items()},
        "errors": sum(row.response is not None and row.response != row.expected for row in rows),
        "timeouts": sum(row.response is None for row in rows),
        "anticipations": sum(part.anticipations for part in kept.values()),
        "lapses": sum(part.lapses for part in kept.values()),
        "early": len(session.of("early")),
        "lost": lost,
    }
    return Findings(found, counts)


def _times(rows: list[TaskEvent]) -> list[float]:
    return [row.rt for row in rows if row.rt is not None]
