"""Naive twin of `cardiac.spo2`: each window by a slow discrete Fourier sum."""

import math

import numpy as np


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


def saturation(x, fs, offset, slope, bend=0.0):
    """Give (spo2, ratio) of one full window of red and infrared."""
    red, infrared = (pulsing(x[:, k] / x[:, k].mean(), fs) for k in (0, 1))
    ratio = float(np.dot(red, infrared) / np.dot(infrared, infrared))
    return min(offset + slope * ratio + bend * ratio * ratio, 100.0), ratio
