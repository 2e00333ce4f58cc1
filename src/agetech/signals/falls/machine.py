"""The machine of `falls.impact`: resampler, ring, candidates, rows, and what follows a fall.

For each input row `_step` feeds the resampler; for each tick of 20 ms `_tick` writes the ring, looks for candidates and
follows a fall; `_judge` makes a row of a candidate when its after-window is complete. Parameters, plan and fields are in
`impact.py`, features in `features.py`, the classifier in `model.py`.
"""
# ruff: noqa: PLR2004 - numbers of ticks in comparisons; each is said in words beside it

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.algorithm import State
from agetech.core.declare import state_dtype
from agetech.core.kernel import kernel
from agetech.dsp.resample import NONE, RESAMPLED, WHOLE, fresh, give, take
from agetech.dsp.resample import sound as sound_grid
from agetech.signals.falls.features import (
    AFTER,
    BEFORE,
    ENDING,
    GRAVITY,
    LOWEST,
    MEMORY,
    RING,
    WIDTH,
    WORK,
    V,
    activity,
    angle,
    describe,
    mean,
    slot,
    smallest,
)
from agetech.signals.falls.model import logit, odds
from agetech.signals.falls.named import COUNT

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal

NEVER = -(10**9)
CLEAR = 1.0 + 1e-9  # a rival must exceed by more than rounding: a rotated signal gives the same events
IMPACT, DEVICE_DROPPED, FALL = 0, 1, 2  # FallKind
DETECTED, RECOVERED, LONG_LIE = 1, 2, 3  # FallStage
CLIPPED, GAP, INFINITE, SHORT, UNJUDGED = 1, 2, 4, 8, 16  # Remark
APART = 50  # ticks, 1 s: a further candidate is at least so far from an impact that was no fall
STILL = 1.5  # m/s2, ||a| - g| of a body that has settled. Chosen here: see ADR 0070
MOVING = 1.2  # m/s2, 3 s mean of ||a| - g| of a body that walks. Chosen here: see ADR 0070
UPRIGHT = 0.67  # squared cosine of 35 deg, from the direction before the fall. Chosen here: see ADR 0070
LYING = 45.0  # deg, tilt from which the posture tells lying from standing. Chosen here: see ADR 0070
RISEN = 150  # ticks, 3 s of standing or walking are a recovery
SILENT = 3000  # ticks, a minute without data ends the watch over a fall

STATE = state_dtype(
    [
        *RESAMPLED(3),
        ("tick", "i8"),  # ticks so far
        ("top", "f8"),  # largest |a|2 of the rows in the open tick, -1: none
        ("top_row", "i8"),
        ("alike", "i8", 3),  # equal high readings of an axis in a row
        ("previous", "f8", 3),
        ("clipped", "i8"),  # tick of the last clipped row
        ("missing", "i8"),  # of the last missing row
        ("infinite", "i8"),  # of the last infinite row
        ("candidate", "i8"),  # tick of the open candidate, -1: none
        ("best", "f8"),  # its |a|2
        ("flight", "i8"),  # ticks of free flight so far
        ("flown", "i8"),  # last tick of the last long free flight not yet reported
        ("remembered", "i8"),  # ticks in the memory
        ("memory", "f8", 3),  # slow mean of the vector up to 6 s ago
        ("fall", "i8"),  # tick of the fall that is followed, -1: none
        ("onset", "i8"),
        ("impact", "i8"),
        ("settled", "i8"),
        ("remarks", "i8"),
        ("measures", "f8", 6),  # peak, lowest, free_fall, tilt, activity, confidence
        ("features", "f8", COUNT),
        ("upright", "f8", 3),  # direction of gravity before the fall
        ("now", "f8", 3),  # 1 s mean of the vector
        ("moving", "f8"),  # 3 s mean of ||a| - g|
        ("lain", "i8"),  # ticks since the fall that are not missing
        ("risen", "i8"),  # ticks of standing or walking in a row
        ("silent", "i8"),  # missing ticks in a row
        ("told", "i8"),  # long-lie limits reported
    ]
)
FINITE = ("held", "ahead", "rise", "area", "span", "cursor", "top", "best", "memory", "measures", "features", "upright", "now", "moving")


