"""Naive twin of `respiration.rate` on PPG and ECG: beats, their level, height and interval, three spectra, candidates.

Whole-array numpy and plain loops; shares only the twin of the breathing signals with the rest, never the kernel's code.
"""

import itertools

import numpy as np

from tests.oracle.respiration_rate import blocks, box, bridge, clean_part, correlation, judged, limit, parabola, power, triangle, turning

GRID = 0.05 + 0.0125 * np.arange(78)
TARGET, LEAST = {"ppg": 31.25, "ecg": 250.0}, {"ppg": 12.0, "ecg": 60.0}
UNCERTAIN, NO_PULSE, SAMPLING = "uncertain", "no pulse", "sampling"


def tops_of(r, low, high):
    return [lag for lag in range(low, high + 1) if r[lag] > r[lag - 1] and r[lag] >= r[lag + 1] and r[lag] > 0]


def ppg_beats(y, g):
    """Give (place, level, height) of the pulses."""
    drift = triangle(y, 2.4 * g)
    w = triangle(y, 0.24 * g) - drift
    high, low = min(int(2.0 * g), len(y) - 3), max(int(0.3 * g), 1)
    r = correlation(w, high + 1)
    tops = tops_of(r, low, high)
    strong = [lag for lag in tops if r[lag] > 0.8 * max(r[k] for k in tops)]
    if not strong:
        return []
    w = triangle(y, 0.35 * strong[0]) - drift
    found = turning(w, 0.8 * np.abs(w).mean())
    if len(found) < 5:
        return []
    sizes = np.sort(np.abs(np.diff([w[k] for k, _ in found])))
    found, beats = turning(w, 0.45 * sizes[int(0.75 * (len(sizes) - 1))]), []
    for (foot, _), (top, kind) in itertools.pairwise(found):
        place = parabola(w, top)
        if kind == 1 and (not beats or place - beats[-1][0] >= 0.45 * strong[0]):
            beats.append((place, 0.5 * (y[top] + y[foot]), w[top] - w[foot]))
    return beats


def ecg_beats(y, g):
    """Give (place, level, height) of the R waves."""
    slope = np.concatenate(([y[1] - y[0]], y[2:] - y[:-2], [y[-1] - y[-2]]))
    energy = box(slope * slope, max(1, int(0.06 * g)))
    steep = 0.15 * np.sort(energy)[int(0.97 * (len(y) - 1))]
    slow, reach, beats, i = triangle(y, 1.2 * g), int(0.1 * g + 0.5), [], 0
    while steep > 0 and i < len(y):
        if energy[i] <= steep:
            i += 1
            continue
        end = i
        while end < len(y) and (energy[end] > steep or end - i < int(0.08 * g)):
            end += 1
        r = i + int(np.argmax(np.abs(y[i:end] - slow[i:end])))
        place = parabola(y, r)
        if not beats or place - beats[-1][0] >= 0.27 * g:
            near = y[max(0, r - reach) : r + reach + 1]
            beats.append((place, slow[r], near.max() - near.min()))
        i = end
    return beats


def series_of(x, fs, kind):
    """Give the three modulations at 5 Hz, the heart rate, and the shares of regular beats and of uneven heights; None without a pulse."""
    many = max(1, round(fs / TARGET[kind]))
    g, y = fs / many, blocks(x, max(1, round(fs / TARGET[kind])))
    if np.isnan(y).any():
        a, b = clean_part(y, int(1.5 * g))
        if b - a < len(y) // 2:
            return None
        y = bridge(y[a:b])
    if len(y) < 8 * g or y.min() == y.max():
        return None
    y = y - np.median(y)
    y = y / np.abs(y).max()
    if kind == "ppg" and np.sum(np.diff(y) ** 3) < 0:
        y = -y
    beats = np.array(ppg_beats(y, g) if kind == "ppg" else ecg_beats(y, g)).reshape(-1, 3)
    if len(beats) < 12:
        return None
    place, level, height = beats.T
    interval = np.diff(place) / g
    usual, middle = np.median(interval), np.median(height)
    fine = np.abs(interval - usual) < 0.3 * usual
    if usual <= 0 or fine.sum() < 10 or not middle > 0:
        return None
    at = (np.arange(int(len(y) * 5.0 / g)) + 0.5) * g / 5.0
    made = np.array(
        [
            np.interp(at, place, level),
            np.interp(at, place, np.clip(height, 0.3 * middle, 2 * middle)),
            np.interp(at, (0.5 * (place[1:] + place[:-1]))[fine], interval[fine]),
        ]
    )
    return made, 60 / usual, fine.mean(), np.median(np.abs(height - middle)) / middle


