"""What tenants prove their own algorithms with: the contract suite and the fault injectors.

`check_algorithm(algorithm)` runs every check on a private algorithm as on agetech's own.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

_HOME = {
    "CHECKS": "contract",
    "Case": "case",
    "ContractError": "case",
    "FAULTS": "faults",
    "Sampled": "faults",
    "cases": "case",
    "check_algorithm": "contract",
    "example": "examples",
    "robustness": "matrix",
}

if TYPE_CHECKING:
    from agetech.testing.case import Case as Case
    from agetech.testing.case import ContractError as ContractError
    from agetech.testing.case import cases as cases
    from agetech.testing.contract import CHECKS as CHECKS
    from agetech.testing.contract import check_algorithm as check_algorithm
    from agetech.testing.examples import example as example
    from agetech.testing.faults import FAULTS as FAULTS
    from agetech.testing.faults import Sampled as Sampled
    from agetech.testing.matrix import robustness as robustness

__all__ = tuple(sorted(_HOME))  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    if name in _HOME:
        value = getattr(import_module(f"agetech.testing.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'agetech.testing' has no attribute {name!r}")
