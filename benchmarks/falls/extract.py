"""Candidate rows of recordings with their features: what the classifier is trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agetech.core import run
from agetech.signals.falls.impact import IMPACTS, FallParams
from benchmarks.falls.data import Change, Take

NEVER = 24.0  # a margin that no impact exceeds: every candidate is given as it is


@dataclass
class Table:
    """Candidates: features (n, k), label (1 the fall, 0 not, -1 after a fall: left out), recording and times."""

    x: NDArray[np.float64]
    y: NDArray[np.int64]
    recording: NDArray[np.int64]
    late: NDArray[np.float64]  # s from the largest |a| of the recording to the impact


def table(recordings: list[Take], change: Change | None, placement: str) -> Table:
    """Return the candidates of recordings after a change."""
    x, y, k, late = [], [], [], []
    for number, one in enumerate(recordings):
        signal = change(one) if change else one
        rows = run(IMPACTS, signal.acc, signal.fs, params=FallParams(placement=placement, margin=NEVER))
        size = np.linalg.norm(one.acc, axis=1)
        top = float(np.argmax(size)) / one.fs
        if change is not None and len(signal.acc) / signal.fs < len(one.acc) / one.fs - 0.1:
            top -= len(one.acc) / one.fs - len(signal.acc) / signal.fs
        for row in rows:
            if row["remarks"] & 16:
                continue
            gap = row["impact"] / signal.fs - top
            x.append(row["features"])
            y.append(int(abs(gap) <= 1.0) if one.fall and gap < 1.0 else -1 if one.fall else 0)
            k.append(number)
            late.append(gap)
    return Table(np.array(x), np.array(y), np.array(k), np.array(late))
