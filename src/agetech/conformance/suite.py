"""The run of a suite: commit, then challenge; shuffled, repeated in another order, every fault a verdict."""

from __future__ import annotations

import random
import secrets
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from agetech.conformance.book import Book, Case
from agetech.conformance.challenge import FIRST, generated
from agetech.conformance.judge import Answer, Judgement, judge
from agetech.conformance.metamorphic import alike, checks
from agetech.conformance.subject import Claim, Hello, LineSubject, Subject
from agetech.conformance.wire import Fault

REPEATED = 0.25  # share of the cases that is run again in a fresh process


@dataclass(frozen=True, slots=True)
class Waiver:
    """A case that is left out: why, and until when."""

    id: str
    expires: date


@dataclass(frozen=True)
class Options:
    """How a suite is run. seed: "" draws one after the hello; generated: -1 as many as there are public cases."""

    seed: str = ""
    generated: int = -1
    repeated: float = REPEATED
    metamorphic: bool = True
    waivers: Mapping[int, Waiver] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report."""

    id: str
    profile: str
    judgement: Judgement
    wall: float
    flags: tuple[str, ...] = ()
    stderr: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a run of a suite gave."""

    book: Book
    hello: Hello
    claim: Claim | None
    seed: str
    started: datetime
    finished: datetime
    results: tuple[Result, ...]

    @property
    def counts(self) -> Counter[str]:
        """Return the number of results by verdict."""
        return Counter(one.judgement.verdict for one in self.results)


def run_suite(subject: Subject, book: Book, options: Options | None = None) -> Outcome:
    """Return the verdicts on an implementation; nothing that it does raises, every fault is a verdict."""
    chosen, started = options or Options(), datetime.now(UTC)
    try:
        hello = subject.hello()
    except Fault as fault:
        result = Result(f"{book.algorithm}/hello", "core", Judgement(fault.verdict, observed=fault.text), 0.0, stderr=_stderr(subject))
        return Outcome(book, Hello({"name": "unknown", "version": "0"}), None, "", started, datetime.now(UTC), (result,))
    claim = hello.claim(book)
    seed = chosen.seed or secrets.token_hex(8)  # drawn after the implementation has said what it is
    results: list[Result] = []
    if claim is None:
        results = [Result(_id(book, case), "core", Judgement("not_claimed"), 0.0, case.flags) for case in book.cases]
    else:
        results = _run_all(subject, book, claim, seed, chosen)
    try:
        subject.close()
    except Fault as fault:
        results.append(Result(f"{book.algorithm}/bye", "core", Judgement(fault.verdict, observed=fault.text), 0.0, stderr=_stderr(subject)))
    return Outcome(book, hello, claim, seed, started, datetime.now(UTC), tuple(results))


def _run_all(subject: Subject, book: Book, claim: Claim, seed: str, options: Options) -> list[Result]:
    rng = random.Random(f"order {seed}")  # noqa: S311 - an order that the report repeats
    count = len(book.cases) if options.generated < 0 else options.generated
    cases = [*book.cases, *generated(book, count, seed)]
    rng.shuffle(cases)
    found: dict[int, Result] = {}
    answers: dict[int, Answer] = {}
    for case in cases:
        found[case.number], answer = _one(subject, book, case, claim, options)
        if answer is not None:
            answers[case.number] = answer
    _repeat(subject, book, [one for one in cases if one.number in answers], answers, found, options, rng)
    results = [found[number] for number in sorted(found)]
    if options.metamorphic and isinstance(subject, LineSubject):
        results += _relations(subject, book, claim)
    return results


def _one(subject: Subject, book: Book, case: Case, claim: Claim, options: Options) -> tuple[Result, Answer | None]:
    waiver = options.waivers.get(case.number)
    if waiver is not None and waiver.expires >= datetime.now(UTC).date():
        told = Judgement("skipped_waiver", observed=f"waiver {waiver.id} until {waiver.expires.isoformat()}")
        return Result(_id(book, case), "core", told, 0.0, case.flags), None
    start, answer = time.perf_counter(), None
    try:
        answer = subject.answer(book, case)
        judgement = judge(book, case, answer, claim.numeric)
    except Fault as fault:
        judgement = Judgement(fault.verdict, observed=fault.text)
    wall = (time.perf_counter() - start) * 1000.0
    return Result(_id(book, case), "core", judgement, wall, case.flags, _stderr(subject) if answer is None else ""), answer


def _repeat(
    subject: Subject,
    book: Book,
    cases: Sequence[Case],
    answers: Mapping[int, Answer],
    found: dict[int, Result],
    options: Options,
    rng: random.Random,
) -> None:
    """Ask a share of the cases again, in a fresh process and another order; another answer makes the case flaky."""
    again = rng.sample(list(cases), min(len(cases), round(len(cases) * options.repeated)))
    if again and isinstance(subject, LineSubject) and subject.child is not None:
        subject.renew()
    for case in again:
        try:
            told = "" if alike(subject.answer(book, case), answers[case.number]) else "another answer when asked again"
        except Fault as fault:
            told = f"{fault} when asked again"
        if told:
            found[case.number] = replace(found[case.number], judgement=Judgement("flaky", observed=told))


def _relations(subject: LineSubject, book: Book, claim: Claim) -> list[Result]:
    valid = [one for one in book.cases if one.expected == "valid" and one.rows]
    made = []
    for case in sorted(valid, key=lambda one: sum(len(values) for values in one.inputs.values()))[:1]:
        for profile, name, check in checks(subject, book, case, claim.numeric):
            if profile not in claim.profiles:
                continue
            start = time.perf_counter()
            try:
                judgement = check()
            except Fault as fault:
                judgement = Judgement(fault.verdict, observed=fault.text)
            wall = (time.perf_counter() - start) * 1000.0
            made.append(Result(f"{_id(book, case)}: {name}", profile, judgement, wall, ("RELATION",)))
    return made


def _id(book: Book, case: Case) -> str:
    number = f"g{case.number - FIRST + 1}" if case.number >= FIRST else str(case.number)
    return f"{book.algorithm}/{number}"


def _stderr(subject: Subject) -> str:
    return str(getattr(subject, "stderr", ""))
