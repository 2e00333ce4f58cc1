"""Edges of the rules that are no table: each limit from both sides, and what stands beside a class."""

from __future__ import annotations

import pytest

from agetech.scoring import instrument, score
from agetech.scoring.classify import _holds

ALL_WELL = {"rr": 16, "spo2": 98, "o2": 0, "sbp": 120, "pulse": 70, "cvpu": 0, "temp": 37.0}
SCALE_1, SCALE_2 = {"spo2_scale": 1}, {"spo2_scale": 2}


def best(name):
    return {item.id: item.hi for item in instrument(name).items}


def least(name):
    return {item.id: item.lo for item in instrument(name).items}


@pytest.mark.parametrize(
    ("form", "total", "flags"),
    [
        ({}, 0, []),
        ({"rr": 22, "sbp": 95, "pulse": 115}, 6, []),
        ({"rr": 22, "sbp": 95, "pulse": 115, "temp": 35.5}, 7, ["news2_emergency"]),
        ({"cvpu": 1}, 3, ["news2_single_3"]),
        ({"cvpu": 1, "rr": 30, "o2": 1}, 8, ["news2_emergency", "news2_single_3"]),
    ],
)
def test_news2_flags_on_complete_forms(form, total, flags):
    got = score("news2", {**ALL_WELL, **form}, SCALE_1)
    assert (got.status, got.total, got.safety_flags) == ("ok", total, flags)


def test_news2_flags_on_what_is_there():
    got = score("news2", {"cvpu": 1, "rr": 30, "o2": 1}, SCALE_1)
    assert (got.status, got.safety_flags) == ("incomplete", ["news2_emergency", "news2_single_3"])
    assert score("news2", {"rr": 22, "sbp": 95, "pulse": 115}, SCALE_1).safety_flags == []


@pytest.mark.parametrize(("spo2", "points"), [(92, 0), (93, None), (88, 0), (87, 1), (85, 2), (83, 3)])
def test_news2_saturation_on_scale_2_without_word_of_oxygen(spo2, points):
    form = {name: value for name, value in ALL_WELL.items() if name != "o2"}
    assert score("news2", {**form, "spo2": spo2}, SCALE_2).subscores["spo2"] == points


def test_4at_flags_on_complete_and_incomplete_forms():
    items = instrument("four_at").items
    calm, worst = {item.id: 0 for item in items}, next(item.id for item in items if item.hi == 4)
    got = score("four_at", {**calm, worst: 4})
    assert (got.status, got.total, got.safety_flags) == ("ok", 4, ["four_at_possible_delirium"])
    assert score("four_at", {worst: 4}).safety_flags == ["four_at_possible_delirium"]
    assert score("four_at", calm).safety_flags == []


CARE = {"coma": False, "dementia_or_mental_dx": False, "risk_events_30d": 0}


def test_gbt_coma_is_flagged_on_any_form():
    whole = score("gbt42195", best("gbt42195"), {**CARE, "coma": True})
    assert (whole.category, whole.safety_flags, whole.values["reason"]) == ("4", ["coma"], ["coma"])
    assert (whole.values["initial_level"], whole.values["ambiguous"]) == ("0", False)
    assert score("gbt42195", {}, {"coma": True}).safety_flags == ["coma"]
    assert score("gbt42195", {}, {"coma": False}).safety_flags == []
    assert score("gbt42195", {}).safety_flags == []
    assert score("gbt42195", best("gbt42195"), CARE).safety_flags == []


@pytest.mark.parametrize(
    ("context", "single", "additive", "reasons", "ambiguous"),
    [
        ({}, "0", "0", [], False),
        ({"risk_events_30d": 1}, "0", "0", [], False),
        ({"risk_events_30d": 2}, "1", "1", ["risk_events"], False),
        ({"dementia_or_mental_dx": True}, "1", "1", ["diagnosis"], False),
        ({"dementia_or_mental_dx": True, "risk_events_30d": 2}, "1", "2", ["diagnosis", "risk_events"], True),
    ],
)
def test_gbt_changes_of_level(context, single, additive, reasons, ambiguous):
    one = score("gbt42195", best("gbt42195"), {**CARE, **context})
    two = score("gbt42195", best("gbt42195"), {**CARE, **context}, scheme="additive")
    assert (one.category, two.category) == (single, additive)
    assert (one.values["reason"], one.values["ambiguous"]) == (reasons, ambiguous)
    both = {"category_if_single": single, "category_if_additive": additive} if ambiguous else {}
    assert {key: value for key, value in one.values.items() if key.startswith("category_if")} == both


