"""cardiac.beats: the heart beats of one ECG lead, decided causally on candidate waves.

Read from top to bottom. `_step` averages the samples to an internal rate of 100 to 200 Hz and passes each
tick through a band of 8 to 20 Hz, where a QRS has its energy and a T or P wave has little, and takes the mean square
over 0.1 s. Its peaks, at least `apart` seconds from one another, are the candidates. `_measure` finds the fiducial:
the larger extremum of the raw ECG about the candidate. `_logit` weighs nine named features; `_decide` takes
candidates above zero as beats. Where no beat came for `overdue` mean intervals, `_overdue` looks again at what was
refused. Beats are given only while contrast and likeness of the last eight are those of an ECG (`_trusted`).

Sources: Pan and Tompkins 1985 (band, envelope, search back), Hamilton and Tompkins 1986 (medians of the last eight),
Elgendi 2013 (8 to 20 Hz). Departures: one logistic rule in place of nested thresholds, and the trust gate (ADR 0080).
"""

# ruff: noqa: PLR2004 - levels stand where they are used, each beside its reason
from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.algorithm import Algorithm, State, Step
from agetech.core.declare import Field, Input, Source
from agetech.core.kernel import kernel
from agetech.core.runner import run
from agetech.dsp.biquad import cascade
from agetech.dsp.history import median, remember
from agetech.dsp.history import total as total_of
from agetech.signals.cardiac.kinds import BeatKind
from agetech.signals.cardiac.layout import FASTEST, NEVER, BeatsParams, Plan, init, plan
from agetech.signals.cardiac.waves import (
    AMPLITUDE,
    CONTRAST,
    FIDUCIAL,
    HEIGHT,
    LIKENESS,
    PAST,
    SHAPES,
    SHARPNESS,
    SLOT,
    SLOTS,
    TICK,
    keep_shape,
    kind_of,
    like,
    logit,
    measure,
)
from agetech.units import BITS, CODE, MILLIVOLT, NUMBER, SAMPLE, SECOND

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal

FIRST, SEARCHED, MISSING = 1, 2, 4
HUGE = 1e100  # beyond it squares overflow
SMALL = 1e-12  # energy below this share of the square of the signal's way from its origin is no wave: rounding
LN2 = log(2.0)
DROP = log(1.0 / 0.15)  # the level may fall by no more at a time, chosen here: ADR 0080


def _forget(s: Any, ring: Any, at: int, count: int) -> None:
    """Drop the first `count` waiting candidates."""
    s.waiting -= count
    for i in range(s.waiting * SLOT):
        ring[at + i] = ring[at + count * SLOT + i]


forget = kernel(_forget)


def _accept(p: Any, s: Any, ring: Any, out: Any, n: int, which: int) -> int:
    """Take a waiting candidate as a beat: learn from it, drop what waited before it, give a row where it is trusted."""
    c = p.waiting + which * SLOT
    chance = logit(p, s, ring, c)
    fiducial = int(ring[c + FIDUCIAL])
    rr = (fiducial - s.last) / p.fs if s.last >= 0 else 0.0
    kind = kind_of(p, s, ring, c, rr)
    remember(ring, p.heights, PAST, s.beats, min(ring[c + HEIGHT], s.height + LN2))
    remember(ring, p.sureties, PAST, s.beats, ring[c + CONTRAST] + 2.0 * ring[c + LIKENESS])
    s.beats = remember(ring, p.sharps, PAST, s.beats, ring[c + SHARPNESS])
    known = min(s.beats, PAST)
    s.height = median(ring, p.heights, PAST, p.scratch)
    s.sharp = median(ring, p.sharps, known, p.scratch)
    s.surety = median(ring, p.sureties, known, p.scratch)
    if s.surety >= p.trust:
        s.trusted = 1
    elif s.surety < p.trust - 0.6:
        s.trusted = 0
    if 0.2 < rr < 2.5:
        s.intervals = remember(ring, p.intervals, PAST, s.intervals, rr)
        s.interval = median(ring, p.intervals, min(s.intervals, PAST), p.scratch)
    keep_shape(p, ring, c, p.shapes + s.shapes % SHAPES * p.span)
    s.shapes += 1
    s.last_tick, s.last = int(ring[c + TICK]), fiducial
    s.due = s.last_tick + int(p.overdue * s.interval * p.rate)
    if s.trusted == 1:
        o = out[n]
        o.sample, o.kind, o.confirmed = fiducial, kind, s.index - 1
        o.rr = rr if rr > 0.0 else float("nan")
        o.amplitude, o.likeness = ring[c + AMPLITUDE], ring[c + LIKENESS]
        o.quality = min(max(0.5 + (s.surety - p.trust) / 2.0, 0.0), 1.0) / (1.0 + exp(-2.0 - chance))
        o.remarks = s.remarks
        n += 1
    s.remarks = 0
    forget(s, ring, p.waiting, which + 1)
    return n


