"""Numbers beside numbers: reliable change with practice, regression norms, composites. No norm is shipped without a citation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist
from typing import NamedTuple

from agetech.errors import ParamsError
from agetech.scoring.change import Z95, Reliability
from agetech.scoring.tasks.event import bounded
from agetech.scoring.tasks.result import TaskResult

NORMAL = NormalDist()
PRESENT = 2 / 3  # of the domains of a composite
LARGEST = 1e9


class ReliableChange(NamedTuple):
    """Standard error of measurement, of a difference, and the index.

    change: `reliable_increase`, `reliable_decrease` or `no_reliable_change`.
    """

    sem: float
    s_diff: float
    rci: float
    change: str
    source: str


class Composite(NamedTuple):
    """mean_z: weighted mean; p_below: percent of the population below it; n: domains present.

    Both None with reason `too_few` where less than two thirds of the domains are present.
    """

    mean_z: float | None
    p_below: float | None
    n: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RegressionNorm:
    """A regression of a measure on facts about the person, as a stated study found it.

    see: standard error of estimate; n, population, year, source: of the study. higher_is_worse turns the sign of z.
    """

    intercept: float
    coefficients: Mapping[str, float]
    see: float
    n: int
    population: str
    year: int
    source: str
    higher_is_worse: bool = False

    def __post_init__(self) -> None:
        bounded("intercept", self.intercept, -LARGEST, LARGEST)
        bounded("see", self.see, 1e-12, LARGEST)
        bounded("n", self.n, len(self.coefficients) + 2, LARGEST)
        bounded("year", self.year, 1900, 2200)
        for name, value in self.coefficients.items():
            bounded(f"coefficients.{name}", value, -LARGEST, LARGEST)
        for name, text in (("population", self.population), ("source", self.source)):
            if not str(text).strip():
                raise ParamsError("E_TASK_SETTING", f"norm: {name}", expected="text", got="nothing")


class NormPlace(NamedTuple):
    """Where an observed value stands: predicted value, z (below 0 is worse), percentile from 0 to 100, and the study."""

    predicted: float
    z: float
    percentile: float
    source: str


def reliable_change(before: float, after: float, reliability: Reliability) -> ReliableChange:
    """Return the reliable change index of two numbers: (after - before - practice) / (SD sqrt(2 (1 - r))).

    Reliable beyond 1.96 on either side, as `scoring.change` has it. Source: Jacobson and Truax 1991; practice: Chelune 1993.
    """
    first, last = bounded("before", before, -LARGEST, LARGEST), bounded("after", after, -LARGEST, LARGEST)
    index = (last - first - reliability.practice) / reliability.error
    moved = "reliable_increase" if index > 0 else "reliable_decrease"
    return ReliableChange(
        reliability.error / sqrt(2), reliability.error, index, moved if abs(index) > Z95 else "no_reliable_change", reliability.source
    )


def change_of(before: TaskResult, after: TaskResult, name: str, reliability: Reliability) -> ReliableChange:
    """Return the reliable change of one measure between two runs.

    Raises ParamsError for other tasks, declarations, settings, devices or software, and for a number that is none or a bound.
    """
    for field in ("task", "version", "content_hash", "settings", "device", "software"):
        one, other = getattr(before, field), getattr(after, field)
        if one != other:
            raise ParamsError("E_COMPARE", f"scoring.tasks: {field}", expected=str(one), got=str(other))
    values = []
    for result in (before, after):
        measure = result.measures.get(name)
        if measure is None or measure.value is None or measure.status != "ok":
            got = "no such measure" if measure is None else measure.status
            raise ParamsError("E_COMPARE", f"scoring.tasks: {name}", expected="a plain number in both runs", got=got)
        values.append(measure.value)
    return reliable_change(values[0], values[1], reliability)


def regression_norm(observed: float, facts: Mapping[str, float], norm: RegressionNorm) -> NormPlace:
    """Return where an observed value stands among people with these facts: z = (observed - predicted) / SEE.

    Raises ParamsError for a fact that lacks or that the norm does not know. Source: Crawford and Howell; SRB, from memory;
    for a study of few people the spread of a new case is wider than SEE (Crawford and Garthwaite 2006).
    """
    if set(facts) != set(norm.coefficients):
        wanted, got = ", ".join(sorted(norm.coefficients)) or "no facts", ", ".join(sorted(facts)) or "none"
        raise ParamsError("E_TASK_SETTING", "regression_norm: facts", expected=wanted, got=got)
    seen = bounded("observed", observed, -LARGEST, LARGEST)
    given = {name: bounded(f"facts.{name}", value, -LARGEST, LARGEST) for name, value in facts.items()}
    predicted = fsum([norm.intercept, *(weight * given[name] for name, weight in sorted(norm.coefficients.items()))])
    z = (seen - predicted) / norm.see * (-1 if norm.higher_is_worse else 1)
    return NormPlace(predicted, z, 100 * NORMAL.cdf(z), norm.source)


def composite(z: Sequence[float | None], weights: Sequence[float] | None = None, rbar: float | None = None) -> Composite:
    """Return the weighted mean of z-scores; None stands for a domain that was not measured.

    rbar: mean correlation of the domains; with it the mean is divided by its own SD, sqrt(1/k + (k - 1)/k rbar) for equal
    weights, so that it is a z-score again. Raises ParamsError for weights that do not fit. Source: from memory.
    """
    shares = [1.0] * len(z) if weights is None else [bounded(f"weights[{i}]", w, 0.0, LARGEST) for i, w in enumerate(weights)]
    if len(shares) != len(z) or not z or fsum(shares) <= 0:
        raise ParamsError("E_TASK_SETTING", "composite: weights", expected=f"{len(z)} weights above 0", got=f"{len(shares)}")
    pairs = [(bounded(f"z[{i}]", one, -100, 100), w) for i, (one, w) in enumerate(zip(z, shares, strict=True)) if one is not None]
    whole = fsum(weight for _, weight in pairs)
    if len(pairs) < PRESENT * len(z) - 1e-9 or whole <= 0:
        return Composite(None, None, len(pairs), "too_few")
    mean = fsum(one * weight for one, weight in pairs) / whole
    if rbar is not None:
        alike = bounded("rbar", rbar, 0.0, 1.0)
        squares = fsum(weight * weight for _, weight in pairs)
        mean /= sqrt((squares + (whole * whole - squares) * alike) / (whole * whole))
    return Composite(mean, 100 * NORMAL.cdf(mean), len(pairs))