def init(plan: Any) -> State:
    """Return the state before the first row."""
    record = np.zeros(1, STATE)
    fresh(record[0], plan)
    for name in ("clipped", "missing", "infinite", "flown"):
        record[name] = NEVER
    record["candidate"] = record["fall"] = record["top"] = -1
    ring = np.zeros(RING)
    ring[WORK + 3 :: WIDTH] = -1.0
    ring[WORK + 4 :: WIDTH] = -1.0
    return State(record, ring)


def sound(plan: Any, state: State) -> bool:
    """Return whether a loaded state can come from this machine."""
    s, ring = state.record[0], state.ring
    tick, candidate = int(s["tick"]), int(s["candidate"])
    return (
        sound_grid(s, plan.rows, plan.boxes)
        and 0 <= tick <= (int(s["row"]) * plan.boxes) // plan.rows + 1
        and (candidate == -1 or 0 <= tick - 1 - candidate <= AFTER)
        and -1 <= int(s["fall"]) < max(tick, 1)
        and 0 <= int(s["told"]) <= 3
        and all(int(s[name]) >= 0 for name in ("flight", "remembered", "lain", "risen", "silent", "top_row"))
        and int(s["top_row"]) <= int(s["row"])
        and all(NEVER <= int(s[name]) <= tick for name in ("clipped", "missing", "infinite", "flown"))
        and all(bool(np.isfinite(s[name]).all()) for name in FINITE)
        and bool(np.isfinite(ring).all())
        and bool((np.abs(ring[WORK + 5 :: WIDTH]) <= int(s["row"])).all())
    )


def _onset(ring: Signal, p: int) -> int:
    """Return the tick at which the fall phase begins: first |a| under 0.7 g, or first turn by 20 deg, within 1.2 s."""
    for t in range(p - 60, p):
        m = ring[slot(t) + 3]
        if 0.0 <= m < LOWEST:
            return t
        if m >= 0.0 and mean(ring, t - 7, t + 8, V) >= 8 and angle(ring, V, BEFORE) > 0.35:
            return t
    return p


def _settled(ring: Signal, p: int, end: int) -> int:
    """Return the tick from which |a| stays near gravity to the end of the after-window; -1 where it does not."""
    found = -1
    for t in range(end - 25, p, -5):
        if activity(ring, t, t + 25) > STILL:
            break
        found = t
    return found


def _begin(p: Any, t: int) -> int:
    """Return the first input row of tick `t`."""
    first: int = (max(t, 0) * p.rows + p.boxes - 1) // p.boxes
    return first


onset_tick = kernel(_onset)
settled_tick = kernel(_settled)
begin = kernel(_begin)


def _describe_row(p: Any, s: Any, ring: Signal, row: Any, c: int, end: int) -> bool:
    """Fill in everything of a row but its kind for the impact at tick `c`; return whether it can be judged."""
    for j in range(3):
        ring[MEMORY + j] = s.memory[j] if s.remembered >= 25 else 0.0
    known: bool = describe(ring, c, end, row.features)
    k = slot(c)
    row.impact = int(ring[k + 5])
    row.peak = sqrt(ring[k + 4])
    row.stage = DETECTED
    row.placement = p.placement
    row.remarks = p.remark
    row.confirmed = s.row - 1
    row.settled = -1
    row.lowest = smallest(ring, c - 60, c + 1, 1)
    if known:
        first = onset_tick(ring, c)
        row.onset = min(begin(p, first), row.impact)
        rest = settled_tick(ring, c, min(c + AFTER, end))
        if rest >= 0:
            row.settled = min(max(begin(p, rest), row.impact), row.confirmed)
        row.free_fall = row.features[12]
        row.tilt = row.features[1] * 57.29577951308232
        row.activity = activity(ring, c + 50, min(c + AFTER, end))
        row.confidence = odds(logit(p, row.features))
    else:
        row.onset = row.impact
        row.free_fall = row.tilt = row.activity = 0.0
        row.confidence = np.nan
        for j in range(COUNT):
            row.features[j] = 0.0
        row.remarks |= UNJUDGED
    if s.clipped >= c - 5:
        row.remarks |= CLIPPED
    if s.missing >= c - 200:
        row.remarks |= GAP
    if s.infinite >= c - 200:
        row.remarks |= INFINITE
    if c < 125 or end < c + AFTER:
        row.remarks |= SHORT
    return known


