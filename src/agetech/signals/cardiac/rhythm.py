"""cardiac.rhythm: is the rhythm about a beat irregular as in atrial fibrillation? From intervals alone.

Each interval is compared with the four before it: in fibrillation it is unlike all of them, while after an ectopic
beat, in bigeminy or in respiratory arrhythmia it is like one of them. Means of these comparisons over 61 beats are
the features of one logistic rule. The wording is "irregular, refer": nothing here is a diagnosis.

Sources: Lake and Moorman 2011 (irregularity by unlikeness of nearby intervals), Zhou 2014 (windows of beats, ectopy as
the weak point of rules on differences). Departure: the guard against ectopy is in the features (ADR 0083).
"""

# ruff: noqa: PLR2004 - levels stand where they are used, each beside its reason
from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import numpy as np

from agetech.core.algorithm import Algorithm, State, Step
from agetech.core.declare import Field, Input, Source, state_dtype
from agetech.core.kernel import kernel
from agetech.core.params import Param, Params
from agetech.core.runner import run
from agetech.dsp.history import median
from agetech.signals.cardiac.tables import table
from agetech.units import COUNT, NUMBER, SAMPLE, SECOND, Number

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal

Count = Annotated[int, COUNT]
LEVEL = 9  # intervals whose median is the level
LOOK = 30  # intervals before that a match is looked for in
CLOSE = 0.05  # of the level: intervals that match
PARTS = 10
FEATURES = ("step", "unlike_3", "smooth_step", "steady", "alike_3", "turns", "step_2", "far_from_3", "matches", "next_matches")
RAW = LEVEL + 1


class RhythmParams(Params):
    """Parameters of `cardiac.rhythm`."""

    side: Count = Param(
        30, ge=16, le=120, en="beats on either side that are looked at", zh="每侧参考的心搏数", source="chosen here: ADR 0083"
    )
    threshold: Number = Param(0.5, ge=0.05, le=0.95, en="probability from which a beat is irregular", zh="判为不规则的概率下限")


class Plan(NamedTuple):
    """The plan: rates, counts in ticks and samples, coefficients, and where each memory begins in the ring."""

    side: int
    threshold: float
    weights: Signal
    kept: int
    room: int


STATE = state_dtype([("seen", "i8"), ("run", "i8"), ("given", "i8")])


def plan(p: RhythmParams, _fs: Any) -> Plan:
    """Return the coefficients and the size of the memory: one entry a beat of the window, and intervals."""
    trained = table("rhythm")
    weights = np.array([*(trained["weights"][name] for name in FEATURES), trained["bias"]])
    return Plan(p.side, p.threshold, weights, 2 * p.side + 1, (2 * p.side + 1) * (PARTS + 2) + LEVEL + LEVEL + PARTS)


def init(plan: Plan) -> State:
    """Return the state before the first interval."""
    return State(np.zeros(1, STATE), np.zeros(plan.room))


def _compare(p: Any, s: Any, ring: Any, at: int, rr: float) -> None:
    """Put the comparisons of the newest interval with those before it into the entry at `at`."""
    past = p.kept * (PARTS + 2)
    for i in range(LEVEL - 1):
        ring[past + i] = ring[past + i + 1]
    ring[past + LEVEL - 1] = min(max(rr, 0.2), 2.5)
    s.run += 1
    known = min(s.run, LEVEL)
    level = median(ring, past + LEVEL - known, known, past + LEVEL)
    newest = past + LEVEL - 1
    step, step_2, unlike = 0.0, 0.0, 0.0
    if s.run > 1:
        step = abs(ring[newest] - ring[newest - 1]) / level
        unlike = step
    if s.run > 2:
        step_2 = abs(ring[newest] - ring[newest - 2]) / level
        unlike = min(unlike, step_2)
    smooth, turn = 0.0, 0.0
    if s.run > 3:
        unlike = min(unlike, abs(ring[newest] - ring[newest - 3]) / level)
        now = median(ring, newest - 2, 3, past + LEVEL)
        smooth = abs(now - median(ring, newest - 3, 3, past + LEVEL)) / level
        turn = 1.0 if (ring[newest] - ring[newest - 1]) * (ring[newest - 1] - ring[newest - 2]) < 0.0 else 0.0
    ring[at] = min(step, 0.25)
    ring[at + 1] = min(unlike, 0.2)
    ring[at + 2] = min(smooth, 0.2)
    ring[at + 3] = 1.0 if step < 0.02 else 0.0
    ring[at + 4] = 1.0 if unlike < 0.015 else 0.0
    ring[at + 5] = turn
    ring[at + 6] = min(step_2, 0.25)
    ring[at + 7] = 1.0 if unlike > 0.05 else 0.0
    near, both, looked = 0.0, 0.0, min(s.run - 2, LOOK)
    entry = PARTS + 2
    before = ring[(s.seen - 1) % p.kept * entry + PARTS + 1]
    for k in range(1, looked + 1):
        if abs(rr - ring[(s.seen - k) % p.kept * entry + PARTS + 1]) <= CLOSE * level:
            near += 1.0
            if abs(before - ring[(s.seen - k - 1) % p.kept * entry + PARTS + 1]) <= CLOSE * level:
                both += 1.0
    ring[at + 8] = near / looked if looked > 0 else 0.0
    ring[at + 9] = both / looked if looked > 0 else 0.0


compare = kernel(_compare)


