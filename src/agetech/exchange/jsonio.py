"""Strict JSON at the edge: what the data models refuse is refused here as ExchangeError, with a JSON Pointer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agetech.errors import ExchangeError
from agetech.schemas.jsontext import LIMITS, Limits
from agetech.schemas.jsontext import loads as _loads


def loads(text: bytes | str, *, limits: Limits = LIMITS) -> Any:
    """Return the value of a JSON text; numbers keep their digits (Decimal, int). ExchangeError for what is refused."""
    return _loads(text, limits=limits, error=ExchangeError)


def load(path: Path | str, *, limits: Limits = LIMITS) -> Any:
    """Return the value of a JSON file; a file larger than the limit is not read."""
    file = Path(path)
    try:
        size = file.stat().st_size
        if size > limits.size:
            raise ExchangeError("E_JSON_SIZE", file.name, expected=limits.size, got=size)
        return loads(file.read_bytes(), limits=limits)
    except OSError as fault:
        raise ExchangeError("E_CONVERT", file.name, expected="a file that can be read", got=type(fault).__name__) from None
