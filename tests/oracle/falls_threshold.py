"""Naive twin of `falls.threshold`: whole arrays and plain loops, no state, nothing shared with the kernel."""

import numpy as np

G = 9.80665


def degrees_between(a, b):
    cross = np.cross(a, b)
    return float(np.degrees(np.arctan2(np.sqrt((cross**2).sum()), (a * b).sum())))


def postures(x):
    """Give for each sample the slow mean of the vector over the stretch without a gap before and with it."""

    def make(fs, posture):
        out, count = np.full(x.shape, np.nan), 0
        mean = np.zeros(3)
        for i, row in enumerate(x):
            if not np.isfinite(row).all():
                count = 0
                continue
            count += 1
            mean = mean + max(1.0 / max(1.0, posture * fs), 1.0 / count) * (row - mean)
            out[i] = mean
        return out

    return make


def settled(m, hit, rest):
    """Give the impact, moved to larger samples until `rest` samples bring none, where that ends, and a gap before it."""
    top, j = hit, hit + 1
    while j < len(m):
        if np.isnan(m[j]):
            return top, j, j
        if m[j] > m[top]:
            top = j
        elif j - top >= rest:
            break
        j += 1
    return top, j, None


def falls(x, fs, *, free_fall=7.8, impact=22.5, longest_fall=1.0, settle=1.0, lying=1.5, tilt=40.0, activity=4.9, posture=1.0):
    """Give the falls as dictionaries, found by searching forward phase by phase."""
    x = np.asarray(x, float)
    with np.errstate(invalid="ignore"):
        m = np.sqrt((x**2).sum(axis=1))
    m[~np.isfinite(m)] = np.nan
    slow = postures(x)(fs, posture)
    longest, rest, down = (max(1, round(t * fs)) for t in (longest_fall, settle, lying))
    found, i = [], 1
    while i < len(m):
        if not (m[i] < free_fall and not np.isnan(slow[i - 1]).any()):
            i += 1
            continue
        onset, before = i, slow[i - 1]
        # free fall until the impact: at most `longest` samples, no gap
        hit = None
        end = onset + longest
        for j in range(onset + 1, min(end, len(m) - 1) + 1):
            if np.isnan(m[j]):
                end = j
                break
            if m[j] > impact:
                hit = j
                break
        if hit is None:
            i = end + 1
            continue
        lowest = float(m[onset : hit + 1].min())
        top, j, gap = settled(m, hit, rest)
        last = top + rest + down
        if gap is not None:
            i = gap + 1
            continue
        if j >= len(m):
            break
        window = m[top + rest + 1 : last + 1]
        if np.isnan(window).any():
            i = top + rest + 1 + int(np.flatnonzero(np.isnan(window))[0]) + 1
            continue
        if last >= len(m):
            break
        turned = degrees_between(before, x[top + rest + 1 : last + 1].sum(axis=0))
        moved = float(np.abs(window - G).mean())
        if turned >= tilt and moved <= activity:
            found.append(
                {
                    "onset": onset,
                    "impact": top,
                    "confirmed": last,
                    "peak": float(m[top]),
                    "lowest": lowest,
                    "tilt": turned,
                    "activity": moved,
                }
            )
        i = last + 1
    return found
