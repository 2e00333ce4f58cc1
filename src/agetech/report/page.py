"""Pages from components: the only place where HTML is written, by templates with autoescape.

A page is a value: sections of blocks. Each block is a frozen dataclass whose `kind` names its macro in
`templates/components.html`. No markup is ever joined in Python. A page is one file without script; its content
security policy lets nothing leave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, ClassVar, Literal

from agetech.errors import Language
from agetech.report.chart import Chart
from agetech.report.text import say, visible

if TYPE_CHECKING:
    from jinja2 import Environment

Tone = Literal["plain", "alarm", "notice", "good"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One key fact: what it is, its value, a word about it."""

    label: str
    value: str
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Facts:
    """Key facts side by side."""

    items: tuple[Fact, ...]
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; numbers stand to the right."""

    label: str
    unit: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; the first cell is its heading."""

    cells: tuple[str, ...]
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; on a narrow screen each row becomes a card."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = ""
    kind: ClassVar[str] = "table"


@dataclass(frozen=True, slots=True)
class Item:
    """A stretch or a moment on a time line; `left` and `width` in percent of the line."""

    left: float
    width: float
    label: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of a time line."""

    label: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Lanes over one time axis; `ticks` are (percent, text, minor)."""

    caption: str
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str, bool], ...]
    kind: ClassVar[str] = "timeline"


@dataclass(frozen=True, slots=True)
class Bar:
    """A signed share: `width` in percent of half the row, to the right where it speaks for, to the left against."""

    label: str
    value: str
    width: float
    speaks_for: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """Signed contributions, the largest first."""

    caption: str
    items: tuple[Bar, ...]
    total: str = ""
    kind: ClassVar[str] = "bars"


@dataclass(frozen=True, slots=True)
class Notes:
    """Sentences that the reader must see."""

    items: tuple[str, ...]
    tone: Tone = "plain"
    kind: ClassVar[str] = "notes"


Block = Facts | Table | Timeline | Bars | Notes | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its blocks; `level` 2 or 3 so that headings never skip a step."""

    title: str
    blocks: tuple[Block, ...]
    level: Literal[2, 3] = 2


@dataclass(frozen=True, slots=True)
class Page:
    """A page: title, a badge such as "simulated", sections, and where everything came from."""

    lang: Language
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    provenance: tuple[tuple[str, str], ...] = ()
    badge: str = ""


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return the one template environment: autoescape on, unknown names are errors, templates of this package only."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("agetech").joinpath("report", "templates")

    def load(name: str) -> str:
        return folder.joinpath(name).read_text(encoding="utf-8")

    made = Environment(autoescape=True, loader=FunctionLoader(load), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["visible"] = visible
    return made


def write_page(page: Page) -> str:
    """Return the page as one self-contained HTML document."""

    def word(key: str, **facts: object) -> str:
        return say(page.lang, key, **facts)

    return environment().get_template("page.html").render(page=page, say=word)
