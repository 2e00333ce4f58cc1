"""QUEST against the shared cases, QUEST+ against expected entropy by its definition."""

from __future__ import annotations

import json
import math
from random import Random

import numpy as np
import pytest

from agetech.errors import ParamsError
from agetech.scoring.training import Observer, Psychometric, Quest, QuestPlus, reread, simulate
from tests.oracle.scoring_training import expected_entropy, logistic, updated
from tests.unit.scoring.training.plans import BEGIN, CHOICE, RULES, at, plan, session


def test_the_shared_cases(data):
    cases = next(t for t in json.loads((data / "scoring/tasks.json").read_text(encoding="utf-8"))["tasks"] if t["id"] == "quest")["cases"]
    assert len(cases) == 2
    for case in cases:
        given, wanted = case["input"], case["expected"]
        function = Psychometric("weibull", given["beta"], given["gamma"], given["delta"] * (1 - given["gamma"]))
        low, high, points = given["grid"]
        track, levels = Quest(low, high, given["prior_mean"], given["prior_sd"], function, points).begin(), []
        for correct in given["responses"]:
            levels.append(track.level)
            track.answer(track.level, correct=bool(correct))
        assert levels == pytest.approx(wanted["placements"], abs=1e-8)
        assert track.estimate().threshold == pytest.approx(wanted["posterior_mean"], abs=1e-8)
        assert track.spread == pytest.approx(wanted["posterior_sd"], abs=1e-8)


def test_a_posterior_is_a_distribution_and_its_interval_holds_its_mean():
    track = Quest(-20, 20, 0, 6).begin()
    assert track.estimate() is None
    for correct in (True, False, True, True, False):
        track.answer(track.level, correct=correct)
        found = track.estimate()
        assert track.posterior.sum() == pytest.approx(1, abs=1e-12)
        assert -20 <= found.low < found.threshold < found.high <= 20
    assert found.n == 5
    assert found.reversals is None
    assert found.performance == pytest.approx(0.5 + 0.495 * (1 - math.exp(-1)), abs=1e-12)


def test_a_central_interval_of_a_wide_normal():
    track = Quest(-40, 40, 1.0, 5.0, points=8001).begin()
    track.n = 1  # the prior itself is looked at
    found = track.estimate()
    assert (found.low, found.high) == pytest.approx((1 - 1.959964 * 5, 1 + 1.959964 * 5), abs=1e-3)


def test_a_hundred_wrong_answers_leave_numbers():
    track = Quest(-20, 20, 0, 6, Psychometric("weibull", 3.5, 0.0, 0.0)).begin()
    for _ in range(100):
        track.answer(20.0, correct=False)
    assert np.isfinite(track.posterior).all()
    assert 15 < track.estimate().threshold <= 20


@pytest.mark.parametrize("seed", range(4))
def test_quest_plus_presents_the_level_of_least_expected_entropy(seed):
    random = Random(seed)
    levels, slopes, lapses = tuple(float(x) for x in range(9)), (0.5, 2.0), (0.0, 0.05)
    track = QuestPlus(levels, 0.0, 8.0, slopes, lapses, CHOICE, 9).begin()
    grid = [float(t) for t in range(9)]

    def chance(x, threshold, slope, lapse):
        return min(max(logistic(x, threshold, slope, 0.5, lapse), 1e-10), 1 - 1e-10)

    posterior = {(t, s, lapse): 1 / 36 for t in grid for s in slopes for lapse in lapses}
    for _ in range(12):
        entropies = [expected_entropy(posterior, chance, level) for level in levels]
        least = min(entropies)
        assert entropies[levels.index(track.level)] == pytest.approx(least, abs=1e-10)
        assert all(e > least + 1e-13 for e in entropies[: levels.index(track.level)])  # the lowest of equal ones
        right, presented = random.random() < 0.7, track.level
        track.answer(presented, correct=right)
        posterior = updated(posterior, chance, presented, right)
        mean = math.fsum(w * t for (t, _, _), w in posterior.items())
        assert track.estimate().threshold == pytest.approx(mean, abs=1e-9)
        slope, lapse = track.shape()
        assert slope == pytest.approx(math.fsum(w * s for (_, s, _), w in posterior.items()), abs=1e-9)
        assert lapse == pytest.approx(math.fsum(w * one for (_, _, one), w in posterior.items()), abs=1e-9)
        variance = math.fsum(w * (t - mean) ** 2 for (t, _, _), w in posterior.items())
        assert track.spread == pytest.approx(math.sqrt(variance), abs=1e-9)


