"""What a push of 50 rows through the public Stream costs, against one push of the same rows in bulk.

    python -m benchmarks.push            writes docs/evidence/push.json, returns 1 where a bar is missed

The bar: at most 2.5 times bulk, or bulk and 1.2 us a call, whichever allows more.
"""

from __future__ import annotations

import sys
from typing import Any

from agetech.core import Algorithm, Stream
from benchmarks import evidence, inputs
from benchmarks.ratio import ratio

CHUNK = 50
ROWS = 100_000
TIMES, MORE = 2.5, 1200.0  # times bulk; ns a call


def cost(algorithm: Algorithm) -> dict[str, Any]:
    """Return the ratio of chunked to bulk CPU time of one algorithm, its bar, and the cost of one push."""
    declared = algorithm.inputs[0]
    fs = inputs.rate(declared)
    x = inputs.signal(declared, fs, ROWS)
    chunks = [x[start : start + CHUNK] for start in range(0, ROWS, CHUNK)]
    live, bulk = (Stream(algorithm, fs, **inputs.values(algorithm)) for _ in range(2))

    def pushes() -> None:
        push = live.push
        for chunk in chunks:
            push(chunk)

    found = ratio(f"{algorithm.id}: push of {CHUNK} / bulk", pushes, lambda: bulk.push(x))
    bar = max(TIMES, 1.0 + MORE / (found.theirs / len(chunks)))
    return {
        "algorithm": algorithm.name,
        **found.as_dict(),
        "bar": round(bar, 4),
        "reached": found.verdict == "stable" and found.median <= bar,
        "ns_a_push": round(found.ours / len(chunks), 1),
        "ns_a_row_in_bulk": round(found.theirs / ROWS, 2),
    }


def main() -> int:
    """Measure every sample-step algorithm, write the evidence, return 1 where a bar is missed."""
    figures = [cost(algorithm) for algorithm in inputs.step_algorithms()]
    evidence.write("push", "python -m benchmarks.push", figures)
    for one in figures:
        verdict = f"bar {one['bar']:.2f} {'reached' if one['reached'] else 'MISSED'}"
        print(
            f"{one['name']}: {one['median']:.3f} [{one['low']:.3f}, {one['high']:.3f}] {one['verdict']}, {verdict}, {one['ns_a_push']} ns"
        )
    return int(not all(one["reached"] for one in figures))


if __name__ == "__main__":
    sys.exit(main())