def _judge(p: Any, s: Any, ring: Any, o: Any) -> None:
    """Fill a row for the beat after the last one given, from the beats within `side` that have come."""
    beat = s.given
    s.given += 1
    entry = PARTS + 2
    sums = p.room - PARTS
    for i in range(PARTS):
        ring[sums + i] = 0.0
    count = 0
    for k in range(max(0, beat - p.side), min(s.seen, beat + p.side + 1)):
        at = k % p.kept * entry
        if ring[at + PARTS] > 0.0:
            count += 1
            for i in range(PARTS):
                ring[sums + i] += ring[at + i]
    own = beat % p.kept * entry
    o.beat, o.rr, o.used = beat, ring[own + PARTS + 1], count
    o.probability, o.irregular = float("nan"), False
    if count < 8 or ring[own + PARTS] <= 0.0:
        return
    w = p.weights
    odds = w[PARTS]
    for i in range(PARTS):
        mean = ring[sums + i] / count
        if i in (0, 6):
            mean = log(mean + 0.005)
        elif i in (1, 2):
            mean = log(mean + 0.003)
        elif i == 8:
            mean = log(mean + 0.02)
        elif i == 9:
            mean = log((mean + 0.005) / (ring[sums + 8] / count + 0.02))
        odds += w[i] * mean
    o.probability = 1.0 / (1.0 + exp(-min(max(odds, -30.0), 30.0)))
    o.irregular = o.probability >= p.threshold


judge = kernel(_judge)


def _step(plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        rr = x[row]
        at = s.seen % p.kept * (PARTS + 2)
        if 0.1 < rr < 10.0:
            ring[at + PARTS] = 1.0
            ring[at + PARTS + 1] = rr
            compare(p, s, ring, at, rr)
        else:
            s.run = 0
            ring[at + PARTS] = 0.0
            ring[at + PARTS + 1] = float("nan")
        s.seen += 1
        if s.seen > p.side:
            judge(p, s, ring, out[n])
            n += 1
    return n


def _flush(plan: Records, state: Records, ring: Signal, out: Records) -> int:
    p, s, n = plan[0], state[0], 0
    while s.given < s.seen:
        judge(p, s, ring, out[n])
        n += 1
    return n


def sound(plan: Plan, state: State) -> bool:
    """Return whether a loaded state is such as the kernel makes."""
    s = state.record[0]
    return bool(0 <= s["run"] <= s["seen"] and s["given"] == max(0, s["seen"] - plan.side))


RR = Input("rr", SECOND, "intervals of all beats, one a beat; NaN is missing", "全部心搏间期，每搏一个；NaN表示缺失", kind="series")
FIELDS = (
    Field("beat", "i8", SAMPLE, "index of the interval", "间期序号"),
    Field("rr", "f8", SECOND, "the interval", "该间期"),
    Field(
        "probability", "f8", NUMBER, "probability of an irregular rhythm; NaN where it cannot be told", "节律不规则的概率；无法判断时为NaN"
    ),
    Field("irregular", "?", NUMBER, "irregular, refer: not a diagnosis", "节律不规则，建议就诊：并非诊断"),
    Field("used", "i8", COUNT, "intervals that were looked at", "参与判断的间期数"),
)
RHYTHM = Algorithm(
    id="cardiac.rhythm",
    version="1.0.0",
    title_en="Irregular rhythm from beat intervals",
    title_zh="基于心搏间期的不规则节律筛查",
    source=(
        Source("Lake DE, Moorman JR. Am J Physiol Heart Circ Physiol 2011;300:H319-H325", "doi:10.1152/ajpheart.00561.2010"),
        Source("Zhou X et al. Biomed Eng Online 2014;13:18", "doi:10.1186/1475-925X-13-18"),
    ),
    inputs=(RR,),
    output="series",
    fields=FIELDS,
    params=RhythmParams,
    shape=Step(plan=plan, init=init, step=kernel(_step), most=lambda plan, n: n + plan.side + 1, flush=kernel(_flush), sound=sound),
    latency=lambda p: p.side * 3.0,
)
EPISODE = np.dtype([("start", "i8"), ("end", "i8"), ("duration", "f8")])


def episodes(rows: Records, *, least: float = 30.0) -> Records:
    """Return runs of irregular beats of at least `least` s: first beat, one after the last, duration in s.

    rows: as `screen_rhythm` gives them. A beat that cannot be judged ends a run.
    """
    edges = np.diff(np.concatenate([[False], rows["irregular"], [False]]).astype(np.int64))
    starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    found = [(a, b, float(np.nansum(rows["rr"][a:b]))) for a, b in zip(starts, ends, strict=True)]
    return np.array([one for one in found if one[2] >= least], dtype=EPISODE)


def burden(rows: Records) -> float:
    """Return the share of judged time that was irregular, %; NaN where nothing was judged."""
    judged = np.isfinite(rows["probability"])
    total = float(rows["rr"][judged].sum())
    return 100.0 * float(rows["rr"][judged & rows["irregular"]].sum()) / total if total > 0.0 else float("nan")


def screen_rhythm(rr: Any, *, params: RhythmParams | None = None, **values: Any) -> Records:
    """Return one row a beat: `probability` of an irregular rhythm about it, and `irregular` (bool: refer).

    rr: (n,), s, intervals of all beats in order; NaN is missing. A row is given when `side` further beats have come.
    Probability is NaN, irregular False, with fewer than eight intervals near. SignalError for a wrong shape or type.
    """
    return run(RHYTHM, rr, params=params, **values)
