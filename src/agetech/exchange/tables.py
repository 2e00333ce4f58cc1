"""A care home's spreadsheet to documents: CSV or xlsx, read by a column map with Chinese or English headers.

A column map is a data file: which column holds the person, the day and the time, and for each value column its observation type,
unit and the texts that mean "not measured". Encodings in doubt are asked, never guessed (`exchange.encoding`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from agetech.errors import AgetechError, ExchangeError
from agetech.exchange.adapters.build import Builder
from agetech.exchange.adapters.mapping import checked
from agetech.exchange.adapters.times import zone_of
from agetech.exchange.encoding import decode
from agetech.schemas.instants import Instant
from agetech.schemas.jsontext import loads
from agetech.schemas.privacy import resident_number
from agetech.schemas.v1.datatypes import Document

Content = dict[str, Any]
MOST_ROWS = 200_000
MOST_BYTES = 64 << 20
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?")
_PERSON = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PHONE = re.compile(r"1[3-9]\d{9}")
_KEYS = {"id", "version", "title", "person", "date", "time", "values", "as", "modality", "sheet"}


@dataclass(slots=True)
class Table:
    """What a table came to; `refused` names rows by number, never by content."""

    map: str
    documents: list[Document] = field(default_factory=list)
    refused: list[AgetechError] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Table(map={self.map!r}, documents={len(self.documents)}, refused={len(self.refused)})"


@lru_cache(maxsize=1)
def maps() -> dict[str, Content]:
    """Return the column maps that come with agetech, by id."""
    found = {}
    for entry in sorted(files("agetech.exchange").joinpath("column_maps").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".json"):
            one = checked_map(loads(entry.read_bytes(), error=ExchangeError))
            found[one["id"]] = one
    return found


def checked_map(one: Any) -> Content:
    """Return a column map, or raise ExchangeError E_MAP_TABLE naming what is wrong in it."""
    if not isinstance(one, dict):
        raise ExchangeError("E_MAP_TABLE", "/", expected="an object", got=type(one).__name__)
    for name in ("id", "version", "person", "date", "values", "as"):
        if name not in one:
            raise ExchangeError("E_MAP_TABLE", f"/{name}", expected="this entry", got="none")
    extra = set(one) - _KEYS
    if extra:
        raise ExchangeError("E_MAP_TABLE", f"/{min(extra)}", expected=", ".join(sorted(_KEYS)), got=min(extra))
    return one


def load_map(path: Path | str) -> Content:
    """Return a care home's own column map from a JSON file."""
    return checked_map(loads(Path(path).read_bytes(), error=ExchangeError))


def cells(path: Path | str, *, encoding: str | None = None, sheet: str | None = None) -> list[list[str]]:
    """Return the cells of a CSV or xlsx file as text, first row the headers. ExchangeError for anything that is no table."""
    file = Path(path)
    try:
        raw = file.read_bytes()
    except OSError as fault:
        raise ExchangeError("E_TABLE", file.name, expected="a file that can be read", got=type(fault).__name__) from None
    if len(raw) > MOST_BYTES:
        raise ExchangeError("E_TABLE", file.name, expected=f"at most {MOST_BYTES} bytes", got=len(raw))
    rows = _workbook(raw, file.name, sheet) if file.suffix.lower() in (".xlsx", ".xlsm") else _delimited(raw, file.name, encoding)
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise ExchangeError("E_TABLE", file.name, expected="a header row", got="an empty table")
    return rows


def _delimited(raw: bytes, name: str, encoding: str | None) -> list[list[str]]:
    known = [c for one in maps().values() for c in _columns(one)]
    text, _ = decode(raw, encoding=encoding, known=known, path=name)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise ExchangeError("E_TABLE", name, expected=f"at most {MOST_ROWS} rows", got="more")
    except csv.Error:
        raise ExchangeError("E_TABLE", name, expected="a table", got=f"a broken line {len(rows) + 1}") from None
    return rows


def _workbook(raw: bytes, name: str, sheet: str | None) -> list[list[str]]:
    try:
        import openpyxl
    except ImportError:
        raise ExchangeError("E_TABLE", name, expected="the extra agetech[xlsx]", got="openpyxl is not installed") from None
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        page = book[sheet] if sheet else book[book.sheetnames[0]]
        return [[_cell(value) for value in row] for n, row in enumerate(page.iter_rows(values_only=True)) if n <= MOST_ROWS]
    except (KeyError, ValueError, OSError, TypeError, EOFError, IndexError, AttributeError) as fault:
        raise ExchangeError("E_TABLE", name, expected="a workbook", got=type(fault).__name__) from None
    except Exception as fault:  # noqa: BLE001 - openpyxl and zipfile raise what they like on a broken file
        raise ExchangeError("E_TABLE", name, expected="a workbook", got=type(fault).__name__) from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - beyond it a float is not exact
        return str(int(value))
    return str(value)


def _names(told: Any) -> list[str]:
    return [told] if isinstance(told, str) else list(told or [])


def _columns(one: Content) -> list[str]:
    return [c for told in (one["person"], one["date"], one.get("time"), *(v["column"] for v in one["values"])) for c in _names(told)]


def _place(headers: list[str], told: Any) -> int | None:
    return next((headers.index(name) for name in _names(told) if name in headers), None)


