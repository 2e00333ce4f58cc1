"""Excursion of breathing over sliding windows, its baseline, and the runs in which it stays low."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agetech.core.kernel import kernel
from agetech.signals.sleep.layout import (
    APNEA,
    BASE,
    BASE_SIZE,
    HYPOPNEA,
    PENDING,
    PENDING_SIZE,
    PENDING_WIDTH,
    RAW,
    RAW_SIZE,
    SMOOTH,
    SMOOTH_SIZE,
    SORTED,
    WAVE,
    WAVE_SIZE,
)

if TYPE_CHECKING:
    from agetech.core.declare import Signal

LEAST_BASE = 15  # seconds of normal breathing before there is a baseline
LARGEST = 2.5  # baselines: more is movement or a recovery breath and no part of the baseline
RELEARN = 20  # seconds of the old baseline kept when an amplitude change lasts too long to be an event


def _smoothed(plan: Any, s: Any, ring: Signal) -> float:
    """Return the triangle-weighted mean of the last ticks; NaN where more than a third of them are missing."""
    width = 2 * plan.half + 1
    total = 0.0
    weights = 0.0
    missing = 0
    for k in range(width):
        value = ring[RAW + (s.ticks - 1 - k) % RAW_SIZE]
        weight = plan.half + 1.0 - abs(k - plan.half)
        if value - value == 0.0:
            total += weight * value
            weights += weight
        else:
            missing += 1
    return total / weights if 3 * missing <= width and weights > 0.0 else float("nan")


smoothed = kernel(_smoothed)


def _excursion(s: Any, ring: Signal, window: int) -> float:
    """Return the largest less the smallest of the last `window` smoothed ticks; NaN where one is missing or they are too few."""
    if s.smooths < window:
        return float("nan")
    low = ring[SMOOTH + (s.smooths - 1) % SMOOTH_SIZE]
    high = low
    for k in range(window):
        value = ring[SMOOTH + (s.smooths - 1 - k) % SMOOTH_SIZE]
        if value - value != 0.0:
            return float("nan")
        low = min(low, value)
        high = max(high, value)
    return float(high - low)


excursion = kernel(_excursion)


def _sort_into(values: Signal, ring: Signal, many: int) -> None:
    """Sort the first `many` of the room in place (insertion: few values, nearly sorted is fast)."""
    for i in range(1, many):
        value = ring[SORTED + i]
        j = i
        while j > 0 and ring[SORTED + j - 1] > value:
            ring[SORTED + j] = ring[SORTED + j - 1]
            j -= 1
        ring[SORTED + j] = value


sort_room = kernel(_sort_into)


def _settle(s: Any, ring: Signal) -> None:
    """Renew the baseline, the median of its seconds, and their scatter, the median distance from it."""
    many = min(s.bases, BASE_SIZE)
    for k in range(many):
        ring[SORTED + k] = ring[BASE + k]
    sort_room(ring, ring, many)
    s.usual = ring[SORTED + many // 2]
    for k in range(many):
        ring[SORTED + k] = abs(ring[BASE + k] - s.usual)
    sort_room(ring, ring, many)
    s.scatter = ring[SORTED + many // 2]


settle = kernel(_settle)


def _learn(s: Any, ring: Signal, value: float) -> None:
    """Take one second's excursion into the baseline unless it is an event's or a movement's; renew median and scatter."""
    if s.usual > 0.0 and s.bases >= LEAST_BASE and (value > LARGEST * s.usual or s.hypopnea_from >= 0 or s.apnea_from >= 0):
        return
    ring[BASE + s.bases % BASE_SIZE] = value
    s.bases += 1
    settle(s, ring)


learn = kernel(_learn)


def _forget(s: Any, ring: Signal) -> None:
    """Begin a new baseline from the last seconds: the amplitude changed for good (posture, sensor)."""
    for k in range(RELEARN):
        ring[BASE + k] = ring[WAVE + (s.seconds - RELEARN + k) % WAVE_SIZE]
    usable = 0
    for k in range(RELEARN):
        value = ring[BASE + k]
        if value - value == 0.0:
            ring[BASE + usable] = value
            usable += 1
    s.bases = usable
    s.hypopnea_from = -1
    s.usual = 0.0
    if usable > 0:
        settle(s, ring)


forget = kernel(_forget)


