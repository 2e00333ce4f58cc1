"""The declared tasks: names, measures with unit, least count and source. `declared.json` is the only place of these facts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from agetech.errors import ParamsError
from agetech.scoring.instrument import content_hash


@dataclass(frozen=True, slots=True)
class DeclaredMeasure:
    """One measure as declared; optional: its absence does not make a result partial."""

    name: str
    unit: str
    needs: int
    optional: bool
    source: str
    level: str
    formula: str
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class DeclaredTask:
    """One task as declared."""

    id: str
    version: str
    labels: dict[str, str]
    measures: dict[str, DeclaredMeasure]
    hash: str


@cache
def document() -> dict[str, Any]:
    """Return the content of `declared.json`."""
    text = files("agetech.scoring.tasks").joinpath("declared.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def tasks() -> tuple[str, ...]:
    """Return the ids of the tasks that can be measured from events, in alphabetical order."""
    return tuple(sorted(document()["tasks"]))


@cache
def declared(name: str) -> DeclaredTask:
    """Return the declaration of a task; raises ParamsError for an id that is none."""
    whole = document()
    if name not in whole["tasks"]:
        raise ParamsError("E_TASK", "scoring.tasks", expected=", ".join(tasks()), got=name)
    entry = whole["tasks"][name]
    measures = {key: _measure(key, one, whole["sources"]) for key, one in entry["measures"].items()}
    named = {one["source"]: whole["sources"][one["source"]] for one in entry["measures"].values()}
    return DeclaredTask(name, entry["version"], entry["name"], measures, content_hash({**entry, "sources": named}))


def reason(code: str | None) -> dict[str, str]:
    """Return a reason in both languages; empty for none."""
    return {} if code is None else dict(document()["reasons"][code])


def source(name: str) -> tuple[str, str]:
    """Return the citation of a source and how far it is backed."""
    entry = document()["sources"][name]
    return str(entry["citation"]), str(entry["level"])


def _measure(name: str, entry: dict[str, Any], sources: dict[str, Any]) -> DeclaredMeasure:
    cited = sources[entry["source"]]
    return DeclaredMeasure(
        name,
        entry["unit"],
        entry["needs"],
        entry.get("optional", False),
        cited["citation"],
        cited["level"],
        entry["formula"],
        entry["label"],
    )


HEADS = {
    "en": ("task", "measure", "unit", "least n", "formula", "backing"),
    "zh": ("任务", "指标", "单位", "最低数量", "公式", "依据"),
}


def table(lang: str = "en") -> str:
    """Return every declared measure as a Markdown table in one language: the table of the documentation."""
    heads = HEADS[lang]
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    for name in tasks():
        for one in declared(name).measures.values():
            said = f"{one.labels[lang]} `{one.name}`"
            formula = one.formula.replace("|", "\\|")
            lines.append(f"| `{name}` | {said} | `{one.unit}` | {one.needs} | {formula} | {one.level} |")
    return "\n".join(lines) + "\n"
