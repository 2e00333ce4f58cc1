"""Conformance vectors of the two fall algorithms: simulated signals, answers by the naive twins under tests/oracle.

Signals are made by agetech.simulate and a few lines of physics here; no recording is in them. Each is stored as int16
counts (base64, little-endian, row-major), m/s2 = count * scale, -32768 is a missing value.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agetech.simulate import Bend, Direction, Fall, GetUp, LieDown, Sensor, Sit, Stand, Still, Toss, TurnOver, Walk, perform
from benchmarks.falls.data import GRAVITY, ROOT
from tests.oracle import falls_impact, falls_threshold

Signal = NDArray[np.float64]
FOLDER = ROOT / "src" / "agetech" / "conformance" / "vectors"
SCALE = 0.01
MISSING = -32768
TOLERANCES = {
    "falls.impact": {
        "exact": ["onset", "impact", "settled", "confirmed", "kind", "stage", "placement"],
        "relative": dict.fromkeys(("peak", "lowest", "free_fall", "tilt", "activity", "confidence"), 1e-06),
    },
    "falls.threshold": {
        "exact": ["onset", "impact", "confirmed"],
        "relative": dict.fromkeys(("peak", "lowest", "tilt", "activity"), 1e-06),
    },
}
NOTES = {
    "FALL": {"kind": "legal", "text": "a staged fall", "effect": "a fall is missed"},
    "DAILY": {"kind": "legal", "text": "a daily activity", "effect": "a false alarm"},
    "GAP": {"kind": "edge", "text": "missing samples", "effect": "a fall joined from two halves, or lost"},
    "RATE": {"kind": "edge", "text": "another sampling rate", "effect": "times in samples instead of seconds"},
    "TURNED": {"kind": "edge", "text": "a sensor in another direction", "effect": "an axis taken for the vertical"},
    "CLIPPED": {"kind": "edge", "text": "a sensor at its limit", "effect": "a true peak expected"},
    "DEVICE": {"kind": "edge", "text": "a tossed device", "effect": "a fall without a person"},
    "LATE": {"kind": "edge", "text": "what follows a fall", "effect": "no call for help, or one too many"},
    "EDGE": {"kind": "edge", "text": "an impact at the begin or end of the recording", "effect": "a number from nothing"},
    "UNIT": {"kind": "malformed", "text": "another unit than m/s2 with gravity", "effect": "thresholds wrong by a factor"},
    "SHAPE": {"kind": "malformed", "text": "not three columns", "effect": "columns guessed"},
    "RANGE": {"kind": "malformed", "text": "values or rates that cannot be", "effect": "a number from nonsense"},
    "PARAMS": {"kind": "malformed", "text": "a parameter that is unknown or out of its bounds", "effect": "a guess"},
}


def counts(x: Signal) -> NDArray[np.int16]:
    """Return a signal as it is stored."""
    with np.errstate(invalid="ignore"):
        held = np.clip(np.round(x / SCALE), -32767, 32767)
    return np.where(np.isfinite(x), held, MISSING).astype("<i2")


def values(held: NDArray[np.int16]) -> Signal:
    """Return the signal that stored counts mean."""
    return np.where(held == MISSING, np.nan, held * SCALE)


def stored(x: Signal) -> dict[str, Any]:
    """Return a signal as a vector file holds it."""
    held = counts(x)
    raw = held.tobytes()
    return {"i16": base64.b64encode(raw).decode(), "shape": list(held.shape), "scale": SCALE, "sha256": hashlib.sha256(raw).hexdigest()}


def made(*script: Any, fs: float = 50.0, seed: int = 1, **sensor: Any) -> Signal:
    """Return the acceleration of a script."""
    return np.asarray(perform(list(script), seed=seed, sensor=Sensor(fs=fs, **sensor)).signal)


def turned(x: Signal, seed: int) -> Signal:
    """Return a signal in a sensor mounted in another direction."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return np.asarray(x @ q.T)


