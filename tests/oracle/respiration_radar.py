"""Naive twin of `respiration.radar`: whole arrays; Taubin's circle by an eigenproblem, the ellipse by numpy's least squares."""

import numpy as np
from scipy.linalg import eig

LIGHT = 299792458.0


def circle(x, y):
    """Taubin's fit: the smallest generalised eigenvalue of the moments of (z, x, y, 1)."""
    if len(x) < 3:
        return None
    mx, my = x.mean(), y.mean()
    u, v = x - mx, y - my
    z = u * u + v * v
    if z.mean() <= 0:
        return None
    design = np.column_stack([z, u, v, np.ones(len(u))])
    moments = design.T @ design / len(u)
    zero = np.zeros((4, 4))
    zero[0, 0] = 4 * z.mean()
    zero[1, 1] = zero[2, 2] = 1.0
    values, vectors = eig(moments, zero)
    usable = [(abs(v.real), k) for k, v in enumerate(values) if np.isfinite(v) and v.real > -1e-9 * abs(moments).max()]
    if not usable:
        return None
    a, b, c, d = vectors[:, min(usable)[1]].real
    if abs(a) < 1e-300:
        return None
    cx, cy = -b / (2 * a), -c / (2 * a)
    return cx + mx, cy + my, np.sqrt(max((b * b + c * c - 4 * a * d) / (4 * a * a), 0.0))


def robust(x, y):
    fit = circle(x, y)
    if fit is None:
        return None
    off = np.hypot(x - fit[0], y - fit[1]) - fit[2]
    keep = np.abs(off) <= 2.5 * np.sqrt(np.mean(off**2))
    fit = circle(x[keep], y[keep]) or fit
    return (*fit, np.sqrt(np.mean((np.hypot(x - fit[0], y - fit[1]) - fit[2]) ** 2)))


def arc(x, y, fit):
    turns = np.angle((x[1:] - fit[0] + 1j * (y[1:] - fit[1])) * np.conj(x[:-1] - fit[0] + 1j * (y[:-1] - fit[1])))
    angle = np.concatenate([[0.0], np.cumsum(turns)])
    return min(2.83 * np.sqrt(max(angle.var() - 0.5 * (turns**2).sum() / len(x), 0.0)), 2 * np.pi)


def ellipse(x, y, fit):
    u, v = (x - fit[0]) / fit[2], (y - fit[1]) / fit[2]
    design = np.column_stack([u * v, v * v, u, v, np.ones(len(u))])
    b, c, *_ = np.linalg.lstsq(design, -u * u, rcond=None)[0]
    if c <= 0:
        return None
    gain = 1 / np.sqrt(c)
    sine = -b * gain / 2
    return (gain, sine) if 0.6 < gain < 1.67 and abs(sine) < 0.5 else None


def moving(z, first, last, block):
    means, noise = [], []
    for start in range(first, last - block + 1, block):
        part = z[start : start + block]
        part = part[np.isfinite(part)]
        if len(part):
            means.append(part.mean())
            noise.extend(0.5 * np.abs(np.diff(part)) ** 2)
    if len(means) < 4:
        return 0.0
    power = np.mean(np.abs(means) ** 2) - abs(np.mean(means)) ** 2
    share = np.mean(noise) / block if noise else 0.0
    return power - share if power > 1.75 * share else 0.0


def pick(scores, chosen, rival, waiting, better, patience):
    """Give the bin, the rival and how long it has waited."""
    top = int(np.argmax(scores))
    if chosen < 0 or (scores[chosen] == 0 and scores[top] > 0):
        return top, rival, 0
    if not (scores[top] > better * scores[chosen] and top != chosen):
        return chosen, rival, 0
    waiting = waiting + 1 if top == rival else 1
    return (top, top, 0) if waiting > patience else (chosen, top, waiting)


def tell(x, y, centre, least, certain):
    """Give quality, arc, spread and signal-to-noise ratio of points about a centre."""
    if len(x) < 8 or not centre[2] > 0:
        return 0.0, 0.0, 1.0, -60.0
    spread = min(np.sqrt(np.mean((np.hypot(x - centre[0], y - centre[1]) - centre[2]) ** 2)) / centre[2], 1.0)
    swept = arc(x, y, centre)
    quality = certain * np.clip((0.5 - spread) / 0.3, 0, 1) * min(swept / least, 1.0)
    return quality, np.degrees(swept), spread, min(-20 * np.log10(max(spread, 1e-3)), 60.0)


