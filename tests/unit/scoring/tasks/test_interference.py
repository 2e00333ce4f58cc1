"""Stroop: means, shares and efficiency by hand; the run from events with its counts."""

from __future__ import annotations

from math import nan

import pytest

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks import golden_interference, measure_task, stroop
from tests.unit.scoring.tasks.made import row


def test_by_hand():
    got = stroop([0.5, 0.7], [0.9, 1.1], [0.7], accuracy_congruent=0.75, accuracy_incongruent=0.5)
    assert got == pytest.approx((0.4, 0.1, 0.8, 2.0), abs=1e-15)


def test_what_lacks_is_none():
    assert stroop([0.5], []) == (None, None, None, None)
    assert stroop([], [0.5], [0.5], accuracy_incongruent=1.0) == (None, None, None, 0.5)
    assert stroop([0.5], [0.5], accuracy_congruent=0.0).ies_congruent is None
    for bad in (1.1, -0.1, nan):
        with pytest.raises(ParamsError):
            stroop([0.5], [0.5], accuracy_congruent=bad)
    with pytest.raises(SignalError):
        stroop([nan], [0.5])


def test_golden_by_hand():
    assert golden_interference(100, 60, 40) == 40 - 37.5
    assert golden_interference(0, 60, 3) == 3
    assert golden_interference(60, 60, 40) == 10
    assert golden_interference(0, 0, 3) is None
    with pytest.raises(ParamsError):
        golden_interference(-1, 60, 3)


def part(condition, times, start, wrong=()):
    return [
        row(
            "stroop",
            start + k,
            5000.0 * (start + k),
            rt,
            condition=condition,
            expected="red",
            **({} if rt is None else {"response": "blue" if k in wrong else "red"}),
        )
        for k, rt in enumerate(times)
    ]


def whole():
    easy = part("congruent", [500, 520, 540, 560, 580, None], 1)
    hard = part("incongruent", [800, 820, 840, 860, 880, 100, 6000, 900], 7, wrong=(7,))
    return [*easy, *hard]


def test_a_run():
    got = measure_task(whole())
    assert got.value("interference") == pytest.approx(0.3, abs=1e-12)
    assert got.measures["interference"].n == 5
    assert got.value("ies_congruent") == pytest.approx(0.54 / (5 / 6), abs=1e-12)
    assert got.value("ies_incongruent") == pytest.approx(0.84 / (7 / 8), abs=1e-12)
    assert (got.measures["facilitation"].status, got.measures["facilitation"].reason) == ("undefined", "not_recorded")
    assert got.counts == {
        "trials": 14,
        "congruent": 6,
        "incongruent": 8,
        "neutral": 0,
        "errors": 1,
        "timeouts": 1,
        "anticipations": 1,
        "lapses": 1,
        "early": 0,
        "lost": 0,
        "practice": 0,
    }
    assert got.status == "ok"


def test_neutral_trials_give_facilitation():
    got = measure_task([*whole(), *part("neutral", [600, 620, 640, 660, 680], 20)])
    assert got.value("facilitation") == pytest.approx(0.1, abs=1e-12)
    assert got.counts["lost"] == 5


def test_limits_of_a_run():
    got = measure_task(whole(), {"anticipation": 0.1, "lapse": 6.0})
    assert (got.counts["anticipations"], got.counts["lapses"]) == (0, 0)
    assert got.measures["ies_incongruent"].n == 7


def test_runs_that_are_refused():
    with pytest.raises(SignalError):
        measure_task([row("stroop", 1, 0.0, 500, condition="other", expected="red")])
    with pytest.raises(SignalError):
        measure_task([row("stroop", 1, 0.0, 500, condition="neutral")])
    with pytest.raises(ParamsError):
        measure_task(whole(), {"anticipation": 2.0, "lapse": 1.0})
