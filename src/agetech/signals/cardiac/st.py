"""cardiac.st: the level of the ST segment against its own reference, uV, on beats averaged over 16 s, and its episodes.

Read from top to bottom: `_levels` measures each beat (level after the J point less the isoelectric level before the
QRS, drift taken out by a line between isoelectric points), `_averages` takes medians over neighbourhoods of 16 s,
`_deviate` subtracts a reference, and `find_episodes` applies a named protocol. A jump of the level that comes with a jump
of the R amplitude, larger than that amplitude wanders anyway, is an axis shift: the body turned, not the heart.

Sources: Smrdel and Jager 2011 (neighbourhoods of 16 s, reference by time); Jager 1998 (protocols A, B, C), both from
memory. Departures (ADR 0084): the J point is not searched but taken at a fixed time after the R peak, as a wrong J
point costs more than a late one; levels are medians of 20 ms.
"""

# ruff: noqa: PLR2004 - levels stand where they are used, each beside its reason
from __future__ import annotations

from enum import IntFlag, StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core.algorithm import Algorithm, Record
from agetech.core.declare import Field, Input, Source
from agetech.core.params import Param, Params
from agetech.core.runner import run
from agetech.units import BITS, COUNT, MICROVOLT, MILLIVOLT, SAMPLE, Number, Seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from agetech.core.declare import Records, Signal

    Samples = NDArray[np.int64]

ALIKE = 0.7  # correlation with the usual beat from which a beat is averaged
FASTEST_LATE = 0.6  # s, interval below which the level is taken 20 ms earlier
JUMP = 10  # s on either side of an axis shift: within them the averages hold beats of both postures


class Protocol(StrEnum):
    """When a deviation is an episode: level reached for so long (LTST database; from memory)."""

    A = "A"
    B = "B"
    C = "C"


LEVELS = {Protocol.A: (75.0, 30.0), Protocol.B: (100.0, 30.0), Protocol.C: (100.0, 60.0)}  # uV, s


class StRemark(IntFlag):
    """What else is known of a row."""

    FEW = 1
    NOISY = 2
    AXIS_SHIFT = 4


class StParams(Params):
    """Parameters of `cardiac.st`."""

    neighbourhood: Seconds = Param(
        16.0, ge=4.0, le=60.0, en="beats within this time are averaged", zh="参与平均的时间邻域", source="Smrdel and Jager 2011"
    )
    reference: Seconds = Param(
        300.0,
        ge=30.0,
        le=7200.0,
        en="time at the start that gives the reference level",
        zh="建立参考水平的起始时段",
        source="chosen here: ADR 0084",
    )
    after: Seconds = Param(
        0.12,
        ge=0.06,
        le=0.2,
        en="from the R peak to the ST level (J point about 0.04 s, then 0.08 s)",
        zh="R波峰至ST测量点的时间",
        source="J + 80 ms",
    )
    before: Seconds = Param(
        0.08, ge=0.04, le=0.16, en="from the isoelectric level to the R peak", zh="等电位点至R波峰的时间", source="chosen here: ADR 0084"
    )
    noise: Number = Param(
        60.0,
        ge=5.0,
        le=500.0,
        en="spread of single beats, uV, above which a row is noisy",
        zh="单搏离散度超过此值（微伏）视为噪声",
        source="chosen here: ADR 0084",
    )
    turn: Number = Param(
        0.25, ge=0.05, le=1.0, en="change of the R amplitude, as a share of its median, from which a jump is an axis shift",
        zh="R波幅度变化达到其中位数的此比例，跳变视为轴移", source="chosen here: ADR 0087",
    )  # fmt: skip
    wander: Number = Param(
        2.0, ge=0.0, le=10.0, en="and how many times its usual change within 20 s in the 3 min before",
        zh="且须达到此前3分钟内20秒变化中位数的此倍数", source="chosen here: ADR 0087",
    )  # fmt: skip


def _level(ecg: Signal, centres: Samples, half: int) -> Signal:
    """Return the median of the samples within `half` of each centre, mV; NaN at the edges and where one is missing."""
    offsets = np.arange(-half, half + 1)
    places = centres[:, None] + offsets
    inside = (places >= 0) & (places < ecg.size)
    values = np.where(inside, ecg[np.clip(places, 0, max(ecg.size - 1, 0))], np.nan)
    return np.asarray(np.median(values, axis=1))


def _shapes(ecg: Signal, beats: Samples, fs: float) -> Signal:
    """Return the correlation of each QRS, 0.06 s on either side of the beat, with the median of all."""
    reach = max(2, round(0.06 * fs))
    places = np.clip(beats[:, None] + np.arange(-reach, reach + 1), 0, ecg.size - 1)
    each = ecg[places] - ecg[places].mean(axis=1, keepdims=True)
    known = each[np.isfinite(each).all(axis=1)]
    usual = np.median(known, axis=0) if known.shape[0] else np.zeros(2 * reach + 1)
    norm = np.sqrt(np.nansum(each * each, axis=1) * np.sum(usual * usual))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(norm > 0.0, np.nansum(each * usual, axis=1) / norm, 0.0))


