"""Staircases: the rule by hand and against many simulated observers; the Bayesian one against a plain product."""

from __future__ import annotations

from dataclasses import asdict, replace
from math import log, nan

import numpy as np
import pytest

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks import QuestSettings, convergence, measure_task, quest, staircase, weighted_step
from tests.oracle import scoring_tasks as oracle
from tests.unit.scoring.tasks.made import row


def test_rule_by_hand():
    got = staircase([1, 1, 0, 0, 1, 1, 0], 5, 1, 2, last=3)
    assert got.levels == (5, 5, 4, 5, 6, 6, 5)
    assert got.final == 6
    assert got.reversals == (4, 6, 5)
    assert got.threshold == 5.0
    assert staircase([1, 1, 0, 0, 1, 1, 0], 5, 1, 2, last=4).threshold is None
    assert staircase([], 5, 1) == ((), 5.0, (), None)


def test_weighted_steps_by_hand():
    got = staircase([1, 0, 1, 1, 1], 10, 1, 1, step_up=weighted_step(1, 0.75), last=2)
    assert got.levels == (10, 9, 12, 11, 10)
    assert got.final == 9
    assert (got.reversals, got.threshold) == ((9, 12), 10.5)
    assert weighted_step(2, 0.5) == 2.0


def test_the_last_reversals_count():
    got = staircase([1, 0, 1, 0, 1, 0], 10, 2, 1, step_up=3, last=2)
    assert got.levels == (10, 8, 11, 9, 12, 10)
    assert got.reversals == (8, 11, 9, 12, 10)
    assert got.threshold == 11.0


@pytest.mark.parametrize(
    ("given", "more"),
    [
        (([2], 5, 1), {}),
        (([1], 5, 0), {}),
        (([1], nan, 1), {}),
        (([1], 5, 1, 0), {}),
        (([1], 5, 1), {"last": 1}),
        (([1], 5, 1), {"step_up": 0}),
    ],
)
def test_rules_that_are_none(given, more):
    with pytest.raises(ParamsError):
        staircase(*given, **more)
    for bad in (0.49, 1.0, nan):
        with pytest.raises(ParamsError):
            weighted_step(1, bad)


def test_where_rules_settle():
    assert convergence(1) == 0.5
    assert convergence(2) ** 2 == pytest.approx(0.5, abs=1e-15)
    for bad in (0, 11, 1.5):
        with pytest.raises(ParamsError):
            convergence(bad)


@pytest.mark.parametrize("down", [2, 3])
def test_many_observers(down):
    answers, levels = oracle.staircases(np.random.default_rng(down), 4000, 80, down, 20.0)
    p = convergence(down)
    target = 20 + log(p / (1 - p))
    found = [staircase(one.tolist(), start, 1, down, last=8) for one, start in zip(answers, levels[:, 0], strict=True)]
    assert all(got.levels == tuple(one) for got, one in zip(found, levels.tolist(), strict=True))
    errors = np.array([got.threshold for got in found if got.threshold is not None]) - target
    assert len(errors) >= 3980  # a few observers turn fewer than eight times
    assert abs(errors.mean()) <= 0.10
    assert np.median(abs(errors)) <= 0.35
    reached = 1 / (1 + np.exp(20 - target - errors))
    assert abs(reached.mean() - p) <= 0.01


def test_bayes_against_the_plain_product():
    answers = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1]
    got = quest(answers)
    s = QuestSettings()
    grid = np.linspace(s.lowest, s.highest, s.points)
    rest = {k: v for k, v in asdict(s).items() if k not in ("lowest", "highest", "points")}
    for n in range(len(answers)):
        assert got.placements[n] == pytest.approx(oracle.posterior(answers[:n], got.placements[:n], grid, **rest)[0], abs=1e-9)
    assert (got.posterior_mean, got.posterior_sd) == pytest.approx(oracle.posterior(answers, got.placements, grid, **rest), abs=1e-8)


def test_bayes_takes_the_levels_that_were_shown():
    shown = [0.0, -1.0, -2.0, 3.0]
    got = quest([1, 1, 0, 1], None, shown)
    s = QuestSettings()
    grid = np.linspace(s.lowest, s.highest, s.points)
    assert got.posterior_mean == pytest.approx(oracle.posterior([1, 1, 0, 1], shown, grid, 0, 6, 3.5, 0.5, 0.01)[0], abs=1e-9)
    assert quest([1], None, [5000.0]).posterior_mean == pytest.approx(0, abs=1e-2)  # far above: tells nothing
    with pytest.raises(SignalError):
        quest([1, 1], None, [0.0])
    with pytest.raises(SignalError):
        quest([1], None, [nan])
    with pytest.raises(ParamsError):
        quest([2])


