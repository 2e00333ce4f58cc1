"""The page of windows and series: each measured quantity over time, its table, and where it comes from."""

from __future__ import annotations

import math

import numpy as np

from agetech.core.declare import Field
from agetech.errors import Language
from agetech.report.chart import Chart, Line, Signal, limits, points_path, time_ticks, value_ticks
from agetech.report.evidence import Evidence, cell, extent, field_word, limits_of, meanings, provenance, shown_fields
from agetech.report.page import Block, Column, Fact, Facts, Notes, Page, Row, Section, Table, write_page
from agetech.report.text import chosen, figure, say, unit_sign, visible, with_unit

MOST_CHARTS = 8
MOST_POINTS = 4000  # of one curve; longer ones are drawn through every so many rows
MOST_ROWS = 200
LEAST_SPAN = 0.1  # of the largest value


def values_page(evidence: Evidence, *, lang: Language | None = None, title: str = "") -> str:
    """Return the page of a window or series algorithm's rows as one self-contained HTML document."""
    tongue = chosen(lang)
    heading = title or (evidence.algorithm.title_zh if tongue == "zh" else evidence.algorithm.title_en)
    sections = [Section(say(tongue, "events.summary"), (_summary(evidence, tongue),))]
    charts = tuple(_chart(evidence, one, tongue) for one in measured(evidence)[:MOST_CHARTS])
    if charts and len(evidence.rows):
        sections.append(Section(say(tongue, "values.course"), charts))
    sections.append(Section(say(tongue, "values.table"), (_table(evidence, tongue),)))
    sections.append(Section(say(tongue, "events.limits"), (Notes(limits_of(evidence, tongue), "notice"),)))
    sections.append(Section(say(tongue, "meaning.caption"), (meanings(evidence, tongue),)))
    badge = say(tongue, f"origin.{evidence.origin}")
    return write_page(Page(tongue, visible(heading), visible(evidence.name), tuple(sections), provenance(evidence, tongue), badge))


def measured(evidence: Evidence) -> list[Field]:
    """Return the fields that are quantities: numbers that are no positions and no codes."""
    return [one for one in shown_fields(evidence.algorithm) if one.kind == "f8" and one.unit.code != "{sample}"]


def places(evidence: Evidence) -> Signal:
    """Return where each row lies, in samples of the first input: the middle of a window, else the row's first position."""
    names = evidence.rows.dtype.names or ()
    if "start" in names and "end" in names:
        return np.asarray((evidence.rows["start"] + evidence.rows["end"]) / 2.0, dtype=np.float64)
    position = next((one.name for one in evidence.algorithm.fields if one.unit.code == "{sample}" and not one.shape), None)
    return np.asarray(evidence.rows[position] if position else np.arange(len(evidence.rows)), dtype=np.float64)


def _summary(evidence: Evidence, lang: Language) -> Block:
    facts = [Fact(say(lang, "values.rows"), str(len(evidence.rows)))]
    facts.append(Fact(say(lang, "fact.length"), extent(evidence, lang), f"{evidence.fs:g} Hz" if evidence.fs > 0.0 else ""))
    for one in measured(evidence)[:4]:
        values = np.sort(evidence.rows[one.name][np.isfinite(evidence.rows[one.name])])
        middle = float(values[len(values) // 2]) if len(values) else math.nan
        note = say(lang, "values.median", count=len(values))
        facts.append(Fact(field_word(one, lang), with_unit(figure(middle), one.unit), note))
    return Facts(tuple(facts))


def _chart(evidence: Evidence, one: Field, lang: Language) -> Chart:
    step = max(1, -(-len(evidence.rows) // MOST_POINTS))
    values = np.asarray(evidence.rows[one.name][::step], dtype=np.float64)
    at = places(evidence)[::step]
    whole = float(max(len(evidence.signal), 1 + at.max(initial=0.0)))
    bottom, top, y_ticks = value_ticks(*_widened(*limits([values])))
    word = field_word(one, lang)
    line = Line(one.zh if lang == "zh" else one.en, points_path(100.0 * at / whole, values, bottom, top))
    rate = max(0.0, evidence.fs)
    x_ticks = time_ticks(0.0, whole / rate, evidence.start) if rate else ()
    alt = say(lang, "values.alt", name=word, count=len(evidence.rows))
    return Chart(word, alt, unit_sign(one.unit), (line,), x_ticks, y_ticks)


def _widened(low: float, high: float) -> tuple[float, float]:
    """Return limits at least a tenth of the values apart, so that a steady course does not look wild."""
    lacking = LEAST_SPAN * max(abs(low), abs(high)) - (high - low)
    return (low - lacking / 2.0, high + lacking / 2.0) if lacking > 0.0 else (low, high)


def _table(evidence: Evidence, lang: Language) -> Table:
    fields = shown_fields(evidence.algorithm)
    columns = (Column("#"), *(Column(field_word(one, lang), unit_sign(one.unit), one.labels is None and one.kind != "?") for one in fields))
    rows = tuple(
        Row((str(row + 1), *(cell(evidence, one, row, lang) for one in fields))) for row in range(min(MOST_ROWS, len(evidence.rows)))
    )
    return Table(say(lang, "events.caption", count=len(evidence.rows), shown=len(rows)), columns, rows, say(lang, "values.none"))
