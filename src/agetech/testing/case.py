"""One algorithm with parameters, rates and signals: what the contract's checks are run on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core import run
from agetech.core.algorithm import Record
from agetech.core.params import bounds
from agetech.core.stream import Stream
from agetech.errors import ParamsError
from agetech.testing.examples import example

if TYPE_CHECKING:
    from agetech.core.algorithm import Algorithm
    from agetech.core.declare import Records, Signal
    from agetech.core.params import Params

Example = Callable[["Algorithm", Mapping[str, float], float, int], Mapping[str, Any]]
COMMON_RATES = (50.0, 100.0, 25.0, 250.0, 10.0, 1.0)


class ContractError(AssertionError):
    """A promise of the contract that an algorithm breaks."""


def expect(holds: object, said: str) -> None:
    """Raise ContractError where a promise does not hold."""
    if not holds:
        raise ContractError(said)


@dataclass(frozen=True)
class Case:
    """An algorithm under test: with parameters, rates by input and signals by input, each (n,) or (n, c)."""

    algorithm: Algorithm
    params: Params
    rates: Mapping[str, float]
    inputs: Mapping[str, Signal]
    seed: int = 0
    examples: int = 5

    @property
    def fs(self) -> Any:
        """Return the rates as a caller gives them."""
        if not self.rates:
            return None
        return next(iter(self.rates.values())) if len(self.rates) == 1 else dict(self.rates)

    @property
    def given(self) -> Any:
        """Return the signals as a caller gives them."""
        return next(iter(self.inputs.values())) if len(self.inputs) == 1 else dict(self.inputs)

    def with_inputs(self, inputs: Mapping[str, Signal]) -> Case:
        """Return this case with other signals."""
        return Case(self.algorithm, self.params, self.rates, inputs, self.seed, self.examples)

    def run(self) -> Records:
        """Return the rows of the batch run."""
        return run(self.algorithm, self.given, self.fs, params=self.params)

    def stream(self) -> Stream:
        """Return a new stream."""
        return Stream(self.algorithm, self.fs, params=self.params)

    def rng(self) -> np.random.Generator:
        """Return the case's own random numbers."""
        return np.random.Generator(np.random.PCG64(self.seed))

    def chunks(self, rng: np.random.Generator, cuts: int = 30) -> Iterator[Any]:
        """Give the signals in random pieces; with several inputs one runs ahead of the other."""
        if len(self.inputs) == 1:
            (signal,) = self.inputs.values()
            yield from np.split(signal, np.sort(rng.integers(0, len(signal) + 1, cuts)))
            return
        pieces = {name: np.split(signal, np.sort(rng.integers(0, len(signal) + 1, cuts))) for name, signal in self.inputs.items()}
        while any(pieces.values()):
            ready = [name for name, rest in pieces.items() if rest]
            taken = [name for name in ready if rng.random() < 0.6] or ready[:1]
            yield {name: pieces[name].pop(0) for name in taken}


def fillings(params: type[Params]) -> list[Params]:
    """Return parameters with every required one filled from its declaration: each value of an enum once.

    A value that the declaration itself refuses (a placement that is not validated) is left out.
    """
    choices: dict[str, list[Any]] = {}
    for name, declared in params.model_fields.items():
        kind = declared.annotation
        if isinstance(kind, type) and issubclass(kind, Enum) and declared.is_required():
            choices[name] = list(kind)
        elif declared.is_required():
            limits = bounds(params, name)
            low = limits.get("ge", limits.get("gt", 0.0))
            high = limits.get("le", limits.get("lt", low + 2.0))
            middle = (low + high) / 2
            choices[name] = [int(middle) if kind is int else middle]
    made = []
    for turn in range(max((len(values) for values in choices.values()), default=1)):
        try:
            made.append(params(**{name: values[turn % len(values)] for name, values in choices.items()}))
        except ParamsError:
            continue
    return made


def usual_rates(algorithm: Algorithm) -> dict[str, float]:
    """Return for each uniform input the first of the common rates that it takes."""
    made = {}
    for one in algorithm.inputs:
        if one.kind == "uniform":
            low, high = one.rates
            made[one.name] = next((fs for fs in COMMON_RATES if low <= fs <= high), low or min(high, 1.0))
    return made


def cases(algorithm: Algorithm, *, seconds: float = 60.0, seed: int = 0, examples: int = 5, make: Example | None = None) -> list[Case]:
    """Return one case for each filling of the parameters; `make(algorithm, rates, seconds, seed)` replaces our signals."""
    rates = usual_rates(algorithm)
    inputs = make(algorithm, rates, seconds, seed) if make is not None else example(algorithm, rates, seconds=seconds, seed=seed)
    return [Case(algorithm, params, rates, dict(inputs), seed, examples) for params in fillings(algorithm.params)]


def same(left: Records, right: Records, said: str) -> None:
    """Raise ContractError unless two answers are equal to the last bit."""
    if left.dtype != right.dtype or left.tobytes() != right.tobytes():
        raise ContractError(f"{said}: {len(left)} rows against {len(right)}, or other bytes")


def joined(parts: list[Records]) -> Records:
    """Return the rows of several answers in one array."""
    return np.concatenate(parts)


def is_record(case: Case) -> bool:
    """Return whether the case's algorithm needs the whole recording."""
    return isinstance(case.algorithm.shape, Record)


def with_gaps(case: Case, rng: np.random.Generator) -> Case:
    """Return the case with runs of missing samples and single Inf in its uniform inputs."""
    holed = {}
    for one in case.algorithm.inputs:
        x = case.inputs[one.name].copy()
        if one.kind == "uniform" and len(x):
            for _ in range(3):
                at = int(rng.integers(0, len(x)))
                x[at : at + int(rng.integers(1, max(2, len(x) // 50)))] = np.nan
            x[int(rng.integers(0, len(x)))] = np.inf
        holed[one.name] = x
    return case.with_inputs(holed)
