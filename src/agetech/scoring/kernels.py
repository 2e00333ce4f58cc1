"""The compiled loops that score a table of a plain sum scale. Plain functions; `core.kernel` compiles them.

Each answer of each item is one packed int64, so that an item costs one load and one add, without a branch: bits
0-15 points, 16-23 and 24-31 two symptom counts, 32-39 safety flags, 40-47 absences, 48-55 items that lack, 56-62
answers that are not allowed. Forms of up to 127 items cannot overflow it.
"""

from __future__ import annotations

from math import ceil, floor
from typing import Any

POINTS, FIRST, SECOND, FLAGS, ABSENT, LACKS, WRONG = 0, 16, 24, 32, 40, 48, 56
OK, PRORATED, INCOMPLETE, INVALID = 0, 1, 3, 4  # places in result.STATUSES
CODES = 256  # a byte an answer
MISSING, FORBIDDEN = 254, 255
HALF_UP, CEIL = 0, 1


def encode(x: Any, base: Any, code: float, out: Any) -> None:
    """Write answers of any number type, shape (n, items), as bytes: answer minus `base`, MISSING or FORBIDDEN.

    NaN and `code` are missing; fractions, infinity and anything more than 253 above `base` are forbidden.
    """
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            value = float(x[i, j])
            if value != value or value == code:  # noqa: PLR0124 - NaN
                out[i, j] = MISSING
                continue
            place = value - base[j]
            out[i, j] = int(place) if 0 <= place < MISSING and place == floor(place) else FORBIDDEN


def sum_rows(  # noqa: PLR0913 - a kernel fills the arrays it is given
    x: Any, lookup: Any, classes: Any, pairs: Any, rule: Any, status: Any, total: Any, band: Any, lacking: Any, pair: Any, flags: Any
) -> None:
    """Score every row of bytes `x`, shape (n, items).

    lookup: (items, 256) packed points by byte; classes: band by points, -1 for none; pairs: a value by the two symptom
    counts, or empty; rule: factor, items that may lack (-1: none), rounding, fewest answers.
    Fills status, total (NaN: none), band, lacking, pair (-1: unknown) and flags, one each a row.
    """
    factor, may_lack, rounding, fewest = rule[0], rule[1], rule[2], rule[3]
    items, paired = x.shape[1], pairs.shape[0] > 0
    for i in range(x.shape[0]):
        packed = 0
        for j in range(items):
            packed += lookup[j, x[i, j]]
        points = packed & 0xFFFF
        lack = (packed >> LACKS) & 0xFF
        absent = (packed >> ABSENT) & 0xFF
        flags[i] = (packed >> FLAGS) & 0xFF > 0
        lacking[i] = lack
        band[i] = -1
        if paired:
            pair[i] = -1
        if packed >> WRONG > 0:
            status[i], total[i], lacking[i] = INVALID, float("nan"), 0
        elif lack == 0 and items - absent >= fewest:
            status[i], total[i], band[i] = OK, points * factor, classes[points]
            if paired:
                pair[i] = pairs[(packed >> FIRST) & 0xFF, (packed >> SECOND) & 0xFF]
        elif 0 < lack <= may_lack and lack < items:
            mean = points * items / (items - lack)
            filled = ceil(mean) if rounding == CEIL else floor(mean + 0.5)
            status[i], total[i], band[i] = PRORATED, filled * factor, classes[int(filled)]
        else:
            status[i], total[i] = INCOMPLETE, float("nan")


def add_parts(x: Any, lookup: Any, group: Any, status: Any, out: Any) -> None:
    """Fill the subscales of complete rows, shape (n, groups); NaN elsewhere. group: (items,) subscale or -1."""
    for i in range(x.shape[0]):
        for g in range(out.shape[1]):
            out[i, g] = 0.0 if status[i] == OK else float("nan")
        if status[i] == OK:
            for j in range(x.shape[1]):
                if group[j] >= 0:
                    out[i, group[j]] += lookup[j, x[i, j]] & 0xFFFF
