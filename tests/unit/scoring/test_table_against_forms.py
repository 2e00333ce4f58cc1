"""Tables against single forms where they are built differently: gaps, disputes, flags, rules that run row by row."""

from __future__ import annotations

import numpy as np
import pytest

from agetech.scoring import STATUSES, Instrument, instrument, score, score_table
from agetech.scoring.rules.clinical import syndrome
from tests.unit.scoring.forms import CONTEXT, SUMS
from tests.unit.scoring.test_band_edges import BANDED, forms_by_total


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr("agetech.scoring.table._PLANS", {})


def rows_of(one, forms):
    return np.array([[np.nan if form.get(item.id) is None else form[item.id] for item in one.items] for form in forms], dtype=np.float64)


def assert_same(one, forms, **more):
    """Compare a table of forms with each form scored alone."""
    table = score_table(one, rows_of(one, forms), CONTEXT, **more)
    for place, form in enumerate(forms):
        single = score(one, {item.id: form.get(item.id) for item in one.items}, CONTEXT, **more)
        assert STATUSES[table.status[place]] == single.status, form
        assert table.category_of(place) == single.category, form
        assert (table.category[place] == -1) == (single.category is None)
        assert int(table.n_missing[place]) == len(single.missing)
        assert np.isnan(table.total[place]) if single.total is None else table.total[place] == single.total
        assert {rival for rival, where in table.disputed.items() if where[place]} == set(single.disputed), form
        assert {flag for flag, where in table.safety_flags.items() if where[place]} == set(single.safety_flags)
        parts = {part: found[place] for part, found in table.subscores.items() if not np.isnan(found[place])}
        assert parts == {part: value for part, value in single.subscores.items() if value is not None}
    assert all(found.dtype == np.bool_ for found in (*table.disputed.values(), *table.safety_flags.values()))
    return table


@pytest.mark.parametrize("name", SUMS)
def test_any_number_of_answers(name):
    one = instrument(name)
    forms = [{item.id: item.hi for item in one.items[:answered]} for answered in range(len(one.items) + 1)]
    forms += [{item.id: item.options[0] for item in one.items[answered:]} for answered in range(len(one.items) + 1)]
    assert_same(one, forms, allow_unverified=True)


@pytest.mark.parametrize(("name", "scheme"), [(name, scheme) for name, scheme in BANDED if instrument(name).rivals.get(scheme)])
def test_every_total_that_another_scheme_may_dispute(name, scheme):
    one = instrument(name)
    table = assert_same(one, list(forms_by_total(one).values()), scheme=scheme, allow_unverified=True)
    assert any(found.any() for found in table.disputed.values())
    assert not all(found.all() for found in table.disputed.values())


def test_flags_and_gaps_of_rules_that_run_row_by_row():
    well = {"rr": 16, "spo2": 98, "o2": 0, "sbp": 120, "pulse": 70, "cvpu": 0, "temp": 37.0}
    table = assert_same(instrument("news2"), [well, {**well, "cvpu": 1}, {**well, "rr": 30, "o2": 1, "pulse": 120}, {"cvpu": 1}, well])
    assert table.safety_flags["news2_single_3"].tolist() == [False, True, True, True, False]
    assert table.safety_flags["news2_emergency"].tolist() == [False, False, True, False, False]
    assert table.category[3] == -1


def test_disputes_of_rules_that_run_row_by_row():
    form = {"weight_loss": 0, "exhaustion": 0, "kcal_week": 1000, "walk15ft_s": 4, "height_cm": 170, "bmi": 27}
    table = assert_same(instrument("fried"), [{**form, "grip_kg": grip} for grip in (40, 30.5, 29)])
    assert table.disputed["grip_31"].tolist() == [False, True, False]


@pytest.mark.parametrize("scheme", ["default", "additive"])
def test_the_scheme_reaches_rules_that_run_row_by_row(scheme):
    best = [item.hi for item in instrument("gbt42195").items]
    context = {"coma": False, "dementia_or_mental_dx": True, "risk_events_30d": 2}
    assert score_table("gbt42195", [best], context, scheme=scheme).category_of(0) == {"default": "1", "additive": "2"}[scheme]


def test_permission_reaches_rules_that_run_row_by_row():
    best = [item.hi for item in instrument("ltc2021").items]
    assert score_table("ltc2021", [best]).category_of(0) is None
    assert score_table("ltc2021", [best], allow_unverified=True).category_of(0) == "0"


def test_outputs_are_numbers_or_lists():
    night = {item.id: item.lo for item in instrument("psqi").items} | {"bedtime_min": 1380, "rise_min": 420, "hours": 6, "latency_min": 10}
    table = assert_same(instrument("psqi"), [night, {**night, "hours": None}])
    assert table.values["efficiency_pct"].dtype == np.float64
    assert table.values["efficiency_pct"][0] == 75.0
    assert np.isnan(table.values["efficiency_pct"][1])
    walks = {"side_s": 10, "semi_s": 10, "tandem_s": 10, "gait4m_s": 4, "chair5_s": 10}
    assert assert_same(instrument("sppb"), [walks, {**walks, "gait4m_s": 9}]).values["awgs_low_performance"] == [False, True]


def test_columns_of_words_are_objects():
    columns = score_table("phq9", np.zeros((2, 9))).columns()
    assert columns["status"].dtype == object
    assert columns["category"].dtype == object


def test_an_incomplete_phq9_has_no_syndrome():
    assert score("phq9", {"q9": 1}).values == {"safety_flag": True, "syndrome": None}


