"""Naive twin of `falls.impact`: whole arrays, numpy and plain loops, no state, nothing shared with the kernel.

The resampler integrates the interpolant by its primitive; the features are slices of whole arrays with NaN for what is
missing; candidates are found by looking at the whole recording. Coefficients are read from the shipped JSON.
"""

import json
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise

import numpy as np

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


def angle(a, b):
    return float(np.arctan2(np.sqrt((np.cross(a, b) ** 2).sum()), (a * b).sum()))


class Ring:
    """Whole-array view round one candidate."""

    def __init__(self, v, top, row):
        self.v, self.top, self.row = v, top, row
        self.m = np.sqrt((v**2).sum(axis=1))

    def cut(self, array, a, b):
        n = len(self.m)
        index = np.arange(a, b)
        out = np.full((len(index), *array.shape[1:]), np.nan)
        ok = (index >= 0) & (index < n)
        out[ok] = array[index[ok]]
        return out

    def mags(self, a, b):
        return self.cut(self.m, a, b)

    def mean(self, a, b):
        part = self.cut(self.v, a, b)
        part = part[~np.isnan(part[:, 0])]
        return (part.mean(axis=0) if len(part) else np.zeros(3)), len(part)

    def activity(self, a, b):
        part = self.mags(a, b)
        part = part[~np.isnan(part)]
        return float(np.abs(part - G).mean()) if len(part) else 0.0

    def unrest(self, a, b):
        part = self.cut(self.v, a, b)
        part = part[~np.isnan(part[:, 0])]
        return float(np.sqrt(((part - part.mean(axis=0)) ** 2).sum(axis=1).mean())) if len(part) >= 2 else 0.0

    def levels(self, a, b, wide):
        part = self.mags(a, b)
        return np.array([part[i : i + wide].mean() for i in range(len(part) - wide + 1)] or [np.nan])

    def largest(self, a, b, wide):
        found = self.levels(a, b, wide)
        found = found[~np.isnan(found)]
        return float(found.max()) if len(found) else 0.0

    def smallest(self, a, b, wide):
        found = self.levels(a, b, wide)
        found = found[~np.isnan(found)]
        return min(G, float(found.min())) if len(found) else G

    def rhythm(self, a, b):
        part = self.mags(a, b)
        if (~np.isnan(part)).sum() < 80:
            return 0.0
        d = part - np.nanmean(part)
        power = np.nansum(d**2) + (~np.isnan(part)).sum() * 0.01
        n = len(part)
        return float(min(1.0, max(0.0, *(np.nansum(d[lag:] * d[: n - lag]) / power * n / (n - lag) for lag in range(12, 71, 2)))))

    def steps(self, a, b):
        n, since, armed = 0, 12, True
        for m in self.mags(a, b):
            since += 1
            if m > 1.2 * G and armed and since >= 12:
                n, since, armed = n + 1, 0, False
            elif m < G:
                armed = True
        return n


