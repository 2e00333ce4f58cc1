"""Speed and memory of scoring, as ratios in one run: tables against numpy and pydantic, a form against plain Python.

    OMP_NUM_THREADS=1 python -m benchmarks.scoring.speed    writes docs/evidence/scoring.json, 1 where a bar is missed

Naive numpy: validation, sum, band, syndrome and flag in whole-array steps. Pydantic: one validated object a respondent
and the same arithmetic on it. Plain Python: the same arithmetic on a dict, and building the same result object.
"""

from __future__ import annotations

import sys
import tracemalloc
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from agetech.scoring import Score, instrument, instruments, score, score_table
from agetech.scoring.table import SYNDROMES
from benchmarks import evidence
from benchmarks.ratio import Ratio, ratio

PEOPLE = 1_000_000
OBJECTS = 2_000  # respondents of the pydantic side, whose cost is linear
EDGES = (5, 10, 15, 20)
CODES = ("minimal", "mild", "moderate", "moderately_severe", "severe")
BARS = {"numpy": 1 / 4, "pydantic": 1 / 100, "single": 3.0, "memory": 3.0}
COMMAND = "OMP_NUM_THREADS=1 python -m benchmarks.scoring.speed"
Array = np.ndarray[Any, Any]


def answers(n: int, share: float = 0.0) -> Array:
    """Return random PHQ-9 answers as bytes, or as floats with a share of NaN."""
    rng = np.random.default_rng(1)
    table = rng.integers(0, 4, (n, 9)).astype(np.int8)
    return np.where(rng.random(table.shape) < share, np.nan, table) if share else table


def naive(x: Array) -> tuple[Array, Array, Array, Array]:
    """Return total, band, syndrome and flag by whole-array numpy, invalid rows marked."""
    valid = ((x >= 0) & (x <= 3)).all(axis=1)
    total = x.sum(axis=1).astype(np.float64)
    band = np.digitize(total, EDGES).astype(np.int8)
    core = (x[:, :2] >= 2).sum(axis=1)
    symptoms = core + (x[:, 2:8] >= 2).sum(axis=1) + (x[:, 8] >= 1)
    found = np.where((core >= 1) & (symptoms >= 5), 2, np.where((core >= 1) & (symptoms >= 2), 1, 0)).astype(np.int8)
    total[~valid] = np.nan
    band[~valid] = found[~valid] = -1
    return total, band, found, x[:, 8] >= 1


Answer = Literal[0, 1, 2, 3]


