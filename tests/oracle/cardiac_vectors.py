"""Write the conformance vectors of the interval algorithms: python -m tests.oracle.cardiac_vectors.

Intervals are simulated here, from seeds; expected rows come from the naive twins alone. Missing intervals are "NaN".
"""

import json
from pathlib import Path

import numpy as np

import agetech
from agetech.signals.cardiac.rhythm import FEATURES
from tests.oracle import cardiac_hrv, cardiac_rhythm

FOLDER = Path(agetech.__file__).parent / "conformance" / "vectors"
COEFFICIENTS = Path(agetech.__file__).parent / "signals" / "cardiac" / "coefficients" / "rhythm.json"
NOTES = {
    "USUAL": {"kind": "usual", "text": "ordinary intervals", "effect": "the method itself is wrong"},
    "GAP": {"kind": "edge", "text": "missing intervals", "effect": "a pair formed across a gap"},
    "EMPTY": {"kind": "edge", "text": "too few intervals", "effect": "a value that the intervals cannot carry"},
    "ECTOPY": {"kind": "edge", "text": "early beats", "effect": "ectopy taken for an irregular rhythm"},
    "NOTHING": {"kind": "abstain", "text": "no usable interval", "effect": "an invented value"},
    "REFUSE": {"kind": "invalid", "text": "must be refused", "effect": "a value for a parameter out of bounds"},
}


def number(value):
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float):
        return "NaN" if np.isnan(value) else float(f"{value:.12g}")
    return value


def held(rr):
    return {"rr": {"dtype": "f8", "shape": [len(rr)], "data": [number(float(one)) for one in rr]}}


def sinus(n, seed, mean=0.8, spread=0.03):
    rng = np.random.default_rng(seed)
    return np.round(mean * (1 + 0.02 * np.sin(np.arange(n) * 1.3) + spread * rng.standard_normal(n)), 4)


def fibrillation(n, seed, mean=0.75):
    return np.round(mean * np.clip(np.random.default_rng(seed).gamma(20.0, 0.05, n), 0.5, 2.0), 4)


def early(n, seed, every):
    rr = sinus(n, seed, spread=0.01)
    for k in range(3, n - 1, every):
        both, rr[k] = rr[k] + rr[k + 1], round(0.6 * rr[k], 4)
        rr[k + 1] = round(both - rr[k], 4)
    return rr


def holes(rr, places):
    rr = rr.copy()
    rr[list(places)] = np.nan
    return rr


def cases():
    yield from ((f"sinus {k}", ["USUAL"], sinus(90 + 10 * k, k, 0.6 + 0.04 * k)) for k in range(12))
    yield from ((f"fibrillation {k}", ["USUAL"], fibrillation(90 + 10 * k, k, 0.55 + 0.05 * k)) for k in range(6))
    yield from ((f"early beats, each {k}", ["ECTOPY"], early(120, k, k)) for k in (2, 3, 4, 7, 12))
    yield "from sinus to fibrillation", ["USUAL"], np.concatenate([sinus(80, 31), fibrillation(80, 32)])
    yield from ((f"holes {places}", ["GAP"], holes(sinus(100, 40), places)) for places in ((50,), (20, 21, 22), (0, 99), range(40, 46)))
    yield from ((f"{n} intervals", ["EMPTY"], sinus(n, 50)) for n in (0, 1, 7))
    yield "none present", ["NOTHING"], np.full(30, np.nan)
    yield "none possible", ["NOTHING"], np.full(30, 0.01)


REFUSED = {
    "cardiac.rhythm": (("side", 1), ("side", 1000), ("threshold", 0.0), ("threshold", 1.5)),
    "cardiac.hrv": (("window", 1.0), ("shortest", 2.0), ("longest", 0.5), ("most_excluded", -1.0)),
}


def rhythm_rows(rr):
    trained = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
    rows = cardiac_rhythm.screen(rr, [trained["weights"][name] for name in FEATURES], trained["bias"])
    return [{"beat": k, "probability": number(p), "irregular": told, "used": used} for k, (p, told, used) in enumerate(rows)]


def hrv_rows(rr):
    if not len(rr):
        return []
    good = [one for one in rr if 0.24 <= one <= 3.0]
    names = ("mean_nn", "heart_rate", "sdnn", "rmssd", "sdsd", "nn50", "pnn50", "sd1", "sd2")
    values = dict.fromkeys(names, "NaN")
    if len(good) == len(rr) and sum(rr) >= 30.0:
        values = {name: number(float(value)) for name, value in cardiac_hrv.measures([float(one) for one in rr]).items()}
    return [{"start": 0, "end": len(rr), "intervals": len(good), **values}]


def write(name, rows_of, tolerance, skipped):
    tests = []
    for comment, flags, rr in cases():
        if skipped(rr):
            continue
        result = "abstain" if "NOTHING" in flags else "valid"
        tests.append(
            ({}, {"id": len(tests) + 1, "comment": comment, "flags": flags, "inputs": held(rr), "rows": rows_of(rr), "result": result})
        )
    for key, value in REFUSED[name]:
        case = {
            "id": len(tests) + 1,
            "comment": f"{key} = {value}",
            "flags": ["REFUSE"],
            "inputs": held([0.8] * 4),
            "rows": [],
            "result": "invalid",
            "code": "E_PARAM",
        }
        tests.append(({key: value}, case))
    groups = {}
    for params, case in tests:
        groups.setdefault(json.dumps(params), {"fs": None, "params": params, "tests": []})["tests"].append(case)
    book = {
        "algorithm": name,
        "version": "1.0.0",
        "cases": len(tests),
        "notes": NOTES,
        "tolerance": tolerance,
        "groups": list(groups.values()),
    }
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1.0.0.json").write_text(json.dumps(book, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print(name, len(tests))


def main():
    write("cardiac.rhythm", rhythm_rows, {"probability": {"abs": 1e-9}}, lambda rr: False)
    # with some intervals missing the twin says nothing of the measures: those cases are the unit tests'
    write(
        "cardiac.hrv",
        hrv_rows,
        {name: {"rel": 1e-9} for name in ("mean_nn", "sdnn", "rmssd", "sdsd", "pnn50", "sd1", "sd2")},
        lambda rr: np.isnan(rr).any() and not np.isnan(rr).all(),
    )


if __name__ == "__main__":
    main()