def test_a_bonus_is_not_added_where_no_stratum_can_be_told():
    full = {item.id: item.lo for item in instrument("moca").items}
    told = score("moca", full, {"education_years": 5, "age": 70}, scheme="moca_p_veterans_mci")
    untold = score("moca", full, {"education_years": 5}, scheme="moca_p_veterans_mci")
    assert "scheme_bonus" in [entry["code"] for entry in told.adjustments]
    assert "scheme_bonus" not in [entry["code"] for entry in untold.adjustments]
    assert (untold.category, untold.missing_context) == (None, ["age"])


def test_a_withheld_overlay_names_the_source_wanted():
    one = instrument("moca")
    got = score(
        "moca",
        {item.id: item.lo for item in one.items},
        {"education_years": 5, "education_level": "primary"},
        scheme="cn_education_beijing",
    )
    assert (
        got.withheld["strata_result"] == one.schemes["cn_education_beijing"].wanted == "a document that states the cut-offs of this scheme"
    )


@pytest.mark.parametrize("name", SUMS)
def test_random_answers_with_a_few_gaps(name):
    one, rng = instrument(name), np.random.default_rng(11)
    forms = [{item.id: item.options[rng.integers(len(item.options))] for item in one.items} for _ in range(30)]
    for form in forms[10:]:
        for item in rng.choice([item.id for item in one.items], rng.integers(1, min(5, len(one.items) + 1)), replace=False):
            del form[item]
    assert_same(one, forms, allow_unverified=True)


def test_a_factor_holds_for_prorated_forms_and_beside_subscales():
    document = instrument("phq9").document
    parts = {"first": ["q1", "q2"], "rest": [f"q{n}" for n in range(3, 10)]}
    doubled = Instrument.parse(
        {**document, "id": "doubled", "rule": {**document["rule"], "method": "sum", "factor": 2}, "subscales": parts}
    )
    forms = [{f"q{n}": 1 for n in range(1, 10)}, {f"q{n}": 1 for n in range(1, 9)}]
    table = assert_same(doubled, forms)
    assert table.total.tolist() == [18, 18]
    assert [STATUSES[s] for s in table.status] == ["ok", "prorated"]
    assert table.subscores["rest"][0] == 7


def test_what_no_byte_can_hold_is_not_missing():
    answers = np.zeros((4, 9), np.int16)
    answers[:, 4] = (253, 254, 255, -1)
    table = score_table("phq9", answers)
    assert [STATUSES[s] for s in table.status] == ["invalid"] * 4
    assert table.n_missing.tolist() == [0] * 4


def test_no_syndrome_is_minus_one():
    answers = np.full((3, 9), 3.0)
    answers[0, 8], answers[1, 8] = np.nan, 7
    assert score_table("phq9", answers).values["syndrome"].tolist() == [-1, -1, 2]


@pytest.mark.parametrize(
    ("core", "symptoms", "wanted"), [(0, 9, "none"), (1, 1, "none"), (1, 2, "other"), (2, 4, "other"), (1, 5, "major"), (2, 9, "major")]
)
def test_syndrome_by_counts(core, symptoms, wanted):
    assert syndrome(core, symptoms) == wanted


@pytest.mark.parametrize(
    ("name", "scheme", "contexts"),
    [
        ("slums", "default", [{"high_school": True}, {"high_school": False}, {}]),
        ("moca_b", "chen2016_mci", [{"education_years": years} for years in (0, 6, 7, 12, 12.5, 13, 20)] + [{}]),
        (
            "cdt3",
            "shao2020_p5",
            [{"age": age, "education_years": years} for age in (60, 65, 84.9, 85) for years in (12, 13)] + [{"age": 70}],
        ),
    ],
)
def test_every_total_in_every_stratum(name, scheme, contexts):
    one = instrument(name)
    forms = list(forms_by_total(one).values())
    pairs = [(form, context) for form in forms for context in contexts]
    names = sorted({key for context in contexts for key in context})
    varying = {key: [context.get(key) for _, context in pairs] for key in names}
    table = score_table(one, rows_of(one, [form for form, _ in pairs]), varying, scheme=scheme, allow_unverified=True)
    for place, (form, context) in enumerate(pairs):
        single = score(one, form, context, scheme=scheme, allow_unverified=True)
        assert (STATUSES[table.status[place]], table.category_of(place)) == (single.status, single.category), (form, context)


def test_a_rating_without_a_majority_is_a_reading():
    boxes = {"memory": 3, "orientation": 0.5, "judgment": 0.5, "community": 1, "home": 2, "care": 3}
    assert score("cdr", boxes).values == {"sum_of_boxes": 10, "global": 0.5, "global_reading": "mode"}


@pytest.mark.parametrize("name", SUMS)
def test_what_is_unbacked_stays_away_from_tables_too(name):
    one = instrument(name)
    forms = [{item.id: item.options[0] for item in one.items}, {item.id: item.options[-1] for item in one.items}]
    forms += [{item.id: item.options[-1] for item in one.items[lacking:]} for lacking in (1, 2)]
    assert_same(one, forms)


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.float64])
def test_a_negative_code_for_missing(dtype):
    answers = np.array([[1] * 9, [1] * 8 + [-9], [1] * 8 + [-8]], dtype=dtype)
    table = score_table("phq9", answers, missing=-9)
    assert [STATUSES[s] for s in table.status] == ["ok", "prorated", "invalid"]
    assert table.n_missing.tolist() == [0, 1, 0]


@pytest.mark.parametrize("reason", ["unable", "refused", "dont_know", "not_asked"])
def test_absences_named_for_all(reason):
    answers = np.zeros((2, 8))
    answers[:, 0] = np.nan
    table = score_table("ad8", answers, {reason: ["q1"]})
    single = score("ad8", {"q1": None, **{f"q{n}": 0 for n in range(2, 9)}}, {reason: ["q1"]})
    assert [STATUSES[s] for s in table.status] == [single.status] * 2
