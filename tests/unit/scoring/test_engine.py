"""Refusals, absences, schemes, context and flags of the engine, case by case."""

from __future__ import annotations

import math

import numpy as np
import pytest

from agetech.errors import ParamsError
from agetech.scoring import Absence, instrument, instruments, score
from tests.unit.scoring.forms import CONTEXT

PHQ9 = {f"q{n}": 1 for n in range(1, 10)}
AD8 = {f"q{n}": 0 for n in range(1, 9)}
KATZ = {"bathing": 0, "dressing": 0, "toileting": 0, "transferring": 1, "continence": 1, "feeding": 1}
MOCA = {item.id: item.hi for item in instrument("moca").items} | {"fluency_words": 10}
NEWS2 = {"rr": 12, "spo2": 96, "o2": 0, "sbp": 120, "pulse": 70, "cvpu": 0, "temp": 37.0}


def everything(name, answer=None):
    return {item.id: item.lo if answer is None else answer for item in instrument(name).items}


def test_most_instruments_score_without_allow_unverified():
    scored = [name for name in instruments() if score(name, everything(name), CONTEXT).status == "ok"]
    assert len(scored) >= 55
    first = "katz lawton8 ad8 mini_cog frail tug tinetti news2 nrs2002 must four_at kubota eat10 isi ess norton phq2 gds30 painad icope1"
    assert set(first.split()) <= set(scored)
    assert sorted(set(instruments()) - set(scored)) == ["ltc2021", "shanghai_unified"]


@pytest.mark.parametrize("name", instruments())
def test_what_is_refused_or_withheld_names_the_source_wanted(name):
    got = score(name, everything(name), CONTEXT)
    if got.status == "not_computable":
        assert "source wanted: " in got.refusal
        assert got.refusal.partition("source wanted: ")[2].strip()
        assert got.total is None
        assert got.category is None
    assert all(wanted for wanted in got.withheld.values())


def test_exactly_these_wait_for_a_source():
    from agetech.scoring.instrument import UNBACKED

    waiting = set()
    for name in instruments():
        one = instrument(name)
        waiting |= {(name, scheme.id) for scheme in one.schemes.values() if scheme.level == UNBACKED and scheme.wanted.strip()}
        unnamed = [scheme.id for scheme in one.schemes.values() if scheme.level == UNBACKED and not scheme.wanted.strip()]
        assert unnamed == []
        if one.missing.get("level") == UNBACKED:
            assert one.missing["wanted"].strip()
            waiting.add((name, "missing"))
        for part, entry in one.document["verification"].items():
            if entry["level"] == UNBACKED:
                assert entry["wanted"].strip()
                waiting.add((name, part))
    assert waiting == {
        ("cesd10", "missing"), ("short_fes_i", "missing"), ("faq", "default"), ("faq", "bands"), ("lawton8", "default"),
        ("lawton8", "bands"), ("zarit12", "default"), ("zarit12", "bands"), ("ltc2021", "bands"), ("mmse", "international"),
        ("moca", "cn_education_beijing"), ("psqi", "cn_poor_from_8"),
    }  # fmt: skip


def test_an_unbacked_category_is_withheld_and_the_total_given():
    got = score("lawton8", everything("lawton8", 1))
    assert (got.status, got.total, got.category) == ("ok", 8, None)
    assert "category" in got.withheld
    assert score("lawton8", everything("lawton8", 1), allow_unverified=True).category == "independent"
    assert score("lawton8", everything("lawton8", 1), scheme="three_class").category == "independent"


def test_the_care_matrix_is_off_by_default_and_its_sums_are_given():
    got = score("ltc2021", everything("ltc2021", 0))
    assert (got.status, got.category, got.values) == ("not_computable", None, {})
    assert got.subscores == {"adl": 0, "cognition": 0, "sensory": 0}
    assert "annex" in got.refusal
    assert score("ltc2021", everything("ltc2021", 0), allow_unverified=True).category == "5"


def test_the_shanghai_assessment_is_never_computed():
    got = score("shanghai_unified", {"adl_score": 50, "iadl_score": 50, "cog_score": 50}, allow_unverified=True)
    assert (got.status, got.total, got.category) == ("not_computable", None, None)


