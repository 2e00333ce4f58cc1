"""Naive features of a candidate impact, for the twin of `falls.impact`: slices of whole arrays, NaN for what is missing."""

import numpy as np

G = 9.80665


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
    memory = memory if size(memory) > 0 else before
    f = {
        "tilt": angle(before, after),
        "tilt_end": angle(before, ending),
        "tilt_memory": angle(memory, ending),
        "tilt_near": angle(near, after),
        "turn_before": angle(early, near),
        "turn_after": angle(landed, ending),
    }
    swings(r, p, before, f)
    fall_phase(r, p, end, before, f)
    motions(r, p, end, f)
    f["returned"] = max(f["swing"] - f["tilt_end"], 0.0)
    f["upright_lost"] = f["tilt_memory"] - angle(memory, before)
    f["lean"] = size(ending) / max(size(before), 1.0) - 1.0
    f["sharpness"] = f["peak"] - f["peak_slow"]
    return f, before, ending


def size(v):
    return float(np.sqrt((v**2).sum()))


def swings(r, p, before, f):
    small = {t: r.mean(t, t + 15) for t in range(p - 75, p + 76, 5)}
    firm = {t: v for t, (v, n) in small.items() if n >= 8 and size(v) > 0.3 * G}
    f["swing"] = max((angle(v, before) for t, v in firm.items() if t <= p + 60), default=0.0)
    f["turn"] = max((angle(v, firm[t + 20]) for t, v in firm.items() if t <= p + 40 and t + 20 in firm), default=0.0)


def fall_phase(r, p, end, before, f):
    log, floor = np.log, 0.1
    stop = min(p + 170, end)
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
    f["second"] = log(max(r.largest(p + 40, stop, 1), 1.0) / peak)
    f["earlier"] = log(max(r.largest(p - 200, p - 40, 1), 1.0) / peak)
    low, f["rise"] = 1e9, 0.0
    for ago, m in enumerate(r.mags(p - 50, p + 1)):
        if m < low * (1 - 1e-9):
            low, f["rise"] = m, 0.02 * (50 - ago)
    f["width"] = 0.02 * int(np.nansum(r.mags(p - 25, min(p + 26, end)) > 1.5 * G))
    f["activity_falling"] = log(floor + r.activity(p - 50, p - 5))
    f["activity_hit"] = log(floor + r.activity(p + 5, min(p + 40, end)))
    f["duration"] = 0.02 * int(np.nansum(np.abs(r.mags(p - 100, min(p + 101, end)) - G) > 2.5))
    f["unrest_falling"] = log(floor + r.unrest(p - 75, p - 5))
    f["unrest_hit"] = log(floor + r.unrest(p + 10, min(p + 60, end)))


def motions(r, p, end, f):
    log, floor = np.log, 0.1
    stop = min(p + 170, end)
    f["activity_after"] = log(floor + r.activity(p + 50, stop))
    f["activity_landing"] = log(floor + r.activity(p + 25, min(p + 75, end)))
    f["activity_before"] = log(floor + r.activity(p - 200, p - 50))
    still = [r.activity(p + 25, stop), *(r.activity(t, t + 40) for t in range(p + 25, stop - 39, 10))]
    f["stillest"] = log(floor + min(still))
    f["unrest_after"] = log(floor + r.unrest(p + 50, stop))
    f["unrest_before"] = log(floor + r.unrest(p - 200, p - 50))
    f["rhythm_before"], f["rhythm_after"] = r.rhythm(p - 200, p - 15), r.rhythm(p + 15, stop)
    f["steps_before"], f["steps_after"] = r.steps(p - 200, p - 15), r.steps(p + 25, stop)
