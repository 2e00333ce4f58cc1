"""Breathing without contact: displacement from radar, presence, and the breathing rate from many kinds of signal.

Doors: `estimate_rate`, `radar_displacement`, `presence`. Names load when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

_HOME = {
    "estimate_rate": "doors",
    "presence": "doors",
    "radar_displacement": "doors",
    "withhold": "doors",
    "RadarFrames": "frames",
    "range_profile": "frames",
    "PRESENCE": "states",
    "Presence": "states",
    "PresenceParams": "states",
    "RADAR": "radar",
    "RadarParams": "radar",
    "radar_for": "radar",
    "RATE": "rate",
    "BreathSource": "rate",
    "RateParams": "rate",
    "RateReason": "window",
}

if TYPE_CHECKING:
    from agetech.signals.respiration.doors import estimate_rate as estimate_rate
    from agetech.signals.respiration.doors import presence as presence
    from agetech.signals.respiration.doors import radar_displacement as radar_displacement
    from agetech.signals.respiration.doors import withhold as withhold
    from agetech.signals.respiration.frames import RadarFrames as RadarFrames
    from agetech.signals.respiration.frames import range_profile as range_profile
    from agetech.signals.respiration.radar import RADAR as RADAR
    from agetech.signals.respiration.radar import RadarParams as RadarParams
    from agetech.signals.respiration.radar import radar_for as radar_for
    from agetech.signals.respiration.rate import RATE as RATE
    from agetech.signals.respiration.rate import BreathSource as BreathSource
    from agetech.signals.respiration.rate import RateParams as RateParams
    from agetech.signals.respiration.states import PRESENCE as PRESENCE
    from agetech.signals.respiration.states import Presence as Presence
    from agetech.signals.respiration.states import PresenceParams as PresenceParams
    from agetech.signals.respiration.window import RateReason as RateReason

__all__ = sorted(_HOME)  # noqa: PLE0605 - one list of names, the table above


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
