"""What an algorithm declares about itself: its inputs, the fields of its rows and its sources."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import IntEnum

    from numpy.typing import NDArray

    from agetech.units import Unit

    Records = NDArray[np.void]
    Signal = NDArray[np.float64]

FORBIDDEN_NAMES = frozenset(name for name in dir(np.recarray) if not name.startswith("_"))


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an algorithm's rows.

    kind: "i8", "f8" or "?"; unit SAMPLE makes it a position in the first input (-1 where there is none);
    shape: of a sub-array, with `parts` naming its elements; labels: the enum of a coded field.
    """

    name: str
    kind: str
    unit: Unit
    en: str
    zh: str
    shape: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    labels: type[IntEnum] | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """One named input of an algorithm.

    columns: () for an array (n,), else (n, len(columns)). kind "uniform" has a sampling rate within `rates`, Hz;
    "series" has one row a beat or event and no rate: as a further input its first column is the position in
    samples of the first input. limit: a magnitude above it is physically impossible in `unit` and refused.
    gravity: an acceleration that includes gravity; a wrong unit shows in still stretches and is refused.
    """

    name: str
    unit: Unit
    en: str
    zh: str
    columns: tuple[str, ...] = ()
    kind: Literal["uniform", "series"] = "uniform"
    rates: tuple[float, float] = (0.0, math.inf)
    limit: float = math.inf
    gravity: bool = False

    @property
    def width(self) -> int:
        """Return the number of columns; 0 for a one-dimensional input."""
        return len(self.columns)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an algorithm comes from; status says whether the text was read or is known from memory only."""

    citation: str
    where: str = ""
    status: Literal["read", "partly", "from memory", "own"] = "from memory"


def row_dtype(fields: Sequence[Field]) -> np.dtype[np.void]:
    """Return the dtype of an algorithm's rows; ValueError for a name that plain-Python kernels could not use."""
    for field in fields:
        _legal(field.name)
    return np.dtype([(field.name, field.kind, field.shape) if field.shape else (field.name, field.kind) for field in fields])


def state_dtype(cells: Sequence[tuple[str, str] | tuple[str, str, int | tuple[int, ...]]]) -> np.dtype[np.void]:
    """Return the dtype of a state record; ValueError for a name that is an attribute of numpy's record arrays."""
    for cell in cells:
        _legal(cell[0])
    return np.dtype(list(cells))


def _legal(name: str) -> None:
    if not name.isidentifier() or name in FORBIDDEN_NAMES:
        raise ValueError(f"{name!r} cannot be the name of a field: it is an attribute of numpy's record arrays")


def pack(plan: tuple[object, ...]) -> Records:
    """Return a plan (a NamedTuple of floats, ints and float64 arrays) as a structured array of one row."""
    names: tuple[str, ...] = plan._fields  # type: ignore[attr-defined]
    cells: list[tuple[str, str] | tuple[str, str, tuple[int, ...]]] = []
    for name, value in zip(names, plan, strict=True):
        _legal(name)
        if isinstance(value, np.ndarray):
            cells.append((name, "f8", value.shape))
        elif isinstance(value, float):
            cells.append((name, "f8"))
        elif isinstance(value, int) and not isinstance(value, bool):
            cells.append((name, "i8"))
        else:
            raise TypeError(f"plan.{name} must be a float, an int or a float64 array, not {type(value).__name__}")
    packed = np.zeros(1, np.dtype(cells) if cells else np.dtype([("nothing_", "i8")]))
    for name, value in zip(names, plan, strict=True):
        packed[name][0] = value
    return packed
