"""Cases that no table can hold: made from public ones by a seed, answered by the reference of this kit."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from agetech.conformance.book import Array, Book, Case
from agetech.core import find, run
from agetech.errors import AgetechError

FIRST = 100_000  # numbers of generated cases begin here
TRIES = 5


def generated(book: Book, count: int, seed: str) -> Iterator[Case]:
    """Give `count` cases; the same seed gives the same ones."""
    rng = random.Random(f"{seed} {book.name}")  # noqa: S311 - chosen by a seed that the report prints
    sources = [one for one in book.cases if one.expected == "valid" and min(map(len, one.inputs.values())) > 1]
    for number in range(count if sources else 0):
        for _ in range(TRIES):
            source = rng.choice(sources)
            comment, inputs = perturbed(book, source, rng)
            made = replace(source, number=FIRST + number, comment=f"{source.comment}; {comment}", flags=("GENERATED",), inputs=inputs)
            done = answered(book, made)
            if done is not None:
                yield done
                break


def perturbed(book: Book, source: Case, rng: random.Random) -> tuple[str, dict[str, Array]]:
    """Return what was done to a case, and its new inputs: a cut, a hole, or a slightly other gain."""
    inputs = {name: values.copy() for name, values in source.inputs.items()}
    name = find(book.name).inputs[0].name
    first, n = inputs[name], len(inputs[name])
    ways = ["gain", "hole"] if len(inputs) > 1 else ["gain", "hole", "begin", "end"]
    way = rng.choice(ways if source.rates else ["begin", "end"] if len(inputs) == 1 else ["gain"])
    if way == "gain":
        factor = 1.0 + rng.uniform(-0.01, 0.01)
        inputs[name] = first * factor
    elif way == "hole":
        at, many = rng.randrange(n), rng.randint(1, max(1, min(8, n // 20)))
        first[at : at + many] = np.nan
    else:
        cut = rng.randint(1, max(1, n // 4))
        inputs[name] = first[cut:] if way == "begin" else first[:-cut]
    return way, inputs


def answered(book: Book, case: Case) -> Case | None:
    """Return a case with the reference's answer; None where the reference refuses it."""
    try:
        rows = reference_rows(book, case.inputs, case.rates, case.params)
    except AgetechError:
        return None
    kept = book.fields
    return replace(case, rows=tuple({name: row[name] for name in kept if name in row} for row in rows), expected="valid")


def reference_rows(book: Book, inputs: Mapping[str, Array], rates: Mapping[str, float], params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the reference's rows as ACP holds them; AgetechError where it refuses."""
    given: Any = dict(inputs) if len(inputs) > 1 else next(iter(inputs.values()))
    fs: Any = None if not rates else dict(rates) if len(rates) > 1 or len(inputs) > 1 else next(iter(rates.values()))
    made = run(book.name, given, fs, **params)
    names = made.dtype.names or ()
    return [{name: plain(row[name].tolist()) for name in names} for row in made]


def plain(value: Any) -> Any:
    """Return a value as JSON takes it: non-finite numbers as text."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, float) and not np.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"  # noqa: PLR0124 - NaN
    return value
