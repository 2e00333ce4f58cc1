"""Every property with 10,000 examples: one process a property, two at a time."""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tools.deep.ledger import Part, Progress, Result, call, tail

EXAMPLES = re.compile(r"(\d+) passing examples, (\d+) failing examples, (\d+) invalid examples")
TOGETHER = 2


def collect() -> list[str]:
    """Return the node ids of all property tests without their parameters, in order, each once."""
    told = call([sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "hypothesis", "-n", "0"])
    names = [line.partition("[")[0] for line in told.stdout.splitlines() if "::" in line]
    if not names:
        raise RuntimeError(tail(told.stdout + told.stderr))
    return list(dict.fromkeys(names))


def examples(output: str) -> int:
    """Return how many examples passed, by hypothesis' own statistics."""
    return sum(int(found[1]) for found in EXAMPLES.finditer(output))


def attempt(name: str) -> dict[str, Any]:
    """Return whether one property held, and in how many examples."""
    options = ["-m", "hypothesis", "-n", "0", "--timeout", "0", "--hypothesis-profile", "deep", "--hypothesis-show-statistics"]
    ran = call([sys.executable, "-m", "pytest", "-q", *options, name])
    found: dict[str, Any] = {"passed": ran.returncode == 0, "examples": examples(ran.stdout)}
    if not found["passed"]:
        found["output"] = tail(ran.stdout + ran.stderr)
    print(f"{'ok    ' if found['passed'] else 'FAILED'} {found['examples']:8d} {name}", flush=True)
    return found


def _properties(progress: Progress) -> Result:
    names = collect()
    left = [name for name in names if not progress.done(name)]
    with ThreadPoolExecutor(TOGETHER) as pool:
        for name, found in zip(left, pool.map(attempt, left), strict=True):
            progress.record(name, found)
    items = {name: progress.items[name] for name in names}
    failed = {name: one["output"] for name, one in items.items() if not one["passed"]}
    figures = {
        "properties": len(items),
        "examples": sum(one["examples"] for one in items.values()),
        "fewest_examples": sorted((one["examples"], name) for name, one in items.items())[:10],
        "failed": failed,
    }
    return Result(not failed, figures)


PARTS = (Part("properties10000", "every property test with 10,000 examples", _properties),)
