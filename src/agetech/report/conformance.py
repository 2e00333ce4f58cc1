"""The page of a conformance report: what was tested, by whom, with which verdicts; everything from outside escaped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agetech.errors import Language
from agetech.report.page import Column, Fact, Facts, Page, Row, Section, Table, write_page
from agetech.report.text import chosen, say

GOOD = ("pass", "acceptable", "not_claimed", "skipped_waiver")
MOST = 2000  # rows of the table of cases


def conformance_page(report: Mapping[str, Any], *, lang: Language | None = None) -> str:
    """Return the page of a verified conformance report as one self-contained HTML document."""
    tongue = chosen(lang)
    made, about = report["summary"], report["implementation"]
    facts = [Fact(verdict, str(count), tone="good" if verdict in GOOD else "alarm") for verdict, count in made.items()]
    columns = [
        Column(say(tongue, key)) for key in ("conformance.case", "conformance.profile", "conformance.verdict", "conformance.observed")
    ]
    cases = sorted(report["results"], key=lambda one: one["verdict"] in GOOD)[:MOST]
    rows = [
        Row((one["id"], one["profile"], one["verdict"], one.get("observed", "")), "plain" if one["verdict"] in GOOD else "alarm")
        for one in cases
    ]
    profiles = [
        Row((one["profile"], str(one["required"]), say(tongue, "conformance.yes" if one["conforms"] else "conformance.no")))
        for one in report["profiles"]
    ]
    heads = (Column(say(tongue, "conformance.profile")), Column(say(tongue, "conformance.cases")), Column(say(tongue, "conformance.holds")))
    sections = (
        Section(
            say(tongue, "conformance.summary"), (Facts(tuple(facts)), Table(say(tongue, "conformance.profiles"), heads, tuple(profiles)))
        ),
        Section(say(tongue, "conformance.cases"), (Table(say(tongue, "conformance.cases"), tuple(columns), tuple(rows)),)),
    )
    origin = (
        (say(tongue, "conformance.suite"), f"{report['kit']['suite']} {report['kit']['suite_version']}"),
        (say(tongue, "conformance.seed"), str(report.get("seed", ""))),
        (say(tongue, "conformance.digest"), str(report.get("digest", ""))),
    )
    who = say(tongue, "conformance.witnessed" if report["witnessed"] else "conformance.handed")
    title = say(tongue, "conformance.title", algorithm=report["algorithm"])
    return write_page(Page(tongue, title, f"{about['name']} {about['version']}", sections, origin, who))