def _levels(p: StParams, fs: float, ecg: Signal, beats: Samples) -> tuple[Signal, Signal, NDArray[np.bool_]]:
    """Return ST level and R amplitude of each beat, uV, and whether it may be averaged."""
    half = max(1, round(0.01 * fs))
    interval = np.diff(beats, prepend=beats[0] - round(fs)) / fs if beats.size else np.zeros(0)
    shift = np.where(interval < FASTEST_LATE, 0.02, 0.0)
    zero_at = beats - round(p.before * fs)
    zero = _level(ecg, zero_at, half)
    st_at = beats + np.round((p.after - shift) * fs).astype(np.int64)
    following = np.append(zero[1:], np.nan)
    gap = np.append(np.diff(zero_at), 1)
    slope = np.where((gap < 2.0 * fs) & (gap > 0.3 * fs) & np.isfinite(following), (following - zero) / gap, 0.0)
    st = _level(ecg, st_at, half) - zero - slope * (st_at - zero_at)
    amplitude = ecg[np.clip(beats, 0, ecg.size - 1)] - zero
    usable = np.isfinite(st) & np.isfinite(amplitude) & (_shapes(ecg, beats, fs) >= ALIKE)
    return st * 1e3, amplitude * 1e3, usable


def _analyse(p: StParams, fs: Any, inputs: Any) -> Records:
    """Return one row a second: the averaged level about it, its reference and the deviation."""
    rate = float(fs["ecg"]) if isinstance(fs, dict) else float(fs)
    ecg = np.where(np.abs(inputs["ecg"]) < np.inf, inputs["ecg"], np.nan)
    given = inputs["beats"]
    beats = np.unique(given[np.isfinite(given)].astype(np.int64))
    beats = beats[(beats >= 0) & (beats < ecg.size)]
    seconds = int(ecg.size / rate)
    out = np.zeros(seconds, ST.dtype)
    out["start"] = np.round(np.arange(seconds) * rate).astype(np.int64)
    out["end"] = np.round((np.arange(seconds) + 1) * rate).astype(np.int64)
    for name in ("level", "reference", "deviation", "amplitude", "spread"):
        out[name] = np.nan
    if beats.size == 0 or seconds == 0:
        out["remarks"] = int(StRemark.FEW)
        return out
    st, amplitude, usable = _levels(p, rate, ecg, beats)
    when, st, amplitude = beats[usable] / rate, st[usable], amplitude[usable]
    for second in range(seconds):
        first, last = np.searchsorted(when, (second + 0.5 - p.neighbourhood / 2, second + 0.5 + p.neighbourhood / 2))
        row = out[second]
        row["used"] = last - first
        if last - first < 4:
            row["remarks"] = int(StRemark.FEW)
            continue
        middle = np.median(st[first:last])
        spread = 1.4826 * np.median(np.abs(st[first:last] - middle))
        row["spread"] = spread
        if spread > p.noise:
            row["remarks"] = int(StRemark.NOISY)
            continue
        row["level"], row["amplitude"] = middle, np.median(amplitude[first:last])
    _deviate(p, out)
    return out


def _deviate(p: StParams, out: Records) -> None:
    """Fill reference and deviation; where level and R amplitude jump together, the reference moves along.

    Both are compared `JUMP` s before and after a second; where nothing was known then, with the last that was.
    """
    level, amplitude = out["level"], out["amplitude"]
    start = level[: max(1, round(p.reference))]
    start = start if np.isfinite(start).any() else level
    if not np.isfinite(start).any():
        return
    reference = float(np.median(start[np.isfinite(start)]))
    size = max(abs(float(np.median(amplitude[np.isfinite(amplitude)]))), 1.0)
    last_level, last_amplitude = _last_known(level), _last_known(amplitude)
    changes = np.full(len(out), np.nan)
    changes[2 * JUMP :] = np.abs(amplitude[2 * JUMP :] - amplitude[: -2 * JUMP])
    settled = 0
    for second in range(len(out)):
        before, after = second - JUMP, second + JUMP
        if settled <= second and before >= 0 and after < len(out):
            step = level[after] - last_level[before]
            turn = abs(amplitude[after] - last_amplitude[before])
            if abs(step) > 40.0 and turn > p.turn * size and turn > p.wander * _usual(changes, second) and _sharp(amplitude, second, size):
                reference += step
                settled = second + 2 * JUMP
                out["remarks"][before : after + 1] |= int(StRemark.AXIS_SHIFT)
        out["reference"][second] = reference
    out["deviation"] = np.where(out["remarks"] & int(StRemark.AXIS_SHIFT), np.nan, level - out["reference"])


def _last_known(x: Signal) -> Signal:
    """Return at each place the last value that is not NaN up to it; NaN before the first."""
    place = np.maximum.accumulate(np.where(np.isfinite(x), np.arange(x.size), -1))
    return np.asarray(np.where(place >= 0, x[np.maximum(place, 0)], np.nan))


def _usual(changes: Signal, second: int) -> float:
    """Return the median change of the R amplitude within 20 s in the 3 min before, uV; 0 where too little is known."""
    past = changes[max(0, second - 180) : max(0, second - JUMP)]
    past = past[np.isfinite(past)]
    return float(np.median(past)) if past.size >= 20 else 0.0


