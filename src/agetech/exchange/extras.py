"""Optional packages: loaded where they are needed, and named with their extra where they lack."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from agetech.errors import ExchangeError


def extra(module: str, name: str) -> Any:
    """Return an optional module; ExchangeError E_EXTRA names the extra of agetech that installs it."""
    try:
        return import_module(module)
    except ImportError:
        raise ExchangeError("E_EXTRA", module, expected=f"pip install 'agetech[{name}]'", got=module) from None
