"""The shipped kernels against the conformance vectors of the naive twins."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

import agetech
from agetech.core import run
from agetech.errors import ParamsError

FOLDER = Path(agetech.__file__).parent / "conformance" / "vectors"
BOOKS = {
    name: json.loads((FOLDER / name / "1.0.0.json").read_text(encoding="utf-8"))
    for name in ("cardiac.beats", "cardiac.hrv", "cardiac.rhythm")
}
CASES = [(name, group["fs"], group["params"], case) for name, book in BOOKS.items() for group in book["groups"] for case in group["tests"]]


@pytest.mark.parametrize(("name", "fs", "params", "case"), CASES, ids=[f"{one[0]}-{one[3]['id']}" for one in CASES])
def test_case(name: str, fs: float | None, params: dict, case: dict) -> None:
    ((_, held),) = case["inputs"].items()
    if "b64" in held:
        rr = np.frombuffer(base64.b64decode(held["b64"]), "<i2").astype(float) * held["scale"]
    else:
        rr = np.array([float(one) for one in held["data"]])
    if case["result"] == "invalid":
        with pytest.raises(ParamsError):
            run(name, rr, fs, **params)
        return
    rows = run(name, rr, fs, **params)
    assert len(rows) == len(case["rows"])
    for row, wanted in zip(rows, case["rows"], strict=True):
        for field, value in wanted.items():
            assert row[field] == pytest.approx(float(value), rel=1e-6, abs=1e-6, nan_ok=True), field


def test_each_book_has_thirty_cases() -> None:
    assert all(book["cases"] >= 30 for book in BOOKS.values())
