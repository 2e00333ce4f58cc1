"""The heart: beats, intervals, rhythm, ST level, pulses and mechanical beats. Nothing here is a diagnosis."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

_HOME = {
    "detect_beats": "beats",
}

if TYPE_CHECKING:
    from agetech.signals.cardiac.beats import detect_beats as detect_beats

__all__ = sorted(_HOME)  # noqa: PLE0605 - names load when first used


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(name)
