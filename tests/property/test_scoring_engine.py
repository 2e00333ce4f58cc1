"""What must hold for any instrument and any answers. 10,000 examples each in the deep tier."""

from __future__ import annotations

import math
from random import Random

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from agetech.scoring import STATUSES, instrument, score, score_table
from agetech.scoring.engine import prorate
from agetech.scoring.result import Score
from agetech.scoring.table import SYNDROMES
from tests.unit.scoring.forms import COMPUTED, CONTEXT, SUMS, answer, drawn, forms

JUNK = st.one_of(
    st.booleans(),
    st.text(max_size=5),
    st.binary(max_size=3),
    st.just(math.nan),
    st.just(math.inf),
    st.just(-math.inf),
    st.lists(st.integers(), max_size=2),
    st.just(10**400),
    st.complex_numbers(max_magnitude=3),
    st.builds(object),
    st.just(np.bool_(True)),
)


REVERSED = [name for name in COMPUTED if any(item.reverse for item in instrument(name).items)]

# STRATIFY is not among them: its fifth point is for 3 or 4 of transfer plus mobility, more and less have none.
ORDINAL = ("adl14_cn", "cdr", "four_at", "gbt42195", "moca", "nrs2002", "sas", "sds", "spmsq", "stop_bang", "sarc_f", "frail")


def banded(one):
    return [bands for s in one.schemes.values() for bands in (s.bands, *(t.bands for t in s.strata)) if bands is not None]


def result(one, filled, **more):
    return score(one, filled, CONTEXT, allow_unverified=True, **more)


@given(form=forms(share=0.1), seed=st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(form, seed):
    one, filled = form
    names = list(filled)
    seed.shuffle(names)
    assert result(one, {name: filled[name] for name in names}) == result(one, filled)


@given(form=forms(names=tuple(SUMS)), data=st.data())
def test_one_item_worse_never_improves_the_total(form, data):
    one, filled = form
    item = data.draw(st.sampled_from(one.items))
    upward = (one.document["direction"] == "higher_worse") != item.reverse
    worse = [v for v in item.options if (v > filled[item.id]) == upward and v != filled[item.id]]
    assume(worse)
    before = result(one, filled).total
    after = result(one, {**filled, item.id: data.draw(st.sampled_from(worse))}).total
    assert after > before if one.document["direction"] == "higher_worse" else after < before


@given(form=forms(names=tuple(ORDINAL)), data=st.data())
def test_one_item_worse_never_improves_the_total_of_a_rule(form, data):
    one, filled = form
    item = data.draw(st.sampled_from(one.items))
    higher_worse = one.document["direction"] == "higher_worse"
    worse = [v for v in item.options if v != filled[item.id] and (v > filled[item.id]) == (higher_worse != item.reverse)]
    assume(worse)
    before, after = result(one, filled), result(one, {**filled, item.id: data.draw(st.sampled_from(worse))})
    assert after.total >= before.total if higher_worse else after.total <= before.total


@given(form=forms())
def test_totals_are_in_range_and_have_a_class(form):
    one, filled = form
    got = result(one, filled)
    assume(got.status != "invalid")  # PSQI: more sleep than time in bed
    assert got.status == "ok"
    total = one.document["total"]
    if total is None or one.method == "tug":
        return
    assert total["min"] <= got.total <= total["max"]
    if one.default_scheme is not None:
        assert got.category is not None


@given(name=st.sampled_from([name for name in COMPUTED if banded(instrument(name))]), data=st.data())
def test_bands_tile(name, data):
    one = instrument(name)
    total = one.document["total"]
    bands = data.draw(st.sampled_from(banded(one)))
    step = total["step"] or 0.01
    value = total["min"] + step * data.draw(st.integers(0, round((total["max"] - total["min"]) / step)))
    assert bands.at(value) is not None
    assert bands.at(total["min"] - 1) is None
    assert bands.at(total["max"] + 1) is None


@given(name=st.sampled_from(REVERSED), data=st.data())
def test_reverse_keys_are_involutions(name, data):
    reverse = [item for item in instrument(name).items if item.reverse]
    item = data.draw(st.sampled_from(reverse))
    value = data.draw(answer(item))
    assert item.points(item.points(value)) == value
    assert item.accepts(item.points(value))


@given(total=st.integers(0, 300), items=st.integers(1, 60), rounding=st.sampled_from(("half_up", "ceil")))
def test_proration_with_nothing_missing_is_identity(total, items, rounding):
    assert prorate(total, items, items, rounding) == total


@given(form=forms(), data=st.data(), junk=JUNK)
def test_junk_is_invalid_and_names_its_item(form, data, junk):
    one, filled = form
    name = data.draw(st.sampled_from(list(filled)))
    got = result(one, {**filled, name: junk})
    assert got.status == "invalid"
    assert name in got.errors
    assert got.total is None
    assert got.category is None


@given(form=forms(), name=st.text(min_size=1, max_size=8))
def test_an_unknown_item_is_invalid(form, name):
    one, filled = form
    assume(name not in one.by_id)
    got = result(one, {**filled, name: 1})
    assert (got.status, got.total, got.category) == ("invalid", None, None)
    assert name in got.errors


@given(form=forms(share=0.1))
def test_json_keeps_a_result(form):
    one, filled = form
    got = result(one, filled)
    assert Score.from_dict(got.as_dict()) == got


@given(form=forms(share=0.05), others=st.integers(0, 3), scheme=st.booleans(), data=st.data(), allowed=st.booleans())
def test_a_table_says_what_single_forms_say(form, others, scheme, data, allowed):
    one, filled = form
    random = Random(data.draw(st.integers(0, 2**32)))
    rows = [filled]
    rows += [
        {item.id: random.choice([None, drawn(random, item), drawn(random, item), item.hi + 1]) for item in one.items} for _ in range(others)
    ]
    chosen = data.draw(st.sampled_from([None, *one.schemes])) if scheme else None
    table = np.array([[math.nan if row[item.id] is None else row[item.id] for item in one.items] for row in rows], dtype=np.float64)
    got = score_table(one, table, CONTEXT, scheme=chosen, allow_unverified=allowed)
    for place, row in enumerate(rows):
        single = score(one, row, CONTEXT, scheme=chosen, allow_unverified=allowed)
        assert STATUSES[got.status[place]] == single.status
        assert got.category_of(place) == single.category
        total = got.total[place]
        assert math.isnan(total) if single.total is None else np.float64(single.total).tobytes() == total.tobytes()
        assert [flag for flag, raised in got.safety_flags.items() if raised[place]] == single.safety_flags
        assert {rival for rival, rows_ in got.disputed.items() if rows_[place]} == set(single.disputed)
        parts = {part: values[place] for part, values in got.subscores.items() if not math.isnan(values[place])}
        assert parts == {part: value for part, value in single.subscores.items() if value is not None}
        if one.method == "phq9" and single.status == "ok" and (allowed or one.backed):
            assert SYNDROMES[got.values["syndrome"][place]] == single.values["syndrome"]