describe_row = kernel(_describe_row)


def _keep(s: Any, ring: Signal, row: Any, c: int) -> None:
    """Keep a fall's row and start to follow it."""
    s.fall, s.lain, s.risen, s.silent, s.told, s.moving = c, s.tick - c, 0, 0, 0, 0.0
    s.onset, s.impact, s.settled, s.remarks = row.onset, row.impact, row.settled, row.remarks
    s.measures[0], s.measures[1], s.measures[2] = row.peak, row.lowest, row.free_fall
    s.measures[3], s.measures[4], s.measures[5] = row.tilt, row.activity, row.confidence
    for j in range(COUNT):
        s.features[j] = row.features[j]
    for j in range(3):
        s.upright[j] = ring[BEFORE + j]
        s.now[j] = ring[ENDING + j]


def _retell(p: Any, s: Any, row: Any, stage: int) -> None:
    """Fill in a later row of the fall that is followed."""
    row.onset, row.impact, row.settled, row.remarks = s.onset, s.impact, s.settled, s.remarks
    row.confirmed, row.kind, row.stage, row.placement = s.row - 1, FALL, stage, p.placement
    row.peak, row.lowest, row.free_fall = s.measures[0], s.measures[1], s.measures[2]
    row.tilt, row.activity, row.confidence = s.measures[3], s.measures[4], s.measures[5]
    for j in range(COUNT):
        row.features[j] = s.features[j]


keep = kernel(_keep)
retell = kernel(_retell)


def _judge(p: Any, s: Any, ring: Signal, out: Records, n: int) -> int:
    """Make a row of the open candidate, then open the next one that the ring holds."""
    c, end = s.candidate, s.tick
    row = out[n]
    known = describe_row(p, s, ring, row, c, end)
    if c - 100 <= s.flown <= c + 75:
        row.kind = DEVICE_DROPPED
        s.flown = NEVER
    elif known and logit(p, row.features) >= p.threshold:
        row.kind = FALL
        keep(s, ring, row, c)
    else:
        row.kind = IMPACT
    s.candidate, s.best = -1, 0.0
    if row.kind == IMPACT:
        for t in range(c + APART, end):
            k = slot(t)
            if ring[k + 4] > p.gate and ring[k + 4] > s.best * CLEAR:
                s.candidate, s.best = t, ring[k + 4]
    return n + 1


def _follow(p: Any, s: Any, ring: Signal, out: Records, n: int, t: int) -> int:
    """Follow a fall: recovered when upright or walking for 3 s, a long lie at each limit before that."""
    k = slot(t)
    m = ring[k + 3]
    if m < 0.0:
        s.silent += 1
        if s.silent > SILENT:
            s.fall = -1
        return n
    s.silent = 0
    s.lain += 1
    along, now, up = 0.0, 0.0, 0.0
    for j in range(3):
        s.now[j] += 0.02 * (ring[k + j] - s.now[j])
        along += s.now[j] * s.upright[j]
        now += s.now[j] * s.now[j]
        up += s.upright[j] * s.upright[j]
    s.moving += (abs(m - GRAVITY) - s.moving) / 150.0
    standing = p.posture == 1 and s.measures[3] > LYING and along > 0.0 and along * along > UPRIGHT * now * up
    s.risen = s.risen + 1 if standing or s.moving > MOVING else 0
    if s.risen >= RISEN:
        retell(p, s, out[n], RECOVERED)
        s.fall = -1
        return n + 1
    if s.told < 3 and s.lain >= p.lies[s.told]:
        retell(p, s, out[n], LONG_LIE)
        s.told += 1
        return n + 1
    return n


