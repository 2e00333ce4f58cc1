"""What an algorithm answers to each fault of the catalogue: the table that its card shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agetech.core import run
from agetech.core.stream import Stream
from agetech.dsp.regularise import regularise
from agetech.errors import AgetechError
from agetech.testing.faults import FAULTS, Sampled

if TYPE_CHECKING:
    from agetech.core.declare import Records
    from agetech.testing.case import Case
    from agetech.testing.faults import Fault

NEAR = 0.5  # s: a row this near to one of the clean signal's counts as the same row
ABOUT = {
    "text": "about documents",
    "table": "about tables",
    "file": "about files",
    "archive": "about files",
    "process": "about the process",
    "person": "about persons and consent",
    "answers": "about questionnaires",
}


class Cell(NamedTuple):
    """One dose of one fault: the response, whether it is among the right ones, and what it looked like."""

    fault: str
    variant: str
    response: str
    right: bool
    detail: str


def robustness(case: Case, seed: int = 0) -> list[Cell]:
    """Return a cell for each dose of each fault that can meet this algorithm, and one with its reason for the others.

    Responses: R, A, F, X as in the catalogue; "changed" for another answer without a remark; "crash" for a foreign exception.
    """
    clean = case.run()
    cells = []
    for fault in FAULTS.values():
        reason = _not_applicable(fault, case)
        if reason:
            cells.append(Cell(fault.id, "", "n/a", right=True, detail=reason))
            continue
        for name, answer in _answers(fault, case, seed):
            response, detail = _judge(answer, clean, case)
            cells.append(Cell(fault.id, name, response, response in fault.right, detail))
    return cells


def _not_applicable(fault: Fault, case: Case) -> str:
    first = case.algorithm.inputs[0]
    if fault.target in ABOUT:
        return ABOUT[fault.target]
    if fault.id in ("F32", "F33", "F34"):
        return "about instants; algorithms see sample indices"
    if fault.id == "F44":
        return "measured by the constant state of the contract suite"
    if fault.target == "state" and not case.algorithm.streaming:
        return "does not stream"
    if fault.target in ("signal", "clock") and (first.kind == "series" or len(case.inputs) > 1):
        return "a series has no clock" if first.kind == "series" else "several inputs: each is faulted by its own domain's tests"
    if fault.id in ("F21", "F22") and first.width < 2:
        return "one channel"
    return ""


def _answers(fault: Fault, case: Case, seed: int) -> list[tuple[str, Any]]:
    """Return for each dose its name and the rows or the exception that came."""
    if fault.target == "params":
        return [
            (v.name, _attempt(lambda v=v: case.algorithm.params(**{**case.params.model_dump(), **v.subject})))
            for v in fault.inject(case.algorithm.params, seed)
        ]
    if fault.target == "state":
        stream = case.stream()
        stream.push(case.given)
        return [
            (v.name, _attempt(lambda v=v: Stream.load(v.subject, algorithm=case.algorithm, fs=case.fs)))
            for v in fault.inject(stream.save(), seed)
        ]
    first = case.algorithm.inputs[0]
    x = case.inputs[first.name]
    scale = float(np.nanmedian(np.abs(x))) or 1.0
    limit = first.limit / 12.5 if np.isfinite(first.limit) else 16 * scale
    subject = Sampled(x, case.rates.get(first.name), scale=scale, limit=limit)
    return [(v.name, _attempt(lambda v=v: _run(case, v.subject))) for v in fault.inject(subject, seed)]


def _run(case: Case, subject: Sampled) -> Records:
    values, fs = subject.values, subject.fs
    first = case.algorithm.inputs[0].name
    if subject.times is not None:
        values = regularise(subject.times, values, fs, stamps="sample").values
    inputs = {**case.inputs, first: values}
    rates: Any = {**case.rates, first: fs} if len(case.rates) > 1 else fs
    return run(case.algorithm, inputs if len(inputs) > 1 else values, rates, params=case.params)


def _attempt(work: Any) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - a foreign exception is what the table looks for
        return error


def _judge(answer: Any, clean: Records, case: Case) -> tuple[str, str]:
    if isinstance(answer, AgetechError):
        return "R", answer.code
    if isinstance(answer, Exception):
        return "crash", f"{type(answer).__name__}: {answer}"
    if not isinstance(answer, np.ndarray):
        return "changed", "accepted"
    if answer.tobytes() == clean.tobytes() or _near(answer, clean, case):
        return "X", f"{len(answer)} rows"
    if not len(answer) or _withheld(answer):
        return "A", f"{len(answer)} rows"
    if _says_so(answer, clean):
        return "F", f"{len(answer)} rows for {len(clean)}"
    return "changed", f"{len(answer)} rows for {len(clean)}"


def _near(answer: Records, clean: Records, case: Case) -> bool:
    """Return whether the rows are those of the clean signal, at about the same places."""
    if len(answer) != len(clean):
        return False
    rate = next(iter(case.rates.values()), 1.0)
    names = [field.name for field in case.algorithm.fields if field.unit.dimension == "sample"]
    codes = [field.name for field in case.algorithm.fields if field.unit.dimension == "code"]
    values = [f.name for f in case.algorithm.fields if f.kind == "f8" and not f.shape and f.unit.dimension == "rate"]
    near = all((np.abs(answer[name] - clean[name]) <= NEAR * rate).all() for name in names[:2])
    with np.errstate(invalid="ignore"):
        alike = all(np.allclose(answer[name], clean[name], rtol=0.05, equal_nan=True) for name in values)
    return near and alike and all((answer[name] == clean[name]).all() for name in codes)


def _withheld(answer: Records) -> bool:
    names = [name for name in answer.dtype.names or () if answer.dtype[name] == np.float64 and name not in ("quality", "confidence")]
    return any(np.isnan(answer[name]).all() for name in names)


def _says_so(answer: Records, clean: Records) -> bool:
    for name in ("remarks", "reason", "quality"):
        if name in (answer.dtype.names or ()):
            size = min(len(answer), len(clean))
            if (answer[name][:size] != clean[name][:size]).any() or len(answer) != len(clean):
                return True
    return False
