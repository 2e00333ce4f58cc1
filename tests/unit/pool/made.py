"""Invented records: the shipped example is made of them, and tests change them one place at a time.

`python -m tests.unit.pool.made` writes the example ledger anew.
"""

from __future__ import annotations

import copy
import shutil
import sys
from pathlib import Path
from typing import Any

from agetech.pool.ledger import append, folder_of
from agetech.pool.number import check_digit


def cn(right: int, serial: int) -> str:
    """Return an application number of the year 9999, which no office can have given out, with its right check digit."""
    digits = f"9999{right}{serial:07d}"
    return f"CN{digits}.{check_digit(digits)}"


def told(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


OFFICE = {"name": "Example Pool Office (fictitious)"}
ALPHA = {"name": "Alpha Example Co. (fictitious)"}
BETA = {"name": "Beta Example Institute (fictitious)"}
GAMMA = {"name": "Gamma Example GmbH (fictitious)"}
TEXT = {"what": "licence text (fictitious)", "sha256": "ab" * 32}
ONE, TWO, THREE, FOUR = cn(1, 1), cn(2, 2), cn(1, 3), cn(1, 4)
WORLD, EUROPE, AMERICA = "WO9999/000005", "EP9900006B1", "US99000007B2"


def reading(algorithm: str, relation: str = "reads_on", versions: str = ">=1.0.0,<2.0.0", claim: int = 1) -> dict[str, Any]:
    return {
        "claim": claim,
        "independent": True,
        "algorithm": algorithm,
        "versions": versions,
        "relation": relation,
        "argued_by": "Example Pool Office (fictitious)",
        "argued_on": "2026-08-01",
    }


def patent(number: str, holder: dict[str, str], claims: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    card = {
        "number": number,
        "jurisdiction": "CN",
        "right": "invention",
        "title": told("An invented example", "虚构示例"),
        "holder": holder,
        "filing": "2016-03-01",
        "grant": "2019-05-10",
        "expires": "2036-03-01",
        "legal_status": "granted",
        "status_checked": "2026-09-01",
        "status_source": "invented",
        "claims": claims,
    }
    card.update(changes)
    return enveloped("patent", {key: value for key, value in card.items() if value is not None})


def licence(terms: str, licensor: dict[str, str], patents: list[str], **changes: Any) -> dict[str, Any]:
    card = {"terms": terms, "licensor": licensor, "patents": patents, "begins": "2026-01-01", "text": TEXT, **changes}
    return enveloped("licence", {key: value for key, value in card.items() if value is not None})


def enveloped(kind: str, part: dict[str, Any], recorded: str = "2026-09-02", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "recorded": recorded, "submitted_by": OFFICE, "fictitious": True, kind: part, **more}


def royalty(amount: str = "2.50") -> dict[str, Any]:
    return {
        "amount": amount,
        "currency": "CNY",
        "basis": told("a device sold", "每台售出设备"),
        "payment": told("each quarter", "按季度支付"),
    }


OPEN = {
    "royalty": royalty(),
    "announcement": "EXAMPLE-9999-0001",
    "announced": "2026-01-01",
    "territory": ["CN"],
}
EXAMPLE: tuple[dict[str, Any], ...] = (
    patent(ONE, ALPHA, [reading("falls.impact"), reading("falls.threshold", "may_read_on", claim=2)]),
    patent(
        TWO,
        BETA,
        [reading("respiration.rate")],
        right="utility_model",
        filing="2017-02-01",
        grant="2018-02-01",
        expires="2027-02-01",
    ),
    patent(THREE, BETA, [reading("cardiac.beats"), reading("cardiac.hrv", "does_not_read")]),
    patent(FOUR, GAMMA, [reading("sleep.breathing", "optional_step")], grant=None, legal_status="pending"),
    patent(WORLD, GAMMA, [reading("cardiac.st")], jurisdiction="WO", filing="2025-06-01", grant=None, expires=None, legal_status="pending"),
    patent(EUROPE, GAMMA, [reading("cardiac.ppg")], jurisdiction="EP", validated=["DE", "FR"]),
    patent(AMERICA, ALPHA, [reading("phq9", versions="*")], jurisdiction="US"),
    licence("art50_open", ALPHA, [ONE], **OPEN),
    licence("free_grant", BETA, [THREE], attribution=told("Name the institute", "注明研究所名称"), irrevocable=True),
    licence("non_assertion", BETA, [TWO], until="2026-12-01"),
    licence("conditional", GAMMA, [EUROPE], condition=told("members of the pool", "专利池成员")),
    licence("fee_based", GAMMA, [FOUR], royalty=royalty("1000"), field_of_use=told("research", "研究")),
    enveloped(
        "disclosure",
        {
            "about": "third_party_claim",
            "by": {"name": "Delta Example Ltd (fictitious)"},
            "text": told("says that it owns the method", "声称拥有该方法"),
            "concerns": [{"algorithm": "cardiac.rhythm", "versions": "*"}],
        },
    ),
    enveloped(
        "disclosure",
        {
            "about": "prior_art",
            "by": BETA,
            "text": told("an earlier paper (fictitious)", "更早的论文（虚构）"),
            "concerns": [{"algorithm": "falls.threshold", "versions": "*"}],
        },
    ),
    enveloped(
        "withdrawal",
        {
            "record": "R-000008",
            "effective": "2027-01-01",
            "existing": "keep",
            "reason": told("the holder withdraws it (fictitious)", "权利人撤回（虚构）"),
        },
        recorded="2026-10-01",
    ),
)


def example() -> list[dict[str, Any]]:
    """Return the drafts of the example ledger, free to be changed."""
    return copy.deepcopy(list(EXAMPLE))


def write(folder: Path, drafts: list[dict[str, Any]] | None = None) -> Path:
    """Write a ledger of drafts, the example by default."""
    for draft in example() if drafts is None else drafts:
        append(folder, draft)
    return folder


if __name__ == "__main__":
    target = folder_of("example")
    shutil.rmtree(target, ignore_errors=True)
    made = write(Path(sys.argv[1]))
    target.mkdir()
    for path in made.glob("*.json"):
        shutil.copy(path, target)
