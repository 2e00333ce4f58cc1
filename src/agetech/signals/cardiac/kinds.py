"""Codes of the cardiac domain."""

from __future__ import annotations

from enum import IntEnum, IntFlag


class BeatKind(IntEnum):
    """What a wave was taken for: by its shape, not by its origin."""

    NORMAL = 1
    VENTRICULAR = 2
    NOISE = 3


class BeatRemark(IntFlag):
    """What else is known of a beat."""

    FIRST = 1
    SEARCHED = 2
    MISSING = 4