judge = kernel(_judge)
follow = kernel(_follow)


def _remember(s: Any, ring: Signal, t: int) -> None:
    """Add the tick of 6 s ago to the slow mean of the vector: the memory of how gravity pointed."""
    k = slot(t - 300)
    if t >= 300 and ring[k + 3] >= 0.0:
        s.remembered += 1
        share = 1.0 / min(s.remembered, 1000)
        for j in range(3):
            s.memory[j] += share * (ring[k + j] - s.memory[j])


remember = kernel(_remember)


def _tick(p: Any, s: Any, ring: Signal, out: Records, n: int, made: int) -> int:
    """Write one tick into the ring, look for candidates, judge the open one when its time has come."""
    t = s.tick
    s.tick = t + 1
    k = slot(t)
    m = -1.0
    if made == WHOLE:
        m = sqrt(s.box[0] * s.box[0] + s.box[1] * s.box[1] + s.box[2] * s.box[2])
        ring[k], ring[k + 1], ring[k + 2] = s.box[0], s.box[1], s.box[2]
    top = s.top
    ring[k + 3], ring[k + 4], ring[k + 5] = m, top, float(s.top_row)
    s.top = -1.0
    remember(s, ring, t)
    landed = False
    if 0.0 <= m < p.flight_level:
        s.flight += 1
        if s.flight >= p.flight_ticks:
            s.flown = t
    else:
        landed = s.flight >= p.flight_ticks and m >= 0.0
        s.flight = 0
    if s.candidate >= 0 or top > p.gate or landed:
        if top > s.best * CLEAR:
            s.candidate, s.best = t, top
        if s.candidate >= 0 and t - s.candidate >= AFTER - 1:
            n = judge(p, s, ring, out, n)
    if s.fall >= 0:
        n = follow(p, s, ring, out, n, t)
    return n


tick = kernel(_tick, inline=True)


def _note(p: Any, s: Any, x: Signal, i: int) -> None:
    """Keep the largest row of the open tick; watch for a reading that stands still at a high value."""
    square = x[i, 0] * x[i, 0] + x[i, 1] * x[i, 1] + x[i, 2] * x[i, 2]
    if square > s.top * CLEAR:
        s.top, s.top_row = square, s.row - 1
    if square > p.gate:
        for j in range(3):
            s.alike[j] = s.alike[j] + 1 if x[i, j] == s.previous[j] and abs(x[i, j]) > 14.0 else 0
            s.previous[j] = x[i, j]
            if s.alike[j] >= 2:
                s.clipped = s.tick


note = kernel(_note)


def _miss(s: Any, x: Signal, i: int) -> None:
    """Note a missing row."""
    if s.last >= 0:
        s.missing = s.tick
        for j in range(3):
            if abs(x[i, j]) > 1e300:
                s.infinite = s.tick


miss = kernel(_miss)


def _step(plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
    """Take rows of acceleration; return how many rows were written."""
    p, s, n = plan[0], state[0], 0
    for i in range(x.shape[0]):
        finite = take(p, s, x, i)
        made = give(p, s)
        while made != NONE:
            n = tick(p, s, ring, out, n, made)
            made = give(p, s)
        if finite:
            note(p, s, x, i)
        else:
            miss(s, x, i)
    return n


def _finish(plan: Records, state: Records, ring: Signal, out: Records) -> int:
    """Judge what is still open at the end of the stream by what is known of it."""
    p, s, n = plan[0], state[0], 0
    while s.candidate >= 0:
        n = judge(p, s, ring, out, n)
    return n


step = kernel(_step)
finish = kernel(_finish)
