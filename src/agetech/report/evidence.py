"""What a page of rows is made from, and the words that all such pages share: cells, meanings, limits, provenance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from agetech import __version__
from agetech.core.algorithm import Algorithm
from agetech.core.declare import Field
from agetech.core.params import Params
from agetech.errors import Language
from agetech.report.chart import Signal
from agetech.report.page import Column, Row, Table
from agetech.report.text import capital, clock, figure, length_of_time, member, say, texts, unit_sign, visible

if TYPE_CHECKING:
    from agetech.core.declare import Records

Origin = Literal["simulated", "staged", "recorded"]
MOST_COLUMNS = 8  # of a table that is read side by side
QUIET = frozenset({"IMPACT"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page of events is made from.

    rows: what the algorithm gave. signal: its first input, (n,) or (n, c), in the input's unit. fs: Hz, 0 for a series. origin says
    whether the signal is simulated, of staged falls, or recorded in use. name: of the file or person, from outside.
    start: aware instant of sample 0. spans and truth: (first, after, name) and (sample, name) in samples, where known.
    contributions: by row number, named shares that sum to the logit of `confidence`. made: when the page was made.
    """

    algorithm: Algorithm
    rows: Records
    signal: Signal
    fs: float
    params: Params
    origin: Origin
    name: str = ""
    start: datetime | None = None
    spans: tuple[tuple[int, int, str], ...] = ()
    truth: tuple[tuple[int, str], ...] = ()
    contributions: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    made: datetime | None = None


def anchor(algorithm: Algorithm) -> str:
    """Return the field that says when an event happened."""
    names = [one.name for one in algorithm.fields]
    return algorithm.anchor or next((name for name in ("impact", "onset", "start", "confirmed") if name in names), names[0])


def quiet(evidence: Evidence, row: int) -> bool:
    """Return whether a row only says that something was looked at and let go: an impact that was no fall."""
    labels = next((one.labels for one in evidence.algorithm.fields if one.name == "kind"), None)
    return labels is not None and member_name(labels, int(evidence.rows["kind"][row])) in QUIET


def member_name(labels: type[Any], code: int) -> str:
    """Return the name of a coded value; empty for a code that is none."""
    try:
        return str(labels(code).name)
    except ValueError:
        return ""


def extent(evidence: Evidence, lang: Language) -> str:
    """Return how long the first input is: a time, or its rows where it is a series."""
    count = len(evidence.signal)
    return length_of_time(count / evidence.fs, lang) if evidence.fs > 0.0 else say(lang, "values.count", count=count)


def label_of(evidence: Evidence, name: str, row: int, lang: Language) -> str:
    """Return the word for a coded field of a row; empty where the algorithm has no such field."""
    for one in evidence.algorithm.fields:
        if one.name == name:
            return member(one.labels, int(evidence.rows[name][row]), lang)
    return ""


def moment(evidence: Evidence, sample: int, *, tenths: bool = True) -> str:
    """Return a position as a time; as itself where the first input is a series, without a rate."""
    if evidence.fs <= 0.0:
        return str(sample) if sample >= 0 else "–"
    return clock(sample / evidence.fs, evidence.start, tenths=tenths) if sample >= 0 else "–"


def shown_fields(algorithm: Algorithm) -> tuple[Field, ...]:
    """Return the fields that a table shows: all but vectors of features."""
    return tuple(one for one in algorithm.fields if not one.shape)


def telling_fields(algorithm: Algorithm, most: int = MOST_COLUMNS) -> tuple[Field, ...]:
    """Return the fields that fit side by side: all if they do, else when, what, how sure, and the first quantities."""
    fields = shown_fields(algorithm)
    if len(fields) <= most:
        return fields
    first = {"start", "end", anchor(algorithm), "kind", "stage", "confidence", "confirmed"}
    chosen = [one.name for one in fields if one.name in first]
    chosen += [one.name for one in fields if one.name not in first and one.kind == "f8" and one.unit.code != "{sample}"]
    return tuple(one for one in fields if one.name in chosen[:most])


def field_word(one: Field, lang: Language) -> str:
    """Return the short heading of a field: the nomenclature's word where there is one, else the field's name."""
    key = f"field.{one.name}"
    return say(lang, key) if key in texts() else capital(one.name.replace("_", " "))


def cell(evidence: Evidence, one: Field, row: int, lang: Language) -> str:
    """Return one value of a row for readers: positions as times, codes as words, figures with three digits."""
    value = evidence.rows[one.name][row]
    if one.unit.code == "{bits}" and one.labels is None:
        return f"{int(value):#x}" if int(value) else "–"
    if one.labels is not None:
        if one.unit.code == "{bits}":
            return _bits(one, int(value), lang)
        return member(one.labels, int(value), lang)
    if one.unit.code == "{sample}":
        return moment(evidence, int(value))
    if one.kind == "?":
        return say(lang, "yes" if bool(value) else "no")
    if one.kind == "i8":
        return str(int(value))
    return figure(float(value))


def _bits(one: Field, value: int, lang: Language) -> str:
    members = list(one.labels) if one.labels is not None else []
    named = [member(one.labels, int(bit), lang) for bit in members if int(bit) and value & int(bit) == int(bit)]
    return say(lang, "list.and").join(named) if named else ("–" if value == 0 else str(value))


def meanings(evidence: Evidence, lang: Language) -> Table:
    """Return the table that says what each field means and in which unit it is."""
    rows = tuple(
        Row(
            (
                field_word(one, lang),
                one.zh if lang == "zh" else one.en,
                unit_sign(one.unit) or (one.unit.zh if lang == "zh" else one.unit.en),
            )
        )
        for one in evidence.algorithm.fields
    )
    columns = tuple(Column(say(lang, key)) for key in ("meaning.field", "meaning.text", "meaning.unit"))
    return Table(say(lang, "meaning.rows"), columns, rows)


def limits_of(evidence: Evidence, lang: Language) -> tuple[str, ...]:
    """Return what the reader must know before believing the page."""
    notes = [say(lang, f"limits.{evidence.origin}"), say(lang, "limits.medical")]
    if evidence.algorithm.id.startswith("falls."):
        notes.append(say(lang, "limits.falls"))
    if evidence.algorithm.status != "stable":
        notes.append(say(lang, "limits.status", status=say(lang, f"status.{evidence.algorithm.status}")))
    return tuple(notes)


def provenance(evidence: Evidence, lang: Language) -> tuple[tuple[str, str], ...]:
    """Return where the page's content comes from: algorithm, parameters, sources, digests."""
    values = evidence.params.model_dump(mode="json")
    signal = np.ascontiguousarray(evidence.signal, dtype="<f8")
    rows = [
        ("from.algorithm", evidence.algorithm.name),
        ("from.params", ", ".join(f"{name} = {value}" for name, value in values.items()) + f" [{evidence.params.digest()}]"),
        ("from.source", "; ".join(" ".join(part for part in (one.citation, one.where) if part) for one in evidence.algorithm.source)),
        (
            "from.signal",
            f"{visible(evidence.name)} {signal.shape[0]} × {evidence.fs:g} Hz, sha256 {hashlib.sha256(signal.tobytes()).hexdigest()}",
        ),
        ("from.rows", f"sha256 {hashlib.sha256(np.ascontiguousarray(evidence.rows).tobytes()).hexdigest()}"),
        ("from.package", f"agetech {__version__}"),
    ]
    if evidence.made is not None:
        rows.append(("from.made", evidence.made.isoformat(timespec="seconds")))
    return tuple((say(lang, key), value.strip()) for key, value in rows)
