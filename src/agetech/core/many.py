"""Many live persons at once: structure of arrays, one compiled loop over the persons."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agetech.core.algorithm import Algorithm, Step
from agetech.core.declare import pack
from agetech.core.engine import call_with_fs, drive_of
from agetech.core.gate import as_params, as_rates
from agetech.core.guard import FINE, make_guard, refusal
from agetech.core.kernel import Kernel, kernel
from agetech.core.stream import resolve
from agetech.errors import ParamsError, SignalError

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal
    from agetech.core.params import Params
    from agetech.errors import AgetechError

_LOOPS: dict[Kernel, Kernel] = {}


class Pushed(NamedTuple):
    """Rows of many persons: `person[i]` says whose `rows[i]` is."""

    person: np.ndarray[Any, np.dtype[np.int64]]
    rows: Records


def _loop_over(drive: Kernel) -> Kernel:
    """Return the kernel that drives each person's rows from `first` on, until all are done or `out` could overflow."""

    def loop(  # noqa: PLR0913 - each is an array of the compiled loop
        guards: Any,
        plan: Records,
        records: Records,
        rings: Signal,
        x: Signal,
        out: Records,
        person: Signal,
        place: Signal,
        most: int,
    ) -> int:
        first, filled = place[0], 0
        while first < x.shape[0] and filled + most <= out.shape[0]:
            if guards[first].code == FINE:
                written = drive(
                    guards[first : first + 1], plan, records[first : first + 1], rings[first], x[first], out[filled : filled + most]
                )
                if written < 0:
                    written = -1 - written
                for row in range(written):
                    person[filled + row] = first
                filled += written
            first += 1
        place[0] = first
        return filled

    return kernel(loop, f"{drive.name}.many")


class Streams:
    """The live signals of `count` persons through one algorithm at one rate: the rows are those of `count` Streams.

    For algorithms with one input and a sample step. A person whose signal is refused stops alone: see `refused`.
    """

    def __init__(self, algorithm: Algorithm | str, fs: float, count: Any, *, params: Params | None = None, **values: Any) -> None:
        found = resolve(algorithm)
        if not isinstance(found.shape, Step) or len(found.inputs) != 1:
            raise ParamsError("E_STREAMING", found.id)
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ParamsError("E_PARAM", f"{found.id}: count", expected="int >= 1", got=repr(count))
        self.algorithm = found
        self.params = as_params(found, params, values)
        self.rates = as_rates(found, fs)
        self.count = count
        sys.audit("agetech.run", found.id, found.version)
        plan = found.shape.plan(self.params, call_with_fs(found, self.rates))
        record, ring = found.shape.init(plan)
        self._plan_value, self._plan = plan, pack(plan)
        self._records = np.repeat(record, count)
        self._rings = np.tile(np.asarray(ring, np.float64), (count, 1))
        self._guards = np.repeat(make_guard(found.inputs[0], self.rates.get(found.inputs[0].name, 1.0)), count)
        self._most = found.shape.most
        drive = drive_of(found.shape.steps[0], found.inputs[0])
        self._loop = _LOOPS.setdefault(drive, _loop_over(drive))

    def push_many(self, x: Any) -> Pushed:
        """Return the rows that the next samples of all persons complete, ordered by person.

        x: (count, n) or (count, n, columns), float64; the same number of samples for each, NaN where one lacks.
        """
        declared = self.algorithm.inputs[0]
        shape = (self.count, "n", declared.width) if declared.width else (self.count, "n")
        if not isinstance(x, np.ndarray) or x.dtype.kind not in "iuf":
            raise SignalError("E_DTYPE", f"{self.algorithm.id}: {declared.name}", expected="float64", got=type(x).__name__)
        if x.ndim != len(shape) or x.shape[0] != self.count or (declared.width and x.shape[2] != declared.width):
            raise SignalError("E_SHAPE", f"{self.algorithm.id}: {declared.name}", expected=str(shape), got=str(x.shape))
        x = np.ascontiguousarray(x, np.float64)
        most = max(1, self._most(self._plan_value, x.shape[1]))
        out = np.zeros(max(most, min(self.count * most, 4096 + most)), self.algorithm.dtype)
        person, place = np.zeros(out.shape[0], np.int64), np.zeros(1, np.int64)
        rows, persons = [], []
        while place[0] < self.count:
            filled = self._loop(self._guards, self._plan, self._records, self._rings, x, out, person, place, most)
            if filled:
                rows.append(out[:filled].copy())
                persons.append(person[:filled].copy())
        if not rows:
            return Pushed(np.zeros(0, np.int64), self.algorithm.nothing)
        return Pushed(np.concatenate(persons), np.concatenate(rows))

    @property
    def refused(self) -> dict[int, AgetechError]:
        """Return the refusal of each person whose signal was refused."""
        declared = self.algorithm.inputs[0]
        stopped = np.flatnonzero(self._guards["code"] != FINE)
        return {int(i): refusal(self._guards[i : i + 1], declared, f"{self.algorithm.id}: {declared.name}") for i in stopped}
