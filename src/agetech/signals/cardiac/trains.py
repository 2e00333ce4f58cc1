"""Trains of pulses: the machine that cardiac.ppg and cardiac.bcg share, each with its own band and envelope.

`_step` averages the samples to about 50 Hz and passes each tick through the band. The envelope is the sum of rises
over a short time (a pulse wave's upstroke, Zong 2003) or the mean square (the complex of a ballistic beat). Its peaks
are candidates; one is a pulse when it is high against the last eight, the more so the earlier it comes. Pulses are
given while the last eight are alike and evenly spaced enough (`_trusted`), otherwise they are withheld.
"""

# ruff: noqa: PLR2004 - levels stand where they are used, each beside its reason
from __future__ import annotations

from math import ceil, log
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agetech.core.algorithm import State
from agetech.core.declare import Field, state_dtype
from agetech.core.kernel import kernel
from agetech.dsp.biquad import bandpass, cascade
from agetech.dsp.history import centred, median, product, remember
from agetech.units import BITS, NUMBER, SAMPLE, SECOND

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal

PAST = 8
SLOTS = 16
SLOT = 3
TICK, HEIGHT, LIKENESS = range(SLOT)
SHAPES = 3
NEVER = -1
HUGE = 1e100
SMALL = 1e-6  # a wave below this share of the signal's way from its origin, or a rise by less of itself, is none: rounding
LN = (log(0.45), log(0.7))  # height against the usual: at its time, and early. Chosen here: ADR 0085
FIRST, SEARCHED, MISSING = 1, 2, 4


class Plan(NamedTuple):
    """The plan: rates, counts in ticks and samples, coefficients, and where each memory begins in the ring."""

    fs: float
    rate: float
    factor: int
    bands: Signal
    rises: int
    span: int
    kept: int
    arm: int
    width: int
    apart: int
    delay: int
    bridge: int
    learning: int
    trust: float
    wave: int
    sums: int
    filters: int
    heights: int
    intervals: int
    likes: int
    waiting: int
    shapes: int
    scratch: int
    room: int


STATE = state_dtype(
    [(name, "i8") for name in ("index", "group", "valid", "missing", "tick", "lost", "since", "place", "turn", "rising", "peak_tick")]
    + [(name, "i8") for name in ("last", "waiting", "beats", "spans", "shapes", "learning", "due", "trusted", "remarks")]
    + [(name, "f8") for name in ("total", "held", "origin", "before", "energy", "peak", "height", "interval", "likeness", "evenness")]
)