@pytest.mark.parametrize("lacking", sorted(CARE))
def test_gbt_without_a_clause_has_no_level(lacking):
    got = score("gbt42195", best("gbt42195"), {name: value for name, value in CARE.items() if name != lacking})
    assert (got.category, got.missing_context) == (None, [lacking])
    assert got.values == {"initial_level": "0", "reason": [], "ambiguous": False}


FRIED = {"weight_loss": 0, "exhaustion": 0, "kcal_week": 1000, "walk15ft_s": 4, "grip_kg": 40, "height_cm": 170, "bmi": 27}


@pytest.mark.parametrize(
    ("sex", "form", "disputed"),
    [
        ("male", {"grip_kg": 30.5}, {"grip_31": "prefrail"}),
        ("male", {"grip_kg": 31}, {"grip_31": "prefrail"}),
        ("male", {"grip_kg": 31.1}, {}),
        ("male", {"grip_kg": 30}, {}),
        ("male", {"grip_kg": 30.5, "bmi": 28}, {"grip_31": "prefrail"}),
        ("male", {"grip_kg": 30.5, "bmi": 28.5}, {}),
        ("male", {"grip_kg": 30.5, "bmi": 26}, {}),
        ("male", {"grip_kg": 40}, {}),
        ("female", {"grip_kg": 30.5}, {}),
        ("male", {"grip_kg": 30.5, "exhaustion": 1}, {}),  # one criterion or two: prefrail either way
        ("male", {"grip_kg": 30.5, "exhaustion": 1, "weight_loss": 1}, {"grip_31": "frail"}),
    ],
)
def test_fried_says_where_the_other_printing_differs(sex, form, disputed):
    assert score("fried", {**FRIED, **form}, {"sex": sex}).disputed == disputed


@pytest.mark.parametrize(
    ("grip", "bmi", "weak"),
    [(31, 27, True), (31.1, 27, False), (31, 26, False), (31, 28, True), (31, 28.5, True), (32, 28.5, True), (30, 26, True)],
)
def test_fried_under_the_other_printing(grip, bmi, weak):
    got = score("fried", {**FRIED, "grip_kg": grip, "bmi": bmi}, {"sex": "male"}, scheme="grip_31")
    assert got.values["criteria"]["weak"] is weak


@pytest.mark.parametrize(("grip", "bmi"), [(30.5, 28.5), (31.5, 28.5)])
def test_fried_above_28_is_weak_in_both_printings(grip, bmi):
    for scheme in ("default", "grip_31"):
        assert score("fried", {**FRIED, "grip_kg": grip, "bmi": bmi}, {"sex": "male"}, scheme=scheme).values["criteria"]["weak"] is True


def test_fried_the_other_reading_of_the_other_scheme():
    got = score("fried", {**FRIED, "grip_kg": 31}, {"sex": "male"}, scheme="grip_31")
    assert (got.category, got.disputed) == ("prefrail", {"default": "robust"})


def test_awgs_asks_for_what_it_needs_alone():
    without = score("awgs2019", {"grip_kg": 20, "gait_mps": 1.2}, {"sex": "male"})
    assert (without.category, without.missing_context) == ("possible_sarcopenia", [])
    nobody = score("awgs2019", {"grip_kg": 20, "gait_mps": 1.2, "asm_index": 6.5}, {"mass_method": "dxa"})
    assert (nobody.status, nobody.values["low_mass"], nobody.missing_context) == ("incomplete", None, ["sex"])
    unmeasured = score("awgs2019", {"grip_kg": 20, "gait_mps": 1.2, "asm_index": 6.5}, {"sex": "male"})
    assert (unmeasured.status, unmeasured.missing_context) == ("incomplete", ["mass_method"])


