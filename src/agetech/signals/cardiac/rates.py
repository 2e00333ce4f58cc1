"""Rates over windows from beats or pulses, with their coverage: no rate where too little of the window was heard."""

# ruff: noqa: PLR2004 - levels stand where they are used, each beside its reason
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from agetech.core.declare import Records

RATE = np.dtype([("start", "i8"), ("end", "i8"), ("rate", "f8"), ("coverage", "f8"), ("quality", "f8")])
LONGEST = 2.5  # s: a longer interval is a hole, not a beat


def pulse_rate(
    rows: Records, fs: float, samples: int, *, window: float = 32.0, hop: float = 8.0, least: float = 0.6, interval: str = "interval"
) -> Records:
    """Return one row a window: `rate` (per minute, NaN where withheld), `coverage` and mean `quality`.

    rows: as detect_pulses, detect_bcg_beats or (interval="rr") detect_beats give them; samples: length of the signal.
    The rate is 60 s over the mean of the intervals within the window that lie between half and one and a half of their
    median; coverage is their share of the window, and below `least` no rate is given.
    """
    size, step = round(window * fs), round(hop * fs)
    starts = np.arange(0, max(0, samples - size) + 1, step) if samples >= size else np.zeros(0, dtype=np.int64)
    out = np.zeros(len(starts), RATE)
    length: Any = np.asarray(rows[interval], dtype=np.float64)
    length = np.where((rows["remarks"] & 1 == 1) | (length > LONGEST), np.nan, length)
    begins = rows["sample"] - np.nan_to_num(length) * fs
    for row, start in zip(out, starts, strict=True):
        inside = np.isfinite(length) & (begins >= start) & (rows["sample"] < start + size)
        found = length[inside]
        row["start"], row["end"], row["rate"], row["quality"] = start, start + size, np.nan, np.nan
        if found.size == 0:
            continue
        middle = np.median(found)
        fair = found[np.abs(found - middle) <= 0.5 * middle]
        row["coverage"] = min(1.0, float(fair.sum()) / window)
        row["quality"] = float(rows["quality"][inside].mean())
        if row["coverage"] >= least and fair.size > 2:
            row["rate"] = 60.0 / float(fair.mean())
    return out
