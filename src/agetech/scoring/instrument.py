"""An instrument as data: items, rule, schemes, missing policy, licence, codes, sources. Parsed, never executed.

The JSON files under `instruments/` follow `document.py`; this module turns a checked document into plain frozen
objects and into the lookups that the engine needs. It imports neither numba nor pydantic.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

LEVELS = ("memory", "secondary", "verified")
UNBACKED = "memory"


def content_hash(document: Mapping[str, Any]) -> str:
    """Return `sha256:` and the digest of the document's canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Item:
    """One question or measurement: neutral id and label, allowed answers, and what an absence is worth."""

    id: str
    label: Mapping[str, str]
    allowed: frozenset[float | int] | None
    lo: float
    hi: float
    reverse: bool
    absences: Mapping[str, float | int]
    unit: str | None = None
    options: tuple[float | int, ...] = ()

    def accepts(self, value: object) -> bool:
        """Return whether a plain number is one of the allowed answers; False for bool, text, NaN, infinity."""
        if self.allowed is not None:
            return value in self.allowed
        return bool(self.lo <= value <= self.hi)  # type: ignore[operator]

    def points(self, value: float) -> float | int:
        """Return what an answer scores: itself, or mirrored in its range for a reverse-keyed item."""
        return self.lo + self.hi - value if self.reverse else value


@dataclass(frozen=True, slots=True)
class Band:
    """A class of totals, both edges included; `code` is stable, the labels are for readers."""

    lo: float
    hi: float
    code: str
    label: Mapping[str, str]