accept = kernel(_accept)


def _again(p: Any, s: Any, ring: Any, out: Any, n: int) -> int:
    """Decide on all waiting candidates in order; each accepted one changes the levels for those after it."""
    which = 0
    while which < s.waiting:
        if logit(p, s, ring, p.waiting + which * SLOT) > 0.0:
            n = accept(p, s, ring, out, n, which)
            which = 0
        else:
            which += 1
    return n


again = kernel(_again)


def _overdue(p: Any, s: Any, ring: Any, out: Any, n: int) -> int:
    """Look again at the waves refused since the last beat; after 4 s without any, learn the levels anew."""
    origin = s.last_tick if s.last_tick >= 0 else s.since
    best, top = -1, p.again
    for which in range(s.waiting):
        c = p.waiting + which * SLOT
        if ring[c + TICK] - origin >= 0.25 * p.rate and logit(p, s, ring, c) > top:
            best, top = which, logit(p, s, ring, c)
    if best >= 0:
        s.remarks |= SEARCHED
        n = accept(p, s, ring, out, n, best)
        return int(again(p, s, ring, out, n))
    s.due = s.tick + int(0.25 * s.interval * p.rate) + 1
    if s.tick - origin > 4.0 * p.rate:
        s.learning = 1
        s.due = s.tick
    return n


overdue = kernel(_overdue)


def _learn(p: Any, s: Any, ring: Any, out: Any, n: int) -> int:
    """Set the level by the second highest waiting wave (the highest, where it stands alone), then decide on all of them."""
    while s.waiting > 0 and s.tick - ring[p.waiting + TICK] > p.learning + p.rate:
        forget(s, ring, p.waiting, 1)
    if s.waiting == 0:
        s.due = s.tick + int(p.rate)
        return n
    first, second = -1e300, -1e300
    for which in range(s.waiting):
        height = ring[p.waiting + which * SLOT + HEIGHT]
        if height > first:
            first, second = height, first
        elif height > second:
            second = height
    level = second if second > first - LN2 else first
    s.height = max(level, s.height - DROP) if s.beats > 0 else level
    s.learning, s.noise, s.refused = 0, 0.0, 0
    for i in range(PAST):
        ring[p.heights + i] = s.height
    for which in range(s.waiting):
        c = p.waiting + which * SLOT
        if ring[c + HEIGHT] > s.height - LN2:
            keep_shape(p, ring, c, p.shapes + s.shapes % SHAPES * p.span)
            s.shapes += 1
    for which in range(s.waiting):
        c = p.waiting + which * SLOT
        like(p, s, ring, c, 0.9999999)
    n = again(p, s, ring, out, n)
    if s.last_tick < 0 or s.tick - s.last_tick > 4.0 * p.rate:
        s.learning = 1
        s.due = s.tick + int(p.rate)
    return n


learn = kernel(_learn)


def _candidate(p: Any, s: Any, ring: Any, out: Any, n: int) -> int:
    """Measure the wave at the last peak, put it with those that wait, and decide on it unless levels are being learnt."""
    if s.waiting == SLOTS:
        forget(s, ring, p.waiting, 1)
    c = p.waiting + s.waiting * SLOT
    s.waiting += 1
    measure(p, s, ring, c, s.peak_tick)
    s.low = s.peak
    if s.learning == 1:
        return n
    ring[c + LIKENESS] = 1.0
    if logit(p, s, ring, c) > p.again:  # else no shape could make it a beat
        like(p, s, ring, c, 2.0)
    if logit(p, s, ring, c) > 0.0:
        return accept(p, s, ring, out, n, s.waiting - 1)  # type: ignore[no-any-return]
    if s.last_tick < 0 or ring[c + TICK] - s.last_tick > 0.36 * p.rate:  # T waves say nothing of the noise
        s.refused = remember(ring, p.refused, PAST, s.refused, ring[c + HEIGHT])
        s.noise = median(ring, p.refused, min(s.refused, PAST), p.scratch)
    return n