def holed(x: Signal, start: float, length: float, fs: float) -> Signal:
    """Return a signal with a gap."""
    x = x.copy()
    x[int(start * fs) : int((start + length) * fs)] = np.nan
    return x


def valid() -> Iterator[tuple[str, list[str], float, Signal]]:
    """Give comment, flags, rate and signal of the cases that have an answer."""
    for seed, way in enumerate(Direction):
        yield f"fall {way.value} after walking", ["FALL"], 50.0, made(Still(3.0), Walk(4.0), Fall(way, 7.0), seed=seed)
    yield "fall from standing", ["FALL"], 50.0, made(Still(8.0), Fall(Direction.BACKWARD, 7.0), seed=7)
    yield "walking", ["DAILY"], 50.0, made(Still(3.0), Walk(10.0), seed=8)
    yield "sitting down and standing up", ["DAILY"], 50.0, made(Still(4.0), Sit(), Still(3.0), Stand(), Still(3.0), seed=9)
    yield "lying down and turning over", ["DAILY"], 50.0, made(Still(4.0), Sit(), LieDown(), Still(3.0), TurnOver(), Still(3.0), seed=10)
    yield "bending", ["DAILY"], 50.0, made(Still(4.0), Bend(), Still(5.0), seed=11)
    yield "standing still", ["DAILY"], 50.0, made(Still(8.0), seed=12)
    for fs in (20.0, 25.0, 64.0, 100.0):
        yield f"fall at {fs:g} Hz", ["FALL", "RATE"], fs, made(Still(4.0), Walk(3.0), Fall(Direction.FORWARD, 6.0), fs=fs, seed=13)
    fall = made(Still(4.0), Walk(3.0), Fall(Direction.LEFT, 7.0), seed=14)
    for seed in (1, 2):
        yield "the same fall in another direction", ["FALL", "TURNED"], 50.0, turned(fall, seed)
    yield "clipped at 2 g", ["FALL", "CLIPPED"], 50.0, np.clip(fall, -2 * GRAVITY, 2 * GRAVITY)
    yield "tossed and caught", ["DEVICE"], 50.0, made(Still(6.0), Toss(), Still(6.0), seed=15)
    yield "got up again", ["FALL", "LATE"], 50.0, made(Still(4.0), Walk(3.0), Fall(Direction.RIGHT, 8.0), GetUp(), Walk(8.0), seed=16)
    yield "a long lie", ["FALL", "LATE"], 25.0, made(Still(5.0), Fall(Direction.FORWARD, 64.0), fs=25.0, seed=17)
    sparse = fall.copy()
    sparse[np.random.default_rng(3).random(len(sparse)) < 0.3] = np.nan
    yield "three samples in ten are missing", ["FALL", "GAP"], 50.0, sparse
    yield "nothing but missing samples", ["GAP"], 50.0, np.full((200, 3), np.nan)
    yield "no sample", ["EDGE"], 50.0, np.zeros((0, 3))


def gaps() -> Iterator[tuple[str, list[str], float, Signal]]:
    """Give the cases in which too little is known for a number."""
    fall = made(Still(4.0), Walk(3.0), Fall(Direction.LEFT, 7.0), seed=14)
    hit = float(np.argmax((fall**2).sum(axis=1))) / 50.0
    yield "a gap from just after the impact on", ["GAP"], 50.0, holed(fall, hit + 0.2, 60.0, 50.0)
    yield "a gap of 3 s after the impact", ["GAP"], 50.0, holed(fall, hit + 0.3, 3.0, 50.0)
    yield "the recording begins at the impact", ["EDGE"], 50.0, fall[int(hit * 50) - 2 :]
    yield "nothing before the fall", ["EDGE", "GAP"], 50.0, holed(fall, 0.0, hit - 0.3, 50.0)
    yield "the recording ends with the impact", ["EDGE"], 50.0, fall[: int(hit * 50) + 20]


