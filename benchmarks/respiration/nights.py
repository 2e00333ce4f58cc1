"""Nights made of real breaths: a BIDMC impedance record, repeated, with apneas and hypopneas put between its breaths.

An apnea holds the level of the last end of expiration and keeps the person's own ripple above 0.8 Hz (the heart); a
hypopnea keeps the breaths at 30 to 60 % of their size. SpO2 falls 18 s after an event begins and rises 18 s after it
ends; its depth is known, so that desaturations can be counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.respiration import bidmc

Signal = NDArray[np.float64]
APART = 45.0  # s of breathing between events, so that each has a fall of its own
DELAY = 18.0  # s from lung to finger


@dataclass(frozen=True)
class Night:
    """breathing at fs; spo2 at 1 Hz; events: (start, end, kind, points of SpO2), s, kind "apnea" or "hypopnea"."""

    breathing: Signal
    fs: float
    spo2: Signal
    events: list[tuple[float, float, str, float]]


def ripple(x: Signal, fs: float) -> Signal:
    """Return what lies above 0.8 Hz."""
    f = np.fft.rfftfreq(x.size, 1.0 / fs)
    spectrum = np.fft.rfft(x)
    spectrum[f < 0.8] = 0.0
    return np.fft.irfft(spectrum, x.size)


def night(person: bidmc.Person, seed: int, copies: int = 4, share: float = 0.5) -> Night:
    """Return a night of one person's breaths; `share` of the events are apneas."""
    rng = np.random.default_rng(seed)
    fs, x = 25.0, person.signals["impedance"]
    x = x[: x.size // 5 * 5].reshape(-1, 5).mean(axis=1)
    x = (x - np.median(x)) / np.std(x)
    marks = person.marks[0] / 5.0
    own = ripple(x, fs)
    parts: list[Signal] = []
    events: list[tuple[float, float, str, float]] = []
    at = 0
    for _ in range(copies):
        begin, free = 0, at + 30.0 * fs
        for k in range(12, marks.size - 8):
            low, high = int(marks[k]), int(marks[k + 1])
            cut = low + int(np.argmin(x[low:high])) if high > low else low
            if cut <= begin or at + cut - begin < free:
                continue
            parts.append(x[begin:cut])
            at += cut - begin
            begin = cut
            if rng.uniform() < share:
                n = int(rng.uniform(13.0, 40.0) * fs)
                start = int(rng.integers(0, max(1, own.size - n)))
                still = np.resize(own[start : start + n], n)
                parts.append(x[cut] + still)
                events.append((at / fs, (at + n) / fs, "apnea", float(rng.uniform(3.6, 9.0))))
                at += n
                free = at + APART * fs
            else:
                breaths = min(marks.size - 1, k + int(rng.integers(6, 10)))
                end = (
                    int(marks[breaths]) + int(np.argmin(x[int(marks[breaths]) : int(marks[breaths]) + int(3 * fs)]))
                    if breaths < marks.size
                    else cut
                )
                if end - cut >= 13 * fs and end - cut < 60 * fs:
                    size = rng.uniform(0.3, 0.6)
                    slow = x[cut:end] - own[cut:end]
                    parts.append(x[cut] + size * (slow - slow[0]) + own[cut:end] * size)
                    events.append((at / fs, (at + end - cut) / fs, "hypopnea", float(rng.uniform(3.6, 6.0))))
                    at += end - cut
                    begin = end
                    free = at + APART * fs
        parts.append(x[begin:])
        at += x.size - begin
    breathing = np.concatenate(parts)
    return Night(breathing, fs, oxygen(breathing.size / fs, events, rng), events)


def oxygen(seconds: float, events: list[tuple[float, float, str, float]], rng: np.random.Generator) -> Signal:
    """Return SpO2, percent in whole points, at 1 Hz: falls from 18 s after the begin to 18 s after the end, back in 15 s."""
    t = np.arange(int(seconds))
    fall = np.zeros(t.size)
    for start, end, _, points in events:
        down = np.clip((t - start - DELAY) / (end - start), 0.0, 1.0)
        up = np.clip((t - end - DELAY) / 15.0, 0.0, 1.0)
        fall = np.maximum(fall, points * (down - up) * (down > 0.0))
    base = 96.0 + 0.4 * np.sin(2.0 * np.pi * t / 1800.0) + 0.15 * rng.normal(size=t.size)
    return np.round(base - fall)


def matched(found: list[tuple[float, float]], truth: list[tuple[float, float]], iou: float = 0.5) -> int:
    """Return how many found events match a true one, one to one, by intersection over union."""
    left = list(truth)
    hits = 0
    for a, b in found:
        scores = [max(0.0, min(b, d) - max(a, c)) / (max(b, d) - min(a, c)) for c, d in left]
        if scores and max(scores) >= iou:
            left.pop(int(np.argmax(scores)))
            hits += 1
    return hits
