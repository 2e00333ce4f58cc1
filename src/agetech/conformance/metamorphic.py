"""Relations that must hold between answers, whatever they are: no table of answers passes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from agetech.conformance.book import Book, Case
from agetech.conformance.judge import Answer, Judgement, rows_judgement
from agetech.conformance.subject import LineSubject
from agetech.core import find

CHUNKS = (1, 2, 7, 13, 64, 251, 1009, 0)  # rows of the first input; 0 is the whole
SMALL = 400  # rows that are pushed one by one
GRAVITY = 9.80665
Check = Callable[[], Judgement]


def parts_of(case: Case, chunk: int) -> list[dict[str, Any]]:
    """Return the inputs in parts of `chunk` rows of the first input, the others cut at the same times."""
    names = list(case.inputs)
    first = len(case.inputs[names[0]])
    if chunk == 0 or first == 0:
        return [dict(case.inputs)]
    edges = [*range(0, first, chunk), first]
    made = []
    for start, end in pairwise(edges):
        part = {names[0]: case.inputs[names[0]][start:end]}
        for name in names[1:]:
            values = case.inputs[name]
            low, high = (len(values) * edge // first for edge in (start, end))
            if name not in case.rates:  # a series: all of it comes first
                low, high = (0, len(values)) if start == 0 else (0, 0)
            if high > low:
                part[name] = values[low:high]
        made.append(part)
    return made


def same(book: Book, one: Answer, other: Answer, numeric: str) -> Judgement:
    """Return pass where two answers are alike: kind, code, and rows within the tolerances."""
    if one.kind != other.kind or one.code != other.code:
        return Judgement("fail", observed=f"{other.kind} {other.code}, before {one.kind} {one.code}")
    wanted = [{name: row[name] for name in row if name in book.fields} for row in one.rows]
    return rows_judgement(book, wanted, other.rows, numeric)


def alike(one: Answer, other: Answer) -> bool:
    """Return whether two answers are the same to the last digit."""
    left, right = (json.dumps([answer.kind, answer.rows, answer.code, answer.abstained]) for answer in (one, other))
    return left == right


def checks(subject: LineSubject, book: Book, case: Case, numeric: str) -> Iterator[tuple[str, str, Check]]:
    """Give (profile, name, check) of every relation that applies to a valid case."""
    whole: list[Answer] = []

    def before() -> Answer:
        if not whole:
            whole.append(subject.answer(book, case))
        return whole[0]

    for chunk in CHUNKS:
        if chunk == 1 and len(next(iter(case.inputs.values()))) > SMALL:
            continue
        parts = parts_of(case, chunk)
        yield "stream", f"chunks of {chunk or 'all'}", partial(_chunked, subject, book, case, parts, before, numeric)
    parts = parts_of(case, max(1, len(next(iter(case.inputs.values()))) // 3))
    if len(parts) > 1:
        yield (
            *("stream", "snapshot, kill, restore"),
            lambda: same(book, before(), subject.stream(book, case, parts, leave=len(parts) // 2), numeric),
        )
    yield "core", "the same case again", lambda: _again(subject, book, case, before())
    turned = _turned(book, case)
    if turned is not None:
        yield "core", "axes exchanged", lambda: same(book, before(), subject.answer(book, turned), numeric)
    if _in_g(book, case) is not None:
        yield "core", "another unit", lambda: _other_unit(subject, book, case, before(), numeric)


def _chunked(
    subject: LineSubject, book: Book, case: Case, parts: list[dict[str, Any]], before: Callable[[], Answer], numeric: str
) -> Judgement:
    return same(book, before(), subject.stream(book, case, parts), numeric)


def _again(subject: LineSubject, book: Book, case: Case, before: Answer) -> Judgement:
    now = subject.answer(book, case)
    return Judgement("pass", "T0") if alike(before, now) else Judgement("flaky", observed="another answer to the same case")


def _turned(book: Book, case: Case) -> Case | None:
    """Return a case with its axes exchanged where the specification says that the direction does not matter."""
    if not book.algorithm.startswith("falls.") or "placement" in case.params:
        return None
    return replace(case, inputs={name: np.ascontiguousarray(values[:, [1, 2, 0]]) for name, values in case.inputs.items()})


def _in_g(book: Book, case: Case) -> tuple[Case, Mapping[str, str]] | None:
    declared = find(book.name).inputs[0]
    if declared.unit.code != "m/s2":
        return None
    inputs = {**case.inputs, declared.name: case.inputs[declared.name] / GRAVITY}
    return replace(case, inputs=inputs), {declared.name: "[g]"}


def _other_unit(subject: LineSubject, book: Book, case: Case, before: Answer, numeric: str) -> Judgement:
    """Return pass where a declared other unit is refused or converted; a number in the wrong unit fails."""
    changed = _in_g(book, case)
    if changed is None:
        return Judgement("not_claimed")
    got = subject.answer(book, changed[0], changed[1])
    if got.kind == "unsupported" or (got.kind == "rejected" and got.code == "E_UNIT"):
        return Judgement("pass", "T0", observed="refused")
    return same(book, before, got, numeric)
