"""Events: what a row may hold, what a session may hold, and one digest for one record."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from math import inf, nan

import pytest

from agetech.errors import AgetechError, ParamsError, SignalError
from agetech.scoring.tasks import TaskEvent
from agetech.scoring.tasks.event import bounded, counted, digest, numbered, reals, session, unbroken
from tests.unit.scoring.tasks.made import pen, row, run

GOOD = {"task": "stroop", "trial": 1, "onset_ms": 1000, "device": "Tablet 10", "version": "1.2.0"}


def refusal(given):
    with pytest.raises(SignalError) as caught:
        TaskEvent(**{**GOOD, **given})
    return caught.value


def test_a_row_holds_plain_floats_and_its_time():
    event = TaskEvent(**GOOD, response="red", response_ms=1250)
    assert (event.onset_ms, type(event.onset_ms), event.rt) == (1000.0, float, 0.25)
    assert TaskEvent(**GOOD).rt is None
    assert TaskEvent(**GOOD, response="red", response_ms=1000).rt == 0.0
    assert event.as_dict() == {**GOOD, "response": "red", "response_ms": 1250.0}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("onset_ms", nan),
        ("onset_ms", inf),
        ("onset_ms", -1),
        ("onset_ms", True),
        ("onset_ms", "1000"),
        ("onset_ms", None),
        ("onset_ms", 2**53 + 2),
        ("onset_ms", 10**400),
        ("trial", 1.0),
        ("trial", -1),
        ("trial", True),
        ("trial", 10**9),
        ("practice", 1),
        ("practice", None),
        ("kind", "pause"),
        ("kind", None),
        ("task", ""),
        ("task", "  "),
        ("device", None),
        ("device", 7),
        ("version", "1\n2"),
        ("version", "x" * 1001),
        ("condition", ""),
        ("stimulus", "\ud800"),
        ("expected", 3),
        ("level", nan),
        ("latency_ms", -0.5),
        ("latency_ms", inf),
        ("x", 1.0),
        ("pressure", 0.0),
    ],
)
def test_what_a_row_refuses(field, value):
    error = refusal({field: value})
    assert (error.code, error.path) == ("E_TASK_EVENT", f"task event: {field}")


def test_what_is_still_a_row():
    event = TaskEvent(**{**GOOD, "trial": 10**9 - 1, "onset_ms": 2**53, "stimulus": "x" * 1000, "level": -(2**53), "latency_ms": 0})
    assert (event.trial, event.onset_ms, len(event.stimulus), event.level) == (999_999_999, 2.0**53, 1000, -(2.0**53))
    assert reals("rts", [2**53, 0]) == (2.0**53, 0.0)


def test_response_and_time_belong_together():
    assert refusal({"response": "red"}).path.endswith("response_ms")
    assert refusal({"response_ms": 1200.0}).path.endswith("response_ms")
    assert refusal({"response": "red", "response_ms": 999.9}).got == "an earlier time"
    assert refusal({"response": "red", "response_ms": nan}).got == "nan"


@pytest.mark.parametrize("kind", ["study", "end"])
def test_rows_that_ask_nothing_hold_no_response(kind):
    assert refusal({"kind": kind, "response": "red", "response_ms": 1200}).path.endswith("response")


def test_pen_samples_are_whole():
    assert pen(10, 1, 2, 0).pressure == 0.0
    assert refusal({"kind": "pen", "x": 1.0, "y": 2.0}).got == "x, y"
    assert refusal({"kind": "pen"}).got == "none of them"
    assert refusal({"kind": "pen", "x": 1.0, "y": 2.0, "pressure": -1.0}).path.endswith("pressure")
    assert pen(10, -5.0, 2, 0).x == -5.0


def test_refusals_speak_both_languages_and_hold_no_answer():
    error = refusal({"response": "a private word", "response_ms": 3.0})
    assert "private" not in str(error.as_dict())
    assert error.message("en") != error.message("zh")
    assert error.remedy("zh")


def test_an_empty_record_is_refused():
    with pytest.raises(SignalError) as caught:
        session([])
    assert caught.value.code == "E_TASK_EMPTY"
    with pytest.raises(SignalError) as caught:
        session([GOOD])
    assert caught.value.code == "E_TASK_EVENT"


@pytest.mark.parametrize("field", ["task", "device", "version", "latency_ms"])
def test_mixed_records_are_refused(field):
    rows = run("stroop", [500, 600])
    value = 8.0 if field == "latency_ms" else "other"
    with pytest.raises(SignalError) as caught:
        session([rows[0], replace(rows[1], **{field: value})])
    assert (caught.value.code, caught.value.path) == ("E_TASK_MIXED", f"task events: {field}")
    assert caught.value.got == "2 values"


def test_a_clock_that_goes_back_is_refused():
    first, second, third = run("stroop", [500, 600, 700])
    with pytest.raises(SignalError) as caught:
        session([first, third, second])
    assert (caught.value.code, caught.value.path) == ("E_TASK_CLOCK", "task events: row 3")
    assert session([first, first]).events == (first, first)  # equal times are no step back
    word = row("fluency", 1, 0.0, 900)
    with pytest.raises(SignalError):
        session([word, row("fluency", 2, 0.0, 800)])


def test_practice_is_left_out_by_its_tag_and_counted():
    rows = [row("stroop", 1, 0, 500), row("stroop", 2, 3000, 400, practice=True), row("stroop", 3, 6000, 450)]
    got = session(rows)
    assert [event.trial for event in got.events] == [1, 3]
    assert got.practice == 1
    assert got.digest != session([rows[0], rows[2]]).digest


def test_kinds_and_ends():
    rows = [row("stroop", 1, 0, 500), row("stroop", 2, 10, kind="end", condition="A"), row("stroop", 2, 20, kind="end", condition="B")]
    got = session(rows)
    assert [event.onset_ms for event in got.of("end")] == [10.0, 20.0]
    assert [event.onset_ms for event in got.of("trial", "end")] == [0.0, 10.0, 20.0]
    assert (got.ended(), got.ended("A"), got.ended("C")) == (20.0, 10.0, None)


def test_the_digest_is_that_of_canonical_lines():
    event = TaskEvent(**{**GOOD, "onset_ms": -0.0, "device": "平板"})
    empty = (
        '"kind":"trial","latency_ms":null,"level":null,"onset_ms":0.0,"practice":false,"pressure":null,"response":null,"response_ms":null,'
    )
    line = '{"condition":null,"device":"平板","expected":null,' + empty
    line += '"stimulus":null,"task":"stroop","trial":1,"version":"1.2.0","x":null,"y":null}\n'
    assert digest([event]) == "sha256:" + hashlib.sha256(line.encode()).hexdigest()


def test_trial_numbers():
    first, second, fourth = (row("stroop", k, 1000.0 * k) for k in (1, 2, 4))
    assert numbered([first, second, fourth]) == ((first, second, fourth), 1)
    assert numbered([first, second]) == ((first, second), 0)
    assert numbered([]) == ((), 0)
    for rows in ([first, first], [second, first]):
        with pytest.raises(SignalError) as caught:
            numbered(rows)
        assert caught.value.code == "E_TASK_TRIALS"


@pytest.mark.parametrize(
    ("practised", "numbers", "good"),
    [
        (0, (0, 1, 2), True),
        (0, (1, 2, 3), True),
        (0, (2, 3), False),
        (0, (1, 3), False),
        (3, (4, 5), True),
        (3, (3, 4), True),
        (3, (1, 2), True),
        (3, (5, 6), False),
        (3, (2, 3), False),
        (1, (), True),
    ],
)
def test_runs_whose_order_matters_have_no_gap(practised, numbers, good):
    rows = [row("n_back", 0, 0.0, practice=True)] * practised + [row("n_back", k, 1000.0 * (k + 1)) for k in numbers]
    if good:
        assert [one.trial for one in unbroken(session(rows))] == list(numbers)
        return
    with pytest.raises(SignalError) as caught:
        unbroken(session(rows))
    assert (caught.value.code, caught.value.path) == ("E_TASK_TRIALS", "task n_back: trial")


def test_numbers_of_inputs():
    assert reals("rts", [1, 2.5]) == (1.0, 2.5)
    assert reals("x", [-1], -2) == (-1.0,)
    for bad in (nan, inf, -0.1, "1", None, True, 10**400):
        with pytest.raises(SignalError) as caught:
            reals("rts", [1, bad])
        assert (caught.value.code, caught.value.path) == ("E_TASK_VALUE", "rts[1]")
    assert counted("hits", 3, 3) == 3
    assert counted("n", 2.0) == 2
    assert counted("n", 1, None, 1) == 1
    with pytest.raises(ParamsError) as caught:
        counted("n", -1)
    assert caught.value.expected == "a whole number from 0"
    with pytest.raises(ParamsError) as caught:
        counted("n", 4, 3, 1)
    assert (caught.value.expected, caught.value.path) == ("a whole number from 1 to 3", "n")
    for given in (("n", 4, 3), ("n", -1), ("n", 0, None, 1), ("n", 1.5), ("n", nan), ("n", "2"), ("n", True)):
        with pytest.raises(ParamsError):
            counted(*given)
    assert [bounded("s", value, 1, 2) for value in (1, 2)] == [1.0, 2.0]
    for value in (0.999, 2.001, nan, "1"):
        with pytest.raises(AgetechError) as caught:
            bounded("s", value, 1, 2)
        assert caught.value.code == "E_TASK_SETTING"
