"""Where each part of the state of `sleep.breathing` lies, its settings in ticks and samples, and its kinds of events."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from agetech.core.declare import state_dtype

RATE = 8.0  # ticks a second, about: the internal rate
# The one float64 ring of the state, by offset.
RAW, RAW_SIZE = 0, 16  # last block means
SMOOTH, SMOOTH_SIZE = 16, 128  # smoothed signal; the longest window is 12 s
BASE, BASE_SIZE = 144, 120  # excursions of normal seconds
WAVE, WAVE_SIZE = 264, 256  # excursion of each second, for periodic breathing
OXYGEN, OXYGEN_SIZE = 520, 330  # SpO2 of each second
SORTED, SORTED_SIZE = 850, 330  # room
PENDING, PENDING_SIZE, PENDING_WIDTH = 1180, 16, 5  # events that wait for SpO2: onset, offset, kind, depth, quality
SIZE = PENDING + PENDING_SIZE * PENDING_WIDTH

APNEA, HYPOPNEA, UNCONFIRMED, DESATURATION, PERIODIC = 1, 2, 3, 4, 5  # as in BreathEventKind; kernels take plain numbers


class BreathEventKind(IntEnum):
    """What an event is."""

    APNEA = 1
    HYPOPNEA = 2
    HYPOPNEA_UNCONFIRMED = 3  # no SpO2 that could confirm it
    DESATURATION = 4
    PERIODIC = 5  # a stretch of periodic breathing


class Plan(NamedTuple):
    """Settings in ticks, seconds and samples."""

    block: int  # samples of breathing in a tick
    second: int  # ticks in a second
    half: int  # ticks: half width of the smoothing
    apnea_window: int  # ticks
    least: int  # ticks: shortest event
    longest: int  # ticks: longest event
    merge: int  # ticks: a shorter break does not end an apnea
    finger: int  # ticks: least delay from lung to finger
    wait: int  # ticks from the end of an event to its row
    apnea: float  # share of the baseline that remains
    hypopnea: float
    drop: float  # points of SpO2
    oxygen_block: int  # samples of SpO2 in an entry
    oxygen_step: float  # samples of breathing in an entry
    oxygen_window: int  # entries of the baseline of SpO2
    oxygen_longest: int  # entries: longest desaturation
    tick_rate: float  # Hz


STATE = state_dtype(
    [
        ("index", "i8"),  # samples of breathing seen
        ("count", "i8"),
        ("holes", "i8"),
        ("total", "f8"),
        ("ticks", "i8"),
        ("smooths", "i8"),
        ("seconds", "i8"),
        ("bases", "i8"),
        ("usual", "f8"),  # baseline excursion; 0 before it is known
        ("scatter", "f8"),  # median absolute deviation of the baseline's seconds
        ("period", "f8"),  # ticks
        ("going", "i8"),
        ("high", "f8"),
        ("low", "f8"),
        ("top", "i8"),
        ("last_top", "i8"),
        ("apnea_from", "i8"),  # ticks; -1: none
        ("apnea_least", "f8"),
        ("run_from", "i8"),  # the run of apnea before, kept or too short: a new one close to it goes on with it
        ("run_until", "i8"),
        ("hypopnea_from", "i8"),
        ("hypopnea_least", "f8"),
        ("apnea_until", "i8"),  # end of the last apnea, ticks
        ("lost", "i8"),  # 1 after the longest apnea, until breathing comes back
        ("pending", "i8"),
        ("entries", "i8"),
        ("oxygen_count", "i8"),
        ("oxygen_good", "i8"),
        ("oxygen_total", "f8"),
        ("falling", "i8"),  # entry at which the desaturation began; -1: none
        ("from_", "f8"),
        ("nadir", "f8"),
        ("under", "i8"),
        ("periodic_from", "i8"),  # second; -1: none
        ("periodic_depth", "f8"),
        ("periodic_lag", "f8"),
    ]
)
