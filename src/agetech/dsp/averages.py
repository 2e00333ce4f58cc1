"""Moving and block averages of a window of samples: kernels that fill the arrays they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agetech.core.kernel import kernel

if TYPE_CHECKING:
    from agetech.core.declare import Signal


def _block_means(x: Signal, many: int, out: Signal) -> int:
    """Fill `out` with the means of successive blocks of `many` samples; return how many blocks are missing (NaN).

    x: (n,), n >= many * len(out), any unit, non-finite values are missing. A block is missing where fewer than half
    of its samples are there.
    """
    gone = 0
    for i in range(out.shape[0]):
        total = 0.0
        count = 0
        for j in range(i * many, i * many + many):
            value = x[j]
            if value - value == 0.0:
                total += value
                count += 1
        if count > 0 and 2 * count >= many:
            out[i] = total / count
        else:
            out[i] = float("nan")
            gone += 1
    return gone


block_means = kernel(_block_means)


def _box(x: Signal, half: int, sums: Signal, out: Signal) -> None:
    """Fill `out` with the mean of each sample and its `half` neighbours on both sides, fewer at the ends.

    x, out: (n,), different arrays; sums: (n + 1,) of room. x is finite and near zero mean: running sums lose digits else.
    """
    n = x.shape[0]
    total = 0.0
    sums[0] = 0.0
    for i in range(n):
        total += x[i]
        sums[i + 1] = total
    for i in range(n):
        first = max(i - half, 0)
        last = min(i + half + 1, n)
        out[i] = (sums[last] - sums[first]) / (last - first)


box = kernel(_box)


def _triangle(x: Signal, width: float, sums: Signal, room: Signal, out: Signal) -> None:
    """Fill `out` with the average of x under a triangle about `width` samples wide: two boxes in turn.

    x, room, out: (n,), different arrays; sums: (n + 1,). A width under 3 leaves x as it is.
    """
    half = int(0.25 * width + 0.25)
    if half < 1:
        for i in range(x.shape[0]):
            out[i] = x[i]
        return
    box(x, half, sums, room)
    box(room, half, sums, out)


triangle = kernel(_triangle)
