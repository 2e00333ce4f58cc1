"""Run every check of the contract on every registered algorithm: nothing to opt in, nothing to forget."""

from __future__ import annotations

import os

import pytest

from agetech.core import algorithms, find
from agetech.testing.case import Case, cases
from agetech.testing.contract import CHECKS, check_case

EXAMPLES = int(os.environ.get("AGETECH_CONTRACT_EXAMPLES", "4"))  # random chunkings of each; the slow tier asks for more


def _cases() -> list[Case]:
    return [case for name in algorithms() for case in cases(find(name), examples=EXAMPLES)]


def _name(value: object) -> str | None:
    if isinstance(value, Case):
        chosen = [str(v) for k, v in value.params.model_dump(mode="json").items() if k in ("placement", "source")]
        return "-".join([value.algorithm.name, *chosen])
    return getattr(value, "__name__", None)


@pytest.mark.parametrize("check", CHECKS, ids=_name)
@pytest.mark.parametrize("case", _cases(), ids=_name)
def test_contract(case: Case, check) -> None:
    check_case(case, check)


def test_there_is_something_to_check() -> None:
    assert algorithms(), "no algorithm is registered: is the package installed?"
