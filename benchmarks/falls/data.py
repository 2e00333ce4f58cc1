"""The developers' fall recordings, and what is done to them: other rates, dropped rows, clipping, gain.

Recordings are found by AGETECH_DATA or ../shared/data; nothing of them is copied into the project.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter, lfilter_zi

GRAVITY = 9.80665
Signal = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[2]


def folder() -> Path:
    """Return where the recordings are; FileNotFoundError where they are not."""
    place = Path(os.environ.get("AGETECH_DATA", ROOT.parent / "shared" / "data")) / "falls"
    if not place.is_dir():
        raise FileNotFoundError(f"no recordings in {place}: set AGETECH_DATA")
    return place


@dataclass(frozen=True)
class Take:
    """One recording: acceleration in m/s2 with gravity; `times` are arrival stamps where the source has them."""

    name: str
    person: str
    fall: bool
    acc: Signal
    fs: float
    times: Signal | None = None
    span: tuple[float, float] | None = None  # hand label of the fall, s on the clock of `times`

    @property
    def activity(self) -> str:
        """Return the activity's code, such as F01."""
        return self.name.split("_")[0]

    @property
    def elder(self) -> bool:
        """Return whether the person is one of the elders."""
        return self.person.startswith("SE") or (self.person.startswith("U") and int(self.person[1:]) > 20)

    def changed(self, acc: Signal, fs: float) -> Take:
        """Return the recording with another signal."""
        return Take(self.name, self.person, self.fall, acc, fs, self.times, self.span)


def digests(source: str) -> dict[str, str]:
    """Return the sha256 of each file of a source."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder() / source).glob("*.npz"))}


def takes(source: str) -> list[Take]:
    """Return all recordings of `sisfall` or `weda` as they were stored."""
    found = []
    for path in sorted((folder() / source).glob("*.npz")):
        with np.load(path) as z:
            acc, start, fs = z["acc"] * float(z["acc_scale"]), z["start"], float(z["fs"])
            for k, name in enumerate(z["names"]):
                rows = slice(start[k], start[k + 1])
                stamped = "t" in z.files
                times = z["t"][rows].astype(np.float64) if stamped else None
                span = (float(z["fall_start"][k]), float(z["fall_end"][k])) if stamped and z["is_fall"][k] else None
                found.append(Take(str(name), path.stem, bool(z["is_fall"][k]), np.ascontiguousarray(acc[rows]), fs, times, span))
    return found


def picked(take: Take, fs: float, phase: int = 0) -> Take:
    """Return every k-th row: a slower sensor without a filter of its own."""
    k = round(take.fs / fs)
    return take.changed(np.ascontiguousarray(take.acc[phase % k :: k]), take.fs / k)


def averaged(take: Take, fs: float) -> Take:
    """Return means of k rows: a slower sensor that filters."""
    k = round(take.fs / fs)
    n = len(take.acc) // k
    return take.changed(take.acc[: n * k].reshape(n, k, 3).mean(axis=1), take.fs / k)


def interpolated(take: Take, fs: float) -> Take:
    """Return the signal read at another rate by linear interpolation."""
    t = np.arange(len(take.acc)) / take.fs
    new = np.arange(int(t[-1] * fs) + 1) / fs
    return take.changed(np.column_stack([np.interp(new, t, take.acc[:, c]) for c in range(3)]), fs)


def smoothed(take: Take, cutoff: float) -> Take:
    """Return the signal behind two first-order low passes at `cutoff` Hz, as in phones and watches."""
    share = 1.0 - np.exp(-2.0 * np.pi * cutoff / take.fs)
    acc = take.acc
    for _ in range(2):
        rest = np.array([1.0, share - 1.0])
        start = lfilter_zi([share], rest)
        acc = lfilter([share], rest, acc, axis=0, zi=start[:, None] * acc[:1])[0]
    return take.changed(np.ascontiguousarray(acc), take.fs)


def clipped(take: Take, limit: float) -> Take:
    """Return the signal clipped on each axis at `limit` g."""
    return take.changed(np.clip(take.acc, -limit * GRAVITY, limit * GRAVITY), take.fs)


def dropped(take: Take, share: float, seed: int) -> Take:
    """Return the signal with a share of its rows missing at random."""
    acc = take.acc.copy()
    acc[np.random.default_rng([seed, len(acc)]).random(len(acc)) < share] = np.nan
    return take.changed(acc, take.fs)


def scaled(take: Take, gain: float, bias: float, seed: int) -> Take:
    """Return the signal with a gain and a bias of `bias` g in a random direction."""
    way = np.random.default_rng([seed, len(take.acc)]).normal(size=3)
    return take.changed(take.acc * gain + way / np.linalg.norm(way) * bias * GRAVITY, take.fs)


def turned(take: Take, seed: int) -> Take:
    """Return the signal in a sensor that is mounted in another fixed direction."""
    q, r = np.linalg.qr(np.random.default_rng([seed, len(take.acc)]).normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    q[:, 0] *= np.linalg.det(q)
    return take.changed(take.acc @ q.T, take.fs)


def shortened(take: Take, seed: int) -> Take:
    """Return the signal from a random place up to 4 s later on."""
    cut = int(np.random.default_rng([seed, len(take.acc)]).uniform(0.0, 4.0 if take.fs > 100.0 else 1.0) * take.fs)
    return take.changed(np.ascontiguousarray(take.acc[cut:]), take.fs)


Change = Callable[[Take], Take]


def changes(fs: float) -> Iterator[tuple[str, Change]]:
    """Return the named changes that training uses beside the signal as it is, for recordings at `fs` Hz."""
    if fs > 100.0:
        yield "100 Hz", lambda one: picked(one, 100.0)
        yield "50 Hz", lambda one: picked(one, 50.0, 1)
        yield "50 Hz, means", lambda one: averaged(one, 50.0)
    yield "25 Hz", lambda one: picked(one, 25.0)
    yield "25 Hz, later", lambda one: picked(one, 25.0, 1 if one.fs < 100.0 else 4)
    yield "25 Hz, means", lambda one: averaged(one, 25.0)
    yield "20 Hz", lambda one: interpolated(one, 20.0)
    yield "20 Hz, means", lambda one: averaged(one, 20.0) if one.fs > 100.0 else interpolated(smoothed(one, 9.0), 20.0)
    yield "soft sensor", lambda one: interpolated(smoothed(one, 12.0), 50.0)
    yield "clipped at 4 g", lambda one: clipped(one, 4.0)
    yield "30 % dropped", lambda one: dropped(one, 0.3, 1)
    yield "30 % dropped, again", lambda one: dropped(picked(one, 50.0, 3), 0.3, 7)
    yield "10 % missing at 50 Hz", lambda one: dropped(picked(one, 50.0, 2), 0.1, 2)
    yield "gain +5 %", lambda one: scaled(one, 1.05, 0.1, 4)
    yield "gain -5 %", lambda one: scaled(one, 0.95, 0.1, 5)
    yield "started later", lambda one: shortened(one, 6)
