"""What a scoring rule hands to the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

BANDED = "(banded)"


@dataclass(slots=True)
class Outcome:
    """The findings of one rule on one form.

    category: a code, None for none, or BANDED where the chosen scheme's bands decide by the total. raised: safety
    flags. disputed: scheme -> category where another reading of the same answers decides otherwise. adjustments:
    what was done to a raw number, each with `code` and the reason in both languages.
    """

    total: float | int | None = None
    category: str | None = BANDED
    status: str = "ok"
    values: dict[str, Any] = field(default_factory=dict)
    subscores: dict[str, float | int | None] = field(default_factory=dict)
    adjustments: list[dict[str, str]] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)
    stratum: str | None = None
    disputed: dict[str, str] = field(default_factory=dict)


def incomplete(**values: Any) -> Outcome:
    """Return the outcome of a form that cannot be decided, with what is known all the same."""
    return Outcome(None, None, "incomplete", values)


def adjustment(code: str, en: str, zh: str) -> dict[str, str]:
    """Return one entry of `adjustments`."""
    return {"code": code, "en": en, "zh": zh}
