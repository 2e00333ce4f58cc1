"""Digit span and Corsi blocks: the longest sequence repeated, correct trials, their product and the mean span."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from agetech.errors import SignalError
from agetech.scoring.tasks.event import Session, counted, unbroken
from agetech.scoring.tasks.result import Findings, Found

PARTS = re.compile(r"[\s,;-]+")


class Span(NamedTuple):
    """Span measures, items; discontinued_at: the length at which every trial failed, None where the rule was not reached."""

    max_span: int
    trials_correct: int
    product: int
    mean_span: float
    discontinued_at: int | None


@dataclass(frozen=True, slots=True)
class SpanSettings:
    """trials_per_length: how many sequences of each length are given; all of them wrong ends the task."""

    trials_per_length: int = 2

    def __post_init__(self) -> None:
        counted("trials_per_length", self.trials_per_length, 10, 1)


def span(trials: Sequence[tuple[int, int]], trials_per_length: int = 2) -> Span | None:
    """Return the measures of (length, correct) trials in the order given; None without a trial.

    max_span: the longest length with a correct trial, 0 for none; product: max_span times correct trials; mean_span:
    (first length - 1) + sum over lengths of the proportion correct. Lengths rise by one, every length but the last has
    all its trials, and nothing follows a length of which all failed: SignalError for anything else.
    Source: two trials a length, span and product: a maker's description of the Corsi task; Kessels 2000.
    """
    per = counted("trials_per_length", trials_per_length, 10, 1)
    by: dict[int, list[int]] = {}
    for place, (length, correct) in enumerate(trials):
        size, right = counted(f"trials[{place}]: length", length, 1000, 1), counted(f"trials[{place}]: correct", correct, 1)
        newest = next(reversed(by), size)
        if size not in (newest, newest + 1):
            raise SignalError("E_TASK_TRIALS", f"trials[{place}]", expected="lengths that rise by one", got=str(size))
        by.setdefault(size, []).append(right)
    if not by:
        return None
    lengths = list(by)
    for size, following in pairwise(lengths):
        if len(by[size]) != per or not any(by[size]):
            wanted = f"{per} trials of length {size}, one of them correct"
            raise SignalError("E_TASK_TRIALS", f"trials of length {following}", expected=wanted, got=f"{len(by[size])} trials")
    last = lengths[-1]
    if len(by[last]) > per:
        raise SignalError("E_TASK_TRIALS", f"trials of length {last}", expected=f"{per} trials", got=f"{len(by[last])} trials")
    longest = max((size for size, got in by.items() if any(got)), default=0)
    right = sum(sum(got) for got in by.values())
    mean = lengths[0] - 1 + sum(sum(got) / per for got in by.values())
    stopped = last if len(by[last]) == per and not any(by[last]) else None
    return Span(longest, right, longest * right, mean, stopped)


def sequence_of(text: str) -> tuple[str, ...]:
    """Return the items of a sequence as text: parts between spaces, commas or hyphens, else single characters."""
    parts = tuple(part for part in PARTS.split(text) if part)
    return parts if len(parts) > 1 else tuple("".join(parts))


def found_span(session: Session, settings: SpanSettings) -> Findings:
    """Return the measures of a digit span or Corsi run: `expected` is the right sequence, backwards where that was asked."""
    rows = unbroken(session)
    trials = []
    for row in rows:
        if row.expected is None:
            raise SignalError("E_TASK_EVENT", f"task {session.task}: expected", expected="the right sequence", got="none")
        wanted = sequence_of(row.expected)
        trials.append((len(wanted), int(row.response is not None and sequence_of(row.response) == wanted)))
    got = span(trials, settings.trials_per_length)
    names = ["max_span", "trials_correct", "mean_span"] + (["product"] if session.task == "corsi" else [])
    counts = {"trials": len(rows), "timeouts": sum(row.response is None for row in rows), "early": len(session.of("early"))}
    if got is None:
        return Findings({name: Found(None, 0) for name in names}, counts)
    if got.discontinued_at is not None:
        counts["discontinued_at"] = got.discontinued_at
        return Findings({name: Found(getattr(got, name), len(rows)) for name in names}, counts)
    found = {name: Found(getattr(got, name), len(rows), "censored", "stop_rule_not_reached") for name in names}
    return Findings(found, counts)
