"""Write the conformance vectors of pulses, saturation, ST level and apnea minutes: python -m tests.oracle.heart_vectors.

Signals are simulated here, from seeds; expected rows come from the naive twins alone. Where the answer of a train hangs on
rounding (two equal heights about a peak), another seed is taken.
"""

import base64
import hashlib

import numpy as np

from agetech.simulate.ecg import intervals, simulate_ecg
from agetech.simulate.pulse import simulate_bcg, simulate_oximeter, simulate_ppg
from tests.oracle import cardiac_spo2, cardiac_st, sleep_apnea_minutes
from tests.oracle.cardiac_trains import BCG, PPG, Twin
from tests.oracle.respiration_vectors import BAD, Book, number, pack, refusals

NOTES = {
    "USUAL": {"kind": "usual", "text": "ordinary beats", "effect": "the method itself is wrong"},
    "NOISE": {"kind": "edge", "text": "noise, drift or ectopy", "effect": "less sturdy than the reference"},
    "SCALE": {"kind": "edge", "text": "sign, gain or offset changed", "effect": "a result that depends on the device's scale"},
    "GAP": {"kind": "edge", "text": "missing samples", "effect": "an interval or an average across a gap"},
    "EMPTY": {"kind": "edge", "text": "too few samples", "effect": "a row for what is not complete"},
    "RULE": {"kind": "edge", "text": "close to a limit of the definition", "effect": "another limit or window than defined"},
    "TURN": {"kind": "edge", "text": "level and R amplitude jump together", "effect": "a turn of the body told as a change of the heart"},
    "NOTHING": {"kind": "abstain", "text": "no heart in the signal", "effect": "an invented value"},
    "REFUSE": {"kind": "invalid", "text": "must be refused", "effect": "a value for an input that cannot be judged"},
}


def listed(values):
    """Give the stored form of a series."""
    return {"dtype": "f8", "shape": [len(values)], "data": [number(float(one)) for one in values]}


def train_book(name, simulate, settings, rates):
    """Give the book of `cardiac.ppg` or `cardiac.bcg`."""
    tolerance = {"quality": {"abs": 1e-6}, "likeness": {"abs": 1e-6}, "interval": {"abs": 1e-9}}
    book, key = Book(name, NOTES, tolerance), name.partition(".")[2]

    def add(comment, flag, make, fs, holes=(), result="valid", **params):
        for seed in range(20):
            held, x = pack(make(seed), holes)
            twin = Twin(x, fs, **{**settings, **params})
            rows = twin.run()
            if not twin.ties or flag in ("NOTHING", "EMPTY"):
                break
        book.add(fs, params, comment, [flag], {key: held}, rows, result)

    for k in range(12):
        fs, rate = rates[k % len(rates)], 42.0 + 9.0 * k
        add(f"{rate:g} a minute", "USUAL", lambda seed, f=fs, r=rate, n=k: simulate(22.0, f, rate=r, seed=100 * n + seed).signal, fs)
    for noise in (0.1, 0.2, 0.4):
        add(f"noise {noise}", "NOISE", lambda seed, n=noise: simulate(24.0, 50.0, seed=200 + seed, noise=n).signal, 50.0)
    for comment, change in (("gain 1000", lambda x: 1000.0 * x), ("offset", lambda x: x + 40.0), ("turned over", lambda x: -x)):
        add(comment, "SCALE", lambda seed, c=change: c(simulate(20.0, 50.0, seed=300 + seed).signal), 50.0)
    for holes in (((500, 10),), ((500, 100),), ((0, 60),), ((400, 14), (700, 15), (900, 16))):
        add(f"holes {holes}", "GAP", lambda seed: simulate(26.0, 50.0, seed=400 + seed).signal, 50.0, holes)
    for params in ({"trust": 0.9}, {"trust": 0.0}, {"apart": 0.5}, {"bridge": 0.1}):
        holes = ((500, 10),) if "bridge" in params else ()
        add(f"{params}", "RULE", lambda seed: simulate(22.0, 50.0, seed=500 + seed, noise=0.1).signal, 50.0, holes, **params)
    for n in (0, 1, 10, 200):
        add(f"{n} samples", "EMPTY", lambda seed, m=n: simulate(10.0, 50.0, seed=seed).signal[:m], 50.0)
    for comment, x in (("zeros", np.zeros(1000)), ("constant", np.full(1000, 3.0)), ("ramp", np.arange(1000.0))):
        add(comment, "NOTHING", lambda _seed, v=x: v, 50.0, result="abstain")
    add("white noise", "NOTHING", lambda seed: np.random.default_rng(seed).normal(size=1500), 50.0, result="abstain")
    add("all missing", "NOTHING", lambda _seed: np.zeros(1000), 50.0, ((0, 1000),), "abstain")
    bounds = (("apart", 0.1), ("apart", 2.0), ("bridge", 0.01), ("bridge", 5.0), ("trust", -0.1), ("trust", 1.0))
    refusals(book, 50.0, {}, key, bounds)
    return book


