"""ACP v1 on the wire: strict JSON lines, arrays as JSON numbers or base64, non-finite numbers as text."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

PROTOCOL = 1
LINE = 8 * 1024 * 1024  # bytes of one line, both ways
OUTPUT = 16 * 1024 * 1024  # bytes a case may write
DEPTH = 32
BLOB = 1024 * 1024  # bytes of a saved state
CODES = frozenset(
    f"E_{name}"
    for name in (
        *("SHAPE", "DTYPE", "UNIT", "RATE", "NONFINITE", "TIME_ORDER", "TIME_JUMP", "GAP", "RANGE", "FLAT", "SATURATED"),
        *("PARAM", "PARAM_UNKNOWN", "PARAM_MISSING", "INPUTS", "VERSION", "STATE", "LIMIT", "CONSENT"),
    )
)
WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@dataclass
class Fault(Exception):  # noqa: N818 - it is a verdict on its way, not an error of agetech
    """Something that ends a case: its verdict and what was seen."""

    verdict: str
    text: str

    def __str__(self) -> str:
        return f"{self.verdict}: {self.text}"


def broken(text: str) -> Fault:
    """Return the fault of a line that is not ACP."""
    return Fault("protocol_error", text)


def pairs_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members; ValueError for a key that comes twice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate key")
    return made


def _no_literal(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number too large for a double")
    return value


def depth_of(text: str) -> int:
    """Return the deepest nesting of a JSON text, strings left out."""
    if text.count("[") + text.count("{") <= DEPTH:
        return 0
    deep = most = 0
    quoted = skip = False
    for sign in text:
        if skip:
            skip = False
        elif quoted:
            skip, quoted = sign == "\\", sign != '"'
        elif sign == '"':
            quoted = True
        elif sign in "[{":
            deep += 1
            most = max(most, deep)
        elif sign in "]}":
            deep -= 1
    return most


def parse(line: bytes) -> dict[str, Any]:
    """Return the object of one line; Fault protocol_error for anything that strict JSON or ACP forbids."""
    try:
        text = line.decode("utf-8")
        if text.startswith("\ufeff"):
            raise ValueError("byte order mark")  # noqa: TRY301 - refused below with the rest
        if depth_of(text) > DEPTH:
            raise ValueError(f"deeper than {DEPTH}")  # noqa: TRY301 - refused below with the rest
        held = json.loads(text, object_pairs_hook=pairs_once, parse_constant=_no_literal, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise broken(f"no strict JSON: {error}") from None
    if not isinstance(held, dict):
        raise broken("a line is one JSON object")
    if held.get("acp") != PROTOCOL or isinstance(held.get("acp"), bool):
        raise broken("acp must be 1")
    if not isinstance(held.get("op"), str):
        raise broken("op must be text")
    return held


def packed(values: NDArray[Any], *, binary: bool) -> dict[str, Any]:
    """Return an array as ACP holds it: dtype, shape and `data`, or `b64` (little-endian, C order)."""
    made: dict[str, Any] = {"dtype": "f8", "shape": list(values.shape)}
    flat = np.ascontiguousarray(values, "<f8")
    if binary:
        return made | {"b64": base64.b64encode(flat.tobytes()).decode("ascii")}
    numbers: list[Any] = flat.ravel().tolist()
    if not np.isfinite(flat).all():
        numbers = [number if math.isfinite(number) else word(number) for number in numbers]
    return made | {"data": numbers}


def word(number: float) -> str:
    """Return a non-finite number as the text that stands for it."""
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def unpacked(held: Mapping[str, Any]) -> NDArray[Any]:
    """Return the array that ACP holds; Fault protocol_error for one that is none."""
    try:
        shape = [int(one) for one in held["shape"]]
        if "b64" in held:
            kind = {"f8": "<f8", "f4": "<f4", "i2": "<i2", "i4": "<i4", "u1": "u1"}[held["dtype"]]
            return np.frombuffer(base64.b64decode(held["b64"], validate=True), kind).astype(np.float64).reshape(shape)
        return np.array([WORDS[one] if isinstance(one, str) else float(one) for one in held["data"]]).reshape(shape)
    except (KeyError, TypeError, ValueError) as error:
        raise broken(f"no array: {error}") from None


def line_of(message: Mapping[str, Any]) -> bytes:
    """Return a message as one line."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode("utf-8") + b"\n"
