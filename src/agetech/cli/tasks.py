"""`agetech tasks FILE`: the measures of one run of a cognitive task, from its raw events."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from agetech.cli.terminal import guarded, show, show_json, show_table
from agetech.cli.words import say
from agetech.errors import language
from agetech.scoring import TaskResult, measure_task, read_events
from agetech.scoring.card import LEVEL

Json = Annotated[bool, typer.Option("--json")]
HEADS = (
    ("tasks.measure", False),
    ("tasks.value", True),
    ("tasks.unit", False),
    ("tasks.n", True),
    ("tasks.needs", True),
    ("tasks.status", False),
    ("tasks.backing", False),
)


@guarded
def tasks(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    values: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE")] = None,
    least: Annotated[list[str] | None, typer.Option("--least", metavar="MEASURE=N")] = None,
    json_: Json = False,  # noqa: FBT002 - a flag
) -> None:
    """Measure a task from its events."""
    result = measure_task(read_events(file), pairs(values or [], "--set"), least=pairs(least or [], "--least"))
    if json_:
        show_json(result.as_dict())
    else:
        show_result(result)


def pairs(given: Sequence[str], option: str) -> dict[str, Any]:
    """Return NAME=VALUE by name, a value as a JSON number where it is one, else as text; a usage error without `=`."""
    found: dict[str, Any] = {}
    for pair in given:
        name, sign, text = pair.partition("=")
        if not sign or not name.strip():
            raise typer.BadParameter(say("set.form", got=pair), param_hint=option)
        try:
            found[name.strip()] = json.loads(text)
        except ValueError:
            found[name.strip()] = text.strip()
    return found


def show_result(result: TaskResult) -> None:
    """Print the measures as a table, what was counted, and the notice."""
    lang = language()
    rows = []
    for one in result.measures.values():
        value = "" if one.value is None else f"{one.value:.6g}"
        said = one.reasons.get(lang) or one.status
        rows.append((one.labels[lang], value, one.unit, one.n, one.needs, said, LEVEL[one.level][lang]))
    heads = [(say(key), number) for key, number in HEADS]
    show_table(f"{result.labels[lang]}  [{result.task} {result.version}]  {result.status}", heads, rows)
    show(", ".join(f"{name} {count}" for name, count in result.counts.items()))
    show(say("tasks.origin", device=result.device, software=result.software, events=result.events, digest=result.digest[:19]))
    show(result.notice[lang])


COMMANDS: dict[str, Callable[..., None]] = {"tasks": tasks}
