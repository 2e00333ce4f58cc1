"""Kernels of the regulariser: rows in, rows of the uniform grid out, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from agetech.core.kernel import kernel
from agetech.dsp.clock import (
    DONE,
    DUPLICATE,
    FARTHEST,
    FULL,
    JITTER,
    LATE,
    LONGEST_WAIT,
    MOVED,
    PATIENCE,
    PIECES,
    PLACED,
    RATE,
    SHORTEST,
    SPARSE,
    STRAIN,
    STUCK,
    TOLERANCE,
    WAITING,
    bound,
    follow,
    known,
    slope,
)

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal


def _write(plan: Records, state: Records, edge: Signal, out: Signal, n: int) -> int:
    """Write rows up to the sample at b into out[n:]; edge holds the samples at a and b. Returns the rows written so far."""
    p, s = plan[0], state[0]
    width = out.shape[1]
    while s.blank > 0 and n < out.shape[0]:
        for c in range(width):
            out[n, c] = np.nan
        s.blank -= 1
        s.row += 1
        n += 1
    if s.blank > 0 or s.active == 0:
        return n
    near = TOLERANCE * p.period
    span = s.b - s.a
    while n < out.shape[0]:
        at = s.origin + s.k / p.fs
        if at > s.b + near:
            break
        if s.b - at <= near:
            for c in range(width):
                out[n, c] = edge[1, c]
        elif at - s.a <= near:
            for c in range(width):
                out[n, c] = edge[0, c]
        elif span > p.limit:
            for c in range(width):
                out[n, c] = np.nan
            s.missing += 1
        else:
            share = (at - s.a) / span
            for c in range(width):
                out[n, c] = edge[0, c] + share * (edge[1, c] - edge[0, c])
            if span > 1.5 * p.period:
                s.filled += 1
        s.k += 1
        s.row += 1
        n += 1
    if s.origin + s.k / p.fs > s.b + near:
        s.active = 0
        s.a = s.b
        for c in range(width):
            edge[0, c] = edge[1, c]
    return n


write = kernel(_write)


def _reach(plan: Records, state: Records, edge: Signal, pieces: Signal, at: float, held: Signal, row: int) -> None:
    """Give the grid its next sample, held[row] at time `at`; a sample without any value is passed over."""
    p, s = plan[0], state[0]
    width = edge.shape[1]
    any_value = False
    for c in range(width):
        value = held[row, c + 1]
        if np.isfinite(value):
            any_value = True
            edge[1, c] = value
        else:
            edge[1, c] = np.nan
    if not any_value:
        s.absent += 1
        return
    if s.open == 0:
        s.open = 1
        s.a, s.origin, s.k = at, at, 0
        slot = s.jumps % PIECES
        pieces[slot, 0] = float(s.row + s.blank)
        pieces[slot, 1] = at
    elif at - s.a > p.limit:
        s.gaps += 1
    s.b, s.active = at, 1


reach = kernel(_reach)


def _accept(plan: Records, state: Records, stores: tuple[Signal, ...], stamp: float, values: Signal, row: int, moved: int) -> None:
    """Let a row wait for its place in time: behind all others, or where it belongs among them."""
    p, s = plan[0], state[0]
    held = stores[0]
    width = values.shape[1]
    if s.last == held.shape[0]:
        for j in range(s.last - s.first):
            for c in range(width + 1):
                held[j, c] = held[s.first + j, c]
        s.spot -= s.first
        s.last -= s.first
        s.first = 0
    spot = s.last
    if moved == 1:
        spot = s.spot
        for j in range(s.last - 1, spot - 1, -1):
            for c in range(width + 1):
                held[j + 1, c] = held[j, c]
    else:
        passed = stamp - s.newest
        if p.arrival == 1 and s.started == 1 and passed > p.hole:
            s.wait_from, s.wait_to = s.newest - p.look, stamp + min(PATIENCE * passed, LONGEST_WAIT)
        s.newest = stamp
        s.fill_from, s.fill_to = 0.0, -1.0
    held[spot, 0] = stamp
    for c in range(width):
        held[spot, c + 1] = values[row, c]
    s.last += 1
    s.started, s.again = 1, 0
    s.samples += 1


accept = kernel(_accept)


def _take(plan: Records, state: Records, stores: tuple[Signal, ...], times: Signal, values: Signal, row: int) -> int:
    """Accept or drop one row and return 1, or return 0 where what is held must be placed first."""
    p, s = plan[0], state[0]
    stamp = times[row]
    waiting = s.last - s.first
    if not abs(stamp) <= FARTHEST:
        s.unstamped += 1
        if p.arrival == 0 or s.started == 0:
            return 1
        stamp = s.newest
    passed = stamp - s.newest if s.started == 1 else 0.0
    moved = 0
    if passed < 0.0 or (passed == 0.0 and s.again == 1):
        kind = known(plan, state, stores, stamp, values, row)
        if kind == DUPLICATE:
            s.duplicate += 1
            s.again = 1
            return 1
        if kind == LATE:
            s.late += 1
            return 1
        if kind == MOVED and passed < 0.0:
            s.moved += 1
            moved = 1
        elif kind == JITTER and passed < 0.0:
            s.backward += 1
            stamp, passed = s.newest, 0.0
    if moved == 0 and (passed < 0.0 or passed > p.jump):
        if waiting > 0:
            s.release = 1
            return 0
        shut(plan, state)
    elif moved == 0 and passed == 0.0 and p.arrival == 0 and s.started == 1:
        s.repeated += 1
    accept(plan, state, stores, stamp, values, row, moved)
    return 1


def _shut(plan: Records, state: Records) -> None:
    """End a segment: a second of NaN rows, so that nothing is joined across it, and a clock that learns anew."""
    p, s = plan[0], state[0]
    if s.open == 1:
        s.blank += int(p.fs + 0.5)
        s.jumps += 1
    s.open, s.active, s.placed, s.wait_to = 0, 0, 0, -FARTHEST
    s.seen_n, s.again, s.started, s.strain = 0, 0, 0, 0
    s.wait_from, s.fill_from, s.fill_to = 0.0, 0.0, -1.0


shut = kernel(_shut)
take = kernel(_take)


def _when(plan: Records, state: Records, held: Signal) -> tuple[int, float]:
    """Return (PLACED, time of the first held sample), or WAITING, or RATE where the arrivals show another rate."""
    p, s = plan[0], state[0]
    full = s.last - s.first >= p.room
    span = s.newest - held[s.first, 0]
    if s.ready == 0:
        if s.release == 0 and not full and span < p.acquire:
            return WAITING, 0.0
        tick = slope(plan, state, held)
        if tick > 0.0 and (tick > 2.0 * p.period or tick < 0.5 * p.period):
            s.tick = tick
            return RATE, 0.0
        sure = int(2.0 * p.acquire * p.fs) + 1  # from here on the device's clock is steadier than a few bad seconds
        learned = s.age >= sure
        if s.tick == 0.0 or (tick > 0.0 and not learned):
            s.tick = tick if tick > 0.0 else p.period
        s.ready, s.strain = 1, 0
        s.age = max(sure, s.age // 2) if learned else min(max(SHORTEST, s.last - s.first), p.memory)
    if s.release == 0 and not full and span < p.look:
        return WAITING, 0.0
    at = follow(plan, state, held, 1 if full else 0)
    if s.placed == 1 and (at - s.clock > p.jump or s.latest < s.clock - 1.0):
        newest = s.newest
        shut(plan, state)
        s.started, s.newest = 1, newest
        at = bound(state, held)
    if s.strain > STRAIN:
        s.ready = 0
    return PLACED, float(at)


when = kernel(_when)


def _share(plan: Records, state: Records, held: Signal) -> tuple[int, float]:
    """Return (PLACED, time of the first held sample) by its own stamp, WAITING, or STUCK where stamps do not advance."""
    p, s = plan[0], state[0]
    if s.group == 0:
        count = 1
        while s.first + count < s.last and held[s.first + count, 0] == held[s.first, 0]:
            count += 1
        if count == s.last - s.first and s.release == 0:
            return (STUCK if count >= p.room else WAITING), 0.0
        room = held[s.first, 0] - s.clock if s.placed == 1 else count * p.period
        s.group = count
        s.step_s = min(p.period, room / count)
    s.group -= 1
    return PLACED, float(held[s.first, 0] - s.group * s.step_s)


share = kernel(_share)


def _place(plan: Records, state: Records, stores: tuple[Signal, ...]) -> int:
    """Place the first held sample, if its time is known by now; return PLACED, WAITING, or why stamps must be refused."""
    p, s = plan[0], state[0]
    held, seen = stores[0], stores[1]
    waiting = s.last - s.first
    if waiting == 0:
        return WAITING
    stamp = held[s.first, 0]
    passed = stamp - s.left
    if p.arrival == 1:
        wait = s.wait_from <= stamp and s.newest < s.wait_to
    else:
        wait = s.placed == 1 and passed > p.hole and s.newest - stamp < min(PATIENCE * passed, LONGEST_WAIT)
    if s.fill_from <= s.fill_to <= stamp:
        wait = s.newest - stamp < LONGEST_WAIT
    if wait and s.release == 0 and waiting < p.room:
        return WAITING
    if p.arrival == 1:
        why, at = when(plan, state, held)
    else:
        why, at = share(plan, state, held)
    if why != PLACED:
        return why  # type: ignore[no-any-return]
    if s.placed == 1:
        if passed < 0.25 * p.period:
            s.bunched += 1
        if passed <= p.hole:
            s.steps_n += 1
            s.steps_s += passed
    s.clock, s.left, s.placed = at, stamp, 1
    reach(plan, state, stores[2], stores[3], at, held, s.first)
    for c in range(held.shape[1]):
        seen[s.seen_at, c] = held[s.first, c]
    s.seen_at = s.seen_at + 1 if s.seen_at + 1 < seen.shape[0] else 0
    s.seen_n = min(s.seen_n + 1, seen.shape[0])
    s.first += 1
    if s.first == s.last:
        s.first, s.last, s.release = 0, 0, 0
    return RATE if s.row > SPARSE * s.samples + 4.0 * p.jump * p.fs else PLACED


place = kernel(_place)


def _advance(
    plan: Records,
    state: Records,
    stores: tuple[Signal, Signal, Signal, Signal],
    times: Signal,
    values: Signal,
    out: Signal,
    row: int,
    ending: int,
) -> tuple[int, int, int]:
    """Take rows of times and values from `row` on and write grid rows to `out`.

    stores: held, seen, edge, pieces. ending: 1 places everything once the rows are taken.
    Returns (next row to take, rows written, DONE, FULL, RATE or STUCK); after FULL it goes on with a new `out`.
    """
    p, s = plan[0], state[0]
    held = stores[0]
    n = 0
    while True:
        if s.blank > 0 or s.active == 1:
            n = write(plan, state, stores[2], out, n)
            if s.blank > 0 or s.active == 1:
                return row, n, FULL
        waiting = s.last - s.first
        early = waiting < 2 or (p.arrival == 1 and s.ready == 1 and waiting < p.room and s.newest - held[s.first, 0] < p.look)  # noqa: PLR2004
        if waiting > 0 and (s.release == 1 or not early):
            why = place(plan, state, stores)
            if why == PLACED:
                continue
            if why != WAITING:
                return row, n, why
        if row < times.shape[0]:
            row += take(plan, state, stores, times, values, row)
        elif ending == 1 and waiting > 0:
            s.release = 1
        else:
            return row, n, DONE


advance = kernel(_advance)
