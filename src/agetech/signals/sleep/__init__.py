"""Sleep: breathing events of a night, and apnea by the minute from beat intervals. Names load when they are first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

_HOME = {
    "BreathEventKind": "layout",
    "BreathingIndex": "index",
    "BreathingParams": "breathing",
    "ScoringRule": "breathing",
    "ApneaParams": "apnea_minutes",
    "breathing_index": "index",
    "detect_breath_events": "index",
    "screen_apnea_minutes": "apnea_minutes",
    "time_below": "index",
}

if TYPE_CHECKING:
    from agetech.signals.sleep.apnea_minutes import ApneaParams as ApneaParams
    from agetech.signals.sleep.apnea_minutes import screen_apnea_minutes as screen_apnea_minutes
    from agetech.signals.sleep.breathing import BreathingParams as BreathingParams
    from agetech.signals.sleep.breathing import ScoringRule as ScoringRule
    from agetech.signals.sleep.index import BreathingIndex as BreathingIndex
    from agetech.signals.sleep.index import breathing_index as breathing_index
    from agetech.signals.sleep.index import detect_breath_events as detect_breath_events
    from agetech.signals.sleep.index import time_below as time_below
    from agetech.signals.sleep.layout import BreathEventKind as BreathEventKind

__all__ = sorted(_HOME)  # noqa: PLE0605 - one list of names, the table above


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
