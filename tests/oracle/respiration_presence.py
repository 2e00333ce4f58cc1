"""Naive twin of `respiration.presence`: one loop over seconds, a fitted line each time, nothing kept between them."""

import numpy as np

ABSENT, STILL, MOVING, UNKNOWN = range(4)


def presence(x, fs, *, motion=0.015, floor=3e-5, absence=30.0):
    """Give one dictionary a second."""
    x = np.asarray(x, float)
    block = max(1, round(fs / 4))
    means = []
    for k in range(len(x) // block):
        part = x[k * block : (k + 1) * block]
        there = part[np.isfinite(part)]
        means.append(there.sum() / len(there) if len(there) > block / 2 else np.nan)
    rows, state, quiet = [], UNKNOWN, 0
    for second in range(len(means) // 4):
        end = 4 * (second + 1)
        history = np.array(([np.nan] * 40 + means[:end])[-40:])
        known = np.isfinite(history)
        level = np.nan
        if known.sum() >= 30:
            t = np.arange(40)[known]
            y = history[known]
            line = np.polyfit(t - t.mean(), y - y.mean(), 1)
            level = np.sqrt(np.mean((y - y.mean() - np.polyval(line, t - t.mean())) ** 2))
        moves = np.diff(history[-5:])
        moves = moves[np.isfinite(moves)]
        speed = np.sqrt(np.mean(moves**2)) * fs / block if len(moves) >= 3 else np.nan
        low = bool(level < 2 * floor)
        quiet = quiet + 1 if low else 0
        if np.isnan(speed):
            state, quiet = UNKNOWN, 0
        elif speed > motion:
            state = MOVING
        elif quiet >= round(absence):
            state = ABSENT
        elif np.isnan(level):
            state = UNKNOWN
        elif not low:
            state = STILL
        elif state not in (STILL, ABSENT):
            state = UNKNOWN
        rows.append({"start": (end - 4) * block, "end": end * block, "state": state, "speed": speed, "level": level})
    return rows
