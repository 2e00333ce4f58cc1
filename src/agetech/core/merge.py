"""The order in which the rows of several inputs are taken: by time, ties by declaration, whatever came first.

Rows wait until every input has reached them. A uniform input has reached the time of its next sample; a series has
reached the time of its last row (a row of the same time may still come).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from agetech.errors import SignalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from agetech.core.declare import Input, Signal

WAITING = 1 << 24  # rows of one input that may wait for the others
LOOK = 64  # rows whose times are worked out at once


class Merge:
    """The waiting rows of several inputs."""

    def __init__(self, inputs: tuple[Input, ...], rates: Mapping[str, float], path: str) -> None:
        self.inputs = inputs
        self.rates = [rates.get(one.name, 0.0) for one in inputs]
        self.path = path
        self.waiting = [np.zeros((0, one.width) if one.width else 0) for one in inputs]
        self.taken = [0] * len(inputs)
        self.last = [-math.inf] * len(inputs)  # time of a series' last row, s

    def add(self, which: int, x: Signal) -> None:
        """Queue rows; SignalError where a series goes back in time or too many rows wait."""
        if not x.shape[0]:
            return
        if self.inputs[which].kind == "series":
            times = self._times(which, x, 0)
            if np.isnan(times).any() or times[0] < self.last[which] or (np.diff(times) < 0).any():
                raise SignalError("E_TIME_ORDER", f"{self.path}: {self.inputs[which].name}", expected=">=", got="<")
            self.last[which] = float(times[-1])
        self.waiting[which] = np.concatenate([self.waiting[which], x]) if self.waiting[which].shape[0] else x.copy()

    def check_room(self) -> None:
        """Raise SignalError E_LIMIT where too many rows wait for an input that does not come."""
        for one, rows in zip(self.inputs, self.waiting, strict=True):
            if rows.shape[0] > WAITING:
                raise SignalError("E_LIMIT", f"{self.path}: {one.name}", expected=str(WAITING), got=str(rows.shape[0]))

    def _times(self, which: int, rows: Signal, before: int) -> Signal:
        """Return the times, s, of rows of an input of which `before` came earlier."""
        if self.inputs[which].kind == "series":
            places = rows[:, 0] if rows.ndim > 1 else rows
            return places / self.rates[0]
        return np.arange(before, before + rows.shape[0], dtype=np.float64) / self.rates[which]

    def _reached(self, which: int) -> float:
        if self.inputs[which].kind == "series":
            return self.last[which]
        return float((self.taken[which] + self.waiting[which].shape[0]) / self.rates[which])

    def ready(self, *, at_end: bool = False) -> Iterator[tuple[int, Signal]]:
        """Give (input, rows) in the one order of time until the next row may still be preceded by another."""
        count = len(self.inputs)
        while True:
            heads = [self._head(k) for k in range(count)]
            first = min(range(count), key=lambda k: (heads[k], k))
            if heads[first] == math.inf:
                return
            until = [
                math.inf if k == first else heads[k] if self.waiting[k].shape[0] else math.inf if at_end else self._reached(k)
                for k in range(count)
            ]
            times = self._times(first, self.waiting[first][:LOOK], self.taken[first])
            ends = [int(np.searchsorted(times, until[k], "right" if first < k else "left")) for k in range(count) if k != first]
            take = min([times.shape[0], *ends])
            if take == 0:
                return
            rows = self.waiting[first][:take]
            self.waiting[first] = self.waiting[first][take:]
            self.taken[first] += take
            yield first, np.ascontiguousarray(rows)

    def _head(self, which: int) -> float:
        if not self.waiting[which].shape[0]:
            return math.inf
        return float(self._times(which, self.waiting[which][:1], self.taken[which])[0])