def test_sarc_f_alone_has_no_calf():
    assert score("sarc_f", least("sarc_f")).values == {}


def test_sppb_names_what_lacks_and_its_low_end():
    walked = {"side_s": 10, "semi_s": 10, "tandem_s": 10, "gait4m_s": 4, "chair5_s": 10}
    assert score("sppb", {**walked, "gait4m_s": None}).missing == ["gait4m_s"]
    assert score("sppb", {"side_s": 10, "semi_s": 10, "tandem_s": 10}).missing == ["gait4m_s", "chair5_s"]
    ten = score("sppb", {**walked, "chair5_s": 15})
    nine = score("sppb", {**walked, "chair5_s": 18})
    assert (ten.total, ten.values["awgs_low_performance"]) == (10, False)
    assert (nine.total, nine.values["awgs_low_performance"]) == (9, True)


@pytest.mark.parametrize(("seconds", "flags"), [(14, []), (14.5, ["locomotion"]), (15, ["locomotion"])])
def test_icope_chair_rise(seconds, flags):
    form = {"words_recalled": 3, "orient_ok": 1, "chair5_s": seconds, "weight_loss": 0, "appetite": 0, "vision_problem": 0,
            "hearing_fail": 0, "mood1": 0, "mood2": 0}  # fmt: skip
    assert score("icope1", form).values["flags"] == flags


def test_nrs_says_what_age_adds():
    form = {"nutrition": 2, "disease": 1}
    assert score("nrs2002", form).values == {"raw": 3, "bounds": [3, 4]}
    old = score("nrs2002", form, {"age": 70})
    assert (old.total, old.values) == (4, {"raw": 3})
    assert old.adjustments == [{"code": "age_70", "en": "one point from 70 years", "zh": "年龄70岁及以上，加1分"}]
    assert score("nrs2002", form, {"age": 69}).adjustments == []


NIGHT = {**least("psqi"), "bedtime_min": 1380, "rise_min": 420, "hours": 7.5, "latency_min": 10}


def test_psqi_refuses_more_sleep_than_bed():
    bad = score("psqi", {**NIGHT, "hours": 8.5})
    assert (bad.status, bad.errors, bad.total, bad.category) == ("invalid", ["hours"], None, None)
    short = score("psqi", {"bedtime_min": 1380, "rise_min": 420, "hours": 9})
    assert (short.status, short.errors) == ("invalid", ["hours"])


@pytest.mark.parametrize("name", ["bedtime_min", "rise_min", "hours"])
def test_psqi_needs_its_times(name):
    got = score("psqi", {**NIGHT, name: None})
    assert (got.status, got.missing) == ("incomplete", [name])


def test_psqi_efficiency():
    assert score("psqi", {**NIGHT, "hours": 6.8}).subscores["c4"] == 0  # exactly 85 %
    assert score("psqi", NIGHT).values["efficiency_pct"] == 93.75
    none = score("psqi", {**NIGHT, "bedtime_min": 420, "hours": 0})
    assert none.values["efficiency_pct"] == 0.0
    third = score("psqi", {**NIGHT, "bedtime_min": 0, "rise_min": 540, "hours": 7})
    assert third.values["efficiency_pct"] == 77.777777778


def test_zung_gives_both_roundings():
    form = least("sds")
    raw_first = score("sds", form)
    raw = raw_first.values["raw"]
    assert raw_first.values == {"raw": raw, "index_floor": int(raw * 1.25), "index_half_up": int(raw * 1.25 + 0.5)}
    lone = next(item for item in instrument("sds").items if not item.reverse)
    odd = score("sds", {**form, lone.id: 3})
    half = score("sds", {**form, lone.id: 3}, scheme="half_up")
    more = odd.values["raw"]
    assert more == raw + 2
    assert (odd.total, half.total) == (odd.values["index_floor"], odd.values["index_half_up"])
    assert odd.values["index_half_up"] == int(more * 1.25 + 0.5) == odd.values["index_floor"] + (more * 1.25 % 1 >= 0.5)


