"""The shape of FHIR resources, R4 (with R4B) and R5: what an instance may hold, and which release it can be.

Instances carry no version, so the release is told by shape: the element tables of both releases judge the whole resource.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from agetech.errors import ExchangeError
from agetech.schemas.jsontext import pointer

Release = Literal["R4", "R5"]
Shape = Literal["R4", "R5", "either"]
RELEASES: tuple[Release, Release] = ("R4", "R5")
_ROOT = {"resourceType", "id", "meta", "implicitRules", "language"}
_DOMAIN = {"text", "contained", "extension", "modifierExtension"}
_BACKBONE = {"id", "extension", "modifierExtension"}
_DEEPEST = 60
_MOST_FAULTS = 50
_DATE = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_ZONE = r"(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
_DAY_END = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a resource is not of a release: where, and what the release has there."""

    pointer: str
    expected: str


def _text(pattern: str) -> Any:
    compiled = re.compile(pattern, re.ASCII)
    return lambda v: isinstance(v, str) and compiled.fullmatch(v) is not None


def _whole(low: int, high: int) -> Any:
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high


def _dated(pattern: str) -> Any:
    fits = _text(pattern)

    def check(value: Any) -> bool:
        if not fits(value) or value.startswith("0000"):
            return False
        try:
            if len(value) >= _DAY_END:
                datetime.fromisoformat(value[:_DAY_END])
        except ValueError:
            return False
        return True

    return check


