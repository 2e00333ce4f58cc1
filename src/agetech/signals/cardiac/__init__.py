"""The heart: beats, intervals, rhythm, ST level, pulses and mechanical beats. Nothing here is a diagnosis."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

_HOME = {
    "BcgParams": "bcg",
    "BeatKind": "kinds",
    "BeatsParams": "layout",
    "HrvParams": "variability",
    "PpgParams": "ppg",
    "Protocol": "st",
    "RhythmParams": "rhythm",
    "Spo2Params": "spo2",
    "StParams": "st",
    "burden": "rhythm",
    "detect_bcg_beats": "bcg",
    "detect_beats": "beats",
    "detect_pulses": "ppg",
    "episodes": "rhythm",
    "estimate_spo2": "spo2",
    "find_episodes": "st",
    "hrv": "variability",
    "pulse_rate": "rates",
    "screen_rhythm": "rhythm",
    "st_deviation": "st",
}

if TYPE_CHECKING:
    from agetech.signals.cardiac.bcg import BcgParams as BcgParams
    from agetech.signals.cardiac.bcg import detect_bcg_beats as detect_bcg_beats
    from agetech.signals.cardiac.beats import detect_beats as detect_beats
    from agetech.signals.cardiac.kinds import BeatKind as BeatKind
    from agetech.signals.cardiac.layout import BeatsParams as BeatsParams
    from agetech.signals.cardiac.ppg import PpgParams as PpgParams
    from agetech.signals.cardiac.ppg import detect_pulses as detect_pulses
    from agetech.signals.cardiac.rates import pulse_rate as pulse_rate
    from agetech.signals.cardiac.rhythm import RhythmParams as RhythmParams
    from agetech.signals.cardiac.rhythm import burden as burden
    from agetech.signals.cardiac.rhythm import episodes as episodes
    from agetech.signals.cardiac.rhythm import screen_rhythm as screen_rhythm
    from agetech.signals.cardiac.spo2 import Spo2Params as Spo2Params
    from agetech.signals.cardiac.spo2 import estimate_spo2 as estimate_spo2
    from agetech.signals.cardiac.st import Protocol as Protocol
    from agetech.signals.cardiac.st import StParams as StParams
    from agetech.signals.cardiac.st import find_episodes as find_episodes
    from agetech.signals.cardiac.st import st_deviation as st_deviation
    from agetech.signals.cardiac.variability import HrvParams as HrvParams
    from agetech.signals.cardiac.variability import hrv as hrv

__all__ = sorted(_HOME)  # noqa: PLE0605 - names load when first used


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
