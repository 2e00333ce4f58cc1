"""Task measures: how near the ex-Gaussian comes to the truth, how few trials it bears, and what a fit costs.

    OMP_NUM_THREADS=1 python -m benchmarks.scoring.tasks    writes docs/evidence/scoring_tasks.json, 1 where a bar is missed

Reaction times are simulated (normal plus exponential); no person's data. The cost is a ratio in one run: our fit through a
simplex search over the density of scipy.stats.exponnorm from the same start.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.stats import exponnorm

from agetech.scoring.tasks import TaskEvent, fit_ex_gaussian, measure_task
from benchmarks import evidence
from benchmarks.ratio import cpu, ratio

TRUTH = {"mu": 0.4, "sigma": 0.05, "tau": 0.15}
BARS_MS = {"mu": 5.0, "sigma": 4.0, "tau": 6.0}
LARGE, SEEDS, RUNS = 20_000, 20, 400
FEW = (20, 30, 50, 100, 200, 500)
COMMAND = "OMP_NUM_THREADS=1 python -m benchmarks.scoring.tasks"
Array = np.ndarray[Any, Any]


def drawn(n: int, seed: int) -> Array:
    """Return n simulated reaction times, s, above 0."""
    rng = np.random.default_rng(seed)
    x = rng.normal(TRUTH["mu"], TRUTH["sigma"], n) + rng.exponential(TRUTH["tau"], n)
    return np.maximum(x, 0.0)


def searched(x: Array) -> Any:
    """Return the fit by a simplex search over scipy's density."""

    def loss(p: Array) -> float:
        mu, sigma, tau = p[0], float(np.exp(p[1])), float(np.exp(p[2]))
        return -float(exponnorm.logpdf(x, tau / sigma, loc=mu, scale=sigma).sum())

    spread = float(np.log(np.std(x) / 2))
    return minimize(loss, [float(np.median(x)), spread, spread], method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-6})


def large() -> dict[str, dict[str, float]]:
    """Return the errors at n = 20,000 over the seeds, ms: largest, median, and the bar."""
    fits = [fit_ex_gaussian(drawn(LARGE, seed)) for seed in range(SEEDS)]
    found = {}
    for name, truth in TRUTH.items():
        errors = [abs(getattr(fit, name) - truth) * 1000 for fit in fits]
        found[name] = {"largest ms": round(max(errors), 3), "median ms": round(float(np.median(errors)), 3), "bar ms": BARS_MS[name]}
    return found


def few(n: int) -> dict[str, float]:
    """Return median and 95th percentile of the absolute errors, ms, and the share of runs that are refused, at n trials."""
    fits = [fit_ex_gaussian(drawn(n, 1000 + seed)) for seed in range(RUNS)]
    kept = [fit for fit in fits if fit.reason is None]
    found: dict[str, float] = {"refused": round(1 - len(kept) / RUNS, 4)}
    for name, truth in TRUTH.items():
        errors = [abs(getattr(fit, name) - truth) * 1000 for fit in kept]
        found[f"{name} median ms"] = round(float(np.median(errors)), 2)
        found[f"{name} 95 % ms"] = round(float(np.percentile(errors, 95)), 2)
    return found


def events(n: int) -> list[TaskEvent]:
    """Return a simulated run of n trials."""
    times = (drawn(n, 5) * 1000).tolist()
    return [
        TaskEvent("reaction_time", k, 3000.0 * k, "simulated", "1", response="go", response_ms=3000.0 * k + time)
        for k, time in enumerate(times, start=1)
    ]


def main() -> int:
    """Measure, write and judge."""
    x, rows = drawn(LARGE, 7), events(120)
    errors = large()
    cost = ratio("one fit of 20,000, ours / simplex over scipy's density", lambda: fit_ex_gaussian(x), lambda: searched(x), rounds=9)
    spent = min(cpu(lambda: measure_task(rows), 5) for _ in range(5)) / 5e6
    figures = {
        "truth s": TRUTH,
        "simulated": True,
        f"n = {LARGE}, {SEEDS} seeds": errors,
        f"few trials, {RUNS} runs each": {str(n): few(n) for n in FEW},
        "cost": {**cost.as_dict(), "ours ms": round(cost.ours / 1e6, 1), "bar": "at most 1"},
        "120 events to a result, ms of CPU": round(spent, 2),
    }
    path = evidence.write("scoring_tasks", COMMAND, figures)
    for name, value in figures.items():
        print(name, value)
    print(path)
    missed = [name for name, one in errors.items() if one["largest ms"] > one["bar ms"]]
    return int(bool(missed) or cost.median > 1)


if __name__ == "__main__":
    sys.exit(main())
