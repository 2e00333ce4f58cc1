"""Plans: plain data and back, and stop rules that a staircase cannot meet."""

from __future__ import annotations

import pytest

from agetech.errors import ParamsError
from agetech.scoring.training import Plan, Stop
from tests.unit.scoring.training.plans import RULES, plan


@pytest.mark.parametrize("kind", sorted(RULES))
def test_a_plan_survives_plain_data(kind):
    assert Plan.from_dict(plan(kind).as_dict()) == plan(kind)


@pytest.mark.parametrize(
    ("settings", "field", "expected"),
    [
        ({"trials": 0}, "trials", "an integer from 1 to 10000"),
        ({"trials": 10_001}, "trials", "an integer from 1 to 10000"),
        ({"trials": 80.0}, "trials", "an integer from 1 to 10000"),
        ({"trials": 80, "reversals": 1}, "reversals", "an integer from 2 to 10000"),
        ({"trials": 80, "limit": 1}, "limit", "an integer from 2 to 10000"),
        ({"trials": 80, "least": 0}, "least", "an integer from 1 to 10000"),
        ({"trials": 80, "spread": 0.0}, "spread", "above 0"),
        ({"trials": 80, "seconds": -5}, "seconds", "above 0"),
        ({"trials": 80, "seconds": float("inf")}, "seconds", "a finite number"),
    ],
)
def test_stop_rules_that_cannot_be(settings, field, expected):
    with pytest.raises(ParamsError) as caught:
        Stop(**settings)
    assert (caught.value.path, caught.value.expected) == (f"scoring.training: stop.{field}", expected)


@pytest.mark.parametrize(
    ("kind", "stop", "field"),
    [
        ("2-1", {"spread": 1.0}, "stop.spread"),
        ("weighted", {"spread": 1.0}, "stop.spread"),
        ("2-1", {"reversals": 9}, "stop.reversals"),  # eight by the last step and two before it
        ("3-1", {"reversals": 7}, "stop.reversals"),
        ("2-1", {"trials": 14}, "stop.trials"),  # ten reversals take fifteen trials at least
        ("3-1", {"trials": 15}, "stop.trials"),
        ("quest", {"reversals": 10}, "stop.reversals"),
        ("quest_plus", {"limit": 5}, "stop.limit"),
    ],
)
def test_stop_rules_that_the_staircase_cannot_meet(kind, stop, field):
    with pytest.raises(ParamsError) as caught:
        plan(kind, **stop)
    assert (caught.value.code, caught.value.path) == ("E_TRAINING", f"scoring.training: {field}")


@pytest.mark.parametrize(("kind", "stop"), [("2-1", {"reversals": 10}), ("2-1", {"trials": 15}), ("3-1", {"trials": 16, "reversals": 8})])
def test_stop_rules_that_just_suffice(kind, stop):
    assert plan(kind, **stop).rule is RULES[kind]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"task": ""}, "task"),
        ({"task": " corsi"}, "task"),
        ({"task": "a" * 101}, "task"),
        ({"version": 2}, "version"),
        ({"rule": "2-1"}, "rule"),
        ({"stop": 80}, "stop"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"seed": 1.0}, "seed"),
    ],
)
def test_plans_that_cannot_be(changes, field):
    with pytest.raises(ParamsError) as caught:
        Plan(**{"task": "corsi", "version": "1", "rule": RULES["2-1"], "stop": Stop(80), "seed": 1, **changes})
    assert caught.value.path == f"scoring.training: {field}"
