"""Each rule of the ledger: one record that breaks it and nothing else, one beside it that is right; a table that fails on a gap."""

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any, NamedTuple

import pytest

from agetech.errors import SchemaError
from agetech.pool.ledger import append
from tests.unit.pool.made import (
    ALPHA,
    BETA,
    GAMMA,
    ONE,
    OPEN,
    THREE,
    TWO,
    cn,
    enveloped,
    licence,
    patent,
    reading,
    royalty,
    told,
)

KNOWN = frozenset({"falls.impact", "falls.threshold", "cardiac.beats"})
FALLS = [reading("falls.impact")]
Drafts = list[dict[str, Any]]


class Case(NamedTuple):
    """Drafts that stand before, the draft that is refused with `code`, and its right twin."""

    code: str
    before: Drafts
    broken: dict[str, Any]
    right: dict[str, Any]


def base(number: str = ONE, holder: dict[str, str] = ALPHA, **changes: Any) -> dict[str, Any]:
    return patent(number, holder, FALLS, **changes)


def changed(draft: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**draft, **more}


def open_licence(**changes: Any) -> dict[str, Any]:
    return licence("art50_open", ALPHA, [ONE], **{**OPEN, **changes})


def withdrawal(record: str, effective: str = "2026-06-01", existing: str = "keep") -> dict[str, Any]:
    part = {"record": record, "effective": effective, "existing": existing, "reason": told("invented", "虚构")}
    return enveloped("withdrawal", part)


def disclosure(about: str = "prior_art", **changes: Any) -> dict[str, Any]:
    scope = [{"algorithm": "falls.impact", "versions": "*"}]
    return enveloped("disclosure", {"about": about, "by": BETA, "text": told("invented", "虚构"), "concerns": scope, **changes})


