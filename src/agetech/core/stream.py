"""The one runner: a stream. Batch is a stream of one chunk."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Self

import numpy as np
from numpy import frombuffer, ndarray

from agetech import __version__
from agetech.core.algorithm import Algorithm, Step, Window
from agetech.core.checkpoint import read_blob, write_blob
from agetech.core.engine import BLOCK, Fed, StepEngine, WindowEngine, joined
from agetech.core.gate import FLOAT64, as_inputs, as_params, as_rates, as_signal, as_start
from agetech.core.kernel import jit_enabled
from agetech.core.merge import Merge
from agetech.core.registry import find
from agetech.errors import AgetechError, CheckpointError, ParamsError, SignalError

if TYPE_CHECKING:
    from collections.abc import Callable

    from agetech.core.declare import Records, Signal
    from agetech.core.params import Params

LONGEST_GAP = 7 * 86400.0  # s that a jump of `start` may leave out


def resolve(algorithm: Algorithm | str) -> Algorithm:
    """Return the algorithm itself, or the one of an id or `id@version`."""
    return algorithm if isinstance(algorithm, Algorithm) else find(algorithm)


class Stream:
    """One live signal of one person through one algorithm: push chunks, get rows; the same rows for any chunking.

    fs: Hz, a mapping by input name where there are several uniform inputs. Parameters as keywords or as `params`.
    A stream belongs to one thread at a time; a second one that comes in gets E_BUSY instead of a broken state.
    """

    def __init__(
        self,
        algorithm: Algorithm | str,
        fs: float | Mapping[str, float] | None = None,
        *,
        params: Params | None = None,
        **values: Any,
    ) -> None:
        self.algorithm = resolve(algorithm)
        if not self.algorithm.streaming:
            raise ParamsError("E_STREAMING", self.algorithm.id)
        self.params = as_params(self.algorithm, params, values)
        self.rates = as_rates(self.algorithm, fs)
        sys.audit("agetech.run", self.algorithm.id, self.algorithm.version)
        self._engine = _engine(self.algorithm, self.params, self.rates)
        first, *more = self.algorithm.inputs
        self._merge = Merge(self.algorithm.inputs, self.rates, self.algorithm.id) if more else None
        self._seen = [0] * len(self.algorithm.inputs)  # index of the next sample of each input
        self._closed: AgetechError | None = None
        self._lock = threading.Lock()
        self._fast: Callable[[Signal, Records], int] = _no_entry
        self._out = self.algorithm.nothing
        self._bytes = memoryview(b"")  # of `_out`
        self._dtype, self._size = self.algorithm.dtype, self.algorithm.dtype.itemsize
        self._room = -1
        self._tail = (first.width,) if first.width else ()

    def push(self, chunk: Any, *, start: Any = None) -> Records:
        """Return the rows that this chunk completes.

        chunk: (n,) or (n, columns) as the input declares; with several inputs a mapping by name, parts may be missing.
        start: index of the chunk's first sample (a mapping with several inputs). Rows already seen are dropped, a jump
        forward is a gap of missing samples, None means next.
        SignalError for a wrong shape, type or unit, with the rows before the refusal as `error.rows`; the stream has
        then ended. ParamsError for a bad start. After finish, or a refusal by evidence, E_CLOSED.
        """
        if not self._lock.acquire(False):  # noqa: FBT003 - a keyword costs a tenth of a push
            raise SignalError("E_BUSY", self.algorithm.id)
        try:
            if (
                start is None
                and type(chunk) is ndarray
                and chunk.dtype is FLOAT64
                and chunk.flags.carray
                and chunk.shape[1:] == self._tail
                and (size := chunk.shape[0]) <= self._room
            ):
                written = self._fast(chunk, self._out)
                self._seen[0] += size
                if written == 0:
                    return self.algorithm.nothing
                if written > 0:
                    return frombuffer(bytearray(self._bytes[: written * self._size]), self._dtype)  # a quarter of the time of a copy
                return self._refuse(self._engine.refused(0, -1 - written))  # type: ignore[union-attr]
            fed = self._push_any(chunk, start)
            if fed.refusal is not None:
                return self._refuse(fed)
            self._prepare()
            return fed.rows
        finally:
            self._lock.release()

    def _prepare(self) -> None:
        """Keep the compiled entry at hand for chunks that need no conversion; a plain kernel can be interrupted, so not there."""
        engine = self._engine
        if self._merge is None and isinstance(engine, StepEngine) and engine.room and jit_enabled():
            self._fast, self._out, self._room = engine.machine.bound(0), engine.out, engine.room
            self._bytes = memoryview(self._out.view("u1"))  # type: ignore[arg-type]

    def _refuse(self, fed: Fed) -> NoReturn:
        self._closed, self._room = fed.refusal, -1
        error = fed.refusal
        error.rows = fed.rows  # type: ignore[union-attr]
        raise error  # type: ignore[misc]

    def _push_any(self, chunk: object, start: object) -> Fed:
        """Push whatever passes the gate; the state stays as it was when something unexpected is raised on the way."""
        if self._closed is not None:
            raise SignalError("E_CLOSED", self.algorithm.id, got=self._closed.code)
        parts = as_inputs(self.algorithm, chunk, partly=True)
        starts = as_inputs(self.algorithm, start, partly=True) if start is not None else {}
        if not set(starts) <= set(parts):
            raise SignalError("E_INPUTS", f"{self.algorithm.id}: start", expected=" + ".join(parts), got=" + ".join(starts))
        ready = []
        for which, declared in enumerate(self.algorithm.inputs):
            if declared.name in parts:
                path = f"{self.algorithm.id}: {declared.name}"
                rows = as_signal(parts[declared.name], declared, path)
                gap = 0
                if declared.name in starts:
                    gap, rows = self._placed(which, rows, as_start(starts[declared.name], f"{path}: start"))
                ready.append((which, gap, rows))
        before = self._snapshot()
        try:
            return self._feed(ready)
        except BaseException:
            self._back_to(before)
            raise

    def _placed(self, which: int, rows: Signal, start: int) -> tuple[int, Signal]:
        """Return how many samples are missing before the rows, and the rows not yet seen."""
        seen = self._seen[which]
        if start <= seen:
            return 0, rows[seen - start :]
        declared = self.algorithm.inputs[which]
        if declared.kind == "series":
            raise ParamsError("E_PARAM", f"{self.algorithm.id}: start", expected=f"<= {seen}", got=str(start))
        rate = self.rates[declared.name]
        if (start - seen) / rate > LONGEST_GAP:
            raise SignalError(
                "E_TIME_JUMP", f"{self.algorithm.id}: {declared.name}", expected="7 d", got=f"{(start - seen) / rate / 86400:.3g} d"
            )
        return start - seen, rows

    def _feed(self, ready: list[tuple[int, int, Signal]]) -> Fed:
        parts: list[Records] = []
        for which, gap, rows in ready:
            declared = self.algorithm.inputs[which]
            missing = np.full((min(gap, BLOCK), declared.width) if declared.width else min(gap, BLOCK), np.nan)
            for at in range(0, gap, BLOCK):
                stopped = self._take(which, missing[: min(BLOCK, gap - at)], parts)
                if stopped is not None:
                    return Fed(joined(self.algorithm, parts), stopped)
            stopped = self._take(which, rows, parts)
            if stopped is not None:
                return Fed(joined(self.algorithm, parts), stopped)
        stopped = self._drain(parts)
        if self._merge is not None and stopped is None:
            self._merge.check_room()
        return Fed(joined(self.algorithm, parts), stopped)

    def _take(self, which: int, rows: Signal, parts: list[Records]) -> SignalError | None:
        self._seen[which] += rows.shape[0]
        if self._merge is not None:
            self._merge.add(which, rows)
            return None
        fed = self._engine.feed(which, rows)
        if fed.rows.shape[0]:
            parts.append(fed.rows)
        return fed.refusal

    def _drain(self, parts: list[Records], *, at_end: bool = False) -> SignalError | None:
        if self._merge is None:
            return None
        for which, rows in self._merge.ready(at_end=at_end):
            fed = self._engine.feed(which, rows)
            if fed.rows.shape[0]:
                parts.append(fed.rows)
            if fed.refusal is not None:
                return fed.refusal
        return None

    def finish(self) -> Records:
        """Return the rows that only the end of the signal gives, and close the stream."""
        if not self._lock.acquire(blocking=False):
            raise SignalError("E_BUSY", self.algorithm.id)
        try:
            if self._closed is not None:
                raise SignalError("E_CLOSED", self.algorithm.id, got=self._closed.code)
            parts: list[Records] = []
            stopped = self._drain(parts, at_end=True)
            if stopped is None:
                fed = self._engine.end()
                stopped = fed.refusal
                if fed.rows.shape[0]:
                    parts.append(fed.rows)
            rows = joined(self.algorithm, parts)
            self._closed, self._room = SignalError("E_CLOSED", self.algorithm.id, got="finish"), -1
            if stopped is not None:
                self._refuse(Fed(rows, stopped))
            return rows
        finally:
            self._lock.release()

    @property
    def position(self) -> dict[str, int]:
        """Return the index of the next sample of each input: what a gateway stores beside its cursor."""
        return {one.name: seen for one, seen in zip(self.algorithm.inputs, self._seen, strict=True)}

    def _snapshot(self) -> dict[str, Any]:
        merge = self._merge
        waiting = None if merge is None else ([*merge.waiting], [*merge.taken], [*merge.last])
        return {"arrays": {k: v.copy() for k, v in self._engine.arrays().items()}, "seen": [*self._seen], "merge": waiting}

    def _back_to(self, before: dict[str, Any]) -> None:
        self._room = -1
        self._engine.restore(before["arrays"])
        self._seen = before["seen"]
        if self._merge is not None:
            self._merge.waiting, self._merge.taken, self._merge.last = before["merge"]

    def save(self) -> bytes:
        """Return the whole state as bytes that `Stream.load` continues from, on this machine or another."""
        if not self._lock.acquire(blocking=False):
            raise SignalError("E_BUSY", self.algorithm.id)
        try:
            if self._closed is not None:
                raise SignalError("E_CLOSED", self.algorithm.id, got=self._closed.code)
            arrays = {f"engine.{name}": array for name, array in self._engine.arrays().items()}
            arrays["seen"] = np.array(self._seen, np.int64)
            if self._merge is not None:
                arrays.update({f"waiting{i}": rows for i, rows in enumerate(self._merge.waiting)})
                arrays["taken"] = np.array(self._merge.taken, np.int64)
                arrays["last"] = np.array(self._merge.last)
            header = {
                "algorithm": self.algorithm.id,
                "version": self.algorithm.version,
                "package": __version__,
                "rates": self.rates,
                "params": self.params.model_dump(mode="json"),
                "digest": self.params.digest(),
            }
            return write_blob(header, arrays)
        finally:
            self._lock.release()

    @classmethod
    def load(
        cls,
        blob: bytes,
        *,
        algorithm: Algorithm | str | None = None,
        fs: float | Mapping[str, float] | None = None,
        params: Params | None = None,
        **values: Any,
    ) -> Self:
        """Return the stream that a blob was saved from; what is given beside it must match what was saved.

        CheckpointError for a blob that is truncated, changed, of another algorithm, version, rate or parameters.
        """
        header, arrays = read_blob(blob)
        found = _algorithm_of(header, algorithm)
        if header["version"] != found.version:
            header, arrays = _migrated(found, header, arrays)
        stream = cls._empty(found, header)
        _match(stream, fs, params, values)
        try:
            stream._restore(arrays)  # noqa: SLF001
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            raise CheckpointError("E_STATE", "arrays", expected=found.name, got=type(error).__name__) from None
        return stream

    @classmethod
    def _empty(cls, algorithm: Algorithm, header: Mapping[str, Any]) -> Self:
        try:
            params = algorithm.params.model_validate_json(_json(header["params"]))
            if params.digest() != header["digest"]:
                raise CheckpointError("E_STATE", "digest", expected=params.digest(), got=str(header["digest"]))
            return cls(algorithm, dict(header["rates"]), params=params)
        except (ParamsError, SignalError, KeyError, TypeError, ValueError) as error:
            raise CheckpointError("E_STATE", "header", expected=algorithm.name, got=type(error).__name__) from None

    def _restore(self, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
        count = len(self.algorithm.inputs)
        seen = arrays.get("seen")
        if seen is None or seen.dtype != np.int64 or seen.shape != (count,) or (seen < 0).any():
            raise CheckpointError("E_STATE", "seen", expected=f"int64 ({count},)", got="")
        self._seen = [int(one) for one in seen]
        self._engine.restore({name[7:]: array for name, array in arrays.items() if name.startswith("engine.")})
        taken = self._seen
        if self._merge is not None:
            taken = [int(one) for one in arrays["taken"]]
            for i, rows in enumerate(self._merge.waiting):
                saved = arrays[f"waiting{i}"]
                if saved.dtype != np.float64 or saved.shape[1:] != rows.shape[1:]:
                    raise CheckpointError("E_STATE", f"waiting{i}", expected=str(rows.shape), got=str(saved.shape))
                self._merge.waiting[i] = saved.copy()
            self._merge.taken = taken
            self._merge.last = [float(one) for one in arrays["last"]]
            rest = [
                seen - taken - rows.shape[0] for seen, taken, rows in zip(self._seen, self._merge.taken, self._merge.waiting, strict=True)
            ]
            if any(rest):
                raise CheckpointError("E_STATE", "taken", expected="sound", got="forged")
        if isinstance(self._engine, WindowEngine) and self._engine.counted() not in (None, taken):
            raise CheckpointError("E_STATE", "places", expected=str(taken), got="forged")


def _no_entry(_x: Signal, _out: Records) -> int:
    """Stand for the compiled entry until there is room for its rows."""
    raise RuntimeError


def _json(value: object) -> str:
    import json

    return json.dumps(value, allow_nan=False)


def _engine(algorithm: Algorithm, params: Params, rates: Mapping[str, float]) -> StepEngine | WindowEngine:
    if isinstance(algorithm.shape, Step):
        return StepEngine(algorithm, algorithm.shape, params, rates)
    if isinstance(algorithm.shape, Window):
        return WindowEngine(algorithm, algorithm.shape, params, rates)
    raise ParamsError("E_STREAMING", algorithm.id)


def _algorithm_of(header: Mapping[str, Any], wanted: Algorithm | str | None) -> Algorithm:
    name = header.get("algorithm")
    if not isinstance(name, str) or not isinstance(header.get("version"), str):
        raise CheckpointError("E_STATE", "algorithm", expected="id", got=type(name).__name__)
    if wanted is not None:
        found = resolve(wanted)
        if found.id != name:
            raise CheckpointError("E_STATE", "algorithm", expected=found.id, got=name)
        return found
    try:
        return find(name)
    except ParamsError as error:
        raise CheckpointError("E_STATE", "algorithm", expected=error.code, got=name) from None


def _migrated(algorithm: Algorithm, header: dict[str, Any], arrays: Any) -> Any:
    """Return a saved state of an older version as one of this version, by the migration the algorithm names for it."""
    old = header["version"]
    migrate = algorithm.migrations.get(old) or algorithm.migrations.get(".".join(old.split(".")[:2]))
    if migrate is None:
        raise CheckpointError("E_STATE", "version", expected=" | ".join((algorithm.version, *algorithm.migrations)), got=old)
    header, arrays = migrate(dict(header), dict(arrays))
    return {**header, "version": algorithm.version}, arrays


def _match(stream: Stream, fs: object, params: Params | None, values: Mapping[str, Any]) -> None:
    """Raise CheckpointError where what the caller gives differs from what was saved."""
    if fs is not None:
        given = as_rates(stream.algorithm, fs)
        if given != stream.rates:
            raise CheckpointError("E_STATE", "fs", expected=str(given), got=str(stream.rates))
    if params is not None and params != stream.params:
        raise CheckpointError("E_STATE", "params", expected=params.digest(), got=stream.params.digest())
    if values:
        given_params = stream.algorithm.params(**{**stream.params.model_dump(), **values})
        if given_params != stream.params:
            raise CheckpointError("E_STATE", "params", expected=given_params.digest(), got=stream.params.digest())