def peaks_of(shares, total, product):
    found = set()
    for one, least in (*((p, 0.15) for p in (*shares, total)), (product, 0.15**3)):
        found |= {k for k in range(1, 77) if one[k] > one[k - 1] and one[k] >= one[k + 1] and one[k] > least * one.max()}
    chosen = []
    for k in sorted(found, key=lambda k: (-total[k], k))[:12]:
        if all(abs(k - j) > 1 for j in chosen):
            chosen.append(k)
    return chosen


def between(total, hertz):
    place = (hertz - 0.05) / 0.0125
    return np.interp(place, np.arange(78), total) if 0 <= place < 77 else 0.0


def candidates(series, heart):
    """Give rows of rate and features."""
    shares, lags, most = [], [], min(75, series.shape[1] - 2)
    for one in series:
        v = one - one.mean()
        u, _ = limit(v - triangle(v, 100.0))
        p = power(u, 5.0, GRID)
        shares.append(p / p.sum() if p.sum() > 0 else p)
        lags.append(correlation(u, most))
    shares, lags = np.array(shares), np.array(lags)
    total, product = shares.sum(axis=0), np.prod(shares + 1e-6, axis=0)
    product = product / product.max()
    rows = []
    for k in peaks_of(shares, total, product) if total.max() > 0 else []:
        hertz = 0.05 + 0.0125 * parabola(total, k)
        rate, lag = 60 * hertz, min(round(5.0 / hertz), most - 1)
        near = shares[:, max(0, k - 2) : k + 3].sum(axis=1)
        once = lags[:, max(1, lag - 1) : lag + 2].max(axis=1)
        twice = lags[:, min(2 * lag, most - 1) - 1 : min(2 * lag, most - 1) + 2].max(axis=1) if 2 * lag < most else once
        top = shares.max(axis=1)
        logs = [total[k] / total.max(), product[k] ** (1 / 3), between(total, 2 * hertz), between(total, hertz / 2)]
        slow = np.log(rate / 15)
        rows.append(
            [
                rate, *near, *once, *(shares[:, k] / np.where(top > 0, top, 1)), *np.log(np.array(logs) + 1e-3), np.log(rate / heart),
                slow, slow**2, rate >= 0.45 * heart, hertz < 0.13, near.sum() - near.max(), np.median(near), np.median(once),
                twice.mean(), once.mean(),
            ]
        )  # fmt: skip
    return np.array(rows, float).reshape(-1, 24)


def one_window(x, fs, kind):
    """Give (rate, quality), or the reason as text."""
    if fs < LEAST[kind]:
        return SAMPLING
    found = series_of(x, fs, kind)
    if found is None:
        return NO_PULSE
    made, heart, regular, evenness = found
    return judged(kind, candidates(made, heart), [regular, evenness], (18, 22)) or UNCERTAIN


def windows(x, fs, kind, *, window=32.0, hop=8.0, least_quality=0.2):
    """Give one dictionary a window."""
    x, rows, k = np.asarray(x, float), [], 0
    while round(k * hop * fs) + round(window * fs) <= len(x):
        start = round(k * hop * fs)
        found = one_window(x[start : start + round(window * fs)], fs, kind)
        row = {"start": start, "end": start + round(window * fs), "rate": np.nan, "quality": 0.0, "reason": found}
        if not isinstance(found, str):
            given = found[1] >= least_quality
            row |= {"rate": found[0] if given else np.nan, "quality": found[1], "reason": "answered" if given else UNCERTAIN}
        rows.append(row)
        k += 1
    return rows