UTILITY = {"right": "utility_model", "filing": "2017-02-01", "grant": "2018-02-01", "expires": "2027-02-01"}
DESIGN = {"right": "design", "grant": "2022-01-01"}
GRANT = licence("free_grant", ALPHA, [ONE])
FOR_GOOD = licence("free_grant", ALPHA, [ONE], irrevocable=True)
SOLE = licence("fee_based", ALPHA, [ONE], royalty=royalty(), exclusive=True, until="2026-05-01")
EUROPE = base("EP9900009B1", jurisdiction="EP", validated=["DE"])
GAMMA_CODE = "91310000999999999"
CASES = [
    Case("E_POOL_PART", [], changed(base(), licence=GRANT["licence"]), base()),
    Case("E_POOL_PART", [], {**base(), "kind": "licence"}, base()),
    Case("E_POOL_PART", [base()], disclosure("undisclosed_terms"), disclosure("undisclosed_terms", patents=[ONE])),
    Case(
        "E_POOL_CREDIT_CODE", [], base(holder={**ALPHA, "credit_code": "913100009999999991"}), base(holder={**ALPHA, "credit_code": "TAIL"})
    ),
    Case("E_POOL_NUMBER", [], base("CN-1"), base()),
    Case("E_POOL_CHECK_DIGIT", [], base(ONE[:-1] + ("0" if ONE[-1] != "0" else "1")), base()),
    Case("E_POOL_SPELLING", [], base("ZL" + ONE[2:]), base()),
    Case("E_POOL_FICTITIOUS", [], changed(base(), fictitious=False), base()),
    Case("E_POOL_FICTITIOUS", [], base("EP0000000B1", jurisdiction="EP"), base("EP9900000B1", jurisdiction="EP")),
    Case("E_POOL_OFFICE", [], base(jurisdiction="US"), base()),
    Case("E_POOL_RIGHT", [], base(TWO), base(TWO, **UTILITY)),
    Case("E_POOL_DATES", [], base(priority="2016-03-02"), base(priority="2016-03-01")),
    Case("E_POOL_DATES", [], base(grant="2016-02-29"), base(grant="2016-03-01")),
    Case("E_POOL_DATES", [], base(grant="2019-05-10", expires="2019-05-10"), base()),
    Case("E_POOL_DATES", [], base(status_checked="2026-09-03"), base(status_checked="2026-09-02")),
    Case(
        "E_POOL_DATES",
        [],
        base(legal_status="lapsed", ended="2016-03-01"),
        base(legal_status="lapsed", ended="2020-01-01"),
    ),
    Case("E_POOL_DATES", [base(), GRANT], withdrawal("R-000002", "2025-12-31"), withdrawal("R-000002", "2026-01-01")),
    Case("E_POOL_PRIORITY", [], base(priority="2014-12-31"), base(priority="2015-01-01")),
    Case("E_POOL_TERM", [], base(expires="2036-03-02"), base(expires="2036-03-01")),
    Case("E_POOL_TERM", [], base(expires="2036-03-31"), base(expires="2036-03-31", extension_days=30)),
    Case("E_POOL_TERM", [], base(TWO, **{**UTILITY, "expires": "2027-02-02"}), base(TWO, **UTILITY)),
    Case(
        "E_POOL_TERM",
        [],
        base(cn(3, 1), **DESIGN, filing="2021-05-31", expires="2031-06-01"),
        base(cn(3, 1), **DESIGN, filing="2021-06-01", expires="2036-06-01"),
    ),
    Case("E_POOL_STATUS", [], base(legal_status="pending"), base(legal_status="pending", grant=None)),
    Case("E_POOL_STATUS", [], base(grant=None), base()),
    Case("E_POOL_STATUS", [], base(legal_status="expired"), base(legal_status="expired", expires="2026-09-01")),
    Case("E_POOL_STATUS", [], base(expires="2026-09-01"), base(expires="2026-09-02")),
    Case("E_POOL_STATUS", [], base(legal_status="lapsed"), base(legal_status="lapsed", ended="2026-09-01")),
    Case("E_POOL_STATUS", [], base(ended="2026-01-01"), base(ended="2026-01-01", legal_status="revoked")),
    Case("E_POOL_STATUS", [], base(validated=["DE"]), EUROPE),
    Case(
        "E_POOL_STATUS",
        [],
        base("WO9999/000001", jurisdiction="WO"),
        base("WO9999/000001", jurisdiction="WO", grant=None, legal_status="pending"),
    ),
    Case(
        "E_POOL_READINGS",
        [],
        patent(ONE, ALPHA, [*FALLS, reading("falls.impact", "does_not_read", "1.4.0")]),
        patent(ONE, ALPHA, [*FALLS, reading("falls.impact", "does_not_read", ">=2.0.0")]),
    ),
    Case("E_POOL_VERSIONS", [], patent(ONE, ALPHA, [reading("falls.impact", versions=">=2.0.0,<2.0.0")]), base()),
    Case("E_POOL_VERSIONS", [], patent(ONE, ALPHA, [reading("falls.impact", versions="~1")]), base()),
    Case(
        "E_POOL_VERSIONS",
        [],
        disclosure(concerns=[{"algorithm": "falls.impact", "versions": "1"}]),
        disclosure(concerns=[{"algorithm": "falls.impact", "versions": "1.0.0"}]),
    ),
    Case(
        "E_POOL_PERIOD",
        [base()],
        licence("free_grant", ALPHA, [ONE], until="2026-01-01"),
        licence("free_grant", ALPHA, [ONE], until="2026-01-02"),
    ),
    Case("E_POOL_ROYALTY", [base()], licence("free_grant", ALPHA, [ONE], royalty=royalty("0")), GRANT),
    Case(
        "E_POOL_ROYALTY",
        [base()],
        licence("fee_based", ALPHA, [ONE], royalty=royalty("0")),
        licence("fee_based", ALPHA, [ONE], royalty=royalty()),
    ),
    Case("E_POOL_ROYALTY", [base()], licence("fee_based", ALPHA, [ONE]), licence("fee_based", ALPHA, [ONE], royalty=royalty())),
    Case(
        "E_POOL_CONDITION", [base()], licence("conditional", ALPHA, [ONE]), licence("conditional", ALPHA, [ONE], condition=told("a", "甲"))
    ),
    Case("E_POOL_CONDITION", [base()], licence("free_grant", ALPHA, [ONE], condition=told("a", "甲")), GRANT),
    Case("E_POOL_EXCLUSIVE", [base()], open_licence(exclusive=True), open_licence()),
    Case("E_POOL_EXCLUSIVE", [base(), SOLE], open_licence(), open_licence(begins="2026-05-01")),
    Case("E_POOL_EXCLUSIVE", [base(), open_licence()], SOLE, licence("fee_based", ALPHA, [ONE], royalty=royalty())),
    Case("E_POOL_ART50_ANNOUNCED", [base()], open_licence(announcement=None), open_licence()),
    Case("E_POOL_ART50_ANNOUNCED", [base()], open_licence(announced="2026-01-02"), open_licence(announced="2025-12-31")),
    Case("E_POOL_ART50_FEE", [base()], open_licence(royalty=None), open_licence(royalty=royalty("0"))),
    Case("E_POOL_ART50_TERMS", [base()], open_licence(irrevocable=True), open_licence()),
    Case("E_POOL_ART50_TERMS", [base()], open_licence(territory=["CN", "US"]), open_licence(territory=None)),
    Case(
        "E_POOL_ART50_PATENT",
        [base(grant=None, legal_status="pending")],
        open_licence(),
        licence("free_grant", ALPHA, [ONE]),
    ),
    Case(
        "E_POOL_ART50_REPORT",
        [base(TWO, **UTILITY)],
        licence("art50_open", ALPHA, [TWO], **OPEN),
        licence("art50_open", ALPHA, [TWO], **OPEN, evaluation_report="EXAMPLE-1"),
    ),
    Case("E_POOL_ART50_WITHDRAWN", [base(), open_licence()], withdrawal("R-000002", existing="end"), withdrawal("R-000002")),
    Case("E_POOL_ORDER", [base()], changed(base(THREE), recorded="2026-09-01"), base(THREE)),
    Case("E_POOL_DUPLICATE", [base()], base(), changed(base(), supersedes="R-000001")),
    Case("E_POOL_SUPERSEDES", [base()], changed(base(), supersedes="R-000002"), changed(base(), supersedes="R-000001")),
    Case("E_POOL_SUPERSEDES", [base()], changed(base(THREE), supersedes="R-000001"), base(THREE)),
    Case(
        "E_POOL_SUPERSEDES",
        [base(), changed(base(), supersedes="R-000001")],
        changed(base(), supersedes="R-000001"),
        changed(base(), supersedes="R-000002"),
    ),
    Case("E_POOL_IRREVOCABLE", [base(), FOR_GOOD], withdrawal("R-000002"), GRANT),
    Case("E_POOL_IRREVOCABLE", [base(), FOR_GOOD], changed(GRANT, supersedes="R-000002"), GRANT),
    Case("E_POOL_PATENT", [base()], licence("free_grant", ALPHA, [THREE]), GRANT),
    Case("E_POOL_HOLDER", [base()], licence("free_grant", GAMMA, [ONE]), GRANT),
    Case(
        "E_POOL_TERRITORY",
        [EUROPE],
        licence("free_grant", ALPHA, ["EP9900009B1"], territory=["CN"]),
        licence("free_grant", ALPHA, ["EP9900009B1"], territory=["DE"]),
    ),
    Case("E_POOL_WITHDRAWAL", [base(), GRANT], withdrawal("R-000001"), withdrawal("R-000002")),
    Case("E_POOL_WITHDRAWAL", [base(), GRANT, withdrawal("R-000002")], withdrawal("R-000002"), GRANT),
    Case("E_POOL_ALGORITHM", [], patent(ONE, ALPHA, [reading("falls.unheard")]), base()),
]
YEAR_APART = ("E_POOL_YEAR",)  # needs a number that is not invented: tested below on a year in which nothing was filed yet
ELSEWHERE = {  # codes of the ledger as a whole, of traces and of exports, each with the module that tests it
    **dict.fromkeys(("E_POOL_FILE", "E_POOL_FOLDER", "E_POOL_SEQUENCE", "E_POOL_DIGEST", "E_POOL_CHAIN"), "test_ledger"),
    **dict.fromkeys(("E_POOL_HEAD", "E_POOL_PINNED", "E_POOL_STALE", "E_POOL_SHIPPED"), "test_ledger"),
    **dict.fromkeys(("E_POOL_NOT_TRACED", "E_POOL_TRACE", "E_POOL_SOURCE"), "test_using"),
    **dict.fromkeys(("E_POOL_EXTRA", "E_POOL_SBOM"), "test_sbom"),
}


