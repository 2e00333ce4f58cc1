"""From results to pages: the only writer of HTML. One look, one set of components, two languages, no script.

`events_page` makes the page of an event algorithm. Other pages are made from the same components: a `Page` of
`Section`s of blocks (`Facts`, `Table`, `Chart`, `Timeline`, `Bars`, `Notes`), written by `write_page`.
"""

from agetech.report.chart import Chart, ChartMark, Line
from agetech.report.events import Evidence, events_page
from agetech.report.page import Bar, Bars, Column, Fact, Facts, Item, Lane, Notes, Page, Row, Section, Table, Timeline, write_page

__all__ = [
    "Bar",
    "Bars",
    "Chart",
    "ChartMark",
    "Column",
    "Evidence",
    "Fact",
    "Facts",
    "Item",
    "Lane",
    "Line",
    "Notes",
    "Page",
    "Row",
    "Section",
    "Table",
    "Timeline",
    "events_page",
    "write_page",
]
