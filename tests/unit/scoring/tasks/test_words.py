"""Word lists and fluency: positions, repetitions, late words and probes by hand; runs from events."""

from __future__ import annotations

from math import nan

import pytest

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks import fluency, measure_task, word_list
from agetech.scoring.tasks.words import same, slope_of
from tests.unit.scoring.tasks.made import row

LIST = ["猫", "狗", "牛", "羊", "马", "虎"]


def test_slope_by_hand():
    assert slope_of([1, 3, 2]) == 0.5
    assert slope_of([5, 5, 5, 5]) == 0.0
    assert (slope_of([7]), slope_of([])) == (None, None)


def test_list_by_hand():
    got = word_list([[1, 2, 6, 6], [1, 5], [3, 4]], 6, delayed=1, recognition_hits=5, recognition_false=1, distractors=4)
    assert got.trial_scores == (3, 2, 2)
    assert (got.total, got.learning_over_trials, got.repetitions) == (7, -2, 1)
    assert got.learning_slope == -0.5
    assert got.retention == 0.5
    assert got.primacy == pytest.approx((1 + 0.5 + 0) / 3, abs=1e-15)
    assert got.recency == pytest.approx((0.5 + 0.5 + 0) / 3, abs=1e-15)
    assert got.discriminability == (5 + 3) / 10


def test_list_without_parts():
    got = word_list([[1]], 10)
    assert (got.learning_slope, got.retention, got.discriminability) == (None, None, None)
    assert got.primacy == 1 / 3
    assert word_list([], 6)[1:8] == (0, None, None, None, None, None, 0)
    assert word_list([[1], []], 6, delayed=2).retention is None
    assert word_list([[1]], 6, recognition_hits=5).discriminability is None


@pytest.mark.parametrize(
    ("trials", "size", "more"),
    [
        ([[7]], 6, {}),
        ([[0]], 6, {}),
        ([[1]], 2, {}),
        ([[1]], 6, {"delayed": 7}),
        ([[1]], 6, {"recognition_hits": 7, "recognition_false": 0}),
        ([[1]], 6, {"recognition_hits": 6, "recognition_false": 7}),
        ([[1]], 6, {"recognition_hits": 6, "recognition_false": 3, "distractors": 2}),
        ([[1]], 6, {"recognition_hits": 6, "recognition_false": 0, "distractors": 0}),
    ],
)
def test_lists_that_do_not_fit(trials, size, more):
    with pytest.raises(ParamsError):
        word_list(trials, size, **more)


def test_words_are_compared_in_one_form():
    assert same(" Ｃat ") == same("CAT") == "cat"
    assert same("猫") != same("狗")


def test_fluency_by_hand():
    words = [(0, "cat"), (14.99, "dog"), (15, "Dog"), (15.5, "cow"), (30, "table"), (31, "table"), (59, "hen"), (60, "ant"), (60.01, "bee")]
    got = fluency(words, 60, [4])
    assert got == (5, 2, 1, 1, (2, 1, 0, 2))
    assert fluency([(20, "cat")], 20).quarters == (0, 0, 0, 1)
    assert fluency([]).score == 0
    assert fluency([(60, "cat"), (60.5, "dog")]).late == 1
    with pytest.raises(SignalError):
        fluency([(nan, "cat")])
    with pytest.raises(ParamsError):
        fluency([], 0)


def said(pairs, start=1000.0):
    return [row("fluency", k, start, 1000 * time, response=word) for k, (time, word) in enumerate(pairs, start=1)]


def ended(time, start=1000.0):
    return row("fluency", 99, start + 1000 * time, kind="end")


def test_a_fluency_run():
    rows = [*said([(1, "猫"), (2, "狗"), (20, "猫"), (40, "牛")]), ended(60)]
    got = measure_task(rows)
    assert [got.value(name) for name in ("score", "quarter_1", "quarter_2", "quarter_3", "quarter_4")] == [3, 2, 0, 1, 0]
    assert got.counts == {"words": 4, "repetitions": 1, "rule_breaks": 0, "late": 0, "lost": 0, "practice": 0}
    assert (got.status, got.measures["score"].n) == ("ok", 4)
    broken = measure_task([row("fluency", 1, 0, 500, response="桌", condition="rule_break"), ended(60, 0)])
    assert (broken.value("score"), broken.counts["rule_breaks"]) == (0, 1)


