"""Streaming rate conversion: box means of the linear interpolant on a fixed grid, for any pair of rates.

Output box k covers the input positions [k * rows / boxes, (k + 1) * rows / boxes], where `rows` input rows last as long
as `boxes` output boxes (whole numbers, so that no phase error grows with time). Between two finite rows the signal is
taken as linear: a fast input is averaged, a slow one is interpolated, by the same rule. Missing rows (anything
non-finite) up to `bridge` rows are interpolated across; a box that touches a longer gap is missing.

An algorithm puts `RESAMPLED(channels)` into its state, the fields of `Grid` into its plan, and calls for each input row
`take`, then `give` until it returns NONE; the box stands in `state.box`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from agetech.core.kernel import kernel

if TYPE_CHECKING:
    from agetech.core.declare import Signal

NONE, WHOLE, MISSING = 0, 1, 2
CLOSED, SEGMENT, LOST = 0, 1, 2  # what waits to be given out: nothing, a segment, missing rows
FINEST = 1_000_000  # largest whole number in the ratio of two rates


def ratio(fs: float, rate: float) -> tuple[int, int]:
    """Return (rows, boxes): so many input rows at `fs` Hz last as long as so many boxes at `rate` Hz.

    The ratio is exact for rates that are ratios of whole numbers up to a million, else within 1e-12.
    """
    exact = Fraction(fs) / Fraction(rate)
    found = exact.limit_denominator(FINEST)
    return found.numerator, found.denominator


class Grid(NamedTuple):
    """The plan of a resampler; algorithms repeat these fields in their own plan."""

    rows: int  # so many input rows last as long as ...
    boxes: int  # ... so many boxes
    whole: int  # rows // boxes
    rest: int  # rows % boxes
    bridge: int  # longest distance of two finite rows that is interpolated across, rows
    share_: float  # boxes / rows


def grid(fs: float, rate: float, bridge: float) -> Grid:
    """Return the plan for an input at `fs` Hz, boxes at `rate` Hz and gaps up to `bridge` seconds."""
    rows, boxes = ratio(fs, rate)
    return Grid(rows, boxes, rows // boxes, rows % boxes, max(1, int(bridge * fs + 1e-9)), boxes / rows)


def RESAMPLED(channels: int) -> list[tuple[str, str] | tuple[str, str, int]]:  # noqa: N802 - a table with one argument
    """Return the cells that a state needs for one resampled input; `fresh` gives them their start values."""
    return [
        ("row", "i8"),  # input rows read
        ("last", "i8"),  # the last finite one, -1 before the first
        ("edge", "i8"),  # end of the open box: whole input rows ...
        ("part", "i8"),  # ... and the rest, in units of 1 / boxes
        ("open", "i8"),  # CLOSED, SEGMENT or LOST
        ("broken", "i8"),  # 1: something is missing in the open box
        ("origin", "i8"),  # input row at which the segment starts
        ("span", "f8"),  # its length, rows
        ("cursor", "f8"),  # how far it is given out, rows
        ("held", "f8", channels),  # value at its start
        ("ahead", "f8", channels),  # value at its end
        ("rise", "f8", channels),  # rise per row
        ("area", "f8", channels),  # integral over the open box so far
        ("box", "f8", channels),  # the last box given: its mean
    ]


def fresh(record: Any, plan: Any) -> None:
    """Put the start values into a zeroed state record; `plan` has the fields of `Grid`."""
    record["last"] = -1
    record["edge"] = plan.whole
    record["part"] = plan.rest
    record["broken"] = 1  # nothing is known before the first row


def sound(record: Any, rows: int, boxes: int) -> bool:
    """Return whether loaded cells can come from these kernels, for a grid of `rows` and `boxes`."""
    row, edge, part = int(record["row"]), int(record["edge"]), int(record["part"])
    end = edge * boxes + part
    return (
        row >= 0
        and -1 <= int(record["last"]) < max(row, 1)
        and 0 <= part < boxes
        and end > 0
        and end % rows == 0
        and 0 <= int(record["origin"]) <= row
        and int(record["open"]) in (CLOSED, SEGMENT, LOST)
    )


def _take(p: Any, s: Any, x: Signal, i: int) -> bool:
    """Take row `i` of `x`; return whether it is finite. Then call `give` until NONE."""
    channels = s.held.shape[0]
    doubt = 0.0
    for c in range(channels):
        doubt += x[i, c] - x[i, c]
    row = s.row
    s.row = row + 1
    near = s.last >= 0 and row - s.last <= p.bridge
    if doubt != 0.0:  # NaN or infinite
        s.open = CLOSED if near else LOST
        return False
    if near:
        s.span = float(row - s.last)
        for c in range(channels):
            s.ahead[c] = x[i, c]
            s.rise[c] = (x[i, c] - s.held[c]) / s.span
        s.open = SEGMENT
    else:
        s.open = LOST
        for c in range(channels):
            s.held[c] = x[i, c]
            s.rise[c] = 0.0
    s.last = row
    return True


def _give(p: Any, s: Any) -> int:
    """Put the next box that has ended into `s.box` and return WHOLE or MISSING; NONE when more rows are needed."""
    if s.open == CLOSED:
        return NONE
    channels = s.held.shape[0]
    now = s.row - 1
    if s.open == LOST:
        if s.edge > now or (s.edge == now and s.part > 0):
            s.broken = 1 if s.edge * p.boxes + s.part - p.rows < now * p.boxes else 0  # whole if it begins with this row
            s.origin, s.cursor, s.open = now, 0.0, CLOSED
            return NONE
        _next_edge(p, s)
        for c in range(channels):
            s.area[c] = 0.0
        s.broken = 0
        return MISSING
    end = float(s.edge - s.origin) + float(s.part) / float(p.boxes)
    if end > s.span:
        length, middle = s.span - s.cursor, 0.5 * (s.span + s.cursor)
        for c in range(channels):
            s.area[c] += length * (s.held[c] + s.rise[c] * middle)
            s.held[c] = s.ahead[c]
        s.origin, s.cursor, s.open = now, 0.0, CLOSED
        return NONE
    length, middle = end - s.cursor, 0.5 * (end + s.cursor)
    for c in range(channels):
        s.box[c] = (s.area[c] + length * (s.held[c] + s.rise[c] * middle)) * p.share_
        s.area[c] = 0.0
    s.cursor = end
    _next_edge(p, s)
    broken = s.broken
    s.broken = 0
    return MISSING if broken else WHOLE


def _next_edge_(p: Any, s: Any) -> None:
    """Move the end of the open box to the next one."""
    s.edge += p.whole
    s.part += p.rest
    if s.part >= p.boxes:
        s.part -= p.boxes
        s.edge += 1


_next_edge = kernel(_next_edge_)
take = kernel(_take)
give = kernel(_give, inline=True)
