"""The ledger on disk: `000001.json`, `000002.json`, ... and `head.json`, which names how many there are and the last digest.

Every byte counts: a record's file must be the one text of its content, its digest that of its content, `previous` the digest
of the record before. An edit, a swap, a record taken out or put in therefore breaks the chain. Who rewrites everything from
the edit on, `head.json` included, is found by a digest kept elsewhere (`pinned`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from agetech.errors import AgetechError, SchemaError
from agetech.exchange.platform import locked, read_bytes, write_text
from agetech.pool.history import Pool
from agetech.pool.record import FORM, NOTHING, Record, digest_of, file_text
from agetech.pool.rules import record_faults
from agetech.pool.status import stale

HEAD = "head.json"
HEAD_SCHEMA = "pool-head/1"
LARGEST = 1_000_000  # bytes of one record
SHIPPED = {"agetech": "ledger", "example": "example"}


@dataclass(frozen=True)
class Ledger:
    """Records that were read and found right, and the pool that they make."""

    records: tuple[Record, ...]
    pool: Pool
    head: str
    name: str


def folder_of(name: str | Path) -> Path:
    """Return the folder of a ledger: `agetech` and `example` are those shipped, anything else is a path."""
    if str(name) in SHIPPED:
        return Path(str(files("agetech").joinpath("pool", SHIPPED[str(name)])))
    return Path(name)


def read_ledger(place: str | Path) -> Ledger:
    """Return a ledger; SchemaError for the first thing that is wrong with it, ExchangeError for a file that cannot be read."""
    records: list[Record] = []
    pool = Pool()
    last = NOTHING
    for found in _walk(folder_of(place), records, pool, None):
        if isinstance(found, AgetechError):
            raise found
        last = found
    return Ledger(tuple(records), pool, last, str(place))


def check_ledger(
    place: str | Path, *, on: date, known: Collection[str] | None = None, pinned: str | None = None
) -> tuple[list[AgetechError], list[AgetechError]]:
    """Return everything that is wrong with a ledger, and warnings: statuses older than 180 days on the day `on`.

    known: algorithm ids that records may name; None asks nothing. pinned: a digest kept elsewhere, which must be in the chain.
    """
    records: list[Record] = []
    pool = Pool()
    faults: list[AgetechError] = []
    digests = {NOTHING}
    for found in _walk(folder_of(place), records, pool, known):
        if isinstance(found, AgetechError):
            faults.append(found)
        else:
            digests.add(found)
    if pinned is not None and pinned not in digests:
        faults.append(SchemaError("E_POOL_PINNED", HEAD, expected=pinned, got=", ".join(sorted(digests)[-1:])))
    old = [record for record in pool.cards.values() if record.patent is not None and stale(record.patent, on)]
    warnings: list[AgetechError] = [
        SchemaError("E_POOL_STALE", f"{one.id}: {one.patent.number}", expected="<= 180 d", got=one.patent.status_checked)
        for one in old
        if one.patent is not None
    ]
    return faults, warnings


def append(place: str | Path, content: Mapping[str, Any], *, known: Collection[str] | None = None) -> Record:
    """Write a record behind the last one and return it; nothing is written where it or the ledger is not right.

    content: a record without `form`, `id`, `previous` and `digest`, which are given to it here.
    """
    folder = folder_of(place)
    if folder in (folder_of(name) for name in SHIPPED):
        raise SchemaError("E_POOL_SHIPPED", str(place), expected="a folder of your own", got=str(place))
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock"):
        if not (folder / HEAD).exists() and not list(folder.glob("*.json")):
            write_text(folder / HEAD, _head_text(0, NOTHING))
        ledger = read_ledger(folder)
        count = len(ledger.records) + 1
        made = {**content, "form": FORM, "id": f"R-{count:06d}", "previous": ledger.head}
        made["digest"] = digest_of(made)
        record = Record.parse(made)
        last = ledger.records[-1] if ledger.records else None
        for fault in (*record_faults(record), *ledger.pool.faults(record, last, known)):
            raise fault
        write_text(folder / f"{count:06d}.json", file_text(made))
        write_text(folder / HEAD, _head_text(count, made["digest"]))
    return record


def _head_text(count: int, digest: str) -> str:
    return file_text({"schema": HEAD_SCHEMA, "count": count, "digest": digest})


def _walk(folder: Path, records: list[Record], pool: Pool, known: Collection[str] | None) -> Iterator[AgetechError | str]:
    """Yield the digest of each record, or what is wrong with it; fill `records` and `pool` with the right ones."""
    if not folder.is_dir():
        yield SchemaError("E_POOL_FOLDER", folder.name, expected=f"a folder with {HEAD}", got="nothing")
        return
    names = sorted(path.name for path in folder.iterdir() if path.name not in (HEAD, ".lock"))
    last, count = NOTHING, 0
    for place, name in enumerate(names, start=1):
        if name != f"{place:06d}.json":
            yield SchemaError("E_POOL_SEQUENCE", name, expected=f"{place:06d}.json", got=name)
            return
        content = _content(folder / name)
        if isinstance(content, AgetechError):
            yield content
            return
        wrong = _link_fault(content, name, place, last)
        if wrong is not None:
            yield wrong
        last, count = str(content.get("digest")), place
        found = [wrong] if wrong is not None else list(_admitted(content, name, records, pool, known))
        yield from (fault for fault in found if fault is not wrong)
        if not found:
            yield last
    yield from _head_faults(folder, count, last)


def _admitted(
    content: dict[str, Any], name: str, records: list[Record], pool: Pool, known: Collection[str] | None
) -> Iterator[AgetechError]:
    """Yield what is wrong inside a record; take it where nothing is."""
    try:
        record = Record.parse(content)
    except SchemaError as fault:
        fault.path = f"{name}: {fault.path}"
        yield fault
        return
    found = list(record_faults(record)) or list(pool.faults(record, records[-1] if records else None, known))
    yield from found
    if not found:
        records.append(record)
        pool.take(record)


def _content(path: Path) -> dict[str, Any] | AgetechError:
    """Return the content of a file that is its one text, else why it is none."""
    data = read_bytes(path, LARGEST)
    try:
        content = json.loads(data)
        if isinstance(content, dict) and file_text(content).encode() == data:
            return content
        reason = "another text of the same content" if isinstance(content, dict) else type(content).__name__
    except (ValueError, RecursionError) as error:
        reason = type(error).__name__
    return SchemaError("E_POOL_FILE", path.name, expected="sorted JSON, indent 1, UTF-8", got=reason)


def _link_fault(content: Mapping[str, Any], name: str, place: int, last: str) -> AgetechError | None:
    if content.get("digest") != digest_of(content):
        return SchemaError("E_POOL_DIGEST", name, expected=digest_of(content), got=str(content.get("digest")))
    if content.get("previous") != last:
        return SchemaError("E_POOL_CHAIN", name, expected=last, got=str(content.get("previous")))
    if content.get("id") != f"R-{place:06d}":
        return SchemaError("E_POOL_SEQUENCE", name, expected=f"R-{place:06d}", got=str(content.get("id")))
    return None


def _head_faults(folder: Path, count: int, last: str) -> Iterator[AgetechError]:
    path = folder / HEAD
    found: Any = _content(path) if path.exists() else None
    if isinstance(found, AgetechError):
        yield found
    elif found != {"schema": HEAD_SCHEMA, "count": count, "digest": last}:
        got = f"{found.get('count')}, {found.get('digest')}" if found else "nothing"
        yield SchemaError("E_POOL_HEAD", HEAD, expected=f"{count}, {last}", got=got)
