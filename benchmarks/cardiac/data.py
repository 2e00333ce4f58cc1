"""The development recordings of the heart: found by AGETECH_DATA or beside the repository, never shipped."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BEATS = frozenset("NLRBAaJSVrFejnE/fQ?")
VENTRICULAR = frozenset("VE")
FS = 360.0


def folder() -> Path:
    """Return the data folder; SystemExit that names the variable where there is none."""
    found = Path(os.environ.get("AGETECH_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not (found / "cardiac").is_dir():
        raise SystemExit(f"no cardiac data in {found}: set AGETECH_DATA")
    return found


def digest(*parts: str) -> str:
    """Return the sha256 of the files in these folders, names and bytes in order."""
    taken = hashlib.sha256()
    for part in parts:
        for path in sorted((folder() / part).glob("*.npz")):
            taken.update(path.name.encode() + b"\0" + path.read_bytes())
    return taken.hexdigest()


@dataclass(frozen=True)
class Ecg:
    """One annotated lead: mV at 360 Hz, beats with their symbols, stretches of flutter."""

    name: str
    signal: NDArray[np.float64]
    beats: NDArray[np.int64]
    symbols: NDArray[np.str_]
    flutter: tuple[tuple[int, int], ...]


def arrhythmia() -> list[Ecg]:
    """Return the records of the MIT-BIH Arrhythmia Database that are here, first lead."""
    records = []
    for path in sorted((folder() / "cardiac" / "mitdb").glob("*.npz")):
        with np.load(path) as kept:
            counts = np.cumsum(kept["ch0_diff"], dtype=np.int16).astype(np.float64)
            signal = (counts - kept["adc_zero"][0]) / kept["adc_gain"][0]
            samples, symbols = kept["ann_sample"].astype(np.int64), kept["ann_symbol"].astype(str)
        beat = np.array([symbol in BEATS for symbol in symbols])
        flutter = tuple(zip(samples[symbols == "["].tolist(), samples[symbols == "]"].tolist(), strict=True))
        records.append(Ecg(path.stem, signal, samples[beat], symbols[beat], flutter))
    return records
