"""A report as rows of text, as Markdown and as plain data, in English and Chinese."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from agetech.errors import Language
from agetech.pool.status import DUTIES
from agetech.pool.subject import Subject
from agetech.pool.verdict import PatentLine, Report, Row

COLUMNS = ("algorithm", "source", "licences", "patents", "duty")
LONGEST_SOURCE = 160


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """Return every text of the reports by its key, in English and Chinese."""
    read: dict[str, dict[str, str]] = json.loads(files("agetech").joinpath("pool", "texts.json").read_text(encoding="utf-8"))
    return read


def say(lang: Language, key: str, **facts: object) -> str:
    """Return a text in one language with its places filled."""
    return texts()[key][lang].format(**facts)


def heads(lang: Language) -> tuple[str, ...]:
    """Return the headings of the table."""
    return tuple(say(lang, f"column.{name}") for name in COLUMNS)


def cells(row: Row, lang: Language) -> tuple[str, ...]:
    """Return one row as text: algorithm, source, licences, patents, what must be done."""
    one = row.subject
    title = one.title_zh if lang == "zh" else one.title_en
    named = f"{one.id}@{one.version}" if title == one.id else f"{one.id}@{one.version} {title}"
    source = one.sources[0][:LONGEST_SOURCE] if one.sources else "–"
    return named, source, licences_text(one, lang), patents_text(row, lang), say(lang, f"duty.{row.duty}")


def licences_text(one: Subject, lang: Language) -> str:
    """Return the licence of the code, and for an instrument that of its wording."""
    parts = [say(lang, "code", code=one.code) if one.code else say(lang, "code.none")]
    if one.card is not None:
        state = say(lang, "confirmed" if one.card.confirmed else "unconfirmed")
        parts.append(f"{say(lang, f'class.{one.card.wording}')} ({state})")
    return "; ".join(parts)


def patents_text(row: Row, lang: Language) -> str:
    """Return the patents and disclosures of a row; where there are none, that no opinion is given."""
    parts = [patent_text(line, lang) for line in row.patents]
    parts += [f"{said.record}: {say(lang, f'about.{said.about}')}, {said.by}" for said in row.disclosures]
    return "; ".join(parts) or say(lang, "none")


def patent_text(line: PatentLine, lang: Language) -> str:
    """Return one patent: number, territory, standing with its dates, licence, reason."""
    facts = [line.number, line.territory, say(lang, f"standing.{line.standing}")]
    facts += [say(lang, "until", day=line.expires)] if line.expires else []
    licensed = line.why in ("licensed", "condition")
    facts += [say(lang, "checked", day=line.checked), say(lang, f"terms.{line.terms}" if licensed else f"why.{line.why}")]
    facts += [say(lang, "fictitious")] if line.fictitious else []
    return ", ".join(facts)


def asked(found: Report, lang: Language) -> str:
    """Return the day, the territory and the ledger of a report."""
    territory = found.question.territory or say(lang, "anywhere")
    return say(lang, "asked", on=found.question.on, territory=territory, ledger=found.ledger, head=found.head[:12])


def notes(found: Report, lang: Language) -> tuple[str, ...]:
    """Return the sentences that stand under every table."""
    empty = () if found.rows else (say(lang, "nobody"),)
    return (*empty, *(say(lang, "unseen", what=what) for what in found.unseen), say(lang, "disclaimer"))


def markdown(found: Report, lang: Language) -> str:
    """Return a report as Markdown."""

    def line(parts: tuple[str, ...]) -> str:
        return "| " + " | ".join(part.replace("|", "\\|").replace("\n", " ") for part in parts) + " |"

    table = [line(heads(lang)), "|" + "---|" * len(COLUMNS), *(line(cells(row, lang)) for row in found.rows)]
    return "\n".join([f"# {say(lang, 'title')}", "", asked(found, lang), "", *table, "", *notes(found, lang)]) + "\n"


def explained(row: Row, lang: Language) -> list[str]:
    """Return why a row asks what it asks, a line a fact."""
    one = row.subject
    owner = say(lang, "package", name=one.package) if one.package else say(lang, "unregistered")
    lines = [cells(row, lang)[0], *(f"  {source}" for source in one.sources)]
    lines.append(f"  {owner}; {licences_text(one, lang)} -> {say(lang, f'duty.{one.code_duty}')}")
    if one.card is not None:
        lines.append(f"  {say(lang, f'class.{one.card.wording}')} {one.card.note} -> {say(lang, f'duty.{one.card.duty}')}")
    for patent in row.patents:
        claims = say(lang, "claims", claims=", ".join(map(str, patent.claims)), relation=say(lang, f"relation.{patent.relation}"))
        held = ", ".join(patent.licences)
        lines.append(f"  {patent.record} {patent_text(patent, lang)}: {patent.title[lang]}, {patent.holder}; {claims}")
        reason = say(lang, f"why.{patent.why}")
        lines.append(f"    {reason}{f' ({held})' if held else ''} -> {say(lang, f'duty.{patent.duty}')}")
    lines += [
        f"  {told.record} {say(lang, f'about.{told.about}')}, {told.by}: {told.text[lang]} -> {say(lang, f'duty.{told.duty}')}"
        for told in row.disclosures
    ]
    if not row.patents and not row.disclosures:
        lines.append(f"  {say(lang, 'none')}")
    return [*lines, f"  = {say(lang, f'duty.{row.duty}')}"]


def both(key: str) -> dict[str, str]:
    """Return a text in both languages."""
    return dict(texts()[key])


def document(found: Report) -> dict[str, Any]:
    """Return a report as plain data, its words in both languages."""
    question = found.question
    return {
        "schema": "pool-report/1",
        "on": question.on.isoformat(),
        "territory": question.territory,
        "ledger": found.ledger,
        "head": found.head,
        "duty": found.duty,
        "duties": {name: both(f"duty.{name}") for name in DUTIES},
        "rows": [_plain(row) for row in found.rows],
        "unseen": list(found.unseen),
        "disclaimer": both("disclaimer"),
    }


def _plain(row: Row) -> dict[str, Any]:
    one = row.subject
    wording = None
    if one.card is not None:
        wording = {"class": one.card.wording, "confirmed": one.card.confirmed, "note": one.card.note, "duty": one.card.duty}
    return {
        "id": one.id,
        "version": one.version,
        "kind": one.kind,
        "title": {"en": one.title_en, "zh": one.title_zh},
        "sources": list(one.sources),
        "package": one.package or None,
        "code_licence": one.code or None,
        "code_duty": one.code_duty,
        "licence_card": wording,
        "patents": [{name: getattr(line, name) for name in PatentLine.__slots__} for line in row.patents],
        "known": both("none") if not row.patents and not row.disclosures else None,
        "disclosures": [
            {"record": said.record, "about": said.about, "by": said.by, "text": dict(said.text), "duty": said.duty}
            for said in row.disclosures
        ],
        "duty": row.duty,
    }