@pytest.mark.parametrize("bad", [True, False, "1", b"1", math.nan, math.inf, -1, 4, 1.5, [1], {}, 1j, np.bool_(1), object(), 10**400])
def test_a_bad_answer_is_invalid_and_named(bad):
    got = score("phq9", {**PHQ9, "q3": bad})
    assert (got.status, got.errors, got.total, got.category) == ("invalid", ["q3"], None, None)


@pytest.mark.parametrize("good", [2, 2.0, np.int8(2), np.int64(2), np.float32(2), np.float64(2)])
def test_numbers_of_any_kind_are_answers(good):
    assert score("phq9", {**PHQ9, "q3": good}).total == 10


def test_errors_stand_in_the_order_of_the_form_and_unknown_ids_last():
    got = score("phq9", {"zz": 1, **PHQ9, "q7": 9, "q2": "x"})
    assert got.errors == ["q2", "q7", "zz"]


@pytest.mark.parametrize("junk", [None, [], "phq9", 7])
def test_responses_that_are_no_mapping_are_invalid(junk):
    assert score("phq9", junk).errors == ["responses"]


def test_an_unknown_instrument_or_scheme_is_an_error_of_the_caller():
    with pytest.raises(ParamsError, match="phq9"):
        score("phq", PHQ9)
    with pytest.raises(ParamsError, match="morse"):
        score("morse", everything("morse"), scheme="nonesuch")
    with pytest.raises(ParamsError):
        score(7, PHQ9)
    with pytest.raises(ParamsError):
        instrument("phq9", "9.9.9")


def test_missing_items_are_named():
    got = score("katz", {**KATZ, "feeding": None, "bathing": Absence.REFUSED})
    assert (got.status, got.missing, got.absent) == ("incomplete", ["bathing", "feeding"], {"bathing": "refused", "feeding": "not_asked"})
    assert score("katz", {}).missing == list(KATZ)


def test_three_absences_are_kept_apart():
    assert score("ad8", {**AD8, "q1": None}).status == "ok"
    assert score("ad8", {**AD8, "q1": Absence.DONT_KNOW}).absent == {"q1": "dont_know"}
    assert score("ad8", {**AD8, "q1": Absence.NOT_ASKED}).status == "incomplete"
    assert score("ad8", {name: AD8[name] for name in list(AD8)[1:]}).missing == ["q1"]
    assert score("ad8", AD8, {"refused": ["q1"]}).errors == ["q1"]
    assert score("spmsq", {**everything("spmsq", 0), "e1": Absence.REFUSED}, CONTEXT).total == 1
    assert score("spmsq", {**everything("spmsq", 0), "e1": Absence.UNABLE}, CONTEXT).status == "incomplete"
    untestable = {"alertness": 4, "amt4": Absence.UNABLE, "attention": Absence.UNABLE, "acute": 0}
    assert score("four_at", untestable).total == 8
    assert score("edmonton", {**everything("edmonton"), "tug": None}, {"unable": ["tug"]}).total == 2
    assert score("sppb", {"side_s": None}, {"unable": ["side_s", "gait4m_s", "chair5_s"]}).total == 0
    assert score("icope1", {**everything("icope1"), "chair5_s": Absence.UNABLE, "words_recalled": 3, "orient_ok": 1}).values["flags"] == [
        "locomotion"
    ]
    assert score("katz", {**KATZ, "feeding": None}, {"unable": "feeding"}).absent == {"feeding": "unable"}
    assert score("katz", KATZ, {"unable": ["nonesuch"]}).errors == ["nonesuch"]
    assert score("katz", KATZ, {"unable": 7}).errors == ["unable"]


def test_too_few_answers_are_not_scored():
    cornell = {f"q{n}": 1 if n < 10 else None for n in range(1, 20)}
    assert score("csdd", cornell).status == "incomplete"
    assert score("csdd", {**cornell, "q10": 1}).total == 10


