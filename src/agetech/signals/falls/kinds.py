"""Codes of the falls domain."""

from __future__ import annotations

from enum import IntEnum, IntFlag, StrEnum


class Placement(StrEnum):
    """Where the sensor is worn. The waist includes lower back and chest. The ankle is not validated and refused."""

    WAIST = "waist"
    POCKET = "pocket"
    WRIST = "wrist"


class PlacementCode(IntEnum):
    """The placement in a row."""

    WAIST = 0
    POCKET = 1
    WRIST = 2


class FallKind(IntEnum):
    """What an impact was taken for."""

    IMPACT = 0
    DEVICE_DROPPED = 1
    FALL = 2


class FallStage(IntEnum):
    """Stage of an event; a fall is counted once, by its row of kind FALL and stage DETECTED."""

    DETECTED = 1
    RECOVERED = 2
    LONG_LIE = 3


class Remark(IntFlag):
    """What the reader of a row should know about its data."""

    CLIPPED = 1  # an axis stood still at a high value: the true peak is larger
    GAP = 2  # samples are missing round the impact
    INFINITE = 4  # infinite samples, taken as missing
    SHORT = 8  # the recording starts or ends within the windows
    UNJUDGED = 16  # too little is known: no confidence, kind IMPACT
    NOT_MEASURED = 32  # no data of this placement was there to measure the detector with
