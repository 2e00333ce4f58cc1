"""The ratio tool: two ways of doing one thing, compared in one process, so that the machine's load falls on both.

Thread CPU time, order A B B A in every round, one ratio a round, median and quartiles over the rounds. Where the quartiles
spread over 10 % of the median the whole is measured again, three times at most, and then called UNSTABLE. A ratio is
time of A through time of B: 0.5 says that A takes half the time.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

ROUNDS = 15
REPEATS = 3
SPREAD = 0.10
LEAST = 20_000_000  # ns of CPU a side and turn: far above the clock's grain


@dataclass(frozen=True)
class Ratio:
    """What one comparison gave: the ratio's quartiles, and the CPU time of one call of each side, ns."""

    name: str
    median: float
    low: float
    high: float
    ours: float
    theirs: float
    rounds: int
    repeats: int

    @property
    def spread(self) -> float:
        """Return the distance of the quartiles as a share of the median."""
        return (self.high - self.low) / self.median

    @property
    def verdict(self) -> str:
        """Return `stable`, or `UNSTABLE` where the quartiles spread over 10 %."""
        return "stable" if self.spread <= SPREAD else "UNSTABLE"

    def as_dict(self) -> dict[str, Any]:
        """Return the figures ready for JSON, rounded to what they can bear."""
        figures = {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}
        return {**figures, "spread": round(self.spread, 4), "verdict": self.verdict}

    def __str__(self) -> str:
        return f"{self.name}: {self.median:.3f} [{self.low:.3f}, {self.high:.3f}] n={self.rounds} {self.verdict}"


def cpu(call: Callable[[], object], times: int) -> int:
    """Return the CPU time of this thread for `times` calls, ns."""
    begun = time.thread_time_ns()
    for _ in range(times):
        call()
    return time.thread_time_ns() - begun


def turns(call: Callable[[], object], least: int) -> int:
    """Return how many calls fill `least` ns; calls at least once, which warms the side up."""
    call()
    times = 1
    while (spent := cpu(call, times)) < least:
        times = max(times * 2, int(times * least / max(spent, 1) * 1.1))
    return times


def measure(ours: Callable[[], object], theirs: Callable[[], object], rounds: int, least: int) -> tuple[list[float], float, float]:
    """Return the ratio of each round and the median CPU time of one call of each side, ns."""
    counts = turns(ours, least), turns(theirs, least)
    ratios, mine, other = [], [], []
    for _ in range(rounds):
        first_a = cpu(ours, counts[0])
        first_b, second_b = cpu(theirs, counts[1]), cpu(theirs, counts[1])
        second_a = cpu(ours, counts[0])
        a = (first_a + second_a) / (2 * counts[0])
        b = (first_b + second_b) / (2 * counts[1])
        ratios.append(a / b)
        mine.append(a)
        other.append(b)
    return ratios, statistics.median(mine), statistics.median(other)


def ratio(
    name: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    rounds: int = ROUNDS,
    repeats: int = REPEATS,
    least: int = LEAST,
) -> Ratio:
    """Return the ratio of CPU times `ours` / `theirs`; of up to `repeats` tries the first stable one, else the last."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        for repeat in range(1, repeats + 1):
            ratios, mine, other = measure(ours, theirs, rounds, least)
            low, median, high = statistics.quantiles(ratios, n=4)
            found = Ratio(name, median, low, high, mine, other, rounds, repeat)
            if found.verdict == "stable":
                break
    finally:
        if collecting:
            gc.enable()
    return found
