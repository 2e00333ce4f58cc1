"""Vector files as values: every signal unpacked and its digest checked, the two written forms read as one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from agetech.core import find
from agetech.errors import ParamsError, SchemaError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Array = NDArray[Any]
Expected = Literal["valid", "invalid", "abstain", "acceptable"]
RESULTS = ("valid", "invalid", "abstain", "acceptable")
MISSING = -32768  # in the plain form of int16 counts
PRINTED = 1e-9  # answers are written with ten to twelve digits


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far one field may be from the answer: |error| <= absolute + relative * |answer|; both 0 is exact (class T0)."""

    absolute: float = 0.0
    relative: float = 0.0

    @property
    def name(self) -> str:
        """Return the tolerance class: T0 exact, T2 mixed."""
        return "T2" if self.absolute or self.relative else "T0"

    def allowed(self, answer: float) -> float:
        """Return the largest error allowed beside an answer."""
        return self.absolute + self.relative * abs(answer)


@dataclass(frozen=True, slots=True)
class Case:
    """One case: inputs, rates and parameters in, and what must come of them. number: its place in the vector file."""

    number: int
    comment: str
    flags: tuple[str, ...]
    inputs: Mapping[str, Array]
    rates: Mapping[str, float]
    params: Mapping[str, Any]
    expected: Expected
    rows: tuple[Mapping[str, Any], ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Book:
    """The vectors of one algorithm version."""

    algorithm: str
    version: str
    tolerances: Mapping[str, Tolerance]
    notes: Mapping[str, Mapping[str, str]]
    cases: tuple[Case, ...]
    digest: str
    fields: tuple[str, ...] = field(default=())
    events: bool = False

    @property
    def name(self) -> str:
        """Return `id@version`."""
        return f"{self.algorithm}@{self.version}"


def folder() -> Traversable:
    """Return the folder of the shipped vector files."""
    return files("agetech").joinpath("conformance", "vectors")


def shipped() -> tuple[str, ...]:
    """Return `id@version` of every shipped vector file, sorted."""
    found = []
    for home in folder().iterdir():
        if home.is_dir():
            found += [f"{home.name}@{entry.name.removesuffix('.json')}" for entry in home.iterdir() if entry.name.endswith(".json")]
    return tuple(sorted(found))


@lru_cache(maxsize=32)
def load(name: str) -> Book:
    """Return the vectors of `id` (the newest) or `id@version`; ParamsError E_VECTORS for an unknown one."""
    wanted, _, version = name.partition("@")
    found = [one for one in shipped() if one.partition("@")[0] == wanted and version in ("", one.partition("@")[2])]
    if not found:
        raise ParamsError("E_VECTORS", "vectors", expected=", ".join(shipped()), got=name)
    newest = max(found, key=lambda one: tuple(int(part) for part in one.partition("@")[2].split(".")))
    place = folder().joinpath(wanted, newest.partition("@")[2] + ".json")
    return read(place.read_bytes())


def read(raw: bytes) -> Book:
    """Return the vectors that a file holds; SchemaError E_VECTOR_FILE where it is not sound: form, digests, counts."""
    try:
        held = json.loads(raw)
        name = str(held["algorithm"])
        inputs = tuple(one.name for one in find(name).inputs)
        plain = "tolerances" in held
        tolerances = _plain_tolerances(held["tolerances"]) if plain else _tolerances(held["tolerance"])
        notes = dict(held["notes"])
        cases = tuple(_cases(held["groups"], inputs, notes, name))
        if held["cases"] != len(cases) or len({one.number for one in cases}) != len(cases):
            raise _fault(name, f"{held['cases']}", f"{len(cases)}")
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _fault("file", "schema.json", f"{type(error).__name__}: {error}") from None
    fields = tuple(dict.fromkeys(key for one in cases for row in one.rows for key in row))
    return Book(
        name, str(held["version"]), tolerances, notes, cases, hashlib.sha256(raw).hexdigest(), fields, find(name).output == "events"
    )


def _fault(path: str, expected: str, got: str) -> SchemaError:
    return SchemaError("E_VECTOR_FILE", path, expected=expected, got=got)


def _plain_tolerances(held: Mapping[str, Any]) -> dict[str, Tolerance]:
    exact = {name: Tolerance() for name in held["exact"]}
    return exact | {name: Tolerance(PRINTED, float(relative)) for name, relative in held["relative"].items()}


def _tolerances(held: Mapping[str, Any]) -> dict[str, Tolerance]:
    return {name: Tolerance(float(one.get("abs", 0.0)), float(one.get("rel", 0.0))) for name, one in held.items()}


def _cases(groups: list[Any], inputs: tuple[str, ...], notes: Mapping[str, Any], name: str) -> Iterator[Case]:
    for group in groups:
        for test in group["tests"]:
            path = f"{name} {test['id']}"
            if test["result"] not in RESULTS or not set(test["flags"]) <= set(notes):
                raise _fault(path, " | ".join(RESULTS), str(test["result"]))
            given = test["inputs"] if "inputs" in test else {inputs[0]: test["signal"]}
            arrays = {key: array(value, f"{path}: {key}") for key, value in given.items()}
            rates = group["fs"]
            by_name = dict(rates) if isinstance(rates, dict) else {} if rates is None else {inputs[0]: float(rates)}
            code = str(test.get("error", test.get("code", "")))
            if (test["result"] == "invalid") != bool(code):
                raise _fault(path, "E_...", code)
            rows = tuple(test.get("events", test.get("rows", ())))
            expected = cast("Expected", test["result"])
            yield Case(int(test["id"]), str(test["comment"]), tuple(test["flags"]), arrays, by_name, group["params"], expected, rows, code)


def array(held: Mapping[str, Any], path: str) -> Array:
    """Return a stored signal; SchemaError E_VECTOR_FILE where its bytes are not those of its digest."""
    if "data" in held:
        return np.array([float(one) for one in held["data"]], np.float64).reshape(held["shape"])
    plain = "i16" in held
    try:
        raw = base64.b64decode(held["i16" if plain else "b64"], validate=True)
    except binascii.Error as error:
        raise _fault(path, "base64", str(error)) from None
    found = hashlib.sha256(raw).hexdigest()
    if found != held["sha256"]:
        raise _fault(path, str(held["sha256"]), found)
    counts = np.frombuffer(raw, "<i2" if plain else {"i2": "<i2", "i4": "<i4"}[held["dtype"]]).reshape(held["shape"])
    values = counts.astype(np.float64) * float(held["scale"])
    if plain:
        values[counts == MISSING] = np.nan
    for first, many in held.get("holes", ()):
        values[first : first + many] = np.nan
    return values
