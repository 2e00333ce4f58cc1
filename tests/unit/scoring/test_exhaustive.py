"""All patterns of the rules that have few (Katz 64, MZ/T 039 256, CDR 12,500 ...) and every edge of the others."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from agetech.scoring import instrument, score
from tests.oracle.scoring_tables import (
    agreed,
    cam_class,
    cdr_globals,
    frailty_class,
    katz_letters,
    kubota,
    mzt_levels,
    stop_bang_class,
)


def test_katz_letters():
    table = katz_letters()
    names = ("bathing", "dressing", "toileting", "transferring", "continence", "feeding")
    got = {pattern: score("katz", dict(zip(names, pattern, strict=True))).values["letter"] for pattern in table}
    assert [pattern for pattern in table if got[pattern] != table[pattern]] == []  # comparing dicts would print them for minutes
    assert Counter(table.values()) == {"A": 1, "B": 6, "C": 5, "D": 4, "E": 3, "F": 2, "G": 1, "Other": 42}


def test_mzt039_levels():
    table = mzt_levels()
    names = ("adl", "mental", "sensory", "social")
    got = {pattern: score("mzt039", dict(zip(names, pattern, strict=True))).category for pattern in table}
    assert [pattern for pattern in table if got[pattern] != table[pattern]] == []
    assert Counter(table.values()) == {"0": 2, "1": 88, "2": 56, "3": 102, "undetermined": 8}


def test_cdr_globals():
    table = cdr_globals()
    names = ("memory", "orientation", "judgment", "community", "home", "care")
    wrong = []
    for pattern, wanted in table.items():
        values = score("cdr", dict(zip(names, pattern, strict=True))).values
        if values["global"] != wanted or values["sum_of_boxes"] != sum(pattern):
            wrong.append((pattern, wanted, values))
    assert wrong == []
    assert len(table) == 12_500


def ids(name):
    return [item.id for item in instrument(name).items]


def test_stop_bang_with_and_without_gaps():
    for answers in itertools.product((0, 1, None), repeat=8):
        got = score("stop_bang", dict(zip(ids("stop_bang"), answers, strict=True)))
        wanted = agreed(answers, stop_bang_class)
        known, open_ = sum(a or 0 for a in answers), answers.count(None)
        if open_ == 0:
            assert (got.status, got.total, got.category) == ("ok", known, wanted)
        else:
            assert (got.status, got.total, got.category) == ("incomplete" if wanted is None else "bounded", None, wanted)
            assert got.values["bounds"] == [known, known + open_]


def test_cam_with_and_without_gaps():
    for answers in itertools.product((0, 1, None), repeat=4):
        wanted = agreed(answers, cam_class)
        got = score("cam", dict(zip(ids("cam"), answers, strict=True)))
        assert (got.status, got.category) == ("incomplete" if wanted is None else "ok", wanted)


def test_fried_with_and_without_gaps():
    values = {
        "weight_loss": {0: 0, 1: 1, None: None},
        "exhaustion": {0: 0, 1: 1, None: None},
        "kcal_week": {0: 270, 1: 269, None: None},
        "walk15ft_s": {0: 5.9, 1: 7.0, None: None},
        "grip_kg": {0: 25, 1: 17, None: None},
    }
    for answers in itertools.product((0, 1, None), repeat=5):
        form = {name: worth[a] for (name, worth), a in zip(values.items(), answers, strict=True)}
        got = score("fried", {**form, "height_cm": 160, "bmi": 23.0}, {"sex": "female"})
        wanted = agreed(answers, frailty_class)
        met, open_ = sum(a or 0 for a in answers), answers.count(None)
        assert [c if c is None else int(c) for c in got.values["criteria"].values()] == list(answers)
        if open_:
            assert (got.status, got.category, got.values["bounds"]) == (
                "incomplete" if wanted is None else "bounded", wanted, [met, met + open_])  # fmt: skip
        else:
            assert (got.status, got.total, got.category) == ("ok", met, wanted)


@pytest.mark.parametrize(
    ("sex", "bmi", "limit"),
    [("male", 24.0, 29), ("male", 24.1, 30), ("male", 26.0, 30), ("male", 28.0, 30), ("male", 28.1, 32), ("female", 23.0, 17),
     ("female", 23.1, 17.3), ("female", 26.0, 17.3), ("female", 26.1, 18), ("female", 29.0, 18), ("female", 29.1, 21)],
)  # fmt: skip
def test_grip_limits(sex, bmi, limit):
    def weak(grip):
        return score("fried", {"grip_kg": grip, "bmi": bmi}, {"sex": sex}).values["criteria"]["weak"]

    assert weak(limit)
    assert not weak(limit + 0.1)


@pytest.mark.parametrize(("sex", "tall", "kcal"), [("male", 173, 383), ("female", 159, 270)])
def test_walk_and_activity_limits(sex, tall, kcal):
    def criteria(**form):
        return score("fried", form, {"sex": sex}).values["criteria"]

    assert [criteria(walk15ft_s=s, height_cm=tall)["slow"] for s in (6.99, 7)] == [False, True]
    assert [criteria(walk15ft_s=s, height_cm=tall + 0.1)["slow"] for s in (5.99, 6)] == [False, True]
    assert [criteria(kcal_week=k)["low_activity"] for k in (kcal - 1, kcal)] == [True, False]
    assert criteria(walk15ft_s=9)["slow"] is None


def test_kubota_grades():
    for form in itertools.product((1, 2, 3), (0, 5, 5.01, 60), (0, 1), (0, 1)):
        got = score("kubota", dict(zip(ids("kubota"), form, strict=True)))
        assert (got.total, got.category) == kubota(*form)


def test_stratify_points():
    for form in itertools.product((0, 1), (0, 1), (0, 1), (0, 1), range(4), range(4)):
        got = score("stratify", dict(zip(ids("stratify"), form, strict=True)))
        wanted = sum(form[:4]) + (2 < form[4] + form[5] < 5)
        assert (got.total, got.category) == (wanted, "high" if wanted > 1 else "low")


@pytest.mark.parametrize(
    ("threes", "twos", "wanted"),
    [(0, 0, "normal"), (0, 2, "normal"), (0, 3, "reduced"), (0, 7, "reduced"), (0, 8, "impaired"), (1, 0, "normal"), (1, 1, "reduced"),
     (1, 5, "reduced"), (1, 6, "impaired"), (2, 0, "impaired")],
)  # fmt: skip
def test_adl14_edges(threes, twos, wanted):
    points = [3] * threes + [2] * twos + [1] * (14 - threes - twos)
    got = score("adl14_cn", dict(zip(ids("adl14_cn"), points, strict=True)))
    assert (got.total, got.category) == (sum(points), wanted)


def test_awgs_edges():
    def category(sex="male", method="dxa", **form):
        return score("awgs2019", form, {"sex": sex, "mass_method": method}).category

    assert [category(grip_kg=g, gait_mps=1.0) for g in (27.9, 28)] == ["possible_sarcopenia", "no_evidence"]
    assert [category(sex="female", grip_kg=g, gait_mps=1.0) for g in (17.9, 18)] == ["possible_sarcopenia", "no_evidence"]
    assert [category(grip_kg=28, gait_mps=v) for v in (0.99, 1.0)] == ["possible_sarcopenia", "no_evidence"]
    assert [category(grip_kg=28, chair5_s=v) for v in (11.99, 12)] == ["no_evidence", "possible_sarcopenia"]
    assert [category(grip_kg=28, sppb=v) for v in (9, 10)] == ["possible_sarcopenia", "no_evidence"]
    for sex, method, limit in (("male", "dxa", 7.0), ("male", "bia", 7.0), ("female", "dxa", 5.4), ("female", "bia", 5.7)):
        assert [category(sex, method, grip_kg=40, sppb=12, asm_index=m) for m in (limit - 0.01, limit)] == ["low_mass_only", "no_evidence"]
    assert category(grip_kg=40) is None
    assert category(grip_kg=20) == "possible_sarcopenia"
    assert category(grip_kg=20, asm_index=6) is None
    assert category(grip_kg=20, asm_index=8) == "no_sarcopenia_low_function"
    assert category(gait_mps=0.5, asm_index=8) == "no_sarcopenia_low_function"
    assert category(asm_index=8) is None
    assert category(method=None, grip_kg=20, gait_mps=0.5, asm_index=5) is None


def test_mzt_and_gbt_levels_of_totals():
    form = {item.id: item.hi for item in instrument("gbt42195").items}
    calm = {"coma": False, "dementia_or_mental_dx": False, "risk_events_30d": 0}
    order = list(form)
    seen = {}
    while True:
        seen[sum(form.values())] = score("gbt42195", form, calm).category
        name = next((n for n in order if form[n] > 0), None)
        if name is None:
            break
        form[name] -= 1
    wanted = {t: "0" if t == 90 else "1" if t >= 66 else "2" if t >= 46 else "3" if t >= 30 else "4" for t in range(91)}
    assert seen == wanted
    for worse, level in (({"dementia_or_mental_dx": True}, "4"), ({"risk_events_30d": 2}, "4"), ({"risk_events_30d": 1}, "4")):
        assert score("gbt42195", form, {**calm, **worse}).category == level


def test_news2_edges():
    base = {"rr": 12, "spo2": 96, "o2": 0, "sbp": 120, "pulse": 70, "cvpu": 0, "temp": 37.0}
    edges = {
        "rr": {8: 3, 9: 1, 11: 1, 12: 0, 20: 0, 21: 2, 24: 2, 25: 3},
        "sbp": {90: 3, 91: 2, 100: 2, 101: 1, 110: 1, 111: 0, 219: 0, 220: 3},
        "pulse": {40: 3, 41: 1, 50: 1, 51: 0, 90: 0, 91: 1, 110: 1, 111: 2, 130: 2, 131: 3},
        "temp": {35.0: 3, 35.1: 1, 36.0: 1, 36.1: 0, 38.0: 0, 38.1: 1, 39.0: 1, 39.1: 2},
        "spo2": {91: 3, 92: 2, 93: 2, 94: 1, 95: 1, 96: 0},
        "o2": {0: 0, 1: 2},
    }
    for name, points in edges.items():
        for value, wanted in points.items():
            assert score("news2", {**base, name: value}, {"spo2_scale": 1}).total == wanted, (name, value)


@pytest.mark.parametrize(
    ("boxes", "score_", "reading"),
    [
        ((3, 2, 2, 1, 0.5, 0), 2, "mode"),  # most frequent of five, no majority
        ((3, 2, 2, 2, 1, 0), 2, "text"),
        ((3, 3, 2, 2, 1, 1), 2, "text"),  # tie, nearest to memory
        ((1, 1, 1, 1, 3, 3), 1, "text"),
        ((1, 3, 3, 3, 0, 0), 1, "text"),
        ((0, 3, 0, 0, 0, 0), 0, "text"),
        ((0.5, 1, 1, 1, 0, 0), 1, "text"),
    ],
)
def test_cdr_says_where_the_text_is_silent(boxes, score_, reading):
    values = score("cdr", dict(zip(ids("cdr"), boxes, strict=True))).values
    assert (values["global"], values["global_reading"]) == (score_, reading)
