"""Naive twin of `falls.impact`: whole arrays, numpy and plain loops, no state, nothing shared with the kernel.

The resampler integrates the interpolant by its primitive; the features are slices of whole arrays with NaN for what is
missing; candidates are found by looking at the whole recording. Coefficients are read from the shipped JSON.
"""

import json
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise

import numpy as np

from tests.oracle.falls_features import Ring, angle, features

G = 9.80665
NEVER = -(10**9)
PLACES = ("waist", "pocket", "wrist")


def coefficients(placement):
    folder = files("agetech.signals.falls") / "coefficients"
    text = json.loads((folder / f"{placement}.json").read_text(encoding="utf-8"))
    if "same_as" in text:
        text = {**json.loads((folder / f"{text['same_as']}.json").read_text(encoding="utf-8")), **text}
    return text


def boxes_of(x, fs, bridge=0.3):
    """Give box means at 50 Hz (NaN: missing), the largest sample of each box and the row that closes each box."""
    n = len(x)
    ratio = (Fraction(fs) / 50).limit_denominator(1_000_000)
    good = np.isfinite(x).all(axis=1)
    places = np.flatnonzero(good)
    reach = max(1, int(bridge * fs + 1e-9))
    rows, boxes = ratio.numerator, ratio.denominator
    count = (n - 1) * boxes // rows if n else 0
    values = np.full((count, 3), np.nan)
    closed = np.zeros(count, int)
    for k in range(count):
        a, b = k * rows, (k + 1) * rows  # edges, in units of 1 / boxes of a row
        left = np.searchsorted(places * boxes, a, side="right") - 1
        right = np.searchsorted(places * boxes, b, side="left")
        row = -(-b // boxes)
        chain = places[max(left, 0) : right + 1]
        whole = left >= 0 and right < len(places) and bool((np.diff(chain) <= reach).all())
        if whole:
            total = np.zeros(3)
            for p, q in pairwise(chain):
                lo, hi = max(p * boxes, a), min(q * boxes, b)
                if hi > lo:
                    middle = (lo + hi) / (2 * boxes) - p
                    total += (hi - lo) / boxes * (x[p] + (x[q] - x[p]) / (q - p) * middle)
            values[k] = total / (rows / boxes)
            closed[k] = places[right]
        else:
            # missing as soon as the gap is known to be too long, else with the row that ends it
            while row < n and not good[row]:
                before = places[places < row]
                if not len(before) or row - before[-1] > reach:
                    break
                row += 1
            closed[k] = row
    keep = closed < n
    return values[keep], closed[keep], ratio, good


def log_odds(f, c):
    """Give the log-odds by the words of the coefficient document: sums over names and pairs, trees walked by hand."""
    names = list(c["center"])
    z = {k: min(max((f[k] - c["center"][k]) / c["scale"][k], -2.5), 2.5) for k in names}
    total = sum(c["weight"][k] * z[k] for k in names)
    pairs = iter(c["cross"])
    for i, a in enumerate(names):
        for b in names[i:]:
            total += next(pairs) * z[a] * z[b]
    leaves = []
    for asked, cut, leaf in zip(c["asked"], c["cut"], c["leaf"], strict=True):
        at = 0
        while at < len(asked):
            left = cut[at] is None or f[asked[at]] <= cut[at]
            at = 2 * at + (1 if left else 2)
        leaves.append(leaf[at - len(asked)])
    return min(max(c["bias"] + c["share"] * total + c["gain"] * float(np.mean(leaves)), -12.0), 12.0)


def memory_at(r, end):
    """Give the slow mean of all ticks up to 6 s before tick `end`."""
    mean, n = np.zeros(3), 0
    for t in range(max(0, end - 300)):
        if not np.isnan(r.m[t]):
            n += 1
            mean = mean + (r.v[t] - mean) / min(n, 1000)
    return mean if n >= 25 else np.zeros(3)


def events(x, fs, placement, margin=0.0, gate=13.5, drop_level=1.0, drop_time=0.25, lies=(30.0, 60.0, 3600.0)):
    """Give all rows as dictionaries, in the order in which they are given."""
    x = np.asarray(x, float)
    c = coefficients(placement)
    v, closed, ratio, good = boxes_of(x, fs)
    n = len(v)
    with np.errstate(invalid="ignore", over="ignore"):
        square = np.where(good, (x**2).sum(axis=1), -1.0)
    top, row_of = np.full(n, -1.0), np.zeros(n, int)
    first_of = [int(-((-k * ratio) // 1)) for k in range(n + 1)]
    for k in range(n):
        # rows in [k, k + 1) ticks that were read before the box was given, the first clear maximum
        for row in range(first_of[k], first_of[k + 1]):
            if good[row] and square[row] > top[k] * (1 + 1e-9):
                top[k], row_of[k] = square[row], row
    r = Ring(v, top, row_of)
    flights = long_flights(r.m, drop_level, max(1, round(drop_time * 50)))
    rows = []
    # candidates, one after the other
    start, used = 0, -1
    follow_until = []
    while True:
        opened = next((t for t in range(start, n) if top[t] > gate**2 or t in flights["landed"]), None)
        if opened is None:
            break
        p, t, best = opened, opened, top[opened]
        if best <= 0:
            start = opened + 1
            continue
        while t < n and t - p < 169:
            t += 1
            if t < n and top[t] > best * (1 + 1e-9):
                p, best = t, top[t]
        while True:
            end = min(p + 170, n)
            row, fall = judge(r, x, p, end, n, closed, ratio, c, placement, margin, good, flights, used)
            rows.append(row)
            used = max(used, row.pop("used"))
            if fall is not None:
                follow_until.append((p, end, fall, row))
            if row["kind"] != 0:
                start = end
                break
            rest = [q for q in range(p + 50, end) if top[q] > gate**2]
            p2, b2 = None, 0.0
            for q in rest:
                if top[q] > b2 * (1 + 1e-9):
                    p2, b2 = q, top[q]
            if p2 is None:
                start = end
                break
            p, best, t = p2, b2, end - 1
            while t < n and t - p < 169:
                t += 1
                if t < n and top[t] > best * (1 + 1e-9):
                    p, best = t, top[t]
    for k, (p, end, fall, row) in enumerate(follow_until):
        stop = next((e for q, e, _, _ in follow_until[k + 1 :]), n)
        rows += followed(r, p, end, stop, n, fall, row, closed, lies, c["posture"])
    return sorted(rows, key=lambda one: (one["confirmed"], one["stage"] != 1))


def long_flights(m, level, length):
    """Give for each tick the last tick of a long flight up to it, and the ticks at which one ends in a landing."""
    run, last, landed, upto = 0, NEVER, set(), []
    for t, value in enumerate(m):
        if value < level:
            run += 1
            if run >= length:
                last = t
        else:
            if run >= length and not np.isnan(value):
                landed.add(t)
            run = 0
        upto.append(last)
    return {"last": upto, "landed": landed}


def judge(r, x, p, end, n, closed, ratio, c, placement, margin, good, flights, used):
    confirmed = int(closed[end - 1]) if end == p + 170 else len(x) - 1
    if end < p + 170:
        end = n
    f, before, ending = features(r, p, end, memory_at(r, end))
    row = {
        "impact": int(r.row[p]),
        "peak": float(np.sqrt(r.top[p])),
        "stage": 1,
        "placement": PLACES.index(placement),
        "confirmed": confirmed,
        "settled": -1,
        "lowest": r.smallest(p - 60, p + 1, 1),
        "used": -1,
    }
    tick_of = lambda t: int(-((-max(t, 0) * ratio) // 1))  # noqa: E731
    sure = -99.0
    if f is None:
        row |= {"onset": row["impact"], "free_fall": 0.0, "tilt": 0.0, "activity": 0.0, "confidence": np.nan}
    else:
        onset = p
        for t in range(p - 60, p):
            if t < 0 or np.isnan(r.m[t]):
                continue
            v, count = r.mean(t - 7, t + 8)
            if r.m[t] < 0.7 * G or (count >= 8 and angle(v, before) > 0.35):
                onset = t
                break
        row["onset"] = min(tick_of(onset), row["impact"])
        stop = min(p + 170, end)
        for t in range(stop - 25, p, -5):
            if r.activity(t, t + 25) > 1.5:
                break
            row["settled"] = min(max(tick_of(t), row["impact"]), confirmed)
        sure = log_odds(f, c)
        row |= {
            "free_fall": f["free_fall"],
            "tilt": float(np.degrees(f["tilt_end"])),
            "activity": r.activity(p + 50, stop),
            "confidence": 1 / (1 + np.exp(-sure)),
            "features": f,
        }
    last = flights["last"][end - 1]
    dropped = last > used and p - 100 <= last <= p + 75
    fall = f is not None and sure >= c["threshold"] + c.get("stricter", 0.0) + margin
    row["kind"] = 1 if dropped else 2 if fall else 0
    row["used"] = end - 1 if dropped else -1
    return row, ((before, ending) if row["kind"] == 2 else None)


def followed(r, p, end, stop, n, fall, row, closed, lies, posture):
    """Give the later stages of a fall."""
    before, now = fall[0], fall[1].copy()
    lain, risen, silent, told, moving, out = end - p, 0, 0, 0, 0.0, []
    limits = sorted({limit * 50 for limit in lies})
    for t in range(end - 1, n):
        if t >= stop - 1 and stop < n:
            break
        if np.isnan(r.m[t]):
            silent += 1
            if silent > 3000:
                break
            continue
        silent, lain = 0, lain + 1
        now = now + 0.02 * (r.v[t] - now)
        moving += (abs(r.m[t] - G) - moving) / 150
        along = (now * before).sum()
        upright = along > 0 and along**2 > 0.67 * (now**2).sum() * (before**2).sum()
        risen = risen + 1 if (posture and row["tilt"] > 45.0 and upright) or moving > 1.2 else 0
        if risen >= 150:
            out.append({**row, "stage": 2, "confirmed": int(closed[t])})
            break
        if told < len(limits) and lain >= limits[told]:
            told += 1
            out.append({**row, "stage": 3, "confirmed": int(closed[t])})
    return out
