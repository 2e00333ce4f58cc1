"""An algorithm is a value: what it takes, what it gives, where it comes from, and one of three shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from agetech.core.declare import row_dtype

if TYPE_CHECKING:
    from agetech.core.declare import Field, Input, Records, Signal, Source
    from agetech.core.kernel import Kernel
    from agetech.core.params import Params

Rates = float | Mapping[str, float]  # Hz: a number where there is one uniform input, else by input name


class State(NamedTuple):
    """The whole state of a sample step: one record, and one float64 array for rings (may be empty)."""

    record: Records
    ring: Signal


@dataclass(frozen=True, slots=True)
class Step:
    """A sample step: `step(plan, state, ring, x, out) -> rows written`, one kernel an input on the same state.

    most(plan, n): the most rows that n input rows can give, n = 0 for the end of the stream.
    flush(plan, state, ring, out): rows given at the end. sound(plan, state): whether a loaded state can be real.
    """

    plan: Callable[..., Any]
    init: Callable[[Any], State]
    step: Kernel | tuple[Kernel, ...]
    most: Callable[[Any, int], int]
    flush: Kernel | None = None
    sound: Callable[[Any, State], bool] | None = None

    @property
    def steps(self) -> tuple[Kernel, ...]:
        """Return the kernels by input."""
        return self.step if isinstance(self.step, tuple) else (self.step,)


@dataclass(frozen=True, slots=True)
class Front:
    """A sample step that turns input rows into float64 rows (m, columns) at a fixed rate before they are framed.

    step(plan, state, ring, x, out) -> rows written; position(plan, k) -> input sample at which internal row k begins.
    """

    rate: float
    plan: Callable[..., Any]
    init: Callable[[Any], State]
    step: Kernel
    most: Callable[[Any, int], int]
    position: Callable[[Any, int], int]
    columns: int
    sound: Callable[[Any, State], bool] | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A window estimate: `estimate(params, fs, x) -> values` of the fields after start and end; the runner frames.

    window, hop: seconds by the parameters. x is read-only, (n,) or (n, columns); with several inputs a mapping.
    """

    window: Callable[[Any], float]
    hop: Callable[[Any], float]
    estimate: Callable[..., tuple[Any, ...]]
    front: Front | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A whole-record analysis: `analyse(params, fs, x) -> rows`; it never pretends to stream."""

    analyse: Callable[..., Records]


def _no_latency(_params: Any) -> float:
    return 0.0


def _one_sample(_params: Any, _fs: Rates) -> int:
    return 1


def _hop_of(window: Window) -> Callable[[Any, Any], int]:
    """Return the grain of a window algorithm: its hop in samples."""

    def hop(params: Any, fs: Any) -> int:
        rate = next(iter(fs.values())) if isinstance(fs, Mapping) else fs
        return max(1, round(float(window.hop(params)) * float(rate)))

    return hop


@dataclass(frozen=True, kw_only=True)
class Algorithm:
    """An immutable description of one algorithm; the runner makes batch, stream, resume and many persons of it.

    id: `domain.method`, never changes; version: semantic, any changed output value is a new one.
    latency(params): most seconds from the field `anchor` (default: `end` of a window, else the row itself) to the sample
    at which the row is given. grain(params, fs): shift of the input, in samples, that shifts the rows as much.
    migrations: previous minor version -> function (header, arrays) that makes its saved states ours.
    """

    id: str
    version: str
    title_en: str
    title_zh: str
    source: tuple[Source, ...]
    inputs: tuple[Input, ...]
    output: Literal["events", "windows", "series"]
    fields: tuple[Field, ...]
    params: type[Params]
    shape: Step | Window | Record
    latency: Callable[[Any], float] = _no_latency
    anchor: str = ""
    grain: Callable[[Any, Any], int] = _one_sample
    migrations: Mapping[str, Callable[..., Any]] = field(default_factory=lambda: MappingProxyType({}))
    status: Literal["experimental", "candidate", "stable", "withdrawn"] = "experimental"

    def __post_init__(self) -> None:
        check_declaration(self)
        if isinstance(self.shape, Window) and self.grain is _one_sample:
            object.__setattr__(self, "grain", _hop_of(self.shape))

    @cached_property
    def dtype(self) -> np.dtype[np.void]:
        """Return the dtype of the rows."""
        return row_dtype(self.fields)

    @cached_property
    def nothing(self) -> Records:
        """Return the one shared, read-only empty answer."""
        empty = np.zeros(0, self.dtype)
        empty.flags.writeable = False
        return empty

    @property
    def streaming(self) -> bool:
        """Return whether the algorithm can stream."""
        return not isinstance(self.shape, Record)

    @property
    def name(self) -> str:
        """Return `id@version`."""
        return f"{self.id}@{self.version}"

    def __reduce__(self) -> tuple[Any, ...]:
        from agetech.core.registry import find

        return find, (self.name,)


def check_declaration(algorithm: Algorithm) -> None:
    """Raise ValueError where an author's declaration contradicts itself: a fault of the code, not of an input."""
    names = [one.name for one in algorithm.fields]
    faults = []
    if len(set(names)) != len(names):
        faults.append("two fields have one name")
    if not algorithm.inputs or len({one.name for one in algorithm.inputs}) != len(algorithm.inputs):
        faults.append("inputs must have different names, at least one")
    if algorithm.output == "windows" and names[:2] != ["start", "end"]:
        faults.append("rows of windows begin with start and end")
    if algorithm.output == "events" and "confirmed" not in names:
        faults.append("events need the field confirmed")
    if algorithm.anchor and algorithm.anchor not in names:
        faults.append(f"no field {algorithm.anchor} to measure the latency from")
    if isinstance(algorithm.shape, Step) and len(algorithm.shape.steps) != len(algorithm.inputs):
        faults.append("one step kernel for each input")
    if isinstance(algorithm.shape, Window) and (algorithm.shape.front is not None and len(algorithm.inputs) != 1):
        faults.append("a front end takes one input")
    if algorithm.inputs and algorithm.inputs[0].kind == "series" and len(algorithm.inputs) > 1:
        faults.append("a series cannot be the first of several inputs")
    if faults:
        raise ValueError(f"{algorithm.id}: {'; '.join(faults)}")
    row_dtype(algorithm.fields)
