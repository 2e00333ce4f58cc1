"""Trail making: seconds from touches, and what is said where time ran out or the record breaks off."""

from __future__ import annotations

from math import nan

import pytest

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks import measure_task, trail_making
from tests.unit.scoring.tasks.made import row

SHORT = {"targets": 3, "a_limit": 20, "b_limit": 60}


def touches(part, times, wanted=("1", "2", "3"), wrong=(), start=0.0):
    """Return one touch a time (ms): the right target, `x` at the places in `wrong`."""
    rows, at = [], 0
    for place, time in enumerate(times):
        response = "x" if place in wrong else wanted[at]
        rows.append(row("trail_making", place + 1, start + time, 0, condition=part, expected=wanted[at], response=response))
        at += place not in wrong
    return rows


def end(part, time, trial=99):
    return row("trail_making", trial, time, kind="end", condition=part)


def test_derived_by_hand():
    assert trail_making(40, 100) == (60, 2.5, 1.5, False, False)
    assert trail_making(99.9, 299.9).b_censored is False


def test_limits_censor():
    assert trail_making(60, 301) == (240, 5.0, 4.0, False, True)
    assert trail_making(100, 200) == (None, None, None, True, False)
    assert trail_making(100, 300) == (None, None, None, True, True)
    assert trail_making(120, 200, a_limit=150).ratio == 200 / 120
    assert trail_making(0.001, 0.001).ratio == 1.0
    for bad in ((0, 100), (nan, 100), (40, -1), (0.0009, 1)):
        with pytest.raises(SignalError):
            trail_making(*bad)


def test_a_run_from_first_to_last_correct_touch():
    a = touches("A", [500, 1500, 2500, 4500], wrong=(1,))
    b = touches("B", [10_000, 12_000, 19_000], ("1", "A", "2"))
    got = measure_task([*a, *b], SHORT)
    assert {name: got.value(name) for name in ("a", "b", "diff", "ratio", "prop")} == {
        "a": 4.0,
        "b": 9.0,
        "diff": 5.0,
        "ratio": 2.25,
        "prop": 1.25,
    }
    assert got.counts == {"trials": 7, "a_errors": 1, "b_errors": 0, "a_touches": 3, "b_touches": 3, "practice": 0}
    assert (got.status, got.measures["diff"].n, got.measures["diff"].needs) == ("ok", 3, 3)


def test_b_at_its_limit_is_a_bound():
    a = touches("A", [0, 2000, 4000])
    got = measure_task([*a, *touches("B", [10_000, 12_000]), end("B", 70_000)], SHORT)
    assert (got.value("b"), got.value("diff"), got.value("ratio")) == (60.0, 56.0, 15.0)
    assert {got.measures[name].status for name in ("b", "diff", "ratio", "prop")} == {"censored"}
    assert got.measures["b"].reason == "time_limit"
    assert (got.measures["b"].needs, got.measures["diff"].needs, got.measures["diff"].n) == (1, 1, 2)
    assert got.status == "censored"
    slow = measure_task([*a, *touches("B", [10_000, 12_000, 70_000])], SHORT)
    assert (slow.value("b"), slow.measures["b"].status) == (60.0, "censored")


def test_a_at_its_limit_leaves_nothing_to_derive():
    a = [*touches("A", [0, 2000]), end("A", 20_000)]
    got = measure_task([*a, *touches("B", [30_000, 31_000, 40_000])], SHORT)
    assert (got.value("a"), got.value("b"), got.value("diff")) == (20.0, 10.0, None)
    assert (got.measures["diff"].status, got.measures["diff"].reason, got.measures["diff"].needs) == ("undefined", "a_at_limit", 1)


def test_a_part_that_breaks_off_gives_no_number():
    a = touches("A", [0, 2000, 4000])
    early = measure_task([*a, *touches("B", [10_000, 12_000]), end("B", 69_999)], SHORT)
    assert (early.value("a"), early.value("b")) == (4.0, None)
    assert early.measures["b"].reason == early.measures["prop"].reason == "part_not_complete"
    assert early.status == "partial"
    assert measure_task([*a, *touches("B", [10_000], wrong=(0,))], SHORT).measures["b"].reason == "part_not_complete"
    assert measure_task(a, SHORT).measures["b"].reason == "not_recorded"


def test_a_full_trail_has_twenty_five_targets():
    wanted = [str(k) for k in range(1, 26)]
    a = touches("A", [1000 * k for k in range(25)], wanted)
    assert measure_task(a).value("a") == 24.0
    assert measure_task(a[:24]).measures["a"].reason == "part_not_complete"


def test_a_part_without_a_correct_touch_has_none():
    got = measure_task([*touches("A", [0, 1000], wrong=(0, 1)), end("A", 30_000)], SHORT)
    assert (got.measures["a"].n, got.counts["a_touches"], got.counts["a_errors"]) == (0, 0, 2)
    assert (got.measures["a"].status, got.value("a")) == ("undefined", None)


def test_touches_that_were_lost_between_do_not_matter():
    a = touches("A", [0, 1000, 2000, 3000], wrong=(1,))
    assert measure_task([a[0], *a[2:]], SHORT).value("a") == 3.0


def test_limits_of_settings():
    a = touches("A", [0, 2000, 4000])
    for good in ({"targets": 1000}, {"targets": 3, "a_limit": 3600, "b_limit": 1}, {"targets": 3, "a_limit": 1, "b_limit": 3600}):
        assert measure_task(a, good).task == "trail_making"
    for bad in ({"targets": 1001}, {"a_limit": 3601}, {"b_limit": 3601}, {"b_limit": 0.9}):
        with pytest.raises(ParamsError):
            measure_task(a, bad)


def test_runs_that_are_refused():
    a = touches("A", [0, 2000, 4000])
    with pytest.raises(SignalError) as caught:
        measure_task([*a, row("trail_making", 9, 5000, 0, condition="A", expected="3", response="3")], SHORT)
    assert caught.value.code == "E_TASK_TRIALS"
    for rows in ([row("trail_making", 1, 0, 0, condition="C")], [row("trail_making", 1, 0, condition="A", expected="1")], [end("C", 0)]):
        with pytest.raises(SignalError):
            measure_task(rows, SHORT)
    for bad in ({"targets": 1}, {"a_limit": 0}, {"b_limit": nan}):
        with pytest.raises(ParamsError):
            measure_task(a, bad)
