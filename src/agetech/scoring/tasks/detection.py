"""Signal detection: sensitivity and criterion with the log-linear correction, for go/no-go, CPT and n-back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, median
from typing import NamedTuple

from agetech.errors import SignalError
from agetech.scoring.tasks.event import Session, TaskEvent, counted, numbered, unbroken
from agetech.scoring.tasks.result import Findings, Found, missing

CONDITIONS = ("signal", "noise")
Z = NormalDist()


class Detection(NamedTuple):
    """Sensitivity d', criterion c (above 0: hesitant) and ln beta; None without a signal or without a noise trial."""

    d_prime: float | None
    criterion: float | None
    ln_beta: float | None


class NBack(NamedTuple):
    """The outcome of one n-back sequence; targets: places from 0; lures: non-targets that match one step off."""

    targets: tuple[int, ...]
    hits: int
    misses: int
    false_alarms: int
    noise: int
    lures: int
    lure_false_alarms: int
    detection: Detection


@dataclass(frozen=True, slots=True)
class DetectionSettings:
    """Nothing to set: a row with a response is a yes."""


@dataclass(frozen=True, slots=True)
class NBackSettings:
    """n: how many steps back a target matches."""

    n: int = 2

    def __post_init__(self) -> None:
        counted("n", self.n, 9, 1)


def signal_detection(hits: int, signals: int, false_alarms: int, noise: int) -> Detection:
    """Return d', c and ln beta from counts, with 0.5 added to each count of yes and 1 to each number of trials.

    H = (hits + 0.5)/(signals + 1), F = (false alarms + 0.5)/(noise + 1); d' = z(H) - z(F); c = -(z(H) + z(F))/2;
    ln beta = (z(F)^2 - z(H)^2)/2. The correction is always applied, so perfect and imperfect runs are on one scale.
    Raises ParamsError for counts that do not fit. Source: Hautus 1995, log-linear correction.
    """
    total, empty = counted("signals", signals), counted("noise", noise)
    yes, false = counted("hits", hits, total), counted("false_alarms", false_alarms, empty)
    if not total or not empty:
        return Detection(None, None, None)
    h, f = Z.inv_cdf((yes + 0.5) / (total + 1)), Z.inv_cdf((false + 0.5) / (empty + 1))
    return Detection(h - f, -(h + f) / 2 + 0.0, (f * f - h * h) / 2)


def n_back(sequence: Sequence[str], n: int, responses: Sequence[int]) -> NBack:
    """Return hits, false alarms and sensitivity of an n-back sequence; the first n places count for nothing.

    sequence: stimuli; responses: 1 where the person said "match", as long as the sequence. A lure is a non-target that
    matches the stimulus n - 1 (from 1) or n + 1 steps back. Raises SignalError where the lengths differ.
    """
    back = counted("n", n, 9, 1)
    if len(sequence) != len(responses):
        raise SignalError("E_TASK_VALUE", "responses", expected=f"{len(sequence)} values", got=f"{len(responses)}")
    said = [counted(f"responses[{place}]", value, 1) for place, value in enumerate(responses)]
    places = range(back, len(sequence))
    targets = tuple(i for i in places if sequence[i] == sequence[i - back])
    others = [i for i in places if sequence[i] != sequence[i - back]]
    lures = [i for i in others if any(0 < k <= i and sequence[i] == sequence[i - k] for k in (back - 1, back + 1))]
    hits, false = sum(said[i] for i in targets), sum(said[i] for i in others)
    got = signal_detection(hits, len(targets), false, len(others))
    return NBack(targets, hits, len(targets) - hits, false, len(others), len(lures), sum(said[i] for i in lures), got)


def _detected(got: Detection, signals: int, noise: int, times: list[float]) -> dict[str, Found]:
    """Return the shared measures; their n is the smaller of signal and noise trials."""
    least = min(signals, noise)
    found = {name: Found(getattr(got, name), least) for name in Detection._fields}
    found["hit_median"] = Found(median(times) if times else None, len(times))
    return found


def _times(rows: Sequence[TaskEvent]) -> list[float]:
    return [row.rt for row in rows if row.rt is not None]


def found_detection(session: Session, settings: DetectionSettings) -> Findings:
    """Return the measures of a detection task: `condition` is signal or noise, a response is a yes."""
    rows, lost = numbered(session.of("trial"))
    for row in rows:
        if row.condition not in CONDITIONS:
            raise SignalError("E_TASK_EVENT", f"task {session.task}: condition", expected="signal or noise", got="another condition")
    signals = [row for row in rows if row.condition == "signal"]
    noise = [row for row in rows if row.condition == "noise"]
    hits, false = [row for row in signals if row.response], [row for row in noise if row.response]
    got = signal_detection(len(hits), len(signals), len(false), len(noise))
    counts = {
        "trials": len(rows),
        "signals": len(signals),
        "noise": len(noise),
        "hits": len(hits),
        "false_alarms": len(false),
        "early": len(session.of("early")),
        "lost": lost,
    }
    return Findings(_detected(got, len(signals), len(noise), _times(hits)), counts)


def found_n_back(session: Session, settings: NBackSettings) -> Findings:
    """Return the measures of one n-back run: targets follow from the stimuli, a response says "match"."""
    rows = unbroken(session)
    for row in rows:
        if row.stimulus is None:
            raise SignalError("E_TASK_EVENT", f"task {session.task}: stimulus", expected="the stimulus of each trial", got="none")
    got = n_back([str(row.stimulus) for row in rows], settings.n, [int(row.response is not None) for row in rows])
    found = _detected(got.detection, len(got.targets), got.noise, _times([rows[i] for i in got.targets]))
    lures = Found(got.lure_false_alarms / got.lures, got.lures) if got.lures else missing("no_lures")
    found["lure_false_alarm_rate"] = lures
    counts = {
        "trials": len(rows),
        "targets": len(got.targets),
        "hits": got.hits,
        "misses": got.misses,
        "false_alarms": got.false_alarms,
        "noise": got.noise,
        "lures": got.lures,
        "before_first_target": sum(row.response is not None for row in rows[: settings.n]),
        "early": len(session.of("early")),
    }
    return Findings(found, counts)