candidate = kernel(_candidate)


def _restart(p: Any, s: Any, ring: Any, y: float) -> None:
    """Begin after a gap with filters at rest on the value `y`; the run of beats begins anew, the levels stay."""
    for i in range(p.filters - p.squares + 4):
        ring[p.squares + i] = 0.0
    s.lost, s.origin, s.since, s.square = 0, y, s.tick, 0
    s.energy, s.peak, s.low, s.peak_tick, s.rising = 0.0, 0.0, 1e300, s.tick, 0
    s.waiting, s.last_tick, s.last = 0, NEVER, NEVER
    s.remarks |= FIRST
    s.due = s.tick + (p.learning if s.learning == 1 else int(4.0 * p.rate))


restart = kernel(_restart)


def _heard(p: Any, s: Any) -> bool:
    """Return whether the last peak is a wave after the filter settled, and more than rounding on a large, slow signal."""
    away = s.wave - s.origin
    return bool(s.rising == 1 and s.peak_tick - s.since > p.square_size + 2 * p.arm and s.peak > SMALL * away * away)


heard = kernel(_heard, inline=True)


def _due(p: Any, s: Any, ring: Any, out: Any, n: int) -> int:
    """Do what the time has come for: learn the levels, or look again."""
    if s.learning == 1:
        return learn(p, s, ring, out, n)  # type: ignore[no-any-return]
    return overdue(p, s, ring, out, n)  # type: ignore[no-any-return]


due = kernel(_due, inline=True)


