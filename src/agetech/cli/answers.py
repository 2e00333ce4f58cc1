"""Answers from files: CSV in UTF-8, GBK or GB18030, JSON, JSON lines, xlsx; one person or a million, a row at a time."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from agetech.errors import ExchangeError, ParamsError
from agetech.exchange.encoding import decode
from agetech.scoring import Absence, Instrument

PROBE = 1_000_000  # bytes looked at to tell the encoding
LARGEST_JSON = 200_000_000
LARGEST_FIELD = 100_000
NUMBERS = frozenset(["id", "编号", "序号", "person", "subject", "person_id", "subject_id"])
WORDS = {
    Absence.REFUSED: "refused 拒答 拒绝 拒绝回答",
    Absence.DONT_KNOW: "dont_know don't_know dk 不知道 不清楚",
    Absence.UNABLE: "unable 无法完成 不能完成 无法配合",
    Absence.NOT_ASKED: "not_asked 未问 未询问",
}
BLANK = frozenset(["", "na", "n/a", "nan", "null", "none", ".", "缺失", "未答", "未作答"])
ABSENT = {word: absence for absence, words in WORDS.items() for word in words.split()}


@dataclass(slots=True)
class Answers:
    """One person's line of a file: a name for it, the answers and the context. done: bytes or rows read so far."""

    person: str
    responses: dict[str, Any]
    context: dict[str, Any] = field(default_factory=dict)
    done: float = 0.0


def read_answers(
    path: Path, instrument: Instrument, columns: Mapping[str, str] | None = None, *, person: str | None = None, encoding: str | None = None
) -> Iterator[Answers]:
    """Yield the persons of a file, read a row at a time; JSON files are read whole.

    columns: heading -> item id, context name, or empty to leave a column out; headings that are ids or labels need
    none. person: the heading that names the person. Raises ExchangeError for what cannot be read, ParamsError for a
    map that names what is not there.
    """
    suffix = path.suffix.lower()
    if suffix in (".json", ".jsonl", ".ndjson"):
        return _from_json(path)
    if suffix in (".xlsx", ".xlsm"):
        return _from_rows(_sheet(path), instrument, columns or {}, person, path.name)
    return _from_csv(path, instrument, columns or {}, person, encoding)


def size_of(path: Path) -> float:
    """Return the size that `done` runs up to: bytes; 1 where the file is read whole."""
    return float(path.stat().st_size) if path.suffix.lower() not in (".json", ".xlsx", ".xlsm") else 1.0


def encoding_of(path: Path, known: Iterable[str] = ()) -> str:
    """Return the encoding of a file by its beginning; `known` headings help. ExchangeError where none fits or two do."""
    with path.open("rb") as file:
        start = file.read(PROBE)
    whole = start if len(start) < PROBE else start[: start.rfind(b"\n") + 1] or start
    name = decode(whole, known=known, path=path.name)[1]
    return "utf-8" if name == "ascii" else name  # what follows the beginning may hold more


def _from_csv(path: Path, one: Instrument, columns: Mapping[str, str], person: str | None, encoding: str | None) -> Iterator[Answers]:
    """Yield the rows of a delimited file; comma, semicolon or tab, told from its first line."""
    name = encoding or encoding_of(path, [*columns, *([person] if person else []), *_headings(one), *NUMBERS])
    csv.field_size_limit(LARGEST_FIELD)
    with path.open("rb") as raw:
        counted = _Counted(raw)
        try:
            text = io.TextIOWrapper(io.BufferedReader(counted), encoding=name, errors="strict", newline="")
            first = text.readline().removeprefix("\ufeff")
            delimiter = max(",;\t", key=first.count)
            heading = next(csv.reader([first], delimiter=delimiter), [])
            rows = csv.reader(text, delimiter=delimiter)
            yield from _from_rows(_chained(heading, rows), one, columns, person, path.name, lambda: counted.read_so_far)
        except (UnicodeError, csv.Error, LookupError) as error:
            raise ExchangeError("E_ANSWERS_FILE", path.name, expected=f"a table in {name}", got=str(error)) from None


class _Counted(io.RawIOBase):
    """A raw file that counts what was read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read_so_far = 0.0

    def readable(self) -> bool:
        """Return True: it is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer and count."""
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self.read_so_far += len(chunk)
        return len(chunk)


def _chained(heading: list[str], rows: Iterable[list[str]]) -> Iterator[list[str]]:
    yield heading
    yield from rows


def _sheet(path: Path) -> Iterator[list[Any]]:
    """Yield the rows of the first sheet of a workbook; needs the extra `xlsx`."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise ExchangeError("E_ANSWERS_EXTRA", path.name, expected="agetech[xlsx]", got="openpyxl is not installed") from None
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - openpyxl raises a dozen unrelated kinds
        raise ExchangeError("E_ANSWERS_FILE", path.name, expected="an xlsx workbook", got=type(error).__name__) from None
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else cell for cell in row]
    finally:
        book.close()


