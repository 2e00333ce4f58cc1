"""Naive twin of `cardiac.rhythm`: every beat's window is built anew from the whole list of intervals."""

import math
import statistics

LEVEL, LOOK, CLOSE = 9, 30, 0.05


def comparisons(rr, j):
    """Give the ten comparisons of interval j with those before it, back to the last missing one."""
    start = j
    while start > 0 and 0.1 < rr[start - 1] < 10.0:
        start -= 1
    run = [min(max(one, 0.2), 2.5) for one in rr[start : j + 1]]
    level = statistics.median(run[-LEVEL:])
    n, now = len(run), run[-1]
    step = abs(now - run[-2]) / level if n > 1 else 0.0
    step_2 = abs(now - run[-3]) / level if n > 2 else 0.0
    unlike = min([abs(now - run[-1 - k]) / level for k in (1, 2, 3) if n > k], default=0.0)
    smooth = abs(statistics.median(run[-3:]) - statistics.median(run[-4:-1])) / level if n > 3 else 0.0
    turn = 1.0 if n > 3 and (now - run[-2]) * (run[-2] - run[-3]) < 0 else 0.0
    raw = rr[start : j + 1]
    looked = min(n - 2, LOOK)
    near = [k for k in range(1, looked + 1) if abs(raw[-1] - raw[-1 - k]) <= CLOSE * level]
    both = [k for k in near if abs(raw[-2] - raw[-2 - k]) <= CLOSE * level]
    shares = (len(near) / looked, len(both) / looked) if looked > 0 else (0.0, 0.0)
    return (min(step, 0.25), min(unlike, 0.2), min(smooth, 0.2), float(step < 0.02), float(unlike < 0.015), turn, min(step_2, 0.25),
            float(unlike > 0.05), *shares)  # fmt: skip


def screen(rr, weights, bias, *, side=30, threshold=0.5):
    """Give (probability, irregular, used) of each interval; weights in the order of the features."""
    rr = [float(one) for one in rr]
    good = [0.1 < one < 10.0 for one in rr]
    told = [comparisons(rr, j) if good[j] else None for j in range(len(rr))]
    rows = []
    for beat in range(len(rr)):
        part = [told[k] for k in range(max(0, beat - side), min(len(rr), beat + side + 1)) if good[k]]
        if len(part) < 8 or not good[beat]:
            rows.append((math.nan, False, len(part)))
            continue
        mean = [sum(one[i] for one in part) / len(part) for i in range(10)]
        f = [
            math.log(mean[0] + 0.005), math.log(mean[1] + 0.003), math.log(mean[2] + 0.003), mean[3], mean[4], mean[5],
            math.log(mean[6] + 0.005), mean[7], math.log(mean[8] + 0.02), math.log((mean[9] + 0.005) / (mean[8] + 0.02)),
        ]  # fmt: skip
        odds = bias + sum(w * x for w, x in zip(weights, f, strict=True))
        p = 1.0 / (1.0 + math.exp(-min(max(odds, -30.0), 30.0)))
        rows.append((p, p >= threshold, len(part)))
    return rows
