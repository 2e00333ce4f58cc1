"""The circle that a moving reflector draws in the I/Q plane: Taubin's fit, and the ellipse of an imbalanced receiver."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from agetech.core.kernel import kernel

if TYPE_CHECKING:
    from agetech.core.declare import Signal

LEAST_POINTS = 3.0
LEAST_GAIN, MOST_GAIN, MOST_SINE = 0.6, 1.67, 0.5  # beyond, it is no receiver's imbalance
ROUNDS = 12  # of Newton's method; it settles in about five
OUTLIER = 2.5  # residuals beyond this many standard deviations leave the second fit


def _taubin(x: Signal, y: Signal, weight: Signal, n: int, fit: Signal) -> bool:
    """Fill `fit` with centre x, centre y and radius of the circle through weighted points; False where there is none.

    Newton's method from zero on the characteristic polynomial of Taubin's fit (Taubin 1991, doi 10.1109/34.103273;
    moments as in Al-Sharadqah and Chernov 2009, doi 10.1214/09-EJS419).
    """
    total = 0.0
    mean_x = 0.0
    mean_y = 0.0
    for i in range(n):
        total += weight[i]
        mean_x += weight[i] * x[i]
        mean_y += weight[i] * y[i]
    if total < LEAST_POINTS:
        return False
    mean_x /= total
    mean_y /= total
    xx = 0.0
    yy = 0.0
    xy = 0.0
    xz = 0.0
    yz = 0.0
    zz = 0.0
    for i in range(n):
        u = x[i] - mean_x
        v = y[i] - mean_y
        z = u * u + v * v
        w = weight[i]
        xx += w * u * u
        yy += w * v * v
        xy += w * u * v
        xz += w * u * z
        yz += w * v * z
        zz += w * z * z
    xx /= total
    yy /= total
    xy /= total
    xz /= total
    yz /= total
    zz /= total
    z = xx + yy
    if not z > 0.0:
        return False
    area = xx * yy - xy * xy
    c2 = -3.0 * z * z - zz
    c1 = zz * z + 4.0 * area * z - xz * xz - yz * yz - z * z * z
    c0 = xz * xz * yy + yz * yz * xx - zz * area - 2.0 * xz * yz * xy + z * z * area
    root = 0.0
    for _ in range(ROUNDS):
        slope = c1 + root * (2.0 * c2 + root * 12.0 * z)
        if slope == 0.0:
            break
        root -= (c0 + root * (c1 + root * (c2 + root * 4.0 * z))) / slope
    if not root >= 0.0:
        root = 0.0
    determinant = root * root - root * z + area
    if abs(determinant) <= 1e-12 * z * z:
        return False
    u = 0.5 * (xz * (yy - root) - yz * xy) / determinant
    v = 0.5 * (yz * (xx - root) - xz * xy) / determinant
    fit[0] = u + mean_x
    fit[1] = v + mean_y
    fit[2] = sqrt(u * u + v * v + z)
    return bool(fit[2] - fit[2] == 0.0)


taubin = kernel(_taubin)


def _residual(x: Signal, y: Signal, weight: Signal, n: int, fit: Signal) -> float:
    """Return the weighted standard deviation of the points' distances from the circle."""
    total = 0.0
    square = 0.0
    for i in range(n):
        u = x[i] - fit[0]
        v = y[i] - fit[1]
        away = sqrt(u * u + v * v) - fit[2]
        total += weight[i]
        square += weight[i] * away * away
    return sqrt(square / total) if total > 0.0 else 0.0


residual = kernel(_residual)


def _robust_circle(x: Signal, y: Signal, weight: Signal, n: int, fit: Signal) -> bool:
    """Fill `fit` (4,) with centre, radius and residual; points far from a first circle are left out of a second.

    x, y, weight: at least n long; weight is overwritten.
    """
    for i in range(n):
        weight[i] = 1.0
    if not taubin(x, y, weight, n, fit):
        return False
    spread = residual(x, y, weight, n, fit)
    for i in range(n):
        u = x[i] - fit[0]
        v = y[i] - fit[1]
        weight[i] = 1.0 if abs(sqrt(u * u + v * v) - fit[2]) <= OUTLIER * spread else 0.0
    first_x, first_y, first_r = fit[0], fit[1], fit[2]
    if not taubin(x, y, weight, n, fit):
        fit[0] = first_x
        fit[1] = first_y
        fit[2] = first_r
    for i in range(n):
        weight[i] = 1.0
    fit[3] = residual(x, y, weight, n, fit)
    return True


robust_circle = kernel(_robust_circle)


def _solve5(a: Signal, b: Signal) -> bool:
    """Solve a symmetric 5 x 5 system in place, the answer in b; False where it is close to singular."""
    largest = 0.0
    for i in range(5):
        largest = max(largest, abs(a[i, i]))
    for k in range(5):
        pivot = k
        for i in range(k + 1, 5):
            if abs(a[i, k]) > abs(a[pivot, k]):
                pivot = i
        if abs(a[pivot, k]) <= 1e-10 * largest:
            return False
        for j in range(5):
            kept = a[k, j]
            a[k, j] = a[pivot, j]
            a[pivot, j] = kept
        held = b[k]
        b[k] = b[pivot]
        b[pivot] = held
        for i in range(k + 1, 5):
            share = a[i, k] / a[k, k]
            for j in range(k, 5):
                a[i, j] -= share * a[k, j]
            b[i] -= share * b[k]
    for k in range(4, -1, -1):
        for j in range(k + 1, 5):
            b[k] -= a[k, j] * b[j]
        b[k] /= a[k, k]
    return True


solve5 = kernel(_solve5)


def _imbalance(x: Signal, y: Signal, n: int, fit: Signal, out: Signal) -> bool:
    """Fill `out` with gain and sine of the phase error of y against x, from the ellipse through the points.

    x = r cos(p), y = g r sin(p + e) about a centre: least squares of x2 + b xy + c y2 + d x + k y + f = 0 in units of the
    circle `fit`, then g = 1 / sqrt(c), sin(e) = -b g / 2. False where the points do not say.
    """
    a = np.zeros((5, 5))
    right = np.zeros(5)
    row = np.zeros(5)
    for i in range(n):
        u = (x[i] - fit[0]) / fit[2]
        v = (y[i] - fit[1]) / fit[2]
        row[0] = u * v
        row[1] = v * v
        row[2] = u
        row[3] = v
        row[4] = 1.0
        for j in range(5):
            right[j] -= row[j] * u * u
            for k in range(5):
                a[j, k] += row[j] * row[k]
    if not solve5(a, right) or not right[1] > 0.0:
        return False
    out[0] = 1.0 / sqrt(right[1])
    out[1] = -0.5 * right[0] * out[0]
    return bool(LEAST_GAIN < out[0] < MOST_GAIN and abs(out[1]) < MOST_SINE)


imbalance = kernel(_imbalance, allocates=True)
