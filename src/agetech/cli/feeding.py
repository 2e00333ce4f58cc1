"""A recording through an algorithm, piece by piece under a progress bar; the rows are those of one batch run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from agetech.cli.terminal import progress
from agetech.core import Algorithm, Recording, Stream, run
from agetech.core.runner import unpacked
from agetech.errors import SignalError

PIECE = 30.0  # s a push
LONG = 600.0  # s from which a bar is shown
ROWS = 1000  # of a series a push


class Fed(NamedTuple):
    """What came of it: rows, the refusal that ended it if there was one, the first input and its rate (0: a series)."""

    rows: Any
    refusal: SignalError | None
    params: Any
    signal: Any
    fs: float


def feed(
    found: Algorithm, recording: Recording, values: Mapping[str, Any], *, label: str, piece: float = PIECE, quiet: bool = False
) -> Fed:
    """Return the rows of a recording; a refusal of its values is returned with the rows before it, any other is raised."""
    parts, rates, settled = unpacked(found, recording, None, None, dict(values))
    inputs = parts if isinstance(parts, dict) else {found.inputs[0].name: parts}
    first = inputs[found.inputs[0].name]
    fs = float((rates or {}).get(found.inputs[0].name, 0.0))
    params = found.params(**settled)
    if not found.streaming:
        return Fed(run(found, parts, rates, params=params), None, params, first, fs)
    stream = Stream(found, rates, params=params)
    given: list[Any] = []
    hidden = quiet or recording.duration < LONG
    try:
        with progress(label, len(first), hidden=hidden) as tell:
            for done, chunk in pieces(found, inputs, rates or {}, piece):
                given.append(stream.push(chunk))
                tell(done)
            given.append(stream.finish())
    except SignalError as error:
        before = getattr(error, "rows", None)
        if before is None:
            raise
        return Fed(np.concatenate([*given, before]), error, params, first, fs)
    return Fed(np.concatenate(given), None, params, first, fs)


def compiled(found: Algorithm) -> bool:
    """Return whether nothing is left to compile: no kernels, the JIT off, or their code in the cache."""
    from agetech.core.algorithm import Step
    from agetech.core.kernel import cache_folder, jit_enabled

    if not isinstance(found.shape, Step) or not jit_enabled():
        return True
    folders = [(kernel, cache_folder(kernel.plain)) for kernel in found.shape.steps]
    return all(folder is not None and any(folder.glob(f"{kernel.name}-*.nbc")) for kernel, folder in folders)


def pieces(found: Algorithm, inputs: Mapping[str, Any], rates: Mapping[str, float], seconds: float) -> Iterator[tuple[int, Any]]:
    """Give the inputs in pieces of `seconds`, with the samples of the first input that are done after each."""
    first = found.inputs[0]
    whole = inputs[first.name]
    step = max(1, round(seconds * rates[first.name])) if first.kind == "uniform" else ROWS
    for begin in range(0, len(whole), step):
        end = min(len(whole), begin + step)
        last = end == len(whole)
        chunk = {
            one.name: _part(one.kind, inputs[one.name], _share(one.name, first.name, rates), begin, end, last=last) for one in found.inputs
        }
        yield end, (chunk if len(chunk) > 1 else chunk[first.name])


def _share(name: str, first: str, rates: Mapping[str, float]) -> float:
    return rates.get(name, 1.0) / rates[first] if first in rates else 1.0


def _part(kind: str, values: Any, share: float, begin: int, end: int, *, last: bool) -> Any:
    """Return the rows of one input that belong to samples [begin, end) of the first; the last piece takes the rest."""
    if kind == "uniform" or values.ndim == 1:
        return values[int(begin * share) : len(values) if last else int(end * share)]
    low, high = np.searchsorted(values[:, 0], [begin, end])
    return values[low if begin else 0 : len(values) if last else high]