def spo2_book():
    """Give the book of `cardiac.spo2`."""
    book, curve = (
        Book("cardiac.spo2", NOTES, {name: {"abs": 1e-6} for name in ("spo2", "ratio", "likeness")}),
        {"offset": 110.0, "slope": -25.0},
    )

    def add(comment, flag, x, fs=25.0, holes=(), result="valid", **params):
        held, x = pack(x, holes)
        book.add(fs, {**curve, **params}, comment, [flag], {"ppg": held}, cardiac_spo2.rows(x, fs, **{**curve, **params}), result)

    def light(ratio, fs=25.0, seconds=10.0, seed=0, rate=70.0, depth=8.0):
        x = simulate_oximeter(seconds, fs, ratio=ratio, rate=rate, seed=seed).signal
        return x.mean(axis=0) + depth * (x - x.mean(axis=0))

    for k, ratio in enumerate((0.4, 0.5, 0.6, 0.75, 0.9, 1.1, 1.3, 1.5)):
        add(f"ratio {ratio}", "USUAL", light(ratio, (25.0, 40.0, 50.0)[k % 3], seed=k, rate=50.0 + 10.0 * k), (25.0, 40.0, 50.0)[k % 3])
    for change in (1e-3, 1e3):
        add(f"gain {change}", "SCALE", change * light(0.6))
    for ratio, params in (
        (0.39, {}),
        (0.2, {}),
        (1.59, {}),
        (1.61, {}),
        (1.2, {"floor": 85.0}),
        (0.6, {"bend": 5.0}),
        (0.6, {"window": 4.0, "hop": 2.0}),
    ):
        add(f"ratio {ratio}, {params}", "RULE", light(ratio), **params)
    for holes in (((40, 5),), ((0, 19),), ((0, 21),), ((245, 5),), ((60, 15), (120, 20))):
        add(f"holes {holes}", "GAP", light(0.6), holes=holes)
    for n in (0, 1, 10, 199):
        add(f"{n} samples", "EMPTY", light(0.6)[:n])
    rng = np.random.default_rng(3)
    for comment, x in (
        ("dark", np.zeros((250, 2))), ("negative light", -light(0.6)), ("constant light", np.full((250, 2), 1.0)),
        ("the two unlike", np.column_stack([light(0.6)[:, 0], light(0.6, rate=97.0, seed=5)[:, 1]])),
        ("noise", 1.0 + 0.1 * rng.normal(size=(250, 2))),
        ("one colour upside down", light(0.6) * (1, -1) + (0, 4)), ("ratio 2.5: below the curve", light(2.5, depth=3.0)),
    ):  # fmt: skip
        add(comment, "NOTHING", x, result="abstain")
    add("all missing", "NOTHING", light(0.6), holes=((0, 250),), result="abstain")
    held = pack(np.ones((8, 2)))[0]
    for comment, fs, more, code in BAD:
        book.add(25.0 if fs is None else fs, {**curve, **more}, comment, ["REFUSE"], {"ppg": held}, [], "invalid", code)
    for name, value in (
        ("offset", 10.0),
        ("slope", 100.0),
        ("bend", 90.0),
        ("window", 1.0),
        ("hop", 0.0),
        ("likeness", 1.0),
        ("floor", 95.0),
    ):
        book.add(25.0, {**curve, name: value}, f"{name} = {value}", ["REFUSE"], {"ppg": held}, [], "invalid", "E_PARAM")
    book.add(25.0, {}, "no curve", ["REFUSE"], {"ppg": held}, [], "invalid", "E_PARAM_MISSING")
    book.add(25.0, curve, "one colour", ["REFUSE"], {"ppg": pack(np.ones((8, 1)))[0]}, [], "invalid", "E_SHAPE")
    return book


