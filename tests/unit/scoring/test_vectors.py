"""The shared scoring vectors, every present key of every case; the file itself stays outside the repository."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from agetech.scoring import score


def same(got, wanted):
    if isinstance(wanted, dict):
        return isinstance(got, dict) and set(wanted) <= set(got) and all(same(got[k], v) for k, v in wanted.items())
    if isinstance(wanted, bool) or wanted is None or isinstance(wanted, str):
        return got == wanted and type(got) is type(wanted)
    if isinstance(wanted, int | float):
        return isinstance(got, int | float) and abs(got - wanted) <= 1e-9
    return got == wanted


def found(result, key):
    return getattr(result, key) if hasattr(result, key) else result.values.get(key, "<absent>")


@pytest.fixture(scope="module")
def cases(data):
    return json.loads((data / "scoring" / "vectors.json").read_text(encoding="utf-8"))["cases"]


def test_every_case(cases):
    wrong = []
    for case in cases:
        context = dict(case["context"])
        result = score(case["instrument"], case["responses"], context, scheme=context.pop("scheme", None), allow_unverified=True)
        for key, wanted in case["expected"].items():
            got = found(result, key)
            if not (abs(got - wanted) <= 1e-4 if key == "efficiency_pct" else same(got, wanted)):
                wrong.append((case["id"], key, wanted, got))
    assert wrong == []
    assert len(cases) == 923
    assert len({case["instrument"] for case in cases}) == 70


def test_the_comparison_can_fail(cases):
    kinds = Counter(case["kind"] for case in cases)
    assert kinds["boundary"] == 315
    assert not same({"a": 1}, {"a": 2})
    assert not same(1, True)
    assert not same(None, 0)


def test_additive_reading_of_gbt42195(cases):
    for case in cases:
        if "category_if_additive" in case["expected"]:
            result = score("gbt42195", case["responses"], case["context"], scheme="additive")
            assert result.category == case["expected"]["category_if_additive"]
