"""What a scoring rule hands to the engine."""

from __future__ import annotations

from typing import Any

BANDED = "(banded)"


class Outcome:
    """The findings of one rule on one form.

    category: a code, None for none, or BANDED where the chosen scheme's bands decide by the total. raised: safety
    flags. disputed: scheme -> category where another reading of the same answers decides otherwise. adjustments:
    what was done to a raw number, each with `code` and the reason in both languages.
    """

    __slots__ = ("adjustments", "category", "disputed", "raised", "status", "stratum", "subscores", "total", "values")

    def __init__(
        self,
        total: float | None = None,
        category: str | None = BANDED,
        status: str = "ok",
        values: dict[str, Any] | None = None,
        *,
        subscores: dict[str, float | int | None] | None = None,
        raised: list[str] | None = None,
    ) -> None:
        self.total = total
        self.category = category
        self.status = status
        self.values: dict[str, Any] = {} if values is None else values
        self.subscores: dict[str, float | int | None] = {} if subscores is None else subscores
        self.raised: list[str] = [] if raised is None else raised
        self.adjustments: list[dict[str, str]] = []
        self.disputed: dict[str, str] = {}
        self.stratum: str | None = None


def incomplete(**values: Any) -> Outcome:
    """Return the outcome of a form that cannot be decided, with what is known all the same."""
    return Outcome(None, None, "incomplete", values)


def adjustment(code: str, en: str, zh: str) -> dict[str, str]:
    """Return one entry of `adjustments`."""
    return {"code": code, "en": en, "zh": zh}
