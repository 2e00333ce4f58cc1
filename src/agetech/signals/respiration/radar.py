"""`respiration.radar`: displacement of the chest from the complex signal of a radar, one or many range bins.

Each second the bin that moves most is chosen (with hysteresis), the circle that its signal draws in the I/Q plane over 16 s
is fitted, and the receiver's imbalance where the arc is wide. The displacement is the sum of the angles between
successive samples seen from the centre, times wavelength / 4 pi: a centre that is fitted anew gives no jump. A row is
given 8 s after its sample, so that the first second has a centre too.
"""

from __future__ import annotations

from functools import lru_cache
from math import atan2, pi, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agetech.core import Algorithm, Field, Input, Param, Params, Source, State, Step, kernel, state_dtype
from agetech.signals.respiration.echo import CELLS, POINTS, SNR_LIMIT, choose, refit
from agetech.units import CODE, DEGREE, METRE, NUMBER, UNITS, Hertz, Number, Seconds

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal

LIGHT = 299792458.0  # m/s
ALONE = 2  # floats: gain and sine of the imbalance
TURNING = 2.2  # rad2: mean squared turn from which the phase cannot be followed; uniform turns have 3.3


class RadarParams(Params):
    """Settings of `respiration.radar`."""

    carrier: Hertz = Param(en="carrier frequency", zh="载波频率", ge=1e9, le=3e11)
    reach: Seconds = Param(
        8.0,
        ge=2.0,
        le=30.0,
        en="seconds before and after a sample that its circle is fitted to; the delay of a row",
        zh="拟合圆所用的前后时长，也是输出延迟",
        source="ADR 0103",
    )
    patience: Seconds = Param(
        10.0,
        ge=1.0,
        le=120.0,
        en="how long another bin must be better before it is taken",
        zh="更换距离单元前其他单元须持续更优的时间",
        source="design: 10 s",
    )
    better: Number = Param(
        1.5, ge=1.0, le=100.0, en="how many times more another bin must move", zh="其他单元须强多少倍", source="ADR 0103"
    )
    arc: Number = Param(
        1.05,
        ge=0.1,
        le=6.0,
        en="least arc, rad, that a circle is fitted to (60 degrees)",
        zh="可拟合圆的最小弧，弧度（60 度）",
        source="ADR 0103",
    )


class Plan(NamedTuple):
    """Settings in samples."""

    bins: int
    reach: int
    ring: int
    second: int
    stride: int
    patience: int
    better: float
    arc: float
    metres: float
    quick: float


STATE = state_dtype(
    [
        ("index", "i8"),
        ("start", "i8"),
        ("given", "i8"),
        ("bin", "i8"),
        ("rival", "i8"),
        ("waiting", "i8"),
        ("last", "i8"),
        ("wide", "i8"),
        ("turning", "f8"),
        ("displacement", "f8"),
        ("quality", "f8"),
        ("arc", "f8"),
        ("spread", "f8"),
        ("snr", "f8"),
    ]
)

FIELDS = (
    Field(
        "displacement",
        "f8",
        METRE,
        "of the chest, from an arbitrary zero; NaN where the sample is missing",
        "胸壁位移，零点任意；采样缺失时为 NaN",
    ),
    Field("quality", "f8", NUMBER, "0 to 1: how well the signal draws an arc of a circle", "0 到 1：信号与圆弧的吻合程度"),
    Field("arc", "f8", DEGREE, "angle that the signal moves over, 360 at most", "信号扫过的角度，最大 360"),
    Field("spread", "f8", NUMBER, "residual of the circle over its radius", "圆拟合残差与半径之比"),
    Field("snr", "f8", UNITS["dB"], "radius squared over the residual's power, 60 at most", "半径平方与残差功率之比，最大 60"),
    Field("bin", "i8", CODE, "range bin used; -1 before the first sample that is there", "所用的距离单元；首个有效采样之前为 -1"),
)


