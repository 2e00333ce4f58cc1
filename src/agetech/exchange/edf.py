"""EDF and EDF+ files: the header is checked before a library reads it, and a header that lies is an error."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agetech.core import Recording
from agetech.errors import ExchangeError
from agetech.exchange.extras import extra
from agetech.units import UNITS

FIXED, EACH = 256, 256
MOST_SIGNALS = 512
LARGEST = 4 << 30  # bytes
NAMES = {
    "uv": "uV",
    "mv": "mV",
    "v": "V",
    "%": "%",
    "bpm": "/min",
    "1/min": "/min",
    "hz": "Hz",
    "degc": "Cel",
    "l/min": "L/min",
    "mmhg": "mm[Hg]",
    "g": "[g]",
}
WIDTHS = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)  # label, transducer, unit, physical and digital limits, filter, samples, reserved


@dataclass(frozen=True)
class EdfHeader:
    """What the header says of the ordinary signals: name, unit, samples a record; duration of a record, s; records."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    samples: tuple[int, ...]
    record: float
    records: int


def read_edf(path: Path | str, *, signals: tuple[str, ...] | None = None) -> Recording:
    """Return the signals of an EDF or EDF+C file as a recording; channels are named by their labels.

    signals: labels to read, all where None. ExchangeError for a header that contradicts itself or the file's size, equal
    physical or unordered digital limits, no signals, a discontinuous file (EDF+D); E_EXTRA without the extra `edf`.
    """
    name = Path(path).name
    header = read_header(path)
    edfio = extra("edfio", "edf")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            file = edfio.read_edf(Path(path))
            held = {one.label.strip(): one for one in file.signals}
            wanted = [label for label in header.names if signals is None or label in signals]
            channels = {label: np.array(held[label].data, dtype=np.float64) for label in wanted}
    except ExchangeError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library raises or warns of is a damaged file
        raise ExchangeError("E_FILE_DAMAGED", name, expected="EDF", got=str(error)) from None
    if not channels:
        raise ExchangeError("E_FILE_DAMAGED", name, expected=", ".join(header.names), got=", ".join(signals or ()))
    place = {label: k for k, label in enumerate(header.names)}
    rates = {label: header.samples[place[label]] / header.record for label in channels}
    return Recording(channels, fs=rates, units={label: unit_of(header.units[place[label]]) for label in channels})


def unit_of(text: str) -> str:
    """Return the UCUM code of an EDF dimension; 1 where it is none that we know."""
    return text if text in UNITS else NAMES.get(text.lower(), "1")


def read_header(path: Path | str) -> EdfHeader:
    """Return the header of an EDF file after checking all of it against itself and the file's size."""
    name = Path(path).name
    try:
        size = Path(path).stat().st_size
        with Path(path).open("rb") as stream:
            fixed = stream.read(FIXED)
            signals = _whole(fixed[252:256], name, "number of signals", 1, MOST_SIGNALS)
            rest = stream.read(signals * EACH)
    except OSError as error:
        raise ExchangeError("E_FILE_PLACE", name, got=error.strerror or str(error)) from None
    if len(fixed) < FIXED or len(rest) < signals * EACH or size > LARGEST:
        raise _lies(name, "a whole header", f"{size} bytes")
    fields = _fields(rest, signals)
    if fixed[192:197] == b"EDF+D":
        raise _lies(name, "EDF or EDF+C", "EDF+D: discontinuous")
    records = _whole(fixed[236:244], name, "number of records", 1, 10**9)
    record = _number(fixed[244:252], name, "duration of a record")
    if not record > 0.0:
        raise _lies(name, "duration of a record > 0", record)
    if _whole(fixed[184:192], name, "header bytes", 1, 1 << 24) != FIXED + signals * EACH:
        raise _lies(name, f"{FIXED + signals * EACH} header bytes", fixed[184:192].decode("ascii", "replace"))
    samples = [_whole(one, name, "samples in a record", 1, 10**8) for one in fields[8]]
    for k in range(signals):
        low, high = (_number(fields[j][k], name, "physical limit") for j in (3, 4))
        bottom, top = (_whole(fields[j][k], name, "digital limit", -32768, 32767) for j in (5, 6))
        if low == high or bottom >= top:
            raise _lies(name, "physical minimum other than maximum, digital minimum below maximum", f"{low} {high}, {bottom} {top}")
    expected = FIXED + signals * EACH + records * sum(samples) * 2
    if size != expected:
        raise _lies(name, f"{expected} bytes for {records} records", f"{size} bytes")
    labels = [_text(one, name) for one in fields[0]]
    keep = [k for k in range(signals) if not labels[k].startswith(("EDF Annotations", "BDF Annotations"))]
    if not keep or len({labels[k] for k in keep}) != len(keep):
        raise _lies(name, "signals with different labels", ", ".join(labels))
    return EdfHeader(
        tuple(labels[k] for k in keep), tuple(_text(fields[2][k], name) for k in keep), tuple(samples[k] for k in keep), record, records
    )  # fmt: skip


def _fields(rest: bytes, signals: int) -> list[list[bytes]]:
    fields, at = [], 0
    for width in WIDTHS:
        fields.append([rest[at + k * width : at + (k + 1) * width] for k in range(signals)])
        at += signals * width
    return fields


def _lies(name: str, expected: object, got: object) -> ExchangeError:
    return ExchangeError("E_FILE_DAMAGED", name, expected=expected, got=got)


def _text(raw: bytes, name: str) -> str:
    try:
        return raw.decode("ascii").strip()
    except UnicodeDecodeError:
        raise _lies(name, "ASCII", repr(raw)) from None


def _number(raw: bytes, name: str, what: str) -> float:
    try:
        value = float(_text(raw, name))
    except ValueError:
        raise _lies(name, what, repr(raw)) from None
    if not np.isfinite(value):
        raise _lies(name, what, repr(raw))
    return value


def _whole(raw: bytes, name: str, what: str, low: int, high: int) -> int:
    value = _number(raw, name, what)
    if value != int(value) or not low <= value <= high:
        raise _lies(name, f"{what}: {low} .. {high}", repr(raw))
    return int(value)
