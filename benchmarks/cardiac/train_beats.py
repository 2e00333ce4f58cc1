"""Make signals/cardiac/coefficients/beats.json again: `python -m benchmarks.cardiac.train_beats [--folds 5]`.

Two logistic rules: is a candidate wave a beat, and is a beat ventricular by shape. The features come from the
shipped kernels themselves, which here also write them behind the ring. As the detector's levels depend on its
decisions, the first rule is fitted three times, each time on what the detector with the last coefficients saw. With
--folds records are left out whole and scored by EC57 with coefficients that never saw them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from agetech.core.declare import pack
from agetech.core.kernel import kernel
from agetech.evaluate.beats import BeatScore, match_beats, score_beats
from agetech.signals.cardiac import beats as detector
from agetech.signals.cardiac.waves import CONTRAST, FEATURES, FIDUCIAL, HEIGHT, LIKENESS, NORMALITY, SHARPNESS, TICK
from benchmarks.cardiac.augment import CHANGES
from benchmarks.cardiac.data import VENTRICULAR, Ecg, arrhythmia

HERE = Path(detector.__file__).parent / "coefficients" / "beats.json"
WEIGHTS = {
    "plain": 3.0, "pauses": 1.0, "T x 2.5": 1.0, "T x 4": 0.3, "P x 3": 0.5, "white 12 dB": 1.0, "white 6 dB": 0.3, "motion 12 dB": 1.0,
    "gain x 0.3 by the minute": 1.0, "faster x 1.6": 0.5, "slower x 0.7": 0.5, "125 Hz": 1.0,
}  # fmt: skip
PART = 900.0  # s of each changed record; the plain ones whole
START = (4.4, 1.4, 0.4, -5.6, 1.9, -0.7, -2.4, 0.6, -6.0, -1.0)
ROUNDS = 3
LEAN = 0.4  # added to the bias at last: a missed beat weighs a little more than a false one
Table = NDArray[np.float64]
LOG = 11  # floats of one wave: fiducial, kind of row, nine features
like, kind_of = detector.like, detector.kind_of


def _like_and_write(p: Any, s: Any, ring: Any, c: int, own: float) -> None:
    like(p, s, ring, c, own)
    if own < 1.5:  # levels are being learnt
        return
    f = p.room + 1 + LOG * int(ring[p.room])
    ring[p.room] += 1.0
    height = ring[c + HEIGHT]
    since = (ring[c + TICK] - s.last_tick) / p.rate if s.last_tick >= 0 else 2.0 * s.interval
    sharper = ring[c + SHARPNESS] - s.sharp if s.beats > 0 else 0.0
    ring[f], ring[f + 1] = ring[c + FIDUCIAL], 0.0
    ring[f + 2] = min(max(height - s.height, -4.0), 0.5)
    ring[f + 3] = ring[c + LIKENESS]
    ring[f + 4] = min(max(height - s.noise, -1.0), 3.0) if s.refused > 0 else 2.0
    ring[f + 5] = min(max((0.3 + 0.15 * min(s.interval, 1.2) - since) / 0.1, 0.0), 1.0)
    ring[f + 6] = ring[c + CONTRAST]
    ring[f + 7] = min(max(sharper, -2.0), 0.0)
    ring[f + 8] = min(max(0.7 - since / s.interval, 0.0), 0.5)
    ring[f + 9] = min(max(since / s.interval - 1.0, 0.0), 1.0)
    ring[f + 10] = min(max(sharper, 0.0), 1.0)


def _kind_and_write(p: Any, s: Any, ring: Any, c: int, rr: float) -> int:
    f = p.room + 1 + LOG * int(ring[p.room])
    ring[p.room] += 1.0
    ring[f], ring[f + 1] = ring[c + FIDUCIAL], 1.0
    ring[f + 2] = ring[c + NORMALITY]
    ring[f + 3] = min(max(ring[c + SHARPNESS] - s.sharp, -2.0), 1.0) if s.beats > 0 else 0.0
    ring[f + 4] = min(max(ring[c + HEIGHT] - s.height, -2.0), 2.0)
    ring[f + 5] = min(max(rr / s.interval, 0.3), 1.5) if rr > 0.0 else 1.0
    return int(kind_of(p, s, ring, c, rr))


detector.like, detector.kind_of = kernel(_like_and_write), kernel(_kind_and_write)  # type: ignore[attr-defined]


def detect(x: Table, fs: float, weights: Any, kinds: Any = None) -> tuple[Any, Table]:
    """Return the rows of the detector with these coefficients, and its notes (n, 11)."""
    plan = detector.plan(detector.BeatsParams(), fs)
    packed = pack(plan)
    packed["weights"] = weights
    if kinds is not None:
        packed["kinds"] = kinds
    state = detector.init(plan)
    ring = np.zeros(plan.room + 1 + LOG * 2 * (len(x) // plan.factor // plan.apart + 40))
    ring[: plan.room] = state.ring
    out = np.zeros(detector.most(plan, len(x)), detector.BEATS.dtype)
    n = detector.BEATS.shape.step(packed, state.record, ring, np.ascontiguousarray(x), out)  # type: ignore[union-attr]
    notes = ring[plan.room + 1 :].reshape(-1, LOG)[: int(ring[plan.room])]
    return out[:n], notes.copy()


def collect(records: list[Ecg], weights: Any) -> tuple[Table, Table, Table]:
    """Return features, truth and weights of the waves that the detector looked at in all changed records."""
    features, truths, counts = [], [], []
    for change, weight in WEIGHTS.items():
        for k, record in enumerate(records):
            x, beats, fs = CHANGES[change](record.signal, record.beats, k)
            scale = len(x) / len(record.signal)
            end = len(x) if change == "plain" else int(PART * 360.0 * scale)
            notes = detect(x[:end], fs, weights)[1]
            notes = notes[notes[:, 1] == 0.0]
            samples = notes[:, 0].astype(np.int64)
            notes, samples = notes[np.argsort(samples, kind="stable")], np.sort(samples)
            pairs = match_beats(beats[beats < end], samples, round(0.15 * 360.0 * scale))
            truth = np.zeros(len(notes))
            truth[pairs[:, 1]] = 1.0
            fair = np.ones(len(notes), dtype=bool)
            for first, last in record.flutter:
                fair &= (samples < (first - 360) * scale) | (samples > (last + 360) * scale)
            features.append(notes[fair, 2:])
            truths.append(truth[fair])
            counts.append(np.full(fair.sum(), weight))
    return np.concatenate(features), np.concatenate(truths), np.concatenate(counts)


def fit(records: list[Ecg]) -> list[float]:
    """Return nine weights and the bias of the first rule."""
    weights = list(START)
    for _ in range(ROUNDS):
        features, truth, counts = collect(records, weights)
        model = LogisticRegression(C=1.0, max_iter=500).fit(features, truth, sample_weight=counts)
        weights = [round(float(value), 3) for value in (*model.coef_[0], model.intercept_[0])]
    return [*weights[:-1], round(weights[-1] + LEAN, 3)]


def fit_kinds(records: list[Ecg], weights: Any) -> list[float]:
    """Return four weights and the bias of the second rule, from annotated beats; classes weigh alike for half."""
    features, truths = [], []
    for record in records:
        notes = detect(record.signal, 360.0, weights)[1]
        notes = notes[notes[:, 1] == 1.0]
        pairs = match_beats(record.beats, np.sort(notes[:, 0]).astype(np.int64), 54)
        features.append(notes[np.argsort(notes[:, 0], kind="stable")][pairs[:, 1], 2:6])
        truths.append(np.isin(record.symbols[pairs[:, 0]], list(VENTRICULAR)))
    x, y = np.concatenate(features), np.concatenate(truths)
    model = LogisticRegression(C=1.0, max_iter=500).fit(x, y, sample_weight=np.where(y, 2.0, 1.0))
    return [round(float(value), 3) for value in (*model.coef_[0], model.intercept_[0])]


def kinds_score(records: list[Ecg], weights: Any, kinds: Any) -> dict[str, float]:
    """Return sensitivity and predictivity of the ventricular kind over the beats found, fusion beats aside."""
    true = missed = false = 0
    for record in records:
        rows = detect(record.signal, 360.0, weights, kinds)[0]
        pairs = match_beats(record.beats, rows["sample"], 54)
        symbols, called = record.symbols[pairs[:, 0]], rows["kind"][pairs[:, 1]] == detector.BeatKind.VENTRICULAR
        known = symbols != "F"
        ventricular = np.isin(symbols, list(VENTRICULAR))
        true += int((known & called & ventricular).sum())
        missed += int((known & ~called & ventricular).sum())
        false += int((known & called & ~ventricular).sum())
    return {"sensitivity": true / (true + missed), "predictivity": true / max(1, true + false), "beats": true + missed}


def score(records: list[Ecg], weights: Any) -> dict[str, BeatScore]:
    """Return the EC57 score by record."""
    return {
        one.name: score_beats(one.beats, detect(one.signal, 360.0, weights)[0]["sample"], 360.0, excluded=one.flutter) for one in records
    }


def left_out(records: list[Ecg], folds: int) -> dict[str, Any]:
    """Return the scores of records by coefficients that never saw them: every k-th record is left out in turn."""
    scores: dict[str, BeatScore] = {}
    weights, kinds = [], []
    for fold in range(folds):
        rest = [one for k, one in enumerate(records) if k % folds != fold]
        out = [one for k, one in enumerate(records) if k % folds == fold]
        weights.append(fit(rest))
        scores |= score(out, weights[-1])
        kinds.append(kinds_score(out, weights[-1], fit_kinds(rest, weights[-1])))
    return {"scores": scores, "weights": weights, "kinds": kinds}


def main() -> None:
    """Fit on all records and write the file; with --folds only print what left-out records give."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folds", type=int, default=0)
    folds = asked.parse_args().folds
    records = arrhythmia()
    if folds:
        found = left_out(records, folds)
        scores = {name: [one.true, one.missed, one.false, one.errors.round(6).tolist()] for name, one in found["scores"].items()}
        print(json.dumps({"scores": scores, "kinds": found["kinds"], "weights": found["weights"]}))
        return
    weights = fit(records)
    kinds = fit_kinds(records, weights)
    gross = sum(score(records, weights).values(), BeatScore(0, 0, 0, np.zeros(0)))
    print(f"Se {gross.sensitivity:.5f} PPV {gross.predictivity:.5f}", kinds_score(records, weights, kinds))
    table = {
        "version": "1.0.0",
        "recipe": "python -m benchmarks.cardiac.train_beats",
        "data": "22 records of the MIT-BIH Arrhythmia Database, first lead, changed as benchmarks/cardiac/augment.py says",
        "weights": dict(zip(FEATURES, weights[:-1], strict=True)),
        "bias": weights[-1],
        "ventricular": kinds,
    }
    HERE.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
