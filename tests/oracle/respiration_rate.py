"""Naive twin of `respiration.rate`: numpy over whole windows, no shared function; only the coefficient files are read."""

import json
from pathlib import Path

import numpy as np

import agetech

FOLDER = Path(agetech.__file__).parent / "signals" / "respiration" / "coefficients"


def blocks(x, many):
    out = []
    for k in range(len(x) // many):
        part = x[k * many : (k + 1) * many]
        there = part[np.isfinite(part)]
        out.append(there.sum() / len(there) if len(there) and 2 * len(there) >= many else np.nan)
    return np.array(out)


def box(x, half):
    return np.array([x[max(i - half, 0) : i + half + 1].mean() for i in range(len(x))])


def triangle(x, width):
    half = int(0.25 * width + 0.25)
    return x.copy() if half < 1 else box(box(x, half), half)


def clean_part(z, hole):
    there = np.flatnonzero(np.isfinite(z))
    if not len(there):
        return 0, 0
    runs = np.split(there, np.flatnonzero(np.diff(there) > hole + 1) + 1)
    best = max(runs, key=lambda r: (r[-1] - r[0], -r[0]))
    return best[0], best[-1] + 1


def bridge(z):
    good = np.isfinite(z)
    return np.interp(np.arange(len(z)), np.flatnonzero(good), z[good])


def limit(z):
    away = z - np.median(z)
    top = 4.4478 * np.median(np.abs(away))
    return (np.clip(away, -top, top), np.mean(np.abs(away) > top)) if top > 0 else (away, 0.0)


def correlation(x, most):
    out = np.zeros(most + 1)
    for lag in range(most + 1):
        a, b = x[: len(x) - lag], x[lag:]
        scale = (a @ a) * (b @ b)
        out[lag] = a @ b / np.sqrt(scale) if scale > 1e-20 * (x @ x) ** 2 else 0.0
    return out


def power(x, fs, grid):
    n = len(x)
    w = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(n) + 0.5) / n)
    return np.abs(np.exp(-2j * np.pi * np.outer(grid, np.arange(n)) / fs) @ (x * w)) ** 2


def parabola(y, at):
    if at <= 0 or at >= len(y) - 1:
        return float(at)
    bend = y[at - 1] - 2 * y[at] + y[at + 1]
    return float(at) if bend == 0 else at + np.clip(0.5 * (y[at - 1] - y[at + 1]) / bend, -1, 1)


def turning(y, need):
    """Tops and bottoms: walk with the extreme since the last turn; the walk turns when it is left by `need`."""
    found, going, high, low = [], 0, (y[0], 0), (y[0], 0)
    for i, value in enumerate(y[1:], 1):
        if going >= 0 and value > high[0]:
            high = (value, i)
        elif going >= 0 and value < high[0] - need:
            found += [(high[1], 1)] if high[1] > 0 else []
            going, low = -1, (value, i)
        elif going <= 0 and value < low[0]:
            low = (value, i)
        elif going <= 0 and value > low[0] + need:
            found += [(low[1], -1)] if low[1] > 0 else []
            going, high = 1, (value, i)
    return found


def near(r, lag, end):
    at = int(lag + 0.5)
    return max(r[at - 1 : at + 2].max(), 0.0) if 1 <= at < end and at + 1 < len(r) else 0.0


def proposals(both, low, high):
    peaks = []
    for r in both:
        for lag in range(low, high):
            peaks += [(r[lag], parabola(r, lag))] if r[lag] > max(0.05, r[lag - 1]) and r[lag] >= r[lag + 1] else []
    chosen = []
    for _, period in sorted(peaks, key=lambda p: -p[0]):
        if all(not 0.885 * p < period < 1.13 * p for p in chosen):
            chosen.append(period)
    return chosen[:8]


def counted(w, found, upper):
    total = np.zeros(4)
    rates = {}
    for side, share in ((1, upper), (-1, 1 - upper)):
        at = np.array([k for k, kind in found if kind == side])
        if len(at) < 2:
            continue
        whole = parabola(w, at[-1]) - parabola(w, at[0])
        mean = whole / (len(at) - 1)
        spread = np.sqrt(np.sum((np.diff(at) / mean - 1) ** 2) / (len(at) - 1))
        weight = max(share, 1e-9)
        rates[side] = 60 / mean
        total += weight * np.array([60 / mean, spread, whole / len(w), 1])
    if not rates:
        return None
    sides = min(abs(np.log(rates[1] / rates[-1])), 0.7) if len(rates) == 2 else 0.7
    return (*(total[:3] / total[3]), sides)


