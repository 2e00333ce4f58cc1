import pickle
from datetime import UTC, datetime, timedelta

import pytest

from agetech.errors import SchemaError
from agetech.schemas.instants import Instant, checked_date


@pytest.mark.parametrize(
    "text",
    [
        "2018-08-02T02:25:24-04:00",
        "0385-01-01T00:00:00+01:00",
        "2019-01-30T22:45:02.6073744Z",
        "2026-11-23T08:00:00.411+00:00",
        "2016-12-31T23:59:60Z",
    ],
)
def test_text_survives(text):
    assert Instant(text).text == str(Instant(text)) == text
    assert pickle.loads(pickle.dumps(Instant(text))) == Instant(text)


@pytest.mark.parametrize(
    "text",
    [
        "2016-02-30T00:00:00Z",
        "2016-02-03T00:00:00",
        "2016-02-03 00:00:00Z",
        "2016-02-03T24:00:00Z",
        "2016-02-03T00:00:60Z",
        "2016-02-03T00:00:00+15:00",
        "",
        "２０１６-02-03T00:00:00Z",
        5,
        None,
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_what_is_no_instant_is_refused_without_showing_it(text):
    with pytest.raises(SchemaError) as caught:
        Instant(text)
    assert "2016" not in str(caught.value)


def test_nanoseconds_are_those_of_datetime_and_keep_100_ns():
    assert Instant("2019-01-30T22:45:02.6073744Z").ns % 10**9 == 607_374_400
    for moment in (datetime(2026, 2, 28, 1, 2, 3, 456789, tzinfo=UTC), datetime(1, 6, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)):
        gap = moment - datetime(1970, 1, 1, tzinfo=UTC)
        assert Instant(moment).ns == (gap // timedelta(microseconds=1)) * 1000
        assert Instant(moment).datetime == moment


def test_moments_compare_and_texts_are_equal():
    one, other = Instant("2026-11-23T08:00:00+08:00"), Instant("2026-11-23T00:00:00Z")
    assert one.ns == other.ns
    assert one != other
    assert one <= other <= one
    assert Instant("2026-11-23T00:00:00.1Z") > one
    assert Instant("2016-12-31T23:59:60Z").ns == Instant("2017-01-01T00:00:00Z").ns


def test_from_nanoseconds_and_back():
    for ns in (0, -1, 10**18 + 7, -(10**18) - 3):
        assert Instant.from_ns(ns).ns == ns
    with pytest.raises(SchemaError):
        Instant.from_ns(10**22)


def test_an_instant_cannot_be_changed_and_shows_nothing():
    one = Instant("2026-11-23T08:00:00+08:00")
    with pytest.raises(SchemaError):
        one.text = "x"
    assert "2026" not in repr(one)


def test_dates_with_fewer_parts():
    assert [checked_date(t) for t in ("2026", "2026-11", "2026-11-23")] == ["2026", "2026-11", "2026-11-23"]
    for text in ("2026-13", "2026-02-30", "26", "2026-1-1", None):
        with pytest.raises(SchemaError):
            checked_date(text)
    with pytest.raises(SchemaError):
        checked_date("2026", least=3)
