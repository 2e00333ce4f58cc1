"""Checks of the contract about inputs, refusals and answers."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core import run
from agetech.core.description import describe
from agetech.core.params import bounds
from agetech.core.registry import installed
from agetech.errors import AgetechError, ParamsError, SignalError
from agetech.testing.case import expect, fillings, is_record, same

if TYPE_CHECKING:
    from agetech.testing.case import Case


def answers_something(case: Case) -> None:
    """The example signal gives rows, else the other checks would prove nothing; positions lie inside the signal."""
    rows = case.run()
    expect(len(rows), "the example signal gives no row")
    expect(rows.dtype == case.algorithm.dtype, f"rows of dtype {rows.dtype}")
    first = case.algorithm.inputs[0]
    for field in case.algorithm.fields:
        if field.unit.dimension == "sample":
            places = rows[field.name]
            expect(((places >= -1) & (places <= len(case.inputs[first.name]))).all(), f"{field.name} outside the signal")
        if field.labels is not None:
            known = {int(label) for label in field.labels}
            expect(set(np.unique(rows[field.name]).tolist()) <= known, f"{field.name} has codes without a label")


def layouts(case: Case) -> None:
    """Strided, Fortran, read-only and big-endian arrays, lists and float32 give the same bytes; the input stays as it was."""
    batch = case.run()
    views: list[Any] = [_strided, _fortran, _read_only, _big_endian]
    for view in views:
        same(case.with_inputs({name: view(x) for name, x in case.inputs.items()}).run(), batch, view.__name__)
    single: dict[str, Any] = {name: x.astype(np.float32) for name, x in case.inputs.items()}
    doubled = case.with_inputs({name: x.astype(np.float64) for name, x in single.items()})
    same(case.with_inputs(single).run(), doubled.run(), "float32")
    short = case.with_inputs({name: x[:200] for name, x in case.inputs.items()})
    same(case.with_inputs({name: x.tolist() for name, x in short.inputs.items()}).run(), short.run(), "list")
    fresh = {name: x + 0.125 for name, x in case.inputs.items()}
    kept = {name: x.copy() for name, x in fresh.items()}
    case.with_inputs(fresh).run()
    expect(all(kept[name].tobytes() == x.tobytes() for name, x in fresh.items()), "the input was changed")


def _strided(x: Any) -> Any:
    wide = np.zeros((len(x), *x.shape[1:], 2))
    wide[..., 0] = x
    return wide[..., 0]


def _fortran(x: Any) -> Any:
    return np.asfortranarray(x)


def _read_only(x: Any) -> Any:
    copy = x.copy()
    copy.flags.writeable = False
    return copy


def _big_endian(x: Any) -> Any:
    return x.astype(">f8")


def wrong_inputs(case: Case) -> None:
    """A wrong shape, type or rate is refused by SignalError, never by an exception of numpy, numba or pydantic."""
    first = case.algorithm.inputs[0]
    x = case.inputs[first.name][:50]
    wrong: list[Any] = [
        x[None],
        x.astype(object),
        x.astype(str),
        x.astype(complex),
        x > 0,
        x.astype(np.float16),
        "text",
        None,
        np.float64(1.0),
    ]
    wrong.append(x[:, :1] if first.width > 1 else np.column_stack([x, x]) if not first.width else x[:, 0])
    for one in wrong:
        _refused({**case.inputs, first.name: one}, case.fs, case, f"{type(one).__name__} {getattr(one, 'shape', '')}")
    if first.kind == "uniform":
        low, high = first.rates
        for fs in (0.0, -1.0, float("nan"), float("inf"), True, "50", None, low * 0.99 or None, high * 1.01):
            _refused(dict(case.inputs), {**case.rates, first.name: fs}, case, f"fs {fs}")


def _refused(inputs: dict[str, Any], fs: Any, case: Case, said: str) -> None:
    if isinstance(fs, dict) and len(fs) == 1:
        (fs,) = fs.values()
    given = inputs if len(inputs) > 1 else next(iter(inputs.values()))
    try:
        run(case.algorithm, given, fs, params=case.params)
    except SignalError as error:
        expect(error.code and error.message("en") and error.message("zh") and error.remedy("en") and error.remedy("zh"), "no text")
        return
    expect(holds=False, said=f"{said} was accepted")


def impossible_values(case: Case) -> None:
    """A value beyond its unit's limit is refused at that sample, with the rows before it, for any chunking."""
    for one in case.algorithm.inputs:
        x = case.inputs[one.name]
        if not np.isfinite(one.limit) or is_record(case) or not len(x) or len(case.inputs) > 1:
            continue
        at = len(x) * 2 // 3
        bad = x.copy()
        bad.reshape(len(x), -1)[at, 0] = one.limit * 1.01
        before = case.with_inputs({**case.inputs, one.name: x[:at]})
        stream = before.stream()
        rows = stream.push(before.given)
        for cuts in ((), (at,), (at + 1,), (at // 2, at - 1)):
            got, error = _until_refused(case.with_inputs({**case.inputs, one.name: bad}), one.name, cuts)
            expect(error is not None and error.code == "E_RANGE", f"{one.name} = {one.limit * 1.01:g} was accepted")
            same(got, rows, "rows before the refusal")


def _until_refused(case: Case, name: str, cuts: tuple[int, ...]) -> tuple[Any, SignalError | None]:
    stream, got = case.stream(), [case.algorithm.nothing]
    for piece in np.split(case.inputs[name], cuts):
        try:
            got.append(stream.push(piece))
        except SignalError as error:
            return np.concatenate([*got, error.rows]), error  # type: ignore[attr-defined]
    return np.concatenate(got), None


def infinite_is_missing(case: Case) -> None:
    """Inf gives what NaN gives, apart from the remarks that say so."""
    first = case.algorithm.inputs[0]
    if first.kind == "series":
        return
    x = case.inputs[first.name]
    answers = []
    for missing in (np.nan, np.inf, -np.inf):
        holed = x.copy()
        holed[len(x) // 3 : len(x) // 3 + 3] = missing
        rows = case.with_inputs({**case.inputs, first.name: holed}).run().copy()
        if "remarks" in (rows.dtype.names or ()):
            rows["remarks"] = 0
        answers.append(rows)
    same(answers[1], answers[0], "Inf against NaN")
    same(answers[2], answers[0], "-Inf against NaN")


def hard_signals(case: Case) -> None:
    """Zeros, missing samples, noise, huge noise within the limit, tiny and stuck values: an answer or a typed refusal."""
    rng = case.rng()
    first = case.algorithm.inputs[0]
    shape = case.inputs[first.name].shape
    top = first.limit if np.isfinite(first.limit) else 1e6
    for one in (
        np.zeros(shape),
        np.full(shape, np.nan),
        rng.normal(0, 1, shape),
        rng.normal(0, top / 10, shape).clip(-top, top),
        np.full(shape, 1e-310),
        np.full(shape, 7.0),
        -np.zeros(shape),
    ):
        values = np.abs(np.cumsum(np.abs(one), axis=0)) if first.kind == "series" else one
        try:
            rows = case.with_inputs({**case.inputs, first.name: values}).run()
        except AgetechError:
            continue
        expect(rows.dtype == case.algorithm.dtype, "rows of another type")


def latency(case: Case) -> None:
    """Every row is given within the declared latency after its anchor."""
    algorithm = case.algorithm
    anchor = algorithm.anchor
    if algorithm.output != "events" or not anchor or is_record(case):
        return
    fs = next(iter(case.rates.values()), 1.0)
    rows = case.run()
    rows = rows[rows["stage"] == 1] if "stage" in (rows.dtype.names or ()) else rows
    late = (rows["confirmed"] - rows[anchor]) / fs
    expect((late <= algorithm.latency(case.params) + 1e-9).all(), f"confirmed {late.max() if len(late) else 0:.3f} s after {anchor}")
    expect((rows["confirmed"] >= rows[anchor]).all(), "confirmed before it happened")


def parameter_bounds(case: Case) -> None:
    """Every parameter refuses what lies outside its declared bounds, and bool, text, NaN and infinity."""
    params = case.algorithm.params
    for name, declared in params.model_fields.items():
        if declared.annotation not in (float, int):
            continue
        limits = bounds(params, name)
        expect(limits, f"{name} has no bounds")
        bad: list[Any] = [True, "1", float("nan"), float("inf"), None]
        bad += [limits[key] - 1 for key in ("ge", "gt") if key in limits] + [limits[key] + 1 for key in ("le", "lt") if key in limits]
        bad += [limits[key] for key in ("gt", "lt") if key in limits]
        for value in bad:
            try:
                params(**{**case.params.model_dump(), name: value})
            except ParamsError as error:
                expect(name in error.path, f"the error for {name} names {error.path}")
            else:
                expect(holds=False, said=f"{name} = {value!r} was accepted")
    try:
        params(**{**case.params.model_dump(), "no_such_parameter": 1.0})
    except ParamsError:
        return
    expect(holds=False, said="an unknown parameter was accepted")


def described(case: Case) -> None:
    """Every input, field and parameter has a meaning in both languages, and the algorithm names its source."""
    text = describe(case.algorithm)
    for part in ("inputs", "fields", "params"):
        for one in text[part]:
            expect(one["meaning"]["en"] and one["meaning"]["zh"], f"{part}: {one['name']} has no meaning in a language")
    expect(text["source"] and all(one["citation"] for one in text["source"]), "no source")
    expect(text["title"]["en"] and text["title"]["zh"], "no title in a language")


def other_process(case: Case) -> None:
    """The same bytes come in another process, and there without compiling."""
    if not installed(case.algorithm.id) or case.params != fillings(case.algorithm.params)[0]:
        return
    code = (
        "import hashlib, sys\n"
        "from agetech.testing.case import cases\n"
        "from agetech.core import find\n"
        "import numpy as np\n"
        f"case = cases(find({case.algorithm.name!r}), seconds=40.0)[0]\n"
        "print(hashlib.sha256(case.run().tobytes()).hexdigest())\n"
        "print('numba' in sys.modules)\n"
    )
    answers = []
    for jit in ("on", "off"):
        env = {**os.environ, "AGETECH_JIT": jit, "PYTHONHASHSEED": "7"}
        env.pop("NUMBA_DISABLE_JIT", None)
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
        expect(done.returncode == 0, f"JIT {jit}: {done.stderr[-300:]}")
        digest, loaded = done.stdout.split()
        answers.append(digest)
        expect(jit == "on" or loaded == "False", "numba was imported with the JIT off")
    expect(answers[0] == answers[1], "JIT off gives other bytes than JIT on")


ANSWER_CHECKS = (
    answers_something,
    layouts,
    wrong_inputs,
    impossible_values,
    infinite_is_missing,
    hard_signals,
    latency,
    parameter_bounds,
    described,
    other_process,
)