_INT = 2**31 - 1
PRIMITIVES: dict[str, Any] = {
    "Boolean": lambda v: isinstance(v, bool),
    "Integer": _whole(-_INT - 1, _INT),
    "Integer64": lambda v: (isinstance(v, str) and re.fullmatch(r"[+-]?\d{1,19}", v) is not None) or _whole(-(2**63), 2**63 - 1)(v),
    "UnsignedInt": _whole(0, _INT),
    "PositiveInt": _whole(1, _INT),
    "Decimal": lambda v: isinstance(v, int | Decimal | float) and not isinstance(v, bool),
    "String": lambda v: isinstance(v, str) and bool(v),
    "Markdown": lambda v: isinstance(v, str) and bool(v.strip()),
    "Xhtml": lambda v: isinstance(v, str) and v.lstrip().startswith("<"),
    "Code": _text(r"\S+( \S+)*"),
    "Id": _text(r"[A-Za-z0-9\-.]{1,64}"),
    "Uri": _text(r"\S+"),
    "Url": _text(r"\S+"),
    "Canonical": _text(r"\S+"),
    "Oid": _text(r"urn:oid:[0-2](\.(0|[1-9]\d*))+"),
    "UuidVersion": _text(r"urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "EncodedBytes": _text(r"(\s*([0-9a-zA-Z+/=]){4}\s*)*"),
    "Date": _dated(_DATE),
    "DateTime": _dated(rf"{_DATE}|\d{{4}}-\d\d-\d\dT{_CLOCK}{_ZONE}"),
    "Instant": _dated(rf"\d{{4}}-\d\d-\d\dT{_CLOCK}{_ZONE}"),
    "Time": _text(_CLOCK),
}


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type."""

    type: str
    many: bool
    needed: bool
    group: str
    group_needed: bool


@lru_cache(maxsize=2)
def _table(release: Release) -> dict[str, dict[str, str]]:
    text = files("agetech.exchange.fhir").joinpath("definitions", f"{release.lower()}.json").read_text(encoding="utf-8")
    made: dict[str, dict[str, str]] = json.loads(text)
    return made


@lru_cache(maxsize=2048)
def elements(release: Release, kind: str) -> dict[str, Element]:
    """Return the elements of a type by name; KeyError for a type the release does not have."""
    made = {}
    for name, row in _table(release)[kind].items():
        if name:
            told, _, group = row.partition(" ")
            made[name] = Element(told.rstrip("*!"), "*" in told, "!" in told, group.rstrip("!"), group.endswith("!"))
    return made


@lru_cache(maxsize=2048)
def _common(release: Release, kind: str) -> frozenset[str]:
    letter = _table(release)[kind][""]
    if letter in "DR":
        return frozenset(_ROOT | (_DOMAIN if letter == "D" else set()))
    return frozenset(_BACKBONE if letter == "B" else {"id", "extension"})


def is_resource(release: Release, kind: object) -> bool:
    """Return True for the name of a resource type of a release."""
    return (
        isinstance(kind, str)
        and kind in _table(release)
        and _table(release)[kind][""] in "DR"
        and kind not in ("Resource", "DomainResource")
    )


def has_type(release: Release, kind: str) -> bool:
    """Return True for the name of a type of a release, resource or not."""
    return kind in _table(release)


class _Judge:
    def __init__(self, release: Release) -> None:
        self.release: Release = release
        self.found: list[Fault] = []

    def fault(self, path: tuple[Any, ...], expected: str) -> None:
        if len(self.found) < _MOST_FAULTS:
            self.found.append(Fault(pointer(path), expected))

    def resource(self, content: Any, path: tuple[Any, ...]) -> None:
        if not isinstance(content, dict):
            self.fault(path, "a resource")
            return
        kind = content.get("resourceType")
        if not is_resource(self.release, kind):
            self.fault((*path, "resourceType"), f"a resource type of {self.release}")
            return
        self.complex(str(kind), content, path)

    def complex(self, kind: str, content: Any, path: tuple[Any, ...]) -> None:
        if not isinstance(content, dict) or not content:
            self.fault(path, kind)
            return
        if len(path) > _DEEPEST:
            self.fault(path, "less nesting")
            return
        known, common = elements(self.release, kind), _common(self.release, kind)
        for name, value in content.items():
            place = (*path, name)
            plain = name.removeprefix("_")
            if plain in known:
                self._element(known[plain], value, place, companion=name.startswith("_"))
            elif name in common:
                self._shared(name, value, place)
            elif plain in common and name.startswith("_"):
                self._element(Element("String", many=False, needed=False, group="", group_needed=False), value, place, companion=True)
            else:
                self.fault(place, f"an element of {kind} in {self.release}")
        self._needed(known, content, path)

    def _needed(self, known: dict[str, Element], content: dict[str, Any], path: tuple[Any, ...]) -> None:
        groups: dict[str, int] = {}
        asked: set[str] = set()
        for name, element in known.items():
            given = name in content or "_" + name in content
            if element.needed and not given:
                self.fault((*path, name), "this element")
            if element.group:
                groups[element.group] = groups.get(element.group, 0) + given
                if element.group_needed:
                    asked.add(element.group)
        for group, count in groups.items():
            if count > 1 or (count == 0 and group in asked):
                self.fault((*path, group), f"{'one' if group in asked else 'at most one'} of {group}[x]")

    def _element(self, element: Element, value: Any, path: tuple[Any, ...], *, companion: bool) -> None:
        if element.many != isinstance(value, list):
            self.fault(path, f"{'a list of ' if element.many else 'one '}{element.type}")
            return
        if element.many and not value:
            self.fault(path, "at least one entry")
        for n, item in enumerate(value if element.many else [value]):
            place = (*path, n) if element.many else path
            if element.type in PRIMITIVES:
                self._primitive(element.type, item, place, companion=companion, many=element.many)
            elif companion:
                self.fault(place, "no companion of a complex element")
            elif element.type == "Resource":
                self.resource(item, place)
            else:
                self.complex(element.type, item, place)

    def _primitive(self, kind: str, value: Any, path: tuple[Any, ...], *, companion: bool, many: bool) -> None:
        if value is None and many:
            return
        if companion:
            self.complex("Element", value, path) if isinstance(value, dict) else self.fault(path, "an object with id or extension")
        elif not PRIMITIVES[kind](value):
            self.fault(path, kind)

    def _shared(self, name: str, value: Any, path: tuple[Any, ...]) -> None:
        if name in ("extension", "modifierExtension", "contained"):
            kind = "Resource" if name == "contained" else "Extension"
            self._element(Element(kind, many=True, needed=False, group="", group_needed=False), value, path, companion=False)
        elif name in ("meta", "text"):
            self.complex("Meta" if name == "meta" else "Narrative", value, path)
        elif not isinstance(value, str) or not value:
            self.fault(path, "text")


def faults(content: Any, release: Release) -> list[Fault]:
    """Return why a resource is not one of a release; none means it is."""
    judge = _Judge(release)
    judge.resource(content, ())
    return judge.found


def told(content: Any) -> Shape:
    """Return the release that a resource's shape tells: R4 (or R4B), R5, or either.

    ExchangeError E_FHIR_SHAPE where it is neither; its path is the JSON Pointer of the first fault in the release that comes
    nearer, and `faults` lists the places for both.
    """
    found = {release: faults(content, release) for release in RELEASES}
    fitting: list[Release] = [release for release in RELEASES if not found[release]]
    if len(fitting) == len(RELEASES):
        return "either"
    if fitting:
        return fitting[0]
    nearer = min(RELEASES, key=lambda release: len(found[release]))
    first = found[nearer][0]
    listed = {release: [f"{f.pointer}: {f.expected}" for f in found[release][:10]] for release in RELEASES}
    raise ExchangeError("E_FHIR_SHAPE", first.pointer or "/", expected=f"{first.expected} ({nearer})", got="something else", faults=listed)
