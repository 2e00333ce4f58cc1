"""Make signals/cardiac/coefficients/rhythm.json again: `python -m benchmarks.cardiac.train_rhythm [--folds]`.

One logistic rule on the features of `cardiac.rhythm`, read from the shipped kernel by setting one weight to one at a
time. Sinus records are also given ectopic beats, bigeminy, quadrigeminy and deep respiratory arrhythmia, which must
not look irregular. With --folds records are left out whole; each fold leaves out one of the three long AF records.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from agetech.core.algorithm import Step
from agetech.core.declare import pack
from agetech.signals.cardiac import rhythm
from benchmarks.cardiac.data import BEATS, folder

HERE = Path(rhythm.__file__).parent / "coefficients" / "rhythm.json"
LEAN = 0.4  # added to the bias: a missed beat weighs a little more than a false one
Table = NDArray[np.float64]


def records() -> list[tuple[str, Table, NDArray[np.bool_]]]:
    """Return name, intervals (s) and whether each is annotated as atrial fibrillation or flutter."""
    found = []
    for path in sorted((folder() / "cardiac" / "afdb_rr").glob("*.npz")):
        with np.load(path) as kept:
            found.append((path.stem, kept["rr_s"].astype(np.float64), kept["is_af_rr"].astype(bool)))
    for path in sorted((folder() / "cardiac" / "nsr2db_rr").glob("*.npz")):
        with np.load(path) as kept:
            beats = kept["beat_sample"][kept["beat_symbol"] != "~"]
            found.append((path.stem, np.diff(beats) / 128.0, np.zeros(len(beats) - 1, dtype=bool)))
    for path in sorted((folder() / "cardiac" / "mitdb").glob("*.npz")):
        with np.load(path) as kept:
            samples, symbols, marks = kept["ann_sample"], kept["ann_symbol"].astype(str), kept["ann_aux"].astype(str)
        rhythms, now = [], "(N"
        for mark in marks:
            now = mark.strip("\0") if mark.startswith("(") else now
            rhythms.append(now)
        beat = np.array([symbol in BEATS for symbol in symbols])
        found.append((path.stem, np.diff(samples[beat]) / 360.0, np.isin(np.array(rhythms)[beat][1:], ("(AFIB", "(AFL"))))
    return found


def ectopy(rr: Table, rng: np.random.Generator, share: float) -> Table:
    """Return intervals with early beats, some of them with a compensating pause."""
    rr, i = rr.copy(), 2
    while i < len(rr) - 2:
        if rng.random() < share:
            both = rr[i] + rr[i + 1]
            rr[i] *= rng.uniform(0.45, 0.8)
            if rng.random() < 0.6:
                rr[i + 1] = both - rr[i]
            i += 1
        i += 1
    return rr


def geminy(rr: Table, rng: np.random.Generator, every: int) -> Table:
    """Return intervals with each second, third or fourth beat early."""
    rr = rr.copy()
    for i in range(0, len(rr) - 1, every):
        both = rr[i] + rr[i + 1]
        rr[i] *= rng.normal(0.62, 0.03)
        rr[i + 1] = both - rr[i]
    return rr


def breathing(rr: Table, rng: np.random.Generator, depth: float) -> Table:
    """Return intervals that swing with breathing by `depth` of their length."""
    rate = 0.25 + 0.03 * np.cumsum(rng.normal(size=len(rr))) / np.sqrt(len(rr))
    return np.asarray(rr * (1.0 + depth * np.sin(2.0 * np.pi * np.cumsum(rate * rr))))


CHANGES: dict[str, Callable[[Table, np.random.Generator], Table]] = {
    "few ectopic": lambda rr, rng: ectopy(rr, rng, 0.05),
    "many ectopic": lambda rr, rng: ectopy(rr, rng, 0.2),
    "bigeminy": lambda rr, rng: geminy(rr, rng, 2),
    "trigeminy": lambda rr, rng: geminy(rr, rng, 3),
    "quadrigeminy": lambda rr, rng: geminy(rr, rng, 4),
    "breathing 8 %": lambda rr, rng: breathing(rr, rng, 0.08),
    "breathing 15 %": lambda rr, rng: breathing(rr, rng, 0.15),
}


def rows(rr: Table, weights: Any) -> Any:
    """Return the rows of the shipped kernels with these weights."""
    plan = rhythm.plan(rhythm.RhythmParams(), None)
    packed, state = pack(plan), rhythm.init(plan)
    packed["weights"] = weights
    shape = rhythm.RHYTHM.shape
    if not isinstance(shape, Step):
        raise TypeError(shape)
    out = np.zeros(len(rr) + 1, rhythm.RHYTHM.dtype)
    first = shape.step(packed, state.record, state.ring, rr, out)
    shape.flush(packed, state.record, state.ring, out[first:])  # type: ignore[misc]
    return out[: len(rr)]


def features(rr: Table) -> Table:
    """Return the features (n, 8), each had back from the probability under one weight of one."""
    columns = []
    for k in range(rhythm.PARTS):
        p = rows(rr, np.eye(rhythm.PARTS + 1)[k])["probability"]
        columns.append(np.log(p / (1.0 - p)))
    return np.stack(columns, axis=1)


def material() -> list[tuple[str, str, Table, NDArray[np.bool_], float]]:
    """Return name, change, features, truth and weight of every record and every change of a sinus record."""
    rng, found = np.random.default_rng(1), []
    for name, rr, irregular in records():
        found.append((name, "plain", features(rr), irregular, 1.0))
        if not irregular.any() and (name.startswith("nsr") or name in ("101", "112", "115", "122", "230")):
            found += [(name, change, features(make(rr[:20000], rng)), irregular[:20000], 0.3) for change, make in CHANGES.items()]
    return found


def fit(used: list[tuple[str, str, Table, NDArray[np.bool_], float]]) -> list[float]:
    """Return eight weights and the bias; both classes weigh alike; each fourth beat is used."""
    x = np.concatenate([one[2][::4] for one in used])
    y = np.concatenate([one[3][::4] for one in used])
    w = np.concatenate([np.full(len(one[3][::4]), one[4]) for one in used])
    fair = np.isfinite(x).all(axis=1)
    x, y, w = x[fair], y[fair], w[fair]
    w = w * np.where(y, 0.5 / w[y].sum(), 0.5 / w[~y].sum()) * len(w)
    model = LogisticRegression(C=1.0, max_iter=2000).fit(x, y, sample_weight=w)
    return [*(round(float(value), 3) for value in model.coef_[0]), round(float(model.intercept_[0]) + LEAN, 3)]


FOLDS = (
    ("afdb_1", "101", "106", "201", "208", "nsr001"),
    ("afdb_2", "203", "209", "118", "223", "215", "nsr004"),
    ("afdb_3", "108", "109", "112", "114", "124", "119"),
    ("115", "116", "122", "205", "207", "220", "230"),
)


def left_out() -> dict[str, dict[str, float]]:
    """Return, by record and change, the counts by beats of coefficients that never saw the record."""
    found = material()
    scores = {}
    for fold in FOLDS:
        w = fit([one for one in found if one[0] not in fold])
        for name, change, x, truth, _ in found:
            if name in fold:
                told = x @ np.array(w[:-1]) + w[-1] >= 0.0
                scores[f"{name} {change}"] = {
                    "true": int((told & truth).sum()), "missed": int((~told & truth).sum()),
                    "false": int((told & ~truth).sum()), "quiet": int((~told & ~truth).sum()),
                }  # fmt: skip
    return scores


def main() -> None:
    """Fit on all records and write the file; with --folds print what left-out records give."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folds", action="store_true")
    if asked.parse_args().folds:
        for name, counts in left_out().items():
            print(name, counts)
        return
    weights = fit(material())
    table = {
        "version": "1.0.0",
        "recipe": "python -m benchmarks.cardiac.train_rhythm",
        "data": "3 records of the MIT-BIH Atrial Fibrillation Database, 22 of the Arrhythmia Database, 2 of nsr2db",
        "weights": dict(zip(rhythm.FEATURES, weights[:-1], strict=True)),
        "bias": weights[-1],
    }
    HERE.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
