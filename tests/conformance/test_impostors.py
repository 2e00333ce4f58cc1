"""The suite is attacked: mutants of the naive twin and impostors that know nothing must not pass."""

import dataclasses
import random
from pathlib import Path

import numpy as np
import pytest

from agetech.conformance.book import load
from agetech.conformance.challenge import generated, plain
from agetech.conformance.judge import Answer, judge
from agetech.conformance.subject import Claim, Hello
from agetech.conformance.suite import Options, run_suite
from tests.oracle import falls_threshold

SOURCE = Path(falls_threshold.__file__).read_text(encoding="utf-8")
BOOK = load("falls.threshold")
GENERATED = tuple(generated(BOOK, len(BOOK.cases), "11"))
MUTANTS = [
    ("G = 9.80665", "G = 9.81"),
    ("(x**2).sum(axis=1)", "(x[:, :2]**2).sum(axis=1)"),
    ("(x**2).sum(axis=1)", "np.abs(x).sum(axis=1)"),
    ("np.sqrt((x**2).sum(axis=1))", "np.sqrt((x**2).sum(axis=1)).astype(np.float32).astype(float)"),
    ("np.sqrt((x**2).sum(axis=1))", "np.sqrt((x**2).sum(axis=1)) / 9.80665"),
    ("m[i] < free_fall", "m[i] > free_fall"),
    ("free_fall=7.8", "free_fall=5.9"),
    ("impact=22.5", "impact=40.0"),
    ("longest_fall=1.0", "longest_fall=0.1"),
    ("settle=1.0", "settle=0.5"),
    ("lying=1.5", "lying=2.5"),
    ("tilt=40.0", "tilt=80.0"),
    ("activity=4.9", "activity=0.02"),
    ("posture=1.0", "posture=2.0"),
    ("posture * fs", "posture * 50.0 * 2.0"),
    ("round(t * fs)", "round(t * 50.0)"),
    ("round(t * fs)", "int(t * fs) + 1"),
    ("onset, before = i, slow[i - 1]", "onset, before = i - 1, slow[i - 1]"),
    ("onset, before = i, slow[i - 1]", "onset, before = i, slow[i]"),
    ("m[onset : hit + 1].min()", "m[onset : hit + 1].max()"),
    ("m[onset : hit + 1].min()", "m[onset + 3 : hit + 1].min()"),
    ("if m[j] > m[top]:", "if m[j] < m[top]:"),
    ("if m[j] > m[top]:", "if False:"),
    ("last = top + rest + down", "last = top + rest + down + 1"),
    ("x[top + rest + 1 : last + 1].sum(axis=0)", "x[top + rest + 1 : last].sum(axis=0)"),
    ("window - G).mean()", "window).mean()"),
    ("np.degrees(", "("),
    ("(a * b).sum()", "-(a * b).sum()"),
    ("turned >= tilt and moved", "turned >= tilt or moved"),
    ('"peak": float(m[top])', '"peak": float(m[hit])'),
    ('"impact": top', '"impact": hit'),
    ('"confirmed": last', '"confirmed": last - 1'),
    ("count = 0\n                continue", "continue"),
]


def answered_by(module):
    def answer(case):
        if case.expected == "invalid":
            return Answer("rejected", code=case.code)
        try:
            with np.errstate(all="ignore"):
                found = module["falls"](case.inputs["acc"], case.rates["acc"])
        except Exception as error:  # noqa: BLE001 - a mutant may do anything
            return Answer("error", text=str(error))
        return Answer("result", tuple({name: plain(value) for name, value in one.items()} for one in found))

    return answer


def module_of(text):
    scope = {}
    exec(compile(text, "twin", "exec"), scope)
    return scope


def caught(answer):
    """Return whether the public cases, or those that a run makes from its seed, tell an implementation from the reference."""
    return any(judge(BOOK, case, answer(case)).verdict != "pass" for case in (*BOOK.cases, *GENERATED))


def test_the_twin_passes():
    assert not caught(answered_by(module_of(SOURCE)))


def test_at_least_95_percent_of_the_mutants_are_caught():
    assert len(MUTANTS) >= 20
    assert all(old in SOURCE for old, _ in MUTANTS), [old for old, _ in MUTANTS if old not in SOURCE]
    alive = [(old, new) for old, new in MUTANTS if not caught(answered_by(module_of(SOURCE.replace(old, new))))]
    assert len(alive) <= 0.05 * len(MUTANTS), alive


def rows_of(case):
    return [dict(row) for row in case.rows]


def constant(case, rng):
    return Answer("result", tuple(rows_of(BOOK.cases[0])))


def mean(case, rng):
    every = [row for one in BOOK.cases for row in one.rows]
    row = {name: float(np.mean([one[name] for one in every])) for name in BOOK.fields}
    whole = {name: round(value) if isinstance(every[0][name], int) else value for name, value in row.items()}
    return Answer("result", (whole,) if case.rows else ())


class Last:
    def __init__(self):
        self.rows = ()

    def __call__(self, case, rng):
        before, self.rows = self.rows, case.rows
        return Answer("result", before)


def shuffled(case, rng):
    return Answer("result", tuple(rows_of(rng.choice(BOOK.cases))))


def abstains(case, rng):
    return Answer("result", abstained=True)


def rejects(case, rng):
    return Answer("rejected", code=case.code or "E_GAP")


def nan(case, rng):
    return Answer("result", tuple(dict.fromkeys(row, "NaN") for row in case.rows))


class Table:
    """Knows every public case by its input, and answers those without a fall where it does not."""

    def __init__(self):
        self.known = {self.key(case): case for case in BOOK.cases}

    @staticmethod
    def key(case):
        return b"".join(values.tobytes() for values in case.inputs.values()) + repr((case.params, case.rates)).encode()

    def __call__(self, case, rng):
        found = self.known.get(self.key(case))
        if found is None:
            return Answer("result")
        return Answer("rejected", code=found.code) if found.code else Answer("result", found.rows)


class Impostor:
    def __init__(self, how):
        self.how, self.rng = how, random.Random(4)

    def hello(self):
        return Hello({"name": "impostor", "version": "1"}, (Claim(BOOK.algorithm, BOOK.version),))

    def answer(self, book, case):
        if case.expected == "invalid" and self.how not in (rejects, abstains):
            return Answer("rejected", code=case.code)
        return self.how(case, self.rng)

    def close(self):
        pass


IMPOSTORS = (constant, mean, Last(), shuffled, abstains, rejects, nan, Table())


@pytest.mark.parametrize("how", IMPOSTORS, ids=lambda how: getattr(how, "__name__", type(how).__name__))
def test_an_impostor_does_not_pass(how):
    outcome = run_suite(Impostor(how), BOOK, Options("11", repeated=0.0))
    assert outcome.counts["fail"] + outcome.counts["flaky"] > 0
    if isinstance(how, Table):  # the public cases alone would not find it
        public = run_suite(Impostor(how), BOOK, Options("11", generated=0, repeated=0.0))
        assert public.counts == {"pass": len(BOOK.cases)}
    assert dataclasses.is_dataclass(outcome)
