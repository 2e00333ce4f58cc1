"""The compiled loop that scores a table of a plain sum scale. Plain functions; `core.kernel` compiles them.

Each allowed answer of each item is one packed int64, so that a row costs one load and one add an item:
bits 0-19 points, 20-29 and 30-39 two symptom counts, 40-45 safety flags, 46-54 absences, 55-62 items that lack.
"""

from __future__ import annotations

from math import ceil, floor
from typing import Any

POINTS, FIRST, SECOND, FLAGS, ABSENT, LACKS = 0, 20, 30, 40, 46, 55
OK, PRORATED, INCOMPLETE, INVALID = 0, 1, 3, 4  # places in result.STATUSES
FORBIDDEN = -1
HALF_UP, CEIL = 0, 1


def sum_rows(
    x: Any,
    lookup: Any,
    base: Any,
    null: Any,
    group: Any,
    rule: Any,
    lows: Any,
    status: Any,
    total: Any,
    band: Any,
    lacking: Any,
    subscores: Any,
    counts: Any,
    flags: Any,
) -> None:
    """Score every row of `x`, shape (n, items), any number type; NaN or `rule[0]` stands for not answered.

    lookup: (items, answers) packed points by answer minus `base`, -1 where not allowed; null: (items,) packed worth
    of an absence; group: (items,) subscale or -1; rule: missing code, factor, items that may lack (-1: none),
    rounding, fewest answers, highest band edge; lows: lower edges of the bands.
    Fills status, total (NaN: none), band (-1: none), lacking, subscores (n, groups), counts (n, 0 or 2), flags.
    """
    code, factor, may_lack, rounding, fewest, top = rule[0], rule[1], rule[2], rule[3], rule[4], rule[5]
    items, answers, groups, counted = x.shape[1], lookup.shape[1], subscores.shape[1], counts.shape[1]
    for i in range(x.shape[0]):
        packed = 0
        wrong = False
        for j in range(items):
            value = float(x[i, j])
            if value != value or value == code:  # noqa: PLR0124 - NaN
                packed += null[j]
                continue
            place = value - base[j]
            if not 0 <= place < answers or place != floor(place):
                wrong = True
                continue
            worth = lookup[j, int(place)]
            if worth == FORBIDDEN:
                wrong = True
                continue
            packed += worth
            if groups > 0 and group[j] >= 0:
                subscores[i, group[j]] += worth & 0xFFFFF
        points = packed & 0xFFFFF
        lack = (packed >> LACKS) & 0xFF
        absent = (packed >> ABSENT) & 0x1FF
        lacking[i] = lack
        flags[i] = (packed >> FLAGS) & 0x3F > 0
        total[i] = float("nan")
        band[i] = -1
        whole = lack == 0 and items - absent >= fewest
        if wrong:
            status[i] = INVALID
            lacking[i] = 0
        elif whole:
            status[i] = OK
            total[i] = points * factor
        elif 0 < lack <= may_lack and lack < items:
            filled = points * items / (items - lack)
            status[i] = PRORATED
            total[i] = (ceil(filled) if rounding == CEIL else floor(filled + 0.5)) * factor
        else:
            status[i] = INCOMPLETE
        if (wrong or not whole) and groups > 0:
            for g in range(groups):
                subscores[i, g] = float("nan")
        if counted > 0:
            counts[i, 0] = -1 if wrong or not whole else (packed >> FIRST) & 0x3FF
            counts[i, 1] = -1 if wrong or not whole else (packed >> SECOND) & 0x3FF
        if status[i] <= PRORATED and total[i] <= top:
            for b in range(lows.shape[0]):
                if total[i] >= lows[b]:
                    band[i] = b
