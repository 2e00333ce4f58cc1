"""Independent arithmetic of task measures: scipy's own distributions and whole-array differences, no code shared."""

from __future__ import annotations

import numpy as np
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import exponnorm, norm


def ex_gaussian_log_likelihood(x, mu, sigma, tau):
    """Return the log likelihood by scipy's exponentially modified normal, whose K is tau / sigma."""
    return float(exponnorm.logpdf(np.asarray(x), tau / sigma, loc=mu, scale=sigma).sum())


def log_density(x, mu, sigma, tau):
    """Return the log density by the integral over the exponential part, scaled by its largest value."""

    def exponent(s):
        return -0.5 * ((x - mu - s) / sigma) ** 2 - s / tau

    peak = exponent(max(0.0, x - mu - sigma * sigma / tau))
    area, _ = quad(lambda s: np.exp(exponent(s) - peak), 0, 50 * tau + 50 * sigma, points=[tau], limit=500, epsabs=0, epsrel=1e-12)
    return float(np.log(area) + peak - np.log(tau * sigma * np.sqrt(2 * np.pi)))


def ex_gaussian_fit(x):
    """Return mu, sigma, tau and log likelihood by a simplex search over scipy's density."""

    def loss(p):
        return -ex_gaussian_log_likelihood(x, p[0], np.exp(p[1]), np.exp(p[2]))

    start = [np.median(x) - 0.02, np.log(np.std(x) / 2), np.log(np.std(x) / 2)]
    options = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 20_000, "maxfev": 20_000}
    got = minimize(loss, start, method="Nelder-Mead", options=options)
    return float(got.x[0]), float(np.exp(got.x[1])), float(np.exp(got.x[2])), -float(got.fun)


def detection(hits, signals, false_alarms, noise):
    """Return d', c and ln beta: a 2 x 2 table with half an observation added to each cell."""
    table = np.array([[hits, signals - hits], [false_alarms, noise - false_alarms]], dtype=float) + 0.5
    h, f = norm.ppf(table[:, 0] / table.sum(axis=1))
    return h - f, -0.5 * (h + f), float(norm.logpdf(h) - norm.logpdf(f))


def kinematics(t, p):
    """Return ink time, path, mean, peak and variation of speed and normalised jerk of one stroke; p: (n, 2)."""
    t, p = np.asarray(t), np.asarray(p)
    value, at = p, t
    quotients = []
    for _ in range(3):
        value = np.diff(value, axis=0) / np.diff(at)[:, None]
        at = (at[1:] + at[:-1]) / 2
        quotients.append(np.linalg.norm(value, axis=1))
    path = np.linalg.norm(np.diff(p, axis=0), axis=1).sum()
    ink, speed = t[-1] - t[0], quotients[0]
    return ink, path, path / ink, speed.max(), speed.std(ddof=1) / speed.mean(), quotients[2].mean() * ink**3 / path


def polygon(p):
    """Return the area and centroid of a closed polygon by triangles from its first corner."""
    p = np.asarray(p, dtype=float)
    a, b = p[1:-1] - p[0], p[2:] - p[0]
    areas = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 2
    centre = p[0] + ((a + b) / 3 * areas[:, None]).sum(axis=0) / areas.sum()
    return abs(areas.sum()), centre


def posterior(answers, levels, grid, prior_mean, prior_sd, beta, gamma, delta):
    """Return mean and SD of a threshold by the plain product of prior and likelihoods."""
    weight = norm.pdf(grid, prior_mean, prior_sd)
    for answer, level in zip(answers, levels, strict=True):
        seen = delta * gamma + (1 - delta) * (1 - (1 - gamma) * np.exp(-np.power(10, beta * (level - grid) / 20)))
        weight = weight * (seen if answer else 1 - seen)
    weight = weight / weight.sum()
    mean = (weight * grid).sum()
    return mean, np.sqrt((weight * grid**2).sum() - mean**2)