def test_proration_by_the_stated_rule_only():
    two, three = {**PHQ9, "q8": None, "q9": None}, {**PHQ9, "q7": None, "q8": None, "q9": None}
    assert (score("phq9", two).status, score("phq9", two).total) == ("prorated", 9)
    assert score("phq9", three).status == "incomplete"
    short = {**everything("short_fes_i"), "q1": None}
    assert score("short_fes_i", short).status == "incomplete"
    assert score("short_fes_i", short, allow_unverified=True).status == "prorated"
    assert score("phq9", everything("phq9", Absence.NOT_ASKED)).status == "incomplete"


def test_a_cut_off_without_its_context_gives_the_score_and_no_category():
    got = score("slums", {"score_blocks": 24})
    assert (got.status, got.total, got.category, got.missing_context) == ("ok", 24, None, ["high_school"])
    got = score("moca_b", everything("moca_b"))
    assert (got.status, got.total, got.category, got.missing_context) == ("ok", 0, None, ["education_years"])
    got = score("gbt42195", everything("gbt42195"))
    assert (got.status, got.total, got.category) == ("ok", 0, None)
    assert got.missing_context == ["coma", "dementia_or_mental_dx", "risk_events_30d"]
    got = score("mmse", everything("mmse"), scheme="zhang2021_mci")
    assert (got.total, got.category, got.values["strata_result"]) == (0, None, None)
    assert got.missing_context == ["age", "education_years"]


def test_a_total_that_needs_context_is_not_guessed():
    got = score("moca", MOCA)
    assert (got.status, got.total, got.missing_context, got.values["raw"]) == ("incomplete", None, ["education_years"], 29)
    assert got.values["bounds"] == [29, 30]
    assert score("nrs2002", {"nutrition": 1, "disease": 1}).values["bounds"] == [2, 3]
    assert score("spmsq", everything("spmsq", 1)).status == "incomplete"
    assert score("news2", NEWS2).missing_context == ["spo2_scale"]
    assert score("fried", everything("fried")).missing_context == ["sex"]
    assert score("awgs2019", {"grip_kg": 20.0, "asm_index": 5.5}, {"sex": "female"}).missing_context == ["mass_method"]


@pytest.mark.parametrize(
    ("name", "bad"),
    [("moca", {"education_years": -1}), ("moca", {"education_years": "9"}), ("fried", {"sex": "M"}), ("gbt42195", {"coma": 1}),
     ("gbt42195", {"risk_events_30d": 1.5}), ("news2", {"spo2_scale": 3}), ("news2", {"spo2_scale": True}), ("mmse", {"age": math.nan})],
)  # fmt: skip
def test_bad_context_is_invalid_and_named(name, bad):
    assert score(name, everything(name), {**CONTEXT, **bad}).errors == list(bad)


def test_strata_are_found_from_the_context_or_named():
    form = everything("mmse")
    got = score("mmse", form, {"age": 75, "education_years": 6}, scheme="zhang2021_mci")
    assert (got.stratum, got.values["strata_result"], got.scheme) == ("age<=75,edu<=6", "impaired", "zhang2021_mci")
    assert score("mmse", form, {"age": 75.5, "education_years": 6}, scheme="zhang2021_mci").stratum == "age>75,edu<=6"
    assert score("mmse", form, {"stratum": "age>75,edu>6"}, scheme="zhang2021_mci").stratum == "age>75,edu>6"
    assert score("mmse", form, {"stratum": "nonesuch"}, scheme="zhang2021_mci").errors == ["stratum"]
    assert score("mmse", form, {"education_level": "middle_school"}, scheme="cn_beijing").stratum == "secondary_or_above"
    young = score("moca", MOCA, {**CONTEXT, "age": 40}, scheme="moca_p_veterans_mci")
    assert (young.stratum, young.category) == (None, None)
    assert "no stratum" in young.withheld["strata_result"]


