"""Batch runs: a stream of one chunk, over one recording or many."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agetech.core.algorithm import Algorithm, Record
from agetech.core.gate import as_inputs, as_params, as_rates, as_signal
from agetech.core.recording import Recording
from agetech.core.stream import Stream, resolve
from agetech.errors import AgetechError, ParamsError, SignalError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Executor

    from agetech.core.declare import Records
    from agetech.core.params import Params


def run(
    algorithm: Algorithm | str,
    signal: Any,
    fs: float | Mapping[str, float] | None = None,
    *,
    params: Params | None = None,
    **values: Any,
) -> Records:
    """Return the rows of an algorithm over a whole signal, as a structured array; `describe(id)` names its fields.

    signal: an array of the shape the input declares, a mapping by input name, or a Recording (channels by input name,
    converted from their declared units; its placement fills the parameter `placement`). fs: Hz, or by input name.
    Too few samples give zero rows. SignalError for a wrong shape, type, rate or unit, with the rows that came before
    the refusal as `error.rows`; ParamsError for unknown algorithms and parameters out of bounds.
    """
    found = resolve(algorithm)
    if isinstance(signal, Recording):
        signal, fs, values = unpacked(found, signal, fs, params, values)
    if isinstance(found.shape, Record):
        return _analysed(found, found.shape, signal, fs, as_params(found, params, values))
    stream = Stream(found, fs, params=params, **values)
    parts = as_inputs(found, signal, partly=False)
    rows = stream.push(parts[found.inputs[0].name] if len(parts) == 1 else parts)
    try:
        last = stream.finish()
    except SignalError as error:
        before = getattr(error, "rows", rows[:0])
        error.rows = np.concatenate([rows, before]) if rows.shape[0] else before  # type: ignore[attr-defined]
        raise
    if not last.shape[0]:
        return rows
    return np.concatenate([rows, last]) if rows.shape[0] else last


def _analysed(found: Algorithm, shape: Record, signal: object, fs: object, params: Params) -> Records:
    rates = as_rates(found, fs)
    sys.audit("agetech.run", found.id, found.version)
    parts = as_inputs(found, signal, partly=False)
    arrays = {one.name: as_signal(parts[one.name], one, f"{found.id}: {one.name}") for one in found.inputs}
    for one in found.inputs:
        with np.errstate(invalid="ignore"):
            size = np.abs(arrays[one.name][np.isfinite(arrays[one.name])])
        if size.size and size.max() > one.limit:
            raise SignalError(
                "E_RANGE", f"{found.id}: {one.name}", expected=f"|value| <= {one.limit:g} {one.unit.code}", got=f"{size.max():g}"
            )
        arrays[one.name] = arrays[one.name].view()
        arrays[one.name].flags.writeable = False
    x: Any = next(iter(arrays.values())) if len(arrays) == 1 else arrays
    rate: Any = next(iter(rates.values())) if len(rates) == 1 else rates
    return shape.analyse(params, rate, x)


def unpacked(
    found: Algorithm, recording: Recording, fs: object, params: Params | None, values: dict[str, Any]
) -> tuple[Any, Any, dict[str, Any]]:
    """Return the arrays by input, their rates and the parameters that a recording gives an algorithm."""
    parts: dict[str, Any] = {}
    rates: dict[str, float] = {}
    for one in found.inputs:
        apart = one.name not in recording.channels and bool(one.columns) and set(one.columns) <= set(recording.channels)
        if one.name not in recording.channels and not apart:
            raise SignalError("E_INPUTS", found.id, expected=one.name, got=" + ".join(recording.channels))
        names = one.columns if apart else (one.name,)
        columns = [recording.signal(name, one.unit.code) for name in names]
        parts[one.name] = np.column_stack(columns) if apart else columns[0]
        if one.kind == "uniform":
            rates[one.name] = recording.rate(names[0])
    if fs is not None and as_rates(found, fs) != rates:
        raise ParamsError("E_PARAM", f"{found.id}: fs", expected=str(rates), got=str(fs))
    placement = recording.placement
    if placement is not None and "placement" in found.params.model_fields:
        given = getattr(params, "placement", None) if params is not None else values.get("placement")
        if given is not None and str(given) != str(placement):
            raise ParamsError("E_PARAM", f"{found.id}: placement", expected=str(placement), got=str(given))
        if params is None:
            values = {**values, "placement": str(placement)}
    return (parts if len(parts) > 1 else next(iter(parts.values()))), (rates or None), values


class Outcome(NamedTuple):
    """What one of many recordings gave: rows, or the error that refused it (with the rows before it as its `rows`)."""

    rows: Records | None
    error: AgetechError | None


def _outcome(job: tuple[str, Any, Any, Mapping[str, Any]]) -> Outcome:
    name, signal, fs, values = job
    try:
        return Outcome(run(name, signal, fs, **values), None)
    except AgetechError as error:
        return Outcome(None, error)


def run_many(
    algorithm: Algorithm | str,
    recordings: Iterable[Any],
    *,
    fs: float | Mapping[str, float] | None = None,
    executor: Executor | None = None,
    **values: Any,
) -> list[Outcome]:
    """Return one outcome a recording, in order: a refused recording does not stop the others.

    recordings: Recordings, or arrays and mappings with `fs`. executor: any concurrent.futures executor; None runs here.
    In other processes the algorithm is found by name, so it must be installed or registered there.
    """
    found = resolve(algorithm)
    jobs = ((found.name if executor is not None else found, one, fs, values) for one in recordings)
    if executor is None:
        return [_outcome(job) for job in jobs]  # type: ignore[arg-type]
    return list(executor.map(_outcome, jobs))
