"""Ranking of candidate rates by a linear score, and the quality of the best: coefficients come from JSON."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agetech.core.kernel import kernel

if TYPE_CHECKING:
    from agetech.core.declare import Signal

NEAR = 2.0  # per minute: candidates this close to the best support it


class Model(NamedTuple):
    """Coefficients of one kind of signal: centre, scale and weight of each ranking feature, then of each quality feature."""

    centre: Signal
    scale: Signal
    weight: Signal
    trust_centre: Signal
    trust_scale: Signal
    trust_weight: Signal
    trust_offset: float
    half: float  # probability of being right that is quality 0.5: of the answers above it 97 % were right on persons left out


@lru_cache(maxsize=8)
def model(kind: str) -> Model:
    """Return the coefficients for `kind`: breathing, ppg or ecg."""
    path = files("agetech.signals.respiration").joinpath("coefficients", f"rate_{kind}.json")
    held = json.loads(path.read_text(encoding="utf-8"))
    names = ("centre", "scale", "weight", "trust_centre", "trust_scale", "trust_weight")
    rows = {name: np.array(held[name], dtype=np.float64) for name in names}
    return Model(**rows, trust_offset=float(held["trust_offset"]), half=float(held["half"]))


def relative(features: Signal, best_of: tuple[int, ...]) -> Signal:
    """Return the features with, beside them, the distance of some to the best candidate of the window."""
    more = [features[:, k] - features[:, k].max() for k in best_of]
    return np.column_stack([features, *more])


def _weigh(features: Signal, centre: Signal, scale: Signal, weight: Signal, out: Signal) -> None:
    """Fill `out` with the share of trust of each candidate, summing to 1: a softmax of its linear score."""
    top = 0.0
    for i in range(features.shape[0]):
        score = 0.0
        for k in range(features.shape[1]):
            score += (features[i, k] - centre[k]) / scale[k] * weight[k]
        out[i] = score
        top = score if i == 0 else max(top, score)
    total = 0.0
    for i in range(features.shape[0]):
        out[i] = exp(out[i] - top)
        total += out[i]
    for i in range(features.shape[0]):
        out[i] /= total


weigh_rows = kernel(_weigh)


def weigh(features: Signal, m: Model) -> Signal:
    """Return the share of trust of each candidate, summing to 1."""
    shares = np.empty(features.shape[0])
    weigh_rows(features, m.centre, m.scale, m.weight, shares)
    return shares


def _winner(rates: Signal, shares: Signal, out: Signal) -> None:
    """Fill `out` with the place of the largest share and the sum of the shares within 2 per minute of it."""
    best = 0
    for i in range(shares.shape[0]):
        if shares[i] > shares[best]:
            best = i
    support = 0.0
    for i in range(shares.shape[0]):
        if abs(rates[i] - rates[best]) <= NEAR:
            support += shares[i]
    out[0] = best
    out[1] = support


find_winner = kernel(_winner)


def winner(rates: Signal, shares: Signal) -> tuple[int, float]:
    """Return the candidate with the largest share and how much of all shares lies within 2 per minute of it."""
    found = np.empty(2)
    find_winner(np.ascontiguousarray(rates), shares, found)
    return int(found[0]), float(found[1])


def odds(support: float) -> float:
    """Return ln(p / (1 - p)) of a support, held within what 0.1 % can show."""
    held = min(max(support, 1e-3), 1.0 - 1e-3)
    return log(held / (1.0 - held))


def _linear(values: Signal, centre: Signal, scale: Signal, weight: Signal) -> float:
    """Return the weighted sum of scaled values."""
    total = 0.0
    for k in range(values.shape[0]):
        total += (values[k] - centre[k]) / scale[k] * weight[k]
    return total


linear = kernel(_linear)


def quality(trust: Signal, m: Model) -> float:
    """Return the quality, 0 to 1, for the trust features of the winner."""
    z = float(linear(trust, m.trust_centre, m.trust_scale, m.trust_weight)) + m.trust_offset
    right = 1.0 / (1.0 + exp(-min(max(z, -30.0), 30.0)))
    return 0.5 * right / m.half if right < m.half else 0.5 + 0.5 * (right - m.half) / (1.0 - m.half)
