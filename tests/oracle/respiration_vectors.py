"""Write the conformance vectors of the breathing algorithms: python -m tests.oracle.respiration_vectors.

Signals are simulated here, from seeds; expected rows come from the naive twins alone. A signal is stored as little-endian
int16 counts in base64 with its scale; `holes` lists missing samples as [first, count].
"""

import base64
import hashlib
import json
from pathlib import Path

import numpy as np

import agetech
from agetech.simulate.radar import Sleeper, radar_scene
from tests.oracle import respiration_presence, respiration_pulses, respiration_radar, respiration_rate, sleep_breathing

FOLDER = Path(agetech.__file__).parent / "conformance" / "vectors"


def pack(x, holes=()):
    """Give the stored form of a signal and what a reader gets from it."""
    x = np.asarray(x, float)
    scale = float(2.0 ** np.ceil(np.log2(max(np.abs(x).max(initial=0.0), 1e-9) / 32000.0)))
    counts = np.round(x / scale).astype("<i2")
    raw = counts.tobytes()
    value = counts.astype(float) * scale
    for first, many in holes:
        value[first : first + many] = np.nan
    held = {
        "dtype": "i2",
        "shape": list(counts.shape),
        "scale": scale,
        "b64": base64.b64encode(raw).decode(),
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
    return ({**held, "holes": [list(h) for h in holes]} if holes else held), value


def number(value):
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float):
        return "NaN" if np.isnan(value) else float(f"{value:.10g}")
    return value


def plain(row):
    return {name: number(value) for name, value in row.items()}


class Book:
    """The cases of one algorithm, by rate and parameters."""

    def __init__(self, name, notes, tolerance):
        self.name, self.notes, self.tolerance, self.groups, self.count = name, notes, tolerance, {}, 0

    def add(self, fs, params, comment, flags, inputs, rows, result="valid", code=""):
        key = json.dumps([fs, params], sort_keys=True)
        group = self.groups.setdefault(key, {"fs": fs, "params": params, "tests": []})
        self.count += 1
        case = {"id": self.count, "comment": comment, "flags": flags, "inputs": inputs, "rows": [plain(r) for r in rows], "result": result}
        group["tests"].append({**case, "code": code} if code else case)

    def write(self):
        folder = FOLDER / self.name
        folder.mkdir(parents=True, exist_ok=True)
        held = {"algorithm": self.name, "version": "1.0.0", "cases": self.count, "notes": self.notes, "tolerance": self.tolerance}
        lines = []
        for group in self.groups.values():
            tests = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in group["tests"])
            lines.append(f'{{"fs": {json.dumps(group["fs"])}, "params": {json.dumps(group["params"])}, "tests": [\n{tests}]}}')
        head = json.dumps(held, ensure_ascii=False, indent=1)[:-2]
        text = f'{head},\n "groups": [\n' + ",\n".join(lines) + "]\n}\n"
        (folder / "1.0.0.json").write_text(text, encoding="utf-8")
        print(self.name, self.count, len(text))


NOTES = {
    "USUAL": {"kind": "usual", "text": "an ordinary signal", "effect": "the method itself is wrong"},
    "GAP": {"kind": "edge", "text": "missing samples", "effect": "a value carried across a gap"},
    "EMPTY": {"kind": "edge", "text": "too few samples", "effect": "a row for a window that is not complete"},
    "NOTHING": {"kind": "abstain", "text": "no breathing in the signal", "effect": "an invented value"},
    "REFUSE": {"kind": "invalid", "text": "must be refused", "effect": "a value for an input that cannot be judged"},
    "RULE": {"kind": "edge", "text": "close to a limit of the definition", "effect": "another limit or window than defined"},
    "NOISE": {"kind": "edge", "text": "noise, drift or movement", "effect": "less sturdy than the reference"},
}


def wave(rate, fs, seconds, seed, noise=0.05, shape=0.0):
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * fs)) / fs
    x = np.sin(2 * np.pi * rate / 60 * t + seed)
    return np.exp(shape * (x - 1)) + noise * rng.normal(size=t.size) + 0.1 * np.sin(2 * np.pi * 1.15 * t)