def test_a_scheme_with_its_own_bonus_stands_on_the_raw_score():
    form = {**MOCA, "recall": 0, "abstraction": 0}  # raw 22
    got = score("moca", form, {"age": 70, "education_years": 6, "education_level": "primary"}, scheme="moca_p_veterans_mci")
    assert (got.values["raw"], got.total, got.values["strata_result"]) == (22, 23, "impaired")
    assert "scheme_bonus" in [entry["code"] for entry in got.adjustments]
    form["recall"] = 2  # raw 24, with the bonus 26: above 25
    got = score("moca", form, {"age": 70, "education_years": 6, "education_level": "primary"}, scheme="moca_p_veterans_mci")
    assert got.values["strata_result"] == "not_impaired"
    by_years = {y: score("moca", form, {"age": 70, "education_years": y}, scheme="moca_p_veterans_mci") for y in (0, 1, 6, 6.5, 7, 9, 10)}
    added = {y: sum(a["code"] == "scheme_bonus" for a in got.adjustments) for y, got in by_years.items()}
    assert added == {0: 0, 1: 1, 6: 1, 6.5: 1, 7: 1, 9: 1, 10: 0}
    assert [by_years[y].values["strata_result"] for y in (6, 7, 10)] == ["not_impaired", "impaired", "impaired"]


@pytest.mark.parametrize(
    ("name", "form", "scheme", "ours", "theirs"),
    [
        ("morse", {"history": 25, "secondary": 0, "aid": 0, "iv": 20, "gait": 0, "mental": 0}, "cn_gt45", "high", "moderate"),
        ("katz", KATZ, "severe_to_3", "moderate", "severe"),
        ("norton", dict(zip(("q1", "q2", "q3", "q4", "q5"), (3, 3, 3, 2, 2), strict=True)), "msd_below_14", "at_risk", "high"),
        ("hendrich2", {**everything("hendrich2"), "confusion": 4, "male": 1}, "above_5", "high", "low"),
    ],
)
def test_a_disputed_edge_is_never_silent(name, form, scheme, ours, theirs):
    got = score(name, form)
    assert (got.category, got.disputed[scheme]) == (ours, theirs)
    other = score(name, form, scheme=scheme)
    assert (other.category, other.disputed["default"]) == (theirs, ours)


def test_both_roundings_of_zung_are_said_where_they_differ():
    form = {item.id: 4 if item.reverse else 1 for item in instrument("sds").items}  # raw 20
    form |= dict.fromkeys(("q1", "q3", "q4", "q7", "q8", "q9", "q10"), 4)
    form["q13"] = 2  # raw 20 + 7 * 3 + 1 = 42
    got = score("sds", form)
    assert (got.values["raw"], got.total, got.category, got.disputed) == (42, 52, "normal", {"half_up": "mild"})
    assert score("sds", form, scheme="half_up").category == "mild"


def test_the_disputed_grip_cell():
    form = {"weight_loss": 0, "exhaustion": 0, "kcal_week": 900, "walk15ft_s": 4.0, "grip_kg": 30.5, "height_cm": 170, "bmi": 27}
    got = score("fried", form, {"sex": "male"})
    assert (got.category, got.disputed) == ("robust", {"grip_31": "prefrail"})
    assert score("fried", form, {"sex": "male"}, scheme="grip_31").disputed == {"default": "robust"}
    assert score("fried", {**form, "grip_kg": 31.5}, {"sex": "male"}, scheme="grip_31").category == "robust"


def test_the_disputed_grip_cell_is_silent_where_nothing_changes():
    form = {"weight_loss": 1, "exhaustion": 1, "kcal_week": 100, "walk15ft_s": 4.0, "grip_kg": 30.5, "height_cm": 170, "bmi": 27}
    assert score("fried", form, {"sex": "male"}).disputed == {}
    assert score("fried", form, {"sex": "male"}).total == 3


