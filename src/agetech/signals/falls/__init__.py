"""Falls: `detect_falls` (falls.impact) and `detect_falls_by_threshold` (falls.threshold)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from agetech.signals.falls.doors import detect_falls, detect_falls_by_threshold

_HOME = {
    "FallKind": "kinds",
    "FallParams": "impact",
    "FallStage": "kinds",
    "IMPACTS": "impact",
    "Placement": "kinds",
    "PlacementCode": "kinds",
    "Remark": "kinds",
    "THRESHOLD": "threshold",
    "ThresholdParams": "threshold",
    "explain": "impact",
}

if TYPE_CHECKING:
    from agetech.signals.falls.impact import IMPACTS as IMPACTS
    from agetech.signals.falls.impact import FallParams as FallParams
    from agetech.signals.falls.impact import explain as explain
    from agetech.signals.falls.kinds import FallKind as FallKind
    from agetech.signals.falls.kinds import FallStage as FallStage
    from agetech.signals.falls.kinds import Placement as Placement
    from agetech.signals.falls.kinds import PlacementCode as PlacementCode
    from agetech.signals.falls.kinds import Remark as Remark
    from agetech.signals.falls.threshold import THRESHOLD as THRESHOLD
    from agetech.signals.falls.threshold import ThresholdParams as ThresholdParams

__all__ = ("detect_falls", "detect_falls_by_threshold", *sorted(_HOME))  # noqa: PLE0604 - names load when first used


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOME]
