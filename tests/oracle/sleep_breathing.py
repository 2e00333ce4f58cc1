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


def events(breathing, fs, spo2, spo2_fs, *, points=3.0, apnea=0.9, hypopnea=0.3, shortest=10.0, longest=120.0, wait=45.0):
    """Give the events as tuples (onset, offset, confirmed, kind, depth, desaturation, nadir, quality), sorted by onset."""
    n = len(breathing)
    block = max(1, round(fs / 8))
    rate = fs / block
    second, half = max(1, round(rate)), max(1, min(round(0.75 * rate), 7))
    brief_window = min(round(4 * rate), 128)
    least, most, merge, finger, wait = (round(t * rate) for t in (shortest, longest, 3.0, 8.0, wait))
    z, count = means(breathing, block, np.isfinite)
    z = np.where(2 * count >= block, z, nan)
    y = smooth(z, half)
    entry = max(1, round(spo2_fs))
    values, _ = means(spo2, entry, lambda v: (v >= 40) & (v <= 100))
    step = entry * fs / spo2_fs
    window = min(120, round(120 / (step / fs)))
    o = Oxygen(values, step, window)
    found = desaturations(o, block, rate, window)
    base, scatter, bases = 0.0, 0.0, []
    period, going, high, low, top, last_top = 4.0 * second, 0, 0.0, 0.0, 0, 0
    a_from, h_from, run_from, run_until, a_until, lost = -1, -1, -1, -1, -1, False
    a_least = h_least = 0.0
    wave, periodic, depth = [], -1, 0.0
    pending = []

    def put(onset, offset, kind, share):
        event = [onset * block, offset * block, kind, share, min(max(1 - 2 * scatter / base, 0), 1)]
        if pending and pending[-1][0] == event[0]:
            pending.pop()
        pending.append(event)

    def give(now, final):
        while pending and (final or now >= pending[0][1] + wait * block):
            onset, offset, kind, share, quality = pending.pop(0)
            have = len(values) if final else min(len(values), int(np.ceil((now - 1) * spo2_fs / fs)) // entry)  # ties: breathing first
            begin, end = o.at(onset), o.at(offset + wait * block) + 1
            bottom = o.low(begin, min(end, have), have)
            drop = max(o.top(begin - window, begin + 1, have) - bottom, 0.0)
            turn = o.at(offset + 2 * finger * block)
            own = o.fall(o.at(onset + finger * block), turn, min(turn + end - begin, end), have)
            if kind == HYPOPNEA and np.isfinite(drop) and np.isfinite(own):
                drop = min(drop, own)
            known = np.isfinite(drop)
            if kind != HYPOPNEA or not known or drop >= points:
                kind = UNCONFIRMED if kind == HYPOPNEA and not known else kind
                found.append((onset, offset, now, kind, share, drop, bottom if known else nan, quality))

    def close_apnea(now):
        nonlocal a_from, a_until, run_from, run_until
        if a_from >= 0:
            if now - a_from >= least:
                put(a_from, now, APNEA, 1 - a_least / base)
                a_until = now
            run_from, run_until = a_from, now
        a_from = -1

    def close_hypopnea(now):
        nonlocal h_from
        if h_from >= 0 and now - h_from >= least and a_until <= h_from and a_from < 0:
            put(h_from, now, HYPOPNEA, 1 - h_least / base)
        h_from = -1

    for k, value in enumerate(y):
        seen = (k + 1 + 2 * half) * block
        now = k + 1 - half
        if np.isfinite(value):
            need = 0.3 * base
            if going >= 0 and value > high:
                high, top = value, k + 1
            elif going >= 0 and value < high - need:
                if last_top > 0 and second <= top - last_top <= 12 * second:
                    period += (top - last_top - period) / 8
                last_top, going, low = top, -1, value
            elif going <= 0 and value < low:
                low = value
            elif going <= 0 and value > low + need:
                going, high, top = 1, value, k + 1
        wide = min(max(int(1.3 * period), brief_window), 128)
        brief, whole = reach(y, k, brief_window), reach(y, k, wide)
        if not base > 0 or len(bases) < 15 or np.isnan(brief):
            a_from = h_from = -1
        else:
            if brief <= (1 - apnea) * base:
                if not lost:
                    if a_from < 0:
                        a_from, a_least = max(now - brief_window, 0), brief
                        if run_from >= 0 and a_from - run_until < merge:
                            a_from = run_from
                        run_from = -1
                    a_least = min(a_least, brief)
                    if now - a_from >= most:
                        close_apnea(now)
                        lost = True
            else:
                close_apnea(now)
                lost = False
            if whole <= min((1 - hypopnea) * base, base - 2 * scatter):
                if h_from < 0:
                    h_from, h_least = max(now - wide, 0), whole
                h_least = min(h_least, whole)
                if now - h_from > most and a_from < 0 and not lost:
                    bases = [v for v in wave[-20:] if np.isfinite(v)]
                    h_from = -1
                    base = float(np.sort(bases)[len(bases) // 2]) if bases else 0.0
                    scatter = float(np.sort(np.abs(np.array(bases) - base))[len(bases) // 2]) if bases else scatter
            else:
                close_hypopnea(now)
        if (k + 1) % second == 0:
            wave.append(whole)
            if np.isfinite(whole) and not (base > 0 and len(bases) >= 15 and (whole > 2.5 * base or h_from >= 0 or a_from >= 0)):
                bases.append(whole)
                last = np.array(bases[-120:])
                base = np.sort(last)[len(last) // 2]
                scatter = np.sort(np.abs(last - base))[len(last) // 2]
            if len(wave) % 32 == 0:
                found_depth = waxing(wave)
                if found_depth > 0:
                    periodic = len(wave) - 256 if periodic < 0 else periodic
                    depth = max(depth, found_depth)
                elif periodic >= 0:
                    found.append((periodic * second * block, (len(wave) - 32) * second * block, seen, PERIODIC, depth, nan, nan, 1.0))
                    periodic, depth = -1, 0.0
        give(seen, final=False)
    if base > 0:
        close_apnea(len(y) - half)
        close_hypopnea(len(y) - half)
    give(n, final=True)
    if periodic >= 0:
        found.append((periodic * second * block, len(wave) * second * block, n, PERIODIC, depth, nan, nan, 1.0))
    return sorted(found, key=lambda row: row[0])