BAD = (
    ("rate zero", 0.0, {}, "E_RATE"),
    ("rate negative", -10.0, {}, "E_RATE"),
    ("rate too low", 0.5, {}, "E_RATE"),
    ("rate too high", 1e9, {}, "E_RATE"),
    ("unknown parameter", None, {"unknown": 1.0}, "E_PARAM_UNKNOWN"),
)


def refusals(book, fs, params, name, out_of_bounds):
    held, _ = pack(np.zeros(8))
    for comment, rate, more, code in BAD:
        book.add(rate if rate is not None else fs, {**params, **more}, comment, ["REFUSE"], {name: held}, [], "invalid", code)
    for key, value in out_of_bounds:
        book.add(fs, {**params, key: value}, f"{key} = {value}", ["REFUSE"], {name: held}, [], "invalid", "E_PARAM")


def rate_book():
    book = Book("respiration.rate", NOTES, {"rate": {"abs": 1e-6}, "quality": {"abs": 1e-6}})
    reasons = {"answered": 0, "missing": 1, "flat": 2, "uncertain": 3, "no pulse": 4, "sampling": 5}

    def rows(x, fs):
        return [{**r, "reason": reasons[r["reason"]]} for r in respiration_rate.windows(x, fs)]

    for seed, rate in enumerate((4.6, 6.0, 8.5, 11.0, 14.0, 17.5, 22.0, 28.0, 36.0, 47.0, 57.0)):
        held, x = pack(wave(rate, 8.0, 40.0, seed, shape=2.0 if seed % 2 else 0.5))
        book.add(8.0, {"source": "belt"}, f"{rate} per minute", ["USUAL"], {"signal": held}, rows(x, 8.0))
    for seed, noise in enumerate((0.3, 0.8)):
        held, x = pack(wave(15.0, 10.0, 48.0, seed, noise))
        book.add(10.0, {"source": "impedance"}, f"noise {noise}", ["NOISE"], {"signal": held}, rows(x, 10.0))
    for holes in (((50, 3),), ((30, 60),), ((200, 120),)):
        held, x = pack(wave(15.0, 10.0, 40.0, 5), holes)
        book.add(10.0, {"source": "displacement"}, f"holes {holes}", ["GAP"], {"signal": held}, rows(x, 10.0))
    for n in (0, 1, 10, 319):
        held, x = pack(wave(15.0, 10.0, 32.0, 5)[:n])
        book.add(10.0, {"source": "belt"}, f"{n} samples", ["EMPTY"], {"signal": held}, rows(x, 10.0))
    rng = np.random.default_rng(9)
    for comment, x in (
        ("zeros", np.zeros(320)), ("constant", np.full(320, 7.0)), ("noise", rng.normal(size=320)),
        ("heart only", np.sin(np.arange(320) * 0.75)),
        ("mostly at one limit", np.where(np.arange(320) % 40 == 3, 1.0, 0.0)),
    ):  # fmt: skip
        held, value = pack(x)
        book.add(10.0, {"source": "belt"}, comment, ["NOTHING"], {"signal": held}, rows(value, 10.0), "abstain")
    held, x = pack(np.zeros(320), ((0, 320),))
    book.add(10.0, {"source": "belt"}, "all missing", ["NOTHING"], {"signal": held}, rows(x, 10.0), "abstain")
    pulse_cases(book, reasons)
    refusals(
        book,
        10.0,
        {"source": "belt"},
        "signal",
        (("window", 5.0), ("window", 500.0), ("hop", 0.0), ("source", "thermometer"), ("least_quality", 2.0)),
    )
    return book


def pulse(kind, rate, fs, seconds, seed, noise=0.0, heart=72.0):
    """Give a PPG or an ECG whose level, height and rhythm breathe."""
    t = np.arange(int(seconds * fs)) / fs
    breath = np.sin(2 * np.pi * rate / 60 * t + seed)
    phase = np.cumsum(heart / 60 * (1 + 0.04 * breath)) / fs % 1
    if kind == "ppg":
        x = np.exp(-(((phase - 0.25) / 0.1) ** 2)) + 0.35 * np.exp(-(((phase - 0.55) / 0.15) ** 2))
    else:
        x = np.exp(-(((phase - 0.5) / 0.02) ** 2)) + 0.15 * np.exp(-(((phase - 0.75) / 0.05) ** 2))
    return x * (1 + 0.12 * breath) + 0.1 * breath + noise * np.random.default_rng(seed).normal(size=t.size)


