"""The schema of an instrument file and the checks that JSON Schema cannot say. agetech's files and tenants' alike.

Loaded only to validate (register, tests, docs): scoring itself never imports pydantic.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agetech.errors import SchemaError
from agetech.scoring import rules

SCHEMA = "agetech.scoring.instrument/1"
LARGEST_FILE = 2_000_000
Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Number = Annotated[int | float, Field(allow_inf_nan=False)]
Level = Literal["verified", "secondary", "memory"]


class Strict(BaseModel):
    """A frozen part of an instrument file; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Words(Strict):
    """A text in both languages."""

    en: Text
    zh: Text


AbsenceWorth = Number | Literal["missing"]


class ItemDocument(Strict):
    """An item: neutral id and label, and its allowed answers as a list or a range."""

    id: Id
    label: Words
    values: list[Number] | None = Field(default=None, min_length=2)
    range: tuple[Number, Number] | None = None
    continuous: bool = False
    unit: Text | None = None
    absences: dict[Literal["not_asked", "refused", "unable", "dont_know"], AbsenceWorth] = {}
    note: Text | None = None

    @model_validator(mode="after")
    def one_of(self) -> ItemDocument:
        """Refuse an item without allowed answers, with both forms, or with an empty range."""
        if (self.values is None) == (self.range is None):
            raise ValueError("either values or range")
        if self.values is not None and (self.values != sorted(set(self.values)) or self.continuous):
            raise ValueError("values must ascend without repetition and are not continuous")
        if self.range is not None and self.range[0] >= self.range[1]:
            raise ValueError("range must ascend")
        if self.range is not None and not self.continuous and not all(isinstance(edge, int) for edge in self.range):
            raise ValueError("a range of whole numbers needs whole edges")
        return self

    @property
    def least(self) -> float:
        """Return the smallest allowed answer."""
        return self.values[0] if self.values is not None else self.range[0]  # type: ignore[index]

    @property
    def most(self) -> float:
        """Return the largest allowed answer."""
        return self.values[-1] if self.values is not None else self.range[1]  # type: ignore[index]


class RuleDocument(Strict):
    """Which of the closed set of rules scores the form, its reverse-keyed items and factor, and the rule in words."""

    method: Id
    reverse: list[Id] = []
    factor: Number | None = None
    text: Text | None = None
    categories: dict[str, Words] = {}


class TotalDocument(Strict):
    """Range and step of the total; step None for a measured quantity."""

    min: Number
    max: Number
    step: Number | None = None


class BandDocument(Strict):
    """A class of totals, both edges included; bands of a measured total share their edges (lower edge counts)."""

    lo: Number
    hi: Number
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]
    label: Words


class StratumDocument(Strict):
    """A part of the population: conditions on the context, and its bands."""

    id: Text
    when: dict[Id, dict[Literal["from", "to", "above", "below", "is", "in"], Any]]
    bands: list[BandDocument] = Field(min_length=1)


class BonusDocument(Strict):
    """Points that a scheme adds to the raw score by level of schooling, or by years (from, to, points), not the form's own."""

    context: Id
    points: dict[str, int]
    years: list[tuple[Number, Number, int]] = []


class SchemeDocument(Strict):
    """A named way from total to category, with its population, sources and level."""

    level: Level
    sources: list[Id] = []
    label: Words | None = None
    population: Text | None = None
    bands: list[BandDocument] | None = Field(default=None, min_length=1)
    strata: list[StratumDocument] | None = Field(default=None, min_length=1)
    gives: Literal["category", "strata_result"] = "category"
    bonus: BonusDocument | None = None
    wanted: Text | None = None
    note: Text | None = None


class MissingDocument(Strict):
    """What happens when items lack: `complete`, `mean` (prorated), `bounds`, `three_valued`."""

    policy: Literal["complete", "mean", "bounds", "three_valued"]
    max_missing: Annotated[int, Field(ge=1)] | None = None
    rounding: Literal["half_up", "ceil"] | None = None
    min_answered: Annotated[int, Field(ge=1)] | None = None
    level: Level = "verified"
    sources: list[Id] = []
    wanted: Text | None = None
    note: Text | None = None


class ContextDocument(Strict):
    """A fact about the person that the rule or a scheme asks for."""

    id: Id
    type: Literal["number", "integer", "code", "flag"]
    label: Words
    needed_for: Literal["total", "category", "scheme"]
    min: Number | None = None
    max: Number | None = None
    values: list[str | int] | None = None
    unit: Text | None = None

    @model_validator(mode="after")
    def bounded(self) -> ContextDocument:
        """Refuse a number without bounds and a code without its values."""
        if self.type in ("number", "integer") and (self.min is None or self.max is None):
            raise ValueError("a number needs min and max")
        if self.type == "code" and not self.values:
            raise ValueError("a code needs its values")
        return self


