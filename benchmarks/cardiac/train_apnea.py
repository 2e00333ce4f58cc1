"""Make signals/sleep/coefficients/apnea_minutes.json again: `python -m benchmarks.cardiac.train_apnea [--folds 5]`.

Gradient boosted small trees on the features of `sleep.apnea_minutes`. With --folds people are left out whole: every
fifth record in turn is scored by trees that never saw it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from agetech.signals.sleep import apnea_minutes
from benchmarks.cardiac.data import folder

HERE = Path(apnea_minutes.__file__).parent / "coefficients" / "apnea_minutes.json"
Table = NDArray[np.float64]


def records() -> list[tuple[str, Table, NDArray[np.bool_]]]:
    """Return name, beat times (s) and the expert's mark of each minute."""
    found = []
    for path in sorted((folder() / "respiration" / "apnea_ecg").glob("*.npz")):
        with np.load(path) as kept:
            found.append((path.stem, kept["t"].astype(np.float64) * 60.0, kept["apn"].astype(bool)))
    return found


def fit(x: Table, y: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the trees as tables of nodes, values and limits rounded as they are shipped."""
    model = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.07, max_leaf_nodes=8, min_samples_leaf=60, l2_regularization=5.0, max_features=0.3, random_state=0,
        early_stopping=False,
    ).fit(x, y)  # fmt: skip
    trees, deepest = [], 0
    for (predictor,) in model._predictors:  # noqa: SLF001 - scikit-learn has no public door to the nodes
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        deepest = max(deepest, int(nodes["depth"].max()))
        trees.append(
            {
                "feature": nodes["feature_idx"].tolist(),
                "limit": [0.0 if end else float(f"{value:.9g}") for value, end in zip(nodes["num_threshold"], leaf, strict=True)],
                "left": np.where(leaf, 0, nodes["left"]).tolist(),
                "right": np.where(leaf, 0, nodes["right"]).tolist(),
                "value": [float(f"{value:.6g}") if end else 0.0 for value, end in zip(nodes["value"], leaf, strict=True)],
            }
        )
    return {"bias": float(model._baseline_prediction.ravel()[0]), "depth": deepest, "trees": trees}  # noqa: SLF001


def area(truth: NDArray[np.bool_], odds: Table) -> float:
    """Return the area under the ROC curve by ranks."""
    ranks = np.argsort(np.argsort(odds, kind="stable")) + 1.0
    positive = int(truth.sum())
    return float((ranks[truth].sum() - positive * (positive + 1) / 2) / (positive * (len(truth) - positive)))


def left_out(folds: int = 5) -> dict[str, Any]:
    """Return odds and truth by record, of trees that never saw the record."""
    found = [(name, apnea_minutes.minute_features(times, len(truth))[0], truth) for name, times, truth in records()]
    told = {}
    for fold in range(folds):
        rest = [one for k, one in enumerate(found) if k % folds != fold]
        table = fit(np.concatenate([one[1] for one in rest]), np.concatenate([one[2] for one in rest]))
        told |= {one[0]: (apnea_minutes._odds(one[1], table), one[2]) for k, one in enumerate(found) if k % folds == fold}  # noqa: SLF001
    return told


def main() -> None:
    """Fit on all records and write the file; with --folds print what left-out people give."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folds", type=int, default=0)
    folds = asked.parse_args().folds
    if folds:
        told = left_out(folds)
        odds, truth = (np.concatenate([one[k] for one in told.values()]) for k in (0, 1))
        print(f"accuracy {((odds > 0) == truth).mean():.4f} area {area(truth, odds):.4f} minutes {len(truth)} people {len(told)}")
        return
    found = [(apnea_minutes.minute_features(times, len(truth))[0], truth) for _, times, truth in records()]
    table = fit(np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found]))
    head = {"version": "1.0.0", "recipe": "python -m benchmarks.cardiac.train_apnea", "data": "35 records of the Apnea-ECG Database"}
    HERE.parent.mkdir(exist_ok=True)
    HERE.write_text(json.dumps(head | table) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