def pulse_cases(book, reasons):
    for kind, rates in (("ppg", (16.0, 25.0, 40.0)), ("ecg", (64.0, 80.0, 100.0))):

        def add(comment, flag, x, fs, holes=(), result="valid", kind=kind):
            held, x = pack(x, holes)
            rows = [{**r, "reason": reasons[r["reason"]]} for r in respiration_pulses.windows(x, fs, kind)]
            book.add(fs, {"source": kind}, f"{kind}: {comment}", [flag], {"signal": held}, rows, result)

        for k, rate in enumerate((6.0, 9.5, 14.0, 19.0, 26.0, 33.0)):
            fs = rates[k % 3]
            add(f"{rate} per minute", "USUAL", pulse(kind, rate, fs, 32.0, k, 0.01, 62.0 + 8.0 * k), fs)
        fs = rates[1]
        add("noise", "NOISE", pulse(kind, 15.0, fs, 32.0, 7, 0.1), fs)
        add("upside down", "NOISE", -pulse(kind, 15.0, fs, 32.0, 8), fs)
        add("a hole of 1 s", "GAP", pulse(kind, 15.0, fs, 32.0, 9), fs, ((int(10 * fs), int(fs)),))
        add("a hole of 4 s", "GAP", pulse(kind, 15.0, fs, 32.0, 9), fs, ((int(10 * fs), int(4 * fs)),))
        add("a hole of 20 s", "NOTHING", pulse(kind, 15.0, fs, 32.0, 9), fs, ((int(6 * fs), int(20 * fs)),), "abstain")
        add("noise alone", "NOTHING", np.random.default_rng(10).normal(size=int(32 * fs)), fs, (), "abstain")
        add("zeros", "NOTHING", np.zeros(int(32 * fs)), fs, (), "abstain")
        add("sampled too slowly", "NOTHING", pulse(kind, 15.0, 10.0, 32.0, 11), 10.0, (), "abstain")


def presence_book():
    book = Book("respiration.presence", NOTES, {"speed": {"rel": 1e-6, "abs": 1e-12}, "level": {"rel": 1e-6, "abs": 1e-12}})

    def add(comment, flags, x, holes=(), result="valid", fs=8.0, **params):
        held, x = pack(x, holes)
        book.add(fs, params, comment, flags, {"displacement": held}, respiration_presence.presence(x, fs, **params), result)

    rng = np.random.default_rng(1)
    for seed in range(6):
        move = ((30.0 + seed, 34.0 + seed, 0.05 * seed),) if seed else ()
        x = radar_scene(60.0, seed=seed, fs=8.0, sleepers=(Sleeper(rate=10.0 + 3 * seed, moves=move),)).displacement
        add(f"sleeper {seed}", ["USUAL"], x)
        add(f"sleeper {seed} with holes", ["GAP"], x, ((100 + seed, 20 * seed + 1),))
    quiet = 1e-5 * rng.normal(size=480)
    add("empty room", ["USUAL"], quiet)
    add("empty room, absence after 10 s", ["RULE"], quiet, absence=10.0)
    add("empty room, lower floor", ["RULE"], quiet, floor=1e-6)
    add("someone comes", ["RULE"], np.concatenate([quiet, 0.004 * np.sin(np.arange(160) / 5)]))
    for factor in (0.98, 1.02):
        add(f"speed {factor} of the limit", ["RULE"], 0.015 * factor * np.arange(160) / 8.0)
    for n in (0, 1, 7, 31):
        add(f"{n} samples", ["EMPTY"], quiet[:n])
    for comment, holes in (
        ("all missing", ((0, 160),)),
        ("first 20 s missing", ((0, 160),)),
        ("every second block", tuple((k, 2) for k in range(0, 160, 4))),
    ):
        add(comment, ["NOTHING"], 0.003 * np.sin(np.arange(160) / 3), holes, "abstain")
    for n in (16, 48):
        add(f"{n} samples: not enough history", ["NOTHING"], 0.003 * np.sin(np.arange(n) / 3), (), "abstain")
    refusals(book, 8.0, {}, "displacement", (("motion", 0.0), ("motion", 5.0), ("floor", 0.0), ("absence", 1.0), ("absence", 1e4)))
    return book


