"""What a name stands for: an algorithm with its package and sources, an instrument with its licence card, a task; or nothing known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points, metadata
from typing import Literal

from agetech.errors import AgetechError

GROUP = "agetech.algorithms"
OWN_LICENCE = "Apache-2.0"
CLASSES = ("open", "measurement", "official_document", "free_use_text_reserved", "reserved")
FREE = frozenset(
    [
        "Apache-2.0",
        "MIT",
        "MIT-0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "0BSD",
        "ISC",
        "Zlib",
        "CC-BY-4.0",
        "CC0-1.0",
        "Unlicense",
        "BSL-1.0",
        "MulanPSL-2.0",
        "PSF-2.0",
    ]
)
SILENT = frozenset(["MIT-0", "0BSD", "CC0-1.0", "Unlicense"])
_KINDS = Literal["algorithm", "instrument", "task", "unknown"]


@dataclass(frozen=True, slots=True)
class Use:
    """One id at one version that a program uses, and how that is known."""

    id: str
    version: str


@dataclass(frozen=True, slots=True)
class InstrumentCard:
    """The licence card of an instrument, made from its licence class; `confirmed` says whether a person checked it."""

    wording: str
    confirmed: bool
    note: str

    @property
    def duty(self) -> str:
        """Return what the user must do: a class that nobody has confirmed is no permission."""
        if self.wording in ("reserved", "free_use_text_reserved"):
            return "ask"
        if self.wording == "measurement":
            return "nothing"
        return "attribute" if self.confirmed else "unknown"


@dataclass(frozen=True, slots=True)
class Subject:
    """What an id stands for. code: SPDX expression of the package that brings it, empty where none is stated."""

    id: str
    version: str
    kind: _KINDS
    title_en: str
    title_zh: str
    sources: tuple[str, ...]
    package: str
    code: str
    card: InstrumentCard | None = None

    @property
    def code_duty(self) -> str:
        """Return what the licence of the code asks for: permissive ones attribution, others a look by a person."""
        if not self.code:
            return "unknown"
        parts = set(self.code.replace("(", " ").replace(")", " ").split()) - {"AND", "OR"}
        if parts <= SILENT:
            return "nothing"
        return "attribute" if parts <= FREE else "ask"


def subject(use: Use) -> Subject:
    """Return what an id at a version stands for; of kind `unknown` where nothing installed has that id."""
    return _algorithm(use) or _instrument(use) or _task(use) or Subject(use.id, use.version, "unknown", use.id, use.id, (), "", "")


def newest(name: str) -> Use:
    """Return the use that a name or `name@version` means: the installed version where none is said."""
    identifier, _, version = name.partition("@")
    return Use(identifier, version or subject(Use(identifier, "")).version)


def known_ids() -> frozenset[str]:
    """Return every id that is installed: algorithms, instruments and tasks."""
    from agetech.core.registry import algorithms
    from agetech.scoring.catalogue import instruments
    from agetech.scoring.tasks.declaration import tasks

    return frozenset((*algorithms(), *instruments(), *tasks()))


def homes() -> dict[str, str]:
    """Return the module of each installed algorithm by id, without loading it."""
    return {point.name.partition("@")[0]: point.module for point in entry_points(group=GROUP)}


def _algorithm(use: Use) -> Subject | None:
    from agetech.core.registry import algorithms, find

    if use.id not in algorithms():
        return None
    try:
        found = find(f"{use.id}@{use.version}" if use.version else use.id)
    except AgetechError:
        try:
            found = find(use.id)
        except AgetechError:
            return None
    package = _packages().get(use.id, "")
    sources = tuple(" ".join(part for part in (one.citation, one.where) if part) for one in found.source)
    version = use.version or found.version
    return Subject(use.id, version, "algorithm", found.title_en, found.title_zh, sources, package, _code(package))


@lru_cache(maxsize=1)
def _packages() -> dict[str, str]:
    return {point.name.partition("@")[0]: point.dist.name for point in entry_points(group=GROUP) if point.dist is not None}


def _code(package: str) -> str:
    """Return the SPDX expression that a package states; agetech's own where it runs uninstalled."""
    if not package:
        return ""
    stated = str(metadata(package).json.get("license_expression", ""))
    return stated or (OWN_LICENCE if package == "agetech" else "")


def _instrument(use: Use) -> Subject | None:
    from agetech.scoring.catalogue import instrument, instruments

    if use.id not in instruments():
        return None
    one = instrument(use.id)
    entry = one.document["licence"]
    card = InstrumentCard(entry["class"], entry["confirmed"], entry.get("note", ""))
    sources = tuple(str(source["title"]) for source in one.document["sources"])
    version = use.version or one.version
    return Subject(use.id, version, "instrument", one.name["en"], one.name["zh"], sources, "agetech", OWN_LICENCE, card)


def _task(use: Use) -> Subject | None:
    from agetech.scoring.tasks.declaration import declared, tasks

    if use.id not in tasks():
        return None
    one = declared(use.id)
    sources: Iterable[str] = dict.fromkeys(measure.source for measure in one.measures.values())
    return Subject(use.id, use.version or one.version, "task", one.labels["en"], one.labels["zh"], tuple(sources), "agetech", OWN_LICENCE)
