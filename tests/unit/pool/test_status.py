"""Days around filing, grant, expiry and withdrawal: what is in force, which licence holds, what must be done."""

from datetime import date, timedelta

import pytest

from agetech.pool import Question, Use, read_ledger
from agetech.pool.record import PatentCard
from agetech.pool.rules import months_after
from agetech.pool.status import reaches, stale, standing_on
from agetech.pool.table import explained
from agetech.pool.verdict import concerned, report
from tests.unit.pool import made

LEDGER = read_ledger("example")


def card(**changes):
    return PatentCard.parse(made.patent(made.ONE, made.ALPHA, [made.reading("falls.impact")], **changes)["patent"])


@pytest.mark.parametrize(
    ("changes", "on", "standing"),
    [
        ({}, "2016-02-29", "not_filed"),
        ({}, "2016-03-01", "pending"),
        ({}, "2019-05-09", "pending"),
        ({}, "2019-05-10", "in_force"),
        ({}, "2036-02-29", "in_force"),
        ({}, "2036-03-01", "expired"),
        ({"expires": None}, "2036-02-29", "in_force"),
        ({"expires": None}, "2036-03-01", "expired"),
        ({"expires": None, "jurisdiction": "US"}, "2036-03-01", "in_force"),
        ({"expires": None, "jurisdiction": "US"}, "2036-03-02", "expired"),
        ({"expires": None, "extension_days": 10}, "2036-03-10", "in_force"),
        ({"expires": None, "extension_days": 10}, "2036-03-11", "expired"),
        ({"ended": "2020-01-01", "legal_status": "lapsed"}, "2019-12-31", "in_force"),
        ({"ended": "2020-01-01", "legal_status": "lapsed"}, "2020-01-01", "ended"),
        ({"grant": None, "expires": None, "jurisdiction": "WO"}, "2018-09-30", "pending"),
        ({"grant": None, "expires": None, "jurisdiction": "WO"}, "2018-10-01", "national_phase"),
        ({"grant": None, "expires": None, "jurisdiction": "WO", "priority": "2015-03-31"}, "2017-10-30", "pending"),
        ({"grant": None, "expires": None, "jurisdiction": "WO", "priority": "2015-03-31"}, "2017-10-31", "national_phase"),
    ],
)
def test_standing_on_the_days_around_each_date(changes, on, standing):
    assert standing_on(card(**changes), date.fromisoformat(on)) == standing


def test_stale_after_180_days_while_it_lives():
    looked = date(2026, 9, 1)
    assert not stale(card(), looked + timedelta(days=180))
    assert stale(card(), looked + timedelta(days=181))
    assert not stale(card(), date(2016, 3, 2))
    assert not stale(card(), date(2036, 3, 1))


@pytest.mark.parametrize(
    ("jurisdiction", "validated", "territory", "reach"),
    [
        ("CN", None, "CN", "yes"),
        ("CN", None, "US", "no"),
        ("CN", None, None, "yes"),
        ("WO", None, "US", "yes"),
        ("EP", None, "DE", "unknown"),
        ("EP", ["DE"], "DE", "yes"),
        ("EP", ["DE"], "FR", "no"),
        ("EP", None, "CN", "no"),
    ],
)
def test_territories(jurisdiction, validated, territory, reach):
    assert reaches(card(jurisdiction=jurisdiction, validated=validated), territory) == reach


def asked(name, on, territory="CN", version="1.0.0", **more):
    return report([Use(name, version)], LEDGER, Question(date.fromisoformat(on), territory, **more)).rows[0]


NOTICE = {"R-000008": date(2026, 5, 1)}
LATE = {"R-000008": date(2027, 1, 1)}


