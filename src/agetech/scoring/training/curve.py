"""Learning curves over sessions: power law or exponential against no change, the plateau with its interval.

power: y = plateau + gain * x ** -rate (Newell and Rosenbloom 1981); exponential: y = plateau + gain * exp(-rate * (x - 1))
(Heathcote et al. 2000); x counts sessions from 1. Least squares: for each rate plateau and gain are linear, the rate is
searched on a fixed grid and then by golden section, so the same data give the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from agetech.errors import ParamsError
from agetech.scoring.training.psychometric import finite

Kind = Literal["constant", "power", "exponential"]
FEWEST = 6  # three parameters, their variance and the correction of AICc need more points than that
SLOWEST, FASTEST, RATES = 0.02, 5.0, 60
GOLDEN = (math.sqrt(5) - 1) / 2
FAR = 3.0  # a plateau further than three times the observed range is no longer one
EXACT = 1e-20  # residual share below which a curve goes through all points


@dataclass(frozen=True, slots=True)
class Curve:
    """A fitted learning curve.

    kind: the model with the smallest AICc; n: sessions; asymptote: where the fitted curve tends to; low, high: its 95 %
    profile interval, None on a side that the data do not bound; gain: fitted distance from the asymptote at session 1
    (positive: values fall); rate: per log-session (power) or per session (exponential); residual: standard deviation about the
    curve; reached: first session within 5 % of the gain from the asymptote, None where that is beyond the last one;
    aicc: of all three models.
    """

    kind: Kind
    n: int
    asymptote: float
    low: float | None
    high: float | None
    gain: float
    rate: float
    residual: float
    reached: float | None
    aicc: Mapping[Kind, float] = field(default_factory=dict)

    @property
    def plateau(self) -> float | None:
        """Return the asymptote where the data bound it on both sides; None where a plateau has not been seen."""
        return None if self.low is None or self.high is None else self.asymptote

    def at(self, session: float) -> float:
        """Return the fitted value at a session, counted from 1."""
        return self.asymptote + (self.gain * _shape(self.kind)(session, self.rate) if self.kind != "constant" else 0.0)


def learning_curve(values: Sequence[float], sessions: Sequence[float] | None = None) -> Curve:
    """Return the curve of one person's thresholds or scores over sessions.

    values: one a session; sessions: their numbers from 1 on, ascending, 1, 2, 3 ... where not given. Sessions that gave
    no value are left out, their numbers are not used again. Raises ParamsError E_TRAINING_FEW for fewer than six,
    E_TRAINING for numbers that cannot be.
    """
    y = [finite("values", value) for value in values]
    x = [finite("sessions", number) for number in sessions] if sessions is not None else [float(i) for i in range(1, len(y) + 1)]
    if len(x) != len(y):
        raise ParamsError("E_TRAINING", "scoring.training: sessions", expected=f"{len(y)} numbers", got=len(x))
    if len(y) < FEWEST:
        raise ParamsError("E_TRAINING_FEW", "scoring.training: values", expected=FEWEST, got=len(y))
    if x[0] < 1 or any(later <= earlier for earlier, later in pairwise(x)):
        raise ParamsError("E_TRAINING", "scoring.training: sessions", expected="ascending from 1", got=str(x[:20]))
    mean = math.fsum(y) / len(y)
    spread = math.fsum((v - mean) ** 2 for v in y)
    fits: dict[Kind, _Fit] = {kind: _fit(kind, x, y) for kind in ("power", "exponential")}
    errors: dict[Kind, float] = {"constant": spread, **{kind: fit.error for kind, fit in fits.items()}}
    floor = EXACT * max(math.fsum(v * v for v in y), 1e-300)
    aicc: dict[Kind, float] = {kind: _aicc(max(error, floor), len(y), 2 if kind == "constant" else 4) for kind, error in errors.items()}
    kind: Kind = min(("constant", "power", "exponential"), key=aicc.__getitem__)
    if kind == "constant":
        half = _t(len(y) - 1) * math.sqrt(spread / (len(y) - 1) / len(y))
        return Curve(kind, len(y), mean, mean - half, mean + half, 0.0, 0.0, math.sqrt(spread / (len(y) - 1)), None, aicc)
    fit = fits[kind]
    low, high = _profile(kind, x, y, fit)
    first = fit.gain * _shape(kind)(1.0, fit.rate)
    reached = 0.05 ** (-1 / fit.rate) if kind == "power" else 1 - math.log(0.05) / fit.rate
    residual = math.sqrt(fit.error / (len(y) - 3))
    return Curve(kind, len(y), fit.plateau, low, high, first, fit.rate, residual, reached if reached <= x[-1] else None, aicc)


@dataclass(frozen=True, slots=True)
class _Fit:
    error: float
    plateau: float
    gain: float
    rate: float


def _shape(kind: Kind) -> Callable[[float, float], float]:
    return _power if kind == "power" else _exponential


def _power(x: float, rate: float) -> float:
    return math.exp(-rate * math.log(x))


def _exponential(x: float, rate: float) -> float:
    return math.exp(-rate * (x - 1))


def _search(error: Callable[[float], float]) -> float:
    """Return the rate of the least error: best of a fixed grid of logarithms, then golden section beside it."""
    first, last = math.log(SLOWEST), math.log(FASTEST)
    grid = [first + (last - first) * i / (RATES - 1) for i in range(RATES)]
    found = [error(math.exp(u)) for u in grid]
    best = found.index(min(found))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, RATES - 1)]
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = error(math.exp(left)), error(math.exp(right))
    for _ in range(40):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = error(math.exp(left))
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = error(math.exp(right))
    return math.exp(left if at_left <= at_right else right)


def _line(kind: Kind, x: list[float], y: list[float], rate: float) -> _Fit:
    """Return the least squares of plateau and gain at a rate."""
    shape = [_shape(kind)(v, rate) for v in x]
    n = len(x)
    mean_s, mean_y = math.fsum(shape) / n, math.fsum(y) / n
    square = math.fsum((s - mean_s) ** 2 for s in shape)
    gain = math.fsum((s - mean_s) * (v - mean_y) for s, v in zip(shape, y, strict=True)) / square if square > 0 else 0.0
    plateau = mean_y - gain * mean_s
    return _Fit(math.fsum((v - plateau - gain * s) ** 2 for s, v in zip(shape, y, strict=True)), plateau, gain, rate)


def _fit(kind: Kind, x: list[float], y: list[float]) -> _Fit:
    return _line(kind, x, y, _search(lambda rate: _line(kind, x, y, rate).error))


def _given(kind: Kind, x: list[float], y: list[float], plateau: float) -> float:
    """Return the least squared error with the plateau held."""

    def error(rate: float) -> float:
        shape = [_shape(kind)(v, rate) for v in x]
        square = math.fsum(s * s for s in shape)
        gain = math.fsum(s * (v - plateau) for s, v in zip(shape, y, strict=True)) / square
        return math.fsum((v - plateau - gain * s) ** 2 for s, v in zip(shape, y, strict=True))

    return error(_search(error))


def _profile(kind: Kind, x: list[float], y: list[float], fit: _Fit) -> tuple[float | None, float | None]:
    """Return the 95 % profile interval of the plateau, None on a side where no plateau is far enough to be refused."""
    if fit.rate <= SLOWEST * (1 + 1e-6):  # a straight line at this length: the slowest curve of the search is no finding
        return None, None
    degrees = len(x) - 3
    most = fit.error * (1 + _t(degrees) ** 2 / degrees)
    reach = FAR * (max(y) - min(y))
    return _edge(kind, x, y, fit.plateau, fit.plateau - reach, most), _edge(kind, x, y, fit.plateau, fit.plateau + reach, most)


def _edge(kind: Kind, x: list[float], y: list[float], inside: float, outside: float, most: float) -> float | None:
    """Return where the error with a held plateau passes `most`, by bisection; None where it does not."""
    if _given(kind, x, y, outside) <= most:
        return None
    for _ in range(40):
        middle = (inside + outside) / 2
        if _given(kind, x, y, middle) <= most:
            inside = middle
        else:
            outside = middle
    return inside


def _aicc(error: float, n: int, parameters: int) -> float:
    """Return Akaike's criterion with the correction for few points; `parameters` counts the variance."""
    return n * math.log(error / n) + 2 * parameters + 2 * parameters * (parameters + 1) / (n - parameters - 1)


def _t(degrees: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.975))
