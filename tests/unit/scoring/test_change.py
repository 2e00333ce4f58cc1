"""Change and trend: refusals across versions and schemes, reliable-change arithmetic worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

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
