"""Ranges of algorithm versions: `*`, `1.2.0`, or bounds such as `>=1.0.0,<2.0.0`."""

from __future__ import annotations

import re

from agetech.errors import SchemaError

Number = tuple[int, int, int]
_PART = re.compile(r"(==|>=|<=|<|>|)([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})")
_NEWEST: Number = (10**9, 10**9, 10**9)


def bounds(text: str) -> tuple[Number, Number]:
    """Return the first version inside and the first one after a range; SchemaError E_POOL_VERSIONS where it is none or empty."""
    low: Number = (0, 0, 0)
    high = _NEWEST
    for part in [] if text.strip() == "*" else text.split(","):
        found = _PART.fullmatch(part.strip())
        if found is None:
            raise SchemaError("E_POOL_VERSIONS", "versions", expected="* | 1.2.0 | >=1.0.0,<2.0.0", got=text)
        major, minor, patch = (int(one) for one in found.groups()[1:])
        version, after = (major, minor, patch), (major, minor, patch + 1)
        sign = found.group(1) or "=="
        if sign in ("==", ">=", ">"):
            low = max(low, after if sign == ">" else version)
        if sign in ("==", "<=", "<"):
            high = min(high, version if sign == "<" else after)
    if low >= high:
        raise SchemaError("E_POOL_VERSIONS", "versions", expected="* | 1.2.0 | >=1.0.0,<2.0.0", got=text)
    return low, high


def holds(text: str, version: str) -> bool:
    """Return whether a range holds a version such as `1.2.0`."""
    found = _PART.fullmatch(version)
    if found is None:
        return text.strip() == "*"
    low, high = bounds(text)
    major, minor, patch = (int(one) for one in found.groups()[1:])
    return low <= (major, minor, patch) < high


def overlap(one: str, other: str) -> bool:
    """Return whether two ranges share a version."""
    (low, high), (other_low, other_high) = bounds(one), bounds(other)
    return max(low, other_low) < min(high, other_high)
