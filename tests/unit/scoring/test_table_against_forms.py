"""Tables against single forms where they are built differently: gaps, disputes, flags, rules that run row by row."""

from __future__ import annotations

import numpy as np
import pytest

from agetech.scoring import STATUSES, instrument, score, score_table
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
