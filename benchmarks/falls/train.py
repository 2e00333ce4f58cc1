"""Training of the classifier: people are left out whole, the threshold is chosen on the training people only.

The quadratic score and the trees are fitted on the recordings as they are and on changed copies (other rates, softer
sensors, dropped rows, gain); how the two are weighed and the threshold come from an inner round of leaving people out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression

from agetech.signals.falls.model import DEPTH, LEAVES, REACH, SPLITS, TREES, Model
from agetech.signals.falls.named import COUNT, NAMES
from benchmarks.falls.data import Take
from benchmarks.falls.extract import Table

UPPER = np.triu_indices(COUNT)
PENALTY = 0.01  # C of the quadratic score
# weight of the quadratic score and of the mean of the leaves, before the one slope that calibrates both; at the waist the
# quadratic score alone takes one person's quick lying down for falls, at the wrist it does better than the trees alone
MIX = {"waist": (0.2, 6.0), "wrist": (0.5, 6.0)}
FALSE = 1.5  # cost of a share of activities taken for falls, a share of falls missed costing 1
Floats = NDArray[np.float64]
Tables = dict[str, Table]


def digits(values: Any, count: int = 6) -> Any:
    """Return numbers with so many significant digits: what the JSON holds is what is measured."""
    array = np.asarray(values, np.float64)
    return np.array([float(f"{v:.{count}g}") for v in array.ravel()]).reshape(array.shape)


def fit_score(x: Floats, y: Floats) -> dict[str, Any]:
    """Return center, scale, weight, cross and intercept of the quadratic score."""
    center = digits(np.median(x, axis=0))
    scale = digits(np.maximum(np.percentile(x, 90, axis=0) - np.percentile(x, 10, axis=0), 1e-3) / 2)
    z = np.clip((x - center) / scale, -REACH, REACH)
    terms = np.hstack([z, z[:, UPPER[0]] * z[:, UPPER[1]]])
    fitted = LogisticRegression(C=PENALTY, max_iter=300).fit(terms, y)
    return {"center": center, "scale": scale, "weight": digits(fitted.coef_[0, :COUNT]), "cross": digits(fitted.coef_[0, COUNT:])}


def fit_trees(x: Floats, y: Floats) -> dict[str, Any]:
    """Return the trees as complete ones of one depth: an early leaf stands for all below it."""
    grown = ExtraTreesClassifier(TREES, max_depth=DEPTH, min_samples_leaf=5, max_features=0.6, class_weight="balanced", random_state=0)
    grown.fit(x, y)
    asked, cut, leaf = np.zeros((TREES, SPLITS), int) - 1, np.full((TREES, SPLITS), np.inf), np.zeros((TREES, LEAVES))
    for number, one in enumerate(grown.estimators_):
        tree = one.tree_
        share = tree.value[:, 0, 1] / tree.value[:, 0, :].sum(axis=1)
        waiting = [(0, 0)]
        while waiting:
            node, at = waiting.pop()
            inner = tree.children_left[node] >= 0
            if at >= SPLITS:
                leaf[number, at - SPLITS] = share[node]
                continue
            if inner:
                asked[number, at], cut[number, at] = tree.feature[node], tree.threshold[node]
            waiting.append((tree.children_left[node] if inner else node, 2 * at + 1))
            waiting.append((tree.children_right[node] if inner else node, 2 * at + 2))
    return {"asked": asked, "cut": digits(cut), "leaf": digits(leaf, 4)}


def parts(score: dict[str, Any], trees: dict[str, Any], x: Floats) -> Floats:
    """Return the quadratic score and the mean of the leaves, (n, 2)."""
    z = np.clip((x - score["center"]) / score["scale"], -REACH, REACH)
    first = z @ score["weight"] + (z[:, UPPER[0]] * z[:, UPPER[1]]) @ score["cross"]
    grown = np.zeros(len(x))
    rows = np.arange(len(x))
    for number in range(TREES):
        at = np.zeros(len(x), int)
        for _ in range(DEPTH):
            value = x[rows, np.maximum(trees["asked"][number, at], 0)]
            at = 2 * at + np.where(value <= trees["cut"][number, at], 1, 2)
        grown += trees["leaf"][number, at - SPLITS]
    return np.column_stack([first, grown / TREES])


def chosen(tables: Tables, people: NDArray[np.str_], inside: set[str]) -> tuple[Floats, Floats]:
    """Return the labelled candidates of some people over all changes."""
    x, y = [], []
    for one in tables.values():
        use = (one.y >= 0) & np.isin(people[one.recording], list(inside))
        x.append(one.x[use])
        y.append(one.y[use])
    return np.concatenate(x), np.concatenate(y).astype(float)


def folds(people: set[str], count: int) -> list[set[str]]:
    """Return the people in groups, young and old ones spread evenly."""
    ordered = sorted(people)
    return [set(ordered[k::count]) for k in range(count)]


def threshold(z: Floats, recording: NDArray[np.int64], falls: NDArray[np.bool_], judged: NDArray[np.bool_], cost: float = FALSE) -> float:
    """Return the threshold at which a fall missed costs 1 and an activity taken for one costs `cost`, each in shares.

    From a logistic curve through the largest log-odds of each recording: steadier than the steps of a few errors.
    """
    best = np.full(len(falls), -12.0)
    np.maximum.at(best, recording, z)
    best, truth = np.clip(best[judged], -6.0, 6.0), falls[judged]
    weight = np.where(truth, 1.0 / truth.sum(), cost / (~truth).sum()) * len(truth)
    curve = LogisticRegression(C=1e3, max_iter=500).fit(best[:, None], truth, sample_weight=weight)
    return round(float(-curve.intercept_[0] / curve.coef_[0, 0]), 3)


def train(tables: Tables, takes: list[Take], inside: set[str], placement: str, inner: int = 3) -> dict[str, Any]:
    """Return the document of coefficients of a placement, trained on the people `inside`."""
    mix = np.array(MIX[placement])
    people = np.array([one.person for one in takes])
    falls = np.array([one.fall for one in takes])
    plain = tables["as it is"]
    out = np.full((len(plain.y), 2), np.nan)
    for held in folds(inside, inner):
        x, y = chosen(tables, people, inside - held)
        use = np.isin(people[plain.recording], list(held))
        out[use] = parts(fit_score(x, y), fit_trees(x, y), plain.x[use])
    known = ~np.isnan(out[:, 0])
    fit = known & (plain.y >= 0)
    last = LogisticRegression(C=1.0, max_iter=500).fit(out[fit] @ mix[:, None], plain.y[fit])
    share, gain, bias = (float(v) for v in digits([*(last.coef_[0, 0] * mix), last.intercept_[0]]))
    x, y = chosen(tables, people, inside)
    score, trees = fit_score(x, y), fit_trees(x, y)
    z = np.clip(bias + share * out[:, 0] + gain * out[:, 1], -12.0, 12.0)
    found = threshold(z[known], plain.recording[known], falls, np.isin(people, list(inside)))
    return {
        "bias": bias,
        "share": share,
        "gain": gain,
        "threshold": found,
        **{part: dict(zip(NAMES, score[part].tolist(), strict=True)) for part in ("center", "scale", "weight")},
        "cross": score["cross"].tolist(),
        "asked": [[NAMES[j] if j >= 0 else "" for j in tree] for tree in trees["asked"]],
        "cut": [[None if np.isinf(v) else v for v in tree] for tree in trees["cut"].tolist()],
        "leaf": trees["leaf"].tolist(),
    }


def logits(m: Model, x: Floats) -> Floats:
    """Return the log-odds of many candidates: the same sums as the kernel, over whole arrays."""
    score = {"center": m.center, "scale": m.scale, "weight": m.weight, "cross": m.cross.reshape(COUNT, COUNT)[UPPER]}
    trees = {
        "asked": m.asked.astype(int).reshape(TREES, SPLITS),
        "cut": m.cut.reshape(TREES, SPLITS),
        "leaf": m.leaf.reshape(TREES, LEAVES),
    }
    both = parts(score, trees, x)
    return np.clip(m.bias + m.share * both[:, 0] + m.gain * both[:, 1], -12.0, 12.0)