def breathing_rows(s, g):
    n = len(s)
    high, low = min(int(15.5 * g), int(0.6 * n)), max(int(0.9 * g), 2)
    r, slow = correlation(s, high + 1), correlation(s - triangle(s, 6 * g), high + 1)
    grid = 0.05 + 0.025 * np.arange(43)
    p = power(s, g, grid)
    shares = p / p.sum(), p * grid**2 / (p * grid**2).sum()
    rows = []
    for period in proposals((r, slow), low, high):
        w = triangle(s, 0.3 * period) - triangle(s, 2 * period)
        found = turning(w, 0.3 * np.abs(w).mean())
        if len(found) < 3:
            continue
        sizes = np.sort(np.abs(np.diff([w[k] for k, _ in found])))
        usual = sizes[int(0.75 * (len(sizes) - 1))]
        skew = np.mean(w**3) / np.mean(w**2) ** 1.5
        upper = 1 / (1 + np.exp(-np.clip(6 * skew, -30, 30)))
        for strict in (0.18, 0.35):
            found = turning(w, strict * usual)
            made = counted(w, found, upper) if len(found) >= 3 else None
            if made is None:
                continue
            rate, spread, span, sides = made[0] * g, made[1], made[2], made[3]
            f, lag = rate / 60, 60 * g / rate
            one = slow if 60 / rate < 5 else r
            bands = [sum(q[(grid >= c - 0.2 * f) & (grid <= c + 0.2 * f)]) for q in shares for c in (f, 2 * f)]
            steps = np.abs(np.diff([w[k] for k, _ in found]))
            rows.append(
                [
                    rate,
                    near(one, lag, high),
                    near(one, 2 * lag, high) if 2 * lag < high else near(one, lag, high),
                    near(one, lag / 2, high),
                    *bands,
                    spread,
                    steps.std() / steps.mean(),
                    sides,
                    abs(np.log(lag / period)),
                    steps.mean() / np.sqrt(np.mean(s**2)),
                    span,
                    strict,
                ]
            )
    return np.array(rows).reshape(-1, 15)


def judged(kind, rows, extra, best_of):
    held = json.loads((FOLDER / f"rate_{kind}.json").read_text(encoding="utf-8"))
    rows = rows[(rows[:, 0] >= 4) & (rows[:, 0] <= 60)]
    if not len(rows):
        return None
    f = np.column_stack([rows[:, 1:], rows[:, [1 + k for k in best_of]] - rows[:, [1 + k for k in best_of]].max(axis=0)])
    score = (f - held["centre"]) / held["scale"] @ np.array(held["weight"])
    share = np.exp(score - score.max())
    share /= share.sum()
    best = int(np.argmax(score))
    support = np.clip(share[np.abs(rows[:, 0] - rows[best, 0]) <= 2].sum(), 1e-3, 1 - 1e-3)
    trust = np.concatenate([[np.log(support / (1 - support)), 60 / (32 * rows[best, 0])], rows[best, 1:], extra])
    z = (trust - held["trust_centre"]) / held["trust_scale"] @ np.array(held["trust_weight"]) + held["trust_offset"]
    p, half = 1 / (1 + np.exp(-z)), held["half"]
    return rows[best, 0], float(0.5 * p / half if p < half else 0.5 + 0.5 * (p - half) / (1 - half))


def breathing(x, fs):
    """Give (rate, quality), or the reason as text."""
    many = max(1, round(fs / 8))
    g, z = fs / many, blocks(x, many)
    share = np.mean(np.isnan(z)) if len(z) else 1.0
    a, b = clean_part(z, int(3 * g))
    part = z[a:b]
    if b - a < max(16, 0.5 * len(z)) or np.mean(np.isnan(part)) > 0.2 or len(z) - b > 10 * g:
        return "missing"
    part = bridge(part)
    if part.min() == part.max() or np.mean((part == part.min()) | (part == part.max())) > 0.9:
        return "flat"
    y, clipped = limit(part / np.abs(part).max())
    t = np.arange(len(y)) - (len(y) - 1) / 2
    y = y - y.mean()
    y = y - t * (t @ y) / (t @ t)
    return judged("breathing", breathing_rows(triangle(y, 0.5 * g), g), [clipped, share], (0, 3, 5)) or "uncertain"


def windows(x, fs, *, window=32.0, hop=8.0, least_quality=0.2):
    """Give one dictionary a window of a breathing signal."""
    x = np.asarray(x, float)
    rows, k = [], 0
    while round(k * hop * fs) + round(window * fs) <= len(x):
        start = round(k * hop * fs)
        found = breathing(x[start : start + round(window * fs)], fs)
        row = {"start": start, "end": start + round(window * fs), "rate": np.nan, "quality": 0.0}
        if not isinstance(found, str):
            row |= {"rate": found[0] if found[1] >= least_quality else np.nan, "quality": found[1]}
        rows.append(row | {"reason": found if isinstance(found, str) else "answered" if found[1] >= least_quality else "uncertain"})
        k += 1
    return rows
