"""Spans: the stop rule, the product and the mean span by hand; sequences as text; runs that end too soon."""

from __future__ import annotations

import pytest

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks import measure_task, span
from agetech.scoring.tasks.spans import sequence_of
from tests.unit.scoring.tasks.made import row


def test_by_hand():
    got = span([(4, 1), (4, 0), (5, 0), (5, 1), (6, 0), (6, 0)])
    assert got == (5, 2, 10, 3 + 0.5 + 0.5, 6)
    assert span([(4, 1), (4, 1)]) == (4, 2, 8, 4.0, None)
    assert span([(4, 1), (4, 1), (5, 0)]) == (4, 2, 8, 4.0, None)
    assert span([]) is None
    assert span([(1, 0), (1, 0)]) == (0, 0, 0, 0.0, 1)


def test_another_number_of_trials():
    assert span([(2, 1), (3, 0)], 1) == (2, 1, 2, 2.0, 3)
    assert span([(2, 1), (2, 0), (2, 0), (3, 0), (3, 0), (3, 0)], 3).mean_span == pytest.approx(1 + 1 / 3, abs=1e-15)


@pytest.mark.parametrize(
    "trials",
    [
        [(3, 1), (3, 1), (5, 1)],
        [(3, 1), (3, 1), (2, 1)],
        [(3, 1), (4, 1)],
        [(3, 0), (3, 0), (4, 1)],
        [(3, 1), (3, 1), (3, 1)],
        [(3, 1), (3, 1), (4, 1), (4, 1), (3, 1)],
    ],
)
def test_orders_that_are_refused(trials):
    with pytest.raises(SignalError) as caught:
        span(trials)
    assert caught.value.code == "E_TASK_TRIALS"


@pytest.mark.parametrize("trials", [[(0, 1)], [(3, 2)], [(3.5, 1)], [(1001, 1)]])
def test_trials_that_are_none(trials):
    with pytest.raises(ParamsError):
        span(trials)


def test_numbers_of_trials_have_bounds():
    assert span([(1000, 1)] * 10, 10).max_span == 1000
    for per in (0, 11):
        with pytest.raises(ParamsError):
            span([(3, 1)], per)
        with pytest.raises(ParamsError):
            measure_task(tries("digit_span", RUN), {"trials_per_length": per})
    assert measure_task(tries("digit_span", [("12", "12")] * 10), {"trials_per_length": 10}).value("max_span") == 2


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("372", "372"), ("3 7 2", "372"), ("3-7-2", "372"), ("3, 7; 2", "372"), (" 37 ", "37"), ("七三", "七三")],
)
def test_sequences(text, wanted):
    assert sequence_of(text) == tuple(wanted)
    assert sequence_of("10-7") == ("10", "7")


def tries(task, pairs):
    return [
        row(task, k, 10_000.0 * k, None if said is None else 3000, expected=wanted, **({} if said is None else {"response": said}))
        for k, (wanted, said) in enumerate(pairs, start=1)
    ]


RUN = [("3-7-2", "372"), ("518", "5 1 8"), ("4912", "4921"), ("6035", None)]


def test_runs_of_both_tasks():
    got = measure_task(tries("corsi", RUN))
    assert {name: got.value(name) for name in got.measures} == {"max_span": 3, "trials_correct": 2, "mean_span": 3.0, "product": 6}
    assert got.counts == {"trials": 4, "timeouts": 1, "early": 0, "discontinued_at": 4, "practice": 0}
    digits = measure_task(tries("digit_span", RUN))
    assert set(digits.measures) == {"max_span", "trials_correct", "mean_span"}
    assert digits.status == got.status == "ok"


def test_a_run_before_its_stop_rule_is_a_bound():
    got = measure_task(tries("digit_span", RUN[:3]))
    assert (got.value("max_span"), got.status) == (3, "censored")
    assert {m.reason for m in got.measures.values()} == {"stop_rule_not_reached"}
    assert "discontinued_at" not in got.counts
    only = measure_task([row("digit_span", 1, 0, practice=True)])
    assert (only.status, only.value("max_span"), only.measures["max_span"].n) == ("insufficient_data", None, 0)


def test_runs_that_are_refused():
    rows = tries("digit_span", RUN)
    with pytest.raises(SignalError):
        measure_task(rows[:1] + rows[2:])
    with pytest.raises(SignalError):
        measure_task([row("digit_span", 1, 0, 300)])
    assert (
        measure_task(tries("digit_span", [("12", "12"), ("345", "0")]), {"trials_per_length": 1}, least={"mean_span": 1}).value("mean_span")
        == 2.0
    )
