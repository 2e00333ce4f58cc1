"""Measure the cardiac figures and write docs/evidence/cardiac.json: `python -m benchmarks.cardiac.run [--parts beats,...]`.

Peers that are installed are printed beside ours, accuracy and speed in one run: CPU time of the same records, in the
order A B B A. Where coefficients were trained on these records, the row says "left out": every record is scored by
coefficients that never saw it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from agetech.evaluate.beats import BeatScore, score_beats
from agetech.signals.cardiac import detect_beats, detect_pulses, pulse_rate
from benchmarks import evidence
from benchmarks.cardiac import steps
from benchmarks.cardiac.data import arrhythmia, digest, folder

NOTHING = BeatScore(0, 0, 0, np.zeros(0))


def interval(values: list[float], *, rounds: int = 2000, seed: int = 0) -> list[float]:
    """Return the 95 % interval of a mean over records or people, by bootstrap."""
    rng, known = np.random.default_rng(seed), np.array(values)
    return [
        round(float(one), 5) for one in np.percentile(known[rng.integers(0, len(known), (rounds, len(known)))].mean(axis=1), (2.5, 97.5))
    ]


def summary(scores: dict[str, BeatScore]) -> dict[str, Any]:
    """Return gross sensitivity, predictivity, jitter, the worst record, and intervals by record."""
    gross = sum(scores.values(), NOTHING)
    worst = min(scores, key=lambda name: scores[name].f1)
    centred = np.concatenate([one.errors - np.median(one.errors) for one in scores.values() if one.errors.size])
    return {
        "records": len(scores), "beats": gross.true + gross.missed, "missed": gross.missed, "false": gross.false,
        "sensitivity": round(gross.sensitivity, 5), "sensitivity by record": interval([one.sensitivity for one in scores.values()]),
        "predictivity": round(gross.predictivity, 5), "predictivity by record": interval([one.predictivity for one in scores.values()]),
        "worst": [worst, round(scores[worst].f1, 5)],
        "jitter ms, median by record": round(1e3 * float(np.median([one.jitter for one in scores.values()])), 2),
        "jitter ms, median absolute error": round(1e3 * float(np.median(np.abs(centred))), 2),
        "jitter ms, standard deviation": round(1e3 * float(centred.std()), 2),
    }  # fmt: skip


def peers() -> dict[str, Callable[[Any, float], Any]]:
    """Return the QRS detectors that are installed."""
    found: dict[str, Callable[[Any, float], Any]] = {}
    try:
        import sleepecg

        found["sleepecg"] = sleepecg.detect_heartbeats
    except ImportError:
        pass
    try:
        import neurokit2

        found["neurokit2"] = lambda x, fs: neurokit2.ecg_process(x, sampling_rate=fs)[1]["ECG_R_Peaks"]
    except ImportError:
        pass
    return found


def cpu(work: Callable[[], Any]) -> float:
    """Return the CPU time of one call, s."""
    begin = time.thread_time()
    work()
    return time.thread_time() - begin


def left_out_beats() -> dict[str, BeatScore]:
    """Return the scores of left-out records; in a process of its own, as the recipe puts writing kernels into the detector."""
    command = [sys.executable, "-m", "benchmarks.cardiac.train_beats", "--folds", "4"]
    with tempfile.TemporaryDirectory() as cache:
        told = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "AGETECH_CACHE_DIR": cache})
    scores = json.loads(told.stdout.splitlines()[-1])["scores"]
    return {name: BeatScore(true, missed, false, np.array(errors)) for name, (true, missed, false, errors) in scores.items()}


def beats() -> dict[str, Any]:
    """Return the QRS figures: EC57 with all records, left out, and peers with their speed."""
    records = arrhythmia()
    ways: dict[str, Callable[[Any, float], Any]] = {"agetech": lambda x, fs: detect_beats(x, fs)["sample"], **peers()}
    figures: dict[str, Any] = {}
    for name, detect in ways.items():
        used = records if name != "neurokit2" else records[::4]
        figures[name] = summary(
            {one.name: score_beats(one.beats, np.sort(detect(one.signal, 360.0)), 360.0, excluded=one.flutter) for one in used}
        )
    figures["agetech, left out by records (4 folds)"] = summary(left_out_beats())
    joined = np.concatenate([one.signal for one in records[:6]])
    for name, detect in ways.items():
        if name == "agetech":
            continue
        part = joined if name == "sleepecg" else joined[: 360 * 300]
        ratios = []
        for _ in range(5):
            a, b = cpu(lambda p=part: ways["agetech"](p, 360.0)), cpu(lambda p=part, d=detect: d(p, 360.0))  # type: ignore[misc]
            c, d = cpu(lambda p=part, d=detect: d(p, 360.0)), cpu(lambda p=part: ways["agetech"](p, 360.0))  # type: ignore[misc]
            ratios.append((b + c) / (a + d))
        figures[name]["times our CPU"] = [round(float(one), 2) for one in np.percentile(ratios, (50, 25, 75))]
    return figures


def rhythm() -> dict[str, Any]:
    """Return the screening figures of records left out, and the false share on long sinus records."""
    from benchmarks.cardiac.train_rhythm import left_out

    found = {name: counts for name, counts in left_out().items() if name.endswith("plain")}
    long = [name for name in found if name.startswith("afdb")]
    total = {key: sum(found[name][key] for name in long) for key in ("true", "missed", "false", "quiet")}
    sinus = [name for name in found if name.startswith("nsr")]
    return {
        "left out, 3 AF records": total | {
            "sensitivity": total["true"] / (total["true"] + total["missed"]),
            "specificity": total["quiet"] / (total["quiet"] + total["false"]),
        },
        "false on 2 sinus records of 24 h": sum(found[name]["false"] for name in sinus)
        / sum(found[name]["quiet"] + found[name]["false"] for name in sinus),
        "by record": found,
    }  # fmt: skip


def apnea() -> dict[str, Any]:
    """Return accuracy and area by minute of people left out (5 folds), with intervals by person."""
    from benchmarks.cardiac.train_apnea import area, left_out

    told = left_out(5)
    odds, truth = (np.concatenate([one[k] for one in told.values()]) for k in (0, 1))
    each = [float(((one[0] > 0) == one[1]).mean()) for one in told.values()]
    return {
        "people": len(told), "minutes": len(truth), "accuracy": float(((odds > 0) == truth).mean()), "accuracy by person": interval(each),
        "area": area(truth, odds),
    }  # fmt: skip


def pulses() -> dict[str, Any]:
    """Return PPG beats and rates on BIDMC against the beats of its ECG, delay removed, 16 people in 19 records."""
    scores, errors, answered = {}, [], []
    for path in sorted((folder() / "respiration" / "bidmc").glob("*.npz")):
        with np.load(path) as kept:
            ppg, ecg = (np.cumsum(kept[name], dtype=np.int16).astype(np.float64) for name in ("ppg", "ecg_ii"))
        truth, found = detect_beats(ecg, 125.0), detect_pulses(ppg, 125.0)
        before = np.searchsorted(truth["sample"], found["sample"]) - 1
        delay = np.median((found["sample"] - truth["sample"][before])[before >= 0])
        scores[path.stem] = score_beats(truth["sample"], (found["sample"] - delay).astype(np.int64), 125.0, skip=8.0)
        ours, theirs = pulse_rate(found, 125.0, len(ppg)), pulse_rate(truth, 125.0, len(ecg), interval="rr")
        both = np.isfinite(ours["rate"]) & np.isfinite(theirs["rate"])
        errors.append(np.abs(ours["rate"] - theirs["rate"])[both])
        answered.append(float(np.isfinite(ours["rate"]).mean()))
    gross = sum(scores.values(), NOTHING)
    return {
        "records": len(scores), "f1": gross.f1, "f1 by record": interval([one.f1 for one in scores.values()]),
        "rate within 2": float((np.concatenate(errors) <= 2.0).mean()),
        "windows": int(sum(map(len, errors))), "coverage": float(np.mean(answered)),
    }  # fmt: skip


PARTS: dict[str, Callable[[], dict[str, Any]]] = {"beats": beats, "rhythm": rhythm, "apnea": apnea, "pulses": pulses, "st": steps.figures}


def main() -> None:
    """Measure the parts asked for and keep the others as they were."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--parts", default=",".join(PARTS))
    chosen = asked.parse_args().parts.split(",")
    figures = evidence.read("cardiac").get("figures", {})
    figures["data"] = {
        part: digest(part)
        for part in ("cardiac/mitdb", "cardiac/afdb_rr", "cardiac/nsr2db_rr", "respiration/bidmc", "respiration/apnea_ecg")
    }
    for name in chosen:
        figures[name] = PARTS[name]()
        print(name, figures[name], flush=True)
        evidence.write("cardiac", "python -m benchmarks.cardiac.run", figures)


if __name__ == "__main__":
    main()
