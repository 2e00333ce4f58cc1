"""The conformance vectors of pulses, saturation, ST level and apnea minutes: the naive twins made them, the kernels must agree."""

import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import agetech
from agetech.core import run
from agetech.errors import AgetechError

FOLDER = Path(agetech.__file__).parent / "conformance" / "vectors"
IDS = ("cardiac.ppg", "cardiac.bcg", "cardiac.spo2", "cardiac.st", "sleep.apnea_minutes")
BOOKS = {name: json.loads((FOLDER / name / "1.0.0.json").read_text(encoding="utf-8")) for name in IDS}


def cases():
    for name, book in BOOKS.items():
        for group in book["groups"]:
            for case in group["tests"]:
                yield pytest.param(name, group, case, id=f"{name}-{case['id']}")


def signal(held):
    if "b64" not in held:
        return np.array([float(one) for one in held["data"]]).reshape(held["shape"])
    raw = base64.b64decode(held["b64"])
    assert hashlib.sha256(raw).hexdigest() == held["sha256"]
    value = np.frombuffer(raw, {"i2": "<i2", "i4": "<i4"}[held["dtype"]]).reshape(held["shape"]).astype(float) * held["scale"]
    for first, many in held.get("holes", ()):
        value[first : first + many] = np.nan
    return value


@pytest.mark.parametrize(("name", "group", "case"), list(cases()))
def test_vector(name, group, case):
    inputs = {key: signal(held) for key, held in case["inputs"].items()}
    given = inputs if len(inputs) > 1 else next(iter(inputs.values()))
    if case["result"] == "invalid":
        with pytest.raises(AgetechError) as caught:
            run(name, given, group["fs"], **group["params"])
        assert caught.value.code == case["code"]
        return
    rows = run(name, given, group["fs"], **group["params"])
    assert len(rows) == len(case["rows"])
    for field in rows.dtype.names:
        limits = BOOKS[name]["tolerance"].get(field, {"abs": 0.0})
        wanted = [float(row[field]) for row in case["rows"]]
        np.testing.assert_allclose(rows[field].astype(float), wanted, rtol=1e-9, atol=limits["abs"], err_msg=field)


VALUES = {"cardiac.spo2": "spo2", "cardiac.st": "deviation", "sleep.apnea_minutes": "probability"}


@pytest.mark.parametrize("name", IDS)
def test_the_book_is_sound(name):
    book = BOOKS[name]
    tests = [case for group in book["groups"] for case in group["tests"]]
    results = [case["result"] for case in tests]
    assert book["cases"] == len(tests) >= 30
    assert sorted(case["id"] for case in tests) == list(range(1, len(tests) + 1))
    assert results.count("valid") >= 10
    assert results.count("invalid") >= 10
    assert results.count("abstain") >= 5
    assert {flag for case in tests for flag in case["flags"]} <= set(book["notes"])
    assert all(note["effect"] and note["text"] for note in book["notes"].values())
    for case in tests:  # what must abstain gives no number
        if case["result"] == "abstain":
            assert all(row[VALUES[name]] == "NaN" for row in case["rows"]) if name in VALUES else not case["rows"]
    assert sum(bool(case["rows"]) for case in tests if case["result"] == "valid") >= 10