def make_plan(  # noqa: PLR0913 - what a train is, by name
    fs: float, *, rises: bool, low: float, high: float, span: float, apart: float, bridge: float, trust: float, delay: float
) -> Plan:
    """Return the plan of a train: band (Hz), length of the envelope, least distance and longest bridged gap (s)."""
    factor = max(1, int(fs // 50.0))
    rate = fs / factor
    count, arm = max(2, round(span * rate)), round(0.25 * rate)
    width = 2 * arm + 1
    order = 1 if rises else 2
    sizes = (ceil(8.0 * rate), count, 2 * order, PAST, PAST, PAST, SLOTS * SLOT, SHAPES * width, width + PAST)
    begins = np.cumsum([0, *sizes])
    return Plan(
        fs, rate, factor, bandpass(order, low, min(high, 0.45 * rate), rate), int(rises), count, sizes[0], arm, width, round(apart * rate),
        round(delay * fs), ceil(bridge * fs), round(4.0 * rate), trust, *(int(at) for at in begins),
    )  # fmt: skip


def init(plan: Plan) -> State:
    """Return the state before the first sample."""
    record = np.zeros(1, STATE)
    record["tick"] = record["last"] = NEVER
    record["lost"] = record["learning"] = 1
    record["interval"] = 0.8
    record["remarks"] = FIRST
    return State(record, np.zeros(plan.room))


def _alike(p: Any, s: Any, ring: Any, tick: int, keep: bool) -> float:  # noqa: FBT001 - inside compiled code
    """Return the best correlation of the wave about `tick` with the last shapes, and keep it as one where asked."""
    if s.tick - tick >= p.kept - p.arm or tick < p.arm:
        return 0.0
    best = -1.0 if s.shapes > 0 else 0.6
    for shift in range(-1, 2):
        norm = centred(ring, p.wave, p.kept, tick + shift - p.arm, p.width, p.scratch)
        if norm > 0.0:
            for shape in range(min(s.shapes, SHAPES)):
                best = max(best, product(ring, p.shapes + shape * p.width, p.scratch, p.width) / norm)
    if keep:
        at = p.shapes + s.shapes % SHAPES * p.width
        norm = centred(ring, p.wave, p.kept, tick - p.arm, p.width, at)
        for i in range(p.width):
            ring[at + i] = ring[at + i] / norm if norm > 0.0 else 0.0
        s.shapes += 1
    return best


alike = kernel(_alike)


def _accept(p: Any, s: Any, ring: Any, out: Any, n: int, which: int) -> int:
    """Take a waiting candidate as a pulse, drop what waited before it, give a row where the train is trusted."""
    c = p.waiting + which * SLOT
    tick = int(ring[c + TICK])
    interval = (tick - s.last) / p.rate if s.last >= 0 else 0.0
    ring[c + LIKENESS] = alike(p, s, ring, tick, True)  # noqa: FBT003
    remember(ring, p.heights, PAST, s.beats, min(ring[c + HEIGHT], s.height + 0.7))
    s.beats = remember(ring, p.likes, PAST, s.beats, ring[c + LIKENESS])
    s.height = median(ring, p.heights, PAST, p.scratch)
    s.likeness = median(ring, p.likes, min(s.beats, PAST), p.scratch)
    if 0.25 < interval < 2.5:
        s.spans = remember(ring, p.intervals, PAST, s.spans, interval)
        s.interval = median(ring, p.intervals, min(s.spans, PAST), p.scratch)
        off = min(abs(interval - s.interval) / s.interval, 1.0)
        s.evenness += 0.15 * (1.0 - off - s.evenness)
    surety = s.likeness * s.evenness
    s.trusted = 1 if surety >= p.trust or (s.trusted == 1 and surety >= p.trust - 0.1) else 0
    s.last = tick
    s.due = tick + int(1.66 * s.interval * p.rate)
    if s.trusted == 1 and s.spans > 2:
        o = out[n]
        o.sample = max(0, (tick + 1) * p.factor - 1 - p.delay)
        o.confirmed = s.index - 1
        o.interval = interval if interval > 0.0 else float("nan")
        o.quality = min(max(surety, 0.0), 1.0)
        o.likeness = ring[c + LIKENESS]
        o.remarks = s.remarks
        n += 1
    s.remarks = 0
    s.waiting -= which + 1
    for i in range(s.waiting * SLOT):
        ring[p.waiting + i] = ring[p.waiting + (which + 1) * SLOT + i]
    return n


accept = kernel(_accept)


def _wanted(p: Any, s: Any, ring: Any, which: int) -> bool:
    """Return whether a candidate is high enough for its time."""
    c = p.waiting + which * SLOT
    early = s.last >= 0 and ring[c + TICK] - s.last < 0.6 * s.interval * p.rate
    return bool(ring[c + HEIGHT] - s.height > (LN[1] if early else LN[0]))


wanted = kernel(_wanted)


def _candidate(p: Any, s: Any, ring: Any, out: Any, n: int) -> int:
    """Put the last peak of the envelope with those that wait; decide on it unless the level is being learnt."""
    if s.waiting == SLOTS:
        s.waiting -= 1
        for i in range(s.waiting * SLOT):
            ring[p.waiting + i] = ring[p.waiting + SLOT + i]
    c = p.waiting + s.waiting * SLOT
    ring[c + TICK], ring[c + HEIGHT], ring[c + LIKENESS] = s.peak_tick, log(s.peak), 0.0
    s.waiting += 1
    if s.learning == 0 and wanted(p, s, ring, s.waiting - 1):
        return accept(p, s, ring, out, n, s.waiting - 1)  # type: ignore[no-any-return]
    return n


candidate = kernel(_candidate)


def _due(p: Any, s: Any, ring: Any, out: Any, n: int) -> int:
    """Learn the level from the waiting candidates, or look again at what was refused since the last pulse."""
    origin = s.last if s.last >= 0 else s.since
    best, top, second = -1, -1e300, -1e300
    for which in range(s.waiting):
        height = ring[p.waiting + which * SLOT + HEIGHT]
        if height > top and (s.learning == 1 or ring[p.waiting + which * SLOT] - origin > 0.4 * s.interval * p.rate):
            best, top, second = which, height, top
        elif height > second:
            second = height
    s.due = s.tick + int(0.3 * s.interval * p.rate) + 1
    if s.learning == 0:
        if best >= 0 and top - s.height > -1.6:
            s.remarks |= SEARCHED
            return accept(p, s, ring, out, n, best)  # type: ignore[no-any-return]
        if s.tick - origin > 4.0 * p.rate:
            s.learning = 1
        return n
    if best < 0:
        return n
    s.learning = 0
    s.height = second if second > top - 0.9 else top
    for i in range(PAST):
        ring[p.heights + i] = s.height
    which = 0
    while which < s.waiting:
        if wanted(p, s, ring, which):
            n = accept(p, s, ring, out, n, which)
            which = 0
        else:
            which += 1
    return n


due = kernel(_due)


def _heard(p: Any, s: Any) -> bool:
    """Return whether the last peak of the envelope is a wave, not the rounding of a filter on a large, slow signal."""
    least = SMALL * abs(s.held - s.origin)
    return bool(s.peak > (least if p.rises == 1 else least * least) and s.energy < (1.0 - SMALL) * s.peak)


heard = kernel(_heard)


def _restart(p: Any, s: Any, ring: Any) -> None:
    """Begin after a gap with filters at rest on the value at hand; the train begins anew, the level stays."""
    for i in range(p.heights - p.sums):
        ring[p.sums + i] = 0.0
    s.lost, s.origin, s.since, s.turn, s.before = 0, s.held, s.tick, 0, 0.0
    s.energy, s.peak, s.peak_tick, s.rising, s.waiting, s.last = 0.0, 0.0, s.tick, 0, 0, NEVER
    s.remarks |= FIRST
    s.due = s.tick + p.learning


restart = kernel(_restart)


def _step(plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
    """Average the samples to ticks; for each tick: band, envelope, peak, and what is due."""
    p, s, n = plan[0], state[0], 0
    group, valid, total, missing = s.group, s.valid, s.total, s.missing
    for row in range(x.shape[0]):
        value = x[row]
        if -HUGE < value < HUGE:  # else missing, NaN too
            total += value
            valid += 1
            missing = 0
        else:
            missing += 1
        group += 1
        if group < p.factor:
            continue
        if valid > 0:
            s.held = total / valid
        if valid < group:
            s.remarks |= MISSING
        s.index += group
        s.tick += 1
        group, valid, total = 0, 0, 0.0
        if missing >= p.bridge:
            s.lost = 1
        if s.lost == 1 and missing == 0:
            restart(p, s, ring)
        y = 0.0
        if s.lost == 0:
            y = cascade(p.bands, ring, p.filters, s.held - s.origin)
        ring[p.wave + s.tick % p.kept] = y
        if s.lost == 1:
            continue
        gain = max(y - s.before, 0.0) if p.rises == 1 else y * y
        s.before = y
        energy = s.energy + (gain - ring[p.sums + s.turn])
        ring[p.sums + s.turn] = gain
        s.turn += 1
        if s.turn == p.span:  # summed anew each turn, so that rounding cannot gather
            s.turn, energy = 0, 0.0
            for i in range(p.span):
                energy += ring[p.sums + i]
        energy = max(energy, 0.0)
        rising = 1 if energy > s.energy else 0
        s.energy = energy
        if energy > s.peak:
            s.peak, s.peak_tick, s.rising = energy, s.tick, rising
        elif s.tick - s.peak_tick >= p.apart:
            if s.rising == 1 and s.peak_tick - s.since > p.span and heard(p, s):
                n = candidate(p, s, ring, out, n)
            s.peak, s.peak_tick, s.rising = energy, s.tick, 0
        if s.tick > s.due:
            n = due(p, s, ring, out, n)
    s.group, s.valid, s.total, s.missing = group, valid, total, missing
    return n


def _flush(plan: Records, state: Records, ring: Signal, out: Records) -> int:
    """Decide on the peak at hand when the recording ends, unless it ends within the wave: what is not heard is not compared."""
    p, s, n = plan[0], state[0], 0
    if s.lost == 0 and s.rising == 1 and s.peak_tick - s.since > p.span and s.tick - s.peak_tick > p.arm and heard(p, s):
        n = candidate(p, s, ring, out, n)
    return n


step = kernel(_step)
flush = kernel(_flush)


def most(plan: Plan, n: int) -> int:
    """Return the most rows that `n` samples can give."""
    return n // (plan.apart * plan.factor) + SLOTS + 2


def sound(plan: Plan, state: State) -> bool:
    """Return whether counters and places of a loaded state are such as the kernel makes."""
    s = state.record[0]
    counts = ("index", "group", "valid", "missing", "waiting", "beats", "spans", "shapes", "turn")
    return bool(
        all(s[name] >= 0 for name in counts)
        and s["group"] < plan.factor
        and s["turn"] < plan.span
        and s["waiting"] <= SLOTS
        and all(-1 <= s[name] <= s["index"] for name in ("tick", "since", "peak_tick", "last"))
        and s["interval"] > 0.0
        and np.isfinite(state.ring).all()
    )


FIELDS = (
    Field("sample", "i8", SAMPLE, "the pulse", "脉搏位置"),
    Field("quality", "f8", NUMBER, "0 to 1: likeness times evenness of the last pulses", "0到1：近期脉搏的相似度乘以均匀度"),
    Field("interval", "f8", SECOND, "time since the pulse before; NaN for the first of a train", "与前一脉搏的间隔；一段中首个为NaN"),
    Field("likeness", "f8", NUMBER, "correlation with the most similar of the three before", "与前三个脉搏中最相似者的相关系数"),
    Field("confirmed", "i8", SAMPLE, "sample at which the row was given", "输出该行时的采样点"),
    Field("remarks", "i8", BITS, "1 first of a train, 2 found looking back, 4 samples missing", "1 一段之首，2 回溯所得，4 有缺失采样"),
)
