"""The sixteen shared measures, every expected key of every case; the file itself stays outside the repository."""

from __future__ import annotations

import json
from math import cos, pi, sin

import numpy as np
import pytest

from agetech.scoring.change import Reliability
from agetech.scoring.tasks import (
    RegressionNorm,
    clock_kinematics,
    composite,
    ex_gaussian_log_likelihood,
    face_of,
    fit_ex_gaussian,
    fluency,
    golden_interference,
    n_back,
    regression_norm,
    reliable_change,
    rt_summary,
    signal_detection,
    span,
    strokes_of,
    stroop,
    symbol_digit,
    trail_making,
    word_list,
)
from agetech.scoring.tasks.adaptive import QuestSettings, StaircaseSettings

TOLERANCE = 1e-8


def reaction(i):
    got = rt_summary(i["rts"], i["lo"], i["hi"])._asdict()
    return {**got, "status": "insufficient_data" if got["mean"] is None else "ok"}


def ex_gaussian(i):
    if "rts" in i:
        return {"loglik": ex_gaussian_log_likelihood(i["rts"], i["mu"], i["sigma"], i["tau"])}
    wanted = i["simulate"]
    rng = np.random.default_rng(7)
    rts = rng.normal(wanted["mu"], wanted["sigma"], wanted["n"]) + rng.exponential(wanted["tau"], wanted["n"])
    got = fit_ex_gaussian(rts)
    return {f"{name}_abs_err_max": abs(getattr(got, name) - wanted[name]) for name in ("mu", "sigma", "tau")}


def rci(i):
    return reliable_change(i["x1"], i["x2"], Reliability(i["r"], i["sd"], "shared vectors", i["practice"]))._asdict()


def norm(i):
    study = RegressionNorm(i["b0"], {"baseline": i["b1"]}, i["see"], 100, "made up", 2026, "shared vectors")
    return regression_norm(i["x2"], {"baseline": i["x1"]}, study)._asdict()


def interference(i):
    if "W" in i:
        return {"golden": golden_interference(i["W"], i["C"], i["CW"])}
    shares = {"accuracy_congruent": i["acc_congruent"], "accuracy_incongruent": i["acc_incongruent"]}
    return stroop(i["congruent"], i["incongruent"], i["neutral"], **shares)._asdict()


def learned(i):
    got = word_list(
        i["trials"],
        i["list_length"],
        delayed=i["delayed"],
        recognition_hits=i["recognition_hits"],
        recognition_false=i["recognition_false"],
    )
    return {**got._asdict(), "trial_scores": list(got.trial_scores)}


def stairs(i):
    track, levels = StaircaseSettings(i["start"], i["step"], down=i["down"]).rule.begin(), []
    for answer in i["responses"]:
        levels.append(track.level)
        track.answer(track.level, correct=bool(answer))
    return {"levels": levels, "final": track.level, "reversals": track.reversals, "threshold": track.estimate().threshold}


def bayes(i):
    grid = dict(zip(("lowest", "highest", "points"), i["grid"], strict=True))
    track, levels = QuestSettings(**grid, **{k: i[k] for k in ("prior_mean", "prior_sd", "beta", "gamma", "delta")}).rule.begin(), []
    for answer in i["responses"]:
        levels.append(track.level)
        track.answer(track.level, correct=bool(answer))
    return {"placements": levels, "posterior_mean": track.estimate().threshold, "posterior_sd": track.spread}


def circle(_):
    turn = [2 * pi * k / 360 for k in range(361)]
    ink = strokes_of([k / 100 for k in range(361)], [cos(a) for a in turn], [sin(a) for a in turn], [1.0] * 361)
    got, face = clock_kinematics(ink), face_of(ink)
    return {"strokes": got.strokes, "ink_time_s": got.ink_time, "roundness_min": face.roundness, "closure_gap_max": face.closure_gap}


def back(i):
    got = n_back(i["seq"], i["n"], i["responses"])
    return {**got._asdict(), **got.detection._asdict()}


MEASURES = {
    "rt_summary": reaction,
    "ex_gaussian": ex_gaussian,
    "sdt": lambda i: signal_detection(**i)._asdict(),
    "rci": rci,
    "regression_norm": norm,
    "composite_z": lambda i: {"mean_z": composite(i["z"], i.get("weights"))[0], "p_below": composite(i["z"], i.get("weights"))[1]},
    "tmt": lambda i: trail_making(i["a_s"], i["b_s"])._asdict(),
    "stroop": interference,
    "span": lambda i: span(i["trials"])._asdict(),
    "word_list": learned,
    "fluency": lambda i: fluency(i["words"], i["limit_s"])._asdict(),
    "sdmt_like": lambda i: symbol_digit(**i)._asdict(),
    "staircase": stairs,
    "quest": bayes,
    "clock_kinematics": circle,
    "nback": back,
}


def same(key, got, wanted):
    if key.endswith("_max"):
        return got <= wanted
    if key.endswith("_min"):
        return got >= wanted
    if isinstance(wanted, bool | str):
        return got == wanted and type(got) is type(wanted)
    if isinstance(wanted, list):
        return len(got) == len(wanted) and all(same("", g, w) for g, w in zip(got, wanted, strict=True))
    return abs(got - wanted) <= TOLERANCE


@pytest.fixture(scope="module")
def shared(data):
    return json.loads((data / "scoring" / "tasks.json").read_text(encoding="utf-8"))


def test_every_case_of_every_measure(shared):
    wrong, seen = [], 0
    for task in shared["tasks"]:
        for place, case in enumerate(task["cases"]):
            got = MEASURES[task["id"]](case["input"])
            for key, wanted in case["expected"].items():
                if key == "ms_max":  # a time is measured in benchmarks/scoring/tasks.py, as a ratio
                    continue
                seen += 1
                if not same(key, got[key], wanted):
                    wrong.append((task["id"], place, key, wanted, got[key]))
    assert wrong == []
    assert {task["id"] for task in shared["tasks"]} == set(MEASURES)
    assert len(MEASURES) == 16
    assert seen == 133


def test_where_staircases_settle(shared):
    stated = next(task for task in shared["tasks"] if task["id"] == "staircase")["convergence"]
    assert [abs(StaircaseSettings(down=int(one["rule"][0])).rule.performance - one["p"]) < TOLERANCE for one in stated] == [True] * 3


def test_the_comparison_can_fail():
    assert not same("mean", 1.0 + 2e-8, 1.0)
    assert not same("gap_max", 2, 1)
    assert not same("round_min", 0, 1)
    assert not same("levels", [1, 2], [1, 2, 3])
    assert not same("b_censored", 1, True)
