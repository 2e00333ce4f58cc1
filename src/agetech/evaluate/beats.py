"""Beat detection scored as ANSI/AAMI EC57 does: one-to-one pairs within 150 ms, a learning period, flutter left out.

The standard is known from memory; its `bxb` program pairs a reference beat with the nearest detection of its window
unless that one is nearer to the next reference beat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.errors import ParamsError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class BeatScore:
    """Counts of one record, or of several added up, and the detection's time less the reference's, s, of each pair."""

    true: int
    missed: int
    false: int
    errors: NDArray[np.float64]

    @property
    def sensitivity(self) -> float:
        """Return TP / (TP + FN); NaN without reference beats."""
        return self.true / (self.true + self.missed) if self.true + self.missed else float("nan")

    @property
    def predictivity(self) -> float:
        """Return TP / (TP + FP); NaN without detections."""
        return self.true / (self.true + self.false) if self.true + self.false else float("nan")

    @property
    def f1(self) -> float:
        """Return 2 TP / (2 TP + FN + FP); NaN with neither."""
        both = 2 * self.true + self.missed + self.false
        return 2 * self.true / both if both else float("nan")

    @property
    def jitter(self) -> float:
        """Return 1.4826 times the median absolute deviation of the time errors, s: free of a constant bias."""
        return float(1.4826 * np.median(np.abs(self.errors - np.median(self.errors)))) if self.errors.size else float("nan")

    def __add__(self, other: BeatScore) -> BeatScore:
        """Return the two records together (gross statistics)."""
        return BeatScore(
            self.true + other.true, self.missed + other.missed, self.false + other.false, np.concatenate([self.errors, other.errors])
        )


def _rising(values: Any, name: str) -> NDArray[np.int64]:
    samples = np.asarray(values)
    if samples.ndim != 1 or (samples.size and samples.dtype.kind not in "iu"):
        raise ParamsError("E_PARAM", f"evaluate.beats: {name}", expected="a list of sample numbers", got=f"{samples.dtype} {samples.shape}")
    samples = samples.astype(np.int64)
    if (np.diff(samples) < 0).any():
        raise ParamsError("E_PARAM", f"evaluate.beats: {name}", expected="rising sample numbers", got="a smaller one after a larger one")
    return samples


def match_beats(reference: Any, detected: Any, window: int) -> NDArray[np.int64]:
    """Return pairs (reference index, detected index), (k, 2), no two apart by more than `window` samples.

    reference, detected: rising sample numbers, (n,) and (m,). Each is used once. ParamsError for anything else.
    """
    truth, found = _rising(reference, "reference"), _rising(detected, "detected")
    i = j = 0
    pairs = []
    while i < len(truth) and j < len(found):
        apart = int(found[j] - truth[i])
        if abs(apart) > window:
            i, j = (i + 1, j) if apart > 0 else (i, j + 1)
            continue
        later = j + 1 < len(found) and abs(int(found[j + 1] - truth[i])) < abs(apart)
        if later and not (i + 1 < len(truth) and abs(int(found[j + 1] - truth[i + 1])) < abs(int(found[j + 1] - truth[i]))):
            j += 1
            continue
        nearer = i + 1 < len(truth) and abs(int(found[j] - truth[i + 1])) < abs(apart)
        if nearer and not (j + 1 < len(found) and abs(int(found[j + 1] - truth[i + 1])) <= window):
            i += 1
            continue
        pairs.append((i, j))
        i, j = i + 1, j + 1
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def score_beats(
    reference: Any,
    detected: Any,
    fs: float,
    *,
    window: float = 0.15,
    skip: float = 300.0,
    excluded: Sequence[tuple[int, int]] = (),
) -> BeatScore:
    """Return the score of detected beats against reference beats, both in samples at `fs` Hz.

    window: s; skip: s at the start that do not count (learning); excluded: stretches (first, last sample) that do not
    count, such as ventricular flutter. A detection paired with a beat that counts is never false. ParamsError for
    sample numbers that do not rise or a rate that is not positive.
    """
    if not fs > 0.0:
        raise ParamsError("E_PARAM", "evaluate.beats: fs", expected="> 0", got=fs)
    truth, found = _rising(reference, "reference"), _rising(detected, "detected")
    reach = round(window * fs)
    counts, judged = truth >= skip * fs, found >= skip * fs
    for first, last in excluded:
        counts &= ~((truth >= first) & (truth <= last))
        judged &= ~((found >= first - reach) & (found <= last + reach))
    truth = truth[counts]
    pairs = match_beats(truth, found, reach)
    judged[pairs[:, 1]] = False
    return BeatScore(len(pairs), len(truth) - len(pairs), int(judged.sum()), (found[pairs[:, 1]] - truth[pairs[:, 0]]) / fs)
