"""Word-list learning and verbal fluency: what was said, when, and what was said twice."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import NamedTuple

from agetech.errors import SignalError
from agetech.scoring.tasks.event import Session, TaskEvent, bounded, counted, numbered, reals
from agetech.scoring.tasks.result import Findings, Found, missing

PARTS = ("recall", "delayed", "recognition")
RULE_BREAK = "rule_break"


class WordList(NamedTuple):
    """Word-list measures; counts in words, shares from 0 to 1. None for what was not asked or has no denominator."""

    trial_scores: tuple[int, ...]
    total: int
    learning_slope: float | None
    learning_over_trials: int | None
    retention: float | None
    primacy: float | None
    recency: float | None
    repetitions: int
    discriminability: float | None


class Fluency(NamedTuple):
    """Distinct valid words within the limit, all and by quarter; repetitions, rule breaks and late words apart."""

    score: int
    repetitions: int
    rule_breaks: int
    late: int
    quarters: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class WordListSettings:
    """Nothing to set: the list, its trials and the probes stand in the rows."""


@dataclass(frozen=True, slots=True)
class FluencySettings:
    """limit: how long words count, s."""

    limit: float = 60.0

    def __post_init__(self) -> None:
        bounded("limit", self.limit, 1.0, 3600.0)


def slope_of(values: Sequence[float]) -> float | None:
    """Return the least-squares slope of values over 1, 2, 3 ...; None for fewer than two."""
    n = len(values)
    if n < 2:  # noqa: PLR2004
        return None
    middle, mean = (n - 1) / 2, fsum(values) / n
    return fsum((i - middle) * (value - mean) for i, value in enumerate(values)) / fsum((i - middle) ** 2 for i in range(n))


def word_list(
    trials: Sequence[Sequence[int]],
    list_length: int,
    *,
    delayed: int | None = None,
    recognition_hits: int | None = None,
    recognition_false: int | None = None,
    distractors: int | None = None,
) -> WordList:
    """Return the measures of a learned list from the list positions (from 1) recalled in each trial.

    A position said again in a trial is a repetition and counts once. slope: least squares over trials; over trials:
    total - trials * first; retention: delayed / last trial; primacy, recency: share of the first and last third of the list
    (length // 3 words) recalled, averaged over trials; discriminability: (hits + correct rejections) / probes, with as
    many distractors as words unless stated. Raises ParamsError for positions off the list and counts that do not fit.
    Source: RAVLT and HVLT conventions, from memory. Departure: HVLT-R divides by the better of trials 2 and 3.
    """
    size = counted("list_length", list_length, 1000, 3)
    said = [[counted(f"trials[{t}][{w}]", word, size, 1) for w, word in enumerate(trial)] for t, trial in enumerate(trials)]
    scores = tuple(len(set(trial)) for trial in said)
    third = size // 3
    first, last = [len({w for w in t if w <= third}) for t in said], [len({w for w in t if w > size - third}) for t in said]
    later = None if delayed is None else counted("delayed", delayed, size)
    return WordList(
        scores,
        sum(scores),
        slope_of(scores),
        sum(scores) - len(scores) * scores[0] if scores else None,
        later / scores[-1] if later is not None and scores and scores[-1] else None,
        sum(first) / (third * len(said)) if said else None,
        sum(last) / (third * len(said)) if said else None,
        sum(len(trial) for trial in said) - sum(scores),
        _discriminability(size, recognition_hits, recognition_false, distractors),
    )


def _discriminability(size: int, hits: int | None, false: int | None, distractors: int | None) -> float | None:
    if hits is None or false is None:
        return None
    others = counted("distractors", size if distractors is None else distractors, None, 1)
    right = counted("recognition_hits", hits, size) + others - counted("recognition_false", false, others)
    return right / (size + others)


def fluency(words: Iterable[tuple[float, str]], limit: float = 60.0, breaks: Iterable[int] = ()) -> Fluency:
    """Return what was said within `limit` s: (seconds from the start, word) in the order said.

    breaks: places of words that a rater marked as against the rule. A word is the same in either width and case; a
    repetition counts as such even of a word that broke the rule. Words after the limit are late and nothing else.
    Source: COWAT practice, from memory.
    """
    end, wrong = bounded("limit", limit, 1.0, 3600.0), frozenset(breaks)
    listed = [(time, same(word)) for time, word in words]
    times = reals("words", [time for time, _ in listed])
    seen: set[str] = set()
    quarters = [0, 0, 0, 0]
    repeated = broken = late = 0
    for place, (time, (_, word)) in enumerate(zip(times, listed, strict=True)):
        if time > end:
            late += 1
        elif word in seen:
            repeated += 1
        elif place in wrong:
            broken += 1
            seen.add(word)
        else:
            quarters[min(int(4 * time / end), 3)] += 1
            seen.add(word)
    return Fluency(sum(quarters), repeated, broken, late, (quarters[0], quarters[1], quarters[2], quarters[3]))


def same(word: str) -> str:
    """Return a word as it is compared: compatible characters unified, case folded, no spaces around."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


def found_fluency(session: Session, settings: FluencySettings) -> Findings:
    """Return the measures of a fluency run: one row a word, `condition` rule_break where a rater marked it.

    Times run from the onset of the first row. Without an end row at or after the limit the counts are lower bounds.
    """
    rows, lost = numbered([row for row in session.of("trial") if row.response is not None])
    every = session.of("trial", "end")
    start = every[0].onset_ms if every else 0.0
    words = [((row.response_ms - start) / 1000, row.response) for row in rows if row.response_ms is not None and row.response is not None]
    got = fluency(words, settings.limit, [place for place, row in enumerate(rows) if row.condition == RULE_BREAK])
    stopped = session.ended()
    n = len(rows) - got.late
    whole = got.late > 0 or (stopped is not None and (stopped - start) / 1000 >= settings.limit)
    values = {"score": got.score, **{f"quarter_{k}": value for k, value in enumerate(got.quarters, start=1)}}
    if not every:
        found = {name: missing("not_recorded") for name in values}
    elif whole:
        found = {name: Found(value, n) for name, value in values.items()}
    else:
        found = {name: Found(value, n, "censored", "end_not_recorded") for name, value in values.items()}
    counts = {"words": len(rows), "repetitions": got.repetitions, "rule_breaks": got.rule_breaks, "late": got.late, "lost": lost}
    return Findings(found, counts)


def found_word_list(session: Session, settings: WordListSettings) -> Findings:
    """Return the measures of a learned list.

    Rows: `study` shows a word of trial k; `recall` and `delayed` hold one said word each, or no response where nothing was
    said; `recognition` holds a probe as stimulus with response yes or no. Raises SignalError for a list that changes its
    words between trials, for trials without numbers 1, 2, 3 ..., and for probes with another answer.
    """
    lists = _lists(session)
    said = {part: [row for row in session.of("trial") if row.condition == part] for part in PARTS}
    if sum(len(part) for part in said.values()) != len(session.of("trial")):
        raise SignalError("E_TASK_EVENT", "task word_list: condition", expected=", ".join(PARTS), got="another condition")
    trials = sorted({row.trial for row in said["recall"]})
    if not lists or not trials:
        return Findings({name: missing("not_recorded") for name in _MEASURES}, {"trials": len(trials)})
    if trials != list(range(1, len(trials) + 1)) or 1 not in lists:
        raise SignalError("E_TASK_TRIALS", "task word_list: trial", expected="trials 1, 2, 3 ... of a shown list", got="a gap")
    recalled, intruded = _recalled(said["recall"], lists, trials)
    words = set(lists[1])
    later = {same(row.response) for row in said["delayed"] if row.response is not None}
    probes = _probes(said["recognition"], words)
    got = word_list(
        recalled,
        len(words),
        delayed=len(later & words) if said["delayed"] else None,
        recognition_hits=probes[0] if probes else None,
        recognition_false=probes[1] if probes else None,
        distractors=probes[2] if probes else None,
    )
    k, last = len(trials), got.trial_scores[-1]
    found = {name: Found(getattr(got, name), k) for name in ("total", "learning_slope", "learning_over_trials", "primacy", "recency")}
    found["delayed"] = Found(len(later & words), len(words)) if said["delayed"] else missing("not_recorded")
    found["retention"] = (
        missing("not_recorded") if not said["delayed"] else Found(got.retention, last) if last else missing("nothing_learned")
    )
    found["discriminability"] = Found(got.discriminability, len(words) + probes[2]) if probes else missing("not_recorded")
    counts = {
        "trials": k,
        "list_length": len(words),
        "repetitions": got.repetitions,
        "intrusions": intruded,
        "delayed_intrusions": len(later - words),
        **{f"trial_{t}": score for t, score in enumerate(got.trial_scores, start=1)},
    }
    return Findings(found, counts)


_MEASURES = ("total", "learning_slope", "learning_over_trials", "primacy", "recency", "delayed", "retention", "discriminability")


def _lists(session: Session) -> dict[int, list[str]]:
    """Return the words shown in each trial, in order; the same words in every trial, each once."""
    shown: dict[int, list[str]] = {}
    for row in session.of("study"):
        if row.stimulus is None:
            raise SignalError("E_TASK_EVENT", "task word_list: stimulus", expected="the word shown", got="none")
        shown.setdefault(row.trial, []).append(same(row.stimulus))
    first = next(iter(shown.values()), [])
    for trial, words in shown.items():
        if len(set(words)) != len(words) or set(words) != set(first):
            raise SignalError("E_TASK_EVENT", f"task word_list: trial {trial}", expected="the same words, each once", got="other words")
    return shown


def _recalled(rows: list[TaskEvent], lists: dict[int, list[str]], trials: list[int]) -> tuple[list[list[int]], int]:
    """Return the list positions said in each trial, by the order in which that trial showed them, and the intrusions."""
    places: list[list[int]] = []
    intruded = 0
    order = lists[1]
    for trial in trials:
        order = lists.get(trial, order)
        place = {word: at for at, word in enumerate(order, start=1)}
        said = [same(row.response) for row in rows if row.trial == trial and row.response is not None]
        places.append([place[word] for word in said if word in place])
        intruded += sum(word not in place for word in said)
    return places, intruded


def _probes(rows: list[TaskEvent], words: set[str]) -> tuple[int, int, int] | None:
    """Return hits, false alarms and the number of distractors; None without probes. Every word of the list is probed once."""
    if not rows:
        return None
    asked = [same(row.stimulus or "") for row in rows]
    if len(set(asked)) != len(asked) or not words < set(asked) or any(row.response not in ("yes", "no") for row in rows):
        wanted = "each word of the list and distractors once, answered yes or no"
        raise SignalError("E_TASK_EVENT", "task word_list: recognition", expected=wanted, got="other probes or answers")
    yes = [word for word, row in zip(asked, rows, strict=True) if row.response == "yes"]
    return sum(word in words for word in yes), sum(word not in words for word in yes), len(asked) - len(words)