def plan(p: RadarParams, fs: float, bins: int) -> Plan:
    """Return the settings in samples for `bins` range bins at `fs` Hz."""
    reach = max(4, round(p.reach * fs))
    ring = 2 * reach + 1
    return Plan(
        bins,
        reach,
        ring,
        max(1, round(fs)),
        max(1, -(-ring // POINTS)),
        max(1, round(p.patience)),
        p.better,
        p.arc,
        LIGHT / p.carrier / (4.0 * pi),
        1.0 / max(2.0, 0.5 * fs),
    )


def init(plan: Plan) -> State:
    """Return the state before the first sample."""
    record = np.zeros(1, STATE)
    record["bin"] = record["rival"] = record["last"] = record["start"] = -1
    record["spread"] = 1.0
    ring = np.zeros(plan.ring * plan.bins * 2 + plan.bins * CELLS + ALONE)
    ring[-2] = 1.0
    return State(record, ring)


def sound(plan: Plan, state: State) -> bool:
    """Return whether a kernel can have left this state."""
    r = state.record[0]
    counts = (
        0 <= r["given"] <= r["index"]
        and r["index"] - r["given"] <= plan.reach
        and -1 <= r["start"] < max(1, r["index"])
        and -1 <= r["last"] < max(1, r["given"])
    )
    return bool(
        counts
        and -1 <= r["bin"] < plan.bins
        and -1 <= r["rival"] < plan.bins
        and 0 <= r["waiting"] <= plan.patience + 1
        and state.ring[-2] > 0.0
    )


def _give(plan: Any, s: Any, ring: Signal, row: Any) -> None:
    """Fill the next row: the sample `given`, `reach` samples ago at most."""
    j = s.given
    if s.start < 0 or j < s.start:
        row.displacement = float("nan")
        row.quality = 0.0
        row.arc = 0.0
        row.spread = 1.0
        row.snr = -SNR_LIMIT
        row.bin = -1
        s.given += 1
        return
    first = max(s.start, j - plan.reach, s.index - plan.ring)
    last = min(j + plan.reach, s.index - 1)
    if (j - s.start) % plan.second == 0:
        choose(plan, s, ring, first, last)
        refit(plan, s, ring, s.bin, first, last)
    cell = plan.ring * plan.bins * 2 + s.bin * CELLS
    radius = ring[cell + 2]
    at = ((j % plan.ring) * plan.bins + s.bin) * 2
    end = ring.shape[0]
    sine = ring[end - 1]
    cosine = sqrt(1.0 - sine * sine)
    x = ring[at] - ring[cell]
    y = (ring[at + 1] / ring[end - 2] - ring[at] * sine) / cosine - ring[cell + 1]
    there = x - x == 0.0 and y - y == 0.0
    clear = there and x * x + y * y > 0.04 * radius * radius and radius > 0.0
    if clear:
        if s.last >= 0 and j - s.last < plan.reach:
            from_ = ((s.last % plan.ring) * plan.bins + s.bin) * 2
            ax = ring[from_] - ring[cell]
            ay = (ring[from_ + 1] / ring[end - 2] - ring[from_] * sine) / cosine - ring[cell + 1]
            if ax - ax == 0.0 and ay - ay == 0.0:
                turn = atan2(ax * y - ay * x, ax * x + ay * y)
                s.displacement += plan.metres * turn
                s.turning += (turn * turn - s.turning) * plan.quick
        s.last = j
    row.displacement = s.displacement if there else float("nan")
    row.quality = s.quality if clear and s.turning < TURNING else 0.0
    row.arc = s.arc
    row.spread = s.spread
    row.snr = s.snr
    row.bin = s.bin
    s.given += 1


give = kernel(_give)


def step(plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
    """Take samples (n, 2 bins), I and Q of each bin in turn; give the row of the sample `reach` before each."""
    p, s, n = plan[0], state[0], 0
    for row in range(x.shape[0]):
        at = (s.index % p.ring) * p.bins * 2
        for k in range(2 * p.bins):
            ring[at + k] = x[row, k]
            if k % 2 and s.start < 0 and x[row, k - 1] - x[row, k - 1] == 0.0 and x[row, k] - x[row, k] == 0.0:
                s.start = s.index
        s.index += 1
        if s.index > p.reach:
            give(p, s, ring, out[n])
            n += 1
    return n


def flush(plan: Records, state: Records, ring: Signal, out: Records) -> int:
    """Give the rows of the last samples."""
    p, s, n = plan[0], state[0], 0
    while s.given < s.index:
        give(p, s, ring, out[n])
        n += 1
    return n


def _most(plan: Plan, n: int) -> int:
    return n if n > 0 else plan.reach + 1


def _latency(p: RadarParams) -> float:
    return p.reach


STEP, FLUSH = kernel(step), kernel(flush)


@lru_cache(maxsize=64)
def radar_for(bins: int) -> Algorithm:
    """Return `respiration.radar` for that many range bins; its input has the columns i0, q0, i1, q1, ..."""
    columns = tuple(f"{part}{k}" for k in range(bins) for part in ("i", "q"))
    return Algorithm(
        id="respiration.radar",
        version="1.0.0",
        title_en="Chest displacement from radar I/Q",
        title_zh="由雷达 I/Q 信号得到胸壁位移",
        source=(
            Source(
                "Droitcour et al. 2004, Range correlation and I/Q performance benefits in single-chip silicon Doppler radars",
                "doi:10.1109/TMTT.2004.823552",
                status="from memory",
            ),
            Source(
                "Taubin 1991, Estimation of planar curves, surfaces, and nonplanar space curves",
                "doi:10.1109/34.103273",
                status="from memory",
            ),
            Source("Bin choice, hold rules and delay: agetech ADR 0103", status="own"),
        ),
        inputs=(
            Input(
                "iq", NUMBER, en="I and Q of each range bin in turn", zh="依次为各距离单元的 I 和 Q", columns=columns, rates=(4.0, 4000.0)
            ),
        ),
        output="series",
        fields=FIELDS,
        params=RadarParams,
        latency=_latency,
        grain=_one,
        shape=Step(plan=lambda p, fs: plan(p, fs, bins), init=init, step=STEP, most=_most, flush=FLUSH, sound=sound),
    )


def _one(p: RadarParams, fs: float) -> int:
    return 1


RADAR = radar_for(1)