def _from_rows(
    rows: Iterator[list[Any]],
    one: Instrument,
    columns: Mapping[str, str],
    person: str | None,
    where: str,
    done: Callable[[], float] = lambda: 0.0,
) -> Iterator[Answers]:
    """Yield persons from rows whose first is the heading."""
    raw = next(rows, [])
    heading = [str(cell).strip() for cell in raw]
    places, who = plan_columns(heading, one, columns, person, where)
    items = [(at, name) for at, name in places.items() if name in one.by_id]
    facts = [(at, name) for at, name in places.items() if name in one.context]
    for number, row in enumerate(rows, start=1):
        if row == raw or not any(str(cell).strip() for cell in row):
            continue  # blank, or the heading pasted again
        cells = row if len(row) >= len(heading) else [*row, *[""] * (len(heading) - len(row))]
        responses = {name: value(cells[at]) for at, name in items}
        context = {name: fact(cells[at], one.context[name]) for at, name in facts}
        known = {name: given for name, given in context.items() if given is not None}
        yield Answers(str(cells[who]).strip() if who is not None else str(number), responses, known, done())


def plan_columns(
    heading: list[str], one: Instrument, columns: Mapping[str, str], person: str | None, where: str
) -> tuple[dict[int, str], int | None]:
    """Return place -> item or context name, and the place of the person's name."""
    for name in columns.values():
        if name and name not in one.by_id and name not in one.context:
            raise ParamsError("E_ANSWERS_COLUMN", f"{where}: {name}", expected=", ".join([*one.by_id, *one.context]), got=name)
    lacking = [head for head in [*columns, *([person] if person else [])] if head not in heading]
    if lacking:
        raise ParamsError("E_ANSWERS_COLUMN", where, expected=", ".join(heading), got=", ".join(lacking))
    known = _headings(one)
    places = {at: columns.get(head, known.get(head.lower(), "")) for at, head in enumerate(heading)}
    chosen = {at: name for at, name in places.items() if name}
    if len(set(chosen.values())) != len(chosen):
        twice = sorted({name for name in chosen.values() if list(chosen.values()).count(name) > 1})
        raise ParamsError("E_ANSWERS_COLUMN", where, expected="one column an item", got=", ".join(twice))
    if not any(name in one.by_id for name in chosen.values()):
        raise ParamsError("E_ANSWERS_COLUMN", where, expected=", ".join(one.by_id), got=", ".join(heading))
    named = [at for at, head in enumerate(heading) if (head == person if person else head.lower() in NUMBERS)]
    return chosen, named[0] if named else None


def _headings(one: Instrument) -> dict[str, str]:
    """Return heading in lower case -> name: ids, and labels in both languages where only one item has them."""
    found: dict[str, list[str]] = {}
    entries = [(item.id, item.label) for item in one.items] + [(name, entry["label"]) for name, entry in one.context.items()]
    for name, label in entries:
        for word in {name.lower(), label["en"].lower(), label["zh"].lower()}:
            found.setdefault(word, []).append(name)
    return {word: names[0] for word, names in found.items() if len(names) == 1}


def value(cell: Any) -> Any:
    """Return an answer from a cell: a number, None for a blank, an Absence for its word; other text stays text."""
    if not isinstance(cell, str):
        return cell
    if cell.isascii() and cell.isdigit() and len(cell) < 10:  # noqa: PLR2004 - the common case, quickly
        return int(cell)
    text = unicodedata.normalize("NFKC", cell).strip()
    word = text.lower()
    if word in BLANK:
        return None
    if word.replace(" ", "_") in ABSENT:
        return ABSENT[word.replace(" ", "_")]
    for kind in (int, float):
        try:
            return kind(text) if "_" not in text else text
        except ValueError:
            continue
    return text


def fact(cell: Any, declared: Mapping[str, Any]) -> Any:
    """Return a context value from a cell by its declaration: truth words, numbers or codes; None for a blank."""
    given = value(cell)
    if isinstance(given, Absence):
        return None
    if declared["type"] == "flag" and not isinstance(given, bool):
        words = {"1": True, "true": True, "yes": True, "是": True, "0": False, "false": False, "no": False, "否": False}
        return words.get(str(given).lower(), given) if given is not None else None
    if declared["id"] == "sex":
        return {"男": "male", "女": "female", "m": "male", "f": "female"}.get(str(given).lower(), given)
    return given


def _from_json(path: Path) -> Iterator[Answers]:
    """Yield persons of a JSON object, a JSON list, or one object a line: {"id", "responses", "context"} or bare answers."""
    lines = path.suffix.lower() != ".json"
    if not lines and path.stat().st_size > LARGEST_JSON:
        raise ExchangeError("E_ANSWERS_FILE", path.name, expected="JSON lines for files this large", got=path.stat().st_size)
    if not lines:
        found = _parsed(path.read_bytes(), path.name)
        people = found if isinstance(found, list) else [found]
        for number, person in enumerate(people, start=1):
            yield _person(person, number, path.name, 0.0)
        return
    done = 0.0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            done += len(line)
            if line.strip():
                yield _person(_parsed(line, f"{path.name}:{number}"), number, path.name, done)


def _parsed(content: bytes, where: str) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ExchangeError("E_ANSWERS_FILE", where, expected="JSON in UTF-8", got=str(error)) from None


def _person(found: Any, number: int, where: str, done: float) -> Answers:
    if not isinstance(found, dict):
        raise ExchangeError("E_ANSWERS_FILE", f"{where}: {number}", expected="an object", got=type(found).__name__)
    responses = found.get("responses", found if "context" not in found else {})
    context = found.get("context", {})
    if not isinstance(responses, dict) or not isinstance(context, dict):
        raise ExchangeError("E_ANSWERS_FILE", f"{where}: {number}", expected="objects `responses` and `context`", got="something else")
    words = {name: ABSENT.get(given, given) if isinstance(given, str) else given for name, given in responses.items()}
    return Answers(str(found.get("id", number)) if "responses" in found else str(number), words, dict(context), done)
