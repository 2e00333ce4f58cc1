"""The doors of the domain: functions that take arrays and give rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from agetech.core import run
from agetech.errors import SignalError
from agetech.signals.respiration.radar import RADAR, RadarParams, radar_for
from agetech.signals.respiration.rate import RATE, BreathSource, RateParams
from agetech.signals.respiration.states import BLOCKS, PRESENCE, Presence, PresenceParams

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal

MOST_BINS = 512


def estimate_rate(
    signal: Any,
    fs: float,
    *,
    source: BreathSource | str,
    window: float = 32.0,
    hop: float = 8.0,
    least_quality: float | None = None,
) -> Records:
    """Return one row a window: `start`, `end` (samples), `rate` (per minute), `quality`, `reason`.

    signal: (n,), any unit, at `fs` Hz, 4 to 2000; NaN and infinite samples are missing. source: what it is, displacement,
    impedance, belt, ppg (12 Hz at least) or ecg (60 Hz at least). window, hop: s. rate is NaN where withheld, and `reason`
    says why (`RateReason`); least_quality: quality below which a rate is withheld, 0 for never. Fewer samples than
    a window give no row. SignalError for a wrong shape, type or rate; ParamsError for another source or length.
    """
    values: dict[str, Any] = {"source": source, "window": _number(window), "hop": _number(hop)}
    if least_quality is not None:
        values["least_quality"] = _number(least_quality)
    return run(RATE, signal, fs, params=RateParams(**values))


def radar_displacement(iq: Any, fs: float, *, carrier: float, params: RadarParams | None = None) -> Records:
    """Return one row a sample: `displacement` (m), `quality`, `arc` (deg), `spread`, `snr` (dB), `bin`.

    iq: complex, (n,) or (n, bins), slow time at `fs` Hz, 4 to 4000; NaN is missing. carrier: Hz. The zero and the sign of the
    displacement are arbitrary: the sign is that of a rising phase. SignalError for what is not complex or of another
    shape; ParamsError for a carrier outside 1 to 300 GHz.
    """
    array = np.asarray(iq)
    if array.dtype.kind != "c":
        raise SignalError("E_DTYPE", "respiration.radar: iq", expected="complex128, complex64", got=str(array.dtype))
    if array.ndim not in (1, 2) or (array.ndim == 2 and not 1 <= array.shape[1] <= MOST_BINS):  # noqa: PLR2004
        raise SignalError("E_SHAPE", "respiration.radar: iq", expected=f"(n,), (n, bins), bins <= {MOST_BINS}", got=str(array.shape))
    bins = array.shape[1] if array.ndim == 2 else 1  # noqa: PLR2004
    algorithm = RADAR if bins == 1 else radar_for(bins)
    return run(algorithm, real_columns(array), fs, params=params or RadarParams(carrier=_number(carrier)))


def real_columns(iq: Any) -> Signal:
    """Return complex samples (n,) or (n, bins) as the columns i0, q0, i1, q1, ... that `respiration.radar` takes."""
    held = np.ascontiguousarray(iq, np.complex128)
    return held.reshape(held.shape[0], held.shape[1] if held.ndim > 1 else 1).view(np.float64)


def presence(displacement: Any, fs: float, *, params: PresenceParams | None = None) -> Records:
    """Return one row a second: `start`, `end` (samples), `state` (`Presence`), `speed` (m/s), `level` (m).

    displacement: (n,), m, at `fs` Hz, 4 to 4000; NaN is missing and gives UNKNOWN.
    """
    return run(PRESENCE, displacement, fs, params=params or PresenceParams())


def withhold(displacement: Any, rows: Records) -> Signal:
    """Return a copy of the displacement (n,) with NaN in every second that `presence` does not call still.

    Rates estimated from it are withheld while someone moves or is absent, and held for 10 s at most.
    """
    kept = np.array(displacement, dtype=np.float64)
    for row in rows[rows["state"] != Presence.STILL]:
        kept[row["start"] : row["end"]] = np.nan
    return kept


def empty_room_level(displacement: Any, fs: float) -> float:
    """Return the level, m, to give as `PresenceParams.floor`: the median of a recording of the empty room; NaN under 10 s."""
    rows = presence(displacement, fs)
    levels = rows["level"][BLOCKS // 4 - 1 :]
    levels = levels[np.isfinite(levels)]
    return float(np.median(levels)) if levels.size else float("nan")


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else value
