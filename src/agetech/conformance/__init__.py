"""Conformance: vectors against any implementation in any language, over ACP v1. Names load when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agetech.conformance.book import Book as Book
    from agetech.conformance.book import Case as Case
    from agetech.conformance.book import load as load
    from agetech.conformance.book import shipped as shipped
    from agetech.conformance.judge import judge as judge
    from agetech.conformance.process import Limits as Limits
    from agetech.conformance.subject import LineSubject as LineSubject
    from agetech.conformance.suite import Options as Options
    from agetech.conformance.suite import run_suite as run_suite

_HOME = {
    "Book": "book",
    "Case": "book",
    "load": "book",
    "shipped": "book",
    "judge": "judge",
    "Limits": "process",
    "LineSubject": "subject",
    "Options": "suite",
    "run_suite": "suite",
}
__all__ = tuple(sorted(_HOME))  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(import_module(f"agetech.conformance.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
