"""Sensitivity, specificity and false alarms per hour over recordings, each with its interval by person."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agetech.evaluate.intervals import Interval, bootstrap_by_person


class Share(NamedTuple):
    """A share or rate with what it was taken over and its 95 % interval by person."""

    value: float
    n: int
    persons: int
    interval: Interval


class Detection(NamedTuple):
    """How a detector did over recordings that hold one event or none."""

    sensitivity: Share  # recordings with an event in which it was found
    specificity: Share  # recordings without one in which none was found
    alarms_per_hour: Share  # false alarms in recordings without an event; n is the number of those recordings


def evaluate_detection(
    truth: ArrayLike,
    alarms: ArrayLike,
    hours: ArrayLike,
    persons: ArrayLike,
    *,
    draws: int = 2000,
    seed: int = 0,
) -> Detection:
    """Return how a detector did. All (n,), one element a recording.

    truth: bool, holds an event; alarms: number of events found; hours: length; persons: whose it is.
    A rate over nothing is NaN.
    """
    event, count = np.asarray(truth).astype(bool), np.asarray(alarms)
    length, who = np.asarray(hours, np.float64), np.asarray(persons)

    def share(use: NDArray[np.bool_], top: NDArray[np.float64], below: NDArray[np.float64]) -> Share:
        places = np.flatnonzero(use)

        def rate(picked: NDArray[np.int64]) -> float:
            total = float(below[places][picked].sum())
            return float(top[places][picked].sum()) / total if total > 0 else float("nan")

        return Share(
            rate(np.arange(places.size)),
            places.size,
            np.unique(who[places]).size,
            bootstrap_by_person(who[places], rate, draws=draws, seed=seed),
        )

    ones = np.ones(event.shape)
    return Detection(
        share(event, (count > 0).astype(np.float64), ones),
        share(~event, (count == 0).astype(np.float64), ones),
        share(~event, count.astype(np.float64), length),
    )
