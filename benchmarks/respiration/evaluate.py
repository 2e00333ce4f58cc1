"""Evidence of the breathing algorithms: python -m benchmarks.respiration.evaluate [--quick] -> docs/evidence/respiration.json.

Rates on BIDMC by models that never saw the person (leave one out, as `train` fits them), with the shipped gate; intervals
by resampling persons. Radar and nights are simulated or made from real breaths, and say so. Peers run in the same
process, their time in turns with ours.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agetech.signals.respiration import estimate_rate, presence, radar_displacement
from agetech.signals.sleep import detect_breath_events
from agetech.simulate.radar import Sleeper, radar_scene
from benchmarks import evidence
from benchmarks.respiration import bidmc, nights, nothing, train

Signal = NDArray[np.float64]
SNRS = (20.0, 15.0, 10.0, 5.0, 0.0)


def interval(values: Signal, person: Signal, measure: Callable[[Signal], float], rounds: int = 1000) -> list[float]:
    """Return the 95 % interval of a measure when persons are drawn with replacement."""
    rng = np.random.default_rng(0)
    names = np.unique(person)
    parts = {name: values[person == name] for name in names}
    drawn = [measure(np.concatenate([parts[k] for k in rng.choice(names, names.size)])) for _ in range(rounds)]
    return [round(float(v), 4) for v in np.percentile(drawn, [2.5, 97.5])]


def figures(away: Signal, ratio: Signal, person: Signal, asked: int) -> dict[str, Any]:
    """Return the figures of one row: errors (NaN: not answered)."""
    told = np.isfinite(away)
    d, who = away[told], person[told]
    wrong = (np.abs(ratio[told] - 0.5) < 0.1) | (np.abs(ratio[told] - 2.0) < 0.2)
    return {
        "windows": asked,
        "persons": int(np.unique(person).size),
        "coverage": round(d.size / asked, 4),
        "mae": round(float(d.mean()), 4),
        "mae_95": interval(d, who, lambda v: float(v.mean())),
        "median": round(float(np.median(d)), 4),
        "within_2": round(float(np.mean(d <= 2.0)), 4),
        "within_2_95": interval(d, who, lambda v: float(np.mean(v <= 2.0))),
        "half_or_double": round(float(wrong.mean()), 5),
        "mae_by_person": {str(int(k)): round(float(d[who == k].mean()), 3) for k in np.unique(who)},
    }


def rates(kind: str) -> dict[str, Any]:
    """Return the figures of one kind of signal, every answer by a model that never saw the person."""
    cases = train.breathing_cases() if kind == "breathing" else train.pulse_cases(kind)
    answers = train.left_out(cases, kind, train.RIDGE[kind])
    half = train.least_chance(answers)
    asked = sum(len(bidmc.pieces(p)) for p in bidmc.records())
    real = np.isin(answers.kind, ["real", "speed 1"])
    away = np.abs(answers.rate - answers.truth)[real]
    ratio, who = (answers.rate / answers.truth)[real], answers.person[real]
    good = answers.chance[real] >= half
    made = {
        "no refusal": figures(away, ratio, who, asked),
        "as shipped (quality >= 0.2)": figures(np.where(answers.chance[real] >= 0.4 * half, away, np.nan), ratio, who, asked),
        "quality >= 0.5": figures(np.where(good, away, np.nan), ratio, who, asked),
    }
    empty = ~np.isfinite(answers.truth)
    made["without breathing"] = {
        name: {
            "n": int(np.sum(answers.kind == name)),
            "answered": round(float(np.mean(answers.chance[answers.kind == name] >= 0.4 * half)), 4),
        }
        for name in sorted(set(answers.kind[empty].tolist()))
    }
    return made


def neurokit(kind: str) -> dict[str, Any] | None:
    """Return the figures of neurokit2's chain on the impedance: clean, troughs, rate; None where it is not installed."""
    try:
        import neurokit2 as nk
    except ImportError:
        return None
    away, ratio, who = [], [], []
    for person in bidmc.records():
        x = person.signals[kind]
        for piece in bidmc.pieces(person):
            part = x[piece.start : piece.end]
            try:
                clean = nk.rsp_clean(part, sampling_rate=125)
                _, info = nk.rsp_peaks(clean, sampling_rate=125)
                told = float(np.mean(nk.rsp_rate(clean, info, sampling_rate=125)))
            except Exception:  # noqa: BLE001 - whatever a peer raises is an answer that it did not give
                told = float("nan")
            away.append(abs(told - piece.rate))
            ratio.append(told / piece.rate)
            who.append(person.person)
    return figures(np.array(away), np.array(ratio), np.array(who), len(away))


def rate_of(tops: Signal, start: float, end: float) -> float:
    """Return the rate of true breaths within a window."""
    return bidmc.rate_of(tops, start, end, 1.0)  # type: ignore[arg-type]


