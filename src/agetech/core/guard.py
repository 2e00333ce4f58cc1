"""The refusals that need evidence: values impossible in their unit, and accelerations in a wrong unit.

They run inside the compiled call, sample by sample, so a refusal comes at the same sample for any chunking.

The unit of an acceleration that includes gravity is judged on blocks of one second with at least half of their
samples present. A block speaks against m/s2 when it stays below 0.3 g (gravity removed, or unit g), stays above 3 g
(raw counts, mg), or is still (spread under 3 % of its mean) at a level outside 0.7 to 1.3 g. Five such blocks refuse
the signal; thirty still blocks at gravity's level end the watch. Levels chosen here: see ADR 0021.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from agetech.core.declare import state_dtype
from agetech.core.kernel import Kernel, kernel
from agetech.errors import SignalError
from agetech.units import STANDARD_GRAVITY

if TYPE_CHECKING:
    from agetech.core.declare import Input, Records, Signal

GUARD = state_dtype(
    [
        ("limit", "f8"),  # refuse a larger magnitude
        ("block", "i8"),  # samples of a block; 0: gravity is not watched
        ("place", "i8"),  # sample within the block
        ("valid", "i8"),
        ("total", "f8"),
        ("squares", "f8"),
        ("low", "f8"),
        ("high", "f8"),
        ("good", "i8"),  # still blocks at the level of gravity
        ("bad", "i8"),  # blocks that speak against m/s2
        ("level", "f8"),  # mean magnitude of the last bad block
        ("code", "i8"),  # 0, or why the signal is refused
        ("value", "f8"),
    ]
)
FINE, IMPOSSIBLE, WRONG_UNIT = 0, 1, 2
LIGHT = 0.3 * STANDARD_GRAVITY
HEAVY = 3.0 * STANDARD_GRAVITY
LOWEST_REST = 0.7 * STANDARD_GRAVITY
HIGHEST_REST = 1.3 * STANDARD_GRAVITY
STILL = 0.03  # spread over mean
ENOUGH_BAD = 5
ENOUGH_GOOD = 30


def make_guard(declared: Input, fs: float) -> Records:
    """Return the guard's start state for one input at `fs` Hz."""
    guard = np.zeros(1, GUARD)
    guard["limit"] = declared.limit
    guard["block"] = max(1, round(fs)) if declared.gravity else 0
    guard["low"] = math.inf
    return guard


def _judge(guard: Records) -> None:
    """Close a block: count it as good or bad, and start the next."""
    g = guard[0]
    if 2 * g.valid >= g.block and g.valid > 0:
        mean = g.total / g.valid
        variance = g.squares / g.valid - mean * mean
        still = variance < STILL * STILL * mean * mean
        if g.high < LIGHT or g.low > HEAVY or (still and (mean < LOWEST_REST or mean > HIGHEST_REST)):
            g.bad += 1
            g.level = mean
        elif still:
            g.good += 1
    g.place = 0
    g.valid = 0
    g.total = 0.0
    g.squares = 0.0
    g.low = math.inf
    g.high = 0.0


judge = kernel(_judge)


def _watch_line(guard: Records, x: Signal) -> int:
    """Return how many of the samples x (n,) may be used; fewer than n when the guard refuses."""
    g = guard[0]
    limit = g.limit
    if g.code != FINE:
        return 0
    for row in range(x.shape[0]):
        size = abs(x[row])
        if limit < size < math.inf:
            g.code = IMPOSSIBLE
            g.value = x[row]
            return row
    return x.shape[0]  # type: ignore[no-any-return]


