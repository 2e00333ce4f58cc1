"""The public patent pool: a ledger of patents, licences and disclosures, and what a program that uses algorithms must do.

The ledger is append-only and hash-chained (`read_ledger`, `check_ledger`, `append`); `run_traced`, `read_trace` and
`named_in` find what a program uses; `report` gives the duties on a day in a territory, `cyclonedx` the same for machines.
Data, not advice: no record means "none known to the pool; no freedom-to-operate opinion". Names load when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agetech.pool.imports import named_in as named_in
    from agetech.pool.ledger import Ledger as Ledger
    from agetech.pool.ledger import append as append
    from agetech.pool.ledger import check_ledger as check_ledger
    from agetech.pool.ledger import read_ledger as read_ledger
    from agetech.pool.number import PatentNumber as PatentNumber
    from agetech.pool.number import parse_number as parse_number
    from agetech.pool.record import Record as Record
    from agetech.pool.sbom import cyclonedx as cyclonedx
    from agetech.pool.subject import Use as Use
    from agetech.pool.trace import Trace as Trace
    from agetech.pool.trace import read_trace as read_trace
    from agetech.pool.trace import run_traced as run_traced
    from agetech.pool.verdict import Question as Question
    from agetech.pool.verdict import Report as Report
    from agetech.pool.verdict import report as report

_HOME = {
    "imports": ("named_in",),
    "ledger": ("Ledger", "append", "check_ledger", "read_ledger"),
    "number": ("PatentNumber", "parse_number"),
    "record": ("Record",),
    "sbom": ("cyclonedx",),
    "subject": ("Use",),
    "trace": ("Trace", "read_trace", "run_traced"),
    "verdict": ("Question", "Report", "report"),
}
_NAMES = {name: home for home, names in _HOME.items() for name in names}

__all__ = tuple(sorted(_NAMES))  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    if name in _NAMES:
        value = getattr(import_module(f"agetech.pool.{_NAMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