class Bands:
    """Bands in ascending order, found by their lower edge: a total between two printed bands takes the lower one."""

    __slots__ = ("_lows", "bands")

    def __init__(self, documents: list[Mapping[str, Any]]) -> None:
        self.bands = tuple(Band(b["lo"], b["hi"], b["code"], b["label"]) for b in documents)
        self._lows = [band.lo for band in self.bands]

    def at(self, total: float) -> Band | None:
        """Return the band of a total, None outside all bands."""
        place = bisect_right(self._lows, total) - 1
        if place < 0 or total > self.bands[-1].hi:
            return None
        return self.bands[place]

    @property
    def codes(self) -> frozenset[str]:
        """Return the codes of all bands."""
        return frozenset(band.code for band in self.bands)


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of the population with its own bands; `when` maps context names to conditions."""

    id: str
    when: Mapping[str, Mapping[str, Any]]
    bands: Bands


@dataclass(frozen=True, slots=True)
class Scheme:
    """A named way from total to category: bands for all, bands by stratum, or a mode of the rule.

    gives: `category`, or `strata_result` where the scheme's cut-off stands beside the default classes.
    """

    id: str
    bands: Bands | None
    strata: tuple[Stratum, ...]
    gives: str
    level: str
    sources: tuple[str, ...]
    wanted: str
    document: Mapping[str, Any] = field(repr=False)

    @property
    def context(self) -> tuple[str, ...]:
        """Return the context names that the strata ask for, in order of appearance."""
        return tuple(dict.fromkeys(name for stratum in self.strata for name in stratum.when))


@dataclass(frozen=True)
class Instrument:
    """A checked instrument; `document` is the file's content, everything else is derived from it."""

    document: Mapping[str, Any] = field(repr=False)
    hash: str

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Instrument:
        """Return the instrument of a document that has passed `document.check`."""
        return cls(document, content_hash(document))

    @cached_property
    def id(self) -> str:
        """Return the stable id, such as `phq9`."""
        return str(self.document["id"])

    @cached_property
    def version(self) -> str:
        """Return the version; any change of band, key or rule makes a new one."""
        return str(self.document["version"])

    @cached_property
    def name(self) -> Mapping[str, str]:
        """Return the name in English and Chinese."""
        return dict(self.document["name"])

    @cached_property
    def method(self) -> str:
        """Return the name of the scoring rule: `sum` or one of the closed set in `rules`."""
        return str(self.document["rule"]["method"])

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Return the items in the order of the form."""
        reverse = frozenset(self.document["rule"].get("reverse", ()))
        whole = self.document.get("absences", {})
        return tuple(_item(entry, entry["id"] in reverse, whole) for entry in self.document["items"])

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """Return the items by id."""
        return {item.id: item for item in self.items}

    @cached_property
    def reading(self) -> tuple[tuple[str, frozenset[float | int] | None, Item], ...]:
        """Return what reading a form needs of each item: id, allowed answers, the item."""
        return tuple((item.id, item.allowed, item) for item in self.items)

    @cached_property
    def factor(self) -> float | int:
        """Return what a sum is multiplied by."""
        factor: float | int = self.document["rule"].get("factor", 1)
        return factor

    @cached_property
    def min_answered(self) -> int:
        """Return the fewest answers that are scored."""
        return int(self.document["missing"].get("min_answered", 0))

    @cached_property
    def backed(self) -> bool:
        """Return whether a document backs items and arithmetic."""
        return bool(self.arithmetic["level"] != UNBACKED)

    @cached_property
    def schemes(self) -> dict[str, Scheme]:
        """Return the named schemes; every id may be passed as `scheme`."""
        return {name: _scheme(name, entry) for name, entry in self.document["schemes"].items()}

    @cached_property
    def default_scheme(self) -> str | None:
        """Return the scheme that is used when none is named; None where the caller must choose."""
        chosen = self.document.get("default_scheme")
        return None if chosen is None else str(chosen)

    @cached_property
    def subscales(self) -> dict[str, tuple[str, ...]]:
        """Return the item ids of each subscale of a sum scale."""
        return {name: tuple(ids) for name, ids in self.document.get("subscales", {}).items()}

    @cached_property
    def context(self) -> dict[str, Mapping[str, Any]]:
        """Return the declared context fields by name: type, bounds, and what they are needed for."""
        return {entry["id"]: entry for entry in self.document.get("context", ())}

    @cached_property
    def missing(self) -> Mapping[str, Any]:
        """Return the missing policy: policy, max_missing, rounding, min_answered, level, wanted."""
        return dict(self.document["missing"])

    @cached_property
    def safety(self) -> tuple[tuple[str, str, float], ...]:
        """Return the item-wise safety rules: flag, item, smallest answer that raises it."""
        return tuple((entry["flag"], entry["item"], entry["from"]) for entry in self.document.get("safety", ()) if "item" in entry)

    @cached_property
    def arithmetic(self) -> Mapping[str, Any]:
        """Return how far items and arithmetic are backed: level, sources, wanted."""
        return dict(self.document["verification"]["arithmetic"])

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Return the levels and sources that every score of this instrument carries."""
        verification = self.document["verification"]
        return {
            "arithmetic": verification["arithmetic"]["level"],
            "bands": verification["bands"]["level"],
            "sources": [entry["title"] for entry in self.document["sources"]],
        }

    @cached_property
    def labels(self) -> dict[str, dict[str, str]]:
        """Return the labels of every category code, of bands, strata and rules."""
        found: dict[str, dict[str, str]] = {c: dict(label) for c, label in self.document["rule"].get("categories", {}).items()}
        for scheme in self.schemes.values():
            for bands in (scheme.bands, *(stratum.bands for stratum in scheme.strata)):
                for band in bands.bands if bands is not None else ():
                    found.setdefault(band.code, dict(band.label))
        return found

    @cached_property
    def rivals(self) -> dict[str, tuple[Scheme, ...]]:
        """Return, for each band scheme, the backed schemes with the same classes: what may put a total elsewhere."""
        banded = [s for s in self.schemes.values() if s.bands is not None and s.gives == "category"]
        return {
            scheme.id: tuple(
                other
                for other in banded
                if other is not scheme
                and other.level != UNBACKED
                and scheme.bands is not None
                and other.bands is not None
                and other.bands.codes == scheme.bands.codes
            )
            for scheme in banded
        }

    @cached_property
    def absence_of_null(self) -> str:
        """Return which absence a bare None stands for: `not_asked` unless the form has an answer of its own for it."""
        return str(self.document.get("absences", {}).get("null", "not_asked"))

    def codes(self, role: str = "total") -> tuple[Mapping[str, Any], ...]:
        """Return the verified codes of one role; a code that nobody checked is never given out."""
        return tuple(code for code in self.document.get("codes", ()) if code["role"] == role and code["verified"])


def _item(entry: Mapping[str, Any], reverse: bool, whole: Mapping[str, Any]) -> Item:  # noqa: FBT001 - one call
    if "values" in entry:
        options = tuple(entry["values"])
        lo, hi = min(options), max(options)
        allowed: frozenset[float | int] | None = frozenset(options)
    else:
        lo, hi = entry["range"]
        continuous = entry.get("continuous", False)
        options = () if continuous else tuple(range(lo, hi + 1))
        allowed = None if continuous else frozenset(options)
    worth = {name: value for name, value in whole.items() if name != "null"}
    worth.update(entry.get("absences", {}))
    scored = {name: value for name, value in worth.items() if value != "missing"}
    return Item(entry["id"], entry["label"], allowed, lo, hi, reverse, scored, entry.get("unit"), options)


def _scheme(name: str, entry: Mapping[str, Any]) -> Scheme:
    bands = Bands(entry["bands"]) if "bands" in entry else None
    strata = tuple(Stratum(s["id"], s["when"], Bands(s["bands"])) for s in entry.get("strata", ()))
    sources = tuple(entry.get("sources", ()))
    return Scheme(name, bands, strata, entry.get("gives", "category"), entry["level"], sources, entry.get("wanted", ""), entry)