class SafetyDocument(Strict):
    """A flag that is raised at any total, also on incomplete forms: by one item, or by the rule (`by`: rule)."""

    flag: Id
    label: Words
    item: Id | None = None
    from_: Annotated[Number | None, Field(alias="from")] = None
    by: Literal["item", "rule"] = "item"


class LicenceDocument(Strict):
    """The licence class, whether item text may ship, and whether a person confirmed it."""

    class_: Annotated[Literal["open", "free_use_text_reserved", "reserved", "official_document", "measurement"], Field(alias="class")]
    ships_text: bool
    confirmed: bool
    note: Text | None = None


class CodeDocument(Strict):
    """A code of a terminology; given out only when verified, and verified only with a source."""

    system: Text
    code: Text
    role: Literal["total", "panel", "method"]
    verified: bool
    source: Text | None = None


class Backing(Strict):
    """How far one part is backed: by original or official text or two documents, by one retelling, or by memory."""

    level: Level
    sources: list[Id] = []
    wanted: Text | None = None


class VerificationDocument(Strict):
    """The backing of items and arithmetic, and of the default classes."""

    arithmetic: Backing
    bands: Backing


class SourceDocument(Strict):
    """A document that was read: title, year, place, and what it states. Year None where the page bears none."""

    id: Id
    title: Text
    year: Annotated[int, Field(ge=1900, le=2100)] | None
    place: Text
    states: Text


class InstrumentDocument(Strict):
    """The whole file."""

    schema_: Annotated[Literal["agetech.scoring.instrument/1"], Field(alias="schema")]
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    name: Words
    domains: list[Id] = Field(min_length=1)
    items: list[ItemDocument] = Field(min_length=1, max_length=500)
    rule: RuleDocument
    subscales: dict[Id, list[Id]] = {}
    total: TotalDocument | None
    direction: Literal["higher_worse", "higher_better", "categorical"]
    schemes: dict[Id, SchemeDocument]
    default_scheme: Id | None
    missing: MissingDocument
    absences: dict[Literal["null", "not_asked", "refused", "unable", "dont_know"], AbsenceWorth | str] = {}
    answers: dict[str, Words] = {}
    context: list[ContextDocument] = []
    safety: list[SafetyDocument] = []
    licence: LicenceDocument
    codes: list[CodeDocument] = []
    verification: VerificationDocument
    sources: list[SourceDocument]
    discrepancy: Text | None = None
    remarks: list[Text] = []


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of an instrument file; `instrument.schema.json` is its committed copy, for other languages."""
    made = InstrumentDocument.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"https://schemas.agetech.example/{SCHEMA}", **made}


def load(path: Path) -> dict[str, Any]:
    """Return the content of an instrument file after every check; raises SchemaError with file and field."""
    if path.stat().st_size > LARGEST_FILE:
        raise SchemaError("E_INSTRUMENT_FILE", path.name, expected=f"at most {LARGEST_FILE} bytes", got=path.stat().st_size)
    try:
        document = json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError) as error:
        raise SchemaError("E_INSTRUMENT_FILE", path.name, expected="JSON in UTF-8", got=str(error)) from None
    check(document, path.name)
    return document  # type: ignore[no-any-return]


def check(document: Any, where: str = "instrument") -> InstrumentDocument:
    """Return the validated document; raises SchemaError naming the field for the first thing that does not hold."""
    try:
        parsed = InstrumentDocument.model_validate_json(json.dumps(document, allow_nan=False))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SchemaError("E_INSTRUMENT_FILE", f"{where}: {field}", expected=first["msg"], got=first["type"]) from None
    except (TypeError, ValueError) as error:
        raise SchemaError("E_INSTRUMENT_FILE", where, expected="plain JSON values", got=str(error)) from None
    for field, expected, got in faults(parsed):
        raise SchemaError("E_INSTRUMENT_FILE", f"{where}: {field}", expected=expected, got=got)
    return parsed


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("a key stands twice")
    return dict(pairs)


def faults(doc: InstrumentDocument) -> Iterator[tuple[str, str, str]]:
    """Yield what does not hold across fields: (field, expected, got)."""
    ids = [item.id for item in doc.items]
    if len(ids) != len(set(ids)):
        yield "items", "each id once", "a repeated id"
    if doc.rule.method not in rules.METHODS:
        yield "rule.method", "one of " + ", ".join(sorted(rules.METHODS)), doc.rule.method
    named = {i for part in (doc.rule.reverse, *doc.subscales.values()) for i in part} | {s.item for s in doc.safety if s.item}
    if not named <= set(ids):
        yield "items", "every item that rule, subscales and safety name", ", ".join(sorted(named - set(ids)))
    yield from _sum_faults(doc)
    yield from _scheme_faults(doc)
    yield from _source_faults(doc)
    if doc.missing.policy == "mean" and (doc.missing.max_missing is None or doc.missing.rounding is None):
        yield "missing", "max_missing and rounding for the policy mean", "one of them lacks"
    if doc.licence.class_ in ("reserved", "free_use_text_reserved", "official_document") and doc.licence.ships_text:
        yield "licence.ships_text", "false for reserved text", "true"


def _sum_faults(doc: InstrumentDocument) -> Iterator[tuple[str, str, str]]:
    """Yield whether the item ranges of a sum add up to the stated total."""
    if doc.rule.method not in (rules.SUM, "phq9"):
        return
    if doc.total is None:
        yield "total", "the range of the sum", "null"
        return
    factor = doc.rule.factor or 1
    low, high = sum(item.least for item in doc.items) * factor, sum(item.most for item in doc.items) * factor
    if (low, high) != (doc.total.min, doc.total.max):
        yield "total", f"{low} to {high} as the items add up", f"{doc.total.min} to {doc.total.max}"


def _scheme_faults(doc: InstrumentDocument) -> Iterator[tuple[str, str, str]]:
    """Yield bands that leave gaps, overlap or miss the total's range, and schemes that name what is not there."""
    if doc.default_scheme is not None and doc.default_scheme not in doc.schemes:
        yield "default_scheme", "one of the schemes", doc.default_scheme
    context = {entry.id for entry in doc.context}
    for name, scheme in doc.schemes.items():
        if scheme.bands is not None and scheme.strata is not None:
            yield f"schemes.{name}", "bands or strata", "both"
        for bands in (scheme.bands, *(stratum.bands for stratum in scheme.strata or ())):
            fault = _tiling(bands, doc.total) if bands is not None else None
            if fault is not None:
                yield f"schemes.{name}.bands", "bands that tile the total", fault
        for stratum in scheme.strata or ():
            if not set(stratum.when) <= context:
                yield f"schemes.{name}.strata", "declared context fields", ", ".join(set(stratum.when) - context)
        if scheme.bonus is not None and scheme.bonus.context not in context:
            yield f"schemes.{name}.bonus", "a declared context field", scheme.bonus.context


