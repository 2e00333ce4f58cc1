"""The shipped vectors of the fall algorithms: the naive twin made them, the kernel must give them; and they are sound."""

import base64
import hashlib
import json
from importlib.resources import files

import numpy as np
import pytest

from agetech.core import run
from agetech.errors import AgetechError
from benchmarks.falls import vectors
from tests.oracle import falls_impact, falls_threshold

IDS = ("falls.impact", "falls.threshold")


def document(algorithm):
    place = files("agetech.conformance") / "vectors" / algorithm / "1.0.0.json"
    return json.loads(place.read_text(encoding="utf-8"))


def cases(algorithm):
    return [(group, test) for group in document(algorithm)["groups"] for test in group["tests"]]


def signal(test):
    raw = base64.b64decode(test["signal"]["i16"])
    assert hashlib.sha256(raw).hexdigest() == test["signal"]["sha256"]
    held = np.frombuffer(raw, "<i2").reshape(test["signal"]["shape"])
    return np.where(held == -32768, np.nan, held * test["signal"]["scale"])


@pytest.mark.parametrize("algorithm", IDS)
def test_the_file_is_sound(algorithm):
    whole = document(algorithm)
    tests = [test for _, test in cases(algorithm)]
    assert whole["cases"] == len(tests) >= 30
    assert sorted(test["id"] for test in tests) == list(range(1, len(tests) + 1))
    results = [test["result"] for test in tests]
    assert results.count("valid") >= 10
    assert results.count("invalid") >= 10
    assert {flag for test in tests for flag in test["flags"]} == set(whole["notes"])
    assert sum(bool(test.get("events")) for test in tests) >= 10


@pytest.mark.parametrize("algorithm", IDS)
def test_the_kernel_gives_the_answers(algorithm):
    tolerances = document(algorithm)["tolerances"]
    for group, test in cases(algorithm):
        if test["result"] == "invalid":
            with pytest.raises(AgetechError) as caught:
                run(algorithm, signal(test), group["fs"], **group["params"])
            assert caught.value.code == test["error"], test["comment"]
            continue
        rows = run(algorithm, signal(test), group["fs"], **group["params"])
        assert len(rows) == len(test["events"]), test["comment"]
        for row, event in zip(rows, test["events"], strict=True):
            assert {name: int(row[name]) for name in tolerances["exact"]} == {name: event[name] for name in tolerances["exact"]}
            for name, relative in tolerances["relative"].items():
                np.testing.assert_allclose(row[name], float(event[name]), rtol=relative, atol=1e-9, err_msg=f"{test['comment']}: {name}")
        if test["result"] == "abstain":
            assert all(event.get("confidence", "NaN") == "NaN" for event in test["events"])


@pytest.mark.parametrize("algorithm", IDS)
def test_the_twin_still_gives_them(algorithm):
    exact = vectors.TOLERANCES[algorithm]["exact"]
    for group, test in cases(algorithm)[::7]:
        if test["result"] == "invalid":
            continue
        x = signal(test)
        events = falls_impact.events(x, group["fs"], "waist") if algorithm == "falls.impact" else falls_threshold.falls(x, group["fs"])
        assert [[one[name] for name in exact] for one in events] == [[one[name] for name in exact] for one in test["events"]]


def test_the_signals_can_be_made_again():
    comment, _, fs, x = next(vectors.valid())
    (stored,) = [test for group, test in cases("falls.impact") if test["comment"] == comment and group["fs"] == fs]
    assert vectors.stored(x)["sha256"] == stored["signal"]["sha256"]
