"""What must hold for any staircase, any answers and any break-off. 10,000 examples each in the deep tier."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from agetech.errors import CheckpointError
from agetech.scoring.training import Plan, Psychometric, Session, Stop, Transformed, Weighted, learning_curve
from tests.unit.scoring.training.plans import BEGIN, RULES, TABLE, at, played, session

ANSWERS = st.lists(st.booleans(), min_size=1, max_size=40)
QUICK = [kind for kind in RULES if kind != "quest"]


@given(kind=st.sampled_from(QUICK), answers=ANSWERS, cuts=st.sets(st.integers(0, 40)))
def test_any_break_off_leaves_no_trace(kind, answers, cuts):
    whole, broken = session(kind), session(kind)
    for number, correct in enumerate(answers):
        if number in cuts:
            broken = Session.load(broken.save())
        for one in (whole, broken):
            if one.reason is None:
                one.answer(at(number), correct=correct)
    assert broken.save() == whole.save()
    assert broken.result() == whole.result()


@given(kind=st.sampled_from(QUICK), answers=ANSWERS)
def test_levels_stay_within_their_range(kind, answers):
    rule = RULES[kind]
    found = played(kind, answers)
    assert all(rule.lowest <= level <= rule.highest for level in (*(trial.level for trial in found.trials), found.level))


@given(answers=ANSWERS, shift=st.integers(-50, 50), scale=st.sampled_from([0.25, 0.5, 2.0, 8.0]), weighted=st.booleans())
def test_a_staircase_moves_with_its_scale(answers, shift, scale, weighted):
    make = Weighted if weighted else Transformed
    one = make(10.0, (2.0, 1.0), 0.0, 20.0).begin()
    other = make(10.0 * scale + shift, (2.0 * scale, scale), shift + 0.0, 20.0 * scale + shift).begin()
    for correct in answers:
        one.answer(one.level, correct=correct)
        other.answer(other.level, correct=correct)
        assert math.isclose(other.level, one.level * scale + shift, abs_tol=1e-9)
    assert len(one.reversals) == len(other.reversals)


@given(kind=st.sampled_from(QUICK), answers=ANSWERS)
def test_a_right_answer_never_makes_it_easier_than_an_error(kind, answers):
    right, wrong = played(kind, answers), played(kind, answers)
    right.answer(at(999), correct=True)
    wrong.answer(at(999), correct=False)
    if kind == "quest_plus":  # its next level may go either way, its threshold may not
        assert right.result().estimate.threshold <= wrong.result().estimate.threshold + 1e-12
    else:
        assert right.level <= wrong.level


@given(
    level=st.floats(-100, 100),
    more=st.floats(0, 50),
    threshold=st.floats(-100, 100),
    slope=st.floats(0.01, 50),
    guess=st.floats(0, 0.5),
    lapse=st.floats(0, 0.4),
    shape=st.sampled_from(["logistic", "normal", "weibull"]),
)
def test_a_psychometric_function_rises_between_guess_and_lapse(level, more, threshold, slope, guess, lapse, shape):
    function = Psychometric(shape, slope, guess, lapse)
    low, high = function.at(level, threshold), function.at(level + more, threshold)
    assert guess - 1e-12 <= low <= high + 1e-12
    assert high <= 1 - lapse + 1e-12


@given(blob=st.binary(max_size=200))
def test_any_bytes_are_refused(blob):
    try:
        Session.load(blob)
    except CheckpointError:
        return
    raise AssertionError("bytes that nobody saved were taken")


@given(place=st.integers(0), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused(place, bit):
    blob = bytearray(played("3-1", [True, False, True]).save())
    blob[place % len(blob)] ^= 1 << bit
    try:
        Session.load(bytes(blob))
    except CheckpointError:
        return
    raise AssertionError(json.loads(bytes(blob)))


@given(seed=st.integers(0, 2**63 - 1), alternatives=st.integers(2, 9))
def test_places_are_choices(seed, alternatives):
    rule = Transformed(10.0, (1.0,), 0.0, 20.0, down=3, alternatives=alternatives)
    found = Plan("odd-one-out", "1", rule, Stop(80), seed)
    assert all(found.place(i) in range(alternatives) for i in range(30))
    assert Session(found, TABLE, BEGIN).place == found.place(0)


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=20))
def test_any_values_give_a_finite_curve(values):
    found = learning_curve(values)
    assert all(math.isfinite(v) for v in (found.asymptote, found.gain, found.rate, found.residual, found.at(1)))
    assert found.low is None or found.low <= found.asymptote + 1e-6 * max(1, abs(found.asymptote))
    assert found.high is None or found.high >= found.asymptote - 1e-6 * max(1, abs(found.asymptote))
