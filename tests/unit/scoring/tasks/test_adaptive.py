"""Adaptive runs: replayed by their own rule; levels that break it are refused; the Bayesian one against a plain product."""

from __future__ import annotations

from dataclasses import asdict, replace
from math import nan

import numpy as np
import pytest

from agetech.errors import ParamsError, SignalError
from agetech.scoring.tasks import measure_task
from agetech.scoring.tasks.adaptive import QuestSettings, StaircaseSettings
from tests.oracle import scoring_tasks as oracle
from tests.unit.scoring.tasks.made import row


def trials(task, answers, levels):
    return [
        row(task, k, 4000.0 * k, 800, expected="left", response="left" if right else "right", level=level)
        for k, (right, level) in enumerate(zip(answers, levels, strict=True), start=1)
    ]


ANSWERS = [1, 1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0]
LEVELS = [10, 10, 10, 9, 10, 10, 10, 9, 10, 11, 11, 11, 10, 10, 10, 9]  # three down, one up, by hand: turns at 9 10 9 11 9


def test_an_up_down_run_by_hand():
    got = measure_task(trials("staircase", ANSWERS, LEVELS), {"level_unit": "dB"})
    assert got.value("threshold") == (10 + 9 + 11 + 9) / 4
    assert (got.measures["threshold"].unit, got.measures["threshold"].n, got.measures["threshold"].needs) == ("dB", 5, 4)
    assert got.counts == {"trials": 16, "correct": 12, "reversals": 5, "practice": 0}
    short = measure_task(trials("staircase", ANSWERS[:9], LEVELS[:9]))
    assert (short.status, short.measures["threshold"].n, short.measures["threshold"].needs) == ("insufficient_data", 3, 4)
    few = measure_task(trials("staircase", ANSWERS[:9], LEVELS[:9]), {"average": 2})
    assert (few.status, few.measures["threshold"].needs, few.value("threshold")) == ("ok", 2, 9.5)


def test_a_weighted_run_by_hand():
    # down 1, up 3: 75 % right
    rows = trials("staircase", [1, 0, 1, 1, 1, 0], [10, 9, 12, 11, 10, 9])
    got = measure_task(rows, {"down": 1, "performance": 0.75, "average": 2})
    assert got.value("threshold") == (12 + 9) / 2
    assert got.counts["reversals"] == 3


def test_levels_stay_within_their_limits():
    rows = trials("staircase", [1, 1, 1, 0, 1], [2, 1, 0, 0, 1])
    got = measure_task(rows, {"start": 2, "down": 1, "lowest": 0, "highest": 3, "average": 2})
    assert got.value("threshold") == 0.5


def test_levels_that_break_the_rule_are_refused():
    rows = trials("staircase", ANSWERS, LEVELS)
    bent = [*rows[:5], replace(rows[5], level=10.001), *rows[6:]]
    with pytest.raises(SignalError) as caught:
        measure_task(bent)
    assert caught.value.path == "task staircase: level of trial 6"
    assert measure_task([*rows[:5], replace(rows[5], level=10.000001), *rows[6:]]).value("threshold") == 9.75
    for broken in (replace(rows[0], level=None), replace(rows[0], expected=None)):
        with pytest.raises(SignalError) as caught:
            measure_task([broken, *rows[1:]])
        assert caught.value.path == "task staircase: level"
    with pytest.raises(SignalError) as caught:
        measure_task(rows[:3] + rows[4:])
    assert caught.value.code == "E_TASK_TRIALS"


@pytest.mark.parametrize(
    "bad",
    [
        {"level_unit": "furlong"},
        {"down": 0},
        {"start": "10"},
        {"step": 0},
        {"average": 3},
        {"performance": 0.75},
        {"performance": 1.0, "down": 1},
        {"lowest": 11},
        {"start": nan},
    ],
)
def test_rules_that_are_none(bad):
    with pytest.raises(ParamsError):
        measure_task(trials("staircase", ANSWERS, LEVELS), bad)


def test_rules_converge_where_they_should():
    assert StaircaseSettings(down=1).rule.performance == 0.5
    assert StaircaseSettings(down=2).rule.performance ** 2 == pytest.approx(0.5, abs=1e-15)
    assert StaircaseSettings(down=1, performance=0.75).rule.performance == 0.75


def test_a_bayesian_run_against_the_plain_product():
    shown = [0.0, -1.0, -2.0, 3.0, 2.5, 2.0, 1.5, 1.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.0, 2.0, 1.0]
    got = measure_task(trials("quest", ANSWERS, shown), {"prior_sd": 4})
    s = QuestSettings(prior_sd=4)
    rest = {k: v for k, v in asdict(s).items() if k not in ("lowest", "highest", "points")}
    mean, sd = oracle.posterior(ANSWERS, shown, np.linspace(s.lowest, s.highest, s.points), **rest)
    assert got.value("threshold") == pytest.approx(mean, abs=1e-9)
    assert got.value("posterior_sd") == pytest.approx(sd, abs=1e-8)
    assert got.measures["threshold"].unit == "dB"
    assert got.counts == {"trials": 16, "correct": 12, "practice": 0}


def test_a_bayesian_run_needs_eight_trials():
    rows = trials("quest", ANSWERS, [0.5] * 16)
    assert measure_task(rows[:7]).status == "insufficient_data"
    assert measure_task(rows[:8]).status == "ok"
    assert measure_task([replace(rows[0], practice=True)]).measures["threshold"].value is None


def test_no_response_is_wrong():
    rows = trials("quest", [1] * 7 + [0], [0.0] * 8)
    silent = [*rows[:7], row("quest", 8, 32_000.0, expected="left", level=0.0)]
    assert measure_task(silent).value("threshold") == measure_task(rows).value("threshold")


@pytest.mark.parametrize(
    "bad",
    [
        {"highest": -20},
        {"points": 2},
        {"points": 3.5},
        {"prior_sd": 0},
        {"beta": 0},
        {"gamma": 1.0},
        {"delta": 0},
        {"lowest": nan},
        {"prior_mean": 30},
    ],
)
def test_priors_that_are_none(bad):
    with pytest.raises(ParamsError):
        measure_task(trials("quest", [1], [0.0]), bad)
