"""Change and trend: refusals across versions and schemes, reliable-change arithmetic worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from agetech.errors import ParamsError
from agetech.scoring import score
from agetech.scoring.change import Reliability, change, rescore, trend

STUDY = Reliability(0.84, 5.0, "a stated study")  # error 5 * sqrt(2) * 0.4 = 2.828
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def phq(total):
    return score("phq9", {f"q{n}": min(3, max(0, total - 3 * (n - 1))) for n in range(1, 10)})


def test_change_by_hand():
    got = change(phq(4), phq(12), STUDY)
    assert (got.change, got.direction, got.category) == (8, "worse", ("minimal", "moderate"))
    assert got.index == pytest.approx(8 / (5 * math.sqrt(2) * 0.4))
    assert got.reliable
    assert got.band == pytest.approx((4 - 1.959963984540054 * 2.8284271247, 4 + 1.959963984540054 * 2.8284271247))
    assert not change(phq(4), phq(9), STUDY).reliable
    assert change(phq(4), phq(4)).direction == "same"
    assert change(phq(4), phq(3)).reliable is None


def test_practice_is_taken_off():
    practised = Reliability(0.84, 5.0, "study", practice=3.0)
    assert not change(phq(4), phq(12), practised).reliable
    assert change(phq(4), phq(12), practised).index == pytest.approx(5 / 2.8284271247)


def test_higher_is_better_for_some():
    before, after = (
        score("katz", dict.fromkeys(("bathing", "dressing", "toileting", "transferring", "continence", "feeding"), v)) for v in (0, 1)
    )
    assert change(before, after).direction == "better"


@pytest.mark.parametrize("field", ["instrument", "version", "content_hash", "scheme"])
def test_what_is_not_alike_is_refused_unless_mapped(field):
    before, after = phq(4), phq(9)
    other = replace(before, **{field: "gad7" if field == "instrument" else "other"})
    with pytest.raises(ParamsError) as caught:
        change(other, after)
    assert caught.value.code == "E_COMPARE"
    assert change(other, after, mapped=lambda old: replace(old, **{field: getattr(after, field)})).change == 5


def test_results_without_a_total_are_refused():
    with pytest.raises(ParamsError):
        change(score("phq9", {}), phq(4))


def test_trend_by_hand():
    year = timedelta(days=365.25)
    got = trend([(DAY + year * 2, phq(10)), (DAY, phq(4)), (DAY + year, phq(7))], STUDY)
    assert got.totals == (4, 7, 10)
    assert got.slope == pytest.approx(3.0)
    assert (got.direction, got.reliable) == ("worse", (2,))
    assert trend([(DAY, phq(4)), (DAY + year, phq(4))]).direction == "same"


def test_trend_refuses():
    with pytest.raises(ParamsError):
        trend([(DAY, phq(4))])
    with pytest.raises(ParamsError):
        trend([(DAY, phq(4)), (DAY, phq(5))])
    with pytest.raises(ParamsError):
        trend([(DAY, phq(4)), (datetime(2026, 2, 1), phq(5))])  # noqa: DTZ001 - naive on purpose
    with pytest.raises(ParamsError):
        trend([(DAY, phq(4)), (DAY + timedelta(1), replace(phq(5), scheme="other"))])


@pytest.mark.parametrize("bad", [(0, 1, "s"), (1, 1, "s"), (math.nan, 1, "s"), (0.8, 0, "s"), (0.8, math.inf, "s"), (0.8, 1, " ")])
def test_reliability_is_checked(bad):
    with pytest.raises(ParamsError):
        Reliability(*bad)


def test_rescoring_reports_both():
    form = {f"q{n}": 1 for n in range(1, 10)}
    old = score("phq9", form)
    assert rescore(form, old) == (old, old)


def facts(caught):
    error = caught.value
    return error.code, error.path, error.expected, error.got


@pytest.mark.parametrize(
    ("bad", "path", "expected", "got"),
    [
        ((0, 1, "s"), "r", "above 0 and below 1", "0"),
        ((1, 1, "s"), "r", "above 0 and below 1", "1"),
        ((math.nan, 1, "s"), "r", "above 0 and below 1", "nan"),
        ((0.8, 0, "s"), "sd", "above 0", "0"),
        ((0.8, -1, "s"), "sd", "above 0", "-1"),
        ((0.8, math.inf, "s"), "sd", "above 0", "inf"),
        ((0.8, 2, "s", math.inf), "sd", "above 0", "2"),
        ((0.8, 1, " "), "source", "the study", "nothing"),
    ],
)
def test_a_reliability_that_cannot_be_is_named(bad, path, expected, got):
    with pytest.raises(ParamsError) as caught:
        Reliability(*bad)
    assert facts(caught) == ("E_RELIABILITY", f"scoring.change: {path}", expected, got)


def test_a_small_deviation_is_one():
    assert Reliability(0.5, 0.25, "s").error == pytest.approx(0.25)


def test_refusals_name_both_sides():
    with pytest.raises(ParamsError) as caught:
        change(replace(phq(4), scheme="other"), phq(5))
    assert facts(caught) == ("E_COMPARE", "scoring.change: scheme", "other", "default")
    with pytest.raises(ParamsError) as caught:
        change(score("phq9", {}), phq(4))
    assert facts(caught) == ("E_COMPARE", "scoring.phq9", "a result with a total", "incomplete")
    with pytest.raises(ParamsError) as caught:
        trend([(DAY, phq(4))])
    assert facts(caught) == ("E_COMPARE", "scoring.trend", "two or more results", "1")
    for second in (DAY, datetime(2026, 2, 1)):  # noqa: DTZ001 - naive on purpose
        with pytest.raises(ParamsError) as caught:
            trend([(DAY, phq(4)), (second, phq(5))])
        assert facts(caught) == ("E_COMPARE", "scoring.trend", "aware, different times", "naive or repeated times")


def test_a_change_carries_all_that_it_stands_on():
    before, after = phq(4), phq(12)
    got = change(before, after, Reliability(0.84, 5.0, "a stated study", practice=1.0))
    assert (got.instrument, got.version, got.scheme, got.before, got.after) == ("phq9", after.version, "default", 4, 12)
    assert (got.direction, got.category, got.source) == ("worse", ("minimal", "moderate"), "a stated study")
    assert got.band == pytest.approx((5 - 5.5436153, 5 + 5.5436153), abs=1e-6)
    bare = change(before, after)
    assert (bare.instrument, bare.version, bare.scheme, bare.before, bare.after) == ("phq9", after.version, "default", 4, 12)
    assert (bare.index, bare.reliable, bare.band, bare.source) == (None, None, None, None)
    assert bare.category == ("minimal", "moderate")
    assert change(after, before).direction == "better"
    assert change(phq(4), phq(5)).direction == "worse"


def test_a_trend_carries_all_that_it_stands_on():
    year = timedelta(days=365.25)
    seen = [(DAY + year * 2, phq(10)), (DAY, phq(4)), (DAY + year, phq(8))]
    got = trend(seen, Reliability(0.84, 5.0, "a stated study", practice=6.0))
    assert (got.instrument, got.times, got.totals) == ("phq9", (DAY, DAY + year, DAY + year * 2), (4, 8, 10))
    assert got.band == pytest.approx((10 - 5.5436153, 10 + 5.5436153), abs=1e-6)
    assert got.reliable == ()  # the first total is what the band is about, even outside of it
    assert got.source == "a stated study"
    assert got.slope == pytest.approx(3.0)
    bare = trend(seen)
    assert (bare.band, bare.reliable, bare.source) == (None, (), None)
    low = trend([(DAY, phq(12)), (DAY + year, phq(3)), (DAY + year * 2, phq(11))], STUDY)
    assert low.reliable == (1,)
    assert low.direction == "better"
    assert low.slope == pytest.approx(-0.5)


def test_a_slope_by_hand_for_uneven_times():
    days = [0, 100, 400]
    got = trend([(DAY + timedelta(days=d), phq(t)) for d, t in zip(days, (5, 6, 12), strict=True)])
    x = [d / 365.25 for d in days]
    mean = sum(x) / 3
    wanted = sum((a - mean) * (b - 23 / 3) for a, b in zip(x, (5, 6, 12), strict=True)) / sum((a - mean) ** 2 for a in x)
    assert got.slope == pytest.approx(wanted, rel=1e-12)


def test_results_of_one_instant_with_offsets_are_ordered_by_instant_alone():
    shanghai = timezone(timedelta(hours=8))
    early, late = datetime(2026, 1, 1, 8, tzinfo=shanghai), datetime(2026, 1, 1, 1, tzinfo=UTC)
    assert trend([(late, phq(9)), (early, phq(4))]).totals == (4, 9)


def test_rescoring_keeps_scheme_context_and_permission():
    form = {"history": 25, "secondary": 0, "aid": 0, "iv": 20, "gait": 0, "mental": 0}
    old = score("morse", form, scheme="cn_gt45")
    kept, new = rescore(form, old)
    assert kept is old
    assert (new.scheme, new.category) == ("cn_gt45", "moderate")
    assert rescore(form, old, old.version)[1] == old
    with pytest.raises(ParamsError) as caught:
        rescore(form, old, "9.9.9")
    assert caught.value.code == "E_INSTRUMENT_VERSION"
    blocks = score("slums", {"score_blocks": 24}, {"high_school": False})
    assert rescore({"score_blocks": 24}, blocks, context={"high_school": False})[1] == blocks
    lawton = dict.fromkeys(("phone", "shopping", "cooking", "housework", "laundry", "transport", "medication", "finance"), 1)
    assert rescore(lawton, score("lawton8", lawton))[1].category is None
    allowed = score("lawton8", lawton, allow_unverified=True)
    assert rescore(lawton, allowed, allow_unverified=True)[1] == allowed
    assert allowed.category == "independent"
