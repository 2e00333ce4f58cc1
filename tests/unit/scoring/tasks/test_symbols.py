"""Symbol-digit: thirds, errors and late answers by hand; a run that is not seen to end."""

from __future__ import annotations

import pytest

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks import measure_task, symbol_digit
from tests.unit.scoring.tasks.made import row


def test_by_hand():
    assert symbol_digit([10, 8, 3], 4) == (21, 21 / 25, -3.5)
    assert symbol_digit([0, 0, 0], 0) == (0, None, 0.0)
    with pytest.raises(SignalError):
        symbol_digit([1, 2], 0)
    for bad in (([1, 2, -1], 0), ([1, 2, 3], 1.5)):
        with pytest.raises(ParamsError):
            symbol_digit(*bad)


def answers(times, wrong=(), start=500.0):
    return [
        row("symbol_digit", k, start + 1000 * time - 400, 400, stimulus="◇", expected="4", response="7" if k in wrong else "4")
        for k, time in enumerate(times, start=1)
    ]


def run(times, wrong=(), stop=None):
    rows = [row("symbol_digit", 0, 500.0, stimulus="△", expected="1"), *answers(times, wrong)]
    return rows if stop is None else [*rows, row("symbol_digit", 99, 500.0 + 1000 * stop, kind="end")]


TIMES = [1, 2, 3, 29, 29.9, 30, 31, 32, 59, 60, 61, 62, 88, 89, 89.5, 90]


def test_a_run():
    got = measure_task(run(TIMES, wrong=(2,), stop=90))
    assert [got.counts[f"third_{k}"] for k in (1, 2, 3)] == [4, 4, 7]
    assert (got.value("score"), got.value("accuracy"), got.value("fatigue_slope")) == (15, 15 / 16, 1.5)
    assert {k: got.counts[k] for k in ("trials", "errors", "late", "lost")} == {"trials": 17, "errors": 1, "late": 0, "lost": 0}
    assert got.status == "ok"


def test_without_an_end_the_score_is_a_bound():
    for record in (run(TIMES), run(TIMES, stop=89.9)):
        got = measure_task(record)
        assert (got.value("score"), got.measures["score"].status) == (16, "censored")
        assert got.measures["fatigue_slope"].reason == "end_not_recorded"
        assert got.value("accuracy") == 1.0
    late = measure_task(run([*TIMES, 90.1]))
    assert (late.value("score"), late.counts["late"], late.measures["score"].status) == (16, 1, "ok")


def test_other_limits_and_empty_runs():
    assert measure_task(run([1, 2, 3, 4, 5], stop=6), {"limit": 6}, least={"fatigue_slope": 5}).value("fatigue_slope") == 0.5
    assert measure_task([row("symbol_digit", 1, 0.0, practice=True)]).status == "insufficient_data"
    with pytest.raises(SignalError):
        measure_task([row("symbol_digit", 1, 0.0, 500)])
    with pytest.raises(ParamsError):
        measure_task(run([1]), {"limit": 2.9})
