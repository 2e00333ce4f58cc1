"""Naive twin of `cardiac.hrv`: the textbook formulas, one loop each."""

import math
from itertools import pairwise


def measures(rr):
    """Give the measures in time of intervals in s, in ms and %."""
    nn = [1000.0 * one for one in rr]
    n = len(nn)
    mean = sum(nn) / n
    steps = [b - a for a, b in pairwise(nn)]
    m = len(steps)
    mean_step = sum(steps) / m
    sdnn2 = sum((one - mean) ** 2 for one in nn) / (n - 1)
    sdsd2 = sum((one - mean_step) ** 2 for one in steps) / (m - 1)
    nn50 = sum(round(abs(one), 6) > 50.0 for one in steps)  # a step of 50 ms, but for the rounding of its difference, does not count
    return {
        "mean_nn": mean,
        "heart_rate": 60000.0 / mean,
        "sdnn": math.sqrt(sdnn2),
        "rmssd": math.sqrt(sum(one * one for one in steps) / m),
        "sdsd": math.sqrt(sdsd2),
        "nn50": nn50,
        "pnn50": 100.0 * nn50 / m,
        "sd1": math.sqrt(sdsd2 / 2),
        "sd2": math.sqrt(max(0.0, 2 * sdnn2 - sdsd2 / 2)),
    }
