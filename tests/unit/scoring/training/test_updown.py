"""Up-down staircases against the shared cases, a textbook twin, and what cannot be a staircase."""

from __future__ import annotations

import json
import math
from random import Random

import pytest

from agetech.errors import ParamsError
from agetech.scoring.training import Transformed, Weighted
from tests.oracle.scoring_training import levitt


def run(rule, answers):
    track, levels = rule.begin(), []
    for correct in answers:
        levels.append(track.level)
        track.answer(track.level, correct=bool(correct))
    return track, levels


def test_the_shared_cases(data):
    cases = next(t for t in json.loads((data / "scoring/tasks.json").read_text(encoding="utf-8"))["tasks"] if t["id"] == "staircase")[
        "cases"
    ]
    assert len(cases) == 2
    for case in cases:
        given, wanted = case["input"], case["expected"]
        rule = Transformed(given["start"], (given["step"],), 0, 20, down=given["down"], average=4)
        track, levels = run(rule, given["responses"])
        assert (levels, track.level, track.reversals) == (wanted["levels"], wanted["final"], wanted["reversals"])
        assert track.estimate().threshold == wanted["threshold"]


@pytest.mark.parametrize("seed", range(40))
def test_against_a_textbook_twin(seed):
    random = Random(seed)
    down, up = random.choice([(1, 1), (2, 1), (3, 1), (4, 1), (1, 2), (1, 3)])
    steps = random.choice([(1.0,), (4.0, 2.0, 1.0), (2.0, 0.5)])
    answers = [random.random() < 0.7 for _ in range(120)]
    track, levels = run(Transformed(6.0, steps, 0.0, 12.0, down=down, up=up, average=6), answers)
    wanted, reversals = levitt(answers, 6.0, steps, down, up, 0.0, 12.0)
    assert [*levels, track.level] == wanted
    assert track.reversals == reversals
    if len(reversals) >= 6 + len(steps) - 1:
        assert track.estimate().threshold == pytest.approx(sum(reversals[-6:]) / 6, abs=1e-12)


@pytest.mark.parametrize(
    ("down", "up", "wanted"), [(1, 1, 0.5), (2, 1, 0.7071067812), (3, 1, 0.793700526), (4, 1, 0.8408964153), (1, 2, 0.2928932188)]
)
def test_what_a_transformed_rule_converges_to(down, up, wanted):
    assert Transformed(5, (1,), 0, 10, down=down, up=up).performance == pytest.approx(wanted, abs=1e-10)


def test_a_weighted_rule_rises_by_its_ratio():
    rule = Weighted(10, (1,), 0, 20, performance=0.75)
    track, levels = run(rule, [1, 1, 0, 1, 0])
    assert [*levels, track.level] == [10, 9, 8, 11, 10, 13]
    assert track.reversals == [8, 11, 10]
    assert rule.performance == 0.75


def test_steps_shrink_with_reversals_and_early_ones_do_not_count():
    rule = Transformed(16, (4, 2, 1), 0, 20, down=1, average=2)
    track, levels = run(rule, [1, 1, 0, 1, 0])
    assert levels == [16, 12, 8, 10, 9]
    assert track.level == 10
    assert track.reversals == [8, 10, 9]
    assert track.estimate() is None  # two reversals by the last step are needed, there is one less
    track.answer(track.level, correct=True)
    assert track.reversals == [8, 10, 9, 10]
    assert track.estimate().threshold == 9.5


def test_limits_hold_and_are_an_edge():
    track, _ = run(Transformed(1, (2,), 0, 3, down=1), [1])
    assert (track.level, track.edge) == (0, True)
    track.answer(track.level, correct=True)
    assert (track.level, track.reversals) == (0, [])
    track.answer(track.level, correct=False)
    assert (track.level, track.edge, track.reversals) == (2, False, [0])
    track.answer(track.level, correct=False)
    assert (track.level, track.edge) == (3, True)


def test_a_level_of_the_device_s_own_is_where_it_goes_on():
    track = Transformed(10, (1,), 0, 20, down=1).begin()
    track.answer(6.5, correct=True)
    assert track.level == 5.5


def test_a_threshold_is_the_mean_of_the_last_reversals_without_an_interval():
    track = Transformed(10, (1,), 0, 20, down=1, average=4).begin()
    track.reversals[:] = [40.0, 4.0, 6.0, 5.0, 9.0]
    found = track.estimate()
    assert (found.threshold, found.n, found.reversals) == (6.0, 0, 5)
    assert (found.low, found.high, found.half_width) == (None, None, None)


@pytest.mark.parametrize("kind", [Transformed, Weighted])
@pytest.mark.parametrize(
    ("settings", "field", "expected"),
    [
        ({"start": math.nan}, "start", "a finite number"),
        ({"start": 21}, "start", "from 0 to 20"),
        ({"start": -1}, "start", "from 0 to 20"),
        ({"lowest": 20}, "lowest", "below highest = 20"),
        ({"highest": math.inf}, "highest", "a finite number"),
        ({"steps": ()}, "steps", "one number or more"),
        ({"steps": [1]}, "steps", "one number or more"),
        ({"steps": (1, 0)}, "steps", "above 0 and at most 20"),
        ({"steps": (20.5,)}, "steps", "above 0 and at most 20"),
        ({"average": 0}, "average", "an integer from 2 to 1000"),
        ({"average": 5}, "average", "an even number of reversals"),
        ({"average": True}, "average", "an integer from 2 to 1000"),
        ({"alternatives": 1}, "alternatives", "an integer from 2 to 100"),
        ({"alternatives": 101}, "alternatives", "an integer from 2 to 100"),
    ],
)
def test_settings_that_cannot_be(kind, settings, field, expected):
    with pytest.raises(ParamsError) as caught:
        kind(**{"start": 10, "steps": (1,), "lowest": 0, "highest": 20, **settings})
    assert (caught.value.code, caught.value.path, caught.value.expected) == ("E_TRAINING", f"scoring.training: {field}", expected)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Transformed(10, (1,), 0, 20, down=0), "down"),
        (lambda: Transformed(10, (1,), 0, 20, down=9), "down"),
        (lambda: Transformed(10, (1,), 0, 20, down=1, up=0), "up"),
        (lambda: Transformed(10, (1,), 0, 20, down=2, up=2), "up"),
        (lambda: Transformed(10, (1,), 0, 20, down=1, alternatives=2), "performance"),  # half right by guessing
        (lambda: Transformed(10, (1,), 0, 20, down=1, up=2, alternatives=3), "performance"),
        (lambda: Weighted(10, (1,), 0, 20, performance=0.5, alternatives=2), "performance"),
        (lambda: Weighted(10, (1,), 0, 20, performance=1.0), "performance"),
        (lambda: Weighted(10, (1,), 0, 20, performance=0.0), "performance"),
    ],
)
def test_rules_that_cannot_converge(make, field):
    with pytest.raises(ParamsError) as caught:
        make()
    assert (caught.value.code, caught.value.path) == ("E_TRAINING", f"scoring.training: {field}")
