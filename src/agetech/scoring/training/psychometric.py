"""What a person answers at a level: the psychometric function, its threshold, guess and lapse rates.

p(x) = guess + (1 - guess - lapse) * F(x). F rises with the level: a higher level is easier. Where a game counts
difficulty upward, give the negative of its level. Three shapes, each with the threshold T where its text puts it:

logistic: F = 1 / (1 + exp(-(x - T) / slope)), T at F = 0.5; slope in levels.
normal: F = Phi((x - T) / slope), T at F = 0.5; slope in levels (Kontsevich and Tyler 1999).
weibull: F = 1 - exp(-10 ** (slope * (x - T) / 20)), x and T in dB, T at F = 1 - 1/e (Watson and Pelli 1983).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from agetech.errors import ParamsError

Shape = Literal["logistic", "normal", "weibull"]
SHAPES = ("logistic", "normal", "weibull")
FAR = 700.0  # exp overflows beyond
STEEP = 12.0  # powers of ten that any answer is certain at
NORMAL = NormalDist()


def refuse(path: str, expected: str, got: object) -> ParamsError:
    """Return the error of a setting that cannot be."""
    return ParamsError("E_TRAINING", f"scoring.training: {path}", expected=expected, got=got)


def finite(path: str, value: object) -> float:
    """Return a finite real number as float; raises ParamsError for bool, text, NaN and infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise refuse(path, "a finite number", value)
    return float(value)


def whole(path: str, value: object, least: int, most: int) -> int:
    """Return an integer within its bounds; raises ParamsError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise refuse(path, f"an integer from {least} to {most}", value)
    return value


def several(path: str, values: object) -> tuple[float, ...]:
    """Return a tuple of one finite number or more as floats; raises ParamsError for anything else."""
    if not isinstance(values, tuple) or not values:
        raise refuse(path, "one number or more", values)
    return tuple(finite(path, value) for value in values)


@dataclass(frozen=True, slots=True)
class Psychometric:
    """A psychometric function without its threshold.

    slope: above 0, in levels (logistic, normal) or per 20 dB (weibull); guess: share of right answers where nothing
    is seen, 1/n in a choice of n; lapse: share of errors where everything is seen. Raises ParamsError where guess and
    lapse leave nothing to measure.
    """

    shape: Shape = "logistic"
    slope: float = 1.0
    guess: float = 0.0
    lapse: float = 0.0

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise refuse("shape", ", ".join(SHAPES), self.shape)
        if finite("slope", self.slope) <= 0:
            raise refuse("slope", "above 0", self.slope)
        for name, value in (("guess", self.guess), ("lapse", self.lapse)):
            if not 0 <= finite(name, value) < 1:
                raise refuse(name, "from 0 to below 1", value)
        if self.guess + self.lapse >= 1:
            raise refuse("guess + lapse", "below 1", self.guess + self.lapse)

    def at(self, level: float, threshold: float) -> float:
        """Return the probability of a right answer at a level, for a person with this threshold."""
        return self.guess + (1 - self.guess - self.lapse) * self._rise(level - threshold)

    def level(self, share: float, threshold: float) -> float:
        """Return the level at which the share of right answers is `share`; raises ParamsError for one never reached."""
        most = 1 - self.lapse
        if not self.guess < finite("share", share) < most:
            raise refuse("share", f"above {self.guess:g} and below {most:g}", share)
        rise = (share - self.guess) / (most - self.guess)
        if self.shape == "normal":
            return threshold + self.slope * NORMAL.inv_cdf(rise)
        if self.shape == "weibull":
            return threshold + 20 / self.slope * math.log10(-math.log1p(-rise))
        return threshold + self.slope * math.log(rise / (1 - rise))

    def _rise(self, distance: float) -> float:
        """Return F at a distance from the threshold."""
        if self.shape == "normal":
            return NORMAL.cdf(distance / self.slope)
        if self.shape == "weibull":
            exponent = min(max(self.slope * distance / 20, -FAR), STEEP)
            return -math.expm1(-math.pow(10, exponent))
        scaled = min(max(distance / self.slope, -FAR), FAR)
        return 1 / (1 + math.exp(-scaled))
