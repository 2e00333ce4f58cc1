"""Results on their way out: a table on the terminal, JSON, CSV, or a page."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from agetech import __version__
from agetech.cli.terminal import as_json, show, show_table
from agetech.cli.words import say
from agetech.errors import language
from agetech.exchange.platform import write_text
from agetech.report.evidence import Evidence, cell, field_word, quiet, telling_fields
from agetech.report.text import unit_sign

ROWS = 40  # of a table on the terminal; --json and --out hold all
FORMATS = (".html", ".json", ".csv", ".jsonl")
EXPLAINED = {"falls.impact": ("agetech.signals.falls", "explain")}


def format_of(out: Path | None) -> str:
    """Return the format that the name of the output asks for; a usage error for any other."""
    suffix = out.suffix.lower() if out is not None else ""
    if out is not None and suffix not in FORMATS:
        raise typer.BadParameter(say("out.format", got=out.name, formats=" ".join(FORMATS)), param_hint="--out")
    return suffix


def document(evidence: Evidence, *, error: Any = None, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return rows with units, labels, parameters and source as plain data."""
    fields = evidence.algorithm.fields
    made: dict[str, Any] = {
        "algorithm": evidence.algorithm.id,
        "version": evidence.algorithm.version,
        "package": __version__,
        "params": evidence.params.model_dump(mode="json"),
        "params_digest": evidence.params.digest(),
        "source": {"name": evidence.name, "origin": evidence.origin, "fs": evidence.fs or None, "samples": len(evidence.signal)},
        "units": {one.name: one.unit.code for one in fields},
        "labels": {one.name: {str(int(label)): label.name for label in one.labels} for one in fields if one.labels is not None},
        "rows": [{one.name: row[one.name].tolist() for one in fields} for row in evidence.rows],
    }
    if error is not None:
        made["error"] = error.as_dict()
    return {**made, **(more or {})}


def table_text(evidence: Evidence) -> str:
    """Return the rows as CSV: one column a field (vectors one column a part), the unit in the heading."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    fields = evidence.algorithm.fields
    heads = []
    for one in fields:
        parts = [f"{one.name}.{part}" for part in one.parts] if one.shape else [one.name]
        heads += [f"{name} [{one.unit.code}]" for name in parts]
    writer.writerow(heads)
    for row in evidence.rows:
        cells: list[object] = []
        for one in fields:
            value = row[one.name].tolist()
            cells += value if one.shape else [value]
        writer.writerow(["" if number != number else number for number in cells])  # noqa: PLR0124 - NaN is an empty cell
    return text.getvalue()


def page_text(evidence: Evidence) -> str:
    """Return the page of the rows in the language of the surroundings."""
    from agetech.report import events_page, values_page

    return events_page(evidence) if evidence.algorithm.output == "events" else values_page(evidence)


def save(out: Path, evidence: Evidence, *, error: Any = None) -> None:
    """Write the results whole or not at all, in the format of the file's name."""
    suffix = format_of(out)
    text = (
        page_text(evidence) if suffix == ".html" else table_text(evidence) if suffix == ".csv" else as_json(document(evidence, error=error))
    )
    write_text(out, text)


def show_rows(evidence: Evidence) -> None:
    """Print the rows as a table: the most telling fields, the first rows."""
    lang = language()
    fields = telling_fields(evidence.algorithm)
    telling = [row for row in range(len(evidence.rows)) if not quiet(evidence, row)]
    rows = [[cell(evidence, one, row, lang) for one in fields] for row in telling[:ROWS]]
    heads = [(" ".join(part for part in (field_word(one, lang), unit_sign(one.unit)) if part), one.labels is None) for one in fields]
    title = evidence.algorithm.title_zh if lang == "zh" else evidence.algorithm.title_en
    show_table(f"{evidence.algorithm.name}  {title}", heads, rows)
    if not telling:
        show(say("rows.none"))
    if len(telling) > ROWS:
        show(say("rows.more", shown=ROWS, count=len(telling)))
    if len(telling) < len(evidence.rows):
        show(say("rows.quiet", count=len(evidence.rows) - len(telling)))


def contributions(evidence: Evidence) -> dict[int, dict[str, float]]:
    """Return the named contributions of each row that its algorithm can explain, by row number."""
    if evidence.algorithm.id not in EXPLAINED:
        return {}
    module, name = EXPLAINED[evidence.algorithm.id]
    explain = getattr(importlib.import_module(module), name)
    told = [row for row in range(len(evidence.rows)) if not quiet(evidence, row)]
    return {row: {str(key): float(value) for key, value in explain(evidence.rows[row]).items()} for row in told}
