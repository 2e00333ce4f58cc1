"""How rows become results: one engine for sample steps, one for windows. Both are plain state and one loop.

An engine takes the rows of one input in order (`feed`) and gives result rows; how the rows were cut into chunks
cannot matter, because a step sees one row after the other and an estimate sees only whole windows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agetech.core.algorithm import Front, State, Step, Window
from agetech.core.declare import pack
from agetech.core.guard import FINE, GUARD, at_end, boxed, guarded, make_guard, refusal
from agetech.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agetech.core.algorithm import Algorithm
    from agetech.core.declare import Input, Records, Signal
    from agetech.core.kernel import Kernel
    from agetech.core.params import Params
    from agetech.errors import SignalError

BLOCK = 32768  # rows that one compiled call takes at most
_DRIVES: dict[tuple[Kernel, Input], Kernel] = {}
_BOXES: dict[tuple[Kernel, int], Kernel] = {}


class Fed(NamedTuple):
    """What a feed gave: rows, and the refusal that ended the stream if there was one."""

    rows: Records
    refusal: SignalError | None


def drive_of(step: Kernel, declared: Input) -> Kernel:
    """Return the guarded kernel of a step, made once for each step and input."""
    key = (step, declared)
    if key not in _DRIVES:
        _DRIVES[key] = guarded(step, declared)
    return _DRIVES[key]


def call_with_fs(algorithm: Algorithm, rates: Mapping[str, float]) -> Any:
    """Return the rates as authors get them: a number where there is one uniform input, else the mapping."""
    del algorithm
    return next(iter(rates.values())) if len(rates) == 1 else dict(rates)


class Machine:
    """A sample step at work: packed plan, state and guards of ONE stream, and the compiled entries."""

    def __init__(self, shape: Step | Front, inputs: tuple[Input, ...], params: Params, rates: Mapping[str, float], fs: Any) -> None:
        self.shape = shape
        self.inputs = inputs
        self.plan_value = shape.plan(params, fs)
        plan = pack(self.plan_value)
        record, ring = shape.init(self.plan_value)
        self.box = np.zeros(1, np.dtype([("guard", GUARD, (len(inputs),)), ("plan", plan.dtype, (1,)), ("record", record.dtype, (1,))]))
        self.guards: Records = self.box[0]["guard"]
        self.plan: Records = self.box[0]["plan"]
        self.record: Records = self.box[0]["record"]
        self.ring: Signal = np.array(ring, np.float64, order="C")
        self.guards[:] = np.concatenate([make_guard(one, rates.get(one.name, 1.0)) for one in inputs])
        self.plan[:] = plan
        self.record[:] = record
        self.steps = shape.steps if isinstance(shape, Step) else (shape.step,)
        self.drives: dict[int, Callable[..., int]] = {}

    def drive(self, which: int, x: Signal, out: np.ndarray[Any, Any]) -> int:
        """Run one input's kernel on x and return what it returns; compile at the first call."""
        entry = self.drives.get(which)
        if entry is None:
            example = np.zeros((1,) * x.ndim)
            drive = drive_of(self.steps[which], self.inputs[which])
            box = _BOXES.setdefault((drive, which), boxed(drive, which))
            entry = self.drives[which] = box.entry(self.box, self.ring, example, out)
        return entry(self.box, self.ring, x, out)

    def bound(self, which: int) -> Callable[[Signal, Records], int]:
        """Return one input's compiled entry with all but the rows bound; void after `restore`."""
        return partial(self.drives[which], self.box, self.ring)

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """Return the state as named arrays: these, and nothing else, change from push to push."""
        return {"record": self.record, "ring": self.ring, "guards": self.guards}

    def restore(self, arrays: Mapping[str, np.ndarray[Any, Any]], prefix: str = "") -> None:
        """Take over a saved state; CheckpointError where it does not fit this plan or could not have been made by it."""
        mine = self.arrays()
        for name, array in mine.items():
            saved = arrays.get(prefix + name)
            if saved is None or saved.dtype != array.dtype or saved.shape != array.shape:
                raise CheckpointError("E_STATE", prefix + name, expected=f"{array.dtype} {array.shape}", got=_form(saved))
        state = State(arrays[prefix + "record"].copy(), arrays[prefix + "ring"].copy())
        sound = self.shape.sound
        if not all(sound_guard(saved, mine) for saved, mine in zip(arrays[prefix + "guards"], self.guards, strict=True)):
            raise CheckpointError("E_STATE", prefix + "guards", expected="sound", got="forged")
        if sound is not None and not sound(self.plan_value, state):
            raise CheckpointError("E_STATE", prefix + "record", expected="sound", got="forged")
        self.record[:], self.ring[:] = state
        self.guards[:] = arrays[prefix + "guards"]