@pytest.mark.parametrize(
    "bad",
    [{"highest": -20}, {"points": 2}, {"prior_sd": 0}, {"beta": 0}, {"gamma": 1.0}, {"delta": 0}, {"lowest": nan}, {"prior_mean": nan}],
)
def test_priors_that_are_none(bad):
    with pytest.raises(ParamsError):
        QuestSettings(**bad)


def test_bayes_finds_a_threshold():
    rng, s, errors = np.random.default_rng(4), QuestSettings(), []
    for _ in range(30):
        truth, answers, shown = rng.normal(0, 4), [], []
        for _ in range(30):
            shown.append(quest(answers, s, shown).posterior_mean)
            p = s.delta * s.gamma + (1 - s.delta) * (1 - (1 - s.gamma) * np.exp(-(10 ** (s.beta * (shown[-1] - truth) / 20))))
            answers.append(int(rng.random() < p))
        errors.append(quest(answers, s, shown).posterior_mean - truth)
    assert abs(np.mean(errors)) < 1.0
    assert np.median(np.abs(errors)) < 2.0


def trials(task, answers, levels):
    return [
        row(task, k, 4000.0 * k, 800, expected="left", response="left" if right else "right", level=level)
        for k, (right, level) in enumerate(zip(answers, levels, strict=True), start=1)
    ]


ANSWERS = [1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0]


def test_a_staircase_run():
    course = staircase(ANSWERS, 10, 1, 3)
    got = measure_task(trials("staircase", ANSWERS, course.levels), {"level_unit": "dB"})
    assert got.value("threshold") == course.threshold
    assert (got.measures["threshold"].unit, got.measures["threshold"].n) == ("dB", len(course.reversals))
    assert got.counts == {"trials": 16, "correct": 12, "reversals": 5, "practice": 0}
    short = measure_task(trials("staircase", ANSWERS[:9], course.levels[:9]))
    assert (short.status, short.measures["threshold"].needs) == ("insufficient_data", 4)
    few = measure_task(trials("staircase", ANSWERS[:9], course.levels[:9]), {"last": 2})
    assert (few.status, few.measures["threshold"].needs) == ("ok", 2)


def test_levels_that_break_the_rule_are_refused():
    rows = trials("staircase", ANSWERS, staircase(ANSWERS, 10, 1, 3).levels)
    rows[5] = replace(rows[5], level=rows[5].level + 0.001)
    with pytest.raises(SignalError) as caught:
        measure_task(rows)
    assert caught.value.path == "task staircase: level of trial 6"
    rows[5] = replace(rows[5], level=rows[5].level - 0.001 + 1e-7)
    assert measure_task(rows).status == "ok"
    for broken in (replace(rows[0], level=None), replace(rows[0], expected=None)):
        with pytest.raises(SignalError):
            measure_task([broken, *rows[1:]])
    with pytest.raises(SignalError):
        measure_task(rows[:3] + rows[4:])
    for bad in ({"level_unit": "furlong"}, {"down": 0}, {"start": "10"}):
        with pytest.raises(ParamsError):
            measure_task(rows, bad)


def test_no_response_is_wrong_in_a_staircase():
    rows = trials("quest", [1] * 8, [0.0] * 8)
    silent = [*rows[:7], row("quest", 8, 32_000.0, expected="left", level=0.0)]
    assert measure_task(silent).value("threshold") == quest([1] * 7 + [0], None, [0.0] * 8).posterior_mean


def test_a_bayesian_run():
    rows = trials("quest", ANSWERS, [0.5] * 16)
    got = measure_task(rows, {"prior_sd": 4})
    wanted = quest(ANSWERS, QuestSettings(prior_sd=4), [0.5] * 16)
    assert (got.value("threshold"), got.value("posterior_sd")) == (wanted.posterior_mean, wanted.posterior_sd)
    assert got.measures["threshold"].unit == "dB"
    assert measure_task(rows[:7]).status == "insufficient_data"
