"""What a night comes to: events an hour under a named rule and denominator, desaturation indices, time below a level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agetech.core import run
from agetech.errors import ParamsError, SignalError
from agetech.signals.sleep.breathing import EVENTS, BreathingParams, ScoringRule
from agetech.signals.sleep.layout import BreathEventKind
from agetech.signals.sleep.oxygen import HIGHEST, LOWEST

if TYPE_CHECKING:
    from agetech.core.declare import Records


ODI = (3.0, 4.0)  # points of SpO2


class BreathingIndex(NamedTuple):
    """Indices of one night; per hour of the denominator that `name` stands for. NaN where it is unknown."""

    name: str  # AHI: per hour of sleep; REI: per hour of recording that could be judged
    rule: str
    hours: float
    per_hour: float  # apneas and confirmed hypopneas
    with_unconfirmed: float  # unconfirmed hypopneas too
    apneas: int
    hypopneas: int
    unconfirmed: int
    odi3: float
    odi4: float
    periodic: float  # share of the time


def detect_breath_events(
    breathing: Any, fs: float, *, spo2: Any = None, spo2_fs: float | None = None, params: BreathingParams | None = None
) -> Records:
    """Return one row an event: `onset`, `offset`, `confirmed` (samples of breathing), `kind`, `depth`, `desaturation`, `nadir`, `quality`.

    breathing: (n,), any unit, at `fs` Hz, 4 to 2000. spo2: (m,), percent 0 to 100, at `spo2_fs` Hz, beginning with breathing;
    without it hypopneas are HYPOPNEA_UNCONFIRMED and there are no desaturations. kind: `BreathEventKind`. NaN is missing; no event
    spans a gap. SignalError for a wrong shape, type or rate, and for SpO2 as a fraction.
    """
    if spo2 is None:
        spo2, spo2_fs = np.full(max(1, int(np.shape(breathing)[0] / fs) if np.ndim(breathing) and fs > 0 else 1), np.nan), 1.0
    elif spo2_fs is None:
        raise ParamsError("E_PARAM_MISSING", "sleep.breathing: spo2_fs", expected="Hz", got="")
    _refuse_fraction(spo2)
    rows = run(EVENTS, {"breathing": breathing, "spo2": spo2}, {"breathing": fs, "spo2": spo2_fs}, params=params or BreathingParams())
    return rows[np.argsort(rows["onset"], kind="stable")]


def _refuse_fraction(spo2: Any) -> None:
    values = np.asarray(spo2)
    if values.dtype.kind == "f":
        there = values[np.isfinite(values) & (values > 0.0)]
        if there.size and there.max() <= 1.0:
            raise SignalError("E_UNIT", "sleep.breathing: spo2", expected="% (0 .. 100)", got="1", level=f"{there.mean():.4g}")


def breathing_index(
    events: Records,
    hours: float,
    *,
    rule: ScoringRule | str = ScoringRule.AASM_2012_1A,
    sleep_hours: float | None = None,
    fs: float | None = None,
) -> BreathingIndex:
    """Return the indices of a night from the rows of `detect_breath_events` under the same `rule`.

    hours: of recording that could be judged; sleep_hours: of sleep, from a staging: then the index is an AHI, else a REI.
    fs: Hz of breathing, for the share of periodic breathing. ParamsError for hours that are not above 0.
    """
    per = hours if sleep_hours is None else sleep_hours
    if not per > 0.0:
        raise ParamsError("E_PARAM", "breathing_index: hours", expected="> 0", got=per)
    kind = events["kind"]
    apneas, hypopneas, unconfirmed = (
        int(np.count_nonzero(kind == k)) for k in (BreathEventKind.APNEA, BreathEventKind.HYPOPNEA, BreathEventKind.HYPOPNEA_UNCONFIRMED)
    )
    falls = events["desaturation"][kind == BreathEventKind.DESATURATION]
    waning = events[kind == BreathEventKind.PERIODIC]
    share = float(np.sum(waning["offset"] - waning["onset"])) / (fs * 3600.0 * hours) if fs else float("nan")
    return BreathingIndex(
        name="REI" if sleep_hours is None else "AHI",
        rule=ScoringRule(rule).value,
        hours=per,
        per_hour=(apneas + hypopneas) / per,
        with_unconfirmed=(apneas + hypopneas + unconfirmed) / per,
        apneas=apneas,
        hypopneas=hypopneas,
        unconfirmed=unconfirmed,
        odi3=float(np.count_nonzero(falls >= ODI[0])) / per,
        odi4=float(np.count_nonzero(falls >= ODI[1])) / per,
        periodic=share,
    )


def time_below(spo2: Any, fs: float, level: float = 90.0) -> tuple[float, float]:
    """Return the seconds that SpO2 (n,), percent, at `fs` Hz lay below `level`, and the seconds that were valid."""
    values = np.asarray(spo2, dtype=np.float64)
    valid = (values >= LOWEST) & (values <= HIGHEST)
    return float(np.count_nonzero(valid & (values < level))) / fs, float(np.count_nonzero(valid)) / fs
