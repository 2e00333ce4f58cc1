"""A simulated night: breathing with apneas and hypopneas, the SpO2 that follows, and what happened.

SpO2 falls from 18 s after an event begins to 18 s after it ends (lung to finger) and comes back within 15 s; it is told in
whole percent, as devices do. Simulated, and no evidence of how an algorithm does on people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agetech.errors import ParamsError
from agetech.simulate.radar import Sleeper, breathing

Signal = NDArray[np.float64]
DELAY, BACK = 18.0, 15.0  # s
APNEAS = 0.5  # share of the events
APART = 60.0  # s of breathing between events


@dataclass(frozen=True, slots=True)
class NightEvent:
    """One event: begin and end, s; share of the breathing that is left (0: apnea); points of SpO2."""

    start: float
    end: float
    left: float
    points: float


@dataclass(frozen=True, slots=True)
class SimulatedNight:
    """breathing: displacement, m, at fs; spo2: percent at 1 Hz; what happened; breaths: tops of the breaths, s."""

    breathing: Signal
    fs: float
    spo2: Signal
    events: tuple[NightEvent, ...]
    breaths: Signal
    simulated: bool = True


def simulated_night(
    hours: float = 8.0, *, seed: int = 0, events_per_hour: float = 12.0, fs: float = 25.0, rate: float = 14.0
) -> SimulatedNight:
    """Return a night; the same arguments give the same bytes. Half of the events are apneas, half hypopneas.

    ParamsError for hours or rates that are not above 0, a negative seed, or more events than fit.
    """
    if not (hours > 0 and fs > 0 and rate > 0 and seed >= 0 and 0 <= events_per_hour <= 30):  # noqa: PLR2004 - a minute and a half each
        raise ParamsError(
            "E_PARAM", "simulate.night", expected="hours, fs, rate > 0; seed >= 0; 0 to 30 events per hour", got=f"{hours}, {fs}, {rate}"
        )
    rng = np.random.default_rng(np.random.PCG64(seed))
    seconds = hours * 3600.0
    events: list[NightEvent] = []
    free = 180.0
    while events_per_hour > 0 and free < seconds - 120.0:
        start = free + rng.exponential(max(3600.0 / events_per_hour - APART - 25.0, 1.0))
        end = start + rng.uniform(12.0, 38.0)
        if end > seconds - APART:
            break
        events.append(NightEvent(start, end, 0.0 if rng.uniform() < APNEAS else rng.uniform(0.3, 0.55), rng.uniform(3.8, 9.0)))
        free = end + APART
    t = np.arange(round(seconds * fs)) / fs
    stops = tuple((e.start, e.end) for e in events if e.left == 0.0)
    chest, tops = breathing(Sleeper(rate=rate, apneas=stops), t, rng)
    for event in events:
        if event.left > 0.0:
            chest[(t >= event.start) & (t < event.end)] *= event.left
    clock = np.arange(int(seconds), dtype=np.float64)
    fall = np.zeros(clock.size)
    for event in events:
        down = np.clip((clock - event.start - DELAY) / (event.end - event.start), 0.0, 1.0)
        fall += event.points * (down - np.clip((clock - event.end - DELAY) / BACK, 0.0, 1.0))
    base = 96.0 + 0.4 * np.sin(2.0 * np.pi * clock / 5400.0) + 0.15 * rng.normal(size=clock.size)
    return SimulatedNight(chest, fs, np.round(base - np.maximum(fall, 0.0)), tuple(events), tops)
