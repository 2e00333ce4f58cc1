"""Recordings with arrival stamps, laid on a uniform grid by them: one more change that the wrist is trained with."""

from __future__ import annotations

import numpy as np

from agetech import regularise
from benchmarks.falls.data import Take


def by_stamps(take: Take) -> Take:
    """Return the recording on a uniform grid by its arrival stamps."""
    if take.times is None:
        raise ValueError(take.name)
    made = regularise(take.times, take.acc, take.fs, stamps="arrival")
    return Take(take.name, take.person, take.fall, made.values, made.fs, np.arange(len(made.values)) / made.fs + take.times[0], take.span)
