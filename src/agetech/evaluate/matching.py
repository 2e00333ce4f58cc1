"""One-to-one matching of detected events to true ones: as many pairs as possible, then the least total time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Match(NamedTuple):
    """Pairs of a matching, and what is left on both sides; indices into the given arrays."""

    pairs: tuple[tuple[int, int], ...]  # (true event, detected event)
    missed: tuple[int, ...]
    false: tuple[int, ...]


def match_events(truth: ArrayLike, found: ArrayLike, window: float) -> Match:
    """Return the one-to-one matching of times that lie at most `window` apart.

    truth, found: times in one unit, in any order. Of all matchings with the most pairs it is one with the least sum of
    time differences; pairs never cross, which costs nothing on a line.
    """
    t, d = np.asarray(truth, np.float64).ravel(), np.asarray(found, np.float64).ravel()
    ts, ds = np.argsort(t, kind="stable"), np.argsort(d, kind="stable")
    pairs: list[tuple[int, int]] = []
    for rows, columns in _clusters(t[ts], d[ds], window):
        pairs += [(int(ts[i]), int(ds[j])) for i, j in _best(t[ts], d[ds], rows, columns, window)]
    hit, used = {i for i, _ in pairs}, {j for _, j in pairs}
    return Match(tuple(sorted(pairs)), tuple(i for i in range(t.size) if i not in hit), tuple(j for j in range(d.size) if j not in used))


def _clusters(t: NDArray[np.float64], d: NDArray[np.float64], window: float) -> list[tuple[range, range]]:
    """Return runs of events that may compete for one another: between two runs the line is empty for over a window."""
    marks = sorted([(value, 0, i) for i, value in enumerate(t)] + [(value, 1, j) for j, value in enumerate(d)])
    found: list[tuple[range, range]] = []
    starts, last = (0, 0), (0, 0)
    before = -np.inf
    for value, side, index in marks:
        if value - before > window:
            found.append((range(starts[0], last[0]), range(starts[1], last[1])))
            starts = last
        last = (index + 1, last[1]) if side == 0 else (last[0], index + 1)
        before = value
    found.append((range(starts[0], last[0]), range(starts[1], last[1])))
    return [(rows, columns) for rows, columns in found if len(rows) and len(columns)]


def _best(t: NDArray[np.float64], d: NDArray[np.float64], rows: range, columns: range, window: float) -> list[tuple[int, int]]:
    """Return the pairs of one run, by dynamic programming over the two ordered lists."""
    n, m = len(rows), len(columns)
    best: list[list[tuple[int, float]]] = [[(0, 0.0)] * (m + 1) for _ in range(n + 1)]
    for i in range(n):
        for j in range(m):
            choice = min(best[i][j + 1], best[i + 1][j])
            apart = abs(float(t[rows[i]]) - float(d[columns[j]]))
            if apart <= window:
                count, total = best[i][j]
                choice = min(choice, (count - 1, total + apart))  # fewer is more: counts are kept negative
            best[i + 1][j + 1] = choice
    pairs: list[tuple[int, int]] = []
    i, j = n, m
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((rows[i], columns[j]))
    return pairs