def radar_book():
    fields = {name: {"abs": 1e-6} for name in ("displacement", "quality", "arc", "spread", "snr")}
    book = Book("respiration.radar", NOTES, {**fields, "displacement": {"abs": 1e-9}})

    def add(comment, flags, iq, fs=8.0, holes=(), result="valid", carrier=24e9, **more):
        held, x = pack(np.column_stack([iq.real, iq.imag]), holes)
        rows = respiration_radar.displacement(x[:, 0] + 1j * x[:, 1], fs, carrier, reach=more.get("reach", 8.0))
        book.add(fs, {"carrier": carrier, **more}, comment, flags, {"iq": held}, rows, result)

    for seed in range(6):
        scene = radar_scene(14.0, seed=seed, fs=8.0, carrier=24e9, snr=25.0, sleepers=(Sleeper(rate=10.0 + 4 * seed),))
        add(f"sleeper {seed}", ["USUAL"], scene.iq)
    for snr in (15.0, 8.0, 0.0):
        add(f"{snr} dB", ["NOISE"], radar_scene(14.0, seed=7, fs=8.0, carrier=24e9, snr=snr).iq)
    add(
        "imbalance",
        ["NOISE"],
        radar_scene(14.0, seed=8, fs=8.0, carrier=24e9, snr=30.0, gain=1.2, skew=0.15, sleepers=(Sleeper(depth=0.012),)).iq,
    )
    add("movement", ["NOISE"], radar_scene(14.0, seed=9, fs=8.0, carrier=24e9, sleepers=(Sleeper(moves=((8.0, 10.0, 0.1),)),)).iq)
    add(
        "short arc at 5.8 GHz",
        ["RULE"],
        radar_scene(14.0, seed=9, fs=8.0, carrier=5.8e9, clutter=0.0, sleepers=(Sleeper(depth=0.002),)).iq,
        carrier=5.8e9,
    )
    steady = radar_scene(14.0, seed=3, fs=8.0, carrier=24e9, snr=25.0).iq
    for holes in (((40, 1),), ((60, 20),), ((0, 30),), ((20, 60),)):
        add(f"holes {holes}", ["GAP"], steady, holes=holes)
    add("reach 3 s", ["RULE"], steady, reach=3.0)
    for n in (0, 1, 10):
        add(f"{n} samples", ["EMPTY"], steady[:n])
    rng = np.random.default_rng(0)
    noise = rng.normal(size=90) + 1j * rng.normal(size=90)
    nothing = (("zeros", 0 * noise), ("constant", 0 * noise + 1 + 2j), ("noise", noise), ("empty room", 1 + 0.02 * noise))
    for comment, iq in nothing:
        add(comment, ["NOTHING"], iq, result="abstain")
    add("all missing", ["NOTHING"], steady, holes=((0, 112),), result="abstain")
    held, _ = pack(np.zeros((8, 2)))
    for comment, fs, more, code in BAD:
        book.add(8.0 if fs is None else fs, {"carrier": 24e9, **more}, comment, ["REFUSE"], {"iq": held}, [], "invalid", code)
    for value in (0.0, 60.0, 1e15):
        book.add(8.0, {"carrier": value}, f"carrier {value}", ["REFUSE"], {"iq": held}, [], "invalid", "E_PARAM")
    book.add(8.0, {}, "no carrier", ["REFUSE"], {"iq": held}, [], "invalid", "E_PARAM_MISSING")
    for width in (1, 3):
        book.add(8.0, {"carrier": 24e9}, f"{width} columns", ["REFUSE"], {"iq": pack(np.zeros((8, width)))[0]}, [], "invalid", "E_SHAPE")
    return book


NAMES = ("onset", "offset", "confirmed", "kind", "depth", "desaturation", "nadir", "quality")


