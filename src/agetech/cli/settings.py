"""`--set NAME=VALUE`: parameters of an algorithm from text, by the declaration of each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import Enum
from typing import Any

import typer

from agetech.cli.words import say
from agetech.core.params import Params, wanted
from agetech.errors import ParamsError


def settings(params: type[Params], pairs: Sequence[str]) -> dict[str, Any]:
    """Return the values by name; ParamsError for an unknown name or text that is no value, a usage error without `=`."""
    values: dict[str, Any] = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        name = name.strip()
        if not sign or not name:
            raise typer.BadParameter(say("set.form", got=pair), param_hint="--set")
        if name not in params.model_fields:
            raise ParamsError("E_PARAM_UNKNOWN", f"{params.__name__}.{name}", expected=", ".join(params.model_fields), got=name)
        values[name] = value_of(params, name, text.strip())
    return values


def value_of(params: type[Params], name: str, text: str) -> Any:  # the type is the parameter's
    """Return one value from its text: a word for a parameter of words, else a JSON number, truth value or list."""
    kind = params.model_fields[name].annotation
    if kind is str or (isinstance(kind, type) and issubclass(kind, Enum) and issubclass(kind, str)):
        return text
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        raise ParamsError("E_PARAM", f"{params.__name__}.{name}", expected=wanted(params, name), got=text) from None


def _refuse(word: str) -> float:
    raise ValueError(word)