def _watch_table(guard: Records, x: Signal) -> int:
    """Return how many of the rows x (n, c) may be used; fewer than n when the guard refuses."""
    g = guard[0]
    limit = g.limit
    gravity = g.block > 0 and g.good < ENOUGH_GOOD
    if g.code != FINE:
        return 0
    for row in range(x.shape[0]):
        for column in range(x.shape[1]):
            size = abs(x[row, column])
            if limit < size < math.inf:
                g.code = IMPOSSIBLE
                g.value = x[row, column]
                return row
        if gravity:
            square = x[row, 0] * x[row, 0] + x[row, 1] * x[row, 1] + x[row, 2] * x[row, 2]
            if square < math.inf:
                size = math.sqrt(square)
                g.valid += 1
                g.total += size
                g.squares += square
                g.low = min(g.low, size)
                g.high = max(g.high, size)
            g.place += 1
            if g.place >= g.block:
                judge(guard)
                gravity = g.good < ENOUGH_GOOD
                if g.bad >= ENOUGH_BAD and g.good == 0:
                    g.code = WRONG_UNIT
                    return row + 1
    return x.shape[0]  # type: ignore[no-any-return]


watch_line = kernel(_watch_line)
watch_table = kernel(_watch_table)


def guarded(step: Kernel, declared: Input) -> Kernel:
    """Return the kernel `drive(guard, plan, state, ring, x, out)`: the guard, then the step on what it lets pass.

    It gives the rows written, or -1 - rows when the guard refused; a declaration without limits has no guard inside.
    """
    if declared.limit == math.inf and not declared.gravity:

        def drive(_guard: Records, plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
            return step(plan, state, ring, x, out)  # type: ignore[no-any-return]

        return kernel(drive, f"{step.name}.free")
    watch = watch_table if declared.width else watch_line

    def drive_guarded(guard: Records, plan: Records, state: Records, ring: Signal, x: Signal, out: Records) -> int:
        allowed = watch(guard, x)
        written = step(plan, state, ring, x[:allowed], out)
        return written if guard[0].code == FINE else -1 - written  # type: ignore[no-any-return]

    return kernel(drive_guarded, f"{step.name}.guarded")


def boxed(drive: Kernel, which: int) -> Kernel:
    """Return the kernel `drive(box, ring, x, out)`: guard, plan and record in one array, for each costs a call its time."""

    def drive_box(box: Records, ring: Signal, x: Signal, out: Records) -> int:
        b = box[0]
        return drive(b.guard[which : which + 1], b.plan, b.record, ring, x, out)  # type: ignore[no-any-return]

    return kernel(drive_box, f"{drive.name}.box{which}")


def refusal(guard: Records, declared: Input, path: str) -> SignalError:
    """Return the error for a guard that has refused."""
    g = guard[0]
    if g["code"] == IMPOSSIBLE:
        return SignalError("E_RANGE", path, expected=f"|value| <= {declared.limit:g} {declared.unit.code}", got=f"{float(g['value']):g}")
    return SignalError(
        "E_UNIT", path, expected=f"{declared.unit.code} (|a| ~ 9.8)", got=probable_unit(float(g["level"])), level=f"{float(g['level']):.4g}"
    )


def at_end(guard: Records, declared: Input, path: str) -> SignalError | None:
    """Return the error when a recording ends with evidence against its unit and none for it, else None."""
    g = guard[0]
    if declared.gravity and g["code"] == FINE and g["bad"] > 0 and g["good"] == 0:
        g["code"] = WRONG_UNIT
        return refusal(guard, declared, path)
    return None


def probable_unit(level: float) -> str:
    """Return what a mean magnitude at rest suggests, as a UCUM code or a few bilingual words."""
    for unit, rest in (("cm/s2", 980.665), ("[g]", 1.0), ("m[g]", 1000.0), ("raw counts / 原始计数", 256.0)):
        if abs(level / rest - 1) < 0.015 if unit == "cm/s2" else 0.7 < level / rest < 1.3:  # noqa: PLR2004 - see the module's text
            return unit
    if level < LIGHT:
        return "gravity removed / 已去除重力"
    return "raw counts / 原始计数" if level > HEAVY else "not calibrated / 未标定"
