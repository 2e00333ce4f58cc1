"""Uniform rows out of stamped samples: every repair counted, the same rows for any chunking, constant memory.

Real devices stamp on arrival, in bursts; repeat stamps; step back; jump by hours; lose samples. What is repaired:
a missing sample is interpolated over at most `limit` seconds, NaN beyond; samples that share a stamp are spread back
to the stamp before; a sample sent again is dropped; one that comes late into a gap already written is dropped; where
the clock was set (forward by more than `jump`, or back), the grid begins a new piece after one second of NaN.
Values are interpolated linearly, not filtered: `fs` is the device's nominal rate.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from agetech.core.checkpoint import read_blob, write_blob
from agetech.core.declare import pack
from agetech.core.timebase import NANO, Piece, TimeBase, aware, nanoseconds
from agetech.dsp.clock import DONE, FULL, PIECES, STATE, STUCK, Plan
from agetech.dsp.grid import advance
from agetech.dsp.repairs import REPAIRS, Report
from agetech.errors import AgetechError, CheckpointError, ParamsError, SignalError

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import ArrayLike, NDArray

    Signal = NDArray[np.float64]

LOOK = 0.5  # s that a sample waits for later arrivals; five bursts of a watch, see ADR 0091
ACQUIRE = 2.0  # s from which the arrival clock first takes its period
PAUSE = 0.3  # s without arrivals that is a gap and not the pause between two bursts; WEDA's watch pauses 0.24 s at most
OVERTAKING = 0.1  # s by which the threads of a receiver may overtake one another; chosen here
MEMORY = 30.0  # s over which the arrival clock averages at most
RESENT = 5.0  # s of samples that are remembered to know one that is sent again
WIDEST = 4096
FASTEST = 1e5


class Stamps(StrEnum):
    """What a time stamp says: when the sample was taken, or when it arrived."""

    SAMPLE = "sample"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True, eq=False)
class Regularised:
    """What `regularise` gives: `values` (m,) or (m, c) at `fs` Hz, NaN where nothing is known, and the report.

    `origins`: (row, stamp in ns) where the grid begins and begins anew. numpy takes it for `values`.
    """

    values: Signal
    fs: float
    report: Report
    origins: tuple[tuple[int, int], ...]

    @property
    def pieces(self) -> tuple[tuple[int, float], ...]:
        """Return (row, stamp) where the grid begins and begins anew, stamp in seconds as given."""
        return tuple((row, ns / NANO) for row, ns in self.origins)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:  # noqa: FBT001 - numpy's protocol
        return np.array(self.values, dtype=dtype) if copy else np.asarray(self.values, dtype=dtype)

    def __len__(self) -> int:
        return len(self.values)

    def time_base(self, zero: datetime | str = "1970-01-01T00:00:00Z") -> TimeBase:
        """Return the time base of the rows, given the aware instant of stamp 0."""
        return _base(self.fs, self.origins, zero)


class Regulariser:
    """The streaming twin of `regularise`: push stamped samples as they come, get rows; saved beside the Stream.

    fs: nominal rate of the device and rate of the rows, Hz. stamps: "sample" or "arrival". limit: longest stretch that
    is interpolated, s. jump: a step forward beyond it is a clock that was set, s.
    A row comes at most one sample later ("sample"), or 0.5 s later and 2 s at the start ("arrival").
    """

    def __init__(self, fs: float, *, stamps: Stamps | str, limit: float = 0.5, jump: float = 60.0) -> None:
        self.fs = _number("fs", fs, 1e-6, FASTEST)
        try:
            self.stamps = Stamps(stamps)
        except ValueError:
            raise ParamsError("E_PARAM", "stamps", expected=" | ".join(Stamps), got=repr(stamps)) from None
        self.limit = _number("limit", limit, 0.0, 60.0)
        self.jump = _number("jump", jump, max(1.0, self.limit), 86400.0)
        period = 1.0 / self.fs
        hole, jitter = (PAUSE, OVERTAKING) if self.stamps is Stamps.ARRIVAL else (1.5 * period, 1.5 * period)
        room = math.ceil(2.0 * ACQUIRE * self.fs) + 256
        arrival = int(self.stamps is Stamps.ARRIVAL)
        memory = max(64, math.ceil(MEMORY * self.fs))
        self._plan = pack(Plan(self.fs, period, arrival, self.limit, self.jump, LOOK, ACQUIRE, hole, jitter, room, memory))
        self._state = np.zeros(1, STATE)
        self._base: int | None = None
        self._columns: tuple[int, ...] | None = None
        self._stores: tuple[Signal, Signal, Signal, Signal] | None = None
        self._closed: AgetechError | None = None
        self._lock = threading.Lock()

    def push(self, times: ArrayLike, values: ArrayLike) -> Signal:
        """Return the rows that these samples complete, (m,) or (m, c).

        times: (n,), seconds of any origin, or datetime64 (UTC). values: (n,) or (n, c) with the c of the first push.
        SignalError for a wrong shape or type, and with the rows before it as `error.rows` where the stamps show that
        `fs` is wrong by more than a factor of two (E_RATE) or that they do not advance (E_STAMPS).
        """
        return self._run(times, values, ending=False)

    def finish(self) -> Signal:
        """Return the rows that still wait, and close the regulariser."""
        with self._entered():
            if self._closed is not None:
                raise SignalError("E_CLOSED", "regularise", got=self._closed.code)
            columns = self._columns or ()
            rows = self._advance(np.zeros(0), np.zeros((0, columns[0] if columns else 1)), ending=True)
            self._closed = SignalError("E_CLOSED", "regularise", got="finish")
            return rows

    @property
    def report(self) -> Report:
        """Return what has been repaired so far."""
        s = self._state[0]
        counts = {repair.name: int(s[repair.name]) for repair in REPAIRS if repair.name != "rows"}
        if self.stamps is Stamps.ARRIVAL:
            rate = 1.0 / float(s["tick"]) if s["tick"] > 0.0 else math.nan
        else:
            rate = float(s["steps_n"] / s["steps_s"]) if s["steps_s"] > 0.0 else math.nan
        delay = LOOK if self.stamps is Stamps.ARRIVAL else 1.0 / self.fs
        return Report(rows=int(s["row"]), rate=rate, declared=self.fs, delay=delay, **counts)

    @property
    def origins(self) -> tuple[tuple[int, int], ...]:
        """Return (row, stamp in ns) of the latest 256 pieces of the grid."""
        if self._stores is None or self._base is None:
            return ()
        jumps = int(self._state[0]["jumps"])
        count = jumps + (1 if self._state[0]["open"] else 0)
        slots = [self._stores[3][index % PIECES] for index in range(max(0, count - PIECES), count)]
        return tuple((int(row), self._base * NANO + round(float(stamp) * NANO)) for row, stamp in slots)

    def time_base(self, zero: datetime | str = "1970-01-01T00:00:00Z") -> TimeBase:
        """Return the time base of the rows so far, given the aware instant of stamp 0."""
        return _base(self.fs, self.origins, zero)

    def save(self) -> bytes:
        """Return the whole state as bytes that `Regulariser.load` continues from."""
        with self._entered():
            if self._closed is not None:
                raise SignalError("E_CLOSED", "regularise", got=self._closed.code)
            columns = None if self._columns is None else list(self._columns)
            header = {"regulariser": 1, "fs": self.fs, "stamps": str(self.stamps), "limit": self.limit, "jump": self.jump}
            arrays: dict[str, np.ndarray[Any, Any]] = {"state": self._state}
            if self._stores is not None:
                s = self._state[0]
                held, seen, edge, pieces = self._stores
                arrays |= {"held": held[int(s["first"]) : int(s["last"])], "seen": seen, "edge": edge, "pieces": pieces}
            return write_blob({**header, "base": self._base, "columns": columns}, arrays)

    @classmethod
    def load(cls, blob: bytes, *, fs: float | None = None, stamps: Stamps | str | None = None) -> Self:
        """Return the regulariser that a blob was saved from; CheckpointError where it is damaged or differs from what is given."""
        header, arrays = read_blob(blob)
        if header.get("regulariser") != 1:
            raise CheckpointError("E_STATE", "regulariser", expected="regulariser 1", got=header.get("algorithm", "?"))
        try:
            made = cls(header["fs"], stamps=header["stamps"], limit=header["limit"], jump=header["jump"])
            made._restore(header, arrays)
        except (KeyError, TypeError, ValueError, IndexError, OverflowError, ParamsError) as error:
            raise CheckpointError("E_STATE", "regulariser", expected="regulariser 1", got=type(error).__name__) from None
        if fs is not None and fs != made.fs:
            raise CheckpointError("E_STATE", "fs", expected=fs, got=made.fs)
        if stamps is not None and str(stamps) != str(made.stamps):
            raise CheckpointError("E_STATE", "stamps", expected=stamps, got=made.stamps)
        return made

    def _restore(self, header: Mapping[str, Any], arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        state = arrays["state"]
        if state.dtype != STATE or state.shape != (1,):
            raise ValueError
        self._state = state
        if header["columns"] is None:
            if set(arrays) != {"state"} or header["base"] is not None or state.tobytes() != np.zeros(1, STATE).tobytes():
                raise ValueError
            return
        columns = tuple(int(n) for n in header["columns"])
        if len(columns) > 1 or not all(1 <= n <= WIDEST for n in columns):
            raise ValueError
        self._open(columns)
        self._base = None if header["base"] is None else int(header["base"])
        for store, name in zip(self._stores or (), ("held", "seen", "edge", "pieces"), strict=True):
            saved = arrays[name]
            if saved.dtype != np.float64 or saved.shape[1:] != store.shape[1:]:
                raise ValueError
            if name != "held" and saved.shape != store.shape:
                raise ValueError
            store[: len(saved)] = saved
        s = state[0]
        waiting = int(s["last"]) - int(s["first"])
        if waiting != len(arrays["held"]) or not _sound(s, int(self._plan[0]["room"]), len(self._stores[1])):  # type: ignore[index]
            raise ValueError
        s["first"], s["last"] = 0, waiting

    def _open(self, columns: tuple[int, ...]) -> None:
        self._columns = columns
        width = columns[0] if columns else 1
        room = int(self._plan[0]["room"])
        seen = math.ceil(RESENT * self.fs) + 64
        self._stores = (np.zeros((2 * room, width + 1)), np.zeros((seen, width + 1)), np.zeros((2, width)), np.zeros((PIECES, 2)))

    def _run(self, times: ArrayLike, values: ArrayLike, *, ending: bool) -> Signal:
        with self._entered():
            if self._closed is not None:
                raise SignalError("E_CLOSED", "regularise", got=self._closed.code)
            rows = _rows(values, self._columns)
            stamps = self._relative(times, len(rows))
            if self._columns is None:
                self._open(rows.shape[1:])
            return self._advance(stamps, rows if rows.ndim > 1 else rows[:, np.newaxis], ending=ending)

    def _relative(self, times: ArrayLike, n: int) -> Signal:
        """Return the stamps in seconds after a whole second near the first one, exact for stamps of any clock."""
        given = np.asarray(times)
        if given.ndim != 1 or len(given) != n:
            raise SignalError("E_SHAPE", "times", expected=f"({n},)", got=given.shape)
        if given.dtype.kind == "M":
            unknown = np.isnat(given)
            ns = given.astype("datetime64[ns]").astype(np.int64)
            if self._base is None and (~unknown).any():
                self._base = int(ns[~unknown][0] // NANO)
            made = (ns - (self._base or 0) * NANO) / NANO
            made[unknown] = np.nan
            return made
        if given.dtype.kind not in "iuf":
            raise SignalError("E_DTYPE", "times", expected="seconds or datetime64", got=given.dtype)
        seconds = given.astype(np.float64)
        usable = np.abs(seconds) <= 1e11  # noqa: PLR2004 - as the kernel
        if self._base is None and usable.any():
            self._base = math.floor(seconds[usable][0])
        return seconds - (self._base or 0)

    def _advance(self, times: Signal, rows: Signal, *, ending: bool) -> Signal:
        width = rows.shape[1]
        shape = (0,) if not self._columns else (0, width)
        if self._stores is None:
            return np.zeros(shape)
        parts, at, why = [], 0, FULL
        size = len(times) + (int(self._state[0]["last"]) if ending else 0) + 64
        while why == FULL:
            out = np.empty((size, width))
            at, n, why = advance(self._plan, self._state, self._stores, times, rows, out, at, int(ending))
            parts.append(out[:n])
            size = max(1024, size)
        made = parts[0] if len(parts) == 1 else np.concatenate(parts)
        made = made.reshape(-1) if not self._columns else made
        if why != DONE:
            raise self._refusal(int(why), made)
        return made

    def _refusal(self, why: int, rows: Signal) -> SignalError:
        s = self._state[0]
        if why == STUCK:
            self._closed = SignalError("E_STAMPS", "times", got=f"{int(s['last'] - s['first'])} samples at one stamp")
        else:
            passed = float(s["tick"]) if self.stamps is Stamps.ARRIVAL else float(s["row"]) / self.fs / max(1, int(s["samples"]))
            self._closed = SignalError("E_RATE", "fs", expected=f"about {1.0 / passed:.3g} Hz, as the stamps show", got=f"{self.fs:g} Hz")
        self._closed.rows = rows  # type: ignore[attr-defined]
        return self._closed

    def _entered(self) -> _Entered:
        return _Entered(self._lock)


class _Entered:
    """One thread at a time: a second one that comes in gets E_BUSY."""

    def __init__(self, lock: threading.Lock) -> None:
        self.lock = lock

    def __enter__(self) -> None:
        if not self.lock.acquire(blocking=False):
            raise SignalError("E_BUSY", "regularise")

    def __exit__(self, *_: object) -> None:
        self.lock.release()


def regularise(
    times: ArrayLike, values: ArrayLike, fs: float, *, stamps: Stamps | str, limit: float = 0.5, jump: float = 60.0
) -> Regularised:
    """Return the samples on a uniform grid that begins with the first one, with the report of all repairs.

    times: (n,), seconds of any origin, or datetime64 (UTC). values: (n,) or (n, c); NaN or Inf is missing, a row
    without any value counts as not sent. fs: nominal rate of the device, Hz. stamps: "sample" (when taken) or
    "arrival" (when received, in bursts). limit: longest stretch that is interpolated, s; longer gaps are NaN.
    Errors as Regulariser.push.
    """
    one = Regulariser(fs, stamps=stamps, limit=limit, jump=jump)
    parts = [one.push(times, values)]
    parts.append(one.finish())
    values_made = parts[0] if not len(parts[1]) else np.concatenate(parts)
    return Regularised(values_made, one.fs, one.report, one.origins)


def _rows(values: ArrayLike, columns: tuple[int, ...] | None) -> Signal:
    given = np.asarray(values)
    if given.dtype.kind not in "iuf":
        raise SignalError("E_DTYPE", "values", expected="real numbers", got=given.dtype)
    if given.ndim not in (1, 2) or (given.ndim == 2 and not 1 <= given.shape[1] <= WIDEST):  # noqa: PLR2004 - samples, columns
        raise SignalError("E_SHAPE", "values", expected="(n,) or (n, c)", got=given.shape)
    if columns is not None and given.shape[1:] != columns:
        raise SignalError("E_SHAPE", "values", expected=("n", *columns), got=given.shape)
    return np.ascontiguousarray(given, dtype=np.float64)


def _number(name: str, value: Any, least: float, most: float) -> float:
    number = value.item() if isinstance(value, np.generic) else value
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not least <= number <= most:
        raise ParamsError("E_PARAM", name, expected=f"{least:g} to {most:g}", got=value)
    return float(number)


def _base(fs: float, origins: tuple[tuple[int, int], ...], zero: datetime | str) -> TimeBase:
    if not origins:
        raise SignalError("E_TIME_BASE", "time", expected="at least one row", got="none")
    start = aware(zero)
    shift = start.utcoffset()
    origin = nanoseconds(start)
    made = tuple(Piece(row, origin + ns) for row, ns in origins)
    return TimeBase(fs, made, round(shift.total_seconds() / 60) if shift is not None else 0)


def _sound(s: Any, room: int, slots: int) -> bool:
    """Return whether a state that was read can be one that the kernels made: no index may lead outside the stores."""
    flags = all(int(s[name]) in (0, 1) for name in ("started", "release", "ready", "placed", "again", "open", "active"))
    counts = all(int(s[repair.name]) >= 0 for repair in REPAIRS if repair.name != "rows") and int(s["row"]) >= 0
    waits = 0 <= int(s["first"]) <= int(s["last"]) <= 2 * room and 0 <= int(s["group"]) <= room
    ring = 0 <= int(s["seen_n"]) <= slots and 0 <= int(s["seen_at"]) < slots
    times = all(math.isfinite(float(s[name])) for name in STATE.names or () if s[name].dtype.kind == "f")
    grid = int(s["k"]) >= 0 and int(s["blank"]) == 0 and int(s["active"]) == 0
    clock = s["ready"] == 0 or (float(s["tick"]) > 0.0 and int(s["age"]) >= 1 and int(s["strain"]) >= 0)
    return flags and counts and waits and ring and times and grid and clock
