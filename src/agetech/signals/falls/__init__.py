"""Falls: `detect_falls` (falls.impact) and `detect_falls_by_threshold` (falls.threshold)."""

from agetech.signals.falls.impact import IMPACTS, FallParams, detect_falls, explain
from agetech.signals.falls.kinds import FallKind, FallStage, Placement, PlacementCode, Remark
from agetech.signals.falls.threshold import THRESHOLD, ThresholdParams, detect_falls_by_threshold

__all__ = (
    "IMPACTS",
    "THRESHOLD",
    "FallKind",
    "FallParams",
    "FallStage",
    "Placement",
    "PlacementCode",
    "Remark",
    "ThresholdParams",
    "detect_falls",
    "detect_falls_by_threshold",
    "explain",
)