NOTHING = {"displacement": np.nan, "quality": 0.0, "arc": 0.0, "spread": 1.0, "snr": -60.0, "bin": -1}


def laid_out(iq, fs, reach):
    """Give the samples (n, bins), the settings in samples, and the first sample that is there."""
    z = np.asarray(iq, complex)
    z = z[:, None] if z.ndim == 1 else z
    z = np.where(np.isfinite(z.real) & np.isfinite(z.imag), z, np.nan + 0j)
    n = len(z)
    reach, second = max(4, round(reach * fs)), max(1, round(fs))
    stride, block = max(1, -(-(2 * reach + 1) // 400)), max(1, second // 4)
    usable = np.flatnonzero(np.isfinite(z).any(axis=1))
    begin = usable[0] if len(usable) else n
    return z, reach, second, stride, block, begin


def displacement(iq, fs, carrier, *, reach=8.0, patience=10.0, better=1.5, least=1.05):
    """Give one dictionary a sample."""
    z, reach, second, stride, block, begin = laid_out(iq, fs, reach)
    n, bins = z.shape
    rows = [dict(NOTHING) for _ in range(begin)]
    held = [None] * bins
    short = [(0.0, 0.0, 0.0)] * bins
    gain, sine, wide = 1.0, 0.0, False
    chosen, rival, waiting, last_seen, moved, turning = -1, -1, 0, -1, 0.0, 0.0
    told = (0.0, 0.0, 1.0, -60.0)

    def corrected(which, at):
        part = z[at, which]
        return part.real, (part.imag / gain - part.real * sine) / np.sqrt(1 - sine**2)

    for j in range(begin, n):
        if (j - begin) % second == 0:
            first, last = max(begin, j - reach), min(j + reach, n - 1)
            scores = [moving(z[:, k], first, last + 1, block) for k in range(bins)]
            chosen, rival, waiting = pick(scores, chosen, rival, waiting, better, round(patience))
            at = np.array([k for k in range(first, last + 1, stride) if np.isfinite(z[k, chosen])], int)
            x, y = corrected(chosen, at)
            fit = robust(x, y) if len(at) >= 8 else None
            swept = arc(x, y, fit) if fit else 0.0
            if fit and scores[chosen] > 0 and swept >= least and fit[3] < 0.45 * fit[2]:
                if swept > 4.2 and fit[3] < 0.35 * fit[2]:
                    found = ellipse(x, y, fit)
                    if found:
                        share = 0.2 if wide else 1.0
                        gain = float(np.clip(gain * (1 + share * (found[0] - 1)), 0.6, 1.67))
                        sine = float(np.clip(sine + share * found[1], -0.5, 0.5))
                        wide = True
                        x, y = corrected(chosen, at)
                        fit = robust(x, y) or fit
                held[chosen] = fit
            elif held[chosen] is None and len(at):
                short[chosen] = (0.0, 0.0, np.mean(np.hypot(x, y)))
            centre = held[chosen] or short[chosen]
            told = tell(x, y, centre, least, 0.0 if scores[chosen] <= 0 else 1.0 if held[chosen] else 0.5)
        centre = held[chosen] or short[chosen]
        x, y = corrected(chosen, j)
        here = complex(x - centre[0], y - centre[1])
        there = np.isfinite(here)
        clear = there and abs(here) ** 2 > 0.04 * centre[2] ** 2 and centre[2] > 0
        if clear:
            if last_seen >= 0 and j - last_seen < reach:
                a, b = corrected(chosen, last_seen)
                before = complex(a - centre[0], b - centre[1])
                if np.isfinite(before):
                    turn = np.angle(here * np.conj(before))
                    moved += LIGHT / carrier / (4 * np.pi) * turn
                    turning += (turn**2 - turning) / max(2.0, 0.5 * fs)
            last_seen = j
        rows.append(
            {"displacement": moved if there else np.nan, "quality": told[0] if clear and turning < 2.2 else 0.0}
            | dict(zip(("arc", "spread", "snr"), told[1:], strict=True))
            | {"bin": chosen}
        )
    return rows
