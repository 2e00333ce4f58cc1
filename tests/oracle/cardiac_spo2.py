"""Naive twin of `cardiac.spo2`: each window by a slow discrete Fourier sum."""

import math

import numpy as np

MISSING, NO_LIGHT, WEAK, UNLIKE, OUT_OF_CURVE = 1, 2, 4, 8, 16


def pulsing(x, fs):
    n = len(x)
    t = np.arange(n)
    slope, level = np.polyfit(t, x, 1)
    taper = np.array([0.5 - 0.5 * math.cos(2 * math.pi * (k + 1) / (n + 1)) for k in range(n)])
    y = (x - slope * t - level) * taper
    kept = np.zeros(n)
    for k in range(1, n // 2 + 1):
        f = k * fs / n
        if 0.6 <= f <= 4.0:
            c, s = np.cos(2 * np.pi * k * t / n), np.sin(2 * np.pi * k * t / n)
            kept += 2.0 / n * (np.dot(y, c) * c + np.dot(y, s) * s)
    return kept


def bridged(x, good):
    """Put missing samples on the line between their neighbours, those at the ends on the nearest."""
    y = x.copy()
    known = [k for k in range(len(x)) if good[k]]
    for k in range(len(x)):
        before = [j for j in known if j <= k]
        after = [j for j in known if j >= k]
        if not before or not after:
            y[k] = x[after[0]] if after else x[before[-1]]
        elif before[-1] != after[0]:
            share = (k - before[-1]) / (after[0] - before[-1])
            y[k] = x[before[-1]] + share * (x[after[0]] - x[before[-1]])
    return y


def saturation(x, fs, offset, slope, bend=0.0, likeness=0.8, floor=70.0):
    """Give (spo2, ratio, likeness, reason) of one window (n, 2) of red and infrared."""
    good = [bool(np.isfinite(row).all()) for row in x]
    if sum(good) < 0.9 * len(x):
        return math.nan, math.nan, math.nan, MISSING
    red, infrared = (bridged(x[:, k], good) for k in (0, 1))
    if red.mean() <= 0 or infrared.mean() <= 0:
        return math.nan, math.nan, math.nan, NO_LIGHT
    one, other = pulsing(red / red.mean(), fs), pulsing(infrared / infrared.mean(), fs)
    a, b, c = math.fsum(one * one), math.fsum(other * other), math.fsum(one * other)
    if min(a, b) <= 1e-14 * len(x):
        return math.nan, math.nan, math.nan, WEAK
    alike = c / math.sqrt(a * b)
    if alike < likeness:
        return math.nan, math.nan, alike, UNLIKE
    ratio = c / b
    told = offset + slope * ratio + bend * ratio * ratio
    if not floor <= told <= 102.0:
        return math.nan, ratio, alike, OUT_OF_CURVE
    return min(told, 100.0), ratio, alike, 0


def rows(x, fs, *, window=8.0, hop=1.0, **curve):
    """Give one dictionary a whole window."""
    size, made, k = round(window * fs), [], 0
    while round(k * hop * fs) + size <= len(x):
        start = round(k * hop * fs)
        told = saturation(x[start : start + size], fs, **curve)
        made.append({"start": start, "end": start + size, **dict(zip(("spo2", "ratio", "likeness", "reason"), told, strict=True))})
        k += 1
    return made