def choose(headers: list[str]) -> Content:
    """Return the column map that knows most of the headers; ExchangeError where none knows person, day and a value, or two tie."""
    scored = []
    for one in maps().values():
        values = sum(_place(headers, v["column"]) is not None for v in one["values"])
        if values and _place(headers, one["person"]) is not None and _place(headers, one["date"]) is not None:
            scored.append((values, one["id"]))
    scored.sort(reverse=True)
    if not scored or (len(scored) > 1 and scored[0][0] == scored[1][0]):
        raise ExchangeError("E_TABLE", "header", expected="--map with one of " + ", ".join(maps()), got="no map that fits alone")
    return maps()[scored[0][1]]


def read(
    path: Path | str,
    *,
    column_map: Content | str | None = None,
    zone: str | None = None,
    pseudonym: Callable[[str], str] | None = None,
    encoding: str | None = None,
    at: Instant,
) -> Table:
    """Return the documents of a spreadsheet.

    column_map: a map, the id of one of ours, or None to tell it by the headers. zone: of the care home; local times are completed with
    it, refused without. pseudonym: turns what stands in the person column into a pseudonym; without it the column must hold one, and
    an 18-digit resident number or a telephone number is refused.
    """
    one = maps().get(column_map) if isinstance(column_map, str) else column_map
    if isinstance(column_map, str) and one is None:
        raise ExchangeError("E_TABLE", "map", expected=", ".join(maps()), got=column_map[:60])
    rows = cells(path, encoding=encoding, sheet=(one or {}).get("sheet"))
    headers = [cell.strip() for cell in rows[0]]
    named = [h for h in headers if h]
    if len(set(named)) != len(named):
        raise ExchangeError("E_TABLE", "header", expected="each column once", got="a column twice")
    chosen = checked_map(one) if one is not None else choose(headers)
    return _documents(chosen, headers, rows[1:], zone, pseudonym, at)


def _documents(
    one: Content, headers: list[str], rows: list[list[str]], zone: str | None, pseudonym: Callable[[str], str] | None, at: Instant
) -> Table:
    person, day, clock = (_place(headers, one.get(name)) for name in ("person", "date", "time"))
    if person is None or day is None:
        raise ExchangeError("E_TABLE", "header", expected=", ".join(_names(one["person"]) + _names(one["date"])), got="no such column")
    out = Table(one["id"])
    values = [(n, v) for v in one["values"] if (n := _place(headers, v["column"])) is not None]
    used = {person, day, clock, *(n for n, _ in values)}
    out.ignored = [h for n, h in enumerate(headers) if h and n not in used]
    table = _mapping(one, values)
    held: dict[str, list[Content]] = {}
    for n, row in enumerate(rows, 2):
        try:
            subject, content = _row(row, n, person, day, clock, values, pseudonym, out)
            held.setdefault(subject, []).append(content)
        except ExchangeError as fault:
            out.refused.append(fault)
    where = zone_of(zone, "zone") if zone else None
    for subject, contents in held.items():
        made = Builder(table, {"rows": contents}, subject, where, at).result()
        out.documents += made.documents
        for wrong in made.refused:
            found = re.match(r"/rows/(\d+)", wrong.path)
            wrong.path = f"row {contents[int(found.group(1))]['n']}" if found else "row"
            out.refused.append(wrong)
    return out


def _mapping(one: Content, values: list[tuple[int, Content]]) -> Content:
    told = [{k: v for k, v in value.items() if k not in ("column", "absent_text")} | {"at": f"/c{n}", "text": True} for n, value in values]
    made = {"id": f"table.{one['id']}", "version": one["version"], "vendor": "table", "detect": ["/rows"], "rows": "/rows/*"}
    made |= {"time": {"rule": "local", "at": ["/at"]}, "as": one["as"], "values": told, "key": ["/at"]}
    return checked(made | {"modality": {"is": one.get("modality", "observed_by_carer")}})


def _row(
    row: list[str],
    n: int,
    person: int,
    day: int,
    clock: int | None,
    values: list[tuple[int, Content]],
    pseudonym: Callable[[str], str] | None,
    out: Table,
) -> tuple[str, Content]:
    padded = row + [""] * (max([person, day, clock or 0, *(k for k, _ in values)]) + 1 - len(row))
    given = padded[person].strip()
    if not given:
        raise ExchangeError("E_TABLE", f"row {n}", expected="a person", got="an empty cell")
    if pseudonym is None:
        if resident_number(given) or _PHONE.fullmatch(given) or not _PERSON.fullmatch(given):
            raise ExchangeError("E_TABLE", f"row {n}", expected="a pseudonym, or --key to make one", got="something that tells who it is")
        subject = given
    else:
        subject = pseudonym(given)
        out.people[subject] = given
    content: Content = {"n": n, "at": _when(padded[day], padded[clock] if clock is not None else "", n)}
    for k, value in values:
        text = padded[k].strip()
        if text in value.get("absent_text", ["", "-", "—", "/", "无", "未测"]):
            if text:
                content[f"c{k}"] = None
        else:
            content[f"c{k}"] = text
    return subject, content


def _when(day: str, clock: str, n: int) -> str:
    text = day.strip()
    found = _DAY.match(text)
    if not found:
        raise ExchangeError("E_TABLE", f"row {n}", expected="a day such as 2026-11-23", got="another form")
    rest = clock.strip() or text[found.end() :].strip(" T")
    hour = _CLOCK.fullmatch(rest) or _CLOCK.search(rest if clock.strip() else rest or "")
    if not hour:
        raise ExchangeError("E_TABLE", f"row {n}", expected="a time such as 08:05", got="none")
    year, month, date_ = found.groups()
    return f"{year}-{int(month):02d}-{int(date_):02d}T{int(hour.group(1)):02d}:{hour.group(2)}:{hour.group(3) or '00'}"