def st_book():
    """Give the book of `cardiac.st`."""
    names = ("level", "reference", "deviation", "amplitude", "spread")
    book, fs = Book("cardiac.st", NOTES, {name: {"abs": 1e-6} for name in names}), {"ecg": 100.0}

    def add(comment, flag, x, beats, holes=(), result="valid", **params):
        held, x = pack(x, holes)
        given = {"neighbourhood": 8.0, "reference": 30.0, **params}
        book.add(fs, given, comment, [flag], {"ecg": held, "beats": listed(beats)}, cardiac_st.rows(x, 100.0, beats, **given), result)

    def made(seed, **more):
        one = simulate_ecg(38.0, 100.0, seed=seed, **more)
        return one.signal, one.beats

    for k, size in enumerate((-300.0, -150.0, -100.0, 50.0, 100.0, 200.0, 300.0)):
        add(f"a step of {size:g} uV", "USUAL", *made(k, st=[(24.0, 38.0, size)], rate=50.0 + 12.0 * k))
    add("drift", "NOISE", *made(20, drift=1.0))
    add("noise", "NOISE", *made(21, noise=0.05, st=[(24.0, 38.0, 150.0)]))
    add("early beats", "NOISE", *made(22, ectopic=0.2))
    x, beats = made(23, st=[(24.0, 38.0, 150.0)])
    add("upside down", "SCALE", -x, beats)
    add("holes", "GAP", x, beats, ((1200, 300), (2800, 4)))
    add("a beat in three missing from the list", "GAP", x, [one for k, one in enumerate(beats) if k % 3])
    add("beats that are none", "GAP", x, [*beats, np.nan, -5.0, 1e6])
    for params in ({"after": 0.16}, {"before": 0.1}, {"noise": 5.0}, {"neighbourhood": 16.0}):
        add(f"{params}", "RULE", x, beats, **params)
    for share in (0.55, 0.7, 0.8, 1.5):
        y, beats = made(24, st=[(19.0, 38.0, 200.0)])
        y[1900:] *= share
        add(f"R amplitude times {share} with the step", "TURN", y, beats)
    add("a turn that nobody saw", "TURN", y, beats, ((1500, 500),), turn=0.15)
    x, beats = made(23, st=[(24.0, 38.0, 150.0)])
    for n in (0, 1, 10, 300):
        add(f"{n} samples", "EMPTY", x[:n], beats)
    rng = np.random.default_rng(9)
    for comment, y, given in (
        ("no beats", x, []), ("three beats", x, beats[:3]), ("zeros", np.zeros(1500), beats), ("white noise", rng.normal(size=2000), beats),
        ("beats at random", x, np.sort(rng.choice(3800, 40, replace=False))),
    ):  # fmt: skip
        add(comment, "NOTHING", y, given, result="abstain")
    add("all missing", "NOTHING", x[:1500], beats, ((0, 1500),), "abstain")
    inputs = {"ecg": pack(np.zeros(8))[0], "beats": listed([])}
    for comment, rate, more, code in BAD:
        book.add(fs if rate is None else {"ecg": rate}, more, comment, ["REFUSE"], inputs, [], "invalid", code)
    bounds = (("neighbourhood", 1.0), ("reference", 1.0), ("after", 0.5), ("before", 0.0), ("noise", 0.0), ("turn", 0.0), ("wander", 11.0))
    for name, value in bounds:
        book.add(fs, {name: value}, f"{name} = {value}", ["REFUSE"], inputs, [], "invalid", "E_PARAM")
    return book


