"""Staircases and learning curves on simulated persons with known thresholds: bias, error, coverage of the intervals.

    OMP_NUM_THREADS=1 python -m benchmarks.scoring.training    adds `training` to docs/evidence/scoring.json, 1 where a bar is missed

Everything here is simulated. Bars (logistic observer, slope 1 level, guess 0, start 4 to 12 levels above the threshold,
step 1, 80 trials, last 8 reversals; for the transformed rules and the Bayesian ones): absolute bias at most 0.10 level,
median absolute error at most 0.35 level, share of right answers at the estimates within 1 point of the target. The
interval of an up-down session is the one of `reread`.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from agetech.scoring.training import (
    Estimate,
    Observer,
    Plan,
    Psychometric,
    Quest,
    QuestPlus,
    Stop,
    Transformed,
    Weighted,
    learning_curve,
    reread,
    simulate,
)
from agetech.scoring.training.plan import Rule
from benchmarks import evidence

RUNS = 1000
LEARNERS = 400
TRIALS = 80
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
COMMAND = "OMP_NUM_THREADS=1 python -m benchmarks.scoring.training"
BIAS, ERROR, POINTS = 0.10, 0.35, 0.01
LEVELS = tuple(float(x) for x in range(31))


def wilson(hits: int, n: int) -> list[float]:
    """Return the 95 % interval of a share."""
    z, p = 1.959963984540054, hits / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return [round((middle - half) / (1 + z * z / n), 4), round((middle + half) / (1 + z * z / n), 4)]


def observers(guess: float) -> Callable[[int], tuple[Psychometric, float, float]]:
    """Return run -> psychometric function, threshold and start of the up-down rules."""

    def draw(run: int) -> tuple[Psychometric, float, float]:
        own = random.Random(run)  # noqa: S311 - a simulation
        threshold = own.uniform(6, 14)
        return Psychometric("logistic", 1.0, guess), threshold, round(threshold + own.uniform(4, 12))

    return draw


def runs(make: Callable[[float], Rule], guess: float, trials: int = TRIALS) -> dict[str, Any]:
    """Return bias, error and coverage of a rule over simulated observers."""
    errors, shares, covered, none, bounded = [], [], 0, 0, 0
    performance = 0.0
    for run in range(RUNS):
        function, threshold, start = observers(guess)(run)
        rule = make(start)
        performance = rule.performance
        done = simulate(Plan("simulated", "1", rule, Stop(trials), run), Observer(function, threshold, run + 1), BEGIN)
        found: Estimate | None = done.result().estimate
        if found is None:
            none += 1
            continue
        truth = function.level(performance, threshold)
        errors.append(found.threshold - truth)
        shares.append(function.at(found.threshold, threshold))
        interval, middle = (found, truth) if found.low is not None else (reread(done.trials, plus(guess)), threshold)
        if interval is not None and interval.low is not None and interval.high is not None:
            bounded += 1
            covered += interval.low <= middle <= interval.high
    n, bias = len(errors), statistics.fmean(errors)
    half = 1.959963984540054 * statistics.stdev(errors) / math.sqrt(n)
    return {
        "n": n,
        "no estimate": none,
        "target": round(performance, 4),
        "bias": round(bias, 4),
        "bias 95 %": [round(bias - half, 4), round(bias + half, 4)],
        "median absolute error": round(statistics.median(map(abs, errors)), 4),
        "share at the estimates": round(statistics.fmean(shares), 4),
        "interval covers": round(covered / bounded, 4),
        "interval covers 95 %": wilson(covered, bounded),
    }


def plus(guess: float) -> QuestPlus:
    """Return the Bayesian rule that sessions are placed by or reread with: slope unknown, guess rate known."""
    return QuestPlus(LEVELS, 0.0, 30.0, (0.5, 1.0, 2.0), (0.0,), Psychometric("logistic", 1.0, guess), 121)


def rules() -> dict[str, tuple[Callable[[float], Rule], float, bool]]:
    """Return name -> rule by start, guess rate, and whether the bars of the design hold for it."""
    own = Psychometric("logistic", 1.0, 0.5)
    sure = Psychometric("logistic", 1.0, 0.0)
    return {
        "2-1, guess 0": (lambda start: Transformed(start, (1.0,), -10.0, 40.0, down=2), 0.0, True),
        "3-1, guess 0": (lambda start: Transformed(start, (1.0,), -10.0, 40.0, down=3), 0.0, True),
        "weighted 75 %, guess 0": (lambda start: Weighted(start, (2.0, 0.5, 0.125), -10.0, 40.0, 0.75), 0.0, False),
        "QUEST, guess 0": (lambda _start: Quest(0.0, 30.0, 15.0, 8.0, sure, 301), 0.0, True),
        "QUEST+, guess 0": (lambda _start: plus(0.0), 0.0, True),
        "2-1, guess 0.5": (lambda start: Transformed(start, (1.0,), -10.0, 40.0, down=2, alternatives=2), 0.5, False),
        "3-1, guess 0.5": (lambda start: Transformed(start, (1.0,), -10.0, 40.0, down=3, alternatives=2), 0.5, False),
        "weighted 75 %, guess 0.5": (lambda start: Weighted(start, (2.0, 0.5, 0.125), -10.0, 40.0, 0.75, alternatives=2), 0.5, False),
        "QUEST, guess 0.5": (lambda _start: Quest(0.0, 30.0, 15.0, 8.0, own, 301), 0.5, False),
        "QUEST+, guess 0.5": (lambda _start: plus(0.5), 0.5, False),
    }


def curves() -> dict[str, Any]:
    """Return how often the model is told, the plateau is given, and its interval holds the truth."""
    found: dict[str, Any] = {}
    shapes: dict[str, Callable[[float], float]] = {
        "power": lambda x: 5 + 4 * x**-0.8,
        "exponential": lambda x: 5 + 4 * math.exp(-0.5 * (x - 1)),
        "constant": lambda _x: 5.0,
    }
    for name, shape in shapes.items():
        told, given, covered = 0, 0, 0
        for run in range(LEARNERS):
            own = random.Random(run)  # noqa: S311 - a simulation
            curve = learning_curve([shape(x) + own.gauss(0, 0.3) for x in range(1, 21)])
            told += curve.kind == name
            if curve.kind == name and curve.low is not None and curve.high is not None:
                given += 1
                covered += curve.low <= 5.0 <= curve.high
        found[name] = {
            "n": LEARNERS,
            "sessions": 20,
            "noise": 0.3,
            "model told": round(told / LEARNERS, 4),
            "plateau given where told": round(given / max(told, 1), 4),
            "interval covers where given": round(covered / max(given, 1), 4),
            "interval covers 95 %": wilson(covered, max(given, 1)),
        }
    return found


def missed(figures: dict[str, Any]) -> list[str]:
    """Return the bars that a rule misses."""
    held = {
        f"|bias| <= {BIAS}": abs(figures["bias"]) <= BIAS,
        f"median absolute error <= {ERROR}": figures["median absolute error"] <= ERROR,
        "share at the estimates within 1 point": abs(figures["share at the estimates"] - figures["target"]) <= POINTS,
    }
    return [bar for bar, holds in held.items() if not holds]


def main() -> int:
    """Simulate, write and judge."""
    figures: dict[str, Any] = {}
    failed = 0
    for name, (make, guess, barred) in rules().items():
        figures[name] = runs(make, guess)
        if barred:
            figures[name]["bars missed"] = missed(figures[name])
            failed += len(figures[name]["bars missed"])
        print(name, figures[name], flush=True)
    path = evidence.add(
        "scoring", "training", COMMAND, {"staircases, 80 trials, simulated": figures, "learning curves, simulated": curves()}
    )
    print(path)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