def with_code(draft: dict[str, Any]) -> dict[str, Any]:
    """Put a right, invented credit code where a draft says TAIL: the one of 31 last characters that fits."""
    from agetech.pool.rules import CREDIT, credit_code

    holder = draft.get("patent", {}).get("holder", {})
    if holder.get("credit_code") != "TAIL":
        return draft
    code = next(GAMMA_CODE + last for last in CREDIT if credit_code(GAMMA_CODE + last))
    return {**draft, "patent": {**draft["patent"], "holder": {**holder, "credit_code": code}}}


@pytest.mark.parametrize("case", CASES, ids=[f"{place}-{case.code}" for place, case in enumerate(CASES)])
def test_broken_records_are_refused_for_the_right_reason_and_right_ones_accepted(case, tmp_path):
    for draft in case.before:
        append(tmp_path, draft, known=KNOWN)
    held = sorted(path.name for path in tmp_path.glob("*.json"))
    with pytest.raises(SchemaError) as caught:
        append(tmp_path, case.broken, known=KNOWN)
    assert caught.value.code == case.code
    for lang in ("en", "zh"):
        assert caught.value.remedy(lang)
    assert sorted(path.name for path in tmp_path.glob("*.json")) in (held, ["head.json"])
    append(tmp_path, with_code(case.right), known=KNOWN)


