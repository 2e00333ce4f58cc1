"""Naive twin of `sleep.breathing`: every array at once (block means, smooth, excursions), then one loop over time."""

import numpy as np

APNEA, HYPOPNEA, UNCONFIRMED, DESATURATION, PERIODIC = range(1, 6)
nan = float("nan")


def means(x, many, valid):
    parts = np.asarray(x, float)[: len(x) // many * many].reshape(-1, many)
    good = valid(parts)
    count = good.sum(axis=1)
    total = np.where(good, parts, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), nan), count


def smooth(z, half):
    weight = half + 1.0 - np.abs(np.arange(2 * half + 1) - half)
    out = []
    for k in range(2 * half, len(z)):
        part = z[k - 2 * half : k + 1]
        good = np.isfinite(part)
        out.append((weight * np.where(good, part, 0)).sum() / weight[good].sum() if 3 * (~good).sum() <= len(part) else nan)
    return np.array(out)


def reach(y, now, window):
    """Largest less smallest of the last `window` values up to and with index now; NaN where one is missing."""
    part = y[now + 1 - window : now + 1] if now + 1 >= window else np.array([nan])
    return nan if np.isnan(part).any() else part.max() - part.min()


class Oxygen:
    def __init__(self, entries, step, window):
        self.entries, self.step, self.window = entries, step, window

    def at(self, sample):
        return int(sample / self.step)

    def part(self, first, last, now):
        return self.entries[max(first, 0, now - 330) : last]

    def top(self, first, last, now):
        values = np.sort(self.part(first, last, now))
        values = values[np.isfinite(values)]
        return values[len(values) // 2 :].mean() if len(values) >= 5 and 10 * len(values) >= last - first else nan

    def low(self, first, last, now):
        values = self.part(first, min(last, now), now)
        values = values[np.isfinite(values)]
        return values.min() if len(values) and 2 * len(values) >= last - first else nan

    def fall(self, first, turn, last, now):
        many, top, most = 0, -1.0, 0.0
        for k in range(max(first, 0, now - 330), min(last, now)):
            value = self.entries[k]
            if np.isfinite(value):
                many += 1
                if k <= turn and value >= top:
                    top, most = value, 0.0
                most = max(most, top - value)
                if k > turn + 4 and most < 1:
                    break
        return most if many and 2 * many >= last - first else nan


def desaturations(o, block, rate, longest):
    found, begin = [], None
    for k, value in enumerate(o.entries):
        if np.isnan(value):
            continue
        if begin is None:
            base = o.top(k - o.window, k, k + 1)
            if not value <= base - 1:
                continue
            begin, start, nadir, under = k, base, value, 0
        nadir = min(nadir, value)
        under += value <= start - 3
        depth = start - nadir
        counts = depth >= 3 and under * o.step >= 3 * block * rate
        over = k - begin >= longest
        if counts and (value >= nadir + max(depth / 2, 1) or over):
            found.append((int(begin * o.step), int((k + 1) * o.step), int((k + 1) * o.step), DESATURATION, nan, depth, nadir, 1.0))
            begin = None
        elif (not counts and value > start - 1) or over:
            begin = None
    return found


def waxing(wave):
    if len(wave) < 256 or np.isnan(wave[-256:]).any():
        return 0.0
    y = np.array(wave[-256:])
    mean = y.mean()
    y = y - mean
    if not mean > 0 or y.std() < 0.3 * mean:
        return 0.0
    r = np.array([y[:-k] @ y[k:] / np.sqrt((y[:-k] @ y[:-k]) * (y[k:] @ y[k:])) for k in range(10, 91)])
    below = np.flatnonzero(r < 0)
    if not len(below):
        return 0.0
    best = below[0] + int(np.argmax(r[below[0] :]))
    return y.std() / mean if r[best] >= 0.5 and best + 10 >= 40 and best + 10 != 90 else 0.0


class Night:
    """The loop over time, with what it remembers as attributes."""

    def __init__(self, breathing, fs, spo2, spo2_fs, points, apnea, hypopnea, shortest, longest, wait):
        self.fs, self.spo2_fs, self.points, self.apnea, self.hypopnea = fs, spo2_fs, points, apnea, hypopnea
        self.n = len(breathing)
        self.block = max(1, round(self.fs / 8))
        self.rate = self.fs / self.block
        self.second, self.half = max(1, round(self.rate)), max(1, min(round(0.75 * self.rate), 7))
        self.brief_window = min(round(4 * self.rate), 128)
        self.least, self.most, self.merge, self.finger, self.wait = (round(t * self.rate) for t in (shortest, longest, 3.0, 8.0, wait))
        self.z, count = means(breathing, self.block, np.isfinite)
        self.z = np.where(2 * count >= self.block, self.z, nan)
        self.y = smooth(self.z, self.half)
        self.entry = max(1, round(self.spo2_fs))
        self.values, _ = means(spo2, self.entry, lambda v: (v >= 40) & (v <= 100))
        self.step = self.entry * self.fs / self.spo2_fs
        self.window = min(120, round(120 / (self.step / self.fs)))
        self.o = Oxygen(self.values, self.step, self.window)
        self.found = desaturations(self.o, self.block, self.rate, self.window)
        self.base, self.scatter, self.bases = 0.0, 0.0, []
        self.period, self.going, self.high, self.low, self.top, self.last_top = 4.0 * self.second, 0, 0.0, 0.0, 0, 0
        self.a_from, self.h_from, self.run_from, self.run_until, self.a_until, self.lost = -1, -1, -1, -1, -1, False
        self.a_least = self.h_least = 0.0
        self.wave, self.periodic, self.depth = [], -1, 0.0
        self.pending = []

    def put(self, onset, offset, kind, share):
        event = [onset * self.block, offset * self.block, kind, share, min(max(1 - 2 * self.scatter / self.base, 0), 1)]
        if self.pending and self.pending[-1][0] == event[0]:
            self.pending.pop()
        self.pending.append(event)

    def give(self, now, final):
        while self.pending and (final or now >= self.pending[0][1] + self.wait * self.block):
            onset, offset, kind, share, quality = self.pending.pop(0)
            have = (
                len(self.values) if final else min(len(self.values), int(np.ceil((now - 1) * self.spo2_fs / self.fs)) // self.entry)
            )  # ties: breathing first
            begin, end = self.o.at(onset), self.o.at(offset + self.wait * self.block) + 1
            bottom = self.o.low(begin, min(end, have), have)
            drop = max(self.o.top(begin - self.window, begin + 1, have) - bottom, 0.0)
            turn = self.o.at(offset + 2 * self.finger * self.block)
            own = self.o.fall(self.o.at(onset + self.finger * self.block), turn, min(turn + end - begin, end), have)
            if kind == HYPOPNEA and np.isfinite(drop) and np.isfinite(own):
                drop = min(drop, own)
            known = np.isfinite(drop)
            if kind != HYPOPNEA or not known or drop >= self.points:
                kind = UNCONFIRMED if kind == HYPOPNEA and not known else kind
                self.found.append((onset, offset, now, kind, share, drop, bottom if known else nan, quality))

    def close_apnea(self, now):
        if self.a_from >= 0:
            if now - self.a_from >= self.least:
                self.put(self.a_from, now, APNEA, 1 - self.a_least / self.base)
                self.a_until = now
            self.run_from, self.run_until = self.a_from, now
        self.a_from = -1

    def close_hypopnea(self, now):
        if self.h_from >= 0 and now - self.h_from >= self.least and self.a_until <= self.h_from and self.a_from < 0:
            self.put(self.h_from, now, HYPOPNEA, 1 - self.h_least / self.base)
        self.h_from = -1

    def turn(self, k, value):
        if np.isfinite(value):
            need = 0.3 * self.base
            if self.going >= 0 and value > self.high:
                self.high, self.top = value, k + 1
            elif self.going >= 0 and value < self.high - need:
                if self.last_top > 0 and self.second <= self.top - self.last_top <= 12 * self.second:
                    self.period += (self.top - self.last_top - self.period) / 8
                self.last_top, self.going, self.low = self.top, -1, value
            elif self.going <= 0 and value < self.low:
                self.low = value
            elif self.going <= 0 and value > self.low + need:
                self.going, self.high, self.top = 1, value, k + 1

    def runs(self, k, now):
        wide = min(max(int(1.3 * self.period), self.brief_window), 128)
        brief, whole = reach(self.y, k, self.brief_window), reach(self.y, k, wide)
        if not self.base > 0 or len(self.bases) < 15 or np.isnan(brief):
            self.a_from = self.h_from = -1
        else:
            if brief <= (1 - self.apnea) * self.base:
                if not self.lost:
                    if self.a_from < 0:
                        self.a_from, self.a_least = max(now - self.brief_window, 0), brief
                        if self.run_from >= 0 and self.a_from - self.run_until < self.merge:
                            self.a_from = self.run_from
                        self.run_from = -1
                    self.a_least = min(self.a_least, brief)
                    if now - self.a_from >= self.most:
                        self.close_apnea(now)
                        self.lost = True
            else:
                self.close_apnea(now)
                self.lost = False
            if whole <= min((1 - self.hypopnea) * self.base, self.base - 2 * self.scatter):
                if self.h_from < 0:
                    self.h_from, self.h_least = max(now - wide, 0), whole
                self.h_least = min(self.h_least, whole)
                if now - self.h_from > self.most and self.a_from < 0 and not self.lost:
                    self.bases = [v for v in self.wave[-20:] if np.isfinite(v)]
                    self.h_from = -1
                    self.base = float(np.sort(self.bases)[len(self.bases) // 2]) if self.bases else 0.0
                    self.scatter = (
                        float(np.sort(np.abs(np.array(self.bases) - self.base))[len(self.bases) // 2]) if self.bases else self.scatter
                    )
            else:
                self.close_hypopnea(now)
        return whole

    def learn(self, k, whole, seen):
        if (k + 1) % self.second == 0:
            self.wave.append(whole)
            if np.isfinite(whole) and not (
                self.base > 0 and len(self.bases) >= 15 and (whole > 2.5 * self.base or self.h_from >= 0 or self.a_from >= 0)
            ):
                self.bases.append(whole)
                last = np.array(self.bases[-120:])
                self.base = np.sort(last)[len(last) // 2]
                self.scatter = np.sort(np.abs(last - self.base))[len(last) // 2]
            if len(self.wave) % 32 == 0:
                found_depth = waxing(self.wave)
                if found_depth > 0:
                    self.periodic = len(self.wave) - 256 if self.periodic < 0 else self.periodic
                    self.depth = max(self.depth, found_depth)
                elif self.periodic >= 0:
                    self.found.append(
                        (
                            self.periodic * self.second * self.block,
                            (len(self.wave) - 32) * self.second * self.block,
                            seen,
                            PERIODIC,
                            self.depth,
                            nan,
                            nan,
                            1.0,
                        )
                    )
                    self.periodic, self.depth = -1, 0.0

    def all(self):
        for k, value in enumerate(self.y):
            seen, now = (k + 1 + 2 * self.half) * self.block, k + 1 - self.half
            self.turn(k, value)
            self.learn(k, self.runs(k, now), seen)
            self.give(seen, final=False)
        if self.base > 0:
            self.close_apnea(len(self.y) - self.half)
            self.close_hypopnea(len(self.y) - self.half)
        self.give(self.n, final=True)
        if self.periodic >= 0:
            self.found.append(
                (
                    self.periodic * self.second * self.block,
                    len(self.wave) * self.second * self.block,
                    self.n,
                    PERIODIC,
                    self.depth,
                    nan,
                    nan,
                    1.0,
                )
            )
        return sorted(self.found, key=lambda row: row[0])


def events(breathing, fs, spo2, spo2_fs, *, points=3.0, apnea=0.9, hypopnea=0.3, shortest=10.0, longest=120.0, wait=45.0):
    """Give the events as tuples (onset, offset, confirmed, kind, depth, desaturation, nadir, quality), sorted by onset."""
    return Night(breathing, fs, spo2, spo2_fs, points, apnea, hypopnea, shortest, longest, wait).all()
