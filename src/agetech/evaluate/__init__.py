"""Scoring of detectors: events matched one to one, rates with intervals by person, calibration."""

from agetech.evaluate.calibration import calibration_error, reliability
from agetech.evaluate.detection import Detection, Share, evaluate_detection
from agetech.evaluate.intervals import Interval, bootstrap_by_person, wilson
from agetech.evaluate.matching import Match, match_events

__all__ = (
    "Detection",
    "Interval",
    "Match",
    "Share",
    "bootstrap_by_person",
    "calibration_error",
    "evaluate_detection",
    "match_events",
    "reliability",
    "wilson",
)
