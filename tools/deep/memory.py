"""A million pushes leave the process as large as it was, and the saved state as long as it was."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tools.deep.ledger import Part, Progress, Result, call, tail

PUSHES, WARM, CHUNK = 1_000_000, 20_000, 10
LIMIT = 2**20  # bytes


def resident() -> int:
    """Return the resident size of this process, bytes."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS in /proc/self/status")


def growth(name: str, pushes: int = PUSHES, warm: int = WARM) -> dict[str, Any]:
    """Return how the process and the saved state grew over the pushes of one stream."""
    import gc

    from agetech import Stream
    from agetech.core import find
    from benchmarks import inputs

    algorithm = find(name)
    declared = algorithm.inputs[0]
    fs = inputs.rate(declared)
    x = inputs.signal(declared, fs, 100_000)
    chunks = [x[start : start + CHUNK] for start in range(0, len(x), CHUNK)]
    stream = Stream(algorithm, fs, **inputs.values(algorithm))
    for i in range(warm):
        stream.push(chunks[i % len(chunks)])
    gc.collect()
    before, size = resident(), len(stream.save())
    for i in range(pushes):
        stream.push(chunks[i % len(chunks)])
    gc.collect()
    return {"pushes": pushes, "grown_bytes": resident() - before, "state_bytes": [size, len(stream.save())]}


def names() -> list[str]:
    """Return the streaming algorithms with one uniform input."""
    from agetech.core import algorithms, find

    known = [find(name) for name in algorithms()]
    return [one.id for one in known if one.streaming and len(one.inputs) == 1 and one.inputs[0].kind == "uniform"]


def _memory(progress: Progress) -> Result:
    for name in names():
        if not progress.done(name):
            ran = call([sys.executable, "-m", "tools.deep.memory", name])
            found: dict[str, Any] = json.loads(ran.stdout) if ran.returncode == 0 else {"output": tail(ran.stdout + ran.stderr)}
            steady = len(set(found.get("state_bytes", (0, 1)))) == 1
            found["passed"] = steady and found["grown_bytes"] < LIMIT
            print(name, found, flush=True)
            progress.record(name, found)
    items = progress.items
    return Result(bool(items) and all(one["passed"] for one in items.values()), {"limit_bytes": LIMIT, "algorithms": items})


PARTS = (Part("memory", "a million pushes of ten rows into each stream: less than 1 MiB of growth", _memory),)

if __name__ == "__main__":
    print(json.dumps(growth(sys.argv[1])))