def _step(plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
    """Average the samples to ticks; for each tick: band, envelope, peak, and what is due.

    All that happens at every tick stands here: a call that passes arrays costs more than the arithmetic of a tick.
    """
    p, s, n = plan[0], state[0], 0
    place, group, valid, total, held, missing = s.place, s.group, s.valid, s.total, s.held, s.missing
    for row in range(x.shape[0]):
        value = x[row]
        if -HUGE < value < HUGE:  # else missing, NaN too
            held = value
            total += value
            valid += 1
            missing = 0
        else:
            missing += 1
        ring[p.raw + place] = held
        place = place + 1 if place + 1 < p.raw_size else 0
        group += 1
        if group < p.factor:
            continue
        if valid > 0:
            s.wave = total / valid
        if valid < group:
            s.remarks |= MISSING
        s.place = place
        s.index += group
        s.tick += 1
        group, valid, total = 0, 0, 0.0
        s.wave_place = s.wave_place + 1 if s.wave_place + 1 < p.wave_size else 0
        ring[p.wave + s.wave_place] = s.wave
        if missing >= p.bridge:
            s.lost = 1
            continue
        if s.lost == 1:
            restart(p, s, ring, s.wave)
        y = cascade(p.bands, ring, p.filters, s.wave - s.origin)
        energy = s.energy + (y * y - ring[p.squares + s.square])
        ring[p.squares + s.square] = y * y
        s.square += 1
        if s.square == p.square_size:  # summed anew each turn, so that rounding cannot gather
            s.square = 0
            energy = total_of(ring, p.squares, p.square_size)
        energy = max(energy, 0.0)
        rising = 1 if energy > s.energy else 0
        s.energy = energy
        if energy < s.low and s.tick - s.since > p.square_size:
            s.low = energy
        if energy > s.peak:
            s.peak, s.peak_tick, s.rising = energy, s.tick, rising
        elif s.tick - s.peak_tick >= p.apart:
            if heard(p, s):
                n = candidate(p, s, ring, out, n)
            s.peak, s.peak_tick, s.rising = energy, s.tick, 0
        if s.tick > s.due:
            n = due(p, s, ring, out, n)
    s.place, s.group, s.valid, s.total, s.held, s.missing = place, group, valid, total, held, missing
    return n


def _flush(plan: Records, state: Records, ring: Signal, out: Records) -> int:
    """Decide on the wave at hand and on those that wait when the recording ends."""
    p, s, n = plan[0], state[0], 0
    if s.lost == 0 and s.tick - s.peak_tick > p.arm and heard(p, s):
        n = candidate(p, s, ring, out, n)
    if s.lost == 0 and s.learning == 1:
        n = learn(p, s, ring, out, n)
    return n


def most(plan: Plan, n: int) -> int:
    """Return the most rows that `n` samples can give: one every `apart` ticks, and all that wait."""
    return int(n // (plan.apart * plan.factor)) + SLOTS + 2


def sound(plan: Plan, state: State) -> bool:
    """Return whether counters and places of a loaded state are such as the kernel makes."""
    s = state.record[0]
    below = {"place": "raw_size", "group": "factor", "square": "square_size"}
    places = s["wave_place"] == s["tick"] % plan.wave_size
    counts = ("index", "valid", "missing", "waiting", "beats", "refused", "intervals", "quiets", "shapes", "strange")
    return bool(
        places
        and all(0 <= s[name] < getattr(plan, size) for name, size in below.items())
        and all(s[name] >= 0 for name in counts)
        and s["waiting"] <= SLOTS
        and s["valid"] <= s["group"]
        and all(-1 <= s[name] <= s["index"] for name in ("tick", "since", "peak_tick", "last_tick", "last"))
        and s["interval"] > 0.0
        and np.isfinite(state.ring).all()
    )


ECG = Input(
    "ecg",
    MILLIVOLT,
    "ECG of one lead; nothing but the amplitudes depends on its scale",
    "单导联心电；除幅值外结果与幅值比例无关",
    rates=(98.0, 1024.0),
)
FIELDS = (
    Field("sample", "i8", SAMPLE, "the R peak, or the larger extremum of the QRS", "R波峰，或QRS波群较大的极值点"),
    Field("kind", "i8", CODE, "kind of beat by shape", "按形态划分的心搏类型", labels=BeatKind),
    Field(
        "quality",
        "f8",
        NUMBER,
        "0 to 1: signal quality of the last beats times the chance that this is a beat",
        "0到1：近期信号质量乘以该波为心搏的概率",
    ),
    Field("rr", "f8", SECOND, "interval to the beat before; NaN for the first of a run", "与前一心搏的间期；一段中的首个为NaN"),
    Field("amplitude", "f8", MILLIVOLT, "extremum against the mean of 0.16 s about it", "极值相对其前后0.16秒均值的幅度"),
    Field("likeness", "f8", NUMBER, "correlation with the most similar of the four beats before", "与前四个心搏中最相似者的相关系数"),
    Field("confirmed", "i8", SAMPLE, "sample at which the beat was given", "输出该心搏时的采样点"),
    Field("remarks", "i8", BITS, "1 first of a run, 2 found looking back, 4 samples missing", "1 一段之首，2 回溯所得，4 有缺失采样"),
)
BEATS = Algorithm(
    id="cardiac.beats",
    version="1.0.0",
    title_en="Heart beats of an ECG",
    title_zh="心电心搏检测",
    source=(
        Source(
            "Pan J, Tompkins WJ. A real-time QRS detection algorithm. IEEE Trans Biomed Eng 1985;32:230-236", "doi:10.1109/TBME.1985.325532"
        ),
        Source(
            "Hamilton PS, Tompkins WJ. Quantitative investigation of QRS detection rules. IEEE Trans Biomed Eng 1986;33:1157-1165",
            "doi:10.1109/TBME.1986.325695",
        ),
        Source(
            "Elgendi M. Fast QRS detection with an optimized knowledge-based method. PLoS ONE 2013;8:e73557",
            "doi:10.1371/journal.pone.0073557",
        ),
    ),
    inputs=(ECG,),
    output="events",
    fields=FIELDS,
    params=BeatsParams,
    shape=Step(plan=plan, init=init, step=kernel(_step), most=most, flush=kernel(_flush), sound=sound),
    latency=lambda p: p.learning + 3.0,
    anchor="sample",
    grain=lambda _p, fs: max(1, int(fs // FASTEST)),
)


def detect_beats(ecg: Any, fs: float, *, params: BeatsParams | None = None, **values: Any) -> Records:
    """Return the beats of one ECG lead: rows with `sample`, `kind`, `quality`, `rr`, `amplitude` and more.

    ecg: (n,), mV, at 98 to 1024 Hz; NaN is missing. Beats do not depend on scale, offset or polarity of the signal.
    On noise, flat or lost signals no rows are given. SignalError for a wrong shape, type or rate; ParamsError for
    parameters out of bounds. Source: Pan and Tompkins 1985 and others, see the module.
    """
    return run(BEATS, ecg, fs, params=params, **values)