def test_a_level_between_the_levels_is_taken_as_presented():
    rule = QuestPlus((0.0, 4.0, 8.0), 0.0, 8.0, (1.0,), (0.02,), CHOICE, 9)
    one, other = rule.begin(), rule.begin()
    one.answer(4.0, correct=True)
    other.answer(5.0, correct=True)
    assert one.estimate().threshold < other.estimate().threshold  # right at an easier level says less


def test_rereading_an_up_down_session_gives_an_interval():
    done = simulate(plan("3-1"), Observer(CHOICE, 8.0, 5), BEGIN)
    rule = RULES["quest_plus"]
    found, track = reread(done.trials, rule), rule.begin()
    for trial in done.trials:
        track.answer(trial.level, correct=trial.correct)
    assert found == track.estimate()
    assert found.low < 8.0 < found.high
    assert found.half_width == pytest.approx((found.high - found.low) / 2)
    assert done.result().estimate.half_width is None
    assert reread([], rule) is None


def test_rereading_leaves_practice_out():
    found = session("3-1")
    for number, practice in enumerate([True, False, True]):
        found.answer(at(number), correct=True, practice=practice)
    assert reread(found.trials, RULES["quest"]).n == 1


def test_choices_follow_from_the_guess_rate():
    def choices(guess):
        return Quest(-20, 20, 0, 6, Psychometric("logistic", 1.0, guess)).alternatives

    assert [choices(g) for g in (0.0, 0.5, 1 / 3, 0.25, 0.3, 0.01, 0.009)] == [0, 2, 3, 4, 0, 100, 0]


QUEST = {"lowest": -20, "highest": 20, "mean": 0, "sd": 6}
PLUS = {"levels": (0.0, 1.0), "lowest": 0, "highest": 1, "slopes": (1.0,)}


@pytest.mark.parametrize(
    ("kind", "settings", "field"),
    [
        (Quest, {"lowest": 20}, "lowest"),
        (Quest, {"mean": 21}, "mean"),
        (Quest, {"mean": -21}, "mean"),
        (Quest, {"mean": math.nan}, "mean"),
        (Quest, {"sd": 0}, "sd"),
        (Quest, {"points": 2}, "points"),
        (Quest, {"points": 10_002}, "points"),
        (Quest, {"points": 41.0}, "points"),
        (Quest, {"function": None}, "function"),
        (QuestPlus, {"levels": ()}, "levels"),
        (QuestPlus, {"levels": (1.0,)}, "levels"),
        (QuestPlus, {"levels": (1.0, 1.0)}, "levels"),
        (QuestPlus, {"levels": [0.0, 1.0]}, "levels"),
        (QuestPlus, {"slopes": (2.0, 1.0)}, "slopes"),
        (QuestPlus, {"slopes": (0.0, 1.0)}, "slope"),
        (QuestPlus, {"lapses": (0.5,)}, "guess + lapse"),
        (QuestPlus, {"lapses": (math.nan,)}, "lapses"),
        (QuestPlus, {"highest": 0}, "lowest"),
        (QuestPlus, {"levels": tuple(float(i) for i in range(300)), "points": 10_001}, "levels x thresholds x slopes x lapses"),
        (QuestPlus, {"function": "normal"}, "function"),
    ],
)
def test_settings_that_cannot_be(kind, settings, field):
    with pytest.raises(ParamsError) as caught:
        kind(**{**(QUEST if kind is Quest else PLUS), **settings})
    assert (caught.value.code, caught.value.path) == ("E_TRAINING", f"scoring.training: {field}")