def _sharp(amplitude: Signal, second: int, size: float) -> bool:
    """Return whether the R amplitude stands still before and after the jump: a turn, not a slow change."""
    before, after = second - JUMP, second + JUMP
    early, late = amplitude[max(0, before - JUMP) : before + 1], amplitude[after : after + JUMP + 1]
    early, late = early[np.isfinite(early)], late[np.isfinite(late)]
    if not early.size:
        early = amplitude[: before + 1]
        early = early[np.isfinite(early)][-JUMP - 1 :]
    return bool(early.size and late.size and early.std() < 0.06 * size and late.std() < 0.06 * size)


ECG = Input("ecg", MILLIVOLT, "ECG of one lead", "单导联心电", rates=(98.0, 1024.0))
BEATS = Input("beats", SAMPLE, "beats as samples of the ECG", "心搏位置（心电采样序号）", kind="series")
FIELDS = (
    Field("start", "i8", SAMPLE, "first sample of the second", "该秒首个采样点"),
    Field("end", "i8", SAMPLE, "one after its last sample", "该秒末个采样点之后"),
    Field("level", "f8", MICROVOLT, "ST level of the averaged beats", "平均心搏的ST水平"),
    Field("reference", "f8", MICROVOLT, "the level it is compared with", "参考水平"),
    Field("deviation", "f8", MICROVOLT, "level less reference; NaN where it is not known", "水平与参考之差；未知时为NaN"),
    Field("amplitude", "f8", MICROVOLT, "R amplitude of the averaged beats", "平均心搏的R波幅度"),
    Field("spread", "f8", MICROVOLT, "spread of the single beats", "单搏离散度"),
    Field("used", "i8", COUNT, "beats averaged", "参与平均的心搏数"),
    Field("remarks", "i8", BITS, "1 few beats, 2 noisy, 4 axis shift", "1 心搏过少，2 噪声，4 轴移"),
)
ST = Algorithm(
    id="cardiac.st",
    version="1.0.0",
    title_en="ST deviation",
    title_zh="ST段偏移",
    source=(
        Source(
            "Smrdel A, Jager F. Automatic classification of long-term ECG records. Biomed Eng Online 2011;10:107",
            "doi:10.1186/1475-925X-10-107",
        ),
        Source("Jager F et al. Long-term ST database. Med Biol Eng Comput 2003;41:172-182", "doi:10.1007/BF02344885"),
    ),
    inputs=(ECG, BEATS),
    output="windows",
    fields=FIELDS,
    params=StParams,
    shape=Record(analyse=_analyse),
)
EPISODE = np.dtype([("start", "i8"), ("end", "i8"), ("duration", "f8"), ("extreme", "f8")])


def find_episodes(rows: Records, *, protocol: Protocol | str = Protocol.B) -> Records:
    """Return ST episodes: first sample, one after the last, duration (s) and extreme deviation (uV, signed).

    rows: as `st_deviation` gives them. Protocol A: 75 uV, B: 100 uV, both 30 s; C: 100 uV and 60 s. An episode begins
    where the deviation reaches half the level and ends where it falls below half for 30 s. NaN does not end it.
    """
    level, least = LEVELS[Protocol(protocol)]
    known = np.isfinite(rows["deviation"])
    place = np.flatnonzero(known)
    found = []
    for sign in (1.0, -1.0):
        size = sign * rows["deviation"][known]
        over = np.flatnonzero(size >= level)
        last = -1
        for at in over:
            if at <= last:
                continue
            first = int(at)
            while first > 0 and size[first - 1] >= level / 2 and place[first] - place[first - 1] < 30:
                first -= 1
            last, quiet = int(at), 0
            for later in range(at + 1, size.size):
                quiet = 0 if size[later] >= level / 2 else quiet + 1
                if quiet >= 30:
                    break
                last = later if quiet == 0 else last
            if int((size[first : last + 1] >= level * 0.9).sum()) >= least * 0.5 and place[last] - place[first] + 1 >= least - 2.0:
                extreme = sign * float(size[first : last + 1].max())
                found.append((rows["start"][place[first]], rows["end"][place[last]], float(place[last] - place[first] + 1), extreme))
    return np.array(sorted(found), dtype=EPISODE)


def st_deviation(ecg: Any, fs: float, beats: Any, *, params: StParams | None = None, **values: Any) -> Records:
    """Return one row a second: `level`, `reference` and `deviation` of the ST segment, uV.

    ecg: (n,), mV, 98 to 1024 Hz, NaN is missing; beats: (m,), samples of the R peaks. Beats of another shape are left
    out; rows with fewer than four beats in 16 s, or a spread above `noise`, are NaN (`remarks`). The reference is the
    median of the first five minutes. SignalError for a wrong shape, type or rate. Not a diagnosis.
    """
    places = np.asarray(beats)
    places = places.astype(np.float64) if places.dtype.kind in "iu" else places
    return run(ST, {"ecg": ecg, "beats": places}, {"ecg": fs}, params=params, **values)
