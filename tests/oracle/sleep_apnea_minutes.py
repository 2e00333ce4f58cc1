"""Naive twin of `sleep.apnea_minutes`: one minute, one frequency, one tree at a time; only the coefficient file is read."""

import itertools
import json
import math
from pathlib import Path
from statistics import fmean, median, pstdev

import agetech

TABLE = json.loads(
    (Path(agetech.__file__).parent / "signals" / "sleep" / "coefficients" / "apnea_minutes.json").read_text(encoding="utf-8")
)
EDGES = (0.005, 0.01, 0.017, 0.025, 0.035, 0.05, 0.08, 0.15, 0.25, 0.4)
HALVES = (60, 180, 300)  # points on either side at 2 Hz: windows of 1, 3 and 5 min


def intervals(times):
    """Give (end, length) of possible intervals within a fifth of the median of eleven."""
    pairs = [(b, b - a) for a, b in itertools.pairwise(times) if 0.35 < b - a < 2.0]
    kept = []
    for k, (at, rr) in enumerate(pairs):
        about = [pairs[min(max(j, 0), len(pairs) - 1)][1] for j in range(k - 5, k + 6)]
        if abs(rr - median(about)) < 0.2 * median(about):
            kept.append((at, rr))
    return kept


def gridded(kept, minutes):
    """Give the intervals on the line between their ends, at 2 Hz."""
    x, k = [], 0
    for point in range(120 * minutes):
        t = 0.5 * point
        while k < len(kept) and kept[k][0] <= t:
            k += 1
        if k == 0:
            x.append(kept[0][1])
        elif k == len(kept):
            x.append(kept[-1][1])
        else:
            (a, low), (b, high) = kept[k - 1], kept[k]
            x.append(low + (high - low) * (t - a) / (b - a))
    return x


def window(x, centre, half):
    """Give the points about a centre; beyond the ends the signal is mirrored, or held where it is shorter than the mirror."""
    n, part = len(x), []
    for place in range(centre - half, centre + half):
        if n > half:
            part.append(x[-place if place < 0 else 2 * (n - 1) - place if place >= n else place])
        else:
            part.append(x[min(max(place, 0), n - 1)])
    return part


def powers(w):
    """Give the log power in each band, under a Hann taper that is zero at both ends."""
    n, mean = len(w), fmean(w)
    taper = [0.5 - 0.5 * math.cos(2 * math.pi * k / (n - 1)) for k in range(n)]
    scale = 2.0 / (2.0 * math.fsum(one * one for one in taper))
    y = [(one - mean) * t for one, t in zip(w, taper, strict=True)]
    told = []
    for low, high in itertools.pairwise(EDGES):
        total = 0.0
        for k in range(n // 2 + 1):
            if low <= k * 2.0 / n < high:
                re = math.fsum(one * math.cos(2 * math.pi * k * j / n) for j, one in enumerate(y))
                im = math.fsum(one * math.sin(2 * math.pi * k * j / n) for j, one in enumerate(y))
                total += (re * re + im * im) * scale
        told.append(math.log(total * 2.0 / n + 1e-7))
    return told


def moving(x, size):
    """Give the moving mean over `size` points, zeros beyond the ends; of an even size the earlier half is larger."""
    before, after = size // 2, size - 1 - size // 2
    return [math.fsum(x[max(0, k - before) : k + after + 1]) / size for k in range(len(x))]


def cycles(w):
    """Give height, depth and lag (min) of the autocorrelation over lags of 18 to 75 s."""
    mean, n = fmean(w), len(w)
    d = moving([one - mean for one in w], 8)
    d = [a - b for a, b in zip(d, moving(d, 181), strict=True)]
    zero = math.fsum(one * one for one in d) + 1e-12
    r = [math.fsum(d[j] * d[j + lag] for j in range(n - lag)) / zero for lag in range(36, min(150, n))]
    return [max(r), min(r), (36 + r.index(max(r))) / 120.0]


def share(ordered, percent):
    at = percent / 100.0 * (len(ordered) - 1)
    low = math.floor(at)
    return ordered[low] + (at - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


def measures(x, minute):
    """Give the features of one minute."""
    level, told = median(x), []
    for half in HALVES:
        w = window(x, 120 * minute + 60, half)
        bands = powers(w)
        told += [*bands, math.log(math.fsum(math.exp(one) for one in bands))]
        told += cycles(w) if half > HALVES[0] else []
        ordered, mean = sorted(w), fmean(w)
        low, first, middle, last = (share(ordered, one) for one in (2, 10, 50, 90))
        steps = fmean([abs(b - a) for a, b in itertools.pairwise(w)])
        told += [math.log(mean / level), pstdev(w) / mean, math.log(last / first), math.log(steps + 1e-5), math.log(low / middle)]
    return told


def context(f, minute):
    """Give a minute's features with those of the minutes about it, less the night's level, and their mean over 15 minutes."""
    n = len(f)
    told = [one for shift in (0, 1, -1, 2, -2, 4, -4) for one in f[min(max(minute - shift, 0), n - 1)]]
    columns = list(zip(*f, strict=True))
    told += [column[minute] - median(column) for column in columns]
    return told + [fmean([column[min(max(k, 0), n - 1)] for k in range(minute - 7, minute + 8)]) for column in columns]


def leaf(tree, f):
    node = 0
    while tree["left"][node] > 0:
        node = tree["left"][node] if f[tree["feature"][node]] <= tree["limit"][node] else tree["right"][node]
    return tree["value"][node]


def rows(beats, threshold=0.5):
    """Give one dictionary a whole minute."""
    times = sorted({one for one in beats if math.isfinite(one) and one >= 0})
    minutes = int(times[-1] // 60) if times else 0
    kept = intervals(times)
    cover = [min(math.fsum(rr for at, rr in kept if at // 60 == minute) / 60.0, 1.0) for minute in range(minutes)]
    known = len(kept) >= 30
    x = gridded(kept, minutes) if known else []
    f = [measures(x, minute) for minute in range(minutes)] if known else []
    told = []
    for minute in range(minutes):
        p = math.nan
        if known and cover[minute] >= 0.5:
            p = 1 / (1 + math.exp(-TABLE["bias"] - math.fsum(leaf(tree, context(f, minute)) for tree in TABLE["trees"])))
        told.append({"minute": minute, "time": 60.0 * minute, "probability": p, "apnea": p >= threshold, "coverage": 100 * cover[minute]})
    return told