def _form(array: np.ndarray[Any, Any] | None) -> str:
    return "nothing" if array is None else f"{array.dtype} {array.shape}"


def sound_guard(saved: Any, mine: Any) -> bool:
    """Return whether a loaded guard could have been made by a stream with this declaration."""
    fixed = all(saved[name] == mine[name] for name in ("limit", "block"))
    counts = all(saved[name] >= 0 for name in ("place", "valid", "good", "bad"))
    return bool(fixed and counts and saved["place"] <= saved["block"] and saved["code"] == FINE)


class StepEngine:
    """Feeds a sample step, in blocks, with one reused buffer for the rows."""

    def __init__(self, algorithm: Algorithm, shape: Step, params: Params, rates: Mapping[str, float]) -> None:
        self.algorithm = algorithm
        self.machine = Machine(shape, algorithm.inputs, params, rates, call_with_fs(algorithm, rates))
        self.most = shape.most
        self.out = np.zeros(0, algorithm.dtype)
        self.room = 0  # input rows that `out` is large enough for

    def feed(self, which: int, x: Signal) -> Fed:
        """Return the rows that x, the next rows of input `which`, gives."""
        self._make_room(min(x.shape[0], BLOCK))
        parts: list[Records] = []
        stopped = None
        for start in range(0, x.shape[0], BLOCK):
            written = self.machine.drive(which, x[start : start + BLOCK], self.out)
            if written < 0:
                written, stopped = -1 - written, self.refused(which, 0).refusal
            if written:
                parts.append(self.out[:written].copy())
            if stopped is not None:
                break
        return Fed(joined(self.algorithm, parts), stopped)

    def _make_room(self, rows: int) -> None:
        if rows > self.room:
            self.room = min(BLOCK, max(64, 2 * rows))
            self.out = np.zeros(max(1, self.most(self.machine.plan_value, self.room)), self.algorithm.dtype)

    def refused(self, which: int, written: int) -> Fed:
        """Return the rows written before the guard of input `which` refused, and its refusal."""
        declared = self.machine.inputs[which]
        return Fed(
            self.out[:written].copy(), refusal(self.machine.guards[which : which + 1], declared, f"{self.algorithm.id}: {declared.name}")
        )

    def end(self) -> Fed:
        """Return the rows that only the end of the stream gives."""
        for which, declared in enumerate(self.machine.inputs):
            stopped = at_end(self.machine.guards[which : which + 1], declared, f"{self.algorithm.id}: {declared.name}")
            if stopped is not None:
                return Fed(self.algorithm.nothing, stopped)
        shape = self.machine.shape
        if not isinstance(shape, Step) or shape.flush is None:
            return Fed(self.algorithm.nothing, None)
        out = np.zeros(max(1, self.most(self.machine.plan_value, 0)), self.algorithm.dtype)
        written = shape.flush(self.machine.plan, self.machine.record, self.machine.ring, out)
        return Fed(out[:written], None)

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """Return the state as named arrays."""
        return self.machine.arrays()

    def restore(self, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        """Take over a saved state; CheckpointError where it does not fit."""
        self.machine.restore(arrays)


def joined(algorithm: Algorithm, parts: list[Records]) -> Records:
    """Return rows in one array; the shared empty answer where there are none."""
    if not parts:
        return algorithm.nothing
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


class Frame:
    """The rows of one input that the windows to come still need, and where they stand."""

    def __init__(self, width: int, rate: float) -> None:
        self.width = width
        self.rate = rate
        self.rows = np.zeros((0, width) if width else 0)
        self.first = 0  # index of rows[0]

    def add(self, x: Signal) -> None:
        """Append rows; what is infinite counts as missing."""
        if x.shape[0]:
            self.rows = np.concatenate([self.rows, np.where(np.isfinite(x), x, np.nan)])

    def reached(self) -> int:
        """Return the index of the next row to come."""
        return self.first + int(self.rows.shape[0])

    def drop(self, before: int) -> None:
        """Forget the rows before an index."""
        if before > self.first:
            gone = min(before - self.first, self.rows.shape[0])
            self.rows = self.rows[gone:].copy()
            self.first += gone


def aligned(values: Signal) -> Signal:
    """Return a read-only copy that begins on a 64-byte boundary: sums then go the same way wherever chunks were cut."""
    raw = np.empty(values.size + 8)
    skip = (-raw.ctypes.data // 8) % 8
    copy = raw[skip : skip + values.size].reshape(values.shape)
    copy[...] = values
    copy.flags.writeable = False
    return copy


class WindowEngine:
    """Frames rows into windows, at the input's rate or at the rate of a front end, and asks for one estimate each."""

    def __init__(self, algorithm: Algorithm, shape: Window, params: Params, rates: Mapping[str, float]) -> None:
        self.algorithm = algorithm
        self.params = params
        self.shape = shape
        self.fs = call_with_fs(algorithm, rates)
        front = shape.front
        self.machine = (
            Machine(front, algorithm.inputs, params, rates, self.fs)
            if front is not None
            else Machine(_passing(), algorithm.inputs, params, rates, self.fs)
        )
        self.frames = [
            Frame(front.columns if front is not None else one.width, front.rate if front is not None else rates.get(one.name, 1.0))
            for one in algorithm.inputs
        ]
        self.window = shape.window(params)
        self.hop = shape.hop(params)
        self.count = 0

    def feed(self, which: int, x: Signal) -> Fed:
        """Return the rows of the windows that x, the next rows of input `which`, completes."""
        stopped = None
        parts: list[Records] = []
        for start in range(0, max(1, x.shape[0]), BLOCK):
            block = x[start : start + BLOCK]
            out = self._passed(block)
            written = self.machine.drive(which, block, out)
            if written < 0:
                written = -1 - written
                stopped = refusal(
                    self.machine.guards[which : which + 1],
                    self.algorithm.inputs[which],
                    f"{self.algorithm.id}: {self.algorithm.inputs[which].name}",
                )
            self.frames[which].add(out[:written] if self.shape.front is not None else block[:written])
            parts.extend(self._estimates())
            if stopped is not None:
                break
        return Fed(joined(self.algorithm, parts), stopped)

    def _passed(self, block: Signal) -> np.ndarray[Any, Any]:
        front = self.shape.front
        if front is None:
            return np.zeros(1)
        rows = max(1, front.most(self.machine.plan_value, block.shape[0]))
        return np.zeros((rows, front.columns)) if front.columns else np.zeros(rows)

    def _estimates(self) -> list[Records]:
        made: list[Records] = []
        while True:
            spans = [self._span(frame, one) for frame, one in zip(self.frames, self.algorithm.inputs, strict=True)]
            if any(
                frame.reached() < end
                for frame, (_, end), one in zip(self.frames, spans, self.algorithm.inputs, strict=True)
                if one.kind == "uniform"
            ):
                return made
            made.append(self._estimate(spans))
            self.count += 1
            for frame, one in zip(self.frames, self.algorithm.inputs, strict=True):
                frame.drop(self._span(frame, one)[0])

    def counted(self) -> list[int] | None:
        """Return how many rows of each input the frames have seen; None behind a front end, which has its own count."""
        return None if self.shape.front is not None else [frame.reached() for frame in self.frames]

    def _span(self, frame: Frame, one: Input) -> tuple[int, int]:
        """Return the rows of the next window, [start, end): the same length each time, starts rounded once."""
        if one.kind == "series":
            return frame.first, frame.reached()
        start = round(self.count * self.hop * frame.rate)
        return start, start + round(self.window * frame.rate)

    def _estimate(self, spans: list[tuple[int, int]]) -> Records:
        cut = {
            one.name: aligned(frame.rows[start - frame.first : end - frame.first])
            for one, frame, (start, end) in zip(self.algorithm.inputs, self.frames, spans, strict=True)
        }
        rows = np.zeros(1, self.algorithm.dtype)
        x: Any = next(iter(cut.values())) if len(cut) == 1 else cut
        fs: Any = self.frames[0].rate if self.shape.front is not None else self.fs
        start, end = spans[0]
        if self.shape.front is not None:
            start, end = (self.shape.front.position(self.machine.plan_value, k) for k in (start, end))
        rows[0] = (start, end, *self.shape.estimate(self.params, fs, x))
        return rows

    def end(self) -> Fed:
        """Return nothing but a late refusal: a window that is not full gives no row."""
        for which, declared in enumerate(self.algorithm.inputs):
            stopped = at_end(self.machine.guards[which : which + 1], declared, f"{self.algorithm.id}: {declared.name}")
            if stopped is not None:
                return Fed(self.algorithm.nothing, stopped)
        return Fed(self.algorithm.nothing, None)

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """Return the state as named arrays."""
        framing = {f"frame{i}": frame.rows for i, frame in enumerate(self.frames)}
        places = np.array([self.count, *(frame.first for frame in self.frames)], np.int64)
        return {**{f"front.{k}": v for k, v in self.machine.arrays().items()}, **framing, "places": places}

    def restore(self, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        """Take over a saved state; CheckpointError where it does not fit."""
        self.machine.restore(arrays, "front.")
        places = arrays.get("places")
        if places is None or places.dtype != np.int64 or places.shape != (1 + len(self.frames),) or (places < 0).any():
            raise CheckpointError("E_STATE", "places", expected=f"int64 ({1 + len(self.frames)},)", got=_form(places))
        for i, frame in enumerate(self.frames):
            rows = arrays.get(f"frame{i}")
            if rows is None or rows.dtype != np.float64 or rows.shape[1:] != frame.rows.shape[1:]:
                raise CheckpointError("E_STATE", f"frame{i}", expected=f"float64 {frame.rows.shape}", got=_form(rows))
            frame.rows, frame.first = rows.copy(), int(places[1 + i])
        self.count = int(places[0])
        for frame, one in zip(self.frames, self.algorithm.inputs, strict=True):
            start, end = self._span(frame, one)
            if one.kind == "uniform" and not (frame.first <= start and frame.reached() < end):
                raise CheckpointError("E_STATE", "places", expected="sound", got="forged")


def _pass_rows(_plan: Records, _state: Records, _ring: Signal, x: Signal, _out: Signal) -> int:
    """Return the number of rows: the step of a window algorithm without a front end."""
    return int(x.shape[0])


def _nothing_to_plan(_params: Params, _fs: object) -> tuple[object, ...]:
    return _Nothing()


class _Nothing(NamedTuple):
    pass


def _no_state(_plan: object) -> State:
    return State(np.zeros(1, np.dtype([("nothing_", "i8")])), np.zeros(0))


_PASS: list[Step] = []


def _passing() -> Step:
    """Return the step that only counts rows, made once."""
    if not _PASS:
        from agetech.core.kernel import kernel

        passing = kernel(_pass_rows)
        _PASS.append(Step(plan=_nothing_to_plan, init=_no_state, step=(passing,) * 8, most=lambda _plan, n: n))
    return _PASS[0]
