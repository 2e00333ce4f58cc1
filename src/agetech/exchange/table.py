"""Delimited text -> columns of numbers, with the row and column of whatever is not one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from agetech.errors import ExchangeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_LINE = 1_000_000  # characters
MOST_COLUMNS = 10_000
MISSING = frozenset({"", "nan", "na", "null", "none", "-"})
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
INFINITE = {"inf": np.inf, "+inf": np.inf, "-inf": -np.inf}


def first_cells(text: str, delimiter: str) -> list[str]:
    """Return the cells of the first line."""
    end = text.find("\n")
    line = text[: end if end >= 0 else len(text)].rstrip("\r")
    return split(line, delimiter)


def split(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line, quotes and outer blanks removed."""
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, strict=True))]
    except (csv.Error, StopIteration):
        return [line]


def columns_of(
    lines: Sequence[str],
    names: Sequence[str],
    wanted: Sequence[str],
    *,
    delimiter: str,
    decimal: str,
    path: str,
    first: int,
    text: str | None = None,
) -> tuple[dict[str, NDArray[np.float64]], list[str]]:
    """Return the wanted columns of data lines as float64, empty cells as NaN, and the cells of the column `text`.

    first: number of the first line in the file, for messages. ExchangeError E_CELL names row, column and content.
    """
    if len(names) > MOST_COLUMNS:
        raise ExchangeError("E_LIMIT", path, expected=f"{MOST_COLUMNS} columns", got=len(names))
    if any(len(line) > LONGEST_LINE for line in lines):
        raise ExchangeError("E_LIMIT", path, expected=f"{LONGEST_LINE} characters a line", got="more")
    numeric = [name for name in wanted if name != text]
    if text is None and decimal == "." and delimiter != " ":
        made = _quick(lines, names, numeric, delimiter)
        if made is not None:
            return made, []
    return _slow(lines, names, numeric, delimiter=delimiter, decimal=decimal, path=path, first=first, text=text)


def _quick(lines: Sequence[str], names: Sequence[str], wanted: Sequence[str], delimiter: str) -> dict[str, NDArray[np.float64]] | None:
    """Return the columns of a table of plain numbers, or None where a cell needs a closer look."""
    if not lines:
        return None
    body = "\n".join(lines)
    if not set(body) <= set("0123456789+-.eE \t\n" + delimiter) or any(line.count(delimiter) != len(names) - 1 for line in lines):
        return None
    try:
        table = np.loadtxt(io.StringIO(body), delimiter=delimiter, comments=None, ndmin=2, usecols=[names.index(name) for name in wanted])
    except ValueError:
        return None
    if len(table) != len(lines):
        return None
    return {name: np.ascontiguousarray(table[:, index]) for index, name in enumerate(wanted)}


def _slow(
    lines: Sequence[str],
    names: Sequence[str],
    wanted: Sequence[str],
    *,
    delimiter: str,
    decimal: str,
    path: str,
    first: int,
    text: str | None,
) -> tuple[dict[str, NDArray[np.float64]], list[str]]:
    made = {name: np.empty(len(lines)) for name in wanted}
    places = [(made[name], names.index(name), name) for name in wanted]
    texts: list[str] = []
    for index, line in enumerate(lines):
        cells = split(line, delimiter)
        if len(cells) != len(names):
            last = index == len(lines) - 1 and len(cells) < len(names)
            got = f"{len(cells)}{' (the last line: probably truncated)' if last else ''}"
            raise ExchangeError("E_ROW", path, expected=len(names), got=got, row=first + index)
        if text is not None:
            texts.append(cells[names.index(text)])
        for column, place, name in places:
            column[index] = number(cells[place], decimal, path=path, row=first + index, name=name)
    return made, texts


def number(cell: str, decimal: str, *, path: str, row: int, name: str) -> float:
    """Return a cell as a number, NaN for an empty one; ExchangeError E_CELL for anything else, full-width digits too."""
    plain = cell.replace(",", ".") if decimal == "," and "." not in cell else cell
    if NUMBER.fullmatch(plain):
        return float(plain)
    lower = cell.lower()
    if lower in MISSING:
        return float("nan")
    if lower in INFINITE:
        return INFINITE[lower]
    raise ExchangeError("E_CELL", path, expected="a number", got=cell, row=row, column=name)


def text_cell(value: object, delimiter: str = ",") -> str:
    """Return a text as one cell that no spreadsheet takes for a formula and no reader for two cells."""
    shown = str(value)
    if shown[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and not NUMBER.fullmatch(shown):
        shown = "'" + shown
    if any(sign in shown for sign in (delimiter, '"', "\n", "\r")):
        shown = '"' + shown.replace('"', '""') + '"'
    return shown
