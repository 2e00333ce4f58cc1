"""Random cards, pledges, records and reports, from a seed; every firm and patent is invented."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal

from benchmarks.schemas.make_parts import WORDS, Content, moment, number, ref


def algorithm_card(r: random.Random) -> Content:
    """Return a random algorithm card."""
    both = {"en": r.choice(WORDS[:3]), "zh": "中文"}
    made: Content = {
        "algorithm_id": "falls.impact",
        "algorithm_version": "1.0.0",
        "function": "agetech.signals.falls.detect_falls",
        "title": both,
        "summary": both,
        "task": "detection",
    }
    made |= {
        "status": "candidate",
        "owners": ["x"],
        "intended_use": both,
        "not_for": both,
        "population": both,
        "outputs": [{"name": "onset", "unit": "{sample}", "meaning": both}],
    }
    made |= {
        "inputs": [{"name": "acc", "unit": "m/s2", "kind": "uniform", "meaning": both}],
        "parameters": [{"name": "p", "default": Decimal("1.50"), "meaning": both}],
    }
    evidence = [
        {"dataset": "d@1", "slice": "all", "metric": "sensitivity", "unit": "%", "value": number(r), "result_sha256": "2" * 64},
        {"dataset": "e@1", "slice": "all", "metric": "x", "unit": "%", "reason": "not measured"},
    ]
    made |= {
        "references": [{"text": "t", "status": "read"}],
        "evidence": evidence,
        "failure_modes": [],
        "robustness": [],
        "determinism": "bitwise",
    }
    return made | {"patents": [], "licence": "Apache-2.0"}


def patent_pledge(r: random.Random) -> Content:
    """Return a random, fictitious pledge."""
    paper = {"media_type": "application/pdf", "sha256": "3" * 64, "bytes": 10, "uri": "https://a.example/p.pdf"}
    made: Content = {
        "patent_no": "CN000000000X",
        "jurisdiction": "CN",
        "patent_type": "unknown",
        "title": "fictitious",
        "holder": ref(r, "organization"),
        "legal_status": "unknown",
    }
    made |= {
        "status_as_of": "2026-01-01",
        "status_source": "none: invented",
        "pledge": "royalty_free",
        "scope": "all",
        "defensive_termination": True,
        "irrevocable": False,
    }
    return made | {"effective": "2026-01-01", "user_must": "nothing", "document": paper, "fictitious": True}


def certification_record(r: random.Random) -> Content:
    """Return a random certification record."""
    made: Content = {
        "scheme": "qsaw",
        "edition": "unknown",
        "holder": ref(r, "organization"),
        "subject": ref(r, "device"),
        "status": "applied",
    }
    return made | {
        "standards": [{"standard": "GB 9706.1-2020", "met": "partly"}],
        "lacking": [{"what": "test report", "needed_for": "qsaw", "blocking": True}],
    }


def dataset_card(r: random.Random) -> Content:
    """Return a random data set card."""
    made: Content = {
        "dataset": "d",
        "dataset_version": "1",
        "licence": "CC-BY-4.0",
        "source": "https://a.example",
        "subjects": 9,
        "setting": "lab",
        "staged": True,
        "recordings": 9,
    }
    return made | {
        "labels": [],
        "splits": [{"name": "test", "people": 3, "ids_sha256": "4" * 64}],
        "files": [],
        "personal_data": "pseudonymised",
        "known_issues": [r.choice(WORDS[:3])],
    }


def conformance_report(r: random.Random) -> Content:
    """Return a random conformance report."""
    verdicts = [r.choice(("pass", "acceptable", "pass", "fail")) for _ in range(4)]
    results = [{"id": f"c{k}", "profile": "core", "level": "must", "verdict": v} for k, v in enumerate(verdicts)]
    counts = dict(Counter(verdicts))
    fine = "fail" not in verdicts
    made: Content = {
        "implementation": {"name": "x", "version": "1"},
        "kit": {"protocol": "ACP 1", "version": "1", "suite": "s", "suite_version": "1.0.0"},
        "algorithm": "falls.impact@1.0.0",
    }
    made |= {
        "started": moment(r),
        "finished": moment(r),
        "environment": {"os": "x"},
        "claims": ["core"],
        "profiles": [{"profile": "core", "required": 4, "counts": counts, "conforms": fine}],
    }
    return made | {
        "requirements": [],
        "results": results,
        "summary": counts,
        "level": "core" if fine else "none",
        "witnessed": True,
        "witness": "self",
    }