def sleep_book():
    book = Book("sleep.breathing", NOTES, {name: {"abs": 1e-6} for name in ("depth", "desaturation", "nadir", "quality")})
    fs = {"breathing": 4.0, "spo2": 1.0}

    def add(comment, flags, events, seconds=420, holes=(), lost=(), result="valid", noise=0.01, drop=5.0, rule=3.0):
        rng = np.random.default_rng(len(comment))
        t = np.arange(seconds * 4) / 4.0
        x, clock, fall = np.sin(2 * np.pi * t / 4.1), np.arange(seconds), np.zeros(seconds)
        for start, end, share in events:
            x[(t >= start) & (t < end)] *= share
            fall += drop * (np.clip((clock - start - 18) / (end - start), 0, 1) - np.clip((clock - end - 18) / 15, 0, 1))
        one, x = pack(x + noise * rng.normal(size=t.size), holes)
        two, oxygen = pack(np.round(96.0 - fall), lost)
        found = sleep_breathing.events(x, 4.0, oxygen, 1.0, points=rule)
        params = {"rule": "aasm-2012-1a" if rule == 3.0 else "aasm-2012-1b"}
        rows = [dict(zip(NAMES, row, strict=True)) for row in found]
        book.add(fs, params, comment, flags, {"breathing": one, "spo2": two}, rows, result)

    for length in (8, 10, 12, 15, 20, 40, 90, 130):
        add(f"apnea of {length} s", ["RULE" if length < 15 or length > 100 else "USUAL"], [(200, 200 + length, 0.0)])
    for share in (0.05, 0.1, 0.2, 0.5, 0.65, 0.75):
        add(f"breathing at {share} for 25 s", ["RULE"], [(200, 225, share)])
    for drop in (2.0, 3.0, 4.0):
        add(f"hypopnea with {drop} points, 1A", ["RULE"], [(200, 225, 0.5)], drop=drop)
        add(f"hypopnea with {drop} points, 1B", ["RULE"], [(200, 225, 0.5)], drop=drop, rule=4.0)
    add("two apneas 2 s apart", ["RULE"], [(200, 214, 0.0), (216, 230, 0.0)])
    add("hypopnea without SpO2", ["GAP"], [(200, 225, 0.5)], lost=((0, 420),))
    add("gap in an apnea", ["GAP"], [(200, 230, 0.0)], holes=((850, 30),))
    for seconds in (1, 10):
        add(f"{seconds} s", ["EMPTY"], [], seconds=seconds)
    add("steady", ["NOTHING"], [], result="abstain")
    add("all missing", ["NOTHING"], [], holes=((0, 1680),), result="abstain")
    add("noise only", ["NOTHING"], [(0, 420, 0.0)], noise=1.0, drop=0.0, result="abstain")
    add("apnea before there is a baseline", ["NOTHING"], [(5, 20, 0.0)], seconds=60, drop=0.0, result="abstain")
    add("SpO2 missing, steady breathing", ["NOTHING"], [], lost=((0, 420),), result="abstain")
    one, two = pack(np.zeros(8))[0], pack(np.full(2, 96.0))[0]
    inputs = {"breathing": one, "spo2": two}
    for comment, rates, code in (
        ("rate zero", {"breathing": 0.0, "spo2": 1.0}, "E_RATE"), ("rate too low", {"breathing": 1.0, "spo2": 1.0}, "E_RATE"),
        ("SpO2 rate zero", {"breathing": 4.0, "spo2": 0.0}, "E_RATE"), ("SpO2 rate negative", {"breathing": 4.0, "spo2": -1.0}, "E_RATE"),
    ):  # fmt: skip
        book.add(rates, {}, comment, ["REFUSE"], inputs, [], "invalid", code)
    for name, value in (("rule", "chicago"), ("apnea", 1.5), ("hypopnea", 0.9), ("shortest", 1.0), ("longest", 1e4), ("wait", -1.0)):
        book.add(fs, {name: value}, f"{name} = {value}", ["REFUSE"], inputs, [], "invalid", "E_PARAM")
    return book


if __name__ == "__main__":
    for make in (rate_book, presence_book, radar_book, sleep_book):
        make().write()