def features(r, p, end, memory):
    """Give the features of the impact at tick p by name, and the gravity before; None where too little is known."""
    log, floor = np.log, 0.1
    stop = min(p + 170, end)
    before, n = r.mean(p - 125, p - 50)
    if n < 25:
        before, n = r.mean(p - 200, p - 15)
        if n < 10:
            return None, None, None
    near, n = r.mean(p - 50, p - 15)
    if n < 10:
        near, _ = r.mean(p - 200, p - 15)
    early, n = r.mean(p - 200, p - 125)
    early = early if n >= 25 else before
    landed, n = r.mean(p + 25, stop)
    if n < 35:
        return None, None, None
    short, n = r.mean(p + 25, min(p + 60, end))
    landed = short if n >= 15 else landed
    after, n = r.mean(p + 50, min(p + 125, end))
    after = after if n >= 20 else r.mean(p + 25, stop)[0]
    ending, n = r.mean(p + 110, stop)
    ending = ending if n >= 20 else after
    memory = memory if np.sqrt((memory**2).sum()) > 0 else before
    f = {
        "tilt": angle(before, after),
        "tilt_end": angle(before, ending),
        "tilt_memory": angle(memory, ending),
        "tilt_near": angle(near, after),
        "turn_before": angle(early, near),
        "turn_after": angle(landed, ending),
    }
    size = lambda v: float(np.sqrt((v**2).sum()))  # noqa: E731
    small = {t: r.mean(t, t + 15) for t in range(p - 75, p + 76, 5)}
    firm = {t: v for t, (v, n) in small.items() if n >= 8 and size(v) > 0.3 * G}
    f["swing"] = max((angle(v, before) for t, v in firm.items() if t <= p + 60), default=0.0)
    f["turn"] = max((angle(v, firm[t + 20]) for t, v in firm.items() if t <= p + 40 and t + 20 in firm), default=0.0)
    peak = max(r.largest(p - 5, min(p + 6, end), 3), 1.0)
    f["peak"] = log(min(peak, 3.5 * G) / G)
    f["peak_slow"] = log(max(r.largest(p - 25, min(p + 26, end), 9), 1.0) / G)
    f["lowest"] = r.smallest(p - 50, p, 3) / G
    f["lowest_slow"] = r.smallest(p - 50, p, 9) / G
    m = r.mags(p - 60, p + 1)
    f["free_fall"] = 0.02 * int(np.nansum(m < 0.7 * G))
    f["unloading"] = 0.02 * float(np.nansum(np.maximum(G - m, 0)))
    speed = down = 0.0
    for row in r.cut(r.v, p - 60, p + 1):
        if not np.isnan(row[0]) and size(before) > 0:
            speed = max(speed + (G - (row * before).sum() / size(before)) * 0.02, 0.0)
            down = max(down, speed)
    f["loading"] = 0.02 * float(np.nansum(np.maximum(r.mags(p - 15, min(p + 26, end)) - G, 0)))
    f["descent"] = min(down, 8.0)
    round_ = r.mags(p - 50, min(p + 51, end))
    f["shake"] = log(floor + (np.nanstd(round_) if (~np.isnan(round_)).sum() >= 2 else 0.0))
    v = r.cut(r.v, p - 50, min(p + 51, end))
    v = v[~np.isnan(v[:, 0])]
    along = v @ before / size(before) if size(before) > 0 else np.zeros(len(v))
    across = np.maximum((v**2).sum(axis=1) - along**2, 0.0).mean() if len(v) and size(before) > 0 else 0.0
    f["sway"] = log(floor + np.sqrt(across))
    v = r.cut(r.v, p - 18, min(p + 16, end))
    change = ((v[3:] - v[:-3]) ** 2).sum(axis=1)
    f["jerk"] = log(floor + np.sqrt(np.nanmax(change) if (~np.isnan(change)).any() else 0.0))
    f["activity_after"] = log(floor + r.activity(p + 50, stop))
    f["activity_landing"] = log(floor + r.activity(p + 25, min(p + 75, end)))
    f["activity_before"] = log(floor + r.activity(p - 200, p - 50))
    still = [r.activity(p + 25, stop), *(r.activity(t, t + 40) for t in range(p + 25, stop - 39, 10))]
    f["stillest"] = log(floor + min(still))
    f["unrest_after"] = log(floor + r.unrest(p + 50, stop))
    f["unrest_before"] = log(floor + r.unrest(p - 200, p - 50))
    f["rhythm_before"], f["rhythm_after"] = r.rhythm(p - 200, p - 15), r.rhythm(p + 15, stop)
    f["steps_before"], f["steps_after"] = r.steps(p - 200, p - 15), r.steps(p + 25, stop)
    f["second"] = log(max(r.largest(p + 40, stop, 1), 1.0) / peak)
    f["earlier"] = log(max(r.largest(p - 200, p - 40, 1), 1.0) / peak)
    low, f["rise"] = 1e9, 0.0
    for ago, m in enumerate(r.mags(p - 50, p + 1)):
        if m < low * (1 - 1e-9):
            low, f["rise"] = m, 0.02 * (50 - ago)
    f["width"] = 0.02 * int(np.nansum(r.mags(p - 25, min(p + 26, end)) > 1.5 * G))
    f["returned"] = max(f["swing"] - f["tilt_end"], 0.0)
    f["upright_lost"] = f["tilt_memory"] - angle(memory, before)
    f["lean"] = size(ending) / max(size(before), 1.0) - 1.0
    f["activity_falling"] = log(floor + r.activity(p - 50, p - 5))
    f["activity_hit"] = log(floor + r.activity(p + 5, min(p + 40, end)))
    f["duration"] = 0.02 * int(np.nansum(np.abs(r.mags(p - 100, min(p + 101, end)) - G) > 2.5))
    f["sharpness"] = f["peak"] - f["peak_slow"]
    f["unrest_falling"] = log(floor + r.unrest(p - 75, p - 5))
    f["unrest_hit"] = log(floor + r.unrest(p + 10, min(p + 60, end)))
    return f, before, ending


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
