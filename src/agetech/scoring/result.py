"""What a scored assessment says: status, total, category and everything that a reader must know about them.

A `Score` is frozen, compares by value and survives JSON unchanged. Its numbers never stand alone: each result
carries the instrument with version and content hash, the scheme that gave the category, what was missing and what
was done about it, safety flags, and how far arithmetic and bands are backed by documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from types import MappingProxyType
from typing import Any, Literal

Status = Literal["ok", "prorated", "bounded", "incomplete", "invalid", "not_computable"]

STATUSES: tuple[Status, ...] = ("ok", "prorated", "bounded", "incomplete", "invalid", "not_computable")
ANSWERED: frozenset[str] = frozenset({"ok", "prorated", "bounded"})

FROM_MEMORY = "from memory; source wanted: "
NOT_OFFICIAL = (
    "the official result comes from a model whose coefficients are not public: store it, do not compute it; "
    "source wanted: the coefficients of its linear discriminant and support vector machine"
)
SCREENING = MappingProxyType({"en": "Screening, not diagnosis.", "zh": "本结果用于筛查，不能作为诊断。"})


class Absence(Enum):
    """Why an item has no answer. The instrument's file says what each reason means; none is ever a silent zero."""

    NOT_ASKED = "not_asked"
    REFUSED = "refused"
    UNABLE = "unable"
    DONT_KNOW = "dont_know"


@dataclass(frozen=True, slots=True)
class Score:
    """The result of scoring one person's answers to one instrument.

    status: `ok`; `prorated` (a stated rule filled in missing items); `bounded` (items lack but every completion
    gives this category); `incomplete`; `invalid` (`errors` names the items); `not_computable` (`refusal` says why).
    total and category are None unless the status allows them; `category` is a code, `label(lang)` its text.
    values: further outputs by name (`syndrome`, `letter`, `global` ...), as the instrument's page lists them.
    scheme and stratum: what turned the total into a category; disputed: schemes of the same classes that put this
    very total elsewhere; withheld: what was not given because no document backs it, with the source wanted.
    """

    instrument: str
    version: str
    content_hash: str
    status: Status
    total: float | int | None = None
    category: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    subscores: dict[str, float | int | None] = field(default_factory=dict)
    scheme: str | None = None
    stratum: str | None = None
    missing: list[str] = field(default_factory=list)
    missing_context: list[str] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)
    policy: str = "complete"
    adjustments: list[dict[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    safety_flags: list[str] = field(default_factory=list)
    disputed: dict[str, str] = field(default_factory=dict)
    withheld: dict[str, str] = field(default_factory=dict)
    refusal: str | None = None
    provenance: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def label(self, lang: str = "en") -> str | None:
        """Return the category in words, `en` or `zh`; None where there is no category."""
        return self.labels.get(lang)

    @property
    def scored(self) -> bool:
        """Return whether the status allows a result: ok, prorated or bounded."""
        return self.status in ANSWERED

    @property
    def notice(self) -> Mapping[str, str]:
        """Return "screening, not diagnosis" in both languages; it belongs beside every printed result."""
        return SCREENING

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain JSON values, the notice included."""
        out = {f.name: getattr(self, f.name) for f in fields(self)}
        return {"schema": "agetech.scoring.score/1", **_plain(out), "notice": dict(SCREENING)}

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Score:
        """Return the result that `as_dict` wrote; unknown keys are left out."""
        names = {f.name for f in fields(cls)}
        return cls(**{key: _plain(value) for key, value in document.items() if key in names})


def _plain(value: Any) -> Any:
    """Return a deep copy in dicts, lists and scalars."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
