"""BIDMC development records and their reference: windows of breathing with two annotators."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FS = 125.0
AGREE = 2.0  # per minute: windows in which the annotators differ by more are left out


def folder() -> Path:
    """Return the folder of development data: AGETECH_DATA, or ../shared/data beside the repository."""
    root = Path(os.environ.get("AGETECH_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
    found = root / "respiration" / "bidmc"
    if not found.is_dir():
        raise FileNotFoundError(f"no data in {found}: set AGETECH_DATA")
    return found


@dataclass(frozen=True)
class Person:
    """One record; 06 to 09 are one person."""

    name: str
    person: int
    signals: dict[str, NDArray[np.float64]]
    marks: tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True)
class Piece:
    """A stretch of a record with its reference rate, per minute; fs may be declared other than it was."""

    start: int
    end: int
    rate: float


def read(path: Path) -> Person:
    """Return one record."""
    held = np.load(path)
    number = int(path.stem.rsplit("_", 1)[1])
    signals = {
        name: np.cumsum(held[column], dtype=np.int16) * float(held[column + "_scale"])
        for name, column in (("impedance", "resp"), ("ppg", "ppg"), ("ecg", "ecg_ii"))
    }
    marks = tuple(held[f"breaths_ann{k}_sample"].astype(np.float64) for k in (1, 2))
    return Person(path.stem, 6 if 6 <= number <= 9 else number, signals, marks)


def records() -> Iterator[Person]:
    """Yield every record."""
    for path in sorted(folder().glob("bidmc_*.npz")):
        yield read(path)


def digest() -> str:
    """Return one digest of all files, so that evidence names its data."""
    whole = hashlib.sha256()
    for path in sorted(folder().glob("bidmc_*.npz")):
        whole.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def rate_of(marks: NDArray[np.float64], start: int, end: int, fs: float) -> float:
    """Return the rate of the breath marks within a window: intervals between the first and the last; NaN under two."""
    inside = marks[(marks >= start) & (marks < end)]
    return 60.0 * (inside.size - 1) * fs / (inside[-1] - inside[0]) if inside.size > 1 else float("nan")


def pieces(person: Person, window: float = 32.0, hop: float = 8.0, fs: float = FS, agree: float = AGREE) -> list[Piece]:
    """Return the windows in which the annotators agree, with the first annotator's rate."""
    length, step = round(window * fs), round(hop * fs)
    made = []
    for start in range(0, person.signals["impedance"].size - length + 1, step):
        one, two = (rate_of(marks, start, start + length, fs) for marks in person.marks)
        if abs(one - two) <= agree:
            made.append(Piece(start, start + length, one))
    return made
