"""The ex-Gaussian: a normal (mu, sigma) plus an exponential (mean tau), fitted to reaction times by maximum likelihood."""

from __future__ import annotations

from collections.abc import Iterable
from math import log, pi, sqrt
from typing import Any, NamedTuple

from agetech.scoring.tasks.event import bounded, reals

EDGE = 1e-3  # of the SD: a sigma or tau this small says that the part is not there
FEWEST = 5  # values: below, three parameters are no summary


class ExGaussian(NamedTuple):
    """The fit, s; reason says why there is none: `too_few`, `no_spread`, `fit_at_edge`, `not_converged`."""

    mu: float | None
    sigma: float | None
    tau: float | None
    log_likelihood: float | None
    n: int
    reason: str | None = None


def ex_gaussian_log_likelihood(rts: Iterable[float], mu: float, sigma: float, tau: float) -> float:
    """Return the sum of log densities of reaction times, s, under normal (mu, sigma) plus exponential (mean tau).

    log f(x) = -ln tau + sigma^2/(2 tau^2) - (x - mu)/tau + ln Phi((x - mu)/sigma - sigma/tau), written so that neither a
    far tail nor a small tau loses digits. Source: Ratcliff 1979, Luce 1986; the density agrees in two documents.
    """
    import numpy as np

    low = 1e-9
    mu = bounded("mu", mu, -1e6, 1e6)
    sigma, tau = bounded("sigma", sigma, low, 1e6), bounded("tau", tau, low, 1e6)
    x = np.asarray(reals("rts", rts, -1e6))
    return -float(_loss(x, mu, sigma, tau)[0])


def _loss(x: Any, mu: float, sigma: float, tau: float) -> tuple[float, Any]:
    """Return the negative log likelihood and its gradient by mu, ln sigma, ln tau."""
    import numpy as np
    from scipy.special import erfcx, log_ndtr

    u, r = (x - mu) / sigma, sigma / tau
    z = u - r
    with np.errstate(over="ignore"):
        scaled = erfcx(-z / sqrt(2))  # exp(z^2/2) erfc(-z/sqrt 2): infinite only far to the right, where 1/scaled is 0
        near = np.log(np.where(z < 0, scaled, 1.0) / 2) - u * u / 2
        far = r * r / 2 - u * r + log_ndtr(z)
    density = np.where(z < 0, near, far) - log(tau)
    hazard = sqrt(2 / pi) / scaled  # phi(z) / Phi(z)
    by_mu = 1 / tau - hazard / sigma
    by_sigma = r * r - hazard * (u + r)
    by_tau = -1 - r * r + u * r + hazard * r
    return -float(density.sum()), -np.array([by_mu.sum(), by_sigma.sum(), by_tau.sum()])


def fit_ex_gaussian(rts: Iterable[float]) -> ExGaussian:
    """Return the maximum likelihood fit to reaction times, s; the order of the values does not matter.

    Starts from the moments (tau = 0.8 SD (skew/2)^(1/3)) on values in units of their SD, so that seconds and
    milliseconds give the same fit. A sigma or tau at the edge of nothing is reported as `fit_at_edge`, without numbers:
    such data have no normal or no exponential part. Reaction times that were cut at a limit bias tau downwards.
    """
    import numpy as np
    from scipy.optimize import minimize

    x = np.sort(np.asarray(reals("rts", rts)))
    n = len(x)
    if n < FEWEST:
        return ExGaussian(None, None, None, None, n, "too_few")
    centre, scale = float(x.mean()), float(x.std())
    if scale <= 1e-9 * max(abs(centre), 1e-9):
        return ExGaussian(None, None, None, None, n, "no_spread")
    y = (x - centre) / scale
    skew = max(float((y * y * y).mean()), 1e-3)
    tau = min(max(0.8 * (skew / 2) ** (1 / 3), 0.05), 0.95)
    start = np.array([-tau, log(sqrt(max(1 - tau * tau, 0.05))), log(tau)])
    edge = log(EDGE)

    def loss(p: Any) -> tuple[float, Any]:
        value, gradient = _loss(y, float(p[0]), float(np.exp(p[1])), float(np.exp(p[2])))
        return value / n, gradient / n

    limits = [(float(y[0]), float(y[-1])), (edge, log(10.0)), (edge, log(10.0))]
    got = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": 500, "ftol": 1e-14, "gtol": 1e-8})
    if not got.success and float(np.abs(got.jac).max()) > 1e-4:  # noqa: PLR2004 - of the mean log likelihood
        return ExGaussian(None, None, None, None, n, "not_converged")
    mu, sigma, slow = float(got.x[0]), float(np.exp(got.x[1])), float(np.exp(got.x[2]))
    if min(sigma, slow) < EDGE * 1.01:
        return ExGaussian(None, None, None, None, n, "fit_at_edge")
    mu, sigma, slow = mu * scale + centre, sigma * scale, slow * scale
    return ExGaussian(mu, sigma, slow, -_loss(x, mu, sigma, slow)[0], n)
