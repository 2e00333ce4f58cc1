"""Kernels of the regulariser: stamps -> times of the samples -> rows on a uniform grid, in constant memory.

Two ways to place a sample in time. Stamps of the sample itself are taken as they are; what shares a stamp is spread
back to the stamp before. Stamps of arrival say only that a sample is not younger than they are: the k-th sample after
it, stamped t, shows that this one was taken no later than t - k * period. The least of these bounds over the next
`look` seconds is what a least-squares clock follows (alpha-beta gains of a growing, then fixed, memory).
Chosen here, no published text: see ADR 0091.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from agetech.core.declare import state_dtype
from agetech.core.kernel import kernel

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal

DONE, FULL, RATE, STUCK = 0, 1, 2, 3  # why the kernel came back
PLACED, WAITING = 0, 1
DUPLICATE, LATE, JITTER, SET_BACK, MOVED = 1, 2, 3, 4, 5  # what a stamp before the newest is
PIECES = 256
FARTHEST = 1e11  # s; a stamp thousands of years away, infinite or NaN is none
PATIENCE = 5.0  # times the length of a gap that the samples after it wait for what may still come; chosen here
LONGEST_WAIT = 2.5  # s of that at most; the longest such delay of WEDA's watch is 1.9 s
STRAIN = 60  # of the arrival clock (20 a jump, 4 a sample that is early, -1 one that fits) after which it learns anew
SHORTEST = 8  # samples from which a period is estimated; chosen here
MANY_HOLES = 3  # in the time from which a period is estimated; chosen here
SPARSE = 64  # rows a sample from which the declared rate must be wrong; chosen here
TOLERANCE = 1e-3  # of a period: a row that close to a sample is the sample


class Plan(NamedTuple):
    """Settings in samples and seconds.

    arrival: 1 for arrival stamps. hole: a longer interval of stamps is a gap. jitter: a step back of that length is none.
    room: rows that `held` has for waiting samples.
    """

    fs: float
    period: float
    arrival: int
    limit: float
    jump: float
    look: float
    acquire: float
    hole: float
    jitter: float
    room: int
    memory: int


STATE = state_dtype(
    [
        ("started", "i8"),  # a sample has been accepted
        ("newest", "f8"),  # latest stamp, s
        ("first", "i8"),  # held[first:last] wait for their place
        ("last", "i8"),
        ("release", "i8"),  # 1: everything held is placed before the next row is taken
        ("left", "f8"),  # stamp of the sample placed last
        ("spot", "i8"),  # where in `held` a sample that comes late belongs
        ("fill_from", "f8"),  # late samples go on to fill the gap between these stamps
        ("fill_to", "f8"),
        ("wait_from", "f8"),  # a gap of arrivals: what lies this far waits until a stamp, for what may still come
        ("wait_to", "f8"),
        ("strain", "i8"),
        ("step_s", "f8"),  # spacing of samples that share a stamp
        ("group", "i8"),  # how many of them are left to place
        ("ready", "i8"),  # the arrival clock is running
        ("clock", "f8"),  # time of the sample placed last
        ("tick", "f8"),  # period of the source, s
        ("latest", "f8"),  # bound of the sample placed last
        ("age", "i8"),  # samples that the clock has seen, up to the memory
        ("placed", "i8"),  # a sample of this segment has been placed
        ("again", "i8"),  # 1: the row before was a duplicate
        ("seen_n", "i8"),  # rows of `seen` that are filled, and where the next goes
        ("seen_at", "i8"),
        ("open", "i8"),  # the grid has a sample to the left in this segment
        ("active", "i8"),  # rows up to b are still to be written
        ("blank", "i8"),  # NaN rows still to be written
        ("a", "f8"),
        ("b", "f8"),
        ("origin", "f8"),  # time of the segment's first row
        ("k", "i8"),  # next row of the segment
        ("row", "i8"),  # rows written
        ("samples", "i8"),
        ("filled", "i8"),
        ("missing", "i8"),
        ("gaps", "i8"),
        ("repeated", "i8"),
        ("backward", "i8"),
        ("moved", "i8"),
        ("duplicate", "i8"),
        ("late", "i8"),
        ("unstamped", "i8"),
        ("absent", "i8"),
        ("lost", "i8"),
        ("jumps", "i8"),
        ("slewed", "i8"),
        ("bunched", "i8"),
        ("steps_n", "i8"),  # intervals without a gap, and their sum, s
        ("steps_s", "f8"),
    ]
)


def _slope(plan: Records, state: Records, held: Signal) -> float:
    """Return the least-squares period of the longest stretch of held arrivals without a gap, s; 0 where there is none."""
    p, s = plan[0], state[0]
    begin, best, best_end, holes = s.first, s.first, s.first, 0
    for j in range(s.first + 1, s.last + 1):
        if j == s.last or held[j, 0] - held[j - 1, 0] > p.hole:
            if j - begin > best_end - best:
                best, best_end = begin, j
            begin = j
            holes += 1
    if holes > MANY_HOLES:  # no loss but the rhythm of a slow source
        best, best_end = s.first, s.last
    m = best_end - best
    if m < SHORTEST or held[best_end - 1, 0] - held[best, 0] < 0.5 * p.acquire:
        return 0.0
    middle = 0.5 * (m - 1)
    base = held[best, 0]
    top, bottom = 0.0, 0.0
    for j in range(m):
        top += (j - middle) * (held[best + j, 0] - base)
        bottom += (j - middle) * (j - middle)
    return float(top / bottom)


slope = kernel(_slope)


def _bound(state: Records, held: Signal) -> float:
    """Return the latest time, s, at which the first held sample can have been taken by all held arrivals, and keep it."""
    s = state[0]
    least = held[s.first, 0]
    back = 0.0
    for j in range(s.first + 1, s.last):
        back += s.tick
        limit = held[j, 0] - back
        least = min(least, limit)
    s.latest = least
    return float(least)


bound = kernel(_bound)


def _follow(plan: Records, state: Records, held: Signal, forced: int) -> float:
    """Return the time of the first held sample by the arrival clock, and let the clock learn from it."""
    p, s = plan[0], state[0]
    if s.placed == 0:
        return float(bound(state, held))
    expected = s.clock + s.tick
    if forced == 1:
        s.latest = expected
        return float(expected)
    error = bound(state, held) - expected
    step = max(1.5 * s.tick, 0.04)
    learned = 6.0 / (float(s.age) * float(s.age)) * min(max(error, -step), step)
    if error > step:
        s.strain += 20
        s.tick += learned
        s.lost += int(error / s.tick + 0.5)
        return float(expected + error)
    if error < -step:
        s.strain += 4
        s.tick += learned
        s.slewed += 1
        return float(expected - 0.1 * s.tick)
    s.strain = max(0, s.strain - 1)
    s.age = min(s.age + 1, p.memory)
    age = float(s.age)
    s.tick += 6.0 / (age * age) * error
    return float(expected + 4.0 / age * error)


follow = kernel(_follow)


def _known(plan: Records, state: Records, stores: tuple[Signal, ...], stamp: float, values: Signal, row: int) -> int:
    """Return what a stamp at or before the newest is: MOVED (its place is `spot`), DUPLICATE, LATE, JITTER or SET_BACK."""
    p, s = plan[0], state[0]
    held, seen = stores[0], stores[1]
    back = JITTER if s.newest - stamp <= p.jitter else SET_BACK
    later = s.newest
    for step in range(s.last - s.first + s.seen_n):
        at = s.last - 1 - step
        waiting = at >= s.first
        if not waiting:
            at = s.seen_at - 1 - (step - (s.last - s.first))
            at = at if at >= 0 else at + seen.shape[0]
        one = held[at, 0] if waiting else seen[at, 0]
        if one < stamp:
            placed = not waiting and step > s.last - s.first  # samples on both sides have their place
            if s.fill_from <= stamp <= s.fill_to or later - one > p.hole:
                if placed:
                    return LATE
                s.spot = at + 1 if waiting else s.first
                if not s.fill_from <= stamp <= s.fill_to:
                    s.fill_to = later
                s.fill_from = stamp
                return MOVED
            return back
        if one == stamp:
            same = True
            for c in range(values.shape[1]):
                have = held[at, c + 1] if waiting else seen[at, c + 1]
                if have != values[row, c] and not (np.isnan(have) and np.isnan(values[row, c])):
                    same = False
            if same:
                return DUPLICATE
        later = one
    return back


known = kernel(_known)
