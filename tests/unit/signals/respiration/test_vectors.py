"""The conformance vectors of the breathing algorithms: the naive twins made them, the kernels must agree."""

import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import agetech
from agetech.core import run
from agetech.errors import AgetechError
from agetech.signals.respiration import PRESENCE, RADAR, RATE
from agetech.signals.sleep.breathing import EVENTS

FOLDER = Path(agetech.__file__).parent / "conformance" / "vectors"
ALGORITHMS = {a.id: a for a in (PRESENCE, RADAR, RATE, EVENTS)}


def books():
    for name in ALGORITHMS:
        held = json.loads((FOLDER / name / "1.0.0.json").read_text(encoding="utf-8"))
        for group in held["groups"]:
            for case in group["tests"]:
                yield pytest.param(name, held, group, case, id=f"{name}-{case['id']}")


def signal(held):
    raw = base64.b64decode(held["b64"])
    assert hashlib.sha256(raw).hexdigest() == held["sha256"]
    value = np.frombuffer(raw, "<i2").reshape(held["shape"]).astype(float) * held["scale"]
    for first, many in held.get("holes", ()):
        value[first : first + many] = np.nan
    return value


@pytest.mark.parametrize(("name", "book", "group", "case"), list(books()))
def test_vector(name, book, group, case):
    inputs = {key: signal(held) for key, held in case["inputs"].items()}
    given = inputs if len(inputs) > 1 else next(iter(inputs.values()))
    if case["result"] == "invalid":
        with pytest.raises(AgetechError) as caught:
            run(ALGORITHMS[name], given, group["fs"], **group["params"])
        assert caught.value.code == case["code"]
        return
    rows = run(ALGORITHMS[name], given, group["fs"], **group["params"])
    if name == "sleep.breathing":
        rows = rows[np.lexsort((rows["kind"], rows["onset"]))]
        case["rows"].sort(key=lambda row: (row["onset"], row["kind"]))
    assert len(rows) == len(case["rows"])
    for field in rows.dtype.names:
        limits = book["tolerance"].get(field, {"abs": 0.0})
        wanted = [float(row[field]) for row in case["rows"]]
        rtol, atol = limits.get("rel", 0.0), limits.get("abs", 0.0)
        np.testing.assert_allclose(rows[field].astype(float), wanted, rtol=rtol, atol=atol, err_msg=field)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_there_are_enough_cases_of_each_kind(name):
    held = json.loads((FOLDER / name / "1.0.0.json").read_text(encoding="utf-8"))
    results = [case["result"] for group in held["groups"] for case in group["tests"]]
    assert held["cases"] == len(results) >= 30
    assert results.count("valid") >= 10
    assert results.count("invalid") >= 10
    assert results.count("abstain") >= 5