def test_sppb_stops_at_the_first_stand_not_held():
    done = {"gait4m_s": 4.0, "chair5_s": 10.0}

    def points(**stands):
        got = score("sppb", {**done, **stands})
        return got.subscores.get("balance"), got.missing

    assert points() == (None, ["side_s"])
    assert points(side_s=9) == (0, [])
    assert points(side_s=10) == (None, ["semi_s"])
    assert points(side_s=10, semi_s=9.9) == (1, [])
    assert points(side_s=10, semi_s=10) == (None, ["tandem_s"])
    assert [points(side_s=10, semi_s=10, tandem_s=t)[0] for t in (2.99, 3, 9.99, 10)] == [2, 3, 3, 4]
    assert score("sppb", {**done, "side_s": 10, "semi_s": 10}, {"unable": ["tandem_s"]}).subscores["balance"] == 2
    walks = {4.81: 4, 4.82: 3, 6.2: 3, 6.205: 3, 6.21: 2, 8.7: 2, 8.71: 1}
    assert {g: score("sppb", {"side_s": 0, "gait4m_s": g, "chair5_s": 61}).total for g in walks} == walks
    stands = {11.19: 4, 11.2: 3, 13.69: 3, 13.7: 2, 16.69: 2, 16.7: 1, 60: 1}
    assert {c: score("sppb", {"side_s": 0, "gait4m_s": 9, "chair5_s": c}).subscores["chair"] for c in stands} == stands


def test_news2_without_oxygen_or_saturation():
    without = {name: value for name, value in NEWS2.items() if name != "o2"}
    assert score("news2", {**without, "spo2": 90}, {"spo2_scale": 2}).subscores["spo2"] == 0
    assert score("news2", {**without, "spo2": 95}, {"spo2_scale": 2}).subscores["spo2"] is None
    assert score("news2", {**NEWS2, "spo2": None}, {"spo2_scale": 1}).missing == ["spo2"]


def test_nutrition_edges():
    def must(bmi, loss):
        return list(score("must", {"bmi": bmi, "loss_pct": loss, "acute": 0}).subscores.values())[:2]

    assert [must(b, 0)[0] for b in (20.1, 20.0, 18.5, 18.4)] == [0, 1, 1, 2]
    assert [must(25, x)[1] for x in (4.9, 5.0, 10.0, 10.1)] == [0, 1, 1, 2]
    rest = dict.fromkeys("abcde", 0)
    assert [score("mna_sf", {**rest, "bmi": b}).total for b in (18.9, 19, 20.9, 21, 22.9, 23)] == [0, 1, 1, 2, 2, 3]
    assert [score("mna_sf", {**rest, "calf_cm": c}).total for c in (30.9, 31)] == [0, 3]
    assert score("mna_sf", rest).missing == ["bmi"]
    assert score("mna_sf", {**rest, "a": None, "bmi": 20}).missing == ["a"]


def test_an_unbacked_overlay_is_withheld():
    got = score("moca", MOCA, {**CONTEXT, "education_level": "illiterate"}, scheme="cn_education_beijing")
    assert got.values["strata_result"] is None
    assert "strata_result" in got.withheld
    low = {**CONTEXT, "education_level": "illiterate"}
    allowed = score("moca", MOCA, low, scheme="cn_education_beijing", allow_unverified=True)
    assert allowed.values["strata_result"] == "not_impaired"
    high = {**CONTEXT, "education_level": "secondary_or_above"}
    assert [a["code"] for a in score("moca", MOCA, high, scheme="moca_p_veterans_mci").adjustments] == ["education_point"]


def test_safety_flags_on_incomplete_and_invalid_forms():
    assert score("phq9", {"q9": 1}).safety_flags == ["phq9_item9"]
    assert score("phq9", {**PHQ9, "q1": "x"}).safety_flags == ["phq9_item9"]
    assert score("phq9", {**PHQ9, "q9": 0}).safety_flags == []
    assert score("news2", {"rr": 30}, {"spo2_scale": 1}).safety_flags == ["news2_single_3"]
    assert score("news2", {"rr": 30, "sbp": 80, "o2": 1}).safety_flags == ["news2_emergency", "news2_single_3"]
    assert score("news2", {"spo2": 85}).safety_flags == ["news2_single_3"]
    assert score("gbt42195", {}, {"coma": True}).safety_flags == ["coma"]
    assert score("four_at", {"alertness": 4}).safety_flags == ["four_at_possible_delirium"]
    assert score("four_at", {"alertness": 0, "amt4": 1, "attention": 2}).safety_flags == []
