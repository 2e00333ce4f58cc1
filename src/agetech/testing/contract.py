"""The contract suite: one list of checks, for every algorithm, agetech's own and the tenants' private ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agetech.core.registry import algorithms, register, unregister
from agetech.core.stream import resolve
from agetech.testing.answers import ANSWER_CHECKS
from agetech.testing.case import ContractError, cases
from agetech.testing.streaming import STREAM_CHECKS, applies

if TYPE_CHECKING:
    from collections.abc import Callable

    from agetech.core.algorithm import Algorithm
    from agetech.testing.case import Case, Example

CHECKS: tuple[Callable[[Case], None], ...] = (*ANSWER_CHECKS, *STREAM_CHECKS)


def check_case(case: Case, check: Callable[[Case], None]) -> None:
    """Run one check on one case; stream checks leave out algorithms that need the whole recording."""
    if check in STREAM_CHECKS and not applies(case):
        return
    check(case)


def check_algorithm(
    algorithm: Algorithm | str,
    *,
    seconds: float = 60.0,
    seed: int = 0,
    examples: int = 5,
    example: Example | None = None,
) -> tuple[str, ...]:
    """Return the names of the checks that hold for an algorithm; raise ContractError that lists those that do not.

    example: `example(algorithm, rates, seconds, seed)` gives signals by input name where ours make it answer nothing.
    examples: random chunkings of each. A private algorithm needs no registration.
    """
    found = resolve(algorithm)
    known = found.id in algorithms()
    if not known:
        register(found)
    broken: list[str] = []
    try:
        for case in cases(found, seconds=seconds, seed=seed, examples=examples, make=example):
            for check in CHECKS:
                fault = _fault(check, case)
                if fault:
                    broken.append(f"{check.__name__} ({case.params!r}): {fault}")
    finally:
        if not known:
            unregister(found)
    if broken:
        raise ContractError(f"{found.name} breaks the contract:\n  " + "\n  ".join(broken))
    return tuple(check.__name__ for check in CHECKS)


def _fault(check: Callable[[Case], None], case: Case) -> str:
    try:
        check_case(case, check)
    except Exception as error:  # noqa: BLE001 - whatever an algorithm raises breaks the contract
        return f"{type(error).__name__}: {error}"
    return ""


def promises() -> dict[str, Any]:
    """Return what each check says, by its name."""
    return {check.__name__: (check.__doc__ or "").strip() for check in CHECKS}
