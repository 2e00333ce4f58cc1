"""`respiration.rate`: breaths per minute, 4 to 60, in windows of a breathing signal, a PPG or an ECG.

Breathing signals (displacement, impedance, belt): candidates by counting breaths, see `breaths`. PPG and ECG: candidates
from the spectra of three modulations, see `modulation`. A linear score with trained coefficients ranks the candidates;
the rate is the best one's, and its quality says how far it can be trusted. The harmonic guard is in the features: power
and autocorrelation at half and twice the rate.
"""

from __future__ import annotations

from enum import StrEnum
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from agetech.core import Algorithm, Field, Input, Param, Params, Source, Window
from agetech.signals.respiration import breaths, modulation
from agetech.signals.respiration.ranking import model, odds, quality, relative, weigh, winner
from agetech.signals.respiration.window import RateReason, Ready, ready
from agetech.units import CODE, NUMBER, PER_MINUTE, SAMPLE, Number, Seconds

if TYPE_CHECKING:
    from agetech.core.declare import Signal

INTERNAL = 8.0  # Hz at which breaths are counted
SLOWEST, FASTEST = 4.0, 60.0  # per minute
BEST_OF = {"breathing": (0, 3, 5), "ppg": (18, 22), "ecg": (18, 22)}  # features also given relative to the window's best


class BreathSource(StrEnum):
    """What the signal is."""

    DISPLACEMENT = "displacement"  # radar, UWB, bed sensor, depth or thermal series; any unit
    IMPEDANCE = "impedance"
    BELT = "belt"
    PPG = "ppg"
    ECG = "ecg"


class RateParams(Params):
    """Settings of `respiration.rate`."""

    source: BreathSource = Param(en="what the signal is", zh="信号类型")
    window: Seconds = Param(32.0, ge=20.0, le=120.0, en="length of a window", zh="窗长", source="Pimentel 2017: 32 s")
    hop: Seconds = Param(8.0, ge=0.5, le=120.0, en="from one window to the next", zh="相邻窗的间隔")
    least_quality: Number = Param(
        0.2, ge=0.0, le=1.0, en="below this quality no rate is given", zh="低于此质量不给出频率", source="ADR 0102"
    )


SIGNAL = Input("signal", NUMBER, en="breathing signal, PPG or ECG in any unit", zh="呼吸信号、PPG 或 ECG，单位任意", rates=(4.0, 2000.0))

FIELDS = (
    Field("start", "i8", SAMPLE, "first sample of the window", "窗的第一个采样点"),
    Field("end", "i8", SAMPLE, "sample after the window", "窗结束后的采样点"),
    Field("rate", "f8", PER_MINUTE, "breaths per minute; NaN where withheld", "每分钟呼吸次数；不给出时为 NaN"),
    Field(
        "quality",
        "f8",
        NUMBER,
        "0 to 1; from 0.5 the rate is within 2 per minute in 95 % of windows",
        "0 到 1；不低于 0.5 时 95 % 的窗误差在每分钟 2 次以内",
    ),
    Field("reason", "i8", CODE, "why there is no rate; 0: there is one", "不给出频率的原因；0 表示已给出", labels=RateReason),
)


def breathing_candidates(window: Ready) -> Signal:
    """Return rows of rate and features of a ready window of breathing, within 4 to 60 per minute; (k, breaths.WIDTH)."""
    n = window.s.shape[0]
    out = np.zeros((breaths.MOST, breaths.WIDTH))
    found = breaths.candidates(window.s, window.rate, np.empty((breaths.ARRAYS, n + 2)), np.empty((8, breaths.BINS)), out)
    return within(out[: int(found)])


def within(rows: Signal) -> Signal:
    """Return the candidates at 4 to 60 per minute."""
    return rows[(rows[:, 0] >= SLOWEST) & (rows[:, 0] <= FASTEST)]


def best(kind: str, rows: Signal, extra: tuple[float, ...]) -> tuple[float, float]:
    """Return rate and quality of the best of at least one candidate. extra: what the window itself adds to the quality."""
    m = model(kind)
    features = relative(rows[:, 1:], BEST_OF[kind])
    place, support = winner(rows[:, 0], weigh(features, m))
    return float(rows[place, 0]), quality(trust_features(rows[place], support, extra), m)


def trust_features(row: Signal, support: float, extra: tuple[float, ...]) -> Signal:
    """Return what the quality is computed from: support, one over the breaths per 32 s, the winner's features, the window's."""
    return np.concatenate([[odds(support), 60.0 / (32.0 * row[0])], row[1:], extra])


def window_features(window: Ready) -> tuple[float, ...]:
    """Return what a window of breathing adds to the quality: shares clipped and missing."""
    return window.clipped, window.missing


def estimate(p: RateParams, fs: float, x: Signal) -> tuple[float, float, int]:
    """Return rate, quality and reason of one window x (n,) at `fs` Hz."""
    pulses = p.source in (BreathSource.PPG, BreathSource.ECG)
    found = _from_pulses(p.source.value, fs, x) if pulses else _from_breathing(fs, x)
    if isinstance(found, RateReason):
        return nan, 0.0, int(found)
    rate, trust = found
    if trust < p.least_quality:
        return nan, trust, int(RateReason.UNCERTAIN)
    return rate, trust, int(RateReason.ANSWERED)


def _from_breathing(fs: float, x: Signal) -> tuple[float, float] | RateReason:
    window = ready(x, fs, INTERNAL)
    if window.reason is not RateReason.ANSWERED:
        return window.reason
    rows = breathing_candidates(window)
    return best("breathing", rows, window_features(window)) if rows.shape[0] else RateReason.UNCERTAIN


def _from_pulses(kind: str, fs: float, x: Signal) -> tuple[float, float] | RateReason:
    if fs < modulation.LEAST_RATE[kind]:
        return RateReason.SAMPLING
    beats = modulation.modulation(x, fs, kind)
    if beats is None:
        return RateReason.NO_PULSE
    rows = within(modulation.modulation_candidates(beats))
    return best(kind, rows, (beats.regular, beats.evenness)) if rows.shape[0] else RateReason.UNCERTAIN


def _window(p: RateParams) -> float:
    return p.window


def _hop(p: RateParams) -> float:
    return p.hop


def _grain(p: RateParams, fs: float) -> int:
    return max(1, round(p.hop * fs))


RATE = Algorithm(
    id="respiration.rate",
    version="1.0.0",
    title_en="Breathing rate from displacement, impedance, belt, PPG or ECG",
    title_zh="由位移、阻抗、呼吸带、PPG 或 ECG 估计呼吸频率",
    source=(
        Source(
            "Pimentel et al. 2017, Toward a robust estimation of respiratory rate from pulse oximeters (32 s windows, BIDMC)",
            "doi:10.1109/TBME.2016.2613124",
            status="from memory",
        ),
        Source(
            "Karlen et al. 2013, Multiparameter respiratory rate estimation from the photoplethysmogram (RIIV, RIAV, RIFV)",
            "doi:10.1109/TBME.2013.2246160",
            status="from memory",
        ),
        Source(
            "Charlton et al. 2016, An assessment of algorithms to estimate respiratory rate",
            "doi:10.1088/0967-3334/37/4/610",
            status="from memory",
        ),
        Source("Counting candidates, ranking and quality: agetech ADR 0100 to 0102", status="own"),
    ),
    inputs=(SIGNAL,),
    output="windows",
    fields=FIELDS,
    params=RateParams,
    grain=_grain,
    shape=Window(window=_window, hop=_hop, estimate=estimate),
)