def _tiling(bands: list[BandDocument], total: TotalDocument | None) -> str | None:
    """Return what is wrong with a list of bands, None where it tiles the total."""
    if total is None:
        return "bands without a total"
    if bands[0].lo != total.min or bands[-1].hi != total.max:
        return f"{bands[0].lo} to {bands[-1].hi} for a total of {total.min} to {total.max}"
    for one, other in pairwise(bands):
        gap = other.lo - one.hi
        if gap != 0 if total.step is None else not 0 < gap <= total.step:
            return f"{one.hi} followed by {other.lo}"
    return None


def _source_faults(doc: InstrumentDocument) -> Iterator[tuple[str, str, str]]:
    """Yield levels above memory without a source, wanted sources that are not said, and codes verified by nothing."""
    known = {source.id for source in doc.sources}
    parts: list[tuple[str, str, list[str], str | None]] = [
        (
            "verification.arithmetic",
            doc.verification.arithmetic.level,
            doc.verification.arithmetic.sources,
            doc.verification.arithmetic.wanted,
        ),
        ("verification.bands", doc.verification.bands.level, doc.verification.bands.sources, doc.verification.bands.wanted),
    ]
    parts += [(f"schemes.{name}", s.level, s.sources, s.wanted) for name, s in doc.schemes.items()]
    if doc.missing.policy == "mean":
        parts.append(("missing", doc.missing.level, doc.missing.sources, doc.missing.wanted))
    for field, level, sources, wanted in parts:
        if not set(sources) <= known:
            yield field, "sources of this file", ", ".join(set(sources) - known)
        if level != "memory" and not sources:
            yield field, f"a source for the level {level}", "none"
        if level == "memory" and not wanted:
            yield field, "the source that is wanted", "nothing"
    for code in doc.codes:
        if code.verified and not code.source:
            yield f"codes.{code.code}", "a source for a verified code", "none"
