"""What a fault is: an id that never changes, what it does to a subject, and which answers are right.

Responses: R refuse with a typed error, A abstain (no row, or NaN with its reason), F go on and say so in remarks or
quality, X exact, no effect on the answer. Never: a foreign exception, a hang, a silent number, a broken state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

Response = Literal["R", "A", "F", "X"]
Target = Literal[
    "signal", "clock", "array", "length", "params", "text", "table", "file", "archive", "state", "process", "person", "answers"
]


@dataclass(frozen=True)
class Sampled:
    """A signal that a fault changes: values (n,) or (n, c), the declared rate in Hz, and time stamps in s if known.

    scale: the size of what the signal usually holds (its unit's own scale); limit: its full scale.
    """

    values: Any
    fs: Any
    times: Any = None
    scale: float = 1.0
    limit: float = 16.0

    def but(self, **changes: Any) -> Sampled:
        """Return a copy with some parts replaced."""
        return replace(self, **changes)


class Variant(NamedTuple):
    """One dose of a fault: its name, and the subject with the fault in it."""

    name: str
    subject: Any


Inject = Callable[[Any, np.random.Generator], Iterator[Variant]]


@dataclass(frozen=True)
class Fault:
    """One entry of the catalogue; `inject(subject, seed)` gives the subject with each dose of the fault."""

    id: str
    target: Target
    en: str
    zh: str
    right: frozenset[Response]
    variants: Inject

    def inject(self, subject: Any, seed: int = 0) -> list[Variant]:
        """Return every variant of the fault; the subject itself is not changed."""
        return list(self.variants(subject, np.random.Generator(np.random.PCG64(seed))))


FAULTS: dict[str, Fault] = {}


def fault(name: str, target: Target, en: str, zh: str, right: str) -> Callable[[Inject], Inject]:
    """Enter a generator of variants into the catalogue."""

    def enter(variants: Inject) -> Inject:
        if name in FAULTS:
            raise ValueError(f"{name} stands twice in the catalogue")
        responses: frozenset[Any] = frozenset(right)
        FAULTS[name] = Fault(name, target, en, zh, responses, variants)
        return variants

    return enter