def real_looking(filing: str) -> dict[str, Any]:
    """Return a draft with a number of the year 2098, in which nothing has been filed."""
    from agetech.pool.number import check_digit

    digits = "209810000001"
    dates = {"filing": filing, "grant": None, "expires": None, "legal_status": "pending", "status_checked": "2099-02-01"}
    made = base(f"CN{digits}.{check_digit(digits)}", **dates)
    return changed(made, fictitious=False, recorded="2099-03-01")


def test_the_year_of_a_number_is_that_of_filing(tmp_path):
    with pytest.raises(SchemaError) as caught:
        append(tmp_path, real_looking("2097-12-31"))
    assert caught.value.code == "E_POOL_YEAR"
    append(tmp_path, real_looking("2098-01-01"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda draft: draft.pop("submitted_by"), "E_FIELD_MISSING"),
        (lambda draft: draft.update(extra=1), "E_FIELD_UNKNOWN"),
        (lambda draft: draft.update(fictitious="yes"), "E_FIELD_TYPE"),
        (lambda draft: draft.update(kind="gift"), "E_FIELD_VALUE"),
        (lambda draft: draft["patent"].update(filing="2016-02-30"), "E_RULE"),
        (lambda draft: draft["patent"].update(claims=[]), "E_FIELD_VALUE"),
        (lambda draft: draft["patent"]["title"].pop("zh"), "E_FIELD_MISSING"),
    ],
)
def test_the_form_of_a_record(change: Callable[[dict[str, Any]], object], code, tmp_path):
    draft = json.loads(json.dumps(base()))
    change(draft)
    with pytest.raises(SchemaError) as caught:
        append(tmp_path, draft)
    assert caught.value.code == code


def test_every_code_of_the_pool_has_its_case():
    texts = json.loads(files("agetech").joinpath("messages", "pool.json").read_text(encoding="utf-8"))
    covered = {case.code for case in CASES} | set(YEAR_APART) | set(ELSEWHERE)
    assert covered == set(texts)
    for code, module in ELSEWHERE.items():
        assert f'"{code}"' in files("tests.unit.pool").joinpath(f"{module}.py").read_text(encoding="utf-8"), code
