"""`sleep.breathing`: apneas, hypopneas, desaturations and periodic breathing from one breathing signal and SpO2.

The excursion of the smoothed signal over 4 s (apnea) and over one breath (hypopnea) is compared with its baseline, the
median of the last 120 normal seconds. A run at or below 10 % (70 %) for 10 s is an event; it begins where the window
began that first was low and ends where the excursion comes back. A row is given 45 s after the event, when the SpO2
that belongs to it is known. One signal cannot tell central from obstructive, and nothing here sees sleep or arousals.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core import Algorithm, Field, Input, Param, Params, Source, State, Step, kernel
from agetech.signals.sleep.envelope import end_apnea, end_hypopnea, excursion, follow, learn, runs, smoothed
from agetech.signals.sleep.layout import (
    DESATURATION,
    HYPOPNEA,
    OXYGEN,
    OXYGEN_SIZE,
    PENDING,
    PENDING_SIZE,
    PENDING_WIDTH,
    PERIODIC,
    RATE,
    RAW,
    RAW_SIZE,
    SIZE,
    SMOOTH,
    SMOOTH_SIZE,
    STATE,
    UNCONFIRMED,
    WAVE,
    WAVE_SIZE,
    BreathEventKind,
    Plan,
)
from agetech.signals.sleep.oxygen import HIGHEST, LOWEST, desaturation, fall, lowest, top_mean
from agetech.signals.sleep.periodic import EVERY, waxing
from agetech.units import CODE, NUMBER, PERCENT, SAMPLE, Number, Seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agetech.core.declare import Records, Signal

BRIEF = 4.0  # s: window of the apnea rule
MERGE = 3.0  # s
FINGER = 8.0  # s: SpO2 cannot fall for an event sooner
SMOOTHING = 0.75  # s: half width of the triangle that quietens the heart


class ScoringRule(StrEnum):
    """Which fall of SpO2 confirms a hypopnea: 3 points (AASM 2012 1A, arousals unseen) or 4 points (1B)."""

    AASM_2012_1A = "aasm-2012-1a"
    AASM_2012_1B = "aasm-2012-1b"


class BreathingParams(Params):
    """Settings of `sleep.breathing`."""

    rule: ScoringRule = Param(ScoringRule.AASM_2012_1A, en="scoring rule", zh="判读规则")
    apnea: Number = Param(
        0.9,
        ge=0.5,
        le=0.99,
        en="fall of the excursion that makes an apnea",
        zh="判为呼吸暂停的幅度下降比例",
        source="AASM 2012, from memory",
    )
    hypopnea: Number = Param(
        0.3,
        ge=0.1,
        le=0.6,
        en="fall of the excursion that makes a hypopnea",
        zh="判为低通气的幅度下降比例",
        source="AASM 2012, from memory",
    )
    shortest: Seconds = Param(10.0, ge=6.0, le=30.0, en="shortest event", zh="事件最短时长", source="AASM 2012, from memory")
    longest: Seconds = Param(120.0, ge=60.0, le=120.0, en="longest event", zh="事件最长时长", source="ADR 0105")
    wait: Seconds = Param(
        45.0,
        ge=0.0,
        le=60.0,
        en="how long after an event SpO2 is watched, and its row is given",
        zh="事件后观察血氧的时长，亦为输出延迟",
        source="design: 45 s",
    )


BREATHING = Input(
    "breathing",
    NUMBER,
    en="breathing signal in any unit: flow, belt, displacement, impedance",
    zh="任意单位的呼吸信号：气流、呼吸带、位移、阻抗",
    rates=(4.0, 2000.0),
)
SPO2 = Input(
    "spo2",
    PERCENT,
    en="SpO2, 0 to 100; outside 40 to 100 it counts as missing",
    zh="血氧饱和度，0 到 100；40 到 100 以外视为缺失",
    rates=(0.1, 200.0),
)

FIELDS = (
    Field("onset", "i8", SAMPLE, "first sample of the event", "事件的第一个采样点"),
    Field("offset", "i8", SAMPLE, "sample after the event", "事件结束后的采样点"),
    Field("confirmed", "i8", SAMPLE, "sample at which the row was given", "给出该行时的采样点"),
    Field(
        "kind",
        "i8",
        CODE,
        "apnea, hypopnea, unconfirmed hypopnea, desaturation or periodic breathing",
        "呼吸暂停、低通气、未证实的低通气、氧减或周期性呼吸",
        labels=BreathEventKind,
    ),
    Field(
        "depth",
        "f8",
        NUMBER,
        "share of the excursion that was lost; of periodic breathing its variation",
        "幅度下降比例；周期性呼吸时为其变化程度",
    ),
    Field("desaturation", "f8", PERCENT, "points of SpO2 lost; NaN where unknown", "血氧下降点数；未知时为 NaN"),
    Field("nadir", "f8", PERCENT, "lowest SpO2; NaN where unknown", "最低血氧；未知时为 NaN"),
    Field("quality", "f8", NUMBER, "0 to 1: how steady the breathing of the baseline was", "0 到 1：基线呼吸的平稳程度"),
)


def plan(p: BreathingParams, fs: Mapping[str, float]) -> Plan:
    """Return the settings in ticks, entries and samples."""
    block = max(1, round(fs["breathing"] / RATE))
    rate = fs["breathing"] / block
    entry = max(1, round(fs["spo2"]))
    step_ = entry * fs["breathing"] / fs["spo2"]
    seconds = step_ / fs["breathing"]
    drop = 3.0 if p.rule is ScoringRule.AASM_2012_1A else 4.0
    return Plan(
        block, max(1, round(rate)), max(1, min(round(SMOOTHING * rate), (RAW_SIZE - 2) // 2)), min(round(BRIEF * rate), SMOOTH_SIZE),
        round(p.shortest * rate), round(p.longest * rate), round(MERGE * rate),
        round(FINGER * rate), round(p.wait * rate), 1.0 - p.apnea, 1.0 - p.hypopnea, drop, entry, step_,
        min(120, round(120.0 / seconds)), min(120, round(120.0 / seconds)), rate,
    )  # fmt: skip


def init(plan: Plan) -> State:
    """Return the state before the first sample."""
    record = np.zeros(1, STATE)
    for name in ("apnea_from", "hypopnea_from", "run_from", "run_until", "falling", "periodic_from"):
        record[name] = -1
    record["apnea_until"] = -1
    record["period"] = 4.0 * plan.second
    return State(record, np.full(SIZE, np.nan))


def sound(plan: Plan, state: State) -> bool:
    """Return whether a kernel can have left this state."""
    r = state.record[0]
    counts = ("index", "count", "holes", "ticks", "smooths", "seconds", "bases", "entries", "oxygen_count", "oxygen_good", "under")
    return bool(
        all(r[name] >= 0 for name in counts) and 0 <= r["pending"] <= PENDING_SIZE and r["count"] <= plan.block
        and r["smooths"] <= r["ticks"] <= r["index"] and 1.0 <= r["period"] <= 12.0 * plan.second + 1.0 and abs(r["going"]) <= 1
        and r["falling"] < max(1, r["entries"]) and r["hypopnea_from"] <= r["ticks"] and r["apnea_from"] <= r["ticks"]
    )  # fmt: skip


def _entry_of(p: Any, sample: float) -> int:
    """Return the SpO2 entry that covers a sample of breathing."""
    return int(sample / p.oxygen_step)


entry_of = kernel(_entry_of)


def _ripe(p: Any, s: Any, ring: Signal, out: Records, n: int, last: int) -> int:
    """Give the rows of the kept events whose wait is over (all at the end); return the number of rows."""
    while s.pending > 0 and (last == 1 or s.index >= int(ring[PENDING + 1]) + p.wait * p.block):
        onset, offset, kind = int(ring[PENDING]), int(ring[PENDING + 1]), int(ring[PENDING + 2])
        begin, end = entry_of(p, onset), entry_of(p, offset + p.wait * p.block) + 1
        base = top_mean(s, ring, begin - p.oxygen_window, begin + 1)
        low = lowest(s, ring, begin, min(end, s.entries))
        drop = max(base - low, 0.0)
        known = drop - drop == 0.0
        turn = entry_of(p, offset + 2 * p.finger * p.block)
        own = fall(s, ring, entry_of(p, onset + p.finger * p.block), turn, min(turn + end - begin, end))
        if kind == HYPOPNEA and known and own - own == 0.0:
            drop = min(drop, own)
        if kind != HYPOPNEA or not known or drop >= p.drop:
            row = out[n]
            row.onset = onset
            row.offset = offset
            row.confirmed = s.index
            row.kind = UNCONFIRMED if kind == HYPOPNEA and not known else kind
            row.depth = ring[PENDING + 3]
            row.desaturation = drop
            row.nadir = low if known else float("nan")
            row.quality = ring[PENDING + 4]
            n += 1
        for k in range((s.pending - 1) * PENDING_WIDTH):
            ring[PENDING + k] = ring[PENDING + PENDING_WIDTH + k]
        s.pending -= 1
    return n


ripe = kernel(_ripe)


def _wax(p: Any, s: Any, ring: Signal, out: Records, n: int, last: int) -> int:
    """Follow periodic breathing every 32 s; give a row when a stretch ends."""
    depth = 0.0 if last == 1 else waxing(s, ring)
    if depth > 0.0:
        if s.periodic_from < 0:
            s.periodic_from = s.seconds - WAVE_SIZE
            s.periodic_depth = depth
        s.periodic_depth = max(s.periodic_depth, depth)
    elif s.periodic_from >= 0:
        row = out[n]
        row.onset = s.periodic_from * p.second * p.block
        row.offset = (s.seconds - (0 if last == 1 else EVERY)) * p.second * p.block
        row.confirmed = s.index
        row.kind = PERIODIC
        row.depth = s.periodic_depth
        row.desaturation = float("nan")
        row.nadir = float("nan")
        row.quality = 1.0
        s.periodic_from = -1
        n += 1
    return n


wax = kernel(_wax)


def _tick(p: Any, s: Any, ring: Signal, out: Records, n: int) -> int:
    """Take one block mean, already in the ring; return the number of rows."""
    if s.ticks < 2 * p.half + 1:
        return n
    value = smoothed(p, s, ring)
    ring[SMOOTH + s.smooths % SMOOTH_SIZE] = value
    s.smooths += 1
    if value - value == 0.0:
        follow(p, s, value)
    window = min(max(int(1.3 * s.period), p.apnea_window), SMOOTH_SIZE)
    brief = excursion(s, ring, p.apnea_window)
    whole = excursion(s, ring, window)
    runs(p, s, ring, brief, whole, window)
    if s.smooths % p.second == 0:
        ring[WAVE + s.seconds % WAVE_SIZE] = whole
        s.seconds += 1
        if whole - whole == 0.0:
            learn(s, ring, whole)
        if s.seconds % EVERY == 0:
            n = wax(p, s, ring, out, n, 0)
    return int(ripe(p, s, ring, out, n, 0))


tick = kernel(_tick)


def step_breathing(plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
    """Take breathing (n,)."""
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        value = x[row]
        s.index += 1
        s.count += 1
        if value - value == 0.0:
            s.total += value
        else:
            s.holes += 1
        if s.count < p.block:
            continue
        ring[RAW + s.ticks % RAW_SIZE] = s.total / (s.count - s.holes) if 2 * s.holes <= s.count and s.holes < s.count else float("nan")
        s.ticks += 1
        s.count = 0
        s.holes = 0
        s.total = 0.0
        n = tick(p, s, ring, out, n)
    return n


def step_spo2(plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
    """Take SpO2 (n,), percent."""
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        value = x[row]
        s.oxygen_count += 1
        if LOWEST <= value <= HIGHEST:
            s.oxygen_total += value
            s.oxygen_good += 1
        if s.oxygen_count < p.oxygen_block:
            continue
        mean = s.oxygen_total / s.oxygen_good if s.oxygen_good > 0 else float("nan")
        ring[OXYGEN + s.entries % OXYGEN_SIZE] = mean
        s.entries += 1
        s.oxygen_count = 0
        s.oxygen_good = 0
        s.oxygen_total = 0.0
        depth = desaturation(p, s, ring, mean)
        if depth > 0.0:
            out[n].onset = int(s.falling * p.oxygen_step)
            out[n].offset = int(s.entries * p.oxygen_step)
            out[n].confirmed = out[n].offset
            out[n].kind = DESATURATION
            out[n].depth = float("nan")
            out[n].desaturation = depth
            out[n].nadir = s.nadir
            out[n].quality = 1.0
            s.falling = -1
            n += 1
    return n


def flush(plan: Records, state: Records, ring: Signal, out: Records) -> int:
    """Close what is open at the end of the stream."""
    p, s = plan[0], state[0]
    now = s.smooths - p.half
    if s.usual > 0.0:
        end_apnea(p, s, ring, now)
        end_hypopnea(p, s, ring, now)
    n = ripe(p, s, ring, out, 0, 1)
    return int(wax(p, s, ring, out, n, 1))


def _most(plan: Plan, n: int) -> int:
    return PENDING_SIZE + 2 + n // max(1, min(plan.block, plan.oxygen_block))


def _grain(p: BreathingParams, fs: Any) -> int:
    return int(EVERY * plan(p, fs).second * plan(p, fs).block)


EVENTS = Algorithm(
    id="sleep.breathing",
    version="1.0.0",
    title_en="Apneas, hypopneas, desaturations and periodic breathing",
    title_zh="呼吸暂停、低通气、氧减与周期性呼吸",
    source=(
        Source(
            "Berry et al. 2012, Rules for scoring respiratory events in sleep: update of the 2007 AASM manual",
            "doi:10.5664/jcsm.2172",
            status="from memory",
        ),
        Source("Windows, baseline and hold rules: agetech ADR 0105", status="own"),
    ),
    inputs=(BREATHING, SPO2),
    output="events",
    fields=FIELDS,
    params=BreathingParams,
    latency=lambda p: p.wait + 1.0,
    anchor="offset",
    grain=_grain,
    shape=Step(plan=plan, init=init, step=(kernel(step_breathing), kernel(step_spo2)), most=_most, flush=kernel(flush), sound=sound),
)