@pytest.mark.parametrize(
    ("name", "on", "more", "duty", "why"),
    [
        ("falls.impact", "2025-12-31", {}, "ask", "no_licence"),
        ("falls.impact", "2026-01-01", {}, "notify_and_pay", "licensed"),
        ("falls.impact", "2026-12-31", {}, "notify_and_pay", "licensed"),
        ("falls.impact", "2027-01-01", {}, "ask", "no_licence"),
        ("falls.impact", "2027-01-01", {"notices": NOTICE}, "notify_and_pay", "licensed"),
        ("falls.impact", "2027-01-01", {"notices": LATE}, "ask", "no_licence"),
        ("falls.impact", "2027-03-01", {}, "unknown", "stale"),
        ("falls.impact", "2036-02-29", {}, "unknown", "stale"),
        ("falls.impact", "2036-03-01", {}, "attribute", "expired"),
        ("falls.impact", "2026-06-01", {"territory": "US"}, "attribute", "elsewhere"),
        ("falls.impact", "2026-06-01", {"territory": None}, "notify_and_pay", "licensed"),
        ("falls.threshold", "2027-01-01", {}, "unknown", "may_read"),
        ("respiration.rate", "2026-11-30", {}, "attribute", "licensed"),
        ("respiration.rate", "2026-12-01", {}, "ask", "no_licence"),
        ("respiration.rate", "2027-02-01", {}, "attribute", "expired"),
        ("cardiac.beats", "2026-11-24", {}, "attribute", "licensed"),
        ("cardiac.hrv", "2026-11-24", {}, "attribute", "does_not_read"),
        ("cardiac.ppg", "2026-11-24", {"territory": "DE"}, "ask", "condition"),
        ("cardiac.ppg", "2026-11-24", {"territory": "DE", "meets": frozenset({"R-000011"})}, "attribute", "licensed"),
        ("cardiac.ppg", "2026-11-24", {"territory": "IT"}, "attribute", "elsewhere"),
        ("sleep.breathing", "2026-11-24", {}, "ask", "condition"),
        ("sleep.breathing", "2026-11-24", {"meets": frozenset({"R-000012"})}, "notify_and_pay", "licensed"),
        ("cardiac.st", "2026-11-24", {}, "ask", "no_licence"),
        ("cardiac.st", "2028-01-01", {}, "attribute", "national_phase"),
        ("phq9", "2026-11-24", {"territory": "US"}, "unknown", "no_licence"),
    ],
)
def test_duties_on_the_days_around_each_date(name, on, more, duty, why):
    row = asked(name, on, **more)
    assert (row.duty, [line.why for line in row.patents]) == (duty, [why])


def test_other_versions_are_not_concerned():
    assert asked("falls.impact", "2026-11-24", version="2.0.0").patents == ()


def test_disclosures_hold_from_their_record_on():
    assert asked("cardiac.rhythm", "2026-09-01").disclosures == ()
    row = asked("cardiac.rhythm", "2026-09-02")
    assert (row.duty, row.disclosures[0].about) == ("unknown", "third_party_claim")
    assert asked("falls.threshold", "2026-11-24").disclosures[0].duty == "nothing"


def test_no_record_gives_no_opinion_in_both_languages():
    row = asked("cardiac.spo2", "2026-11-24")
    assert "no freedom-to-operate opinion" in "\n".join(explained(row, "en"))
    assert "不构成自由实施（FTO）意见" in "\n".join(explained(row, "zh"))


def test_records_stand_for_the_algorithms_they_name():
    assert concerned("R-000015", LEDGER.pool) == ("falls.impact", "falls.threshold")
    assert concerned(made.THREE, LEDGER.pool) == ("cardiac.beats", "cardiac.hrv")
    assert concerned("R-000013", LEDGER.pool) == ("cardiac.rhythm",)
    assert concerned("falls.impact", LEDGER.pool) == ()


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2024-02-29", 12, "2025-02-28"), ("2024-02-29", 240, "2044-02-29"), ("2023-10-31", 1, "2023-11-30"), ("2023-12-15", 1, "2024-01-15")],
)
def test_months(start, months, end):
    assert months_after(date.fromisoformat(start), months) == date.fromisoformat(end)