def apnea_book():
    """Give the book of `sleep.apnea_minutes`."""
    book = Book("sleep.apnea_minutes", NOTES, {"probability": {"abs": 1e-9}, "coverage": {"abs": 1e-6}})

    def add(comment, flag, times, result="valid", **params):
        counts = np.round(np.asarray(times, float) * 1000.0).astype("<i4")
        raw = counts.tobytes()
        held = {
            "dtype": "i4",
            "shape": [len(counts)],
            "scale": 1e-3,
            "b64": base64.b64encode(raw).decode(),
            "sha256": hashlib.sha256(raw).hexdigest(),
        }
        rows = sleep_apnea_minutes.rows([float(one) for one in counts.astype(float) * 1e-3], **params)
        book.add(None, params, comment, [flag], {"beats": held}, rows, result)

    def beats(seconds, seed, rate=65.0, cycle=0.0, size=0.12):
        rr = intervals(seconds, rate=rate, seed=seed)
        t = np.cumsum(rr)
        return np.cumsum(rr * (1.0 + (size * np.sin(2.0 * np.pi * t / cycle) if cycle else 0.0)))

    for k in range(6):
        add(f"steady, {55 + 6 * k} a minute", "USUAL", beats(400.0, k, 55.0 + 6.0 * k))
    for k, cycle in enumerate((20.0, 30.0, 40.0, 50.0, 60.0, 75.0)):
        add(f"cycles of {cycle:g} s", "USUAL", beats(480.0, 10 + k, cycle=cycle))
    half = np.concatenate([beats(300.0, 20), 300.0 + beats(300.0, 21, cycle=45.0)])
    add("cycles in the second half", "USUAL", half)
    for threshold in (0.1, 0.9):
        add(f"threshold {threshold}", "RULE", half, threshold=threshold)
    add("a minute without beats", "GAP", half[(half < 240.0) | (half > 300.0)])
    add("four minutes without beats", "GAP", half[(half < 150.0) | (half > 390.0)])
    add("every beat twice", "GAP", np.repeat(half, 2))
    add("extra beats", "NOISE", np.sort(np.concatenate([half, half[5::9] + 0.31])))
    add("missed beats", "NOISE", np.delete(half, np.arange(7, half.size, 8)))
    for seconds in (0.0, 30.0, 59.0, 61.0, 121.0):
        add(f"{seconds:g} s", "EMPTY", beats(seconds, 30))
    for comment, times in (
        ("29 intervals in 3 min", np.arange(30) * 6.2), ("one beat late in the night", [200.0]), ("beats 3 s apart", np.arange(100) * 3.0),
        ("beats 0.2 s apart", np.arange(700) * 0.2), ("a pause after ten beats", [*np.arange(10) * 0.9, 181.0]),
    ):  # fmt: skip
        add(comment, "NOTHING", times, "abstain")
    for value in (0.0, 0.04, 0.96, 1.0, -0.5, 50.0):
        book.add(None, {"threshold": value}, f"threshold = {value}", ["REFUSE"], {"beats": listed([0.8, 1.6])}, [], "invalid", "E_PARAM")
    book.add(None, {"unknown": 1.0}, "unknown parameter", ["REFUSE"], {"beats": listed([0.8, 1.6])}, [], "invalid", "E_PARAM_UNKNOWN")
    for shape in ([2, 2], [2, 1], [1, 4]):
        held = {"dtype": "f8", "shape": shape, "data": [0.5] * int(np.prod(shape))}
        book.add(None, {}, f"shape {shape}", ["REFUSE"], {"beats": held}, [], "invalid", "E_SHAPE")
    return book


if __name__ == "__main__":
    train_book("cardiac.ppg", simulate_ppg, PPG, (25.0, 50.0, 64.0, 100.0)).write()
    train_book("cardiac.bcg", simulate_bcg, BCG, (25.0, 50.0, 64.0, 100.0)).write()
    spo2_book().write()
    st_book().write()
    apnea_book().write()
