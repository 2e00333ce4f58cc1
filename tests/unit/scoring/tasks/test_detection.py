"""Signal detection and n-back: counts by hand, the correction against a table, refusals."""

from __future__ import annotations

import pytest

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks import measure_task, n_back, signal_detection
from tests.oracle import scoring_tasks as oracle
from tests.unit.scoring.tasks.made import row


@pytest.mark.parametrize("counts", [(18, 20, 3, 40), (0, 1, 1, 1), (20, 20, 0, 40), (7, 9, 9, 13), (500, 1000, 20, 3000)])
def test_against_a_corrected_table(counts):
    assert signal_detection(*counts) == pytest.approx(oracle.detection(*counts), abs=1e-9)


def test_chance_is_zero_without_a_sign():
    got = signal_detection(5, 10, 5, 10)
    assert got == (0.0, 0.0, 0.0)
    assert str(got.criterion) == "0.0"


def test_without_signal_or_noise_there_is_nothing():
    assert signal_detection(0, 0, 1, 5) == (None, None, None)
    assert signal_detection(3, 5, 0, 0) == (None, None, None)


@pytest.mark.parametrize("counts", [(6, 5, 0, 5), (1, 5, 6, 5), (-1, 5, 0, 5), (1.5, 5, 0, 5), (1, 5, 0, True)])
def test_counts_that_do_not_fit(counts):
    with pytest.raises(ParamsError):
        signal_detection(*counts)


def test_n_back_by_hand():
    got = n_back("AABABBCB", 2, [1, 1, 0, 1, 1, 1, 0, 1])
    # places from 2: B A B B C B against A A B A B B: targets 3 (A=A), 4 (B=B), 7 (B=B); 2, 5 and 6 are not
    assert got.targets == (3, 4, 7)
    assert (got.hits, got.misses, got.false_alarms, got.noise) == (3, 0, 1, 3)
    # lures: place 5 equals place 4 and 2 (one and three back); 2 and 6 match nothing near
    assert (got.lures, got.lure_false_alarms) == (1, 1)
    assert got.detection == signal_detection(3, 3, 1, 3)


def test_one_back_has_only_lures_two_back():
    got = n_back("ABAA", 1, [0, 0, 1, 1])
    assert (got.targets, got.lures, got.lure_false_alarms) == ((3,), 1, 1)


def test_n_back_refuses():
    with pytest.raises(SignalError):
        n_back("ABA", 1, [0, 1])
    for n in (0, 10, 1.5):
        with pytest.raises(ParamsError):
            n_back("ABA", n, [0, 0, 0])
    with pytest.raises(ParamsError):
        n_back("ABA", 1, [0, 0, 2])


def detection_rows(conditions, answers):
    return [
        row("signal_detection", k, 2000.0 * k, 400 + k if said else None, condition=condition)
        for k, (condition, said) in enumerate(zip(conditions, answers, strict=True), start=1)
    ]


def test_a_detection_run():
    conditions = ["signal"] * 10 + ["noise"] * 12
    rows = detection_rows(conditions, [1] * 8 + [0] * 2 + [1] * 3 + [0] * 9)
    rows.append(row("signal_detection", 30, 90_000, kind="early"))
    got = measure_task(rows)
    assert got.counts == {"trials": 22, "signals": 10, "noise": 12, "hits": 8, "false_alarms": 3, "early": 1, "lost": 0, "practice": 0}
    assert got.value("d_prime") == signal_detection(8, 10, 3, 12).d_prime
    assert (got.measures["d_prime"].n, got.measures["d_prime"].needs) == (10, 10)
    assert got.value("hit_median") == pytest.approx(0.4045, abs=1e-12)
    assert got.measures["hit_median"].n == 8
    assert got.status == "ok"


def test_lost_trials_are_counted():
    rows = detection_rows(["signal", "noise", "signal", "noise"], [1, 0, 1, 0])
    assert measure_task([rows[0], *rows[2:]]).counts["lost"] == 1


def test_too_few_signals_give_no_number():
    got = measure_task(detection_rows(["signal"] * 9 + ["noise"] * 12, [1] * 21))
    assert got.measures["d_prime"].reason == "too_few"
    assert got.status == "partial"  # the times of hits stand
    assert measure_task(detection_rows(["signal"] * 9 + ["noise"] * 12, [1] * 21), least={"d_prime": 9}).value("d_prime") is not None
    with pytest.raises(SignalError):
        measure_task(detection_rows(["signal", "other"], [1, 1]))


def letters(sequence, answers):
    return [
        row("n_back", k, 2500.0 * k, 500 + k if said else None, stimulus=letter)
        for k, (letter, said) in enumerate(zip(sequence, answers, strict=True), start=1)
    ]


def test_an_n_back_run():
    rows = letters("ABABABABCDEFGHAA", [0, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1])
    got = measure_task(rows)
    wanted = n_back("ABABABABCDEFGHAA", 2, [0, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1])
    assert wanted.targets == (2, 3, 4, 5, 6, 7)
    assert got.counts == {
        "trials": 16,
        "targets": 6,
        "hits": 5,
        "misses": 1,
        "false_alarms": 2,
        "noise": 8,
        "lures": 1,
        "before_first_target": 1,
        "early": 0,
        "practice": 0,
    }
    assert got.value("d_prime") == wanted.detection.d_prime
    assert got.value("hit_median") == 0.505
    assert (got.measures["lure_false_alarm_rate"].reason, got.measures["lure_false_alarm_rate"].n) == ("too_few", 1)
    assert measure_task(rows, least={"lure_false_alarm_rate": 1}).value("lure_false_alarm_rate") == 1.0
    assert measure_task(rows, {"n": 3}).counts["targets"] == 0


def test_lures_and_early_answers_of_a_run():
    got = measure_task(letters("AABBCCDDEE", [1, 1, 0, 1, 0, 0, 0, 0, 0, 1]))
    assert got.counts["lures"] == 4
    assert got.value("lure_false_alarm_rate") == 0.5
    assert got.counts["before_first_target"] == 2


def test_n_back_runs_that_are_refused():
    rows = letters("ABABAB", [0] * 6)
    with pytest.raises(SignalError) as caught:
        measure_task(rows[:2] + rows[3:])
    assert caught.value.code == "E_TASK_TRIALS"
    with pytest.raises(SignalError):
        measure_task([row("n_back", 1, 0.0)])
    for n in (0, 10):
        with pytest.raises(ParamsError):
            measure_task(rows, {"n": n})


def test_a_sequence_without_lures_says_so():
    got = measure_task(letters("ABCDEFGHIJ", [0] * 10))
    assert (got.measures["lure_false_alarm_rate"].status, got.measures["lure_false_alarm_rate"].reason) == ("undefined", "no_lures")
