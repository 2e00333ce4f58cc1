"""The doors of the domain: what an algorithm needs is loaded at the first call, so that importing a door costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agetech.core.declare import Records, Signal
    from agetech.signals.falls.impact import FallParams
    from agetech.signals.falls.kinds import Placement
    from agetech.signals.falls.threshold import ThresholdParams


def detect_falls(acc: Signal, fs: float, *, placement: Placement | str | None = None, params: FallParams | None = None) -> Records:
    """Return the candidate impacts in an acceleration, falls among them, as rows of `falls.impact`.

    acc: (n, 3), m/s2 with gravity, sampled at `fs` Hz (20 to 400), any orientation; NaN and infinite samples are
    missing. placement: waist (lower back and chest too), pocket (not measured) or wrist; here or in `params`.
    A fall is a row of kind FALL and stage DETECTED; RECOVERED and LONG_LIE rows repeat it later.
    SignalError for a wrong shape, type, rate or unit; ParamsError for a placement that is missing, unknown or
    contradicts `params`, the ankle among them: it is not validated.
    """
    from agetech.core import run
    from agetech.signals.falls.impact import IMPACTS

    if params is None:
        return run(IMPACTS, acc, fs) if placement is None else run(IMPACTS, acc, fs, placement=placement)
    if placement is not None and str(placement) != str(params.placement):
        from agetech.errors import ParamsError

        raise ParamsError("E_PARAM", "falls.impact: placement", expected=str(params.placement), got=str(placement))
    return run(IMPACTS, acc, fs, params=params)


def detect_falls_by_threshold(acc: Signal, fs: float, *, params: ThresholdParams | None = None) -> Records:
    """Return the falls in a waist acceleration, one row each, by the plain multi-phase machine.

    acc: (n, 3), m/s2 with gravity, sampled at `fs` Hz (20 to 400), any orientation. NaN ends a fall in progress.
    SignalError for a wrong shape, type, rate or unit.
    """
    from agetech.core import run
    from agetech.signals.falls.threshold import THRESHOLD

    return run(THRESHOLD, acc, fs) if params is None else run(THRESHOLD, acc, fs, params=params)
