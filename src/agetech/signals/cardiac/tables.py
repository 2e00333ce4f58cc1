"""Trained coefficients of the cardiac algorithms: JSON files with the recipe that makes them again."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=8)
def table(name: str) -> dict[str, Any]:
    """Return the coefficients of `coefficients/NAME.json`, with their version and recipe."""
    text = files("agetech.signals.cardiac").joinpath("coefficients", f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]