class Respondent(BaseModel):
    """One respondent as an object."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    q1: Answer
    q2: Answer
    q3: Answer
    q4: Answer
    q5: Answer
    q6: Answer
    q7: Answer
    q8: Answer
    q9: Answer


def plain(a: dict[str, int]) -> tuple[int, str, str, bool]:
    """Return total, band, syndrome and flag of one respondent by plain Python."""
    total = a["q1"] + a["q2"] + a["q3"] + a["q4"] + a["q5"] + a["q6"] + a["q7"] + a["q8"] + a["q9"]
    band = CODES[sum(total >= edge for edge in EDGES)]
    core = (a["q1"] >= 2) + (a["q2"] >= 2)
    symptoms = core + sum(a[name] >= 2 for name in ("q3", "q4", "q5", "q6", "q7", "q8")) + (a["q9"] >= 1)
    found = "major" if core and symptoms >= 5 else "other" if core and symptoms >= 2 else "none"
    return total, band, found, a["q9"] >= 1


def objects(rows: list[dict[str, int]]) -> list[tuple[int, str, str, bool]]:
    """Return the results of a validated object a respondent."""
    return [plain(Respondent.model_validate(row).__dict__) for row in rows]


def by_hand(a: dict[str, int], like: Score) -> Score:
    """Return the same result object as the engine, by plain Python."""
    total, band, found, flag = plain(a)
    values = {"safety_flag": flag, "syndrome": found}
    raised = ["phq9_item9"] if flag else []
    head = (like.instrument, like.version, like.content_hash, "ok", total, band, values, {}, "default", None)
    rest = ([], [], {}, "mean", [], [], raised, {}, {}, None, like.provenance, like.labels)
    return Score(*head, *rest)


def same_results(x: Array) -> None:
    """Stop where the two sides do not say the same."""
    ours, theirs = score_table("phq9", x), naive(x)
    for left, right in zip((ours.total, ours.category, ours.values["syndrome"], ours.values["safety_flag"]), theirs, strict=True):
        if not np.array_equal(left, right, equal_nan=left.dtype.kind == "f"):
            raise AssertionError("naive numpy and the kernel disagree")


def peak(x: Array) -> float:
    """Return the most memory that scoring holds beside its input, as a share of the input, results included."""
    score_table("phq9", x)
    tracemalloc.start()
    score_table("phq9", x)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / x.nbytes


def item_rows() -> dict[str, float]:
    """Return million item-rows a second of CPU for every plain sum scale, 200,000 rows of bytes each."""
    from benchmarks.ratio import cpu

    rng, found = np.random.default_rng(2), {}
    for name in instruments():
        one = instrument(name)
        if one.method not in ("sum", "phq9") or any(item.hi > 127 for item in one.items):
            continue
        x = np.stack([rng.choice(item.options, 200_000) for item in one.items], axis=1).astype(np.int8)
        score_table(one, x, allow_unverified=True)
        spent = min(cpu(lambda one=one, x=x: score_table(one, x, allow_unverified=True), 1) for _ in range(3))
        found[name] = round(x.size / spent * 1e3, 1)
    return found


def main() -> int:
    """Measure, write and judge."""
    x, holes = answers(PEOPLE), answers(PEOPLE, 0.03)
    same_results(x)
    rows = [dict(zip([f"q{n}" for n in range(1, 10)], row, strict=True)) for row in x[:OBJECTS].tolist()]
    form = rows[0]
    like = score("phq9", form)
    if by_hand(form, like) != like:
        raise AssertionError("plain Python and the engine disagree")
    found: dict[str, Ratio] = {
        "numpy": ratio("a million PHQ-9, kernel / naive numpy", lambda: score_table("phq9", x), lambda: naive(x)),
        "single": ratio("one PHQ-9, engine / plain Python", lambda: score("phq9", form), lambda: by_hand(form, like)),
    }
    whole = ratio("PHQ-9, a million rows / 2,000 pydantic objects", lambda: score_table("phq9", x), lambda: objects(rows))
    gapped = ratio("a million PHQ-9 with 3 % missing / without", lambda: score_table("phq9", holes), lambda: score_table("phq9", x))
    share = PEOPLE / OBJECTS
    per_object = {"ratio a respondent": whole.median / share, "low": whole.low / share, "high": whole.high / share, "raw": whole.as_dict()}
    memory = peak(x)
    figures = {
        "numpy": {**found["numpy"].as_dict(), "times faster": round(1 / found["numpy"].median, 2), "bar": "at least 4 x"},
        "pydantic": {**per_object, "times faster": round(share / whole.median, 1), "bar": "at least 100 x"},
        "single": {**found["single"].as_dict(), "bar": "at most 3 x"},
        "memory": {"peak / input, results included": round(memory, 3), "bar": "at most 3 x"},
        "missing": gapped.as_dict(),
        "million item-rows a second": item_rows(),
        "rows": {"kernel": PEOPLE, "pydantic": OBJECTS},
        "labels": list(SYNDROMES),
    }
    path = evidence.write("scoring", COMMAND, figures)
    for name in ("numpy", "pydantic", "single", "memory"):
        print(name, {key: value for key, value in figures[name].items() if key != "raw"})
    slow = {name: rate for name, rate in figures["million item-rows a second"].items() if rate < 20}
    print(f"{len(figures['million item-rows a second'])} sum scales; below 20 million item-rows/s: {slow or 'none'}")
    print(path)
    measured = (found["numpy"].median, per_object["ratio a respondent"], found["single"].median, memory)
    return int(any(value > bar for value, bar in zip(measured, BARS.values(), strict=True)))


if __name__ == "__main__":
    sys.exit(main())
