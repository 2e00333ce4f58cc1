"""The page of an event algorithm: what was found, drawn over the signal, each event explained and traceable."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from agetech.core.declare import Field
from agetech.errors import Language
from agetech.report.chart import Chart, ChartMark, Line, Signal, limits, line_path, overview, percent, spread, time_ticks, value_ticks
from agetech.report.evidence import (
    Evidence,
    anchor,
    cell,
    extent,
    field_word,
    label_of,
    limits_of,
    meanings,
    member_name,
    moment,
    provenance,
    quiet,
    shown_fields,
    telling_fields,
)
from agetech.report.page import (
    Bar,
    Bars,
    Block,
    Column,
    Fact,
    Facts,
    Item,
    Lane,
    Notes,
    Page,
    Row,
    Section,
    Table,
    Timeline,
    Tone,
    write_page,
)
from agetech.report.text import capital, chosen, say, texts, unit_sign, visible

MOST_DETAILS = 12  # incidents drawn one by one
MOST_ROWS = 500  # rows of the event table
MOST_BARS = 8
BEFORE, AFTER = 4.0, 8.0  # s drawn around an incident
MOST_STAGES = 4  # columns of an incident's values
SERIES_BEFORE, SERIES_AFTER = 20, 40  # rows, where the input is a series


def events_page(evidence: Evidence, *, lang: Language | None = None, title: str = "") -> str:
    """Return the page of an event algorithm's rows as one self-contained HTML document.

    The same evidence gives the same bytes. Names from outside are shown with their control characters made visible.
    """
    tongue = chosen(lang)
    heading = title or (evidence.algorithm.title_zh if tongue == "zh" else evidence.algorithm.title_en)
    found = incidents(evidence)
    sections = [
        Section(say(tongue, "events.summary"), _summary(evidence, found, tongue)),
        Section(say(tongue, "events.whole"), _whole(evidence, found, tongue)),
    ]
    sections.append(Section(say(tongue, "events.table"), (_table(evidence, tongue),)))
    if found:
        sections.append(Section(say(tongue, "events.details"), _more_than_drawn(found, tongue)))
        sections += [_detail(evidence, number, rows, tongue) for number, rows in enumerate(found[:MOST_DETAILS], start=1)]
    sections.append(Section(say(tongue, "events.limits"), (Notes(limits_of(evidence, tongue), "notice"),)))
    sections.append(Section(say(tongue, "meaning.caption"), (meanings(evidence, tongue),)))
    subtitle = " · ".join(part for part in (visible(evidence.name), extent(evidence, tongue)) if part)
    badge = say(tongue, f"origin.{evidence.origin}")
    return write_page(Page(tongue, visible(heading), subtitle, tuple(sections), provenance(evidence, tongue), badge))


def incidents(evidence: Evidence) -> list[list[int]]:
    """Return the row numbers grouped by what happened: rows of one onset (else anchor) and one kind are one incident.

    Rows that only say that an impact was no fall are no incident.
    """
    rows, names = evidence.rows, evidence.rows.dtype.names or ()
    known: tuple[str, ...] = ("onset", "kind")
    keys = [name for name in known if name in names] or [anchor(evidence.algorithm)]
    groups: dict[tuple[int, ...], list[int]] = {}
    for number in range(len(rows)):
        if quiet(evidence, number):
            continue
        groups.setdefault(tuple(int(rows[name][number]) for name in keys), []).append(number)
    return list(groups.values())


def magnitude(evidence: Evidence) -> Signal:
    """Return what the overview draws: the magnitude of three axes, else the first column."""
    signal = np.asarray(evidence.signal, dtype=np.float64)
    if signal.ndim == 1:
        return signal
    if evidence.algorithm.inputs[0].columns == ("x", "y", "z"):
        return np.asarray(np.sqrt(signal[:, 0] * signal[:, 0] + signal[:, 1] * signal[:, 1] + signal[:, 2] * signal[:, 2]))
    return signal[:, 0]


def tone_of(evidence: Evidence, row: int) -> Tone:
    """Return how loud an event is drawn: falls and unnamed events as alarms, what is named otherwise as a notice."""
    labels = next((one.labels for one in evidence.algorithm.fields if one.name == "kind"), None)
    if labels is None:
        return "alarm"
    return "alarm" if member_name(labels, int(evidence.rows["kind"][row])) == "FALL" else "notice"


def _name_of(evidence: Evidence, rows: Sequence[int], lang: Language) -> str:
    words = capital(label_of(evidence, "kind", rows[0], lang) or say(lang, "events.event"))
    stages = [label_of(evidence, "stage", row, lang) for row in rows[1:]]
    return words + (
        say(lang, "list.open") + say(lang, "list.and").join(dict.fromkeys(stages)) + say(lang, "list.close") if any(stages) else ""
    )


def _summary(evidence: Evidence, found: list[list[int]], lang: Language) -> tuple[Block, ...]:
    when = anchor(evidence.algorithm)
    counts: dict[str, int] = {}
    tones: dict[str, Tone] = {}
    for rows in found:
        word = capital(label_of(evidence, "kind", rows[0], lang) or say(lang, "events.events"))
        counts[word] = counts.get(word, 0) + 1
        tones[word] = tone_of(evidence, rows[0])
    facts = [Fact(word, str(count), tone=tones[word]) for word, count in counts.items()]
    if not facts:
        facts.append(Fact(say(lang, "events.events"), "0", say(lang, "events.none"), "good"))
    let_go = sum(quiet(evidence, row) for row in range(len(evidence.rows)))
    if let_go:
        facts.append(Fact(say(lang, "fact.quiet"), str(let_go), say(lang, "fact.quiet.note")))
    values = magnitude(evidence)
    missing = float(np.count_nonzero(~np.isfinite(values))) / max(1, len(values))
    facts.append(Fact(say(lang, "fact.length"), extent(evidence, lang), f"{evidence.fs:g} Hz" if evidence.fs > 0.0 else ""))
    facts.append(Fact(say(lang, "fact.missing"), f"{100.0 * missing:.1f} %", tone="notice" if missing > 0.01 else "plain"))  # noqa: PLR2004 - 1 %
    lines = []
    for rows in found[:MOST_DETAILS]:
        time = moment(evidence, int(evidence.rows[when][rows[0]]), tenths=False)
        lines.append(say(lang, "events.line", time=time, what=_name_of(evidence, rows, lang)))
    return (Facts(tuple(facts)), Notes(tuple(lines), "alarm")) if lines else (Facts(tuple(facts)),)


def _marks(evidence: Evidence, found: list[list[int]], lang: Language) -> tuple[ChartMark, ...]:
    when, n = anchor(evidence.algorithm), len(evidence.signal)
    flags = len(found) <= 2 * MOST_DETAILS
    return spread(
        ChartMark(
            percent(float(evidence.rows[when][rows[0]]), 0.0, n),
            str(number) if flags else "",
            f"{_name_of(evidence, rows, lang)} {moment(evidence, int(evidence.rows[when][rows[0]]), tenths=False)}",
            tone_of(evidence, rows[0]),
        )
        for number, rows in enumerate(found, start=1)
    )


def _whole(evidence: Evidence, found: list[list[int]], lang: Language) -> tuple[Block, ...]:
    values, given = magnitude(evidence), evidence.algorithm.inputs[0]
    name = _signal_name(evidence, lang)
    unit = unit_sign(given.unit)
    alt = say(lang, "events.alt", name=name, length=extent(evidence, lang), count=len(found))
    chart = overview(
        values,
        evidence.fs,
        title=name,
        alt=alt,
        label=say(lang, "chart.range"),
        y_label=unit,
        marks=_marks(evidence, found, lang),
        origin=evidence.start,
    )
    return (chart, _timeline(evidence, found, lang)) if evidence.spans or evidence.truth else (chart,)


def _signal_name(evidence: Evidence, lang: Language) -> str:
    given = evidence.algorithm.inputs[0]
    if given.columns == ("x", "y", "z"):
        return say(lang, "chart.magnitude")
    return given.zh if lang == "zh" else given.en


def _timeline(evidence: Evidence, found: list[list[int]], lang: Language) -> Timeline:
    n, when = len(evidence.signal), anchor(evidence.algorithm)
    tones: tuple[Tone, ...] = ("plain", "good")
    words = {"still": say(lang, "lane.rest"), "": say(lang, "lane.activity")}
    lanes = []
    for rest in (True, False):
        spans = [span for span in evidence.spans if (span[2] == "still") is rest]
        items = tuple(
            Item(
                percent(a, 0, n),
                percent(b, 0, n) - percent(a, 0, n),
                f"{_activity(word, lang)} {moment(evidence, a, tenths=False)}",
                tones[not rest],
            )
            for a, b, word in spans
        )
        if items:
            lanes.append(Lane(words["still" if rest else ""], items))
    if evidence.truth:
        items = tuple(
            Item(percent(at, 0, n), 0.0, f"{_activity(word, lang)} {moment(evidence, at, tenths=False)}", "notice")
            for at, word in evidence.truth
        )
        lanes.append(Lane(say(lang, "lane.truth"), items))
    marks = tuple(
        Item(
            percent(float(evidence.rows[when][rows[0]]), 0, n),
            0.0,
            f"{_name_of(evidence, rows, lang)} {moment(evidence, int(evidence.rows[when][rows[0]]), tenths=False)}",
            tone_of(evidence, rows[0]),
        )
        for rows in found
    )
    lanes.append(Lane(say(lang, "lane.found"), marks))
    let_go = [row for row in range(len(evidence.rows)) if quiet(evidence, row)][:MOST_ROWS]
    if let_go:
        places = [(int(evidence.rows[when][row]), label_of(evidence, "kind", row, lang)) for row in let_go]
        items = tuple(Item(percent(at, 0, n), 0.0, f"{word} {moment(evidence, at, tenths=False)}") for at, word in places)
        lanes.append(Lane(say(lang, "lane.quiet"), items))
    ticks = time_ticks(0.0, n / evidence.fs, evidence.start) if evidence.fs > 0.0 else ()
    return Timeline(say(lang, "events.timeline"), tuple(lanes), ticks)


def _activity(word: str, lang: Language) -> str:
    key = f"activity.{word}"
    return say(lang, key) if key in texts() else visible(word)


def _table(evidence: Evidence, lang: Language) -> Table:
    fields = telling_fields(evidence.algorithm)
    columns = [Column("#")]
    columns += [Column(field_word(one, lang), unit_sign(one.unit), one.labels is None and one.kind != "?") for one in fields]
    numbers = sorted((row, number) for number, rows in enumerate(incidents(evidence), start=1) for row in rows)
    rows = tuple(
        Row((str(number), *(cell(evidence, one, row, lang) for one in fields)), tone_of(evidence, row))
        for row, number in numbers[:MOST_ROWS]
    )
    caption = say(lang, "events.caption", count=len(numbers), shown=len(rows))
    return Table(caption, tuple(columns), rows, say(lang, "events.none"))


def _more_than_drawn(found: list[list[int]], lang: Language) -> tuple[Block, ...]:
    if len(found) <= MOST_DETAILS:
        return ()
    return (Notes((say(lang, "events.more", drawn=MOST_DETAILS, count=len(found)),)),)


def _detail(evidence: Evidence, number: int, rows: list[int], lang: Language) -> Section:
    first = evidence.rows[rows[0]]
    when = int(first[anchor(evidence.algorithm)])
    words = say(lang, "events.heading", number=number, what=_name_of(evidence, rows, lang), time=moment(evidence, when))
    blocks: list[Block] = [_close_up(evidence, rows, lang), _values(evidence, rows, lang)]
    shares = next((evidence.contributions[row] for row in rows if row in evidence.contributions), None)
    if shares:
        blocks.append(contributions(shares, lang))
    return Section(words, tuple(blocks), level=3)


def _values(evidence: Evidence, rows: list[int], lang: Language) -> Table:
    """Return every value of an incident: a line a field, a column a stage."""
    fields = shown_fields(evidence.algorithm)
    shown = rows[:MOST_STAGES]
    stages = [capital(label_of(evidence, "stage", row, lang)) or say(lang, "values.value") for row in shown]
    columns = (Column(say(lang, "meaning.field")), *(Column(stage, number=True) for stage in stages), Column(say(lang, "meaning.unit")))
    lines = tuple(Row((field_word(one, lang), *(cell(evidence, one, row, lang) for row in shown), unit_sign(one.unit))) for one in fields)
    return Table(say(lang, "values.all"), columns, lines)


def _close_up(evidence: Evidence, rows: list[int], lang: Language) -> Chart:
    fs, signal = evidence.fs, np.asarray(evidence.signal, dtype=np.float64)
    position = int(evidence.rows[anchor(evidence.algorithm)][rows[0]])
    back, on = (int(BEFORE * fs), int(AFTER * fs)) if fs > 0.0 else (SERIES_BEFORE, SERIES_AFTER)
    first, after = max(0, position - back), min(len(signal), position + on + 1)
    part, whole = signal[first:after], magnitude(evidence)[first:after]
    tracks: list[tuple[str, Signal]] = [(_signal_name(evidence, lang), whole)]
    styles: tuple[Literal[1, 2, 3, 4], ...] = (1, 2, 3, 4)
    given = evidence.algorithm.inputs[0]
    if part.ndim == 2 and given.columns == ("x", "y", "z"):  # noqa: PLR2004 - samples and columns
        tracks += [(name, part[:, axis]) for axis, name in enumerate(given.columns)]
    bottom, top, y_ticks = value_ticks(*limits([track for _, track in tracks]))
    lines = tuple(Line(name, line_path(track, bottom, top), style) for (name, track), style in zip(tracks, styles, strict=False))
    marks = spread(
        ChartMark(
            percent(float(evidence.rows[name][rows[0]]), first, after - 1),
            sign,
            f"{field_word(one, lang)} {moment(evidence, int(evidence.rows[name][rows[0]]))}",
            tone,
        )
        for one, name, sign, tone in _moments(evidence, lang)
        if first <= int(evidence.rows[name][rows[0]]) < after
    )
    alt = say(lang, "events.close_alt", what=_name_of(evidence, rows, lang), time=moment(evidence, position))
    axis = time_ticks(first / fs, (after - 1) / fs, evidence.start) if fs > 0.0 else ()
    title = say(lang, "events.close", before=f"{BEFORE:g}", after=f"{AFTER:g}") if fs > 0.0 else _signal_name(evidence, lang)
    return Chart(title, alt, unit_sign(given.unit), lines, axis, y_ticks, marks)


def _moments(evidence: Evidence, lang: Language) -> list[tuple[Field, str, str, Tone]]:
    """Return the position fields that a close-up marks, each with a letter."""
    tones: dict[str, Tone] = {"impact": "alarm", "onset": "notice", "confirmed": "good"}
    positions = [one for one in evidence.algorithm.fields if one.unit.code == "{sample}" and not one.shape]
    return [(one, one.name, chr(ord("A") + place), tones.get(one.name, "plain")) for place, one in enumerate(positions)]


def contributions(shares: Mapping[str, float], lang: Language) -> Bars:
    """Return named contributions to a logit as bars: the largest eight, the others together, and what they sum to."""
    ordered = sorted(shares.items(), key=lambda item: (-abs(item[1]), item[0]))
    shown = ordered[:MOST_BARS]
    rest = math.fsum(value for _, value in ordered[MOST_BARS:])
    if len(ordered) > MOST_BARS:
        shown = [*shown, (say(lang, "bars.rest", count=len(ordered) - MOST_BARS), rest)]
    most = max((abs(value) for _, value in shown), default=0.0) or 1.0
    items = tuple(Bar(visible(name.replace("_", " ")), f"{value:+.2f}", 100.0 * abs(value) / most, value >= 0.0) for name, value in shown)
    logit = math.fsum(shares.values())
    odds = math.exp(-abs(logit))
    confidence = 1.0 / (1.0 + odds) if logit >= 0.0 else odds / (1.0 + odds)
    return Bars(say(lang, "bars.caption"), items, say(lang, "bars.total", logit=f"{logit:+.2f}", confidence=f"{confidence:.3f}"))
