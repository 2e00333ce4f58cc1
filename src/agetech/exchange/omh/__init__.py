"""Open mHealth and IEEE 1752.1: data points both ways, verdicts against a folder of their schemas."""

from __future__ import annotations

from agetech.exchange.omh.points import Point, measure_of, read, write
from agetech.exchange.omh.verdict import Library

__all__ = ["Library", "Point", "measure_of", "read", "write"]
