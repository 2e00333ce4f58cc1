"""The small fixed classifier: a quadratic score and a fixed set of trees on the named features, from versioned JSON.

logit = bias + share * (sum of w_j z_j + sum of w_jk z_j z_k) + gain * (mean of the leaves that the features reach),
with z_j = (feature - center) / scale within +-REACH: every term is bounded, so that a sensor unlike those it was
trained with cannot drive the score by one feature. Coefficients: `coefficients/<placement>.json`, made again by
`python -m benchmarks.falls train`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from math import exp
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agetech.core.kernel import kernel
from agetech.errors import ParamsError
from agetech.signals.falls.kinds import Placement
from agetech.signals.falls.named import COUNT, NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agetech.core.declare import Signal

TREES = 64
DEPTH = 6
SPLITS = 63  # of a tree; split i has the children 2 i + 1 and 2 i + 2
LEAVES = 64
REACH = 2.5  # scaled features stay within
LIMIT = 12.0  # so does the logit, so that it can be had back from the confidence


class Model(NamedTuple):
    """Coefficients of one placement."""

    center: Signal  # (COUNT,)
    scale: Signal  # (COUNT,)
    weight: Signal  # (COUNT,)
    cross: Signal  # (COUNT * COUNT,): j * COUNT + k with j <= k, 0 below the diagonal
    asked: Signal  # (TREES * SPLITS,): feature that a split asks
    cut: Signal  # (TREES * SPLITS,): up to here left, above right
    leaf: Signal  # (TREES * LEAVES,)
    bias: float
    share: float
    gain: float
    threshold: float  # logit from which an impact is a fall
    posture: bool  # whether the posture tells standing from lying at this placement
    measured: bool  # whether there was data of this placement


def from_document(text: Mapping[str, Any]) -> Model:
    """Return the coefficients of a document as `benchmarks.falls.train` writes it."""
    cross = np.zeros((COUNT, COUNT))
    upper = np.triu_indices(COUNT)
    cross[upper] = text["cross"]
    center, scale, weight = (np.array([text[part][name] for name in NAMES], np.float64) for part in ("center", "scale", "weight"))
    return Model(
        center=center,
        scale=scale,
        weight=weight,
        cross=cross.ravel(),
        asked=np.array([[NAMES.index(name) if name else 0 for name in tree] for tree in text["asked"]], np.float64).ravel(),
        cut=np.array([[np.inf if value is None else value for value in tree] for tree in text["cut"]], np.float64).ravel(),
        leaf=np.array(text["leaf"], np.float64).ravel(),
        bias=float(text["bias"]),
        share=float(text["share"]),
        gain=float(text["gain"]),
        threshold=float(text["threshold"]) + float(text.get("stricter", 0.0)),
        posture=bool(text["posture"]),
        measured=bool(text["measured"]),
    )


@lru_cache(maxsize=8)
def document(placement: str) -> dict[str, Any]:
    """Return the coefficient document of a placement, with `same_as` followed."""
    place = files("agetech.signals.falls") / "coefficients" / f"{placement}.json"
    if placement not in {str(one) for one in Placement}:
        raise ParamsError("E_PARAM", "falls.impact: placement", expected=" | ".join(Placement), got=placement)
    text: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    if "same_as" in text:
        text = {**document(text["same_as"]), **text}
    return text


@lru_cache(maxsize=8)
def model(placement: str) -> Model:
    """Return the coefficients of a placement."""
    return from_document(document(str(placement)))


def _logit(p: Any, f: Signal) -> float:
    """Return the log-odds of a fall for the features `f`, within +-LIMIT."""
    total = 0.0
    for j in range(COUNT):
        z = scaled(p, f, j)
        total += p.weight[j] * z
        for k in range(j, COUNT):
            total += p.cross[j * COUNT + k] * z * scaled(p, f, k)
    grown = 0.0
    for tree in range(TREES):
        at = 0
        for _ in range(DEPTH):
            split = tree * SPLITS + at
            at = 2 * at + 1 if f[int(p.asked[split])] <= p.cut[split] else 2 * at + 2
        grown += p.leaf[tree * LEAVES + at - SPLITS]
    sure: float = p.bias + p.share * total + p.gain * (grown / TREES)
    return min(max(sure, -LIMIT), LIMIT)


def _scaled(p: Any, f: Signal, j: int) -> float:
    """Return feature `j` in its scale, within +-REACH."""
    z: float = (f[j] - p.center[j]) / p.scale[j]
    return min(max(z, -REACH), REACH)


def _odds(z: float) -> float:
    """Return the probability of a log-odds."""
    return 1.0 / (1.0 + exp(-z))


scaled = kernel(_scaled)
odds = kernel(_odds)
logit = kernel(_logit)


def contributions(m: Model, f: Signal) -> dict[str, float]:
    """Return what each feature adds to the log-odds; with `base` and `limit` they sum to it.

    A product of two features is shared out in halves. A tree gives each split on the way the change of the mean of the
    leaves under it; `base` is the bias and the mean of all leaves; `limit` is what the bound of the log-odds takes away.
    """
    z = np.clip((f - m.center) / m.scale, -REACH, REACH)
    pairs = m.cross.reshape(COUNT, COUNT) * np.outer(z, z)
    parts = m.share * (m.weight * z + 0.5 * (pairs.sum(axis=0) + pairs.sum(axis=1)))
    base = m.bias
    leaves = m.leaf.reshape(TREES, LEAVES)
    for tree in range(TREES):
        at, first, last = 0, 0, LEAVES
        value = leaves[tree].mean()
        base += m.gain * value / TREES
        for _ in range(DEPTH):
            split = tree * SPLITS + at
            feature = int(m.asked[split])
            left = f[feature] <= m.cut[split]
            middle = (first + last) // 2
            first, last = (first, middle) if left else (middle, last)
            at = 2 * at + 1 if left else 2 * at + 2
            now = leaves[tree, first:last].mean()
            parts[feature] += m.gain * (now - value) / TREES
            value = now
    total = base + float(parts.sum())
    limit = min(max(total, -LIMIT), LIMIT) - total
    return {"base": base, **{name: float(part) for name, part in zip(NAMES, parts, strict=True)}, "limit": limit}