def _follow(plan: Any, s: Any, value: float) -> None:
    """Follow tops and bottoms, and the breath's period in ticks (an average that forgets in about eight breaths)."""
    need = 0.3 * s.usual
    if s.going >= 0 and value > s.high:
        s.high = value
        s.top = s.smooths
    elif s.going >= 0 and value < s.high - need:
        lasts = float(s.top - s.last_top)
        if s.last_top > 0 and 1.0 * plan.second <= lasts <= 12.0 * plan.second:
            s.period += (lasts - s.period) / 8.0
        s.last_top = s.top
        s.going = -1
        s.low = value
    elif s.going <= 0 and value < s.low:
        s.low = value
    elif s.going <= 0 and value > s.low + need:
        s.going = 1
        s.high = value
        s.top = s.smooths


follow = kernel(_follow)


def _keep(s: Any, ring: Signal, onset: int, offset: int, kind: int, depth: float, quality: float) -> None:
    """Put an event at the end of those that wait for their SpO2; it replaces its own beginning.

    When 16 wait already the oldest gives way.
    """
    if s.pending > 0 and ring[PENDING + (s.pending - 1) * PENDING_WIDTH] == onset:
        s.pending -= 1
    if s.pending >= PENDING_SIZE:
        for k in range((PENDING_SIZE - 1) * PENDING_WIDTH):
            ring[PENDING + k] = ring[PENDING + PENDING_WIDTH + k]
        s.pending = PENDING_SIZE - 1
    at = PENDING + s.pending * PENDING_WIDTH
    ring[at] = onset
    ring[at + 1] = offset
    ring[at + 2] = kind
    ring[at + 3] = depth
    ring[at + 4] = quality
    s.pending += 1


keep = kernel(_keep)


def _end_apnea(plan: Any, s: Any, ring: Signal, now: int) -> None:
    """Close the run of apnea at tick `now` and keep it if it was long enough."""
    if s.apnea_from >= 0 and now - s.apnea_from >= plan.least:
        quality = min(max(1.0 - 2.0 * s.scatter / s.usual, 0.0), 1.0)
        keep(s, ring, s.apnea_from * plan.block, now * plan.block, APNEA, 1.0 - s.apnea_least / s.usual, quality)
        s.apnea_until = now
    if s.apnea_from >= 0:
        s.run_from = s.apnea_from
        s.run_until = now
    s.apnea_from = -1


end_apnea = kernel(_end_apnea)


def _end_hypopnea(plan: Any, s: Any, ring: Signal, now: int) -> None:
    """Close the run of low breathing at tick `now`; keep it if it was long enough and held no apnea."""
    if s.hypopnea_from >= 0 and now - s.hypopnea_from >= plan.least and s.apnea_until <= s.hypopnea_from and s.apnea_from < 0:
        quality = min(max(1.0 - 2.0 * s.scatter / s.usual, 0.0), 1.0)
        keep(s, ring, s.hypopnea_from * plan.block, now * plan.block, HYPOPNEA, 1.0 - s.hypopnea_least / s.usual, quality)
    s.hypopnea_from = -1


end_hypopnea = kernel(_end_hypopnea)


def _runs(plan: Any, s: Any, ring: Signal, brief: float, whole: float, window: int) -> None:
    """Open and close the runs of one tick. brief, whole: excursion over the apnea's window and over one breath."""
    now = s.smooths - plan.half
    known = s.usual > 0.0 and s.bases >= LEAST_BASE
    if not known or brief - brief != 0.0:
        s.apnea_from = -1
        s.hypopnea_from = -1
        return
    if brief <= plan.apnea * s.usual:
        if s.lost == 0:
            if s.apnea_from < 0:
                s.apnea_from = max(now - plan.apnea_window, 0)
                s.apnea_least = brief
                if s.run_from >= 0 and s.apnea_from - s.run_until < plan.merge:
                    s.apnea_from = s.run_from
                s.run_from = -1
            s.apnea_least = min(s.apnea_least, brief)
            if now - s.apnea_from >= plan.longest:
                end_apnea(plan, s, ring, now)
                s.lost = 1
    else:
        end_apnea(plan, s, ring, now)
        s.lost = 0
    limit = min(plan.hypopnea * s.usual, s.usual - 2.0 * s.scatter)  # where breaths vary, a fall must stand out
    if whole - whole == 0.0 and whole <= limit:
        if s.hypopnea_from < 0:
            s.hypopnea_from = max(now - window, 0)
            s.hypopnea_least = whole
        s.hypopnea_least = min(s.hypopnea_least, whole)
        if now - s.hypopnea_from > plan.longest and s.apnea_from < 0 and s.lost == 0:
            forget(s, ring)
    else:
        end_hypopnea(plan, s, ring, now)


runs = kernel(_runs)
