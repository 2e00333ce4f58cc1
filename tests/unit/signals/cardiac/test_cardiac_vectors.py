"""The shipped kernels against the conformance vectors of the naive twins."""

import json
from pathlib import Path

import agetech
import numpy as np
import pytest

from agetech.core import run
from agetech.errors import ParamsError

FOLDER = Path(agetech.__file__).parent / "conformance" / "vectors"
BOOKS = {name: json.loads((FOLDER / name / "1.0.0.json").read_text(encoding="utf-8")) for name in ("cardiac.hrv", "cardiac.rhythm")}
CASES = [(name, group["params"], case) for name, book in BOOKS.items() for group in book["groups"] for case in group["tests"]]


@pytest.mark.parametrize(("name", "params", "case"), CASES, ids=[f"{name}-{case['id']}" for name, _, case in CASES])
def test_case(name: str, params: dict, case: dict) -> None:
    rr = np.array([float(one) for one in case["inputs"]["rr"]["data"]])
    if case["result"] == "invalid":
        with pytest.raises(ParamsError):
            run(name, rr, **params)
        return
    rows = run(name, rr, **params)
    assert len(rows) == len(case["rows"])
    for row, wanted in zip(rows, case["rows"], strict=True):
        for field, value in wanted.items():
            assert row[field] == pytest.approx(float(value), rel=1e-9, abs=1e-9, nan_ok=True), field


def test_each_book_has_thirty_cases() -> None:
    assert all(book["cases"] >= 30 for book in BOOKS.values())
