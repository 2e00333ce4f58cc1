"""A hostile child for every way to break ACP: the right verdict, no hang, no orphan."""

import dataclasses
import sys
import time
from pathlib import Path

import pytest

from agetech.conformance.book import load
from agetech.conformance.process import Limits, carriers
from agetech.conformance.record import report_of, text_of, verify
from agetech.conformance.subject import LineSubject
from agetech.conformance.suite import Options, run_suite

CHILD = Path(__file__).with_name("hostile.py")
LIMITS = Limits(hello=0.8, prepare=0.5, run=0.5, push=0.5, memory=1 << 31, file=4 << 20, files=64, line=1 << 20, output=4 << 20, restarts=0)
TIMEOUT, CRASH, RESOURCE, PROTOCOL = "timeout", "crash", "resource", "protocol_error"
WANTED = {
    TIMEOUT: "never-reads hello-silent prepare-silent silent slow spins ignores-signals half-a-line bye-stays",
    CRASH: "hello-exits exits-0 exits-7 kills-itself segfault grandchild-holds-the-pipe grandchild-leaves-the-session bye-exits-1",
    RESOURCE: "memory fills-the-disk opens-many-files",
    PROTOCOL: """hello-garbage hello-other-op hello-protocol-2 hello-no-name hello-claims-text hello-numeric prepare-result
        half-a-line-then-exit nan-literal infinity-literal huge-number duplicate-key trailing-comma single-quotes control-character
        byte-order-mark not-utf8 too-deep empty-line a-list a-number no-acp acp-2 no-op wrong-id id-as-text no-id unknown-op
        event-in-run rows-no-list row-no-object abstained-text unknown-code answers-twice log-on-stdout escape-codes
        endless-output endless-lines closes-stdout""",
    "unsupported_claimed": "prepare-unsupported endless-stderr always-unsupported",
    "not_claimed": "claims-nothing claims-other-version",
    "fail": "says-error always-rejects always-abstains always-empty",
    "flaky": "another-answer-each-time",
}
TABLE = {abuse: verdict for verdict, names in WANTED.items() for abuse in names.split()}

SEEN_AFTERWARDS = ("bye-stays", "bye-exits-1", "answers-twice")  # the first answer came, and was wrong


def small(count=2):
    """Give a book of the first valid cases with a fall: no abuse answers one rightly by chance."""
    book = load("falls.threshold")
    cases = [one for one in book.cases if one.expected == "valid" and one.rows][:count]
    return dataclasses.replace(book, cases=tuple(cases))


def test_the_table_names_every_abuse():
    text = CHILD.read_text(encoding="utf-8")
    scope = {"__name__": "hostile"}
    argv, sys.argv = sys.argv, ["hostile.py", ""]
    try:
        exec(compile(text, str(CHILD), "exec"), scope)
    finally:
        sys.argv = argv
    assert set(TABLE) == {*scope["ABUSES"], "never-reads"}
    assert len(TABLE) >= 40
    assert sum(len(names.split()) for names in WANTED.values()) == len(TABLE)


@pytest.mark.parametrize("abuse", sorted(TABLE))
def test_the_verdict(abuse):
    subject = LineSubject([sys.executable, "-I", "-S", str(CHILD), abuse], LIMITS)
    tokens, first = [], subject._running

    def watched():
        child = first()
        tokens.append(child.token)
        return child

    subject._running = watched
    start = time.monotonic()
    flaky = TABLE[abuse] == "flaky"
    outcome = run_suite(subject, small(), Options("1", generated=0, repeated=1.0 if flaky else 0.0, metamorphic=False))
    verdicts = {one.judgement.verdict for one in outcome.results if not one.judgement.observed.startswith("not run")}
    assert verdicts == {TABLE[abuse]} | ({"fail"} if abuse in SEEN_AFTERWARDS else set()), outcome.results
    assert time.monotonic() - start < 30.0
    assert [pid for token in tokens for pid in carriers(token)] == []
    assert subject.child is None
    report = report_of(outcome, limits=LIMITS)
    assert report["level"] == "none"
    assert verify(text_of(report).encode()) == report