def test_a_fluency_run_that_is_not_seen_to_end_is_a_bound():
    rows = said([(1, "猫"), (2, "狗")])
    for record in (rows, [*rows, ended(59.9)]):
        got = measure_task(record)
        assert (got.value("score"), got.measures["score"].status, got.measures["score"].reason) == (2, "censored", "end_not_recorded")
    late = measure_task(said([(1, "猫"), (61, "狗")]))
    assert (late.value("score"), late.measures["score"].status, late.counts["late"], late.measures["score"].n) == (1, "ok", 1, 1)
    edge = measure_task(said([(60, "猫"), (60.03, "狗")]))
    assert (edge.value("quarter_4"), edge.counts["late"]) == (1, 1)
    silent = measure_task([row("fluency", 1, 0), ended(60, 0)])
    assert (silent.value("score"), silent.status) == (0, "ok")
    assert measure_task([row("fluency", 1, 0, practice=True)]).status == "insufficient_data"


def learning(trials, order=None):
    rows, time = [], 0.0
    for number, words in enumerate(trials, start=1):
        for word in (order or {}).get(number, LIST):
            time += 1000
            rows.append(row("word_list", number, time, kind="study", stimulus=word))
        for word in words or [None]:
            time += 1000
            more = {} if word is None else {"response": word}
            rows.append(row("word_list", number, time, None if word is None else 200, condition="recall", **more))
    return rows, time


def later(words, time):
    return [row("word_list", 4, time + 1000 * k, 300, condition="delayed", response=word) for k, word in enumerate(words, start=1)]


def probed(time, yes, others=("鼠", "兔")):
    return [
        row("word_list", 5, time + 1000 * k, 300, condition="recognition", stimulus=word, response="yes" if word in yes else "no")
        for k, word in enumerate([*LIST, *others], start=1)
    ]


def test_a_learning_run():
    rows, time = learning([["猫", "猫", "狐"], ["猫", "狗", "虎"], ["猫", "狗", "牛", "虎"]])
    got = measure_task([*rows, *later(["狗", "牛", "鹅", "狗"], time), *probed(time + 9000, [*LIST[:5], "鼠"])])
    assert [got.counts[f"trial_{k}"] for k in (1, 2, 3)] == [1, 3, 4]
    assert {name: got.value(name) for name in ("total", "learning_slope", "learning_over_trials", "delayed", "retention")} == {
        "total": 8,
        "learning_slope": 1.5,
        "learning_over_trials": 5,
        "delayed": 2,
        "retention": 0.5,
    }
    assert got.value("primacy") == pytest.approx((0.5 + 1 + 1) / 3, abs=1e-15)
    assert got.value("recency") == pytest.approx((0 + 0.5 + 0.5) / 3, abs=1e-15)
    assert got.value("discriminability") == (5 + 1) / 8
    assert {k: got.counts[k] for k in ("repetitions", "intrusions", "delayed_intrusions", "list_length", "trials")} == {
        "repetitions": 1,
        "intrusions": 1,
        "delayed_intrusions": 1,
        "list_length": 6,
        "trials": 3,
    }
    assert got.status == "ok"


def test_positions_follow_the_order_that_the_trial_showed():
    rows, _ = learning([["猫"], ["猫"]], {2: LIST[::-1]})
    got = measure_task(rows)
    assert (got.value("primacy"), got.value("recency")) == (0.25, 0.25)


def test_parts_that_were_not_given():
    rows, time = learning([["猫"], []])
    got = measure_task([*rows, *later([], time)])
    assert got.counts["trial_2"] == 0
    assert {got.measures[name].reason for name in ("delayed", "retention", "discriminability")} == {"not_recorded"}
    assert measure_task([*rows, *later(["猫"], time)]).measures["retention"].reason == "nothing_learned"
    assert measure_task([row("word_list", 1, 0, kind="study", stimulus="猫")]).status == "insufficient_data"


def test_runs_that_are_refused():
    rows, time = learning([["猫"], ["狗"]])
    hidden = [r for r in rows if r.kind != "study" or r.trial != 1]
    other, _ = learning([["猫"], ["狗"]], {2: [*LIST[:5], "鼠"]})
    twice, _ = learning([["猫"]], {1: ["猫", *LIST]})
    skipped = [r for r in learning([["猫"], ["狗"], ["牛"]])[0] if r.trial != 2]
    bad = [
        hidden,
        other,
        twice,
        skipped,
        [*rows, row("word_list", 3, time + 1, 100, condition="other")],
        [*rows, row("word_list", 3, time + 1, kind="study")],
        [*rows, *probed(time, LIST, ())],
        [*rows, *probed(time, LIST, ("鼠", "鼠"))],
        [*rows, *probed(time, LIST)[1:]],
        [*rows, row("word_list", 5, time + 1, 100, condition="recognition", stimulus="猫", response="perhaps")],
    ]
    for record in bad:
        with pytest.raises(SignalError):
            measure_task(record)
