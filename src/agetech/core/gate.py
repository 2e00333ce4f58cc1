"""The one input gate: every array, rate and set of inputs passes here before a kernel sees it."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.errors import ParamsError, SignalError

if TYPE_CHECKING:
    from agetech.core.algorithm import Algorithm
    from agetech.core.declare import Input, Signal
    from agetech.core.params import Params

NUMBER_KINDS = "iuf"
FLOAT64 = np.dtype(np.float64)


def as_signal(value: object, declared: Input, path: str) -> Signal:
    """Return a chunk as a C-contiguous native float64 array of the declared shape; the input itself if it is one.

    Integers and single or double precision floats of any layout or byte order are taken, lists and data frames too.
    SignalError E_DTYPE for text, objects, complex, boolean, half precision or dates; E_SHAPE for another shape.
    """
    if isinstance(value, np.ma.MaskedArray):
        value = np.ma.filled(value.astype(np.float64), np.nan)
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        raise SignalError("E_SHAPE", path, expected=_shape(declared), got="ragged / 参差不齐") from None
    kind = array.dtype
    if array.size == 0 and isinstance(value, (list, tuple)):
        return np.zeros((0, declared.width) if declared.width else 0)
    if kind.kind not in NUMBER_KINDS or (kind.kind == "f" and kind.itemsize not in (4, 8)):
        raise SignalError("E_DTYPE", path, expected="float64, float32, int", got=str(kind))
    wanted = 2 if declared.width else 1
    if array.ndim != wanted or (declared.width and array.shape[1] != declared.width):
        raise SignalError("E_SHAPE", path, expected=_shape(declared), got=str(array.shape))
    return np.ascontiguousarray(array, FLOAT64)


def _shape(declared: Input) -> str:
    return f"(n, {declared.width})" if declared.width else "(n,)"


def as_rate(value: object, declared: Input, path: str) -> float:
    """Return a sampling rate in Hz; SignalError E_RATE for what is no number or outside the declared range."""
    low, high = declared.rates
    expected = f"{low:g} .. {high:g} Hz" if math.isfinite(high) else f"> {low:g} Hz"
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise SignalError("E_RATE", path, expected=expected, got=type(value).__name__ if value is not None else "None")
    rate = float(value)
    if not (math.isfinite(rate) and rate > 0 and low <= rate <= high):
        raise SignalError("E_RATE", path, expected=expected, got=f"{rate:g}")
    return rate


def as_rates(algorithm: Algorithm, fs: object) -> dict[str, float]:
    """Return the rate of each uniform input by name, from one number or a mapping."""
    uniform = [one for one in algorithm.inputs if one.kind == "uniform"]
    if not isinstance(fs, Mapping):
        if len(uniform) > 1:
            raise SignalError("E_INPUTS", f"{algorithm.id}: fs", expected=" + ".join(o.name for o in uniform), got=type(fs).__name__)
        if not uniform and fs is not None:
            raise SignalError("E_RATE", f"{algorithm.id}: fs", expected="None", got=str(fs))
        fs = {one.name: fs for one in uniform}
    if set(fs) != {one.name for one in uniform}:
        expected = " + ".join(one.name for one in uniform)
        raise SignalError("E_INPUTS", f"{algorithm.id}: fs", expected=expected, got=" + ".join(map(str, fs)))
    return {
        one.name: as_rate(fs[one.name], one, f"{algorithm.id}: fs[{one.name}]" if len(uniform) > 1 else f"{algorithm.id}: fs")
        for one in uniform
    }


def as_inputs(algorithm: Algorithm, value: object, *, partly: bool) -> dict[str, object]:
    """Return what was given by input name: one array where there is one input, else a mapping.

    partly: inputs may be missing, as in a push. SignalError E_INPUTS for names that are not declared.
    """
    names = [one.name for one in algorithm.inputs]
    if not isinstance(value, Mapping):
        if len(names) > 1:
            raise SignalError("E_INPUTS", algorithm.id, expected=" + ".join(names), got=type(value).__name__)
        return {names[0]: value}
    given = {str(name): part for name, part in value.items()}
    if not set(given) <= set(names) or (not partly and set(given) != set(names)):
        raise SignalError("E_INPUTS", algorithm.id, expected=" + ".join(names), got=" + ".join(given))
    return given


def as_start(value: object, path: str) -> int:
    """Return the index of a chunk's first sample; ParamsError for what is no whole number >= 0."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral) or int(value) < 0 or int(value) > 2**62:
        raise ParamsError("E_PARAM", path, expected="int >= 0", got=repr(value))
    return int(value)


def as_params(algorithm: Algorithm, params: Params | None, values: Mapping[str, Any]) -> Params:
    """Return the parameters, from an instance or from values; ParamsError for both, or for another algorithm's."""
    if params is None:
        return algorithm.params(**values)
    if values:
        raise ParamsError("E_PARAM", f"{algorithm.id}: params", expected="params | name=value", got="params + " + ", ".join(values))
    if not isinstance(params, algorithm.params):
        raise ParamsError("E_PARAM", f"{algorithm.id}: params", expected=algorithm.params.__name__, got=type(params).__name__)
    return params
