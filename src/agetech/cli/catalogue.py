"""`agetech algorithms` and `agetech describe`."""

from __future__ import annotations

from typing import Any

from agetech.cli.terminal import show, show_json, show_table
from agetech.cli.words import say
from agetech.errors import ParamsError, language


def list_algorithms(*, as_document: bool) -> None:
    """Print every installed algorithm: id, version, title, what it takes and gives. Broken plugins are named."""
    from agetech.core import algorithms, describe

    found: list[dict[str, Any]] = []
    broken: list[tuple[str, ParamsError]] = []
    for name in algorithms():
        try:
            found.append(describe(name))
        except ParamsError as error:
            broken.append((name, error))
    if as_document:
        keys = ("id", "version", "title", "status", "shape", "streaming", "output")
        lacking = [{"id": name, "error": fault.as_dict()} for name, fault in broken]
        show_json({"algorithms": [{key: one[key] for key in keys} for one in found], "broken": lacking})
        return
    lang = language()
    columns = [(say(f"column.{key}"), False) for key in ("id", "version", "title", "inputs", "output", "status")]
    rows = [
        (one["id"], one["version"], one["title"][lang], ", ".join(given["name"] for given in one["inputs"]), one["output"], one["status"])
        for one in found
    ]
    show_table(say("algorithms.title", count=len(found)), columns, rows)
    for name, fault in broken:
        show(f"{name}: {fault.message()}", style="red")
    show(say("algorithms.hint"))


def describe_algorithm(name: str, *, as_document: bool) -> None:
    """Print inputs, parameters, fields and sources of one algorithm."""
    from agetech.core import describe

    about = describe(name)
    if as_document:
        show_json(about)
        return
    lang = language()
    stream = say("describe.streams" if about["streaming"] else "describe.whole")
    show(f"{about['id']}@{about['version']}  {about['title'][lang]}", style="bold")
    show(f"{about['status']} · {about['output']} · {stream}")
    show_table(
        say("describe.inputs"),
        [(say(f"column.{key}"), False) for key in ("name", "columns", "unit", "rates", "meaning")],
        [
            (one["name"], ", ".join(one["columns"]) or "1", one["unit"], _rates(one["rates"]), one["meaning"][lang])
            for one in about["inputs"]
        ],
    )
    show_table(
        say("describe.params"),
        [(say(f"column.{key}"), False) for key in ("name", "default", "unit", "allowed", "meaning", "source")],
        [
            (
                one["name"],
                say("describe.required") if one["required"] else one["default"],
                one["unit"] or "",
                _allowed(one),
                one["meaning"][lang],
                one["source"],
            )
            for one in about["params"]
        ],
    )
    show_table(
        say("describe.fields"),
        [(say(f"column.{key}"), False) for key in ("name", "unit", "meaning")],
        [(one["name"], one["unit"], _meaning(one, lang)) for one in about["fields"]],
    )
    for one in about["source"]:
        show(" · ".join(part for part in (one["citation"], one["where"], one["status"]) if part))


def _rates(rates: list[float | None] | None) -> str:
    if rates is None:
        return "–"
    low, high = rates
    return f"{low:g} ... {high:g} Hz" if high is not None else f">= {low:g} Hz"


def _allowed(param: dict[str, Any]) -> str:
    if param["values"] is not None:
        return " | ".join(param["values"])
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    return ", ".join(f"{signs[key]} {value:g}" for key, value in param["bounds"].items())


def _meaning(field: dict[str, Any], lang: str) -> str:
    labels = field.get("labels")
    words = ", ".join(f"{code} {label}" for code, label in labels.items()) if labels else ""
    meaning = str(field["meaning"][lang])
    return f"{meaning} ({words})" if words else meaning
