"""The texts of the command line, in English and Chinese."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

from agetech.errors import language


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, str]]:
    """Return every text of the command line by its key: `texts.json` and the `texts-*.json` of mounted commands."""
    read: dict[str, dict[str, str]] = {}
    for entry in files("agetech").joinpath("cli").iterdir():
        if entry.name.startswith("texts") and entry.name.endswith(".json"):
            read.update(json.loads(entry.read_text(encoding="utf-8")))
    return read


def say(key: str, **facts: object) -> str:
    """Return a text in the language of the surroundings with its places filled."""
    return texts()[key][language()].format(**facts)
