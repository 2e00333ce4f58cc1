"""Rows of an algorithm -> typed, versioned documents with unit, meaning, quality, source and a stable id.

The id names what happened, not the file: the same subject, device, algorithm, parameters and instants give the same id
on any machine and after any restart, so that a receiver drops what it already has.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.algorithm import Algorithm
from agetech.core.declare import Field
from agetech.core.gate import as_params
from agetech.core.params import Params
from agetech.core.recording import Recording
from agetech.core.stream import resolve
from agetech.core.timebase import TimeBase, iso
from agetech.errors import ExchangeError
from agetech.exchange.delimited import csv_bytes
from agetech.exchange.platform import read_bytes, write_atomically

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agetech.core.declare import Records

DOCUMENT = "agetech.event"
VERSION = "1.0"
LARGEST_LINE = 1 << 20
Value = float | int | bool | None | tuple[float | int | None, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One field of a row: value (None: not known), UCUM unit, meaning, the label of a code, the instant of a position."""

    name: str
    value: Value
    unit: str
    en: str
    zh: str
    label: str | None = None
    instant: str | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventDocument:
    """One event, window or row of a series, as it leaves the process.

    onset, confirmed: ISO 8601 with nanoseconds, when it began and when it could be known. params: digest of the parameters.
    fs: Hz, of the first input, whose samples the positions count. remarks: what is known about the quality, by name.
    """

    id: str
    algorithm: str
    version: str
    params: str
    subject: str
    device: str
    placement: str | None
    fs: float
    onset: str | None
    confirmed: str | None
    kind: str | None
    stage: str | None
    fields: tuple[Quantity, ...]
    remarks: tuple[str, ...]
    source: tuple[str, ...]
    document: str = DOCUMENT
    document_version: str = VERSION

    def value(self, name: str) -> Value:
        """Return the value of a field by name; ExchangeError for a name that the document does not have."""
        for one in self.fields:
            if one.name == name:
                return one.value
        raise ExchangeError("E_DOCUMENT", name, expected=", ".join(one.name for one in self.fields), got=name)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {key: _plain(value) for key, value in asdict(self).items()}

    def json(self) -> str:
        """Return one line of JSON, the same text for the same document."""
        return json.dumps(self.as_dict(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def event_id(
    subject: str,
    device: str,
    algorithm: str,
    params: str,
    onset: int | None,
    confirmed: int | None,
    *codes: int,
) -> str:
    """Return the sha256 that names an event.

    algorithm: id@version; params: digest; onset, confirmed: ns since 1970 UTC; codes: kind and stage where rows have them.
    """
    parts = [subject, device, algorithm, params, onset, confirmed, *codes]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode("ascii")).hexdigest()


def events(  # noqa: PLR0913 - all by name
    rows: Records,
    *,
    algorithm: Algorithm | str,
    subject: str,
    device: str | None = None,
    params: Params | Mapping[str, Any] | None = None,
    recording: Recording | None = None,
    time: TimeBase | None = None,
    placement: str | None = None,
    positions: Sequence[int] | NDArray[np.int64] | None = None,
) -> tuple[EventDocument, ...]:
    """Return the documents of an algorithm's rows.

    subject: a pseudonym, never a name or number of identity. Instants come from the recording's time base, or from `time`,
    whose samples are those of the first input; device and placement from the recording where it knows them.
    params: those of the run, as Params or by name; left out, the defaults (and the recording's placement).
    positions: of an algorithm whose first input is a series (one row a beat), the sample of each row; its row numbers are no time.
    ExchangeError E_NO_CLOCK without a time base, or without these: an event without an instant has no identity.
    """
    found = resolve(algorithm)
    if rows.dtype != found.dtype:
        raise ExchangeError("E_DOCUMENT", "rows", expected=f"rows of {found.name}", got=rows.dtype.names or rows.dtype)
    base, scale_of = _clock(found, recording, time)
    at = _At(base, scale_of, _positions(found, positions), _timed(found))
    where = placement or (recording.placement if recording else None)
    chosen = _params(found, params, where)
    maker = device if device is not None else (recording.device if recording else None) or ""
    _pseudonym(subject)
    kept = getattr(chosen, "placement", where)
    cited = tuple(f"{one.citation} {one.where}".strip() for one in found.source)
    made = []
    for row in np.atleast_1d(rows):
        onset, confirmed = (_instant(row, name, at) for name in (_onset(found), _end(found)))
        codes = [int(row[name]) for name in ("kind", "stage") if name in (rows.dtype.names or ())]
        made.append(
            EventDocument(
                id=event_id(subject, maker, found.name, chosen.digest(), onset, confirmed, *codes),
                algorithm=found.id,
                version=found.version,
                params=chosen.digest(),
                subject=subject,
                device=maker,
                placement=None if kept is None else str(kept),
                fs=base.fs if scale_of is None else scale_of,
                onset=None if onset is None else iso(onset, base.offset),
                confirmed=None if confirmed is None else iso(confirmed, base.offset),
                kind=_label(found, row, "kind"),
                stage=_label(found, row, "stage"),
                fields=tuple(_quantity(field, row, at) for field in found.fields),
                remarks=_remarks(found, row),
                source=cited,
            )
        )
    return tuple(made)


def write_jsonl(documents: Iterable[EventDocument], path: Path | str) -> None:
    """Write documents as JSON lines, UTF-8, whole or not at all."""
    text = "".join(f"{document.json()}\n" for document in documents)
    write_atomically(path, lambda stream: stream.write(text.encode("utf-8")))


def read_jsonl(path: Path | str, *, limit: int = 64 << 20) -> tuple[EventDocument, ...]:
    """Return the documents of a file of JSON lines; ExchangeError E_DOCUMENT names the line that is wrong."""
    data = read_bytes(path, limit)
    name = Path(path).name
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ExchangeError("E_ENCODING", name, expected="UTF-8", got=f"byte {error.start}") from None
    if lines[-1]:
        raise ExchangeError("E_DOCUMENT", name, expected="a line end after the last document", got="truncated")
    return tuple(parse_event(line, f"{name}:{number}") for number, line in enumerate(lines[:-1], 1))


def parse_event(text: str, path: str = "event") -> EventDocument:
    """Return the document of one line of JSON; fields of a newer minor version are left out, a newer major is refused."""
    if len(text) > LARGEST_LINE:
        raise ExchangeError("E_LIMIT", path, expected=f"{LARGEST_LINE} characters", got=len(text))
    try:
        given = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
        if given["document"] != DOCUMENT or _major(given["document_version"]) != _major(VERSION):
            raise ExchangeError("E_DOCUMENT", path, expected=f"{DOCUMENT} {VERSION}", got=given["document"])
        return _document(given)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ExchangeError("E_DOCUMENT", path, expected=f"{DOCUMENT} {VERSION}", got=f"{type(error).__name__}: {error}") from None


def write_events_csv(documents: Iterable[EventDocument], path: Path | str) -> None:
    """Write documents as a table for spreadsheets: UTF-8 with a byte order mark, formulas escaped, units in the header."""
    listed = list(documents)
    names = list(dict.fromkeys((one.name, one.unit) for document in listed for one in document.fields if not isinstance(one.value, tuple)))
    head: list[object] = ["id", "subject", "device", "algorithm", "params", "onset", "confirmed", "kind", "stage", "remarks"]
    head += [name if code.startswith("{") or code == "1" else f"{name} [{code}]" for name, code in names]
    rows = [head]
    for one in listed:
        cells: dict[str, object] = {field.name: field.value for field in one.fields}
        first: list[object] = [one.id, one.subject, one.device, f"{one.algorithm}@{one.version}", one.params, one.onset, one.confirmed]
        rows.append([*first, one.kind, one.stage, " ".join(one.remarks), *(cells.get(name) for name, _ in names)])
    data = csv_bytes(rows)
    write_atomically(path, lambda stream: stream.write(data))


def _clock(found: Algorithm, recording: Recording | None, time: TimeBase | None) -> tuple[TimeBase, float | None]:
    """Return the time base, and the rate of the first input where it is not that of the time base."""
    base = time if time is not None else recording.time if recording is not None else None
    if base is None:
        raise ExchangeError("E_NO_CLOCK", found.name)
    if time is None and recording is not None and found.inputs[0].name in recording.rates:
        rate = recording.rate(found.inputs[0].name)
        return base, None if rate == base.fs else rate
    return base, None


def _params(found: Algorithm, params: Params | Mapping[str, Any] | None, placement: str | None) -> Params:
    if isinstance(params, Params):
        return as_params(found, params, {})
    values = dict(params or {})
    if placement is not None and "placement" in found.params.model_fields:
        values.setdefault("placement", str(placement))
    return as_params(found, None, values)


def _pseudonym(subject: Any) -> None:
    if not isinstance(subject, str) or not subject or len(subject) > 200 or not subject.isprintable():  # noqa: PLR2004 - as the message says
        raise ExchangeError("E_DOCUMENT", "subject", expected="a pseudonym of 1 to 200 printable characters", got="another value")


def _onset(found: Algorithm) -> str | None:
    names = [field.name for field in found.fields if field.unit.code == "{sample}" and not field.shape]
    return next((name for name in ("onset", "start") if name in names), names[0] if names else None)


def _end(found: Algorithm) -> str | None:
    names = [field.name for field in found.fields]
    return next((name for name in ("confirmed", "end") if name in names), None)


@dataclass(frozen=True, slots=True)
class _At:
    """From a position of the first input to an instant: by its rate, or by the sample of each row of a series."""

    base: TimeBase
    rate: float | None
    positions: tuple[int, ...] | None
    timed: bool

    def nanoseconds(self, position: int) -> int | None:
        """Return the instant of a position; None for the number of a row whose sample nobody gave."""
        if position < 0 or (self.positions is not None and not self.positions):
            return None
        sample = position if self.positions is None else self.positions[min(position, len(self.positions) - 1)]
        share = 1 if self.rate is None else Fraction(self.base.fs) / Fraction(self.rate)
        return self.base.nanoseconds(sample * share)

    def after(self, seconds: float) -> int | None:
        """Return the instant so many seconds after the first sample."""
        return self.base.nanoseconds(Fraction(seconds) * Fraction(self.base.fs)) if math.isfinite(seconds) else None


def _positions(found: Algorithm, given: Any) -> tuple[int, ...] | None:
    if found.inputs[0].kind != "series":
        return None
    if given is None and not _timed(found):
        raise ExchangeError("E_NO_CLOCK", f"{found.name}: positions")
    return () if given is None else tuple(int(one) for one in given)


def _timed(found: Algorithm) -> bool:
    """Return whether a row says its time in seconds, as those over a series of times do."""
    return any(field.name == "time" and field.unit.code == "s" for field in found.fields)


def _instant(row: Any, name: str | None, at: _At) -> int | None:
    if at.timed:
        return at.after(float(row["time"]))
    return None if name is None else at.nanoseconds(int(row[name]))


def _label(found: Algorithm, row: Any, name: str) -> str | None:
    field = next((one for one in found.fields if one.name == name), None)
    if field is None or field.labels is None:
        return None
    return next((label.name for label in field.labels if int(label) == int(row[name])), None)


def _quantity(field: Field, row: Any, at: _At) -> Quantity:
    raw = row[field.name]
    instant = label = None
    value = tuple(_number(one) for one in np.asarray(raw).reshape(-1).tolist()) if field.shape else _number(raw.item())
    if field.unit.code == "{sample}" and not field.shape:
        known = at.nanoseconds(value) if isinstance(value, int) else None
        instant = None if known is None else iso(known, at.base.offset)
        value = value if isinstance(value, int) and value >= 0 else None
    elif field.labels is not None and field.unit.code == "{code}" and not field.shape:
        label = next((one.name for one in field.labels if int(one) == int(raw)), None)
    return Quantity(field.name, value, field.unit.code, field.en, field.zh, label, instant, tuple(field.parts))


def _number(value: Any) -> float | int | bool | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _remarks(found: Algorithm, row: Any) -> tuple[str, ...]:
    """Return the names of the bits that are set in the fields of bits; bit_N where a bit has no name."""
    names: list[str] = []
    for field in found.fields:
        if field.unit.code != "{bits}" or field.shape:
            continue
        bits = int(row[field.name])
        labels = {int(one): str(one.name) for one in field.labels} if field.labels is not None else {}
        names += [labels.get(1 << at, f"bit_{at}") for at in range(63) if bits >> at & 1]
    return tuple(names)


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


def _document(given: Mapping[str, Any]) -> EventDocument:
    fields = tuple(
        Quantity(
            _text(one["name"]),
            tuple(one["value"]) if isinstance(one["value"], list) else one["value"],
            _text(one["unit"]),
            _text(one["en"]),
            _text(one["zh"]),
            _text_or_none(one["label"]),
            _text_or_none(one["instant"]),
            tuple(map(_text, one["parts"])),
        )
        for one in given["fields"]
    )
    return EventDocument(
        id=_text(given["id"]),
        algorithm=_text(given["algorithm"]),
        version=_text(given["version"]),
        params=_text(given["params"]),
        subject=_text(given["subject"]),
        device=_text(given["device"]),
        placement=_text_or_none(given["placement"]),
        onset=_text_or_none(given["onset"]),
        confirmed=_text_or_none(given["confirmed"]),
        kind=_text_or_none(given["kind"]),
        stage=_text_or_none(given["stage"]),
        fs=float(given["fs"]),
        fields=fields,
        remarks=tuple(map(_text, given["remarks"])),
        source=tuple(map(_text, given["source"])),
        document_version=_text(given["document_version"]),
    )


def _major(version: Any) -> str:
    return str(version).partition(".")[0]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate key")
    return made


def _no_constant(name: str) -> None:
    raise ValueError(name)