def radar() -> dict[str, Any]:
    """Return the figures of the whole radar chain on simulated scenes at five SNRs."""
    made: dict[str, Any] = {}
    for carrier in (24e9, 60e9):
        for snr in SNRS:
            away, asked, alike = [], 0, []
            for seed, rate in enumerate((6.0, 10.0, 14.0, 18.0, 24.0, 30.0)):
                scene = radar_scene(240.0, seed=seed, carrier=carrier, snr=snr, bins=4, sleepers=(Sleeper(rate=rate),))
                rows = radar_displacement(scene.iq, scene.fs, carrier=carrier)
                moved = np.convolve(rows["displacement"], np.ones(5) / 5, "same")
                slow = [v - np.convolve(v, np.ones(401) / 401, "same") for v in (moved, scene.displacement)]
                alike.append(float(np.corrcoef(slow[0][200:-200], slow[1][200:-200])[0, 1]))
                for row in estimate_rate(rows["displacement"], scene.fs, source="displacement"):
                    true = rate_of(scene.breaths, row["start"] / scene.fs, row["end"] / scene.fs)
                    asked += 1
                    away.append(abs(row["rate"] - true))
            told = np.array(away)[np.isfinite(away)]
            made[f"{carrier / 1e9:.0f} GHz, {snr:.0f} dB"] = {
                "windows": asked,
                "coverage": round(told.size / asked, 4),
                "mae": round(float(told.mean()), 4) if told.size else None,
                "within_2": round(float(np.mean(told <= 2.0)), 4) if told.size else None,
                "correlation_median": round(float(np.median(alike)), 4),
            }
    made["real I/Q"] = "not measured"
    return made


def night_figures(share: float) -> dict[str, Any]:
    """Return the figures of events in nights made of real breaths."""
    totals = {"apnea": np.zeros(3), "all": np.zeros(3)}
    index, odi = [], []
    for person in bidmc.records():
        night = nights.night(person, person.person, share=share)
        rows = detect_breath_events(night.breathing, night.fs, spo2=night.spo2, spo2_fs=1.0)
        hours = night.breathing.size / night.fs / 3600.0
        for name, kinds in (("apnea", (1,)), ("all", (1, 2))):
            found = [(r["onset"] / night.fs, r["offset"] / night.fs) for r in rows if r["kind"] in kinds]
            truth = [(a, b) for a, b, kind, _ in night.events if name == "all" or kind == "apnea"]
            hits = nights.matched(found, truth)
            totals[name] += (hits, len(found) - hits, len(truth) - hits)
            if name == "all":
                index.append(abs(len(found) - len(truth)) / hours)
        odi.append(int(np.sum(rows["kind"] == 4)) - len(night.events))
    return {
        **{f"F1 {name}": round(float(2 * t[0] / (2 * t[0] + t[1] + t[2])), 4) for name, t in totals.items()},
        "events": int(totals["all"][0] + totals["all"][2]),
        "index_error_per_hour_mean": round(float(np.mean(index)), 3),
        "index_error_per_hour_worst": round(float(np.max(index)), 3),
        "odi_off_by": odi,
        "odi_within_one": f"{sum(abs(k) <= 1 for k in odi)} of {len(odi)} nights",
    }


def seconds_of(call: Callable[[], object], rounds: int = 3) -> float:
    """Return the least CPU time of a call, s."""
    best = np.inf
    for _ in range(rounds):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return float(best)


def speed() -> dict[str, Any]:
    """Return the costs of a simulated night at 25 Hz as shares of its duration, and the ratio to neurokit2 in turns (ABBA)."""
    hours = 8.0
    scene = radar_scene(hours * 3600.0, seed=1, fs=25.0, carrier=60e9, sleepers=(Sleeper(),))
    x = scene.displacement
    calls: dict[str, Callable[[], object]] = {
        "respiration.rate": lambda: estimate_rate(x, 25.0, source="displacement"),
        "respiration.presence": lambda: presence(x, 25.0),
        "respiration.radar": lambda: radar_displacement(scene.iq, 25.0, carrier=60e9),
        "sleep.breathing": lambda: detect_breath_events(x, 25.0),
    }
    for call in calls.values():
        call()
    made: dict[str, Any] = {f"{name}, duration over CPU": round(hours * 3600.0 / seconds_of(call)) for name, call in calls.items()}
    try:
        import neurokit2 as nk
    except ImportError:
        made["neurokit2"] = "not installed"
        return made
    part = x[: 25 * 3600]
    ours, theirs = (lambda: estimate_rate(part, 25.0, source="belt")), (lambda: nk.rsp_process(part, sampling_rate=25))
    theirs()
    ratios = []
    for _ in range(3):
        a, b, c, d = (seconds_of(call, 1) for call in (ours, theirs, theirs, ours))
        ratios.append((b + c) / (a + d))
    made["times faster than neurokit2 rsp_process, 1 h at 25 Hz"] = [round(v, 2) for v in sorted(ratios)]
    return made


def main() -> None:
    """Measure everything and write the evidence."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the training of models without the person")
    parser.add_argument("--speed", action="store_true", help="measure the speed alone, keep the other figures of the file")
    chosen = parser.parse_args()
    quick = chosen.quick
    if chosen.speed:
        kept = json.loads((evidence.FOLDER / "respiration.json").read_text(encoding="utf-8"))["figures"]
        print(evidence.write("respiration", "python -m benchmarks.respiration.evaluate (speed again: --speed)", {**kept, "speed": speed()}))
        return
    found: dict[str, Any] = {"data": {"BIDMC development records, sha256": bidmc.digest()}}
    found["speed"] = speed()
    found["nights of real breaths with apneas"] = night_figures(1.0)
    found["nights of real breaths with apneas and hypopneas"] = night_figures(0.5)
    found["radar, simulated"] = radar()
    if not quick:
        found["impedance"] = rates("breathing")
        found["impedance, neurokit2"] = neurokit("impedance")
        found["ppg"] = rates("ppg")
        found["ecg"] = rates("ecg")
    found["signals without breathing"] = sorted({kind for kind, _, _ in nothing.signals(0, 1)})
    print(evidence.write("respiration", "python -m benchmarks.respiration.evaluate" + (" --quick" if quick else ""), found))


if __name__ == "__main__":
    main()