def invalid() -> Iterator[tuple[str, list[str], float, Signal, dict[str, Any], str]]:
    """Give the cases that must be refused, with the code of the refusal."""
    still = made(Still(30.0), seed=20)
    yield "unit g", ["UNIT"], 50.0, still / GRAVITY, {}, "E_UNIT"
    yield "thousandths of g", ["UNIT"], 50.0, still / GRAVITY * 30.0, {}, "E_UNIT"
    yield "gravity removed", ["UNIT"], 50.0, still - still.mean(axis=0), {}, "E_UNIT"
    yield "two columns", ["SHAPE"], 50.0, still[:, :2], {}, "E_SHAPE"
    yield "four columns", ["SHAPE"], 50.0, np.column_stack([still, still[:, 0]]), {}, "E_SHAPE"
    yield "one column", ["SHAPE"], 50.0, still[:, :1], {}, "E_SHAPE"
    yield "10 Hz", ["RANGE"], 10.0, still, {}, "E_RATE"
    yield "800 Hz", ["RANGE"], 800.0, still, {}, "E_RATE"
    yield "rate 0", ["RANGE"], 0.0, still, {}, "E_RATE"
    yield "an unknown parameter", ["PARAMS"], 50.0, still[:50], {"gain": 1.0}, "E_PARAM_UNKNOWN"


def plain(value: Any) -> Any:
    """Return a number as JSON takes it: NaN as text."""
    if isinstance(value, (int, np.integer)):
        return int(value)
    return "NaN" if np.isnan(value) else float(f"{value:.12g}")


def document(
    algorithm: str, twin: Callable[[Signal, float], list[dict[str, Any]]], fixed: dict[str, Any], refused: dict[str, Any]
) -> dict[str, Any]:
    """Return the vector file of one algorithm. refused: parameters of two more invalid cases."""
    names = [*TOLERANCES[algorithm]["exact"], *TOLERANCES[algorithm]["relative"]]
    tests: list[tuple[float, dict[str, Any], dict[str, Any]]] = []
    for result, cases in (("valid", valid()), ("abstain", gaps())):
        for comment, flags, fs, x in cases:
            events = [{name: plain(one[name]) for name in names} for one in twin(values(counts(x)), fs)]
            kind = "valid" if result == "abstain" and any(one.get("confidence") != "NaN" for one in events) else result
            tests.append((fs, fixed, {"comment": comment, "flags": flags, "signal": stored(x), "events": events, "result": kind}))
    for comment, flags, fs, x, more, code in invalid():
        tests.append((fs, fixed | more, {"comment": comment, "flags": flags, "signal": stored(x), "result": "invalid", "error": code}))
    for comment, params in refused.items():
        case = {"comment": comment, "flags": ["PARAMS"], "signal": stored(np.zeros((0, 3))), "result": "invalid"}
        tests.append((50.0, params, case | {"error": "E_PARAM" if params else "E_PARAM_MISSING"}))
    groups: dict[str, dict[str, Any]] = {}
    for number, (fs, params, test) in enumerate(tests, start=1):
        group = groups.setdefault(json.dumps([fs, params]), {"fs": fs, "params": params, "tests": []})
        group["tests"].append({"id": number, **test})
    used = {flag for _, _, test in tests for flag in test["flags"]}
    return {
        "algorithm": algorithm,
        "version": "1.0.0",
        "signals": "simulated",
        "cases": len(tests),
        "tolerances": TOLERANCES[algorithm],
        "notes": {name: note for name, note in NOTES.items() if name in used},
        "groups": list(groups.values()),
    }


def write() -> list[Path]:
    """Write both vector files and return their paths."""
    impact = document(
        "falls.impact",
        lambda x, fs: falls_impact.events(x, fs, "waist"),
        {"placement": "waist"},
        {"the ankle": {"placement": "ankle"}, "no placement": {}},
    )
    threshold = document("falls.threshold", falls_threshold.falls, {}, {"tilt 200": {"tilt": 200.0}, "impact -1": {"impact": -1.0}})
    paths = []
    for one in (impact, threshold):
        path = FOLDER / str(one["algorithm"]) / "1.0.0.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
        paths.append(path)
    return paths
