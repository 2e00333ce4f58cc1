"""Write the conformance vectors of cardiac.beats: python -m tests.oracle.cardiac_beats_vectors.

ECG is simulated from seeds and stored as int16 counts; expected rows come from the naive twin alone.
"""

import base64
import hashlib
import json
from pathlib import Path

import numpy as np

import agetech
from agetech.simulate.ecg import simulate_ecg
from tests.oracle.cardiac_beats import Twin

ROOT = Path(agetech.__file__).parent
NOTES = {
    "USUAL": {"kind": "usual", "text": "ordinary beats", "effect": "the method itself is wrong"},
    "ECTOPY": {"kind": "edge", "text": "wide early beats", "effect": "beats lost or T waves counted"},
    "NOISE": {"kind": "edge", "text": "noise or drift", "effect": "less sturdy than the reference"},
    "EMPTY": {"kind": "edge", "text": "too few samples", "effect": "an invented beat"},
    "NOTHING": {"kind": "abstain", "text": "no heart in the signal", "effect": "an invented beat"},
    "REFUSE": {"kind": "invalid", "text": "must be refused", "effect": "an answer for an input that cannot be judged"},
}


def pack(x):
    scale = float(2.0 ** np.ceil(np.log2(max(np.abs(x).max(initial=0.0), 1e-9) / 32000.0)))
    counts = np.round(np.asarray(x) / scale).astype("<i2")
    raw = counts.tobytes()
    held = {
        "dtype": "i2",
        "shape": [len(counts)],
        "scale": scale,
        "b64": base64.b64encode(raw).decode(),
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
    return held, counts.astype(float) * scale


def cases():
    for k in range(10):
        fs = (100.0, 125.0, 128.0, 200.0, 250.0)[k % 5]
        yield fs, f"{45 + 10 * k} a minute", "USUAL", simulate_ecg(12.0, fs, seed=k, rate=45.0 + 10.0 * k).signal
    for k in range(5):
        yield 125.0, f"irregular {k}", "USUAL", simulate_ecg(14.0, 125.0, seed=20 + k, irregular=True).signal
    for k in range(5):
        yield 125.0, f"ectopic {k}", "ECTOPY", simulate_ecg(16.0, 125.0, seed=30 + k, ectopic=0.2).signal
    for k, noise in enumerate((0.03, 0.06, 0.1, 0.15)):
        yield 125.0, f"noise {noise} mV", "NOISE", simulate_ecg(12.0, 125.0, seed=40 + k, noise=noise, drift=0.5).signal
    yield 125.0, "inverted", "USUAL", -simulate_ecg(12.0, 125.0, seed=50).signal
    for n in (1, 10, 100):
        yield 125.0, f"{n} samples", "EMPTY", simulate_ecg(12.0, 125.0, seed=51).signal[:n]
    yield 125.0, "white noise", "NOTHING", np.random.default_rng(52).standard_normal(1500)


def main():
    table = json.loads((ROOT / "signals" / "cardiac" / "coefficients" / "beats.json").read_text(encoding="utf-8"))
    groups, count = {}, 0
    for fs, comment, flag, x in cases():
        held, values = pack(x)
        rows = Twin(values, fs, table).run() if len(values) > fs else []
        rows = [
            {name: "NaN" if np.isnan(value) else (value if name == "sample" else float(f"{value:.10g}")) for name, value in row.items()}
            for row in rows
        ]
        count += 1
        case = {
            "id": count,
            "comment": comment,
            "flags": [flag],
            "inputs": {"ecg": held},
            "rows": rows,
            "result": "abstain" if flag == "NOTHING" else "valid",
        }
        groups.setdefault((fs, "{}"), []).append(case)
    for key, value in (("apart", 0.01), ("overdue", 9.0), ("trust", -1.0), ("bridge", 5.0)):
        count += 1
        case = {
            "id": count,
            "comment": f"{key} = {value}",
            "flags": ["REFUSE"],
            "inputs": {"ecg": pack(np.zeros(8))[0]},
            "rows": [],
            "result": "invalid",
            "code": "E_PARAM",
        }
        groups.setdefault((125.0, json.dumps({key: value})), []).append(case)
    tolerance = {"sample": {"abs": 0}, "rr": {"abs": 1e-9}, "amplitude": {"rel": 1e-6, "abs": 1e-9}, "likeness": {"abs": 1e-6}}
    book = {"algorithm": "cardiac.beats", "version": "1.0.0", "cases": count, "notes": NOTES, "tolerance": tolerance}
    book["groups"] = [{"fs": fs, "params": json.loads(params), "tests": tests} for (fs, params), tests in groups.items()]
    folder = ROOT / "conformance" / "vectors" / "cardiac.beats"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1.0.0.json").write_text(json.dumps(book, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    print("cardiac.beats", count)


if __name__ == "__main__":
    main()
