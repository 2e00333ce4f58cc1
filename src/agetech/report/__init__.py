"""From results to pages: the only writer of HTML. One look, one set of components, two languages, no script.

`events_page` makes the page of an event algorithm, `values_page` that of windows and series. Other pages are made from
the same components: a `Page` of `Section`s of blocks (`Facts`, `Table`, `Chart`, `Timeline`, `Bars`, `Notes`), written
by `write_page`. Names load when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agetech.report.chart import Chart as Chart
    from agetech.report.chart import ChartMark as ChartMark
    from agetech.report.chart import Line as Line
    from agetech.report.events import events_page as events_page
    from agetech.report.evidence import Evidence as Evidence
    from agetech.report.page import Bar as Bar
    from agetech.report.page import Bars as Bars
    from agetech.report.page import Column as Column
    from agetech.report.page import Fact as Fact
    from agetech.report.page import Facts as Facts
    from agetech.report.page import Item as Item
    from agetech.report.page import Lane as Lane
    from agetech.report.page import Notes as Notes
    from agetech.report.page import Page as Page
    from agetech.report.page import Row as Row
    from agetech.report.page import Section as Section
    from agetech.report.page import Table as Table
    from agetech.report.page import Timeline as Timeline
    from agetech.report.page import write_page as write_page
    from agetech.report.values import values_page as values_page

_HOME = {
    "agetech.report.chart": ("Chart", "ChartMark", "Line"),
    "agetech.report.events": ("events_page",),
    "agetech.report.evidence": ("Evidence",),
    "agetech.report.page": (
        *("Bar", "Bars", "Column", "Fact", "Facts", "Item", "Lane", "Notes"),
        *("Page", "Row", "Section", "Table", "Timeline", "write_page"),
    ),
    "agetech.report.values": ("values_page",),
}
_NAMES = {name: home for home, names in _HOME.items() for name in names}

__all__ = tuple(sorted(_NAMES))  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    if name in _NAMES:
        value = getattr(import_module(_NAMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