@pytest.mark.parametrize(("cognition", "grade"), [(16, 0), (15, 1), (4, 1), (3, 2), (2, 2), (1, 3), (0, 3)])
def test_ltc_grades_of_cognition(cognition, grade):
    form = best("ltc2021")
    left = cognition
    for name in ("time", "person", "place", "memory"):
        form[name] = min(left, 4)
        left -= form[name]
    assert score("ltc2021", form, allow_unverified=True).values["grades"] == {"adl": 0, "cognition": grade, "sensory": 0}


@pytest.mark.parametrize(("senses", "grade"), [(12, 0), (11, 1), (4, 1), (3, 2), (2, 2), (1, 3)])
def test_ltc_grades_of_the_senses(senses, grade):
    form = best("ltc2021")
    left = senses
    for name in ("vision", "hearing", "communication"):
        form[name] = min(left, 4)
        left -= form[name]
    assert score("ltc2021", form, allow_unverified=True).values["grades"]["sensory"] == grade


def test_moca_without_schooling_is_bounded_by_one_point():
    got = score("moca", least("moca"))
    assert (got.status, got.values) == ("incomplete", {"raw": 0, "bounds": [0, 1]})
    assert got.subscores
    assert set(got.subscores.values()) == {0}
    top = score("moca", best("moca"))
    assert top.values == {"raw": 30, "bounds": [30, 30]}
    point = score("moca", least("moca"), {"education_years": 12})
    assert point.adjustments == [
        {"code": "education_point", "en": "one point for 12 years of schooling or less", "zh": "受教育年限不超过12年，加1分"}
    ]


@pytest.mark.parametrize(("errors", "bounds"), [(0, [0, 1]), (1, [0, 2]), (2, [1, 3]), (9, [8, 10]), (10, [9, 10])])
def test_spmsq_without_schooling(errors, bounds):
    names = [item.id for item in instrument("spmsq").items]
    form = {name: int(place < errors) for place, name in enumerate(names)}
    assert score("spmsq", form).values == {"raw": errors, "bounds": bounds}
    assert score("spmsq", form).missing_context == ["education_band"]
    less, more = (score("spmsq", form, {"education_band": band}) for band in ("grade_school", "beyond_high_school"))
    assert (less.total, more.total, less.values) == (max(errors - 1, 0), min(errors + 1, 10), {"raw": errors})


def npi(n, **parts):
    form = {f"{part}{i}": 0 for part in "e" for i in range(1, 13)}
    return {**form, f"e{n}": 1, f"s{n}": 2, f"d{n}": 4, **parts}


@pytest.mark.parametrize("n", [1, 2, 12])
def test_npi_q_counts_each_symptom(n):
    got = score("npi_q", npi(n))
    assert got.values == {"severity": 2, "distress": 4, "n_endorsed": 1}
    assert (got.status, got.category) == ("ok", None)
    assert score("npi_q", npi(n, **{f"s{n}": None})).missing == [f"s{n}"]
    silent = score("npi_q", npi(n, **{f"d{n}": None}))
    assert (silent.status, silent.values["distress"], silent.missing) == ("ok", None, [f"d{n}"])
    unknown = score("npi_q", {name: value for name, value in npi(n).items() if name[1:] != str(n)})
    assert (unknown.status, unknown.missing) == ("incomplete", [f"e{n}"])


@pytest.mark.parametrize(
    ("condition", "inside", "outside"),
    [
        ({"above": 6}, [6.5, 7], [6, 5]),
        ({"below": 85}, [84.9], [85, 86]),
        ({"from": 60, "below": 80}, [60, 79], [59, 80]),
        ({"from": 60, "to": 80}, [60, 80], [59, 81]),
        ({"above": 6, "to": 9}, [9], [6, 10]),
        ({"in": ["a", "b"]}, ["a", "b"], ["c"]),
        ({"is": "a"}, ["a"], ["b"]),
    ],
)
def test_conditions_of_strata(condition, inside, outside):
    assert [_holds(condition, value) for value in inside] == [True] * len(inside)
    assert [_holds(condition, value) for value in outside] == [False] * len(outside)
    assert _holds(condition, None) is None
